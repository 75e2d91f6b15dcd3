"""Errors of predictions: against the obvious calculation, and against what then happens."""

import json

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from epicycle import CycleModel, find_cycles
from epicycle.living.factors import packed_factor
from epicycle.results.prediction import WALK_POINTS, walk_rate, walk_spread
from generators import sinusoids
from tests.results.forecasts import LINES


def model_of(seed: int = 1, **options: object) -> CycleModel:
    problem = sinusoids(seed, 300, 100.0, LINES, 0.5, trend=[1.0])
    return find_cycles(problem.t, problem.y, **options)


def model_error(model: CycleModel, t: np.ndarray) -> np.ndarray:
    """Return the error of the model alone, without the scatter of single values."""
    total = model.predict(t, return_std=True)[1]
    return np.sqrt(total**2 - model.predictor.errors.scatter[0, 0] ** 2)


def numerical_std(model: CycleModel, t: np.ndarray, n_draws: int = 20_000) -> np.ndarray:
    """Return the spread of the model over parameters drawn from their covariance.

    Only for free, undrifting sinusoids without slow variation: written down once more, by hand.
    """
    found = model.origin.found
    joint = found.covariance.joint[0]
    fit = found.fit
    mean = np.append(fit.structure.frequency, fit.coefficients[:, 0])
    draws = np.random.default_rng(0).multivariate_normal(mean, joint, n_draws)
    x = t - found.data.reference
    n_lines, p = len(fit.structure.frequency), fit.n_nuisance
    f, nuisance = draws[:, :n_lines, np.newaxis], draws[:, n_lines : n_lines + p]
    a = draws[:, n_lines + p :: 2, np.newaxis]
    b = draws[:, n_lines + p + 1 :: 2, np.newaxis]
    angle = 2 * np.pi * f * x
    columns = np.stack([np.ones_like(x), 2 * x / model.baseline])
    values = nuisance @ columns + (a * np.cos(angle) + b * np.sin(angle)).sum(axis=1)
    return values.std(axis=0)


def test_errors_are_those_of_drawn_parameters() -> None:
    model = model_of()
    assert [round(c.frequency, 2) for c in model.cycles] == [0.31, 0.74]
    t = np.linspace(-60.0, 160.0, 50)
    own = model_error(model, t)
    # 20,000 draws: 0.5 % each; frequencies turn phases by 0.02 rad at most, so that what the
    # linear propagation leaves out is below 1e-3; low frequencies lend offsets and trend a noise
    # level between 1 and about 1.5 times that of the lines, which the draws do not know
    low = model.predictor.errors.inside[0]
    assert np.isfinite(low).all()
    drawn = numerical_std(model, t)
    inside = (t >= 0.0) & (t <= 100.0)
    assert (own > 0.97 * drawn)[inside].all()
    # beyond the data level and cycles have errors of their own: what they share, up to a tenth in
    # so short a series, is left out
    assert (own > 0.85 * drawn).all()
    assert (own < 1.25 * drawn).all()


def test_phase_errors_grow_with_the_error_of_the_frequency() -> None:
    model = model_of()
    far = 1e5 + np.linspace(0.0, 40.0, 400)
    own = model_error(model, far)
    middle = model.predictor.reference
    expected = sum(
        0.5 * (2 * np.pi * c.frequency_error * (far.mean() - middle) * c.amplitude) ** 2
        for c in model.cycles
    )
    # sin^2 averages to 1/2 over 400 times spread over many periods, to 5 %; the trend adds
    # its own error, the linear term in 2 x / baseline
    found = model.origin.found
    k = len(found.fit.structure.frequency)
    trend = found.covariance.joint[0][k + 1, k + 1] * (2 * (far.mean() - middle) / 100.0) ** 2
    assert_allclose((own**2).mean(), expected + trend, rtol=0.1)


def test_scatter_is_that_of_the_residual_per_group() -> None:
    problem = sinusoids(5, 600, 100.0, LINES, 0.5, groups=2, offsets=[0.0, 3.0], jitter=[0.1, 2.0])
    model = find_cycles(problem.t, problem.y, group=problem.group)
    _, a = model.predict([3.0, 50.0], group="A", return_std=True)
    _, b = model.predict([3.0, 50.0], group="B", return_std=True)
    # 300 values each: 4 %; parameters add 2 % of a group's own at most twice over
    assert_allclose(a, np.hypot(0.5, 0.1), rtol=0.15)
    assert_allclose(b, np.hypot(0.5, 2.0), rtol=0.15)


