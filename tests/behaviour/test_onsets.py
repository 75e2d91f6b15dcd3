"""Onsets and offsets by a template."""

import numpy as np
import pytest

from epicycle.behaviour import onsets
from tests.behaviour.wrists import wrist


def test_the_template_by_hand():
    state = np.array([-1, -1, -1, 1, 1, 1, -1, 1], dtype=float)
    score = onsets.agreement(state, 2)
    # a perfect edge before the fourth epoch; one of two before the third: (0 + 1) / 2
    assert score[3] == pytest.approx(1.0)
    assert score[2] == pytest.approx(0.5 * (0 + 1))
    assert score[6] == pytest.approx(0.5 * (0 - 1))
    # within two epochs of either end half of the template is missing
    assert np.isnan(score[[0, 1, -1, -2]]).all()


def test_epochs_are_active_above_a_quantile_of_what_is_not_zero():
    values = np.r_[np.zeros(50), np.arange(1, 12), np.nan]
    # the 20th percentile of 1 ... 11 is 3: 4 and more are active
    np.testing.assert_array_equal(
        onsets.states(values)[50:-1], np.where(np.arange(1, 12) > 3, 1, -1)
    )
    assert (onsets.states(values)[:50] == -1).all()
    assert np.isnan(onsets.states(values)[-1])


@pytest.mark.parametrize("tau", [24.0, 23.5, 25.0])
@pytest.mark.parametrize("wake", [7.0, 23.8])
def test_one_edge_in_each_cycle_where_it_is(tau, wake):
    _, counts, onset, offset = wrist(12, tau=tau, wake=wake, bed=wake + 15, jitter=0.2)
    for truth, is_onset in ((onset, True), (offset, False)):
        found = onsets.find_edges(counts.astype(float), 1 / 6, tau, onset=is_onset)
        nearest = np.abs(found.hours[:, np.newaxis] - truth).min(axis=1)
        # the template needs six hours on either side
        assert len(found.hours) >= np.count_nonzero((truth > 7) & (truth < 12 * 24 - 7)) - 1
        # to the ten minutes of an epoch, and those that are active by chance
        assert np.quantile(nearest, 0.8) < 0.35
        np.testing.assert_array_equal(np.diff(found.cycle), 1)


def test_no_edges_where_nothing_is_known_or_nothing_happens():
    _, counts, _, _ = wrist(8)
    values = counts.astype(float)
    values[3 * 144 : 4 * 144] = np.nan
    found = onsets.find_edges(values, 1 / 6, 24.0)
    assert not ((found.hours > 66) & (found.hours < 90)).any()
    assert set(np.diff(found.cycle)) == {1, 2}
    noise = np.random.default_rng(0).poisson(5.0, 144 * 8).astype(float)
    assert len(onsets.find_edges(noise, 1 / 6, 24.0).hours) == 0
