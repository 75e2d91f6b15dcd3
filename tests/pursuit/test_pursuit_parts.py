"""The parts of pursuit/pursuit.py, one by one."""

from dataclasses import replace

import numpy as np
import pytest

from epicycle.evidence.coherence import BroadPeak
from epicycle.limits import STEADINESS
from epicycle.pursuit import look_back, pursuit
from epicycle.pursuit.look_back import _broad_peaks
from epicycle.pursuit.pursuit import (
    _has_left_lines,
    _unresolved_notes,
    _unsteady_cycles,
)
from tests.pursuit.lines import begun


def peak(*members: int, false_alarm: float = 1e-9) -> BroadPeak:
    return BroadPeak(members[0], members, 0.2, 0.01, 20.0, 5.0, false_alarm)


def test_power_next_to_a_line_is_told_of_lines_that_are_cycles() -> None:
    # of a width of 0.01: next to a line is within two of them, and slow is what is below five
    stand = begun(*waves(0.02, 0.5, 0.9), [0.02, 0.5, 0.9]).stand
    f = stand.fit.structure.frequency.tolist()
    width = 1 / stand.work.data.baseline

    def told(beside: list[float], broad: tuple[BroadPeak, ...] = ()) -> list[str]:
        return [
            note.split("the period ")[1].split(" is")[0]
            for note in _unresolved_notes(stand.fit, beside, width, list(broad))
        ]

    assert told([]) == []
    assert told([f[1] + 1.9 * width, f[2] - 2.1 * width, f[0]]) == [f"{1 / f[1]:.6g}"]
    assert told([f[1], f[2]]) == [f"{1 / f[1]:.6g}", f"{1 / f[2]:.6g}"]
    # a broad peak says so of itself
    assert told([f[1], f[2]], (peak(1),)) == [f"{1 / f[2]:.6g}"]


def waves(*frequencies: float) -> tuple[np.ndarray, np.ndarray]:
    """Return lines of growing amplitude in noise, over a baseline of 100."""
    rng = np.random.default_rng(3)
    t = np.sort(np.append(rng.uniform(0, 100, 398), [0.0, 100.0]))
    y = sum((2 + k) * np.cos(2 * np.pi * f * t + k) for k, f in enumerate(frequencies))
    return t, y + 0.5 * rng.normal(size=400)


def test_a_limit_on_the_number_of_cycles_may_leave_lines() -> None:
    t, y = waves(0.2, 0.31)
    for fitted, limit, left in (([0.31], 1, True), ([0.31], 2, False), ([0.31, 0.2], 2, False)):
        stand, goal, _ = begun(t, y, fitted, max_cycles=limit)
        assert _has_left_lines(stand, goal) is left
    # what is left next to a line is left by that line
    near = 0.2 + 0.9 * STEADINESS.reach / 100
    stand, goal, _ = begun(*waves(0.2, near), [near], max_cycles=1)
    assert not _has_left_lines(stand, goal)


def test_cycles_are_asked_for_their_phase_the_strongest_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stand, goal, _ = begun(*waves(0.02, 0.2, 0.31, 0.4), [0.02, 0.2, 0.31, 0.4])
    asked: list[tuple[list[int], bool]] = []

    def steady(
        data: object, fit: object, order: list[int], *, scatter: bool, **_: object
    ) -> list[object]:
        asked.append((order, scatter))
        return []

    monkeypatch.setattr(pursuit, "unsteady_cycles", steady)
    _unsteady_cycles(stand, goal, [])
    # the slowest is slow variation; members of a broad peak have been told already
    _unsteady_cycles(stand, goal, [peak(3, 1)])
    fixed = replace(stand.fit.structure, fixed=np.array([False, False, True, False]))
    given = replace(stand, fit=replace(stand.fit, structure=fixed))
    _unsteady_cycles(given, replace(goal, max_cycles=1), [])
    assert asked == [([3, 2, 1], True), ([2], True), ([3, 1], True)]
    # a frequency that drifts has no phase to speak of
    assert _unsteady_cycles(stand, replace(goal, drift=True), []) == []
    assert len(asked) == 3


def test_broad_peaks_are_looked_for_among_cycles_and_stay_if_noise_has_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stand, goal, judge = begun(*waves(0.02, 0.2, 0.31), [0.02, 0.2, 0.31])
    seen, unlikely = peak(2), peak(1, false_alarm=0.02)
    asked: list[list[int]] = []

    def peaks(data: object, fit: object, level: object, order: list[int], width: float) -> object:
        asked.append(order)
        return [seen, unlikely]

    monkeypatch.setattr(look_back, "broad_peaks", peaks)
    assert _broad_peaks(stand, goal, judge) == [seen]
    assert asked == [[2, 1]]
    assert _broad_peaks(stand, replace(goal, false_alarm=0.05), judge) == [seen, unlikely]
    assert _broad_peaks(stand, replace(goal, drift=True), judge) == []
