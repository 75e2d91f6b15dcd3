"""Normal scores of ranks, their permutations, and fits with Huber's loss."""

import numpy as np
from scipy import stats

from epicycle.experiments.cosinor import fit_each
from epicycle.experiments.ranks import huber_weights, normal_scores, scores_of_ranks, shuffled

T = np.repeat(np.arange(0, 24, 4.0), 3)


def test_scores_are_quantiles_of_shared_ranks_and_know_missing_values():
    rng = np.random.default_rng(1)
    y = rng.integers(0, 6, (50, 18)).astype(float)  # many ties
    y[rng.random(y.shape) < 0.2] = np.nan
    found = normal_scores(y)
    for own, scores in zip(y, found, strict=True):
        here = np.isfinite(own)
        n = here.sum()
        expected = stats.norm.ppf((stats.rankdata(own[here]) - 0.375) / (n + 0.25))
        np.testing.assert_allclose(scores[here], expected, atol=1e-12)
        assert np.isnan(scores[~here]).all()


def test_scores_do_not_change_with_a_rising_transformation():
    y = np.random.default_rng(2).normal(size=(5, 18))
    np.testing.assert_array_equal(normal_scores(y), normal_scores(np.exp(3 * y)))


def test_permutations_hold_each_score_once():
    present = np.arange(18) != 5
    found = shuffled(17, present, 30, np.random.default_rng(1))
    assert (found[:, 5] == 0).all()
    expected = scores_of_ranks(np.arange(1.0, 18.0), 17.0)
    np.testing.assert_allclose(np.sort(found[:, present], axis=1), np.tile(expected, (30, 1)))
    assert len(np.unique(found, axis=0)) == 30


def columns_of(t):
    angle = 2 * np.pi * t / 24
    return np.stack([np.ones(len(t)), np.cos(angle), np.sin(angle)], axis=1)


def test_a_fit_is_the_minimum_of_hubers_loss():
    rng = np.random.default_rng(3)
    x = columns_of(T)
    y = x @ [5, 1, 1] + 0.3 * rng.standard_t(2, size=(6, len(T)))
    y[0, 2] = np.nan
    series, _ = huber_weights(T, y, columns_of(T - T.mean())[None])
    fits, _ = fit_each(series, np.full(6, 1 / 24), 1)
    for k, own in enumerate(y):
        here = np.isfinite(own)
        mesor = series.means[k] - fits.averages[k] @ fits.coefficients[k]
        b = np.array([mesor, *fits.coefficients[k]])
        xc = columns_of(T - T.mean())[here]
        left = own[here] - xc @ b
        size = np.sort(np.abs(left))[3:]
        scale = 1.482602218505602 * np.median(size)
        slope = xc.T @ np.clip(left, -1.345 * scale, 1.345 * scale)
        # nothing is gained by any step: the gradient of the loss vanishes
        assert np.abs(slope).max() < 1e-2 * scale


def test_errors_hold_under_normal_noise_and_heavy_tails():
    rng = np.random.default_rng(4)
    x = columns_of(T - T.mean())
    for noise in (rng.normal(size=(1500, 18)), rng.standard_t(3, size=(1500, 18))):
        y = 2 + np.cos(2 * np.pi * (T - T.mean()) / 24) + noise
        series, spread = huber_weights(T, y, x[None])
        fits, _ = fit_each(series, np.full(len(y), 1 / 24), 1)
        error = spread * np.sqrt(fits.inverse[:, 0, 0])
        pull = (fits.coefficients[:, 0] - 1) / error
        assert 0.85 < np.sqrt(np.mean(pull**2)) < 1.2
    # an outlier moves the least squares by far more than this fit
    y = 2 + np.cos(2 * np.pi * (T - T.mean()) / 24)[None] + 0.1 * rng.normal(size=18)
    y[0, 3] += 100
    series, _ = huber_weights(T, y, x[None])
    fits, _ = fit_each(series, np.array([1 / 24]), 1)
    assert abs(fits.coefficients[0, 0] - 1) < 0.3
