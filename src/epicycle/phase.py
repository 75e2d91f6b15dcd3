"""Phases in turns, right for any representable time and frequency.

``frac(f * t)`` is all that a periodic function sees.  A float64 product of 1e12 cycles keeps no
digit finer than 1e-4 turns, so the product is taken exactly, as a sum of two floats, and only its
fractional part is rounded.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from epicycle import _twofloat
from epicycle._times import Times
from epicycle._twofloat import Floats


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
    product, error = _twofloat.two_product(f, times.hi)
    # product - rint(product) is exact; the neglected part of f * lo is below 2**-106 cycles
    return wrap((product - np.rint(product)) + (error + f * times.lo))


def wrap(phase: Floats) -> Floats:
    """Return `phase` (in turns) reduced to [-0.5, 0.5]."""
    reduced: Floats = phase - np.rint(phase)
    return reduced


def unit_phasors(phase: Floats) -> tuple[Floats, Floats]:
    """Return the cosine and the sine of a phase in turns."""
    angle = (2.0 * np.pi) * phase
    return np.cos(angle), np.sin(angle)
