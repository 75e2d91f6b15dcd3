r"""Trigonometric sums -> least-squares power.

The power at a frequency is the fraction by which a sinusoid lowers the weighted sum of squares,
with all nuisance columns (mean, trend, offsets) refitted at every frequency.  With Q an
orthonormal basis of the nuisance columns, r the residual from them, and

.. math:: Y = \sum w r z, \quad U = \sum w - \sum_m |\sum w Q_m z|^2, \quad
          V = \sum w z^2 - \sum_m (\sum w Q_m z)^2, \quad z = e^{-2\pi i f t},

the reduction is :math:`2\,(U|Y|^2 - \mathrm{Re}(V^* Y^2)) / (U^2 - |V|^2)`.  For one constant
column it is the generalised Lomb-Scargle periodogram (Zechmeister & Kürster 2009, A&A 496, 577,
eq. 5), written with complex sums.
"""

from __future__ import annotations

import numpy as np

from epicycle.samples.arrays import Complexes, Floats
from epicycle.samples.data import Data
from epicycle.samples.times import Times
from epicycle.spectra.sums import TrigSums

# Determinant U**2 - |V|**2, relative to (sum w)**2, below which sine and cosine cannot be told
# apart (at frequency zero, or at Nyquist of regular sampling): no power is defined there.  Well
# above the error of the transforms, 1e-9.
DEGENERATE = 1e-6

#: Frequencies at a time that are taken together.
_PIECE = 1 << 14

#: From this many samples on, phasors are computed anew for each search.
_KEPT_PHASORS = 1 << 17


class Periodogram:
    """Least-squares power of a residual on any band of frequencies.

    Parameters
    ----------
    data : Data
        Times, weights and nuisance columns.
    spacing : float
        Step of the frequency grid.
    size : int
        Frequencies per band.
    remember : bool
        Whether to keep what depends on the sampling alone for a second call with the same band;
        saves most of the time of repeated searches, at 32 bytes per frequency.
    former : Periodogram, optional
        One of the same times and grid, not needed any more, whose transforms are taken over.
    """

    def __init__(
        self,
        data: Data,
        spacing: float,
        size: int,
        *,
        remember: bool = False,
        former: Periodogram | None = None,
    ) -> None:
        self.size = size
        self._sums: TrigSums = (
            TrigSums(data.times, spacing, size) if former is None else former._sums
        )
        self._weights = data.weights
        self._has_nuisance = data.nuisance.shape[1] > 0
        self._remembered: dict[float, tuple[Complexes | None, list[Norm]]] | None = (
            {} if remember else None
        )
        self._bases = [weighted_basis(data, k) for k in range(data.weights.shape[1])]

    @staticmethod
    def of(data: Data, spacing: float, size: int) -> Periodogram:
        """Return such an engine, one for all who ask for the same data and grid."""
        key = f"periodogram, {size} x {spacing!r}"
        kept = data.memo.get(key)
        if not isinstance(kept, Periodogram):
            kept = data.memo[key] = Periodogram(data, spacing, size)
        return kept

    def reduction(self, residual: Floats, start: float) -> Floats:
        """Return by how much a sinusoid lowers chi-square, shape (d, size).

        Parameters
        ----------
        residual : ndarray, shape (n, d)
            Residuals of the outputs from a fit that contains the nuisance columns.
        start : float
            First frequency of the band.
        """
        known = None if self._remembered is None else self._remembered.get(start)
        shifts = None if known is None else known[0]
        if shifts is None:
            shifts = self._sums.shifts(start)
        if not self._has_nuisance:
            # Events: their density, not their values, carries the signal.  Under a constant rate
            # sine and cosine are orthogonal, and the power is 2 |S|^2 / n.
            strengths = (residual * self._weights).T
            sums = self._sums.band_at(strengths, shifts)
            frequency = start + np.arange(self.size, dtype=np.float64) * self._sums.spacing
            sums -= strengths.sum(axis=1)[:, np.newaxis] * span_window(self._sums.times, frequency)
            return np.asarray(2.0 * np.abs(sums) ** 2 / self._weights.sum())
        norms = None if known is None else known[1]
        result = np.empty((residual.shape[1], self.size))
        fresh: list[Norm] = []
        for k, (w, basis) in enumerate(zip(self._weights.T, self._bases, strict=True)):
            outputs = range(residual.shape[1]) if self._weights.shape[1] == 1 else range(k, k + 1)
            strengths = (residual[:, outputs] * w[:, np.newaxis]).T
            if norms is None:
                sums = self._sums.band_at([*strengths, *basis.T], shifts)
                doubled = self._sums.band_at([w], shifts * shifts, 2)[0]
                fresh.append(Norm(float(w.sum()), sums[len(outputs) :], doubled))
            else:
                sums = self._sums.band_at(strengths, shifts)
            for j, output in enumerate(outputs):
                result[output] = (fresh if norms is None else norms)[k].reduction(sums[j])
        if self._remembered is not None and norms is None:
            # (of many samples, their phasors take more memory than they save time)
            few = len(shifts) <= _KEPT_PHASORS
            self._remembered[start] = shifts if few else None, fresh
        return result

    def rough(self, residual: Floats, start: float) -> Floats:
        """Return the power as if sine and cosine were orthogonal to all else, shape (d, size).

        A fraction of the work of :meth:`reduction`, and of the same size except near frequencies
        where the sampling does not tell sine from cosine.
        """
        strengths = (residual * self._weights).T
        sums = self._sums.band_at(strengths, self._sums.shifts(start))
        total = np.broadcast_to(self._weights.sum(axis=0), len(strengths))[:, np.newaxis]
        return np.asarray(2.0 * (sums.real**2 + sums.imag**2) / total)


