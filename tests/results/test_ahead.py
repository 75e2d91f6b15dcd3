"""What is said beyond the data: it starts where they end, and holds what it promises."""

import dataclasses

import numpy as np
import pytest
from numpy.testing import assert_allclose

from epicycle import find_cycles
from epicycle.model import CycleModel


def wandering(seed: int, n: int = 200, uneven: bool = False) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    t = np.arange(n) * 1.0
    y = np.cumsum(rng.normal(size=n)) + 4 * np.cos(2 * np.pi * t / 10) + rng.normal(size=n)
    if uneven:
        kept = np.sort(rng.choice(n, 6 * n // 10, replace=False))
        kept = kept[(kept < n // 3) | (kept > n // 2)]
        return t[kept] + rng.uniform(-0.2, 0.2, len(kept)), y[kept]
    return t, y


@pytest.mark.parametrize("uneven", [False, True])
def test_a_forecast_starts_where_the_data_end(uneven: bool) -> None:
    for seed in range(3):
        t, y = wandering(seed, uneven=uneven)
        model = find_cycles(t, y)
        later = t[-1] + np.arange(1.0, 11.0)
        level = np.mean((y - 4 * np.cos(2 * np.pi * t / 10))[-5:])
        # the mean of five values about a walk, and of ten more steps: within 4 times sqrt(2.5)
        assert abs(model.predict(later).mean() - level) < 6.0
        lower, upper = model.predict_interval(later)
        # one step: noise 1, walk 1, what is not known of the level about 1: 4 * sqrt(3)
        assert 4.0 < upper[0] - lower[0] < 11.0
        assert upper[-1] - lower[-1] > 1.2 * (upper[0] - lower[0])


def test_inside_the_data_nothing_changes() -> None:
    t, y = wandering(4)
    model = find_cycles(t, y)
    before = dataclasses.replace(model.predictor, ahead=None)
    assert_allclose(model.predict(t), before(t)[:, 0], rtol=0, atol=0)
    assert_allclose(model.residual, y - model.predict(t), atol=1e-9)


def test_a_document_forecasts_alike_and_an_older_one_as_before() -> None:
    t, y = wandering(5)
    model = find_cycles(t, y)
    document = model.to_dict()
    later = np.array([-30.0, -1.0, 201.0, 260.0])
    again = CycleModel.from_dict(document)
    assert_allclose(again.predict(later), model.predict(later), rtol=1e-9)
    assert_allclose(again.predict_interval(later), model.predict_interval(later), rtol=1e-4)
    del document["model"]["ahead"]
    older = CycleModel.from_dict(document)
    plain = dataclasses.replace(model.predictor, ahead=None)
    assert_allclose(older.predict(later), plain(later)[:, 0])


def test_positive_values_that_grow_have_positive_intervals() -> None:
    rng = np.random.default_rng(6)
    t = np.arange(120.0)
    y = np.exp(0.02 * t + 0.3 * np.cos(2 * np.pi * t / 12) + 0.08 * rng.normal(size=120))
    model = find_cycles(t, y)
    later = np.arange(120.0, 144.0)
    truth = np.exp(0.02 * later + 0.3 * np.cos(2 * np.pi * later / 12))
    assert model.predictor.ahead is not None
    assert model.predictor.ahead.outputs[0].logarithmic
    # 24 forecasts with errors of 8 %, and of about 3 % of level, 4 % of a trend that may be damped
    assert np.abs(np.log(model.predict(later) / truth)).max() < 0.15
    lower, upper = model.predict_interval(later, 0.999)
    assert (lower > 0).all()
    assert (upper - model.predict(later) > model.predict(later) - lower).all()


def test_groups_share_a_level_and_keep_their_offsets() -> None:
    t, y = wandering(7)
    group = np.array(["a", "b"])[np.arange(200) % 2]
    model = find_cycles(t, y + 50.0 * (group == "b"), group=group, per_group="offset")
    later = np.array([201.0, 210.0])
    a, b = (model.predict(later, group=g) for g in "ab")
    # offsets by 100 values each of noise and walk
    assert_allclose(b - a, 50.0, atol=1.0)
    assert abs(a[0] - 4 * np.cos(2 * np.pi * 20.1) - y[-4:].mean()) < 6.0


def test_a_polynomial_that_was_asked_for_goes_on() -> None:
    t, y = wandering(8)
    model = find_cycles(t, y, trend=0)
    assert model.predictor.ahead is not None
    assert model.predictor.ahead.outputs[0].strengths.walk == 0.0
    # far away it is the constant
    far = model.predict(1e5 + np.arange(100.0) / 10)
    assert abs(far.mean() - y.mean()) < 3.0


def test_a_line_that_was_asked_for_goes_on_as_a_line() -> None:
    t, y = wandering(8)
    asked, default = find_cycles(t, y, trend=1), find_cycles(t, y)
    # periods of the cycle apart, so that only the trend differs
    period = asked.cycles[0].period
    # and far away, where errors with a memory are forgotten
    slope = np.diff(asked.predict(5000.0 + period * np.arange(1, 5))) / period
    assert_allclose(slope, slope[0], atol=1e-6)
    assert abs(slope[0] - np.polyfit(t, y, 1)[0]) < 0.05
    assert asked.predictor.ahead.outputs[0].strengths.walk == 0.0
    assert default.predictor.ahead.outputs[0].strengths.walk > 0.0
    assert_allclose(asked.predict(t), default.predict(t))


def test_exact_and_short_series_go_on_as_they_were_fitted() -> None:
    t = np.arange(100.0)
    model = find_cycles(t, 3 * np.cos(2 * np.pi * t / 7) + 2)
    later = np.array([100.0, 133.0])
    assert_allclose(model.predict(later), 3 * np.cos(2 * np.pi * later / 7) + 2, atol=1e-6)
    few = find_cycles(t[:8], t[:8] ** 2)
    assert np.isfinite(few.predict(later)).all()


def test_lines_that_were_not_fitted_are_no_level_that_strays() -> None:
    """Six sinusoids, one of them fitted: what is left swings, but goes nowhere."""
    rng = np.random.default_rng(5)
    t = np.sort(rng.uniform(0, 3000, 4000))
    full = np.append(t, rng.uniform(3000, 3600, 300))
    periods = [27.5, 31.8, 14.8, 9.6, 206.0, 15.4]
    y = sum((6.0 - k) * np.cos(2 * np.pi * full / p + k) for k, p in enumerate(periods))
    model = find_cycles(t, y[:4000], max_cycles=1, minimum_period=5.0, harmonics=1)
    prediction, std = model.predict(full[4000:], return_std=True)
    rms = np.sqrt(np.mean((prediction - y[4000:]) ** 2))
    # the other five: sqrt(sum of squares / 2)
    expected = np.sqrt((25 + 16 + 9 + 4 + 1) / 2)
    assert rms < 1.15 * expected
    assert 0.85 * expected < np.median(std) < 1.3 * expected
