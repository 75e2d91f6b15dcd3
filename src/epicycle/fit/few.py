"""Joint fits of few samples by compiled loops: the same as by NumPy, in a fraction of the time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from epicycle.compiled import lines as loops
from epicycle.fit.joint import Fit
from epicycle.fit.linearised import least_scale
from epicycle.fit.lines import Structure
from epicycle.samples import phase
from epicycle.samples.arrays import Floats
from epicycle.samples.data import Data

#: Samples as the loops want them, with the least scale of each output.
_Prepared = tuple[tuple[Floats, Floats, Floats, Floats], Floats, Floats]


def fitted_by_loops(
    data: Data,
    structure: Structure,
    moving: NDArray[np.intp],
    numbers: tuple[bool, float, int, float, float, float],
) -> Fit:
    """Return the least-squares fit of all lines, with some frequencies and drifts refined.

    Parameters
    ----------
    data, structure
        As for :func:`epicycle.fit.refine.fit_lines`; no trains.
    moving : ndarray of int, shape (m,)
        Which of the frequencies, followed by the drifts, move.
    numbers : tuple
        Whether the weights are absolute, and what ends the steps: as the loop has them.

    Raises
    ------
    LinAlgError
        If columns depend on each other.
    """
    samples, counts, floor = _prepared(data)
    count, d = len(structure.frequency), data.y.shape[1]
    columns = data.nuisance.shape[1] + 2 * len(structure.order)
    dof = np.maximum(counts - columns - structure.n_free / d, 1.0)
    unit = np.where(moving < count, 1 / data.baseline, 8 / data.baseline**2)
    status, parameters, coefficients, residual, chi2, scale = loops.fit_few(
        phase.turns(structure.frequency, data.times),
        samples,
        np.stack([structure.parent, structure.order]).astype(np.int64),
        np.stack([structure.frequency, structure.drift]).astype(np.float64),
        moving.astype(np.int64),
        unit,
        np.stack([dof, floor]),
        numbers,
    )
    if status:
        raise np.linalg.LinAlgError("columns of a fit depend on each other")
    return Fit(
        structure=replace(structure, frequency=parameters[0], drift=parameters[1]),
        coefficients=np.ascontiguousarray(coefficients.T),
        residual=np.ascontiguousarray(residual.T),
        chi2=chi2,
        scale=scale,
        n_nuisance=data.nuisance.shape[1],
    )


def _prepared(data: Data) -> _Prepared:
    """Return what depends on the data alone, kept with them."""
    kept = data.memo.get("few")
    if not isinstance(kept, tuple):
        samples = (
            np.ascontiguousarray(data.times.to_float()),
            np.ascontiguousarray(data.y.T),
            np.ascontiguousarray(data.weights.T),
            np.ascontiguousarray(data.nuisance.T),
        )
        counts = np.array([np.count_nonzero(data.weights_of(j)) for j in range(data.y.shape[1])])
        counts = data.told * counts
        kept = data.memo["few"] = samples, counts, least_scale(data)
    prepared: _Prepared = kept
    return prepared
