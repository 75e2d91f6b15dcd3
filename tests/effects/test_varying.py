"""Amplitudes that vary slowly: recovered, forecast, and left alone where they are constant."""

import json

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from epicycle import CycleModel, find_cycles, lock_gears
from epicycle.effects.variation import _normal_equations
from epicycle.evidence.envelope import _LENGTHS, _SIZES, Evidence, infer, matern
from epicycle.fit.lines import Structure, design
from epicycle.fit.refine import fit_lines
from generators import regression

SPAN = 200.0

#: Factors of the amplitude over the share of the span, up to 1.25.
ENVELOPES = {
    "grows to twice": lambda u: 1 + u,
    "decays": lambda u: 2 * np.exp(-1.5 * u),
}


#: A narrow band makes a test quick, and the first two are what is tested.
BAND = {"minimum_period": 1.5, "harmonics": 2}


def series(seed: int, envelope, amplitude: float = 4.0, n: int = 300):
    """Return times, values of noise 1, the true amplitude, and which samples are fitted."""
    rng = np.random.default_rng([seed, 11])
    t = np.sort(rng.uniform(0, 1.25 * SPAN, n * 5 // 4))
    factor = envelope(t / SPAN) * np.ones(len(t))
    turn = rng.uniform(0.1, 0.6) * t + rng.uniform()
    y = amplitude * factor * np.cos(2 * np.pi * turn) + rng.normal(size=len(t))
    return t, y, amplitude * factor, t < SPAN


@pytest.mark.parametrize("name", ENVELOPES)
def test_an_envelope_is_recovered_and_forecast(name: str) -> None:
    pulls, ratios, hits = [], [], []
    for seed in range(6):
        t, y, truth, fitted = series(seed, ENVELOPES[name])
        constant, varying = (
            find_cycles(t[fitted], y[fitted], varying_amplitude=v, **BAND) for v in (False, True)
        )
        assert len(varying.predictor.envelopes) == 1
        amplitude, error = varying.amplitude_at(t[fitted])
        pulls.append(np.sqrt(np.mean(((amplitude - truth[fitted]) / error) ** 2)))
        # what is left of the values is noise, so that nothing has been fitted twice
        assert abs(varying.residual_std - 1) < 0.15  # less than 4 / sqrt(2 n)
        assert_allclose(varying.predict(t[fitted]) + varying.residual, y[fitted], atol=1e-9)
        off = [
            np.sqrt(np.mean((m.predict(t[~fitted]) - y[~fitted]) ** 2)) for m in (constant, varying)
        ]
        ratios.append(off[1] / off[0])
        low, high = varying.predict_interval(t[~fitted], 0.8)
        hits.append(((low <= y[~fitted]) & (y[~fitted] <= high)).mean())
    # the prior allows for rougher ones than these: errors are rather too large
    assert np.sqrt(np.mean(np.square(pulls))) < 1.3
    assert np.median(ratios) < 0.75
    # forecasts of a whole series are off together: 6 of them are good to about 8 points
    assert abs(np.mean(hits) - 0.8) < 0.15


def test_a_constant_amplitude_is_left_alone() -> None:
    varied = 0
    for seed in range(20):
        t, y, _, fitted = series(seed, lambda u: 1.0)
        plain, model = (
            find_cycles(t[fitted], y[fitted], varying_amplitude=v, **BAND) for v in (False, True)
        )
        varied += bool(model.predictor.envelopes)
        if not model.predictor.envelopes:
            assert_allclose(model.predict(t), plain.predict(t), rtol=0)
    # evidence of 20 to 1 is there by chance in less than one of 20 series, most often far less
    assert varied <= 2


def test_two_close_cycles_stay_two_cycles() -> None:
    rng = np.random.default_rng(3)
    t = np.sort(rng.uniform(0, SPAN, 500))
    y = 3 * np.cos(2 * np.pi * 0.31 * t) + 2 * np.cos(2 * np.pi * (0.31 + 2.3 / SPAN) * t)
    model = find_cycles(t, y + rng.normal(size=500), varying_amplitude=True, max_cycles=3)
    assert not model.predictor.envelopes
    assert len([c for c in model.cycles if abs(c.frequency - 0.31) < 5 / SPAN]) == 2


def test_noise_that_is_stronger_near_a_cycle_is_no_variation() -> None:
    varied = 0
    for seed in range(4):
        rng = np.random.default_rng(seed)
        t = np.arange(600) / 3
        noise = np.zeros((2, 600))  # a phasor that forgets within a twentieth of the span
        for i in range(1, 600):
            noise[:, i] = 0.967 * noise[:, i - 1] + 0.18 * rng.normal(size=2)
        turn = 2 * np.pi * 0.31 * t
        y = (4 + noise[0]) * np.cos(turn) + noise[1] * np.sin(turn) + 0.5 * rng.normal(size=600)
        model = find_cycles(t, y, varying_amplitude=True, max_cycles=4, **BAND)
        varied += any(abs(e.frequency - 0.31) < 0.5 / SPAN for e in model.predictor.envelopes)
    assert varied <= 1


def test_inference_is_that_of_the_plain_formula() -> None:
    """One size and one length at a time, by the dense normal distribution of knots and beyond."""
    rng = np.random.default_rng(1)
    m = 9
    root = rng.normal(size=(40, m))
    evidence = Evidence(root.T @ root, root.T @ rng.normal(size=40) * 3, rng.dirichlet(np.ones(m)))
    found = infer(evidence)
    places = np.concatenate([np.linspace(0, 1, m), found.places])
    centring = np.eye(len(places))
    centring[:, :m] -= evidence.mean_weights
    logs, means, seconds = [], [], []
    for length in _LENGTHS:
        among = matern(np.subtract.outer(places, places) / length)
        for size in _SIZES:
            prior = size**2 * centring @ among @ centring.T
            inner, toward = prior[:m, :m], prior[:, :m]
            # v ~ N(A b, A): solved in the form that needs no inverse of the prior
            middle = np.linalg.inv(np.eye(m) + evidence.matrix @ inner)
            mean = toward @ middle @ evidence.vector
            variance = np.diag(prior - toward @ middle @ evidence.matrix @ toward.T)
            sign, logdet = np.linalg.slogdet(np.eye(m) + evidence.matrix @ inner)
            assert sign > 0
            logs.append(0.5 * evidence.vector @ inner @ middle @ evidence.vector - 0.5 * logdet)
            means.append(mean[m:])
            seconds.append(np.maximum(variance[m:], 0) + mean[m:] ** 2)
    weights = np.exp(np.array(logs) - max(logs))
    gain = np.log(weights.mean()) + max(logs)
    weights /= weights.sum()
    mean = weights @ np.array(means)
    # directions of the prior below 1e-9 of its largest are left out: 3e-5 of its size
    assert_allclose(found.gain, gain, atol=1e-3)
    assert_allclose(found.mean, mean, atol=1e-3 * np.abs(mean).max())
    variance = weights @ np.array(seconds) - mean**2
    assert_allclose(found.variance, variance, atol=1e-3 * variance.max())


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


def test_options_go_together() -> None:
    """Robust loss, errors, groups, drift, bends and known periods, each with a variation."""
    t, y, truth, fitted = series(4, ENVELOPES["grows to twice"])
    t, y, truth = t[fitted], y[fitted], truth[fitted]
    period = find_cycles(t, y).cycles[0].period
    wild = y.copy()
    wild[::40] += 30
    cases = [
        (y, {"dy": np.full(len(t), 0.9)}),
        (y, {"group": np.arange(len(t)) % 2}),
        (y, {"drift": True}),
        (y + 0.5 * np.maximum(t - 100, 0), {"trend": "piecewise"}),
        (y, {"known": period}),
        (wild, {"loss": "huber"}),
    ]
    for values, options in cases:
        model = find_cycles(t, values, varying_amplitude=True, **BAND, **options)
        assert len(model.predictor.envelopes) == 1, options
        amplitude, error = model.amplitude_at(t)
        assert np.abs((amplitude - truth) / error).max() < 5, options
        assert_allclose(model.predict(t, group=options.get("group")) + model.residual, values)


def test_too_few_cycles_are_not_allowed_to_vary() -> None:
    rng = np.random.default_rng(1)
    t = np.sort(rng.uniform(0, 100, 400))
    y = (1 + t / 50) * 3 * np.cos(2 * np.pi * t / 13) + rng.normal(size=400)
    model = find_cycles(t, y, varying_amplitude=True)
    assert not model.predictor.envelopes
    assert any("fewer than 10 cycles over the baseline" in note for note in model.undecided)


def test_events_have_no_amplitude_to_vary() -> None:
    with pytest.raises(ValueError, match="varying_amplitude is for samples with values"):
        find_cycles(np.arange(50.0), varying_amplitude=True)


def test_an_envelope_survives_a_document_and_a_lock() -> None:
    rng = np.random.default_rng(1)
    t = np.sort(rng.uniform(0, SPAN, 400))
    decays = ENVELOPES["decays"](t / SPAN)
    y = 8 * decays * np.cos(2 * np.pi * 0.3 * t) + 3 * np.cos(2 * np.pi * 0.45 * t)
    y += rng.normal(size=400)
    dates = pd.Timestamp("2024-01-01") + pd.to_timedelta(t, unit="D")
    model = find_cycles(dates, y, varying_amplitude=True, harmonics=1)
    when = pd.date_range("2024-01-01", "2025-01-01", periods=50)
    document = json.loads(json.dumps(model.to_dict()))
    shown = document["cycles"][0]["envelope"]
    assert shown["time"][0].startswith("2024-01-01")
    assert shown["factor"][0] > 1.4 > shown["factor"][-1]
    back = CycleModel.from_dict(document)
    for std in (False, True):
        assert_allclose(
            back.predict(when, return_std=std), model.predict(when, return_std=std), rtol=0
        )
    locked = lock_gears(model)
    assert len(locked.locked) == 1
    assert_allclose(locked.amplitude_at(when)[0], model.amplitude_at(when)[0], rtol=0.05)
    assert abs(locked.residual_std - model.residual_std) < 0.02


def test_a_cycle_that_does_not_exist() -> None:
    t, y, _, fitted = series(1, lambda u: 1.0)
    model = find_cycles(t[fitted], y[fitted], max_cycles=1)
    amplitude, error = model.amplitude_at([0.0, 300.0])
    assert_allclose(amplitude, model.cycles[0].amplitude)
    assert_allclose(error, model.cycles[0].amplitude_error)
    with pytest.raises(ValueError, match="cycle=1 does not exist"):
        model.amplitude_at([0.0], cycle=1)
