"""The command line: results on standard output, everything else on standard error, exit codes."""

import gzip
import json
import os
import re
import signal
import subprocess
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

import epicycle
from epicycle.cli import commands as cli
from epicycle.cli import options as cli_options
from tests.commands import (
    NOISE,
    PATIENCE,
    PERIOD,
    TIDE,
    interruptible,
    refusal,
    run,
    samples,
    table,
    without_colours,
)

CO2 = Path(__file__).parents[2] / "data" / "co2_mlo_weekly_nan.csv"

#: The keys that programs outside rely on.
DOCUMENT = {
    "schema",
    "unit",
    "n_samples",
    "baseline",
    "reference_time",
    "cycles",
    "undecided",
    "residual_std",
    "seconds",
}
CYCLE = {
    "period",
    "period_error",
    "frequency",
    "frequency_error",
    "frequency_drift",
    "frequency_drift_error",
    "amplitude",
    "amplitude_error",
    "phase",
    "time_of_maximum",
    "harmonics",
    "false_alarm_probability",
    "aliases",
}


# ---- Results -------------------------------------------------------------------------------


def test_a_cycle_is_found_and_told_in_its_unit(tide):
    result = run("find", tide)
    assert result.exit_code == cli.FOUND
    lines = result.stdout.splitlines()
    assert lines[0].split()[:2] == ["period", "amplitude"]
    period, error, unit = re.match(r"\s*(\d+\.\d+)\((\d\.?\d)\) (\w+)", lines[2]).groups()
    assert unit == "h"
    assert abs(float(period) - PERIOD) < 0.1
    assert error
    assert "samples: 150 over " in result.stdout
    assert "\x1b" not in result.stdout
    assert result.stderr == (
        "epicycle: time: time_h (guessed), value: level (guessed), unit: h (guessed)\n"
    )


def test_json_is_one_clean_document(tide):
    result = run("find", tide, "--json")
    assert result.exit_code == cli.FOUND
    assert result.stdout.count("\n") == 1

    def refuse(constant):
        raise AssertionError(f"{constant} is no JSON")

    document = json.loads(result.stdout, parse_constant=refuse)
    assert document["schema"] == "epicycle.cycles/1"
    assert document.keys() >= DOCUMENT
    cycle = document["cycles"][0]
    assert cycle.keys() >= CYCLE
    assert cycle["harmonics"][0].keys() >= {"order", "amplitude", "phase"}
    assert document["unit"] == "h"
    assert document["n_samples"] == 150
    assert abs(cycle["period"] - PERIOD) < 5 * cycle["period_error"]
    model = epicycle.CycleModel.from_dict(document)
    assert model.cycles[0].period == cycle["period"]


def test_the_command_line_adds_no_mathematics(tide):
    t, y = samples()
    model = epicycle.find_cycles(t, y, unit="h", max_cycles=2, harmonics=1, trend=0)
    options = ("--max-cycles", "2", "--harmonics", "1", "--trend", "0")
    document = json.loads(run("find", tide, "--json", *options).stdout)
    expected = json.loads(json.dumps(model.to_dict()))
    for result in (document, expected):
        del result["seconds"]
    assert document == expected


def test_nothing_found_is_a_result_with_its_own_exit_code(tmp_path):
    path = tmp_path / "noise.csv"
    path.write_text(NOISE)
    result = run("find", path)
    assert result.exit_code == cli.NOTHING_FOUND
    assert result.stdout.startswith("no significant cycle; amplitude of any sinusoid below ")
    as_json = run("find", path, "--json")
    assert as_json.exit_code == cli.NOTHING_FOUND
    assert json.loads(as_json.stdout)["cycles"] == []


@pytest.mark.parametrize("raw", [TIDE.encode(), gzip.compress(TIDE.encode())])
def test_standard_input(raw):
    result = run("find", "-", "--json", stdin=raw)
    assert result.exit_code == cli.FOUND
    assert json.loads(result.stdout)["n_samples"] == 150


def test_named_columns_are_not_told_as_guesses(tide):
    result = run("find", tide, "--time", "time_h", "--value", "level", "--unit", "h")
    assert result.stderr == ""


def test_the_unit_is_a_label_of_numbers(tide):
    named = json.loads(run("find", tide, "--json", "--unit", "min").stdout)
    guessed = json.loads(run("find", tide, "--json").stdout)
    assert (named["unit"], guessed["unit"]) == ("min", "h")
    assert named["cycles"][0]["period"] == guessed["cycles"][0]["period"]
    assert json.loads(run("find", tide, "--json", "--unit", "").stdout)["unit"] == ""


