"""Round and well-known periods: suggested where the error leaves little else, and never taken."""

from math import log, pi, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from epicycle.results.suggestions import suggest_periods
from epicycle.samples.times import UNIT_SECONDS


def names(period: float, error: float, unit: str) -> list[str]:
    return [one.name for one in suggest_periods(period, error, unit)]


@pytest.mark.parametrize(
    ("period", "error", "unit", "name"),
    [
        (24.0003, 3e-4, "h", "1 d"),
        (23.93452, 1e-4, "h", "sidereal day"),
        (7.00002, 1e-4, "d", "7 d"),
        (90.0, 1e-3, "min", "90 min"),
        (12.42061, 1e-5, "h", "half lunar day"),
        (29.53058, 1e-5, "d", "synodic month"),
        (365.24221, 2e-5, "d", "tropical year"),
        (1 / 3600, 1e-8, "h", "1 s"),
        (2.500004, 1e-5, "", "2.5"),
        (40.00004, 1e-4, "laps", "40 laps"),
    ],
)
def test_periods_that_one_knows(period: float, error: float, unit: str, name: str) -> None:
    assert names(period, error, unit)[0] == name


@pytest.mark.parametrize(
    ("period", "error", "unit"),
    [
        (24.2, 0.3, "h"),  # nothing speaks against 24 h, and nothing for it
        (3.02, 0.05, ""),
        (24.01, 3e-4, "h"),  # precise, and not 24 h
        (29.53058, 1e-5, ""),  # a month only in days
        (27.87654321, 1e-6, "d"),
    ],
)
def test_periods_of_which_nothing_is_said(period: float, error: float, unit: str) -> None:
    assert names(period, error, unit) == []


def test_the_odds_of_a_number() -> None:
    """Two digits, in one of three units (5400 s and 1.5 h are told; 0.0625 d is not)."""
    [one] = suggest_periods(2.50001, 1e-5, "")
    assert one.period == 2.5
    assert one.deviation == pytest.approx(1.0, rel=1e-9)
    expected = 0.1 * 2**-2 * 0.1 / (1e-5 * sqrt(2 * pi)) * np.exp(-0.5)
    assert one.odds == pytest.approx(expected, rel=1e-9)
    timed = suggest_periods(90.001, 1e-3, "min")
    # minutes and hours are in their range: 90 min has the smaller odds per digit of 1.5 h
    assert [s.name for s in timed] == ["90 min"]
    expected = 0.05 / 2 * 2**-1 * 10 / (1e-3 * sqrt(2 * pi)) * np.exp(-0.5)
    assert timed[0].odds == pytest.approx(expected, rel=1e-9)


def test_the_odds_of_a_well_known_period() -> None:
    [one] = suggest_periods(29.530589 + 1e-3, 1e-3, "d")
    expected = 0.05 / 13 * log(10) * 29.530589 / (1e-3 * sqrt(2 * pi)) * np.exp(-0.5)
    # the month itself changes by 3e-6 d over a century, which is added to the error
    assert one.odds == pytest.approx(expected, rel=1e-4)
    surest = suggest_periods(29.530589, 1e-12, "d")[0]
    assert surest.odds == pytest.approx(0.05 / 13 * log(10) / (1e-7 * sqrt(2 * pi)), rel=1e-6)


def test_all_that_fit_are_named_with_odds_of_their_own() -> None:
    found = suggest_periods(365.25, 0.05, "d", least_odds=1)
    assert {"tropical year", "Julian year", "sidereal year"} <= {one.name for one in found}
    assert [one.odds for one in found] == sorted((one.odds for one in found), reverse=True)


def test_one_value_is_suggested_once() -> None:
    assert names(7.0, 1e-4, "d") == ["7 d"]
    assert names(24.0, 1e-4, "h") == ["1 d"]
    assert names(1440.0, 1e-2, "min") == ["1 d"]


@given(
    period=st.sampled_from([23.93447, 24.0, 29.530589 * 24, 1.5, 100.0, 0.25]),
    pull=st.floats(-2, 2),
    unit=st.sampled_from(["s", "min", "d", "y", "w"]),
)
def test_the_unit_changes_neither_value_nor_name_of_what_is_known(
    period: float, pull: float, unit: str
) -> None:
    """Units differ in what is a round number of them, not in days, months and moments."""
    error = 1e-5 * period
    scale = float(UNIT_SECONDS["h"] / UNIT_SECONDS[unit])
    in_hours = suggest_periods(period + pull * error, error, "h", least_odds=100)
    other = suggest_periods((period + pull * error) * scale, error * scale, unit, least_odds=100)
    named = [{o.name for o in found if not o.name[0].isdigit()} for found in (in_hours, other)]
    assert named[0] == named[1]
    for one in other:
        if not one.name[0].isdigit():
            [same] = [o for o in in_hours if o.name == one.name]
            assert one.odds == pytest.approx(same.odds, rel=1e-6)
            assert one.period == pytest.approx(same.period * scale, rel=1e-12)


@pytest.mark.parametrize("unit", ["", "h"])
def test_chance_is_seldom_suggested(unit: str) -> None:
    """Any period, known well or badly: odds above 10 come by chance in at most 1 % of cases.

    The bound is prior / odds = 1 %, for one digit 1.2 times that since small leading digits are
    more frequent; most errors are far from the worst case.
    """
    rng = np.random.default_rng(6)
    trials = 5000
    period = 10 ** rng.uniform(-1, 3, trials)
    error = period * 10 ** rng.uniform(-6, -1, trials)
    found = sum(
        bool(suggest_periods(p, e, unit))
        for p, e in zip(period.tolist(), error.tolist(), strict=True)
    )
    assert found <= 0.01 * trials


@pytest.mark.parametrize(("period", "error"), [(0.0, 1.0), (1.0, 0.0), (-1.0, 1.0), (1.0, np.inf)])
def test_bad_numbers_are_refused(period: float, error: float) -> None:
    with pytest.raises(ValueError, match="period and error must be finite numbers above 0"):
        suggest_periods(period, error, "d")
