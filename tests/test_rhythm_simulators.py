"""The simulators of benchmarks/rhythms say what their docstrings say."""

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "benchmarks"))

from rhythms import simulators


@pytest.mark.parametrize("kind", simulators.KINDS)
def test_the_frequency_is_the_derivative_of_the_phase(kind: str) -> None:
    one = simulators.simulate(kind, np.random.default_rng(3))
    x, d = np.linspace(20, 90, 41), 1e-4
    if kind == "diffusing":  # there it is the mean over a cycle, whose length is not told
        rate = (one.phase(x + 12) - one.phase(x - 12)) / 24
        assert one.frequency(x) == pytest.approx(rate, rel=0.15)
        return
    away = np.abs(x - np.nan_to_num(one.time, nan=-1e9)) > 1
    rate = (one.phase(x + d) - one.phase(x - d)) / (2 * d)
    assert one.frequency(x)[away] == pytest.approx(rate[away], rel=1e-6)


@pytest.mark.parametrize(("kind", "turns"), [("jump", 3 / 24), ("large jump", 6 / 24)])
def test_jumps_have_their_size_at_their_time(kind: str, turns: float) -> None:
    one = simulators.simulate(kind, np.random.default_rng(4))
    before, after = one.phase(np.array([one.time - 1e-9, one.time + 1e-9]))
    assert after - before == pytest.approx(one.size, abs=1e-6)
    assert abs(one.size) == pytest.approx(turns)


def test_noise_has_the_strength_that_was_asked_for() -> None:
    one = simulators.simulate("constant", np.random.default_rng(5), n=20_000, snr=0.5)
    noise = one.y - np.cos(2 * np.pi * one.phase(one.t))
    # rms of the wave over that of the noise; the latter is good to 1 / sqrt(2 n)
    assert np.std(noise) == pytest.approx(np.sqrt(0.5) / 0.5, rel=0.02)


def test_noise_with_a_memory_has_it() -> None:
    t = np.arange(0, 20_000, 0.5)
    values = simulators.red_noise(np.random.default_rng(6), t, 3.0)
    # 6,700 memories: variances to 2 %
    assert np.var(values) == pytest.approx(1.0, rel=0.08)
    assert np.mean(values[6:] * values[:-6]) == pytest.approx(np.exp(-1), abs=0.06)


@pytest.mark.parametrize("sampling", ["regular", "random", "gaps", "night"])
def test_times_ascend_within_their_days(sampling: str) -> None:
    t = simulators.sample_times(np.random.default_rng(7), 200, 20, sampling)
    assert (np.diff(t) >= 0).all()
    assert t[0] >= 0
    assert t[-1] <= 480
    if sampling == "night":
        assert (t % 24 <= 8).all()
    if sampling == "gaps":
        assert np.diff(t).max() > 60
    with pytest.raises(ValueError, match="weekly"):
        simulators.sample_times(np.random.default_rng(7), 200, 20, "weekly")


def test_two_rhythms_cross() -> None:
    _, _, phases = simulators.crossing(np.random.default_rng(8))
    rates = [np.diff(phase(np.array([0.0, 1.0, 479.0, 480.0])))[[0, 2]] for phase in phases]
    assert rates[0] == pytest.approx([1 / 20, 1 / 28], rel=2e-3)
    assert rates[1] == pytest.approx([1 / 28, 1 / 20], rel=2e-3)
