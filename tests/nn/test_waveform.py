"""Waveform: the model of find_cycles as a module, and a module that can be trained."""

import copy
import dataclasses

import numpy as np
import pytest
import torch

import epicycle
import generators
import oracles
from epicycle.nn import Waveform


def evaluate(waveform: Waveform, t: np.ndarray) -> np.ndarray:
    return waveform(torch.from_numpy(np.asarray(t)).unsqueeze(-1)).detach().numpy()


def everywhere(model: epicycle.CycleModel, n: int = 200) -> np.ndarray:
    """Times inside the data and as far again on both sides."""
    first, length = model.predictor.first, model.baseline
    return np.linspace(first - length, first + 2 * length, n)


def steady(model: epicycle.CycleModel) -> epicycle.CycleModel:
    """Return the model with its trend, and not a level that lives, beyond the data."""
    return dataclasses.replace(model, predictor=dataclasses.replace(model.predictor, ahead=None))


def rounding(model: epicycle.CycleModel) -> float:
    """Return how far two roundings of the same model may be apart at :func:`everywhere`.

    `predict` rounds the frequency of each harmonic, by 2**-53 of 1.5 times the cycles in the data
    (in turns, from the reference); and each value is a sum of terms of the size of the data.
    """
    cycles = max(line.frequency for line in model.lines) * model.baseline
    return (2 * np.pi * 1.5 * cycles * 2.0**-53 + 1e-14) * 100


MODELS = {
    "one sinusoid": ({"lines": [(0.31, 2.0)]}, {}),
    "a trend": ({"lines": [(0.31, 2.0), (0.05, 1.0)], "trend": [5.0, -9.0]}, {"trend": 2}),
    "a constant only": ({"lines": [(0.31, 2.0)]}, {"trend": 0}),
    "groups with offsets": ({"lines": [(0.31, 2.0)], "groups": 3, "offsets": [0.0, 8.0, -3.0]}, {}),
    "a known period": ({"lines": [(0.31, 2.0), (0.05, 1.0)]}, {"known": 20.0}),
    "an exposure": ({"lines": [(0.31, 2.0)]}, {"exposure": 1.0, "minimum_period": 2.0}),
}  # fmt: skip


@pytest.mark.parametrize("name", MODELS)
def test_equal_to_predict(name: str) -> None:
    what, options = MODELS[name]
    problem = generators.sinusoids(3, 400, 500.0, noise=0.3, **what)
    model = epicycle.find_cycles(problem.t, problem.y, group=problem.group, **options)
    assert len(model.cycles) == len(what["lines"])
    t = everywhere(model)
    difference = evaluate(Waveform.from_model(model), t)[:, 0] - steady(model).predict(t)
    assert np.abs(difference).max() < rounding(model)
    inside = (t >= problem.t.min()) & (t <= problem.t.max())
    assert np.array_equal(steady(model).predict(t)[inside], model.predict(t)[inside])


def test_equal_to_predict_with_harmonics_far_from_zero() -> None:
    problem = generators.waveform(2, 600, 1000.0, 13.7, generators.eclipses, 0.05)
    t = problem.t + 2_450_000.0
    model = epicycle.find_cycles(t, problem.y)
    waveform = Waveform.from_model(model)
    assert waveform.periodic.harmonics > 5
    t = everywhere(model)
    assert np.abs(evaluate(waveform, t)[:, 0] - steady(model).predict(t)).max() < rounding(model)


def test_equal_to_predict_where_groups_have_gains() -> None:
    rng = np.random.default_rng(6)
    t, group = rng.uniform(0, 100, 300), rng.integers(0, 3, 300)
    y = np.array([1.0, 2.5, -0.7])[group] * np.cos(2 * np.pi * 0.31 * t) + 4.0 * group
    y += 0.1 * rng.normal(size=300)
    model = epicycle.find_cycles(t, y, group=group, per_group="amplitude", minimum_period=2)
    assert len(model.gains) == 3
    at = everywhere(model)
    difference = evaluate(Waveform.from_model(model), at)[:, 0] - steady(model).predict(at)
    assert np.abs(difference).max() < rounding(model)


def test_equal_to_predict_for_integers_and_several_outputs() -> None:
    problem = generators.sinusoids(3, 400, 500.0, [(0.31, 2.0)], noise=0.3)
    ticks = 2**61 + np.rint(problem.t * 2**30).astype(np.int64)
    y = np.column_stack([problem.y, 3 - 2 * problem.y, problem.y**2])
    model = epicycle.find_cycles(ticks, y)
    got = evaluate(Waveform.from_model(model), ticks)
    assert got.shape == (400, 3)
    assert np.abs(got - model.predict(ticks)).max() < rounding(model)


