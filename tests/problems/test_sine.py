"""The landscape of the Sin problem, against quadrature; what a training loop sees of it."""

import numpy as np
import pytest
import torch

from epicycle.problems import Sine
from epicycle.problems.networks import Sin
from epicycle.problems.sine import landscape

FREQS = np.array([-31.0, -3.0, -1e-9, 0.0, 1e-9, 0.5, 3.0, 30.9, 31.0 - 1e-9, 31.0, 31.002, 60.0])


#: Enough for products of up to 1,200 radians on either side of 0, span 10: 2 NODES is far more.
NODES, WEIGHTS = np.polynomial.legendre.leggauss(1000)


def mean_over_x(problem: Sine, integrand) -> np.ndarray:
    """The mean over x by Gauss-Legendre quadrature."""
    return np.array([0.5 * WEIGHTS @ integrand(f, problem.span * NODES) for f in FREQS])


@pytest.mark.parametrize("noise", [0.0, 0.5])
def test_loss_and_gradient_are_the_means_over_x(noise: float) -> None:
    problem = Sine(31.0, span=10.0, noise=noise)

    def error(f, x):
        return np.sin(f * x) - np.sin(31.0 * x)

    # thousands of roundings of 1.1e-16, each of order one (of order `span` in the gradient)
    expected = mean_over_x(problem, lambda f, x: error(f, x) ** 2) + noise**2
    np.testing.assert_allclose(problem.loss(FREQS), expected, rtol=0, atol=1e-12)
    expected = mean_over_x(problem, lambda f, x: 2 * error(f, x) * x * np.cos(f * x))
    np.testing.assert_allclose(problem.gradient(FREQS), expected, rtol=0, atol=1e-11)


def power_by_definition(freqs, present, x, y) -> np.ndarray:
    residual = (y - np.sin(present * x)).ravel()
    sums = np.exp(-1j * np.outer(freqs, x.ravel())) @ residual
    return 2 * np.abs(sums / len(x)) ** 2


def test_a_batch_has_the_landscape_that_a_training_loop_sees() -> None:
    x, y = Sine(31.0, span=1000.0, noise=0.3).batch(300, np.random.default_rng(0))
    seen = landscape(x, y, start=-2.0, stop=31.0, n=34, present=0.7)
    np.testing.assert_allclose(seen.freq, np.arange(-2, 32), rtol=0, atol=1e-12)
    network = Sin().double()
    for f, loss, gradient in zip(seen.freq, seen.loss, seen.gradient, strict=True):
        network.freq.data[:] = f
        network.zero_grad()
        value = torch.nn.functional.mse_loss(network(torch.from_numpy(x)), torch.from_numpy(y))
        value.backward()
        # Transforms are good to 1e-9 of the largest possible sum: 300 terms of about 1 make a
        # loss, terms of about 1000 the gradient; a few times that for the sum of several.
        assert loss == pytest.approx(value.item(), abs=1e-8)
        assert gradient == pytest.approx(network.freq.grad.item(), abs=1e-5)
    np.testing.assert_allclose(
        seen.power, power_by_definition(seen.freq, 0.7, x, y), rtol=0, atol=1e-8
    )


def test_the_mean_over_batches_is_the_expected_landscape() -> None:
    problem = Sine(31.0, span=1000.0, noise=0.5)
    x, y = problem.batch(1_000_000, np.random.default_rng(1))
    seen = landscape(x, y, start=30.995, stop=31.005, n=21, present=0.7)
    # a squared error is at most 4 or so, hence its mean over 1e6 has a standard error below 0.003
    np.testing.assert_allclose(seen.loss, problem.loss(seen.freq), rtol=0, atol=0.015)
    # one term of the gradient has a root mean square below 2 · 1000, hence below 2 for the mean
    np.testing.assert_allclose(seen.gradient, problem.gradient(seen.freq), rtol=0, atol=10)


def test_the_landscape_leads_nowhere() -> None:
    problem = Sine()
    assert problem.loss(31.0) == pytest.approx(0, abs=1e-12)
    # Between 0 and W, sinc((freq - W) S) alone has W S / 2π = 4,934 minima; the square of the
    # network's own sine oscillates twice as fast, and can at most double them.
    freqs = np.linspace(0.01, 31.001, 400_000)
    rising = np.diff(np.sign(problem.gradient(freqs))) > 0
    assert 4934 < rising.sum() < 2 * 4934
    # Farther than 0.1 from W, |sinc| is below 1/100, and below 1/20 for the network's own square.
    away = np.abs(freqs - 31) > 0.1
    assert np.abs(problem.loss(freqs[away]) - 1).max() < 0.06
    # The basin ends where the derivative of sinc has its first zero, at 4.4934.
    basin = 4.4934 / 1000
    assert problem.gradient(31 + 0.99 * basin) > 0 > problem.gradient(31 + 1.01 * basin)
    assert problem.gradient(31 - 0.99 * basin) < 0 < problem.gradient(31 - 1.01 * basin)


def test_the_spectrum_shows_the_truth_from_anywhere() -> None:
    problem = Sine(31.0, span=1000.0)
    x, y = problem.batch(1024, np.random.default_rng(2))
    for present in (-0.7, 28.0, 30.9):
        seen = landscape(x, y, start=0.0, stop=62.0, n=100_001, present=present)
        # The residual is sin(31 x) - sin(present x): two lines of power 1/2, each to within a few
        # times 1/sqrt(1024), and nothing else but noise of mean 2/1024 with exponential tails.
        # The largest of 40,000 independent powers is ln(40,000) = 11 times the mean, 0.021.
        far = np.ones(len(seen.freq), dtype=bool)
        for line in (31.0, abs(present)):
            near = np.abs(seen.freq - line) < 0.05
            at = seen.power[near].argmax()
            assert seen.freq[near][at] == pytest.approx(line, abs=1e-3)
            assert seen.power[near][at] == pytest.approx(0.5, abs=0.15)
            far &= ~near
        assert seen.power[far].max() < 0.035
    solved = landscape(x, y, start=30.0, stop=32.0, n=2001, present=31.0)
    np.testing.assert_array_equal(solved.power, 0)


def test_batches_are_reproducible_and_cover_the_range() -> None:
    problem = Sine(span=50.0)
    x, y = problem.batch(2000, np.random.default_rng(3))
    again, _ = problem.batch(2000, np.random.default_rng(3))
    np.testing.assert_array_equal(x, again)
    assert -50 <= x.min() < -49 < 49 < x.max() < 50
    np.testing.assert_array_equal(y, np.sin(31.0 * x))
    far, _ = problem.batch(2000, np.random.default_rng(3), beyond=10)
    np.testing.assert_allclose(far, 10 * x, rtol=0, atol=1e-12)
    _, noisy = Sine(span=50.0, noise=0.5).batch(2000, np.random.default_rng(3))
    # five standard errors of a standard deviation from 2,000 numbers
    assert (noisy - y).std() == pytest.approx(0.5, abs=5 * 0.5 / np.sqrt(4000))


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        ({"angular_frequency": np.inf}, "angular_frequency is inf"),
        ({"span": 0.0}, "span is 0.0"),
        ({"span": np.nan}, "span is nan"),
        ({"noise": -1.0}, "noise is -1.0"),
    ],
)
def test_impossible_problems_are_refused(arguments, match) -> None:
    with pytest.raises(ValueError, match=match):
        Sine(**arguments)
