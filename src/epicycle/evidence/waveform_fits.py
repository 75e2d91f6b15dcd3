r"""Waveforms fitted at several frequencies, for one output, several, or groups: their evidence.

With values in units of each output's signal, the model of value i, of output j and epoch e, is

.. math:: y_i = \sum_m n_m \beta_{mj} + \sum_{h=1}^{K} (a_h + \alpha_{hj}) \cos 2\pi h f t_i
          + (b_h + \beta_{hj}) \sin 2\pi h f t_i + m_e + \epsilon_i .

Here (a, b) are common to all outputs; :math:`\alpha, \beta` are departures of each in the first
few orders; all are normal beforehand, with variances that fall with the order as those of
:mod:`epicycle.evidence.waveforms` do.  m_e is what the values of epoch e have in common (a
modulated amplitude, thin cloud), with a variance that is the same for all epochs.  epsilon has the
errors and a scatter of its own per group and output.  m and epsilon have the tails of Student's t,
4 degrees of freedom.  One output has no departures, and values that share no moment no epochs.

The epochs are eliminated first (Woodbury), so that five values of a moment count as what they are.
The evidence is the likelihood with all amplitudes integrated out (Laplace), averaged over shapes
and over how much the outputs may differ.  It rises with the fit and falls with each amplitude that
the fit needs, which is what decides between a period and its multiples.  The variances are found by
their effective degrees of freedom (MacKay 1992, Neural Computation 4, 415).

Normal equations are sums over blocks of values: the cost grows with the number of values times the
square of the orders, however many outputs.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from epicycle.evidence.stacked import Columns, Stacked
from epicycle.evidence.waveforms import LONGEST_STEP, Shapes
from epicycle.limits import WAVEFORMS
from epicycle.samples import phase
from epicycle.samples.arrays import Floats

#: Prior of the variance of epochs, in units of the signal's: an inverse gamma distribution.
_EPOCH_SHAPE, _EPOCH_SCALE = 2.0, 0.01

#: Logarithm of the height of Student's t at 0 over that of a normal distribution: each epoch has a
#: term of the one kind, integrated over as if it were of the other.
_LOG_TERM = (
    math.lgamma((WAVEFORMS.tail + 1) / 2)
    - math.lgamma(WAVEFORMS.tail / 2)
    - 0.5 * math.log(WAVEFORMS.tail / 2)
)

#: Variances of values and of epochs to begin with, and the smallest ones, in units of the signal's.
#: Half or twice the first changed none of 320 answers.
FIRST_SCATTER, _FIRST_EPOCH = 0.05, 0.1
LEAST = 1e-6

#: Steps of refinement.
STEPS = 6

#: Part of the way that a scatter goes at each step: all of it would overshoot.
SCATTER_STEP = 0.8


@dataclass(frozen=True)
class _Normal:
    """Normal equations with the epochs eliminated, at M frequencies, of C columns.

    `inverse` is the inverse variance of each value and `grams` the normal matrices of the blocks
    before the elimination.  Of each epoch, `sums` are the weighted columns summed, `pooled` the
    inverse variances summed, and `shrunk` is the variance of its own term given everything else.
    """

    variance: Floats
    inverse: Floats
    grams: list[Floats]
    sums: Floats
    pooled: Floats
    shrunk: Floats
    matrix: Floats
    right: Floats


class WaveformFits:
    """Waveforms of some kinds at several frequencies."""

    def __init__(
        self,
        values: Stacked,
        frequency: Floats,
        shapes: Shapes,
        baseline: float,
        highest: float = np.inf,
        *,
        quick: bool = False,
    ) -> None:
        self.frequency = frequency.astype(np.float64)
        self._values, self._shapes, self._baseline = values, shapes, baseline
        self._h = np.arange(1, shapes.orders + 1)
        self._share = shapes.allowed(frequency, highest)
        # what repeats itself after half a cycle departs in the orders of that half
        doubled = shapes.share[0, 0] < 0.5 * shapes.share[0, 1]
        departing = min(WAVEFORMS.departing * (2 if doubled else 1), shapes.orders)
        self._departing = 0 if quick or values.n_outputs == 1 else departing
        self._kinds = range(1) if quick else range(len(shapes.share))
        self._places = [
            Columns.of(block, 2 * shapes.orders, 2 * self._departing, values.n_outputs)
            for block in values.blocks
        ]
        M = len(frequency)
        self._scatter = np.full((M, len(values.blocks)), FIRST_SCATTER)
        self._epoch = np.full(M, _FIRST_EPOCH)
        self._tails = np.ones((M, len(values.y)))
        self._epoch_tails = np.ones((M, values.n_epochs))
        self._columns: list[Floats] = []
        self._turn()

    def _turn(self) -> None:
        """Compute the columns at the present frequencies: a block's waveform, then nuisance."""
        v, K2 = self._values, 2 * len(self._h)
        self._columns = []
        for block, columns in zip(v.blocks, self._places, strict=True):
            turns = phase.turns(self.frequency, v.times[block.rows])
            cosine, sine = phase.unit_phasors(turns)
            powers = phase.powers(cosine + 1j * sine, len(self._h))
            rows = np.empty((len(turns), columns.width, turns.shape[1]))
            rows[:, 0:K2:2] = np.swapaxes(powers.real, 0, 1)
            rows[:, 1:K2:2] = np.swapaxes(powers.imag, 0, 1)
            rows[:, K2:] = v.nuisance[block.nuisance, block.rows]
            self._columns.append(rows)

    def _precision(self, kind: int, common: float) -> Floats:
        """Return the inverse prior variances of all coefficients, shape (M, C); 0 where free."""
        v, D = self._values, 2 * self._departing
        share = np.repeat(self._share[kind], 2, axis=1)
        own = np.tile((1.0 - common) * share[:, :D], (1, v.n_outputs))
        share[:, :D] *= common
        free = np.zeros((len(share), len(v.nuisance)))
        return np.concatenate([1.0 / share, 1.0 / own, free], axis=1)

    def _variance(self) -> Floats:
        v = self._values
        result = np.empty_like(self._tails)
        for b, block in enumerate(v.blocks):
            scatter = self._scatter[:, b, np.newaxis] * v.unit[block.rows]
            result[:, block.rows] = v.known_variance[block.rows] + scatter
        return result

    def _normal(self) -> _Normal:
        v, variance = self._values, self._variance()
        inverse = self._tails / variance
        M = len(inverse)
        C = 2 * len(self._h) + 2 * self._departing * v.n_outputs + len(v.nuisance)
        matrix, right, grams = np.zeros((M, C, C)), np.zeros((M, C)), []
        sums, pooled = np.zeros((M, C, v.n_epochs)), np.zeros((M, v.n_epochs))
        totals = np.zeros((M, v.n_epochs))
        for block, at, columns in zip(v.blocks, self._places, self._columns, strict=True):
            weights = inverse[:, block.rows]
            weighted = columns * weights[:, np.newaxis]
            gram = weighted @ np.swapaxes(columns, 1, 2)
            matrix[:, at.place[:, np.newaxis], at.place] += at.spread(at.spread(gram, 1), 2)
            right[:, at.place] += at.spread(weighted @ v.y[block.rows], 1)
            grams.append(gram)
            if v.n_epochs:
                at.add(sums, block.epoch, weighted)
                pooled[:, block.epoch] += weights
                totals[:, block.epoch] += weights * v.y[block.rows]
        shrunk = 1.0 / (self._epoch_tails / self._epoch[:, np.newaxis] + pooled)
        if v.n_epochs:
            eased = sums * shrunk[:, np.newaxis]
            matrix -= eased @ np.swapaxes(sums, 1, 2)
            right -= (eased @ totals[:, :, np.newaxis])[:, :, 0]
        return _Normal(variance, inverse, grams, sums, pooled, shrunk, matrix, right)

    def _model(self, c: Floats) -> Floats:
        """Return the values that coefficients stand for, shape (M, N)."""
        result = np.empty_like(self._tails)
        for block, at, columns in zip(
            self._values.blocks, self._places, self._columns, strict=True
        ):
            result[:, block.rows] = (at.gathered(c)[:, np.newaxis] @ columns)[:, 0]
        return result

    def _summed(self, of_values: Floats) -> Floats:
        """Return sums over epochs, shape (M, E)."""
        result = np.zeros_like(self._epoch_tails)
        if self._values.n_epochs:
            for block in self._values.blocks:
                result[:, block.epoch] += of_values[:, block.rows]
        return result

    def _left(self, normal: _Normal, c: Floats) -> tuple[Floats, Floats, Floats]:
        """Return the term of every epoch, and what is left of every value with and without it."""
        residual = self._values.y - self._model(c)
        common = normal.shrunk * self._summed(normal.inverse * residual)
        left = residual.copy()
        if self._values.n_epochs:
            for block in self._values.blocks:
                left[:, block.rows] -= common[:, block.epoch]
        return common, left, residual

    def left(self) -> tuple[Floats, Floats, Floats]:
        """Return what the first waveform leaves, without and with epochs; degrees of freedom."""
        normal = self._normal()
        covariance = np.asarray(np.linalg.inv(_raised(normal.matrix, self._precision(0, 1.0))))
        c = (covariance @ normal.right[:, :, np.newaxis])[:, :, 0]
        left, residual = (each[0] for each in self._left(normal, c)[1:])
        n = np.array([block.rows.stop - block.rows.start for block in self._values.blocks])
        fitted = self._fitted(normal, covariance)[0, : len(n)]
        return left, residual, np.maximum(n - fitted, WAVEFORMS.free * n)

    def refine(self, steps: int = STEPS) -> None:
        """Bring frequencies, variances and weights into agreement (Gauss-Newton, reweighted)."""
        precision = self._precision(0, WAVEFORMS.common[0][0])
        for step in range(steps):
            normal = self._normal()
            covariance = np.asarray(np.linalg.inv(_raised(normal.matrix, precision)))
            c = (covariance @ normal.right[:, :, np.newaxis])[:, :, 0]
            common, left, _ = self._left(normal, c)
            move = self._step(normal, covariance, c, left) if step else None
            # with the columns of this step still
            self._reweigh(normal, covariance, common, left)
            if move is not None:
                self.frequency = self.frequency + move / self._baseline
                self._turn()

    def _step(self, normal: _Normal, covariance: Floats, c: Floats, left: Floats) -> Floats:
        """Return Gauss-Newton's step of the frequencies, in units of 1/baseline."""
        v, K, D = self._values, len(self._h), 2 * self._departing
        # derivative of the waveforms by frequency
        angular = 2 * np.pi * np.concatenate([self._h, np.tile(self._h[: D // 2], v.n_outputs)])
        last = 2 * K + v.n_outputs * D
        turned = np.zeros_like(c)
        turned[:, 0:last:2] = angular * c[:, 1:last:2]
        turned[:, 1:last:2] = -angular * c[:, 0:last:2]
        slopes = self._model(turned) * (v.elapsed / self._baseline)
        weighted = normal.inverse * slopes
        taken = self._summed(weighted)
        mixed = np.zeros_like(c)
        for block, at, columns in zip(v.blocks, self._places, self._columns, strict=True):
            product = (columns @ weighted[:, block.rows, np.newaxis])[:, :, 0]
            mixed[:, at.place] += at.spread(product, 1)
        if v.n_epochs:
            mixed -= (normal.sums @ (normal.shrunk * taken)[:, :, np.newaxis])[:, :, 0]
        bend = (weighted * slopes).sum(axis=1) - (normal.shrunk * taken**2).sum(axis=1)
        bend -= (mixed * (covariance @ mixed[:, :, np.newaxis])[:, :, 0]).sum(axis=1)
        slope = (weighted * left).sum(axis=1)
        # where the bend is too small, or lost to rounding, the longest step
        least = np.maximum(np.abs(slope) / LONGEST_STEP, 1e-300)
        result: Floats = slope / np.maximum(bend, least)
        return result

    def _reweigh(self, normal: _Normal, covariance: Floats, common: Floats, left: Floats) -> None:
        v = self._values
        fitted = self._fitted(normal, covariance)
        for b, block in enumerate(v.blocks):
            n = block.rows.stop - block.rows.start
            free = np.maximum(n - fitted[:, b], WAVEFORMS.free * n)
            excess = (normal.inverse[:, block.rows] * left[:, block.rows] ** 2).sum(axis=1) / free
            # towards a sum of squares equal to the degrees of freedom, most of the way
            weights = (v.unit[block.rows] / normal.variance[:, block.rows]).mean(axis=1)
            scatter = self._scatter[:, b] + SCATTER_STEP * (excess - 1.0) / weights
            self._scatter[:, b] = np.maximum(scatter, LEAST)
        self._tails = (WAVEFORMS.tail + 1) / (WAVEFORMS.tail + left**2 / self._variance())
        if v.n_epochs:
            squares = (self._epoch_tails * common**2).sum(axis=1) + 2 * _EPOCH_SCALE
            known = np.maximum(v.n_epochs - fitted[:, -1] / self._epoch, 0.5) + 2 * _EPOCH_SHAPE
            self._epoch = squares / known
            relative = common**2 / self._epoch[:, np.newaxis]
            self._epoch_tails = (WAVEFORMS.tail + 1) / (WAVEFORMS.tail + relative)

    def _fitted(self, normal: _Normal, covariance: Floats) -> Floats:
        """Return the degrees of freedom that each block has lost to the fit, shape (M, B + 1).

        The last column has what the terms of epochs, weighted, may still be off by.
        """
        v = self._values
        result = np.zeros((len(self.frequency), len(v.blocks) + 1))
        if v.n_epochs:
            means = normal.shrunk[:, np.newaxis] * normal.sums
            moved = covariance @ means
            # variance of an epoch's term, given the data
            of_epoch = normal.shrunk + (means * moved).sum(axis=1)
            result[:, -1] = (of_epoch * self._epoch_tails).sum(axis=1)
        for b, (block, at) in enumerate(zip(v.blocks, self._places, strict=True)):
            own = covariance[:, at.place[:, np.newaxis], at.place]
            gram = at.spread(at.spread(normal.grams[b], 1), 2)
            result[:, b] = (own * gram).sum(axis=(1, 2))
            if v.n_epochs:
                # of x - m: x C x - 2 x C m + m C m, and the variance of the epoch's term
                crossed = (self._columns[b] * np.take(at.gathered(moved), block.epoch, axis=2)).sum(
                    axis=1
                )
                more = of_epoch[:, block.epoch] - 2.0 * crossed
                result[:, b] += (normal.inverse[:, block.rows] * more).sum(axis=1)
        return result

    def evaluate(self) -> tuple[Floats, Floats]:
        """Return log evidence, and share of the variance explained, of every frequency."""
        v, normal = self._values, self._normal()
        flat = self._flat(normal)
        total, explained = [], np.zeros(len(flat))
        common_shares = WAVEFORMS.common if self._departing else ((1.0, 1.0),)
        for kind in self._kinds:
            for common_share, probability in common_shares:
                precision = self._precision(kind, common_share)
                raised = _raised(normal.matrix, precision)
                c = np.asarray(np.linalg.solve(raised, normal.right[:, :, np.newaxis])[:, :, 0])
                common, left, residual = self._left(normal, c)
                log = np.log1p(left**2 / (WAVEFORMS.tail * normal.variance)).sum(axis=1)
                relative = common**2 / (WAVEFORMS.tail * self._epoch[:, np.newaxis])
                log = -0.5 * (WAVEFORMS.tail + 1) * (log + np.log1p(relative).sum(axis=1))
                log -= 0.5 * ((c**2 * precision).sum(axis=1) + np.linalg.slogdet(raised)[1])
                log += 0.5 * np.log(np.where(precision > 0, precision, 1.0)).sum(axis=1)
                total.append(flat + log + np.log(self._shapes.odds[kind] * probability))
                if len(total) == 1:
                    whole = (normal.inverse * v.y**2).sum(axis=1)
                    unexplained = (normal.inverse * residual**2).sum(axis=1)
                    explained = 1.0 - unexplained / np.maximum(whole, 1e-300)
        return np.logaddexp.reduce(np.stack(total), axis=0), explained

    def _flat(self, normal: _Normal) -> Floats:
        """Return the part of the log evidence that no shape changes."""
        v = self._values
        result: Floats = -0.5 * np.log(normal.variance).sum(axis=1)
        if v.n_epochs:
            epoch = self._epoch[:, np.newaxis]
            result -= 0.5 * np.log(self._epoch_tails + epoch * normal.pooled).sum(axis=1)
            result += v.n_epochs * _LOG_TERM
            result += _EPOCH_SHAPE * np.log(_EPOCH_SCALE / self._epoch) - _EPOCH_SCALE / self._epoch
            result -= math.lgamma(_EPOCH_SHAPE)
        # nuisance parameters have, beforehand, as much information as one value: only so do models
        # with different numbers of them compare
        first = normal.matrix.shape[1] - len(v.nuisance)
        block = normal.matrix[:, first:, first:]
        result += 0.5 * np.linalg.slogdet(_raised(block, np.zeros(block.shape[:2])))[1]
        counts = np.count_nonzero(v.nuisance, axis=1)
        result -= 0.5 * np.log(np.maximum(counts, 1)).sum()
        return result


def _raised(matrix: Floats, precision: Floats) -> Floats:
    """Return normal matrices with the prior's precision added; free columns stay regular."""
    result = matrix.copy()
    k = np.arange(matrix.shape[1])
    result[:, k, k] += precision + np.where(precision > 0, 0.0, 1e-9 * matrix[:, k, k] + 1e-290)
    return result
