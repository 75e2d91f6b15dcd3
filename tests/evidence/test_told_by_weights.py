"""Tests of evidence/told_by_weights.py: weights that have nothing to do with the noise."""

import numpy as np
import pytest

from epicycle import find_cycles
from epicycle.evidence.told_by_weights import as_told, share_told
from epicycle.fit.lines import Structure
from epicycle.samples.checks import check_samples
from epicycle.samples.data import build_data

N = 100


def weighted(seed, decades, exponent, amplitude=0.0):
    """Return times, values and weights; variances go with the inverse weights to a power."""
    rng = np.random.default_rng(seed)
    t = np.sort(rng.uniform(0, 1000, N))
    w = 10 ** rng.uniform(-decades / 2, decades / 2, N)
    noise = w ** (-exponent / 2) * rng.normal(size=N)
    return t, amplitude * np.cos(2 * np.pi * t / 24) + noise, w


def share(t, y, w):
    return share_told(build_data(check_samples(t, y, weights=w), 0), Structure.empty())


def test_inverse_variances_leave_all_values():
    assert share(*weighted(1, 2, 1.0)) == pytest.approx(1.0, abs=0.02)
    assert share(*weighted(1, 12, 1.0)) == pytest.approx(1.0, abs=0.02)


def test_weights_without_relation_leave_as_many_as_kish_says():
    t, y, w = weighted(2, 2, 0.0)
    kish = w.sum() ** 2 / (w**2).sum() / N
    # the leverage of the few columns, and neighbouring exponents, move it by some percent
    assert share(t, y, w) == pytest.approx(kish, rel=0.25)


def test_equal_weights_leave_all_values_and_scale_does_not_matter():
    t, y, w = weighted(3, 2, 0.0)
    assert share(t, y, np.full(N, 7.0)) == pytest.approx(1.0, abs=1e-6)
    assert share(t, 1e9 * y, 1e-9 * w) == pytest.approx(share(t, y, w), rel=1e-6)


def test_data_count_fewer_values():
    t, y, w = weighted(2, 2, 0.0)
    data = build_data(check_samples(t, y, weights=w), 0)
    assert data.n_values == N
    assert as_told(data).n_values == round(share(t, y, w) * N)


@pytest.mark.parametrize("decades", [2, 6])
def test_noise_with_weights_of_another_origin_has_no_cycle(decades):
    t, y, w = weighted(4, decades, 0.0)
    model = find_cycles(t, y, weights=w, max_frequencies=6e3, harmonics=1)
    assert not model.cycles


def test_weights_over_sixty_decades_claim_nothing_and_say_why():
    t, y, w = weighted(5, 60, 0.0, amplitude=3.0)
    model = find_cycles(t, y, weights=w, max_frequencies=6e3, harmonics=1)
    assert not model.cycles
    assert any("weights as unequal as these leave" in note for note in model.undecided)


def test_a_cycle_with_inverse_variances_counts_all_of_them_in_the_end():
    # of the values with the cycle in them the weights tell nothing: half of them would count
    t, y, w = weighted(6, 2, 1.0, amplitude=3.0)
    data = build_data(check_samples(t, y, weights=w), 0)
    assert share_told(data, Structure.empty()) < 0.75
    model = find_cycles(t, y, weights=w, max_frequencies=6e3, harmonics=1)
    (cycle,) = model.cycles
    assert abs(cycle.period - 24) < 4 * cycle.period_error
    assert not any("does not go with" in note for note in model.undecided)


def test_weights_that_the_scatter_contradicts_are_told():
    t, y, w = weighted(7, 2, 0.0, amplitude=5.0)
    model = find_cycles(t, y, weights=w, max_frequencies=6e3, harmonics=1)
    assert abs(model.cycles[0].period - 24) < 4 * model.cycles[0].period_error
    assert any("does not go with their weights" in note for note in model.undecided)
