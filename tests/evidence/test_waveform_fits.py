"""One waveform of all outputs, departures of each, and what an epoch adds to all."""

from dataclasses import replace

import numpy as np
import pytest

from epicycle.effects.groups import have_own_waveforms, spread
from epicycle.evidence import judged, waveform_fits
from epicycle.evidence.stacked import Stacked, stack
from epicycle.evidence.waveform_fits import WaveformFits
from epicycle.evidence.waveforms import SMOOTH, Ranking
from epicycle.fit.noise import NoiseModel
from epicycle.limits import WAVEFORMS
from epicycle.samples.checks import Samples, check_samples
from epicycle.samples.data import build_data
from epicycle.spectra.plan import plan_search
from oracles import residual_of


def observed(rng: np.random.Generator, common: float) -> dict[str, np.ndarray]:
    """Return 40 epochs of three bands, with noise of which `common` is alike in all of them."""
    nights = np.sort(rng.choice(300, 40, replace=False)) * 0.99727 + rng.uniform(0, 0.2, 40)
    t = np.concatenate([nights, nights + 1e-3, nights + 2e-3])
    size = np.repeat([1.0, 0.7, 0.5], 40)
    phase = np.tile(nights / 0.57, 3)
    wave = np.cos(2 * np.pi * phase) + 0.5 * np.cos(4 * np.pi * phase + 1.0)
    y = size * (wave + common * np.tile(rng.normal(size=40), 3)) + 0.05 * rng.normal(size=120)
    return {"t": t, "y": y, "dy": np.full(120, 0.05), "group": np.repeat(list("abc"), 40)}


def stacked(samples: Samples) -> tuple[Stacked, float]:
    data = build_data(samples, 1)
    return stack(data, residual_of(data), NoiseModel.of(samples), 0.01), data.baseline


def in_bands(series: dict[str, np.ndarray]) -> Samples:
    return spread(check_samples(**series))


def in_groups(series: dict[str, np.ndarray]) -> Samples:
    return check_samples(**series)


def alone(series: dict[str, np.ndarray]) -> Samples:
    return check_samples(series["t"][:40], series["y"][:40], series["dy"][:40])


