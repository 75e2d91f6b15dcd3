r"""Noise that outputs share: what it leaves of the evidence that they give together.

Outputs that are measured together often have noise in common: weather, a drifting sensor, the same
photons.  Each has then the evidence for a line that the other had already, and their sum is no
chi-square.  With eigenvalues :math:`\lambda` of the correlation between the outputs' noise, p
lines of pure noise have the evidence :math:`\sum_i \lambda_i \chi^2_{2p}`, which is a chi-square
with 2 p d degrees of freedom only where nothing is shared.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import optimize

from epicycle.evidence.significance import power_of_evidence
from epicycle.samples.arrays import Floats
from epicycle.samples.data import Data

#: Eigenvalues that differ from 1 by less are those of independent outputs.
_ROUNDING = 1e-9


def shared_noise(data: Data, residual: Floats) -> Floats:
    r"""Return the eigenvalues of the correlation between the outputs of a residual, shape (d,).

    Parameters
    ----------
    data : Data
        The regression problem with d outputs.
    residual : ndarray, shape (n, d)
        What a fit leaves of each output.

    Notes
    -----
    Pairs of outputs are compared where both have values.  A correlation of n values has the
    variance :math:`(1 - r^2)^2 / n` (Fisher 1915, Biometrika 10, 507), and is shrunk by the
    positive part of :math:`1 - (1 - r^2)^2 / (n r^2)` (James & Stein 1961, in the form of Baranchik
    1970, Ann. Math. Stat. 41, 642), so that outputs which share nothing mostly stay as they are.
    """
    d = residual.shape[1]
    if d == 1:
        return np.ones(1)
    present = np.broadcast_to(data.weights > 0, residual.shape)
    scaled = np.where(present, np.nan_to_num(residual) * np.sqrt(data.weights), 0.0)
    square = present.T.astype(np.float64)
    both = square @ square.T
    # the sums of squares of each output over the rows that it has in common with each other one
    sums = (scaled**2).T @ present.astype(np.float64)
    size = np.sqrt(sums * sums.T)
    r = np.where(size > 0, scaled.T @ scaled / np.where(size > 0, size, 1.0), 0.0)
    r = np.clip(r, -1.0, 1.0)
    chance = np.where(both > 0, (1 - r**2) ** 2 / np.maximum(both * r**2, 1e-300), 1.0)
    kept = r * np.maximum(1.0 - chance, 0.0)
    np.fill_diagonal(kept, 1.0)
    # (pairs that are shrunk or missing on their own may leave a slightly negative one)
    values = np.maximum(np.linalg.eigvalsh(kept), 0.0)
    result: Floats = values * (d / values.sum())
    return result


def unshared(evidence: float, pairs: int, eigenvalues: Floats) -> float:
    r"""Return the chi-square of independent outputs that is as rare as an evidence among these.

    Parameters
    ----------
    evidence : float
        Sum of the outputs' chi-squares.
    pairs : int
        Cosines and sines of each output: each chi-square has ``2 pairs`` degrees of freedom.
    eigenvalues : ndarray, shape (d,)
        Of :func:`shared_noise`.

    Returns
    -------
    float
        The evidence itself where the outputs share nothing.

    Notes
    -----
    Both tails are those of the saddlepoint approximation, :math:`r^* = w + \log(v / w) / w`
    (Barndorff-Nielsen 1990, J. R. Stat. Soc. B 52, 485; for such sums Kuonen 1999, Biometrika 86,
    929); as both are approximated alike, the answer is exact where all eigenvalues are 1.
    """
    return _as_rare(evidence, pairs, eigenvalues, np.ones_like(eigenvalues))


def as_shared(evidence: float, pairs: int, eigenvalues: Floats) -> float:
    """Return the evidence that :func:`unshared` turns into this one: a level among such noise."""
    return _as_rare(evidence, pairs, np.ones_like(eigenvalues), eigenvalues)


def unshared_power(power: float, dof: float, pairs: int, eigenvalues: Floats) -> float:
    """Return :func:`unshared` of a share of the sum of squares, in [0, 1], as such a share."""
    return _of_evidence(unshared, power, dof, pairs, eigenvalues)


def shared_power(power: float, dof: float, pairs: int, eigenvalues: Floats) -> float:
    """Return :func:`as_shared` of a share of the sum of squares, in [0, 1], as such a share."""
    return _of_evidence(as_shared, power, dof, pairs, eigenvalues)


def _of_evidence(
    change: Callable[[float, int, Floats], float],
    power: float,
    dof: float,
    pairs: int,
    eigenvalues: Floats,
) -> float:
    if not 0 < power < 1:
        return power
    worth = max(dof - pairs * len(eigenvalues) - 1.0, 1.0)
    evidence = change(-worth * float(np.log1p(-power)), pairs, eigenvalues)
    return power_of_evidence(evidence, dof, pairs * len(eigenvalues))


def _as_rare(evidence: float, pairs: int, given: Floats, wanted: Floats) -> float:
    """Return what has the same tail among noise of other eigenvalues."""
    if evidence <= 0 or max(np.ptp(given), np.ptp(wanted)) < _ROUNDING:
        return evidence
    rare = _rarity(evidence, pairs, given)

    def excess(logarithm: float) -> float:
        return _rarity(evidence * float(np.exp(logarithm)), pairs, wanted) - rare

    # neither sum is larger than d times, or smaller than the d-th part, of the other in the far
    # tail; near the middle a few degrees of freedom more or less decide
    reach = float(np.log(1e3 * len(given)))
    return evidence * float(np.exp(optimize.brentq(excess, -reach, reach)))


def _rarity(evidence: float, pairs: int, eigenvalues: Floats) -> float:
    r"""Return :math:`r^*`: the normal deviate as far out as a sum of scaled chi-squares."""
    values = eigenvalues[eigenvalues > 0]
    mean = 2.0 * pairs * float(values.sum())
    spread = float(np.sqrt(4.0 * pairs * (values**2).sum()))
    x = evidence
    if abs(x - mean) < 1e-4 * spread:  # w and v both vanish there; nothing hangs on it
        x = mean + 1e-4 * spread
    largest = float(values.max())
    d = len(values)
    # each term of the slope is positive: the root lies where the largest alone, or all as large
    # as the largest, would make it
    lower = (1.0 - 2.0 * pairs * d * largest / x) / (2.0 * largest)
    upper = (1.0 - 2.0 * pairs * largest / x * (1 - 1e-12)) / (2.0 * largest)

    def slope(s: float) -> float:
        return float((2.0 * pairs * values / (1.0 - 2.0 * s * values)).sum()) - x

    if slope(lower) > 0:
        lower = min(lower, 0.0) - (2.0 * pairs * d) / x
    s = lower if lower >= upper else float(optimize.brentq(slope, lower, upper, xtol=1e-15))
    rest = 1.0 - 2.0 * s * values
    w_squared = 2.0 * (s * x + pairs * float(np.log(rest).sum()))
    w = np.sign(s) * np.sqrt(max(w_squared, 0.0))
    v = s * np.sqrt(float((4.0 * pairs * (values / rest) ** 2).sum()))
    return float(w + np.log(v / w) / w)
