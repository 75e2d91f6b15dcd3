"""Trains of events: phases that wander and phases that are kept, and what neither of them is."""

import numpy as np
import pytest
from scipy import stats

from epicycle.events.rhythm import Intervals, Rhythm
from tests.events.trains import beats, events_as_data, ticks


def rhythm_of(t: np.ndarray, near: float = 1.0, *, with_drift: bool = False) -> Rhythm | None:
    return Intervals.of(events_as_data(t)).rhythm(near, 0.0, with_drift=with_drift)


@pytest.mark.parametrize("scatter", [1e-3, 0.03, 0.12])
def test_errors_contain_the_wandering(scatter: float) -> None:
    n, pulls = 120, []
    for seed in range(40):
        rhythm = rhythm_of(beats(np.random.default_rng([seed, 1]), n, scatter), 1.002)
        assert rhythm is not None
        error = np.sqrt(rhythm.covariance[0, 0])
        # the mean of n - 1 independent intervals
        assert error == pytest.approx(scatter / np.sqrt(n - 1), rel=0.6)
        assert rhythm.scatter == pytest.approx(scatter, rel=0.35)
        pulls.append((rhythm.frequency - 1) / error)
    low, high = stats.chi2.ppf([1e-4, 1 - 1e-4], len(pulls))
    # the share of the wandering is estimated as well: a tenth more
    assert low < np.square(pulls).sum() < 1.3 * high


@pytest.mark.parametrize("scatter", [1e-3, 0.03, 0.1])
def test_a_phase_that_is_kept_tells_the_period_much_better(scatter: float) -> None:
    n, pulls, errors = 120, [], []
    for seed in range(40):
        rhythm = rhythm_of(ticks(np.random.default_rng([seed, 2]), n, scatter), 1.002)
        assert rhythm is not None
        assert rhythm.time is None
        error = np.sqrt(rhythm.covariance[0, 0])
        errors.append(error)
        pulls.append((rhythm.frequency - 1) / error)
    assert np.square(pulls).sum() < stats.chi2.ppf(1 - 1e-4, len(pulls))
    # least squares has sqrt(12) scatter / n^1.5; that there may be some wandering adds to it
    least = scatter * np.sqrt(12) / n**1.5
    assert least < np.median(errors) < 2 * least


def test_the_phase_is_forgotten_when_theory_says() -> None:
    times = []
    for seed in range(30):
        rhythm = rhythm_of(beats(np.random.default_rng([seed, 3]), 600, 0.05))
        assert rhythm is not None
        assert rhythm.time is not None
        assert rhythm.time_error is not None
        assert 0 < rhythm.time_error < rhythm.time
        times.append(rhythm.time)
    # each has the relative error sqrt(2 / 600)
    expected = 1 / (2 * np.pi**2 * 0.05**2)
    assert np.mean(times) == pytest.approx(expected, rel=0.05)


def test_missing_and_surplus_events_do_not_matter() -> None:
    rng = np.random.default_rng(4)
    t = beats(rng, 400, 0.02)
    thinned = t[rng.random(400) > 0.25]
    crowded = np.append(t, rng.uniform(0, 400, 10))
    for some in (thinned, crowded):
        rhythm = rhythm_of(some)
        assert rhythm is not None
        assert abs(rhythm.frequency - 1) < 5 * np.sqrt(rhythm.covariance[0, 0]) < 0.02


def test_a_multiple_of_the_frequency_is_the_same_rhythm() -> None:
    t = beats(np.random.default_rng(5), 200, 0.01)
    one, three = rhythm_of(t), rhythm_of(t, 3.0)
    assert one is not None
    assert three is not None
    assert three.frequency == pytest.approx(one.frequency, rel=1e-12)


def test_a_rhythm_may_slow_down() -> None:
    rng = np.random.default_rng(6)
    turns = np.arange(400)
    t = turns + 2e-4 * turns**2 + 0.01 * rng.normal(size=400)
    middle = events_as_data(t).reference
    rhythm = rhythm_of(t, 1 / (1 + 4e-4 * 200), with_drift=True)
    assert rhythm is not None
    # t = k + a k^2: the interval at t is 1 + 2 a k = sqrt(1 + 4 a t)
    interval = np.sqrt(1 + 8e-4 * middle)
    assert rhythm.frequency == pytest.approx(1 / interval, rel=0.01)
    assert rhythm.drift == pytest.approx(-4e-4 / interval**3, rel=0.1)


@pytest.mark.parametrize("dead", [0.0, 0.3, 0.5])
def test_a_dead_time_is_no_rhythm(dead: float) -> None:
    for seed in range(20):
        gaps = dead + (1 - dead) * np.random.default_rng([seed, 7]).exponential(size=300)
        intervals = Intervals.of(events_as_data(np.cumsum(gaps)))
        assert intervals.regular == (dead > 0)
        for near in (0.9, 1.0, 1.3, 1 / dead if dead else 2.0):
            assert intervals.rhythm(near, 0.0, with_drift=False) is None


def test_few_equal_intervals_are_regular_and_random_ones_hardly_ever() -> None:
    assert Intervals.of(events_as_data(ticks(np.random.default_rng(8), 12, 0.01))).regular
    some = [
        Intervals.of(events_as_data(np.random.default_rng([s, 9]).uniform(0, 1, 40))).regular
        for s in range(300)
    ]
    assert not any(some)


def test_the_background_is_the_spectrum_of_such_intervals() -> None:
    rng = np.random.default_rng(10)
    frequency = np.array([0.5, 0.9, 1.0, 1.1, 2.0, 3.7])
    intervals = Intervals.of(events_as_data(beats(rng, 20_000, 0.12)))
    # the characteristic function of a normal interval
    mean = np.exp(-2j * np.pi * frequency - 2 * (np.pi * frequency * 0.12) ** 2)
    expected = np.maximum(((1 + mean) / (1 - mean)).real, 1.0)
    np.testing.assert_allclose(intervals.background(frequency), expected, rtol=0.08)
    # and the mean power of many such trains
    powers = []
    for _ in range(300):
        t = beats(rng, 400, 0.12)
        powers.append(
            np.abs(np.exp(-2j * np.pi * np.outer([0.93, 1.0, 1.07], t)).sum(1)) ** 2 / 400
        )
    shape = Intervals.of(events_as_data(beats(rng, 20_000, 0.12)))
    ratio = np.mean(powers, axis=0) / shape.background(np.array([0.93, 1.0, 1.07]))
    np.testing.assert_allclose(ratio, 1.0, atol=5 / np.sqrt(300))
    # intervals of a constant rate show nothing
    plain = Intervals.of(events_as_data(np.sort(rng.uniform(0, 1000, 1000))))
    np.testing.assert_array_equal(plain.background(frequency), 1.0)


def test_weighted_events_have_no_intervals_to_speak_of() -> None:
    rng = np.random.default_rng(11)
    data = events_as_data(ticks(rng, 100, 0.01), rng.uniform(0.1, 1, 100))
    assert not Intervals.of(data).regular


def test_a_peak_covers_its_harmonics_the_wider_the_higher() -> None:
    wide = Rhythm(1.0, 0.0, np.eye(2), 0.05, 20.0, 3.0)
    assert wide.covers(1.03, 0.002)
    assert not wide.covers(1.2, 0.002)
    assert wide.covers(2.2, 0.002)
    narrow = Rhythm(1.0, 0.0, np.eye(2), 1e-3, None, None)
    assert narrow.covers(3.003, 0.002)
    assert not narrow.covers(1.03, 0.002)
