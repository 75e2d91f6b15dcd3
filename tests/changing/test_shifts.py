"""Shifts at unknown times are found, timed and sized; a constant rhythm has none."""

import numpy as np
import pytest

from changing.simulated import ready, simulated
from epicycle.changing.design import JUMP
from epicycle.changing.ladder import Ladder, generous, steady
from epicycle.changing.shifts import search


def searched(kind: str, seed: int, **options):
    problem = simulated(kind, seed, **options)
    r = ready(problem)
    base = generous(r.setting, r.begins)
    families = steady(r.setting, base, r.begins[:2])
    ladder = Ladder(r.setting, base, {}, families)
    return problem, r, ladder, search(r.setting, ladder, r.free, r.band)


@pytest.mark.parametrize("seed", [11, 12])
def test_a_jump_is_found_with_its_time_and_size(seed):
    problem, r, ladder, found = searched("jump", seed)
    assert found[0].log_evidence > ladder.families[0].log_evidence + 5
    batch, share = found[0].batch, found[0].share
    time = (problem.time - 0.5 * (problem.t[0] + problem.t[-1])) * r.reference
    mean = share @ batch.at[:, 0]
    spread = np.sqrt(share @ (batch.at[:, 0] - mean) ** 2) + 0.05
    assert abs(mean - time) < 4 * spread
    place = batch.design.slices["events", 0].start
    size = (share @ batch.c[:, place]) * JUMP
    # phases of both sides are good to 1 / (2 pi sqrt(n / 4) SNR), about 0.01 turns each
    assert size == pytest.approx(problem.size, abs=0.06)


def test_a_constant_rhythm_has_no_shift():
    assert searched("constant", 13)[3] == []


def test_times_are_paid_for():
    # a uniform prior over the record, and odds of exp(-2) besides
    _, r, _, found = searched("jump", 11)
    batch = found[0].batch
    step = np.diff(np.unique(batch.at[:, 0])).mean() / (2 * r.setting.record.half)
    best = batch.log_evidence.max()
    assert found[0].log_evidence < best + np.log(step * len(batch)) - 2 + 1e-6
