import numpy as np
import pytest

from epicycle.changing.windows import Windows, direct_sums, fast_sums, window_sums
from epicycle.samples.times import Times

NAMES = ("weight", "square", "value", "value2", "wave", "wave_value", "wave2")


def samples(n: int, span: float, seed: int = 1) -> tuple[Times, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    t = np.sort(rng.uniform(-span / 2, span / 2, n))
    return Times(t, np.zeros(n)), rng.normal(size=n), rng.uniform(0.2, 1.0, n)


@pytest.mark.parametrize("cycles", [0.7, 2.0, 9.0])
@pytest.mark.parametrize("band", [(1 / 100, 1 / 5), (40.0, 40.5)])
def test_both_ways_give_the_same_sums(cycles: float, band: tuple[float, float]) -> None:
    times, y, w = samples(150, 240.0)
    frequency = np.geomspace(*band, 7)
    windows = Windows(frequency, cycles / frequency, np.linspace(-120.0, 120.0, 11))
    slow, fast = direct_sums(times, y, w, windows), fast_sums(times, y, w, windows)
    # a transform is good to 1e-9 of the sum of its strengths, and so is a window cut off
    total = float((w * (1 + np.abs(y) + y * y)).sum())
    for name in NAMES:
        assert np.abs(getattr(slow, name) - getattr(fast, name)).max() < 1e-8 * total, name
    # u**2 g is at most 2 / e width**2
    scale = windows.width[:, np.newaxis] ** 2 * total
    assert (np.abs(slow.spread - fast.spread) / scale).max() < 1e-8


def test_direct_sums_are_what_they_say() -> None:
    times, y, w = samples(20, 10.0)
    windows = Windows(np.array([0.3]), np.array([1.5]), np.array([0.4]))
    sums = direct_sums(times, y, w, windows)
    weight = wave2 = square = 0.0 + 0.0j
    for t, one in zip(times.hi, w, strict=True):
        u = t - 0.4
        g = one * np.exp(-(u**2) / (2 * 1.5**2))
        weight, square = weight + g, square + g * g
        wave2 += g * np.exp(-2j * np.pi * 2 * 0.3 * u)
    assert sums.weight[0, 0] == pytest.approx(weight.real, rel=1e-13)
    assert sums.square[0, 0] == pytest.approx(square.real, rel=1e-13)
    assert sums.wave2[0, 0] == pytest.approx(wave2, rel=1e-12)


def test_the_ends_do_not_see_each_other() -> None:
    # windows as wide as a third of the data: across the period of the transform they would
    times = Times(np.array([-50.0, 49.0, 50.0]), np.zeros(3))
    windows = Windows(np.array([0.06]), np.array([33.0]), np.array([-50.0]))
    (weight,) = fast_sums(times, np.zeros(3), np.ones(3), windows).weight[0]
    expected = 1.0 + np.exp(-0.5 * 3.0**2) + np.exp(-0.5 * (100 / 33) ** 2)
    assert weight == pytest.approx(expected, abs=3e-8)


def test_cost_does_not_grow_with_samples_times_windows() -> None:
    # 2e5 samples in 300 windows at 20 frequencies: 1.2e9 exponentials by direct sums, about 20 s
    times, y, w = samples(200_000, 1000.0)
    frequency = np.geomspace(1 / 50, 1 / 20, 20)
    windows = Windows(frequency, 2 / frequency, np.linspace(-500, 500, 300))
    sums = window_sums(times, y, w, windows)
    inside = np.abs(windows.centre) < 100
    # the mean weight is 0.6, its scatter 0.23, at 200 samples a unit of time
    expected = 0.6 * 200 * np.sqrt(2 * np.pi) * windows.width
    assert np.abs(sums.weight[:, inside] / expected[:, np.newaxis] - 1).max() < 0.02
