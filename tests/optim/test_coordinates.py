"""Inputs of a network as exact coordinates."""

import numpy as np
import pytest
import torch

from epicycle.optim.coordinates import Coordinates
from oracles import exact_turns


def test_axes_are_counted_from_their_middles() -> None:
    x = torch.tensor([[1.0, 1e9], [5.0, 1e9 + 2.0], [2.0, 1e9 + 8.0]], dtype=torch.float64)
    coordinates = Coordinates.of(x)
    assert coordinates.values().tolist() == [[-2.0, -4.0], [2.0, -2.0], [-1.0, 4.0]]
    assert coordinates.span.tolist() == [4.0, 8.0]
    assert len(coordinates) == 3
    picked = coordinates[torch.tensor([True, False, True]).numpy()]
    assert picked.values().tolist() == [[-2.0, -4.0], [-1.0, 4.0]]
    assert picked.span.tolist() == [4.0, 8.0]  # that of all


@pytest.mark.parametrize("harmonics", [1, 3])
def test_the_highest_frequency_is_a_sixteenth_of_a_cycle_in_the_step_of_the_inputs(
    harmonics: int,
) -> None:
    x = torch.tensor([[0.25], [700.3]], dtype=torch.float32)
    coordinates = Coordinates.of(x, harmonics)
    step = float(np.spacing(np.float32(700.3)))
    assert coordinates.resolution == pytest.approx([step * harmonics])
    assert coordinates.highest == pytest.approx([1 / (16 * step * harmonics)])
    assert coordinates.step == [0]


def test_whole_numbers_tell_nothing_above_half_a_cycle_a_step() -> None:
    for x in (torch.arange(9)[:, None], torch.arange(9.0, dtype=torch.float64)[:, None]):
        coordinates = Coordinates.of(x)
        assert coordinates.step == [1]
        assert coordinates.highest.tolist() == [0.5]


def test_phasors_are_those_of_the_plane_wave_to_the_last_digits() -> None:
    rng = np.random.default_rng(3)
    x = np.column_stack([1e9 + rng.uniform(0, 1e6, 20), rng.uniform(-5, 5, 20)])
    coordinates = Coordinates.of(torch.tensor(x))
    frequency = np.array([0.731, -2.4])
    cosine, sine = coordinates.phasors(frequency)
    middle = 0.5 * (x.min(axis=0) + x.max(axis=0))
    turns = sum(
        exact_turns(f, x[:, k]) - exact_turns(f, middle[k : k + 1]) for k, f in enumerate(frequency)
    )
    np.testing.assert_allclose(cosine, np.cos(2 * np.pi * turns), atol=1e-9)
    np.testing.assert_allclose(sine, np.sin(2 * np.pi * turns), atol=1e-9)
