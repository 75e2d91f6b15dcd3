"""Lines are found one by one, fitted together, and the search ends when nothing is left."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import oracles
from epicycle import find_cycles
from epicycle.fit.joint import Fit
from epicycle.fit.lines import Fundamental, Structure
from epicycle.fit.refine import fit_lines
from epicycle.limits import LINES
from epicycle.model import CycleModel
from epicycle.pursuit.pursuit import _settle_apart
from generators import Problem, sinusoids


def find(problem: Problem, **options: object) -> CycleModel:
    return find_cycles(problem.t, problem.y, problem.dy, group=problem.group, **options)


def frequencies(model: CycleModel) -> list[float]:
    return sorted(line.frequency for line in model.lines)


SIX = [(0.231, 3.0), (0.347, 1.0), (0.611, 2.0), (0.897, 1.5), (1.433, 0.8), (1.951, 5.0)]


@pytest.mark.parametrize("sampling", ["random", "regular", "gappy", "jittered"])
def test_every_line_is_found_and_none_is_added(sampling: str) -> None:
    problem = sinusoids(1, 800, 100.0, SIX, sampling=sampling)
    model = find(problem, minimum_period=0.3)
    # A quick look at 0.01 false alarms each: the seed is one of many for which none occurs.
    assert len(model.lines) == 6
    for (frequency, amplitude), line in zip(SIX, model.lines, strict=True):
        assert abs(line.frequency - frequency) < 4 * line.frequency_error
        assert abs(line.amplitude - amplitude) < 4 * line.amplitude_error
        assert line.kind == "cycle"
    # what is left is white: its variance is 1 to sqrt(2 / 780)
    assert model.residual_std == pytest.approx(1.0, abs=4 * np.sqrt(0.5 / 780))
    # strongest first
    strength = [c.amplitude for c in model.cycles]
    assert strength == sorted(strength, reverse=True)


def test_the_number_of_cycles_is_limited() -> None:
    problem = sinusoids(1, 800, 100.0, SIX)
    for most in (1, 3):
        model = find(problem, max_cycles=most)
        assert len(model.cycles) == most
        expected = sorted((a for _, a in SIX), reverse=True)[:most]
        assert [c.amplitude for c in model.cycles] == pytest.approx(expected, abs=0.4)


@example(90, "nightly")
@example(233, "nightly")
@example(623704785, "nightly")
@given(st.integers(0, 2**32 - 1), st.sampled_from(["random", "regular", "nightly"]))
def test_no_two_lines_are_closer_than_the_resolution(seed: int, sampling: str) -> None:
    rng = np.random.default_rng(seed)
    centre = rng.uniform(0.5, 1.5)
    lines = [(centre + d / 50.0, rng.uniform(1, 5)) for d in rng.uniform(-3, 3, 4)]
    model = find(sinusoids(seed, 200, 50.0, lines, sampling=sampling), minimum_period=0.4)
    gaps = np.diff(frequencies(model))
    # 5 % are lost between the test of a line and the final joint fit
    assert (gaps >= 0.95 * LINES.separation / model.baseline).all()


def test_of_two_lines_that_meet_only_one_goes() -> None:
    # 0.9 is the third multiple of one cycle, and has been given to the other as its second too
    lines = [(0.3, 4.0), (0.6, 1.0), (0.9, 1.0), (0.45, 3.0)]
    problem = sinusoids(20, 600, 100.0, lines, 0.5)
    data = problem.data()

    class Bench:
        def __init__(self) -> None:
            self.data = data

        def settle(self, structure: Structure, *, tight: bool = False) -> tuple[Fit, None]:
            return fit_lines(data, structure, absolute=False), None

    both = [Fundamental(0.3, (1, 2, 3)), Fundamental(0.45, (1, 2))]
    fit = fit_lines(data, Structure.of(both), absolute=False, max_steps=0)
    settled, _ = _settle_apart(Bench(), fit, SimpleNamespace(drift=False))
    found = np.sort(settled.structure.line_frequency)
    np.testing.assert_allclose(found, sorted(f for f, _ in lines), atol=0.1 / 100)
    # four lines and a mean are fitted to 600 values: the variance is 1 to sqrt(2 / 590)
    assert np.sqrt(settled.scale[0]) == pytest.approx(0.5, rel=4 * np.sqrt(0.5 / 590))


@pytest.mark.parametrize("seed", [1, 5, 15, 20])
def test_no_strong_line_is_lost_where_multiples_meet(seed: int) -> None:
    """A sawtooth, and a line at its 40th multiple in another mixture: most multiples are shared."""
    rng = np.random.default_rng(seed)
    noise = rng.uniform(0.05, 0.15)
    t = np.sort(rng.uniform(0, 200, 900))
    tooth = 2 * (t % 1) - 1
    line = np.cos(80 * np.pi * t)
    y = np.column_stack([tooth + 0.7 * line, tooth - 1.4 * line])
    model = find_cycles(t, y + noise * rng.normal(size=y.shape), minimum_period=0.01)
    found = np.array(frequencies(model))
    for frequency in (1, 2, 3, 4, 5, 40):
        assert np.abs(found - frequency).min() < 0.5 / 200
    # multiples above the 16th, of amplitude 2 / pi k, may stay in the residual: with a variance of
    # 0.0123 in all; of those below, at most three are too weak to be seen
    assert (np.square(model.residual_std) < 1.3 * (noise**2 + 0.0123 + 0.003)).all()


def test_a_line_that_changes_is_not_two_that_cancel() -> None:
    # an amplitude that decays: a pair of close lines would imitate it, with large amplitudes
    rng = np.random.default_rng(2)
    t = np.sort(rng.uniform(0, 100, 600))
    y = 5 * np.exp(-t / 60) * np.cos(2 * np.pi * 0.731 * t) + 0.3 * rng.normal(size=600)
    model = find_cycles(t, y)
    assert max(line.amplitude for line in model.lines) < 5
    strongest = model.cycles[0]
    assert abs(strongest.frequency - 0.731) < 4 * strongest.frequency_error
    assert model.lines[0].noise_level >= 1
    assert max(line.noise_level for line in model.lines) > 3


def test_power_next_to_a_line_that_is_not_resolved_is_mentioned() -> None:
    lines = [(0.731, 5.0, 0.1), (0.731 + 0.6 / 100.0, 4.0, 0.3)]
    model = find(sinusoids(3, 600, 100.0, lines, 0.3))
    assert np.diff(frequencies(model)).min(initial=1.0) >= 0.95 / 100.0
    assert any("not resolved" in note for note in model.undecided)


def test_lines_that_are_not_significant_do_not_stay() -> None:
    # N A^2 / 4 = 4.5: lost among some 500 independent frequencies
    model = find(sinusoids(4, 200, 50.0, [(1.1, 0.3)]))
    assert model.cycles == ()
    assert model.amplitude_limit > 0.3


def test_a_line_must_improve_the_information_criterion() -> None:
    # Even where half of all false alarms may pass: 3 ln(1000) = 20.7 is asked of a chi-square with
    # two degrees of freedom, exp(-10.4) = 3e-5 at each of some 60 frequencies.
    found = 0
    for seed in range(40):
        problem = sinusoids(seed, 1000, 50.0)
        found += bool(find(problem, minimum_period=2.5, false_alarm=0.5).lines)
    assert found <= 1  # 40 * 60 * 3e-5 = 0.07 expected; without the criterion, 20


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


def test_an_exact_fit_ends_the_search() -> None:
    t = np.sort(np.random.default_rng(6).uniform(0, 100, 150))
    y = 2 * np.cos(2 * np.pi * 0.311 * t) + 3 * np.sin(2 * np.pi * 1.07 * t) + 5
    model = find_cycles(t, y)
    assert [c.frequency for c in model.cycles] == pytest.approx([1.07, 0.311], abs=1e-9 / 100)
    assert [c.amplitude for c in model.cycles] == pytest.approx([3.0, 2.0], abs=1e-8)
    assert model.residual_std < 1e-8


def test_slow_variation_is_fitted_but_is_no_cycle() -> None:
    problem = sinusoids(7, 400, 100.0, [(0.012, 6.0), (0.026, 6.0), (0.431, 2.0)])
    model = find(problem)
    assert [round(c.frequency, 2) for c in model.cycles] == [0.43]
    assert {line.kind for line in model.lines} == {"slow", "cycle"}
    assert any("slow variation" in note for note in model.undecided)
    assert model.residual_std < 1.2
    # a rhythm of four cycles that stands alone is one
    lone = find(sinusoids(8, 400, 100.0, [(0.041, 5.0)]))
    assert [round(c.period) for c in lone.cycles] == [24]
    # two of them side by side are more likely a drift
    pair = find(sinusoids(8, 400, 100.0, [(0.032, 5.0), (0.046, 5.0)]))
    assert pair.cycles == ()
    assert [line.kind for line in pair.lines] == ["slow", "slow"]
    # but what the user asks for is a cycle, by naming the longest period
    asked = find(sinusoids(9, 400, 100.0, [(0.021, 5.0)]), maximum_period=60.0)
    assert [round(c.frequency, 3) for c in asked.cycles] == [0.021]


def test_a_drift_is_fitted_on_request() -> None:
    rng = np.random.default_rng(10)
    t = np.sort(rng.uniform(0, 100, 500))
    turns = 0.4 * t + 0.5 * 1e-4 * t**2  # half a turn at either end from a steady frequency
    y = 2 * np.cos(2 * np.pi * turns) + 0.3 * rng.normal(size=500)
    model = find_cycles(t, y, drift=True)
    cycle = model.cycles[0]
    assert cycle.frequency_drift == pytest.approx(1e-4, abs=4 * cycle.frequency_drift_error)
    assert 0 < cycle.frequency_drift_error < 1e-5
    at_reference = 0.4 + 1e-4 * model.reference_time
    assert cycle.frequency == pytest.approx(at_reference, abs=4 * cycle.frequency_error)
    assert len(model.cycles) == 1
    # the textbook: s(drift) = s(f) * sqrt(60) / T, about, for even sampling
    ratio = cycle.frequency_drift_error / cycle.frequency_error * 100.0
    assert ratio == pytest.approx(np.sqrt(60), rel=0.1)
    steady = find_cycles(t, y)
    assert steady.cycles[0].frequency_drift is None
    assert steady.cycles[0].frequency_drift_error is None


def test_aliases_of_nightly_sampling_are_listed() -> None:
    problem = sinusoids(11, 240, 40.0, [(0.37, 2.0)], sampling="nightly")
    model = find(problem, minimum_period=0.4)
    cycle = model.cycles[0]
    assert cycle.frequency == pytest.approx(0.37, abs=4 * cycle.frequency_error)
    strong = [a for a in cycle.aliases if a.power_ratio > 0.4]
    assert {round(a.frequency, 1) for a in strong} >= {0.6, 1.4}
    for alias in strong:
        # one or two days away, up or down, within a line width
        distance = min(abs(abs(alias.frequency - s * 0.37) - k) for s in (1, -1) for k in (1, 2))
        assert distance < 1 / 40.0
        assert alias.period == pytest.approx(1 / alias.frequency)
        assert abs(alias.window_frequency - round(alias.window_frequency)) < 1 / 40.0
        assert alias.power_ratio < 1
    odds = [a.odds for a in cycle.aliases]
    assert odds == sorted(odds, reverse=True)


def test_an_alias_has_the_power_of_a_fit_at_its_frequency() -> None:
    problem = sinusoids(11, 240, 40.0, [(0.37, 2.0)], sampling="nightly")
    cycle = find(problem, minimum_period=0.4, trend=0).cycles[0]
    ones = np.ones(240)
    at = np.array([cycle.frequency, *(a.frequency for a in cycle.aliases)])
    power = oracles.least_squares_reduction(problem.t, problem.y, ones, ones[:, None], at)
    # one cycle and nothing else: what is restored is the data
    np.testing.assert_allclose(
        [a.power_ratio for a in cycle.aliases], power[1:] / power[0], rtol=1e-5
    )


def test_evenly_spread_samples_have_no_aliases_to_speak_of() -> None:
    cycle = find(sinusoids(12, 240, 40.0, [(0.37, 2.0)])).cycles[0]
    # the highest of some 1000 noise powers in 240 samples: ln(1000) * 2 / 240 of the variance,
    # and the line has most of it
    assert all(alias.power_ratio < 0.2 for alias in cycle.aliases)
