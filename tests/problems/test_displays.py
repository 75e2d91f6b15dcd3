"""Displays of a clock, held against how Python writes times."""

import datetime as dt

import numpy as np
import pytest

from epicycle.problems import Clock, DecimalDigits, SevenSegments
from epicycle.problems.displays import SEGMENTS, decimals_of

#: The segments of the digits as they are drawn: three rows of three characters each.
DRAWN = """
 _     _  _     _  _  _  _  _
| |  | _| _||_||_ |_   ||_||_|
|_|  ||_  _|  | _||_|  ||_| _|
""".strip("\n").splitlines()


def moments() -> tuple[np.ndarray, list[str]]:
    t = np.random.default_rng(0).integers(-(10**10), 10**10, 300)
    start = dt.datetime(2000, 1, 1)
    return t, [(start + dt.timedelta(seconds=int(s))).strftime("%H:%M:%S") for s in t]


def test_six_digits_are_those_that_python_writes() -> None:
    t, texts = moments()
    display = DecimalDigits()
    assert [display.text(row) for row in display.digits(t)] == texts
    assert (display.digits(t).max(axis=0) < display.radices).all()


def test_segments_are_those_that_make_the_drawn_digits() -> None:
    places = [(0, 1), (1, 2), (2, 2), (2, 1), (2, 0), (1, 0), (1, 1)]  # rows, columns of a to g
    for digit in range(10):
        rows = [line.ljust(30)[3 * digit : 3 * digit + 3] for line in DRAWN]
        lit = [int(rows[row][column] != " ") for row, column in places]
        assert SEGMENTS[digit].tolist() == lit, digit


def test_segments_show_the_time() -> None:
    t, texts = moments()
    display = SevenSegments()
    lit = display.digits(t)
    assert lit.shape == (300, 42)
    assert [display.text(row) for row in lit] == texts
    np.testing.assert_array_equal(decimals_of(lit), DecimalDigits().digits(t))
    lit[0, :7] = 0
    assert display.text(lit[0]).startswith("?")


def test_any_clock_has_decimal_digits() -> None:
    clock = Clock(1e5, (10, 101, 7))
    display = DecimalDigits(clock)
    assert display.radices == (10, 2, 10, 10, 7)
    assert display.text(display.digits([0.999e5])[0]) == "9:099:6"


def test_no_clock_is_refused() -> None:
    for kind in (DecimalDigits, SevenSegments):
        with pytest.raises(TypeError, match=r"expected a Clock.*To fix this"):
            kind(86400)
