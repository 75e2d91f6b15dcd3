"""Bad input of every kind, and what the command line says to it: a table for the documentation.

``python tests/bad_inputs.py`` writes ``docs/bad-input.md``; ``test_bad_inputs.py`` checks that it
is up to date and that every refusal is one helpful line.
"""

from __future__ import annotations

import gzip
import json
import os
import shlex
import sys
import tempfile
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from typer.testing import CliRunner

from epicycle.cli import commands as cli

PAGE = Path(__file__).parents[1] / "docs" / "bad-input.md"


@dataclass(frozen=True)
class Case:
    """A kind of bad input: what it is, the files it needs, and the command that meets it."""

    kind: str
    command: str
    files: dict[str, bytes]


def _good() -> str:
    rng = np.random.default_rng(11)
    t = np.sort(rng.uniform(0, 300, 60)).round(3)
    y = (5 + 2 * np.sin(2 * np.pi * t / 12.42) + rng.normal(size=60)).round(3)
    return "time_h,level\n" + "".join(f"{a},{b}\n" for a, b in zip(t, y, strict=True))


GOOD = _good()
LINES = GOOD.splitlines(keepends=True)


def spoiled(line: int, text: str) -> bytes:
    """Return the good table with one line replaced; line 1 is the header."""
    return "".join([*LINES[: line - 1], text + "\n", *LINES[line:]]).encode()


def with_column(name: str, *cells: str) -> bytes:
    """Return the good table with one more column; the last cell is repeated."""
    rows = [f"{LINES[0].strip()},{name}\n"]
    for k, line in enumerate(LINES[1:]):
        rows.append(f"{line.strip()},{cells[min(k, len(cells) - 1)]}\n")
    return "".join(rows).encode()


def dates(*moments: str) -> bytes:
    return b"date,v\n" + b"".join(f"{m},{k % 3}\n".encode() for k, m in enumerate(moments))


def bad_table(kind: str, content: bytes, options: str = "") -> Case:
    return Case(kind, f"epicycle find t.csv {options}".strip(), {"t.csv": content})


def bad_option(kind: str, options: str) -> Case:
    return bad_table(kind, GOOD.encode(), options)


def bad_model(kind: str, content: bytes) -> Case:
    return Case(kind, "epicycle predict m.json --from 0 --to 9", {"m.json": content})


def bad_prediction(kind: str, options: str, **files: bytes) -> Case:
    named = {name.replace("_", "."): content for name, content in files.items()}
    command = f"epicycle predict m.json {options}".strip()
    return Case(kind, command, {"m.json": good_model(), **named})


_MODEL: list[bytes] = []


def good_model() -> bytes:
    if not _MODEL:
        with tempfile.TemporaryDirectory() as folder, chdir(folder):
            Path("t.csv").write_text(GOOD)
            assert CliRunner().invoke(cli.app, ["fit", "t.csv", "-o", "m.json"]).exit_code == 0
            _MODEL.append(Path("m.json").read_bytes())
    return _MODEL[0]


def changed_model(**changes: object) -> bytes:
    document = json.loads(good_model())
    for way, value in changes.items():
        inner = document
        *path, last = way.split("__")
        for key in path:
            inner = inner[key]
        inner[last] = value
    return json.dumps(document).encode()


