"""What looks like a mistake in the data is named, together with what helps."""

import numpy as np
import pytest

from epicycle import find_cycles
from epicycle.results.mistakes import gap_mark


def series(n: int = 200) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(5)
    t = np.sort(rng.uniform(0, 100, n))
    return t, 12 + 2 * np.sin(2 * np.pi * t / 7.3) + 0.3 * rng.normal(size=n)


def test_rows_given_twice_are_told_and_change_nothing() -> None:
    t, y = series()
    once = find_cycles(t, y, minimum_period=1.0)
    twice = find_cycles(np.tile(t, 2), np.tile(y, 2), minimum_period=1.0)
    assert [c.period for c in twice.cycles] == pytest.approx([c.period for c in once.cycles])
    assert twice.cycles[0].period_error == pytest.approx(once.cycles[0].period_error)
    assert (twice.n_samples, twice.n_copies) == (200, 200)
    assert "note: 200 of 400 rows occur twice" in twice.table()
    assert "occur twice" not in once.table()
    assert np.isnan(twice.residual[200:]).all()
    assert np.isfinite(twice.residual[:200]).all()


def test_an_outlier_that_drowns_all_is_named_with_its_remedy() -> None:
    t, y = series()
    spoiled = np.where(np.arange(200) == 7, 1e6, y)
    model = find_cycles(t, spoiled, minimum_period=1.0, loss="squares")
    assert not model.cycles
    (note,) = [text for text in model.undecided if "far off" in text]
    assert note.startswith(f"1 value (1e+06 at {t[7]:.4g}) lies far off and carries")
    assert "loss='huber'" in note
    # and the remedy helps
    helped = find_cycles(t, spoiled, minimum_period=1.0, loss="huber")
    assert helped.cycles[0].period == pytest.approx(7.3, rel=0.01)
    assert not any("huber" in text for text in helped.undecided)


def test_outliers_that_carry_little_are_no_matter() -> None:
    t, y = series()
    model = find_cycles(t, np.where(np.arange(200) == 7, y + 3, y), minimum_period=1.0)
    assert model.outliers == (7,)
    assert not any("huber" in text for text in model.undecided)


def test_marks_of_gaps_are_named() -> None:
    t, y = series()
    spoiled = y.copy()
    spoiled[20:50] = -999
    model = find_cycles(t, spoiled, minimum_period=1.0)
    assert any("30 values are exactly -999" in text for text in model.undecided)


def test_which_values_mark_gaps() -> None:
    rng = np.random.default_rng(1)
    y = rng.uniform(100, 600, 50)
    nines = np.r_[y, -999.0, -999.0]  # not far off by the range of the others, but nines
    assert gap_mark(nines) == (-999.0, 2)
    assert gap_mark(np.r_[y, -900.0, -900.0]) is None
    assert gap_mark(np.r_[y, 1e20, 1e20, 1e20]) == (1e20, 3)
    assert gap_mark(np.r_[y, 1e20]) is None  # once: an outlier
    assert gap_mark(np.r_[y, 602.0, 602.0]) is None
    assert gap_mark(np.tile([0.0, 0.0, 0.0, 1.0], 20)) is None  # on and off
    assert gap_mark(rng.poisson(0.3, 200).astype(float)) is None
