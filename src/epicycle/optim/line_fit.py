r"""One line in a set of series: its frequency, its share of the power, and what that is worth.

A line is the plane wave a cos(2 pi f x) + b sin(2 pi f x) with its own a and b in each series.
Everything is measured in what the null hypothesis (the columns that need no new line) leaves.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from epicycle._twofloat import Floats
from epicycle.optim.coordinates import Coordinates
from epicycle.periodogram import false_alarm_probability

#: Around a line, noise is measured at these distances, in units of one over the span.
_OFFSETS = np.array([s for s in np.arange(-8.0, 8.01, 0.5) if abs(s) >= 1.0])

#: Independent values among them, and values at the white level that are counted along.
_INDEPENDENT, _PRIOR = 14.0, 4.0

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

    def without_line(self, frequency: Floats) -> Residual:
        """Return the residual once a line at `frequency` belongs to the null hypothesis."""
        columns = np.stack(self.coordinates.phasors(frequency), axis=1)
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
        Frequency in cycles per unit on each axis, and its standard error.
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
        components = 2 * residual.values.shape[1]
        return false_alarm_probability(self.evidence, residual.dof, bandwidth, components)


def fit_line(residual: Residual, frequency: Floats, max_steps: int = 12) -> LineFit:
    """Return the line that fits best within a fraction of 1/span of `frequency`, shape (m,).

    Gauss-Newton with amplitude and phase eliminated (variable projection, Golub & Pereyra 1973);
    `max_steps = 0` measures the line at the frequency that is given.
    """
    x, span = residual.coordinates, residual.coordinates.span
    points = x.values()
    best = _Projection(residual, frequency)
    start = frequency
    for _ in range(max_steps):
        step = best.step(points)
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
    return best.result(points)


class _Projection:
    """The best line at one frequency."""

    def __init__(self, residual: Residual, frequency: Floats) -> None:
        self._residual = residual
        self.frequency = frequency
        self._cosine, self._sine = residual.coordinates.phasors(frequency)
        columns = _without(np.stack([self._cosine, self._sine], axis=1), residual.basis)
        q, r = np.linalg.qr(columns)
        coefficients = q.T @ residual.values
        self._q = q
        self.left = residual.values - q @ coefficients
        self.chi2 = float((self.left**2).sum())
        # a zero on the diagonal: sine and cosine coincide there (Nyquist of a raster)
        r = r + np.diag(np.where(np.abs(np.diag(r)) > 1e-9 * np.sqrt(len(q)), 0.0, np.inf))
        self._amplitudes = np.linalg.solve(r, coefficients) if np.isfinite(r).all() else None

    def _slopes(self, points: Floats) -> Floats:
        """Return the derivative of the fit by frequency, shape (m, n, q), as far as it is new."""
        assert self._amplitudes is not None
        a, b = self._amplitudes
        wave = 2 * np.pi * (np.outer(self._cosine, b) - np.outer(self._sine, a))
        slopes = np.stack([column[:, np.newaxis] * wave for column in points.T])
        return np.stack([_without(_without(s, self._residual.basis), self._q) for s in slopes])

    def step(self, points: Floats) -> Floats:
        """Return the Gauss-Newton step, shape (m,)."""
        if self._amplitudes is None:
            return np.zeros(points.shape[1])
        slopes = self._slopes(points)
        hessian = np.einsum("jnq,knq->jk", slopes, slopes)
        gradient = np.einsum("jnq,nq->j", slopes, self.left)
        return np.asarray(np.linalg.lstsq(hessian, gradient, rcond=None)[0])

    def result(self, points: Floats) -> LineFit:
        chi2 = max(self._residual.chi2, 1e-300)
        power = 1.0 - self.chi2 / chi2
        noise = max(self.chi2 / chi2, 1e-30) * self._level()
        error = np.full(points.shape[1], np.inf)
        if self._amplitudes is not None:
            slopes = self._slopes(points)
            hessian = np.einsum("jnq,knq->jk", slopes, slopes)
            variance = self.chi2 * self._level() / max(self._residual.dof - 2, 1.0)
            error = np.sqrt(np.diag(np.linalg.pinv(hessian)) * variance)
        ratio = max(power, 0.0) / noise
        return LineFit(self.frequency, error, power, ratio / (1.0 + ratio))

    def _level(self) -> float:
        """Return how strong the rest is around the line, relative to white noise, at least 1."""
        if self.chi2 <= 0:
            return 1.0
        x = self._residual.coordinates
        total, count = 0.0, 0
        for axis in range(len(x.axes)):
            for offset in _OFFSETS:
                moved = self.frequency.copy()
                moved[axis] += offset / x.span[axis]
                cosine, sine = x.phasors(moved)
                total += float(((cosine @ self.left) ** 2 + (sine @ self.left) ** 2).sum())
                count += 1
        mean = total / (count * self.chi2)
        return max(1.0, (_INDEPENDENT * mean + _PRIOR) / (_INDEPENDENT + _PRIOR))


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
