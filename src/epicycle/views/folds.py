"""Panels of folded cycles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from epicycle.look import drawing as draw
from epicycle.look.time_axis import marker_size, opacity, thinned
from epicycle.results.cycles import Cycle
from epicycle.results.result import EventTimes, Result
from epicycle.samples import phase
from epicycle.samples.arrays import Floats
from epicycle.views.series import (
    Series,
    as_factor,
    as_part,
    one_turn,
    waveform_at,
)
from epicycle.views.spectra import first_number

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw_fold(
    axes: Axes, cycle: Cycle, series: Series, turns: int, bins: int | None, max_points: int
) -> None:
    """Draw the samples, freed of all but one cycle, against its phase."""
    turn = series.turn_of(cycle)
    values = series.folded(waveform_at(cycle, turn, series.output))
    shown = thinned(len(turn), max_points)
    for code, colour, symbol, _ in series.looks():
        of_group = shown[series.group[shown] == code]
        axes.plot(
            np.concatenate([turn[of_group] + k for k in range(turns)]),
            np.tile(values[of_group], turns),
            linestyle="none",
            marker=symbol,
            markersize=marker_size(len(shown)),
            markeredgewidth=0,
            color=colour,
            alpha=opacity(len(shown)),
            rasterized=True,
            gid="samples",
        )
    wave = one_turn(cycle, series.output)[1]
    # means add something where scatter hides the waveform, and only where there are enough
    scattered = float(series.relative.std()) > 0.03 * float(np.ptp(wave))
    if bins is None:
        bins = min(max(len(turn) // 16, 8), 40) if scattered and len(turn) >= 32 else 0
    if bins > 0:
        _draw_bin_means(axes, turn, values, turns, bins)
    draw.limit_values(axes, values, as_factor(wave, series.response))


def _draw_bin_means(axes: Axes, turn: Floats, values: Floats, turns: int, bins: int) -> None:
    number = np.minimum((turn * bins).astype(int), bins - 1)
    count = np.bincount(number, minlength=bins)
    mean = np.bincount(number, values, bins) / np.maximum(count, 1)
    # deviations from the mean first: squares of large values would lose the scatter
    squares = np.bincount(number, (values - mean[number]) ** 2, bins)
    error = np.sqrt(squares / np.maximum(count - 1, 1) / np.maximum(count, 1))
    used = np.flatnonzero(count >= 2)
    drawn = axes.errorbar(
        np.concatenate([(used + 0.5) / bins + k for k in range(turns)]),
        np.tile(mean[used], turns),
        np.tile(error[used], turns),
        linestyle="none",
        marker="o",
        markersize=4.0,
        color=draw.INK,
        markerfacecolor="white",
        markeredgecolor=draw.INK,
        markeredgewidth=0.9,
        ecolor=draw.INK,
        elinewidth=0.9,
        capsize=0,
        zorder=3,
    )
    drawn.lines[0].set_gid("bin-means")


def draw_waveform(
    axes: Axes,
    cycle: Cycle,
    output: int,
    turns: int,
    level: float = 0.0,
    response: str = "identity",
) -> None:
    """Draw the waveform of a cycle about a level, or as a factor of it."""
    turn, wave = one_turn(cycle, output)
    wave = as_factor(wave, response)
    axes.plot(
        np.concatenate([turn + k for k in range(turns)]),
        np.tile(level + wave, turns),
        color=draw.VERMILLION,
        linewidth=1.4,
        zorder=4,
        gid="waveform",
    )
    axes.set_xlim(0, turns)
    axes.set_xticks(np.arange(2 * turns + 1) / 2)


def label_fold(axes: Axes, model: Result, cycle: Cycle, output: int, value_label: str) -> None:
    """Write period and amplitude, with their errors, above a fold, and label its axes."""
    draw.style(axes)
    period = draw.quote(cycle.period, first_number(cycle.period_error))
    amplitude = draw.quote(
        first_number(cycle.amplitude, output), first_number(cycle.amplitude_error, output)
    )
    unit = f" {model.unit}" if model.unit else ""
    title = f"period {period}{unit}\namplitude {amplitude}"
    axes.set_title(title, fontsize=draw.NORMAL, color=draw.INK, loc="left", linespacing=1.35)
    draw.label(axes.xaxis, "phase from the reference time (turns)")
    draw.label(axes.yaxis, as_part(value_label, model.response))


def draw_folds(
    figure: Figure,
    place: Any,
    model: Result,
    series: Series | None,
    value_label: str,
    max_points: int,
) -> None:
    """Draw the four strongest cycles side by side; one that is alone with its harmonics."""
    shown = model.cycles[:4]
    alone = len(shown) == 1 and len(shown[0].harmonics) > 1
    widths = [2.0, 1.0] if alone else [1.0] * len(shown)
    grid = place.subgridspec(1, len(widths), width_ratios=widths)
    for column, cycle in enumerate(shown):
        axes = figure.add_subplot(grid[column])
        if series is not None:
            draw_fold(axes, cycle, series, 2, None, max_points)
        draw_waveform(axes, cycle, 0, 2, response=model.response)
        label_fold(axes, model, cycle, 0, value_label if column == 0 else "")
        draw.label(axes.xaxis, "phase (turns)")
    if alone:
        _draw_harmonics(figure.add_subplot(grid[1]), shown[0], value_label)


def _draw_harmonics(axes: Axes, cycle: Cycle, value_label: str) -> None:
    """Draw the amplitudes of the harmonics of a cycle that is alone."""
    draw.style(axes)
    orders = [h.order for h in cycle.harmonics]
    amplitudes = [first_number(h.amplitude) for h in cycle.harmonics]
    errors = [first_number(h.amplitude_error) for h in cycle.harmonics]
    axes.bar(orders, amplitudes, width=0.4, color=draw.SKY, linewidth=0)
    axes.errorbar(orders, amplitudes, errors, linestyle="none", ecolor=draw.INK, elinewidth=1.0)
    axes.set_xlim(0.25, max(orders) + 0.75)
    axes.set_xticks(range(1, max(orders) + 1))
    axes.set_title("its harmonics", fontsize=draw.NORMAL, color=draw.INK, loc="left")
    draw.label(axes.xaxis, "order")
    draw.label(axes.yaxis, f"amplitude of {value_label}")


#: Events in a bin on average, at least, and the bins of a turn.
_EVENTS_A_BIN = 25

_BINS = (6, 40)


def event_rate(model: Result, events: EventTimes, k: int) -> tuple[Floats, Floats, Floats]:
    """Return the rate of events over the phase of a cycle, in units of its mean.

    Parameters
    ----------
    model : Result
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
    model: Result, events: EventTimes, k: int, value_label: str, size: tuple[float, float]
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


def _wave(model: Result, k: int) -> Floats:
    return waveform_at(model.cycles[k], np.linspace(0.0, 1.0, 1001), 0)