def weighted_basis(data: Data, which: int) -> Floats:
    """Return the basis of the nuisance columns times a set of weights; itself where these are 1."""
    w, basis = data.weights[:, which], data.basis(which)
    return basis if (w == 1.0).all() else basis * w[:, np.newaxis]


def span_window(times: Times, frequency: Floats) -> Complexes:
    """Return the sums, per unit of strength, that a constant rate from first to last time has."""
    first, last = float(times.hi.min()), float(times.hi.max())
    phasor = np.exp((-1j * np.pi) * frequency * (first + last))
    result: Complexes = np.sinc(frequency * (last - first)) * phasor
    return result


class Norm:
    """The part of the power that depends on the sampling alone: U, V and the determinant."""

    def __init__(self, total: float, basis: Complexes, doubled: Complexes) -> None:
        self._u = np.full(doubled.shape, total)
        self._v = doubled.copy()
        self._factor = np.zeros_like(self._u)
        for piece in _pieces(len(doubled)):
            u, v = self._u[piece], self._v[piece]
            for q in basis[:, piece]:
                u -= q.real**2
                u -= q.imag**2
                v -= q * q
            determinant = u * u
            determinant -= v.real**2
            determinant -= v.imag**2
            defined = determinant > DEGENERATE * total**2
            np.divide(2.0, determinant, out=self._factor[piece], where=defined)

    def reduction(self, y: Complexes) -> Floats:
        """Return by how much a sinusoid lowers chi-square, given the sums Y of the residual."""
        result = np.empty(y.shape)
        for piece in _pieces(len(y)):
            real, imag, v = y.real[piece], y.imag[piece], self._v[piece]
            a = real * real
            b = imag * imag
            part = np.add(a, b, out=result[piece])
            part *= self._u[piece]
            a -= b
            a *= v.real
            part -= a
            np.multiply(real, imag, out=b)
            b *= v.imag
            b *= 2.0
            part -= b
            part *= self._factor[piece]
        return result


def _pieces(size: int) -> list[slice]:
    """Return consecutive pieces of a band whose intermediate results stay in cache."""
    return [slice(first, first + _PIECE) for first in range(0, size, _PIECE)]
