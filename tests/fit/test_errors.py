"""Covariances against the inverse of the full Fisher matrix, taken by numerical derivatives."""

from dataclasses import replace

import numpy as np
import pytest

import oracles
from epicycle.fit.errors import covariance
from epicycle.fit.lines import Fundamental, Structure
from epicycle.fit.refine import fit_lines
from generators import regression, sinusoids
from tests.fit.models import LINES, parameters_of, plain_model, steps_for, structure_of


def white(fit, outputs: int = 1) -> np.ndarray:
    return np.ones((len(fit.structure.order), outputs))


CASES = {
    "three lines": (LINES, {}, 0, structure_of(0.3137, 0.4142, 1.7321)),
    "close lines": (
        [(0.400, 2.0), (0.413, 1.5)],
        {},
        0,
        structure_of(0.400, 0.413),
    ),
    "trend": (LINES[:1], {"trend": [5.0, -8.0]}, 2, structure_of(0.3137)),
    "errors": (LINES, {"errors": True}, 1, structure_of(0.3137, 0.4142, 1.7321)),
    "groups": (
        LINES[:2],
        {"groups": 3, "offsets": [0.0, 5.0, 9.0]},
        0,
        structure_of(0.3137, 0.4142),
    ),
    "nightly": (LINES[:2], {"sampling": "nightly"}, 0, structure_of(0.3137, 0.4142)),
    "harmonics": (
        [(0.3137, 2.0, 0.1), (0.6274, 1.0, 0.6), (0.9411, 0.5, 0.2)],
        {},
        0,
        Structure.of([Fundamental(0.3137, (1, 2, 3))]),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_the_covariance_is_the_inverse_of_the_fisher_matrix(name: str) -> None:
    lines, options, degree, start = CASES[name]
    problem = sinusoids(1, 150, 100.0, lines, **options)
    data = problem.data(degree)
    fit = fit_lines(data, start, absolute=True)
    model = plain_model(data, fit.structure, data.nuisance)
    sigma = 1.0 if problem.dy is None else problem.dy
    expected = oracles.cramer_rao(model, parameters_of(fit), steps_for(data, fit), sigma)
    got = covariance(data, fit, white(fit))
    n_f = len(fit.structure.frequency)
    size = np.sqrt(np.diag(expected))
    # Fourth-order differences are good to 1e-9 of each derivative; the inverse of a Fisher matrix
    # of condition number 100 or less multiplies that.
    np.testing.assert_allclose(
        got.joint[0] / np.outer(size, size), expected / np.outer(size, size), atol=1e-6
    )
    np.testing.assert_allclose(got.frequency, got.joint[0][:n_f, :n_f], rtol=1e-12)
    np.testing.assert_array_equal(got.drift, 0.0)


def test_one_line_has_the_error_of_the_textbook() -> None:
    problem = sinusoids(2, 2000, 100.0, [(3.0, 2.0)], 0.5, sampling="regular")
    data = problem.data()
    fit = fit_lines(data, structure_of(3.0), absolute=False)
    error = np.sqrt(covariance(data, fit, white(fit)).frequency[0, 0])
    # The formula takes cosine, sine and offset to be orthogonal; on a raster over 300 cycles they
    # are to about 1 / (2 pi 300).  Amplitude and noise are those fitted.
    amplitude = float(np.hypot(*fit.line_coefficients(0)[:, 0]))
    textbook = oracles.cramer_rao_of_frequency(problem.t, amplitude, np.sqrt(fit.scale[0]))
    assert error == pytest.approx(textbook, rel=5e-3)


def test_a_drift_has_the_error_of_the_full_problem() -> None:
    problem = sinusoids(3, 200, 100.0, [(0.4, 2.0)])
    data = problem.data()
    fit = fit_lines(data, structure_of(0.4, drifting=True), absolute=True)
    t = data.times.to_float()

    def model(p: np.ndarray) -> np.ndarray:
        angle = 2 * np.pi * (p[0] * t + 0.5 * p[1] * t**2)
        return p[2] + p[3] * np.cos(angle) + p[4] * np.sin(angle)

    at = np.concatenate([fit.structure.frequency, fit.structure.drift, fit.coefficients[:, 0]])
    steps = np.array([1e-5, 1e-7, 1e-3, 1e-3, 1e-3])
    expected = np.sqrt(np.diag(oracles.cramer_rao(model, at, steps, 1.0)))
    got = covariance(data, fit, white(fit))
    assert np.sqrt(got.drift[0]) == pytest.approx(expected[1], rel=1e-6)
    assert np.sqrt(got.frequency[0, 0]) == pytest.approx(expected[0], rel=1e-6)
    np.testing.assert_allclose(np.sqrt(np.diag(got.joint[0])[1:]), expected[2:], rtol=1e-6)


def test_a_frequency_that_is_known_has_no_error_and_gives_none() -> None:
    problem = sinusoids(4, 150, 100.0, LINES[:2])
    data = problem.data()
    start = Structure.of([Fundamental(0.3137, (1,), fixed=True), Fundamental(0.4142, (1,))])
    fit = fit_lines(data, start, absolute=True)
    got = covariance(data, fit, white(fit))
    np.testing.assert_array_equal(got.frequency[0], 0.0)
    np.testing.assert_array_equal(got.frequency[:, 0], 0.0)
    model = plain_model(data, fit.structure, data.nuisance)

    def with_first_known(p: np.ndarray) -> np.ndarray:
        return model(np.concatenate([[0.3137], p]))

    expected = oracles.cramer_rao(
        with_first_known, parameters_of(fit)[1:], steps_for(data, fit)[1:], 1.0
    )
    size = np.sqrt(np.diag(expected))
    np.testing.assert_allclose(
        got.joint[0][1:, 1:] / np.outer(size, size), expected / np.outer(size, size), atol=1e-6
    )


def test_two_equal_outputs_halve_the_variance_of_the_frequency_alone() -> None:
    problem = sinusoids(5, 150, 100.0, LINES[:1], errors=True)
    one = problem.data()
    two = regression(problem.t, np.column_stack([problem.y, problem.y]), problem.dy)
    fit_one = fit_lines(one, structure_of(0.3137), absolute=True)
    fit_two = fit_lines(two, structure_of(0.3137), absolute=True)
    single = covariance(one, fit_one, white(fit_one))
    double = covariance(two, fit_two, white(fit_two, 2))
    np.testing.assert_allclose(double.frequency, single.frequency / 2, rtol=1e-6)
    # amplitudes are determined by their own output, up to their correlation with the frequency
    shared = single.joint[0][1:, :1] @ single.joint[0][:1, 1:] / single.frequency[0, 0]
    np.testing.assert_allclose(
        double.joint[1][1:, 1:],
        single.joint[0][1:, 1:] - shared / 2,
        atol=1e-6 * np.diag(single.joint[0])[1:].max(),
    )


def test_errors_grow_with_the_noise_around_a_line() -> None:
    problem = sinusoids(6, 150, 100.0, LINES[:2])
    data = problem.data()
    fit = fit_lines(data, structure_of(0.3137, 0.4142), absolute=True)
    quiet = covariance(data, fit, white(fit))
    loud = covariance(data, fit, np.array([[1.0], [9.0]]))
    ratio = np.sqrt(np.diag(loud.joint[0]) / np.diag(quiet.joint[0]))
    # two frequencies, the mean, then two coefficients of each line
    np.testing.assert_allclose(ratio[:2], [1, 3], rtol=1e-9)
    # the share of a coefficient's error that comes from its own frequency is below a tenth here,
    # and from the other's frequency far below
    np.testing.assert_allclose(ratio[5:], 3, rtol=0.1)
    np.testing.assert_allclose(ratio[2:5], 1, rtol=0.1)


def test_the_scatter_sets_the_scale_of_errors_where_none_are_given() -> None:
    problem = sinusoids(7, 150, 100.0, LINES[:1])
    plain = problem.data()
    scaled = regression(problem.t, 10 * problem.y)
    fits = [fit_lines(d, structure_of(0.3137), absolute=False) for d in (plain, scaled)]
    first, second = (covariance(d, f, white(f)) for d, f in zip((plain, scaled), fits, strict=True))
    np.testing.assert_allclose(second.frequency, first.frequency, rtol=1e-6)
    np.testing.assert_allclose(second.joint[0][1:, 1:], 100 * first.joint[0][1:, 1:], rtol=1e-5)


def test_locked_frequencies_have_the_covariance_of_the_smaller_problem() -> None:
    """Two lines on one frequency, 1 : 5, beside a free one, against the Fisher matrix of that."""
    lines = [(0.3137, 1.0), (0.3137 * 5, 1.5), (0.7421, 1.0)]
    problem = sinusoids(8, 150, 100.0, lines)
    data = problem.data(1)
    start = structure_of(0.3137, 0.3137 * 5, 0.7421).in_train({0: 1, 1: 5}, 0.3137)
    fit = fit_lines(data, start, absolute=True)
    base, high, other = fit.structure.frequency
    assert high == pytest.approx(5 * base, rel=1e-14)
    model = plain_model(data, fit.structure, data.nuisance)

    def locked_model(p: np.ndarray) -> np.ndarray:
        return model(np.concatenate([[p[0], 5 * p[0]], p[1:]]))

    expected = oracles.cramer_rao(
        locked_model,
        np.concatenate([[base, other], fit.coefficients[:, 0]]),
        np.delete(steps_for(data, fit), 1) / 5,
        1.0,
    )
    got = covariance(data, fit, white(fit)).joint[0]
    np.testing.assert_allclose(got[1], 5 * got[0], rtol=1e-9)
    got = np.delete(np.delete(got, 1, axis=0), 1, axis=1)
    size = np.sqrt(np.diag(expected))
    np.testing.assert_allclose(
        got / np.outer(size, size), expected / np.outer(size, size), atol=1e-6
    )


def test_a_locked_fit_is_the_minimum_of_the_smaller_problem() -> None:
    """The same least squares by one waveform of orders 1 and 5, where locking is built in."""
    problem = sinusoids(9, 150, 100.0, [(0.3137, 1.0), (0.3137 * 5, 1.5)])
    data = problem.data(1)
    locked = fit_lines(
        data, structure_of(0.3137, 0.3137 * 5).in_train({0: 1, 1: 5}, 0.3137), absolute=False
    )
    waveform = fit_lines(data, Structure.of([Fundamental(0.3137, (1, 5))]), absolute=False)
    assert locked.n_parameters == waveform.n_parameters
    np.testing.assert_allclose(locked.scale, waveform.scale, rtol=1e-12)
    np.testing.assert_allclose(locked.coefficients, waveform.coefficients, atol=1e-7)
    errors = [
        np.sqrt(covariance(data, fit, white(fit)).frequency[0, 0]) for fit in (locked, waveform)
    ]
    assert errors[0] == pytest.approx(errors[1], rel=1e-6)
    # chi-square of 150 is rounded to 3e-14, which is (2e-7 errors)^2
    difference = locked.structure.frequency[0] - waveform.structure.frequency[0]
    assert abs(difference) < 1e-6 * errors[0]


def test_noise_around_one_locked_line_counts_by_its_share_in_the_mean() -> None:
    """The mean of two frequencies, weighted as the fit weights them, has this variance."""
    problem = sinusoids(10, 300, 100.0, [(0.3137, 1.0), (0.3137 * 5, 1.5)])
    data = problem.data()
    free = fit_lines(data, structure_of(0.3137, 0.3137 * 5), absolute=True)
    locked = fit_lines(data, free.structure.in_train({0: 1, 1: 5}, 0.3137), absolute=True)
    level = np.array([[1.0], [9.0]])
    apart = covariance(data, locked_apart(locked), white(locked)).frequency
    information = np.linalg.inv(apart)
    n = np.array([1.0, 5.0])
    weights = information @ n / (n @ information @ n)
    root = np.sqrt(level[:, 0])
    expected = weights @ (apart * np.outer(root, root)) @ weights
    got = covariance(data, locked, level).frequency
    np.testing.assert_allclose(got, expected * np.outer(n, n), rtol=1e-9)


def locked_apart(fit):
    """Return the same fit, its frequencies taken as free."""
    return replace(fit, structure=replace(fit.structure, trains=()))
