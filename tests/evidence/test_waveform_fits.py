"""Groups as one waveform with an amplitude of its own in each, and what an epoch adds to all."""

from dataclasses import replace

import numpy as np
import pytest

from epicycle.effects.groups import have_own_waveforms, spread
from epicycle.evidence import waveform_fits
from epicycle.evidence.waveforms import SMOOTH, Ranking
from epicycle.fit.noise import NoiseModel
from epicycle.limits import WAVEFORMS
from epicycle.samples.checks import check_samples
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


def stacked(series: dict[str, np.ndarray]) -> tuple[waveform_fits._Values, float]:
    samples = spread(check_samples(**series))
    data = build_data(samples, 1)
    values = waveform_fits._stacked(data, residual_of(data), NoiseModel.of(samples), 0.01)
    return values, data.baseline


def test_the_evidence_is_that_of_the_dense_normal_distribution(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # without tails, the evidence is the density of y with covariance X P X' + epochs + errors,
    # nuisance columns free with the information of one value each
    normal = replace(WAVEFORMS, tail=1e9, common_in_epochs=((0.97, 1.0),))
    monkeypatch.setattr(waveform_fits, "WAVEFORMS", normal)
    values, baseline = stacked(observed(np.random.default_rng(0), 0.3))
    frequency = np.array([1 / 0.57, 1 / 0.57 + 1.0])
    field = waveform_fits._Field(values, frequency, SMOOTH, baseline, np.inf, quick=False)
    field._kinds = range(1)
    evidence = field.evaluate()[0]

    expected = []
    for k in range(2):
        columns = field._columns()[k]
        prior = field._precision(0, 0.97)[k]
        waveform, free = columns[:, prior > 0], columns[:, prior == 0]
        noise = np.diag(values.known_variance + waveform_fits._FIRST_SCATTER)
        noise += waveform_fits._FIRST_EPOCH * (values.epoch[:, None] == values.epoch)
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


def test_epochs_hold_no_group_twice() -> None:
    t = np.array([0.0, 0.001, 0.002, 0.5, 0.501, 0.502])
    group = np.array([0, 1, 0, 0, 1, 2])
    assert waveform_fits._epochs(t, group, 0.01).tolist() == [0, 2, 3]


def test_the_scatter_of_epochs_is_told_from_that_of_values() -> None:
    values, baseline = stacked(observed(np.random.default_rng(1), 0.3))
    field = waveform_fits._Field(
        values, np.array([1 / 0.57]), SMOOTH, baseline, np.inf, quick=False
    )
    field.refine(12)
    assert field.frequency[0] == pytest.approx(1 / 0.57, abs=0.1 / baseline)
    # 0.3 of a waveform of variance 0.625 in the largest group; values have their errors only.
    # The variance of 40 epochs is known to sqrt(2 / 28), three of which are 0.8
    assert field._epoch[0] == pytest.approx(0.09 / 0.72, rel=0.8)
    assert field._scatter[0].max() < 0.02


def chosen(series: dict[str, np.ndarray]) -> tuple[bool, Ranking | None]:
    samples = check_samples(**series)
    own = spread(samples)
    data = build_data(samples, 1)
    noise = NoiseModel.of(samples), NoiseModel.of(own)
    return have_own_waveforms(data, build_data(own, 1), noise, plan_search(data, 0.2, 1.2))


def test_a_modulated_waveform_does_not_make_bands_alike() -> None:
    """Amplitudes of 1, 0.7 and 0.5, with more scatter of the waveform than they differ by."""
    for seed in range(3):
        differ, ranking = chosen(observed(np.random.default_rng(seed), 0.5))
        assert differ
        assert ranking.rivals[0].frequency * 0.57 == pytest.approx(1.0, abs=1e-3)
