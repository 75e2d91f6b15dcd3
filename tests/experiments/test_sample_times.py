"""Times of samples: given ones, numbers with a unit, names down the rows, dates."""

import pandas as pd
import pytest

from epicycle.experiments.columns import Wishes
from epicycle.experiments.sample_times import hours_in, sample_names, times_of


@pytest.mark.parametrize(
    ("name", "unit"),
    [("ZT", "h"), ("time_h", "h"), ("time (min)", "min"), ("time [days]", "d"), ("time", None)],
)
def test_the_name_of_a_column_says_its_unit(name, unit):
    named, told = times_of(pd.Series([0.0, 4.0], name=name), Wishes())
    assert ([one.time for one in named], told) == ([0.0, 4.0], unit)


def test_names_down_the_rows_carry_replicates():
    named, _ = times_of(pd.Series(["ZT0_1", "ZT0_2", "ZT4_1"], name="sample"), Wishes())
    assert [(one.time, one.replicate) for one in named] == [(0, "1"), (0, "2"), (4, "1")]


def test_dates_as_text_are_hours_from_midnight_before_the_first():
    column = pd.Series(["2024-05-02T01:30", "2024-05-01T23:00"], name="when")
    named, unit = times_of(column, Wishes())
    assert ([one.time for one in named], unit) == ([25.5, 23.0], "h")
    named, unit = times_of(column, Wishes(unit="d"))
    assert ([one.time for one in named], unit) == ([25.5 / 24, 23.0 / 24], "d")


def test_given_times_keep_what_else_names_say():
    named = sample_names(["a", "b"], Wishes(times=[3, 5]))
    assert [(one.name, one.time) for one in named] == [("a", 3.0), ("b", 5.0)]
    named = sample_names(["KO_ZT0_2", "KO_ZT4_2"], Wishes(times=[3, 5]))
    assert [(one.time, one.replicate) for one in named] == [(3.0, "2"), (5.0, "2")]


def test_hours():
    assert (hours_in("min"), hours_in(None), hours_in("d")) == (1 / 60, 1, 24)
