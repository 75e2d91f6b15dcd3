"""A cycle of a found model as a rhythm that may change: all else that was found is taken out."""

from __future__ import annotations

from typing import Any

import numpy as np

from epicycle.changing.rhythm import Rhythm
from epicycle.changing.track import track
from epicycle.limits import CHANGING
from epicycle.results.cycles import Line
from epicycle.results.result import Result
from epicycle.samples.arrays import Floats
from epicycle.samples.options import check_count


def track_cycle(result: Result, cycle: int, **options: Any) -> Rhythm:
    """Return one cycle of a result as a rhythm, what is far from it and its harmonics taken out.

    A rhythm that changes is spread over several lines near its frequency: those within the range of
    periods that is looked in stay.

    Parameters
    ----------
    result : Result
        A result of :func:`epicycle.find_cycles` on values.
    cycle : int
        Position of the cycle in `cycles`.
    **options
        Of :func:`epicycle.track`; by default the period within a quarter of that of the cycle.

    Raises
    ------
    ValueError
        If there is no such cycle, or the result holds no samples of one output.
    """
    if not 0 <= check_count(cycle, "cycle", minimum=0) < len(result.cycles):
        raise ValueError(
            f"cycle={cycle} does not exist: the result has {len(result.cycles)} cycle(s), counted "
            f"from 0."
        )
    if result.samples is None or result.origin is None or result.residual.ndim != 1:
        raise ValueError(
            "track needs the samples of one output, which a result of events, of several outputs, "
            "or one read from a document does not hold. To fix this, call epicycle.track on them."
        )
    frequency = result.cycles[cycle].frequency
    t = result.samples[0]
    own = [line.frequency for line in result.lines if _belongs(line, frequency)]
    kept = [
        k
        for k, f in enumerate(result.predictor.frequency)
        if np.isclose(f, own, rtol=1e-9, atol=0.0).any()
    ]
    values = result.origin.linear_residual() + waves(result, t, kept)
    scale = result.predictor.scale
    given = {
        "period": 1 / frequency,
        "unit": scale.unit or None,
        "clock": scale.clock if scale.calendar else "elapsed",
    }
    dy = result.origin.given.dy if result.response == "identity" else None
    return track(t, values, dy, **(given | options))


def waves(result: Result, t: Any, lines: list[int]) -> Floats:
    """Return what some sinusoids of a model add to it at times, shape (n,)."""
    predictor = result.predictor
    x = predictor.elapsed(t).to_float()
    total = np.zeros(len(x))
    for k in lines:
        turns = predictor.frequency[k] * x + 0.5 * predictor.drift[k] * x**2
        cosine, sine = predictor.coefficients[2 * k : 2 * k + 2, 0]
        total += cosine * np.cos(2 * np.pi * turns) + sine * np.sin(2 * np.pi * turns)
    return total


def _belongs(line: Line, frequency: float) -> bool:
    """Return whether a line may be part of a rhythm that changes: near it, or its harmonic."""
    ratio = line.frequency / frequency
    return 1 / CHANGING.near <= ratio <= CHANGING.near or line.fundamental == frequency
