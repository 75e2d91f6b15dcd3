"""The cosinor, array-first: waves at many frequencies, a background, many series at once.

Every test and estimate of a sinusoid, or of harmonics, by plain least squares is made of these:
columns of waves, what a background leaves of them, and what they explain of series that are free of
it.  Frequencies come first, then samples, then columns; a background is an orthonormal basis.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from epicycle.samples.arrays import Floats
from epicycle.samples.phase import wrap

TWO_PI = 2 * np.pi

#: Of sums of squares: what is no wave, as a sine at the Nyquist frequency, explains nothing.
_RIDGE = 1e-12


def waves(turns: Floats, orders: Sequence[int]) -> Floats:
    """Return cosine and sine of each order in turn, shape (..., n, 2 H).

    Parameters
    ----------
    turns : ndarray, shape (..., n)
        Phases of the fundamental, in turns.
    orders : sequence of int, length H
    """
    angle = TWO_PI * wrap(turns[..., np.newaxis] * np.asarray(orders))
    pairs = np.stack([np.cos(angle), np.sin(angle)], axis=-1)
    return np.asarray(pairs.reshape(*turns.shape, 2 * len(orders)))


def turned(columns: Floats, orders: Sequence[int]) -> Floats:
    """Return the derivatives of waves by the phase of the fundamental in turns, shaped as they."""
    pairs = columns.reshape(*columns.shape[:-1], len(orders), 2)
    rate = TWO_PI * np.asarray(orders)[:, np.newaxis]
    across = np.stack([-pairs[..., 1], pairs[..., 0]], axis=-1) * rate
    return np.asarray(across.reshape(columns.shape))


def freed(columns: Floats, basis: Floats) -> Floats:
    """Return what an orthonormal basis, shape (n, p), leaves of columns, shape (..., n, k)."""
    return np.asarray(columns - basis @ (basis.T @ columns))


def explained(free: Floats, series: Floats) -> Floats:
    """Return the sums of squares that columns explain of series, shape (m, S).

    Parameters
    ----------
    free : ndarray, shape (m, n, k)
        Columns at each frequency, free of the background.
    series : ndarray, shape (S, n)
        Free of the background as well.
    """
    seen = np.matmul(series, free)  # (m, S, k)
    gram = np.matmul(free.transpose(0, 2, 1), free)
    size = np.trace(gram, axis1=1, axis2=2)[:, np.newaxis, np.newaxis]
    gram = gram + np.maximum(_RIDGE * size, 1e-300) * np.eye(gram.shape[1])
    solved = np.linalg.solve(gram, seen.transpose(0, 2, 1))
    return np.asarray(np.einsum("msk,mks->ms", seen, solved))
