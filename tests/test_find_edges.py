"""The whole path on data at the edge: constant, few, without weight, free of noise."""

import numpy as np
import pytest

import oracles
from epicycle import CycleModel, find_cycles
from generators import sinusoids
from tests.finds import LINES


def assert_nothing(model: CycleModel) -> None:
    assert model.cycles == ()
    assert np.isfinite(model.residual_std)
    assert np.isfinite(model.predict([0.0, 5.0])).all()
    assert model.to_dict()["cycles"] == []


@pytest.mark.parametrize("group", [None, np.arange(60) % 2], ids=["one group", "two groups"])
@pytest.mark.parametrize("dy", [None, 1.0], ids=["no errors", "errors"])
@pytest.mark.parametrize("value", [0.0, 0.1, -1e10])
def test_constant_data_have_no_cycle(value: float, dy: float | None, group: object) -> None:
    for t in (np.arange(60.0), np.sort(np.random.default_rng(1).uniform(0, 60, 60))):
        model = find_cycles(t, np.full(60, value), dy, group=group)
        assert_nothing(model)
        np.testing.assert_allclose(model.predict(t), value, rtol=1e-9)


def test_a_straight_line_has_no_cycle() -> None:
    t = np.arange(100.0)
    assert_nothing(find_cycles(t, 3 * t - 7))
    assert find_cycles(t, 3 * t - 7, trend=0).cycles == ()


def test_the_trend_is_of_the_degree_asked_for() -> None:
    t = np.linspace(0, 10, 200)
    y = 5 * (t / 5 - 1) ** 3 + np.cos(2 * np.pi * 1.3 * t)
    model = find_cycles(t, y, trend=3)
    assert model.residual_std < 1e-9
    assert [line.kind for line in model.lines] == ["cycle"]


@pytest.mark.parametrize("n", range(3, 12))
def test_few_samples_are_no_reason_to_fail(n: int) -> None:
    rng = np.random.default_rng(n)
    t = np.sort(rng.uniform(0, 10, n))
    for y in (rng.normal(size=n), np.cos(2 * np.pi * 0.9 * t)):
        for trend in (0, 1):
            model = find_cycles(t, y, trend=trend)
            assert np.isfinite(model.predict(t)).all()
            if n < 10 + 1 + trend:
                # claimed from ten samples more than there are offsets and trends
                assert model.cycles == ()
                assert any(f"too few samples: {n}" in note for note in model.undecided)


def test_more_trend_than_samples() -> None:
    model = find_cycles([0.0, 1.0, 2.5, 4.0], [1.0, 2.0, 0.0, 1.0], trend=6)
    assert_nothing(model)


def test_an_output_without_any_value() -> None:
    problem = sinusoids(1, 100, 50.0, LINES)
    y = np.column_stack([problem.y, np.full(100, np.nan)])
    # either is fine: a clear refusal, or the cycles of the other output
    try:
        model = find_cycles(problem.t, y)
    except ValueError as error:
        assert "y" in str(error)  # noqa: PT017
    else:
        assert model.cycles[0].amplitude[0] == pytest.approx(3.0, abs=1.0)


@pytest.mark.parametrize("errors", [False, True], ids=["no errors", "errors"])
@pytest.mark.parametrize("few", [1, 2, 3])
def test_a_group_of_few_samples(few: int, errors: bool) -> None:
    problem = sinusoids(1, 120, 50.0, LINES)
    dy = 0.5 if errors else None
    small = (np.arange(120) >= 60) & (np.arange(120) < 60 + few)
    group = np.where(small, "small", "rest")
    model = find_cycles(problem.t, problem.y, dy, group=group)
    without = find_cycles(problem.t[~small], problem.y[~small], dy)
    assert len(model.cycles) == len(without.cycles) == 2
    for a, b in zip(without.cycles, model.cycles, strict=True):
        # one sample of a group with an offset of its own says nothing, and three of 120 say two
        # parts in 120: they move a result by 0.13 errors, and its error by less
        assert abs(a.frequency - b.frequency) < 4 * 0.13 * a.frequency_error
        assert b.frequency_error == pytest.approx(a.frequency_error, rel=0.1)
    assert np.isfinite(list(model.jitter.values())).all()


def test_weights_near_zero_silence_bad_samples() -> None:
    problem = sinusoids(3, 200, 50.0, LINES, outliers=20)
    bad = np.abs(problem.y) > 20
    assert 15 <= bad.sum() <= 20
    silenced = find_cycles(problem.t, problem.y, weights=np.where(bad, 1e-9, 1.0))
    clean = find_cycles(problem.t[~bad], problem.y[~bad])
    assert len(clean.cycles) == 2
    for a, b in zip(clean.cycles, silenced.cycles, strict=True):
        assert abs(a.frequency - b.frequency) < 0.05 * a.frequency_error
    assert find_cycles(problem.t, problem.y, loss="squares").cycles == ()
    # (their influence is bounded where they hide all else, at some cost of precision)
    assert len(find_cycles(problem.t, problem.y).cycles) == 2


def test_noise_free_data_are_fitted_to_rounding() -> None:
    t = np.sort(np.random.default_rng(4).uniform(0, 100, 200))
    y = 1000 + 3 * np.cos(2 * np.pi * 0.4321 * t)
    for options in ({}, {"dy": 0.1}, {"group": np.arange(200) % 2}, {"weights": t + 1}):
        model = find_cycles(t, y, **options)
        assert len(model.cycles) == 1
        assert abs(model.cycles[0].frequency - 0.4321) * 100 < 1e-9
        assert model.cycles[0].amplitude == pytest.approx(3.0, rel=1e-9)
        assert model.residual_std < 1e-9


def test_outputs_share_frequencies_and_have_amplitudes_of_their_own() -> None:
    rng = np.random.default_rng(10)
    t = np.sort(rng.uniform(0, 100, 300))
    turns = oracles.exact_turns(0.3137, t)
    clean = [3 * np.cos(2 * np.pi * turns), 5 * np.sin(2 * np.pi * turns), 0 * t]
    y = np.column_stack(clean) + rng.normal(size=(300, 3))
    y[:40, 1] = np.nan
    model = find_cycles(t, y)
    assert len(model.cycles) == 1
    cycle = model.cycles[0]
    for got, error, true in zip(cycle.amplitude, cycle.amplitude_error, (3, 5, 0), strict=True):
        # the amplitude of nothing is that of noise: Rayleigh distributed
        assert abs(got - true) < 4 * error
    assert len(cycle.phase) == len(cycle.time_of_maximum) == 3
    # cosine and sine: a quarter of a turn apart
    apart = oracles.circular(cycle.phase[1] - cycle.phase[0] - 0.25)
    assert apart < 4 * (cycle.phase_error[0] + cycle.phase_error[1])
    assert model.n_samples == 300
    assert model.residual_std == pytest.approx((1.0, 1.0, 1.0), abs=0.2)
