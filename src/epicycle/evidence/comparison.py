r"""Which of several frequencies a periodic waveform has: their evidence, from a direct fit of each.

Near-equal maxima of a spectrum are aliases of each other, or a period, its half and its double.
Only a fit of the whole waveform at each of them, with its frequency refined and the scatter that
it leaves, tells them apart.  The model of output j is

.. math:: y_j = \sum_m n_m \beta_{mj}
          + \sum_{h=1}^{K} a_{hj} \cos 2\pi h f t + b_{hj} \sin 2\pi h f t + \epsilon ,

with amplitudes that are normal with variance :math:`S_j h^{-p} / \sum_k k^{-p}` beforehand, S_j
the variance of the output's signal; most of it is common to all outputs, since bands of one star
resemble each other.  The scatter has a floor per group and output, and heavy tails (Student's t, 4
degrees of freedom).  The evidence is the likelihood with the amplitudes integrated out (Laplace),
averaged over several p: smooth waveforms, sawteeth, eclipses.  It rises with the fit and falls
with each amplitude that the fit needs, which is what decides between a period and its multiples.

Outputs measured side by side share what the model lacks (a modulated amplitude).  Their
log-likelihood counts by 1 / (1 + (d - 1) r), with r the correlation of neighbouring residuals.
"""

from __future__ import annotations

import numpy as np

from epicycle.evidence.waveforms import (
    ALL_SHAPES,
    LONGEST_STEP,
    SMOOTH,
    Output,
    Ranking,
    Shapes,
    apart,
    distinct,
    output_of,
    with_relatives,
)
from epicycle.fit.noise import NoiseModel
from epicycle.limits import WAVEFORMS
from epicycle.samples import phase
from epicycle.samples.arrays import Floats
from epicycle.samples.data import Data

#: Refinements of frequency, scatter and weights.
_STEPS = 6


def rank(
    data: Data,
    residual: Floats,
    noise: NoiseModel,
    frequency: Floats,
    limits: tuple[float, float],
    highest: float = np.inf,
) -> Ranking:
    """Return the frequencies, and their multiples and fractions, by descending evidence.

    Parameters
    ----------
    data : Data
        Times and nuisance columns.
    residual : ndarray, shape (n, d)
        Values to explain.
    noise : NoiseModel
        Errors of the values, and the groups that have a scatter of their own.
    frequency : ndarray, shape (M,)
        Frequencies to begin with, most likely first, each within a fraction of 1/baseline of its
        optimum.
    limits : tuple of float
        Lowest and highest frequency that counts.
    highest : float
        Frequency above which no harmonic may be (Nyquist of regular sampling).
    """
    outputs = [output_of(data, residual, noise, j) for j in range(residual.shape[1])]
    near = 0.3 / data.baseline
    start = apart(frequency, limits, near)
    if not len(start):
        return Ranking((), -np.inf)
    smooth = _Waveforms(outputs, start, SMOOTH, data.baseline, highest)
    smooth.refine()
    order = np.argsort(-smooth.evaluate(1.0)[0], kind="stable")
    finalists = with_relatives(smooth.frequency[order], start, limits, near)
    fields = [
        _Waveforms(outputs, finalists, shapes, data.baseline, highest) for shapes in ALL_SHAPES
    ]
    for field in fields:
        field.refine()
    # the correlation of the outputs is that which the best fit leaves
    first = [field.evaluate(1.0) for field in fields]
    k = max(range(len(fields)), key=lambda k: float(first[k][0].max()))
    share = fields[k].share(int(first[k][0].argmax()), WAVEFORMS.neighbours / limits[1])
    final = first if share == 1.0 else [field.evaluate(share) for field in fields]
    evidence = np.stack([each[0] for each in final])
    better = evidence.argmax(axis=0), np.arange(len(finalists))
    rivals = distinct(
        np.stack([field.frequency for field in fields])[better],
        np.logaddexp.reduce(evidence, axis=0),
        np.stack([each[1] for each in final])[better],
        data.baseline,
    )
    in_full = np.logaddexp.reduce(np.stack([each[0] for each in first]), axis=0)
    return Ranking(tuple(rivals), float(in_full.max()))


