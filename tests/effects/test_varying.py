"""Amplitudes that vary slowly: recovered, forecast, and left alone where they are constant."""

import json

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from epicycle import CycleModel, find_cycles, lock_gears
from tests.effects.amplitudes import ENVELOPES, SPAN, series

#: A narrow band makes a test quick, and the first two are what is tested.
BAND = {"minimum_period": 1.5, "harmonics": 2}


@pytest.mark.parametrize("name", ENVELOPES)
def test_an_envelope_is_recovered_and_forecast(name: str) -> None:
    pulls, ratios, hits = [], [], []
    for seed in range(4):
        t, y, truth, fitted = series(seed, ENVELOPES[name])
        constant, varying = (
            find_cycles(t[fitted], y[fitted], varying_amplitude=v, **BAND) for v in (False, True)
        )
        assert len(varying.predictor.envelopes) == 1
        amplitude, error = varying.amplitude_at(t[fitted])
        pulls.append(np.sqrt(np.mean(((amplitude - truth[fitted]) / error) ** 2)))
        # what is left of the values is noise, so that nothing has been fitted twice
        assert abs(varying.residual_std - 1) < 0.15  # less than 4 / sqrt(2 n)
        assert_allclose(varying.predict(t[fitted]) + varying.residual, y[fitted], atol=1e-9)
        off = [
            np.sqrt(np.mean((m.predict(t[~fitted]) - y[~fitted]) ** 2)) for m in (constant, varying)
        ]
        ratios.append(off[1] / off[0])
        low, high = varying.predict_interval(t[~fitted], 0.8)
        hits.append(((low <= y[~fitted]) & (y[~fitted] <= high)).mean())
    # the prior allows for rougher ones than these: errors are rather too large
    assert np.sqrt(np.mean(np.square(pulls))) < 1.3
    # (forecasts of the constant one follow the amplitude at the end of the data, too)
    assert np.median(ratios) < 1.0
    # forecasts of a whole series are off together: 4 of them are good to about 10 points
    assert abs(np.mean(hits) - 0.8) < 0.18


def test_a_constant_amplitude_is_left_alone() -> None:
    varied = 0
    for seed in range(8):
        t, y, _, fitted = series(seed, lambda u: 1.0)
        plain, model = (
            find_cycles(t[fitted], y[fitted], varying_amplitude=v, **BAND) for v in (False, True)
        )
        varied += bool(model.predictor.envelopes)
        if not model.predictor.envelopes:
            assert_allclose(model.predict(t), plain.predict(t), rtol=0)
    # evidence of 20 to 1 is there by chance in less than one of 20 series, most often far less
    assert varied <= 1


def test_two_close_cycles_stay_two_cycles() -> None:
    rng = np.random.default_rng(3)
    t = np.sort(rng.uniform(0, SPAN, 500))
    y = 3 * np.cos(2 * np.pi * 0.31 * t) + 2 * np.cos(2 * np.pi * (0.31 + 2.3 / SPAN) * t)
    model = find_cycles(t, y + rng.normal(size=500), varying_amplitude=True, max_cycles=3)
    assert not model.predictor.envelopes
    assert len([c for c in model.cycles if abs(c.frequency - 0.31) < 5 / SPAN]) == 2


def test_noise_that_is_stronger_near_a_cycle_is_no_variation() -> None:
    varied = 0
    for seed in range(4):
        rng = np.random.default_rng(seed)
        t = np.arange(600) / 3
        noise = np.zeros((2, 600))  # a phasor that forgets within a twentieth of the span
        for i in range(1, 600):
            noise[:, i] = 0.967 * noise[:, i - 1] + 0.18 * rng.normal(size=2)
        turn = 2 * np.pi * 0.31 * t
        y = (4 + noise[0]) * np.cos(turn) + noise[1] * np.sin(turn) + 0.5 * rng.normal(size=600)
        model = find_cycles(t, y, varying_amplitude=True, max_cycles=4, **BAND)
        varied += any(abs(e.frequency - 0.31) < 0.5 / SPAN for e in model.predictor.envelopes)
    assert varied <= 1


def test_options_go_together() -> None:
    """Robust loss, errors, groups, drift, bends and known periods, each with a variation."""
    t, y, truth, fitted = series(4, ENVELOPES["grows to twice"])
    t, y, truth = t[fitted], y[fitted], truth[fitted]
    period = find_cycles(t, y).cycles[0].period
    wild = y.copy()
    wild[::40] += 30
    cases = [
        (y, {"dy": np.full(len(t), 0.9)}),
        (y, {"group": np.arange(len(t)) % 2}),
        (y, {"drift": True}),
        (y + 0.5 * np.maximum(t - 100, 0), {"trend": "piecewise"}),
        (y, {"known": period}),
        (wild, {"loss": "huber"}),
    ]
    for values, options in cases:
        model = find_cycles(t, values, varying_amplitude=True, **BAND, **options)
        assert len(model.predictor.envelopes) == 1, options
        amplitude, error = model.amplitude_at(t)
        assert np.abs((amplitude - truth) / error).max() < 5, options
        assert_allclose(model.predict(t, group=options.get("group")) + model.residual, values)


def test_too_few_cycles_are_not_allowed_to_vary() -> None:
    rng = np.random.default_rng(1)
    t = np.sort(rng.uniform(0, 100, 400))
    y = (1 + t / 50) * 3 * np.cos(2 * np.pi * t / 13) + rng.normal(size=400)
    model = find_cycles(t, y, varying_amplitude=True)
    assert not model.predictor.envelopes
    assert any("fewer than 10 cycles over the baseline" in note for note in model.undecided)


def test_events_have_no_amplitude_to_vary() -> None:
    with pytest.raises(ValueError, match="varying_amplitude is for samples with values"):
        find_cycles(np.arange(50.0), varying_amplitude=True)


def test_an_envelope_survives_a_document_and_a_lock() -> None:
    rng = np.random.default_rng(1)
    t = np.sort(rng.uniform(0, SPAN, 400))
    decays = ENVELOPES["decays"](t / SPAN)
    y = 8 * decays * np.cos(2 * np.pi * 0.3 * t) + 3 * np.cos(2 * np.pi * 0.45 * t)
    y += rng.normal(size=400)
    dates = pd.Timestamp("2024-01-01") + pd.to_timedelta(t, unit="D")
    model = find_cycles(dates, y, varying_amplitude=True, harmonics=1)
    when = pd.date_range("2024-01-01", "2025-01-01", periods=50)
    document = json.loads(json.dumps(model.to_dict()))
    shown = document["cycles"][0]["envelope"]
    assert shown["time"][0].startswith("2024-01-01")
    assert shown["factor"][0] > 1.4 > shown["factor"][-1]
    back = CycleModel.from_dict(document)
    for std in (False, True):
        assert_allclose(
            back.predict(when, return_std=std), model.predict(when, return_std=std), rtol=0
        )
    locked = lock_gears(model)
    assert len(locked.locked) == 1
    assert_allclose(locked.amplitude_at(when)[0], model.amplitude_at(when)[0], rtol=0.05)
    assert abs(locked.residual_std - model.residual_std) < 0.02


def test_a_cycle_that_does_not_exist() -> None:
    t, y, _, fitted = series(1, lambda u: 1.0)
    model = find_cycles(t[fitted], y[fitted], max_cycles=1)
    amplitude, error = model.amplitude_at([0.0, 300.0])
    assert_allclose(amplitude, model.cycles[0].amplitude)
    assert_allclose(error, model.cycles[0].amplitude_error)
    with pytest.raises(ValueError, match="cycle=1 does not exist"):
        model.amplitude_at([0.0], cycle=1)
