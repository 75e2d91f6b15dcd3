"""Rhythms whose phase jumps or breaks are told from clocks, and from close pairs of lines."""

import numpy as np
import pytest

import epicycle
from epicycle.evidence.steadiness import unsteady_cycles
from epicycle.fit.lines import Structure
from epicycle.fit.refine import fit_lines
from epicycle.samples.checks import check_samples
from epicycle.samples.data import build_data

DAYS = 20


def _waves(phase):
    return np.cos(2 * np.pi * phase) + 0.5 * np.cos(4 * np.pi * phase + 1)


def _notes(model):
    return [note for note in model.undecided if "is not steady" in note]


def _hours(step=2.0):
    return np.arange(0, DAYS * 24, step)


def test_a_jump_of_phase_is_one_rhythm(rng: np.random.Generator) -> None:
    t = _hours()
    phase = t / 24 - np.where(t > 240, 3 / 24, 0.0)
    model = epicycle.find_cycles(t, _waves(phase) + rng.normal(0, 0.3, len(t)))
    (cycle,) = model.cycles
    assert abs(cycle.period - 24) < 3 * cycle.period_error
    (note,) = _notes(model)
    assert "(later)" in note
    by = float(note.split("jumps by ")[1].split()[0])
    assert by == pytest.approx(3, abs=0.5)
    assert float(note.split("near ")[2].split()[0]) == pytest.approx(240, abs=12)


def test_two_periods_are_one_rhythm_whose_error_covers_both(rng: np.random.Generator) -> None:
    t = _hours()
    phase = np.where(t < 200, t / 24, 200 / 24 + (t - 200) / 23.4)
    model = epicycle.find_cycles(t, _waves(phase) + rng.normal(0, 0.3, len(t)))
    (cycle,) = model.cycles
    assert len(_notes(model)) == 1
    assert "before" in _notes(model)[0]
    assert cycle.period_error > 0.25
    assert abs(cycle.period - 23.7) < 0.4
    parts = [line for line in model.lines if not line.claimed]
    assert all(line.fundamental != cycle.frequency for line in parts)


def test_a_period_that_swings_is_one_rhythm(rng: np.random.Generator) -> None:
    """By 8 % twice over the baseline: Bessel functions of .8, .37 beside .85, made three."""
    t = _hours()
    phase = t / 24 + 0.8 / (2 * np.pi) * np.sin(2 * np.pi * 2 * t / 480)
    model = epicycle.find_cycles(t, np.cos(2 * np.pi * phase) + rng.normal(0, 0.35, len(t)))
    (cycle,) = model.cycles
    assert abs(cycle.period - 24) < 3 * cycle.period_error
    (note,) = _notes(model)
    by, every = note.split("swings by ")[1].split(" to either side every ")
    # .8 / (2 pi) turns of 24 h
    assert float(by.split()[0]) == pytest.approx(3.06, abs=0.4)
    assert float(every.split()[0]) == pytest.approx(240, abs=15)


@pytest.mark.parametrize("seed", [7, 8, 9])
def test_a_jump_is_told_beside_another_cycle(seed: int) -> None:
    """A cycle of 8.4 h, near a third of 24: its line is none of the rhythm's overtones."""
    t = _hours(1.0)
    y = np.cos(2 * np.pi * (t / 24 - np.where(t > 250, 5 / 24, 0.0))) + 0.9 * np.cos(
        2 * np.pi * t / 8.4
    )
    noise = np.random.default_rng(seed).normal(0, 0.5, len(t))
    model = epicycle.find_cycles(t, y + noise, minimum_period=5.0)
    assert len(model.cycles) == 2
    assert min(abs(cycle.period - 8.4) for cycle in model.cycles) < 0.01
    (note,) = _notes(model)
    assert float(note.split("jumps by ")[1].split()[0]) == pytest.approx(5, abs=1)


def test_beats_stay_three_clocks(rng: np.random.Generator) -> None:
    """A clock whose amplitude swings has the same three frequencies, in phase."""
    t = _hours()
    y = (1 + 0.8 * np.cos(2 * np.pi * 2 * t / 480)) * np.cos(2 * np.pi * t / 24)
    model = epicycle.find_cycles(t, y + rng.normal(0, 0.35, len(t)))
    assert len(model.cycles) == 3
    assert not _notes(model)


def test_clocks_and_pairs_of_clocks_are_steady() -> None:
    """50 clocks with two harmonics, and 10 close pairs: at 1 in 1e5 none is called unsteady."""
    rng = np.random.default_rng(11)
    t = _hours(4.0)
    for pair in [False] * 50 + [True] * 10:
        period = rng.uniform(20, 30)
        y = _waves(t / period + rng.uniform()) + rng.normal(0, 0.3, len(t))
        structure = Structure.empty().plus(1 / period, (1, 2))
        if pair:
            beside = 1 / period + rng.uniform(1.0, 3.0) / t[-1]
            y += 0.8 * np.cos(2 * np.pi * (beside * t + rng.uniform()))
            structure = structure.plus(beside)
        data = build_data(check_samples(t, y), 0)
        fit = fit_lines(data, structure, absolute=False)
        assert unsteady_cycles(data, fit, list(range(len(structure.frequency)))) == []


@pytest.fixture
def rng():
    return np.random.default_rng(5)


def test_cycles_that_differ_in_length_have_the_error_of_their_mean() -> None:
    """Lengths of 28.6 +- 2.2: 13 of them tell the mean to .6."""
    pulls = []
    for seed in range(8):
        rng = np.random.default_rng([seed, 286])
        lengths = np.round(rng.normal(28.6, 2.2, 13)).astype(int)
        y = np.concatenate([np.r_[np.zeros(n - 14), np.full(14, 0.35)] for n in lengths])
        model = epicycle.find_cycles(
            np.arange(len(y), dtype=float), y + rng.normal(0, 0.08, len(y)), minimum_period=10.0
        )
        cycle = model.cycles[0]
        pulls.append(abs(cycle.period - 28.6) / cycle.period_error)
    # errors of .1 put most of them beyond 3; one in ten looks steady, or like three clocks
    assert np.count_nonzero(np.array(pulls) < 3) >= 7
