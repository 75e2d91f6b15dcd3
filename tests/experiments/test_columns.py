"""Which column is which, and numbers that are none."""

import numpy as np
import pandas as pd
import pytest

from epicycle.experiments.columns import (
    IDS,
    TIMES,
    column_named,
    is_number,
    listed,
    numbers_of,
    text_column,
    with_index,
)


def test_a_column_is_known_by_its_name_with_or_without_a_unit():
    frame = pd.DataFrame(columns=["Time_4", "GeneID", "time (h)"])
    # the time of one sample is no column of times
    assert column_named(frame, TIMES) == "time (h)"
    assert column_named(frame, IDS) == "GeneID"
    assert column_named(frame[["Time_4"]], TIMES) is None


def test_the_only_text_holds_the_ids():
    frame = pd.DataFrame({"x": [1.0], "cell": ["a"], "y": [2.0]})
    assert text_column(frame, set()) == "cell"
    assert text_column(frame.assign(z="b"), set()) is None


def test_numbers_may_be_text_and_missing():
    column = pd.Series(["1.5", None, "2"], name="a", dtype=object)
    assert is_number(column)
    np.testing.assert_array_equal(numbers_of(column, "a sample"), [1.5, np.nan, 2])
    np.testing.assert_array_equal(numbers_of(pd.Series([1.0, np.inf]), ""), [1, np.nan])
    assert not is_number(pd.Series(["a", "1"]))
    with pytest.raises(ValueError, match=r"column 'a' \(a sample\) holds 'low'"):
        numbers_of(pd.Series(["1", "low"], name="a"), "a sample")


def test_an_index_becomes_the_first_column():
    frame = with_index(pd.DataFrame({"a": [1.0]}, index=["Per1"]))
    assert list(frame.columns) == ["index", "a"]
    two = pd.DataFrame([[1.0, 2.0]], columns=pd.MultiIndex.from_tuples([("a", 1), ("a", 2)]))
    with pytest.raises(ValueError, match="columns of several levels"):
        with_index(two)


def test_long_lists_are_cut():
    assert listed(range(14)).endswith("11, ... (2 more)")
