"""How rare the strongest sinusoid of each series is."""

import numpy as np
import pytest

import oracles
from epicycle.evidence.significance import (
    false_alarm_probabilities,
    false_alarm_probability,
    pooled_power,
)
from epicycle.evidence.window import Trials
from epicycle.screening.screen import screen
from tests.screening.series import plan_of, series_of_all_kinds, stacked


@pytest.mark.parametrize("with_dy", [False, True])
def test_false_alarm_probabilities_are_those_of_the_formula(with_dy):
    rng = np.random.default_rng(2)
    parts = series_of_all_kinds(rng)
    t, y, names = stacked(parts)
    size = rng.uniform(0.3, 1.3, len(t))
    found = screen(t, y, dy=size if with_dy else None, series=names, false_alarm=0.2)
    for k, name in enumerate(parts):
        own = names == name
        if name == "few":
            continue
        data, plan = plan_of(t[own], y[own], dy=size[own] if with_dy else None)
        w = size[own] ** -2.0 if with_dy else np.ones(own.sum())
        before = oracles.chi_square(oracles.polynomial(t[own], 1), y[own], w)
        power = pooled_power(
            np.array([[before]]),
            np.array([[before * (1 - found.power[k])]]),
            np.array([[float(own.sum())]]),
            2,
            1,
            quiet=np.ones(1),
            least=1.0 if with_dy else 0.0,
        )
        trials = Trials(data, plan.minimum_frequency, plan.maximum_frequency)
        upper = false_alarm_probability(power, own.sum() - 2, trials.upper)
        exact = false_alarm_probability(power, own.sum() - 2, trials.distinct)
        unclear = 1e-6 * 0.2 < upper < 50 * 0.2
        # moments of times far from zero differ in the last digits; the exponent amplifies them
        expected = exact if unclear else upper
        assert found.false_alarm_probability[k] == pytest.approx(expected, rel=1e-6)
        assert found.significant[k] == (expected <= 0.2)


def test_a_night_by_night_series_counts_its_aliases_once():
    # guards the shortcut that leaves out series whose window is low: here it must not apply
    rng = np.random.default_rng(12)
    t = np.floor(rng.uniform(0, 60, 120)) + rng.uniform(0, 0.1, 120)
    y = rng.normal(size=120) + 0.8 * np.cos(2 * np.pi * t / 0.7)
    found = screen(t, y, series=np.zeros(120, dtype=int), minimum_period=0.2)
    data, plan = plan_of(t, y, minimum_period=0.2)
    trials = Trials(data, plan.minimum_frequency, plan.maximum_frequency)
    assert trials.distinct < 0.5 * trials.upper
    power = float(found.power[0])
    expected = false_alarm_probability(power, 118, trials.distinct)
    assert 1e-7 < false_alarm_probability(power, 118, trials.upper) < 0.4
    assert found.false_alarm_probability[0] == pytest.approx(expected, rel=1e-6)


def test_probabilities_of_many_are_those_of_each():
    rng = np.random.default_rng(0)
    power = np.r_[0.0, 1.0, rng.uniform(0, 1, 200) ** 2]
    dof = np.r_[5.0, 5.0, rng.integers(2, 300, 200)]
    width = np.r_[10.0, 10.0, 10.0 ** rng.uniform(0, 5, 200)]
    ours = false_alarm_probabilities(power, dof, width)
    for k in range(len(power)):
        expected = false_alarm_probability(float(power[k]), float(dof[k]), float(width[k]))
        # logarithms of up to 700 are rounded to 1e-13
        assert ours[k] == pytest.approx(expected, rel=1e-11, abs=1e-300)


@pytest.mark.slow
def test_noise_alarms_as_often_as_is_said():
    # 10,000 series of 100 random times: at 1e-2, 100 are expected, with a scatter of 10; a factor
    # of 1.5 is five standard deviations.  At 1e-3, 10 with 3.2: 20 (three deviations) is the bound.
    rng = np.random.default_rng(20260101)
    t = rng.uniform(0, 1000, (5000, 100))
    alarms = np.zeros(2)
    for _ in range(2):
        y = rng.normal(size=t.shape)
        found = screen(t.ravel(), y.ravel(), series=np.repeat(np.arange(len(t)), 100))
        alarms += [(found.false_alarm_probability <= p).sum() for p in (1e-2, 1e-3)]
    assert 100 / 1.5 < alarms[0] < 100 * 1.5
    assert 1 < alarms[1] < 21
