"""The step of regular inputs, exact or nearly so, and the frequencies that look alike."""

import numpy as np
import pytest
import torch

from epicycle.optim.coordinates import Coordinates
from epicycle.optim.rasters import exact_step, folded, is_dense, looks_alike

DOUBLE = torch.float64


@pytest.mark.parametrize(
    ("values", "step"),
    [
        (torch.arange(1440, dtype=DOUBLE) / 24, 1 / 24),
        (torch.linspace(0, 1, 2000), 1 / 1999),
        (torch.linspace(0, 1, 2000).double(), 1 / 1999),
        (1.7e9 + 3600 * torch.arange(1440, dtype=DOUBLE), 3600),
        (1_700_000_000 + 3600 * torch.arange(1440), 3600),
        (torch.cumsum(torch.full((2000,), 0.01, dtype=DOUBLE), 0), 0.01),
        # a second of jitter in an hour is none
        (3600 * torch.arange(1440, dtype=DOUBLE) + torch.linspace(0, 1, 1440) ** 2 % 1, 3600),
        # two parts, each in steps of 1/2, a quarter off each other
        (torch.cat([torch.arange(700) * 0.5, 1000.25 + torch.arange(700) * 0.5]).double(), 0.25),
        (torch.arange(5000) * 17 % 4999, 1),
    ],
)
def test_a_random_part_of_a_raster_shows_its_step(values, step):
    # 256 of them: most neighbours are missing
    pick = torch.randperm(len(values), generator=torch.Generator().manual_seed(0))[:256]
    found = Coordinates.of(values[pick][:, None])
    # twice the offset of a single value, over the whole span
    assert found.step == pytest.approx([step], rel=1e-5)
    assert found.highest == pytest.approx([0.5 / step], rel=1e-5)
    assert Coordinates.of(values[:, None]).dense() == (
        len(values) * step > 0.1 * np.ptp(values.numpy())
    )


def minutes_of_jitter():
    return 3600 * torch.arange(1440, dtype=DOUBLE) + 60 * torch.rand(1440, dtype=DOUBLE)


@pytest.mark.parametrize(
    "draw",
    [
        lambda: torch.rand(1000, dtype=DOUBLE),
        lambda: torch.rand(1000) * 2000 - 1000,
        lambda: torch.rand(1000).half(),
        minutes_of_jitter,
        lambda: torch.arange(12, dtype=DOUBLE) / 7,  # too few to tell
    ],
)
def test_other_inputs_have_none(draw):
    torch.manual_seed(1)
    found = Coordinates.of(draw()[:, None])
    assert found.step == [0]
    assert found.dense() == [False]


def test_each_axis_of_an_image_has_its_step():
    torch.manual_seed(2)
    rows, columns = torch.randint(0, 48, (400,)), torch.randint(0, 64, (400,))
    pixels = torch.stack([torch.linspace(-1, 1, 48)[rows], torch.linspace(0, 1, 64)[columns]], 1)
    assert Coordinates.of(pixels).step == pytest.approx([2 / 47, 1 / 63], rel=1e-5)


def test_seconds_at_random_are_no_raster_that_was_meant():
    seconds = np.sort(np.random.default_rng(3).integers(0, 10**9, 2000)).astype(float)
    assert exact_step(seconds, 0.0) == 1
    assert not is_dense(seconds, 1.0)


def test_what_lies_above_is_folded_down_axis_by_axis():
    assert folded(np.array([13.0]), np.array([1 / 24])) == pytest.approx([11])
    assert folded(np.array([13.0]), np.array([0.0])) == [13]
    assert folded(np.array([13.0, 13.0]), np.array([1 / 24, 0.0])) == pytest.approx([-11, 13])


def test_sums_of_squares_tell_lines_apart_by_their_odds():
    # a thousand to one: 1000 exp(-dof ln(ratio) / 2) = 1 at ln(ratio) = .138 for 100
    assert looks_alike(np.exp(0.13), 1.0, 100.0)
    assert not looks_alike(np.exp(0.15), 1.0, 100.0)
    assert looks_alike(0.0, 0.0, 100.0)
