"""How likely a cycle stands at one of its aliases instead."""

from __future__ import annotations

import math

import numpy as np
import pytest

import oracles
from epicycle import find_cycles
from epicycle.evidence.alias_odds import AliasTest
from epicycle.evidence.aliases import MULTIPLES
from epicycle.evidence.window import spectral_window
from epicycle.fit.lines import Fundamental, Structure
from epicycle.fit.noise import NoiseModel
from epicycle.fit.refine import fit_lines
from epicycle.results.cycles import Cycle
from epicycle.samples.checks import check_samples
from epicycle.spectra.plan import plan_search
from generators import Problem, regression, sinusoids


def chi_square(problem: Problem, frequencies: list[float], weights: np.ndarray) -> float:
    """Return the sum of squares that a constant and sinusoids leave, by dense least squares."""
    turns = np.stack([oracles.exact_turns(f, problem.t) for f in frequencies], axis=1)
    angle = 2 * np.pi * turns
    columns = np.hstack([np.ones((len(problem.t), 1)), np.cos(angle), np.sin(angle)])
    root = np.sqrt(weights)
    solution = np.linalg.lstsq(columns * root[:, None], problem.y * root, rcond=None)[0]
    return float((weights * (problem.y - columns @ solution) ** 2).sum())


def first_cycle(problem: Problem, **options: object) -> Cycle:
    options = {"harmonics": 1, "trend": 0, "max_cycles": 1, "minimum_period": 0.4, **options}
    return find_cycles(problem.t, problem.y, problem.dy, **options).cycles[0]  # type: ignore[arg-type]


def test_odds_are_the_ratio_of_chi_squares_to_the_power_of_the_degrees_of_freedom() -> None:
    # weak and of few nights, so that the alias is not hopeless
    problem = sinusoids(5, 60, 20.0, [(0.37, 1.2)], sampling="nightly")
    cycle = first_cycle(problem, false_alarm=0.5)
    moved = [a for a in cycle.aliases if a.kind == "window" and a.odds > 1e-6]
    assert moved
    ones = np.ones(60)
    own = chi_square(problem, [cycle.frequency], ones)
    for alias in moved:
        ratio = chi_square(problem, [alias.frequency], ones) / own
        # a constant, cosine, sine and the frequency leave 56 degrees of freedom; the quick fit of
        # the alias stops within 0.01 of its chi-square in units of the variance
        assert alias.odds == pytest.approx(ratio**-28.0, rel=0.02)


def test_odds_with_given_errors_are_those_of_the_likelihood() -> None:
    problem = sinusoids(8, 60, 20.0, [(0.37, 2.8)], sampling="nightly", errors=True)
    assert problem.dy is not None
    # errors that are too large leave no room for jitter
    problem = Problem(problem.t, problem.y, 1.5 * problem.dy, None, problem.truth)
    assert problem.dy is not None
    cycle = first_cycle(problem, false_alarm=0.5)
    moved = [a for a in cycle.aliases if a.kind == "window" and a.odds > 1e-6]
    assert moved
    w = problem.dy**-2
    own = chi_square(problem, [cycle.frequency], w)
    for alias in moved:
        lost = chi_square(problem, [alias.frequency], w) - own
        assert alias.odds == pytest.approx(math.exp(-lost / 2), rel=0.02)


def test_a_half_that_explains_something_has_the_odds_of_two_more_parameters() -> None:
    # chi-square of the subharmonic: n A^2 / (2 sigma^2) = 12.5, below what makes it a waveform
    n = 400
    problem = sinusoids(1, n, 100.0, [(0.37, 2.0), (0.185, 0.25)])
    options = {"harmonics": 4, "trend": 0, "max_cycles": 1, "minimum_period": 0.4}
    model = find_cycles(problem.t, problem.y, **options)  # type: ignore[arg-type]
    (cycle,) = model.cycles
    assert len(cycle.harmonics) == 1
    # (waveforms have odds of their own, which are told first)
    found, task = model.origin.found, model.origin.task
    test = AliasTest(found.data, task.noise, found.window, task.plan)
    half = next(a for a in test.aliases(found.fit, 0) if a.kind == "half")
    assert half.frequency == pytest.approx(cycle.frequency / 2, rel=1e-9)
    ones = np.ones(n)
    ratio = chi_square(problem, [cycle.frequency, half.frequency], ones) / chi_square(
        problem, [cycle.frequency], ones
    )
    # the cycle leaves n - 4 degrees of freedom, BIC asks n for the two new parameters, and that
    # nobody has seen the fundamental asks ten
    assert half.odds == pytest.approx(ratio ** (-(n - 4) / 2) / n / 10, rel=0.05)
    assert half.odds > 0.1
    assert any("half" in note for note in model.undecided)


