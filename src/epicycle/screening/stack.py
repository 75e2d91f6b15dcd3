"""Many short series as rows of one array, so that one operation serves them all.

Rows are as long as the longest of them; what is missing at their ends has weight 0, and counts
nowhere.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from epicycle.samples import twofloat
from epicycle.samples.arrays import Floats
from epicycle.samples.times import Times
from epicycle.spectra.sampling import Sampling

#: A nuisance column of which less than this is independent of those before it is left out, as
#: :func:`epicycle.samples.data.orthonormal_basis` does.
_INDEPENDENT = 1e-10


@dataclass(frozen=True, eq=False)
class Stack:
    """B series of at most n samples, ready for regression.

    Attributes
    ----------
    times : ndarray, shape (B, n)
        Times from the reference of each series; 0 beyond its end.
    y : ndarray, shape (B, n)
        Values, in units of the largest of each series.
    weights : ndarray, shape (B, n)
        Weights, in units of the largest of each series; 0 beyond the end.
    counts : ndarray of int, shape (B,)
        Number of samples of each.
    reference, baseline : ndarray, shape (B,)
        Weighted mean time, and last minus first time.
    unit, weight : ndarray, shape (B,)
        These units: with them no product overflows, whatever the values.
    """

    times: Floats
    y: Floats
    weights: Floats
    counts: NDArray[np.intp]
    reference: Floats
    baseline: Floats
    unit: Floats
    weight: Floats

    @staticmethod
    def of(times: Times, y: Floats, weights: Floats, counts: NDArray[np.intp]) -> Stack:
        """Return a stack of series that are given one below the other.

        Parameters
        ----------
        times : Times, shape (N,)
            Times of all samples.
        y, weights : ndarray, shape (N,)
            Their values, none missing, and weights above 0.
        counts : ndarray of int, shape (B,)
            Number of samples of each series, at least 1.
        """
        filled = np.arange(int(counts.max())) < counts[:, np.newaxis]

        def rows(flat: Floats) -> Floats:
            result = np.zeros(filled.shape)
            result[filled] = flat
            return result

        starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
        first = np.minimum.reduceat(times.hi, starts)
        elapsed = _minus(times, np.repeat(first, counts))
        baseline = np.maximum.reduceat(elapsed, starts) - np.minimum.reduceat(elapsed, starts)
        largest = np.maximum.reduceat(np.abs(y), starts)
        unit = np.where(largest > 0, largest, 1.0)
        weight = np.maximum.reduceat(weights, starts)
        relative = rows(weights / np.repeat(weight, counts))
        reference = first + (relative * rows(elapsed)).sum(axis=1) / relative.sum(axis=1)
        return Stack(
            times=rows(_minus(times, np.repeat(reference, counts))),
            y=rows(y / np.repeat(unit, counts)),
            weights=relative,
            counts=counts,
            reference=reference,
            baseline=baseline,
            unit=unit,
            weight=weight,
        )

    def samplings(self) -> list[Sampling]:
        """Return what :class:`~epicycle.spectra.sampling.Sampling` says of each series."""
        filled = np.arange(self.times.shape[1]) < self.counts[:, np.newaxis]
        return Sampling.of_each(np.where(filled, self.times, np.inf), self.baseline, self.counts)

    def basis(self, degree: int) -> Floats:
        """Return orthonormal polynomials in time, shape (B, degree + 1, n).

        They are orthonormal under the weights of each series; one that depends on those before it
        is 0, and so are all beyond the end of a series.
        """
        u = self.times * (2.0 / self.baseline)[:, np.newaxis]
        result = np.zeros((len(u), degree + 1, u.shape[1]))
        column = (self.weights > 0).astype(np.float64)
        for k in range(degree + 1):
            fresh = column.copy()
            for _ in range(2):  # once more takes away what rounding has left
                fresh -= along(fresh, self.weights, result[:, :k])
            size = np.sqrt((self.weights * fresh**2).sum(axis=1))
            whole = np.sqrt((self.weights * column**2).sum(axis=1))
            kept = size > _INDEPENDENT * whole
            result[:, k] = fresh * (kept / np.where(kept, size, 1.0))[:, np.newaxis]
            column *= u
        return result

    def free_of(self, values: Floats, basis: Floats) -> Floats:
        """Return values, shape (B, n), without what a basis explains of them."""
        for _ in range(2):
            values = values - along(values, self.weights, basis)
        return values


def along(values: Floats, weights: Floats, basis: Floats) -> Floats:
    """Return what orthonormal columns, shape (B, p, n), explain of values, shape (B, n)."""
    coefficients = np.einsum("bn,bkn->bk", weights * values, basis)
    result: Floats = np.einsum("bk,bkn->bn", coefficients, basis)
    return result


def _minus(times: Times, origin: Floats) -> Floats:
    """Return times counted from an origin each: the nearest floats of the exact differences."""
    s, e = twofloat.two_sum(times.hi, -origin)
    result: Floats = s + (e + times.lo)
    return result
