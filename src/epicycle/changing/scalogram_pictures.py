"""Scalograms for the eye: the picture over time and period, and its maxima and ridge as tables.

Parts of a picture carry names: "samples", "power" (or "amplitude"), "level" (contour of the noise
level), "cone", "ridge" and "ridge-band".
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from epicycle.look import drawing as draw
from epicycle.look.human import friendly_unit, human_number, human_period
from epicycle.look.time_axis import Clock, clock_from, marker_size, opacity, thinned
from epicycle.samples.arrays import Floats
from epicycle.samples.text import in_line

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from epicycle.changing.ridge import Ridge
    from epicycle.changing.scalogram import Scalogram

#: Maxima of a picture that are listed, and rows of a ridge.
_MAXIMA, _ROWS = 8, 24

#: Samples that are drawn at most.
_POINTS = 5000

#: What colours can show.
_QUANTITIES = ("power", "amplitude")

#: Labels along the period axis, from 1, 1.5, 2 ... of each decade.
_TICKS = (1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0)


def plot_scalogram(
    picture: Scalogram,
    *,
    ridge: Ridge | bool = True,
    quantity: str = "power",
    false_alarm: float = 0.01,
    value_label: str = "value",
    ax: Axes | None = None,
    figsize: tuple[float, float] = (10.0, 6.0),
) -> Figure:
    """Draw power, or amplitude, over time and period.

    The white line surrounds what exceeds the level that noise reaches anywhere in the picture; the
    red line is the ridge with a band of one standard error, where it exceeds that level.  Hatched
    is the cone of influence, where windows reach beyond the samples; grey is where a window shows
    nothing.

    Parameters
    ----------
    picture : Scalogram
        What to draw.
    ridge : Ridge or bool
        The ridge to draw; True follows the strongest rhythm, False draws none.
    quantity : {"power", "amplitude"}
        What the colours show.
    false_alarm : float
        Probability of the noise level.
    value_label : str
        What the values are called, with their unit.
    ax : Axes, optional
        Draw the picture alone into these axes.
    figsize : (float, float)
        Size in inches of a new figure.

    Raises
    ------
    ImportError
        If matplotlib is not installed.
    ValueError
        If `quantity` is neither.
    """
    if quantity not in _QUANTITIES:
        raise ValueError(f"quantity must be one of {', '.join(_QUANTITIES)}, got {quantity!r}.")
    clock = clock_of(picture)
    if ax is not None:
        figure, axes = draw.figure_of(ax), ax
    else:
        figure = draw.new_figure(figsize)
        grid = figure.add_gridspec(2, 2, height_ratios=[1.0, 3.2], width_ratios=[50.0, 1.0])
        _draw_samples(figure.add_subplot(grid[0, 0]), picture, clock, value_label)
        axes = figure.add_subplot(grid[1, 0])
    image = _draw_map(axes, picture, clock, quantity, false_alarm)
    if ridge is not False:
        shown = picture.ridge(false_alarm=false_alarm) if ridge is True else ridge
        _draw_ridge(axes, shown, picture, clock)
    if ax is None:
        bar = figure.colorbar(image, cax=figure.add_subplot(grid[1, 1]))
        bar.ax.tick_params(labelsize=draw.SMALL, colors=draw.MUTED)
        bar.outline.set_visible(False)
        label = "share of the variance" if quantity == "power" else f"amplitude of {value_label}"
        draw.label(bar.ax.yaxis, label)
    return figure


def clock_of(picture: Scalogram) -> Clock:
    """Return the time axis of a picture."""
    return clock_from(picture.scale, picture.data.reference, (picture.time[0], picture.time[-1]))


def _ends(picture: Scalogram) -> tuple[float, float]:
    offset = picture.time - picture.data.reference
    return float(offset[0]), float(offset[-1])


def _draw_samples(axes: Axes, picture: Scalogram, clock: Clock, value_label: str) -> None:
    draw.style(axes)
    data = picture.data
    shown = thinned(len(data.times), _POINTS)
    values = data.y[shown, 0]
    axes.plot(
        clock.places(data.times.to_float()[shown]),
        values,
        linestyle="none",
        marker="o",
        markersize=marker_size(len(shown)),
        markeredgewidth=0,
        color=draw.BLUE,
        alpha=opacity(len(shown)),
        rasterized=True,
        gid="samples",
    )
    draw.limit_values(axes, values)
    clock.set_up(axes, *_ends(picture))
    draw.label(axes.xaxis, "")
    axes.tick_params(axis="x", labelbottom=False)
    axes.xaxis.get_offset_text().set_visible(False)
    axes.set_xlim(*clock.places(np.array(_ends(picture))).tolist())
    draw.label(axes.yaxis, value_label)


def _draw_map(
    axes: Axes, picture: Scalogram, clock: Clock, quantity: str, false_alarm: float
) -> Any:
    draw.style(axes)
    axes.set_facecolor(draw.FAINT)
    places = clock.places(picture.time - picture.data.reference)
    grid = getattr(picture, quantity)
    image = axes.pcolormesh(
        places,
        picture.period,
        np.ma.masked_invalid(grid),
        shading="nearest",
        cmap="cividis",
        vmin=0.0,
        rasterized=True,
    )
    image.set_gid(quantity)
    axes.set_yscale("log")
    axes.set_ylim(float(picture.period[0]), float(picture.period[-1]))
    with np.errstate(invalid="ignore"):
        above = np.nan_to_num(picture.power - picture.noise_level(false_alarm), nan=-1.0)
    if (above > 0).any() and (above < 0).any():
        lines = axes.contour(
            places, picture.period, above, levels=[0.0], colors="white", linewidths=1.0
        )
        lines.set_gid("level")
    edge = np.clip(picture.edge, picture.period[0], picture.period[-1])
    cone = axes.fill_between(
        places,
        edge,
        float(picture.period[-1]),
        facecolor="none",
        edgecolor="white",
        hatch="//",
        linewidth=0.0,
        alpha=0.45,
    )
    cone.set_gid("cone")
    clock.set_up(axes, *_ends(picture))
    axes.set_xlim(*clock.places(np.array(_ends(picture))).tolist())
    _tick_periods(axes, float(picture.period[0]), float(picture.period[-1]))
    draw.label(axes.yaxis, f"period ({picture.unit or 'units of time'})")
    return image


def _tick_periods(axes: Axes, low: float, high: float) -> None:
    """Label some round periods, six or so."""
    from matplotlib.ticker import FixedLocator, NullFormatter, NullLocator

    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    ticks = [m * 10.0**d for d in decades for m in _TICKS if low <= m * 10.0**d <= high]
    every = math.ceil(len(ticks) / 10)
    if len(ticks) < 3:
        ticks = np.linspace(low, high, 5).tolist()
    axes.yaxis.set_major_locator(FixedLocator(ticks[::every]))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.set_yticklabels([f"{tick:.4g}" for tick in ticks[::every]])


def _draw_ridge(axes: Axes, ridge: Ridge, picture: Scalogram, clock: Clock) -> None:
    places = clock.places(ridge.time - picture.data.reference)
    period = np.where(ridge.significant, ridge.period, np.nan)
    error = np.where(ridge.significant, ridge.period_error, np.nan)
    low, high = float(picture.period[0]), float(picture.period[-1])
    band = axes.fill_between(
        places,
        np.clip(period - error, low, high),
        np.clip(period + error, low, high),
        color=draw.VERMILLION,
        alpha=0.4,
        linewidth=0,
    )
    band.set_gid("ridge-band")
    axes.plot(places, period, color=draw.VERMILLION, linewidth=1.6, gid="ridge")


# ---- Tables --------------------------------------------------------------------------------


def scalogram_table(picture: Scalogram, false_alarm: float = 0.01) -> str:
    """Return a picture in plain text: what it covers, and its highest maxima above noise."""
    unit = picture.unit
    low, high = (_period(float(p), unit) for p in picture.period[[0, -1]])
    dropped = f", {picture.n_dropped} without values left out" if picture.n_dropped else ""
    lines = [
        f"scalogram: {picture.n_samples} samples{dropped}; periods from {low} to {high}, windows "
        f"of {picture.cycles:g} cycles, {len(picture.time)} times",
    ]
    level = picture.noise_level(false_alarm)
    places = _maxima(np.nan_to_num(picture.power - level, nan=-1.0))
    if not places:
        lines.append(
            f"nothing exceeds the level that white noise reaches in {100 * false_alarm:g} % of "
            f"such pictures"
        )
        return "\n".join(lines)
    rows = [
        (
            moment(picture.scale.to_user(float(picture.time[j]))),
            _period(float(picture.period[k]), unit),
            f"{picture.power[k, j]:.3f}",
            f"{level[k, j]:.3f}",
            f"{picture.amplitude[k, j]:.4g}",
            "yes" if picture.inside[k, j] else "no",
        )
        for k, j in places[:_MAXIMA]
    ]
    headings = ("time", "period", "power", "level", "amplitude", "inside")
    lines += ["", *aligned(headings, rows), ""]
    if len(places) > _MAXIMA:
        lines.append(f"... {len(places) - _MAXIMA} more maxima above the level")
    lines.append(
        f"level: the power that white noise reaches anywhere in {100 * false_alarm:g} % of such "
        f"pictures; inside: the window lies within the samples"
    )
    return "\n".join(lines)


def ridge_table(ridge: Ridge) -> str:
    """Return a ridge in plain text, some rows of it where it is long."""
    shown = np.unique(np.linspace(0, len(ridge.time) - 1, min(len(ridge.time), _ROWS)).astype(int))
    rows = [
        (
            moment(ridge.scale.to_user(float(ridge.time[j]))),
            _number(ridge.period[j], ridge.period_error[j]),
            _number(ridge.amplitude[j], ridge.amplitude_error[j]),
            _number(ridge.phase[j], ridge.phase_error[j]),
            "yes" if ridge.significant[j] else "no",
            "yes" if ridge.inside[j] else "no",
        )
        for j in shown
    ]
    unit = f" ({ridge.unit})" if ridge.unit else ""
    headings = ("time", f"period{unit}", "amplitude", "phase (turns)", "significant", "inside")
    more = len(ridge.time) - len(shown)
    return "\n".join(
        [
            *aligned(headings, rows),
            "",
            *([f"{len(shown)} of {len(ridge.time)} windows are shown"] if more else []),
            "numbers in brackets are errors of the last digits; phase is that in the middle of "
            "the window, in turns since the last maximum",
        ]
    )


def aligned(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Return headings and rows as lines of columns."""
    rows = [[in_line(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(headings, *rows, strict=True)]
    return [
        "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in (headings, *rows)
    ]


def moment(value: Any) -> str:
    """Return a time as a table shows it."""
    return value.isoformat(" ", "minutes") if hasattr(value, "isoformat") else f"{value:.6g}"


def _period(period: float, unit: str) -> str:
    """Return a period to the digits that a picture has."""
    in_unit = human_period(period, None, unit).partition(" ")[0]
    return f"{float(in_unit):.4g} {friendly_unit(period, unit)}".rstrip()


def _number(value: float, error: float) -> str:
    return human_number(float(value), float(error)) if math.isfinite(value) else "-"


def _maxima(height: Floats) -> list[tuple[int, int]]:
    """Return the places of local maxima above 0 among their eight neighbours, the highest first."""
    padded = np.pad(height, 1, constant_values=-np.inf)
    k, m = height.shape
    around = [
        padded[1 + a : 1 + a + k, 1 + b : 1 + b + m]
        for a in (-1, 0, 1)
        for b in (-1, 0, 1)
        if (a, b) != (0, 0)
    ]
    found = np.argwhere((height > 0) & (height >= np.max(around, axis=0)))
    order = np.argsort([-height[k, j] for k, j in found], kind="stable")
    return [(int(found[i, 0]), int(found[i, 1])) for i in order]
