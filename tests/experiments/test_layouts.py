"""Long and wide tables become the same matrix, and what cannot be read is one sentence."""

import numpy as np
import pandas as pd
import pytest

from epicycle.experiments.layouts import Wishes, lay_out

VALUES = np.array([[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [9.0, 8.0, np.nan, 6.0, 5.0, 4.0]])
TIMES = np.array([0.0, 0.0, 6.0, 6.0, 12.0, 12.0])
NAMES = ["ZT00_rep1", "ZT00_rep2", "ZT06_rep1", "ZT06_rep2", "ZT12_rep1", "ZT12_rep2"]


def rows() -> pd.DataFrame:
    frame = pd.DataFrame(VALUES, columns=NAMES)
    frame.insert(0, "GeneID", ["Per1", "Alb"])
    return frame


def columns() -> pd.DataFrame:
    return pd.DataFrame({"ZT": TIMES, "Per1": VALUES[0], "Alb": VALUES[1]})


def long() -> pd.DataFrame:
    frame = rows().melt(id_vars="GeneID", var_name="sample", value_name="expression")
    frame["time"] = frame.pop("sample").str[2:4].astype(float)
    return frame.dropna()


@pytest.mark.parametrize(
    ("frame", "layout"),
    [(rows(), "rows"), (columns(), "columns"), (long(), "long")],
    ids=["rows", "columns", "long"],
)
def test_each_layout_is_the_same_matrix(frame, layout):
    found = lay_out(frame)
    assert (found.layout, found.ids) == (layout, ("Per1", "Alb"))
    np.testing.assert_array_equal(found.times, TIMES)
    # of replicates at one time a long table keeps no order across ids
    np.testing.assert_array_equal(
        np.sort(found.values.reshape(2, 3, 2)), np.sort(VALUES.reshape(2, 3, 2))
    )
    assert found.errors is None


def test_an_index_of_genes_is_a_column_of_ids():
    assert lay_out(rows().set_index("GeneID")).ids == ("Per1", "Alb")


def test_samples_down_the_rows_may_be_named():
    frame = pd.DataFrame(VALUES.T, columns=["Per1", "Alb"], index=NAMES)
    found = lay_out(frame)
    assert (found.layout, found.unit, found.replicates[:2]) == ("columns", "h", ("1", "2"))
    np.testing.assert_array_equal(found.times, TIMES)


def test_names_that_are_numbers_are_times_and_annotation_is_left_out():
    frame = pd.DataFrame({"probe": ["a", "b"], "Symbol": ["A", "B"], "0": [1, 2], "4": [3, 4]})
    found = lay_out(frame, Wishes(id="probe"))
    assert found.times.tolist() == [0, 4]
    assert "left out, for they hold text: Symbol" in found.guesses


def test_what_is_given_wins_over_what_names_say():
    found = lay_out(rows(), Wishes(times=[1, 1, 2, 2, 3, 3], unit="d"))
    assert (found.times.tolist(), found.unit) == ([1, 1, 2, 2, 3, 3], "d")
    assert found.replicates[1] == "2"
    named = dict(zip(NAMES, TIMES + 1, strict=True))
    assert lay_out(rows(), Wishes(times=named)).times[0] == 1


def test_samples_may_be_chosen_by_a_part_of_their_name():
    frame = rows().rename(columns=lambda c: c if c == "GeneID" else f"{c}_KO")
    frame["ZT00_rep1_WT"] = 1.0
    found = lay_out(frame, Wishes(samples="KO"))
    assert len(found.times) == 6


def test_units_that_differ_are_hours():
    frame = pd.DataFrame({"gene": ["a"], "90min": [1.0], "2h": [2.0], "1d": [3.0]})
    found = lay_out(frame)
    assert (found.times.tolist(), found.unit) == ([1.5, 2, 24], "h")


def test_dates_are_counted_from_midnight():
    dates = pd.date_range("2024-05-01T06:00", periods=4, freq="3h", tz="Europe/Berlin")
    found = lay_out(pd.DataFrame({"time": dates, "a": np.arange(4.0), "b": np.arange(4.0)}))
    assert (found.times.tolist(), found.unit) == ([6, 9, 12, 15], "h")


def test_errors_and_replicates_of_a_long_table_stand_beside_their_values():
    frame = long().assign(sem=lambda f: f["expression"] / 10)
    found = lay_out(frame)
    np.testing.assert_allclose(found.errors, found.values / 10)
    assert np.isnan(found.values).sum() == 1


@pytest.mark.parametrize(
    ("frame", "wishes", "message"),
    [
        (rows().assign(baseMean=1.0), {}, "column 'baseMean' names no time that can be read"),
        (rows(), {"id": "gene"}, "there is no column 'gene'. To fix this, name one of the columns"),
        (rows(), {"times": [0, 6]}, "times has 2 entries for 6 samples"),
        (rows(), {"times": {"ZT00_rep1": 0}}, "times has no time for the sample 'ZT00_rep2'"),
        (rows(), {"ignore": ["x"]}, "ignore names 'x', which is no column"),
        (
            rows().assign(ZT18_rep1=["1.5", "low"]),
            {},
            "column 'ZT18_rep1' \\(a sample\\) holds 'low', which is no number",
        ),
        (columns().assign(ZT=["a", "b", *NAMES[2:]]), {}, "column 'ZT' \\(times\\) holds 'a'"),
        (
            columns().assign(ZT=[np.nan, *TIMES[1:]]),
            {},
            "column 'ZT' \\(times\\) is empty in row 1",
        ),
        (
            rows().set_axis(["GeneID", *NAMES[:5], NAMES[0]], axis=1),
            {},
            "the table has two columns 'ZT00_rep1'",
        ),
    ],
)
def test_what_cannot_be_read_is_one_sentence(frame, wishes, message):
    with pytest.raises(ValueError, match=message) as refused:
        lay_out(frame, Wishes(**wishes))
    assert "To fix this, " in str(refused.value)


def test_a_long_table_of_zeitgeber_times_counts_hours():
    times = [f"ZT{t}" for t in (0, 4, 8)] * 2
    found = lay_out(pd.DataFrame({"gene": list("aaabbb"), "time": times, "expr": range(6)}))
    assert found.unit == "h"
