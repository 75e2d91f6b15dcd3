"""What a column holds is told by most of its entries."""

import pandas as pd
import pytest

from epicycle.files.kinds import kind_of, to_numbers


@pytest.mark.parametrize(
    ("entries", "kind"),
    [
        (["1", "2", "x"], "number"),
        (["1,5", "2,5"], "number"),
        (["17.5 °C", "unavailable", "16 °C"], "number"),
        (["$5", "$6"], "number"),
        (["unavailable", "unknown"], "text"),
        (["2024-05-01", "2024-05-02"], "date"),
        (["01/05/2024", "x"], "date"),
        (["18:00", "19:00"], "clock"),
        (["SITE1", "SITE2"], "text"),
        (["2nd floor", "3rd floor"], "text"),
        ([True, False], "flag"),
        ([None, None], "number"),
    ],
)
def test_kinds(entries, kind):
    assert kind_of(pd.Series(entries)) == kind


def test_a_whole_number_of_hundreds_of_digits_is_infinite():
    assert to_numbers(pd.Series([10**400, 1, "x"], dtype=object))[0] == float("inf")
