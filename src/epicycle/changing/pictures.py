"""The picture of a rhythm that changes: data, turns against a steady clock, period, amplitude.

matplotlib is imported when a figure is made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from epicycle.look import drawing as draw
from epicycle.samples.arrays import Floats
from epicycle.samples.times import UNIT_SECONDS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from epicycle.changing.rhythm import Rhythm, Shift

#: Factor from a standard error to the half width of a band of 95 %.
_BAND = 1.96

#: Points of the curve through the data, per cycle and in all.
_FINE, _MOST = 24, 6000


def plot(
    rhythm: Rhythm,
    *,
    value_label: str = "value",
    max_points: int = 10_000,
    figsize: tuple[float, float] = (10.0, 9.0),
) -> Figure:
    """Draw data with the rhythm, turns against a steady clock, period and amplitude over time.

    Bands hold 95 %.  The steady clock has the mean period; a shift by known or found events is
    a line at its time, with a bar for the error of that time.

    Parameters
    ----------
    rhythm : Rhythm
    value_label : str
        Label of the values, with their unit.
    max_points : int
        With more samples, this many drawn at random are shown.
    figsize : (float, float)
        Size in inches, at 100 dots per inch.

    Returns
    -------
    Figure
        A new figure.

    Raises
    ------
    ImportError
        If matplotlib is not installed.
    """
    figure = draw.new_figure(figsize)
    grid = figure.add_gridspec(4, 1, height_ratios=[1.4, 1.2, 1.0, 1.0])
    axes = [figure.add_subplot(grid[0])]
    axes += [figure.add_subplot(grid[k], sharex=axes[0]) for k in range(1, 4)]
    for one in axes:
        draw.style(one)
    _data(axes[0], rhythm, value_label, max_points)
    _turns(axes[1], rhythm)
    _period(axes[2], rhythm)
    _amplitude(axes[3], rhythm)
    for one in axes:
        _mark_shifts(one, rhythm)
    unit = f" ({rhythm.unit})" if rhythm.unit else ""
    draw.label(axes[3].xaxis, f"time{unit}")
    for one in axes[:-1]:
        one.tick_params(labelbottom=False)
    return figure


def _moments(rhythm: Rhythm, x: Floats) -> Any:
    """Return times from the reference as the axis shows them."""
    if not rhythm.scale.calendar:
        return rhythm.reference + x
    return [rhythm.scale.to_user(rhythm.reference + one) for one in x.tolist()]


def _inside(rhythm: Rhythm) -> np.ndarray:
    return np.abs(rhythm.curves.t) <= 0.5 * rhythm.baseline * (1 + 1e-9)


def _data(axes: Axes, rhythm: Rhythm, label: str, max_points: int) -> None:
    """Draw the samples and what is expected."""
    if rhythm.samples is not None:
        t, y = rhythm.samples
        if len(t) > max_points:
            rows = np.random.default_rng(0).choice(len(t), max_points, replace=False)
            t, y = t[rows], y[rows]
        size = 3.0 if len(t) < 2000 else 1.5
        axes.plot(_moments(rhythm, t), y, "o", color=draw.MUTED, ms=size, mew=0, alpha=0.6)
    cycles = rhythm.baseline * rhythm.frequency
    count = int(min(_FINE * cycles, _MOST)) + 1
    x = np.linspace(-0.5, 0.5, count) * rhythm.baseline
    mean = np.interp(x, rhythm.curves.t, rhythm.curves.level)
    for one in (rhythm, *rhythm.others):
        mean = mean + one.wave(x)
    axes.plot(_moments(rhythm, x), mean, color=draw.BLUE, lw=1.2)
    draw.label(axes.yaxis, label)


def _turns(axes: Axes, rhythm: Rhythm) -> None:
    """Draw the phase against a clock of the mean period, as time where the unit is known."""
    rows = _inside(rhythm)
    t = rhythm.curves.t[rows]
    away = rhythm.curves.away[rows] + (rhythm.frequency - 1 / rhythm.mean_period) * t
    away = away - away.mean()
    scale, name = rhythm.mean_period, rhythm.unit
    if name in UNIT_SECONDS and name != "h" and scale * float(UNIT_SECONDS[name]) < 3e5:
        scale, name = scale * float(UNIT_SECONDS[name] / UNIT_SECONDS["h"]), "h"
    _band(axes, rhythm, t, (scale * away, scale * rhythm.curves.away_error[rows]))
    axes.axhline(0.0, color=draw.FAINT, lw=0.8, zorder=0)
    unit = f" ({name})" if name else ""
    draw.label(axes.yaxis, f"ahead of a steady clock{unit}")


def _period(axes: Axes, rhythm: Rhythm) -> None:
    rows = _inside(rhythm)
    period = 1 / rhythm.curves.frequency[rows]
    error = rhythm.curves.frequency_error[rows] * period**2
    _band(axes, rhythm, rhythm.curves.t[rows], (period, error))
    unit = f" ({rhythm.unit})" if rhythm.unit else ""
    draw.label(axes.yaxis, f"period{unit}")
    draw.add_headroom(axes, 0.15)
    draw.note(axes, rhythm.verdict.period)


def _amplitude(axes: Axes, rhythm: Rhythm) -> None:
    rows = _inside(rhythm)
    amplitude = np.exp(rhythm.curves.log_amplitude[rows])
    error = amplitude * rhythm.curves.log_amplitude_error[rows]
    _band(axes, rhythm, rhythm.curves.t[rows], (amplitude, error))
    axes.set_ylim(bottom=0.0)
    draw.label(axes.yaxis, "amplitude")
    draw.add_headroom(axes, 0.15)
    draw.note(axes, rhythm.verdict.amplitude)


def _band(axes: Axes, rhythm: Rhythm, t: Floats, curve: tuple[Floats, Floats]) -> None:
    value, error = curve
    moments = _moments(rhythm, t)
    low, high = value - _BAND * error, value + _BAND * error
    axes.fill_between(moments, low, high, color=draw.SKY, alpha=0.4, lw=0)
    axes.plot(moments, value, color=draw.BLUE, lw=1.4)


def _mark_shifts(axes: Axes, rhythm: Rhythm) -> None:
    for one in rhythm.shifts:
        at = _offset(rhythm, one)
        ends = np.array([at - one.time_error, at, at + one.time_error])
        low, middle, high = _moments(rhythm, ends)
        axes.axvline(middle, color=draw.VERMILLION, lw=1.0)
        if one.time_error > 0:
            axes.axvspan(low, high, color=draw.VERMILLION, alpha=0.15, lw=0)


def _offset(rhythm: Rhythm, shift: Shift) -> float:
    """Return the time of a shift from the reference."""
    times = rhythm.scale.parse([shift.time]).minus(rhythm.reference)
    return float(times.to_float()[0])
