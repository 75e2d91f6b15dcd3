"""``epicycle find --id --screen``: the strongest sinusoid of each series, resumable."""

import csv
import json
import os
import re
import signal
import time
from pathlib import Path

import pandas as pd
import pytest

from epicycle.screening.screen import screen
from tests.commands import PATIENCE, interruptible, refusal, run
from tests.many.stars import PERIODS, results, write_stars


def test_each_series_has_its_strongest_sinusoid(stars):
    result = run("find", stars, "--id", "star", "--screen", "-o", "p.jsonl", "--workers", 1)
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr.splitlines()[-1] == (
        "epicycle: wrote p.jsonl: 5 series, 3 with a cycle, 0 with slow variation or power at the "
        "edge of the band, 1 without, 1 unusable (screened for the strongest sinusoid of each "
        "series: no harmonics, aliases, drift, coherence or second cycle)"
    )
    frame = pd.read_csv(stars, dtype={"star": str})
    found = screen(frame["time_d"], frame["mag"], series=frame["star"], unit="d")
    documents = results(Path("p.jsonl"))
    assert [d["id"] for d in documents] == list(PERIODS) == found.series.tolist()
    for k, document in enumerate(documents[:4]):
        assert document["schema"] == "epicycle.screening/1"
        for name in ("n_samples", "period", "period_error", "amplitude", "time_of_maximum"):
            assert document[name] == getattr(found, name)[k]
        assert document["false_alarm_probability"] == found.false_alarm_probability[k]
        assert document["significant"] == bool(PERIODS[document["id"]])
        assert document["note"] is document["error"] is None
        if PERIODS[document["id"]]:
            off = abs(document["period"] - PERIODS[document["id"]])
            assert off < 4 * document["period_error"]
    assert documents[4]["period"] is None
    assert "a period needs at least 3" in documents[4]["error"]
    assert sorted(os.listdir()) == ["p.jsonl", "stars.csv"]


def test_a_table_has_one_row_for_each_series(stars):
    assert run("find", stars, "--id", "star", "--screen", "-o", "p.csv", "-q").exit_code == 0
    assert run("find", stars, "--id", "star", "--screen", "-o", "p.jsonl", "-q").exit_code == 0
    rows = list(csv.DictReader(Path("p.csv").read_text().splitlines()))
    for row, document in zip(rows, results(Path("p.jsonl")), strict=True):
        document.pop("schema")
        told = {k: "" if v is None else str(v) for k, v in document.items()}
        told["significant"] = told["significant"].lower()
        assert row == told
    # whoever reads the table with pandas gets truth values
    assert pd.read_csv("p.csv")["significant"].dtype == bool


def test_the_summary_says_what_was_looked_for(stars):
    result = run("find", stars, "--id", "star", "--screen", "-o", "p.csv", "--json", "-q")
    document = json.loads(result.stdout)
    assert document["screened_for"].startswith("the strongest sinusoid of each series: no harm")
    counts = {k: document[k] for k in ("series", "with_cycles", "to_look_at", "unusable")}
    assert counts == {"series": 5, "with_cycles": 3, "to_look_at": 0, "unusable": 1}


def test_nothing_significant_has_an_exit_code_of_its_own(tmp_path):
    path = write_stars(tmp_path / "s.csv", {"a": None, "b": None})
    result = run("find", path, "--id", "star", "--screen", "-o", tmp_path / "p.csv", "-q")
    assert result.exit_code == 1


def test_options_reach_the_search(stars):
    options = ("--min-period", 4, "--max-period", 6, "--trend", 0, "--false-alarm", 1e-12)
    arguments = {"minimum_period": 4, "maximum_period": 6, "trend": 0, "false_alarm": 1e-12}
    assert run("find", stars, "--id", "star", "--screen", "-o", "p.jsonl", "-q", *options)
    frame = pd.read_csv(stars, dtype={"star": str})
    found = screen(frame["time_d"], frame["mag"], series=frame["star"], unit="d", **arguments)
    documents = results(Path("p.jsonl"))
    assert [d["period"] for d in documents[:4]] == found.period[:4].tolist()
    assert [d["significant"] for d in documents] == found.significant.tolist()