def test_odds_say_how_often_the_cycle_is_right() -> None:
    # Weak cycles seen at night: the highest maximum is often an alias.  If the odds are right, the
    # number of true cycles is the sum of their probabilities, with the scatter of so many coins.
    rng = np.random.default_rng(3)
    right, expected, variance = 0, 0.0, 0.0
    for seed in range(80):
        frequency = rng.uniform(0.1, 0.4)
        problem = sinusoids(seed, 40, 10.0, [(frequency, 1.3)], sampling="nightly")
        found = find_cycles(
            problem.t,
            problem.y,
            trend=0,
            harmonics=1,
            max_cycles=1,
            minimum_period=0.5,
            maximum_period=10.0,
        )
        if not found.cycles:
            continue
        cycle = found.cycles[0]
        moved = [a for a in cycle.aliases if a.kind == "window"]
        probability = 1 / (1 + sum(a.odds for a in moved))
        right += abs(cycle.frequency - frequency) < 0.1
        expected += probability
        variance += probability * (1 - probability)
    # the odds matter: without them each would be right for certain
    assert variance > 2
    assert abs(right - expected) < 3 * math.sqrt(variance)


def alias_test(problem: Problem) -> tuple[AliasTest, object]:
    data = problem.data()
    plan = plan_search(data, 0.4, None, "dense")
    noise = NoiseModel.of(check_samples(problem.t, problem.y, problem.dy))
    return AliasTest(data, noise, spectral_window(data, plan), plan), data


def test_a_line_on_an_alias_moves_to_where_it_is_likelier() -> None:
    problem = sinusoids(11, 240, 40.0, [(0.37, 2.0), (0.81, 1.0)], sampling="nightly")
    test, data = alias_test(problem)
    wrong = fit_lines(data, Structure.empty().plus(0.81).plus(1.37), absolute=False)
    moved = test.likelier(wrong, 1, [])
    assert moved is not None
    assert moved.frequency[1] == pytest.approx(0.37, abs=0.2 / 40)
    # one that was left is not gone back to, and the truth stays
    other = test.likelier(wrong, 1, [float(moved.frequency[1])])
    assert other is None or abs(other.frequency[1] - moved.frequency[1]) >= 1 / 40
    right = fit_lines(data, Structure.empty().plus(0.81).plus(0.37), absolute=False)
    assert test.likelier(right, 1, []) is None


def test_rivals_are_judged_where_the_window_shows_nothing() -> None:
    problem = sinusoids(4, 120, 50.0, [(0.37, 1.0), (0.713, 0.95)])
    data = problem.data()
    plan = plan_search(data, 0.4, None, "dense")
    noise = NoiseModel.of(check_samples(problem.t, problem.y))
    window = spectral_window(data, plan)
    fit = fit_lines(data, Structure.empty().plus(0.37), absolute=False)
    asked = AliasTest(data, noise, window, plan, rivals=[0.713]).aliases(fit, 0)
    [rival] = [a for a in asked if a.kind == "rival"]
    assert rival.frequency == pytest.approx(0.713, abs=0.5 / 50)
    ones = np.ones(120)
    own = chi_square(problem, [float(fit.structure.frequency[0])], ones)
    ratio = chi_square(problem, [rival.frequency], ones) / own
    assert rival.odds == pytest.approx(ratio**-58.0, rel=0.02)
    assert all(a.kind != "rival" for a in AliasTest(data, noise, window, plan).aliases(fit, 0))


def test_odds_of_a_waveform_are_those_of_its_lines_together() -> None:
    # with so few nights the lines of a waveform are hardly apart at an alias: each of them alone
    # has the power of all, and their sum is more than they explain together
    rng = np.random.default_rng(1)
    frequency, orders, n = 1.37363, (1, 2, 3, 4, 5), 60
    nights = [first + rng.choice(120, n // 2, replace=False) for first in (0, 2000)]
    t = np.sort(np.concatenate(nights)) + 0.1 * rng.normal(size=n)
    group = rng.integers(0, 5, n)
    wave = np.cos(2 * np.pi * np.outer(t * frequency, orders)) @ np.array([1, 0.5, 0.3, 0.2, 0.1])
    y = wave + 0.1 * rng.normal(size=n)
    dy = 0.1 * np.exp(0.3 * rng.normal(size=n))
    data = regression(t, y, dy, group=group, degree=0)
    plan = plan_search(data, 0.4, None, "dense")
    noise = NoiseModel.of(check_samples(t, y, dy, group=group))
    test = AliasTest(data, noise, spectral_window(data, plan), plan, unit="d")
    fit = fit_lines(data, Structure.of([Fundamental(frequency, orders)]), absolute=True)
    aliases = [a for a in test.aliases(fit, 0) if a.kind not in MULTIPLES]
    assert aliases
    # the lines are put there together, by a least-squares fit that knows nothing of aliases
    for one in aliases:
        near = one.frequency + np.linspace(-0.3, 0.3, 13) / data.baseline
        structures = [Structure.of([Fundamental(f, orders)]) for f in near.tolist()]
        left = [fit_lines(data, s, absolute=True, max_steps=0).chi2[0] for s in structures]
        assert min(left) > 2 * fit.chi2[0]
        assert one.odds < 1.0
    assert test.likelier(fit, 0, []) is None
