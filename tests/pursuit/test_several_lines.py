"""Lines one over the baseline apart find their places together; a cycle that changes gets none."""

import numpy as np
import pytest

from epicycle import find_cycles
from epicycle.pursuit import further_lines, several_lines


def test_a_comb_of_blended_lines_is_found_whole(monkeypatch) -> None:
    """One by one they stop with a residual of some times the noise, for each fights another."""
    rng = np.random.default_rng(1)
    t = np.sort(rng.uniform(0, 1000, 400))
    periods = np.geomspace(30, 90, 12)  # 1 to 2.7 over the baseline apart
    y = sum(np.cos(2 * np.pi * t / p + k) for k, p in enumerate(periods))
    y = y + 0.05 * rng.normal(size=400)
    options = {"minimum_period": 20.0, "harmonics": 1}
    model = find_cycles(t, y, **options)
    found = np.sort([c.period for c in model.cycles])
    assert found == pytest.approx(periods, rel=1e-3)
    assert model.residual_std == pytest.approx(0.05, rel=0.1)
    monkeypatch.setattr(further_lines, "with_several", lambda stand, goal: None)
    assert find_cycles(t, y, **options).residual_std > 0.2


@pytest.mark.parametrize("seed", [1, 2])
def test_lines_near_multiples_of_others_stand_on_their_own(monkeypatch, seed: int) -> None:
    """Of twenty lines a tenth apart in period some are near twice another, and locked to it."""
    rng = np.random.default_rng(seed)
    t = np.sort(rng.uniform(0, 1000, 400))
    periods = 90 / 1.1025 ** np.arange(20)[::-1]  # 1.1 to 6 over the baseline apart
    y = sum(np.cos(2 * np.pi * t / p + k) for k, p in enumerate(periods))
    y = y + 0.05 * rng.normal(size=400)
    model = find_cycles(t, y, minimum_period=6.0)
    assert np.sort([c.period for c in model.cycles]) == pytest.approx(periods, rel=2e-3)
    assert model.residual_std == pytest.approx(0.05, rel=0.15)
    monkeypatch.setattr(several_lines, "_sinusoids", lambda structure: structure)
    assert find_cycles(t, y, minimum_period=6.0).residual_std > 0.5


@pytest.mark.parametrize("kind", ["decays", "drifts", "jumps"])
def test_a_cycle_that_changes_is_no_comb(monkeypatch, kind: str) -> None:
    rng = np.random.default_rng(2)
    t = np.sort(rng.uniform(0, 100, 300))
    turns = (
        0.731 * t + {"decays": 0 * t, "drifts": 4 * (t / 100) ** 2, "jumps": 0.4 * (t > 55)}[kind]
    )
    size = np.exp(-t / 60) if kind == "decays" else 1.0
    y = size * np.cos(2 * np.pi * turns) + 0.02 * rng.normal(size=300)
    taken = []

    def watched(stand, goal):
        taken.append(several_lines.with_several(stand, goal))
        return taken[-1]

    monkeypatch.setattr(further_lines, "with_several", watched)
    find_cycles(t, y, minimum_period=0.7, harmonics=1)
    assert taken
    assert set(taken) == {None}


def test_a_search_that_ends_at_its_number_of_cycles_says_so() -> None:
    rng = np.random.default_rng(1)
    t = np.sort(rng.uniform(0, 2000, 600))
    frequency = 7 * (np.arange(34) + 10.3) / 2000
    y = np.cos(2 * np.pi * (np.outer(t, frequency) + rng.uniform(size=34))).sum(axis=1)
    y += 0.1 * rng.normal(size=600)
    options = {"harmonics": 1, "minimum_period": 6.5}
    model = find_cycles(t, y, **options)
    assert len(model.cycles) <= 30
    assert any("max_cycles=30 was reached" in note for note in model.undecided)
    # who asks for fewer knows that there may be more
    few = find_cycles(t, y, max_cycles=2, **options)
    assert not any("max_cycles" in note for note in few.undecided)


def test_a_line_that_stood_for_two_goes_when_these_have_their_places(monkeypatch) -> None:
    rng = np.random.default_rng(3)
    t = np.sort(rng.uniform(0, 1000, 1500))
    periods = 90 / 1.1025 ** np.arange(26)[::-1]
    y = sum(np.cos(2 * np.pi * t / p + k) for k, p in enumerate(periods))
    y = y + 0.05 * rng.normal(size=1500)
    options = {"minimum_period": 6.0, "harmonics": 1, "max_cycles": 40}
    model = find_cycles(t, y, **options)
    assert np.sort([c.period for c in model.cycles]) == pytest.approx(periods, rel=2e-3)
    monkeypatch.setattr(several_lines, "_parted", lambda stand, trial, added: trial)
    assert find_cycles(t, y, **options).residual_std > 0.5


def test_a_search_that_is_full_says_so_where_lines_were_pruned_since() -> None:
    """The power of lines that are missing is noise to their neighbours, which then look weak."""
    rng = np.random.default_rng(1)
    t = np.sort(rng.uniform(0, 1e4, 1500))
    y = sum(np.cos(2 * np.pi * t / p + k) for k, p in enumerate(np.geomspace(20, 900, 40)))
    y = y + 0.1 * rng.normal(size=1500)
    model = find_cycles(t, y, minimum_period=18.0, harmonics=1)
    assert len(model.cycles) < 30
    assert any("max_cycles=30 was reached" in note for note in model.undecided)