def cases() -> dict[str, list[Case]]:
    """Return all kinds, by the part of the input that is bad."""
    one = GOOD.encode()
    groups = b"time,v\n" + b"".join(b"%d,%d\n" % (k, k % 5) for k in range(30))
    return {
        "Files": [
            Case("no such file", "epicycle find nothing.csv", {}),
            Case("a directory", "epicycle find .", {}),
            bad_table("an empty file", b""),
            bad_table("blank lines only", b"\n \n\t\n"),
            bad_table("comments only", b"# time level\n# none yet\n"),
            bad_table("binary data", b"\x00\x01\x02binary\xff"),
            bad_table("a zip archive or workbook", b"PK\x03\x04rest"),
            bad_table("UTF-16, cut", GOOD.encode("utf-16")[:-1]),
            bad_table("no encoding", spoiled(3, "4.2,h\xf6her") + b"\x81"),
            bad_table("gzip, cut short", gzip.compress(one, mtime=0)[:200]),
            bad_table("a header without rows", b"time,level\n"),
            bad_table("one column", b"level\n1\n2\n3\n"),
            bad_table("two columns of one name", b"time,v,v\n1,2,3\n2,3,4\n3,4,5\n"),
            bad_table("a record with a field too many", spoiled(7, "4.2,1.5,9")),
            bad_table("a record with a field too few", spoiled(7, "4.2")),
            bad_table("a quotation mark that is never closed", spoiled(7, '4.2,"1.5')),
        ],
        "Columns": [
            bad_option("a column that is not there", "--value levle"),
            bad_option("a column named twice", "--time level --value level"),
            bad_table("nothing that looks like time", b"a,b\n3,x\n1,y\n2,z\n"),
            bad_table("no numbers besides the time", b"time,b\n1,x\n2,y\n3,z\n"),
            bad_table(
                "two errors for one value", b"t,v,e,f\n1,2,1,1\n2,3,1,1\n", "--error e --error f"
            ),
            bad_table("text among the values", spoiled(7, "4.2,high")),
            bad_table(
                "a comma of decimals or of thousands", b"time;v\n1;2,500\n2;3,500\n3;1,500\n"
            ),
            bad_table("values of several units", b"time,v\n1,1.1 V\n2,950 mV\n3,1.2 V\n"),
            bad_table("a word for a missing value", b"time,v\n1,2\n2,ice\n3,4\n4,1\n5,2\n"),
            bad_table("an infinite value", spoiled(7, "4.2,inf")),
            bad_table("a value too large to square", spoiled(7, "4.2,1e200")),
            bad_table("a whole number of 400 digits", spoiled(7, "4.2," + 400 * "9")),
            bad_table("no value at all", b"time,v\n1,\n2,\n3,\n", "--value v"),
            bad_table("dates as values", with_column("day", "2024-03-01"), "--value day"),
            bad_table("an error of 0", with_column("err", "0.5", "0", "0.5")),
            bad_table("a missing label", with_column("site", "a", "", "b"), "--group site"),
            bad_table("a negative weight", with_column("w", "1", "-1", "1"), "--weight w"),
        ],
        "Times": [
            bad_table("a missing time", spoiled(7, ",1.5")),
            bad_table("an infinite time", spoiled(7, "inf,1.5")),
            bad_table("words for times", b"time,v\nsoon,1\nlater,2\nnever,3\n"),
            bad_table(
                "a date that does not exist", dates("2024-02-28", "2024-02-30", "2024-03-01")
            ),
            bad_table(
                "a zone in some rows only",
                dates("2024-01-01T00:00Z", "2024-01-02T00:00", "2024-01-03T00:00Z"),
            ),
            bad_table("days that may be months", dates("01/05/2024", "02/05/2024", "03/05/2024")),
            bad_table(
                "dates that are written otherwise",
                dates("01/05/2024", "02/05/2024", "03/05/2024"),
                "--date-format %Y-%m-%d",
            ),
            bad_table(
                "all times the same", b"time,v\n" + b"".join(b"5,%d\n" % k for k in range(9))
            ),
            bad_table("two samples", b"time,v\n1,2\n2,3\n"),
            bad_table(
                "an unknown unit for dates",
                dates(*(f"2024-01-{k:02d}" for k in range(1, 29))),
                "--unit moons",
            ),
        ],
        "Zones": [
            bad_option("a zone for numbers", "--zone Europe/Berlin"),
            bad_table("an unknown zone", dates("2024-01-01", "2024-01-02"), "--zone Mars/Gale"),
            bad_table(
                "a local time that no clock has shown",
                dates("2024-03-31T01:30", "2024-03-31T02:30", "2024-03-31T03:30"),
                "--zone Europe/Berlin",
            ),
            bad_option("local clocks for numbers", "--clock local"),
            bad_option("an unknown clock", "--clock sidereal"),
        ],
        "Options": [
            bad_option("an unknown option", "--colour red"),
            bad_option("a word for a number", "--min-period short"),
            bad_option("a negative period", "--min-period -1"),
            bad_option("limits the wrong way round", "--min-period 9 --max-period 3"),
            bad_option("no cycles wanted", "--max-cycles 0"),
            bad_option("no harmonics wanted", "--harmonics 0"),
            bad_option("a probability above 1", "--false-alarm 2"),
            bad_option("a negative degree", "--trend -1"),
            bad_option("an unknown strategy", "--strategy guess"),
            bad_option("a known period of 0", "--known 0"),
            bad_option("a negative exposure", "--exposure -1"),
            bad_option("no budget", "--max-frequencies 0"),
            bad_option("a band without end", "--min-period 1e-12"),
            bad_option("a dense search without end", "--strategy dense --min-period 1e-12"),
            bad_option("a band beyond the digits of numbers", "--min-period 1e-20"),
            bad_option("a negative signal", "--signal-to-noise -1"),
            bad_option("events with values", "--events --value level"),
        ],
        "Output": [
            bad_option("an unknown kind of picture", "--plot p.doc"),
            bad_option("a picture in a directory that is not there", "--plot no/p.png"),
            bad_option("--id without a file", "--id level"),
            bad_option("--id with a file of another kind", "--id level -o p.txt"),
            bad_option("--output without --id", "-o p.csv"),
            bad_option("no workers", "--id level -o p.csv --workers 0"),
            bad_option("--screen without --id", "--screen"),
            bad_option("harmonics in a screening", "--id level -o p.csv --screen --harmonics 3"),
            bad_option(
                "a bent trend in a screening", "--id level -o p.csv --screen --trend piecewise"
            ),
            Case("a model in no directory", "epicycle fit t.csv -o no/m.json", {"t.csv": one}),
            Case("a page of another kind", "epicycle report t.csv -o r.pdf", {"t.csv": one}),
        ],
        "Model files": [
            Case("no such model", "epicycle predict m.json --from 0 --to 1", {}),
            bad_model("a table for a model", one),
            bad_model("JSON of something else", b'{"schema": "other/1"}'),
            bad_model("a model of a later version", b'{"schema": "epicycle.model/9"}'),
            bad_model("a model cut short", good_model()[:20]),
            bad_model(
                "NaN in a model",
                good_model().replace(b'"baseline": ', b'"baseline": NaN, "b": ', 1),
            ),
            bad_model("a key that stands twice", b'{"schema": "epicycle.model/1", "schema": 1}'),
            bad_model("a field of the wrong type", changed_model(result__model__degree="one")),
            bad_model("rows that are missing", changed_model(result__model__drift=[])),
            bad_model("a field that is missing", changed_model(result__model__frequency=None)),
        ],
        "Predictions": [
            bad_prediction("no times", ""),
            bad_prediction("a date for a number", "--from 2024-01-01 --to 2024-01-02"),
            bad_prediction("a range the wrong way round", "--from 9 --to 1"),
            bad_prediction("a step of 0", "--from 1 --to 9 --step 0"),
            bad_prediction("a step in no unit", "--from 1 --to 9 --step 1furlong"),
            bad_prediction("too many times", "--from 0 --to 9 --step 1e-9"),
            bad_prediction("a range and a table", "--from 0 --at t.csv", t_csv=one),
            bad_prediction("dates for numbers", "--at w.csv", w_csv=b"time\n2024-01-01\n"),
            bad_prediction("an unknown group", "--from 0 --to 9 --group north"),
            bad_prediction("a probability of 100 %", "--from 0 --to 9 --level 100"),
            bad_prediction("an unknown kind of file", "--from 0 --to 9 -o p.xlsx", g_csv=groups),
        ],
    }


