"""Rhythms whose phase is known, and slow twins of the engine: dense matrices, numeric slopes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from epicycle.changing.batch import Batch, empty, waves
from epicycle.changing.design import Design, Record, Terms, columns_of_level
from epicycle.changing.track import Ready, prepared
from epicycle.changing.wishes import check_wishes, checked_record

TWO_PI = 2 * np.pi


@dataclass(frozen=True)
class Simulated:
    """A rhythm of amplitude 1 with its truth; times in hours."""

    t: np.ndarray
    y: np.ndarray
    phase: Callable[[np.ndarray], np.ndarray]
    time: float = 0.0
    size: float = 0.0

    def away(self, turns: np.ndarray, t: np.ndarray) -> np.ndarray:
        """Return how wrong some turns are, but for whole ones."""
        return (turns - self.phase(t) + 0.5) % 1.0 - 0.5


def simulated(
    kind: str, seed: int, *, n: int = 200, days: float = 16, noise: float = 0.35
) -> Simulated:
    """Return a rhythm that is constant, drifts, is modulated, jumps, or changes its period."""
    rng = np.random.default_rng(seed)
    span = 24.0 * days
    t = np.sort(rng.uniform(0, span, n))
    period, offset = rng.uniform(23, 26), rng.uniform()
    time, size = rng.uniform(0.35, 0.65) * span, 0.0

    def phase(x: np.ndarray) -> np.ndarray:
        steady = offset + x / period
        if kind == "drift":
            return offset + x / 21 + (1 / 27 - 1 / 21) * x**2 / (2 * span)
        if kind == "modulated":
            return steady + 0.25 * np.sin(TWO_PI * 2 * x / span)
        if kind == "jump":
            return steady + size * (x >= time)
        if kind == "change":
            return offset + x / 24 + size * np.maximum(x - time, 0)
        return steady

    if kind == "jump":
        size = 0.2 * rng.choice([-1, 1])
    if kind == "change":
        size = 1 / 25.5 - 1 / 24
    y = np.cos(TWO_PI * phase(t)) + rng.normal(0, noise, n)
    return Simulated(t, y, phase, time, size)


def record(seed: int, *, n: int = 60, cycles: float = 10.0) -> Record:
    """Return a constant rhythm in the units of the engine."""
    rng = np.random.default_rng(seed)
    t = np.sort(rng.uniform(-0.5, 0.5, n)) * cycles
    t = (t - 0.5 * (t[0] + t[-1])) * 1.0
    y = np.cos(TWO_PI * (t + 0.1)) + rng.normal(0, 0.3, n)
    w = rng.uniform(0.5, 1.5, n)
    level = columns_of_level(t, 1, np.zeros(n, dtype=int))
    return Record(t, (y - y.mean()) / y.std(), w / w.mean(), level, 1)


def batch(seed: int = 1, *, wander: str = "path", varies: bool = True, models: int = 2) -> Batch:
    """Return models somewhere, not at their optimum, with one shift and two harmonics."""
    rng = np.random.default_rng(seed)
    design = Design(record(seed), (1.0,), wander, varies, 2, 1, 16)
    terms = [Terms(True, True, 2, ("both",)), Terms(False, False, 1, ("phase",))]
    size = len(design.chain.channels)
    memory = np.where(np.arange(size) == 0, 4.0, np.inf)
    memory[-1] = 0.3
    result = empty(
        design,
        [terms[k % 2] for k in range(models)],
        rng.uniform(-2, 2, (models, 1)),
        np.full(size, 0.1),
        memory,
    )
    result.x[:] = 0.05 * rng.normal(size=result.x.shape)
    result.c[:] = 0.1 * rng.normal(size=result.c.shape)
    result.c[result.precision > 1] = 0.0
    return result


def dense(lower: np.ndarray) -> np.ndarray:
    """Return the symmetric matrix of a lower band."""
    width = lower.shape[1]
    result = np.zeros((width, width))
    for k in range(min(len(lower), width)):
        result[np.arange(k, width), np.arange(width - k)] = lower[k, : width - k]
    return result + np.tril(result, -1).T


def numbers(model: Batch, k: int) -> np.ndarray:
    """Return all numbers of one model: knots, then border."""
    return np.concatenate([model.x[:, k], model.c[k]])


def mean_of(model: Batch, k: int, values: np.ndarray) -> np.ndarray:
    """Return what a model predicts at the samples with other numbers."""
    one = model.take([k])
    width = one.design.chain.width
    one.x, one.c = values[:width, np.newaxis].copy(), values[np.newaxis, width:].copy()
    return waves(one).mean[0]


def slopes_of(model: Batch, k: int) -> np.ndarray:
    """Return derivatives of the prediction by all numbers, by central differences."""
    here, step = numbers(model, k), 1e-5
    columns = []
    for j in range(len(here)):
        aside = np.zeros(len(here))
        aside[j] = step
        columns.append((mean_of(model, k, here + aside) - mean_of(model, k, here - aside)) / step)
    return 0.5 * np.stack(columns, axis=1)


def posterior(model: Batch, k: int) -> tuple[np.ndarray, np.ndarray, float]:
    """Return the covariance, the full step and the log evidence of a model, from dense matrices."""
    design = model.design
    band, _ = model.prior()
    width = design.chain.width
    prior = np.zeros((width + design.width,) * 2)
    prior[:width, :width] = dense(band[:, :, k])
    prior[width:, width:] = np.diag(model.precision[k])
    slope, here = slopes_of(model, k), numbers(model, k)
    weight = design.record.w / model.variance[k]
    left = design.record.y - mean_of(model, k, here)
    normal = slope.T @ (weight[:, np.newaxis] * slope) + prior
    scale = 1 / np.sqrt(np.diag(normal))
    covariance = np.linalg.inv(normal * scale * scale[:, np.newaxis]) * scale * scale[:, np.newaxis]
    step = covariance @ (slope.T @ (weight * left) - prior @ here)
    evidence = -0.5 * (
        weight @ left**2
        + len(left) * np.log(TWO_PI)
        - np.log(weight).sum()
        + here @ prior @ here
        - np.linalg.slogdet(prior)[1]
        + np.linalg.slogdet(normal)[1]
    )
    return covariance, step, float(evidence)


def ready(problem: Simulated, **options) -> Ready:
    """Return a record with its starts, as :func:`epicycle.track` has it."""
    asked = {
        "period": (18, 32),
        "shifts": "auto",
        "harmonics": 1,
        "trend": 1,
        "noise": "auto",
        "amplitude": "auto",
        "rhythms": 1,
    }
    wishes = check_wishes(**(asked | options))
    given = checked_record(problem.t, problem.y, None, group=None, unit="h", clock="elapsed")
    return prepared(given, wishes)
