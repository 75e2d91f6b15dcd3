"""Models of one design side by side: their numbers, what they predict, and its derivatives."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from epicycle.changing.design import HARMONIC, TWO_PI, Design, Terms
from epicycle.samples.arrays import Complexes, Floats

#: Log amplitudes beyond these are no amplitudes: nothing, and a thousand times the values.
_LEAST, _MOST = -30.0, 7.0


@dataclass(eq=False)
class Batch:
    """Models of one design.  The engine changes them in place until they are fitted.

    Attributes
    ----------
    design : Design
    terms : list of Terms, B of them
    at : ndarray, shape (B, E)
        Times of the shifts.
    strength, memory : ndarray, shape (B, J)
        Strength and memory of each channel.
    variance : ndarray, shape (B,)
        Variance of the white noise at weight 1.
    x : ndarray, shape (width of the chain, B)
        Numbers at the knots.
    c : ndarray, shape (B, p)
        Numbers of the border.
    log_evidence, degrees : ndarray, shape (B,)
        Laplace's log evidence, and the effective number of parameters, of the last step.
    """

    design: Design
    terms: list[Terms]
    at: Floats
    strength: Floats
    memory: Floats
    variance: Floats
    x: Floats
    c: Floats
    log_evidence: Floats
    degrees: Floats
    shifts: list[Floats] = field(default_factory=list, repr=False)
    precision: Floats = field(default_factory=lambda: np.empty(0), repr=False)

    def __post_init__(self) -> None:
        if not self.shifts:
            t, rhythms = self.design.record.t, range(len(self.design.frequency))
            self.shifts = [self.design.shifts(t, self.at, o) for o in rhythms]
        if not self.precision.size:
            self.precision = np.stack([one.precision(self.design) for one in self.terms])

    def __len__(self) -> int:
        """Return the number of models."""
        return len(self.terms)

    def take(self, which: NDArray[np.intp] | Sequence[int]) -> Batch:
        """Return some of the models, as copies."""
        which = np.asarray(which, dtype=np.intp)
        return Batch(
            self.design,
            [self.terms[k] for k in which],
            self.at[which].copy(),
            self.strength[which].copy(),
            self.memory[which].copy(),
            self.variance[which].copy(),
            self.x[:, which].copy(),
            self.c[which].copy(),
            self.log_evidence[which].copy(),
            self.degrees[which].copy(),
            [one[which] for one in self.shifts],
            self.precision[which],
        )

    def put(self, which: NDArray[np.intp], other: Batch) -> None:
        """Replace some of the models."""
        for name in ("strength", "variance", "c", "log_evidence", "degrees"):
            getattr(self, name)[which] = getattr(other, name)
        self.x[:, which] = other.x

    def part(self, name: str, rhythm: int = 0) -> Floats:
        """Return some of the numbers of the border, a view of shape (B, q)."""
        result: Floats = self.c[:, self.design.slices[name, rhythm]]
        return result

    def prior(self) -> tuple[Floats, Floats]:
        """Return the prior precision of the knots, shape (2 m, width, B), and its log det (B,)."""
        chain = self.design.chain
        band = np.zeros((2 * chain.size, chain.width, len(self)))
        log_det = np.zeros(len(self))
        for j, channel in enumerate(chain.channels):
            for memory, rows in alike(self.memory[:, j]):
                unit, unit_log_det = chain.prior(j, memory)
                scale = self.strength[rows, j] ** -2.0
                band[:, :, rows] += unit[:, :, np.newaxis] * scale
                log_det[rows] += unit_log_det + chain.count * channel.size * np.log(scale)
        return band, log_det


def alike(memories: Floats) -> Iterator[tuple[float, slice | NDArray[np.intp]]]:
    """Return which models have the same memory, one memory after the other."""
    if (memories == memories[0]).all():
        yield float(memories[0]), slice(None)
        return
    for memory in np.unique(memories):
        yield float(memory), np.flatnonzero(memories == memory)


def at_times(batch: Batch, at: Floats) -> Batch:
    """Return models with their shifts at other times, shape (B, E); all else is the same."""
    return Batch(
        batch.design,
        batch.terms,
        at,
        batch.strength,
        batch.memory,
        batch.variance,
        batch.x,
        batch.c,
        batch.log_evidence,
        batch.degrees,
    )


def join(batches: Sequence[Batch]) -> Batch:
    """Return the models of several batches of one design as one batch."""

    def together(name: str, axis: int = 0) -> Floats:
        return np.concatenate([getattr(one, name) for one in batches], axis=axis)

    return Batch(
        batches[0].design,
        [term for one in batches for term in one.terms],
        together("at"),
        together("strength"),
        together("memory"),
        together("variance"),
        together("x", axis=1),
        together("c"),
        together("log_evidence"),
        together("degrees"),
    )


def empty(
    design: Design, terms: list[Terms], at: Floats, strength: Floats, memory: Floats
) -> Batch:
    """Return models without any rhythm yet."""
    n = len(terms)
    return Batch(
        design,
        terms,
        at.reshape(n, design.events),
        np.array(np.broadcast_to(strength, (n, len(design.chain.channels)))),
        np.array(np.broadcast_to(memory, (n, len(design.chain.channels)))),
        np.full(n, 0.5),
        np.zeros((design.chain.width, n)),
        np.zeros((n, design.width)),
        np.full(n, -np.inf),
        np.zeros(n),
    )


@dataclass(frozen=True, eq=False)
class Waves:
    """The rhythms of a batch at the samples.

    Attributes
    ----------
    mean : ndarray, shape (B, n)
        What the models predict.
    turn : list of ndarray of complex, shape (B, n)
        exp(2πi phase) of each rhythm.
    log_amplitude : list of ndarray, shape (B, n)
    """

    mean: Floats
    turn: list[Complexes]
    log_amplitude: list[Floats]

    def take(self, which: NDArray[np.intp]) -> Waves:
        """Return those of some models."""
        turns = [one[which] for one in self.turn]
        return Waves(self.mean[which], turns, [one[which] for one in self.log_amplitude])


def waves(batch: Batch) -> Waves:
    """Return what the models predict at the samples."""
    design, record = batch.design, batch.design.record
    values = design.chain.values(batch.x).swapaxes(1, 2)
    mean = batch.part("level") @ record.level.T
    mean += values[design.noise_channel]
    turns, amplitudes = [], []
    for o, frequency in enumerate(design.frequency):
        # whole turns are left out before the small numbers are added
        phase = (frequency * record.t) % 1.0 + batch.part("null", o) @ design.phases[o].T
        if design.events:
            phase += np.einsum("bne,be->bn", batch.shifts[o], batch.part("events", o))
        channel = design.phase_channel(o)
        if channel is not None:
            phase += values[channel]
        log_amplitude = batch.part("amplitude", o) @ design.decays.T
        channel = design.amplitude_channel(o)
        if channel is not None:
            log_amplitude += values[channel]
        log_amplitude = np.clip(log_amplitude, _LEAST, _MOST)
        turn = turned(phase)
        turns.append(turn)
        amplitudes.append(log_amplitude)
        mean += np.exp(log_amplitude) * shape(batch, turn, o)[0]
    return Waves(mean, turns, amplitudes)


def turned(phase: Floats) -> Complexes:
    """Return exp(2πi phase)."""
    result = np.empty(phase.shape, dtype=np.complex128)
    np.cos(TWO_PI * phase, out=result.real)
    np.sin(TWO_PI * phase, out=result.imag)
    return result


def shape(
    batch: Batch, turn: Complexes, rhythm: int, *, slope: bool = False
) -> tuple[Floats, Floats | None, list[Floats]]:
    """Return the waveform of unit amplitude at phases, its derivative, and its harmonics."""
    value, derivative = turn.real, -TWO_PI * turn.imag if slope else None
    coefficients = HARMONIC * batch.part("harmonics", rhythm)
    columns: list[Floats] = []
    wave = turn
    for h in range(2, batch.design.harmonics + 1):
        wave = wave * turn
        a, b = (coefficients[:, 2 * h - 4 + k, np.newaxis] for k in (0, 1))
        value = value + a * wave.real + b * wave.imag
        if derivative is not None:
            derivative = derivative + TWO_PI * h * (b * wave.real - a * wave.imag)
            columns += [HARMONIC * wave.real, HARMONIC * wave.imag]
    return value, derivative, columns


def derivatives(batch: Batch, at: Waves) -> tuple[list[Floats], Floats]:
    """Return derivatives by the value of each channel, (B, n), and the border, (B, n, 1 + p).

    The first column of the border are the residuals, the others are derivatives by its numbers.
    """
    design, record = batch.design, batch.design.record
    models, n = at.mean.shape
    wide = np.empty((n, models, 1 + design.width)).swapaxes(0, 1)
    wide[:, :, 0] = record.y - at.mean
    border = wide[:, :, 1:]
    border[:, :, design.slices["level", 0]] = record.level
    channels: list[Floats] = []
    for o in range(len(design.frequency)):
        height = np.exp(at.log_amplitude[o])
        value, slope, columns = shape(batch, at.turn[o], o, slope=True)
        assert slope is not None
        by_phase, by_amplitude = height * slope, height * value
        null, decay = design.phases[o], design.decays
        border[:, :, design.slices["null", o]] = by_phase[:, :, np.newaxis] * null
        border[:, :, design.slices["amplitude", o]] = by_amplitude[:, :, np.newaxis] * decay
        if design.events:
            border[:, :, design.slices["events", o]] = by_phase[:, :, np.newaxis] * batch.shifts[o]
        for k, column in enumerate(columns):
            border[:, :, design.slices["harmonics", o].start + k] = height * column
        if design.wander != "none":
            channels.append(by_phase)
        if design.varies:
            channels.append(by_amplitude)
    channels.append(np.ones((models, n)))
    return channels, wide
