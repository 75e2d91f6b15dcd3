"""Pictures of what networks read off a display: segments that are lit, or leaves of a calendar.

matplotlib is imported when a picture is asked for.  Parts carry names that programs can look for
with ``artist.get_gid()``: "segment", "leaf".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from epicycle.look import drawing as draw
from epicycle.problems.calendar import MONTHS, WEEKDAYS, Calendar
from epicycle.problems.displays import SEGMENTS, DecimalDigits, SevenSegments

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Right and wrong readings, and segments that are not lit.
_RIGHT, _WRONG, _DARK = draw.BLUE, draw.VERMILLION, "#E8E8E8"

#: Ends of the segments a to g in a digit of width 1 and height 2.
_ENDS = (
    ((0, 2), (1, 2)), ((1, 2), (1, 1)), ((1, 1), (1, 0)), ((0, 0), (1, 0)),
    ((0, 1), (0, 0)), ((0, 2), (0, 1)), ((0, 1), (1, 1)),
)  # fmt: skip

#: Width and height of a cell, of the row names and of the head, in inches.
_CELL, _LEFT, _HEAD = (2.15, 1.05), 1.15, 0.62

Shown = DecimalDigits | SevenSegments | Calendar


def draw_readings(
    display: Shown,
    instants: ArrayLike,
    readings: Mapping[str, ArrayLike],
    *,
    years: float,
    remarks: Mapping[str, str] | None = None,
) -> Figure:
    """Draw what each network reads off a display, for every instant.

    Parameters
    ----------
    display : DecimalDigits, SevenSegments or Calendar
        The first column shows what it says.
    instants : array_like, shape (n,)
        Seconds, one row for each.
    readings : mapping of str to array_like of int, shape (n, n_digits)
        What each network reads, one column for each.
    years : float
        Length of the range of training, from 0: rows say whether they are in it.
    remarks : mapping of str to str, optional
        A line below the name of a network.

    Raises
    ------
    ValueError
        If the readings of a network do not have the shape (n, n_digits).
    """
    instants = np.ravel(instants)
    truth = display.digits(instants)
    name = "The calendar" if isinstance(display, Calendar) else "The clock"
    columns = {name: truth}
    for title, digits in readings.items():
        columns[title] = np.asarray(digits)
        if columns[title].shape != truth.shape:
            raise ValueError(
                f"readings[{title!r}] has the shape {columns[title].shape}: expected "
                f"{truth.shape}, a reading for each instant. To fix this, predict each instant."
            )
    n_rows = len(truth)
    figure = draw.new_figure((_LEFT + len(columns) * _CELL[0], _HEAD + n_rows * _CELL[1] + 0.08))
    figure.set_layout_engine("none")
    width, height = figure.get_size_inches()
    for column, (title, digits) in enumerate(columns.items()):
        x = _LEFT + column * _CELL[0]
        remark = "exact" if column == 0 else (remarks or {}).get(title, "")
        _write_head(figure, (x + _CELL[0] / 2) / width, height, title, remark)
        for row in range(n_rows):
            y = height - _HEAD - (row + 1) * _CELL[1]
            axes = figure.add_axes((x / width, y / height, _CELL[0] / width, _CELL[1] / height))
            axes.set_axis_off()
            if isinstance(display, Calendar):
                _draw_leaf(axes, digits[row], truth[row])
            else:
                _draw_display(axes, display, digits[row], truth[row])
    for row, instant in enumerate(instants.tolist()):
        y = height - _HEAD - (row + 0.45) * _CELL[1]
        draw_row_name(figure, (0.12 / width, y / height), instant / display.year, years)
    return figure


def _write_head(figure: Figure, x: float, height: float, title: str, remark: str) -> None:
    figure.text(
        x, 1 - 0.18 / height, draw.plain(title), ha="center", va="top",
        fontsize=draw.NORMAL + 1, color=draw.INK, weight="bold",
    )  # fmt: skip
    figure.text(
        x, 1 - 0.42 / height, draw.plain(remark), ha="center", va="top", fontsize=draw.SMALL,
        color=draw.MUTED,
    )  # fmt: skip


def draw_row_name(figure: Figure, at: tuple[float, float], year: float, years: float) -> None:
    """Write which year a row is in, and how far outside the range of training, if it is."""
    x, y = at
    figure.text(
        x, y, draw.plain(f"year {year:,.1f}".replace("-", "−")), va="bottom",
        fontsize=draw.NORMAL, color=draw.INK, weight="bold",
    )  # fmt: skip
    distance = max(-year, year - years)
    side = "before" if year < 0 else "after"
    words = "in training range" if 0 <= year < years else f"{distance:,.0f} years\n{side} it"
    figure.text(x, y, draw.plain(words), va="top", fontsize=draw.SMALL, color=draw.MUTED)


def _draw_display(
    axes: Axes,
    display: DecimalDigits | SevenSegments,
    digits: NDArray[np.int64],
    truth: NDArray[np.int64],
) -> None:
    """Draw the segments of all digits; what differs from the truth is in another colour."""
    if isinstance(display, DecimalDigits):
        digits, truth = SEGMENTS[digits].ravel(), SEGMENTS[truth].ravel()
    x = 0.0
    widths = [len(str(radix - 1)) for radix in display.clock.radices]
    lit, right = (part.reshape(-1, 7) for part in (digits, truth))
    k = 0
    for number, count in enumerate(widths):
        if number:
            axes.plot([x - 0.1] * 2, [0.6, 1.4], "o", color=draw.MUTED, markersize=2.5)
            x += 0.45
        for _ in range(count):
            _draw_digit(axes, x, lit[k], right[k])
            x, k = x + 1.7, k + 1
    total = x - 0.7
    margin = 0.09 * total
    tall = (total + 2 * margin) * _CELL[1] / _CELL[0]
    axes.set(xlim=(-margin, total + margin), ylim=(1 - tall / 2, 1 + tall / 2))


def _draw_digit(axes: Axes, x: float, lit: NDArray[np.int64], right: NDArray[np.int64]) -> None:
    for segment, ends in enumerate(_ENDS):
        (x0, y0), (x1, y1) = ends
        same = lit[segment] == right[segment]
        colour = _WRONG
        if same:
            colour = _RIGHT if lit[segment] else _DARK
        axes.plot(
            [x + x0, x + x1], [y0, y1], color=colour, gid="segment", solid_capstyle="round",
            linewidth=2.6 if lit[segment] or same else 0.8, zorder=2 + int(lit[segment]),
        )  # fmt: skip


def _draw_leaf(axes: Axes, digits: NDArray[np.int64], truth: NDArray[np.int64]) -> None:
    """Draw a leaf of the calendar; what differs from the truth is in another colour."""
    from matplotlib.patches import FancyBboxPatch

    axes.set(xlim=(0, 1), ylim=(0, 1))
    right = digits == truth
    edge = _RIGHT if right.all() else _WRONG
    axes.add_patch(
        FancyBboxPatch(
            (0.12, 0.08),
            0.76,
            0.84,
            boxstyle="round,pad=0,rounding_size=0.05",
            facecolor="white",
            edgecolor=edge,
            linewidth=1.3,
            gid="leaf",
            mutation_aspect=_CELL[0] / _CELL[1],
        )
    )  # fmt: skip
    weekday, month, day, year, leap = digits.tolist()
    parts = [
        (0.30, 0.74, WEEKDAYS[weekday], draw.NORMAL, right[0]),
        (0.70, 0.74, MONTHS[month], draw.NORMAL, right[1]),
        (0.50, 0.46, str(day + 1), 19, right[2]),
        (0.34, 0.19, f"year {year} of 4", draw.SMALL, right[3]),
        (0.71, 0.19, "leap" if leap else "common", draw.SMALL, right[4]),
    ]
    for x, y, text, size, good in parts:
        axes.text(
            x, y, text, ha="center", va="center", fontsize=size, weight="bold",
            color=draw.INK if good else _WRONG,
        )  # fmt: skip
