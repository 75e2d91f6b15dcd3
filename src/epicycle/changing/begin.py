"""Models that begin somewhere: at a path of the phase, or where a model of another design is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from epicycle.changing import chain as chains
from epicycle.changing.batch import Batch, empty
from epicycle.changing.design import (
    AMPLITUDE,
    Design,
    Record,
    Terms,
    Wander,
)
from epicycle.changing.fit import Solved
from epicycle.changing.scan import Start
from epicycle.samples.arrays import Floats

#: Strength of the noise with a memory to begin with, and where there is none.
_NOISE, NO_NOISE = 0.1, 1e-5

#: The generous model: memory and strength.
_GENEROUS = (3.0, 0.05)


@dataclass(frozen=True, eq=False)
class Family:
    """Models that say the same kind of thing, and what their evidence is together.

    Attributes
    ----------
    name : str
        "constant", "drifting", "diffusing", "wandering" or "shifted".
    batch : Batch
    solved : Solved
    share : ndarray, shape (B,)
        Weight of each model in the family; they sum to 1.
    log_evidence : float
        Averaged over the family.
    memory : float
        Memory of the frequency in cycles; NaN where there is none.
    known : bool
        Whether its shifts are at times that the user gave.
    """

    name: str
    batch: Batch
    solved: Solved
    share: Floats
    log_evidence: float
    memory: float = np.nan
    known: bool = False


@dataclass(frozen=True, eq=False)
class Setting:
    """What was decided before the phase is.

    Attributes
    ----------
    record : Record
    frequency : tuple of float
        Of each rhythm, relative to the reference.
    knots : int
    noise : float
        Memory of the noise; 0 for white noise only.
    harmonics : int
    terms : Terms
        Decay and harmonics, as chosen.
    varies : bool
        Whether the amplitude varies freely.
    known : tuple of float
        Times at which shifts are known to be.
    amplitude : str
        How the amplitude goes, as the user has it; "auto" to decide.
    """

    record: Record
    frequency: tuple[float, ...]
    knots: int
    noise: float = 0.3
    harmonics: int = 1
    terms: Terms = field(default_factory=Terms)
    varies: bool = False
    known: tuple[float, ...] = ()
    amplitude: str = "auto"

    def design(self, wander: Wander, *, varies: bool | None = None, events: int = 0) -> Design:
        """Return a design for these data."""
        vary = self.varies if varies is None else varies
        return Design(self.record, self.frequency, wander, vary, self.harmonics, events, self.knots)

    def strength(self, design: Design, of_path: float) -> tuple[Floats, Floats]:
        """Return strengths and memories of the channels to begin with, shape (J,) each."""
        size = len(design.chain.channels)
        strength, memory = np.full(size, of_path), np.full(size, np.inf)
        for o in range(len(self.frequency)):
            channel = design.amplitude_channel(o)
            if channel is not None:
                strength[channel] = 0.1 / (2 * self.record.half) ** 1.5
        strength[-1] = _NOISE if self.noise else NO_NOISE
        memory[-1] = self.noise or 0.3
        return strength, memory

    def free(self, design: Design, *, path: bool = False) -> list[int]:
        """Return the channels whose strengths are fitted."""
        result = [design.noise_channel] if self.noise else []
        for o in range(len(self.frequency)):
            channel = design.amplitude_channel(o)
            if channel is not None:
                result.append(channel)
            channel = design.phase_channel(o)
            if path and channel is not None:
                result.append(channel)
        return result


def begun(
    setting: Setting, design: Design, terms: Terms, starts: Sequence[Start], memory: float
) -> Batch:
    """Return models that begin at the starts, one for each rhythm, by smoothing their paths."""
    strength, memories = setting.strength(design, _GENEROUS[1])
    for o in range(len(starts)):
        channel = design.phase_channel(o)
        if channel is not None:
            memories[channel] = memory
    known = np.tile(np.asarray(setting.known, dtype=np.float64), (1, 1))
    at = known if design.events else np.empty((1, 0))
    batch = empty(design, [terms], at, strength, memories)
    for o, start in enumerate(starts):
        x, c = smoothed(design, start, o, memory, drift=terms.drift)
        if x is not None:
            place = design.chain.channels[design.phase_channel(o) or 0]
            numbers = batch.x.reshape(design.knots, design.chain.size)
            numbers[:, place.first : place.first + place.size] = x
        batch.part("null", o)[0] = c
        batch.part("amplitude", o)[0, 0] = np.log(start.amplitude) / AMPLITUDE
    return batch


def smoothed(
    design: Design, start: Start, rhythm: int, memory: float, *, drift: bool
) -> tuple[Floats | None, Floats]:
    """Return the numbers of a phase that follows a start: at the knots, (K, s), and the border."""
    steady = design.frequency[rhythm] * start.t
    away = start.phase - steady
    away = away - np.round(np.median(away))
    null = design.null(start.t, rhythm)
    if not drift:
        null[:, 2] = 0.0
    wanted, border = away / start.error, null / start.error[:, np.newaxis]
    if design.wander == "none":
        normal = border.T @ border + np.eye(3)
        return None, np.asarray(np.linalg.solve(normal, border.T @ wanted), dtype=np.float64)
    kind = design.chain.channels[design.phase_channel(rhythm) or 0].kind
    own = design.chain
    end = own.start + own.step * (own.count - 1)
    path = chains.Chain(start.t, (kind,), own.start, end, own.count)
    # neighbouring windows of a ridge overlap: three of them are worth one
    worth = 1 / 3
    seen = worth / start.error**2
    band = path.prior(0, memory)[0] * _GENEROUS[1] ** -2.0
    band = band + (path.products[0, 0] @ seen).reshape(band.shape)
    right = path.back([np.column_stack([away * seen, null * seen[:, np.newaxis]])])
    solved = chains.factor(band[:, :, np.newaxis], own.count).solve(right[np.newaxis])[0]
    normal = worth * border.T @ border + np.eye(3) - right[:, 1:].T @ solved[:, 1:]
    c = np.linalg.solve(normal, worth * border.T @ wanted - right[:, 1:].T @ solved[:, 0])
    x = solved[:, 0] - solved[:, 1:] @ c
    return x.reshape(own.count, -1), c


def carried(batch: Batch, design: Design, terms: Sequence[Terms]) -> Batch:
    """Return models of another design that begin where the first model of a batch is.

    What both designs have goes over; a walk takes the values of a path at the knots.
    """
    old = batch.design
    n, knots = len(terms), design.knots
    size = len(design.chain.channels)
    at = np.zeros((n, design.events))
    if design.events == old.events:
        at[:] = batch.at[0]
    result = empty(design, list(terms), at, np.ones(size), np.full(size, np.inf))
    source = batch.x[:, 0].reshape(knots, old.chain.size)
    target = result.x.reshape(knots, design.chain.size, n)
    pairs: list[tuple[int | None, int | None]] = [(old.noise_channel, design.noise_channel)]
    for o in range(len(design.frequency)):
        pairs.append((old.phase_channel(o), design.phase_channel(o)))
        pairs.append((old.amplitude_channel(o), design.amplitude_channel(o)))
    for a, b in pairs:
        if a is None or b is None:
            continue
        one, other = old.chain.channels[a], design.chain.channels[b]
        for k in range(min(one.size, other.size)):
            target[:, other.first + k] = source[:, one.first + k, np.newaxis]
        result.strength[:, b], result.memory[:, b] = batch.strength[0, a], batch.memory[0, a]
    for (name, o), place in design.slices.items():
        if (name, o) in old.slices:
            width = min(
                place.stop - place.start, old.slices[name, o].stop - old.slices[name, o].start
            )
            result.part(name, o)[:, :width] = batch.part(name, o)[0, :width]
    result.c[result.precision > 1.0] = 0.0
    result.variance[:] = batch.variance[0]
    return result
