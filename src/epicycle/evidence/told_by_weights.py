r"""How many values weights leave, where the scatter of the values may not go with them.

With weights that are inverse variances an F-test has as many degrees of freedom as there are
values, however unequal the weights.  With weights :math:`w` of another origin, and variances
:math:`w^{-\gamma}`, weighted sums of squares scatter like those of fewer values,
:math:`(\sum v_i)^2 / \sum v_i^2` with :math:`v_i = w_i^{1-\gamma} (1 - h_i)` and the leverage
:math:`h_i` (Satterthwaite 1946, Biometrics Bull. 2, 110; Kish 1965, Survey Sampling, sect. 11.7).
What :math:`\gamma` is, the residuals say: their restricted likelihood (Patterson & Thompson 1971,
Biometrika 58, 545) at a ladder of exponents, with a probability beforehand that weights are what
they are taken for.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from epicycle.evidence.significance import left_by_fit
from epicycle.fit.lines import Structure, design
from epicycle.limits import NOISE
from epicycle.samples.arrays import Floats
from epicycle.samples.data import Data

#: Variances go with these powers of the inverse weights: from weights that are errors to such as
#: are the inverse of errors to the third.
_LADDER = np.array([-1.0, -0.75, -0.5, -0.25, 0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5])


def as_told(data: Data, structure: Structure | None = None) -> Data:
    """Return data that know how many values their weights leave.

    Parameters
    ----------
    data : Data
        Values with the weights that the user gave.
    structure : Structure, optional
        Lines that are fitted; a line must have been claimed without them.
    """
    return replace(data, told=share_told(data, structure or Structure.empty()))


def share_told(data: Data, structure: Structure) -> float:
    """Return the share of the values that their weights leave, in (0, 1]."""
    columns = design(data, structure)
    logarithm = np.zeros(len(_LADDER))
    left = np.zeros(len(_LADDER))
    count = 0
    for j in range(data.y.shape[1]):
        w = data.weights_of(j)
        used = w > 0
        relative = w[used] / w.max()
        count += len(relative)
        logarithm += [
            _restricted_likelihood(relative**gamma, columns[used], data.y[used, j])
            for gamma in _LADDER
        ]
        v = relative[:, np.newaxis] ** (1.0 - _LADDER) * left_by_fit(data, j)[used, np.newaxis]
        v /= np.maximum(v.max(axis=0), 1e-300)
        left += v.sum(axis=0) ** 2 / np.maximum((v**2).sum(axis=0), 1e-300)
    # inverse variances have exact tests, however few values outweigh the others
    left[_LADDER == 1.0] = count
    prior = np.full(len(_LADDER), (1.0 - NOISE.believed_weights) / (len(_LADDER) - 1))
    prior[_LADDER == 1.0] = NOISE.believed_weights
    logarithm += np.log(prior)
    probability = np.exp(logarithm - logarithm.max())
    share = float(probability @ left) / (float(probability.sum()) * count)
    return min(share, 1.0)


def _restricted_likelihood(precision: Floats, columns: Floats, y: Floats) -> float:
    """Return the logarithm of the restricted likelihood, up to a constant."""
    root = np.sqrt(precision / precision.max())
    q, r = np.linalg.qr(root[:, np.newaxis] * columns)
    scaled = root * y
    residual = scaled - q @ (q.T @ scaled)
    residual -= q @ (q.T @ residual)
    free = max(len(y) - columns.shape[1], 1)
    floor = 1e-30 * float((scaled**2).sum()) + 1e-300
    determinant = float(np.log(np.maximum(np.abs(np.diag(r)), 1e-150)).sum())
    chi2 = max(float((residual**2).sum()), floor)
    halves = float(np.log(root).sum())
    result: float = halves - determinant - 0.5 * free * math.log(chi2)
    return result
