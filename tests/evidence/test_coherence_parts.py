"""The parts of evidence/coherence.py, one by one."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from epicycle.evidence.coherence import BroadPeak, _place, coherence_notes, with_peaks
from epicycle.limits import COHERENCE


def peak(leader: int, frequency: float, time: float) -> BroadPeak:
    return BroadPeak(leader, (leader,), frequency, 0.001, time, 1.0, 1e-9)


def test_what_stands_in_the_skirts_of_a_peak_is_part_of_it() -> None:
    # the half width of what forgets in tau is 1 / (2 pi tau); skirts reach some widths of it
    reach = COHERENCE.peak_widths / (math.pi * 10.0)
    peaks: list[BroadPeak] = []
    _place(peak(0, 0.5, 30.0), peaks)
    _place(peak(1, 0.5 + 0.99 * reach, 10.0), peaks)
    _place(peak(2, 0.5 - 1.01 * reach, 10.0), peaks)
    assert [one.members for one in peaks] == [(0, 1), (2,)]
    # it stays where it was, and the broader of the two decides
    assert peaks[0].frequency == 0.5
    assert peaks[0].time == 30.0


def test_members_of_a_peak_have_its_probability() -> None:
    before = np.array([0.5, 0.2, 0.1])
    joined = replace(peak(0, 0.5, 30.0), members=(0, 2), false_alarm=1e-4)
    assert with_peaks(before, [joined]).tolist() == [1e-4, 0.2, 1e-4]
    assert before.tolist() == [0.5, 0.2, 0.1]


def test_a_coherence_time_is_told_with_an_error_where_there_is_one() -> None:
    known = peak(0, 0.5, 30.0)
    said = coherence_notes([known, replace(known, time_error=0.0)], np.array([0.5]), 100.0, "d")
    assert "period 2 d: not coherent" in said[0]
    assert "with the coherence time 30 +- 1 d; beyond" in said[0]
    assert "with the coherence time 30 d; beyond" in said[1]
