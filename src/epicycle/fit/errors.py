"""Covariance of a converged fit: the error of every number that is reported."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import linalg

from epicycle.fit.joint import Fit
from epicycle.fit.linearised import QUICK, Linearised, linearise
from epicycle.samples.arrays import Floats
from epicycle.samples.data import Data


@dataclass(frozen=True)
class Covariance:
    """Joint covariance of frequencies and linear parameters.

    Attributes
    ----------
    frequency : ndarray, shape (K, K)
        Covariance of the fundamentals; rows and columns of fixed ones are 0.
    drift : ndarray, shape (K,)
        Variance of each drift; 0 where none was fitted.
    joint : tuple of ndarray, each of shape (K + p + 2 L, K + p + 2 L)
        For each output, the covariance of the fundamentals followed by its coefficients.
    complete : tuple of ndarray, each of shape (2 K + p + 2 L, 2 K + p + 2 L)
        The same with the drifts after the fundamentals.  Where groups have gains, these are the
        last rows and columns of both.
    linear : tuple of ndarray, each of shape (p + 2 L, p + 2 L)
        For each output, that of its coefficients alone: in white noise, at known frequencies.
    """

    frequency: Floats
    drift: Floats
    joint: tuple[Floats, ...]
    complete: tuple[Floats, ...]
    linear: tuple[Floats, ...]


def covariance(data: Data, fit: Fit, level: Floats) -> Covariance:
    """Return the covariance of a converged fit, given the noise level around each line.

    Parameters
    ----------
    data : Data
        The regression problem.
    fit : Fit
        Its solution.
    level : ndarray, shape (L, d)
        Noise power around each line relative to white noise
        (:func:`epicycle.fit.level.local_level`).

    Notes
    -----
    The inverse of the full Gauss-Newton matrix [columns, slopes], with each parameter's variance
    multiplied by the noise level where that parameter is determined.  For one sinusoid in white
    noise this is the Cramer-Rao bound, ``var(f) = 1 / (2 pi^2 A^2 sum w (t - mean t)^2)``.
    Locked frequencies are weighted means of free ones, whose covariance they inherit.
    """
    # columns that a fit has just used serve here too: a line turned by as little as a quick fit
    # allows has the same information, and after a final fit they are those of its frequencies
    state = linearise(data, fit.structure, absolute=True, futile=QUICK)
    state.scale = fit.scale
    structure = fit.structure
    n_fundamentals = len(structure.frequency)
    moving = np.flatnonzero(np.append(~structure.fixed, structure.drifting))
    nonlinear = np.zeros((2 * n_fundamentals, 2 * n_fundamentals))
    if moving.size:
        matrix, _ = state.normal_equations(moving)
        size = np.sqrt(np.maximum(np.diag(matrix), 1e-300))
        scaled = matrix / np.outer(size, size)
        inverse = linalg.pinvh(scaled)
        root = np.tile(np.sqrt(_fundamental_level(state, level)), 2)[moving]
        inverse *= np.outer(root, root)
        if structure.trains:
            weighing = _weighing(scaled, structure.directions(moving) * size[:, np.newaxis])
            inverse = weighing @ inverse @ weighing.T
        nonlinear[np.ix_(moving, moving)] = inverse / np.outer(size, size)
    complete = tuple(
        _complete_covariance(state, j, nonlinear, level[:, j]) for j in range(data.y.shape[1])
    )
    n_parameters = len(complete[0])
    kept = np.delete(np.arange(n_parameters), np.arange(n_fundamentals, 2 * n_fundamentals))
    return Covariance(
        frequency=nonlinear[:n_fundamentals, :n_fundamentals],
        drift=np.diag(nonlinear)[n_fundamentals:].copy(),
        joint=tuple(one[np.ix_(kept, kept)] for one in complete),
        complete=complete,
        linear=tuple(
            state.normal(j).solve_normal(np.eye(len(state.coefficients))) * state.scale[j]
            for j in range(data.y.shape[1])
        ),
    )


def _weighing(information: Floats, directions: Floats) -> Floats:
    """Return how locked parameters follow from free ones: their least-squares projection."""
    unit = directions / np.sqrt(np.diag(directions.T @ information @ directions))
    result: Floats = unit @ linalg.pinvh(unit.T @ information @ unit) @ unit.T @ information
    return result


def _fundamental_level(state: Linearised, level: Floats) -> Floats:
    """Return the noise level of each fundamental: the mean of its lines', by information."""
    structure = state.structure
    lines = state.coefficients[state.data.nuisance.shape[1] :]
    result = np.ones(len(structure.frequency))
    power = (
        (lines[0::2] ** 2 + lines[1::2] ** 2) / state.scale * structure.order[:, np.newaxis] ** 2
    )
    for k in range(len(result)):
        of_k = structure.parent == k
        total = power[of_k].sum()
        if total > 0:
            result[k] = float((power[of_k] * level[of_k]).sum() / total)
    return result


def _complete_covariance(
    state: Linearised, output: int, nonlinear: Floats, level: Floats
) -> Floats:
    n_nuisance = state.data.nuisance.shape[1]
    n_columns = len(state.coefficients)
    n_fundamentals = len(state.structure.frequency)
    normal = state.normal(output)
    linear = normal.solve_normal(np.eye(n_columns)) * state.scale[output]
    root = np.ones(n_columns)
    root[n_nuisance:] = np.sqrt(np.repeat(level, 2))
    linear *= np.outer(root, root)
    # how the linear parameters answer to a change of frequencies and drifts
    response = -normal.solve_normal(state.cross(output, np.arange(2 * n_fundamentals)))
    cross = response @ nonlinear
    return np.block([[nonlinear, cross.T], [cross, linear + cross @ response.T]])
