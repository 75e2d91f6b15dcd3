"""Phases in turns, right for any representable time and frequency.

``frac(f * t)`` is all that a periodic function sees.  A float64 product of 1e12 cycles keeps no
digit finer than 1e-4 turns, so the product is taken exactly, as a sum of two floats, and only its
fractional part is rounded.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from epicycle.samples import twofloat
from epicycle.samples.arrays import Floats
from epicycle.samples.times import Times

#: From this many on, phases are turned into phasors block by block with a table: as exact as
#: NumPy's functions, and three times as fast.
_BLOCK = 8192

_STEPS = 1024

_ANGLES = (2 * np.pi / _STEPS) * (np.arange(_STEPS) - _STEPS * (np.arange(_STEPS) > _STEPS // 2))

_COSINE, _SINE = np.cos(_ANGLES), np.sin(_ANGLES)


def turns(frequency: ArrayLike, times: Times) -> Floats:
    """Return the phase ``frequency * time`` in turns, reduced to [-0.5, 0.5].

    Parameters
    ----------
    frequency : array_like, shape () or (k,)
        Frequencies in cycles per unit of time, taken as exact float64 numbers.
    times : Times, shape (n,)
        Times in the same unit.

    Returns
    -------
    ndarray, shape (n,) or (k, n)
        Phases; the error is below 1e-15 turns plus 2**-104 of the number of cycles.
    """
    f = np.asarray(frequency, dtype=np.float64)[..., np.newaxis]
    product, error = twofloat.two_product(f, times.hi)
    # product - rint(product) is exact; the neglected part of f * lo is below 2**-106 cycles
    return wrap((product - np.rint(product)) + (error + f * times.lo))


def wrap(phase: Floats) -> Floats:
    """Return `phase` (in turns) reduced to [-0.5, 0.5]."""
    reduced: Floats = phase - np.rint(phase)
    return reduced


def unit_phasors(phase: Floats) -> tuple[Floats, Floats]:
    """Return the cosine and the sine of phases in turns, in [-0.5, 0.5] each."""
    if phase.ndim == 1 and phase.size >= _BLOCK:
        return _many_phasors(phase)
    angle = (2.0 * np.pi) * phase
    return np.cos(angle), np.sin(angle)


def powers(base: NDArray[np.complex128], count: int) -> NDArray[np.complex128]:
    """Return the powers 1 ... count of phasors, in as few roundings as possible.

    Shapes (...) -> (count, ...).
    """
    result = np.empty((count, *base.shape), dtype=np.complex128)
    result[:1] = base
    done = 1
    while done < count:
        more = min(done, count - done)
        # those of orders 1 ... done, turned by the highest of them
        np.multiply(result[:more], result[done - 1], out=result[done : done + more])
        done += more
    return result


def _many_phasors(phase: Floats) -> tuple[Floats, Floats]:
    """Return the same by the nearest of 1024 known angles and a turn by the rest."""
    cosine, sine = np.empty(phase.size), np.empty(phase.size)
    for start in range(0, phase.size, _BLOCK):
        block = slice(start, start + _BLOCK)
        steps = np.rint(_STEPS * phase[block])
        rest = (2.0 * np.pi) * (phase[block] - steps / _STEPS)
        known = steps.astype(np.intp)  # negative ones count from the end, as angles do
        # at most 0.0031 radians: the next terms are below 1e-17
        square = rest * rest
        versine = square * (0.5 - square * (1 / 24))
        turn = rest - rest * square * (1 / 6 - square * (1 / 120))
        c, s = _COSINE[known], _SINE[known]
        cosine[block] = c - (c * versine + s * turn)
        sine[block] = s - (s * versine - c * turn)
    return cosine, sine