def test_equal_to_predict_for_events() -> None:
    rng = np.random.default_rng(0)
    t = rng.uniform(0, 1000, 4000)
    t = np.sort(t[rng.uniform(size=4000) < 0.5 + 0.4 * np.cos(2 * np.pi * 0.37 * t)])
    model = epicycle.find_cycles(t, maximum_period=100.0, minimum_period=1.0)
    assert len(model.cycles) == 1
    got = evaluate(Waveform.from_model(model), everywhere(model))[:, 0]
    assert np.abs(got - model.predict(everywhere(model))).max() < rounding(model)


def test_datetimes_are_counted_from_1970() -> None:
    hours = np.arange(0, 60 * 24, 2)
    t = np.datetime64("2020-01-01T00") + hours.astype("timedelta64[h]")
    y = np.cos(2 * np.pi * hours / 24.0) + np.random.default_rng(0).normal(0, 0.1, len(hours))
    model = epicycle.find_cycles(t, y, unit="h")
    got = evaluate(Waveform.from_model(model), t.astype(np.int64))[:, 0]
    assert np.abs(got - model.predict(t)).max() < rounding(model)


def test_slow_variation_is_not_continued() -> None:
    problem = generators.sinusoids(3, 400, 500.0, [(0.31, 2.0), (2.3 / 500, 5.0)], noise=0.3)
    model = epicycle.find_cycles(problem.t, problem.y)
    assert [line.kind for line in model.lines].count("slow") >= 1
    t = everywhere(model)
    difference = np.abs(evaluate(Waveform.from_model(model), t)[:, 0] - steady(model).predict(t))
    outside = (t < problem.t.min()) | (t > problem.t.max())
    assert difference[outside].max() < rounding(model)
    assert difference[~outside].max() > 1.0


def test_what_cannot_be_built_is_refused() -> None:
    noise = generators.sinusoids(1, 200, 100.0, noise=1.0)
    with pytest.raises(ValueError, match=r"no cycles.*To fix this"):
        Waveform.from_model(epicycle.find_cycles(noise.t, noise.y))
    with pytest.raises(TypeError, match="model must be a CycleModel, got dict"):
        Waveform.from_model({})  # type: ignore[arg-type]
    t = np.sort(np.random.default_rng(0).uniform(0, 1000, 500))
    chirp = epicycle.find_cycles(t, np.cos(2 * np.pi * (0.1 * t + 1e-5 * t**2)), drift=True)
    with pytest.raises(ValueError, match=r"frequency drifts.*drift=False"):
        Waveform.from_model(chirp)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n_cycles": 0}, "n_frequencies must be an integer of at least 1, got 0"),
        ({"out_features": 0}, "out_features must be an integer of at least 1, got 0"),
        ({"trend": -1}, "trend must be an integer of at least 0, got -1"),
        ({"span": 0.0}, "span must be a finite number above 0, got 0.0"),
        ({"reference": float("nan")}, "reference must be a finite number, got nan"),
    ],
)
def test_arguments(options, message) -> None:
    with pytest.raises(ValueError, match=message):
        Waveform(**{"n_cycles": 1, **options})


def test_the_formula() -> None:
    generator = torch.Generator().manual_seed(4)
    waveform = Waveform(
        2, 3, 2, trend=1, reference=1e9 + 0.5, span=7.0, dtype=torch.float64, generator=generator
    )
    waveform.trend.data.copy_(torch.randn((2, 2), dtype=torch.float64, generator=generator))
    x = 1e9 + np.arange(-5.0, 5.0, 0.37)
    expected = np.zeros((len(x), 2))
    for k, f in enumerate(waveform.periodic.frequency[:, 0].tolist()):
        for h in (1, 2, 3):
            angle = 2 * np.pi * h * oracles.mp_turns(f, (x - (1e9 + 0.5)).tolist())
            a, b = waveform.coefficients[:, k, h - 1, :].detach().numpy().T
            expected += np.outer(np.cos(angle), a) + np.outer(np.sin(angle), b)
    scaled = (x - (1e9 + 0.5)) / 7.0
    expected += np.stack([np.ones_like(scaled), scaled], axis=1) @ waveform.trend.detach().numpy().T
    assert np.abs(evaluate(waveform, x) - expected).max() < 1e-12
    assert Waveform(1, trend=None).trend is None
    assert Waveform(1, trend=None)(torch.zeros((5, 1))).shape == (5, 1)


