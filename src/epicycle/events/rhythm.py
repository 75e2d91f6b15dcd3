r"""Events that are almost a clock: what their intervals show in any order, and how phase wanders.

Two kinds of scatter look alike in a histogram of intervals.  Ticks of a clock that are read off
with an error keep their phase for ever; where each interval starts at the end of the last, as heart
beats do, every error stays, and the phase wanders.  With :math:`k_i` turns in the interval
:math:`D_i`,

.. math:: D_i = P k_i + e_i, \qquad
          e_i = \sqrt{q k_i}\, w_i + s\,(u_{i+1} - u_i),

where w and u are independent and of variance 1, q is what the phase wanders per turn, and s the
error of a tick: a local level model (A. C. Harvey 1989, section 2.3) whose covariance has three
diagonals.  A phase that wanders is forgotten after

.. math:: \tau = P^3 / (2 \pi^2 q) ,

when the mean of exp(2 pi i phase) has fallen to 1/e.

Events with independent intervals, in whatever order, have the spectrum
:math:`\mathrm{Re}\,(1 + \varphi) / (1 - \varphi)` of a renewal process, with the characteristic
function :math:`\varphi(f) = \langle e^{-2\pi i f D} \rangle` of their intervals (D. R. Cox and P.
A. W. Lewis 1966, section 4.6).  It is 1 for a constant rate.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import NDArray

from epicycle.limits import COHERENCE, EVENTS
from epicycle.samples.arrays import Floats
from epicycle.samples.data import Data

#: Shares of the wandering in the scatter that are tried, besides none.
_SHARES = 40

#: Phasors computed at once.
_BLOCK = 1 << 20


@dataclass(frozen=True)
class Rhythm:
    """A nearly regular train of events.

    Attributes
    ----------
    frequency, drift : float
        At the reference time; drift 0 where it was not fitted.
    covariance : ndarray, shape (2, 2)
        Of the two, with the wandering of the phase.
    scatter : float
        Standard deviation of an interval from the turns in it, in turns.
    time, time_error : float or None
        After which the phase is forgotten; None where it is kept over the baseline.
    """

    frequency: float
    drift: float
    covariance: Floats
    scatter: float
    time: float | None
    time_error: float | None

    def covers(self, frequency: float, width: float) -> bool:
        """Return whether a frequency lies in the peak of this rhythm, or of one of its harmonics.

        The phase of order h forgets h^2 times as fast, and drifts h times as far.
        """
        order = max(round(frequency / self.frequency), 1)
        reach = 2.0 * width + 0.5 * order * abs(self.drift) / width
        if self.time is not None:
            reach = max(reach, COHERENCE.peak_widths * order**2 / (math.pi * self.time))
        return abs(frequency - order * self.frequency) < reach


@dataclass(frozen=True, eq=False)
class Intervals:
    """The intervals between events of equal weight.

    Attributes
    ----------
    gaps, middle : ndarray, shape (n - 1,)
        Lengths of the intervals in the order of time, and the times of their middles.
    baseline : float
        Last minus first time.
    regular : bool
        Whether they scatter less than those of a constant rate can.
    """

    gaps: Floats
    middle: Floats
    baseline: float
    regular: bool

    @staticmethod
    def of(data: Data) -> Intervals:
        """Return the intervals of some events; those of different weights are never regular.

        Their likelihood with a gamma distribution is compared with that of an exponential one
        (Moran's test for a Poisson process, 1951, JRSS B 13, 147): signed and rooted, the ratio is
        normal where the rate is constant.
        """
        times = np.sort(data.times.to_float())
        gaps = np.diff(times)
        mean = float(gaps.mean())
        shortest = EVENTS.repeated * mean
        below = -float(np.log(np.maximum(gaps, shortest) / mean).mean())
        equal = float(np.ptp(data.y)) == 0.0
        return Intervals(
            gaps,
            0.5 * (times[1:] + times[:-1]),
            data.baseline,
            equal and _deviations(below, len(gaps)) > EVENTS.regular,
        )

    def background(self, frequency: Floats) -> Floats:
        """Return what these intervals show in any order, in units of a constant rate.

        At least 1, and 1 for intervals that scatter as those of a constant rate do.
        """
        if not self.regular:
            return np.ones(len(frequency))
        step = max(1, _BLOCK // len(self.gaps))
        spectrum = np.concatenate(
            [
                _renewal(self.gaps, frequency[first : first + step])
                for first in range(0, len(frequency), step)
            ]
            or [np.ones(0)]
        )
        clear = 1 + EVENTS.regular * math.sqrt(2 / len(self.gaps))
        result: Floats = np.where(spectrum > clear, spectrum, 1.0)
        return result

    def rhythm(self, frequency: float, drift: float, *, with_drift: bool) -> Rhythm | None:
        """Return the rhythm of about a frequency, or None where the intervals keep none.

        Parameters
        ----------
        frequency, drift : float
            About where it is, or a multiple of that.
        with_drift : bool
            Whether its frequency changes linearly.
        """
        if not self.regular:
            return None
        divisor = _common_divisor(self._turns_of_gaps(frequency, drift))
        frequency, drift = frequency / divisor, drift / divisor
        for _ in range(2):
            if not self._keeps(frequency, drift):
                return None
            fits = [
                _fit(self.gaps, turns, self._columns(turns, with_drift), self.baseline)
                for turns in self._turns(frequency, drift)
            ]
            fit = max(fits, key=lambda one: one.likelihood.max())
            period = float(fit.solution[0])
            changing = float(fit.solution[1]) if with_drift else 0.0
            frequency, drift = 1 / period, -changing / period**2
        covariance = np.zeros((2, 2))
        free = len(fit.solution)
        covariance[:free, :free] = fit.covariance / period**4
        # times are read to the digits of a float64
        covariance[0, 0] += (np.finfo(float).eps * frequency) ** 2
        time, relative = fit.forgetting(period)
        lasting = not fit.wanders or math.log(time) + 1.645 * relative >= math.log(self.baseline)
        return Rhythm(
            frequency=frequency,
            drift=drift,
            covariance=covariance,
            scatter=math.sqrt(fit.variance) / period,
            time=None if lasting else time,
            time_error=None if lasting else time * relative,
        )

    def _columns(self, turns: Floats, with_drift: bool) -> Floats:
        return np.stack([turns, turns * self.middle], axis=1)[:, : 2 if with_drift else 1]

    def _keeps(self, frequency: float, drift: float) -> bool:
        """Return whether, over one turn, the phase keeps what a peak needs to be one."""
        some = self._turns_of_gaps(frequency, drift) > 0
        if some.mean() < 1 - EVENTS.extra:
            return False
        local = frequency + drift * self.middle[some]
        kept = float(np.cos(2 * np.pi * self.gaps[some] * local).mean())
        return kept >= math.exp(-math.pi / EVENTS.least_quality)

    def _turns_of_gaps(self, frequency: float, drift: float) -> Floats:
        turns: Floats = np.rint(self.gaps * (frequency + drift * self.middle))
        return turns

    def _turns(self, frequency: float, drift: float) -> list[Floats]:
        """Return how many turns each interval has: counted one by one, and by a clock.

        The first is right where the phase wanders far, the second where single ticks lie far off.
        """
        times = self.middle[0] + np.cumsum(np.append(-0.5 * self.gaps[0], self.gaps))
        phase = frequency * times + 0.5 * drift * times**2
        offset = float(np.angle(np.exp(2j * np.pi * phase).sum())) / (2 * np.pi)
        ways = [self._turns_of_gaps(frequency, drift), np.diff(np.rint(phase - offset))]
        return ways if (ways[0] != ways[1]).any() else ways[:1]


def _deviations(below: float, n: int) -> float:
    """Return by how many deviations n intervals are more alike than exponential ones.

    `below` is by how much their mean logarithm is below the logarithm of their mean.
    """
    below = max(below, 1e-12)
    # the maximum of the likelihood, within 1.5 % (G. Minka 2002, "Estimating a gamma distribution")
    shape = (3 - below + math.sqrt((below - 3) ** 2 + 24 * below)) / (12 * below)
    if shape <= 1:
        return 0.0
    gain = shape * math.log(shape) - math.lgamma(shape) - (shape - 1) * (1 + below)
    return math.sqrt(2 * n * max(gain, 0.0))


def _renewal(gaps: Floats, frequency: Floats) -> Floats:
    """Return the spectrum of events whose intervals are these, drawn independently."""
    mean = np.exp((-2j * np.pi) * np.outer(frequency, gaps)).mean(axis=1)
    # intervals all alike are a clock: as high as it gets
    rest = np.abs(1 - mean) ** 2
    result: Floats = (1 - np.abs(mean) ** 2) / np.maximum(rest, 1e-30)
    return np.where(rest > 1e-30, result, np.inf)


def _common_divisor(turns: Floats) -> int:
    """Return by which number nearly all numbers of turns can be divided."""
    usual = int(np.median(turns))
    for divisor in range(usual, 1, -1):
        if usual % divisor == 0 and np.mean(turns % divisor == 0) >= 1 - EVENTS.extra:
            return divisor
    return 1


@dataclass(frozen=True, eq=False)
class _LocalLevel:
    """The local level model of some intervals, averaged over how far the phase wanders.

    `likelihood` is that of each of `shares`, the first of which is 0.
    """

    solution: Floats
    covariance: Floats
    variance: float
    shares: Floats
    likelihood: Floats
    weights: Floats
    excess: float
    count: int

    @property
    def wanders(self) -> bool:
        """Whether a phase that is kept is out of the question."""
        return bool(self.likelihood.max() > self.likelihood[0] + COHERENCE.significant)

    def forgetting(self, period: float) -> tuple[float, float]:
        """Return the time after which the phase is forgotten, and its relative error."""
        share = np.maximum(self.shares, self.shares[1])
        mean = float(self.weights @ np.log(share))
        scatter = float(self.weights @ (np.log(share) - mean) ** 2)
        wandering = self.variance * math.exp(mean) * self.excess
        time = period**3 / (2 * math.pi**2 * wandering)
        return time, math.sqrt(scatter + 2.0 / self.count)


def _fit(gaps: Floats, turns: Floats, columns: Floats, baseline: float) -> _LocalLevel:
    n, p = columns.shape
    least = (np.finfo(float).eps * baseline) ** 2
    shares = np.append(0.0, np.geomspace(0.1 / n**2, 1.0, _SHARES))
    fits = [_given_share(gaps, turns, columns, share) for share in shares]
    variance = np.array([max(f.chi2 / max(n - p, 1), least) for f in fits])
    likelihood = np.array(
        [
            -0.5 * ((n - p) * math.log(v) + f.log_determinant + f.log_information)
            for v, f in zip(variance, fits, strict=True)
        ]
    )
    # a phase that is kept is as likely beforehand as one that wanders, however far
    weights = np.append(1.0, np.full(_SHARES, 1.0 / _SHARES)) * np.exp(
        likelihood - likelihood.max()
    )
    weights /= weights.sum()
    best = int(likelihood.argmax())
    excess = _excess(fits[best].innovations / math.sqrt(variance[best]))
    covariance = sum(
        (w * v * f.covariance for w, v, f in zip(weights, variance, fits, strict=True)),
        np.zeros((p, p)),
    )
    return _LocalLevel(
        solution=fits[best].solution,
        covariance=covariance * excess,
        variance=float(weights @ variance),
        shares=shares,
        likelihood=likelihood,
        weights=weights,
        excess=excess,
        count=n,
    )


def _excess(innovations: Floats) -> float:
    """Return by how much slow changes of the interval exceed independent ones.

    1 where they do not do so by two deviations.
    """
    length = math.isqrt(len(innovations))
    blocks = innovations[: length * (len(innovations) // length)].reshape(-1, length)
    ratio = float((blocks.sum(axis=1) ** 2).mean()) / length
    return ratio if ratio > 1 + 2 * math.sqrt(2 / len(blocks)) else 1.0


@dataclass(frozen=True, eq=False)
class _Weighted:
    """Generalised least squares for one share of the wandering."""

    solution: Floats
    covariance: Floats
    chi2: float
    log_determinant: float
    log_information: float
    innovations: Floats


def _given_share(gaps: Floats, turns: Floats, columns: Floats, share: float) -> _Weighted:
    # three diagonals: share * turns + (1 - share), of which half with the opposite sign beside it
    band = np.zeros((2, len(gaps)))
    band[0] = share * turns + (1 - share)
    band[1, :-1] = -0.5 * (1 - share)
    band[0] += 1e-12  # an interval of no turns has no wandering
    root = scipy.linalg.cholesky_banded(band, lower=True)
    both: Floats = scipy.linalg.solve_banded((1, 0), root, np.column_stack([columns, gaps]))
    design, target = both[:, :-1], both[:, -1]
    information: NDArray[np.float64] = design.T @ design
    scale = np.sqrt(np.diag(information))
    covariance = np.linalg.inv(information / np.outer(scale, scale)) / np.outer(scale, scale)
    solution = covariance @ (design.T @ target)
    innovations = target - design @ solution
    return _Weighted(
        solution=solution,
        covariance=covariance,
        chi2=float(innovations @ innovations),
        log_determinant=2 * float(np.log(root[0]).sum()),
        log_information=float(np.linalg.slogdet(information)[1]),
        innovations=innovations,
    )
