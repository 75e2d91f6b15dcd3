"""Numbers and moments as people write them."""

import datetime as dt
import math
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epicycle.look.human import human_number, human_orders, human_probability, human_time
from tests.views.results import read_back


@pytest.mark.parametrize(
    ("value", "error", "text"),
    [
        (3.4567e-9, 1.2e-11, "3.457(12)e-9"),
        (-2.5e12, 4e10, "-2.500(40)e12"),
        (0.0, 3e-8, "0.0(3.0)e-8"),
        (-0.5, 0.01, "-0.500(10)"),
        # float64 has 16 digits, whatever the error
        (1.0, 1e-30, "1.000000000000000(1)"),
    ],
)
def test_numbers_far_from_one(value, error, text):
    assert human_number(value, error) == text


@given(st.floats(-1e12, 1e12), st.floats(1e-12, 1e12))
def test_written_numbers_mean_what_they_were(value, error):
    written, written_error = read_back(human_number(value, error))
    # Two digits of the error: it is rounded by at most 5 % (1.05 -> 1.1 or 1.0) unless float64
    # has no digit for it, and the value by half of the last digit shown, 5 % of the error.
    floor = 1e-15 * abs(value)
    assert written == pytest.approx(value, abs=0.051 * error + 2 * floor)
    assert written_error == pytest.approx(error, abs=0.051 * error + 10 * floor)


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (3.25, "1990-05-12 (3.2 d)"),
        (0.25, "1990-05-12 07:30 (0.25 d)"),
        (30 / 86400, "1990-05-12 07:30 (30 s)"),
        (1 / 86400, "1990-05-12 07:30:15 (1 s)"),
        (0.01 / 86400, "1990-05-12 07:30:15.125 (10 ms)"),
        (1e-5 / 86400, "1990-05-12 07:30:15.125000 (10 us)"),
        (math.inf, "1990-05-12 07:30:15.125000"),
    ],
)
def test_moments_are_told_as_finely_as_they_are_known(error, text):
    assert human_time(dt.datetime(1990, 5, 12, 7, 30, 15, 125000), error, "d") == text


def test_moments_keep_their_zone():
    moment = dt.datetime(1990, 7, 12, 7, 30, tzinfo=ZoneInfo("Europe/Berlin"))
    assert human_time(moment, 0.25, "d") == "1990-07-12 07:30+02:00 (0.25 d)"


def test_times_that_are_numbers_are_never_scientific():
    assert human_time(245611205.72161, 9.5e-4, "d") == "245611205.72161(95)"


def test_orders_and_probabilities():
    assert human_orders([1]) == "1"
    assert human_orders([3, 1, 2, 7, 5, 6]) == "1-3,5-7"
    assert human_orders([2, 4]) == "2,4"
    assert human_probability(0.0) == "<1e-300"
    assert human_probability(5.09e-75) == "5e-75"
    assert human_probability(0.0026258) == "0.0026"
    assert human_probability(1.0) == "1"
