"""Contestants on the command line: who runs, how far they are, and their table."""

import io
import json
import sys

import numpy as np
import pytest

from epicycle.cli import learning
from epicycle.cli import race as _race
from epicycle.files.writing import InputError
from epicycle.problems import Clock
from epicycle.problems.clock import YEAR
from epicycle.problems.designs import design


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_is_live_on_a_terminal(monkeypatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    with _race.Race(shown=True) as race:
        update = race.starter("a network", 10.0)
        update(1234, 5.0, 0.98765)
        race.starter("another", 1.0)
        race._bars.refresh()
        first, second = race._bars.tasks
        assert first.finished  # it ended before its time, and the next one runs
        assert not second.finished
    assert second.finished
    assert "a network" in terminal.getvalue()
    assert "5.0 s" in terminal.getvalue()
    assert "1,234 batches" in terminal.getvalue()
    assert "loss 0.988" in terminal.getvalue()


@pytest.mark.parametrize(("shown", "stream"), [(False, Terminal), (True, io.StringIO)])
def test_progress_is_silent_elsewhere_and_on_request(shown, stream, monkeypatch) -> None:
    captured = stream()
    monkeypatch.setattr(sys, "stderr", captured)
    with _race.Race(shown=shown) as race:
        race.starter("a network", 10.0)(1, 5.0, 0.5)
    assert captured.getvalue() == ""


def test_a_terminal_gets_the_same_table(monkeypatch) -> None:
    monkeypatch.setattr(sys, "stdout", Terminal())
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "80")
    shown = _race.table(["", "loss"], [["[b]ours", "0"], ["theirs", "1"]])
    assert "[b]ours" in shown  # text, never markup
    assert "theirs" in shown
    assert "loss" in shown


def test_entries_are_split_and_checked() -> None:
    assert _race.parse_entries("siren:100, mlp,,mlp", design) == ["siren:100", "mlp"]
    assert _race.parse_entries("", design) == []
    with pytest.raises(InputError, match="--against x: 'x' is no network known here"):
        _race.parse_entries("x", design)


def test_baselines_of_a_clock_share_data_and_time() -> None:
    clock = Clock(1e5, (4, 3))
    with _race.Race(shown=False) as race:
        found = learning.clock_baselines(
            ["snake", "time2vec"],
            clock,
            race,
            seconds=0.1,
            seed=3,
            years=2,
            beyond=2,
            continuous=True,
        )
    assert list(found) == ["snake", "time2vec"]
    for result, trained in found.values():
        assert result.seconds >= 0.1
        assert result.samples_seen == 1024 * result.batches
        assert trained(clock.sample(5, rng=np.random.default_rng(0))).shape == (5, 7)
        assert trained.limits == (0.0, 2 * YEAR)
    json.dumps([result.to_dict() for result, _ in found.values()], allow_nan=False)
