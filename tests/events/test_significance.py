"""How rare the powers of events are where nothing cycles."""

import numpy as np
import pytest
from scipy import stats

from epicycle.events.cycles import (
    h_test,
    refine_event_cycle,
    z_squared,
)
from epicycle.events.significance import event_false_alarm, event_threshold, z_squared_false_alarm
from tests.events.trains import constant_rate, events_as_data, pulsar, slow_h


def test_the_powers_of_a_cycle_are_those_of_its_frequency() -> None:
    t, weights = pulsar(np.random.default_rng(3), 500, 1000.0, 0.37, 0.5, weighted=True)
    data = events_as_data(t, weights)
    cycle = refine_event_cycle(
        data, data.y[:, 0], 0.37, 0.0, with_drift=False, bandwidth=100.0, most=4
    )
    m = len(cycle.orders)
    x = t - data.reference
    direct = np.array(
        [
            abs(
                np.sum(weights * np.exp(-2j * np.pi * h * cycle.frequency * x))
                - weights.sum() * constant_rate(x, h * cycle.frequency)
            )
            ** 2
            for h in range(1, 5)
        ]
    ) / np.sum(weights**2)
    np.testing.assert_allclose(cycle.power, direct[:m], rtol=1e-9)
    assert (cycle.h_statistic, m) == (pytest.approx(slow_h(direct)[0], rel=1e-9), slow_h(direct)[1])
    assert cycle.false_alarm == event_false_alarm(cycle.h_statistic, 100.0, most=4)


@pytest.mark.parametrize("bandwidth", [0.0, 1.0, 1e3, 1e12])
@pytest.mark.parametrize("false_alarm", [0.3, 0.05, 1e-6])
def test_the_threshold_is_the_inverse_of_the_probability(
    bandwidth: float, false_alarm: float
) -> None:
    threshold = event_threshold(false_alarm, bandwidth)
    assert event_false_alarm(threshold, bandwidth) == pytest.approx(false_alarm, rel=1e-6)


def test_the_probability_at_one_frequency_is_that_of_the_h_test() -> None:
    """exp(-0.4 H) for twenty harmonics; with fewer, higher values are rarer still."""
    rng = np.random.default_rng(7)
    power = rng.exponential(1.0, (20_000, 20))
    h = np.array([h_test(p)[0] for p in power])
    for level in (5.0, 10.0, 15.0):
        share = stats.binom.ppf([1e-5, 1 - 1e-5], len(h), event_false_alarm(level, 0.0))
        assert share[0] <= (h > level).sum() <= share[1]
        assert event_false_alarm(level, 0.0, 1) == pytest.approx(np.exp(-level / 2), rel=1e-9)


def test_z_squared_at_one_frequency_is_chi_square() -> None:
    power = np.array([3.0, 0.5, 2.0])
    np.testing.assert_allclose(z_squared(power), [6.0, 7.0, 11.0])
    for m, value in enumerate(z_squared(power), start=1):
        # up to the rounding of 1 - (1 - p)
        assert z_squared_false_alarm(float(value), m, 0.0) == pytest.approx(
            stats.chi2.sf(value, 2 * m), rel=1e-9
        )
    assert z_squared_false_alarm(0.0, 2, 10.0) == 1.0


@pytest.mark.parametrize("m", [1, 2, 4])
def test_z_squared_is_exceeded_over_a_band_as_rarely_as_stated(m: int) -> None:
    """Upcrossings bound the maximum from above, and meet it where it is rare."""
    n, baseline, trials = 200, 100.0, 400
    frequency = 0.3 + np.arange(300) / (10 * m * baseline)
    width = (frequency[-1] - frequency[0]) * np.sqrt(4 * np.pi / 12) * baseline
    highest = []
    for seed in range(trials):
        t = np.random.default_rng([seed, 31]).uniform(0, baseline, n)
        turns = np.exp(-2j * np.pi * np.outer(frequency, t))
        power = [np.abs((turns**h).sum(axis=1)) ** 2 / n for h in range(1, m + 1)]
        highest.append(2 * float(np.sum(power, axis=0).max()))
    for false_alarm in (0.2, 0.05):
        stated = [z_squared_false_alarm(value, m, width) <= false_alarm for value in highest]
        # the upper half: ten points per width of the highest order lose next to nothing
        assert sum(stated) <= stats.binom.ppf(1 - 1e-4, trials, false_alarm)
        assert sum(stated) >= stats.binom.ppf(1e-4, trials, 0.6 * false_alarm)
