"""Gauss-Newton steps on a batch of models, Laplace's evidence, and strengths by fixed points.

One step solves the linearised model: a banded Cholesky factor of the chain and a Schur complement
for the border.  The iterated linearised smoother so has the same optimum as an iterated extended
Kalman smoother, at the same cost, and its evidence and covariances come with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from epicycle.changing import chain as chains
from epicycle.changing.batch import Batch, Waves, alike, derivatives, waves
from epicycle.samples.arrays import Floats

#: No phase moves by more than this in one step, in turns: further away the slope tells nothing.
STEP = 0.15

#: Nor does a log amplitude by more than this.
_STEP_AMPLITUDE = 0.7

#: White noise is never smaller than this part of the variance: without noise, evidence diverges.
FLOOR = 1e-6

#: Strengths by which no channel is distinguishable from none, and from which it explains all.
_STRENGTHS = (1e-5, 1e2)

#: Steps below this change neither evidence nor errors.
_SMALL = 2e-3

#: What is added to a unit diagonal until rounding no longer matters.
_RIDGES = (0.0, 1e-12, 1e-9, 1e-6, 1e-3, 1.0, 1e3)

#: A fixed point moves a variance by at most this factor at once.
_FARTHEST = 20.0


@dataclass(frozen=True, eq=False)
class Solved:
    """The linearised models at their present numbers.

    Attributes
    ----------
    factor : Factor
        Of the precision of the knots.
    by_border : ndarray, shape (B, width, p)
        Knots per unit of the border, with the opposite sign.
    border : ndarray, shape (B, p, p)
        Covariance of the border.
    dx, dc : ndarray
        The full step.
    objective, log_evidence : ndarray, shape (B,)
        Minus twice the log posterior, and Laplace's log evidence.
    """

    factor: chains.Factor
    by_border: Floats
    border: Floats
    dx: Floats
    dc: Floats
    objective: Floats
    log_evidence: Floats

    def take(self, which: NDArray[np.intp]) -> Solved:
        """Return some of the models."""
        return Solved(
            self.factor.take(which),
            self.by_border[which],
            self.border[which],
            self.dx[:, which],
            self.dc[which],
            self.objective[which],
            self.log_evidence[which],
        )


def objective(batch: Batch, at: Waves, prior: Floats) -> Floats:
    """Return minus twice the log posterior, but for constants, (B,)."""
    return _objective(batch, at, chains.times(prior, batch.x))


def _objective(batch: Batch, at: Waves, pulled: Floats) -> Floats:
    """Return the same, where the product of the prior precision and the knots is at hand."""
    record = batch.design.record
    squares = ((record.y - at.mean) ** 2 @ record.w) / batch.variance
    known = np.einsum("kb,kb->b", pulled, batch.x)
    result: Floats = squares + known + (batch.precision * batch.c**2).sum(axis=1)
    return result


def solve(batch: Batch, at: Waves, prior: Floats, log_det: Floats) -> Solved:
    """Return the step and the evidence of the models linearised where they are."""
    design, record = batch.design, batch.design.record
    chain, models = design.chain, len(batch)
    channels, wide = derivatives(batch, at)
    weight = record.w / batch.variance[:, np.newaxis]

    band = prior + chain.band([slope.T for slope in channels], weight.T)
    rows = wide.swapaxes(0, 1)
    seen = (
        (rows * (slope * weight).T[:, :, np.newaxis]).reshape(len(record.t), -1)
        for slope in channels
    )
    flat = chain.back(seen).reshape(chain.width, models, -1)
    right = np.ascontiguousarray(flat.transpose(2, 1, 0)).transpose(1, 2, 0)
    pulled = chains.times(prior, batch.x)
    right[:, :, 0] -= pulled.T
    factor = chains.factor(band, chain.count)
    solved = factor.solve(right)

    coupling = right[:, :, 1:].swapaxes(1, 2)
    products = wide.swapaxes(1, 2) @ (weight[:, :, np.newaxis] * wide[:, :, 1:])
    schur = products[:, 1:] - coupling @ solved[:, :, 1:]
    schur += batch.precision[:, :, np.newaxis] * np.eye(design.width)
    schur = 0.5 * (schur + schur.swapaxes(1, 2))
    gradient = products[:, 0] - batch.precision * batch.c
    gradient -= (coupling @ solved[:, :, :1])[:, :, 0]
    # scaled to a unit diagonal: what a model leaves out has a huge precision
    scale = 1 / np.sqrt(np.maximum(np.einsum("bii->bi", schur), 1.0))
    lower = _cholesky(schur * scale[:, :, np.newaxis] * scale[:, np.newaxis, :])
    inverse = np.linalg.inv(lower) * scale[:, np.newaxis, :]
    covariance = inverse.swapaxes(1, 2) @ inverse
    dc = (covariance @ gradient[:, :, np.newaxis])[:, :, 0]
    dx = solved[:, :, 0] - (solved[:, :, 1:] @ dc[:, :, np.newaxis])[:, :, 0]

    value = _objective(batch, at, pulled)
    log_schur = 2 * np.log(np.einsum("bii->bi", lower)).sum(1) - 2 * np.log(scale).sum(1)
    evidence = -0.5 * (
        value
        + len(record.t) * np.log(2 * np.pi * batch.variance)
        - np.log(record.w).sum()
        - log_det
        - np.log(batch.precision).sum(axis=1)
        + factor.log_det
        + log_schur
    )
    return Solved(factor, solved[:, :, 1:], covariance, dx.T, dc, value, evidence)


def _cholesky(matrices: Floats) -> Floats:
    """Return Cholesky factors of matrices of unit diagonal, whatever rounding has done to them.

    Two rhythms that are one, or amplitudes that cancel, leave nothing of a direction but rounding.
    """
    for ridge in _RIDGES:
        try:
            ridged = matrices + ridge * np.eye(matrices.shape[1]) if ridge else matrices
            return np.asarray(np.linalg.cholesky(ridged), dtype=np.float64)
        except np.linalg.LinAlgError:
            continue
    raise np.linalg.LinAlgError("the border has no information")


def covariances(solved: Solved) -> list[Floats]:
    """Return the covariance of the knots at lags 0 and 1, what the border adds included."""
    blocks = solved.factor.covariances()
    models, count, m = len(solved.border), solved.factor.count, solved.factor.size
    by = solved.by_border.reshape(models, count, m, -1)
    spread = by @ solved.border[:, np.newaxis]
    return [
        blocks[0] + spread @ by.swapaxes(-1, -2),
        blocks[1] + spread[:, 1:] @ by[:, :-1].swapaxes(-1, -2),
    ]


def move(batch: Batch, solved: Solved, prior: Floats, at: Waves) -> Waves:
    """Go one step, as far as phases may move and the posterior grows; return where that leads."""
    largest = np.maximum(_phase_step(batch, solved), 1.0)
    share = 1.0 / largest
    x, c = batch.x.copy(), batch.c.copy()
    open_ = np.ones(len(batch), dtype=bool)
    for attempt in range(7):
        batch.x = x + share * solved.dx
        batch.c = c + share[:, np.newaxis] * solved.dc
        at = waves(batch)
        worse = objective(batch, at, prior) > solved.objective * (1 + 1e-9) + 1e-9
        open_ &= worse
        if not open_.any():
            break
        share = np.where(open_, 0.5 * share if attempt < 5 else 0.0, share)
    return at


def _phase_step(batch: Batch, solved: Solved) -> Floats:
    """Return the largest step of any phase and log amplitude, in units of what is allowed."""
    design = batch.design
    values = design.chain.values(solved.dx).swapaxes(1, 2)
    result = np.zeros(len(batch))
    for o in range(len(design.frequency)):
        phase = solved.dc[:, design.slices["null", o]] @ design.phases[o].T
        if design.events:
            numbers = solved.dc[:, design.slices["events", o]]
            phase += np.einsum("bne,be->bn", batch.shifts[o], numbers)
        channel = design.phase_channel(o)
        if channel is not None:
            phase += values[channel]
        level = solved.dc[:, design.slices["amplitude", o]] @ design.decays.T
        channel = design.amplitude_channel(o)
        if channel is not None:
            level += values[channel]
        result = np.maximum(result, np.abs(phase).max(axis=1) / STEP)
        result = np.maximum(result, np.abs(level).max(axis=1) / _STEP_AMPLITUDE)
    return result


def strengths(batch: Batch, solved: Solved, at: Waves, free: Sequence[int]) -> None:
    """Move the strengths of some channels, and the white noise, to MacKay's fixed point.

    The variance of what a channel does becomes its squares over the number of its numbers that
    the data decide; that of the noise, the squares of the residual over what is left of them.
    """
    design, record = batch.design, batch.design.record
    chain = design.chain
    band = chains.lower_band(covariances(solved))
    used = np.einsum("bii,bi->b", solved.border, batch.precision)
    for j, channel in enumerate(chain.channels):
        trace, squares = np.zeros(len(batch)), np.zeros(len(batch))
        for memory, rows in alike(batch.memory[:, j]):
            unit = chain.prior(j, memory)[0][:, :, np.newaxis]
            both = np.einsum("dk,dkb->db", unit[:, :, 0], band[:, :, rows])
            precision = batch.strength[rows, j] ** -2.0
            trace[rows] = (both[0] + 2 * both[1:].sum(axis=0)) * precision
            x = batch.x[:, rows]
            squares[rows] = (chains.times(unit, x) * x).sum(axis=0) * precision
        used += trace
        if j in free:
            decided = np.maximum(chain.count * channel.size - trace, 1e-6)
            ratio = np.clip(squares / decided, 1 / _FARTHEST, _FARTHEST)
            batch.strength[:, j] = np.clip(batch.strength[:, j] * np.sqrt(ratio), *_STRENGTHS)
    batch.degrees = chain.width + design.width - used
    squares = (record.y - at.mean) ** 2 @ record.w
    batch.variance = np.maximum(squares / np.maximum(len(record.t) - batch.degrees, 1.0), FLOOR)


def fit(batch: Batch, free: Sequence[int] = (), *, outer: int = 8, inner: int = 3) -> Solved:
    """Fit all models of a batch; those that have settled are left alone.

    Parameters
    ----------
    batch : Batch
        Models with starts; changed in place.
    free : sequence of int
        Channels whose strength is fitted.  The white noise always is.
    outer, inner : int
        Updates of the strengths, and steps between them.

    Returns
    -------
    Solved
        The linearised models at the end, for covariances.
    """
    active = np.arange(len(batch))
    at = waves(batch)
    for _ in range(outer):
        part = batch.take(active) if len(active) < len(batch) else batch
        before = part.log_evidence.copy()
        prior, log_det = part.prior()
        solved = solve(part, at, prior, log_det)
        for _ in range(inner):
            at = move(part, solved, prior, at)
            if max(np.abs(solved.dx).max(initial=0), np.abs(solved.dc).max()) < _SMALL:
                break  # linearised before or after such a step, the models are the same
            solved = solve(part, at, prior, log_det)
        part.log_evidence = solved.log_evidence
        strengths(part, solved, at, free)
        if part is not batch:
            batch.put(active, part)
        open_ = np.abs(part.log_evidence - before) >= 5e-3
        active = active[open_]
        if not open_.all():
            at = at.take(np.flatnonzero(open_))
        if not active.size:
            break
    return finish(batch)


def finish(batch: Batch) -> Solved:
    """Return the models linearised where they are, and keep their evidence."""
    prior, log_det = batch.prior()
    solved = solve(batch, waves(batch), prior, log_det)
    batch.log_evidence = solved.log_evidence
    return solved