def test_dates_with_a_zone_come_back_with_it(tmp_path):
    t, y = samples()
    start = datetime.fromisoformat("2024-03-01T00:00:00+02:00")
    dates = [(start + timedelta(hours=h)).isoformat() for h in t]
    path = tmp_path / "zone.csv"
    path.write_text(table("date,level", dates, y))
    result = run("find", path, "--json", "--unit", "h")
    document = json.loads(result.stdout)
    maximum = datetime.fromisoformat(document["cycles"][0]["time_of_maximum"])
    assert maximum.utcoffset() == timedelta(hours=2)
    # sin has its maximum a quarter of a period after 0
    turns = ((maximum - start) / timedelta(hours=1)) / PERIOD - 0.25
    assert abs(turns - round(turns)) < 0.05
    assert "time: date (guessed), value: level (guessed)\n" in result.stderr
    assert "+02:00" in run("find", path, "--unit", "h").stdout


def test_co2():
    result = run("find", CO2, "--trend", "2", "--max-cycles", "3", "--json")
    assert result.exit_code == cli.FOUND
    document = json.loads(result.stdout)
    assert document["n_dropped"] == 59
    assert document["unit"] == "d"
    year = document["cycles"][0]
    assert abs(year["period"] - 365.24) < 0.3
    assert len(year["harmonics"]) >= 2
    assert datetime.fromisoformat(year["time_of_maximum"]).month == 5
    assert "date (guessed, read as YYYYMMDD)" in result.stderr
    text = epicycle.CycleModel.from_dict(document).table()
    assert re.match(r"\s*(0\.999\d*|1\.000\d*)\(\d+\) y +36\d\.\d", text.splitlines()[2])


def test_several_values_listed_or_repeated(tmp_path):
    t, y = samples()
    path = tmp_path / "two.csv"
    path.write_text(table("t,a,b,c", t, y, -y, 0 * y + 1))
    listed = run("find", path, "--value", "a", "b", "--unit", "h", "--json", "-q")
    repeated = run("find", "--value", "a", path, "--value=b", "--unit", "h", "--json", "-q")
    assert listed.exit_code == repeated.exit_code == cli.FOUND
    one, two = json.loads(listed.stdout), json.loads(repeated.stdout)
    assert one["output_names"] == two["output_names"] == ["a", "b"]
    assert len(one["cycles"][0]["amplitude"]) == 2
    rows = run("find", path, "--value", "a", "b", "--unit", "h", "-q").stdout.splitlines()
    assert " a " in rows[2]
    assert rows[3].split()[0] == "b"


# ---- Refusals ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["nowhere.csv"], r"there is no file nowhere\.csv\. To fix this"),
        (["-", "--value", "levle"], r"has no column 'levle'\. Did you mean 'level'\?"),
        (["-", "--false-alarm", "2"], r"error: --false-alarm must be .* at most 1, got 2\.0\.$"),
        (["-", "--max-cycles", "0"], r"error: --max-cycles must be an integer of at least 1"),
        (["-", "--harmonics", "0"], r"error: --harmonics must be an integer"),
        (["-", "--loss", "l1"], r"error: --loss must be one of auto, squares, huber"),
        (["-", "--trend", "-1"], r"error: --trend must be an integer"),
        (["-", "--exposure", "-1"], r"error: --exposure must be at least 0"),
        (["-", "--known", "-3"], r"error: --known must hold finite periods above 0"),
        (["-", "--min-period", "9", "--max-period", "3"], r"--min-period must be below --max-per"),
        (["-", "--plot", "cycles.gif"], r"has the ending '\.gif': expected one of png, .*\.png"),
        (["-", "--plot", "cycles"], r"has no ending: expected one of png, .* cycles\.png"),
        (["-", "--plot", "nowhere/cycles.png"], r"there is no directory nowhere"),
        (["-", "--min-period", "soon"], r"--min-period.*valid (float|number).*See epicycle --help"),
        (["-", "--frequency", "3"], r"No such option.*--frequency"),
        (["-", "surplus"], r"[Uu]nexpected extra argument.*surplus"),
        ([], r"Missing argument 'FILE'"),
    ],
)
def test_refused_in_one_line(args, message):
    assert re.search(message, refusal("find", *args, stdin=TIDE))


def test_data_that_the_library_refuses_are_named():
    message = refusal("find", "-", stdin="time_h,level\n1,1\n1,2\n1,3\n")
    assert "t has only 1 distinct value" in message
    assert message.endswith("(time: time_h (guessed), value: level (guessed), unit: h (guessed))")


def test_unknown_command():
    assert re.search(r"No such command 'fnd'", refusal("fnd"))


