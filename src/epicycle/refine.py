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

import math
from copy import copy
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import lapack

from epicycle._data import Data
from epicycle._twofloat import Floats
from epicycle.lines import Structure, all_columns
from epicycle.products import REACH, Products

#: Largest change of a frequency in one step, in units of 1/baseline.
_RADIUS = 0.25

#: Iteration stops when no frequency moves by more than this, in units of 1/baseline, ...
_TOLERANCE = 1e-11

#: ... or when chi-square is expected to fall by less than this, in units of the variance.  A quick
#: fit, good enough to decide whether a line stays, stops at QUICK.
_FUTILE = 1e-20
QUICK = 1e-2

_MAX_STEPS = 40

#: Up to so many samples, columns are computed anew for every step: keeping them takes longer.
_FEW_SAMPLES = 512

#: A fit to less than this goes so far with columns of frequencies nearby: what is left then, 1e-7
#: of its error for a frequency, turns its own columns by no more than rounding may.
_NEARLY = 1e-14

#: Rounding of a sum of squares.
_ROUNDING = 1e-13

#: Columns are taken to that order in the turn at which they lack less than this of the amplitude
#: for each root of what is futile.
_LACKING = 1e-5
_HIGHEST_ORDER = 6


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
    movable = ~structure.fixed if free is None else free & ~structure.fixed
    moving = np.flatnonzero(np.append(movable, movable & structure.drifting))
    # what is done first need not be done to the last digit
    near = futile if moving.size == 0 or _are_few(data) else max(futile, _NEARLY)
    state = linearise(data, structure, absolute, futile=near)
    if moving.size == 0:
        return state.fit()
    directions = structure.directions(moving)
    damping, gain, stuck = 0.0, np.inf, False
    # a drift of 8 / T^2 turns the phase at either end as far as a frequency off by 1 / T does
    unit = np.repeat([1 / data.baseline, 8 / data.baseline**2], len(structure.frequency))[moving]
    for _ in range(max_steps):
        matrix, gradient = state.normal_equations(moving)
        locked = directions.T @ matrix @ directions
        step = directions @ _solve_damped(locked, directions.T @ gradient, damping)
        step *= min(1.0, _RADIUS / np.abs(step / unit).max(initial=1e-300))
        moved = np.abs(step / unit).max()
        gain, last = float(gradient @ step), gain
        # a change of chi-square in its last digits says nothing of a step
        blind = gain < _ROUNDING * state.objective
        if moved < _TOLERANCE or gain < near or stuck or (blind and gain > 0.1 * last):
            if near == futile:
                break
            near, stuck, gain = futile, False, np.inf
            state.sharpen(futile)
            continue
        start = state.foreseen(step, moving)
        structure = _moved(state.structure, moving, step)
        trial = linearise(data, structure, absolute, state, near, start)
        if blind or trial.objective <= state.objective:
            state = trial
            damping *= 0.1
        else:
            damping = max(10 * damping, 1e-3)
            stuck = damping > 1e8 or moved < 1e-9
    state.scale = state.own_scale(absolute)
    data.memo["linearised"] = state
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
    _, solution, flaw = lapack.dposv(scaled, gradient / size)
    if flaw:
        raise np.linalg.LinAlgError("normal equations that are not positive definite")
    result: Floats = solution / size
    return result


