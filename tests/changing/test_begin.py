"""Models begin at the path that they are given, and where another model is."""

import numpy as np
import pytest

from changing.simulated import ready, simulated
from epicycle.changing.batch import waves
from epicycle.changing.begin import begun, carried
from epicycle.changing.design import Terms


@pytest.fixture(scope="module")
def case():
    problem = simulated("modulated", 2)
    return problem, ready(problem)


@pytest.mark.parametrize("wander", ["none", "path"])
def test_a_model_begins_at_its_start(case, wander):
    _, r = case
    start = r.begins[2]  # the ridge of the narrowest windows
    design = r.setting.design(wander, varies=False)
    model = begun(r.setting, design, Terms(drift=True), start, 3.0)
    at = waves(model)
    expected = np.interp(r.setting.record.t, start[0].t, start[0].phase)
    away = (np.angle(at.turn[0][0]) / (2 * np.pi) - expected + 0.5) % 1 - 0.5
    # the smooth path is as near as the start's own errors; a line cannot follow it
    assert (np.sqrt(np.mean(away**2)) < 0.06) == (wander == "path")
    assert np.exp(at.log_amplitude[0]) == pytest.approx(start[0].amplitude)


def test_what_two_designs_share_is_carried_over(case):
    _, r = case
    rng = np.random.default_rng(1)
    path = r.setting.design("path", varies=True)
    model = begun(r.setting, path, Terms(drift=True, decay=True), r.begins[2], 3.0)
    model.x += 0.01 * rng.normal(size=model.x.shape)
    same = carried(model, path, [model.terms[0]] * 2)
    assert waves(same).mean[1] == pytest.approx(waves(model).mean[0])
    walk = r.setting.design("walk", varies=True)
    other = carried(model, walk, [model.terms[0]])
    old, new = waves(model), waves(other)
    assert new.log_amplitude[0] == pytest.approx(old.log_amplitude[0])
    # between knots a walk goes straight, within the bend of the path
    assert np.abs(np.angle(new.turn[0] / old.turn[0])).max() / (2 * np.pi) < 0.05
    plain = carried(model, r.setting.design("none", varies=False), [Terms()])
    assert plain.part("null")[0, 2] == 0.0
    assert plain.part("amplitude")[0, 1] == 0.0
    assert plain.part("null")[0, :2] == pytest.approx(model.part("null")[0, :2])
