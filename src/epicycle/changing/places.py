"""Where a shift may be: by the linearised model without it, and by the power of two segments."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from epicycle.changing import chain as chains
from epicycle.changing.batch import Batch, derivatives, waves
from epicycle.changing.design import CHANGE, FREQUENCY, JUMP, PHASE, TWO_PI, Record
from epicycle.changing.fit import solve
from epicycle.limits import CHANGING
from epicycle.samples.arrays import Complexes, Floats

#: Segments of the two-segment power, and its shortest part of the record.
_SEGMENTS, _SHORTEST = 200, 0.08


@dataclass(frozen=True, eq=False)
class Place:
    """Where a shift may be, and a model that begins there.

    Attributes
    ----------
    kind : str
        "phase" or "period".
    time : float
    null, size : ndarray
        Offset and frequency before it, and its size, in the numbers of the border; None to begin
        from the model without it.
    amplitude : float
    """

    kind: str
    time: float
    null: Floats | None = None
    size: float = 0.0
    amplitude: float = 1.0


def linear_places(base: Batch) -> list[Place]:
    """Return where one more shift of each kind gains most in the linearised model."""
    design, record = base.design, base.design.record
    chain = design.chain
    cycles = 2 * record.half
    count = int(np.clip(4 * cycles, 20, 160))
    inner = (1 - 2 * CHANGING.edge) * record.half
    times = np.linspace(-inner, inner, count)
    at = waves(base)
    prior, log_det = base.prior()
    solved = solve(base, at, prior, log_det)
    channels, wide = derivatives(base, at)
    border = wide[0, :, 1:]
    null = design.slices["null", 0].start
    by_phase = border[:, null] / PHASE
    trial = design.shifts(record.t, times[np.newaxis], 0)[0] * by_phase[:, np.newaxis]
    weight = record.w / base.variance[0]
    seen = chain.back(trial * (slope[0] * weight)[:, np.newaxis] for slope in channels)
    inner_solution = solved.factor.solve(seen[np.newaxis])[0]
    # rows: what the border and the trial columns share, less what the chain explains of both
    shared = border.T @ (weight[:, np.newaxis] * trial)
    knots = solved.by_border[0]  # the chain's answer to the border
    shared -= knots.T @ seen
    own = (trial**2 * weight[:, np.newaxis]).sum(axis=0) - (seen * inner_solution).sum(axis=0) + 1
    own -= (shared * (solved.border[0] @ shared)).sum(axis=0)
    left = weight * (record.y - at.mean[0])
    # at the optimum the gradients of all that is fitted vanish: what is left is the trial's own
    pull = trial.T @ left - inner_solution.T @ (
        chain.back((slope[0] * left)[:, np.newaxis] for slope in channels)[:, 0]
        - chains.times(prior, base.x)[:, 0]
    )
    gain = 0.5 * pull**2 / np.maximum(own, 1e-9)
    places = []
    for k, kind in enumerate(("phase", "period")):
        best = int(gain[k::2].argmax())
        if gain[k::2][best] >= CHANGING.worth:
            places.append(Place(kind, float(times[best])))
    return places


def segment_places(record: Record, y: Floats, low: float, high: float, least: float) -> list[Place]:
    """Return where two segments, at one frequency or at two, have the most power.

    Parameters
    ----------
    record : Record
    y : ndarray, shape (n,)
        Values free of trend.
    low, high : float
        The band, relative to the reference frequency.
    least : float
        Power that they must have, in squares of the noise, to be worth a look.
    """
    t, w = record.t, record.w
    n = len(t)
    first, last = int(max(4, _SHORTEST * n)), int(min(n - 4, (1 - _SHORTEST) * n))
    if last - first < 4:
        return []
    cuts = np.unique(np.linspace(first, last, min(_SEGMENTS, last - first)).astype(np.intp))
    span = 2 * record.half
    frequency = np.linspace(low, high, int(np.clip(6 * (high - low) * span, 60, 4000)))
    before, total, weight = _segment_sums(t, w * y, w, frequency, cuts)
    after = total - before
    rest = w.sum() - weight
    one = 2 * np.abs(before) ** 2 / weight[:, np.newaxis]
    other = 2 * np.abs(after) ** 2 / rest[:, np.newaxis]
    place = 0.5 * (t[cuts - 1] + t[cuts])
    found = []
    both = one + other
    k, j = np.unravel_index(both.argmax(), both.shape)
    ends = [(int(j), int(j))]
    rows = [int(k)]
    k = int((one.max(axis=1) + other.max(axis=1)).argmax())
    ends.append((int(one[k].argmax()), int(other[k].argmax())))
    rows.append(k)
    for kind, k, (a, b) in zip(("phase", "period"), rows, ends, strict=True):
        if one[k, a] + other[k, b] < least:
            continue
        tau = float(place[k])
        phases = [
            float(np.angle(value * np.exp(1j * TWO_PI * f * tau))) / TWO_PI
            for value, f in ((before[k, a], frequency[a]), (after[k, b], frequency[b]))
        ]
        jump = (phases[1] - phases[0] + 0.5) % 1 - 0.5
        change = float(frequency[b] - frequency[a])
        offset = phases[0] - float(frequency[a]) * tau
        null = np.array(
            [
                (offset - np.round(offset)) / PHASE,
                (float(frequency[a]) - 1.0) / FREQUENCY,
                0.0,
            ]
        )
        size = jump / JUMP if kind == "phase" else change / CHANGE
        height = 2 * (abs(before[k, a]) + abs(after[k, b])) / w.sum()
        found.append(Place(kind, tau, null, size, max(float(height), 1e-6)))
    return found


def _segment_sums(
    t: Floats, strength: Floats, w: Floats, frequency: Floats, cuts: NDArray[np.intp]
) -> tuple[Complexes, Complexes, Floats]:
    """Return sums over the samples before each cut, over all, and the weights before each cut."""
    edges = np.concatenate([[0], cuts, [len(t)]]).astype(np.intp)
    pieces = np.empty((len(edges) - 1, len(frequency)), dtype=np.complex128)
    for k in range(len(pieces)):
        part = slice(edges[k], edges[k + 1])
        pieces[k] = strength[part] @ np.exp(-1j * TWO_PI * np.outer(t[part], frequency))
    sums = np.cumsum(pieces, axis=0)
    weight = np.cumsum(w)[cuts - 1]
    return sums[:-1], sums[-1], weight
