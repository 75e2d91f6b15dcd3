"""The example of a periodic layer in a bigger network, run as its user runs it."""

import re
import runpy
import sys
from pathlib import Path

import pytest
import torch

EXAMPLE = Path(__file__).parent.parent / "examples" / "mixed_network.py"


def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *options: str) -> str:
    monkeypatch.setattr(sys, "argv", [str(EXAMPLE), "--steps", "300", *options])
    with torch.random.fork_rng():
        runpy.run_path(str(EXAMPLE), run_name="__main__")
    return capsys.readouterr().out


def test_cycles_and_trend_are_learned_together(monkeypatch, capsys) -> None:
    printed = run(monkeypatch, capsys)
    *_, last = re.findall(r"angular frequencies (\S+), (\S+)", printed)
    # the basin is 1 / span wide; the network after the layer takes up the rest of the phase
    assert [float(w) for w in last] == pytest.approx([31.0, 7.0], abs=3e-4)
    assert float(re.search(r"unexplained on unseen x: (\S+)%", printed)[1]) < 5


def test_without_the_added_line_only_the_trend_is_learned(monkeypatch, capsys) -> None:
    printed = run(monkeypatch, capsys, "--without")
    assert float(re.search(r"unexplained on unseen x: (\S+)%", printed)[1]) > 40
