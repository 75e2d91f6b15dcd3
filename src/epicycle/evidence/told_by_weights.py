r"""How many values weights leave, where the scatter of the values may not go with them.

With weights that are inverse variances an F-test has as many degrees of freedom as there are
values, however unequal the weights.  With weights :math:`w` of another origin, and variances
:math:`w^{-\gamma}`, weighted sums of squares scatter like those of fewer values,
:math:`(\sum v_i)^2 / \sum v_i^2` with :math:`v_i = w_i^{1-\gamma} (1 - h_i)` and the leverage
:math:`h_i` (Satterthwaite 1946, Biometrics Bull. 2, 110; Kish 1965, Survey Sampling, sect. 11.7).
What :math:`\gamma` is, the residuals say: their restricted likelihood (Patterson & Thompson 1971,
Biometrika 58, 545) at a ladder of exponents, with a probability beforehand that weights are what
they are taken for.

A cycle hides what the noise is like, so that it has to be fitted; and lines that pass through the
few samples of largest weight must not vouch for these weights.  A cycle is therefore fitted only
where it is there whatever the exponent: its false-alarm probability, averaged over the exponents
that noise without it allows, is small; or the likelihood of the values without it, at all of the
exponents, is small beside that with it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve_triangular
from scipy.special import logsumexp

from epicycle.evidence.significance import (
    effective_bandwidth,
    false_alarm_probability,
    left_by_fit,
    pooled_power,
)
from epicycle.fit.lines import Structure, line_columns
from epicycle.limits import NOISE
from epicycle.samples.arrays import Floats
from epicycle.samples.data import Data

#: Variances go with these powers of the inverse weights: from weights that are errors to such as
#: are the inverse of errors to the third.
_LADDER = np.array([-1.0, -0.75, -0.5, -0.25, 0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5])

#: A column of which those before it leave less than this says the same as they do.
_DEPENDENT = 1e-9


@dataclass(frozen=True)
class Lines:
    """Lines that may be there, as a search has found them.

    Attributes
    ----------
    structure : Structure
        The lines.
    minimum, maximum : float
        The band from which their frequencies were chosen.
    false_alarm : float
        Largest false-alarm probability of a cycle that stays.
    """

    structure: Structure
    minimum: float
    maximum: float
    false_alarm: float

    @staticmethod
    def none() -> Lines:
        """Return no lines."""
        return Lines(Structure.empty(), 0.0, 0.0, 0.0)


def as_told(data: Data, lines: Lines | None = None) -> Data:
    """Return data that know how many values the weights leave which the user gave them."""
    return replace(data, told=share_told(data, lines or Lines.none()))


def share_told(data: Data, lines: Lines) -> float:
    """Return the share of the values that their weights leave, in (0, 1]."""
    structure = lines.structure
    if len(structure.frequency):
        structure = _there(data, lines)
    logarithm = _prior() + sum(one.likelihood for one in _outputs(data, structure))
    probability = np.exp(logarithm - logarithm.max())
    left = np.zeros(len(_LADDER))
    count = 0
    for j in range(data.y.shape[1]):
        w = data.weights_of(j)
        used = w > 0
        count += int(np.count_nonzero(used))
        v = np.exp(np.log(w[used] / w.max())[:, np.newaxis] * (1.0 - _LADDER))
        v *= left_by_fit(data, j)[used, np.newaxis]
        v /= np.maximum(v.max(axis=0), 1e-300)
        left += v.sum(axis=0) ** 2 / np.maximum((v**2).sum(axis=0), 1e-300)
    # inverse variances have exact tests, however few values outweigh the others
    left[_LADDER == 1.0] = count
    share = float(probability @ left) / (float(probability.sum()) * count)
    return min(share, 1.0)


def _prior() -> Floats:
    """Return the logarithm of the probability of each exponent beforehand."""
    prior = np.full(len(_LADDER), (1.0 - NOISE.believed_weights) / (len(_LADDER) - 1))
    prior[_LADDER == 1.0] = NOISE.believed_weights
    result: Floats = np.log(prior)
    return result


# ---- Cycles that are there whatever the exponent is ------------------------------------------


def _there(data: Data, lines: Lines) -> Structure:
    structure = lines.structure
    outputs = _outputs(data, structure)
    width = max(effective_bandwidth(data, lines.minimum, lines.maximum), 1.0)
    # a frequency is learned from all values, and was chosen among those of the band
    chosen = math.log(width) + 0.5 * math.log(max(int(np.count_nonzero(data.weights)), 3))
    kept = []
    for k, one in enumerate(structure.fundamentals()):
        fixed = bool(structure.fixed[k])
        without = _prior() + sum(output.without[:, k] for output in outputs)
        having = _prior() + sum(output.having[:, k] for output in outputs)
        odds = logsumexp(having) - logsumexp(without) - (0.0 if fixed else chosen)
        choices = math.comb(max(one.orders) - 1, len(one.orders) - 1)
        chance = _chances(outputs, k, list(one.orders), 0.0 if fixed else choices * width)
        by_chance = float(np.exp(without - logsumexp(without)) @ chance)
        if by_chance <= lines.false_alarm or odds >= -math.log(lines.false_alarm):
            kept.append(one)
    return Structure.of(kept)


def _chances(outputs: list[_Output], k: int, orders: list[int], width: float) -> Floats:
    """Return the false-alarm probability of a cycle at each exponent, its frequency as it is."""
    counts = np.array([[float(one.count) for one in outputs]])
    others = outputs[0].n_columns - 2 * len(orders)
    quiet = np.ones(len(outputs))
    result = np.empty(len(_LADDER))
    for i in range(len(_LADDER)):
        before = np.array([[one.squares_without[i, k] for one in outputs]])
        after = np.array([[one.squares[i] for one in outputs]])
        power = pooled_power(before, after, counts, others, len(orders), quiet=quiet)
        dof = float(counts.sum()) - others * len(outputs)
        result[i] = false_alarm_probability(
            power, dof, width, orders=orders, n_outputs=len(outputs)
        )
    return result


@dataclass(frozen=True)
class _Output:
    """Fits of one output with weights to each power of the ladder, and what they are worth.

    Attributes
    ----------
    count, n_columns : int
        Numbers of values and columns.
    squares : ndarray, shape (G,)
        Weighted sum of squared residuals.
    squares_without : ndarray, shape (G, K)
        The same without each cycle, all other amplitudes fitted anew.
    likelihood : ndarray, shape (G,)
        Logarithm of the restricted likelihood, up to a constant.
    without, having : ndarray, shape (G, K)
        The same without each cycle, and with it where amplitudes that one value of median weight
        tells of are expected of it.
    """

    count: int
    n_columns: int
    squares: Floats
    squares_without: Floats
    likelihood: Floats
    without: Floats
    having: Floats


def _outputs(data: Data, structure: Structure) -> list[_Output]:
    """Return the fits of each output."""
    columns = np.hstack([line_columns(structure, data), data.nuisance])
    parent = np.append(np.repeat(structure.parent, 2), np.full(data.nuisance.shape[1], -1))
    n_cycles = len(structure.frequency)
    result = []
    for j in range(data.y.shape[1]):
        w = data.weights_of(j)
        used = w > 0
        relative = np.log(w[used] / w.max())
        fits = [
            _fit(gamma * relative, columns[used], data.y[used, j], parent, n_cycles)
            for gamma in _LADDER
        ]
        parts = (np.array(part) for part in zip(*fits, strict=True))
        result.append(_Output(len(relative), columns.shape[1], *parts))
    return result


def _fit(
    log_precision: Floats, columns: Floats, y: Floats, parent: NDArray[np.intp], n_cycles: int
) -> tuple[float, Floats, float, Floats, Floats]:
    """Return one fit: squares, squares_without, likelihood, without and having of _Output."""
    log_root = 0.5 * (log_precision - log_precision.max())
    root = np.exp(log_root)
    scaled = root * y
    weighted = root[:, np.newaxis] * columns
    lengths = np.sqrt((weighted**2).sum(axis=0))
    q, r = np.linalg.qr(weighted / np.maximum(lengths, 1e-300))
    distinct = np.zeros(
        len(lengths), dtype=bool
    )  # (with fewer values than columns, none of the rest)
    distinct[: len(r)] = np.abs(np.diag(r)) > _DEPENDENT
    if not distinct.all():
        parent, lengths = parent[distinct], lengths[distinct]
        q, r = np.linalg.qr(weighted[:, distinct] / lengths)
    projected = q.T @ scaled
    residual = scaled - q @ projected
    residual -= q @ (q.T @ residual)
    floor = 1e-30 * float((scaled**2).sum()) + 1e-300
    squares = max(float((residual**2).sum()), floor)
    free = max(len(y) - len(parent), 1)
    size = float(np.log(np.abs(np.diag(r))).sum() + np.log(lengths).sum())
    constant = float(log_root.sum()) - size
    likelihood = constant - 0.5 * free * math.log(squares)
    inverse = solve_triangular(r, np.eye(len(parent)))
    coefficients = inverse @ projected
    # what a value of median weight tells of an amplitude
    told = math.log(0.5) + 2.0 * float(np.median(log_root))
    without, having = np.empty(n_cycles), np.empty(n_cycles)
    squares_without = np.full(n_cycles, squares)
    for k in range(n_cycles):
        own = parent == k
        spread = inverse[own]
        # of the amplitudes of one cycle: their covariance is spread @ spread.T
        of_own: Floats = np.linalg.qr(spread.T)[1]
        pull = np.linalg.lstsq(of_own.T, coefficients[own], rcond=None)[0]
        squares_without[k] += float(pull @ pull)
        volume = float(np.log(np.maximum(np.abs(np.diag(of_own)), 1e-300)).sum())
        volume -= float(np.log(lengths[own]).sum())
        freer = free + int(own.sum())
        without[k] = constant - volume - 0.5 * freer * math.log(squares_without[k])
        having[k] = constant + 0.5 * own.sum() * told - 0.5 * freer * math.log(squares)
    return squares, squares_without, likelihood, without, having
