"""What amplitudes do: simulated ones are called what they are, beside any phase."""

from dataclasses import replace

import numpy as np
import pytest

from changing.simulated import TWO_PI, ready, simulated
from epicycle import track
from epicycle.changing import ladder as ladders
from epicycle.changing.amplitude import _falls, judged


def verdict(amplitude) -> tuple:
    rng = np.random.default_rng(3)
    s = simulated("constant", 3, n=140, days=10)
    y = amplitude(s.t / 240) * np.cos(TWO_PI * s.phase(s.t)) + rng.normal(0, 0.15, 140)
    r = ready(replace(s, y=y))
    base = ladders.generous(r.setting, r.begins)
    setting, base, _ = ladders.swelling(r.setting, base)
    family = ladders.steady(setting, base, r.begins[:2])[0]
    return judged(setting, family), r.setting.record.half


def test_a_constant_amplitude_is_constant():
    found, _ = verdict(lambda x: np.ones_like(x))
    assert found.verdict == "constant"
    assert found.lifetime is None


def test_a_decaying_amplitude_has_its_lifetime():
    found, _ = verdict(lambda x: np.exp(-2.5 * x))
    assert found.verdict == "decaying"
    value, error = found.lifetime
    period = 24.5
    assert abs(value - 240 / 2.5 / period) < 4 * error + 0.3
    assert found.odds["decaying"] > 10


def test_a_growing_amplitude_grows():
    found, _ = verdict(lambda x: np.exp(1.5 * x))
    assert found.verdict == "growing"
    assert found.lifetime is None
    assert found.odds["growing"] > 10


def test_an_amplitude_that_comes_back_varies():
    found, _ = verdict(lambda x: 0.6 + 0.5 * np.cos(TWO_PI * x))
    assert found.verdict == "varying"
    assert found.odds["varying"] > 10


def test_an_amplitude_that_falls_otherwise_than_by_e_decays_and_its_odds_say_so():
    found, half = verdict(lambda x: 1 / (1 + np.exp(14 * (x - 0.55))) + 0.05)
    assert found.verdict == "decaying"
    assert found.odds["decaying"] == max(found.odds.values()) > 10
    assert "varying" not in found.odds
    # from the first cycle to the last by log(1.05 / .05)
    assert 0.2 < found.lifetime[0] / (2 * half) < 0.6


def test_a_level_that_drops_at_the_end_is_no_amplitude_that_comes_back():
    def reporter(x):
        return np.exp(-1.3 * x)

    rng = np.random.default_rng(4)
    t = np.arange(0, 84, 0.5)
    y = reporter(t / 84) * np.cos(TWO_PI * t / 25) - 0.5 * np.clip((t - 76) / 8, 0, 1) ** 2
    found = track(t, y + rng.normal(0, 0.02, len(t)), period=(16, 34), unit="h", trend=2)
    assert found.verdict.amplitude == "decaying"
    assert max(found.odds["amplitude"], key=found.odds["amplitude"].get) == "decaying"


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([0, -1, -2, -3], True),
        ([0, 0.2, -2, -3], True),  # a small rise at the beginning
        ([0, -3, -1, -2.5], False),
        ([0, -0.05, 0, -0.1], False),  # within the errors
        ([0, 1, 2, 3], False),
    ],
)
def test_falling(values, expected):
    assert _falls(np.array(values, dtype=float), np.full((4, 4), 0.085)) == expected
