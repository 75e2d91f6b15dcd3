"""How large the noise is: the extra scatter of each group, and what rounding leaves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import NDArray

from epicycle.fit.scatters import Alikeness, degrees_of_freedom
from epicycle.limits import NOISE
from epicycle.samples.arrays import Floats
from epicycle.samples.checks import Samples
from epicycle.samples.data import Data


@dataclass(frozen=True)
class NoiseModel:
    """Variance of every value: ``dy**2 + jitter[group]**2 / weight``.

    Attributes
    ----------
    dy : ndarray, shape (n, d), or None
        Errors as given.
    relative : ndarray, shape (n,)
        Relative weights, 1 where none were given.
    present : ndarray of bool, shape (n, d)
        Which values exist.
    group : ndarray of int, shape (n,)
        Group of each sample.
    n_groups : int
        Number of groups.
    """

    dy: Floats | None
    relative: Floats
    present: NDArray[np.bool_]
    group: NDArray[np.intp]
    n_groups: int

    @staticmethod
    def of(samples: Samples) -> NoiseModel:
        """Return the noise model of checked samples."""
        n = len(samples.times)
        return NoiseModel(
            dy=samples.dy,
            relative=np.ones(n) if samples.weights is None else samples.weights,
            present=samples.present,
            group=samples.group,
            n_groups=len(samples.group_labels),
        )

    @property
    def absolute(self) -> bool:
        """Whether weights are inverse variances, jitter included."""
        return self.dy is not None or self.n_groups > 1

    def fit_jitter(self, residual: Floats, n_parameters: int) -> Floats:
        """Return the extra scatter of each group and output, shape (G, d).

        The jitter is what makes the sum of squared residuals, each in units of its variance,
        equal to the number of degrees of freedom; 0 where `dy` alone is large enough.  Where that
        sum exceeds its degrees of freedom by what chance explains, the errors as given are the
        likelier ones, and the jitter's variance is multiplied by the probability that it is not
        0: it can only add to an error, so that taking every excess would make errors too large.
        Without `dy` the scatters of groups are shrunk to each other, see
        :mod:`epicycle.fit.scatters`.
        """
        n_outputs = residual.shape[1]
        jitter = np.zeros((self.n_groups, n_outputs))
        for j in range(n_outputs):
            squares = residual[:, j] ** 2 * self.relative
            n_values = int(self.present[:, j].sum())
            free = max(n_values - n_parameters, 0.5 * n_values)
            if self.dy is None and self.n_groups > 1:
                jitter[:, j] = self._alike(squares, self.present[:, j], free)
                continue
            for g in range(self.n_groups):
                rows = self.present[:, j] & (self.group == g)
                if not rows.any():
                    continue
                dy2 = 0.0 if self.dy is None else self.dy[rows, j] ** 2
                target = free * int(rows.sum()) / n_values
                found = residual[rows, j] ** 2
                jitter[g, j] = _solve_jitter(found, dy2, 1.0 / self.relative[rows], target)
                if jitter[g, j] > 0 and np.all(np.asarray(dy2) > 0):
                    jitter[g, j] *= np.sqrt(_jitter_odds(float((found / dy2).sum()), target))
        return jitter

    def _alike(self, squares: Floats, present: NDArray[np.bool_], free: float) -> Floats:
        """Return the scatter of each group, shape (G,), of one output without errors."""
        counts, sums = (
            np.bincount(self.group, of_each, minlength=self.n_groups).astype(np.float64)
            for of_each in (present, squares)
        )
        dof = degrees_of_freedom(counts, free)
        if not sums.any():
            return np.zeros(self.n_groups)
        scatter: Floats = np.sqrt(Alikeness.of(sums, dof).variances(sums, dof))
        return np.where(counts > 0, scatter, 0.0)

    def weights(self, jitter: Floats) -> Floats:
        """Return inverse variances, shape (n, d), or (n, 1) where all outputs share them."""
        variance = jitter[self.group] ** 2 / self.relative[:, np.newaxis]
        if self.dy is not None:
            variance = variance + self.dy**2
        # a group without any scatter of its own (one sample, or an exact fit) has no weight in
        # units of it: nothing weighs more than 1e12 times the largest standard deviation
        floor = 1e-24 * float(variance[self.present].max())
        weights = np.where(self.present, 1.0 / np.maximum(variance, floor or 1.0), 0.0)
        return weights[:, :1] if (weights == weights[:, :1]).all() else weights


def _solve_jitter(squares: Floats, dy2: Floats | float, unit: Floats, target: float) -> float:
    highest = float((squares / unit).sum()) / target
    if highest == 0.0:
        return 0.0

    def excess(share: float) -> float:
        # a share of the largest possible variance, so that the solution scales with the data
        return float((squares / (dy2 + share * highest * unit)).sum()) - target

    if np.all(np.asarray(dy2) > 0) and excess(0.0) <= 0:
        return 0.0
    lowest = 1e-12
    if excess(lowest) <= 0:
        return float(np.sqrt(lowest * highest))
    share = scipy.optimize.brentq(excess, lowest, 1 + 1e-9, xtol=1e-15, rtol=1e-10)
    return float(np.sqrt(share * highest))


def telling(data: Data) -> NDArray[np.bool_]:
    """Return which outputs have enough values to tell of a frequency, shape (d,).

    An output of a few values is fitted by some frequency almost exactly, and would then outweigh
    all others.  Beside others that have more, it has an amplitude of what they find, and no say in
    what is found.
    """
    n_outputs = data.y.shape[1]
    if n_outputs == 1:
        return np.ones(1, dtype=bool)
    kept = data.memo.get("telling")
    if not isinstance(kept, np.ndarray):
        counts = np.count_nonzero(np.broadcast_to(data.weights, data.y.shape), axis=0)
        enough = counts - data.nuisance.shape[1] >= NOISE.fewest_to_tell
        kept = data.memo["telling"] = enough if enough.any() else np.ones(n_outputs, dtype=bool)
    return kept


def rounding(data: Data) -> Floats:
    """Return what is no evidence: the least chi-square that counts, of each output, shape (d,).

    It is what rounding errors leave at most; all that there is, of an output that cannot tell.
    Errors of arithmetic go with the variation of the values, whatever their level; those of the
    values themselves are a part of the last digit that they have.
    """
    w, y = data.weights, data.y
    total = (w * y**2).sum(axis=0)
    mean = (w * y).sum(axis=0) / np.maximum(np.broadcast_to(w, y.shape).sum(axis=0), 1e-300)
    variation = (w * (y - mean) ** 2).sum(axis=0)
    digits = (w * np.spacing(np.abs(y)) ** 2).sum(axis=0)
    least = NOISE.exact * variation + NOISE.digits**2 * digits
    result: Floats = np.where(telling(data), least, total)
    return result


def is_exact(data: Data, chi2: Floats) -> bool:
    """Return whether a model with this chi-square, shape (d,), leaves only rounding errors."""
    return bool((chi2 <= rounding(data)).all())


def _jitter_odds(chi2: float, dof: float) -> float:
    """Return the probability that errors are too small, as likely as not beforehand.

    By BIC: the jitter is one parameter more, and gains half the square of the excess of
    chi-square, in standard deviations of it.
    """
    excess = min((chi2 - dof) ** 2 / (2 * dof), 1400.0)
    return float(1.0 / (1.0 + np.sqrt(dof) * np.exp(-0.5 * excess)))
