r"""Many multiples of one frequency: their columns, and products of these from a few sums.

Products of cosines and sines are cosines and sines of sums and differences, so that all products
among the columns of orders up to K, under weights w and with a power of the time u, are put
together from

.. math:: S_p(m) = \sum_i w_i u_i^p \exp(i m \theta_i) , \qquad m = 0 \dots 2 K ,

which costs K operations a sample, not K squared.  The columns themselves are phasors of every
sixteenth order, each times the first sixteen powers of :math:`\exp(i \theta)`; what they are off
by is the rounding of :math:`m \theta`, less than 1e-13 at order 256.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from epicycle.samples import phase
from epicycle.samples.arrays import Floats

#: Orders are many where the square of their number is this times the highest: from so many on
#: where none is missing.  It is about time only: sums take less than half the time of matrices from
#: 8 orders on, but all orders are computed anew where a single one joins.
FEWEST = 16

#: Orders from one phasor to the next that is computed from its own angle.
_STRIDE = 16

#: Powers of phasors that are in memory at once.
_AT_ONCE = 1 << 16


def are_many(orders: NDArray[np.intp]) -> bool:
    """Return whether sums are a cheaper way to the products of these orders than matrices."""
    return len(orders) ** 2 >= FEWEST * int(orders.max(initial=1))


def phasors(
    turns: Floats, highest: int, size: int | None = None
) -> Iterator[tuple[slice, NDArray[np.complex128]]]:
    """Yield blocks of samples with the phasors of orders 1 ... highest, shape (highest, block).

    Parameters
    ----------
    turns : ndarray, shape (n,)
        Phases of order 1, in turns, in [-0.5, 0.5].
    highest : int
        The highest order.
    size : int, optional
        Samples in a block.
    """
    size = size or max(16, _AT_ONCE // highest)
    strides = np.arange(0, highest, _STRIDE)[:, np.newaxis]
    for start in range(0, len(turns), size):
        block = slice(start, start + size)
        steps = phase.powers(_unit(turns[block]), _STRIDE)
        # powers alone would count the rounding of the first as often as the order says
        result = _unit(phase.wrap(strides * turns[block]))[:, np.newaxis] * steps
        yield block, result.reshape(-1, steps.shape[1])[:highest]


def _unit(turns: Floats) -> NDArray[np.complex128]:
    cosine, sine = phase.unit_phasors(turns)
    result = np.empty(turns.shape, dtype=np.complex128)
    result.real, result.imag = cosine, sine
    return result


def sums_of(
    columns: Floats, turns: Floats, orders: NDArray[np.intp], strengths: Floats, most: int
) -> NDArray[np.complex128]:
    """Write the columns of some orders, and return what their products are made of.

    Parameters
    ----------
    columns : ndarray, shape (2 L, n)
        Where cosine and sine of each order are written.
    turns : ndarray, shape (n,)
        Phases of order 1, in turns, in [-0.5, 0.5].
    orders : ndarray of int, shape (L,)
        The orders.
    strengths : ndarray, shape (k, n)
        What the products are summed with: weights times powers of the time.
    most : int
        Largest number of multiplications in one product of matrices.

    Returns
    -------
    ndarray of complex, shape (k, 2 highest + 1)
        The sums of the strengths with the phasors of orders 0 ... twice the highest.
    """
    count, highest = len(strengths), int(orders.max())
    sums = np.zeros((2 * count, highest), dtype=np.complex128)
    for block, powers in phasors(turns, highest, max(16, most // (2 * count * highest))):
        columns[0::2, block], columns[1::2, block] = (
            powers.real[orders - 1],
            powers.imag[orders - 1],
        )
        # what is turned by the highest order has with order m the sum of order m + highest
        plain = strengths[:, block].astype(np.complex128)
        sums += np.concatenate([plain, plain * powers[-1]]) @ powers.T
    at_zero = strengths.sum(axis=1, keepdims=True)
    return np.concatenate([at_zero, sums[:count], sums[count:]], axis=1)


def evenly(orders: NDArray[np.intp], coefficients: NDArray[np.complex128], size: int) -> Floats:
    """Return a waveform at evenly spaced phases 0, 1 / size, ..., below 1.

    Parameters
    ----------
    orders : ndarray of int, shape (H,)
        Orders of its harmonics, each less than half the size.
    coefficients : ndarray of complex, shape (H,)
        That of the cosine, minus i times that of the sine.
    size : int
        Number of phases.
    """
    spectrum = np.zeros(size // 2 + 1, dtype=np.complex128)
    spectrum[orders] = (0.5 * size) * coefficients
    result: Floats = np.fft.irfft(spectrum, n=size)
    return result


def products_from(sums: NDArray[np.complex128], orders: NDArray[np.intp]) -> Floats:
    """Return the products among the columns of some orders, shape (k, 2 L, 2 L), from sums."""
    apart = orders[:, np.newaxis] - orders
    half = 0.5 * sums
    difference, total = half[:, np.abs(apart)], half[:, orders[:, np.newaxis] + orders]
    odd = np.sign(apart) * difference.imag
    count = len(orders)
    result = np.empty((len(sums), count, 2, count, 2))
    result[:, :, 0, :, 0] = difference.real + total.real
    result[:, :, 1, :, 1] = difference.real - total.real
    result[:, :, 1, :, 0] = total.imag + odd
    result[:, :, 0, :, 1] = total.imag - odd
    return result.reshape(len(sums), 2 * count, 2 * count)