class _Waveforms:
    """Waveforms of some kinds at several frequencies."""

    def __init__(
        self,
        outputs: list[Output],
        frequency: Floats,
        shapes: Shapes,
        baseline: float,
        highest: float = np.inf,
    ) -> None:
        self.frequency = frequency.astype(np.float64)
        self._outputs = outputs
        self._baseline = baseline
        self._shapes = shapes
        self._h = np.arange(1, shapes.orders + 1)
        self._share = shapes.allowed(frequency, highest)
        M = len(frequency)
        self._scatter = [
            np.full((M, o.n_cells), WAVEFORMS.first_scatter**2 * o.signal) for o in outputs
        ]
        self._tails = [np.ones((M, len(o.y))) for o in outputs]

    def _prior(self, output: Output, kind: int) -> Floats:
        """Return the prior variances of the coefficients, shape (M, 2 K)."""
        return np.repeat(output.signal * self._share[kind], 2, axis=1)

    def _columns(self, output: Output) -> Floats:
        """Return waveform columns, then nuisance columns, as rows: shape (M, 2 K + p, n)."""
        cosine, sine = phase.unit_phasors(phase.turns(self.frequency, output.times))
        M, n = cosine.shape
        K = len(self._h)
        powers = np.swapaxes(phase.powers(cosine + 1j * sine, K), 0, 1)
        columns = np.empty((M, 2 * K + output.nuisance.shape[1], n))
        columns[:, 0 : 2 * K : 2] = powers.real
        columns[:, 1 : 2 * K : 2] = powers.imag
        columns[:, 2 * K :] = output.nuisance.T
        return columns

    def refine(self) -> None:
        """Bring frequencies, scatter and weights into agreement (Gauss-Newton, reweighted)."""
        K = len(self._h)
        columns: list[Floats] = []
        for step in range(_STEPS):
            slope, bend = np.zeros((2, len(self.frequency)))
            if step != 1:  # the first step is for scatter and weights alone
                columns = [self._columns(output) for output in self._outputs]
            for j, output in enumerate(self._outputs):
                variance = self._variance(j)
                weights = self._tails[j] / variance
                weighted = columns[j] * weights[:, np.newaxis]
                gram = weighted @ np.swapaxes(columns[j], 1, 2)
                _raise_diagonal(gram, 1.0 / self._prior(output, 0))
                right = weighted @ output.y
                solved = np.linalg.solve(gram, right[:, :, np.newaxis])
                c = np.asarray(solved[:, :, 0], dtype=np.float64)
                residual = output.y - _combined(c, columns[j])
                if step:
                    # derivative of the model by frequency, in units of 1/baseline
                    turned = np.empty((len(c), 2 * K))
                    turned[:, 0::2] = 2 * np.pi * self._h * c[:, 1 : 2 * K : 2]
                    turned[:, 1::2] = -2 * np.pi * self._h * c[:, 0 : 2 * K : 2]
                    slopes = _combined(turned, columns[j][:, : 2 * K])
                    slopes *= output.times.to_float() / self._baseline
                    mixed = weighted @ slopes[:, :, np.newaxis]
                    explained = np.linalg.solve(gram, mixed)
                    leaning = weights * slopes
                    slope += (leaning * residual).sum(axis=1)
                    bend += (leaning * slopes).sum(axis=1) - (mixed * explained).sum(axis=(1, 2))
                self._reweigh(j, residual, variance, 2 * K)
            if step:
                # where the bend is too small, or lost to rounding, the longest step
                least = np.maximum(np.abs(slope) / LONGEST_STEP, 1e-300)
                self.frequency = self.frequency + slope / np.maximum(bend, least) / self._baseline

    def _variance(self, j: int) -> Floats:
        output = self._outputs[j]
        result: Floats = output.known_variance + self._scatter[j][:, output.cell] * output.unit
        return result

    def _reweigh(self, j: int, residual: Floats, variance: Floats, n_coefficients: int) -> None:
        output = self._outputs[j]
        n_fitted = 0.6 * n_coefficients + output.nuisance.shape[1]
        share = max(1.0 - n_fitted / len(output.y), 0.3)
        for g in range(output.n_cells):
            rows = output.cell == g
            weights = 1.0 / variance[:, rows]
            excess = (self._tails[j][:, rows] * residual[:, rows] ** 2 * weights).sum(axis=1)
            excess = excess / (share * np.count_nonzero(rows)) - 1.0
            # towards a sum of squares equal to the degrees of freedom, most of the way
            scatter = self._scatter[j][:, g] + 0.8 * excess / weights.mean(axis=1)
            self._scatter[j][:, g] = np.maximum(scatter, 1e-6 * output.signal)
        variance = self._variance(j)
        self._tails[j] = (WAVEFORMS.tail + 1) / (WAVEFORMS.tail + residual**2 / variance)

    def evaluate(self, tempered: float) -> tuple[Floats, Floats]:
        """Return log evidence, and share of the variance explained, of every frequency."""
        K2 = 2 * len(self._h)
        M = len(self.frequency)
        total = np.zeros((len(self._share), M))
        explained = np.zeros(M)
        normals = []
        for j, output in enumerate(self._outputs):
            columns = self._columns(output)
            variance = self._variance(j)
            weights = tempered * self._tails[j] / variance
            weighted = columns * weights[:, np.newaxis]
            gram = weighted @ np.swapaxes(columns, 1, 2)
            right = weighted @ output.y
            if len(self._outputs) > 1:
                normals.append(_without_nuisance(gram, right, K2))
            flat = np.log(variance).sum(axis=1) * (-0.5 * tempered)
            # nuisance parameters have, beforehand, as much information as one value (BIC): only
            # so do models with different numbers of them compare
            free = gram[:, K2:, K2:]
            flat += 0.5 * np.linalg.slogdet(_regular(free))[1]
            flat -= 0.5 * free.shape[1] * np.log(len(output.y))
            for s in range(len(total)):
                prior = self._prior(output, s)
                raised = gram.copy()
                _raise_diagonal(raised, 1.0 / prior)
                c = np.asarray(
                    np.linalg.solve(raised, right[:, :, np.newaxis])[:, :, 0], np.float64
                )
                residual = output.y - _combined(c, columns)
                tails = np.log1p(residual**2 / (WAVEFORMS.tail * variance)).sum(axis=1)
                total[s] += flat - 0.5 * (WAVEFORMS.tail + 1) * tempered * tails
                total[s] -= 0.5 * (c[:, :K2] ** 2 / prior).sum(axis=1)
                total[s] -= 0.5 * (np.linalg.slogdet(raised)[1] + np.log(prior).sum(axis=1))
                if s == 0:
                    left = (self._tails[j] * residual**2).sum(axis=1)
                    whole = (self._tails[j] * output.y**2).sum(axis=1)
                    explained += 1.0 - left / np.maximum(whole, 1e-300)
        if len(self._outputs) > 1:
            for s in range(len(total)):
                priors = [self._prior(o, s) for o in self._outputs]
                total[s] += _gain_by_common_shape(normals, priors)
        total += np.log(self._shapes.odds)[:, np.newaxis]
        return np.logaddexp.reduce(total, axis=0), explained / len(self._outputs)

    def share(self, best: int, within: float) -> float:
        """Return by how much the values count, given how those close in time are correlated."""
        d = len(self._outputs)
        if d == 1:
            return 1.0
        when, which, pulls = [], [], []
        alone = _Waveforms(self._outputs, self.frequency[best : best + 1], self._shapes, 1.0)
        alone._share = self._share[:, best : best + 1]
        for j, output in enumerate(self._outputs):
            alone._scatter[j] = self._scatter[j][best : best + 1]
            alone._tails[j] = self._tails[j][best : best + 1]
            columns = alone._columns(output)[0]
            variance = alone._variance(j)[0]
            weighted = columns * (alone._tails[j][0] / variance)
            gram = (weighted @ columns.T)[np.newaxis]
            _raise_diagonal(gram, 1.0 / alone._prior(output, 0))
            residual = output.y - np.linalg.solve(gram[0], weighted @ output.y) @ columns
            when.append(output.times.to_float())
            which.append(np.full(len(residual), j))
            pulls.append(np.clip(residual / np.sqrt(variance), -3.0, 3.0))
        time = np.concatenate(when)
        order = np.argsort(time, kind="stable")
        origin, pull = np.concatenate(which)[order], np.concatenate(pulls)[order]
        near = (np.diff(time[order]) < within) & (np.diff(origin) != 0)
        if np.count_nonzero(near) < 10:
            return 1.0
        a, b = pull[1:][near], pull[:-1][near]
        correlation = float(a @ b) / float(np.sqrt((a @ a) * (b @ b)) or 1.0)
        return 1.0 / (1.0 + (d - 1) * max(correlation, 0.0))


