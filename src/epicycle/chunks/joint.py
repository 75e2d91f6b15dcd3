"""Joint refinement of lines on chunked normal equations: steps of Gauss and Newton, and errors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import linalg

from epicycle.chunks.normal import Products
from epicycle.chunks.passes import Lines
from epicycle.fit.lines import Structure
from epicycle.samples.arrays import Floats

#: Largest change of a frequency in one step, in units of 1/baseline.
_RADIUS = 0.25

#: Steps end where no frequency moves by more than this part of its error.
_SMALL, _MOST_STEPS = 1e-3, 12


@dataclass(frozen=True, eq=False)
class JointFit:
    """Lines fitted together.

    Attributes
    ----------
    structure : Structure
        Which lines there are, with refined frequencies.
    coefficients : ndarray, shape (p + 2 L,)
        Background, then cosine and sine of each line.
    normal : ndarray, shape (p + 2 L + K, p + 2 L + K)
        The Gauss-Newton matrix of coefficients and fundamentals, fixed ones left out.
    step : float
        Latest change of a frequency in units of its error.
    """

    structure: Structure
    coefficients: Floats
    normal: Floats
    step: float

    @property
    def lines(self) -> Lines:
        """The lines as numbers."""
        return Lines(self.structure.line_frequency, self.coefficients)

    def with_line(self, frequency: float, *, fixed: bool = False) -> JointFit:
        """Return the fit with one more line, of no amplitude yet."""
        structure = self.structure.plus(frequency, fixed=fixed)
        return JointFit(structure, np.append(self.coefficients, [0.0, 0.0]), self.normal, np.inf)

    def frequency_errors(self, variance: float) -> Floats:
        """Return the standard errors of the fundamentals for white noise; 0 of fixed ones."""
        count = len(self.coefficients)
        free = np.flatnonzero(~self.structure.fixed)
        kept = np.concatenate([np.arange(count), count + free])
        inverse = _inverse(self.normal[np.ix_(kept, kept)])
        result = np.zeros(len(self.structure.frequency))
        result[free] = np.sqrt(np.maximum(np.diag(inverse)[count:] * variance, 0.0))
        return result

    def reduction(self, line: int) -> float:
        """Return by how much a line lowers chi-square, all else fitted anew."""
        rows = len(self.coefficients) - 2 * len(self.structure.order) + 2 * line + np.arange(2)
        count = len(self.coefficients)
        inverse = _inverse(self.normal[:count, :count])
        block, c = inverse[np.ix_(rows, rows)], self.coefficients[rows]
        return float(c @ np.linalg.pinv(block, hermitian=True) @ c)


def refined(products: Products, start: JointFit, variance: float, baseline: float) -> JointFit:
    """Return the joint least-squares fit of all lines, from sums alone.

    Parameters
    ----------
    products : Products
        Inner products from the sums.
    start : JointFit
        Lines at frequencies within half a line width of their optimum.
    variance : float
        Scatter in units of the weights, by which steps are judged.
    baseline : float
        Last minus first time.
    """
    fit = stepped(products, start, products.pull(start.lines), np.zeros(0, dtype=np.intp))
    free = np.flatnonzero(~fit.structure.fixed)
    for _ in range(_MOST_STEPS if len(free) else 0):
        pull = products.pull(fit.lines)
        fit = stepped(products, fit, pull, free, variance, _RADIUS / baseline)
        if fit.step < _SMALL:
            break
    # once more at the last frequencies, where the linear part is exact
    last = stepped(products, fit, products.pull(fit.lines), np.zeros(0, dtype=np.intp))
    normal = normal_matrix(products, last.structure, last.coefficients)
    return JointFit(last.structure, last.coefficients, normal, fit.step)


def stepped(
    products: Products,
    fit: JointFit,
    pull: Floats,
    free: np.ndarray,
    variance: float = 1.0,
    radius: float = np.inf,
) -> JointFit:
    """Return a fit after one step of Gauss and Newton.

    Parameters
    ----------
    products : Products
        Inner products from the sums.
    fit : JointFit
        Where the step begins.
    pull : ndarray, shape (p + 4 L,)
        Products of the residual with all columns, see :class:`epicycle.chunks.passes.Left`.
    free : ndarray of int
        Fundamentals whose frequency may move.
    variance, radius : float
        Scatter in units of the weights, and largest change of a frequency.
    """
    normal = normal_matrix(products, fit.structure, fit.coefficients)
    count = len(fit.coefficients)
    wanted = np.concatenate([np.arange(count), count + free]).astype(np.intp)
    right = _directions(fit.structure, fit.coefficients).T @ pull
    matrix = normal[np.ix_(wanted, wanted)]
    size = np.sqrt(np.maximum(np.diag(matrix), 1e-300))
    inverse = linalg.pinvh(matrix / np.outer(size, size), rtol=1e-12)
    step = inverse @ (right[wanted] / size) / size
    moved = step[count:]
    shrink = min(1.0, radius / float(np.abs(moved).max(initial=1e-300)))
    error = np.sqrt(np.maximum(np.diag(inverse)[count:] * variance, 1e-300)) / size[count:]
    largest = float(np.abs(moved / error).max(initial=0.0))
    frequency = fit.structure.frequency.copy()
    frequency[free] += shrink * moved
    structure = Structure(
        frequency,
        fit.structure.parent,
        fit.structure.order,
        fit.structure.fixed,
        fit.structure.drift,
        fit.structure.drifting,
    )
    return JointFit(structure, fit.coefficients + shrink * step[:count], normal, largest)


def normal_matrix(products: Products, structure: Structure, coefficients: Floats) -> Floats:
    """Return the Gauss-Newton matrix of coefficients and fundamentals."""
    gram = products.between(structure.line_frequency, structure.line_frequency)
    directions = _directions(structure, coefficients)
    result: Floats = directions.T @ gram @ directions
    return result


def _directions(structure: Structure, coefficients: Floats) -> Floats:
    """Return how columns make the derivatives by all parameters, shape (p + 4 L, p + 2 L + K).

    A frequency turns ``a cos + b sin`` of order o into ``2 pi o s (b cos - a sin)``.
    """
    count, n_lines = len(coefficients), len(structure.order)
    p = count - 2 * n_lines
    result = np.zeros((p + 4 * n_lines, count + len(structure.frequency)))
    result[:count, :count] = np.eye(count)
    for line, (k, order) in enumerate(zip(structure.parent, structure.order, strict=True)):
        a, b = coefficients[p + 2 * line : p + 2 * line + 2]
        row = p + 2 * n_lines + 2 * line
        result[row, count + k] = 2 * np.pi * order * b
        result[row + 1, count + k] = -2 * np.pi * order * a
    return result


def _inverse(matrix: Floats) -> Floats:
    size = np.sqrt(np.maximum(np.diag(matrix), 1e-300))
    result: Floats = linalg.pinvh(matrix / np.outer(size, size), rtol=1e-12) / np.outer(size, size)
    return result
