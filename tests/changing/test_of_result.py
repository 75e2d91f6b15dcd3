"""A cycle of a found model is tracked beside all else that was found."""

import numpy as np
import pytest

from changing.simulated import TWO_PI, simulated
from epicycle import find_cycles
from epicycle.changing.of_result import _belongs, waves
from epicycle.results.cycles import Line


@pytest.fixture(scope="module")
def model():
    problem = simulated("constant", 61, n=150, days=12)
    other = 2.0 * np.cos(TWO_PI * problem.t / 7.3)
    y = problem.y + other + 0.01 * problem.t
    return problem, find_cycles(problem.t, y, unit="h", minimum_period=4, maximum_period=60)


def test_what_was_found_besides_is_taken_out(model):
    problem, found = model
    which = int(np.argmin([abs(c.period - 24) for c in found.cycles]))
    rhythm = found.track(which)
    away = problem.away(rhythm.turns(problem.t)[0], problem.t)
    # the other cycle is twice as high: left in, it would be noise of 1.4
    assert np.abs(away).max() < 0.05
    assert rhythm.noise < 0.5
    assert rhythm.unit == "h"
    assert rhythm.verdict.period == "constant"


def test_waves_and_residual_are_the_data(model):
    problem, found = model
    everything = list(range(len(found.predictor.frequency)))
    model_at = found.predict(problem.t)
    rest = found.predictor(problem.t)[:, 0] - waves(found, problem.t, everything)
    # what is left of the model without its sinusoids is a straight line
    line = np.polyval(np.polyfit(problem.t, rest, 1), problem.t)
    assert rest == pytest.approx(line, abs=1e-6)
    assert model_at == pytest.approx(rest + waves(found, problem.t, everything))


def test_lines_nearby_and_harmonics_belong_to_a_rhythm():
    def line(frequency, fundamental):
        return Line(frequency, 0.01, 1 / frequency, 0.01, 1.0, 0.1, 1.0, "cycle", fundamental, 1)

    assert all(_belongs(line(f, f), 1.0) for f in (0.85, 1.0, 1.2))
    assert _belongs(line(3.0, 1.0), 1.0)
    assert not any(_belongs(line(f, f), 1.0) for f in (0.5, 1.35, 2.0, 3.1))


def test_models_without_samples_are_refused(model):
    _, found = model
    with pytest.raises(ValueError, match="cycle=9 does not exist"):
        found.track(9)
    read = type(found).from_dict(found.to_dict())
    with pytest.raises(ValueError, match="needs the samples of one output"):
        read.track(0)
