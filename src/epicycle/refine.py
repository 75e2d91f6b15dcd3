"""Joint nonlinear least squares of all lines: their frequencies to the statistical limit.

The model of output j is

.. math:: y_j = \\sum_m n_m \\beta_{mj}
          + \\sum_l a_{lj} \\cos 2\\pi o_l f_{k(l)} t + b_{lj} \\sin 2\\pi o_l f_{k(l)} t ,

with nuisance columns n and lines l of order o_l on the free frequencies f_k; a line of order 2 is
locked to twice its frequency.  The linear parameters are eliminated (variable projection, Golub &
Pereyra 1973, SIAM J. Numer. Anal. 10, 413) with Kaufman's Jacobian (1975, BIT 15, 49), which in
normal equations is the Schur complement of the full Gauss-Newton matrix.  A step is limited to a
fraction of a line width and is only kept if it lowers chi-square.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

from epicycle import phase
from epicycle._data import Data
from epicycle._twofloat import Floats

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
class Structure:
    """Which lines there are, and which of them share a frequency.

    Attributes
    ----------
    frequency : ndarray, shape (K,)
        Fundamental frequencies.
    parent : ndarray of int, shape (L,)
        Index of the fundamental of each line.
    order : ndarray of int, shape (L,)
        Multiple of the fundamental at which each line stands.
    fixed : ndarray of bool, shape (K,)
        Frequencies that are known and not refined.
    """

    frequency: Floats
    parent: NDArray[np.intp]
    order: NDArray[np.intp]
    fixed: NDArray[np.bool_]

    @staticmethod
    def empty() -> Structure:
        """Return a structure without lines."""
        none = np.empty(0, dtype=np.intp)
        return Structure(np.empty(0), none, none, np.empty(0, dtype=bool))

    @property
    def line_frequency(self) -> Floats:
        """Frequency of every line, shape (L,)."""
        result: Floats = self.order * self.frequency[self.parent]
        return result

    def plus(
        self, frequency: float, orders: tuple[int, ...] = (1,), fixed: bool = False
    ) -> Structure:
        """Return the structure with one more fundamental, carrying lines of the given orders."""
        return Structure(
            np.append(self.frequency, frequency),
            np.append(self.parent, [len(self.frequency)] * len(orders)).astype(np.intp),
            np.append(self.order, orders).astype(np.intp),
            np.append(self.fixed, fixed),
        )

    def orders_of(self, k: int) -> tuple[int, ...]:
        """Return the orders of the lines on fundamental `k`, ascending."""
        return tuple(sorted(int(o) for o in self.order[self.parent == k]))

    def pieces(self) -> list[tuple[float, tuple[int, ...], bool]]:
        """Return (frequency, orders, fixed) of every fundamental."""
        return [
            (float(f), self.orders_of(k), bool(self.fixed[k])) for k, f in enumerate(self.frequency)
        ]

    @staticmethod
    def of(pieces: list[tuple[float, tuple[int, ...], bool]]) -> Structure:
        """Return the structure made of `pieces`, the inverse of :meth:`pieces`."""
        result = Structure.empty()
        for frequency, orders, fixed in pieces:
            result = result.plus(frequency, orders, fixed)
        return result


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

    def line_coefficients(self, line: int) -> Floats:
        """Return cosine and sine coefficients of one line, shape (2, d)."""
        first = self.n_nuisance + 2 * line
        result: Floats = self.coefficients[first : first + 2]
        return result


def design(data: Data, structure: Structure) -> Floats:
    """Return the columns of the linear part, shape (n, p + 2 L)."""
    return np.hstack([data.nuisance, line_columns(structure, data)])


def line_columns(structure: Structure, data: Data) -> Floats:
    """Return the cosine and sine column of every line in turn, shape (n, 2 L)."""
    columns = np.empty((len(data.times), 2 * len(structure.order)))
    used, where = np.unique(structure.parent, return_inverse=True)
    base = phase.turns(structure.frequency[used], data.times)
    for line, (k, order) in enumerate(zip(where, structure.order, strict=True)):
        cosine, sine = phase.unit_phasors(phase.wrap(order * base[k]))
        columns[:, 2 * line] = cosine
        columns[:, 2 * line + 1] = sine
    return columns


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
    state = _State(data, structure, absolute)
    moving = np.flatnonzero(~structure.fixed if free is None else free & ~structure.fixed)
    if moving.size == 0:
        return state.fit()
    damping = 0.0
    limit = _RADIUS / data.baseline
    for _ in range(max_steps):
        matrix, gradient = state.normal_equations(moving)
        step = _solve_damped(matrix, gradient, damping)
        step *= min(1.0, limit / np.abs(step).max(initial=1e-300))
        moved = np.abs(step).max() * data.baseline
        if moved < _TOLERANCE or float(gradient @ step) < futile:
            break
        frequency = state.structure.frequency.copy()
        frequency[moving] += step
        trial = _State(data, _moved(structure, frequency), absolute, state)
        if trial.objective <= state.objective:
            state = trial
            damping *= 0.1
        else:
            damping = max(10 * damping, 1e-3)
            if damping > 1e8 or moved < 1e-9:
                break
    state.scale = state.own_scale(absolute)
    return state.fit()


def _moved(structure: Structure, frequency: Floats) -> Structure:
    return Structure(frequency, structure.parent, structure.order, structure.fixed)


def _solve_damped(matrix: Floats, gradient: Floats, damping: float) -> Floats:
    diagonal = np.diag(matrix)
    size = np.sqrt(np.maximum(diagonal, 1e-300))
    # scaled to unit diagonal, the damping is relative to each frequency's own information
    scaled = matrix / np.outer(size, size) + (damping + 1e-12) * np.eye(len(size))
    result: Floats = linalg.solve(scaled, gradient / size, assume_a="pos") / size
    return result


class _State:
    """Linear fit at given frequencies, and what is needed for a step of the frequencies.

    A `previous` state of the same structure lends its scale, so that objectives compare, and the
    columns of every line that has not moved.
    """

    def __init__(
        self, data: Data, structure: Structure, absolute: bool, previous: _State | None = None
    ) -> None:
        self.data = data
        self.structure = structure
        self.columns = (
            design(data, structure) if previous is None else previous.moved_columns(structure)
        )
        n_outputs = data.y.shape[1]
        self._factors = [_Normal(self.columns, w) for w in data.weights.T]
        self.coefficients = np.empty((self.columns.shape[1], n_outputs))
        self.residual = np.empty_like(data.y)
        for j in range(n_outputs):
            self.coefficients[:, j], self.residual[:, j] = self._factor(j).solve(data.y[:, j])
        self.chi2 = np.array(
            [float(data.weights_of(j) @ self.residual[:, j] ** 2) for j in range(n_outputs)]
        )
        self.scale = self.own_scale(absolute) if previous is None else previous.scale
        self.objective = float((self.chi2 / self.scale).sum())

    def moved_columns(self, structure: Structure) -> Floats:
        """Return the columns at other frequencies, computing those of moved lines only."""
        columns = self.columns.copy()
        moved = np.flatnonzero(structure.frequency != self.structure.frequency)
        lines = np.flatnonzero(np.isin(structure.parent, moved))
        part = Structure(
            structure.frequency, structure.parent[lines], structure.order[lines], structure.fixed
        )
        first = self.data.nuisance.shape[1] + 2 * lines
        fresh = line_columns(part, self.data)
        columns[:, first] = fresh[:, 0::2]
        columns[:, first + 1] = fresh[:, 1::2]
        return columns

    def _factor(self, output: int) -> _Normal:
        return self._factors[min(output, len(self._factors) - 1)]

    def own_scale(self, absolute: bool) -> Floats:
        """Return the variance scale that this fit's own residual suggests."""
        if absolute:
            return np.ones(len(self.chi2))
        free = np.count_nonzero(~self.structure.fixed)
        counts = np.array(
            [np.count_nonzero(self.data.weights_of(j)) for j in range(len(self.chi2))]
        )
        dof = np.maximum(counts - self.columns.shape[1] - free / len(self.chi2), 1.0)
        # an exact fit leaves rounding errors only; their scale must still be a positive number
        floor = 1e-30 * (self.data.weights.max() * (self.data.y**2).max(axis=0) + 1e-300)
        return np.maximum(self.chi2 / dof, floor)

    def normal_equations(self, free: NDArray[np.intp]) -> tuple[Floats, Floats]:
        """Return the Schur complement of the Gauss-Newton matrix, and its right-hand side."""
        matrix = np.zeros((len(free), len(free)))
        gradient = np.zeros(len(free))
        for j in range(len(self.chi2)):
            w = self.data.weights_of(j)
            slopes = frequency_slopes(self, j)[:, free]
            weighted = slopes * w[:, np.newaxis]
            gradient += weighted.T @ self.residual[:, j] / self.scale[j]
            cross = self.columns.T @ weighted
            inner = weighted.T @ slopes - cross.T @ self._factor(j).solve_normal(cross)
            matrix += inner / self.scale[j]
        return matrix, gradient

    def fit(self) -> Fit:
        return Fit(
            structure=self.structure,
            coefficients=self.coefficients,
            residual=self.residual,
            chi2=self.chi2,
            scale=self.scale,
            n_nuisance=self.data.nuisance.shape[1],
        )


