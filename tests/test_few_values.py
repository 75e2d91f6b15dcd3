"""Few values among many, and none that scatter: no precision that is not there, none overlooked."""

from __future__ import annotations

import numpy as np
import pytest

from epicycle import find_cycles

PERIOD, AMPLITUDE, SPAN = 24.0, 3.0, 1000.0


def period_bound(n: int) -> float:
    """Return the least error of the period that n values of unit noise can have."""
    return float(PERIOD**2 * np.sqrt(6 / n) / (np.pi * SPAN * AMPLITUDE))


def small_groups(seed: int, amplitude: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return times, values and labels of 20 groups of 5, with levels of their own."""
    rng = np.random.default_rng(seed)
    t = np.sort(rng.uniform(0, SPAN, 100))
    group = rng.permutation(np.repeat(np.arange(20), 5))
    y = amplitude * np.cos(2 * np.pi * t / PERIOD) + rng.normal(size=100)
    return t, y + 2 * rng.normal(size=20)[group], group


def test_small_groups_without_errors_claim_no_precision_of_their_own() -> None:
    """A scatter for each group put the weight on what a line passes through: errors of 1e-7."""
    t, y, group = small_groups(0, AMPLITUDE)
    (cycle,) = find_cycles(t, y, group=group).cycles
    # of 100 values, 20 offsets leave 80
    assert period_bound(100) / 1.5 < cycle.period_error < 2 * period_bound(80)
    assert abs(cycle.period - PERIOD) < 4 * cycle.period_error


@pytest.mark.parametrize("seed", [6, 9])
def test_noise_in_small_groups_is_noise(seed: int) -> None:
    """Each of these had a cycle of a false-alarm probability below .01."""
    t, y, group = small_groups(seed, 0.0)
    assert find_cycles(t, y, group=group).cycles == ()


@pytest.mark.parametrize("count", [1, 3, 6])
def test_a_second_output_of_few_values_changes_nothing_about_the_first(count: int) -> None:
    rng = np.random.default_rng(count)
    t = np.sort(rng.uniform(0, SPAN, 200))
    y = np.stack([AMPLITUDE * np.cos(2 * np.pi * t / PERIOD), np.zeros(200)], axis=1)
    y += rng.normal(size=(200, 2))
    y[rng.permutation(200)[count:], 1] = np.nan
    alone = find_cycles(t, y[:, 0]).cycles[0]
    (cycle,) = find_cycles(t, y).cycles
    assert cycle.period == pytest.approx(alone.period, abs=alone.period_error)
    assert cycle.period_error == pytest.approx(alone.period_error, rel=0.1)
    # and an amplitude of this output is not claimed to be known
    assert cycle.amplitude_error[1] > cycle.amplitude[1] / 5


def test_noise_beside_an_output_of_three_values_is_noise() -> None:
    """Three values are fitted exactly by any frequency: they were worth 1e-148."""
    rng = np.random.default_rng(0)
    t = np.sort(rng.uniform(0, SPAN, 200))
    y = rng.normal(size=(200, 2))
    y[np.setdiff1d(np.arange(200), [10, 60, 150]), 1] = np.nan
    assert find_cycles(t, y).cycles == ()


@pytest.mark.parametrize(
    ("shape", "period"),
    [("sawtooth", 6), ("sawtooth", 16), ("square", 6), ("square", 30), ("impulse", 12)],
)
def test_an_exact_sequence_is_one_cycle_of_its_period(shape: str, period: int) -> None:
    """Half of these end at the Nyquist frequency, where a sine of regular samples is 0."""
    k = np.arange(365)
    y = {"sawtooth": k % period, "square": k % period < period // 2, "impulse": k % period == 0}
    model = find_cycles(k.astype(float), y[shape].astype(float))
    (cycle,) = model.cycles
    assert cycle.period == pytest.approx(period, rel=1e-9)
    # nothing is left over that a note could be about
    assert model.undecided == ()
    np.testing.assert_allclose(
        model.predict(k + 1000.0 * period), np.interp(k % period, k, y[shape]), atol=1e-6
    )


@pytest.mark.parametrize("offset", [1e6, 1e13])
def test_a_large_level_hides_nothing(offset: float) -> None:
    """At 1e13 the last digit of a value is 2e-3 of the noise, and no more."""
    rng = np.random.default_rng(0)
    t = np.sort(rng.uniform(0, SPAN, 200))
    y = AMPLITUDE * np.cos(2 * np.pi * t / PERIOD) + rng.normal(size=200)
    plain, lifted = find_cycles(t, y).cycles[0], find_cycles(t, y + offset).cycles[0]
    assert lifted.period == pytest.approx(plain.period, abs=0.05 * plain.period_error)
    assert lifted.period_error == pytest.approx(plain.period_error, rel=0.02)
