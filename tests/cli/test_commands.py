"""The command line: results on standard output, everything else on standard error, exit codes."""

import gzip
import json
import os
import re
import signal
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import epicycle
from epicycle.cli import commands as cli
from epicycle.cli import console
from epicycle.cli import options as cli_options

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

PERIOD = 12.42


def samples(amplitude: float = 2.0, n: int = 150) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(11)
    t = np.sort(rng.uniform(0, 300, n))
    y = 5 + amplitude * np.sin(2 * np.pi * t / PERIOD) + rng.normal(size=n)
    return t, y


def table(header: str, *columns: np.ndarray) -> str:
    lines = [",".join(map(str, row)) for row in zip(*columns, strict=True)]
    return "\n".join([header, *lines]) + "\n"


TIDE = table("time_h,level", *samples())
NOISE = table("time_h,level", *samples(amplitude=0.0))


def run(*args: str | Path, stdin: str | bytes | None = None):
    """Run the command in this process, and check what holds for every run."""
    result = CliRunner().invoke(cli.app, [str(a) for a in args], input=stdin)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def run_process(*args: str | Path, **options):
    """Run the command as a user does."""
    command = [sys.executable, "-m", "epicycle", *map(str, args)]
    return subprocess.run(command, capture_output=True, timeout=120, **options)


def without_colours(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def refusal(*args: str | Path, stdin: str | bytes | None = None) -> str:
    """Return the one line with which a run is refused."""
    result = run(*args, stdin=stdin)
    assert result.exit_code == cli.BAD_INPUT
    assert result.stdout == ""
    lines = result.stderr.splitlines()
    assert len(lines) == 1, result.stderr
    assert lines[0].startswith("epicycle: error: ")
    return lines[0]


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch):
    """Let no setting of the machine decide about colours and widths."""
    for variable in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")


@pytest.fixture
def tide(tmp_path):
    path = tmp_path / "tide.csv"
    path.write_text(TIDE)
    return path


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


def test_quiet_says_nothing_but_the_result(tide):
    assert run("find", tide, "--quiet").stderr == ""
    assert run("find", tide, "-q", "--json").stderr == ""


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


def test_groups_errors_and_known_periods(tmp_path):
    t, y = samples()
    label = np.where(np.arange(len(t)) % 3 == 0, "hi", "lo")
    y = y + 50 * (label == "hi")
    path = tmp_path / "groups.csv"
    path.write_text(table("t,y,dy,inst", t, y, 0 * y + 0.5, label))
    result = run("find", path, "--group", "inst", "--known", "12.42", "--unit", "h", "--json")
    document = json.loads(result.stdout)
    assert set(document["jitter"]) == {"hi", "lo"}
    # the noise is 1.0, of which the errors say 0.5: sqrt(1 - 0.25) is left to the jitter, known
    # to about 1/sqrt(2 n) = 7 to 10 % of the total variance's root
    for jitter in document["jitter"].values():
        assert jitter == pytest.approx(0.87, abs=0.3)
    assert document["cycles"][0]["known"]
    assert document["cycles"][0]["period"] == pytest.approx(12.42, rel=1e-12)
    text = run("find", path, "--group", "inst", "--known", "12.42", "--unit", "h").stdout
    assert "12.42 h, held" in text
    assert "jitter: hi " in text
    assert json.loads(run("find", path, "--group", "inst", "--error", "none", "--json").stdout)[
        "cycles"
    ]


def test_limits_of_the_search_reach_the_library(tide):
    options = ("--min-period", "3", "--max-period", "20", "--false-alarm", "0.001")
    search = json.loads(run("find", tide, "--json", *options).stdout)["search"]
    assert search["maximum_frequency"] == pytest.approx(1 / 3)
    assert "the shortest period asked for, 3" in search["reason"]


# ---- Refusals ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["nowhere.csv"], r"there is no file nowhere\.csv\. To fix this"),
        (["-", "--value", "levle"], r"has no column 'levle'\. Did you mean 'level'\?"),
        (["-", "--false-alarm", "2"], r"error: --false-alarm must be .* at most 1, got 2\.0\.$"),
        (["-", "--max-cycles", "0"], r"error: --max-cycles must be an integer of at least 1"),
        (["-", "--harmonics", "0"], r"error: --harmonics must be an integer"),
        (["-", "--loss", "l1"], r"error: --loss must be one of squares, huber"),
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


def test_a_picture_is_refused_before_the_search(tide, monkeypatch):
    def no_search(*_, **__):
        raise AssertionError("searched")

    monkeypatch.setattr(cli_options, "find_cycles", no_search)
    monkeypatch.setattr("epicycle.files.writing.find_spec", lambda _: None)
    assert "pip install 'epicycle[plot]'" in refusal(
        "find", tide, "--plot", tide.with_suffix(".png")
    )