def test_std_survives_a_document() -> None:
    y = np.column_stack([sinusoids(s, 300, 100.0, LINES, 0.5, trend=[1.0]).y for s in (1, 1)])
    t = pd.Timestamp("2024-02-01") + pd.to_timedelta(
        sinusoids(1, 300, 100.0, LINES, 0.5).t, unit="D"
    )
    model = find_cycles(t, y)
    back = CycleModel.from_dict(json.loads(json.dumps(model.to_dict())))
    when = pd.date_range("2024-01-01", "2025-01-01", periods=31)
    for mine, other in zip(
        model.predict(when, return_std=True), back.predict(when, return_std=True), strict=True
    ):
        assert mine.shape == (31, 2)
        assert_allclose(other, mine, rtol=0)
    assert_allclose(back.predict_interval(when, 0.8), model.predict_interval(when, 0.8), rtol=0)


def test_drift_and_fixed_frequencies_are_parameters_too() -> None:
    free, held = model_of(drift=True), model_of(known=[1 / 0.3137, 1 / 0.7421])
    far = [1000.0, 1001.0, 1002.3]
    plain = model_of()
    widths = [m.predict(far, return_std=True)[1].mean() for m in (held, plain, free)]
    assert widths[0] < widths[1] < widths[2]


def test_events_have_no_known_errors() -> None:
    rng = np.random.default_rng(3)
    t = np.sort(rng.uniform(0, 1000, 4000))
    t = t[rng.uniform(0, 1, 4000) < 0.5 + 0.4 * np.cos(2 * np.pi * t / 7.7)]
    model = find_cycles(t, minimum_period=2.0)
    with pytest.raises(ValueError, match="return_std needs the errors of the model, which"):
        model.predict([3.0], return_std=True)


@pytest.mark.parametrize("coverage", [0.0, 1.0, -1, 2.0, "x"])
def test_coverage_is_a_probability(coverage: object) -> None:
    with pytest.raises((TypeError, ValueError), match="coverage must be"):
        model_of().predict_interval([1.0], coverage)


@pytest.mark.parametrize("degree", [0, 1])
def test_a_walk_spreads_as_simulated_walks_do(degree: int) -> None:
    rng = np.random.default_rng(4)
    n, n_walks = 200, 4000
    walks = np.cumsum(rng.normal(size=(n_walks, 2 * n)), axis=1) / np.sqrt(n)
    x = (np.arange(2 * n) + 0.5) / n
    fits = np.polynomial.polynomial.polyfit(x[:n], walks[:, :n].T, degree)
    about = walks - np.polynomial.polynomial.polyval(x, fits)
    inside = walk_spread(degree, x[:n], 0.0, 1.0)
    assert (inside == 0).all()
    # variances of 4,000 walks: 2.2 % each, and 1 / n from the raster
    at = [n, n + n // 4, 2 * n - 1]
    assert_allclose(walk_spread(degree, x[at], 0.0, 1.0), about[:, at].var(axis=0), rtol=0.08)
    # before the data as after them
    assert_allclose(
        walk_spread(degree, np.array([-0.3]), 0, 1), walk_spread(degree, np.array([1.3]), 0, 1)
    )


def test_the_rate_of_a_walk_is_found_from_its_slowest_modes() -> None:
    rng = np.random.default_rng(7)
    walks = np.cumsum(rng.normal(size=(500, WALK_POINTS)), axis=1) * np.sqrt(4.0 / WALK_POINTS)
    x = np.linspace(-1, 1, WALK_POINTS)
    about = walks - np.polynomial.polynomial.polyval(
        x, np.polynomial.polynomial.polyfit(x, walks.T, 1)
    )
    # ten modes of 500 walks: the mean is good to sqrt(2 / 5000)
    assert_allclose(np.mean([walk_rate(1, one, 10) for one in about]), 4.0, rtol=0.1)


@pytest.mark.parametrize("degree", [0, 1, 2])
def test_a_walk_spreads_without_a_jump_far_away(degree: int) -> None:
    near, far = walk_spread(degree, np.array([100.9, 101.1]), 0.0, 1.0)
    assert far > near
    assert far < 1.02 * near


def test_the_factor_is_the_same_whatever_rounding_does() -> None:
    rng = np.random.default_rng(8)
    root = rng.normal(size=(6, 9))
    covariance = root @ root.T
    covariance[[1, 4]] = covariance[:, [1, 4]] = 0.0
    factor = np.zeros((6, 6))
    factor[np.tril_indices(6)] = packed_factor(covariance)
    assert (np.diag(factor) >= 0).all()
    # what is held has no part in anything
    assert not factor[:, [1, 4]].any()
    free = [0, 2, 3, 5]
    expected = np.linalg.cholesky(covariance[np.ix_(free, free)])
    np.testing.assert_allclose(factor[np.ix_(free, free)], expected, atol=1e-4)
    assert not packed_factor(np.zeros((2, 2))).any()
