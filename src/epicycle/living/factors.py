"""Factors of covariances, as short lists of numbers."""

from __future__ import annotations

import numpy as np
from scipy import linalg

from epicycle.samples.arrays import Floats

#: Significant digits: more than any error deserves, and short in a document.
_DIGITS = 6


def packed_factor(covariance: Floats) -> Floats:
    """Return the lower triangle of a factor F with ``F @ F.T = covariance``, row by row.

    Of all such factors it is the one with no negative diagonal, and with nothing in the columns of
    parameters that are held, which rounding does not turn round.
    """
    size = np.sqrt(np.maximum(np.diag(covariance), 0.0))
    # parameters that are held have no variance, and rounding may leave eigenvalues below 0
    free = np.flatnonzero(size > 0)
    unit = size[free]
    result = np.zeros_like(covariance)
    if len(free):
        values, vectors = linalg.eigh(covariance[np.ix_(free, free)] / np.outer(unit, unit))
        root = vectors * np.sqrt(np.maximum(values, 0.0))
        lower = np.asarray(linalg.qr(root.T, mode="r")[0], dtype=np.float64).T
        lower = lower * np.where(np.diag(lower) < 0, -1.0, 1.0)
        result[np.ix_(free, free)] = lower * unit[:, np.newaxis]
    return _rounded(result[np.tril_indices(len(size))])


def unpacked_factor(factor: Floats) -> Floats:
    """Return the factor whose lower triangle is given row by row."""
    size = round((np.sqrt(8 * len(factor) + 1) - 1) / 2)
    result = np.zeros((size, size))
    result[np.tril_indices(size)] = factor
    return result


def _rounded(values: Floats) -> Floats:
    """Return values with as many digits as are worth writing down."""
    decimals = _DIGITS - 1 - np.floor(np.log10(np.maximum(np.abs(values), 1e-290)))
    # powers of ten are exact where they are above 1: multiply and divide by those
    large, small = 10.0 ** np.maximum(decimals, 0.0), 10.0 ** np.maximum(-decimals, 0.0)
    rounded: Floats = np.rint(values * large / small) / large * small
    return np.where(np.abs(values) > 1e-290, rounded, 0.0)
