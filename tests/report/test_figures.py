"""What the figures of a report show is what the model says."""

import dataclasses

import numpy as np
import pytest

import epicycle
from epicycle.report import figures
from epicycle.report.write import build_report
from epicycle.views.folds import event_rate
from epicycle.views.series import Series
from tests.report.models import daily_events


def test_a_forecast_is_the_models_own(model):
    plan = figures.plan_forecast(model)
    drawn = figures.forecast(model, Series.of(model, 0), "v", plan, (6.0, 4.0))
    (axes,) = drawn.axes
    (curve,) = [line for line in axes.lines if line.get_gid() == "model"]
    t, v = curve.get_data()
    assert t[-1] > model.predictor.last + 2 * 24
    np.testing.assert_allclose(v, model.predict(t), atol=1e-9)
    bands = [c for c in axes.collections if c.get_gid() == "interval"]
    low, high = model.predict_interval(t[-1:], 0.95)
    corners = bands[0].get_paths()[0].vertices
    assert corners[:, 1].min() <= low[0]
    assert high[0] <= corners[:, 1].max()


def test_components_add_up_to_the_model(model):
    drawn = figures.components(model, Series.of(model, 0), "v", (6.0, 4.0))
    slow = next(line for axes in drawn.axes for line in axes.lines if line.get_gid() == "slow")
    cycle = next(line for axes in drawn.axes for line in axes.lines if line.get_gid() == "cycle")
    t, v = cycle.get_data()
    total = v + np.interp(t, *slow.get_data())
    np.testing.assert_allclose(total, model.predict(t), atol=1e-3)


def test_events_are_folded_as_a_rate():
    model, n = daily_events()
    turn, rate, error = event_rate(model, model.events, 0)
    # a rate in units of its mean, as the waveform is: A cos(2 pi (turn - phase)) about 1
    assert rate.mean() == pytest.approx(1.0)
    np.testing.assert_allclose(error**2, rate * len(turn) / n)
    cycle = model.cycles[0]
    expected = 1 + 0.9 * np.cos(2 * np.pi * (turn - cycle.phase))
    bins = len(turn)
    pulls = (rate - expected) / np.sqrt(expected * bins / n)
    # chi-square of as many bins, to four standard deviations
    assert abs((pulls**2).sum() - bins) < 4 * np.sqrt(2 * bins)
    # a weight of 2 for all is the same rate
    twice = dataclasses.replace(model.events, weights=2 * model.events.weights)
    np.testing.assert_allclose(event_rate(model, twice, 0)[1:], [rate, error])


def test_components_of_a_cycle_that_varies_show_its_envelope():
    rng = np.random.default_rng(2)
    t = np.sort(rng.uniform(0, 200, 500))
    y = (1 + t / 200) * 4 * np.cos(2 * np.pi * t / 7.3) + rng.normal(size=500)
    model = epicycle.find_cycles(t, y, varying_amplitude=True, minimum_period=2)
    drawn = figures.components(model, Series.of(model, 0), "v", (6.0, 4.0))
    lines = [line for axes in drawn.axes for line in axes.lines]
    upper = next(line for line in lines if line.get_gid() == "envelope")
    where, height = upper.get_data()
    np.testing.assert_allclose(height, model.amplitude_at(where)[0], rtol=1e-6)
    cycle = next(line for line in lines if line.get_gid() == "cycle").get_data()[1]
    slow = next(line for line in lines if line.get_gid() == "slow").get_data()[1]
    np.testing.assert_allclose(cycle + slow, model.predict(where), atol=1e-3)
    assert "amplitude varies" in build_report(model)
