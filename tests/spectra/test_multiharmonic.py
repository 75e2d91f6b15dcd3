"""The power of a whole waveform against full least-squares fits of all its columns."""

import numpy as np
import pytest

import oracles
from epicycle.spectra.multiharmonic import MultiHarmonicPeriodogram
from epicycle.spectra.transforms import TOLERANCE
from generators import regression, sinusoids
from oracles import residual_of


@pytest.mark.parametrize("orders", [1, 2, 4])
@pytest.mark.parametrize("sampling", ["random", "nightly"])
def test_all_orders_equal_direct_fits(orders: int, sampling: str) -> None:
    problem = sinusoids(
        3, 60, 40.0, [(0.31, 3.0), (0.62, 1.0)], sampling=sampling, errors=True, groups=2
    )
    data = problem.data(degree=1)
    spacing, size, start = 0.1 / data.baseline, 24, 0.29
    got = MultiHarmonicPeriodogram(data, spacing, size, orders).reduction(residual_of(data), start)
    t, w = data.times.to_float(), data.weights[:, 0]
    without = oracles.chi_square(data.nuisance, data.y[:, 0], w)
    for i in range(size):
        columns = data.nuisance
        for k in range(orders):
            pair = oracles.sinusoid_columns(t, (k + 1) * (start + i * spacing))
            columns = np.hstack([columns, pair])
            expected = without - oracles.chi_square(columns, data.y[:, 0], w)
            # the error of the sums, (1 + 2 p) 1e-9 relative to the largest possible values, is
            # magnified by the condition of the columns together
            size_of = np.sqrt((columns**2 * w[:, None]).sum(axis=0))
            condition = np.linalg.cond(columns * np.sqrt(w)[:, None] / size_of) ** 2
            error = 8 * (2 * k + 2) * TOLERANCE * (1 + 2 * columns.shape[1]) * condition
            assert got[0, k, i] == pytest.approx(expected, abs=error * without)


def test_outputs_with_values_of_their_own_are_fitted_apart() -> None:
    rng = np.random.default_rng(5)
    t = np.sort(rng.uniform(0, 50, 90))
    y = np.where(np.arange(90)[:, None] % 2 == [0, 1], rng.normal(size=(90, 2)), np.nan)
    data = regression(t, y, degree=0)
    got = MultiHarmonicPeriodogram(data, 0.01, 8, 2).reduction(residual_of(data), 0.4)
    for j in range(2):
        rows = np.flatnonzero(np.isfinite(y[:, j]))
        alone = regression(t[rows], y[rows, j], degree=0)
        # counted from another reference time: the power does not depend on it
        expected = MultiHarmonicPeriodogram(alone, 0.01, 8, 2).reduction(residual_of(alone), 0.4)
        assert got[j] == pytest.approx(expected[0], rel=1e-5)


def test_a_ridge_lowers_the_power_of_high_orders_most() -> None:
    data = sinusoids(4, 80, 30.0, [(0.5, 2.0), (1.5, 2.0)]).data()
    residual, start = residual_of(data), 0.5
    plain = MultiHarmonicPeriodogram(data, 0.001, 1, 3).reduction(residual, start)[0, :, 0]
    held = MultiHarmonicPeriodogram(data, 0.001, 1, 3, ridge=0.3).reduction(residual, start)
    steps, less = np.diff(plain, prepend=0.0), np.diff(held[0, :, 0], prepend=0.0)
    # orthogonal columns lose the share ridge h^2 / (1 + ridge h^2): 23 % and 73 %
    assert less[0] / steps[0] == pytest.approx(1 / 1.3, abs=0.15)
    assert less[2] / steps[2] == pytest.approx(1 / 3.7, abs=0.15)


def _samplings(kind: str, rng: np.random.Generator) -> np.ndarray:
    if kind == "raster":
        return np.arange(0.0, 60.0)
    if kind == "nightly":
        return np.sort(np.floor(rng.uniform(0, 60, 80)) + rng.normal(0, 0.05, 80))
    if kind == "few":
        return np.sort(rng.uniform(0, 60, 13))
    return np.sort(rng.uniform(0, 60, 80))


@pytest.mark.parametrize("kind", ["random", "nightly", "raster", "few", "weights"])
@pytest.mark.parametrize("ridge", [0.0, 0.02])
def test_peaks_are_those_of_the_whole_spectrum(kind: str, ridge: float) -> None:
    rng = np.random.default_rng(len(kind))
    t = _samplings(kind, rng)
    errors = rng.uniform(0.2, 3.0, len(t)) if kind == "weights" else None
    y = rng.normal(size=len(t)) + ((0.37 * t) % 1.0 < 0.1)
    data = regression(t, y, errors, degree=1)
    size, length, count = 3000, 2900, 6
    stops = [2900, 1800, 900] if kind == "raster" else [2900] * 3
    spacing = 0.5 / length
    engine = MultiHarmonicPeriodogram(data, spacing, size, 3, ridge=ridge)
    residual = residual_of(data)
    power = engine.reduction(residual, 0.01)[0, :, :length]
    # what no power exceeds is not exceeded (nor is it so high that it tells nothing)
    ceiling = engine._ceiling(engine._summed(residual, 0, 0.01), slice(0, length))
    assert (power <= ceiling * (1 + 1e-9) + 1e-12).all()
    if kind == "random":
        assert np.median(ceiling[0] / power[0]) < 1.5
    for floor in (0.0, float(np.sort(power[2])[-30])):
        found = engine.peaks(residual, 0.01, length, stops, [floor] * 3, count)
        for k, (index, height) in enumerate(found):
            spectrum = np.where(np.arange(length) < stops[k], power[k], 0.0)
            inner = spectrum[1:-1]
            peak = (inner > spectrum[:-2]) & (inner >= spectrum[2:]) & (inner >= floor)
            expected = 1 + np.flatnonzero(peak)
            expected = expected[np.argsort(-spectrum[expected], kind="stable")[:count]]
            assert index.tolist() == expected.tolist()
            # the same formula at the same sums
            assert np.allclose(height, spectrum[expected], rtol=1e-12)


def test_only_a_part_of_the_frequencies_needs_its_power(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(2)
    t = np.sort(rng.uniform(0, 300, 300))
    data = regression(t, rng.normal(size=300) + np.sin(2 * np.pi * 0.31 * t), degree=1)
    engine = MultiHarmonicPeriodogram(data, 1 / 2400, 4000, 3)
    computed = 0
    reduce = MultiHarmonicPeriodogram._reduce

    def counted(self: MultiHarmonicPeriodogram, sums: object, part: np.ndarray) -> np.ndarray:
        nonlocal computed
        computed += len(part)
        return reduce(self, sums, part)  # type: ignore[arg-type]

    monkeypatch.setattr(MultiHarmonicPeriodogram, "_reduce", counted)
    engine.peaks(residual_of(data), 0.05, 4000, [4000] * 3, [0.0] * 3, 10)
    # three neighbours each of eight times ten promising ones, for three numbers of harmonics, are
    # 720 at most; next to a line, no other frequency comes close
    assert 0 < computed < 1500


@pytest.mark.parametrize("size", [1e-300, 1.0, 1e200])
def test_the_unit_of_the_weights_does_not_matter(size: float) -> None:
    t = np.sort(np.random.default_rng(4).uniform(0, 60, 50))
    data = regression(t, np.zeros(50), degree=1)
    data = data.with_weights(size * data.weights)
    engine = MultiHarmonicPeriodogram(data, 0.002, 400, 3)
    for _, height in engine.peaks(residual_of(data), 0.1, 400, [400] * 3, [0.0] * 3, 5):
        assert not len(height)
