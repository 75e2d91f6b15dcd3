"""The strongest maxima of the spectrum of each series of a stack.

The power is that of :mod:`epicycle.spectra.periodogram`: a sinusoid's reduction of chi-square, with
mean and trend refitted at every frequency.  All sums of one series are one transform: those at
twice the frequency, which U and V need, are sums of further samples at twice the times.  Transforms
of about the same size share a plan, which takes longer to make than to use.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from epicycle.limits import TRIALS
from epicycle.samples.arrays import Complexes, Floats
from epicycle.screening.stack import Stack
from epicycle.spectra.bands import cut
from epicycle.spectra.maxima import inner_maxima, parabolic, refined
from epicycle.spectra.periodogram import Norm
from epicycle.spectra.plan import SearchPlan
from epicycle.spectra.transforms import SharedPlans
from epicycle.spectra.window import window_power

#: Frequencies per band: sums and powers of a band stay in the cache of a processor.
_BAND = 1 << 13

#: The true maxima of two peaks may stand in the other order than their highest grid points, and
#: than the parabolas through three of those.  Where all samples are at both ends of the baseline,
#: a peak is as narrow as it can be, cos^2(pi f T): between grid points, 1/(5T) apart, it loses up
#: to 10 %, and its parabola up to 3 %.
_GRID_LOSS, _PARABOLA_LOSS = 0.1, 0.03

#: Window power below which no parabola through three points of a grid of 2/(5T) reaches the ratio
#: from which on aliases count: it grows by no more than that.
_LOW_WINDOW = 0.6 * TRIALS.alias_ratio

#: Maxima of a series that are worth refining.
_MOST = 8


@dataclass(frozen=True)
class Maxima:
    """Places where the highest power of a series may be, and how high its window is.

    Attributes
    ----------
    frequency : list of float
        Maxima to refine; the first is that of the highest grid point.
    window : float
        Highest power of the spectral window on the grid and at twice its frequencies, in units of
        that at frequency 0; infinite where it was not seen well enough to tell.
    """

    frequency: list[float]
    window: float


class StackSpectra:
    """Spectra of the series of a stack, one after the other.

    Parameters
    ----------
    stack : Stack
        The series.
    residual : ndarray, shape (B, n)
        Their values without mean and trend.
    basis : ndarray, shape (B, p, n)
        Orthonormal nuisance columns, the first of which is constant.
    """

    def __init__(self, stack: Stack, residual: Floats, basis: Floats, plans: SharedPlans) -> None:
        self._stack = stack
        self._plans = plans
        w = stack.weights
        n_series, n_columns, n = basis.shape
        strengths = np.zeros((n_series, n_columns + 2, 2 * n))
        strengths[:, 0, :n] = w * residual
        strengths[:, 1:-1, :n] = w[:, np.newaxis] * basis
        strengths[:, -1, n:] = w
        self._strengths = strengths
        self._points = np.concatenate([stack.times, 2.0 * stack.times], axis=1)
        self._total = w.sum(axis=1).tolist()

    def maxima(self, k: int, plan: SearchPlan) -> Maxima:
        """Return the strongest maxima of series k, on the grid of its plan."""
        n = int(self._stack.counts[k])
        last = self._stack.times.shape[1]
        used = np.r_[0:n, last : last + n] if n < last else slice(None)
        points, strengths = self._points[k, used], self._strengths[k][:, used]
        n_bands, size = cut(plan.n_frequencies, _BAND)
        transform = self._plans.of(size, len(strengths))
        transform.set_points(points * plan.spacing)
        found = _Found(plan)
        for band in range(n_bands):
            first = band * (size - 2)
            centre = plan.minimum_frequency + (first + transform.zero) * plan.spacing
            sums = transform.sums(strengths * _phasors(points * centre))
            found.add(first, sums[:, :size], self._total[k])
        return found.maxima()


def _phasors(turns: Floats) -> Complexes:
    angle = (-2.0 * math.pi) * (turns - np.rint(turns))
    result = np.empty(angle.shape, dtype=np.complex128)
    np.cos(angle, out=result.real)
    np.sin(angle, out=result.imag)
    return result


def _highest(window: Floats) -> float:
    """Return the highest maximum of a window, by a parabola where it may matter."""
    top = float(window.max())
    if top < _LOW_WINDOW:
        return top
    at = inner_maxima(window)
    at = at[window[at] > _LOW_WINDOW]
    _, height = refined(window, at)
    return float(np.concatenate([height, window[:1], window[-1:]]).max())


class _Found:
    """The highest maxima of the bands seen so far."""

    def __init__(self, plan: SearchPlan) -> None:
        self._plan = plan
        self._top = 0.0
        self._window = 0.0
        self._height: list[float] = []
        self._frequency: list[float] = []
        self._grid: list[float] = []

    def add(self, first: int, sums: Complexes, total: float) -> None:
        """Take note of a band, given its sums of residual, nuisance columns and weights."""
        size = min(sums.shape[1], self._plan.n_frequencies - first)
        sums = sums[:, :size]
        power = Norm(total, sums[1:-1], sums[-1]).reduction(sums[0])
        # the first column is constant, sums at twice the frequencies are of the weights themselves
        windows = window_power(sums[1], math.sqrt(total)), window_power(sums[-1], total)
        self._top = max(self._top, float(power.max()))
        for k in np.flatnonzero(power >= (1.0 - _GRID_LOSS) * self._top).tolist():
            self._add_maximum(first + k, power[max(k - 1, 0) : k + 2].tolist(), k > 0, k + 1 < size)
        self._window = max(self._window, *map(_highest, windows))

    def _add_maximum(self, at: int, power: list[float], has_left: bool, has_right: bool) -> None:
        here = power[int(has_left)]
        left = power[0] if has_left else -math.inf
        right = power[-1] if has_right else -math.inf
        # the ends of a band are inside its neighbours, but for the ends of the grid
        at_end = at in (0, self._plan.n_frequencies - 1)
        if not (left < here >= right) or not (at_end or (has_left and has_right)):
            return
        shift, height = 0.0, here
        if min(left, right) > 0.0:
            shift, height = parabolic(left, here, right)
        self._grid.append(here)
        self._height.append(height)
        self._frequency.append(self._plan.minimum_frequency + (at + shift) * self._plan.spacing)

    def maxima(self) -> Maxima:
        """Return the maxima that may be the highest one."""
        level = (1.0 - _PARABOLA_LOSS) * max(self._height, default=0.0)
        order = sorted(range(len(self._height)), key=lambda k: -self._height[k])
        kept = [self._frequency[k] for k in order[:_MOST] if self._height[k] >= level]
        return Maxima(kept, self._window)
