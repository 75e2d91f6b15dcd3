"""Least-squares power against full least-squares fits, and what a maximum is worth."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import oracles
from epicycle.samples.data import Data
from epicycle.spectra.periodogram import Periodogram
from epicycle.spectra.transforms import TOLERANCE
from generators import Problem, regression, sinusoids
from oracles import residual_of


def tolerance(columns: np.ndarray, separability: np.ndarray, chi2: float) -> np.ndarray:
    """Return the error of a reduction that transforms of tolerance 1e-9 may cause.

    The reduction is 2 (U|Y|^2 - Re V* Y^2) / (U^2 - |V|^2).  Relative to their largest possible
    values W, W, sum w|r| and W^2, each of U, V, Y and the determinant is off by a few times
    (1 + 2 p) 1e-9, p being the number of nuisance columns, and (sum w|r|)^2 <= W chi^2.  With
    determinant = s W^2 the eight first-order terms add up to less than this.
    """
    terms = 8 * 5 * TOLERANCE * (1 + 2 * columns.shape[1])
    return terms * chi2 / separability


def assert_equal_to_the_twin(data: Data, t: np.ndarray, nuisance: np.ndarray, start: float) -> None:
    spacing, size = 0.2 / data.baseline, 48
    got = Periodogram(data, spacing, size).reduction(residual_of(data), start)
    frequency = start + np.arange(size) * spacing
    assert got.shape == (data.y.shape[1], size)
    for j in range(data.y.shape[1]):
        w = data.weights_of(j)
        separability = oracles.separability(t, w, nuisance, frequency)
        true = oracles.least_squares_reduction(t, data.y[:, j], w, nuisance, frequency)
        chi2 = oracles.chi_square(nuisance, data.y[:, j], w)
        checked = separability > 1e-4
        allowed = tolerance(nuisance, np.maximum(separability, 1e-4), chi2)
        assert np.count_nonzero(checked) >= size - 8
        assert (np.abs(got[j] - true) <= allowed)[checked].all()
        # far from degeneracy the tolerance is tight: a different formula would not pass
        assert np.median(allowed) < 1e-5 * chi2
        assert true.max() > 0.02 * chi2


CONFIGURATIONS = {
    "mean only": ({}, 0),
    "linear trend": ({"trend": [30.0]}, 1),
    "cubic trend": ({"trend": [30.0, -50.0, 20.0]}, 3),
    "errors": ({"errors": True}, 0),
    "groups": ({"groups": 3, "offsets": [0.0, 40.0, -7.0]}, 0),
    "groups, errors, trend": (
        {"groups": 2, "offsets": [5.0, 40.0], "errors": True, "trend": [9.0]},
        1,
    ),
    "nightly": ({"sampling": "nightly"}, 0),
    "regular": ({"sampling": "regular"}, 1),
    "gappy": ({"sampling": "gappy"}, 0),
}


@pytest.mark.parametrize("cycles", [0.0, 0.4, 25.0, 1234.5], ids=lambda c: f"from {c} cycles")
@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_reduction_is_that_of_a_full_fit(name: str, cycles: float) -> None:
    options, degree = CONFIGURATIONS[name]
    baseline = 37.0
    lines = [(cycles / baseline + 0.1, 1.5)]
    problem = sinusoids(1, 70, baseline, lines, **options)
    data = problem.data(degree)
    nuisance = oracles.polynomial(problem.t, degree, problem.group)
    assert_equal_to_the_twin(data, problem.t, nuisance, cycles / baseline)


def two_outputs(missing: bool) -> Problem:
    first = sinusoids(2, 60, 20.0, [(0.7, 2.0)], errors=True)
    second = 5.0 + first.truth.signal[::-1] + np.random.default_rng(3).normal(size=60)
    y = np.column_stack([first.y, second])
    if missing:
        y[4:9, 0] = np.nan
        y[20, 1] = np.nan
    return Problem(first.t, y, None, None, first.truth)


@pytest.mark.parametrize("weighting", ["none", "weights", "dy of each output"])
@pytest.mark.parametrize("missing", [False, True], ids=["complete", "missing values"])
def test_several_outputs(weighting: str, missing: bool) -> None:
    problem = two_outputs(missing)
    rng = np.random.default_rng(4)
    options = {
        "none": {},
        "weights": {"weights": rng.uniform(1, 4, 60)},
        "dy of each output": {"dy": rng.uniform(0.5, 2, (60, 2))},
    }[weighting]
    data = regression(problem.t, problem.y, degree=1, **options)
    assert data.weights.shape[1] == (2 if missing or weighting == "dy of each output" else 1)
    assert_equal_to_the_twin(data, problem.t, oracles.polynomial(problem.t, 1), 0.5)


def test_sampling_is_remembered_but_data_are_not() -> None:
    problem = sinusoids(5, 80, 20.0, [(0.7, 2.0)], errors=True)
    data = problem.data(1)
    engine = Periodogram(data, 0.01, 64, remember=True)
    fresh = Periodogram(data, 0.01, 64)
    first = residual_of(data)
    second = first * np.linspace(-1, 1, 80)[:, None]
    for start in (0.5, 1.3):
        for residual in (first, second, first):
            # one more set of strengths in a transform changes its rounding, not its tolerance
            np.testing.assert_allclose(
                engine.reduction(residual, start),
                fresh.reduction(residual, start),
                atol=1e-6 * float((data.weights * residual**2).sum()),
            )


@pytest.mark.parametrize("n", [50, 51])
def test_no_power_where_sine_and_cosine_cannot_be_told_apart(n: int) -> None:
    # On a raster of step 1: frequency 0, Nyquist, the sampling rate, and their multiples.  There
    # a fit has one column less or none at all, and rounding decides what comes out of a division.
    t = np.arange(float(n))
    y = np.where(t % 2 == 0, 3.0, -3.0) + np.random.default_rng(6).normal(size=n)
    data = regression(t, y)
    power = Periodogram(data, 0.5, 9).reduction(residual_of(data), 0.0)[0]
    np.testing.assert_array_equal(power, np.zeros(9))


def test_power_next_to_nyquist_is_that_of_a_fit() -> None:
    t = np.arange(64.0)
    y = np.cos(2 * np.pi * 0.49 * t) + 0.1 * np.random.default_rng(7).normal(size=64)
    data = regression(t, y)
    spacing = 0.02 / 64
    start = 0.5 - 50 * spacing
    power = Periodogram(data, spacing, 50).reduction(residual_of(data), start)[0]
    frequency = start + np.arange(50) * spacing
    ones = np.ones((64, 1))
    true = oracles.least_squares_reduction(t, y, np.ones(64), ones, frequency)
    separability = oracles.separability(t, np.ones(64), ones, frequency)
    assert separability.min() < 1e-2 < separability.max()
    allowed = tolerance(ones, separability, oracles.chi_square(ones, y, np.ones(64)))
    assert (np.abs(power - true) <= allowed).all()


@given(
    st.integers(0, 2**32 - 1),
    st.integers(8, 40),
    st.integers(0, 2),
    st.sampled_from(["random", "regular", "nightly", "jittered"]),
    st.floats(0.0, 30.0),
)
def test_a_sinusoid_never_explains_more_than_there_is(
    seed: int, n: int, degree: int, sampling: str, cycles: float
) -> None:
    problem = sinusoids(seed, n, 10.0, [(1.3, 2.0)], sampling=sampling, errors=True)
    assume(len(np.unique(problem.t)) == n)
    data = problem.data(degree)
    residual = residual_of(data)
    chi2 = float((data.weights * residual**2).sum())
    frequency = cycles / 10.0 + np.arange(32) * 0.02
    power = Periodogram(data, 0.02, 32).reduction(residual, frequency[0])[0]
    nuisance = oracles.polynomial(problem.t, degree)
    separability = oracles.separability(problem.t, data.weights[:, 0], nuisance, frequency)
    # the engine reports no power below a separability of 1e-6; half of it leaves room for errors
    allowed = tolerance(nuisance, np.maximum(separability, 5e-7), chi2)
    assert (power <= chi2 + allowed).all()
    assert (power >= -allowed).all()


# ---- Significance --------------------------------------------------------------------------
