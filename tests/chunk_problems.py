"""A small problem of chunks, and its exact columns: what several tests of chunks begin with."""

import numpy as np

from epicycle.chunks.moments import look
from epicycle.chunks.passes import Lines
from epicycle.chunks.pieces import Reader
from epicycle.chunks.problem import Problem
from epicycle.chunks.sources import Columns, source_of

COUNT, MODES = 500, 600
RNG = np.random.default_rng(7)
TIMES = np.sort(RNG.uniform(0, 30, COUNT))
GROUP = RNG.integers(0, 2, COUNT)
WEIGHTS = RNG.uniform(0.5, 2, COUNT)
VALUES = RNG.normal(size=COUNT) + 5
VALUES += np.cos(2 * np.pi * 0.3 * TIMES) + 0.5 * np.cos(2 * np.pi * 0.9 * TIMES + 1)


def problem_of(*, grouped: bool, degree: int = 1) -> Problem:
    chunks = [
        (TIMES[p], VALUES[p], None, WEIGHTS[p], GROUP[p] if grouped else None)
        for p in np.array_split(np.arange(COUNT), 3)
    ]
    reader = Reader(source_of(chunks, Columns()), Columns())
    return Problem.of(reader, look(reader), degree)


def lines_of(problem: Problem) -> Lines:
    waves = np.array([0.4, -0.2, 0.1, 0.7])
    return Lines(np.array([0.31, 2.2]), np.concatenate([problem.start, waves]))


def exact(problem: Problem, lines: Lines) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return residual, all columns and weights, without any help of the code that is tested."""
    rows = next(iter(problem.rows()))
    s = TIMES - problem.reference
    angle = 2 * np.pi * np.outer(lines.frequency, s)
    waves = np.stack([np.cos(angle), np.sin(angle)], axis=1).reshape(-1, COUNT)
    model = lines.background @ rows.columns + lines.waves @ waves
    return VALUES - model, np.concatenate([rows.columns, waves, waves * s]), rows.weight
