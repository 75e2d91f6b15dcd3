"""Double-plotted actograms: values day by day, with the maxima of a rhythm and their errors.

Each row shows a day and the next one; a rhythm of the length of a day runs straight down, a longer
one drifts to the right.  Parts of a picture carry names: "values", "maximum", "maximum-error" and
"shift".
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from epicycle.look import drawing as draw
from epicycle.look.time_axis import draw_double_plotted
from epicycle.samples.arrays import Floats
from epicycle.samples.times import UNIT_SECONDS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from epicycle.changing.rhythm import Rhythm

#: Mean periods, in hours, whose rows are days of 24 h; others have rows of about their own length.
_NEAR_A_DAY = (16.0, 36.0)

#: Bins of a row at most and at least, and rows at most.
_BINS, _ROWS = (6, 96), 400

#: Digits of the length of a row that is no day: enough to be told, few enough to be said.
_DIGITS = 2


@dataclass(frozen=True, eq=False)
class Rows:
    """Values by row and place in it.

    Attributes
    ----------
    day : float
        Length of a row in `unit`.
    unit : str
        Hours where rows are days, otherwise the unit of the rhythm.
    first : float
        Beginning of the first row, in `unit` from the rhythm's zero of time.
    factor : float
        Units of the rows in one unit of the rhythm.
    values : ndarray, shape (rows, bins)
        Mean value in each bin, NaN where there is none.
    """

    day: float
    unit: str
    first: float
    factor: float
    values: Floats

    def place(self, time: Floats) -> tuple[Floats, Floats]:
        """Return row and place in it of times, in units of the rhythm from its zero of time."""
        elapsed = np.asarray(time) * self.factor - self.first
        row = np.floor(elapsed / self.day)
        return row, elapsed - row * self.day


def plan(rhythm: Rhythm, day: float | None = None) -> Rows | None:
    """Return the rows of an actogram; None where a rhythm holds no samples, or has too many rows.

    `day` is the length of a row in the unit of the rhythm.
    """
    if rhythm.samples is None:
        return None
    offset, values = rhythm.samples
    unit, factor, length = rhythm.unit, 1.0, day
    if day is None and unit in UNIT_SECONDS:
        hours = float(UNIT_SECONDS[unit]) / 3600.0
        if _NEAR_A_DAY[0] <= rhythm.mean_period * hours <= _NEAR_A_DAY[1]:
            unit, factor, length = "h", hours, 24.0
    if length is None:
        length = float(f"{rhythm.mean_period:.{_DIGITS}g}")
    elapsed = (rhythm.reference + offset) * factor
    if rhythm.scale.calendar and rhythm.scale.timezone is not None:
        away = rhythm.scale.to_user(rhythm.reference).utcoffset()
        # local clocks are counted as they showed the time already
        if rhythm.scale.clock == "elapsed" and unit == "h":
            elapsed = elapsed + away.total_seconds() / 3600.0
    first = length * math.floor(float(elapsed.min()) / length)
    shift = float(elapsed[0] - (rhythm.reference + offset[0]) * factor)
    n_rows = math.floor((float(elapsed.max()) - first) / length) + 1
    if n_rows > _ROWS:
        return None
    per_row = len(offset) / max((float(np.ptp(elapsed))) / length, 1.0)
    bins = int(np.clip(per_row, *_BINS))
    cell = np.minimum(((elapsed - first) / length * bins).astype(int), n_rows * bins - 1)
    count = np.bincount(cell, minlength=n_rows * bins)
    total = np.bincount(cell, values, minlength=n_rows * bins)
    means = np.where(count > 0, total / np.maximum(count, 1), np.nan).reshape(n_rows, bins)
    return Rows(length, unit, first - shift, factor, means)


def plot_actogram(
    rhythm: Rhythm,
    *,
    day: float | None = None,
    value_label: str = "value",
    ax: Axes | None = None,
    figsize: tuple[float, float] = (7.0, 7.0),
) -> Figure:
    """Draw a double-plotted actogram of a tracked rhythm.

    Parameters
    ----------
    rhythm : Rhythm
        A result of :func:`epicycle.track` that holds its samples.
    day : float, optional
        Length of a row in the unit of the rhythm; by default 24 hours where the mean period is
        from 16 to 36 hours, and otherwise the mean period to two digits.
    value_label : str
        What the values are called, with their unit.
    ax : Axes, optional
        Draw into these axes, without a bar for the colours.
    figsize : (float, float)
        Size of a new figure in inches.

    Raises
    ------
    ImportError
        If matplotlib is not installed.
    ValueError
        If the rhythm holds no samples, or the record has more than 400 rows.
    """
    rows = plan(rhythm, day)
    if rows is None:
        raise ValueError(
            f"the rhythm holds no samples, or its record has more than {_ROWS} rows. "
            f"To fix this, draw the result of epicycle.track itself, or pass a longer day."
        )
    if ax is not None:
        draw_actogram(ax, rhythm, rows)
        return draw.figure_of(ax)
    figure = draw.new_figure(figsize)
    axes = figure.add_subplot()
    image = draw_actogram(axes, rhythm, rows)
    bar = figure.colorbar(image, ax=axes, pad=0.02, aspect=30)
    bar.ax.tick_params(labelsize=draw.SMALL, colors=draw.MUTED)
    bar.outline.set_visible(False)
    draw.label(bar.ax.yaxis, value_label)
    return figure


def draw_actogram(axes: Axes, rhythm: Rhythm, rows: Rows) -> Any:
    """Draw an actogram into axes; returns the image of the values."""
    from matplotlib.ticker import MaxNLocator

    draw.style(axes)
    axes.set_facecolor(draw.FAINT)
    n_rows = len(rows.values)
    image = draw_double_plotted(axes, rows.values, rows.day)
    image.set_gid("values")
    _draw_maxima(axes, rhythm, rows)
    for one in rhythm.shifts:
        time = rhythm.scale.parse([one.time]).to_float()
        row, place = rows.place(time)
        middle = float(row[0] + place[0] / rows.day)
        axes.axhline(middle, color=draw.INK, linewidth=1.0, linestyle="--", gid="shift")
    axes.set(xlim=(0, 2 * rows.day), ylim=(n_rows, 0))
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    if rows.unit == "h" and rows.day == 24.0:
        axes.set_xticks(range(0, 49, 6))
        axes.set_xticklabels([str(h % 24) for h in range(0, 49, 6)])
        name = "hour of the day" if rhythm.scale.calendar else "hour of the day, from time 0"
        draw.label(axes.xaxis, name)
        draw.label(axes.yaxis, "day")
    else:
        unit = f" {rows.unit}" if rows.unit else ""
        draw.label(axes.xaxis, f"time within two rows of {rows.day:g}{unit} each")
        draw.label(axes.yaxis, "row")
    return image


def _draw_maxima(axes: Axes, rhythm: Rhythm, rows: Rows) -> None:
    """Draw the maxima in both places of a double plot, with bars of one standard error."""
    maxima = rhythm.maxima
    if not maxima:
        return
    time = rhythm.scale.parse([one.time for one in maxima]).to_float()
    error = np.array([one.time_error for one in maxima]) * rows.factor
    row, place = rows.place(time)
    for right, down, name in ((0.0, 0.5, "maximum"), (rows.day, -0.5, "")):
        axes.errorbar(
            place + right,
            row + down,
            xerr=np.minimum(error, rows.day),
            linestyle="none",
            marker="o",
            markersize=4.0,
            markeredgecolor="white",
            markeredgewidth=0.5,
            elinewidth=1.2,
            color=draw.VERMILLION,
            gid=name or "maximum-again",
        )
