"""Sums of few samples against plain ones, and against transforms."""

import numpy as np
import pytest

import oracles
from epicycle.samples import phase
from epicycle.samples.times import Times
from epicycle.spectra.direct import DirectSums, is_faster
from epicycle.spectra.sums import TrigSums


@pytest.mark.parametrize("size", [1, 2, 3, 17, 64, 1000])
def test_sums_are_direct_sums(size: int) -> None:
    rng = np.random.default_rng(size)
    t = rng.uniform(-50.0, 50.0, 20)
    s = rng.normal(size=(3, 20)) + 1j * rng.normal(size=(3, 20))
    spacing = 0.0123
    turns = phase.turns(spacing, Times(t, np.zeros(20)))
    got = DirectSums(turns, size).sums(s)
    frequency = (np.arange(size) - size // 2) * spacing
    expected = np.array([oracles.direct_sums(t, row, frequency) for row in s])
    # powers of the first phasor are good to the rounding of its phase, size times over
    assert np.abs(got - expected).max() <= 4e-15 * size * np.abs(s).sum(axis=1).max()


@pytest.mark.parametrize("multiple", [1, 2, 5])
def test_a_band_is_the_same_however_it_is_summed(
    monkeypatch: pytest.MonkeyPatch, multiple: int
) -> None:
    rng = np.random.default_rng(9)
    times = Times(rng.uniform(-5e5, 5e5, 40), rng.uniform(-1e-12, 1e-12, 40))
    s = rng.normal(size=(2, 40))
    few = TrigSums(times, 2e-7, 801)
    direct = few.band(s, 3.3, multiple)
    assert not few._plans
    monkeypatch.setattr("epicycle.spectra.sums.is_faster", lambda n, size: False)
    transform = TrigSums(times, 2e-7, 801)
    # transforms are good to 1e-9, 5e-9 in the worst case
    assert np.abs(direct - transform.band(s, 3.3, multiple)).max() <= 6e-9 * np.abs(s).sum()
    assert transform._plans


def test_many_samples_or_frequencies_are_left_to_transforms() -> None:
    assert is_faster(100, 2000)
    assert not is_faster(100, 20_000)
    assert not is_faster(2000, 2000)
