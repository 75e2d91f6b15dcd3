"""Slow variation is no cycle, nor is what the gaps of the sampling make of it."""

import re

import numpy as np
import pytest

from epicycle import find_cycles

#: Working days of some years, counted from a Monday.
DAYS = np.flatnonzero(np.arange(1400) % 7 < 5).astype(float)


def walk(seed: int, step: float) -> np.ndarray:
    return np.cumsum(step * np.random.default_rng([77, seed]).normal(size=len(DAYS)))


@pytest.fixture(scope="module")
def drift() -> object:
    return find_cycles(DAYS, walk(0, 1.0), unit="d")


def test_a_drift_seen_on_working_days_is_no_rhythm_near_a_week(drift) -> None:
    # (a walk has lines of some more cycles than five, which a red spectrum is asked for)
    assert all(one.period > 100 for one in drift.cycles)
    mirrored = [one for one in drift.lines if one.kind == "slow" and one.frequency > 1 / 10]
    # (they are in the fit: this is what is not claimed of it)
    assert mirrored
    assert all(abs(7 * one.frequency - round(7 * one.frequency)) < 0.03 for one in mirrored)
    (note,) = [one for one in drift.undecided if "looks like them" in one]
    assert all(f"{1 / one.frequency:.4g}" in note for one in mirrored)
    assert re.search(r"near the periods [\d., ]*\d d are fitted", note)
    assert all(f"{1 / one.frequency:.4g}" not in slow(drift) for one in mirrored)


def slow(model) -> str:
    (note,) = [one for one in model.undecided if one.startswith("slow variation")]
    return note


def test_a_weekday_that_differs_is_a_cycle_beside_a_drift() -> None:
    y = walk(1, 0.3) + 2.0 * (DAYS % 7 == 0)
    first = find_cycles(DAYS, y, unit="d").cycles[0]
    assert first.period == pytest.approx(7.0, abs=0.01)
    assert len(first.harmonics) == 3


def test_without_slow_variation_a_cycle_near_a_week_is_one() -> None:
    noise = np.random.default_rng(5).normal(size=len(DAYS))
    y = np.cos(2 * np.pi * DAYS / 6.95) + 0.3 * noise
    first = find_cycles(DAYS, y, unit="d").cycles[0]
    assert first.period == pytest.approx(6.95, abs=0.01)


def test_samples_without_gaps_mirror_nothing() -> None:
    days = np.arange(1100.0)
    rng = np.random.default_rng(6)
    y = 5 * np.cos(2 * np.pi * days / 900) + np.cos(2 * np.pi * days / 91.3) + rng.normal(size=1100)
    model = find_cycles(days, y, unit="d")
    assert [round(one.period) for one in model.cycles] == [91]
    assert not any("looks like them" in one for one in model.undecided)


def test_a_strong_cycle_beside_a_weak_drift_is_one() -> None:
    rng = np.random.default_rng(7)
    y = 20 * np.cos(2 * np.pi * DAYS / 6.95) + np.cos(2 * np.pi * DAYS / 900)
    model = find_cycles(DAYS, y + 0.3 * rng.normal(size=len(DAYS)), unit="d")
    assert [round(one.period, 2) for one in model.cycles] == [6.95]
    assert slow(model)
