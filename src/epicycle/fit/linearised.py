"""The linear fit at given frequencies, for many samples and for few."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import lapack

from epicycle.fit.joint import Fit
from epicycle.fit.lines import Structure, all_columns
from epicycle.fit.noise import telling
from epicycle.fit.products import REACH, Products
from epicycle.samples.arrays import Floats
from epicycle.samples.data import Data

#: ... or when chi-square is expected to fall by less than this, in units of the variance.  A quick
#: fit, good enough to decide whether a line stays, stops at QUICK.
_FUTILE = 1e-20

QUICK = 1e-2

#: Up to this number of samples, columns are computed anew for every step: keeping them is slower.
FEW_SAMPLES = 512


def least_scale(data: Data) -> Floats:
    """Return the least variance scale of each output, shape (d,)."""
    y = data.y
    # an exact fit leaves rounding errors only; their scale must still be a positive number
    floor: Floats = 1e-30 * data.weights.max() * (y**2).max(axis=0) + 1e-200
    tells = telling(data)
    if tells.all():
        return floor
    # the scatter of few values about a line is at most that about their mean, and may be as large
    w = np.broadcast_to(data.weights, y.shape)
    mean = (w * y).sum(axis=0) / np.maximum(w.sum(axis=0), 1e-300)
    count = np.count_nonzero(w, axis=0)
    spread: Floats = (w * (y - mean) ** 2).sum(axis=0) / np.maximum(count - 1, 1)
    # one value has no spread but its own size
    spread = np.where(count > 1, spread, (w * y**2).sum(axis=0))
    floor[~tells] = np.maximum(floor, spread)[~tells]
    return floor


class Linearised:
    """Linear fit at given frequencies, and what is needed for a step of the frequencies.

    The noise variance of a `previous` state of the same structure is used in the objective, so
    that chi-squares before and after a step are in the same units.  Columns
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
    ) -> None:
        self.data = data
        self.structure = structure
        self._futile = futile
        self._n_nuisance = data.nuisance.shape[1]
        if previous is not None:
            reach = previous.reach()
        else:
            reach = np.full(len(structure.order), REACH if futile >= QUICK else 0.0)
        self._evaluate(reach)
        self.scale: Floats = self.own_scale(absolute) if previous is None else previous.scale
        if (np.abs(self._turn) > self.reach()).any():
            self._evaluate(self.reach())
            if previous is None:
                self.scale = self.own_scale(absolute)
        self.objective = float((self.chi2 / self.scale).sum())

    def _evaluate(self, reach: Floats) -> None:
        """Solve for the linear parameters."""
        data = self.data
        products = Products.of(data)
        selected = products.select(self.structure, reach)
        rows, self._turn = selected.rows, selected.turn
        self._grams = [products.gram(k, rows) for k in range(data.weights.shape[1])]
        self._steady = self._factors = [NormalEquations(gram[0]) for gram in self._grams]
        if self._turn.any():
            self._factors = [NormalEquations(self._turned_gram(gram)) for gram in self._grams]
        n_outputs = data.y.shape[1]
        self.coefficients: Floats = np.empty((len(rows), n_outputs))
        for j in range(n_outputs):
            constant, linear = products.moment(j, rows)
            self.coefficients[:, j] = self.normal(j).solve_normal(constant + self._turned(linear))
        self.residual = self._residual(products, rows)
        self._along = [self._inner(products, rows, j) for j in range(n_outputs)]
        # one step of iterative refinement mends rounding
        gain = 0.0
        for j, along in enumerate(self._along):
            change = self.normal(j).solve_normal(along[:, 0])
            gain = max(gain, abs(float(change @ along[:, 0])) / self._variance(j))
            self.coefficients[:, j] += change
            # in the higher powers the turn makes a difference to the difference only
            along -= np.stack([g @ change for g in self.gram(j)[: along.shape[1]]], axis=1)
        if gain > 1e-3 * self._futile:
            self.residual = self._residual(products, rows)
        self.chi2 = np.array(
            [float((data.weights_of(j) * self.residual[:, j] ** 2).sum()) for j in range(n_outputs)]
        )

    def _variance(self, output: int) -> float:
        r = self.residual[:, output]
        return float((self.data.weights_of(output) * r * r).sum()) / len(r) + 1e-300

    def _residual(self, products: Products, rows: NDArray[np.intp]) -> Floats:
        data = self.data
        if self._turn.any():
            both = np.hstack([self.coefficients, -self._turned(self.coefficients)])
            sums = products.sum_of(both, rows)
            steady, turning = sums[: data.y.shape[1]], sums[data.y.shape[1] :]
            turning *= products.time
            steady += turning
        else:
            steady = products.sum_of(self.coefficients, rows)
        residual: Floats = np.subtract(data.y.T, steady, out=steady).T
        residual[np.broadcast_to(data.weights, residual.shape) <= 0] = 0.0
        return residual

    def _inner(self, products: Products, rows: NDArray[np.intp], output: int) -> Floats:
        """Return the weighted inner products of the columns with u^m times the residual."""
        powers = len(self.gram(output)) // 2 + 1
        strengths = np.empty((powers + 1, len(products.time)))
        np.multiply(self.data.weights_of(output), self.residual[:, output], out=strengths[0])
        count = powers + 1 if self._turn.any() else powers
        for power in range(1, count):
            np.multiply(strengths[power - 1], products.time, out=strengths[power])
        along = products.along(strengths[:count], rows)
        if count > powers:
            return along[:, :-1] + self._turned(along[:, 1:])
        return along

    def _turned(self, values: Floats) -> Floats:
        """Return by how much something per column changes, per u, as its line turns."""
        p = self._n_nuisance
        turn = self._turn if values.ndim == 1 else self._turn[:, np.newaxis]
        result = np.zeros_like(values)
        result[p::2] = -turn * values[p + 1 :: 2]
        result[p + 1 :: 2] = turn * values[p::2]
        return result

    def _turned_gram(self, gram: Floats) -> Floats:
        """Return the products of the turned columns, from those of the columns as computed."""
        half = self._turned(gram[1])
        result: Floats = gram[0] + half + half.T + self._turned(self._turned(gram[2]).T)
        return result

    def reach(self) -> Floats:
        """Return how far each line may turn before its curvature matters.

        A line with columns to first order in the turn r lacks ``r^2 u^2 / 2`` of its amplitude, in
        chi-square ``z r^4 / 20`` for samples spread evenly, with z what the line is worth.
        """
        lines = self.coefficients[self._n_nuisance :]
        squares = lines[0::2] ** 2 + lines[1::2] ** 2
        total = np.array([self.data.weights_of(j).sum() / 2 for j in range(squares.shape[1])])
        worth = (squares * total / self.scale).sum(axis=1)
        allowed: Floats = (2 * self._futile / np.maximum(worth, 1e-300)) ** 0.25
        return np.minimum(allowed, REACH)

    def normal(self, output: int) -> NormalEquations:
        """Return the factorised normal equations of one output."""
        return self._factors[min(output, len(self._factors) - 1)]

    def gram(self, output: int) -> Floats:
        """Return the sums of products of the columns with powers of u, for one output."""
        return self._grams[min(output, len(self._grams) - 1)]

    def own_scale(self, absolute: bool) -> Floats:
        """Return the variance scale that this fit's own residual suggests."""
        if absolute:
            return np.ones(len(self.chi2))
        free = self.structure.n_free
        counts = np.array(
            [np.count_nonzero(self.data.weights_of(j)) for j in range(len(self.chi2))]
        )
        counts = self.data.told * counts
        dof = np.maximum(counts - len(self.coefficients) - free / len(self.chi2), 1.0)
        scale: Floats = np.maximum(self.chi2 / dof, least_scale(self.data))
        return scale

    def slopes(self, output: int, moving: NDArray[np.intp]) -> tuple[Floats, NDArray[np.intp]]:
        """Return the derivatives of one output's model by frequencies and drifts.

        `moving` indexes the frequencies followed by the drifts.  The derivative by parameter a is
        ``u^m`` times the columns times the coefficients in column a of the first array, shape
        (p + 2 L, len(moving)), with the power m in the second.
        """
        structure, p = self.structure, self._n_nuisance
        count = len(structure.frequency)
        c = self.coefficients[p:, output]
        by_line = np.zeros((len(c), len(structure.order)))
        at = np.arange(len(structure.order))
        by_line[2 * at, at] = structure.order * c[1::2]
        by_line[2 * at + 1, at] = -structure.order * c[0::2]
        of_k = structure.parent[:, np.newaxis] == np.arange(count)
        half = 0.5 * self.data.baseline
        vectors = np.zeros((p + len(c), len(moving)))
        vectors[p:] = by_line @ of_k[:, moving % max(count, 1)]
        power = np.where(moving < count, 1, 2)
        # the phase is f t + drift t^2 / 2
        vectors *= (2 * np.pi) * np.where(moving < count, half, 0.5 * half**2)
        return vectors, power

    def cross(self, output: int, moving: NDArray[np.intp]) -> Floats:
        """Return the weighted inner products of columns and slopes, shape (p + 2 L, m)."""
        vectors, power = self.slopes(output, moving)
        gram = self.gram(output)
        if (power == 1).all():
            alike: Floats = gram[1] @ vectors
            return alike
        result = np.empty_like(vectors)
        for m in np.unique(power):
            result[:, power == m] = gram[m] @ vectors[:, power == m]
        return result

    def normal_equations(self, moving: NDArray[np.intp]) -> tuple[Floats, Floats]:
        """Return the Schur complement of the Gauss-Newton matrix, and its right-hand side.

        `moving` indexes the frequencies followed by the drifts.  The matrix is that of the columns
        as computed, before they turn: positive, and close enough for a step; the right-hand side
        is that of the turned columns, so that steps end where they should.
        """
        matrix = np.zeros((len(moving), len(moving)))
        gradient = np.zeros(len(moving))
        for j in range(len(self.chi2)):
            gram = self.gram(j)
            vectors, power = self.slopes(j, moving)
            if (power == 1).all():
                inner = vectors.T @ gram[2] @ vectors
            else:
                inner = np.empty_like(matrix)
                for m in np.unique(power):
                    for k in np.unique(power):
                        part = np.ix_(power == m, power == k)
                        half = vectors[:, power == m].T @ gram[m + k]
                        inner[part] = half @ vectors[:, power == k]
            cross = self.cross(j, moving)
            steady = self._steady[min(j, len(self._steady) - 1)]
            inner -= cross.T @ steady.solve_normal(cross)
            matrix += inner / self.scale[j]
            gradient += (vectors * self._along[j][:, power]).sum(axis=0) / self.scale[j]
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

    def _evaluate(self, reach: Floats) -> None:
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

    def cross(self, output: int, moving: NDArray[np.intp]) -> Floats:
        """Return the weighted inner products of columns and slopes, shape (p + 2 L, m)."""
        result: Floats = self._weighted_of(output) @ self._sloping(output, moving).T
        return result

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
) -> Linearised:
    """Return the linear fit at given frequencies, by what is faster for that number of samples."""
    kind = LinearisedAmongFew if len(data.times) <= FEW_SAMPLES else Linearised
    return kind(data, structure, absolute, previous, futile)


class NormalEquations:
    """Weighted normal equations of the linear part, scaled to unit diagonal and factorised."""

    def __init__(self, gram: Floats) -> None:
        # rounding may leave a column that is nowhere but 0 with less than nothing
        size = np.sqrt(np.maximum(np.diag(gram), 0.0))
        # a column without any weight (a group that one output lacks) gets coefficient 0
        self._size = np.where(size > 0, size, 1.0)
        scaled = gram / np.outer(self._size, self._size)
        scaled[np.diag_indices_from(scaled)] = 1.0 + 1e-13
        self._factor, info = lapack.dpotrf(scaled, lower=1, clean=0)
        if info:
            raise np.linalg.LinAlgError("columns of a fit depend on each other")

    def solve_normal(self, right: Floats) -> Floats:
        """Return the solution for right-hand sides of shape (p,) or (p, k)."""
        size = self._size if right.ndim == 1 else self._size[:, np.newaxis]
        result: Floats = lapack.dpotrs(self._factor, right / size, lower=1)[0]
        return result / size
