"""Narrowing a frequency down: the power of segments by direct sums, and where it leads."""

import numpy as np
import pytest

from epicycle.samples.times import Times
from epicycle.search import segments
from epicycle.search.segments import FOLLOWED, LOOKED, narrow, steps
from generators import sample_times


def as_times(t: np.ndarray) -> Times:
    return Times(t, np.zeros(len(t)))


def direct_power(t: np.ndarray, values: np.ndarray, length: float, f: np.ndarray) -> np.ndarray:
    """Return the sum of v_i . v_j cos 2 pi f (t_j - t_i) over pairs within a segment, by loops."""
    total = np.zeros(len(f))
    for i in range(len(t)):
        for j in range(len(t)):
            if (t[i] - t[0]) // length == (t[j] - t[0]) // length:
                total += float(values[i] @ values[j]) * np.cos(2 * np.pi * f * (t[j] - t[i]))
    return total


@pytest.mark.parametrize("sampling", ["random", "nightly", "gappy"])
@pytest.mark.parametrize("outputs", [1, 2])
@pytest.mark.parametrize("most_pairs", [0, 1000], ids=["by sums", "by pairs"])
def test_a_step_ends_at_the_maximum_of_direct_sums(
    sampling: str, outputs: int, most_pairs: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(segments, "_PAIRS", most_pairs)
    rng = np.random.default_rng([1, outputs])
    t = 1e5 + sample_times(rng, 60, 400.0, sampling)
    values = np.cos(2 * np.pi * 3.3 * t)[:, None] + 0.5 * rng.normal(size=(60, outputs))
    window, half = 5.0, 0.07
    ((length, count),) = steps(window, half, 64 * window - 1)
    assert length == 8 * window
    centres = np.array([3.31, 1.0, 7.0])
    found, width = narrow(as_times(t), values, centres, window, half, 64 * window - 1)
    spacing = 1 / (4 * length)
    offsets = (np.arange(count) - count // 2) * spacing
    assert offsets[-1] >= half
    best = {}
    for centre in centres:
        power = direct_power(t, values, length, centre + offsets)
        best[float(power.max())] = centre + offsets[power.argmax()]
    expected = [best[power] for power in sorted(best, reverse=True)]
    np.testing.assert_allclose(found, expected, rtol=1e-12)
    assert width == pytest.approx(0.3 / length)


def test_both_ways_to_the_power_differ_by_a_constant(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(4)
    t = Times(np.sort(rng.uniform(-1e6, 1e6, 3000)), np.zeros(3000))
    values = rng.normal(size=(3000, 2))
    # blocks of pairs that do not come out even, and a last segment of one sample
    monkeypatch.setattr(segments, "_BLOCK", 1000)
    starts = np.append(np.arange(0, 2999, 7), 2999)
    centres, spacing = np.array([0.0, 0.4321, 17.3]), 2e-5
    power = {}
    for most in (0, 100):
        monkeypatch.setattr(segments, "_PAIRS", most)
        power[most] = segments._power(t, values, starts, centres, spacing, 25)
    # 2**-24 for each of 25 steps in a row, times the sum of some 9000 products of size one
    np.testing.assert_allclose(power[0], (values**2).sum() + 2 * power[100], rtol=0, atol=0.02)
    assert np.ptp(power[0]) > 100


def test_a_line_stays_within_reach_down_to_the_end() -> None:
    baseline, n = 1e7, 1000
    for seed in range(20):
        rng = np.random.default_rng([2, seed])
        t = np.sort(rng.uniform(0, baseline, n))
        f = rng.uniform(10.0, 20.0)
        y = np.cos(2 * np.pi * ((f * t) % 1)) + rng.normal(size=n)
        window = 2000.0
        rough = f + rng.uniform(-0.3, 0.3) / window
        others = rng.uniform(10.0, 20.0, 31)
        centres = np.append(others, rough)
        found, half = narrow(as_times(t), y[:, None], centres, window, 0.35 / window, baseline / 64)
        assert len(found) == LOOKED < FOLLOWED < len(centres)
        assert abs(found[0] - f) < half
        # the last segments are at most as long as asked for, and no more than a step shorter
        assert baseline / 512 < 0.3 / half <= baseline / 64


def test_nothing_is_narrowed_where_windows_are_long_already() -> None:
    t = np.sort(np.random.default_rng(3).uniform(0, 100.0, 50))
    centres = np.linspace(1, 2, 20)
    found, half = narrow(as_times(t), np.ones((50, 1)), centres, 10.0, 0.035, 100 / 64)
    np.testing.assert_array_equal(found, centres)
    assert half == 0.035
    assert steps(10.0, 0.035, 100 / 64) == []