class Linearised:
    """Linear fit at given frequencies, and what is needed for a step of the frequencies.

    A `previous` state of the same structure lends its scale, so that objectives compare.  Columns
    of a line whose frequency has moved are computed anew unless all that this changes is
    chi-square by less than a tenth of `futile`.
    """

    def __init__(
        self,
        data: Data,
        structure: Structure,
        absolute: bool,
        previous: Linearised | None = None,
        futile: float = _FUTILE,
        start: Floats | None = None,
    ) -> None:
        self.data = data
        self.structure = structure
        self._futile = futile
        self._n_nuisance = data.nuisance.shape[1]
        self._evaluate(np.full(len(structure.order), REACH), start)
        self.scale: Floats = self.own_scale(absolute) if previous is None else previous.scale
        reach = self.reach()
        if (np.abs(self._turn) > reach).any():
            self._evaluate(reach)
            if previous is None:
                self.scale = self.own_scale(absolute)
        self.objective = float((self.chi2 / self.scale).sum())

    def will_do(self, structure: Structure, futile: float) -> bool:
        """Return whether the lines are those of `structure`, at the same frequencies."""
        mine = self.structure
        return self._futile <= futile and all(
            np.array_equal(one, other)
            for one, other in (
                (mine.frequency, structure.frequency),
                (mine.drift, structure.drift),
                (mine.drifting, structure.drifting),
                (mine.parent, structure.parent),
                (mine.order, structure.order),
            )
        )

    def as_of(self, structure: Structure, absolute: bool) -> Linearised:
        """Return the same state for an equal structure, of which others may be fixed."""
        state = copy(self)
        state.structure = structure
        state.scale = state.own_scale(absolute)
        state.objective = float((state.chi2 / state.scale).sum())
        return state

    def sharpen(self, futile: float) -> None:
        """Solve anew, with columns of these very frequencies, to less of what is futile."""
        self._futile = futile
        Products.of(self.data).forget()
        self._evaluate(np.zeros(len(self.structure.order)))
        self.objective = float((self.chi2 / self.scale).sum())

    def _evaluate(self, reach: Floats, start: Floats | None = None) -> None:
        """Solve for the linear parameters, from `start` where something better is known."""
        data = self.data
        products = Products.of(data)
        selected = products.select(self.structure, reach)
        rows, self._turn = selected.rows, selected.turn
        self._grams = products.grams(rows)
        self._steady = self._factors = [NormalEquations(gram) for gram in self._grams[:, 0]]
        if self._turn.any():
            self._factors = [NormalEquations(gram) for gram in self._turned_grams()]
        if start is None:
            moments = self._turned_sums(products.moments(rows), 1)[0]
            start = _solved(self._factors, moments).T
        self.coefficients: Floats = start
        weights = data.weights
        last = np.inf
        while True:
            gains = self._look_again(products, rows)
            self.chi2: Floats = (weights * self.residual**2).sum(axis=0)
            gain = float((gains / (self.chi2 / len(weights) + 1e-300)).max())
            # iterative refinement mends rounding, and what a turn of low order lacks
            if gain <= 1e-3 * self._futile or gain > 0.1 * last:
                break
            last = gain

    def _look_again(self, products: Products, rows: NDArray[np.intp]) -> Floats:
        """Find residual and inner products, improve coefficients; return what chi-square gains."""
        powers = self._grams.shape[1] // 2 + 1
        order = self._order()
        series = [self.coefficients.T]
        for power in range(1, order + 1):
            series.append(self._turned(series[-1]) / -power)
        self.residual, inner = products.against(np.stack(series), rows, powers + order)
        along = self._turned_sums(inner, powers)
        change = _solved(self._factors, along[0])
        gains: Floats = np.abs((change * along[0]).sum(axis=1))
        self.coefficients = self.coefficients + change.T
        # in the higher powers the turn makes a difference to the difference only
        differences = self._grams[:, :powers] @ change[:, np.newaxis, :, np.newaxis]
        self._along = along - differences[..., 0].swapaxes(0, 1)
        return gains

    def _order(self) -> int:
        """Return the order in the turn to which columns are needed."""
        turn = float(np.abs(self._turn).max(initial=0.0))
        enough = _LACKING * math.sqrt(self._futile)
        order, rest = 0, turn
        while rest > enough and order < _HIGHEST_ORDER:
            order += 1
            rest *= turn / (order + 1)
        return order

    def _turned_sums(self, sums: Floats, powers: int) -> Floats:
        """Return sums over turned columns with powers of u, shapes (k, d, m) -> (powers, d, m).

        The k - powers sums with higher powers are those of the powers of the turn.
        """
        order = len(sums) - powers
        result = sums[order:]
        if not self._turn.any():
            return sums[:powers]
        for power in range(order, 0, -1):
            result = sums[power - 1 : power - 1 + powers] + self._turned(result) / power
        return result

    def _turned(self, values: Floats) -> Floats:
        """Return by how much something per column (the last axis) changes per u as lines turn."""
        p = self._n_nuisance
        result = np.zeros_like(values)
        result[..., p::2] = -self._turn * values[..., p + 1 :: 2]
        result[..., p + 1 :: 2] = self._turn * values[..., p::2]
        return result

    def _turned_grams(self) -> Floats:
        """Return the products of the turned columns, to second order in the turn."""
        half = self._turned(self._grams[:, 1])
        once = self._turned(self._grams[:, 2])
        half += 0.5 * self._turned(once)
        both = self._turned(once.swapaxes(1, 2))
        result: Floats = self._grams[:, 0] + half + half.swapaxes(1, 2) + both
        return result

    def reach(self) -> Floats:
        """Return how far each line may turn before what its columns lack matters.

        A line with columns to order m in the turn r lacks ``(r u)^(m + 1) / (m + 1)!`` of its
        amplitude, in chi-square ``z r^(2 m + 2) / ((2 m + 3) (m + 1)!^2)`` for samples spread
        evenly, with z what the line is worth.
        """
        lines = self.coefficients[self._n_nuisance :]
        squares = lines[0::2] ** 2 + lines[1::2] ** 2
        total = Products.of(self.data).total
        worth = (squares * (total / (2 * self.scale))).sum(axis=1)
        m = self._order()
        lack = 0.1 * self._futile / np.maximum(worth, 1e-300)
        allowed: Floats = (lack * (2 * m + 3) * math.factorial(m + 1) ** 2) ** (0.5 / (m + 1))
        return np.minimum(allowed, REACH)

    def foreseen(self, step: Floats, moving: NDArray[np.intp]) -> Floats | None:
        """Return the linear parameters to first order in a step; None where that is too far."""
        count = max(len(self.structure.frequency), 1)
        turn = np.pi * self.data.baseline * np.abs(step[moving < count]).max(initial=0.0)
        if turn > REACH or (moving >= count).any():
            return None
        answer = _solved(self._steady, self.cross(moving) @ step)
        return self.coefficients - answer.T

    def normal(self, output: int) -> NormalEquations:
        """Return the factorised normal equations of one output."""
        return self._factors[min(output, len(self._factors) - 1)]

    def own_scale(self, absolute: bool) -> Floats:
        """Return the variance scale that this fit's own residual suggests."""
        if absolute:
            return np.ones(len(self.chi2))
        free = self.structure.n_free
        products = Products.of(self.data)
        dof = np.maximum(products.counts - len(self.coefficients) - free / len(self.chi2), 1.0)
        # an exact fit leaves rounding errors only; their scale must still be a positive number
        scale: Floats = np.maximum(self.chi2 / dof, 1e-30 * products.largest + 1e-200)
        return scale

    def slopes(self, moving: NDArray[np.intp]) -> tuple[Floats, NDArray[np.intp]]:
        """Return the derivatives of the model of every output by frequencies and drifts.

        `moving` indexes the frequencies followed by the drifts.  The derivative by parameter a is
        ``u^m`` times the columns times the coefficients in column a of the first array, shape
        (d, p + 2 L, len(moving)), with the power m in the second.
        """
        structure, p = self.structure, self._n_nuisance
        count = len(structure.frequency)
        half = 0.5 * self.data.baseline
        power = np.where(moving < count, 1, 2)
        # the phase is f t + drift t^2 / 2
        unit = (2 * np.pi) * np.where(moving < count, half, 0.5 * half**2)
        is_on = structure.parent[:, np.newaxis] == moving % max(count, 1)
        rate = np.where(is_on, structure.order[:, np.newaxis] * unit, 0.0)
        c = self.coefficients.T[:, p:, np.newaxis]
        vectors = np.zeros((len(c), len(self.coefficients), len(moving)))
        vectors[:, p::2] = c[:, 1::2] * rate
        vectors[:, p + 1 :: 2] = -c[:, 0::2] * rate
        return vectors, power

    def cross(self, moving: NDArray[np.intp]) -> Floats:
        """Return the weighted inner products of columns and slopes, shape (d, p + 2 L, m)."""
        return self._crossed(*self.slopes(moving))

    def _crossed(self, vectors: Floats, power: NDArray[np.intp], more: int = 0) -> Floats:
        """Return the products of columns, times u to the power `more`, and slopes."""
        result = np.empty_like(vectors)
        for m in sorted(set(power.tolist())):
            which = power == m
            result[..., which] = self._grams[:, m + more] @ vectors[..., which]
        return result

    def normal_equations(self, moving: NDArray[np.intp]) -> tuple[Floats, Floats]:
        """Return the Schur complement of the Gauss-Newton matrix, and its right-hand side.

        `moving` indexes the frequencies followed by the drifts.  The matrix is that of the columns
        as computed, before they turn: positive, and close enough for a step; the right-hand side
        is that of the turned columns, so that steps end where they should.
        """
        vectors, power = self.slopes(moving)
        cross = self._crossed(vectors, power)
        inner = np.empty((len(vectors), len(moving), len(moving)))
        for m in sorted(set(power.tolist())):
            which = power == m
            part = vectors[..., which].swapaxes(1, 2) @ self._crossed(vectors, power, m)
            inner[:, which] = part
        inner -= cross.swapaxes(1, 2) @ _solved(self._steady, cross)
        matrix = (inner / self.scale[:, np.newaxis, np.newaxis]).sum(axis=0)
        along = self._along[power].transpose(1, 2, 0)
        gradient = ((vectors * along).sum(axis=1) / self.scale[:, np.newaxis]).sum(axis=0)
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


