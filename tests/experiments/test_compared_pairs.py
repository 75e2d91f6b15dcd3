"""Pairs of groups: per-subject values through scipy's tests, Holm, ratios and the circle."""

import numpy as np
import pytest
from scipy import stats

from epicycle.experiments.compared_groups import fit_groups
from epicycle.experiments.compared_pairs import RATIO, all_differences, anything, holm
from epicycle.experiments.compared_samples import check_compared
from epicycle.experiments.cosinor_series import Plan, fit_series
from tests.experiments.genotypes import Table, genotypes

DAY = Plan(1 / 24, 1 / 24, 34.0)


def rows(data: Table, *, paired: bool = False, subjects: bool = True):
    t, y, group, subject = data
    samples = check_compared(t, y, group, subject if subjects else None, None, "h")
    groups = fit_groups(samples, DAY, fit_series, paired=paired)
    found = all_differences(groups, DAY, paired=paired, confidence=0.95)
    return groups, {(d.what, d.first, d.second): d for d in found}, found


def test_subjects_are_the_replicates_of_a_t_test() -> None:
    groups, found, _ = rows(genotypes(1, animals=(4, 6), level=2.0, noise=0.1))
    per_subject = [[f.value[0] for f in g.fits.values()] for g in groups]
    expected = stats.ttest_ind(per_subject[1], per_subject[0], equal_var=False)
    one = found["mesor", "WT", "KO"]
    # of the variance of a subject, 4.0006 or so, its own error is 0.0006: weights are equal
    assert one.value == pytest.approx(np.subtract(*map(np.mean, per_subject[::-1])), abs=1e-3)
    assert one.value / one.error == pytest.approx(expected.statistic, rel=1e-3)
    assert one.p_value == pytest.approx(expected.pvalue, rel=0.01)  # with almost his freedom


def test_pairs_are_differences_within_subjects() -> None:
    data = genotypes(2, animals=(5, 5), late=2, level=5.0)
    same = data._replace(subject=np.array([s[2:] for s in data.subject]))
    groups, found, _ = rows(same, paired=True)
    first, second = ([f.value[0] for f in g.fits.values()] for g in groups)
    expected = stats.ttest_rel(second, first)
    assert found["mesor", "WT", "KO"].p_value == pytest.approx(expected.pvalue)
    assert found["phase", "WT", "KO"].value == pytest.approx(2.0, abs=0.6)


def test_without_subjects_samples_are() -> None:
    groups, found, every = rows(genotypes(3, late=3), subjects=False)
    fits = [g.fits[""] for g in groups]
    assert found["mesor", "WT", "KO"].error == pytest.approx(
        np.sqrt(sum(f.covariance[0, 0] for f in fits))
    )
    p, test = anything(groups, every, DAY)
    assert p < 1e-6
    assert "together" in test


def test_a_phase_goes_the_shortest_way() -> None:
    for late, expected in ((9, 9), (15, -9), (12, 12)):
        one = rows(genotypes(4, late=late))[1]["phase", "WT", "KO"]
        assert (one.value - expected + 12) % 24 - 12 == pytest.approx(0, abs=4 * one.error)
        assert abs(one.value) <= 12
        assert one.low < one.value < one.high


def test_ratio_and_difference_say_the_same() -> None:
    for seed in range(6):
        _, found, _ = rows(genotypes(seed, amplitude=(1.0, 1.35)))
        ratio, apart = found[RATIO, "WT", "KO"], found["amplitude", "WT", "KO"]
        assert (ratio.low > 1 or ratio.high < 1) == (apart.low > 0 or apart.high < 0)
        assert (ratio.value > 1) == (apart.value > 0)
        assert ratio.p_value == apart.p_value


def test_holm_corrects_every_pair() -> None:
    corrected = holm(np.array([0.04, np.nan, 0.01, 0.03]))
    assert corrected[[0, 2, 3]] == pytest.approx([0.06, 0.03, 0.06])
    assert np.isnan(corrected[1])
    _, found, _ = rows(genotypes(5, animals=(3, 3, 3), late=4))
    assert len([key for key in found if key[0] == "phase"]) == 3
    assert all(d.p_holm >= d.p_value for d in found.values())
    assert found["phase", "WT", "KO"].p_holm < 0.05
    assert found["phase", "WT", "HET"].p_holm > 0.01


def test_one_subject_and_no_rhythm_have_no_p_value() -> None:
    groups, found, every = rows(genotypes(6, animals=(1, 3)))
    assert all(np.isnan(d.p_value) for d in found.values())
    assert np.isnan(anything(groups, every, DAY)[0])
    _, found, _ = rows(genotypes(7, animals=(4, 4), amplitude=(1.0, 0.0)))
    assert np.isnan(found["phase", "WT", "KO"].value)
    assert "KO without a rhythm" in found["phase", "WT", "KO"].note
    assert found["amplitude", "WT", "KO"].p_value < 1e-3


def test_chance_differs_as_seldom_as_said() -> None:
    below = 0
    for seed in range(60):
        groups, _, every = rows(genotypes(1000 + seed, level=1.0, noise=0.5))
        below += anything(groups, every, DAY)[0] < 0.05
    # binomial with 0.05: more than 9 of 60 have a probability of 1e-3
    assert below <= 9
