"""Data that several tests of this wing share."""

import pytest
import torch
from matplotlib.figure import Figure

from epicycle.problems import Sine
from epicycle.problems.pictures import draw_sine


@pytest.fixture(scope="module")
def sine() -> Figure:
    figure = draw_sine(Sine(), present=3.0, batch_size=200, seed=5)
    figure.canvas.draw()
    return figure


@pytest.fixture(autouse=True)
def _seed():
    with torch.random.fork_rng():
        torch.manual_seed(3)
        yield
