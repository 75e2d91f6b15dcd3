"""Predictions on the user's scale: medians, limits and standard deviations."""

import numpy as np
import pytest
from scipy import special, stats

from epicycle import find_cycles
from epicycle.effects.families import Family
from epicycle.results.responding import _of_family

T = np.arange(200.0)
AHEAD = np.arange(180.0, 230.0)
WAVE = np.cos(2 * np.pi * T / 12.5)


@pytest.fixture(scope="module", params=["log", "logit"])
def pair(request):
    """Return a model on a scale, and the same model of values that were put there by hand."""
    rng = np.random.default_rng(4)
    z = WAVE + 0.3 * rng.normal(size=len(T))
    y = np.exp(z) if request.param == "log" else special.expit(z)
    return (
        find_cycles(T, y, response=request.param),
        find_cycles(T, z, response="identity"),
        np.exp if request.param == "log" else special.expit,
    )


def test_a_scale_is_the_values_put_there(pair):
    model, by_hand, back = pair
    assert model.cycles[0].amplitude == pytest.approx(by_hand.cycles[0].amplitude, rel=1e-9)
    np.testing.assert_allclose(model.predict(AHEAD), back(by_hand.predict(AHEAD)), rtol=1e-6)
    for one, other in zip(
        model.predict_interval(AHEAD, 0.9), by_hand.predict_interval(AHEAD, 0.9), strict=True
    ):
        np.testing.assert_allclose(one, back(other), rtol=1e-6)


def test_standard_deviations_are_those_of_simulated_values(pair):
    model, by_hand, back = pair
    middle, size = by_hand.predict(AHEAD, return_std=True)
    told, std = model.predict(AHEAD, return_std=True)
    drawn = back(middle + size * np.random.default_rng(1).normal(size=(20_000, 1)))
    # that of the logarithm is about the mean, that of logits about the median: both within 10 %
    np.testing.assert_allclose(std, drawn.std(axis=0), rtol=0.1)
    assert (told > 0).all()


def test_residual_is_that_of_the_values(pair):
    model, by_hand, back = pair
    np.testing.assert_allclose(
        model.residual,
        back(WAVE * 0 + by_hand.predict(T) + by_hand.residual) - model.predict(T),
        rtol=1e-6,
        atol=1e-9,
    )


def test_words_name_the_scale(pair):
    model, by_hand, _ = pair
    assert f"response: {model.response} (amplitudes are of" in model.table()
    assert "response:" not in by_hand.table()


def test_quantiles_of_counts_are_those_of_scipy():
    mean = np.array([0.01, 0.5, 3.0, 40.0, 1e6])
    for chance in (0.025, 0.5, 0.95, 0.975):
        told = _of_family(np.log(mean), np.zeros(5), Family(), np.full(5, chance))
        np.testing.assert_allclose(told, stats.poisson.ppf(chance, mean), atol=2)
        assert (told[:4] == stats.poisson.ppf(chance, mean[:4])).all()


def test_counts_that_grow_are_predicted_as_far_as_numbers_go():
    growing = np.random.default_rng(1).poisson(np.exp(T / 60)).astype(float)
    model = find_cycles(T, growing, response="count", harmonics=1, minimum_period=20)
    middle, std = model.predict([210.0, 1e6], return_std=True)
    low, high = model.predict_interval([210.0, 1e6])
    assert np.isfinite([middle, std, low, high]).all()
    assert (low <= high).all()
    assert high[0] < 200


def test_means_that_are_not_known_widen_intervals():
    z, chance = np.log([5.0]), np.array([0.975])
    known = _of_family(z, np.zeros(1), Family(), chance)
    unknown = _of_family(z, np.ones(1), Family(), chance)
    rng = np.random.default_rng(0)
    drawn = np.quantile(rng.poisson(np.exp(z + rng.normal(size=200_000))), 0.975)
    assert known < unknown
    assert abs(unknown[0] - drawn) <= 2