def test_gradcheck() -> None:
    waveform = Waveform(2, 2, 2, trend=2, reference=3.7, span=2.0, dtype=torch.float64)
    x = torch.linspace(-2, 8, 7, dtype=torch.float64).unsqueeze(-1).requires_grad_()
    parameters = dict(waveform.named_parameters())

    def forward(x, *values):
        named = dict(zip(parameters, values, strict=True))
        return torch.func.functional_call(waveform, named, (x,))

    assert torch.autograd.gradcheck(forward, (x, *parameters.values()))
    assert torch.autograd.gradgradcheck(forward, (x, *parameters.values()))


def test_training_polishes_frequencies_far_from_zero() -> None:
    # The loss is quadratic in the frequency about the reference: a tenth of a cycle off over half
    # the data, Newton's method (here LBFGS) finds back, to the rounding of times near 2.45e6.
    problem = generators.sinusoids(3, 400, 500.0, [(0.31, 2.0)], noise=0.3)
    t = problem.t + 2_450_000.0
    model = epicycle.find_cycles(t, problem.y, trend=0, harmonics=1)
    waveform = Waveform.from_model(model)
    best = waveform.periodic.frequency.item()
    waveform.periodic.frequency.data += 0.1 / 250
    x, y = torch.from_numpy(t).unsqueeze(-1), torch.from_numpy(problem.y).unsqueeze(-1)
    # in units in which a step of 1 turns the phase at the end of the data by about one turn
    scale, start = 1 / 250, waveform.periodic.frequency.item()
    step = torch.zeros((1, 1), dtype=torch.float64, requires_grad=True)
    parameters = [step, waveform.coefficients, waveform.trend]
    optimizer = torch.optim.LBFGS(parameters, max_iter=100, line_search_fn="strong_wolfe")

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        values = {"periodic.frequency": start + scale * step}
        loss = (torch.func.functional_call(waveform, values, (x,)) - y).square().mean()
        loss.backward()
        return loss

    optimizer.step(closure)
    error = model.cycles[0].frequency_error
    assert abs(start + scale * step.item() - best) < 0.01 * error


def test_the_gradient_of_a_frequency_is_taken_about_the_reference() -> None:
    def gradient(reference: float, offset: float) -> float:
        waveform = Waveform(1, trend=None, reference=reference, dtype=torch.float64)
        waveform.periodic.frequency.data.fill_(0.3)
        waveform.coefficients.data.copy_(torch.tensor([1.0, 0.5]))
        x = torch.linspace(-10, 10, 50, dtype=torch.float64).unsqueeze(-1) + offset
        (waveform(x) * torch.linspace(0, 1, 50).unsqueeze(-1)).sum().backward()
        return float(waveform.periodic.frequency.grad)

    # what cancels is 1e9 / 10 times larger than what is left
    assert gradient(1e9, 1e9) == pytest.approx(gradient(0.0, 0.0), rel=1e8 * 1e-14)


def test_copies_and_state() -> None:
    problem = generators.sinusoids(3, 400, 500.0, [(0.31, 2.0)], noise=0.3)
    model = epicycle.find_cycles(problem.t, problem.y)
    waveform = Waveform.from_model(model)
    x = torch.from_numpy(problem.t).unsqueeze(-1)
    other = Waveform(1, waveform.periodic.harmonics, trend=1, dtype=torch.float64)
    other.load_state_dict(waveform.state_dict())
    assert torch.equal(other(x), waveform(x))
    assert torch.equal(copy.deepcopy(waveform)(x), waveform(x))
    single = Waveform.from_model(model, dtype=torch.float32)
    assert single(x).dtype == torch.float32
    # features right to 2**-22, times the sum of the coefficients, which are below 3 together
    assert (single(x) - waveform(x)).abs().max() < 5e-6


def test_the_start() -> None:
    options = {"n_cycles": 50, "harmonics": 4, "out_features": 3, "trend": 1}
    first, same, other = (
        Waveform(**options, generator=torch.Generator().manual_seed(s)) for s in (1, 1, 2)
    )
    x = torch.linspace(-1, 1, 400, dtype=torch.float64).unsqueeze(-1)
    assert torch.equal(first(x), same(x))
    assert not torch.equal(first(x), other(x))
    # 200 pairs of coefficients: the mean square of their waveform scatters by 0.1, of 3 by 0.06
    assert first.coefficients.square().sum().item() / 3 / 2 == pytest.approx(1.0, abs=0.2)
    first.trend.data.fill_(1.0)
    first.reset_parameters(torch.Generator().manual_seed(2))
    assert torch.equal(first(x), other(x))
    assert repr(first).startswith("Waveform(\n  out_features=3, trend=1\n  (periodic): Periodic(")
