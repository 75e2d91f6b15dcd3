"""Effects of covariates, against a linear regression by hand."""

import json

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from epicycle import CycleModel, find_cycles

N = 300
T = np.arange(float(N))
RNG = np.random.default_rng(2)
PROMO, NOTHING = (RNG.random(N) < 0.2) * 1.0, RNG.normal(size=N)
Y = 5 + 0.01 * T + 3 * np.cos(2 * np.pi * T / 12) + 4 * PROMO + RNG.normal(size=N)


@pytest.fixture(scope="module")
def model():
    columns = pd.DataFrame({"promo": PROMO, "nothing": NOTHING})
    return find_cycles(T, Y, covariates=columns, known=12.0, max_cycles=1, harmonics=1)


def test_coefficients_errors_and_chances_are_those_of_least_squares(model):
    turn = 2 * np.pi * T / 12
    x = np.stack([np.ones(N), T, PROMO, NOTHING, np.cos(turn), np.sin(turn)], axis=1)
    beta, rest, _, _ = np.linalg.lstsq(x, Y, rcond=None)
    error = np.sqrt(np.diag(np.linalg.inv(x.T @ x)) * rest[0] / (N - 6))
    for effect, k in zip(model.covariate_effects, (2, 3), strict=True):
        assert effect.coefficient == pytest.approx(beta[k], rel=1e-6)
        # the noise at low frequencies is estimated, to some 10 % of its size
        assert effect.error == pytest.approx(error[k], rel=0.2)
        chance = 2 * stats.t.sf(abs(effect.coefficient / effect.error), N - 6)
        assert effect.p_value == pytest.approx(chance, rel=0.05, abs=1e-12)
    promo, nothing = model.covariate_effects
    assert (promo.name, nothing.name) == ("promo", "nothing")
    assert promo.p_value < 1e-20 < 0.001 < nothing.p_value


def test_they_are_told_and_written(model):
    text = model.table().splitlines()
    told = [line for line in text if line.startswith("covariate ")]
    assert [line.split()[1] for line in told] == ["promo:", "nothing:"]  # the surest first
    document = json.loads(json.dumps(model.to_dict()))
    assert [one["name"] for one in document["covariates"]] == ["promo", "nothing"]
    assert CycleModel.from_dict(document).covariate_effects == model.covariate_effects


def test_what_others_make_up_for_is_not_told():
    twice = np.stack([PROMO, PROMO], axis=1)
    model = find_cycles(T, Y, covariates=twice, known=12.0, max_cycles=1, harmonics=1)
    effects = model.covariate_effects
    assert [one.name for one in effects] == ["covariate 1", "covariate 2"]
    assert np.isnan([one.coefficient for one in effects]).sum() == 1
    assert "not told from others" in model.table()


def test_each_output_has_effects():
    both = np.stack([Y, -2 * Y], axis=1)
    model = find_cycles(T, both, covariates=PROMO, known=12.0, max_cycles=1, harmonics=1)
    (effect,) = model.covariate_effects
    assert effect.coefficient[1] == pytest.approx(-2 * effect.coefficient[0], rel=1e-3)
    assert find_cycles(T[:50], Y[:50]).covariate_effects == ()