def dense(fits: WaveformFits, k: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the whole design matrix at one frequency, and the covariance of epochs and errors."""
    v, orders, departing = fits._values, len(fits._h), fits._departing
    n = len(v.y)
    angle = 2 * np.pi * fits.frequency[k] * v.times.to_float()[:, np.newaxis] * fits._h
    waves = np.stack([np.cos(angle), np.sin(angle)], axis=2).reshape(n, 2 * orders)
    output, epoch = np.empty(n, dtype=int), np.empty(n, dtype=int)
    noise = np.empty(n)
    for b, block in enumerate(v.blocks):
        output[block.rows], epoch[block.rows] = block.output, block.epoch
        noise[block.rows] = v.known_variance[block.rows] + fits._scatter[k, b]
    own = [waves[:, : 2 * departing] * (output == j)[:, np.newaxis] for j in range(v.n_outputs)]
    covariance = np.diag(noise)
    if v.n_epochs:
        covariance += fits._epoch[k] * (epoch[:, np.newaxis] == epoch)
    return np.concatenate([waves, *own, v.nuisance.T], axis=1), covariance


@pytest.mark.parametrize("kind", [in_bands, in_groups, alone])
def test_the_evidence_is_that_of_the_dense_normal_distribution(
    kind: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    # without tails, the evidence is the density of y with covariance X P X' + epochs + errors,
    # nuisance columns free with the information of one value each
    normal = replace(WAVEFORMS, tail=1e9, common=((0.97, 1.0),))
    monkeypatch.setattr(waveform_fits, "WAVEFORMS", normal)
    values, baseline = stacked(kind(observed(np.random.default_rng(0), 0.3)))
    assert (values.n_epochs > 0) == (kind is not alone)
    frequency = np.array([1 / 0.57, 1 / 0.57 + 1.0])
    fits = WaveformFits(values, frequency, SMOOTH, baseline)
    assert (fits._departing > 0) == (kind is in_bands)
    fits._kinds = range(1)
    evidence = fits.evaluate()[0]

    expected = []
    for k in range(2):
        columns, noise = dense(fits, k)
        prior = fits._precision(0, 0.97 if kind is in_bands else 1.0)[k]
        waveform, free = columns[:, prior > 0], columns[:, prior == 0]
        whole = noise + (waveform / prior[prior > 0]) @ waveform.T
        solved = np.linalg.solve(whole, np.column_stack([free, values.y]))
        information = free.T @ solved[:, :-1]
        beta = np.linalg.solve(information, free.T @ solved[:, -1])
        density = -0.5 * np.linalg.slogdet(whole)[1]
        density -= 0.5 * np.linalg.slogdet(information)[1]
        density -= 0.5 * values.y @ (solved[:, -1] - solved[:, :-1] @ beta)
        density += 0.5 * np.linalg.slogdet(free.T @ np.linalg.solve(noise, free))[1]
        expected.append(density)
    # log1p(r^2 / (T v)) T differs from r^2 / v by less than 1e-5, the ridge of free columns by less
    assert evidence[0] - evidence[1] == pytest.approx(expected[0] - expected[1], abs=1e-4)
    assert expected[0] > expected[1] + 5


@pytest.mark.parametrize("kind", [in_bands, in_groups, alone])
def test_the_degrees_of_freedom_are_those_of_the_whole_matrices(kind: object) -> None:
    values, baseline = stacked(kind(observed(np.random.default_rng(0), 0.3)))
    fits = WaveformFits(values, np.array([1 / 0.57]), SMOOTH, baseline)
    normal, precision = fits._normal(), fits._precision(0, 0.97)
    covariance = np.linalg.inv(waveform_fits._raised(normal.matrix, precision))
    fitted = fits._fitted(normal, covariance)[0]

    columns, noise = dense(fits, 0)
    epochs = noise - np.diag(np.diag(noise)) if values.n_epochs else np.zeros_like(noise)
    if values.n_epochs:
        np.fill_diagonal(epochs, fits._epoch[0])
    errors = np.diag(noise - epochs)
    kept = precision[0] > 0
    prior = epochs + (columns[:, kept] / precision[0, kept]) @ columns[:, kept].T
    free = columns[:, ~kept]
    prior = prior + 1e7 * free @ free.T  # as good as free
    # variance of the fitted values, given the data: of each, over its error
    left = prior - prior @ np.linalg.solve(prior + np.diag(errors), prior)
    for b, block in enumerate(values.blocks):
        expected = (np.diag(left)[block.rows] / errors[block.rows]).sum()
        assert fitted[b] == pytest.approx(expected, rel=1e-4)


def test_the_scatter_of_epochs_is_told_from_that_of_values() -> None:
    values, baseline = stacked(in_bands(observed(np.random.default_rng(1), 0.3)))
    fits = WaveformFits(values, np.array([1 / 0.57]), SMOOTH, baseline)
    fits.refine(12)
    assert fits.frequency[0] == pytest.approx(1 / 0.57, abs=0.1 / baseline)
    # 0.3 of a waveform of variance 0.625 in the largest group; values have their errors only.
    # The variance of 40 epochs is known to sqrt(2 / 28), three of which are 0.8
    assert fits._epoch[0] == pytest.approx(0.09 / 0.72, rel=0.8)
    assert fits._scatter[0].max() < 0.02


def test_many_frequencies_are_fitted_in_parts_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    values, baseline = stacked(alone(observed(np.random.default_rng(0), 0.3)))
    frequency = 1 / 0.57 + np.arange(5) / 3.0
    whole = judged.judge(values, frequency, SMOOTH, baseline, np.inf)
    monkeypatch.setattr(judged, "_AT_A_TIME", 1)
    parts = judged.judge(values, frequency, SMOOTH, baseline, np.inf)
    np.testing.assert_allclose(parts.evidence, whole.evidence, rtol=1e-9)
    np.testing.assert_allclose(parts.frequency, whole.frequency, rtol=1e-12)


def chosen(series: dict[str, np.ndarray]) -> tuple[bool, Ranking | None]:
    samples = check_samples(**series)
    own = spread(samples)
    data = build_data(samples, 1)
    noise = NoiseModel.of(samples), NoiseModel.of(own)
    return have_own_waveforms(data, build_data(own, 1), noise, plan_search(data, 0.2, 1.2))[:2]


def test_a_modulated_waveform_does_not_make_bands_alike() -> None:
    """Amplitudes of 1, 0.7 and 0.5, with more scatter of the waveform than they differ by."""
    for seed in range(3):
        differ, ranking = chosen(observed(np.random.default_rng(seed), 0.5))
        assert differ
        assert ranking.rivals[0].frequency * 0.57 == pytest.approx(1.0, abs=1e-3)
