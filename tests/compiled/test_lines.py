"""The compiled joint fit of few samples against the one by NumPy."""

import numpy as np
import pytest

from epicycle.fit import refine
from epicycle.fit.lines import Structure
from epicycle.samples.checks import check_samples
from epicycle.samples.data import Data, build_data
from tests.compiled.loops import interpreted

__all__ = ["interpreted"]

LINES = Structure.empty().plus(1 / 3.7 + 0.004, (1, 2)).plus(1 / 7.1 - 0.002)


def observed(n_outputs: int) -> Data:
    rng = np.random.default_rng(n_outputs)
    t = np.sort(rng.uniform(0, 40, 30))
    wave = np.sin(2 * np.pi * t / 3.7) + 0.4 * np.cos(4 * np.pi * t / 3.7)
    y = np.outer(wave, np.arange(1, n_outputs + 1)) + 0.7 * np.sin(2 * np.pi * t / 7.1)[:, None]
    y += 0.1 * rng.normal(size=y.shape)
    if n_outputs > 1:
        y[:9, 1] = np.nan
    return build_data(check_samples(t, y, np.full(y.shape, 0.1)), 1)


@pytest.mark.parametrize("n_outputs", [1, 2])
@pytest.mark.parametrize(
    ("structure", "options"),
    [
        (LINES, {"absolute": False}),
        (LINES, {"absolute": True, "futile": 1e-2, "max_steps": 3}),
        (LINES, {"absolute": False, "free": np.array([False, True])}),
        (LINES.with_drift(np.array([True, False])), {"absolute": False, "max_steps": 4}),
        (Structure.empty(), {"absolute": False}),
    ],
)
def test_it_ends_where_the_other_does(
    n_outputs: int,
    structure: Structure,
    options: dict[str, object],
    interpreted: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data = observed(n_outputs)
    expected = refine.fit_lines(data, structure, **options)
    monkeypatch.setattr(refine, "is_there", lambda: True)
    got = refine.fit_lines(data, structure, **options)
    # both stop where a step would gain nothing: a thousandth of the least error of a frequency
    near = 1e-6 / data.baseline
    np.testing.assert_allclose(got.structure.frequency, expected.structure.frequency, atol=near)
    np.testing.assert_allclose(
        got.structure.drift, expected.structure.drift, atol=near / data.baseline
    )
    np.testing.assert_allclose(got.coefficients, expected.coefficients, atol=1e-5)
    np.testing.assert_allclose(got.residual, expected.residual, atol=1e-5)
    np.testing.assert_allclose(got.chi2, expected.chi2, rtol=1e-6)
    np.testing.assert_allclose(got.scale, expected.scale, rtol=1e-6)
    assert got.n_nuisance == expected.n_nuisance
