"""A rhythm that changes in one picture: scalogram with its period, turns, amplitude, actogram.

Parts carry names: those of a scalogram and of an actogram, "period" and "period-band", "turns" and
"turns-band", "amplitude" and "shift".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from epicycle.changing import actograms
from epicycle.changing.scalogram_pictures import clock_of, plot_scalogram
from epicycle.look import drawing as draw
from epicycle.look.human import human_period
from epicycle.look.time_axis import Clock, clock_from
from epicycle.samples.arrays import Floats
from epicycle.samples.times import UNIT_SECONDS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from epicycle.changing.rhythm import Rhythm
    from epicycle.changing.scalogram import Scalogram

#: Half width of a band of 95 %, in standard errors.
_BAND = 1.96

#: Points of a curve along time.
_POINTS = 800

#: Longer mean periods, in hours, have their turns in the unit of the rhythm.
_HOURS = 100.0


def plot_rhythm(
    rhythm: Rhythm,
    picture: Scalogram,
    *,
    title: str = "",
    value_label: str = "value",
    figsize: tuple[float, float] = (14.0, 9.0),
) -> Figure:
    """Draw a tracked rhythm: its period on the scalogram, turns, amplitude, and an actogram.

    Bands hold 95 %.  The turns are those beyond a steady clock of the mean period, as time: up is
    ahead.  Vertical lines are shifts.

    Parameters
    ----------
    rhythm : Rhythm
        A result of :func:`epicycle.track`.
    picture : Scalogram
        The scalogram of the same samples.
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
    rows = actograms.plan(rhythm)
    widths = [1.7, 1.0] if rows is not None else [1.0]
    grid = figure.add_gridspec(3, len(widths), width_ratios=widths, height_ratios=[2.0, 1.1, 0.9])
    clock = clock_of(picture)
    axes = [figure.add_subplot(grid[k, 0]) for k in range(3)]
    plot_scalogram(picture, ridge=False, ax=axes[0])
    _draw_period(axes[0], rhythm, picture, clock)
    draw_turns(axes[1], rhythm, clock)
    _draw_amplitude(axes[2], rhythm, clock, value_label)
    for one in axes:
        draw_shifts(one, rhythm, clock)
        # the scalogram reaches from the first sample to the last
        one.set_xlim(*axes[0].get_xlim())
    for one in axes[:2]:
        draw.label(one.xaxis, "")
        one.tick_params(axis="x", labelbottom=False)
        one.xaxis.get_offset_text().set_visible(False)
    if rows is not None:
        right = figure.add_subplot(grid[:, 1])
        actograms.draw_actogram(right, rhythm, rows)
    if title:
        figure.suptitle(draw.plain(title), fontsize=draw.LARGE, color=draw.INK)
    return figure


def plot_turns(
    rhythm: Rhythm, *, ax: Axes | None = None, figsize: tuple[float, float] = (8.0, 3.5)
) -> Figure:
    """Draw the turns of a rhythm beyond a steady clock, as time, with a band of 95 % and shifts.

    Parameters
    ----------
    rhythm : Rhythm
        A result of :func:`epicycle.track`.
    ax : Axes, optional
        Draw into these axes.
    figsize : (float, float)
        Size of a new figure in inches.
    """
    axes = draw.new_figure(figsize).add_subplot() if ax is None else ax
    half = 0.5 * rhythm.baseline
    ends = rhythm.reference - half, rhythm.reference + half
    clock = clock_from(rhythm.scale, rhythm.reference, ends)
    draw_turns(axes, rhythm, clock)
    draw_shifts(axes, rhythm, clock)
    return draw.figure_of(axes)


def _span(rhythm: Rhythm) -> Floats:
    """Return times along the record, from the reference time."""
    span: Floats = np.linspace(-0.5, 0.5, _POINTS) * rhythm.baseline * (1 - 1e-9)
    return span


def _turns(rhythm: Rhythm, offset: Floats) -> tuple[Floats, Floats]:
    """Return turns and their errors at times from the reference.

    Not through times as the user writes them: clocks that are put forward have not shown some.
    """
    away = np.interp(offset, rhythm.curves.t, rhythm.curves.away)
    error = np.interp(offset, rhythm.curves.t, rhythm.curves.away_error)
    return rhythm.frequency * offset + away, error


def _period(rhythm: Rhythm, offset: Floats) -> tuple[Floats, Floats]:
    """Return periods and their errors at times from the reference."""
    period = 1.0 / np.interp(offset, rhythm.curves.t, rhythm.curves.frequency)
    error = np.interp(offset, rhythm.curves.t, rhythm.curves.frequency_error)
    return period, error * period**2


