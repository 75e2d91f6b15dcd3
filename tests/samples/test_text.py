"""Names are shown harmlessly wherever they are shown."""

import io
import unicodedata

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from epicycle import find_cycles
from epicycle.files.writing import as_csv, cell
from epicycle.samples.text import in_line, visible
from epicycle.views import tables

#: What terminals obey, what turns the direction of writing, what is not seen, what ends a line.
HOSTILE = (
    "\x1b]0;t\x07",
    "\x1b[2J",
    "\x9b2J",
    "\u202e",
    "\u2066",
    "\u200b",
    "\r",
    "\x00",
    "\udcff",
)


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_nothing_is_obeyed_and_no_two_names_become_one(text):
    shown = visible(f"a{text}b")
    assert shown.isprintable()
    assert shown != visible("ab")
    shown.encode("utf-8")


def test_every_character_is_shown_or_told():
    for code in [*range(0x3000), *range(0xFE00, 0x10000), *range(0xE0000, 0xE0100)]:
        shown = in_line(chr(code))
        assert shown.isprintable()
        assert not any(unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") for c in shown)


def test_long_names_are_shortened():
    assert len(in_line("x" * 1_000_000)) <= 80


@pytest.fixture(scope="module")
def hostile():
    rng = np.random.default_rng(1)
    t = np.sort(rng.uniform(0, 100, 60))
    name = "".join(HOSTILE[:-1]) + "\nline [bold red]"  # pandas takes no lone surrogates
    y = pd.DataFrame({f"{k}{name}": np.cos(t) + 0.1 * rng.normal(size=60) for k in "ab"})
    group = np.array([f"{k}{name}" for k in "pq"] * 30, dtype=object)
    return find_cycles(t, y, group=group, unit=f"h{name}", max_cycles=1)


def test_tables_of_hostile_names_are_harmless(hostile):
    plain = tables.plain_table(hostile)
    assert all(line.isprintable() for line in plain.split("\n"))
    assert plain.count("\\x1b[2J") >= 4
    terminal = io.StringIO()
    console = Console(file=terminal, force_terminal=True, width=2000)
    console.print(tables.rich_table(hostile, 2000))
    for note in tables.notes(hostile):
        assert note.isprintable()
    for text in HOSTILE:
        assert text not in terminal.getvalue().replace("\r\n", "\n")
    assert "[bold red]" in terminal.getvalue()


@pytest.mark.parametrize("text", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(1)", "\tx"])
def test_no_cell_is_a_formula(text):
    frame = pd.DataFrame({text: [text, "a"], "n": [-1.0, 2.0]})
    back = pd.read_csv(io.StringIO(as_csv(frame)))
    assert back.columns[0] == f"'{text}"
    assert back.iloc[0, 0] == f"'{text}"
    assert back["n"].tolist() == [-1.0, 2.0]


def test_a_cell_ends_no_line():
    text = as_csv(pd.DataFrame({"a\r=1": ["b\r=2", "c\nd"]}))
    assert "\r" not in text
    assert pd.read_csv(io.StringIO(text)).iloc[:, 0].tolist() == ["b\\r=2", "c\nd"]


@pytest.mark.parametrize("text", ["-5", "+5", "-1e5", "a", "", "a=b", "007"])
def test_cells_that_are_no_formula_stay(text):
    assert cell(text) == text