def _combined(coefficients: Floats, columns: Floats) -> Floats:
    """Return the values of models: shapes (M, c) and (M, c, n) -> (M, n)."""
    result: Floats = (coefficients[:, np.newaxis] @ columns)[:, 0]
    return result


def _raise_diagonal(gram: Floats, by: Floats) -> None:
    """Add the prior's precision to the waveform's part of the normal matrices, in place."""
    count = by.shape[1]
    k = np.arange(count)
    gram[:, k, k] += by
    # nuisance columns are free; those that are not independent of each other must not be singular
    rest = np.arange(count, gram.shape[1])
    gram[:, rest, rest] *= 1.0 + 1e-10
    gram[:, rest, rest] += 1e-290


def _regular(gram: Floats) -> Floats:
    """Return normal matrices that dependent columns do not make singular."""
    result = gram.copy()
    k = np.arange(gram.shape[1])
    result[:, k, k] = result[:, k, k] * (1.0 + 1e-10) + 1e-290
    return result


def _without_nuisance(gram: Floats, right: Floats, K2: int) -> tuple[Floats, Floats]:
    """Return normal matrix and right-hand side of the waveform, nuisance columns eliminated."""
    cross = gram[:, :K2, K2:]
    solved = np.linalg.solve(_regular(gram[:, K2:, K2:]), np.swapaxes(cross, 1, 2))
    reduced = gram[:, :K2, :K2] - cross @ solved
    values = right[:, :K2] - (right[:, np.newaxis, K2:] @ solved)[:, 0]
    return reduced, values


