"""How large errors are, as the residuals of a likely waveform say: errors as given are relative."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from epicycle.evidence.stacked import Stacked, signal_of
from epicycle.evidence.waveform_fits import WaveformFits
from epicycle.evidence.waveforms import SMOOTH
from epicycle.limits import WAVEFORMS
from epicycle.samples.arrays import Floats

#: How much of the noise the errors may be; never all of it, as another waveform may leave less.
_SHARES = (0.0, 0.25, 0.5, 0.75)

#: Steps of reweighting in which the size of the noise is found.
_SCALE_STEPS = 10


def with_scaled_errors(
    values: Stacked, frequency: Floats, baseline: float, highest: float
) -> Stacked:
    """Return the values with errors of the size that a waveform's residuals say.

    Errors say which values are better than others; how large all of them are, and how much scatter
    that is the same for all comes on top, is likeliest what the data say.  So evidence does not
    depend on whether errors are a factor too large or too small.

    Parameters
    ----------
    values : Stacked
        Values with errors as given.
    frequency : ndarray, shape (1,)
        Of the waveform.
    baseline, highest : float
        As for :func:`judge`.
    """
    if not values.known_variance.any():
        return values
    # fitted as if all values were alike, so that the errors as given have no part in it
    spread = [max(float(np.var(values.y[rows])), 1e-200) for rows in _outputs(values)]
    whole = _in_units(values, spread)
    blank = replace(whole, known_variance=np.zeros_like(whole.known_variance))
    fits = WaveformFits(blank, frequency, SMOOTH, baseline, highest, quick=True)
    fits.refine()
    left, residual, free = fits.left()
    known = whole.known_variance.copy()
    for b, block in enumerate(values.blocks):
        rows = block.rows
        own, unit = known[rows], values.unit[rows]
        known[rows] *= _scale_of_errors(own, unit, left[rows], free[b])
    signal = [
        signal_of(whole.y[rows], np.array([np.mean(residual[rows] ** 2)]))
        for rows in _outputs(values)
    ]
    return _in_units(replace(whole, known_variance=known), signal)


def _outputs(values: Stacked) -> list[NDArray[np.bool_]]:
    """Return which values each output has."""
    sizes = [block.rows.stop - block.rows.start for block in values.blocks]
    output = np.repeat([block.output for block in values.blocks], sizes)
    return [output == j for j in range(values.n_outputs)]


def _in_units(values: Stacked, variance: list[float]) -> Stacked:
    """Return the values of each output in units of the root of a variance."""
    known, y, log_unit = values.known_variance.copy(), values.y.copy(), values.log_unit
    for rows, one in zip(_outputs(values), variance, strict=True):
        known[rows] /= one
        y[rows] /= math.sqrt(one)
        log_unit += 0.5 * np.count_nonzero(rows) * math.log(one)
    return replace(values, known_variance=known, y=y, log_unit=log_unit)


def _scale_of_errors(known: Floats, unit: Floats, residual: Floats, free: float) -> float:
    """Return by what to multiply squared errors, averaged over how much of the noise they are."""
    if not known.any():
        return 1.0
    shape, flat = known / known.mean(), unit / unit.mean()
    log_likelihood, scale = [], []
    for share in _SHARES:
        relative = share * shape + (1.0 - share) * flat
        squares = residual**2 / relative
        size = float(np.median(squares)) + 1e-300
        for _ in range(_SCALE_STEPS):
            tails = (WAVEFORMS.tail + 1) / (WAVEFORMS.tail + squares / size)
            size = float((tails * squares).mean()) + 1e-300
        log = np.log1p(squares / (WAVEFORMS.tail * size)).sum() * (WAVEFORMS.tail + 1)
        log_likelihood.append(-0.5 * (log + np.log(size * relative).sum()))
        scale.append(share * size)
    odds = np.exp(np.array(log_likelihood) - max(log_likelihood))
    of_known = float(odds @ np.array(scale) / odds.sum())
    return max(of_known * len(residual) / free, 1e-6) / float(known.mean())
