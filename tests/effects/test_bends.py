"""A trend that bends: where, how often, and what it is worth for a forecast."""

import json

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from epicycle import CycleModel, find_cycles
from epicycle.fit.criteria import information_criterion

#: The cycle has a period of 3.2: trends are what these tests are about, not a wide band.
BENT = {"trend": "piecewise", "minimum_period": 1.0}


def bent(
    seed: int, knots: list[float], changes: list[float], n: int = 600, ahead: int = 150
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return times up to 200, and up to 250 to forecast, values, and which are to be fitted."""
    rng = np.random.default_rng(seed)
    t = np.sort(np.append(rng.uniform(0, 200, n), rng.uniform(200, 250, ahead)))
    y = 0.05 * t + 2 * np.cos(2 * np.pi * 0.3137 * t) + rng.normal(size=len(t))
    for knot, change in zip(knots, changes, strict=True):
        y += change * np.maximum(t - knot, 0.0)
    return t, y, t < 200


def test_bends_are_found_where_they_are() -> None:
    t, y, fitted = bent(1, [60.0, 150.0], [0.5, -0.8])
    # no more than one in a thousand seeds has a second cycle, of noise
    model = find_cycles(t[fitted], y[fitted], trend="piecewise", false_alarm=1e-3)
    # the place of a bend d has the error sqrt(12 sigma^2 / (n d^2 T / ...)): about 1 here, and
    # candidates are 3 apart
    assert_allclose(model.trend_changes, [60, 150], atol=5)
    (cycle,) = model.cycles
    assert abs(cycle.frequency - 0.3137) < 4 * cycle.frequency_error
    assert not model.predictor.slow.any()
    assert_allclose(model.residual_std, 1.0, atol=0.1)
    assert "trend: its slope changes near" in model.table()


def test_a_straight_trend_stays_straight() -> None:
    straight = [
        find_cycles(t[f], y[f], **BENT) for t, y, f in (bent(seed, [], []) for seed in range(8))
    ]
    assert [len(m.trend_changes) for m in straight] == [0] * 8
    assert "slope changes" not in straight[0].table()


def test_slow_sinusoids_stay_slow_sinusoids() -> None:
    t, y, fitted = bent(3, [], [])
    y = y + 3 * np.cos(2 * np.pi * t / 90)
    model = find_cycles(t[fitted], y[fitted], **BENT)
    assert model.trend_changes == ()
    assert model.predictor.slow.any()


def test_the_better_model_by_the_criterion_is_taken() -> None:
    t, y, fitted = bent(2, [100.0], [0.4])
    pieces, line = (
        find_cycles(t[fitted], y[fitted], **{**BENT, "trend": k}) for k in ("piecewise", 1)
    )
    found = [m.origin.found for m in (pieces, line)]
    criteria = [information_criterion(f.data, f.fit) for f in found]
    assert criteria[0] < criteria[1]


def test_a_bent_trend_is_forecast_where_a_straight_one_is_far_off() -> None:
    errors = []
    for seed in range(5):
        rng = np.random.default_rng(100 + seed)
        knots = sorted(rng.uniform(30, 170, 2))
        t, y, fitted = bent(seed, knots, list(rng.normal(0, 0.4, 2)))
        models = [
            find_cycles(t[fitted], y[fitted], **{**BENT, "trend": k}) for k in ("piecewise", 1)
        ]
        errors.append([np.sqrt(np.mean((m.predict(t[~fitted]) - y[~fitted]) ** 2)) for m in models])
    pieces, line = np.median(errors, axis=0)
    assert pieces < 1.3  # the noise is 1
    assert line > 2 * pieces


def test_intervals_of_trends_that_go_on_bending_hold() -> None:
    hits: dict[float, list[float]] = {0.8: [], 0.95: []}
    for seed in range(30):
        rng = np.random.default_rng(200 + seed)
        knots = sorted(rng.uniform(0, 250, rng.poisson(4)))
        t, y, fitted = bent(seed, knots, list(rng.normal(0, 0.4, len(knots))), 300, 75)
        model = find_cycles(t[fitted], y[fitted], **BENT)
        for coverage, shares in hits.items():
            lower, upper = model.predict_interval(t[~fitted], coverage)
            shares.append(((lower <= y[~fitted]) & (y[~fitted] <= upper)).mean())
    for coverage, shares in hits.items():
        # whole series are off together: the mean of 30 is good to 4 points
        assert abs(np.mean(shares) - coverage) < 0.11


def test_several_outputs_bend_together() -> None:
    t, y, fitted = bent(4, [100.0], [0.5])
    both = np.column_stack([y, -3 * y])[fitted]
    model = find_cycles(t[fitted], both, **BENT)
    assert_allclose(model.trend_changes, [100], atol=5)


def test_bends_survive_a_document() -> None:
    t, y, fitted = bent(1, [60.0, 150.0], [0.5, -0.8])
    dates = pd.Timestamp("2024-01-01") + pd.to_timedelta(t[fitted], unit="D")
    model = find_cycles(dates, y[fitted], **BENT)
    document = json.loads(json.dumps(model.to_dict()))
    assert len(document["trend_changes"]) == 2
    assert document["trend_changes"][0].startswith("2024-0")
    back = CycleModel.from_dict(document)
    when = pd.date_range("2024-01-01", "2025-01-01", periods=50)
    assert_allclose(back.predict(when), model.predict(when), rtol=0)
    assert back.trend_changes == model.trend_changes


@pytest.mark.parametrize("trend", ["linear", "Auto", -1, 1.5, None])
def test_bad_trends(trend: object) -> None:
    with pytest.raises(ValueError, match=r"trend must be"):
        find_cycles(np.arange(20.0), np.arange(20.0), trend=trend)
