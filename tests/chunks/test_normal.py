"""Products of lines from sums are those of the samples; so are spectra of what lines leave."""

import numpy as np
import pytest

from epicycle.chunks.normal import Products
from epicycle.chunks.passes import Lines, sums_of
from tests.chunk_problems import COUNT, MODES, TIMES, exact, lines_of, problem_of

#: Sums are good to 1e-8 of their norm, differences of them over .04 / T to 25 times that.
TOLERANCE = 1e-6 * COUNT


@pytest.fixture(scope="module", params=[False, True], ids=["level", "groups"])
def setting(request: pytest.FixtureRequest) -> tuple[Products, Lines, Lines]:
    problem = problem_of(grouped=request.param)
    stored = lines_of(problem)
    other = Lines(
        np.array([0.309, 3.3, 1.0]),
        np.concatenate([problem.start + 0.1, [0.5, -0.2, 0.3, 0.3, 0.0, -0.9]]),
    )
    return Products(sums_of(problem, stored, MODES), stored), stored, other


def test_products(setting: tuple[Products, Lines, Lines]) -> None:
    products, stored, other = setting
    problem = problem_of(grouped=len(stored.background) > 2)
    p = len(stored.background)
    _, first, w = exact(problem, stored)
    residual, second, _ = exact(problem, other)
    unit = np.concatenate([np.ones(p + 2 * 3), np.full(2 * 3, 30.0)])
    rows = np.concatenate([np.ones(p + 2 * 2), np.full(2 * 2, 30.0)])
    between = products.between(stored.frequency, other.frequency) / np.outer(rows, unit)
    expected = (w * first) @ second.T / np.outer(rows, unit)
    np.testing.assert_allclose(between, expected, rtol=0, atol=TOLERANCE)
    pull = products.pull(other) / unit
    np.testing.assert_allclose(pull, second @ (w * residual) / unit, rtol=0, atol=TOLERANCE)
    assert products.chi2(other) == pytest.approx(float(w @ residual**2), rel=1e-6)


def test_spectra(setting: tuple[Products, Lines, Lines]) -> None:
    products, stored, other = setting
    problem = problem_of(grouped=len(stored.background) > 2)
    residual, _, w = exact(problem, other)
    spectrum = products.spectrum(other)
    frequency = products.window.spacing * np.arange(MODES + 1)
    waves = np.exp(-2j * np.pi * np.outer(frequency, TIMES - 0.5 * (TIMES[0] + TIMES[-1])))
    np.testing.assert_allclose(spectrum, waves @ (w * residual), rtol=0, atol=TOLERANCE)
