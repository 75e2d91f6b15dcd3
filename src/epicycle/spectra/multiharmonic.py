r"""Least-squares power of a waveform of several harmonics, exact and of all orders at once.

At every frequency of a band, the columns :math:`\cos 2\pi h f t, \sin 2\pi h f t` with
h = 1 ... K are fitted together with all nuisance columns.  Everything that the normal equations
need is in the sums

.. math:: W_m = \sum w e^{-2\pi i m f t}, \quad Y_h = \sum w r e^{-2\pi i h f t}, \quad
          C_{qh} = \sum w n_q e^{-2\pi i h f t}

with m = 1 ... 2K, because products of cosines and sines are cosines and sines of sums and
differences (Palmer 2009, ApJ 695, 496).  The columns are taken in the order of their harmonics, so
one Cholesky factorisation gives the reduction of chi-square by the first, the first two, ... up to
all K harmonics: the squares of the forward-substituted right-hand side, added up.

The normal matrix of every frequency is small and there are many frequencies, so the factorisation
is written out over arrays of frequencies, not over matrices.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from epicycle.compiled.numba import is_there
from epicycle.samples.arrays import Complexes, Floats
from epicycle.samples.data import Data
from epicycle.spectra.gridded import GriddedWaveforms, maxima_above
from epicycle.spectra.periodogram import weighted_basis
from epicycle.spectra.sums import TrigSums

#: Frequencies whose matrices are factorised at a time: all their entries fit into the cache.
_CHUNK = 1 << 11

#: Pivots below this share of the sum of weights carry no information: cosine and sine of these
#: orders cannot be told apart from the columns before them.  Well above the error of the sums.
_DEGENERATE = 1e-6

#: Sums in single precision say nothing of columns that are so much alike.
_UNSURE = 1e-3

#: If the bound on the smallest eigenvalue of the normal matrix, in units of half the sum of
#: weights, falls below this, the cheap upper bound on the power is useless, and the exact power is
#: computed.
_LEAST_EIGENVALUE = 0.05

#: Frequencies that are looked at first, for each maximum that is wanted.
_PROMISING = 8


@dataclass(frozen=True)
class _Sums:
    """Sums of one band: W of orders 1 ... 2 K, and C and Y of orders 1 ... K."""

    window: list[Complexes]
    nuisance: list[Complexes]
    values: list[Complexes]
    total: float


#: From this many samples on, the points of each multiple are set anew.
_MANY = 1 << 17


class MultiHarmonicPeriodogram:
    """Least-squares power of waveforms on any band of fundamental frequencies.

    Parameters
    ----------
    data : Data
        Times, weights and nuisance columns.
    spacing : float
        Step of the grid of fundamental frequencies.
    size : int
        Frequencies per band.
    orders : int
        Number K of harmonics.
    ridge : float
        Share by which the diagonal of order h is raised, times h**2: the prior variance of an
        amplitude falls with the square of its order.  0 is plain least squares.
    """

    def __init__(
        self, data: Data, spacing: float, size: int, orders: int, *, ridge: float = 0.0
    ) -> None:
        self.size = size
        self.orders = orders
        self._ridge = ridge
        self._sums = TrigSums(data.times, spacing, size)
        self._weights = data.weights
        self._bases = [weighted_basis(data, k) for k in range(data.weights.shape[1])]
        self._gridded: GriddedWaveforms | None = None

    def reduction(self, residual: Floats, start: float) -> Floats:
        """Return by how much the first k harmonics lower chi-square, shape (d, K, size).

        Parameters
        ----------
        residual : ndarray, shape (n, d)
            Residuals of the outputs from a fit that contains the nuisance columns.
        start : float
            First fundamental frequency of the band.
        """
        n_outputs = residual.shape[1]
        result = np.empty((n_outputs, self.orders, self.size))
        for k in range(self._weights.shape[1]):
            outputs = range(n_outputs) if self._weights.shape[1] == 1 else range(k, k + 1)
            sums = self._summed(residual[:, outputs], k, start)
            for first in range(0, self.size, _CHUNK):
                part = slice(first, first + _CHUNK)
                result[list(outputs), :, part] = self._reduce(sums, part)
        return result

    def peaks(
        self,
        residual: Floats,
        start: float,
        length: int,
        stops: list[int],
        floors: list[float],
        count: int,
    ) -> list[tuple[NDArray[np.intp], Floats]]:
        """Return the highest local maxima inside a band of the power of a single output.

        Few frequencies can be among them; the others are told by :meth:`_ceiling`, which is much
        less work than their power.

        Parameters
        ----------
        residual : ndarray, shape (n, 1)
            As for :meth:`reduction`.
        start : float
            First fundamental frequency of the band.
        length : int
            Frequencies of the band that there are; a maximum lies between two others of them.
        stops : list of int
            For each number of harmonics, from which of them on the power is 0.
        floors : list of float
            Maxima below these are of no interest.
        count : int
            Number of maxima wanted for each number of harmonics.

        Returns
        -------
        list of tuple of ndarray
            For each number of harmonics, indices and heights, the highest first: all maxima not
            below its floor, or the `count` highest of them.
        """
        quick = None
        if len(residual) <= _MANY and is_there():
            quick = self.power_by_loops(residual, start, stops)
        if quick is not None:
            return [
                maxima_above(row[:length], floor, count)
                for row, floor in zip(quick, floors, strict=True)
            ]
        sums = self._summed(residual, 0, start)
        ceiling = np.empty((self.orders, self.size))
        for first in range(0, self.size, 4 * _CHUNK):
            part = slice(first, first + 4 * _CHUNK)
            ceiling[:, part] = self._ceiling(sums, part)
        power = np.zeros((self.orders, self.size))
        is_known = np.zeros(self.size, dtype=bool)
        for k, stop in enumerate(stops):
            ceiling[k, stop:] = 0.0

        def learn(wanted: NDArray[np.bool_]) -> None:
            index = np.flatnonzero(wanted & ~is_known)
            for first in range(0, len(index), _CHUNK):
                part = index[first : first + _CHUNK]
                power[:, part] = self._reduce(sums, part)[0]
            is_known[index] = True
            for k, stop in enumerate(stops):
                power[k, stop:] = 0.0

        def highest(k: int, floor: float) -> tuple[NDArray[np.intp], Floats]:
            known, here = is_known[:length], power[k, :length]
            inner = here[1:-1]
            peak = known[1:-1] & known[:-2] & known[2:]
            peak &= (inner > here[:-2]) & (inner >= here[2:]) & (inner >= floor)
            index = np.flatnonzero(peak) + 1
            index = index[np.argsort(-power[k, index], kind="stable")[:count]]
            return index, power[k, index]

        # a few of the most promising tell how high the others must reach
        wanted = np.zeros(self.size, dtype=bool)
        most = min(_PROMISING * count, self.size)
        for row in ceiling:
            wanted[np.argpartition(row, -most)[-most:]] = True
        learn(_with_neighbours(wanted))
        least = []
        for k, floor in enumerate(floors):
            height = highest(k, floor)[1]
            least.append(max(floor, float(height[-1])) if len(height) == count else floor)
        levels = np.array(least)[:, np.newaxis]
        learn(np.any(ceiling >= levels, axis=0))
        # a maximum is higher than its neighbours
        learn(_with_neighbours(is_known & np.any(power >= levels, axis=0)))
        return [highest(k, floor) for k, floor in enumerate(floors)]

    def power_by_loops(self, residual: Floats, start: float, stops: list[int]) -> Floats | None:
        """Return the power by compiled loops; None where single precision is not enough."""
        w, basis = self._weights[:, 0], self._bases[0]
        share = basis.sum(axis=0)
        if not _is_spanned(w, basis, share):
            return None
        if self._gridded is None:
            self._gridded = GriddedWaveforms(self.size)
        orders, factors = range(1, 2 * self.orders + 1), _powers(self._sums.shifts(start))
        points = [(self._sums.step(m), f) for m, f in zip(orders, factors, strict=False)]
        strengths = np.vstack([basis.T, (residual * w[:, np.newaxis]).T])
        power, pivots = self._gridded.power(strengths, share, points, self._ridge, _DEGENERATE)
        if pivots[: max(stops)].min(initial=1.0) < _UNSURE:
            return None
        for k, stop in enumerate(stops):
            power[k, stop:] = 0.0
        return power

    def _summed(self, residual: Floats, which: int, start: float) -> _Sums:
        """Return all sums of a band that some outputs with one set of weights need."""
        w, basis = self._weights[:, which], self._bases[which]
        # one power after the other: of many samples, all of them at once take much memory
        factors = _powers(self._sums.shifts(start))
        strengths = np.vstack([basis.T, (residual * w[:, np.newaxis]).T])
        share = basis.sum(axis=0)
        if _is_spanned(w, basis, share):
            low = [
                self._band(strengths, f, m)
                for m, f in zip(range(1, self.orders + 1), factors, strict=False)
            ]
            # no product of BLAS, which takes several threads for so little
            window = [np.einsum("k,kf->f", share, s[: len(share)]) for s in low]
        else:
            both = np.vstack([w, strengths])
            low = [
                self._band(both, f, m)
                for m, f in zip(range(1, self.orders + 1), factors, strict=False)
            ]
            window, low = [s[0] for s in low], [s[1:] for s in low]
        high = [
            self._band(w[np.newaxis, :], f, m)
            for m, f in zip(range(self.orders + 1, 2 * self.orders + 1), factors, strict=False)
        ]
        window += [s[0] for s in high]
        return _Sums(
            window=window,
            nuisance=[s[: len(share)] for s in low],
            values=[s[len(share) :] for s in low],
            total=float(w[w > 0].sum()),
        )

    def _band(self, strengths: Floats, factors: Complexes, multiple: int) -> Complexes:
        """Return the sums at a multiple of a band; of many samples, what they took is freed."""
        sums = self._sums.band_at(strengths, factors, multiple)
        if len(factors) > _MANY:
            self._sums.forget()
        return sums

    def _ceiling(self, sums: _Sums, part: slice) -> Floats:
        r"""Return what the reductions cannot exceed, shape (K, frequencies), for a single output.

        With right-hand side b and normal matrix :math:`\tfrac12 \sum w\,(I + E)`, the reduction
        is at most :math:`2 |b|^2 / ((1 + \lambda) \sum w)`, with :math:`\lambda` the least
        eigenvalue of E.  The window's part of E has trace 0, and so no eigenvalue beyond
        :math:`\sqrt{1 - 1/m}` times its Frobenius norm (m columns); the nuisance columns take no
        more from it than the trace of their part.
        """
        # (weights may be so small that their squares are none)
        total, root = 1.0 / sums.total, 1.0 / np.sqrt(sums.total)
        # of orders 1 ... 2 K, relative to that of order 0
        window = [_squared(s[part], total) for s in sums.window]
        result = np.empty((self.orders, len(window[0])))
        squares = np.zeros(result.shape[1])
        frobenius, trace = np.zeros((2, result.shape[1]))
        for h in range(1, self.orders + 1):
            squares += 2.0 * _squared(sums.values[h - 1][0, part], root)
            for one in sums.nuisance[h - 1]:
                trace += 2.0 * _squared(one[part], root)
            frobenius += 2 * window[2 * h - 1]
            for k in range(1, h):
                frobenius += 4 * (window[h - k - 1] + window[h + k - 1])
            least = 1.0 + self._ridge - np.sqrt((1.0 - 0.5 / h) * frobenius) - trace
            known = least > _LEAST_EIGENVALUE
            # (a margin for rounding)
            least = np.where(known, least * (1.0 - 1e-9), 1.0)
            result[h - 1] = np.where(known, squares / least, np.inf)
        return result

    def _reduce(self, sums: _Sums, part: slice | NDArray[np.intp]) -> Floats:
        """Return the reductions of some frequencies, shape (outputs, K, frequencies)."""
        K, total = self.orders, sums.total
        window = [s[part] for s in sums.window]
        values = [s[:, part] for s in sums.values]
        # real columns cos, sin of each order: sums of w times a column with a nuisance column
        # or the values are the real part, and minus the imaginary part, of the complex sums
        cross = [
            np.ascontiguousarray(one)
            for s in (nuisance[:, part] for nuisance in sums.nuisance)
            for one in (s.real, -s.imag)
        ]
        right = [one for s in values for one in (s.real.copy(), -s.imag)]
        # halves: a product of two columns is half a sum of two others
        count = len(window[0])
        cosine = [np.full(count, 0.5 * total), *(0.5 * s.real for s in window)]
        sine = [np.zeros(count), *(-0.5 * s.imag for s in window)]
        lower: list[list[Floats]] = []
        reduction = np.zeros((len(values[0]), K, count))
        found: list[Floats] = []
        product = np.empty(count)
        for a in range(2 * K):
            h, a_is_sine = a // 2 + 1, a % 2
            row: list[Floats] = []
            for b in range(a + 1):
                k, b_is_sine = b // 2 + 1, b % 2
                entry = _product(cosine, sine, h, k, a_is_sine, b_is_sine)
                for one, other in zip(cross[a], cross[b], strict=True):
                    entry -= np.multiply(one, other, out=product)
                if a == b:
                    entry += 0.5 * total * self._ridge * h * h
                for c in range(b):
                    entry -= np.multiply(row[c], lower[b][c] if b < a else row[c], out=product)
                if b < a:
                    entry *= lower[b][b]
                else:
                    # the diagonal is kept as its inverse; 0 leaves a degenerate column out
                    good = entry > _DEGENERATE * total
                    entry = np.where(good, 1.0 / np.sqrt(np.where(good, entry, 1.0)), 0.0)
                row.append(entry)
            lower.append(row)
            z = right[a]
            for c in range(a):
                z -= row[c] * found[c]
            z *= row[a]
            found.append(z)
            reduction[:, a // 2] += z * z
        return np.cumsum(reduction, axis=1, out=reduction)


def _is_spanned(w: Floats, basis: Floats, share: Floats) -> bool:
    """Return whether the weights are a sum of the nuisance columns under them, as a rule."""
    return bool(np.abs(basis @ share - w).max(initial=0.0) <= 1e-12 * w.max(initial=0.0))


def _with_neighbours(chosen: NDArray[np.bool_]) -> NDArray[np.bool_]:
    result = chosen.copy()
    result[:-1] |= chosen[1:]
    result[1:] |= chosen[:-1]
    return result


def _powers(base: Complexes) -> Iterator[Complexes]:
    """Yield the powers 1, 2, ... of some phasors."""
    power = base
    while True:
        yield power
        power = power * base


def _squared(values: Complexes, factor: float) -> Floats:
    """Return the squares of the moduli of some numbers times a factor."""
    real, imaginary = factor * values.real, factor * values.imag
    real *= real
    imaginary *= imaginary
    real += imaginary
    return real


def _product(
    cosine: list[Floats], sine: list[Floats], h: int, k: int, h_is_sine: int, k_is_sine: int
) -> Floats:
    """Return the sum of w times one column of order h and one of order k <= h, from halves."""
    if h_is_sine == k_is_sine:
        first, second = cosine[h - k], cosine[h + k]
        return first - second if h_is_sine else first + second
    # sin h cos k = (sin(h + k) + sin(h - k)) / 2, cos h sin k = (sin(h + k) - sin(h - k)) / 2
    return sine[h + k] + sine[h - k] if h_is_sine else sine[h + k] - sine[h - k]
