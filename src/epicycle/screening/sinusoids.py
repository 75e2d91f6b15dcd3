r"""Least-squares sinusoids of many series at once: frequencies by Newton's method, and errors.

With the columns c, s of a sinusoid and :math:`d = \partial(a c + b s) / \partial f`, all freed of
the nuisance columns, and r the residual of the linear fit, half of chi-square has the slope
:math:`-\sum w r d` along the frequency, everything else fitted anew (Golub & Pereyra 1973, SIAM J.
Numer. Anal. 10, 413), and the curvature

.. math:: H_{ff} - H_{fl} G^{-1} H_{lf}, \quad
    H_{ff} = \sum w (d^2 + r \tau^2 (a c + b s)), \quad
    H_{fl} = \sum w (c d + r \tau s,\; s d - r \tau c), \quad \tau = 2 \pi t,

with G the products of c and s.  Convergence is quadratic, for noise as for signals.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from epicycle.samples.arrays import Floats
from epicycle.screening.stack import Stack, along
from epicycle.spectra.periodogram import DEGENERATE

#: Steps end when none moves a frequency by more than this, in units of 1/baseline: the error that
#: is left is of the order of its square.
_TOLERANCE = 1e-5

_MOST_STEPS = 30


@dataclass(frozen=True, eq=False)
class Sinusoids:
    """Fitted sinusoids, ``a cos(2 pi f t) + b sin(2 pi f t)`` with t from the reference.

    Attributes
    ----------
    row : ndarray of int, shape (P,)
        The series of each.
    frequency : ndarray, shape (P,)
        Where chi-square is least, within the interval that was allowed.
    a, b : ndarray, shape (P,)
        Amplitudes of cosine and sine.
    reduction : ndarray, shape (P,)
        By how much the sinusoid lowers chi-square.
    information : ndarray, shape (P, 3, 3)
        Gauss-Newton matrix of a, b and f for weights that are inverse variances; its inverse,
        times the variance scale, is their covariance.
    """

    row: NDArray[np.intp]
    frequency: Floats
    a: Floats
    b: Floats
    reduction: Floats
    information: Floats

    def __getitem__(self, chosen: NDArray[np.intp]) -> Sinusoids:
        """Select some of them."""
        return Sinusoids(
            self.row[chosen],
            self.frequency[chosen],
            self.a[chosen],
            self.b[chosen],
            self.reduction[chosen],
            self.information[chosen],
        )


def fit_sinusoids(
    stack: Stack,
    residual: Floats,
    basis: Floats,
    row: NDArray[np.intp],
    frequency: Floats,
    lowest: Floats,
    highest: Floats,
) -> Sinusoids:
    """Return the least-squares sinusoid near each of some frequencies.

    Parameters
    ----------
    stack : Stack
        The series.
    residual : ndarray, shape (B, n)
        Their values without mean and trend.
    basis : ndarray, shape (B, p, n)
        Orthonormal nuisance columns.
    row : ndarray of int, shape (P,)
        Which series.
    frequency, lowest, highest : ndarray, shape (P,)
        Where to begin, and the interval to stay in.
    """
    frequency = frequency.copy()
    tolerance = _TOLERANCE / stack.baseline[row]
    active = np.arange(len(row))
    for _ in range(_MOST_STEPS):
        was = frequency[active]
        step = _State(stack, residual, basis, row[active], was).step()
        frequency[active] = np.clip(was + step, lowest[active], highest[active])
        active = active[np.abs(frequency[active] - was) > tolerance[active]]
        if not len(active):
            break
    state = _State(stack, residual, basis, row, frequency)
    return Sinusoids(row, frequency, state.a, state.b, state.reduction, state.information())


class _State:
    """Linear fits at given frequencies."""

    def __init__(
        self,
        stack: Stack,
        residual: Floats,
        basis: Floats,
        row: NDArray[np.intp],
        frequency: Floats,
    ) -> None:
        self.frequency = frequency
        self._tau = (2.0 * np.pi) * stack.times[row]
        self._w = stack.weights[row]
        self._basis = basis[row]
        angle = self._tau * frequency[:, np.newaxis]
        # a phase of 1e6 turns is good to 1e-10
        self._cosine, self._sine = np.cos(angle), np.sin(angle)
        self._c, self._s = self._free(self._cosine), self._free(self._sine)
        y = residual[row]
        wc, ws = self._w * self._c, self._w * self._s
        self._cc, self._ss, self._cs = _dot(wc, self._c), _dot(ws, self._s), _dot(wc, self._s)
        yc, ys = _dot(wc, y), _dot(ws, y)
        determinant = self._cc * self._ss - self._cs**2
        # in the units of the periodogram, U^2 - |V|^2, the determinant is four times this one
        told_apart = determinant > 0.25 * DEGENERATE * self._w.sum(axis=1) ** 2
        self._inverse = np.where(told_apart, 1.0 / np.where(told_apart, determinant, 1.0), 0.0)
        self.a = (self._ss * yc - self._cs * ys) * self._inverse
        self.b = (self._cc * ys - self._cs * yc) * self._inverse
        self.reduction = self.a * yc + self.b * ys
        a, b = self.a[:, np.newaxis], self.b[:, np.newaxis]
        self._r = y - a * self._c - b * self._s
        self._d = self._free(self._tau * (b * self._cosine - a * self._sine))

    def _free(self, column: Floats) -> Floats:
        return column - along(column, self._w, self._basis)

    def step(self) -> Floats:
        """Return Newton's steps of the frequencies; uphill ones where chi-square bends down."""
        wd, wr = self._w * self._d, self._w * self._r
        slope, dd = _dot(wr, self._d), _dot(wd, self._d)
        cd, sd = _dot(wd, self._c), _dot(wd, self._s)
        gauss_newton = dd - self._reduced(cd, sd)
        wrt = wr * self._tau
        fa = cd + _dot(wrt, self._sine)
        fb = sd - _dot(wrt, self._cosine)
        bend = _dot(wrt * self._tau, self._cosine) * self.a
        bend += _dot(wrt * self._tau, self._sine) * self.b
        newton = dd + bend - self._reduced(fa, fb)
        # where chi-square bends down there is no minimum to go to: downhill, by a careful step
        curvature = np.where(newton > 1e-3 * gauss_newton, newton, gauss_newton)
        return np.where(curvature > 0, slope / np.where(curvature > 0, curvature, 1.0), 0.0)

    def _reduced(self, x: Floats, y: Floats) -> Floats:
        """Return (x, y) G^-1 (x, y)."""
        result: Floats = (
            self._ss * x * x - 2 * self._cs * x * y + self._cc * y * y
        ) * self._inverse
        return result

    def information(self) -> Floats:
        """Return the Gauss-Newton matrices of a, b and f."""
        wd = self._w * self._d
        cd, sd, dd = _dot(wd, self._c), _dot(wd, self._s), _dot(wd, self._d)
        rows = [[self._cc, self._cs, cd], [self._cs, self._ss, sd], [cd, sd, dd]]
        return np.moveaxis(np.array(rows), 2, 0)


def _dot(x: Floats, y: Floats) -> Floats:
    result: Floats = np.einsum("pn,pn->p", x, y)
    return result