@pytest.mark.skipif(os.name == "nt", reason="needs POSIX signals")
@pytest.mark.parametrize(("kept_parts", "ending"), [(1, "csv"), (2, "jsonl")])
def test_killed_and_run_again_the_file_is_the_same(tmp_path, kept_parts, ending):
    of_each, n_parts = 256, 3
    n = n_parts * of_each + 10
    path = write_stars(tmp_path / "s.csv", {f"s{k}": 3 + k % 5 for k in range(n)}, n=16)
    whole, output = tmp_path / f"whole.{ending}", tmp_path / f"killed.{ending}"
    base = ("find", path, "--id", "star", "--screen", "--workers")
    assert run(*base, 1, "-o", whole, "-q").exit_code == 0
    parts = output.with_name(output.name + ".parts")
    process = interruptible(*base, 2, "-q", "-o", output, wait_after=kept_parts)
    while process.poll() is None and not (
        parts.exists() and parts.read_bytes().count(b"\n") > kept_parts
    ):
        time.sleep(0.001)
    process.kill()
    assert process.wait(timeout=PATIENCE) == -signal.SIGKILL
    assert not output.exists()
    kept = parts.read_bytes()
    # the last line cut in two, as a kill in the middle of writing leaves it
    parts.write_bytes(kept[:-40])
    result = run(*base, 1, "-o", output)
    # without the header and the part that was cut; parts come in any order, and one is short
    n_kept = kept.count(b"\n") - 2
    counted = re.search(r"continues: ([\d,]+) series", result.stderr)
    done = int(counted[1].replace(",", "")) if counted else 0
    assert done in (n_kept * of_each, (n_kept - 1) * of_each + 10)
    assert output.read_bytes() == whole.read_bytes()
    assert not parts.exists()


def test_a_screening_does_not_continue_a_full_search(stars):
    from epicycle.files.reading import read_table
    from epicycle.many.parts import Parts
    from epicycle.many.rows import fingerprint

    table = read_table(stars, series="star")
    with Parts(Path("p.jsonl"), fingerprint(table, {"screen": False})) as parts:
        parts.add([(0, {"id": "b"})])
    message = refusal("find", stars, "--id", "star", "--screen", "-o", "p.jsonl", "-q")
    assert "holds the parts of another run" in message


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--harmonics", "3"), "--harmonics does not apply"),
        (("--max-cycles", "2"), "--max-cycles does not apply"),
        (("--known", "3"), "--known does not apply"),
        (("--period", "3"), "--period does not apply"),
        (("--drift",), "--drift does not apply"),
        (("--group", "mag"), "--group does not apply"),
        (("--per-group", "waveform"), "--per-group does not apply"),
        (("--strategy", "ladder"), "--strategy does not apply"),
        (("--varying-amplitude",), "--varying-amplitude does not apply"),
        (("--exposure", "0.1"), "--exposure does not apply"),
        (("--loss", "huber"), "--loss does not apply"),
        (("--signal-to-noise", "1"), "--signal-to-noise does not apply"),
        (("--red-noise",), "--red-noise does not apply"),
        (("--events",), "--events does not apply"),
        (("--trend", "piecewise"), "fits a polynomial trend"),
        (("--trend", "-1"), "--trend must be an integer of at least 0"),
        (("--false-alarm", "2"), "--false-alarm must be"),
        (("--min-period", "9", "--max-period", "3"), "--min-period must be below --max-period"),
        (("--value", "mag", "--value", "time_d", "--time", "mag"), "one column of values"),
    ],
)
def test_what_is_refused(stars, options, words):
    message = refusal("find", stars, "--id", "star", "--screen", "-o", "p.csv", *options)
    assert words in message
    assert os.listdir() == ["stars.csv"]


def test_screening_needs_many_series(stars):
    assert "name its column with --id" in refusal("find", stars, "--screen")


def test_what_one_series_asks_too_much_of_is_said_in_words_of_options(stars):
    options = ("--min-period", "1e-5", "--max-frequencies", "1e4", "-q")
    run("find", stars, "--id", "star", "--screen", "-o", "p.jsonl", *options)
    errors = [d["error"] for d in results(Path("p.jsonl"))]
    assert "more than --max-frequencies=10000. To fix this, raise --min-period" in errors[0]
