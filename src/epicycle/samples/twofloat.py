"""Error-free transformations: numbers carried as an unevaluated sum ``hi + lo`` of two float64.

A phase is the fractional part of a large product, so the digits that a plain float64 product
rounds away are exactly the ones that matter.  The transformations here lose nothing: two floats
together carry about 106 bits.

References
----------
T. J. Dekker (1971), "A floating-point technique for extending the available precision",
Numer. Math. 18, 224; D. E. Knuth, TAOCP vol. 2, section 4.2.2, theorem B.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from epicycle.samples.arrays import Floats

# Veltkamp's constant 2**27 + 1 splits a 53-bit significand in two halves of 26 bits.
_SPLIT = 134217729.0


def two_sum(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """Return ``(s, e)`` with ``s = fl(a + b)`` and ``s + e == a + b`` exactly (Knuth)."""
    s = a + b
    b_virtual = s - a
    return s, (a - (s - b_virtual)) + (b - b_virtual)


def _split(a: Floats) -> tuple[Floats, Floats]:
    c = _SPLIT * a
    high = c - (c - a)
    return high, a - high


def two_product(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """Return ``(p, e)`` with ``p = fl(a * b)`` and ``p + e == a * b`` exactly (Dekker)."""
    p = a * b
    a_high, a_low = _split(a)
    b_high, b_low = _split(b)
    e = ((a_high * b_high - p) + a_high * b_low + a_low * b_high) + a_low * b_low
    return p, e


def from_integers(ticks: NDArray[np.integer]) -> tuple[Floats, Floats]:
    """Return int64 or uint64 values as ``hi + lo`` without loss (63 bits need two floats)."""
    # Rounding int64 near its limits to float can reach 2**63, which does not convert back;
    # dropping the low 11 bits first keeps both halves exact.
    low = ticks & ticks.dtype.type(0x7FF)
    high = ticks - low
    return two_sum(high.astype(np.float64), low.astype(np.float64))


def scale(hi: Floats, lo: Floats, numerator: int, denominator: int) -> tuple[Floats, Floats]:
    """Return ``(hi + lo) * numerator / denominator`` with a relative error of about 2**-104.

    Both integers must be below 2**53, so that they are exact floats.
    """
    if numerator != 1:
        p, e = two_product(hi, np.asarray(float(numerator)))
        hi, lo = two_sum(p, e + lo * float(numerator))
    if denominator != 1:
        d = np.asarray(float(denominator))
        quotient = hi / d
        p, e = two_product(quotient, d)
        hi, lo = two_sum(quotient, ((hi - p) - e + lo) / d)
    return hi, lo
