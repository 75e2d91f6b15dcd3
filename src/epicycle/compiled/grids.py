"""Strengths spread onto an even grid in single precision, and the power of waveforms from it.

The transform of a grid onto which strengths at any points have been spread, divided by that of the
bell they were spread with, has the sums of the strengths as its modes (Kaiser and Bessel's bell;
Jackson et al. 1991, IEEE Trans. Med. Imaging 10, 473).
"""

from __future__ import annotations

import math

import numpy as np

from epicycle.compiled.numba import Loop, inner

#: Frequencies that are worked out side by side.
_LANES = 64


@Loop
def spread(grid, turns, strengths, shifts, bell):
    """Add strengths to the grid, each times its shift and over the width of the bell.

    Parameters
    ----------
    grid : ndarray of complex64, shape (m, L)
        Changed in place.
    turns : ndarray, shape (n,)
        The points, in turns between -0.5 and 0.5.
    strengths : ndarray, shape (m, n)
        Strengths of m sets.
    shifts : ndarray of complex, shape (n,)
        Factors of all strengths of a point.
    bell : ndarray, shape (w, c)
        Polynomials: the bell at ``k - w / 2 + x``, as one of ``2 x - 1``, highest power first.
    """
    m, length = grid.shape
    width, degree = bell.shape
    value = np.empty(width)
    for i in range(turns.shape[0]):
        place = turns[i] * length
        first = math.ceil(place - 0.5 * width)
        x = 2.0 * (first - place + 0.5 * width) - 1.0
        for k in range(width):
            height = bell[k, 0]
            for c in range(1, degree):
                height = height * x + bell[k, c]
            value[k] = height
        for s in range(m):
            one = strengths[s, i] * shifts[i]
            for k in range(width):
                grid[s, (first + k) % length] += np.complex64(one * value[k])


@inner
def _load(modes, correction, share, begin, n, work):
    """Fill in the sums of `n` frequencies: halves of those of columns, and the right-hand side."""
    cosine, sine, cross, right = work
    K, q, half = right.shape[0] // 2, share.shape[0], correction.shape[0] // 2
    shift = begin - half if begin >= half else begin - half + modes.shape[1]
    for h in range(K):
        row = h * (q + 1)
        cosine[h + 1, :n] = 0.0
        sine[h + 1, :n] = 0.0
        for c in range(q):
            for i in range(n):
                one = modes[row + c, shift + i]
                real = one.real * correction[begin + i]
                imag = -one.imag * correction[begin + i]
                cross[2 * h, c, i] = real
                cross[2 * h + 1, c, i] = imag
                cosine[h + 1, i] += 0.5 * share[c] * real
                sine[h + 1, i] += 0.5 * share[c] * imag
        for i in range(n):
            one = modes[row + q, shift + i]
            right[2 * h, i] = one.real * correction[begin + i]
            right[2 * h + 1, i] = -one.imag * correction[begin + i]
            two = modes[K * (q + 1) + h, shift + i]
            cosine[K + h + 1, i] = 0.5 * two.real * correction[begin + i]
            sine[K + h + 1, i] = -0.5 * two.imag * correction[begin + i]


@inner
def _enter(a, b, n, work, entry):
    """Fill in what the normal matrix, without the nuisance columns' part, has at (a, b <= a)."""
    cosine, sine, cross, _ = work
    h, k = a // 2 + 1, b // 2 + 1
    sign = -1.0 if a % 2 else 1.0
    if a % 2 == b % 2:
        for i in range(n):
            entry[i] = cosine[h - k, i] + sign * cosine[h + k, i]
    else:
        # sin h cos k = (sin(h + k) + sin(h - k)) / 2, cos h sin k = (sin(h + k) - sin(h - k)) / 2
        for i in range(n):
            entry[i] = sine[h + k, i] - sign * sine[h - k, i]
    for c in range(cross.shape[1]):
        for i in range(n):
            entry[i] -= cross[a, c, i] * cross[b, c, i]


@inner
def _eliminate(a, n, work, lower, numbers):
    """Work out row `a` of the Cholesky factors, its diagonal inverse; 0 leaves a column out."""
    total, ridge, least = numbers
    entry, pivot = lower[-2, 0], lower[-2, 1]
    h = a // 2 + 1
    for b in range(a + 1):
        _enter(a, b, n, work, entry)
        for c in range(b):
            for i in range(n):
                entry[i] -= lower[a, c, i] * lower[b, c, i]
        for i in range(n):
            if b < a:
                lower[a, b, i] = entry[i] * lower[b, b, i]
            else:
                value = entry[i] + 0.5 * total * ridge * h * h
                pivot[i] = min(pivot[i], value / total)
                good = value > least * total
                lower[a, a, i] = 1.0 / math.sqrt(value if good else 1.0) if good else 0.0


@Loop
def waveform_power(modes, correction, share, numbers):
    r"""Return the reduction of chi-square by the first 1 ... K harmonics at every frequency.

    The twin of ``MultiHarmonicPeriodogram._reduce``.

    Parameters
    ----------
    modes : ndarray of complex64, shape (K (q + 1) + K, L)
        Sums, still to be corrected: of q nuisance columns and the values at orders 1 ... K, then
        of the weights at K + 1 ... 2 K.
    correction : ndarray, shape (size,)
        What corrects the modes from -size // 2 on.
    share : ndarray, shape (q,)
        The weights as a sum of nuisance columns.
    numbers : tuple of float
        Sum of weights; relative ridge; pivots below this share of the sum mean nothing.

    Returns
    -------
    power : ndarray, shape (K, size)
    lowest : ndarray, shape (size,)
        The smallest pivot relative to the total, which tells how good the power is.
    """
    q, size = share.shape[0], correction.shape[0]
    K = modes.shape[0] // (q + 2)
    power, lowest = np.empty((K, size)), np.empty(size)
    cosine, sine = np.zeros((2 * K + 1, _LANES)), np.zeros((2 * K + 1, _LANES))
    right = np.empty((2 * K, _LANES))
    work = (cosine, sine, np.empty((2 * K, q, _LANES)), right)
    # the last rows hold the entry that is worked out, the smallest pivot, and what was taken
    lower = np.empty((2 * K + 2, max(2 * K, 2), _LANES))
    pivot, taken = lower[-2, 1], lower[-1, 0]
    cosine[0] = 0.5 * numbers[0]
    begin = 0
    while begin < size:
        n = min(_LANES, size - begin)
        if begin < size // 2:
            n = min(n, size // 2 - begin)
        taken[:n] = 0.0
        pivot[:n] = 1.0
        _load(modes, correction, share, begin, n, work)
        for a in range(2 * K):
            _eliminate(a, n, work, lower, numbers)
            for c in range(a):
                for i in range(n):
                    right[a, i] -= lower[a, c, i] * right[c, i]
            for i in range(n):
                right[a, i] *= lower[a, a, i]
                taken[i] += right[a, i] * right[a, i]
                power[a // 2, begin + i] = taken[i]
        lowest[begin : begin + n] = pivot[:n]
        begin += n
    return power, lowest
