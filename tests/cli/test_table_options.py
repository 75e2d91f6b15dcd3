"""Options that say how a table is written, and what is told of how it was read."""

import pytest

from epicycle.cli.options import SearchOptions, read_samples, unit_and_guesses
from epicycle.cli.table_options import TableOptions
from epicycle.files.conventions import Conventions
from epicycle.files.writing import InputError


def test_nothing_said_is_nothing_told():
    assert TableOptions().written() == Conventions()


def test_every_option_reaches_the_reader():
    told = TableOptions(dayfirst=False, missing=["ice"], strip=["m"], decimal=",").written()
    assert told == Conventions(None, False, ("ice",), ("m",), ",")
    assert TableOptions(date_format="%d/%m/%Y").written() == Conventions("%d/%m/%Y")


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"date_format": "%d", "dayfirst": True}, "leave out --dayfirst"),
        ({"date_format": "DD/MM"}, "in the codes of strptime, got 'DD/MM'"),
        ({"decimal": ";"}, r"--decimal must be '\.' or ','"),
    ],
)
def test_what_cannot_be_is_refused(said, message):
    with pytest.raises(InputError, match=message):
        TableOptions(**said).written()


def test_ignored_columns_are_told(tmp_path):
    path = tmp_path / "wide.csv"
    lines = [f"{k},{k % 3},{k % 5},{k % 7},x" for k in range(9)]
    path.write_text("\n".join(["ZT,m1,m2,m3,note", *lines, ""]))
    options = SearchOptions(file=str(path), unit="h")
    _, said = unit_and_guesses(options, read_samples(options))
    assert "ignored: m2, m3, note (find --value all takes each for a series)" in said
    chosen = SearchOptions(file=str(path), value=["m1", "m2", "m3"])
    _, said = unit_and_guesses(chosen, read_samples(chosen))
    assert said.endswith("ignored: note")
