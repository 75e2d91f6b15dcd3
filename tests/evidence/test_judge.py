"""Which lines of a fit noise could have made."""

import numpy as np
import pytest

from epicycle.evidence.judge import Judge
from epicycle.evidence.significance import false_alarm_probability, power_of_evidence
from epicycle.evidence.window import Trials
from epicycle.fit.errors import covariance
from epicycle.fit.joint import Fit
from epicycle.fit.lines import Structure
from epicycle.fit.noise import NoiseModel
from epicycle.fit.red_noise import continuum
from epicycle.fit.refine import fit_lines
from epicycle.samples.checks import check_samples
from epicycle.samples.data import Data
from generators import regression, sinusoids
from tests.pursuit.lines import find

#: Frequency and orders of each cycle, on which no doubt is cast: all are as given.
CYCLES = [(0.231, (1, 2)), (0.411, (1,)), (0.52, (1,))]


def test_lines_that_are_not_significant_do_not_stay() -> None:
    # N A^2 / 4 = 4.5: lost among some 500 independent frequencies
    model = find(sinusoids(4, 200, 50.0, [(1.1, 0.3)]))
    assert model.cycles == ()
    assert model.amplitude_limit > 0.3


def judged(*, red_noise: bool = False, fixed: bool = True) -> tuple[Data, Fit, Judge]:
    rng = np.random.default_rng(3)
    t = np.sort(rng.uniform(0, 60, 80))
    y = 3.0 + rng.normal(size=80)
    for (f, orders), size in zip(CYCLES, (0.6, 0.4, 0.2), strict=True):
        y += sum(size * np.cos(2 * np.pi * m * f * t + m) for m in orders)
    data, structure = regression(t, y), Structure.empty()
    for f, orders in CYCLES:
        structure = structure.plus(f, orders, fixed=fixed)
    fit = fit_lines(data, structure, absolute=False)
    trials = Trials(data, 0.02, 1.0, 1.0)
    noise = NoiseModel.of(check_samples(t, y))
    return data, fit, Judge(trials, noise, 0.01, 8, red_noise=red_noise)


def left(data: Data, structure: Structure, cycles: list[int]) -> float:
    """Return the sum of squares that a mean and some cycles leave, by least squares."""
    t, y = data.times.to_float(), data.y[:, 0]
    columns = [np.ones_like(t)]
    for k, order in zip(structure.parent, structure.order, strict=True):
        if k in cycles:
            angle = 2 * np.pi * order * structure.frequency[k] * t
            columns += [np.cos(angle), np.sin(angle)]
    design = np.stack(columns, axis=1)
    return float(((y - design @ np.linalg.lstsq(design, y, rcond=None)[0]) ** 2).sum())


def test_each_cycle_is_held_against_all_the_others() -> None:
    data, fit, judge = judged()
    level = np.ones((4, 1))
    found = judge.of_all(data, fit, covariance(data, fit, level), level)
    for k, (_, orders) in enumerate(CYCLES):
        others = [j for j in range(3) if j != k]
        power = 1 - left(data, fit.structure, [0, 1, 2]) / left(data, fit.structure, others)
        dof = 80 - 1 - 2 * (4 - len(orders))
        # at a place that was given no band is searched
        expected = false_alarm_probability(power, dof, 0.0, orders=orders)
        assert 1e-8 < expected < 0.9
        assert found[k] == pytest.approx(expected, rel=1e-6)


def test_a_line_in_louder_noise_is_worth_less() -> None:
    data, fit, judge = judged()
    level = np.ones((4, 1))
    level[2] = 2.0
    errors = covariance(data, fit, level)
    loud, plain = judge.of_all(data, fit, errors, level), judge.of_all(data, fit, errors, level**0)
    assert loud[1] > 3 * plain[1]
    assert loud[[0, 2]] == pytest.approx(plain[[0, 2]], rel=1e-9)


def test_among_red_noise_each_order_is_held_against_the_noise_at_its_place() -> None:
    data, fit, judge = judged(red_noise=True)
    found = judge.of_all(data, fit, covariance(data, fit, np.ones((4, 1))), np.ones((4, 1)))
    noise = continuum(data, fit, 0.02, 1.0)
    every = left(data, fit.structure, [0, 1, 2])
    for k, (f, orders) in enumerate(CYCLES[1:], 1):
        others = [j for j in range(3) if j != k]
        taken = (left(data, fit.structure, others) - every) / fit.scale[0]
        evidence = float(noise.evidence(np.array([f]), np.array([[taken]])).sum())
        dof = 80 - 1 - 2 * 3
        power = power_of_evidence(evidence, dof, 1)
        expected = false_alarm_probability(power, dof, 0.0, orders=orders)
        assert 1e-8 < expected < 0.9
        assert found[k] == pytest.approx(expected, rel=1e-6)


def test_what_may_stand_anywhere_has_the_trials_of_the_band() -> None:
    data, fit, judge = judged(fixed=False)
    level = np.ones((4, 1))
    found = judge.of_all(data, fit, covariance(data, fit, level), level)
    every = left(data, fit.structure, [0, 1, 2])
    power = 1 - every / left(data, fit.structure, [1, 2])
    # three frequencies are fitted, of which that of the cycle goes with it
    dof = 80 - 1 - 2 * 2 - 2
    # of eight orders, one of seven was taken beside the first
    upper, distinct = (
        false_alarm_probability(power, dof, 7 * width, orders=(1, 2))
        for width in (judge.trials.upper, judge.trials.distinct)
    )
    assert any(found[0] == pytest.approx(one, rel=1e-6) for one in (upper, distinct))
    one = fit_lines(data, fit.structure.plus(0.77), absolute=False, max_steps=0)
    # one more line is held against what the others leave
    power = 1 - float(one.residual[:, 0] @ one.residual[:, 0]) / every
    dof = 80 - 1 - 2 * 4 - 3
    expected = false_alarm_probability(power, dof, judge.trials.upper)
    assert judge.of_next(data, fit, one) == pytest.approx(expected, rel=1e-6)
