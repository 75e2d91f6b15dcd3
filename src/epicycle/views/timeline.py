"""Panels of data, model and residual against time."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from epicycle.results.result import Result
from epicycle.samples.arrays import Floats
from epicycle.samples.times import UNIT_SECONDS, TimeScale
from epicycle.views import drawing as draw
from epicycle.views.series import Series, marker_size, model_curve, opacity, thinned, time_span
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
    clock = Clock.of(model)
    _draw_points(axes, clock, series, inside, values, max_points, "samples")
    curve = _draw_model(axes, model, clock, series.output, first, last)
    draw.limit_values(axes, values, curve)
    clock.set_up(axes, first, last)
    draw.label(axes.yaxis, value_label)


def draw_residual(axes: Axes, model: Result, series: Series, max_points: int) -> Artist:
    """Draw the residual over the whole baseline; returns a note that needs room."""
    draw.style(axes)
    clock = Clock.of(model)
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
    _draw_model(axes, model, Clock.of(model), 0, first, last)
    Clock.of(model).set_up(axes, first, last)
    draw.label(axes.yaxis, value_label)
    draw.add_headroom(axes, 0.12)
    draw.note(axes, f"the model of the {'rate' if model.of_events else 'values'} alone")


@dataclass(frozen=True)
class Clock:
    """How times from the reference time are shown on an axis.

    Attributes
    ----------
    reference : float
        The reference time.
    scale : TimeScale
        Unit and calendar.
    shift : float
        What is taken off times that are plain numbers, so that tick labels stay short.
    """

    reference: float
    scale: TimeScale
    shift: float

    @staticmethod
    def of(model: Result) -> Clock:
        """Return the clock of a result."""
        predictor = model.predictor
        shift = 0.0
        if not predictor.scale.calendar and abs(predictor.first) > 100 * model.baseline:
            step = 10.0 ** math.ceil(math.log10(model.baseline))
            shift = math.floor(predictor.first / step) * step
        return Clock(predictor.reference, predictor.scale, shift)

    @property
    def label(self) -> str:
        """Label of the axis, with the unit or the time zone."""
        if self.scale.calendar:
            name = "local time" if self.scale.clock == "local" else "time"
            return name if self.scale.timezone is None else f"{name} ({self.scale.timezone})"
        shifted = f" {'−' if self.shift > 0 else '+'} {abs(self.shift):.12g}" if self.shift else ""
        return f"time{shifted} ({self.scale.unit or 'units of time'})"

    def places(self, offset: Floats) -> Floats:
        """Return where times from the reference time stand on the axis."""
        if not self.scale.calendar:
            return offset + (self.reference - self.shift)
        from matplotlib.dates import date2num

        per_unit = 1e6 * float(UNIT_SECONDS[self.scale.unit])
        moments = (np.rint(self.reference * per_unit) + np.rint(offset * per_unit)).astype("M8[us]")
        days: Floats = np.asarray(date2num(moments))  # type: ignore[no-untyped-call]
        return days

    def set_up(self, axes: Axes, first: float, last: float) -> None:
        """Set limits, ticks and label of the time axis."""
        margin = 0.015 * (last - first)
        axes.set_xlim(*self.places(np.array([first - margin, last + margin])).tolist())
        draw.label(axes.xaxis, self.label)
        if not self.scale.calendar:
            axes.ticklabel_format(axis="x", style="plain", useOffset=False)
            return
        from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

        # local times are placed as the clocks showed them already
        zone = self.scale.timezone if self.scale.clock == "elapsed" else None
        locator = AutoDateLocator(tz=zone, maxticks=8)  # type: ignore[no-untyped-call]
        axes.xaxis.set_major_locator(locator)
        axes.xaxis.set_major_formatter(
            ConciseDateFormatter(locator, tz=zone)  # type: ignore[no-untyped-call]
        )
        axes.xaxis.get_offset_text().set(color=draw.MUTED, fontsize=draw.SMALL)
