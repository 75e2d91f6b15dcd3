"""Places of shifts: the linearised gain against refits, and segments against direct sums."""

import numpy as np
import pytest

from changing.simulated import TWO_PI, ready, simulated
from epicycle.changing.begin import begun
from epicycle.changing.design import CHANGE, JUMP, Terms
from epicycle.changing.fit import fit
from epicycle.changing.places import _segment_sums, linear_places, segment_places


@pytest.mark.parametrize(("kind", "expected"), [("jump", "phase"), ("change", "period")])
def test_a_shift_is_seen_near_its_time(kind, expected):
    problem = simulated(kind, 6)
    r = ready(problem)
    design = r.setting.design("none", varies=False)
    base = begun(r.setting, design, Terms(), r.begins[0], np.inf)
    fit(base, [0])
    time = (problem.time - 0.5 * (problem.t[0] + problem.t[-1])) * r.reference
    linear = {one.kind: one for one in linear_places(base)}
    # a constant clock through a shift bends: the place is good to a few cycles
    assert linear[expected].time == pytest.approx(time, abs=3)
    found = {one.kind: one for one in segment_places(r.setting.record, r.free, *r.band, 0.0)}
    assert found[expected].time == pytest.approx(time, abs=2)
    size = found[expected].size * (JUMP if kind == "jump" else CHANGE)
    scale = 1.0 if kind == "jump" else 1 / r.reference
    assert size == pytest.approx(problem.size * scale, rel=0.4)


def test_without_a_shift_no_place_is_worth_a_look():
    r = ready(simulated("constant", 7))
    design = r.setting.design("none", varies=False)
    base = begun(r.setting, design, Terms(), r.begins[0], np.inf)
    fit(base, [0])
    assert len(linear_places(base)) == 0
    power = float((r.free**2).sum())
    assert segment_places(r.setting.record, r.free, *r.band, power) == []


def test_sums_before_each_cut_are_those_of_the_samples():
    rng = np.random.default_rng(1)
    t, y, w = np.sort(rng.uniform(-5, 5, 50)), rng.normal(size=50), rng.uniform(1, 2, 50)
    frequency, cuts = np.array([0.9, 1.0, 1.3]), np.array([5, 20, 44])
    before, total, weight = _segment_sums(t, w * y, w, frequency, cuts)
    wave = np.exp(-1j * TWO_PI * np.outer(t, frequency))
    for k, cut in enumerate(cuts):
        assert before[k] == pytest.approx((w * y)[:cut] @ wave[:cut])
        assert weight[k] == pytest.approx(w[:cut].sum())
    assert total == pytest.approx((w * y) @ wave)
