r"""A neighbourhood: the data around one frequency, in few dimensions.

A neighbourhood is a space of few dimensions.  With :math:`x = \pi \delta T` and
:math:`\tau \in [-1, 1]` over the baseline,

.. math:: e^{i x \tau} = \sum_k (2 k + 1)\, i^k j_k(x) P_k(\tau)

(Abramowitz & Stegun 1964, eq. 10.1.47), so that a line at distance :math:`\delta` is the carrier
times a short sum of Legendre polynomials, and all placements of a few lines can be tried there.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
import scipy
from numpy.typing import NDArray
from scipy import special

from epicycle.fit.joint import Fit
from epicycle.fit.linearised import NormalEquations
from epicycle.fit.lines import Fundamental, Structure, design, line_columns
from epicycle.limits import PAIRS
from epicycle.samples import phase
from epicycle.samples.arrays import Floats
from epicycle.samples.data import Data

#: Degree of the polynomials in time: enough for lines at twice the reach, to 1e-5 of an amplitude.
DEGREE = 20

#: At most this many lines around a neighbourhood may move while new lines are placed in it.
MOVING = 16

#: Places tried for each line, to either side of the centre.
_PLACES = {1: 12, 2: 12, 3: 6, 4: 6}


class Neighbourhood:
    """The data around one frequency, everything else taken out, in few dimensions.

    Parameters
    ----------
    data : Data
        The regression problem.
    fit : Fit
        All lines known so far.
    centre : float
        A frequency; the free single lines within `REACH` of it count as unexplained.

    Attributes
    ----------
    centre : float
        As given.
    others : list of Fundamental
        All fundamentals but those counted as unexplained.
    n_inside : int
        Number of lines that count as unexplained.
    n_held : int
        Number of the other lines near: those of known frequency, or of a waveform.
    dimensions : int
        Number of dimensions, over all outputs: what white noise would leave.
    """

    def __init__(self, data: Data, fit: Fit, centre: float) -> None:
        structure = fit.structure
        inside = np.abs(structure.frequency - centre) * data.baseline < PAIRS.reach
        inside &= ~structure.fixed & ~structure.drifting
        for k in np.flatnonzero(inside):
            inside[k] = structure.orders_of(int(k)) == (1,)
        self.centre = centre
        self.others = [
            one for one, taken in zip(structure.fundamentals(), inside, strict=True) if not taken
        ]
        self.n_inside = int(np.count_nonzero(inside))
        near = np.abs(structure.line_frequency - centre) * data.baseline < PAIRS.reach
        self.n_held = int(np.count_nonzero(near)) - self.n_inside
        columns = _surroundings(data, self.others, centre)
        basis = _basis(data, centre)
        self._frames: list[Floats] = []
        self._maps: list[Floats] = []
        for j in range(data.y.shape[1]):
            w = data.weights_of(j)
            normal = NormalEquations(columns.T @ (w[:, np.newaxis] * columns))
            free = basis
            for _ in range(2):  # the second pass mends the rounding of the first
                free = free - columns @ normal.solve_normal(columns.T @ (w[:, np.newaxis] * free))
            root = np.sqrt(w / fit.scale[j])[:, np.newaxis]
            q, r = np.linalg.qr(root * free)
            self._frames.append(root * q)
            self._maps.append(r)
        self._targets = self._coordinates(fit.residual + _signal(data, fit, inside))
        self.dimensions = basis.shape[1] * data.y.shape[1]
        self._width = 1.0 / data.baseline

    def _coordinates(self, values: Floats) -> list[Floats]:
        return [frame.T @ column for frame, column in zip(self._frames, values.T, strict=True)]

    def left_of(self, residual: Floats) -> float:
        """Return the chi-square of a residual, shape (n, d), in this neighbourhood."""
        return sum(float(c @ c) for c in self._coordinates(residual))

    def place(self, count: int) -> tuple[Floats, float]:
        """Return the best frequencies of `count` lines, and the chi-square that they leave."""
        half = _PLACES[count]
        grid = np.linspace(-PAIRS.reach, PAIRS.reach, 2 * half + 1)
        choices = np.array(list(combinations(range(len(grid)), count)))
        left = np.zeros(len(choices))
        for mapping, target in zip(self._maps, self._targets, strict=True):
            columns = mapping @ _lines(grid)  # (grid, dimension, 2)
            chosen = np.concatenate([columns[choices[:, i]] for i in range(count)], axis=2)
            q = np.linalg.qr(chosen)[0]
            left += target @ target - np.square(target @ q).sum(axis=1)
        start = grid[choices[left.argmin()]]
        found = scipy.optimize.least_squares(
            self._residual, start, method="lm", xtol=1e-13, ftol=1e-13
        )
        return self.centre + np.sort(found.x) * self._width, 2 * float(found.cost)

    def changing(self, degree: int) -> float:
        """Return the chi-square left by a line that changes as a polynomial of some degree."""
        # the orthonormal basis is in the order of the degrees
        return sum(float(np.square(t[2 * degree + 2 :]).sum()) for t in self._targets)

    def _residual(self, offsets: Floats) -> Floats:
        columns = np.hstack(list(_lines(offsets)))
        parts = []
        for mapping, target in zip(self._maps, self._targets, strict=True):
            q = np.linalg.qr(mapping @ columns)[0]
            rest = target - q @ (q.T @ target)
            parts.append(rest - q @ (q.T @ rest))
        return np.concatenate(parts)


def _basis(data: Data, centre: float) -> Floats:
    """Return cosine and sine times every polynomial, by ascending degree."""
    t = data.times.to_float()
    tau = (2 * t - t.min() - t.max()) / data.baseline
    polynomials = np.polynomial.legendre.legvander(tau, DEGREE)
    cosine, sine = phase.unit_phasors(phase.turns(np.array([centre]), data.times)[0])
    carrier = np.stack([cosine, sine], axis=1)
    result: Floats = (polynomials[:, :, np.newaxis] * carrier[:, np.newaxis, :]).reshape(len(t), -1)
    return result


def _surroundings(data: Data, others: list[Fundamental], centre: float) -> Floats:
    """Return the columns of other lines, the nearest also free to move a little.

    What is left here has drawn them aside; t cos and t sin are the first order of that.
    """
    structure = Structure.of(others)
    columns = design(data, structure)
    distance = np.abs(structure.line_frequency - centre)
    nearest = np.argsort(distance, kind="stable")[:MOVING]
    first = data.nuisance.shape[1] + 2 * nearest
    moving = columns[:, np.concatenate([first, first + 1])]
    time: Floats = data.times.to_float()[:, np.newaxis] / data.baseline
    return np.hstack([columns, time * moving])


def _lines(offsets: Floats) -> Floats:
    """Return cosine and sine of lines at some offsets in the basis, shape (m, dimension, 2)."""
    degree = np.arange(DEGREE + 1)
    x = np.pi * np.asarray(offsets)[:, np.newaxis]
    # j_k(-x) = (-1)^k j_k(x); the argument of SciPy's is not negative
    bessel = special.spherical_jn(degree, np.abs(x)) * np.where(x < 0, (-1.0) ** degree, 1.0)
    factor = (2 * degree + 1) * 1j**degree * bessel
    result = np.empty((len(x), len(degree), 2, 2))
    result[:, :, 0, 0], result[:, :, 1, 0] = factor.real, -factor.imag
    result[:, :, 0, 1], result[:, :, 1, 1] = factor.imag, factor.real
    flat: Floats = result.reshape(len(x), -1, 2)
    return flat


def _signal(data: Data, fit: Fit, inside: NDArray[np.bool_]) -> Floats:
    """Return what the lines on some fundamentals contribute to the model."""
    signal = np.zeros_like(data.y)
    for line in np.flatnonzero(inside[fit.structure.parent]):
        alone = Structure.empty().plus(float(fit.structure.line_frequency[line]))
        signal += line_columns(alone, data) @ fit.line_coefficients(int(line))
    return signal
