"""Tables of times to predict at."""

import pytest

from epicycle.files.ahead import read_times
from epicycle.files.reading import ReadError
from tests.files.tables import rows


def test_times_alone_and_with_covariates(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(rows("when,promo", "11,1", "12,0"))
    times, name, none = read_times(path, "when", "time")
    assert (times.tolist(), name, none) == ([11.0, 12.0], "when", None)
    _, _, read = read_times(path, "when", "time", covariates=["promo"])
    assert read["promo"].tolist() == [1.0, 0.0]


def test_rows_without_a_covariate_are_named(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(rows("time,promo", "11,1", "12,", "13,0", "14,"))
    with pytest.raises(ReadError, match=r"lacks 2 of 4 numbers: line 3, line 5\. To fix this"):
        read_times(path, None, "time", covariates=["promo"])
    with pytest.raises(ReadError, match="no column 'price'"):
        read_times(path, None, "time", covariates=["price"])
