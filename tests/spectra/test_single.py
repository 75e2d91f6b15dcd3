"""Sums in single precision, which decide where to look, against the sums written out."""

import numpy as np
import pytest

import oracles
from epicycle.spectra.single import SINGLE_BAND, SingleSums, cosine_bands, single_band_size
from epicycle.spectra.transforms import SINGLE_TOLERANCE
from tests.spectra.transforms import make


@pytest.mark.parametrize("size", [64, 99])
@pytest.mark.parametrize("step", [1, 3])
def test_bands_of_cosines_are_direct_sums(size: int, step: int) -> None:
    rng = np.random.default_rng([5, size, step])
    lags, strengths = rng.uniform(0, 40.0, 70), rng.normal(size=70)
    start, spacing = 123.4, 1 / 120.0
    seen = []
    for k, band in cosine_bands(lags, strengths, start, spacing, size, range(1, 9, step)):
        assert band.shape == (size, 2)
        for b in (0, 1):
            f = start + ((2 * k + b) * size + np.arange(size)) * spacing
            direct = np.cos(2 * np.pi * ((f[:, None] * lags) % 1)) @ strengths
            # The tolerance of the transform is one of the root of the mean square over a band; its
            # largest error, at the ends, is up to 5 times that, as of all transforms here.
            tolerance = 5 * SINGLE_TOLERANCE * np.abs(strengths).sum()
            np.testing.assert_allclose(band[:, b], direct, rtol=0, atol=tolerance)
        seen.append(k)
    assert seen == list(range(1, 9, step))
    assert list(cosine_bands(lags, strengths, start, spacing, size, range(0))) == []


@pytest.mark.parametrize("size", [1, 64, 99])
@pytest.mark.parametrize("count", [1, 3])
def test_bands_in_single_precision_are_direct_sums(size: int, count: int) -> None:
    rng = np.random.default_rng([7, size, count])
    t, times = make(8, 70, 40.0, origin=1e6)
    strengths = rng.normal(size=(count, 70))
    start, spacing = 123.4, 1 / 256
    sums_of = SingleSums(times, spacing, size, count)
    for _ in range(2):  # the same plan serves again
        bands = [band.copy() for band in sums_of.bands(strengths, start, 5)]
        f = start + np.arange(5 * size) * spacing
        for row, c in zip(np.hstack(bands), strengths, strict=True):
            # see `bound`
            tolerance = 5 * SINGLE_TOLERANCE * np.abs(c).sum()
            direct = oracles.direct_sums(t, c, f)
            np.testing.assert_allclose(row, direct, rtol=0, atol=tolerance)
    assert list(sums_of.bands(strengths, start, 0)) == []


def test_longer_bands_for_more_points() -> None:
    assert single_band_size(1 << 30, 100) == SINGLE_BAND
    assert single_band_size(1 << 30, 10_000) > SINGLE_BAND
    assert single_band_size(1000, 10_000) == 1000
    # in single precision a longer band would lose digits
    assert single_band_size(1 << 30, 10**7) == 1 << 18


def test_a_long_band_is_still_precise() -> None:
    rng = np.random.default_rng(6)
    lags, strengths = rng.uniform(0, 40.0, 300), rng.normal(size=300)
    size = 1 << 18
    ((_, band),) = cosine_bands(lags, strengths, 1e5, 1 / 120.0, size, range(1))
    some = rng.integers(0, size, 300)
    f = 1e5 + some / 120.0
    direct = np.cos(2 * np.pi * ((f[:, None] * lags) % 1)) @ strengths
    # positions are good to 2^-24 of a turn of the first frequency, times 2^17 frequencies
    error = SINGLE_TOLERANCE * np.abs(strengths).sum() + 0.05 * np.sqrt((strengths**2).sum())
    np.testing.assert_allclose(band[some, 0], direct, rtol=0, atol=error)
