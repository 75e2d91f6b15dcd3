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

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

from epicycle._data import Data
from epicycle._twofloat import Floats
from epicycle.lines import Structure, design, line_columns

#: Largest change of a frequency in one step, in units of 1/baseline.
_RADIUS = 0.25

#: Iteration stops when no frequency moves by more than this, in units of 1/baseline, ...
_TOLERANCE = 1e-11

#: ... or when chi-square is expected to fall by less than this, in units of the variance.  A quick
#: fit, good enough to decide whether a line stays, stops at QUICK.
_FUTILE = 1e-20
QUICK = 1e-2

_MAX_STEPS = 40


@dataclass(frozen=True)
class Fit:
    """A converged joint fit.

    Attributes
    ----------
    structure : Structure
        The lines, with refined frequencies.
    coefficients : ndarray, shape (p + 2 L, d)
        Nuisance coefficients, then the cosine and sine coefficient of each line in turn.
    residual : ndarray, shape (n, d)
        Data minus model; 0 where a value is missing.
    chi2 : ndarray, shape (d,)
        Weighted sums of squared residuals.
    scale : ndarray, shape (d,)
        chi2 per degree of freedom, or 1 where the weights are known to be right.
    n_nuisance : int
        Number p of nuisance columns.
    """

    structure: Structure
    coefficients: Floats
    residual: Floats
    chi2: Floats
    scale: Floats
    n_nuisance: int

    @property
    def n_parameters(self) -> int:
        """Number of parameters, linear ones of one output and all others."""
        return len(self.coefficients) + self.structure.n_free

    def line_coefficients(self, line: int) -> Floats:
        """Return cosine and sine coefficients of one line, shape (2, d)."""
        first = self.n_nuisance + 2 * line
        result: Floats = self.coefficients[first : first + 2]
        return result


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
    state = Linearised(data, structure, absolute)
    movable = ~structure.fixed if free is None else free & ~structure.fixed
    moving = np.flatnonzero(np.append(movable, movable & structure.drifting))
    if moving.size == 0:
        return state.fit()
    directions = structure.directions(moving)
    damping = 0.0
    # a drift of 8 / T^2 turns the phase at either end as far as a frequency off by 1 / T does
    unit = np.repeat([1 / data.baseline, 8 / data.baseline**2], len(structure.frequency))[moving]
    for _ in range(max_steps):
        matrix, gradient = state.normal_equations(moving)
        locked = directions.T @ matrix @ directions
        step = directions @ _solve_damped(locked, directions.T @ gradient, damping)
        step *= min(1.0, _RADIUS / np.abs(step / unit).max(initial=1e-300))
        moved = np.abs(step / unit).max()
        if moved < _TOLERANCE or float(gradient @ step) < futile:
            break
        trial = Linearised(data, _moved(state.structure, moving, step), absolute, state)
        if trial.objective <= state.objective:
            state = trial
            damping *= 0.1
        else:
            damping = max(10 * damping, 1e-3)
            if damping > 1e8 or moved < 1e-9:
                break
    state.scale = state.own_scale(absolute)
    return state.fit()


def _moved(structure: Structure, moving: NDArray[np.intp], step: Floats) -> Structure:
    parameters = np.append(structure.frequency, structure.drift)
    parameters[moving] += step
    frequency, drift = np.split(parameters, 2)
    return replace(structure, frequency=frequency, drift=drift)


def _solve_damped(matrix: Floats, gradient: Floats, damping: float) -> Floats:
    diagonal = np.diag(matrix)
    size = np.sqrt(np.maximum(diagonal, 1e-300))
    # scaled to unit diagonal, the damping is relative to each frequency's own information
    scaled = matrix / np.outer(size, size) + (damping + 1e-12) * np.eye(len(size))
    result: Floats = linalg.solve(scaled, gradient / size, assume_a="pos") / size
    return result


