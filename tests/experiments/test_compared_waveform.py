"""How many harmonics a comparison fits where the user leaves it open."""

import numpy as np
import pytest

from epicycle import compare
from tests.experiments.genotypes import genotypes

TIMES = np.arange(0, 120, 1.0)
PERIODS = {"wild": 23.8, "short": 20.0}


def bimodal(fundamental: float) -> tuple[np.ndarray, ...]:
    """Return animals that are active twice a cycle, each at hours of its own."""
    rng = np.random.default_rng(4)
    y, group, subject = [], [], []
    for name, period in PERIODS.items():
        for k in range(4):
            angle = 2 * np.pi * (TIMES / (period + 0.2 * rng.normal()) + rng.uniform())
            wave = fundamental * np.cos(angle) + np.cos(2 * angle)
            y.append(wave + 0.5 * rng.normal(size=len(TIMES)))
            group += [name] * len(TIMES)
            subject += [f"{name}{k}"] * len(TIMES)
    return np.tile(TIMES, 8), np.concatenate(y), np.array(group), np.array(subject)


def test_two_bouts_a_cycle_are_a_rhythm() -> None:
    t, y, group, subject = bimodal(0.1)
    found = compare(t, y, group, subject=subject, period=(16, 30), unit="h")
    assert found.harmonics == 2
    assert [one.n_rhythmic for one in found.groups] == [4, 4]
    assert found.difference("period").value == pytest.approx(-3.8, abs=0.4)
    assert any("each waveform has two harmonics" in note for note in found.notes)
    # a sinusoid has next to nothing to fit, and the user may want one
    plain = compare(t, y, group, subject=subject, period=(16, 30), unit="h", harmonics=1)
    assert plain.harmonics == 1
    assert sum(one.n_rhythmic for one in plain.groups) < 4


def test_a_sinusoid_has_one_harmonic_and_no_remark() -> None:
    data = genotypes(1, times=np.arange(0, 72, 2.0))
    found = compare(*data[:3], subject=data.subject, period=(18, 30), unit="h")
    assert found.harmonics == 1
    assert not any("two harmonics" in note for note in found.notes)


def test_times_that_tell_no_second_harmonic_leave_one() -> None:
    t, y, group, subject = bimodal(2.0)
    sixth = t % 6 == 0  # twice in 12 h
    found = compare(t[sixth], y[sixth], group[sixth], subject=subject[sixth], period=24, unit="h")
    assert found.harmonics == 1
