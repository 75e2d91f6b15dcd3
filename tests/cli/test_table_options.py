"""Options that say how a table is written, and what is told of how it was read."""

import pytest
from typer.testing import CliRunner

from epicycle.cli.commands import app
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


@pytest.mark.parametrize("command", ["find", "fit", "report", "track", "predict", "compare"])
def test_every_command_that_reads_dates_has_them(command):
    told = CliRunner().invoke(app, [command, "--help"], env={"COLUMNS": "200"}).stdout
    for option in ("--date-format", "--dayfirst", "--missing", "--strip", "--decimal"):
        assert option in told


def test_track_reads_a_table_as_it_is_said_to_be_written(tmp_path):
    path = tmp_path / "days.csv"
    hours = [(day, hour) for day in range(1, 9) for hour in range(0, 24, 3)]
    lines = [f"{d:02d}/05/2024 {h:02d}:00,{(h - 12) ** 2 + d % 3}" for d, h in hours]
    path.write_text("\n".join(["Date,temp", *lines, ""]))
    asked = ["track", str(path), "--period", "1"]
    refused = CliRunner().invoke(app, asked)
    assert refused.exit_code == 2
    assert "--dayfirst" in refused.stderr
    assert CliRunner().invoke(app, [*asked, "--dayfirst"]).exit_code == 0
