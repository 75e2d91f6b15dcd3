"""Averages over models: weights, spread between models, phases but for whole turns."""

from dataclasses import replace

import numpy as np
import pytest

from changing.simulated import ready, simulated
from epicycle.changing import ladder as ladders
from epicycle.changing.average import average, kept, mean_rate, weights
from epicycle.changing.fit import finish
from epicycle.changing.paths import tell


@pytest.fixture(scope="module")
def families():
    r = ready(simulated("drift", 3, n=120, days=10))
    base = ladders.generous(r.setting, r.begins)
    return ladders.steady(r.setting, base, r.begins[:2])


def test_weights_are_those_of_the_evidence(families):
    even = [replace(one, log_evidence=v) for one, v in zip(families, (-3.0, -3.0), strict=True)]
    assert weights(even) == pytest.approx([0.5, 0.5])
    odd = [replace(one, log_evidence=v) for one, v in zip(families, (0.0, np.log(3)), strict=True)]
    assert weights(odd) == pytest.approx([0.25, 0.75])


def test_the_variance_is_that_within_models_and_that_between(families):
    t = np.linspace(-3, 3, 5)
    even = [replace(one, log_evidence=0.0) for one in families]
    told = [tell(one.batch, finish(one.batch), 0, t, over_cycle=False) for one in even]
    found = average(kept(even), 0, t)
    rates = np.concatenate([one.rate for one in told])
    within = np.concatenate([one.rate_variance for one in told]).mean(axis=0)
    assert found.rate == pytest.approx(rates.mean(axis=0))
    assert found.rate_error**2 == pytest.approx(within + rates.var(axis=0))


def test_whole_turns_make_no_difference(families):
    t = np.linspace(-3, 3, 5)
    one = families[1]
    moved = one.batch.take([0])
    moved.part("null")[0, 0] += 2.0
    both = [replace(one, log_evidence=0.0), replace(one, batch=moved, log_evidence=0.0)]
    alone, together = average(kept([one]), 0, t), average(kept(both), 0, t)
    away = together.turns - alone.turns
    assert away == pytest.approx(np.round(away), abs=1e-6)
    assert together.turns_error == pytest.approx(alone.turns_error, rel=1e-3)


def test_the_mean_rate_is_that_of_both_ends(families):
    one = families[1]
    half = one.batch.design.record.half
    told = tell(one.batch, finish(one.batch), 0, np.array([-half, half]), over_cycle=False)
    rate, error = mean_rate(kept([one]), 0)
    assert rate == pytest.approx(1 + (told.turns[0, 1] - told.turns[0, 0]) / (2 * half))
    assert 0 < error < 0.01
