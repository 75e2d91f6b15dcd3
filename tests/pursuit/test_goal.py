"""What the user asked for: how many cycles, and which are known."""

import numpy as np
import pytest

from generators import sinusoids
from tests.pursuit.lines import SIX, find


def test_the_number_of_cycles_is_limited() -> None:
    problem = sinusoids(1, 800, 100.0, SIX)
    for most in (1, 3):
        model = find(problem, max_cycles=most)
        assert len(model.cycles) == most
        expected = sorted((a for _, a in SIX), reverse=True)[:most]
        assert [c.amplitude for c in model.cycles] == pytest.approx(expected, abs=0.4)


@pytest.mark.parametrize("known", [1 / 0.231, [1 / 0.231, 1 / 0.611], (1 / 1.951,)])
def test_known_periods_are_fitted_first_and_held(known: object) -> None:
    problem = sinusoids(1, 800, 100.0, SIX)
    model = find(problem, known=known)
    wanted = np.atleast_1d(known)
    held = [c for c in model.cycles if c.known]
    np.testing.assert_allclose(sorted(c.period for c in held), sorted(wanted), rtol=1e-15)
    assert all(c.period_error == 0 for c in held)
    assert all(c.frequency_error == 0 for c in held)
    assert len(model.cycles) == 6
    kinds = {round(line.frequency, 3): line.kind for line in model.lines}
    for period in wanted:
        assert kinds[round(1 / period, 3)] == "known"


def test_known_cycles_do_not_count_towards_the_limit() -> None:
    problem = sinusoids(1, 800, 100.0, SIX)
    model = find(problem, known=[1 / 1.951], max_cycles=1)
    assert [round(c.frequency, 2) for c in model.cycles] == [1.95, 0.23]


def test_a_known_period_without_power_stays_and_says_so() -> None:
    model = find(sinusoids(5, 300, 100.0, [(0.5, 2.0)]), known=7.7)
    silent = next(c for c in model.cycles if c.known)
    assert silent.period == pytest.approx(7.7, rel=1e-15)
    assert silent.false_alarm_probability > 1e-3
    assert silent.amplitude < 5 * silent.amplitude_error
