"""Verdicts from odds, and limits, lifetimes and coherence times from models of known answers."""

import numpy as np
import pytest

from changing.simulated import ready, simulated
from epicycle.changing import ladder as ladders
from epicycle.changing import verdict as judge

CLEAR = np.log(20)


@pytest.mark.parametrize(
    ("odds", "expected"),
    [
        ({"constant": 0, "drifting": 2.9, "wandering": 2.9}, "constant"),
        ({"constant": 0, "drifting": 9, "wandering": 11}, "drifting"),
        ({"constant": 0, "drifting": 9, "wandering": 13}, "wandering"),
        ({"constant": 0, "drifting": 9, "shifted": 10}, "shifted"),
        ({"constant": 0, "drifting": -1, "diffusing": 30, "wandering": 20}, "diffusing"),
    ],
)
def test_the_simplest_that_is_not_refused(odds, expected):
    assert judge.period_verdict(odds) == expected


def test_what_is_as_likely_is_undecided():
    odds = {"constant": 0, "drifting": 5, "wandering": 11, "diffusing": 10}
    assert judge.undecided(odds, "wandering") == ("diffusing",)
    assert judge.undecided(odds, "constant") == ()
    odds["diffusing"] = 11 - CLEAR - 0.1
    assert judge.undecided(odds, "wandering") == ()


@pytest.fixture(scope="module")
def climbed():
    r = ready(simulated("constant", 31, n=150, days=12))
    return r, ladders.climb(r.setting, r.begins, 1)


def test_the_limit_of_variation_is_a_quantile_of_the_strength(climbed):
    _, ladder = climbed
    limit = judge.variation_limit(ladder.families, ladders.STRENGTHS)
    assert 0.004 < limit < 0.1
    # where all strengths are as likely, 95 % of them are below 0.95 of the largest
    wander = [one for one in ladder.families if one.name == "wandering" and one.memory > 1]
    wander[0].batch.log_evidence[:] = 0.0
    flat = judge.variation_limit(ladder.families, ladders.STRENGTHS)
    assert flat == pytest.approx(0.95 * 0.3, rel=0.02)


def test_a_rhythm_is_told_from_noise(climbed):
    r, ladder = climbed
    setting = ladder.setting
    assert ladder.families[0].log_evidence - judge.no_rhythm(setting) > 20
    rng = np.random.default_rng(2)
    noise = simulated("constant", 31, n=150, days=12)
    noise.y[:] = rng.normal(size=150)
    other = ready(noise)
    ladder = ladders.climb(other.setting, other.begins, 1)
    assert ladder.families[0].log_evidence - judge.no_rhythm(ladder.setting) < CLEAR
    assert r.reference != other.reference


def test_the_coherence_time_is_that_of_the_strength(climbed):
    _, ladder = climbed
    one = ladder.family("diffusing")
    one.batch.log_evidence[:] = -50.0
    one.batch.log_evidence[4] = 0.0
    value, error = judge.coherence_time(one, 0)
    # exp(-2 pi^2 s^2 t) falls by e; the strengths tried are a factor of 1.7 apart
    assert value == pytest.approx(1 / (2 * np.pi**2 * ladders.WALKS[4] ** 2), rel=0.1)
    assert 0 < error < value
