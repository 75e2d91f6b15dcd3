"""Likelihoods in one convention, and what of an exact fit is no evidence."""

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.integrate import quad

from epicycle import find_cycles
from epicycle.effects.bends import _Bends
from epicycle.fit.criteria import (
    deviance,
    information_criterion,
    log_likelihood,
    price_of_parameters,
    value_counts,
    with_free_scale,
    with_known_scale,
)
from epicycle.fit.joint import Fit
from epicycle.fit.lines import Structure
from epicycle.fit.noise import NoiseModel, is_exact, rounding
from epicycle.fit.refine import fit_lines
from epicycle.samples.data import Data
from generators import regression

NONE = np.zeros(1)


def exact(seed: int = 0) -> tuple[Data, Fit]:
    """Return a line without noise, and its fit."""
    rng = np.random.default_rng(seed)
    t = np.sort(rng.uniform(0, 60, 120))
    data = regression(t, np.cos(2 * np.pi * 0.397 * t))
    return data, fit_lines(data, Structure.empty().plus(0.397), absolute=False)


def test_a_free_scale_is_the_likeliest_one() -> None:
    free = with_free_scale(np.array([7.0]), np.array([40.0]), NONE)
    scales = 7.0 / 40.0 * np.array([0.9, 1.0, 1.1])
    known = [with_known_scale(7.0, 40, s) for s in scales.tolist()]
    assert known[1] == pytest.approx(free, rel=1e-14)
    assert max(known[0], known[2]) < free


def test_a_scale_integrated_out_leaves_the_degrees_of_freedom() -> None:
    n, p, chi2 = 12, 3, (5.0, 8.0)

    def marginal(c: float) -> float:
        # p amplitudes integrated over leave s^(p/2); the scale's prior is 1 / s
        value, _ = quad(lambda u: math.exp(with_known_scale(c, n - p, math.exp(u))), -6, 12)
        return math.log(value)

    dof = np.array([float(n - p)])
    ratio = [with_free_scale(np.array([c]), dof, NONE) for c in chi2]
    assert marginal(chi2[0]) - marginal(chi2[1]) == pytest.approx(ratio[0] - ratio[1], rel=1e-6)


def test_of_two_exact_fits_neither_is_the_better_one() -> None:
    data, fit = exact()
    assert is_exact(data, fit.chi2)
    # without a floor a factor of 1e6 in chi-square would be worth odds of exp(829)
    less = replace(fit, chi2=fit.chi2 * 1e-6, residual=fit.residual * 1e-3)
    n = value_counts(data)
    assert deviance(data, less, n) == deviance(data, fit, n)
    assert information_criterion(data, less) == information_criterion(data, fit)
    assert log_likelihood(data, less, 4, absolute=False) == log_likelihood(
        data, fit, 4, absolute=False
    )
    # and what is more than rounding counts
    worse = replace(fit, chi2=4 * rounding(data))
    assert deviance(data, worse, n) - deviance(data, fit, n) == pytest.approx(120 * math.log(4))


def test_weights_of_an_exact_fit_say_no_more_than_rounding_does() -> None:
    data, fit = exact()
    noise = NoiseModel(
        dy=None,
        relative=np.ones(120),
        present=np.ones((120, 1), dtype=bool),
        group=np.arange(120) % 2,
        n_groups=2,
    )
    weighed = []
    for factor in (1.0, 1e-3):
        jitter = noise.fit_jitter(factor * fit.residual, fit.n_parameters)
        weights = noise.weights(jitter)
        chi2 = (weights * (factor * fit.residual) ** 2).sum(axis=0)
        weighed.append(
            log_likelihood(
                data.with_weights(weights), replace(fit, chi2=chi2), fit.n_parameters, absolute=True
            )
        )
    # without a bound on weights the second would be better by 120 ln(1000) = 829
    assert weighed[0] == pytest.approx(weighed[1], abs=1e-6)


def test_bends_beyond_an_exact_fit_cost_their_price() -> None:
    data, _ = exact()
    place = float(_Bends(data, Structure.empty()).candidates[30])
    bent = replace(data, y=np.maximum(data.times.to_float() / data.baseline - place, 0.0)[:, None])
    bends = _Bends(bent, Structure.empty())
    more = bends.criterion((place, place + 0.1)) - bends.criterion((place,))
    assert more == pytest.approx(price_of_parameters(2, 120), rel=1e-12)


@pytest.mark.parametrize("seed", [1000, 1001, 1003])
def test_aliases_of_an_exact_waveform_owe_nothing_to_rounding(seed: int) -> None:
    rng = np.random.default_rng(seed)
    t = np.sort(rng.uniform(0, 60, 120))
    night = np.sort(np.floor(rng.uniform(0, 60, 120)) + rng.uniform(0, 0.3, 120))
    turns = night / rng.uniform(0.6, 5)
    waveform = sum(
        a * np.cos(2 * np.pi * k * turns + k) for k, a in enumerate((1.0, 0.5, 0.2), start=1)
    )
    for times, y in ((t, np.sin(2 * np.pi * 0.2575 * t)), (night, waveform)):
        (cycle,) = find_cycles(times, y).cycles
        # a multiple of the period explains as much with a line more, which costs a factor of n;
        # a chi-square a little above what rounding leaves at most adds the rest
        multiples = [a.odds for a in cycle.aliases if a.kind in ("half", "third")]
        assert max(multiples, default=0.0) < 1 / 3
