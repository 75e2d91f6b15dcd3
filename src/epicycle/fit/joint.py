"""A joint fit of lines, and what each of them contributes."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from epicycle.fit.lines import Structure, line_columns
from epicycle.samples.arrays import Floats
from epicycle.samples.data import Data


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

    def rows_of(self, lines: NDArray[np.intp]) -> NDArray[np.intp]:
        """Return where the coefficients of some lines are: cosine, sine, cosine, ..."""
        pairs = 2 * lines[:, np.newaxis] + np.arange(2)
        return self.n_nuisance + pairs.ravel()


def line_powers(fit: Fit, scale: Floats | None = None) -> Floats:
    """Return the squared amplitude of every line in units of the scatter, over all outputs.

    The scatter is that of the fit, or the root of `scale`, shape (d,).
    """
    squares = fit.coefficients[fit.n_nuisance :] ** 2 / (fit.scale if scale is None else scale)
    result: Floats = (squares[0::2] + squares[1::2]).sum(axis=1)
    return result


def fundamental_powers(fit: Fit) -> Floats:
    """Return the sum of :func:`line_powers` over the lines of every fundamental, shape (K,)."""
    result = np.zeros(len(fit.structure.frequency))
    np.add.at(result, fit.structure.parent, line_powers(fit))
    return result


def part_of_model(data: Data, fit: Fit, lines: NDArray[np.intp]) -> Floats:
    """Return what some lines add to the model, shape (n, d)."""
    structure = fit.structure
    part = replace(structure, parent=structure.parent[lines], order=structure.order[lines])
    result: Floats = line_columns(part, data) @ fit.coefficients[fit.rows_of(lines)]
    return result
