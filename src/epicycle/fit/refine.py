r"""Joint nonlinear least squares of all lines: their frequencies to the statistical limit.

The model of output j is

.. math:: y_j = \sum_m n_m \beta_{mj}
          + \sum_l a_{lj} \cos 2\pi o_l f_{k(l)} t + b_{lj} \sin 2\pi o_l f_{k(l)} t ,

with nuisance columns n and lines l of order o_l on the free frequencies f_k; a line of order 2 is
locked to twice its frequency.  A drifting frequency adds :math:`o_l \dot f_{k(l)} t^2 / 2` to the
phase.  The linear parameters are eliminated (variable projection, Golub &
Pereyra 1973, SIAM J. Numer. Anal. 10, 413) with Kaufman's Jacobian (1975, BIT 15, 49), which in
normal equations is the Schur complement of the full Gauss-Newton matrix.  A step is limited to a
fraction of a line width and is only kept if it lowers chi-square.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import lapack

from epicycle.compiled.numba import is_there
from epicycle.fit.few import fitted_by_loops
from epicycle.fit.joint import Fit
from epicycle.fit.linearised import _FUTILE, FEW_SAMPLES, linearise
from epicycle.fit.lines import Structure
from epicycle.samples.arrays import Floats
from epicycle.samples.data import Data

#: Largest change of a frequency in one step, in units of 1/baseline.
_RADIUS = 0.25

#: Iteration stops when no frequency moves by more than this, in units of 1/baseline: what is then
#: left of an exact waveform, even at its sixteenth order, is below what counts as rounding, ...
_TOLERANCE = 1e-13

_MAX_STEPS = 40

#: Damping, in units of each frequency's own information, beyond which steps lead nowhere.
_MOST_DAMPING = 1e8

#: Steps in which a frequency that is near its optimum comes near enough to be compared.
_FEW_STEPS = 2


def fit_lines(
    data: Data,
    structure: Structure,
    *,
    absolute: bool,
    futile: float = _FUTILE,
    max_steps: int = _MAX_STEPS,
    free: NDArray[np.bool_] | None = None,
) -> Fit:
    """Return the least-squares fit of all lines, with their free frequencies refined.

    Parameters
    ----------
    data : Data
        The regression problem.
    structure : Structure
        Lines at their starting frequencies, each within half a line width of its optimum.
    absolute : bool
        Whether the weights are inverse variances; otherwise each output's scatter is estimated.
    futile : float
        Iteration ends when the expected gain of a step in chi-square is below this.
    max_steps : int
        Iteration ends after this many steps.
    free : ndarray of bool, shape (K,), optional
        Frequencies to refine; by default all that are not fixed.

    Returns
    -------
    Fit
    """
    movable = ~structure.fixed if free is None else free & ~structure.fixed
    moving = np.flatnonzero(np.append(movable, movable & structure.drifting))
    if len(data.times) <= FEW_SAMPLES and not structure.trains and is_there():
        numbers = (absolute, futile, max_steps, _RADIUS, _TOLERANCE, _MOST_DAMPING)
        return fitted_by_loops(data, structure, moving, numbers)
    state = linearise(data, structure, absolute, futile=futile)
    if moving.size == 0:
        return state.fit()
    directions = structure.directions(moving)
    damping = 0.0
    # a drift of 8 / T^2 turns the phase at either end as far as a frequency off by 1 / T does
    unit = np.repeat([1 / data.baseline, 8 / data.baseline**2], len(structure.frequency))[moving]
    for _ in range(max_steps):
        matrix, gradient = state.normal_equations(moving)
        locked = directions.T @ matrix @ directions
        solved = _solve_damped(locked, directions.T @ gradient, damping)
        if solved is None:
            damping = max(10 * damping, 1e-3)
            if damping > _MOST_DAMPING:
                break
            continue
        step = directions @ solved
        step *= min(1.0, _RADIUS / np.abs(step / unit).max(initial=1e-300))
        moved = np.abs(step / unit).max()
        if moved < _TOLERANCE or float(gradient @ step) < futile:
            break
        trial = linearise(data, _moved(state.structure, moving, step), absolute, state, futile)
        if trial.objective <= state.objective:
            state = trial
            damping *= 0.1
        else:
            damping = max(10 * damping, 1e-3)
            if damping > _MOST_DAMPING or moved < 1e-9:
                break
    state.scale = state.own_scale(absolute)
    return state.fit()


def joint_gain(data: Data, fit: Fit, structure: Structure, k: int) -> float:
    """Return by how much less other lines leave, fitted together, than the lines of a fit.

    Powers of single lines do not add up to that where few samples hardly tell them apart: each
    line has then the power of all of them.

    Parameters
    ----------
    data : Data
        The regression problem, with the weights of the fit.
    fit : Fit
        What is compared with.
    structure : Structure
        The other lines; only the frequency of fundamental `k` is refined, by a few steps.
    k : int
        The fundamental that stands elsewhere.

    Returns
    -------
    float
        Difference of chi-square, in units of the scale of each output, summed over them.
    """
    free = np.arange(len(structure.frequency)) == k
    there = fit_lines(data, structure, absolute=True, max_steps=_FEW_STEPS, free=free)
    return float(((fit.chi2 - there.chi2) / fit.scale).sum())


def _moved(structure: Structure, moving: NDArray[np.intp], step: Floats) -> Structure:
    parameters = np.append(structure.frequency, structure.drift)
    parameters[moving] += step
    frequency, drift = np.split(parameters, 2)
    return replace(structure, frequency=frequency, drift=drift)


def _solve_damped(matrix: Floats, gradient: Floats, damping: float) -> Floats | None:
    """Return the damped step, or None where rounding leaves the matrix not positive definite."""
    diagonal = np.diag(matrix)
    size = np.sqrt(np.maximum(diagonal, 1e-300))
    # scaled to unit diagonal, the damping is relative to each frequency's own information
    scaled = matrix / np.outer(size, size) + (damping + 1e-12) * np.eye(len(size))
    _, solved, info = lapack.dposv(scaled, gradient / size, lower=1)
    if info:
        return None
    result: Floats = solved / size
    return result
