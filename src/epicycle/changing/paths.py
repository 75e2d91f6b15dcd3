"""Phase, frequency, amplitude and level of fitted models at any times, with their errors.

Each is a linear function of the numbers at two knots and of the border, so that its error needs
the blocks of the covariance near the diagonal only.  Between knots the variance of a bridge comes
on top; beyond the record a path goes on as its process does.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from epicycle.changing.batch import Batch
from epicycle.changing.chain import Chain, slopes, transition, weights
from epicycle.changing.design import Design
from epicycle.changing.fit import Solved
from epicycle.samples.arrays import Floats

#: Times in a window, over which a mean is taken.
_INSIDE = 12


@dataclass(frozen=True, eq=False)
class Paths:
    """What models say at some times, values and variances, each of shape (B, G).

    Attributes
    ----------
    turns, turns_variance : ndarray
        Phase less the steady clock of the reference frequency, in turns.
    rate, rate_variance : ndarray
        Frequency, in units of the reference frequency.
    swell, swell_variance : ndarray
        Logarithm of the amplitude.
    level, level_variance : ndarray
        Trend, offsets and noise with a memory.
    """

    turns: Floats
    turns_variance: Floats
    rate: Floats
    rate_variance: Floats
    swell: Floats
    swell_variance: Floats
    level: Floats
    level_variance: Floats


@dataclass(frozen=True, eq=False)
class Linear:
    """A linear function of the numbers of a model at each of some times.

    Attributes
    ----------
    knot : ndarray of int, shape (G,)
        The first of two knots.
    weight : ndarray, shape (G, 2 s)
        Weights of the numbers of a channel at these.
    channel : int or None
    border : ndarray, shape (B, G, p) or (G, p)
        Weights of the border.
    extra : ndarray, shape (B, G)
        Variance that comes on top.
    """

    knot: NDArray[np.intp]
    weight: Floats
    channel: int | None
    border: Floats
    extra: Floats


def seen(
    chain: Chain, channel: int, t: Floats, memory: float
) -> tuple[NDArray[np.intp], Floats, Floats]:
    """Return knots, weights and the variance on top, at unit strength, of a channel at times."""
    one = chain.channels[channel]
    knot, place = chain.locate(t)
    weight = weights(one.kind, place)
    h = chain.step
    inner = place * (1 - place)
    if one.kind == "path":
        rate = 1.0 if np.isinf(memory) else 2 / memory
        extra = rate * h**3 * inner**3 / 3
    elif one.kind == "walk":
        extra = h * inner
    else:
        extra = 2 * h / memory * inner
    last = chain.start + h * (chain.count - 1)
    beyond = np.maximum(t - last, chain.start - t)
    on: dict[float, tuple[Floats, ...]] = {}  # as far before as after
    for g in np.flatnonzero(beyond > 0):
        far = float(beyond[g])
        on[far] = on.get(far) or transition(one.kind, far, memory)
        carry, innovation, _ = on[far]
        row, after = carry[0].copy(), t[g] > last
        if one.kind == "path":  # slopes are counted per step of the knots
            row[1] *= beyond[g] / h * (1 if after else -1)
        weight[g] = 0.0
        weight[g, one.size if after else 0 :][: one.size] = row
        extra[g] = innovation[0, 0]
    return knot, weight, extra


def seen_rate(chain: Chain, channel: int, t: Floats, memory: float) -> tuple[Floats, Floats]:
    """Return weights and the variance on top, at unit strength, of the slope of a path at times."""
    _, place = chain.locate(t)
    weight = slopes(chain.channels[channel].kind, place) / chain.step
    last = chain.start + chain.step * (chain.count - 1)
    beyond = np.maximum(np.maximum(t - last, chain.start - t), 0.0)
    if np.isinf(memory):
        return weight, beyond
    weight *= np.exp(-beyond / memory)[:, np.newaxis]
    return weight, -np.expm1(-2 * beyond / memory)


def linear(batch: Batch, rhythm: int, t: Floats, what: str) -> Linear:
    """Return "turns", "rate", "swell" or "level" as a linear function of the numbers of models."""
    design = batch.design
    chain = design.chain
    channel = {
        "turns": design.phase_channel(rhythm),
        "rate": design.phase_channel(rhythm),
        "swell": design.amplitude_channel(rhythm),
        "level": design.noise_channel,
    }[what]
    border = _border(batch, rhythm, t, what)
    knot, _ = chain.locate(t)
    if channel is None:
        return Linear(knot, np.zeros((len(t), 0)), None, border, np.zeros((len(batch), len(t))))
    memory = float(batch.memory[0, channel])  # models side by side share their memories
    if what == "rate":
        weight, extra = seen_rate(chain, channel, t, memory)
    else:
        knot, weight, extra = seen(chain, channel, t, memory)
    scale = batch.strength[:, channel, np.newaxis] ** 2
    return Linear(knot, weight, channel, border, extra * scale)


def _border(batch: Batch, rhythm: int, t: Floats, what: str) -> Floats:
    """Return the weights of the border, shape (B, G, p)."""
    design = batch.design
    result = np.zeros((len(batch), len(t), design.width))
    if what in ("turns", "rate"):
        slope = what == "rate"
        result[:, :, design.slices["null", rhythm]] = design.null(t, rhythm, slope=slope)
        if design.events:
            shifts = design.shifts(t, batch.at, rhythm, slope=slope)
            result[:, :, design.slices["events", rhythm]] = shifts
    elif what == "swell":
        result[:, :, design.slices["amplitude", rhythm]] = design.decay(t)
    else:
        result[:, :, design.slices["level", 0]] = design.record.trend(t)
    return result


def difference(later: Linear, earlier: Linear, over: Floats) -> tuple[Linear, Linear]:
    """Return two functions whose sum is the mean rate between two times."""
    scale = 1 / over
    return (
        Linear(
            later.knot,
            later.weight * scale[:, np.newaxis],
            later.channel,
            (later.border - earlier.border) * scale[:, np.newaxis],
            (later.extra + earlier.extra) * scale**2,
        ),
        Linear(
            earlier.knot,
            -earlier.weight * scale[:, np.newaxis],
            earlier.channel,
            np.zeros_like(later.border),
            np.zeros_like(later.extra),
        ),
    )


def value(batch: Batch, one: Linear) -> Floats:
    """Return the values of a linear function, shape (B, G)."""
    result: Floats = np.einsum("bgp,bp->bg", one.border, batch.c)
    if one.channel is not None:
        result += np.einsum("gq,bgq->bg", one.weight, _pairs(batch.x.T, batch.design, one))
    return result


def _pairs(numbers: Floats, design: Design, one: Linear) -> Floats:
    """Return the numbers at the two knots of each time, shape (B, G, 2 s, ...)."""
    return numbers[:, _places(design, one)]


def _places(design: Design, one: Linear) -> NDArray[np.intp]:
    chain = design.chain
    channel = chain.channels[one.channel or 0]
    local = np.concatenate([np.arange(channel.size), np.arange(channel.size) + chain.size])
    result: NDArray[np.intp] = one.knot[:, np.newaxis] * chain.size + local + channel.first
    return result


def variance(batch: Batch, solved: Solved, blocks: list[Floats], parts: list[Linear]) -> Floats:
    """Return the variance of the sum of linear functions at each time, shape (B, G)."""
    design = batch.design
    border = sum((one.border for one in parts), np.zeros(1))
    result: Floats = sum((one.extra for one in parts), np.zeros(1))
    with_chain = [one for one in parts if one.channel is not None]
    for one in with_chain:
        by = _pairs(solved.by_border, design, one)
        border = border - np.einsum("gq,bgqp->bgp", one.weight, by)
    result = result + ((border @ solved.border) * border).sum(axis=-1)
    for one in with_chain:
        for other in with_chain:
            result = result + _covariance(design, blocks, one, other)
    return result


def _covariance(design: Design, blocks: list[Floats], one: Linear, other: Linear) -> Floats:
    """Return the covariance of two functions of the chain, the border held fixed."""
    channel = design.chain.channels[one.channel or 0]
    size = channel.size
    own = slice(channel.first, channel.first + size)
    result = np.zeros((len(blocks[0]), len(one.knot)))
    for a, b in itertools.product(range(2), repeat=2):
        p, q = one.knot + a, other.knot + b
        first, second = (
            part.weight[:, k * size : (k + 1) * size] for part, k in ((one, a), (other, b))
        )
        turned = (p < q)[:, np.newaxis]  # blocks have the later knot in their rows
        later, earlier = np.where(turned, second, first), np.where(turned, first, second)
        for lag in np.unique(np.abs(p - q)).tolist():
            at = np.flatnonzero(np.abs(p - q) == lag)
            block = blocks[lag][:, np.minimum(p, q)[at], own, own]
            result[:, at] += np.einsum("gi,bgij,gj->bg", later[at], block, earlier[at])
    return result


def tell(batch: Batch, solved: Solved, rhythm: int, t: Floats, *, over_cycle: bool) -> Paths:
    """Return what models say of a rhythm at times.

    Parameters
    ----------
    batch, solved : Batch, Solved
    rhythm : int
    t : ndarray, shape (G,)
    over_cycle : bool
        Whether the rate is the mean over a cycle, as that of a path must be which is rough.
    """
    design = batch.design
    chain = design.chain
    cycle = 1 / design.frequency[rhythm]
    lags = 1
    if over_cycle:
        lags = min(int(np.ceil(cycle / chain.step)) + 2, chain.count - 1)
    blocks = solved.factor.covariances(lags)
    answers: list[Floats] = []
    for what in ("turns", "rate", "swell", "level"):
        if what == "rate" and over_cycle:
            half = design.record.half
            low, high = np.clip(t - cycle / 2, -half, half), np.clip(t + cycle / 2, -half, half)
            short = high - low < cycle / 2
            low, high = np.where(short, t - cycle / 2, low), np.where(short, t + cycle / 2, high)
            later, earlier = (linear(batch, rhythm, x, "turns") for x in (high, low))
            parts = list(difference(later, earlier, high - low))
        else:
            parts = [linear(batch, rhythm, t, what)]
        values = sum((value(batch, one) for one in parts), np.zeros(1))
        answers += [values, variance(batch, solved, blocks, parts)]
    answers[0] += (design.frequency[rhythm] - 1.0) * t
    answers[2] += design.frequency[rhythm]
    return Paths(*(np.asarray(a) for a in answers))


def means(
    batch: Batch, solved: Solved, rhythm: int, centres: Floats, width: float
) -> tuple[Floats, Floats]:
    """Return means of the log amplitude over windows, with their covariance.

    What a path does between knots beside its expected value is left out: a mean over several knots
    hardly sees it.

    Parameters
    ----------
    batch, solved : Batch, Solved
    rhythm : int
    centres : ndarray, shape (G,)
    width : float
        Of each window, in cycles.

    Returns
    -------
    values : ndarray, shape (B, G)
    covariance : ndarray, shape (B, G, G)
    """
    inside = (np.arange(_INSIDE) + 0.5) / _INSIDE - 0.5
    t = (centres[:, np.newaxis] + width * inside).ravel()
    one = linear(batch, rhythm, t, "swell")
    many = len(centres)
    values: Floats = value(batch, one).reshape(len(batch), many, _INSIDE).mean(axis=2)
    border = one.border.reshape(len(batch), many, _INSIDE, -1).mean(axis=2)
    result: Floats = np.zeros((len(batch), many, many))
    if one.channel is not None:
        seen_at = np.zeros((many, batch.design.chain.width))
        window = np.repeat(np.arange(many), _INSIDE)[:, np.newaxis]
        np.add.at(seen_at, (window, _places(batch.design, one)), one.weight / _INSIDE)
        right = np.broadcast_to(seen_at.T, (len(batch), *seen_at.T.shape))
        result = seen_at @ solved.factor.solve(np.ascontiguousarray(right))
        border = border - seen_at @ solved.by_border
    return values, result + border @ solved.border @ border.swapaxes(1, 2)