def frequency_slopes(state: _State, output: int) -> Floats:
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


class _Normal:
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


@dataclass(frozen=True)
class Covariance:
    """Joint covariance of frequencies and linear parameters.

    Attributes
    ----------
    frequency : ndarray, shape (K, K)
        Covariance of the fundamentals; rows and columns of fixed ones are 0.
    joint : tuple of ndarray, each of shape (K + p + 2 L, K + p + 2 L)
        For each output, the covariance of the fundamentals followed by its coefficients.
    """

    frequency: Floats
    joint: tuple[Floats, ...]


def covariance(data: Data, fit: Fit, level: Floats) -> Covariance:
    """Return the covariance of a converged fit, given the noise level around each line.

    Parameters
    ----------
    data : Data
        The regression problem.
    fit : Fit
        Its solution.
    level : ndarray, shape (L, d)
        Noise power around each line relative to white noise (:func:`epicycle.noise.local_level`).

    Notes
    -----
    The inverse of the full Gauss-Newton matrix [columns, slopes], with each parameter's variance
    multiplied by the noise level where that parameter is determined.  For one sinusoid in white
    noise this is the Cramer-Rao bound, ``var(f) = 1 / (2 pi^2 A^2 sum w (t - mean t)^2)``.
    """
    state = _State(data, fit.structure, absolute=True)
    state.scale = fit.scale
    structure = fit.structure
    n_fundamentals = len(structure.frequency)
    free = np.flatnonzero(~structure.fixed)
    frequency = np.zeros((n_fundamentals, n_fundamentals))
    if free.size:
        matrix, _ = state.normal_equations(free)
        size = np.sqrt(np.maximum(np.diag(matrix), 1e-300))
        inverse = linalg.pinvh(matrix / np.outer(size, size)) / np.outer(size, size)
        frequency[np.ix_(free, free)] = inverse
    root = np.sqrt(_fundamental_level(state, level))
    frequency *= np.outer(root, root)
    joint = tuple(
        _joint_covariance(state, j, frequency, level[:, j]) for j in range(data.y.shape[1])
    )
    return Covariance(frequency, joint)


def _fundamental_level(state: _State, level: Floats) -> Floats:
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


def _joint_covariance(state: _State, output: int, frequency: Floats, level: Floats) -> Floats:
    n_nuisance = state.data.nuisance.shape[1]
    n_columns = state.columns.shape[1]
    n_fundamentals = len(state.structure.frequency)
    normal = state._factor(output)
    w = state.data.weights_of(output)
    linear = normal.solve_normal(np.eye(n_columns)) * state.scale[output]
    root = np.ones(n_columns)
    root[n_nuisance:] = np.sqrt(np.repeat(level, 2))
    linear *= np.outer(root, root)
    slopes = frequency_slopes(state, output)
    response = -normal.solve_normal(state.columns.T @ (slopes * w[:, np.newaxis]))
    cross = response @ frequency
    joint = np.empty((n_fundamentals + n_columns,) * 2)
    joint[:n_fundamentals, :n_fundamentals] = frequency
    joint[n_fundamentals:, :n_fundamentals] = cross
    joint[:n_fundamentals, n_fundamentals:] = cross.T
    joint[n_fundamentals:, n_fundamentals:] = linear + cross @ response.T
    return joint
