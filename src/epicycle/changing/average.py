"""Bands averaged over models: what each says, weighted by what the data say of it.

The variance of an average is that within the models and that between them, so that a band is wide
where the models disagree, as around a shift whose time is not known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import logsumexp

from epicycle.changing.batch import Batch
from epicycle.changing.begin import Family
from epicycle.changing.fit import Solved
from epicycle.changing.paths import difference, linear, tell, value, variance
from epicycle.samples.arrays import Floats

#: Models that weigh less than this are left out.
_LEAST = 1e-3


@dataclass(frozen=True, eq=False)
class Course:
    """A rhythm at some times, in the units of the engine; each with its standard error.

    Attributes
    ----------
    t : ndarray, shape (G,)
        Cycles of the reference frequency.
    turns, turns_error : ndarray
        Phase less the steady clock of the reference frequency, in turns.
    rate, rate_error : ndarray
        Frequency over the reference frequency.
    swell, swell_error : ndarray
        Logarithm of the amplitude.
    level, level_error : ndarray
        Trend and noise with a memory.
    """

    t: Floats
    turns: Floats
    turns_error: Floats
    rate: Floats
    rate_error: Floats
    swell: Floats
    swell_error: Floats
    level: Floats
    level_error: Floats


def weights(families: Sequence[Family]) -> Floats:
    """Return the weight of each family; they sum to 1."""
    evidence = np.array([one.log_evidence for one in families])
    result: Floats = np.exp(evidence - logsumexp(evidence))
    return result


@dataclass(frozen=True, eq=False)
class Kept:
    """Models of a family that matter.

    Attributes
    ----------
    batch, solved : Batch, Solved
    share : ndarray, shape (B,)
        Weight of each; over all families they sum to 1.
    rough : bool
        Whether their paths forget within a cycle, and have no frequency but that over a cycle.
    """

    batch: Batch
    solved: Solved
    share: Floats
    rough: bool


def kept(families: Sequence[Family]) -> list[Kept]:
    """Return the models that matter, with their weights."""
    found = []
    for one, weight in zip(families, weights(families), strict=True):
        keep = np.flatnonzero(weight * one.share > _LEAST)
        if keep.size:
            batch = one.batch.take(keep)
            rough = one.name == "diffusing" or one.memory <= 1.0
            found.append(Kept(batch, one.solved.take(keep), weight * one.share[keep], rough))
    total = sum(float(one.share.sum()) for one in found)
    return [replace(one, share=one.share / total) for one in found]


def average(models: Sequence[Kept], rhythm: int, t: Floats) -> Course:
    """Return a rhythm at times, averaged over models."""
    told = [tell(one.batch, one.solved, rhythm, t, over_cycle=one.rough) for one in models]
    share = np.concatenate([one.share for one in models])
    result = {}
    for name in ("turns", "rate", "swell", "level"):
        value = np.concatenate([getattr(one, name) for one in told])
        variance = np.concatenate([getattr(one, f"{name}_variance") for one in told])
        if name == "turns":  # a phase is known but for whole turns
            best = value[int(share.argmax())]
            value = best + (value - best + 0.5) % 1.0 - 0.5
        mean = share @ value
        spread = share @ (np.maximum(variance, 0.0) + (value - mean) ** 2)
        result[name], result[f"{name}_error"] = mean, np.sqrt(spread)
    return Course(t, **result)


def mean_rate(models: Sequence[Kept], rhythm: int) -> tuple[float, float]:
    """Return the turns of the record over its length, relative to the reference, and the error.

    Of phases that wander, both ends count as independent, as after many cycles they are.
    """
    values, variances = [], []
    for one in models:
        batch, solved = one.batch, one.solved
        half = batch.design.record.half
        blocks = solved.factor.covariances()
        ends = [linear(batch, rhythm, np.array([x]), "turns") for x in (half, -half)]
        parts = difference(ends[0], ends[1], np.array([2 * half]))
        values.append(sum(value(batch, part)[:, 0] for part in parts))
        if parts[0].channel is None:
            variances.append(variance(batch, solved, blocks, list(parts))[:, 0])
        else:
            each = [variance(batch, solved, blocks, [end])[:, 0] for end in ends]
            variances.append((each[0] + each[1]) / (2 * half) ** 2)
    weight = np.concatenate([one.share for one in models])
    rates = np.concatenate(values)
    mean = float(weight @ rates)
    spread = float(weight @ (np.concatenate(variances) + (rates - mean) ** 2))
    return mean + models[0].batch.design.frequency[rhythm], float(np.sqrt(spread))
