"""frac(f t) to 1e-9 turns, against 60 digits of mpmath, where a plain product fails."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import oracles
from epicycle.samples import phase
from epicycle.samples.times import UNIT_SECONDS, Times, parse_times

#: The bar: no phase is off by more.
TOLERANCE = 1e-9

NANOSECONDS_IN_100_YEARS = 100 * 31_557_600 * 10**9


def error_of(frequency: float, times: Times, true: np.ndarray) -> float:
    """Return the largest phase error in turns, around the circle."""
    return float(oracles.circular(phase.turns(frequency, times) - true).max())


def error_of_plain_product(frequency: float, times: Times, true: np.ndarray) -> float:
    """Return the phase error of what one would write without thinking."""
    product = frequency * times.to_float()
    return float(oracles.circular(product % 1.0 - true).max())


@pytest.mark.parametrize("unit", ["s", "d", "h"])
@pytest.mark.parametrize("hertz", [1.0 / 86400, 0.1, 12.34567890123, 999.999999])
def test_nanoseconds_within_a_century(unit: str, hertz: float) -> None:
    rng = np.random.default_rng(7)
    ticks = rng.integers(-NANOSECONDS_IN_100_YEARS, NANOSECONDS_IN_100_YEARS, 300)
    ticks[:2] = NANOSECONDS_IN_100_YEARS, -NANOSECONDS_IN_100_YEARS
    seconds = UNIT_SECONDS[unit]
    frequency = hertz * float(seconds)  # cycles per unit; an exact float64 from here on
    times, _ = parse_times(ticks.astype("datetime64[ns]"), unit=unit)
    true = oracles.mp_turns(frequency, [Fraction(int(k), 10**9) / seconds for k in ticks])

    assert error_of(frequency, times, true) <= TOLERANCE
    if hertz > 1e-3:
        # 100 years are 3.2e9 s; a float64 product of c cycles is off by up to c * 2**-53
        assert error_of_plain_product(frequency, times, true) > 10 * TOLERANCE


def test_times_counted_from_the_middle_of_the_data_keep_their_phase() -> None:
    # the engine counts from a reference of its own; that must not cost a digit
    rng = np.random.default_rng(8)
    ticks = 1_780_000_000 * 10**9 + rng.integers(0, 10**17, 300)
    times, _ = parse_times(ticks.astype("datetime64[ns]"), unit="d")
    reference = float(times.hi.mean())
    frequency = 1000.0 * 86400
    exact = [Fraction(int(k), 86400 * 10**9) - Fraction(reference) for k in ticks]
    true = oracles.mp_turns(frequency, exact)
    counted = times.minus(reference)
    assert error_of(frequency, counted, true) <= TOLERANCE
    plain = Times(times.to_float() - reference, np.zeros(300))
    assert error_of(frequency, plain, true) > 10 * TOLERANCE


@pytest.mark.parametrize("frequency", [1e-3, 0.7853981633974483, 1000.0 / 3.0])
def test_floats_up_to_1e12(frequency: float) -> None:
    rng = np.random.default_rng(9)
    t = rng.uniform(-1e12, 1e12, 300)
    t[0] = 1e12
    times, _ = parse_times(t)
    true = oracles.mp_turns(frequency, t.tolist())
    assert error_of(frequency, times, true) <= TOLERANCE
    assert error_of_plain_product(frequency, times, true) > 10 * TOLERANCE


@pytest.mark.parametrize("frequency", [1e-6, 0.1, 1000.0 / 7.0])
def test_ticks_beyond_two_to_the_53(frequency: float) -> None:
    rng = np.random.default_rng(10)
    ticks = rng.integers(2**53, 2**63 - 1, 300) * rng.choice([-1, 1], 300)
    times, _ = parse_times(ticks)
    true = oracles.mp_turns(frequency, [int(k) for k in ticks])
    # f * lo alone is up to 2**10 * f turns and is rounded to 2**-53 of that: far below 1e-9
    assert error_of(frequency, times, true) <= TOLERANCE
    assert error_of_plain_product(frequency, times, true) > 1000 * TOLERANCE


@given(st.floats(-1e3, 1e3), st.floats(-1e12, 1e12))
def test_any_float_and_any_frequency(frequency: float, t: float) -> None:
    times, _ = parse_times([t])
    got = float(phase.turns(frequency, times)[0])
    true = Fraction(frequency) * Fraction(t)
    off = (Fraction(got) - true) % 1
    # the docstring's bound: 1e-15 turns plus 2**-104 of at most 1e15 cycles
    assert min(off, 1 - off) <= Fraction(1, 10**15) + Fraction(10**15, 2**104)
    assert -0.5 <= got <= 0.5


def test_many_frequencies_at_once() -> None:
    times, _ = parse_times(np.array([0.25, 1e9 + 0.125, -3.5]))
    frequency = np.array([0.3, 7.1])
    both = phase.turns(frequency, times)
    assert both.shape == (2, 3)
    for row, f in zip(both, frequency, strict=True):
        np.testing.assert_array_equal(row, phase.turns(f, times))
    assert phase.turns(0.3, times).shape == (3,)


def test_wrap() -> None:
    got = phase.wrap(np.array([0.0, 0.25, 0.75, 1.0, -1.75, 1e6 + 0.125]))
    np.testing.assert_array_equal(got, [0.0, 0.25, -0.25, 0.0, 0.25, 0.125])


def test_unit_phasors_are_cosine_and_sine_of_turns() -> None:
    cosine, sine = phase.unit_phasors(np.array([0.0, 0.25, 0.5, 1 / 12]))
    # one rounding of the angle and one of the function: 2 pi * 2**-53 is below 1e-15
    np.testing.assert_allclose(cosine, [1, 0, -1, np.sqrt(3) / 2], rtol=0, atol=1e-15)
    np.testing.assert_allclose(sine, [0, 1, 0, 0.5], rtol=0, atol=1e-15)


def test_many_phasors_are_as_exact_as_few() -> None:
    rng = np.random.default_rng(3)
    turns = np.concatenate([[-0.5, 0.5, 0.0, 1 / 2048, -1 / 2048], rng.uniform(-0.5, 0.5, 20_000)])
    cosine, sine = phase.unit_phasors(turns)
    # (numpy 1 lets a number of higher precision give way to an array)
    angle = 2 * np.longdouble("3.14159265358979323846264338327950288") * turns.astype("longdouble")
    # three roundings of numbers up to 1: of the table, of the small turn, and of their difference
    assert np.abs(cosine - np.cos(angle)).max() < 4e-16
    assert np.abs(sine - np.sin(angle)).max() < 4e-16
    few = phase.unit_phasors(turns[:100])
    np.testing.assert_allclose(few, (cosine[:100], sine[:100]), rtol=0, atol=4.5e-16)
