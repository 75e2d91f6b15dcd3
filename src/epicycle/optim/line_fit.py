r"""One line in a set of series: its frequency, its share of the power, and what that is worth.

A line is the plane wave a cos(2 pi f x) + b sin(2 pi f x) with its own a and b in each series.
Everything is measured in what the null hypothesis (the columns that need no new line) leaves.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from epicycle.evidence.significance import false_alarm_probability
from epicycle.fit.level import places_around, robust_level
from epicycle.limits import LEARNING, NOISE
from epicycle.optim.coordinates import Coordinates
from epicycle.samples.arrays import Floats

#: Around a line, noise is measured at these distances, in units of one over the span.
_STEP = 0.5

_PLACES = places_around(NOISE.notch, NOISE.neighbourhood, _STEP)

#: Independent values among them, and values at the white level that are counted along.
_INDEPENDENT, _PRIOR = 2 * (NOISE.neighbourhood - NOISE.notch), 4.0


#: Gauss-Newton never goes further than this, in units of one over the span.
_LONGEST_STEP = 0.3


@dataclass(frozen=True)
class Residual:
    """Series from which the null hypothesis has been taken away.

    Attributes
    ----------
    coordinates : Coordinates
        Inputs of the n samples.
    values : ndarray, shape (n, q)
        What is left of q series.
    basis : ndarray, shape (n, p)
        Orthonormal basis of the null hypothesis.
    """

    coordinates: Coordinates
    values: Floats
    basis: Floats

    @classmethod
    def of(cls, coordinates: Coordinates, series: Floats, null: Floats) -> Residual:
        """Return what the columns `null`, shape (n, p), leave of `series`, shape (n, q)."""
        basis = _orthonormal(null)
        return cls(coordinates, _without(series, basis), basis)

    def of_others(self, series: Floats) -> Residual:
        """Return what the same null hypothesis leaves of other series, shape (n, q)."""
        return Residual(self.coordinates, _without(series, self.basis), self.basis)

    def without(self, frequencies: Iterable[Floats]) -> Residual:
        """Return the residual once lines at some frequencies belong to the null hypothesis."""
        columns = np.stack([p for f in frequencies for p in self.coordinates.phasors(f)], axis=1)
        basis = np.hstack([self.basis, _orthonormal(_without(columns, self.basis))])
        return Residual(self.coordinates, _without(self.values, basis), basis)

    @property
    def chi2(self) -> float:
        """Sum of squares of all series."""
        return float((self.values**2).sum())

    @property
    def dof(self) -> float:
        """Degrees of freedom of all series."""
        n, q = self.values.shape
        return float((n - self.basis.shape[1]) * q)


@dataclass(frozen=True)
class LineFit:
    """A line fitted to a residual.

    Attributes
    ----------
    frequency, error : ndarray, shape (m,)
        Frequency in cycles per unit on each axis, and its standard error; infinite where there
        is hardly a line.
    power : float
        Share of the sum of squares that the line explains.
    evidence : float
        The same share if the noise were everywhere as strong as around the line.
    """

    frequency: Floats
    error: Floats
    power: float
    evidence: float

    def false_alarm(self, residual: Residual, bandwidth: float) -> float:
        """Return the probability that noise shows such a line anywhere in the band."""
        return false_alarm_probability(
            self.evidence, residual.dof, bandwidth, n_outputs=residual.values.shape[1]
        )


def fit_line(residual: Residual, frequency: Floats, max_steps: int = 12) -> LineFit:
    """Return the line that fits best within a fraction of 1/span of `frequency`, shape (m,).

    `max_steps = 0` measures the line at the frequency that is given.
    """
    return _descended(residual, frequency[np.newaxis], max_steps).line()


def fit_lines(residual: Residual, frequencies: Sequence[Floats]) -> tuple[Floats, Floats]:
    """Return frequencies and standard errors, shape (k, m), of several lines fitted together."""
    best = _descended(residual, np.stack(list(frequencies)), max_steps=12)
    return best.frequency, best.errors()


def _descended(residual: Residual, start: Floats, max_steps: int) -> _Projection:
    """Return the best lines near some frequencies, shape (k, m), by Gauss-Newton.

    Amplitudes and phases are eliminated (variable projection, Golub & Pereyra 1973).
    """
    span = residual.coordinates.span
    best = _Projection(residual, start)
    for _ in range(max_steps):
        step = best.step()
        longest = float(np.max(np.abs(step) * span))
        if longest > _LONGEST_STEP:
            step *= _LONGEST_STEP / longest
        if np.max(np.abs(best.frequency + step - start) * span) > 1.0:
            break  # another line's territory
        trial = _Projection(residual, best.frequency + step)
        if not trial.chi2 < best.chi2:
            break
        best = trial
        if longest < 1e-12:
            break
    return best


class _Projection:
    """The best lines at given frequencies, shape (k, m)."""

    def __init__(self, residual: Residual, frequency: Floats) -> None:
        self._residual = residual
        self.frequency = frequency
        phasors = [residual.coordinates.phasors(f) for f in frequency]
        self._cosine = np.stack([cosine for cosine, _ in phasors], axis=1)
        self._sine = np.stack([sine for _, sine in phasors], axis=1)
        columns = _without(np.hstack([self._cosine, self._sine]), residual.basis)
        self._q, r = np.linalg.qr(columns)
        coefficients = self._q.T @ residual.values
        self.left = residual.values - self._q @ coefficients
        self.chi2 = float((self.left**2).sum())
        # where columns coincide (sine and cosine at Nyquist of a raster) there are no amplitudes
        self._regular = bool((np.abs(np.diag(r)) > 1e-9 * np.sqrt(len(columns))).all())
        if self._regular:
            self._amplitudes = np.linalg.solve(r, coefficients)

    def _normal(self) -> tuple[Floats, Floats]:
        """Return the normal matrix of the frequencies, and its right-hand side.

        The derivative of the fit counts as far as it is new, that is outside all columns.
        """
        points = self._residual.coordinates.values()
        k, m = self.frequency.shape
        a, b = self._amplitudes[:k], self._amplitudes[k:]
        slopes = []
        for line in range(k):
            wave = np.outer(self._cosine[:, line], b[line]) - np.outer(self._sine[:, line], a[line])
            for axis in range(m):
                slope = (2 * np.pi * points[:, axis, np.newaxis]) * wave
                slopes.append(_without(_without(slope, self._residual.basis), self._q).ravel())
        matrix = np.stack(slopes)
        return matrix @ matrix.T, matrix @ self.left.ravel()

    def step(self) -> Floats:
        """Return the Gauss-Newton step, shape (k, m)."""
        if not self._regular:
            return np.zeros_like(self.frequency)
        hessian, gradient = self._normal()
        step = np.linalg.lstsq(hessian, gradient, rcond=None)[0]
        return np.asarray(step.reshape(self.frequency.shape))

    def line(self) -> LineFit:
        """Return the result for a single line."""
        total = max(self._residual.chi2, 1e-300)
        power = max(1.0 - self.chi2 / total, 0.0)
        ratio = power / max(self.chi2 / total, 1e-30)
        nowhere = np.full_like(self.frequency[0], np.inf)
        fit = LineFit(self.frequency[0], nowhere, power, ratio / (1.0 + ratio))
        if fit.false_alarm(self._residual, 0.0) > LEARNING.hopeless:
            return fit  # not significant in white noise, and less so in any other
        level = self._level()
        ratio /= level
        error = np.sqrt(level) * self.errors()[0]
        return replace(fit, error=error, evidence=ratio / (1.0 + ratio))

    def errors(self) -> Floats:
        """Return the standard errors of the frequencies in white noise, shape (k, m)."""
        if not self._regular:
            return np.full_like(self.frequency, np.inf)
        variance = self.chi2 / max(self._residual.dof - 2, 1.0)
        inverse = np.linalg.pinv(self._normal()[0])
        return np.asarray(np.sqrt(np.diag(inverse) * variance).reshape(self.frequency.shape))

    def _level(self) -> float:
        """Return how strong the rest is around the line, relative to white noise, at least 1."""
        if self.chi2 <= 0:
            return 1.0
        points = self._residual.coordinates.values() / self._residual.coordinates.span
        phasor = self._cosine[:, 0] - 1j * self._sine[:, 0]
        powers = []
        for along in points.T:
            moved = phasor * np.exp(-2j * np.pi * _PLACES[0] * along)
            step = np.exp(-2j * np.pi * _STEP * along)
            for apart in np.diff(_PLACES, prepend=_PLACES[0]).tolist():
                moved *= step ** round(apart / _STEP)
                powers.append((np.abs(moved @ self.left) ** 2).sum())
        n_series = self.left.shape[1]
        return robust_level(np.array(powers), self.chi2, n_series, _INDEPENDENT, _PRIOR)


def _orthonormal(columns: Floats) -> Floats:
    """Return an orthonormal basis of the columns, those that depend on others left out."""
    norms = np.sqrt((columns**2).sum(axis=0))
    columns = columns[:, norms > 0] / norms[norms > 0]
    if columns.shape[1] == 0:
        return columns
    u, s, _ = np.linalg.svd(columns, full_matrices=False)
    return np.asarray(u[:, s > 1e-9 * s[0]])


def _without(columns: Floats, basis: Floats) -> Floats:
    """Return the columns with their part in the basis taken away (twice: once leaves rounding)."""
    for _ in range(2):
        columns = columns - basis @ (basis.T @ columns)
    return columns
