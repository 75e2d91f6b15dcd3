"""Strengths on a grid, and the power of waveforms from it, against direct sums and full fits."""

import numpy as np
import pytest

from epicycle.compiled import grids
from epicycle.spectra.gridded import GriddedWaveforms, _bell, _transform
from epicycle.spectra.multiharmonic import MultiHarmonicPeriodogram
from generators import sinusoids
from oracles import residual_of
from tests.compiled.loops import interpreted

__all__ = ["interpreted"]


def test_the_modes_of_a_grid_are_the_sums(interpreted: None) -> None:
    rng = np.random.default_rng(1)
    turns, strengths = rng.uniform(-0.5, 0.5, 20), rng.normal(size=(2, 20))
    grid = np.zeros((2, 96), dtype=np.complex64)
    grids.spread(grid, turns, strengths, np.ones(20), _bell())
    mode = np.arange(-32, 32)
    got = np.fft.fft(grid)[:, mode] / _transform(mode / 96)
    expected = strengths @ np.exp(-2j * np.pi * np.outer(turns, mode))
    # eight digits of a complex64, raised a few times at the ends of the band
    assert np.abs(got - expected).max() < 1e-5 * np.abs(strengths).sum(axis=1).max()


@pytest.mark.parametrize("orders", [1, 3])
def test_the_power_is_that_of_the_exact_way(orders: int, interpreted: None) -> None:
    data = sinusoids(3, 60, 40.0, [(0.31, 3.0), (0.62, 1.0)], errors=True, groups=2).data(degree=1)
    residual, size = residual_of(data), 90
    engine = MultiHarmonicPeriodogram(data, 0.1 / data.baseline, size, orders, ridge=0.01)
    quick = engine.power_by_loops(residual, 0.29, [size] * (orders - 1) + [70])
    assert quick is not None
    expected = engine.reduction(residual, 0.29)[0]
    expected[-1, 70:] = 0.0
    assert np.abs(quick - expected).max() < 1e-5 * expected.max()


def test_what_single_precision_cannot_tell_is_left_to_the_exact_way(interpreted: None) -> None:
    data = sinusoids(3, 60, 40.0, [(0.31, 3.0)]).data(degree=1)
    engine = MultiHarmonicPeriodogram(data, 1e-4 / data.baseline, 9, 1)
    # sine and constant are alike at the lowest frequencies
    assert engine.power_by_loops(residual_of(data), 1e-4 / data.baseline, [9]) is None


def test_one_grid_serves_another_size() -> None:
    assert GriddedWaveforms(100)._length >= 150