class LinearisedAmongFew(Linearised):
    """The same for few samples: all columns are computed anew, at the very frequencies."""

    def _evaluate(self, reach: Floats, start: Floats | None = None) -> None:
        data = self.data
        n_outputs = data.y.shape[1]
        self._turn = np.zeros(len(self.structure.order))
        columns = self._columns = all_columns(data, self.structure)
        self._weighted: list[Floats] = [columns * w for w in data.weights.T]
        self._steady = self._factors = [
            NormalEquations(weighted @ columns.T) for weighted in self._weighted
        ]
        self.coefficients = np.empty((len(columns), n_outputs))
        self.residual = np.empty(data.y.shape)
        self._pull: list[Floats] = []
        self.chi2 = np.empty(n_outputs)
        for j in range(n_outputs):
            w, weighted, y = data.weights_of(j), self._weighted_of(j), data.y[:, j]
            solution = self.normal(j).solve_normal(weighted @ y)
            # one step of iterative refinement mends rounding
            solution += self.normal(j).solve_normal(weighted @ (y - solution @ columns))
            residual = np.where(w > 0, y - solution @ columns, 0.0)
            self.coefficients[:, j], self.residual[:, j] = solution, residual
            pull = w * residual
            self._pull.append(pull)
            self.chi2[j] = pull @ residual

    def reach(self) -> Floats:
        """Return how far each line may turn: not at all."""
        return np.zeros(len(self.structure.order))

    def foreseen(self, step: Floats, moving: NDArray[np.intp]) -> None:
        """Return None: the linear parameters are as soon found as foreseen."""

    def _weighted_of(self, output: int) -> Floats:
        return self._weighted[min(output, len(self._weighted) - 1)]

    def _sloping(self, output: int, moving: NDArray[np.intp]) -> Floats:
        """Return the derivatives of one output's model by frequencies and drifts, (m, n)."""
        structure, p = self.structure, self._n_nuisance
        count = len(structure.frequency)
        c = self.coefficients[p:, output, np.newaxis]
        by_phase = c[1::2] * self._columns[p::2] - c[0::2] * self._columns[p + 1 :: 2]
        by_phase *= (2 * np.pi) * structure.order[:, np.newaxis]
        by_phase *= self.data.times.to_float()
        if len(structure.order) > count or count > 1:
            of_k = structure.parent == np.arange(count)[:, np.newaxis]
            by_phase = of_k.astype(np.float64) @ by_phase
        slopes = by_phase[moving % max(count, 1)]
        if (moving >= count).any():
            # the phase is f t + drift t^2 / 2
            slopes[moving >= count] *= 0.5 * self.data.times.to_float()
        return slopes

    def cross(self, moving: NDArray[np.intp]) -> Floats:
        """Return the weighted inner products of columns and slopes, shape (d, p + 2 L, m)."""
        return np.stack(
            [self._weighted_of(j) @ self._sloping(j, moving).T for j in range(len(self.chi2))]
        )

    def normal_equations(self, moving: NDArray[np.intp]) -> tuple[Floats, Floats]:
        """Return the Schur complement of the Gauss-Newton matrix, and its right-hand side."""
        matrix = np.zeros((len(moving), len(moving)))
        gradient = np.zeros(len(moving))
        for j, scale in enumerate(self.scale.tolist()):
            slopes = self._sloping(j, moving)
            cross = self._weighted_of(j) @ slopes.T
            inner = (slopes * self.data.weights_of(j)) @ slopes.T
            inner -= cross.T @ self.normal(j).solve_normal(cross)
            matrix += inner / scale
            gradient += slopes @ self._pull[j] / scale
        return matrix, gradient


