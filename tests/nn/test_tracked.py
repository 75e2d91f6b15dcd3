"""The phase of a tracked rhythm as a layer: the same numbers as the rhythm's own."""

import numpy as np
import pytest
import torch

import epicycle
from epicycle.nn import TrackedPhase


@pytest.fixture(scope="module")
def rhythm():
    t = np.arange(0.0, 40.0, 0.25)
    noise = 0.05 * np.random.default_rng(1).normal(size=len(t))
    return epicycle.track(t, 2 * np.cos(2 * np.pi * (t / 5 + 0.002 * t**2)) + noise, period=(3, 8))


def test_it_is_the_phase_and_the_amplitude_of_the_rhythm(rhythm):
    x = np.linspace(-15.0, 55.0, 301)
    layer = TrackedPhase(rhythm, 2, dtype=torch.float64)
    turns, amplitude = rhythm.turns(x)[0], rhythm.amplitude(x)[0]
    features = layer(torch.from_numpy(x)[:, None]).numpy()
    for order in (1, 2):
        angle = 2 * np.pi * order * turns
        assert features[:, 2 * order - 2] == pytest.approx(amplitude * np.cos(angle), abs=1e-9)
        assert features[:, 2 * order - 1] == pytest.approx(amplitude * np.sin(angle), abs=1e-9)
    plain = TrackedPhase(rhythm, amplitude=False, dtype=torch.float64)
    square = plain(torch.from_numpy(x)[:, None]).square().sum(1)
    assert torch.allclose(square, torch.ones_like(square))
    assert layer.out_features == 4


def test_far_away_it_goes_on_with_the_steady_clock(rhythm):
    layer = TrackedPhase(rhythm)
    x = torch.tensor([[500.0], [500.0 + 1 / rhythm.frequency]], dtype=torch.float64)
    turns = layer.turns(x)
    assert (turns[1] - turns[0]).item() == pytest.approx(0.0, abs=1e-9)


def test_it_is_kept_with_the_network_and_takes_nothing_else(rhythm):
    layer = TrackedPhase(rhythm).half()
    assert layer.away.dtype == torch.float64
    assert layer(torch.zeros(3, 1)).dtype == torch.float16
    assert set(layer.state_dict()) == {"t", "away", "log_amplitude", "frequency", "reference"}
    with pytest.raises(TypeError, match=r"rhythm must be a Rhythm, got dict"):
        TrackedPhase({})  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"x must have shape"):
        layer(torch.zeros(3))
