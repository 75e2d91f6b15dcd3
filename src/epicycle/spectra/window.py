r"""The spectral window: what a sampling makes of a constant, on a grid and at any frequencies.

It is :math:`W(f) = \sum w e^{-2\pi i f t} / \sum w`, 1 at frequency 0: a line at f appears again
at f + g with the part W(g) of its amplitude, and with the part |W(g)|^2 of its power.
"""

from __future__ import annotations

import numpy as np

from epicycle.samples.arrays import Complexes, Floats
from epicycle.samples.times import Times
from epicycle.spectra.sums import TrigSums, is_worth_scattering
from epicycle.spectra.transforms import scattered_sums


def window_power(sums: Complexes, total: Floats | float) -> Floats:
    """Return the power of the window, given sums of weights.

    Parameters
    ----------
    sums : ndarray, shape (..., k)
        Sums of the weights of each series times exp(-2 pi i f t).
    total : ndarray, shape (...), or float
        Sums of the weights themselves.

    Returns
    -------
    ndarray, shape (..., k)
    """
    power: Floats = sums.real**2 + sums.imag**2
    power /= np.square(total)[..., np.newaxis]
    return power


def window_on_grid(
    times: Times, weights: Floats, spacing: float, size: int, start: float = 0.0
) -> Floats:
    """Return the power of the window at ``start + k * spacing``, k = 0 ... size - 1.

    Parameters
    ----------
    times : Times, shape (n,)
        Times of the samples.
    weights : ndarray, shape (m, n)
        m sets of weights.
    spacing, size, start
        The grid.

    Returns
    -------
    ndarray, shape (m, size)
    """
    sums = TrigSums(times, spacing, size).band(weights, start)
    return window_power(sums, weights.sum(axis=1))


def window_at(times: Times, weights: Floats, frequency: Floats) -> Complexes:
    """Return the amplitudes of the window at frequencies anywhere, good to 1e-9.

    Parameters
    ----------
    times : Times, shape (n,)
        Times of the samples.
    weights : ndarray, shape (m, n)
        m sets of weights.
    frequency : ndarray, shape (...)
        Frequencies of any sign, in any order.

    Returns
    -------
    ndarray of complex, shape (m, ...)
    """
    places = frequency.ravel()
    t = times.to_float()
    cycles = float(t.max() - t.min()) * float(np.abs(places).max(initial=0.0))
    total = weights.sum(axis=1)[:, np.newaxis]
    if is_worth_scattering(len(t), cycles, len(places)):
        sums = scattered_sums(times, weights, places)
    else:
        sums = weights @ np.exp((-2j * np.pi) * (t[:, np.newaxis] * places))
    values: Complexes = (sums / total).reshape(len(weights), *frequency.shape)
    return values
