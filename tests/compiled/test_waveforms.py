"""The compiled fits of waveforms against those by NumPy."""

import numpy as np
import pytest

from epicycle.evidence.judged import judged_by_loops
from epicycle.evidence.stacked import stack
from epicycle.evidence.waveform_fits import WaveformFits
from epicycle.evidence.waveforms import SMOOTH, Shapes
from epicycle.fit.noise import NoiseModel
from epicycle.samples.checks import check_samples
from epicycle.samples.data import build_data
from tests.compiled.loops import interpreted

__all__ = ["interpreted"]

#: Two kinds of three orders: as telling as more, and interpreted sooner.
FEW = Shapes(np.array([[0.6, 0.3, 0.1], [0.2, 0.5, 0.3]]), np.array([0.7, 0.3]))


@pytest.mark.parametrize("groups", [1, 2, 10])
@pytest.mark.parametrize("quick", [False, True])
def test_they_say_the_same(groups: int, quick: bool, interpreted: None) -> None:
    rng = np.random.default_rng(groups)
    t = np.sort(rng.uniform(0.0, 50.0, 30))
    # (from nine groups on their offsets are eliminated, not fitted)
    y = np.sin(2 * np.pi * t / 3.7) + 0.3 * rng.standard_t(3, size=30)
    samples = check_samples(t, y, np.full(30, 0.2), group=np.arange(30) % groups)
    data = build_data(samples, 1)
    values = stack(data, data.y, NoiseModel.of(samples), 1e-6)
    assert len(values.blocks) == groups
    frequency = np.array([0.265, 0.41])
    got = judged_by_loops(values, frequency, FEW, data.baseline, 1.0, quick=quick)
    fits = WaveformFits(values, frequency, FEW, data.baseline, 1.0, quick=quick)
    fits.refine(4 if quick else 6)
    evidence, explained = fits.evaluate()
    assert got is not None
    # far from the optimum steps are long, and magnify rounding
    np.testing.assert_allclose(got.frequency, fits.frequency, atol=1e-8 / data.baseline)
    np.testing.assert_allclose(got.evidence, evidence, atol=1e-6)
    np.testing.assert_allclose(got.explained, explained, atol=1e-8)
    assert got.explained[0] > 0.5


def test_a_singular_matrix_is_left_to_numpy(interpreted: None) -> None:
    t = np.linspace(0.0, 10.0, 12)
    data = build_data(check_samples(t, np.sin(t)), 0)
    values = stack(data, data.y, NoiseModel.of(check_samples(t, np.sin(t))), 1e-6)
    broken = np.full(1, np.nan)
    assert judged_by_loops(values, broken, SMOOTH, data.baseline, 1.0, quick=True) is None
