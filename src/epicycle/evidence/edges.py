r"""How well a period is known where the waveform jumps: residuals weighed by the slopes they meet.

A frequency is learned from the slopes of the waveform.  Where these are steep is where a step or
an edge is described worst, by however many harmonics: what is left there is no noise of the same
size everywhere, and the error of the frequency is larger than such noise would make it.  With
slopes s, freed of all other columns, residuals r and leverages h in units of the noise, the ratio
of variances is

.. math:: \frac{\sum_i s_i^2 r_i^2 / (1 - h_i)^2}{\sum_i s_i^2} ,

which noise that is the same everywhere makes the mean of 1 / (1 - h) (White 1980, Econometrica 48,
817; MacKinnon & White 1985, J. Econometrics 29, 305: HC3).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from epicycle.fit.joint import Fit
from epicycle.fit.lines import design
from epicycle.fit.noise import is_exact
from epicycle.limits import SHARP
from epicycle.samples.data import Data
from epicycle.samples.units import in_unit

#: Step of the frequency by which slopes are taken, in 1/T of the highest order.
_STEP = 1e-3


def error_at_slopes(data: Data, fit: Fit, k: int) -> float:
    """Return the error of frequency `k` over what noise of one size would make it, at least 1."""
    structure = fit.structure
    orders = structure.orders_of(k)
    if len(orders) < SHARP.rich or is_exact(data, fit.chi2):
        return 1.0
    step = _STEP / data.baseline / max(orders)
    moved = np.zeros(len(structure.frequency))
    moved[k] = step
    columns = design(data, structure)
    up = design(data, replace(structure, frequency=structure.frequency + moved))
    down = design(data, replace(structure, frequency=structure.frequency - moved))
    slopes = (up - down) @ fit.coefficients / (2 * step)
    known = expected = observed = 0.0
    for j in range(data.y.shape[1]):
        w = data.weights_of(j)
        used = w > 0
        root = np.sqrt(w[used])
        basis = np.linalg.qr(columns[used] * root[:, np.newaxis])[0]
        slope = slopes[used, j] * root
        slope = slope - basis @ (basis.T @ slope)
        total = float(slope @ slope)
        if total <= 0 or fit.scale[j] <= 0:
            continue
        leverage = np.minimum((basis**2).sum(axis=1) + slope**2 / total, 0.9)
        left = fit.residual[used, j] * root / (1.0 - leverage)
        known += total / fit.scale[j]
        expected += float((slope**2 / (1.0 - leverage)).sum()) / fit.scale[j]
        observed += float((slope * left) @ (slope * left)) / fit.scale[j] ** 2
    if observed <= SHARP.steeper**2 * expected:
        return 1.0
    return max(float(np.sqrt(observed / known)), 1.0)


def edge_notes(widened: Iterable[tuple[float, int, float]], unit: str = "") -> list[str]:
    """Return a sentence for each cycle whose harmonics do not describe its edges.

    Parameters
    ----------
    widened : iterable of (float, int, float)
        Period and highest order of each cycle, and by what factor its error is wider.
    unit : str
        Unit of time.
    """
    return [
        f"period {in_unit(period, unit)}: sharp features, which its {order} harmonics do not "
        f"describe: try harmonics={SHARP.suggested}"
        for period, order, factor in widened
        if factor > SHARP.undescribed and SHARP.smooth / 2 <= order < SHARP.suggested / 2
    ]
