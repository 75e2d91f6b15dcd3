"""Lines of which the samples show one phase only, as at the Nyquist frequency of equal steps.

There a cosine and a sine are alike but for a factor: what every other sample has more than the next
is known, and how high the line goes between the samples is not.  Of all lines that agree with the
samples the lowest is told, which has its maxima at samples, with the error of what is seen.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from epicycle.limits import LINES
from epicycle.pursuit.pursuit import Pursuit
from epicycle.results.cycles import Waveform
from epicycle.samples.phase import turns


def as_seen(shape: Waveform, found: Pursuit, k: int, output: int) -> Waveform:
    """Return a waveform without what no sample shows of it.

    Parameters
    ----------
    shape : Waveform
        Fundamental `k` in one output, as it was fitted.
    found : Pursuit
        The end of the pursuit.
    k, output : int
        Which fundamental, and which output.
    """
    data, plan = found.data, found.search
    top = plan.maximum_frequency
    near = np.abs(shape.orders * shape.frequency - top) * data.baseline < 1.0
    if not plan.regular or not near.any():
        return shape
    coefficients, covariance = shape.coefficients.copy(), shape.covariance.copy()
    weights = data.weights_of(output)
    lines = np.flatnonzero(found.fit.structure.parent == k)
    for h in np.flatnonzero(near).tolist():
        order = int(shape.orders[h])
        angle = 2 * np.pi * turns(order * shape.frequency, data.times)
        columns = np.stack([np.cos(angle), np.sin(angle)])
        share, vectors = np.linalg.eigh((columns * weights) @ columns.T)
        if share[0] > LINES.half_seen * share[1]:
            continue
        seen = np.outer(vectors[:, 1], vectors[:, 1])
        line = lines[found.fit.structure.order[lines] == order][0]
        variance = float(found.fit.scale[output] * found.level[line, output] / share[1])
        coefficients[2 * h : 2 * h + 2] = seen @ coefficients[2 * h : 2 * h + 2]
        rows = slice(1 + 2 * h, 3 + 2 * h)
        covariance[rows], covariance[:, rows] = 0.0, 0.0
        covariance[rows, rows] = variance * np.eye(2)
    return replace(shape, coefficients=coefficients, covariance=covariance)
