"""The numbers behind predictions, at any times."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from epicycle import find_cycles
from generators import sinusoids
from tests.models import MODEL, fitted


def test_cycles_are_continued_and_hit_the_future() -> None:
    problem, model = fitted()
    later = np.linspace(100, 130, 200)
    truth = sum(line(later) for line in problem.truth.lines)
    # errors of amplitude and phase are sqrt(2 / 300) * 0.5 = 0.04 per line and grow to three times
    # that by extrapolation over a third of the baseline; trend and mean add 0.06 and its growth
    assert np.abs(model.predict(later) - truth).max() < 0.6
    assert np.corrcoef(model.predict(later), truth)[0, 1] > 0.98


def test_slow_variation_is_not_continued() -> None:
    problem = sinusoids(4, 300, 100.0, [(0.013, 9.0, 0.2), (0.431, 2.0, 0.1)], 0.3)
    model = find_cycles(problem.t, problem.y, trend=0)
    assert {line.kind for line in model.lines} == {"slow", "cycle"}
    inside = model.predict(problem.t)
    assert np.std(inside - problem.truth.signal) < 0.15
    far = model.predict(np.linspace(1000, 1050, 500))
    # outside there is the cycle of amplitude 2 about a constant, not the slow wave of 9
    assert np.ptp(far) == pytest.approx(4.0, abs=0.5)
    # (1.3 turns of the wave, 6.4 rms, tell the mean of a level with a memory to half of that)
    assert abs(far.mean() - problem.y.mean()) < 3.2
    # the first and the last sample are inside
    ends = problem.t[[0, -1]]
    assert np.abs(model.predict(ends) - problem.truth.signal[[0, -1]]).max() < 1.0


def test_groups_have_offsets() -> None:
    problem, model = fitted(groups=3, offsets=[0.0, 9.0, -7.0])
    t = np.linspace(0, 100, 50)
    by_group = {g: model.predict(t, group=g) for g in "ABC"}
    # an offset is known to 0.5 / sqrt(100)
    assert np.mean(by_group["B"] - by_group["A"]) == pytest.approx(9.0, abs=5 * 0.07)
    assert np.mean(by_group["C"] - by_group["A"]) == pytest.approx(-7.0, abs=5 * 0.07)
    labels = np.array(list("ABC") * 16 + ["A", "B"])
    each = model.predict(t, group=labels)
    for g in "ABC":
        np.testing.assert_allclose(each[labels == g], by_group[g][labels == g], rtol=1e-12)
    # without a name, the mean of all samples' offsets
    mean = sum(by_group[g] * np.mean(problem.group == g) for g in "ABC")
    np.testing.assert_allclose(model.predict(t), mean, rtol=1e-9)
    with pytest.raises(ValueError, match=r"group 'D' is not among the groups .*: A, B, C\. To fix"):
        model.predict(t, group="D")


@given(st.floats(-1e6, 1e6))
def test_predictions_are_finite_anywhere(t: float) -> None:
    assert np.isfinite(MODEL.predict([t])).all()
