"""What a named parameter multiplies, and in which unit: the network is asked before any move.

A parameter that is named as a frequency may be one in other units (cycles, 30 times its value, an
octave), a period, or the logarithm of one, and what it multiplies may be any column of any
argument.  All of these show in what the network says when the parameter alone is changed: the
output has a line along one column of the inputs, and the frequency f of that line as a function
of the value p is the scale.  f = c p / (2 pi) has the unit c.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from epicycle.limits import CYCLES, LEARNING
from epicycle.optim.coordinates import Coordinates
from epicycle.optim.frequencies import FrequencyBank
from epicycle.optim.line_fit import Residual, fit_line, fit_lines
from epicycle.optim.probe import Probe
from epicycle.optim.reservoir import Chunk, join
from epicycle.optim.scales import LOGARITHM, PERIOD, PROPORTIONAL, Scale
from epicycle.samples.arrays import Floats
from epicycle.spectra.single import SingleSums

#: Values that are tried: the present one times powers of the root of two, and with steps of
#: half an octave of its exponential.
_FACTORS = 2.0 ** (np.arange(-72, 33) / 2)
_OFFSETS = math.log(2.0) * (np.arange(-28, 21) / 2)

#: Samples with which the network is asked, and fewest different inputs.
_ASKED, _FEWEST = 1024, 16

#: Grid points for each cycle over the span.
_POINTS = 4

#: A line has this share of what the change of a value changes; columns that are looked at.
_SHARE, _MOST_COLUMNS = 0.4, 64

#: Values that must agree on a scale, how far apart in frequency, and how well, in 1/span; with more
#: lines than that and no scale, there is none.
_AGREEING, _RATIO, _TOLERANCE = 4, 2.5, 0.25

#: The unit is measured at ever higher frequencies, by this factor, up to so many cycles over the
#: span; of two lines, one stands at this part of the other.
_HIGHER, _HIGHEST, _BESIDE = 8.0, 1e6, 0.77

#: A unit is taken as a round one within this relative distance: numbers times 1 or pi, up to here.
_ROUND, _MOST_ROUND = 1e-6, 128

_BASES = (math.e, 2.0, 10.0, 1 / math.e, 0.5, 0.1)


@dataclass(frozen=True)
class Column:
    """Which input a frequency multiplies.

    Attributes
    ----------
    argument, column : int
        Number of the argument, and of the column on its last axis.
    """

    argument: int
    column: int

    def __call__(self, arguments: tuple[object, ...]) -> Tensor:
        """Return the input, one column."""
        x = arguments[self.argument]
        assert isinstance(x, Tensor)
        if x.ndim < 2:
            return x
        return x[..., self.column : self.column + 1]


@dataclass(frozen=True)
class Calibration:
    """What was seen: the input, and the scale; None where the parameter shows no effect."""

    input: Column | None
    scale: Scale


def calibrations(
    banks: Sequence[FrequencyBank], names: Sequence[str], chunks: Sequence[Chunk], probe: Probe
) -> dict[int, Calibration]:
    """Return what is seen of each bank that is not calibrated yet, by its number.

    Raises
    ------
    ValueError
        As :func:`calibrate`.
    """
    sample = join(chunks)
    if sample is None:
        return {}
    arguments = sample.rows(_ASKED).arguments
    if not any(isinstance(a, Tensor) for a in arguments):
        return {}
    found = {}
    for number, bank in enumerate(banks):
        if bank.calibrated:
            continue

        def output(value: Tensor, bank: FrequencyBank = bank) -> Tensor:
            return probe.output(arguments, {bank.parameter: value})

        calibration = calibrate(bank, arguments, output, names[number])
        if calibration is not None:
            found[number] = calibration
    return found


def calibrate(
    bank: FrequencyBank,
    arguments: tuple[object, ...],
    output: Callable[[Tensor], Tensor],
    name: str,
) -> Calibration | None:
    """Return what a named parameter does, or None where a change of it shows no line.

    Parameters
    ----------
    bank : FrequencyBank
        Its frequencies.
    arguments : tuple
        Arguments of the module for n samples.
    output : callable
        The output for other values of the parameter.
    name : str
        Of the parameter, for errors.

    Raises
    ------
    ValueError
        If lines are seen, and the value is neither a multiple of their frequency nor of their
        period, nor its logarithm.
    """
    chosen = None if bank.pick is None else bank.pick(arguments)
    vector = _vector(bank, arguments, chosen, output)
    if vector is not None:
        return vector
    values, changes = _tried(bank, output)
    if len(values) < _AGREEING:
        return None
    looks = [(None, chosen)] if chosen is not None else list(_columns(arguments, len(changes[0])))
    seen = False
    for column, x in looks:
        track = _Track(x, values, changes)
        if not track.telling:
            continue
        scale = track.scale()
        measured = None if scale is None else track.measured(bank, output, scale)
        if measured is not None:
            return Calibration(column, measured)
        seen = True
    if seen:
        raise ValueError(
            f"the frequency that {name} gives is neither proportional to its value, nor to one "
            f"over it, nor to its exponential, so that no value can be given for a frequency that "
            f"is found. To fix this, name a parameter that is a frequency, a period or the "
            f"logarithm of either."
        )
    return None


def _vector(
    bank: FrequencyBank,
    arguments: tuple[object, ...],
    chosen: Tensor | None,
    output: Callable[[Tensor], Tensor],
) -> Calibration | None:
    """Return the unit of wave vectors, where the last axis of the values runs over the inputs."""
    x = chosen
    if x is None:
        x = next((a for a in arguments if isinstance(a, Tensor)), None)
    shape = bank.parameter.shape
    if x is None or x.ndim < 2 or not shape or not 1 < x.shape[-1] == shape[-1]:
        return None
    first = bank.parameter.detach().reshape(-1, shape[-1])[0].to(torch.float64)
    size = float(first.norm())
    if not 0 < size < math.inf:
        return None
    values, changes = _tried(bank, output, rows=shape[-1])
    along = x.detach().reshape(-1, shape[-1]).to(torch.float64) @ (first / size).to(x.device)
    track = _Track(along, size * values, changes)
    fitted = track.fitted(PROPORTIONAL, math.e) if track.telling else None
    measured = fitted and track.measured(bank, output, fitted[1], first / size)
    return Calibration(None, measured) if measured else None


def _tried(
    bank: FrequencyBank, output: Callable[[Tensor], Tensor], rows: int = 0
) -> tuple[Floats, list[Floats]]:
    """Return values of the first frequency, and how the output differs with each of them alone.

    With `rows`, so many values make up the first frequency, and factors of all of them are tried.
    """
    parameter = bank.parameter.detach()
    first = parameter.reshape(-1)[: max(rows, 1)].clone()
    if not bool(torch.isfinite(first).all()):
        return np.zeros(0), []
    start = first if bool(first.any()) else torch.ones_like(first)
    trials = [(float(f), start * float(f)) for f in _FACTORS]
    if not rows:
        single = float(first)
        trials = [(float(v), v) for _, v in trials]
        trials += [(single + o, first + o) for o in _OFFSETS.tolist() if single + o != 0]
    values, outputs = [], []
    for value, trial in trials:
        changed = parameter.clone()
        changed.view(-1)[: len(trial)] = trial
        said = output(changed)
        if bool(torch.isfinite(said).all()):
            values.append(value)
            outputs.append(said.reshape(len(said), -1).cpu().numpy())
    if not outputs:
        return np.zeros(0), []
    mean = np.mean(outputs, axis=0)
    return np.array(values), [each - mean for each in outputs]


def _columns(arguments: tuple[object, ...], rows: int) -> Iterator[tuple[Column, Tensor]]:
    """Yield every column of every argument that has a row for each sample."""
    for number, x in enumerate(arguments):
        if not isinstance(x, Tensor) or x.ndim == 0 or len(x) != rows or x.is_complex():
            continue
        if x.dtype == torch.bool:
            continue
        width = 1 if x.ndim == 1 else x.shape[-1]
        for column in range(min(width, _MOST_COLUMNS)):
            picked = Column(number, column)
            yield picked, picked(arguments).reshape(-1, 1)


class _Track:
    """The line of each change along one column: frequency as a function of the value."""

    def __init__(self, x: Tensor, values: Floats, changes: Sequence[Floats]) -> None:
        self.telling = False
        self.value = self.frequency = np.zeros(0)
        rows = x.reshape(-1, 1)
        distinct = len(torch.unique(rows))
        if distinct < _FEWEST or len(rows) % len(changes[0]) or changes[0].size % len(rows):
            return
        changes = [change.reshape(len(rows), -1) for change in changes]
        coordinates = Coordinates.of(rows)
        self.span = float(coordinates.span[0])
        most = min(distinct / 2, float(coordinates.highest[0]) * self.span)
        if most < 2 * CYCLES.in_training:
            return
        self.highest, self.lowest = most / self.span, CYCLES.in_training / self.span
        self.coordinates = coordinates
        scaled = 2 * coordinates.values() / self.span
        self.trend = trend = np.hstack([scaled**p for p in range(4)])
        size = int(most * _POINTS)
        sums = SingleSums(coordinates.axes[0], 1 / (_POINTS * self.span), size, changes[0].shape[1])
        value, frequency = [], []
        for p, change in zip(values.tolist(), changes, strict=True):
            residual = Residual.of(coordinates, change, trend)
            f = _line(residual, sums, self.lowest)
            if f is not None:
                value.append(p)
                frequency.append(f)
        self.value, self.frequency = np.array(value), np.array(frequency)
        self.telling = len(value) >= _AGREEING

    def scale(self) -> Scale | None:
        """Return the scale on which nearly all values agree."""
        found = [s for kind, base in _kinds() if (s := self.fitted(kind, base)) is not None]
        return max(found, key=lambda item: item[0])[1] if found else None

    def fitted(self, kind: str, base: float) -> tuple[int, Scale] | None:
        """Return how many values agree on a scale of one kind, and the scale, if nearly all do."""
        with np.errstate(all="ignore"):
            shape = _shape(self.value, kind, base)
            units = self.frequency / shape
            # each value proposes a unit; those of the highest frequencies know it best
            predicted = units[:, np.newaxis] * shape
            agree = np.abs(predicted - self.frequency) * self.span < _TOLERANCE
            expected = (predicted > self.lowest * 1.2) & (predicted < self.highest * 0.8)
        votes = np.where(np.isfinite(units), agree.sum(axis=1), 0)
        best = int(np.lexsort((self.frequency, votes))[-1])
        mine = agree[best]
        wrong = int((expected[best] & ~mine).sum())
        if votes[best] < _AGREEING or wrong > votes[best] / 3:
            return None
        if self.frequency[mine].max() < _RATIO * self.frequency[mine].min():
            return None
        f, g = self.frequency[mine], shape[mine]
        unit = float((f @ g) / (g @ g))
        return int(votes[best]), Scale(kind, unit, base)

    def measured(
        self,
        bank: FrequencyBank,
        output: Callable[[Tensor], Tensor],
        scale: Scale,
        direction: Tensor | None = None,
    ) -> Scale | None:
        """Return the scale with a unit that holds at frequencies of many cycles, if it holds there.

        What is like a logarithm at small frequencies alone is none.
        """
        parameter = bank.parameter.detach()
        direction = parameter.new_ones(1, dtype=torch.float64) if direction is None else direction
        frequency, held = float(self.frequency.max()), 0
        most = min(_HIGHEST / self.span, float(self.coordinates.highest[0]) / 2)
        while held == 0 or frequency <= most:
            pair, said = [], []
            for f in (frequency, _BESIDE * frequency):
                value = scale.value(torch.tensor(f, dtype=torch.float64))
                changed = parameter.clone()
                changed.view(-1)[: len(direction)] = (value * direction).to(changed.dtype)
                there = changed.view(-1)[: len(direction)].to(torch.float64) @ direction
                pair.append(float(scale.cycles(there)))
                said.append(output(changed))
            change = (said[0] - said[1]).reshape(len(self.coordinates), -1).cpu().numpy()
            if not np.isfinite(change).all():
                break
            residual = Residual.of(self.coordinates, change, self.trend)
            if not residual.chi2 > 0:
                break
            found, _ = fit_lines(residual, [np.array([f]) for f in pair])
            off = found[:, 0] / np.array(pair)
            left = residual.without(list(found)).chi2
            if left > (1 - _SHARE) * residual.chi2:
                break
            scale = replace(scale, unit=scale.unit * float(off[0]))
            frequency *= _HIGHER
            held += 1
        holds = held > 1 or (held == 1 and frequency > most)
        return replace(scale, unit=_rounded(scale.unit)) if holds else None


def _kinds() -> list[tuple[str, float]]:
    return [(PROPORTIONAL, math.e), (PERIOD, math.e), *((LOGARITHM, base) for base in _BASES)]


def _shape(value: Floats, kind: str, base: float) -> Floats:
    """Return what the frequency is proportional to."""
    if kind == LOGARITHM:
        return np.asarray(base**value)
    return np.asarray(np.abs(value) if kind == PROPORTIONAL else 1.0 / np.abs(value))


def _line(residual: Residual, sums: SingleSums, lowest: float) -> float | None:
    """Return the frequency of the line that a series mostly is, or None."""
    if residual.chi2 <= 0:
        return None
    (spectrum,) = sums.bands(residual.values.T, 0.0, 1)
    power = (np.abs(spectrum) ** 2).sum(axis=0) * (2 / (residual.chi2 * len(residual.values)))
    start = math.ceil(lowest / sums.spacing)
    best = start + int(np.argmax(power[start:]))
    if power[best] < LEARNING.gate * _SHARE:
        return None
    fit = fit_line(residual, np.array([best * sums.spacing]))
    f = float(fit.frequency[0])
    return f if fit.power >= _SHARE and f >= lowest else None


def _rounded(unit: float) -> float:
    """Return a unit in cycles, as n or n pi radians where it is as good as that."""
    for factor in (1.0, math.pi):
        radians = 2 * math.pi * unit / factor
        for count in (radians, 1 / radians):
            whole = round(count)
            if 0 < whole <= _MOST_ROUND and abs(count / whole - 1) < _ROUND:
                return (whole if count is radians else 1 / whole) * factor / (2 * math.pi)
    return unit
