"""One more line: significant, apart from the others, and no more than there are."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from epicycle import find_cycles
from epicycle.limits import LINES
from epicycle.model import CycleModel
from epicycle.pursuit.further_lines import add_lines
from generators import sinusoids
from tests.pursuit.lines import begun, find


def frequencies(model: CycleModel) -> list[float]:
    return sorted(line.frequency for line in model.lines)


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


def test_an_exact_fit_ends_the_search() -> None:
    t = np.sort(np.random.default_rng(6).uniform(0, 100, 150))
    y = 2 * np.cos(2 * np.pi * 0.311 * t) + 3 * np.sin(2 * np.pi * 1.07 * t) + 5
    model = find_cycles(t, y)
    assert [c.frequency for c in model.cycles] == pytest.approx([1.07, 0.311], abs=1e-9 / 100)
    assert [c.amplitude for c in model.cycles] == pytest.approx([3.0, 2.0], abs=1e-8)
    assert model.residual_std < 1e-8


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


@pytest.mark.parametrize("longest", [None, 300.0])
def test_a_bend_is_held_at_one_cycle_over_the_baseline(
    longest: float | None,
) -> None:
    # a quarter of a cycle, fitted by any frequency below one over the baseline
    rng = np.random.default_rng(11)
    t = np.sort(np.append(rng.uniform(0, 100, 298), [0.0, 100.0]))
    y = 3 * (t / 100) ** 2 + 2 * np.cos(2 * np.pi * 0.231 * t) + 0.3 * rng.normal(size=300)
    structure = add_lines(*begun(t, y, [], maximum_period=longest)).fit.structure
    slow = structure.frequency < 0.015
    assert structure.frequency[slow].tolist() == [0.01]
    assert structure.fixed[slow].all()
    assert np.abs(structure.frequency - 0.231).min() < 1e-3
