"""Log-linear models of counts, against a plain maximisation, and cycles in them."""

import numpy as np
import pytest
from scipy import optimize

from epicycle import find_cycles
from epicycle.effects.counts import fit_log_linear
from epicycle.effects.families import Family

DAYS = 30
T = np.arange(24.0 * DAYS)
LOG_MEAN = 0.3 + 1.8 * np.cos(2 * np.pi * (T - 14) / 24)
COUNTS = np.random.default_rng(3).poisson(np.exp(LOG_MEAN)).astype(float)


def test_coefficients_are_those_of_the_highest_likelihood():
    turn = 2 * np.pi * T / 24
    x = np.stack([np.ones(len(T)), np.cos(turn), np.sin(turn)], axis=1)
    used = np.arange(len(T)) % 7 > 0
    model = fit_log_linear(x, 1, np.where(used, COUNTS, -1.0), used)

    def unlikely(c):
        eta = x[used] @ c
        prior = 0.5 * ((c[1:] / 5.0) ** 2).sum()
        return np.exp(eta).sum() - COUNTS[used] @ eta + prior

    best = optimize.minimize(unlikely, np.zeros(3), method="BFGS", options={"gtol": 1e-6}).x
    assert model.family == Family()
    np.testing.assert_allclose(model.linear[used], (x @ best)[used], atol=1e-4)


def test_phases_without_any_count_have_a_finite_mean():
    night = (T % 24 < 8).astype(float)
    x = np.stack([np.ones(len(T)), night], axis=1)
    model = fit_log_linear(x, 1, np.where(night > 0, 0.0, COUNTS), np.ones(len(T), dtype=bool))
    assert np.isfinite(model.linear).all()
    assert np.exp(model.linear[night > 0]).max() < 0.02
    assert np.isfinite(model.working(np.where(night > 0, 0.0, COUNTS))[1]).all()


@pytest.fixture(scope="module")
def model():
    return find_cycles(T, COUNTS, unit="h", response="count")


def test_amplitude_is_that_of_the_logarithm_of_the_mean(model):
    (cycle,) = model.cycles
    assert abs(cycle.period - 24) < 4 * cycle.period_error
    assert abs(cycle.amplitude - 1.8) < 4 * cycle.amplitude_error
    # the multiplicative rhythm needs no harmonics, of which its values have several
    assert len(cycle.harmonics) == 1
    assert len(find_cycles(T, COUNTS, unit="h").cycles[0].harmonics) > 1


def test_two_rhythms_that_multiply_leave_no_third():
    rng = np.random.default_rng(5)
    t = np.arange(1008.0)
    log_mean = 1 + 0.8 * np.cos(2 * np.pi * t / 24) + 0.8 * np.cos(2 * np.pi * t / 168)
    y = rng.poisson(np.exp(log_mean))
    found = find_cycles(t, y, response="count", harmonics=2, minimum_period=5)
    assert sorted(round(c.period) for c in found.cycles) == [24, 168]


def test_residual_is_that_of_the_counts(model):
    np.testing.assert_allclose(model.residual, COUNTS - model.predict(T), atol=0.05)


def test_weights_that_differ_count():
    t, counts = T[:360], COUNTS[:360]
    weights = np.where(t < 180, 1.0, 1e-3)
    y = np.where(t < 180, counts, np.random.default_rng(1).permutation(counts))
    asked = {"unit": "h", "response": "count", "harmonics": 1, "minimum_period": 8}
    weighted = find_cycles(t, y, weights=weights, **asked)
    plain = find_cycles(t, y, **asked)
    assert weighted.cycles[0].amplitude > 1.3 * plain.cycles[0].amplitude
