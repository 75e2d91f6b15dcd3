"""What is said of a rhythm that was asked about, and the amplitude that would have been claimed."""

import json

import numpy as np
from scipy import signal

from epicycle import CycleModel, find_cycles

T = np.arange(0, 48, 4.0)


def test_a_rhythm_at_the_limit_is_claimed():
    # the limit is a bound of 95 %, its scatter that of a variance with 8 degrees of freedom
    claimed, trials = 0, 25
    for seed in range(trials):
        rng = np.random.default_rng(seed)
        noise = rng.normal(size=12)
        limit = find_cycles(T, noise, period=24).amplitude_limit
        if np.isnan(limit):  # the noise is claimed, as it is once in a hundred
            trials -= 1
            continue
        wave = limit * np.cos(2 * np.pi * (T / 24 - rng.uniform()))
        claimed += bool(find_cycles(T, wave + rng.normal(size=12), period=24).cycles)
    assert claimed > 0.8 * trials


def test_documents_keep_the_answer():
    for y in (np.cos(T / 4), np.random.default_rng(1).normal(size=12)):
        model = find_cycles(T, y + 0.01 * T**0.5, unit="h", period=24)
        document = json.loads(json.dumps(model.to_dict(), allow_nan=False))
        again = CycleModel.from_dict(document)
        assert again.table() == model.table()
        assert again.asked.shortest == again.asked.longest == 24
        assert again.asked.false_alarm_probability == model.asked.false_alarm_probability
    assert "asked" not in find_cycles(T, y).to_dict()


def test_several_outputs_have_no_limit():
    model = find_cycles(T, np.random.default_rng(2).normal(size=(12, 2)), period=24)
    assert np.isnan(model.amplitude_limit).all()
    assert model.asked.cycle.amplitude_error[1] > 0


def test_red_noise_is_a_smooth_spectrum():
    # a memory of a few samples makes noise at 60 h five times as strong as white noise
    t, significant = np.arange(0, 480, 3.0), 0
    for seed in range(8):
        rng = np.random.default_rng(seed)
        walk = signal.lfilter([1.0], [1.0, -0.8], rng.normal(size=260))[100:]
        asked = find_cycles(t, walk, period=60, trend=0, red_noise=True).asked
        significant += asked.false_alarm_probability < 0.01
    assert significant <= 1  # two of 8 at .01: 1 in 400
