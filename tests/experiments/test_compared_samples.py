"""Samples of groups: long and wide, labels that are missing, dates, and what is refused."""

import numpy as np
import pandas as pd
import pytest

from epicycle.experiments.compared_samples import check_compared, groups_of_names, time_in

T = np.arange(6.0)
G = np.array(["b", "b", "b", "a", "a", "a"])


def test_a_control_is_the_group_that_others_are_compared_with() -> None:
    assert check_compared(T, T, G, None, None, None).labels == ("b", "a")
    assert check_compared(T, T, G, None, "a", None).labels == ("a", "b")
    names = np.where(G == "a", "Wild-type", "per0")
    assert check_compared(T, T, names, None, None, None).labels[0] == "Wild-type"


def test_a_wide_table_is_as_good_as_a_long_one() -> None:
    wide = pd.DataFrame({"WT_1": T, "WT_2": T + 1, "KO_1": [1, 2, np.nan, 4, 5, 6.0]})
    by_name = check_compared(T, wide, None, None, None, "h")
    assert by_name.labels == ("WT", "KO")
    assert len(by_name.y) == 17
    assert by_name.n_dropped == 1
    assert set(by_name.subject) == {"WT_1", "WT_2", "KO_1"}
    assert "names of the columns" in by_name.notes[0]
    mapped = {"WT_1": "x", "WT_2": "y", "KO_1": "y"}
    assert check_compared(T, wide, mapped, None, None, "h").labels == ("x", "y")
    listed = check_compared(T, wide.to_numpy(), ["x", "x", "y"], None, None, "h")
    assert sorted(np.unique(listed.y[listed.group == 0])) == sorted({*T, *(T + 1)})


def test_what_has_no_label_is_left_out_and_told() -> None:
    group = G.astype(object)
    group[0] = None
    subject = np.array(["1", "1", "", "2", "2", "2"])
    found = check_compared(T, T, group, subject, None, None)
    assert len(found.y) == 4
    assert found.n_dropped == 2
    assert "1 values have no group" in found.notes[0]
    assert "1 values have no subject" in found.notes[1]


def test_dates_count_hours_from_midnight() -> None:
    times = pd.date_range("2024-03-01 06:00", periods=6, freq="4h")
    found = check_compared(times, T, G, None, None, None)
    assert found.unit == "h"
    assert found.t[0] == pytest.approx(6.0)
    assert str(found.origin).startswith("2024-03-01 00:00")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((T, T, None), "group is needed"),
        ((T, T, G[:5]), "group has 5 labels for 6 values"),
        ((T, T[:5], G), "as long as each other"),
        ((T, T, np.repeat("a", 6)), "one group with values"),
        ((T, np.ones((6, 3)), ["a", "b"]), "as many group labels"),
        ((T, pd.DataFrame({"x": T, "y": T}), {"x": "a"}), "no label for the column 'y'"),
    ],
)
def test_what_cannot_be_compared_is_refused(arguments, message) -> None:
    with pytest.raises(ValueError, match=message):
        check_compared(*arguments, None, None, None)


def test_values_must_be_numbers_and_the_reference_a_group() -> None:
    with pytest.raises(TypeError, match="y must hold numbers"):
        check_compared(T, list("abcdef"), G, None, None, None)
    with pytest.raises(ValueError, match="'c' is not among the groups: b, a"):
        check_compared(T, T, G, None, "c", None)


def test_names_tell_groups_or_say_that_they_do_not() -> None:
    assert groups_of_names(["WT1", "WT2", "Bmal1 KO 12"]) == ["WT", "WT", "Bmal1 KO"]
    marked = ["wt #1", "wt (2)", "Clk-/- #1", "Clk-/-_2", "Clk-/-3", "Clk-/- [4]"]
    assert groups_of_names(marked) == ["wt"] * 2 + ["Clk-/-"] * 4
    assert groups_of_names(["per0-A", "per0-B", "WT rep2"]) == ["per0", "per0", "WT"]
    assert groups_of_names(["m1_WT", "m2_WT", "m3_KO"]) == ["WT", "WT", "KO"]
    assert groups_of_names(["12 WT", "13 WT", "14 Bmal1 KO"]) == ["WT", "WT", "Bmal1 KO"]
    # as pandas reads a header that has each genotype several times
    assert groups_of_names(["WT", "WT.1", "KO", "KO.1", "KO.2"]) == ["WT"] * 2 + ["KO"] * 3
    with pytest.raises(ValueError, match="does not tell its group"):
        groups_of_names(["WT_1", "mouse"])
    with pytest.raises(ValueError, match="all columns are of one group"):
        groups_of_names(["m_1", "m_2"])


def test_a_reference_time_is_a_number_or_what_clocks_show() -> None:
    dates = pd.date_range("2024-03-30", periods=6, freq="8h", tz="Europe/Berlin")
    found = check_compared(dates, T, G, None, None, None)
    assert time_in(found, 12) == 12
    # by the clock: six hours, although the clocks were changed in between
    assert time_in(found, "2024-03-31T06:00") == 30
    assert time_in(found, pd.Timestamp("2024-03-31T04:00Z")) == 30
    with pytest.raises(ValueError, match=r"at must be a number or a date.*at=2024-03-30T00:00"):
        time_in(found, "noon")
    with pytest.raises(ValueError, match="at must be a number, got"):
        time_in(check_compared(T, T, G, None, None, None), "2024-03-31")


@pytest.mark.parametrize(
    ("labels", "name", "inborn"),
    [
        (("WT", "per0"), None, True),
        (("Bmal1-/-", "Bmal1+/+"), None, True),
        (("a", "b"), "genotype", True),
        (("a", "b"), "Sex", True),
        (("before", "after"), "condition", False),
        (("control", "komodo"), "treatment", False),
    ],
)
def test_what_subjects_are_born_as_is_known_by_its_name(labels, name, inborn) -> None:
    group = pd.Series(np.repeat(labels, 3), name=name)
    assert check_compared(T, T, group, None, None, None).inborn is inborn
