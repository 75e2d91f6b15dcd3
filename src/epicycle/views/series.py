"""The samples that a picture shows, freed of what it does not, and the curves of the model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from epicycle.fit.multiples import evenly
from epicycle.look import drawing as draw
from epicycle.results.cycles import Cycle
from epicycle.results.result import Result
from epicycle.samples import phase
from epicycle.samples.arrays import Floats
from epicycle.samples.labels import finder, names_of
from epicycle.samples.response import COUNT, IDENTITY, LOGIT, inverse
from epicycle.samples.times import TimeScale
from epicycle.views.spectra import first_number

if TYPE_CHECKING:
    pass


@dataclass(frozen=True)
class Series:
    """One output of a result, with its samples; those without a value are left out.

    Attributes
    ----------
    offset : ndarray, shape (n,)
        Times of the samples from the reference time.
    turn_of : callable
        Phase of the samples in a cycle, in turns in [0, 1).
    residual : ndarray, shape (n,)
        Data minus model, in units of the reference where groups have gains.
    relative : ndarray, shape (n,)
        The same on the scale where level and cycles add up.
    response : str
        That scale.
    group : ndarray of int, shape (n,)
        Group of each sample, a position in `groups`.
    groups : tuple of str
        Names of the groups.
    output : int
        Position of the output.
    name : str
        What the values are called.
    """

    offset: Floats
    turn_of: Callable[[Cycle], Floats]
    residual: Floats
    relative: Floats
    response: str
    group: NDArray[np.intp]
    groups: tuple[str, ...]
    output: int
    name: str

    @staticmethod
    def of(model: Result, output: int) -> Series:
        """Return one output of a result, or say why there is none."""
        n_outputs = 1 if model.output_names is None else len(model.output_names)
        if not 0 <= output < n_outputs:
            raise ValueError(
                f"output={output} does not exist: the result has {n_outputs} output(s), "
                f"counted from 0."
            )
        if model.samples is None:
            raise ValueError(
                "this result holds no samples (it was read from a document, or its cycles are "
                "of events), and the picture needs samples. To fix this, draw the result that "
                "find_cycles returned for values y at times t."
            )
        t, _, group = model.samples
        predictor = model.predictor
        told = model.residual
        linear = told
        if model.response != IDENTITY and model.origin is not None:
            linear = model.origin.linear_residual()
        residual, relative = (r if r.ndim == 1 else r[:, output] for r in (told, linear))
        if model.group_shares is not None and model.output_names is not None:
            label = model.output_names[output]
            of_group = [str(g) == label for g in np.asarray(group, dtype=object).tolist()]
            residual = np.where(of_group, residual, np.nan)
        kept = np.flatnonzero(np.isfinite(residual))
        times = predictor.scale.parse(t).minus(predictor.reference)[kept]
        offset = times.to_float()

        def turn_of(cycle: Cycle) -> Floats:
            drift = 0.5 * (cycle.frequency_drift or 0.0) * offset**2
            turn: Floats = (phase.turns(cycle.frequency, times) + drift) % 1.0
            return turn

        names = names_of(predictor.group_labels)
        codes = np.zeros(len(kept), dtype=np.intp)
        if group is not None and len(names) > 1:
            place = finder(predictor.group_labels)
            given = np.asarray(group, dtype=object).ravel()[kept]
            codes = np.array([place(g) for g in given.tolist()], dtype=np.intp)
        gain = predictor.gain_of_groups[codes] if predictor.gains else 1.0
        left = (residual[kept] / gain, relative[kept] / gain)
        name = value_name(model, output)
        return Series(offset, turn_of, *left, model.response, codes, names, output, name)

    @property
    def scatter(self) -> float:
        """Standard deviation of the residual."""
        return float(self.residual.std())

    def beside(self, linear: Floats) -> Floats:
        """Return values about a model, or part of one, on the scale where its parts add up."""
        if self.response == COUNT:
            # working values of counts are linear in them
            return inverse(linear, COUNT) * (1.0 + self.relative)
        return inverse(linear + self.relative, self.response)

    def values(self, model: Result) -> Floats:
        """Return the values, freed of what differs between groups."""
        return self.beside(linear_curve(model, self.offset, self.output))

    def folded(self, wave: Floats) -> Floats:
        """Return values about a waveform alone: by what factor they, or odds, are off the level."""
        if self.response == COUNT:
            return np.exp(wave) * (1.0 + self.relative)
        return as_factor(wave + self.relative, self.response)

    def looks(self) -> list[tuple[int, str, str, str]]:
        """Return number, colour, symbol and name of each group of samples."""
        if len(self.groups) == 1:
            return [(0, draw.BLUE, "o", "")]
        n, few = len(draw.GROUPS), len(self.groups) <= len(draw.GROUPS)
        return [
            (code, draw.GROUPS[code % n], draw.SYMBOLS[(code if few else code // n) % n], name)
            for code, name in enumerate(self.groups)
        ]


def value_name(model: Result, output: int) -> str:
    """Return what the values of one output are called."""
    if model.output_names is not None:
        return model.output_names[output]
    if model.of_events:
        return "rate / mean"
    name = None if model.samples is None else getattr(model.samples[1], "name", None)
    return "value" if name is None else str(name)


def waveform_at(cycle: Cycle, turn: Floats, output: int) -> Floats:
    """Return the waveform of a cycle at phases counted from the reference time."""
    result = np.zeros(np.shape(turn))
    for harmonic in cycle.harmonics:
        amplitude = first_number(harmonic.amplitude, output)
        shift = first_number(harmonic.phase, output)
        result += amplitude * np.cos(2 * np.pi * (harmonic.order * turn - shift))
    return result


def one_turn(cycle: Cycle, output: int) -> tuple[Floats, Floats]:
    """Return phases of one turn, in turns, and the waveform of a cycle at them."""
    size = 100 * max((h.order for h in cycle.harmonics), default=1)
    amplitude = np.array([first_number(h.amplitude, output) for h in cycle.harmonics])
    shift = np.array([first_number(h.phase, output) for h in cycle.harmonics])
    orders = np.array([h.order for h in cycle.harmonics], dtype=np.intp)
    wave = evenly(orders, amplitude * np.exp(-2j * np.pi * shift), size)
    return np.linspace(0.0, 1.0, size + 1), np.append(wave, wave[0])


def as_factor(wave: Floats, response: str) -> Floats:
    """Return a part of a model as it is shown: as a factor where parts add up in logarithms."""
    return wave if response == IDENTITY else np.exp(wave)


def as_part(label: str, response: str) -> str:
    """Return the label of a part of a model that is shown as such a factor."""
    odds = "odds of " if response == LOGIT else ""
    return label if response == IDENTITY or not label else f"{odds}{label} / level"


def model_curve(model: Result, offset: Floats, output: int) -> Floats:
    """Return the model, with the mean offset of all groups, at times from the reference.

    Where groups have gains, it is that of the reference.
    """
    return inverse(linear_curve(model, offset, output), model.response)


def linear_curve(model: Result, offset: Floats, output: int) -> Floats:
    """Return the same on the scale where level and cycles add up."""
    predictor = model.predictor
    first, last = time_span(model)
    # counted from the reference, plain numbers are exact enough for any calendar
    scale = TimeScale(predictor.scale.unit, calendar=False)
    relative = replace(predictor, scale=scale, reference=0.0, first=first, last=last, gains=())
    values: Floats = relative(offset, None)[:, output]
    return values


def time_span(model: Result) -> tuple[float, float]:
    """Return first and last time, from the reference."""
    predictor = model.predictor
    return predictor.first - predictor.reference, predictor.last - predictor.reference
