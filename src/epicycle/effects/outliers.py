r"""Values that lie far off: a loss that bounds their influence, and a report of them.

With Huber's loss the best fit solves :math:`\sum_i x_i \psi(r_i / s) = 0`, where :math:`\psi`
cuts standardised residuals off at 1.345 (Huber 1964, Ann. Math. Stat. 35, 73; at this point the
errors grow by 2.5 % where there is nothing to be bounded).  Such a fit is an ordinary
least-squares fit of the pseudo-values

.. math:: y_i^* = \hat y_i + s\,\psi(r_i / s) / m , \qquad m = \mathrm{mean}\,\psi'(r / s) ,

whose residual variance over the number of values is that of the estimate (Huber 1973, Ann. Stat.
1, 799, sections 7-8; for periods: Oh, Nychka, Brown & Charbonneau 2004, J. R. Stat. Soc. C 53,
15).  So the whole search - spectra, significance, errors, jitter - runs on pseudo-values, which
are made anew from its result until they stay.  The scale s is the median of the absolute residuals.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy import special

from epicycle.limits import EFFECTS, NOISE
from epicycle.pursuit.pursuit import Pursuit, whole
from epicycle.samples.arrays import Floats
from epicycle.samples.budget import OutOfTimeError
from epicycle.samples.data import Data

#: Pseudo-values have settled when none moves by more than this, in standard deviations.
_SETTLED = 0.01

_FIRST_ROUNDS = 20

_ROUNDS = 8

_UNSETTLED = "the time was over before the values that are far off had settled"

#: Median of the absolute value of a standard normal variable.
_MEDIAN = 0.6744897501960817


def pursue_robustly(data: Data, pursue: Callable[[Data], Pursuit]) -> Pursuit:
    """Return the pursuit of the pseudo-values that its own result implies.

    Parameters
    ----------
    data : Data
        The regression problem as it was given.
    pursue : callable
        Returns the pursuit of a regression problem.

    Notes
    -----
    The first pseudo-values are those of trend and offsets alone, so that not even the first
    search meets a value far off.  One round leaves about a fifth of the difference to the last.
    """
    pseudo = data
    for _ in range(_FIRST_ROUNDS):
        new, moved = pseudo_values(data, _without_lines(pseudo), data.weights, pseudo.y)
        pseudo = replace(data, y=new)
        if moved < _SETTLED:
            break
    found = pursue(pseudo)
    for _ in range(_ROUNDS - 1):
        model = found.data.y - found.fit.residual
        new, moved = pseudo_values(data, model, found.data.weights, pseudo.y)
        if moved < _SETTLED:
            break
        pseudo = replace(data, y=new)
        try:
            found = whole(pursue(pseudo))
        except OutOfTimeError:
            return replace(found, notes=(*found.notes, _UNSETTLED))
    return found


def pseudo_values(data: Data, model: Floats, weights: Floats, old: Floats) -> tuple[Floats, float]:
    """Return model plus bounded residual, whose least squares are Huber's fit, and its movement.

    Parameters
    ----------
    data : Data
        The regression problem as it was given.
    model : ndarray, shape (n, d)
        The present fit.
    weights : ndarray, shape (n, 1) or (n, d)
        Present inverse variances.
    old : ndarray, shape (n, d)
        The pseudo-values from which that fit was made.

    Returns
    -------
    new : ndarray, shape (n, d)
        The pseudo-values; what is missing stays as it is.
    moved : float
        Largest difference to the old ones in standard deviations.
    """
    residual = data.y - model
    scale = robust_scale(residual, weights, data.group)
    standard = residual / scale
    counted = np.broadcast_to(weights > 0, residual.shape) & np.isfinite(scale)
    inside = ((np.abs(standard) < EFFECTS.huber_bound) & counted).sum(axis=0) / np.maximum(
        counted.sum(0), 1
    )
    with np.errstate(invalid="ignore"):
        bounded = model + scale * np.clip(
            standard, -EFFECTS.huber_bound, EFFECTS.huber_bound
        ) / np.maximum(inside, 0.1)
    new = np.where(counted, bounded, data.y)
    moved = np.abs((new - old) / scale)
    return new, float(moved.max(initial=0.0))


def outlying(residual: Floats, weights: Floats, group: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Return which values are farther off than noise brings any in 99 of 100 data sets.

    Parameters
    ----------
    residual : ndarray, shape (n, d)
        Values minus model.
    weights : ndarray, shape (n, 1) or (n, d)
        Inverse variances, up to a factor for each group and output; 0 where a value is missing.
    group : ndarray of int, shape (n,)
        Group of each sample.

    Returns
    -------
    ndarray of bool, shape (n, d)
    """
    present = np.broadcast_to(weights > 0, residual.shape)
    count = max(int(present.sum()), 1)
    limit = -float(special.ndtri(0.5 * EFFECTS.outlier_chance / count))
    scale = robust_scale(residual, weights, group)
    result: NDArray[np.bool_] = present & (np.abs(residual) > limit * scale)
    return result


def robust_scale(residual: Floats, weights: Floats, group: NDArray[np.intp]) -> Floats:
    """Return the standard deviation of every value, by the medians of groups, shape (n, d).

    Where more than half of the residuals are 0 the mean of the absolute ones takes the place of
    their median; where all are, the scale is infinite: nothing is far off.
    """
    root = np.sqrt(np.broadcast_to(weights, residual.shape))
    standard = np.abs(residual) * root
    result = np.full(residual.shape, np.inf)
    for j in range(residual.shape[1]):
        present = root[:, j] > 0
        for g in np.unique(group):
            rows = present & (group == g)
            values = standard[rows if rows.sum() >= NOISE.fewest_values else present, j]
            if not len(values):
                continue
            scale = float(np.median(values)) / _MEDIAN or float(values.mean()) * 1.2533141
            if scale > 0:
                result[rows, j] = scale / root[rows, j]
    return result


def _without_lines(data: Data) -> Floats:
    """Return the least-squares fit of trend and offsets, shape (n, d)."""
    result = np.empty_like(data.y)
    for j in range(data.y.shape[1]):
        w = data.weights_of(j)
        basis = data.basis(j)
        result[:, j] = basis @ (basis.T @ (w * data.y[:, j]))
    return result
