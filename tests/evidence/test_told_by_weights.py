"""Tests of evidence/told_by_weights.py: weights that have nothing to do with the noise."""

from dataclasses import replace

import numpy as np
import pytest

from epicycle import find_cycles
from epicycle.evidence.told_by_weights import Lines, as_told, share_told
from epicycle.fit.lines import Structure
from epicycle.fit.refine import fit_lines
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
    return share_told(build_data(check_samples(t, y, weights=w), 0), Lines.none())


def one_heavy(seed, factor, amplitude, scatter):
    """Return samples of which one has `factor`**2 of the weight of each other."""
    rng = np.random.default_rng(seed)
    t = np.sort(rng.uniform(0, 1000, N))
    d = np.ones(N)
    d[rng.permutation(N)[0]] /= factor
    noise = (d if scatter == "as told" else 1.0) * rng.normal(size=N)
    return t, amplitude * np.cos(2 * np.pi * t / 24 - rng.uniform(0, 6)) + noise, d**-2


def at(period):
    return Lines(Structure.empty().plus(1 / period), 0.001, 0.1, 0.01)


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
    assert share_told(data, Lines.none()) < 0.75
    model = find_cycles(t, y, weights=w, max_frequencies=6e3, harmonics=1)
    (cycle,) = model.cycles
    assert abs(cycle.period - 24) < 4 * cycle.period_error
    assert not any("does not go with" in note for note in model.undecided)


def test_weights_that_the_scatter_contradicts_are_told():
    t, y, w = weighted(7, 2, 0.0, amplitude=5.0)
    model = find_cycles(t, y, weights=w, max_frequencies=6e3, harmonics=1)
    assert abs(model.cycles[0].period - 24) < 4 * model.cycles[0].period_error
    assert any("does not go with their weights" in note for note in model.undecided)


@pytest.mark.parametrize("seed", range(2))
def test_one_precise_sample_hides_no_cycle(seed):
    """Of values with the cycle in them its weight seems wrong; of what the cycle leaves, right."""
    t, y, w = one_heavy(seed, 100.0, 3.0, "as told")
    model = find_cycles(t, y, weights=w, max_frequencies=6e3, harmonics=1)
    (cycle,) = model.cycles
    assert abs(cycle.period - 24) < 4 * cycle.period_error
    assert not any("does not go with" in note for note in model.undecided)


def test_lines_count_only_where_they_are_there_whatever_the_weights_are():
    t, y, w = weighted(8, 6, 1.0, amplitude=3.0)
    data = build_data(check_samples(t, y, weights=w), 0)
    # without the weights nothing is seen of the cycle: all of the values say that they are right
    assert share_told(data, Lines.none()) < 0.5
    assert share_told(data, at(24.0)) == pytest.approx(1.0, abs=0.02)
    assert share_told(data, at(31.0)) == pytest.approx(share_told(data, Lines.none()), rel=1e-6)


def test_more_columns_than_values_with_a_weight_are_those_that_differ():
    t, y, w = weighted(10, 2, 1.0, amplitude=3.0)
    data = build_data(check_samples(t[:9], y[:9], weights=w[:9]), 0)
    many = replace(at(24.0), structure=Structure.empty().plus(1 / 24, tuple(range(1, 9))))
    assert 0 < share_told(data, many) <= 1


def test_a_line_through_the_heaviest_samples_does_not_vouch_for_them():
    """Three samples are met by any cycle and a mean: that they are is no sign of their weight."""
    rng = np.random.default_rng(9)
    t = np.sort(rng.uniform(0, 1000, N))
    w = np.where(np.isin(np.arange(N), rng.permutation(N)[:3]), 900.0, 1.0)
    y = rng.normal(size=N)
    data = build_data(check_samples(t, y, weights=w), 0)
    believed = replace(data, told=1.0)
    frequency = np.arange(0.002, 0.1, 0.0005)
    fits = [
        fit_lines(believed, Structure.empty().plus(f), absolute=False, max_steps=0)
        for f in frequency
    ]
    best = min(fits, key=lambda fit: fit.chi2[0]).structure
    share = share_told(data, Lines(best, 0.001, 0.1, 0.01))
    assert share == pytest.approx(share_told(data, Lines.none()), rel=1e-6)
    assert share < 0.5


def test_a_period_that_is_asked_about_is_judged_with_as_many_values_as_weights_leave():
    t, y, w = weighted(7, 2, 0.0, amplitude=0.0)
    asked = find_cycles(t, y, weights=w, period=24.0)
    assert any("does not go with their weights" in note for note in asked.undecided)
