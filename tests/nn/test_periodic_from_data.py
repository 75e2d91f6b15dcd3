"""initialize_from_data sets the frequencies that are in the data, and nothing else."""

import numpy as np
import pytest
import torch

import generators
from epicycle.nn import Periodic

LINES = [(0.11, 3.0), (0.29, 2.0), (0.037, 1.0)]


def layer_with(n_frequencies: int, **options) -> Periodic:
    return Periodic(1, n_frequencies, generator=torch.Generator().manual_seed(0), **options)


def test_strongest_first_and_the_rest_untouched() -> None:
    problem = generators.sinusoids(1, 400, 1000.0, LINES, noise=0.5)
    layer = layer_with(5)
    before = layer.frequency.detach().clone()
    model = layer.initialize_from_data(problem.t, problem.y)
    assert len(model.cycles) == 3
    assert layer.frequency[:3, 0].tolist() == [cycle.frequency for cycle in model.cycles]
    for cycle, line in zip(model.cycles, problem.truth.lines, strict=True):
        assert abs(cycle.frequency - line.frequency) < 5 * cycle.frequency_error
    assert torch.equal(layer.frequency[3:], before[3:])
    assert layer.frequency.requires_grad
    assert layer.frequency.grad_fn is None


def test_no_more_cycles_than_frequencies() -> None:
    problem = generators.sinusoids(1, 400, 1000.0, LINES, noise=0.5)
    layer = layer_with(2)
    model = layer.initialize_from_data(problem.t, problem.y)
    assert layer.frequency[:, 0].tolist() == [cycle.frequency for cycle in model.cycles]
    assert sorted(layer.frequency[:, 0].tolist()) == pytest.approx([0.11, 0.29], abs=1e-3)


def test_a_search_for_more_fills_the_layer_with_the_strongest() -> None:
    problem = generators.sinusoids(1, 400, 1000.0, LINES, noise=0.5)
    layer = layer_with(2)
    model = layer.initialize_from_data(problem.t, problem.y, max_cycles=10)
    assert len(model.cycles) == 3
    assert layer.frequency[:, 0].tolist() == [cycle.frequency for cycle in model.cycles[:2]]


def test_harmonics_of_the_layer_are_those_looked_for() -> None:
    problem = generators.waveform(2, 600, 1000.0, 13.7, generators.eclipses, 0.05)
    with_harmonics = layer_with(3, harmonics=8)
    model = with_harmonics.initialize_from_data(problem.t, problem.y)
    assert len(model.cycles) == 1
    assert with_harmonics.frequency[0, 0].item() == pytest.approx(1 / 13.7, rel=1e-4)
    # without harmonics, every line of the waveform is a frequency of its own
    sinusoids = layer_with(3)
    sinusoids.initialize_from_data(problem.t, problem.y)
    orders = sinusoids.frequency[:, 0].detach().numpy() * 13.7
    assert len(set(np.rint(orders))) == 3
    assert orders == pytest.approx(np.rint(orders), abs=0.01)


def test_the_band_of_the_layer_limits_the_search() -> None:
    problem = generators.sinusoids(1, 400, 1000.0, LINES, noise=0.5)
    layer = layer_with(2, band=(0.2, 0.4))
    layer.initialize_from_data(problem.t, problem.y)
    assert layer.frequency[0, 0].item() == pytest.approx(0.29, abs=1e-3)
    layer.initialize_from_data(problem.t, problem.y, minimum_period=2.0, maximum_period=100.0)
    assert sorted(layer.frequency[:, 0].tolist()) == pytest.approx([0.11, 0.29], abs=1e-3)


def test_noise_changes_nothing() -> None:
    problem = generators.sinusoids(1, 300, 100.0, noise=1.0)
    layer = layer_with(4)
    before = layer.frequency.detach().clone()
    assert layer.initialize_from_data(problem.t, problem.y).cycles == ()
    assert torch.equal(layer.frequency, before)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
def test_tensors_as_a_layer_takes_them(dtype) -> None:
    problem = generators.sinusoids(1, 400, 1000.0, LINES, noise=0.5)
    x = torch.from_numpy(problem.t).to(dtype).unsqueeze(-1)
    y = torch.from_numpy(problem.y).to(torch.bfloat16).unsqueeze(-1).requires_grad_()
    layer = layer_with(3)
    layer.initialize_from_data(x, y)
    assert layer.frequency[:, 0].tolist() == pytest.approx([0.11, 0.29, 0.037], abs=1e-3)


def test_integers_of_63_bits() -> None:
    # a tick of 2**-20 of the unit, counted from so far away that no float64 holds a tick
    problem = generators.sinusoids(1, 400, 1000.0, LINES, noise=0.5)
    x = 2**62 + torch.from_numpy(np.rint(problem.t * 2**20).astype(np.int64))
    layer = layer_with(3)
    layer.initialize_from_data(x, problem.y)
    assert (layer.frequency[:, 0] * 2**20).tolist() == pytest.approx([0.11, 0.29, 0.037], abs=1e-3)


def test_several_inputs_are_refused() -> None:
    with pytest.raises(ValueError, match=r"single input.*in_features=2.*one Periodic\(1"):
        Periodic(2, 3).initialize_from_data([1.0], [1.0])


def test_datetimes_are_refused() -> None:
    t = np.datetime64("2020-01-01") + np.arange(100)
    with pytest.raises(TypeError, match=r"x must be numbers.*datetime64.*To fix this"):
        layer_with(1).initialize_from_data(t, np.zeros(100))


def test_errors_of_the_search_name_the_arguments_of_the_layer() -> None:
    with pytest.raises(ValueError, match=r"y must have shape \(50,\)"):
        layer_with(1).initialize_from_data(np.arange(50.0), np.zeros(40))
