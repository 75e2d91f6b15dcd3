"""Cycles of events as the user sees them: lines, the limit, and the rate that they predict."""

import numpy as np
import pytest

from epicycle import find_cycles
from epicycle.events.compose import limit, lines_of
from epicycle.events.cycles import event_data
from epicycle.samples.checks import check_events
from epicycle.search.dense import DenseSearch
from epicycle.spectra.plan import plan_search


@pytest.fixture(scope="module")
def pulses():
    rng = np.random.default_rng(8)
    t = np.sort(rng.uniform(0, 400, 3000))
    turn = (t / 1.7) % 1.0
    kept = rng.random(3000) < 0.2 + 0.8 * np.exp(-0.5 * ((turn - 0.3) / 0.08) ** 2)
    return find_cycles(t[kept], minimum_period=0.5)


def test_lines_are_the_harmonics_in_order_of_frequency(pulses):
    lines = lines_of(pulses.cycles)
    assert tuple(lines) == pulses.lines
    frequency = [line.frequency for line in lines]
    assert frequency == sorted(frequency)
    expected = sorted(h.order * c.frequency for c in pulses.cycles for h in c.harmonics)
    assert frequency == pytest.approx(expected)
    assert len(expected) > 2


def test_the_rate_is_one_plus_all_harmonics(pulses):
    t = np.linspace(3.0, 390.0, 57)
    rate = np.ones(57)
    for cycle in pulses.cycles:
        for h in cycle.harmonics:
            turns = h.order * cycle.frequency * (t - pulses.reference_time)
            rate += h.amplitude * np.cos(2 * np.pi * (turns - h.phase))
    np.testing.assert_allclose(pulses.predict(t), rate, rtol=0, atol=1e-9)


def test_a_modulation_at_the_limit_exceeds_the_maximum_in_19_of_20():
    rng = np.random.default_rng(3)
    t = np.sort(rng.uniform(0, 100, 400))
    samples = check_events(t)
    data = event_data(samples.times, samples.y[:, 0])
    plan = plan_search(data, 1.0, 20.0, "dense", slow=False)
    scale = np.array([1.0])
    last = DenseSearch(data, plan).maxima(data.y, scale)
    size = limit(data, last, None)
    # 2 z of n events of unit weight: a chi-square of two degrees of freedom around n size^2 / 2
    shift = np.sqrt(len(t) * size**2 / 2)
    power = (rng.normal(size=40_000) + shift) ** 2 + rng.normal(size=40_000) ** 2
    below = np.mean(power < last.power.max())
    assert below == pytest.approx(0.05, abs=4 * np.sqrt(0.05 * 0.95 / 40_000))


def test_pairs_that_show_less_than_the_whole_set_the_limit():
    samples = check_events(np.sort(np.random.default_rng(4).uniform(0, 100, 400)))
    data = event_data(samples.times, samples.y[:, 0])
    plan = plan_search(data, 1.0, 20.0, "dense", slow=False)
    last = DenseSearch(data, plan).maxima(data.y, np.array([1.0]))
    assert limit(data, last, 0.3) == pytest.approx(np.sqrt(2 * 0.3))
    assert limit(data, last, 1e-9) == limit(data, last, None)
