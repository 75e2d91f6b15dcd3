"""Data sets that leave little to say: tiny, constant, doubled, full of gaps.  Each has a result."""

from __future__ import annotations

import numpy as np
import pytest

from epicycle import find_cycles
from generators import sinusoids


def assert_nothing_claimed(model: object) -> None:
    assert model.cycles == ()  # type: ignore[attr-defined]
    assert any(n.startswith("too few samples") for n in model.undecided)  # type: ignore[attr-defined]


@pytest.mark.parametrize("n", [3, 4, 6])
def test_so_few_samples_have_no_spectrum_of_red_noise(n: int) -> None:
    t, rng = np.arange(float(n)), np.random.default_rng(n)
    assert_nothing_claimed(find_cycles(t, rng.normal(size=n), red_noise=True))


@pytest.mark.parametrize("n", [3, 5, 9])
@pytest.mark.parametrize("loss", ["squares", "huber"])
def test_fewer_than_ten_samples_show_no_period(n: int, loss: str) -> None:
    t = np.linspace(0.0, 10.0, n)
    # as clear as can be: without noise
    model = find_cycles(t, np.cos(2 * np.pi * 0.23 * t), loss=loss)
    assert_nothing_claimed(model)
    assert "no significant cycle" in model.table()
    assert "note: too few samples" in model.table()
    assert np.isfinite(model.predict(t)).all()


def test_too_few_in_groups_with_errors_and_several_outputs() -> None:
    t = np.linspace(0.0, 10.0, 9)
    y = np.cos(2 * np.pi * 0.23 * t)
    group = np.array(list("AAABBBCCC"))
    assert_nothing_claimed(find_cycles(t, y, group=group))
    assert_nothing_claimed(find_cycles(t, y, 0.1, group=group))
    assert_nothing_claimed(find_cycles(t, np.stack([y, -y], axis=1)))
    # a period that the user names is fitted and held, no claim of ours
    held = find_cycles(t, y, known=[3.0])
    assert [c.known for c in held.cycles] == [True]
    assert any(note.startswith("too few samples") for note in held.undecided)
    # each group has an offset: 11 samples of which 3 go to those are too few as well
    t = np.linspace(0.0, 10.0, 11)
    group = np.array(list("AAAABBBBCCC"))
    assert_nothing_claimed(find_cycles(t, np.cos(2 * np.pi * 0.23 * t), group=group))


def test_samples_without_values_do_not_count() -> None:
    t = np.linspace(0.0, 40.0, 60)
    y = np.cos(2 * np.pi * 0.23 * t)
    y[8:] = np.nan
    assert_nothing_claimed(find_cycles(t, y))


def test_nine_events_are_refused_in_words() -> None:
    with pytest.raises(ValueError, match=r"9 events of weight above 0; .* at least 10"):
        find_cycles(np.linspace(0.0, 10.0, 9) ** 1.1)


@pytest.mark.parametrize("loss", ["squares", "huber"])
@pytest.mark.parametrize("value", [0.0, 3.7, -1e9])
def test_a_constant_has_no_cycles(loss: str, value: float) -> None:
    t = np.sort(np.random.default_rng(1).uniform(0, 100, 200))
    model = find_cycles(t, np.full(200, value), loss=loss)
    assert model.cycles == ()
    assert model.outliers == ()
    np.testing.assert_allclose(model.predict([10.0, 500.0]), value, rtol=1e-9, atol=1e-9)


def test_one_value_off_a_constant_is_an_outlier_and_no_cycle() -> None:
    y = np.full(200, 2.0)
    y[17] = 9.0
    for loss in ("squares", "huber"):
        model = find_cycles(np.arange(200.0), y, loss=loss, minimum_period=3.0)
        assert model.cycles == ()
        assert 17 in model.outliers


def test_doubled_measurements_count_and_doubled_rows_do_not() -> None:
    problem = sinusoids(3, 150, 60.0, [(0.23, 1.0)])
    options = {"minimum_period": 1.0, "max_cycles": 1, "harmonics": 1}
    once = find_cycles(problem.t, problem.y, **options)
    t = np.tile(problem.t, 2)
    # as good as equal, but not copies
    nearly = np.tile(problem.y, 2) + 1e-9 * np.random.default_rng(3).normal(size=300)
    twice = find_cycles(t, nearly, **options)
    assert twice.cycles[0].frequency == pytest.approx(once.cycles[0].frequency, rel=1e-7)
    # twice the samples: errors fall by sqrt(2), as they would for new measurements
    ratio = once.cycles[0].frequency_error / twice.cycles[0].frequency_error
    assert ratio == pytest.approx(np.sqrt(2), rel=0.1)
    assert (twice.n_repeated, twice.n_copies) == (150, 0)
    copied = find_cycles(t, np.tile(problem.y, 2), **options)
    assert copied.cycles[0].frequency_error == pytest.approx(once.cycles[0].frequency_error)
    assert (copied.n_repeated, copied.n_copies) == (0, 150)


def test_all_samples_at_two_times_have_no_band() -> None:
    t = np.repeat([0.0, 1.0], 20)
    with pytest.raises(ValueError, match=r"only 2 distinct value.*needs at least 3"):
        find_cycles(t, np.random.default_rng(1).normal(size=40))


def test_two_clusters_far_apart() -> None:
    # a gap of 50 cluster lengths: fringes 1/60 apart, told apart or listed with honest odds
    rng = np.random.default_rng(5)
    t = np.sort(np.concatenate([rng.uniform(0, 1, 100), rng.uniform(60, 61, 100)]))
    frequency = 7.31
    y = np.cos(2 * np.pi * frequency * t) + 0.5 * rng.normal(size=200)
    model = find_cycles(t, y, minimum_period=0.05, trend=0, harmonics=1)
    cycle = model.cycles[0]
    fringe = 1 / 60.0
    near = [cycle.frequency, *(a.frequency for a in cycle.aliases)]
    assert min(abs(f - frequency) for f in near) < 0.25 * fringe
    # the neighbouring fringe at offset 1/60 changes the phase within a cluster by 1/60 turn only:
    # chi-square differs by little, so that its odds are no less than 1e-3 or so
    assert any(1e-3 < a.odds < 1.5 and a.kind in ("gap", "window") for a in cycle.aliases)
    assert any("whole number of cycles undecided" in note for note in model.undecided)


def test_a_long_gap_hides_nothing() -> None:
    problem = sinusoids(4, 300, 100.0, [(0.31, 1.0)], sampling="gappy")
    model = find_cycles(problem.t, problem.y)
    [cycle] = model.cycles
    assert abs(cycle.frequency - 0.31) < 3.5 * cycle.frequency_error
