"""Columns of text -> numbers and dates: what is said, what the table tells, what stays a label."""

import numpy as np
import pandas as pd
import pytest

from epicycle.experiments.written_columns import read_columns
from epicycle.files.conventions import Conventions
from epicycle.files.delimited import ReadError
from epicycle.files.frames import load


def table(tmp_path, text):
    path = tmp_path / "t.csv"
    path.write_text(text, encoding="utf-8")
    return load(path)


def test_decimal_commas_of_one_column_tell_those_of_another(tmp_path):
    raw = table(tmp_path, "gene;ZT0;ZT4\na;1,234;2,5\nb;7,258;3,25\n")
    frame, _ = read_columns(raw)
    assert frame.ZT0.tolist() == [1.234, 7.258]
    assert frame.ZT4.tolist() == [2.5, 3.25]
    alone = table(tmp_path, "gene;ZT0;ZT4\na;1,234;2\nb;7,258;3\n")
    with pytest.raises(ReadError, match="--decimal"):
        read_columns(alone)
    frame, _ = read_columns(alone, Conventions(decimal="."))
    assert frame.ZT0.tolist() == [1234, 7258]


def test_words_numbers_and_units_are_taken_off_and_told_together(tmp_path):
    rows = "".join(f"g{k},{k} au,{k + 1} au,{k + 2},{k + 3}\n" for k in range(1, 9))
    raw = table(tmp_path, "gene,ZT0,ZT4,ZT8,ZT12\n" + rows + "g9,ND,4 au,-9999,1\n")
    frame, said = read_columns(raw, Conventions(missing=("ND",)))
    assert np.isnan(frame.ZT0.iloc[-1])
    assert frame.ZT4.iloc[-1] == 4
    assert np.isnan(frame.ZT8.iloc[-1])
    assert "ZT0, ZT4: the unit au taken off" in said
    assert any(one.startswith("ZT8: 1 value of -9999 taken as missing") for one in said)
    bare = table(tmp_path, "gene,ZT0,ZT4\na,1,2\nb,2,3\nc,ND,1\n")
    with pytest.raises(ReadError, match="--missing 'ND'"):
        read_columns(bare)


def test_a_column_of_words_for_nothing_and_marks_of_thousands(tmp_path):
    raw = table(tmp_path, "gene;ZT0;ZT4\na;x;1.234,5\nb;x;2,5\n")
    frame, _ = read_columns(raw, Conventions(missing=("x",)))
    assert frame.ZT0.isna().all()
    assert frame.ZT4.tolist() == [1234.5, 2.5]
    assert read_columns(raw)[0].ZT0.tolist() == ["x", "x"]


def test_ids_stay_what_they_are(tmp_path):
    raw = table(tmp_path, 'gene,ZT0,ZT4\n"12 kDa",1,2\n"15 kDa",3,4\n9999,1,1\n')
    assert read_columns(raw)[0].gene.tolist() == ["12 kDa", "15 kDa", "9999"]
    numbered = table(tmp_path, "hours,mouse,y\n" + "".join(f"{k},9999,{k}\n" for k in range(5)))
    assert read_columns(numbered, id="mouse")[0].mouse.tolist() == [9999] * 5


def test_dates_are_read_as_the_user_says_and_names_of_samples_left(tmp_path):
    raw = table(tmp_path, "date,a\n01/05/2024 06:00,1\n02/05/2024 06:00,2\n")
    frame, said = read_columns(raw, Conventions(dayfirst=True))
    assert pd.DatetimeIndex(frame.date)[1] == pd.Timestamp("2024-05-02 06:00")
    assert said == ("date, read as DD/MM/YYYY",)
    with pytest.raises(ReadError, match="--dayfirst"):
        read_columns(raw)
    names = table(tmp_path, "time,a\nZT0,1\nZT4,2\n")
    assert read_columns(names)[0].time.tolist() == ["ZT0", "ZT4"]
    odd = table(tmp_path, "when,a\n2024.122 06,1\n2024.123 06,2\n")
    frame, _ = read_columns(odd, Conventions(date_format="%Y.%j %H"), time="when")
    assert pd.DatetimeIndex(frame.when)[0] == pd.Timestamp("2024-05-01 06:00")