def refusal(case: Case) -> str:
    """Return the line with which a command refuses its input."""
    with tempfile.TemporaryDirectory() as folder, chdir(folder):
        for name, content in case.files.items():
            Path(name).write_bytes(content)
        result = CliRunner().invoke(cli.app, shlex.split(case.command)[1:])
        left = sorted(os.listdir())
    assert result.exit_code == cli.BAD_INPUT, (case, result.exit_code, result.output)
    assert result.stdout == "", case
    assert left == sorted(case.files), case
    (line,) = result.stderr.splitlines()
    return line


def page() -> str:
    """Return the page of the documentation."""
    parts = [
        "# What is said to bad input",
        "",
        "Every refusal is one line on standard error that says what was expected, what came and "
        "what to do; the exit code is 2, nothing is printed on standard output, and no file is "
        "left behind.  This page is made by `python tests/bad_inputs.py`, from the tests.",
    ]
    for heading, rows in cases().items():
        parts += ["", f"## {heading}", "", "| kind | command | message |", "|---|---|---|"]
        for case in rows:
            message = refusal(case).removeprefix("epicycle: error: ")
            cells = [case.kind, f"`{case.command}`", message]
            parts.append("| " + " | ".join(c.replace("|", "\\|") for c in cells) + " |")
    return "\n".join(parts) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    sys.stdout.write(f"wrote {PAGE}\n")
