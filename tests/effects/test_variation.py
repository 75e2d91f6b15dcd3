"""The variation of an amplitude beside everything else of a fit."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from epicycle import find_cycles
from epicycle.effects.variation import _normal_equations
from epicycle.fit.lines import Structure, design
from epicycle.fit.refine import fit_lines
from generators import regression
from tests.effects.amplitudes import ENVELOPES, SPAN, series


def test_everything_else_stays_free() -> None:
    """Normal equations of the factor at the knots, against dense weighted least squares."""
    rng = np.random.default_rng(5)
    n, lines = 500, [(0.21, 3.0), (0.34, 1.0)]
    t = np.sort(rng.uniform(0, 90, n))
    errors = rng.uniform(0.3, 2.0, n)
    y = sum(a * np.cos(2 * np.pi * f * t) for f, a in lines) + errors * rng.normal(size=n)
    y[::7] = np.nan
    data = regression(t, y, errors, degree=1)
    structure = Structure.empty().plus(lines[0][0], (1, 2)).plus(lines[1][0])
    fit = fit_lines(data, structure, absolute=True)
    found = _normal_equations(data, fit, 0, fit.residual[:, 0], 0, 6)
    root = np.sqrt(data.weights[:, 0])
    offset = data.times.to_float()
    columns = design(data, fit.structure)
    p, c = fit.n_nuisance, fit.coefficients[:, 0]
    turned = columns.copy()
    turned[:, p::2], turned[:, p + 1 :: 2] = -columns[:, p + 1 :: 2], columns[:, p::2]
    of_first, of_second = slice(p, p + 4), slice(p + 4, p + 6)
    waveform = columns[:, of_first] @ c[of_first]
    quadrature = turned[:, of_first] @ (c[of_first] * [1, 1, 2, 2])
    shifts = [quadrature * offset, turned[:, of_second] @ c[of_second] * offset]
    beside = np.column_stack([columns, *shifts]) * root[:, np.newaxis]
    place = 5 * (offset - offset.min()) / data.baseline
    hats = np.stack([np.interp(place, range(6), row) for row in np.eye(6)], axis=1)

    def left(values: np.ndarray) -> np.ndarray:
        values = (values.T * root).T
        return values - beside @ np.linalg.lstsq(beside, values, rcond=None)[0]

    of_factor, of_noise = left(hats * waveform[:, None]), left(hats * quadrature[:, None])
    rest = left(fit.residual[:, 0])
    # one direction of the factor is the amplitude, which has been fitted
    in_phase = np.linalg.svd(of_factor, full_matrices=False)[0][:, :5]
    of_noise = of_noise - in_phase @ (in_phase.T @ of_noise)
    assert_allclose(found.matrix, of_factor.T @ of_factor, atol=1e-8 * np.abs(found.matrix).max())
    assert_allclose(found.vector, of_factor.T @ rest, rtol=1e-6, atol=1e-8)
    basis = np.linalg.svd(of_noise, full_matrices=False)[0][:, : found.quadrature_rank]
    assert found.quadrature_rank == 4  # 6 without a phase and a frequency
    assert_allclose(found.quadrature_power, np.sum((basis.T @ rest) ** 2), rtol=1e-6)
    assert_allclose(found.mean, (hats * (root * waveform)[:, None] ** 2).sum(axis=0))


def test_beyond_the_data_it_returns_and_its_error_grows() -> None:
    t, y, _, fitted = series(1, ENVELOPES["grows to twice"])
    model = find_cycles(t[fitted], y[fitted], varying_amplitude=True)
    ahead = SPAN * np.array([1.0, 1.1, 1.3, 1.6, 2.5, 5.0, 100.0])
    amplitude, error = model.amplitude_at(ahead)
    assert (np.diff(error) > 0).all()
    mean = model.cycles[0].amplitude
    assert abs(amplitude[-1] - mean) < 0.05 * mean
    # no polynomial: at most as much again as it has grown
    assert amplitude.max() < 2 * 8
    assert "the amplitude varies, from 0." in model.table()
    std = model.predict(ahead + 0.3, return_std=True)[1]
    assert std[4] > 1.3 * std[0]
    with pytest.raises(ValueError, match="t has times more than 1e\\+15 times the length"):
        model.amplitude_at([1e200])


def test_the_waveform_varies_as_a_whole_and_in_every_output() -> None:
    rng = np.random.default_rng(2)
    t = np.sort(rng.uniform(0, SPAN, 600))
    turn, factor = 2 * np.pi * 0.113 * t, 0.5 + t / SPAN
    shape = 3 * np.cos(turn) + 1.5 * np.cos(2 * turn + 1) + 1.0 * np.cos(3 * turn + 2)
    y = np.column_stack([factor * shape, -2 * factor * shape]) + rng.normal(size=(600, 2))
    model = find_cycles(t, y, varying_amplitude=True)
    (envelope,) = model.predictor.envelopes
    assert len(envelope.lines) == len(model.cycles[0].harmonics) == 3
    amplitude, error = model.amplitude_at([0.0, SPAN / 2, SPAN])
    assert amplitude.shape == error.shape == (3, 2)
    middle = amplitude / amplitude[1]
    assert_allclose(middle[:, 0], middle[:, 1])
    assert_allclose(middle[:, 0], [0.5, 1.0, 1.5], atol=4 * float((error / amplitude).max()))
