"""Matching pursuit on sums: maxima of a residual's power become lines, one after the other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from epicycle.chunks.harmonics import gathered, with_order
from epicycle.chunks.joint import JointFit, refined
from epicycle.chunks.normal import Products
from epicycle.chunks.passes import Lines, Sums
from epicycle.evidence.significance import false_alarm_probability, power_threshold
from epicycle.fit.level import expected_level, places_around
from epicycle.limits import LINES, NOISE, SEARCH
from epicycle.samples.arrays import Complexes, Floats
from epicycle.spectra.maxima import inner_maxima
from epicycle.spectra.maxima import refined as between
from epicycle.spectra.periodogram import Norm
from epicycle.spectra.plan import SearchPlan

#: Maxima that are looked at before a search ends.
_MAXIMA = 64

#: Lines of slow variation and of noise with a memory that are fitted besides the cycles.
_BESIDE = 24


@dataclass(frozen=True, eq=False)
class Spectrum:
    """Power of a residual on the grid, in units of the scatter.

    Attributes
    ----------
    frequency, power : ndarray, shape (m,)
        The grid, and by how much a sinusoid there lowers chi-square.
    """

    frequency: Floats
    power: Floats


class Search:
    """The band of one set of sums, its normalisation and what is significant in it.

    Parameters
    ----------
    sums : Sums
        Of residual and sampling.
    plan : SearchPlan
        The band.
    baseline, width : float
        Last minus first time, and the effective bandwidth.
    n_samples : int
        Number of rows.
    false_alarm : float
        Probability with which noise may imitate a line that is added.
    """

    def __init__(
        self,
        sums: Sums,
        plan: SearchPlan,
        baseline: float,
        width: float,
        n_samples: int,
        false_alarm: float,
    ) -> None:
        spacing = sums.values.spacing
        first = max(1, round(plan.minimum_frequency / spacing))
        self.part = slice(first, min(sums.modes, round(plan.maximum_frequency / spacing)) + 1)
        self.frequency: Floats = spacing * np.arange(
            self.part.start, self.part.stop, dtype=np.float64
        )
        self.baseline, self.width, self.n_samples = baseline, width, n_samples
        self.false_alarm = false_alarm
        self._offset = sums.values.offset
        self.total = float(sums.window.values[0, 0].real)
        basis = _orthonormal(sums.gram) @ sums.background.values[:, self.part]
        doubled = sums.window.values[0, 2 * self.part.start : 2 * self.part.stop - 1 : 2]
        self._norm = Norm(self.total, basis, doubled)

    def power(self, sums: Complexes, variance: float) -> Floats:
        """Return the reduction of chi-square at every point of the grid, in units of a variance."""
        result = self._norm.reduction(sums[self.part])
        result /= max(variance, 1e-300)
        return result

    def threshold(self, n_parameters: int) -> float:
        """Return the reduction that noise exceeds as rarely as was asked for."""
        dof = self.n_samples - n_parameters
        return dof * power_threshold(self.false_alarm, dof, self.width)

    def chance(self, reduction: float, n_parameters: int, orders: tuple[int, ...] = (1,)) -> float:
        """Return the probability that noise alone lowers chi-square as far anywhere."""
        dof = self.n_samples - n_parameters
        share = reduction / (reduction + dof)
        return false_alarm_probability(share, dof, self.width, orders=orders)

    def maxima(self, power: Floats, least: float) -> Floats:
        """Return the frequencies of the highest maxima, between the points of the grid."""
        at = inner_maxima(power)
        at = at[power[at] > 0.9 * least]
        at = at[np.argsort(-power[at], kind="stable")[:_MAXIMA]]
        place, height = between(power, at)
        place = place[height > least]
        spacing = self.frequency[1] - self.frequency[0]
        result: Floats = self.frequency[0] + spacing * place
        return result

    def level(self, sums: Complexes, frequency: Floats, variance: float) -> Floats:
        """Return the noise level around some frequencies, relative to white noise, at least 1.

        See :func:`epicycle.fit.level.local_level`.
        """
        if not len(frequency):
            return np.empty(0)
        spacing = (self.frequency[1] - self.frequency[0]) * SEARCH.points_per_peak
        places = spacing * places_around(NOISE.notch, NOISE.neighbourhood, 0.5)
        index = np.rint((frequency[:, np.newaxis] + places) * SEARCH.points_per_peak / spacing)
        index = np.abs(index).astype(np.intp)
        power = np.abs(sums[np.minimum(index, len(sums) - 1)]) ** 2
        inside = (index > SEARCH.points_per_peak // 2) & (index < len(sums))
        mean = np.where(inside, power, 0.0).sum(axis=1) / np.maximum(inside.sum(axis=1), 1)
        return expected_level(
            mean / max(variance * self.total, 1e-300), 2 * (NOISE.neighbourhood - NOISE.notch)
        )


def _orthonormal(gram: Floats) -> Floats:
    """Return combinations of columns with these products that are orthonormal, shape (m, p)."""
    size = np.sqrt(np.maximum(np.diag(gram), 1e-300))
    values, vectors = np.linalg.eigh(gram / np.outer(size, size))
    kept = values > 1e-10 * values.max()
    result: Floats = (vectors[:, kept] / np.sqrt(values[kept])).T / size
    return result


@dataclass(frozen=True, eq=False)
class Found:
    """Where a pursuit on sums ended.

    Attributes
    ----------
    fit : JointFit
        The lines.
    variance : float
        Scatter in units of the weights; 1 where these are inverse variances.
    left : ndarray of complex
        Sums of what the lines leave, from frequency 0 on.
    unresolved : tuple of float
        Frequencies of significant power within a line width of a line.
    """

    fit: JointFit
    variance: float
    left: Complexes
    unresolved: tuple[float, ...]


@dataclass(frozen=True)
class Limits:
    """When a pursuit stops.

    Attributes
    ----------
    max_cycles : int
        Number of lines that are no slow variation.
    slow : float
        Frequency below which a line is slow variation.
    absolute : bool
        Whether weights are inverse variances.
    max_order : int
        Highest harmonic.
    """

    max_cycles: int
    slow: float
    absolute: bool
    max_order: int = 1


def pursue(
    search: Search, products: Products, start: JointFit, limits: Limits, stored: Lines
) -> Found:
    """Return all significant lines, found one after the other and refined together.

    Parameters
    ----------
    search : Search
        The band.
    products : Products
        Inner products, from the sums.
    start : JointFit
        What is known or was found before.
    limits : Limits
        When to stop.
    stored : Lines
        The lines of which the sums hold the residual.
    """
    unit = 1.0 / search.baseline
    variance = _variance(search, products, start, limits)
    fit = refined(products, start, variance, search.baseline)
    variance = _variance(search, products, fit, limits)
    left = products.spectrum(fit.lines)
    refused: list[float] = []
    while _has_room(fit, limits):
        frequency = _next(search, left, fit, variance, refused)
        if frequency is None:
            break
        trial = refined(products, fit.with_line(frequency), variance, search.baseline)
        lines = trial.structure.line_frequency
        gaps = np.abs(lines[:-1] - lines[-1])
        if len(gaps) and gaps.min() < 0.5 * LINES.separation * unit:
            refused.append(frequency)
            continue
        joined = gathered(trial, variance, limits.max_order, 0.5 * unit)
        while joined is not None:
            trial = refined(products, joined, variance, search.baseline)
            joined = gathered(trial, variance, limits.max_order, 0.5 * unit)
        products.move(left, fit.lines, trial.lines)
        fit = trial
        variance = _variance(search, products, fit, limits)
    whole = _with_harmonics(search, products, fit, left, variance, limits)
    if whole is not fit:
        products.move(left, fit.lines, whole.lines)
        fit = whole
    close = _unresolved(search, left, fit, variance)
    return Found(fit, variance, left, (*refused, *close))


def _next(
    search: Search, left: Complexes, fit: JointFit, variance: float, refused: list[float]
) -> float | None:
    """Return the highest maximum that is significant, also by the noise around it, and apart."""
    power = search.power(left, variance)
    taken = np.append(fit.structure.line_frequency, refused)
    for one in search.maxima(power, search.threshold(len(fit.coefficients))).tolist():
        if len(taken) and np.abs(taken - one).min() < LINES.separation / search.baseline:
            continue
        level = float(search.level(left, np.array([one]), variance)[0])
        at = int(np.abs(search.frequency - one).argmin())
        if search.chance(power[at] / level, len(fit.coefficients)) <= search.false_alarm:
            return float(one)
    return None


def _with_harmonics(
    search: Search,
    products: Products,
    fit: JointFit,
    left: Complexes,
    variance: float,
    limits: Limits,
) -> JointFit:
    """Return the fit with harmonics that are significant where they must be, if anywhere."""
    power = search.power(left, variance)
    last = float(search.frequency[-1])
    more = fit
    for k, frequency in enumerate(fit.structure.frequency.tolist()):
        orders = np.arange(2, min(limits.max_order, int(last / frequency)) + 1)
        orders = np.setdiff1d(orders, fit.structure.order[fit.structure.parent == k])
        if frequency < limits.slow or not len(orders):
            continue
        places = orders * frequency
        level = search.level(left, places, variance)
        at = np.rint((places - search.frequency[0]) / (search.frequency[1] - search.frequency[0]))
        chance = np.exp(-0.5 * power[at.astype(np.intp)] / level)
        apart = np.abs(places[:, np.newaxis] - fit.structure.line_frequency).min(axis=1)
        seen = (chance < search.false_alarm / limits.max_order) & (apart > 1 / search.baseline)
        for order in orders[seen].tolist():
            more = with_order(more, k, order)
    if more is fit:
        return fit
    return refined(products, more, variance, search.baseline)


def _has_room(fit: JointFit, limits: Limits) -> bool:
    free = fit.structure.frequency[~fit.structure.fixed]
    cycles = int(np.count_nonzero(free >= limits.slow))
    return cycles < limits.max_cycles and len(free) < limits.max_cycles + _BESIDE


def _variance(search: Search, products: Products, fit: JointFit, limits: Limits) -> float:
    if limits.absolute:
        return 1.0
    free = search.n_samples - len(fit.coefficients) - len(fit.structure.frequency)
    return max(products.chi2(fit.lines), 1e-300) / max(free, 1)


def _unresolved(search: Search, left: Complexes, fit: JointFit, variance: float) -> list[float]:
    """Return maxima of significant power that stand too close to a line to be told from it."""
    taken = fit.structure.line_frequency
    if not len(taken):
        return []
    power = search.power(left, variance)
    found = search.maxima(power, search.threshold(len(fit.coefficients)))
    width = 2.0 / search.baseline
    return [f for f in found.tolist() if np.abs(taken - f).min() < width]
