"""The ladder of models calls simulated rhythms what they are, and decides what comes before."""

from dataclasses import replace

import numpy as np
import pytest

from changing.simulated import TWO_PI, ready, simulated
from epicycle.changing import ladder as ladders
from epicycle.limits import CHANGING


@pytest.fixture(scope="module", params=["constant", "drift", "modulated"])
def climbed(request):
    r = ready(simulated(request.param, 3, n=150, days=12))
    return request.param, ladders.climb(r.setting, r.begins, 1)


def test_the_family_that_made_the_data_has_the_most_evidence(climbed):
    kind, ladder = climbed
    evidence = {one.name: one.log_evidence for one in ladder.families[:2]}
    wander = max(one.log_evidence for one in ladder.families[2:])
    if kind == "constant":
        assert evidence["constant"] > max(evidence["drifting"], wander)
    elif kind == "drift":
        assert evidence["drifting"] > max(evidence["constant"] + 3, wander)
    else:
        assert wander > max(evidence.values()) + 3


def test_strengths_are_averaged_and_not_maximised(climbed):
    _, ladder = climbed
    for one in ladder.families[2:]:
        evidence = one.batch.log_evidence
        tried = ladders.WALKS if one.name == "diffusing" else ladders.STRENGTHS
        assert len(evidence) == len(tried)
        mean = np.log(np.mean(np.exp(evidence - evidence.max()))) + evidence.max()
        assert one.log_evidence == pytest.approx(mean - np.log(CHANGING.simpler))
        assert one.share.sum() == pytest.approx(1.0)


def test_the_amplitude_is_constant_unless_it_pays(climbed):
    _, ladder = climbed
    assert not ladder.setting.varies
    assert ladder.amplitude["constant"] > ladder.amplitude["decaying"] - 1


def test_decay_is_found_and_can_be_refused():
    s = simulated("constant", 4, n=150, days=8)
    y = (s.y - s.y.mean()) * np.exp(-s.t / 80) + 0.1 * np.random.default_rng(1).normal(size=150)
    s = replace(s, y=y)
    r = ready(s)
    setting, _, evidence = ladders.swelling(r.setting, ladders.generous(r.setting, r.begins))
    assert evidence["decaying"] > evidence["constant"] + 10
    assert setting.terms.decay
    held = ready(s, amplitude="constant").setting
    setting, _, _ = ladders.swelling(held, ladders.generous(held, r.begins))
    assert not setting.terms.decay


def test_harmonics_are_as_many_as_pay():
    s = simulated("constant", 5, n=200, days=12)
    phase = s.phase(s.t)
    counts = []
    for height in (0.0, 0.5):
        problem = replace(s, y=s.y + height * np.cos(2 * TWO_PI * phase + 1))
        r = ready(problem)
        setting, base = ladders.remembering(r.setting, ladders.generous(r.setting, r.begins))
        counts.append(ladders.shaped(setting, base, None)[0].harmonics)
    assert counts == [1, 2]
