"""The example of the loop that could not learn sin, run as its user runs it."""

import re
import runpy
import sys
from pathlib import Path

import pytest
import torch

EXAMPLE = Path(__file__).parents[1] / "examples" / "blog_loop.py"


@pytest.fixture
def steps_of(monkeypatch, capsys):
    def run(*arguments: str) -> list[tuple[float, float]]:
        """Run the example and return the (loss, freq) that it prints."""
        monkeypatch.setattr(sys, "argv", [str(EXAMPLE), *arguments, "--batches", "20"])
        with torch.random.fork_rng():
            runpy.run_path(str(EXAMPLE), run_name="__main__")
        found = re.findall(r"loss (\S+)  freq (\S+)", capsys.readouterr().out)
        return [(float(loss), float(freq)) for loss, freq in found]

    return run


@pytest.mark.parametrize("frequency", ["31", "97.53"])
def test_the_added_line_finds_the_frequency(steps_of, frequency: str) -> None:
    steps = steps_of(frequency)
    assert steps[0][0] > 0.5  # the first batch is answered from a random start
    loss, freq = steps[-1]
    # the nearest float32, and so the loss that setting it by hand would give: 0
    assert freq == pytest.approx(float(frequency), rel=2**-23)
    assert loss < 1e-5


def test_without_it_the_loss_floats_around_one(steps_of) -> None:
    steps = steps_of("31", "--without")
    assert all(0.8 < loss < 1.2 for loss, _ in steps)
    assert abs(steps[-1][1] - 31) > 1
