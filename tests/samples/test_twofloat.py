"""Error-free transformations, against exact rational arithmetic."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from epicycle.samples import twofloat

# Far from overflow and underflow, where the theorems of Knuth and Dekker hold.
numbers = st.floats(-1e100, 1e100).filter(lambda x: x == 0 or abs(x) > 1e-100)


def one(x: float) -> np.ndarray:
    return np.array([x])


def exact(hi: np.ndarray, lo: np.ndarray) -> list[Fraction]:
    return [Fraction(a) + Fraction(b) for a, b in zip(hi.tolist(), lo.tolist(), strict=True)]


@given(numbers, numbers)
def test_two_sum_loses_nothing(a: float, b: float) -> None:
    s, e = twofloat.two_sum(one(a), one(b))
    assert s[0] == a + b
    assert exact(s, e) == [Fraction(a) + Fraction(b)]


def test_two_sum_keeps_what_a_float_rounds_away() -> None:
    s, e = twofloat.two_sum(one(1e16), one(1.0))
    assert (s[0], e[0]) == (1e16, 1.0)


@given(numbers, numbers)
def test_two_product_loses_nothing(a: float, b: float) -> None:
    p, e = twofloat.two_product(one(a), one(b))
    assert p[0] == a * b
    assert exact(p, e) == [Fraction(a) * Fraction(b)]


@given(st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1))
def test_int64_loses_nothing(ticks: list[int]) -> None:
    hi, lo = twofloat.from_integers(np.array(ticks, dtype=np.int64))
    assert exact(hi, lo) == ticks


@given(st.lists(st.integers(0, 2**64 - 1), min_size=1))
def test_uint64_loses_nothing(ticks: list[int]) -> None:
    hi, lo = twofloat.from_integers(np.array(ticks, dtype=np.uint64))
    assert exact(hi, lo) == ticks


@pytest.mark.parametrize(
    ("dtype", "value"),
    [
        (np.int64, -(2**63)),
        (np.int64, 2**63 - 1),
        (np.int64, 2**53 + 1),
        (np.int64, -1),
        (np.uint64, 2**64 - 1),
        (np.uint64, 0),
    ],
)
def test_integers_at_their_limits(dtype: type, value: int) -> None:
    hi, lo = twofloat.from_integers(np.array([value], dtype=dtype))
    assert exact(hi, lo) == [value]
    # the pair is normalised: hi is the nearest float64
    assert hi[0] == float(value)


@given(
    st.integers(-(2**62), 2**62),
    st.integers(1, 2**53 - 1),
    st.integers(1, 2**53 - 1),
)
def test_scale_has_a_hundred_correct_bits(ticks: int, numerator: int, denominator: int) -> None:
    hi, lo = twofloat.from_integers(np.array([ticks], dtype=np.int64))
    scaled = twofloat.scale(hi, lo, numerator, denominator)
    true = Fraction(ticks) * numerator / denominator
    # Each of the two steps commits a few roundings of the low part, 2**-53 * 2**-53 = 2**-106
    # each; 2**-102 leaves room for 16 of them.  A single float has 2**-53.
    assert abs(exact(*scaled)[0] - true) <= abs(true) * Fraction(1, 2**102)


def test_scale_by_one_changes_no_bit() -> None:
    hi, lo = one(2.0**60), one(3.0)
    assert twofloat.scale(hi, lo, 1, 1) == (hi, lo)