def _gain_by_common_shape(normals: list[tuple[Floats, Floats]], priors: list[Floats]) -> Floats:
    """Return how much log evidence rises if the outputs have part of their waveforms in common.

    With amplitudes c_j = A_j (s + d_j), s common and d_j own, the own part is integrated out of
    each output first: N -> (I + N P)^-1 N for normal matrix N and prior P of the own part.
    """
    K2 = normals[0][0].shape[1]
    eye = np.eye(K2)
    matrix, vector, gain = 0.0, 0.0, 0.0
    unit = priors[0] / priors[0].sum(axis=1, keepdims=True)
    for (normal, right), prior in zip(normals, priors, strict=True):
        size = prior.sum(axis=1)
        own = (1.0 - WAVEFORMS.common) * prior
        mixing = eye + normal * own[:, np.newaxis]
        both = np.concatenate([normal, right[:, :, np.newaxis]], axis=2)
        solved = np.linalg.solve(mixing, both)
        matrix = matrix + WAVEFORMS.common * size[:, np.newaxis, np.newaxis] * solved[:, :, :K2]
        vector = vector + np.sqrt(WAVEFORMS.common * size)[:, np.newaxis] * solved[:, :, K2]
        gain = gain + 0.5 * (right * own * solved[:, :, K2]).sum(axis=1)
        gain = gain - 0.5 * np.linalg.slogdet(mixing)[1]
        # against the evidence without a common part
        mixing = eye + normal * prior[:, np.newaxis]
        free = np.linalg.solve(mixing, right[:, :, np.newaxis])[:, :, 0]
        gain = gain - 0.5 * (right * prior * free).sum(axis=1)
        gain = gain + 0.5 * np.linalg.slogdet(mixing)[1]
    mixing = eye + matrix * unit[:, np.newaxis]
    shape = np.linalg.solve(mixing, np.asarray(vector)[:, :, np.newaxis])[:, :, 0]
    gain = gain + 0.5 * (vector * unit * shape).sum(axis=1)
    result: Floats = gain - 0.5 * np.linalg.slogdet(mixing)[1]
    return result
