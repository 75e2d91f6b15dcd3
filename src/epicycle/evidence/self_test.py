"""Whether compiled loops say the same as the NumPy path, on one small series."""

from __future__ import annotations

import numpy as np

from epicycle.evidence.judged import judged_by_loops
from epicycle.evidence.stacked import Stacked, stack
from epicycle.evidence.waveform_fits import WaveformFits
from epicycle.evidence.waveforms import SMOOTH
from epicycle.fit.noise import NoiseModel
from epicycle.samples.checks import check_samples
from epicycle.samples.data import Data, build_data
from epicycle.spectra.multiharmonic import MultiHarmonicPeriodogram

#: What single precision leaves of the highest power, and rounding of a logarithm of evidence.
AGREES = 1e-4

#: Of the series.
_SAMPLES = 60


def largest_difference() -> float:
    """Return by how much the loops differ: of the highest power, or in log evidence.

    Loops that are not in the cache yet are compiled.  Needs numba.
    """
    rng = np.random.default_rng(0)
    t = np.sort(rng.uniform(0.0, 50.0, _SAMPLES))
    y = np.sin(2 * np.pi * t / 3.7) + rng.normal(size=_SAMPLES)
    samples = check_samples(t, y, np.full(_SAMPLES, 0.9), group=np.arange(_SAMPLES) % 2)
    data = build_data(samples, 1)
    values = stack(data, data.y, NoiseModel.of(samples), 0.01)
    return max(of_power(data), of_evidence(values, data.baseline))


def of_power(data: Data) -> float:
    """Return the largest difference of powers, in units of the highest."""
    residual = data.y - data.nuisance @ np.linalg.lstsq(data.nuisance, data.y, rcond=None)[0]
    engine = MultiHarmonicPeriodogram(data, 0.1 / data.baseline, 40, 2)
    expected = engine.reduction(residual, 0.2)[0]
    quick = engine.power_by_loops(residual, 0.2, [40, 40])
    return 1.0 if quick is None else float(np.abs(quick - expected).max() / expected.max())


def of_evidence(values: Stacked, baseline: float) -> float:
    """Return the largest difference of log evidence."""
    frequency = np.array([0.27, 0.31])
    quick = judged_by_loops(values, frequency, SMOOTH, baseline, 1.5, quick=False)
    fits = WaveformFits(values, frequency, SMOOTH, baseline, 1.5)
    fits.refine()
    return 1.0 if quick is None else float(np.abs(quick.evidence - fits.evaluate()[0]).max())