def test_too_large_a_search_is_refused(tide, monkeypatch):
    def no_memory(*_, **__):
        raise MemoryError

    monkeypatch.setattr(cli_options, "find_cycles", no_memory)
    assert re.search(r"not enough memory.*raise --min-period", refusal("find", tide))


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


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_an_unfinished_picture_leaves_nothing_behind(tide, monkeypatch, error):
    plots = pytest.importorskip("epicycle.views.plots")
    pytest.importorskip("matplotlib")

    class Figure:
        def savefig(self, path):
            Path(path).write_bytes(b"half")
            raise error

    monkeypatch.setattr(plots, "plot_summary", lambda *_, **__: Figure())
    picture = tide.parent / "picture.png"
    picture.write_bytes(b"an older one")
    result = run("find", tide, "--plot", picture)
    if isinstance(error, OSError):
        assert result.exit_code == cli.BAD_INPUT
        assert "cannot be written (No space left on device)" in result.stderr
    else:
        assert result.exit_code == cli.INTERRUPTED
    assert picture.read_bytes() == b"an older one"
    assert sorted(p.name for p in tide.parent.iterdir()) == ["picture.png", "tide.csv"]


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


class Terminal:
    """A stream that says it is a terminal, and keeps what is written to it."""

    encoding = "utf-8"

    def __init__(self):
        self.text = ""

    def isatty(self):
        return True

    def write(self, text):
        self.text += text
        return len(text)

    def flush(self):
        pass


@pytest.mark.parametrize(("patience", "shown"), [(0.0, True), (60.0, False)])
def test_progress_is_for_long_searches_on_terminals(monkeypatch, patience, shown):
    monkeypatch.setattr(console, "_PATIENCE", patience)
    monkeypatch.setattr(sys, "stderr", terminal := Terminal())
    with console.ProgressBar(shown=True) as bar:
        for done in (500, 1000, 500, 1000):
            bar.update(done, 1000)
    assert ("search 2: 1,000 frequencies" in terminal.text) == shown
    monkeypatch.setattr(sys, "stderr", silent := Terminal())
    with console.ProgressBar(shown=False) as bar:
        bar.update(1000, 1000)
    assert silent.text == ""


def test_a_terminal_gets_the_rich_table(tide, monkeypatch):
    model = epicycle.find_cycles(*samples(), unit="h")
    monkeypatch.setattr(sys, "stdout", Terminal())
    text = console.as_text(model, lambda words: words.replace("samples", "rows"))
    assert "\x1b[1" in text
    plain = without_colours(text)
    assert "false" in plain.splitlines()[0]
    assert "rows: 150 over" in plain


# ---- As a process --------------------------------------------------------------------------


def test_a_process_keeps_its_streams_apart(tide):
    done = run_process("find", tide, "--json")
    assert done.returncode == cli.FOUND
    assert json.loads(done.stdout)["cycles"]
    assert done.stderr.decode().count("\n") == 1
    failed = run_process("find", tide, "--value", "nothing")
    assert failed.returncode == cli.BAD_INPUT
    assert failed.stdout == b""
    assert re.fullmatch(rb"epicycle: error: .* has no column 'nothing'\. .*\n", failed.stderr)


def test_a_reader_that_goes_away_is_no_error(tide):
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "epicycle", "find", str(tide), "-q"]
    try:
        done = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, timeout=120)
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (cli.FOUND, b"")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_a_full_disk_is_an_error(tide):
    command = [sys.executable, "-m", "epicycle", "find", str(tide), "-q"]
    with open("/dev/full", "wb") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, timeout=120)
    assert done.returncode == cli.BAD_INPUT
    assert re.fullmatch(
        rb"epicycle: error: the output cannot be written \(No space left on device\)\.\n",
        done.stderr,
    )


@pytest.mark.skipif(os.name == "nt", reason="needs POSIX signals")
def test_interrupted_while_it_waits_for_input(tmp_path):
    # it tells that it has arrived by the time it reads: the pipe is then drained
    command = [sys.executable, "-m", "epicycle", "find", "-", "--json"]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    process.stdin.write(b"x" * (1 << 20))  # returns when all but a pipe's length has been read
    process.stdin.flush()
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
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


def test_a_drift_is_fitted_on_request(tmp_path):
    t, _ = samples(n=400)
    noise = np.random.default_rng(3).normal(size=len(t))
    y = 5 * np.cos(2 * np.pi * (t / PERIOD + 0.5 * 1e-5 * (t - 150) ** 2)) + noise
    path = tmp_path / "drift.csv"
    path.write_text(table("time_h,level", t, y))
    (cycle,) = json.loads(run("find", path, "--drift", "--json").stdout)["cycles"]
    assert abs(cycle["frequency_drift"] - 1e-5) < 4 * cycle["frequency_drift_error"]
    assert cycle["frequency_drift_error"] < 3e-6
    (cycle,) = json.loads(run("find", path, "--max-cycles", 1, "--json").stdout)["cycles"]
    assert cycle["frequency_drift"] is None


def test_an_expected_signal_to_noise_is_passed_on(tide):
    options = ("--strategy", "auto", "--min-period", "0.001", "--json")
    document = json.loads(run("find", tide, "--signal-to-noise", "1", *options).stdout)
    assert "expected signal-to-noise" in document["search"]["choice"]
    assert "--signal-to-noise must be" in refusal("find", tide, "--signal-to-noise", "-1")


def test_the_strategy_is_the_users(tide):
    document = json.loads(run("find", tide, "--strategy", "ladder", "--json").stdout)
    assert document["search"]["strategy"] == "ladder"
    assert "--strategy must be" in refusal("find", tide, "--strategy", "guess")
