"""Shifts at known times are sized, whatever the starts have made of them."""

import numpy as np
import pytest
from scipy.special import logsumexp

from changing.simulated import ready, simulated
from epicycle.changing.design import JUMP, PHASE
from epicycle.changing.known import known, segments
from epicycle.changing.ladder import climb
from epicycle.limits import CHANGING


def test_segments_tell_the_size_of_a_jump():
    problem = simulated("jump", 21)
    r = ready(problem, shifts=[problem.time])
    null, sizes, amplitude = segments(r.setting, r.free, r.band)
    assert sizes[0] * JUMP == pytest.approx(problem.size, abs=0.08)
    assert amplitude * r.values[1] == pytest.approx(1.0, abs=0.2)
    assert abs(null[0] * PHASE) <= 1


def test_known_shifts_have_their_size_with_its_error():
    problem = simulated("jump", 22)
    r = ready(problem, shifts=[problem.time])
    ladder = climb(r.setting, r.begins, 1)
    families = known(ladder.setting, ladder, r.free, r.band)
    plain = families[0]
    assert all(one.known for one in families)
    assert (plain.batch.at == r.setting.known[0]).all()
    assert plain.log_evidence > ladder.family("constant").log_evidence + 3
    # a wander besides is as much less probable as where no shift is known
    prior = [
        np.exp(one.log_evidence - logsumexp(one.batch.log_evidence)) * len(one.batch)
        for one in families
    ]
    assert prior[1] / prior[0] == pytest.approx(0.5 / CHANGING.simpler)
    assert sum(prior) == pytest.approx(1.0)
    place = plain.batch.design.slices["events", 0].start
    best = int(plain.share.argmax())
    size = plain.batch.c[best, place] * JUMP
    error = np.sqrt(plain.solved.border[best, place, place]) * JUMP
    assert abs(size - problem.size) < 4 * error
    assert error < 0.04