def _amplitude(rhythm: Rhythm, offset: Floats) -> tuple[Floats, Floats]:
    """Return amplitudes and their errors at times from the reference."""
    amplitude = np.exp(np.interp(offset, rhythm.curves.t, rhythm.curves.log_amplitude))
    error = np.interp(offset, rhythm.curves.t, rhythm.curves.log_amplitude_error)
    return amplitude, amplitude * error


def _places(rhythm: Rhythm, offset: Floats, clock: Clock) -> Floats:
    """Return where times from the rhythm's reference stand on an axis."""
    return clock.places(offset + (rhythm.reference - clock.reference))


def _draw_period(axes: Axes, rhythm: Rhythm, picture: Scalogram, clock: Clock) -> None:
    offset = _span(rhythm)
    period, error = _period(rhythm, offset)
    low, high = float(picture.period[0]), float(picture.period[-1])
    lower, upper = (np.clip(period + s * _BAND * error, low, high) for s in (-1.0, 1.0))
    places = _places(rhythm, offset, clock)
    band = axes.fill_between(places, lower, upper, color=draw.VERMILLION, alpha=0.4, linewidth=0)
    band.set_gid("period-band")
    axes.plot(places, period, color=draw.VERMILLION, linewidth=1.4, gid="period")


def draw_turns(axes: Axes, rhythm: Rhythm, clock: Clock) -> None:
    """Draw turns beyond a steady clock of the mean period, as time, with a band of 95 %."""
    draw.style(axes)
    offset = _span(rhythm)
    turns, error = _turns(rhythm, offset)
    ahead = turns - offset / rhythm.mean_period
    ahead = ahead - ahead.mean()
    scale, unit = rhythm.mean_period, rhythm.unit
    if unit in UNIT_SECONDS:
        hours = scale * float(UNIT_SECONDS[unit]) / 3600.0
        scale, unit = (hours, "h") if 1.0 < hours < _HOURS else (scale, unit)
    _draw_band(axes, _places(rhythm, offset, clock), (scale * ahead, scale * error), "turns")
    axes.axhline(0.0, color=draw.MUTED, linewidth=0.8, linestyle=":")
    clock.set_up(axes, float(offset[0]), float(offset[-1]))
    steady = human_period(float(f"{rhythm.mean_period:.4g}"), None, rhythm.unit)
    text = f"ahead of a clock\nof {steady}{f' ({unit})' if unit else ''}"
    axes.set_ylabel(draw.plain(text), fontsize=draw.NORMAL, color=draw.INK)
    draw.add_headroom(axes, 0.15)
    draw.note(axes, f"period: {rhythm.verdict.period}")


def _draw_amplitude(axes: Axes, rhythm: Rhythm, clock: Clock, value_label: str) -> None:
    draw.style(axes)
    offset = _span(rhythm)
    band = _amplitude(rhythm, offset)
    _draw_band(axes, _places(rhythm, offset, clock), band, "amplitude")
    axes.set_ylim(0.0, float(np.quantile(band[0] + _BAND * band[1], 0.98)) * 1.05)
    clock.set_up(axes, float(offset[0]), float(offset[-1]))
    text = f"amplitude of\n{draw.shortened(value_label)}"
    axes.set_ylabel(draw.plain(text), fontsize=draw.NORMAL, color=draw.INK)
    draw.add_headroom(axes, 0.18)
    draw.note(axes, f"amplitude: {rhythm.verdict.amplitude}")


def _draw_band(axes: Axes, places: Floats, curve: tuple[Floats, Floats], name: str) -> None:
    value, error = curve
    low, high = value - _BAND * error, value + _BAND * error
    band = axes.fill_between(places, low, high, color=draw.SKY, alpha=0.4, linewidth=0)
    band.set_gid(f"{name}-band")
    axes.plot(places, value, color=draw.BLUE, linewidth=1.4, gid=name)


def draw_shifts(axes: Axes, rhythm: Rhythm, clock: Clock) -> None:
    """Draw each shift as a line at its time, with a stripe for the error of that time."""
    look: Any = {"color": draw.VERMILLION, "linestyle": "--", "linewidth": 1.0, "gid": "shift"}
    for one in rhythm.shifts:
        offset = float(rhythm.scale.parse([one.time]).minus(rhythm.reference).to_float()[0])
        ends = offset + np.array([-one.time_error, 0.0, one.time_error])
        low, middle, high = _places(rhythm, ends, clock).tolist()
        axes.axvline(middle, **look)
        if one.time_error > 0:
            axes.axvspan(low, high, color=draw.VERMILLION, alpha=0.15, linewidth=0)
