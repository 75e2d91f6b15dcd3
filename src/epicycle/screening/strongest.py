"""The strongest sinusoid of each series of a stack: found, refined, described and judged."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from epicycle.evidence.significance import (
    effective_bandwidths,
    false_alarm_probabilities,
    pooled_powers,
)
from epicycle.evidence.window import distinct_share
from epicycle.limits import CYCLES, NOISE, TRIALS
from epicycle.samples.arrays import Floats
from epicycle.samples.background import Background
from epicycle.samples.data import Data
from epicycle.samples.times import Times
from epicycle.screening.sinusoids import Sinusoids, fit_sinusoids
from epicycle.screening.spectra import StackSpectra
from epicycle.screening.stack import Stack
from epicycle.spectra.plan import SearchPlan
from epicycle.spectra.transforms import SharedPlans

Rows = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Strongest:
    """The strongest sinusoids of some series of a stack.

    Attributes
    ----------
    row : ndarray of int, shape (P,)
        The series, in ascending order.
    frequency, frequency_error, period, period_error : ndarray, shape (P,)
        In cycles per unit of time, and in units of time.
    amplitude, amplitude_error : ndarray, shape (P,)
        In units of y.
    maximum : ndarray, shape (P,)
        Time of the first maximum at or after the reference.
    time_of_maximum_error : ndarray, shape (P,)
        Its error.
    power : ndarray, shape (P,)
        Share of the sum of squares that the sinusoid explains.
    false_alarm_probability : ndarray, shape (P,)
        Probability that noise has such a maximum anywhere in the band.
    slow, edge : ndarray of bool, shape (P,)
        Whether there are too few cycles to tell one from a drift, and whether the highest power is
        at an end of the band.
    """

    row: Rows
    frequency: Floats
    frequency_error: Floats
    period: Floats
    period_error: Floats
    amplitude: Floats
    amplitude_error: Floats
    maximum: Floats
    time_of_maximum_error: Floats
    power: Floats
    false_alarm_probability: Floats
    slow: NDArray[np.bool_]
    edge: NDArray[np.bool_]


class StackSearch:
    """Search of the series of a stack.

    Parameters
    ----------
    stack : Stack
        The series.
    degree : int
        Degree of the trend.
    absolute : bool
        Whether the weights are inverse variances.
    plans : SharedPlans
        Plans of transforms.

    Attributes
    ----------
    few, constant : ndarray of bool, shape (B,)
        Series with fewer samples than a period is claimed from, and those of which the trend
        leaves nothing.
    """

    def __init__(self, stack: Stack, degree: int, absolute: bool, plans: SharedPlans) -> None:
        self._stack = stack
        #: The variance scale that weights mean, where they are inverse variances.
        self._least: Floats = np.zeros(len(stack.counts))
        if absolute:
            self._least = 1.0 / (stack.weight * stack.unit**2)
        self._columns = degree + 1
        self._basis = stack.basis(degree)
        self._residual = stack.free_of(stack.y, self._basis)
        self._before: Floats = (stack.weights * self._residual**2).sum(axis=1)
        self._spectra = StackSpectra(stack, self._residual, self._basis, plans)
        size = (stack.weights * stack.y**2).sum(axis=1)
        # as epicycle.noise.is_exact has it
        self.constant: NDArray[np.bool_] = self._before <= NOISE.exact * size
        self.few: NDArray[np.bool_] = stack.counts < CYCLES.minimum_samples + self._columns

    def strongest(
        self, bands: dict[int, SearchPlan], longest: float | None, false_alarm: float
    ) -> Strongest:
        """Return the strongest sinusoid of each series that has a band.

        Parameters
        ----------
        bands : dict of int to SearchPlan
            Where to look, by row.
        longest : float or None
            The longest period that was asked for.
        false_alarm : float
            Probability at which a decision is made: near it, aliases are counted exactly.
        """
        rows: list[int] = []
        places: list[float] = []
        limits: list[tuple[float, float]] = []
        window: list[float] = []
        for k, band in bands.items():
            maxima = self._spectra.maxima(k, band)
            window.append(maxima.window)
            for f in maxima.frequency:
                rows.append(k)
                places.append(f)
                lowest = max(f - band.spacing, band.minimum_frequency)
                limits.append((lowest, min(f + band.spacing, band.maximum_frequency)))
        row = np.array(rows, dtype=np.intp)
        low, high = np.array(limits).reshape(-1, 2).T
        fitted = fit_sinusoids(
            self._stack, self._residual, self._basis, row, np.array(places), low, high
        )
        # the highest of each series; of equal ones the first
        order = np.lexsort((-fitted.reduction, row))
        line = fitted[order[np.flatnonzero(np.diff(row[order], prepend=-1))]]
        return self._described(line, bands, np.array(window), longest, false_alarm)

    def _described(
        self,
        line: Sinusoids,
        bands: dict[int, SearchPlan],
        window: Floats,
        longest: float | None,
        false_alarm: float,
    ) -> Strongest:
        k, f = line.row, line.frequency
        baseline = self._stack.baseline[k]
        lowest, highest = np.array(
            [(band.minimum_frequency, band.maximum_frequency) for band in bands.values()]
        ).T
        turn = (np.arctan2(line.b, line.a) / (2 * np.pi)) % 1.0
        frequency_error, amplitude_error, time_error = self._errors(line, turn)
        # below one cycle over the baseline the window was not looked at
        window = np.where(lowest * baseline > 1.01, np.inf, window)
        slowest = CYCLES.minimum / baseline if longest is None else 1.0 / longest
        return Strongest(
            row=k,
            frequency=f,
            frequency_error=frequency_error,
            period=1.0 / f,
            period_error=frequency_error / f**2,
            amplitude=self._stack.unit[k] * np.hypot(line.a, line.b),
            amplitude_error=self._stack.unit[k] * amplitude_error,
            maximum=self._stack.reference[k] + turn / f,
            time_of_maximum_error=time_error,
            power=line.reduction / self._before[k],
            false_alarm_probability=self._false_alarm(line, bands, window, false_alarm),
            slow=f < slowest,
            edge=(f <= lowest) | (f >= highest),
        )

    def _errors(self, line: Sinusoids, turn: Floats) -> tuple[Floats, Floats, Floats]:
        """Return the errors of frequency, amplitude and time of maximum.

        The covariance is the inverse of the Gauss-Newton matrix, as in :mod:`epicycle.fit.errors`.
        """
        a, b, f, k = line.a, line.b, line.frequency, line.row
        dof = np.maximum(self._stack.counts[k] - (self._columns + 3.0), 1.0)
        scale = np.maximum(self._before[k] - line.reduction, 0.0) / dof
        # scatter beyond dy adds to the errors; scatter below it is luck
        scale = np.maximum(scale, self._least[k])
        size = np.sqrt(np.maximum(np.diagonal(line.information, axis1=1, axis2=2), 1e-300))
        outer = size[:, :, np.newaxis] * size[:, np.newaxis, :]
        covariance = np.linalg.pinv(line.information / outer, hermitian=True) / outer

        def error(of_a: Floats, of_b: Floats, of_f: Floats) -> Floats:
            response = np.stack([of_a, of_b, of_f], axis=1)
            variance = np.einsum("pi,pij,pj->p", response, covariance, response)
            result: Floats = np.sqrt(scale * np.maximum(variance, 0.0))
            return result

        none = np.zeros_like(a)
        square = np.maximum(a * a + b * b, 1e-300)
        root, sweep = np.sqrt(square), 2 * np.pi * square
        # time = phase / f, so a late first maximum also carries the error of the period
        of_time = error(-b / sweep, a / sweep, -turn / f) / f
        return error(none, none, none + 1.0), error(a / root, b / root, none), of_time

    def _false_alarm(
        self,
        line: Sinusoids,
        bands: dict[int, SearchPlan],
        window: Floats,
        false_alarm: float,
    ) -> Floats:
        """Return the false-alarm probabilities, as :class:`epicycle.evidence.judge.Judge` does."""
        k = line.row
        dof: Floats = self._stack.counts[k] - np.float64(self._columns)
        before = self._before[k].reshape(-1, 1, 1)
        after = np.maximum(before - line.reduction.reshape(-1, 1, 1), 0.0)
        power = pooled_powers(
            before,
            after,
            self._stack.counts[k].astype(np.float64).reshape(-1, 1, 1),
            self._columns,
            pairs=1,
            quiet=np.ones(1),
            least=self._least[k].reshape(-1, 1, 1),
        )
        width = np.array([p.maximum_frequency - p.minimum_frequency for p in bands.values()])
        bandwidth = width * effective_bandwidths(self._stack.times[k], self._stack.weights[k])
        result = false_alarm_probabilities(power, dof, bandwidth)
        unclear = (result > TRIALS.clear * false_alarm) & (result < TRIALS.hopeless * false_alarm)
        unclear &= window > TRIALS.alias_ratio
        if unclear.any():
            shares = _Shares(self._stack)
            share = np.array([shares.of(row, bands[row]) for row in k[unclear].tolist()])
            result[unclear] = false_alarm_probabilities(
                power[unclear], dof[unclear], bandwidth[unclear] * share
            )
        return result


class _Shares:
    """Shares of distinct maxima; series that were sampled alike have the same one."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._known: dict[tuple[bytes, bytes, float, float], float] = {}

    def of(self, k: int, plan: SearchPlan) -> float:
        """Return the share of the maxima of series k that are not aliases of a higher one."""
        stack, n = self._stack, int(self._stack.counts[k])
        times, weights = stack.times[k, :n], stack.weights[k, :n]
        key = (times.tobytes(), weights.tobytes(), plan.minimum_frequency, plan.maximum_frequency)
        if key not in self._known:
            data = Data(
                times=Times(times, np.zeros(n)),
                reference=float(stack.reference[k]),
                baseline=float(stack.baseline[k]),
                y=stack.y[k, :n, np.newaxis],
                weights=weights[:, np.newaxis],
                nuisance=np.ones((n, 1)),
                background=Background.plain(1, 0),
                group=np.zeros(n, dtype=np.intp),
            )
            self._known[key] = distinct_share(data, *key[2:])
        return self._known[key]
