"""Panels of data, model and residual against time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from epicycle.look import drawing as draw
from epicycle.look.time_axis import Clock, clock_from, marker_size, opacity, thinned
from epicycle.results.result import Result
from epicycle.samples.arrays import Floats
from epicycle.views.series import Series, model_curve, time_span
from epicycle.views.spectra import first_number

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

#: The whole baseline is drawn as a curve up to this many turns of the fastest notable cycle, and
#: as the band between lowest and highest value beyond.
_TURNS_AS_CURVE = 150

#: A part is magnified from `_TURNS_TO_MAGNIFY` turns of the strongest cycle on.  It has 6 turns, or
#: up to 40 where samples are sparse, and 40 samples where it can; below 10 it would show nothing.
_TURNS_TO_MAGNIFY = 30

_TURNS_MAGNIFIED = (6, 40)

_SAMPLES_MAGNIFIED = (10, 40)


def magnified_part(model: Result, series: Series) -> tuple[float, float] | None:
    """Return the part of the baseline worth magnifying, where samples are densest, if any."""
    if not model.cycles:
        return None
    first, last = time_span(model)
    period = model.cycles[0].period
    if last - first < _TURNS_TO_MAGNIFY * period:
        return None
    width = _TURNS_MAGNIFIED[0] * period
    times = np.sort(series.offset)
    while True:
        starts = times[times <= last - width]
        counts = np.searchsorted(times, starts + width, side="right") - np.arange(len(starts))
        enough = counts.max() >= _SAMPLES_MAGNIFIED[1] or 4 * width > last - first
        if enough or 2 * width > _TURNS_MAGNIFIED[1] * period:
            break
        width *= 2
    if counts.max() < _SAMPLES_MAGNIFIED[0]:
        return None
    # of parts that are as good, the one in the middle: ends are where a fit is least typical
    good = starts[counts >= 0.95 * counts.max()]
    start = float(good[np.abs(good + width / 2 - (first + last) / 2).argmin()])
    return start, start + width


def draw_fit(
    axes: Axes,
    model: Result,
    series: Series,
    part: tuple[float, float] | None,
    max_points: int,
    value_label: str,
) -> None:
    """Draw data and model over the whole baseline, or over a part of it."""
    draw.style(axes)
    first, last = part or time_span(model)
    inside = np.arange(len(series.offset))
    if part is not None:
        inside = np.flatnonzero((series.offset >= first) & (series.offset <= last))
    values = series.values(model)[inside]
    clock = clock_of(model)
    _draw_points(axes, clock, series, inside, values, max_points, "samples")
    curve = _draw_model(axes, model, clock, series.output, first, last)
    draw.limit_values(axes, values, curve)
    clock.set_up(axes, first, last)
    draw.label(axes.yaxis, value_label)


def draw_residual(axes: Axes, model: Result, series: Series, max_points: int) -> Artist:
    """Draw the residual over the whole baseline; returns a note that needs room."""
    draw.style(axes)
    clock = clock_of(model)
    axes.axhline(0.0, color=draw.INK, linewidth=0.8, zorder=3)
    everything = np.arange(len(series.residual))
    _draw_points(axes, clock, series, everything, series.residual, max_points, "residual")
    draw.limit_values(axes, series.residual)
    clock.set_up(axes, *time_span(model))
    draw.label(axes.yaxis, "residual")
    return draw.note(axes, f"standard deviation {series.scatter:.4g}")


def _draw_points(
    axes: Axes,
    clock: Clock,
    series: Series,
    inside: NDArray[np.intp],
    values: Floats,
    max_points: int,
    gid: str,
) -> None:
    shown = thinned(len(inside), max_points)
    group = series.group[inside]
    for code, colour, symbol, name in series.looks():
        of_group = shown[group[shown] == code]
        n, total = len(of_group), int((group == code).sum())
        count = f"{n:,}" if n == total else f"{n:,} of {total:,}"
        if len(series.groups) <= len(draw.GROUPS):
            count += " samples"
        axes.plot(
            clock.places(series.offset[inside[of_group]]),
            values[of_group],
            linestyle="none",
            marker=symbol,
            markersize=marker_size(len(shown)),
            markeredgewidth=0,
            color=colour,
            alpha=opacity(len(shown)),
            rasterized=True,
            label=draw.plain(f"{draw.shortened(name)}: {count}" if name else count),
            gid=gid,
        )


def _draw_model(
    axes: Axes, model: Result, clock: Clock, output: int, first: float, last: float
) -> Floats:
    """Draw the model as a curve, or as a band where a curve would fill the picture.

    Returns its values.
    """
    turns = (last - first) * _fastest(model, output)
    look: dict[str, Any] = {"color": draw.VERMILLION, "gid": "model"}
    if turns <= _TURNS_AS_CURVE:
        offset = np.linspace(first, last, int(max(800, 40 * turns)))
        values = model_curve(model, offset, output)
        axes.plot(clock.places(offset), values, linewidth=1.3, zorder=3, label="model", **look)
        return values
    columns, each = 400, 40
    width = (last - first) / columns
    # random places in each column, so that no cycle keeps step with the evaluation
    places = np.arange(columns)[:, np.newaxis] + np.random.default_rng(0).random((columns, each))
    values = model_curve(model, first + width * places.ravel(), output).reshape(columns, each)
    axes.fill_between(
        clock.places(np.linspace(first + width / 2, last - width / 2, columns)),
        values.min(axis=1),
        values.max(axis=1),
        alpha=0.3,
        linewidth=0,
        zorder=1,
        label="range of the model",
        **look,
    )
    return values.ravel()


def _fastest(model: Result, output: int) -> float:
    """Return the highest frequency of the lines that the eye would notice."""
    lines = [(line.frequency, first_number(line.amplitude, output)) for line in model.lines]
    strongest = max((amplitude for _, amplitude in lines), default=0.0)
    return max((f for f, amplitude in lines if amplitude >= 0.1 * strongest), default=0.0)


def draw_curve_only(axes: Axes, model: Result, value_label: str) -> None:
    """Draw the model over its span, or a part of it, where there are no samples."""
    draw.style(axes)
    first, last = time_span(model)
    turns = (last - first) * _fastest(model, 0)
    last = first + (last - first) * min(1.0, 50.0 / max(turns, 1.0))
    _draw_model(axes, model, clock_of(model), 0, first, last)
    clock_of(model).set_up(axes, first, last)
    draw.label(axes.yaxis, value_label)
    draw.add_headroom(axes, 0.12)
    draw.note(axes, f"the model of the {'rate' if model.of_events else 'values'} alone")


def clock_of(model: Result) -> Clock:
    """Return the time axis of a result."""
    predictor = model.predictor
    return clock_from(predictor.scale, predictor.reference, (predictor.first, predictor.last))