def linearise(
    data: Data,
    structure: Structure,
    absolute: bool,
    previous: Linearised | None = None,
    futile: float = _FUTILE,
    start: Floats | None = None,
) -> Linearised:
    """Return the linear fit at given frequencies, by what is faster for so many samples.

    That in which the last fit of the data ended is used again where it will do.
    """
    last = data.memo.get("linearised")
    if previous is None and isinstance(last, Linearised) and last.will_do(structure, futile):
        return last.as_of(structure, absolute)
    kind = LinearisedAmongFew if _are_few(data) else Linearised
    return kind(data, structure, absolute, previous, futile, start)


def _are_few(data: Data) -> bool:
    return len(data.times) <= _FEW_SAMPLES


class NormalEquations:
    """Weighted normal equations of the linear part, scaled to unit diagonal and factorised."""

    def __init__(self, gram: Floats) -> None:
        # rounding may leave a column that is nowhere but 0 with less than nothing
        size = np.sqrt(np.maximum(gram.diagonal(), 0.0))
        # a column without any weight (a group that one output lacks) gets coefficient 0
        self._size = np.where(size > 0, size, 1.0)
        scaled = gram / np.outer(self._size, self._size)
        scaled.flat[:: len(scaled) + 1] = 1.0 + 1e-13
        self._factor, flaw = lapack.dpotrf(scaled, lower=1, overwrite_a=1)
        if flaw:
            raise np.linalg.LinAlgError("columns that are not positive definite")

    def solve_normal(self, right: Floats) -> Floats:
        """Return the solution for right-hand sides of shape (p,) or (p, k)."""
        size = self._size if right.ndim == 1 else self._size[:, np.newaxis]
        solution, _ = lapack.dpotrs(self._factor, right / size, lower=1)
        result: Floats = solution / size
        return result


def _solved(factors: list[NormalEquations], right: Floats) -> Floats:
    """Return the solutions for the right-hand sides of all outputs, shape (d, p) or (d, p, k)."""
    if len(factors) == 1 and right.ndim == 2:
        return factors[0].solve_normal(right.T).T
    return np.stack(
        [factors[min(j, len(factors) - 1)].solve_normal(one) for j, one in enumerate(right)]
    )
