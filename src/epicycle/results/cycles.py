"""Refined lines -> cycles: period, waveform, phase, errors and aliases, as frozen results.

Conventions
-----------
A harmonic of order h contributes ``A cos(2 pi (h f (t - t0) - phase))`` with t0 the reference
time of the result and `phase` in turns: the share of its own period after t0 at which it is
highest.  The phase of a cycle is that of the maximum of its whole waveform, so
``time_of_maximum = t0 + phase / f`` is the first maximum at or after t0.  The amplitude of a
cycle is half the distance from the lowest to the highest point of its waveform; for a single
sinusoid it is A.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from epicycle.evidence.aliases import Alias as Alias
from epicycle.fit.multiples import evenly
from epicycle.samples.arrays import Floats

#: One number for a single output, one per output otherwise.
PerOutput: TypeAlias = float | tuple[float, ...]


@dataclass(frozen=True)
class Harmonic:
    """One sinusoid of a cycle's waveform.

    Attributes
    ----------
    order : int
        Multiple of the fundamental frequency.
    amplitude, amplitude_error : float or tuple of float
        In units of y; one per output.
    phase : float or tuple of float
        In turns of this harmonic, in [0, 1).
    """

    order: int
    amplitude: PerOutput
    amplitude_error: PerOutput
    phase: PerOutput


@dataclass(frozen=True)
class Line:
    """One sinusoid as it was found, before lines are read as cycles.

    Attributes
    ----------
    frequency, frequency_error, period, period_error : float
        In cycles per unit of time, and in units of time.
    amplitude, amplitude_error : float or tuple of float
        In units of y.
    noise_level : float
        Residual power around the line relative to white noise; errors contain its root.
    kind : str
        "cycle", "slow" (slow variation, too few cycles to be called one), "known", or "asked" for
        the rhythm that was asked about.
    fundamental : float
        Frequency of the cycle that the line belongs to.
    order : int
        Its order in that cycle.
    claimed : bool
        Whether the cycle is one of the result's `cycles`.  Slow variation is not, nor is what
        stays in the fit although noise explains it with more than the probability asked for.
    """

    frequency: float
    frequency_error: float
    period: float
    period_error: float
    amplitude: PerOutput
    amplitude_error: PerOutput
    noise_level: float
    kind: str
    fundamental: float
    order: int
    claimed: bool = True


@dataclass(frozen=True)
class EventStatistics:
    """How significant a cycle in events is, by the usual tests.

    Attributes
    ----------
    power : tuple of float
        ``z_h = |sum w exp(-2 pi i h phase)|^2 / sum w^2`` for h = 1, 2, ...; exponential with
        mean 1 for a constant rate.
    z_squared : tuple of float
        Z^2_m, twice the sum of the first m powers, for m = 1, 2, ...
    z_squared_false_alarm : tuple of float
        Probability that a constant rate shows a higher Z^2_m anywhere in the band searched.
    h : float
        The H-test, ``max_m (Z^2_m - 4 m + 4)``, over all orders.
    h_false_alarm : float
        Probability that a constant rate shows a higher H anywhere in the band searched.
    """

    power: tuple[float, ...]
    z_squared: tuple[float, ...]
    z_squared_false_alarm: tuple[float, ...]
    h: float
    h_false_alarm: float


@dataclass(frozen=True)
class Cycle:
    """A periodic component: a fundamental frequency with its waveform.

    Attributes
    ----------
    period, period_error : float
        In units of time; errors are one standard deviation.  NaN where a period that was asked
        about is held, 0 where it is one that was known.
    frequency, frequency_error : float
        In cycles per unit of time, at the reference time.
    frequency_drift, frequency_drift_error : float or None
        Change of the frequency per unit of time, where it was fitted.
    amplitude, amplitude_error : float or tuple of float
        Half the height of the waveform, in units of y; one per output.
    phase, phase_error : float or tuple of float
        Position of the maximum after the reference time, in turns in [0, 1).
    time_of_maximum : float, datetime or tuple
        First maximum at or after the reference time, in the user's own time.
    time_of_maximum_error : float or tuple of float
        In units of time.
    frequency_phase_covariance : float or tuple of float
        Covariance of frequency and phase.  At the reference time, the weighted middle of the
        data, it is close to zero; the phase at t0 + dt has the variance
        ``phase_error**2 - 2 dt cov + dt**2 frequency_error**2``.
    harmonics : tuple of Harmonic
        The waveform, by ascending order.
    false_alarm_probability : float
        Probability that noise alone shows such a cycle anywhere in the band that was searched.
    aliases : tuple of Alias
        Where else this cycle may stand, likeliest first.
    known : bool
        Whether the frequency was given by the user and held.
    coherence_time, coherence_time_error : float or None
        Time over which amplitude and phase are forgotten, where the cycle is a broad peak and not
        a clock; None where it is coherent over the baseline.  Errors of frequency and period
        then contain the width of the peak; amplitude and phase are those of its strongest line.
    statistics : EventStatistics or None
        Z^2_m and the H-test, where the cycle is one of events.
    """

    period: float
    period_error: float
    frequency: float
    frequency_error: float
    frequency_drift: float | None
    frequency_drift_error: float | None
    amplitude: PerOutput
    amplitude_error: PerOutput
    phase: PerOutput
    phase_error: PerOutput
    time_of_maximum: Any
    time_of_maximum_error: PerOutput
    frequency_phase_covariance: PerOutput
    harmonics: tuple[Harmonic, ...]
    false_alarm_probability: float
    aliases: tuple[Alias, ...]
    known: bool
    statistics: EventStatistics | None = None
    coherence_time: float | None = None
    coherence_time_error: float | None = None

    @property
    def alternatives(self) -> tuple[Alias, ...]:
        """Where else the cycle may stand: places that are not ten times less likely."""
        return tuple(alias for alias in self.aliases if alias.verdict != "cycle")


@dataclass(frozen=True)
class Asked:
    """The answer to whether there is a rhythm of some period.

    Attributes
    ----------
    shortest, longest : float
        The periods asked about; alike where one was, which is then held.
    false_alarm_probability : float
        Probability that noise alone shows as much there: at a period that is held, the p-value of
        an F-test with two and ``n - p`` degrees of freedom, p counting everything fitted.
    condition : float
        Condition number of the columns of trend, offsets, known periods and rhythm, each of
        length 1; the larger, the less the samples tell the rhythm from these.
    cycle : Cycle or None
        The rhythm as it was fitted, significant or not; None where none could be measured.  Its
        period has no error where it was held (NaN).
    """

    shortest: float
    longest: float
    false_alarm_probability: float
    condition: float
    cycle: Cycle | None

    @property
    def held(self) -> bool:
        """Whether one period was asked about, not a range."""
        return self.shortest == self.longest


@dataclass(frozen=True)
class Waveform:
    """Shape of one cycle in one output, with the covariance of its coefficients.

    Attributes
    ----------
    frequency : float
        Fundamental frequency.
    orders : ndarray of int, shape (H,)
        Orders of the harmonics.
    coefficients : ndarray, shape (2 H,)
        Cosine and sine coefficient of each order in turn.
    covariance : ndarray, shape (1 + 2 H, 1 + 2 H)
        Of the frequency, then the coefficients.
    """

    frequency: float
    orders: NDArray[np.intp]
    coefficients: Floats
    covariance: Floats

    def basis(self, phase: Floats, derivative: int = 0) -> Floats:
        """Return each coefficient's function of phase (turns), or its 1st or 2nd derivative."""
        rate = 2 * np.pi * self.orders
        angle = rate * np.asarray(phase)[..., np.newaxis]
        cosine, sine = np.cos(angle), np.sin(angle)
        pairs = {
            0: (cosine, sine),
            1: (-rate * sine, rate * cosine),
            2: (-(rate**2) * cosine, -(rate**2) * sine),
        }[derivative]
        return np.stack(pairs, axis=-1).reshape(*np.shape(phase), -1)

    @cached_property
    def _ends(self) -> tuple[float, float]:
        """Phases of the highest and the lowest of 256 points in each turn of the highest order."""
        size = 256 * int(self.orders.max())
        values = evenly(self.orders, self.coefficients[0::2] - 1j * self.coefficients[1::2], size)
        return int(values.argmax()) / size, int(values.argmin()) / size

    def extremum(self, sign: float) -> float:
        """Return the phase of the highest (sign 1) or lowest (-1) point, in [0, 1)."""
        best = self._ends[0 if sign > 0 else 1]
        for _ in range(4):
            slope = float(self.basis(np.array(best), 1) @ self.coefficients)
            bend = float(self.basis(np.array(best), 2) @ self.coefficients)
            if bend * sign >= 0:
                break
            best -= float(np.clip(slope / bend, -1e-3, 1e-3))
        return best % 1.0

    def amplitude(self) -> tuple[float, float]:
        """Return half the height of the waveform and its error."""
        top, bottom = self.extremum(1.0), self.extremum(-1.0)
        weights = (self.basis(np.array(top)) - self.basis(np.array(bottom))) / 2
        variance = float(weights @ self.covariance[1:, 1:] @ weights)
        return float(weights @ self.coefficients), _root(variance)

    def maximum(self) -> tuple[float, float, float, float]:
        """Return phase of the maximum, its error, its covariance with f, and the time error."""
        phase = self.extremum(1.0)
        bend = float(self.basis(np.array(phase), 2) @ self.coefficients)
        if bend == 0.0:
            return phase, float("inf"), 0.0, float("inf")
        response = -self.basis(np.array(phase), 1) / bend
        variance = float(response @ self.covariance[1:, 1:] @ response)
        with_frequency = float(response @ self.covariance[1:, 0])
        # time = phase / f, so a late first maximum also carries the error of the period
        f = self.frequency
        time_variance = (
            variance - 2 * phase / f * with_frequency + (phase / f) ** 2 * self.covariance[0, 0]
        ) / f**2
        return phase, _root(variance), with_frequency, _root(time_variance)

    def harmonic(self, index: int) -> tuple[float, float, float]:
        """Return amplitude, its error, and phase in turns of one harmonic."""
        a, b = self.coefficients[2 * index : 2 * index + 2]
        amplitude = float(np.hypot(a, b))
        block = self.covariance[1 + 2 * index : 3 + 2 * index, 1 + 2 * index : 3 + 2 * index]
        direction = np.array([a, b]) / max(amplitude, 1e-300)
        phase = float(np.arctan2(b, a) / (2 * np.pi)) % 1.0
        return amplitude, _root(float(direction @ block @ direction)), phase


def _root(variance: float) -> float:
    return float(np.sqrt(max(variance, 0.0)))


def per_output(values: list[Any], single: bool) -> Any:
    """Return the one value of a single output, or a tuple."""
    return values[0] if single else tuple(values)
