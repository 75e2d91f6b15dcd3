"""Covariates of a table, and the days of holidays."""

import numpy as np
import pandas as pd
import pytest

from epicycle.files.covariates import BLACK_FRIDAY, holiday_covariates
from epicycle.files.reading import ReadError, read_table
from tests.files.tables import rows

DAYS = pd.date_range("2021-01-01", "2023-12-31", freq="D")


def test_columns_are_read_and_not_guessed_as_values(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(rows("time,temp,promo,sales", "1,20,1,5", "2,21,0,6", "3,22,0,", "4,,1,7"))
    with pytest.raises(ReadError, match=r"'temp' of .* lacks 1 of 3 numbers: line 5\. To fix"):
        read_table(path, values=["sales"], covariates=["temp"])
    path.write_text(rows("time,temp,promo,sales", "1,20,1,5", "2,21,0,6", "3,,0,", "4,23,1,7"))
    table = read_table(path, covariates=["temp", "promo"])
    assert table.value_columns == ("sales",)
    assert list(table.covariates.columns) == ["temp", "promo"]
    # a row without a value needs no covariate
    assert table.covariates["promo"].tolist() == [1.0, 0.0, 0.0, 1.0]
    assert table.ignored == ()


@pytest.mark.parametrize(
    ("named", "words"),
    [
        (["prom"], "Did you mean 'promo'.*--covariate"),
        (["sales"], r"named twice \(--value and --covariate\)"),
        (["word"], "word"),
    ],
)
def test_other_columns_are_refused(tmp_path, named, words):
    path = tmp_path / "a.csv"
    path.write_text(rows("time,word,promo,sales", "1,a,1,5", "2,b,0,6", "3,c,0,7"))
    with pytest.raises(ReadError, match=words):
        read_table(path, values=["sales"], covariates=named)


def test_holidays_are_days_of_their_zone():
    pytest.importorskip("holidays")
    hours = pd.date_range("2022-12-01", "2024-01-10", freq="h", tz="America/New_York")
    columns = holiday_covariates(hours, "US")
    on = hours[columns["Christmas Day"].to_numpy() > 0]
    assert set(on.strftime("%m-%d")) == {"12-25"}
    assert len(on) == 48
    assert "Labor Day" not in columns  # seen once


def test_black_friday_is_the_day_after_the_fourth_thursday_of_november():
    pytest.importorskip("holidays")
    columns = holiday_covariates(DAYS, "DE")
    on = DAYS[columns[BLACK_FRIDAY].to_numpy() > 0].strftime("%Y-%m-%d").tolist()
    assert on == ["2021-11-26", "2022-11-25", "2023-11-24"]
    assert np.isin(columns.to_numpy(), (0.0, 1.0)).all()


def test_named_holidays_have_a_column_whatever_is_there():
    pytest.importorskip("holidays")
    week = DAYS[:7]
    columns = holiday_covariates(week, "US", ["Christmas Day", "New Year's Day"])
    assert columns.sum().tolist() == [0.0, 1.0]


@pytest.mark.parametrize(
    ("times", "country", "words"),
    [
        (np.arange(9.0), "US", "needs dates"),
        (DAYS[::7], "US", "samples are 7 days apart"),
        (DAYS, "ZZ", "code of a country such as DE"),
        (DAYS, "US-QQ", "one of these: US-"),
        (DAYS, "", "code of a country"),
    ],
)
def test_what_has_no_holidays_is_refused(times, country, words):
    pytest.importorskip("holidays")
    with pytest.raises(ValueError, match=words):
        holiday_covariates(times, country)
