"""The picture of rest and activity: actogram with onsets, average day, and two periodograms.

Parts carry names: "values", "onsets", "offsets", "onsets-line", "offsets-line", "average-day",
"M10", "L5", "chi-square", "lomb-scargle" and "noise-line".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from epicycle.behaviour.periods import PeriodScan
from epicycle.behaviour.record import hourly
from epicycle.behaviour.result import Actigraphy, Edges
from epicycle.behaviour.words import time_of_day
from epicycle.look import drawing as draw
from epicycle.look.time_axis import draw_double_plotted

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Rows of an actogram at most: the first ones are shown.
_ROWS = 400

#: Epochs of an actogram are no shorter than this, in minutes of a day of 1440.
_EPOCH = 10


def plot(
    found: Actigraphy,
    *,
    title: str = "",
    value_label: str = "activity",
    figsize: tuple[float, float] = (12.0, 7.5),
) -> Figure:
    """Draw an actogram with onsets and offsets, the average day, and both periodograms.

    Parameters
    ----------
    found : Actigraphy
        A result of :func:`epicycle.actigraphy`.
    title : str
        Title, such as the name of the file.
    value_label : str
        What the values are called, with their unit.
    figsize : (float, float)
        Size in inches.

    Raises
    ------
    ImportError
        If matplotlib is not installed.
    """
    figure = draw.new_figure(figsize)
    grid = figure.add_gridspec(3, 2, width_ratios=[1.3, 1.0])
    draw_actogram(figure.add_subplot(grid[:, 0]), found)
    _draw_panels([figure.add_subplot(grid[k, 1]) for k in range(3)], found, value_label)
    if title:
        figure.suptitle(draw.plain(title), fontsize=draw.LARGE, color=draw.INK)
    return figure


def plot_panels(
    found: Actigraphy, *, value_label: str, figsize: tuple[float, float], across: bool
) -> Figure:
    """Draw the average day and both periodograms, beside each other or below."""
    figure = draw.new_figure(figsize)
    axes = figure.subplots(1, 3) if across else figure.subplots(3, 1)
    _draw_panels(axes.tolist(), found, value_label)
    return figure


def _draw_panels(axes: list[Axes], found: Actigraphy, value_label: str) -> None:
    draw_average_day(axes[0], found, value_label)
    _draw_scan(axes[1], found.chi_square, "chi-square", "chi-square")
    _draw_scan(axes[2], found.lomb_scargle, "lomb-scargle", "share of variance")
    for one in axes[1:]:
        draw.label(one.xaxis, "period (h)")


def draw_actogram(axes: Axes, found: Actigraphy) -> None:
    """Draw activity day by day, each beside the next one, with onsets, offsets and their lines."""
    draw.style(axes)
    axes.set_facecolor(draw.FAINT)
    record, cycle = found.record, found.period
    width = record.width(found.epoch * 24.0 / cycle, cycle, least=_EPOCH)
    values = record.grid(width, cycle)[:_ROWS]
    image = draw_double_plotted(axes, values, cycle)
    image.set_gid("values")
    for edges, name, colour in (
        (found.onsets, "onsets", draw.VERMILLION),
        (found.offsets, "offsets", draw.SKY),
    ):
        if edges is not None:
            _draw_edges(axes, edges, cycle, name, colour)
    axes.set(xlim=(0, 2 * cycle), ylim=(len(values), 0))
    axes.locator_params(axis="y", integer=True)
    if cycle == 24:
        axes.set_xticks(range(0, 49, 6))
        axes.set_xticklabels([str(h % 24) for h in range(0, 49, 6)])
    calendar = found.clock != "numbers"
    name = "hour of the day" if cycle == 24 else f"hours, in cycles of {cycle:.4g} h"
    draw.label(axes.xaxis, name if calendar else f"{name}, from time 0")
    draw.label(axes.yaxis, "day" if cycle == 24 else "cycle")
    handles, names = axes.get_legend_handles_labels()
    if handles:
        axes.legend(
            handles,
            names,
            loc="lower left",
            bbox_to_anchor=(0.0, 1.0),
            ncols=2,
            fontsize=draw.SMALL,
            labelcolor=draw.INK,
            frameon=False,
            borderaxespad=0.1,
        )


def _draw_edges(axes: Axes, edges: Edges, cycle: float, name: str, colour: str) -> None:
    """Draw onsets or offsets in both places of a double plot, and the line through them."""
    row = np.floor(edges.hours / cycle)
    place = edges.hours - row * cycle
    marks: Any = {"linestyle": "none", "marker": "o", "markersize": 4.0}
    marks.update(color=colour, markeredgecolor="white", markeredgewidth=0.5)
    axes.plot(place, row + 0.5, gid=name, label=name, **marks)
    axes.plot(place + cycle, row - 0.5, gid=f"{name}-again", **marks)
    if edges.period is None or edges.start is None:
        return
    turns = np.arange(edges.cycle[0], edges.cycle[-1] + 1)
    hours = edges.start + edges.period * (turns - edges.cycle[0])
    row = np.floor(hours / cycle)
    place = hours - row * cycle
    # a line that passes midnight begins anew
    jump = np.flatnonzero(np.abs(np.diff(place)) > 0.5 * cycle) + 1
    for right, down in ((0.0, 0.5), (cycle, -0.5)):
        axes.plot(
            np.insert(place + right, jump, np.nan),
            np.insert(row + down, jump, np.nan),
            color=colour,
            linewidth=1.0,
            gid=f"{name}-line",
        )


def draw_average_day(axes: Axes, found: Actigraphy, value_label: str) -> None:
    """Draw the average day in epochs and hours, with its highest ten and lowest five hours."""
    draw.style(axes)
    cycle = found.period
    axes.plot(found.hour, found.average_day, color=draw.FAINT, linewidth=0.8, zorder=1)
    hours = hourly(found.average_day[np.newaxis, :])[0]
    edges = np.arange(25) * cycle / 24.0
    axes.stairs(
        hours, edges, color=draw.BLUE, linewidth=1.4, gid="average-day", baseline=None, zorder=2
    )
    top = float(np.nanmax(hours))
    for window, name, colour in (
        (found.M10, "M10", draw.VERMILLION),
        (found.L5, "L5", draw.SKY),
    ):
        if window is None:
            continue
        end = window.onset + window.length
        pieces = [(window.onset, min(end, cycle))] + ([(0.0, end - cycle)] if end > cycle else [])
        for left, right in pieces:
            axes.plot(
                [left, right],
                [window.level, window.level],
                color=colour,
                linewidth=4.0,
                solid_capstyle="butt",
                gid=name,
            )
        left, right = max(pieces, key=lambda piece: piece[1] - piece[0])
        axes.annotate(
            f"{name} from {time_of_day(found, window.onset)}",
            (
                float(np.clip(0.5 * (left + right), 0.2 * cycle, 0.8 * cycle)),
                max(window.level, top if name == "M10" else 0.0),
            ),
            xytext=(0, 5),
            textcoords="offset points",
            ha="center",
            fontsize=draw.SMALL,
            color=draw.INK,
        )
    axes.set(
        xlim=(0, cycle), ylim=(min(0.0, float(np.nanmin(hours))), 1.25 * top if top > 0 else None)
    )
    if cycle == 24:
        axes.set_xticks(range(0, 25, 6))
    draw.label(
        axes.xaxis, "hour of the average day" if cycle == 24 else "hour of the average cycle"
    )
    draw.label(axes.yaxis, value_label)


def _draw_scan(axes: Axes, scan: PeriodScan | None, name: str, label: str) -> None:
    """Draw a periodogram with the line of independent noise."""
    draw.style(axes)
    draw.label(axes.yaxis, label)
    if scan is None:
        return
    axes.plot(scan.period, scan.statistic, color=draw.BLUE, linewidth=1.2, gid=name)
    axes.plot(
        scan.period, scan.line, color=draw.MUTED, linestyle="--", linewidth=1.0, gid="noise-line"
    )
    axes.set_xlim(float(scan.period[0]), float(scan.period[-1]))
    highest = max(float(scan.statistic.max()), float(scan.line.max()))
    axes.set_ylim(0.0, 1.25 * highest)
    text = {"chi-square": "chi-square", "lomb-scargle": "Lomb-Scargle"}[name]
    if scan.best is not None:
        text += f": {scan.best:.2f} h"
    draw.note(axes, text)