def test_a_shifted_table_is_refused(tmp_path):
    path = tmp_path / "shifted.csv"
    path.write_text(TIDE.replace("\n", ",0\n").replace("time_h,level,0", "time_h,level"))
    assert "line 2 has 3 fields separated by commas, but the header has 2" in refusal("find", path)


# ---- Pictures ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "magic"),
    [("png", b"\x89PNG"), ("pdf", b"%PDF"), ("svg", b"<?xml"), ("JPG", b"\xff\xd8")],
)
def test_pictures(tide, kind, magic):
    pytest.importorskip("matplotlib")
    picture = tide.parent / f"picture.{kind}"
    picture.write_bytes(b"an older one")
    result = run("find", tide, "--plot", picture, "--max-cycles", "1")
    assert result.exit_code == cli.FOUND
    assert picture.read_bytes().startswith(magic)
    assert f"epicycle: wrote {picture}" in result.stderr
    assert sorted(p.name for p in tide.parent.iterdir()) == [picture.name, "tide.csv"]


# ---- Help and progress ---------------------------------------------------------------------


def test_help_and_version():
    assert run("--version").stdout == f"epicycle {epicycle.__version__}\n"
    assert "find" in run().stdout
    text = without_colours(run("find", "--help").stdout)
    options = (
        "--time --value --error --group --unit --min-period --max-period --max-cycles --harmonics",
        "--false-alarm --loss --trend --known --exposure --max-frequencies --plot --json --quiet",
    )
    for option in " ".join(options).split():
        assert option in text


@pytest.mark.skipif(os.name == "nt", reason="needs POSIX signals")
def test_interrupted_while_it_waits_for_input(tmp_path):
    # it tells that it has arrived by the time it reads: the pipe is then drained
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    process = interruptible("find", "-", "--json", **pipes)
    process.stdin.write(b"x" * (1 << 20))  # returns when all but a pipe's length has been read
    process.stdin.flush()
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == cli.INTERRUPTED
    assert out == b""
    assert err.decode().strip() == "epicycle: interrupted"


def test_interrupted_while_it_searches(tide, monkeypatch):
    def interrupt(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(cli_options, "find_cycles", interrupt)
    result = run("find", tide, "-q")
    assert (result.exit_code, result.stdout) == (cli.INTERRUPTED, "")
    assert result.stderr == "epicycle: interrupted\n"


def event_table(tmp_path: Path) -> Path:
    """Write events whose rate is 1 + 0.8 cos(2 pi t / 0.37), some of them strangers."""
    rng = np.random.default_rng(5)
    t = rng.uniform(0, 2000, 4000)
    kept = t[rng.uniform(0, 1.8, 4000) < 1 + 0.8 * np.cos(2 * np.pi * t / 0.37)]
    weight = np.full(len(kept), 0.9)
    strangers = rng.uniform(0, 2000, 1500)
    path = tmp_path / "events.csv"
    t, weight = np.append(kept, strangers), np.append(weight, np.full(1500, 0.1))
    path.write_text(table("time_s,probability", t, weight))
    return path


def test_events(tmp_path):
    path = event_table(tmp_path)
    options = ["--events", "--weight", "probability", "--min-period", "0.1", "--drift", "--json"]
    result = run("find", path, *options)
    assert result.exit_code == cli.FOUND
    document = json.loads(result.stdout)
    (cycle,) = document["cycles"]
    assert abs(cycle["frequency"] - 1 / 0.37) < 4 * cycle["frequency_error"]
    assert abs(cycle["frequency_drift"]) < 4 * cycle["frequency_drift_error"]
    # 0.8 of the events' rate, less what the strangers' small weights add to the mean
    assert 0.6 < cycle["amplitude"] < 0.85
    assert document["residual_std"] is None
    tests = cycle["statistics"]
    assert tests["z_squared"][1] == pytest.approx(2 * sum(tests["power"][:2]))
    assert tests["z_squared_false_alarm"][1] < 1e-6
    assert tests["h_false_alarm"] == cycle["false_alarm_probability"]
    told = run("find", path, *options[:-1]).stdout
    assert "drift of" in told
    assert "residual" not in told


def test_weights_of_events_matter(tmp_path):
    path = event_table(tmp_path)
    weighted = json.loads(
        run(
            "find", path, "--events", "--weight", "probability", "--min-period", "0.1", "--json"
        ).stdout
    )
    alike = json.loads(run("find", path, "--events", "--min-period", "0.1", "--json").stdout)
    # without weights the strangers dilute the modulation
    assert alike["cycles"][0]["amplitude"] < 0.85 * weighted["cycles"][0]["amplitude"]


def test_events_have_no_values(tmp_path):
    message = refusal("find", event_table(tmp_path), "--events", "--value", "probability")
    assert "--events have no values" in message
