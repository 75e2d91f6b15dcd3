"""The lines that follow a parameter: their frequency as a function of its value, and the scale."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from epicycle.limits import CYCLES, LEARNING
from epicycle.optim.coordinates import Coordinates
from epicycle.optim.frequencies import FrequencyBank
from epicycle.optim.line_fit import Residual, fit_line, fit_lines
from epicycle.optim.scales import LOGARITHM, PERIOD, PROPORTIONAL, Scale
from epicycle.samples.arrays import Floats
from epicycle.spectra.single import SingleSums

#: Fewest different inputs, and fewest for a refusal.
_FEWEST, _SURE = 32, 64

#: How near to the unit that was named a unit is that one.
_NAMED = 0.05

#: Probability that a series without a line has one.
_CHANCE = 1e-4

#: Grid points for each cycle over the span.
_POINTS = 4

#: A line has this share of what the change of a value changes.
_SHARE = 0.4

#: Values that must agree on a scale, how far apart in frequency, and how well, in 1/span.
AGREEING, _RATIO, _TOLERANCE = 4, 2.5, 0.25

#: The unit is measured at ever higher frequencies, by this factor, up to so many cycles over the
#: span; of two lines, one stands at this part of the other.
_HIGHER, _HIGHEST, _BESIDE = 8.0, 1e6, 0.77

#: A unit is taken as a round one within this relative distance: numbers times 1 or pi, up to here.
_ROUND, _MOST_ROUND = 1e-6, 128

_BASES = (math.e, 2.0, 10.0, 1 / math.e, 0.5, 0.1)


class Track:
    """The line of each change along one column: frequency as a function of the value.

    Parameters
    ----------
    x : Tensor
        The column, one value for each row.
    values : ndarray, shape (k,)
        Values of the parameter.
    changes : sequence of k ndarray, shape (n, d)
        What the output is with each value, less what it is with most.

    Attributes
    ----------
    telling, sure : bool
        Whether enough values have a line, and whether these follow the value for sure.
    """

    def __init__(self, x: Tensor, values: Floats, changes: Sequence[Floats]) -> None:
        self.telling = self.sure = False
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
        self.telling = len(value) >= AGREEING
        # lines that jump from harmonic to harmonic say nothing of the scale
        order = np.argsort(np.abs(self.value))
        rising = np.diff(self.frequency[order]) * self.span > -1.0
        order = np.argsort(self.value)
        steps = np.diff(self.frequency[order]) * self.span
        smooth = bool(rising.all() or (steps > -1.0).all() or (steps < 1.0).all())
        self.sure = self.telling and distinct >= _SURE and smooth

    def along(
        self, bank: FrequencyBank, output: Callable[[Tensor], Tensor], place: int
    ) -> Scale | None:
        """Return the scale that lines along this column show, measured."""
        scale = self.scale()
        return None if scale is None else self.measured(bank, output, scale, place)

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
        if votes[best] < AGREEING or wrong > votes[best] / 3:
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
        place: int = 0,
        direction: Tensor | None = None,
    ) -> Scale | None:
        """Return the scale with a unit that holds at frequencies of many cycles, if it holds there.

        What is like a logarithm at small frequencies alone is none.
        """
        parameter = bank.parameter.detach()
        direction = parameter.new_ones(1, dtype=torch.float64) if direction is None else direction
        there = slice(place, place + len(direction))
        frequency, held = float(self.frequency.max()), 0
        named = bank.scale
        most = min(_HIGHEST / self.span, float(self.coordinates.highest[0]) / 2)
        while held == 0 or frequency <= most:
            pair, said = [], []
            for f in (frequency, _BESIDE * frequency):
                value = scale.value(torch.tensor(f, dtype=torch.float64))
                changed = parameter.clone()
                changed.view(-1)[there] = (value * direction).to(changed.dtype)
                held_value = changed.view(-1)[there].to(torch.float64) @ direction
                pair.append(float(scale.cycles(held_value)))
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
            if left > (1 - max(_SHARE, _by_chance(residual, 1))) * residual.chi2:
                break
            scale = replace(scale, unit=scale.unit * float(off[0]))
            frequency *= _HIGHER
            held += 1
        holds = held > 1 or (held == 1 and frequency > most)
        if holds and scale.kind == named.kind and abs(scale.unit / named.unit - 1) < _NAMED:
            return named
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
    share = max(_SHARE, _by_chance(residual, len(power)))
    if power[best] < LEARNING.gate * share:
        return None
    fit = fit_line(residual, np.array([best * sums.spacing]))
    f = float(fit.frequency[0])
    return f if fit.power >= share and f >= lowest else None


def _by_chance(residual: Residual, frequencies: int) -> float:
    """Return the share that noise of a few samples has at the best of some frequencies."""
    dof = (len(residual.values) - residual.basis.shape[1] - 2) * residual.values.shape[1]
    return float(1 - (_CHANCE / frequencies) ** (2 / max(dof, 1)))


def _rounded(unit: float) -> float:
    """Return a unit in cycles, as n or n pi radians where it is as good as that."""
    for factor in (1.0, math.pi):
        radians = 2 * math.pi * unit / factor
        for count in (radians, 1 / radians):
            whole = round(count)
            if 0 < whole <= _MOST_ROUND and abs(count / whole - 1) < _ROUND:
                return (whole if count is radians else 1 / whole) * factor / (2 * math.pi)
    return unit