class Linearised:
    """Linear fit at given frequencies, and what is needed for a step of the frequencies.

    A `previous` state of the same structure lends its scale, so that objectives compare, and the
    columns of every line that has not moved.
    """

    def __init__(
        self, data: Data, structure: Structure, absolute: bool, previous: Linearised | None = None
    ) -> None:
        self.data = data
        self.structure = structure
        self.columns = (
            design(data, structure) if previous is None else previous.moved_columns(structure)
        )
        n_outputs = data.y.shape[1]
        self._factors = [NormalEquations(self.columns, w) for w in data.weights.T]
        self.coefficients: Floats = np.empty((self.columns.shape[1], n_outputs))
        self.residual = np.empty_like(data.y)
        for j in range(n_outputs):
            self.coefficients[:, j], self.residual[:, j] = self.normal(j).solve(data.y[:, j])
        self.chi2 = np.array(
            [float(data.weights_of(j) @ self.residual[:, j] ** 2) for j in range(n_outputs)]
        )
        self.scale: Floats = self.own_scale(absolute) if previous is None else previous.scale
        self.objective = float((self.chi2 / self.scale).sum())

    def moved_columns(self, structure: Structure) -> Floats:
        """Return the columns at other frequencies, computing those of moved lines only."""
        columns = self.columns.copy()
        moved = np.flatnonzero(
            (structure.frequency != self.structure.frequency)
            | (structure.drift != self.structure.drift)
        )
        lines = np.flatnonzero(np.isin(structure.parent, moved))
        part = replace(structure, parent=structure.parent[lines], order=structure.order[lines])
        first = self.data.nuisance.shape[1] + 2 * lines
        fresh = line_columns(part, self.data)
        columns[:, first] = fresh[:, 0::2]
        columns[:, first + 1] = fresh[:, 1::2]
        return columns

    def normal(self, output: int) -> NormalEquations:
        """Return the factorised normal equations of one output."""
        return self._factors[min(output, len(self._factors) - 1)]

    def own_scale(self, absolute: bool) -> Floats:
        """Return the variance scale that this fit's own residual suggests."""
        if absolute:
            return np.ones(len(self.chi2))
        free = self.structure.n_free
        counts = np.array(
            [np.count_nonzero(self.data.weights_of(j)) for j in range(len(self.chi2))]
        )
        dof = np.maximum(counts - self.columns.shape[1] - free / len(self.chi2), 1.0)
        # an exact fit leaves rounding errors only; their scale must still be a positive number
        floor = 1e-30 * self.data.weights.max() * (self.data.y**2).max(axis=0) + 1e-200
        scale: Floats = np.maximum(self.chi2 / dof, floor)
        return scale

    def normal_equations(self, moving: NDArray[np.intp]) -> tuple[Floats, Floats]:
        """Return the Schur complement of the Gauss-Newton matrix, and its right-hand side.

        `moving` indexes the frequencies followed by the drifts.
        """
        matrix = np.zeros((len(moving), len(moving)))
        gradient = np.zeros(len(moving))
        for j in range(len(self.chi2)):
            w = self.data.weights_of(j)
            slopes = parameter_slopes(self, j, moving)
            weighted = slopes * w[:, np.newaxis]
            gradient += weighted.T @ self.residual[:, j] / self.scale[j]
            cross = self.columns.T @ weighted
            inner = weighted.T @ slopes - cross.T @ self.normal(j).solve_normal(cross)
            matrix += inner / self.scale[j]
        return matrix, gradient

    def fit(self) -> Fit:
        """Return what outlives the iteration."""
        return Fit(
            structure=self.structure,
            coefficients=self.coefficients,
            residual=self.residual,
            chi2=self.chi2,
            scale=self.scale,
            n_nuisance=self.data.nuisance.shape[1],
        )


def frequency_slopes(state: Linearised, output: int) -> Floats:
    """Return the derivative of one output's model by each fundamental frequency, (n, K)."""
    structure = state.structure
    n_nuisance = state.data.nuisance.shape[1]
    slopes = np.zeros((len(state.columns), len(structure.frequency)))
    c = state.coefficients[n_nuisance:, output]
    for line, (k, order) in enumerate(zip(structure.parent, structure.order, strict=True)):
        cosine = state.columns[:, n_nuisance + 2 * line]
        sine = state.columns[:, n_nuisance + 2 * line + 1]
        slopes[:, k] += order * (c[2 * line + 1] * cosine - c[2 * line] * sine)
    slopes *= (2 * np.pi) * state.data.times.to_float()[:, np.newaxis]
    return slopes


def parameter_slopes(state: Linearised, output: int, moving: NDArray[np.intp]) -> Floats:
    """Return the derivative of one output's model by frequencies and drifts, (n, m)."""
    slopes = frequency_slopes(state, output)
    n_fundamentals = slopes.shape[1]
    drifts = moving[moving >= n_fundamentals] - n_fundamentals
    # the phase is f t + drift t^2 / 2
    half_time = 0.5 * state.data.times.to_float()[:, np.newaxis]
    by_drift = slopes[:, drifts] * half_time
    return np.hstack([slopes[:, moving[moving < n_fundamentals]], by_drift])


class NormalEquations:
    """Weighted normal equations of the linear part, scaled to unit diagonal and factorised."""

    def __init__(self, columns: Floats, weights: Floats) -> None:
        self._columns = columns
        self._weights = weights
        gram = columns.T @ (columns * weights[:, np.newaxis])
        size = np.sqrt(np.diag(gram))
        # a column without any weight (a group that one output lacks) gets coefficient 0
        self._size = np.where(size > 0, size, 1.0)
        gram /= np.outer(self._size, self._size)
        gram[np.diag_indices_from(gram)] = 1.0 + 1e-13
        self._factor = linalg.cho_factor(gram, lower=True, check_finite=False)

    def solve_normal(self, right: Floats) -> Floats:
        """Return the solution for right-hand sides of shape (p,) or (p, k)."""
        size = self._size if right.ndim == 1 else self._size[:, np.newaxis]
        result: Floats = linalg.cho_solve(self._factor, right / size, check_finite=False) / size
        return result

    def solve(self, y: Floats) -> tuple[Floats, Floats]:
        """Return coefficients and residual; one step of iterative refinement mends rounding."""
        present = self._weights > 0
        c = self.solve_normal(self._columns.T @ (self._weights * y))
        residual = y - self._columns @ c
        c += self.solve_normal(self._columns.T @ (self._weights * residual))
        residual = np.where(present, y - self._columns @ c, 0.0)
        return c, residual
