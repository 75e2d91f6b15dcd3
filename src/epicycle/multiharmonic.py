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

import numpy as np

from epicycle._data import Data
from epicycle._twofloat import Floats
from epicycle.sums import Complexes, TrigSums

#: Frequencies whose matrices are factorised at a time: all their entries fit into the cache.
_CHUNK = 1 << 11

#: Pivots below this share of the sum of weights carry no information: cosine and sine of these
#: orders cannot be told apart from the columns before them.  Well above the error of the sums.
_DEGENERATE = 1e-6


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
        self._bases = [data.basis(k) * w[:, np.newaxis] for k, w in enumerate(data.weights.T)]

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
        shifts = self._sums.shifts(start)
        factors = [shifts]
        for _ in range(2 * self.orders - 1):
            factors.append(factors[-1] * shifts)
        for k, (w, basis) in enumerate(zip(self._weights.T, self._bases, strict=True)):
            outputs = range(n_outputs) if self._weights.shape[1] == 1 else range(k, k + 1)
            rows = w > 0
            strengths = np.vstack([basis.T, (residual[:, outputs] * w[:, np.newaxis]).T])
            low = [
                self._sums.band_at(np.vstack([w, strengths]), f, m + 1)
                for m, f in enumerate(factors[: self.orders])
            ]
            high = [
                self._sums.band_at(w[np.newaxis, :], f, self.orders + m + 1)[0]
                for m, f in enumerate(factors[self.orders :])
            ]
            window = [s[0] for s in low] + high
            total = float(w[rows].sum())
            for first in range(0, self.size, _CHUNK):
                part = slice(first, first + _CHUNK)
                result[list(outputs), :, part] = self._reduce(
                    [s[part] for s in window],
                    [s[1 : 1 + basis.shape[1], part] for s in low],
                    [s[1 + basis.shape[1] :, part] for s in low],
                    total,
                )
        return result

    def _reduce(
        self,
        window: list[Complexes],
        nuisance: list[Complexes],
        values: list[Complexes],
        total: float,
    ) -> Floats:
        """Return the reductions of one chunk, shape (outputs, K, frequencies)."""
        K = self.orders
        # real columns cos, sin of each order: sums of w times a column with a nuisance column
        # or the values are the real part, and minus the imaginary part, of the complex sums
        cross = [part for s in nuisance for part in (s.real.copy(), -s.imag)]
        right = [part for s in values for part in (s.real.copy(), -s.imag)]
        cosine = [np.full(len(window[0]), total), *(s.real for s in window)]
        sine = [np.zeros(len(window[0])), *(-s.imag for s in window)]
        lower: list[list[Floats]] = []
        reduction = np.zeros((len(values[0]), K, len(window[0])))
        found: list[Floats] = []
        for a in range(2 * K):
            h, a_is_sine = a // 2 + 1, a % 2
            row: list[Floats] = []
            for b in range(a + 1):
                k, b_is_sine = b // 2 + 1, b % 2
                entry = 0.5 * _product(cosine, sine, h, k, a_is_sine, b_is_sine)
                entry -= np.einsum("qf,qf->f", cross[a], cross[b])
                if a == b:
                    entry += 0.5 * total * self._ridge * h * h
                for c in range(b):
                    entry -= row[c] * (lower[b][c] if b < a else row[c])
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


def _product(
    cosine: list[Floats], sine: list[Floats], h: int, k: int, h_is_sine: int, k_is_sine: int
) -> Floats:
    """Return twice the sum of w times one column of order h and one of order k <= h."""
    if h_is_sine == k_is_sine:
        sign = -1.0 if h_is_sine else 1.0
        return cosine[h - k] + sign * cosine[h + k]
    # sin h cos k = (sin(h + k) + sin(h - k)) / 2, cos h sin k = (sin(h + k) - sin(h - k)) / 2
    return sine[h + k] + sine[h - k] if h_is_sine else sine[h + k] - sine[h - k]
