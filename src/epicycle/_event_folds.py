"""Events folded at a period: their rate over the phase of a cycle."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from epicycle import _drawing as draw
from epicycle import phase
from epicycle._folds import draw_waveform, label_fold
from epicycle._series import waveform_at
from epicycle._twofloat import Floats
from epicycle.model import CycleModel, EventTimes

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Events in a bin on average, at least, and the bins of a turn.
_EVENTS_A_BIN = 25
_BINS = (6, 40)


def event_rate(model: CycleModel, events: EventTimes, k: int) -> tuple[Floats, Floats, Floats]:
    """Return the rate of events over the phase of a cycle, in units of its mean.

    Parameters
    ----------
    model : CycleModel
        A result for events.
    events : EventTimes
        The events.
    k : int
        Position of the cycle.

    Returns
    -------
    turn, rate, error : ndarray, shape (bins,)
        Middle of each bin in turns from the reference time, the rate, and its standard deviation:
        the root of the sum of squared weights, as they are in Poisson statistics.
    """
    cycle = model.cycles[k]
    drift = 0.5 * (cycle.frequency_drift or 0.0) * events.times.to_float() ** 2
    turn = (phase.turns(cycle.frequency, events.times) + drift) % 1.0
    bins = int(np.clip(len(turn) // _EVENTS_A_BIN, *_BINS))
    number = np.minimum((turn * bins).astype(int), bins - 1)
    total = np.bincount(number, events.weights, bins)
    squares = np.bincount(number, events.weights**2, bins)
    mean = float(total.mean())
    return (np.arange(bins) + 0.5) / bins, total / mean, np.sqrt(squares) / mean


def event_fold(
    model: CycleModel, events: EventTimes, k: int, value_label: str, size: tuple[float, float]
) -> Figure:
    """Draw the rate of events over the phase of a cycle, twice, with its waveform."""
    cycle = model.cycles[k]
    figure = draw.new_figure(size)
    axes = figure.add_subplot()
    turn, rate, error = event_rate(model, events, k)
    edges = np.arange(2 * len(turn) + 1) / len(turn)
    axes.stairs(np.tile(rate, 2), edges, fill=True, color=draw.SKY, alpha=0.5, linewidth=0)
    axes.errorbar(
        np.concatenate([turn, turn + 1]),
        np.tile(rate, 2),
        np.tile(error, 2),
        linestyle="none",
        ecolor=draw.BLUE,
        elinewidth=0.9,
    )
    draw_waveform(axes, cycle, 0, 2, level=1.0)
    axes.set_ylim(0.0, 1.08 * max(float((rate + error).max()), 1.0 + float(_wave(model, k).max())))
    label_fold(axes, model, cycle, 0, value_label)
    return figure


def _wave(model: CycleModel, k: int) -> Floats:
    return waveform_at(model.cycles[k], np.linspace(0.0, 1.0, 1001), 0)
