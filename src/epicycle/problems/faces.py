"""The picture of the Clock Problem: what each network reads off the clock, as clock faces.

matplotlib is imported when a picture is asked for.  Parts carry names that programs can look for
with ``artist.get_gid()``: "face", "hand", "reading".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from epicycle.look import drawing as draw
from epicycle.problems.clock import YEAR, Clock

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Right and wrong readings.
_RIGHT, _WRONG = draw.BLUE, draw.VERMILLION


def draw_clocks(
    clock: Clock,
    instants: ArrayLike,
    readings: Mapping[str, ArrayLike],
    *,
    years: float = 120.0,
    remarks: Mapping[str, str] | None = None,
    size: float = 1.75,
) -> Figure:
    """Draw what each network reads off the clock: a face for every instant and network.

    Parameters
    ----------
    clock : Clock
        The clock; the first column shows what it says.
    instants : array_like, shape (n,)
        Seconds, one row for each.
    readings : mapping of str to array_like of int, shape (n, n_digits)
        The digits that each network predicts, one column for each.
    years : float
        Length of the range of training, from 0: rows say whether they are in it.
    remarks : mapping of str to str, optional
        A line below the name of a network.
    size : float
        Side of a face in inches.

    Raises
    ------
    ValueError
        If the readings of a network do not have the shape (n, n_digits).
    """
    instants = np.ravel(instants)
    truth = clock.digits(instants)
    columns = {"The clock": truth}
    for name, digits in readings.items():
        columns[name] = np.asarray(digits)
        if columns[name].shape != truth.shape:
            raise ValueError(
                f"readings[{name!r}] has the shape {columns[name].shape}: expected "
                f"{truth.shape}, a reading for each instant. To fix this, predict each instant."
            )
    n_rows, n_columns = truth.shape[0], len(columns)
    left, head = 1.15, 0.62
    figure = draw.new_figure((left + n_columns * size, head + n_rows * size * 1.16 + 0.08))
    figure.set_layout_engine("none")
    width, height = figure.get_size_inches()
    for column, (name, digits) in enumerate(columns.items()):
        x = left + column * size
        figure.text(
            (x + size / 2) / width, 1 - 0.18 / height, draw.plain(name), ha="center", va="top",
            fontsize=draw.NORMAL + 1, color=draw.INK, weight="bold",
        )  # fmt: skip
        remark = "exact" if column == 0 else (remarks or {}).get(name, "")
        figure.text(
            (x + size / 2) / width, 1 - 0.42 / height, draw.plain(remark), ha="center", va="top",
            fontsize=draw.SMALL, color=draw.MUTED,
        )  # fmt: skip
        for row in range(n_rows):
            y = height - head - (row + 1) * size * 1.16
            axes = figure.add_axes((x / width, y / height, size / width, size * 1.16 / height))
            _draw_face(axes, clock, digits[row], truth[row])
    for row, instant in enumerate(instants.tolist()):
        y = height - head - (row + 0.44) * size * 1.16
        _draw_row_name(figure, 0.12 / width, y / height, instant, years)
    return figure


def _draw_row_name(figure: Figure, x: float, y: float, instant: float, years: float) -> None:
    inside = 0 <= instant < years * YEAR
    figure.text(
        x, y, draw.plain(f"year {instant / YEAR:,.1f}".replace("-", "−")), va="bottom",
        fontsize=draw.NORMAL, color=draw.INK, weight="bold",
    )  # fmt: skip
    distance = max(-instant, instant - years * YEAR) / YEAR
    side = "before" if instant < 0 else "after"
    words = "in training range" if inside else f"{distance:,.0f} years\n{side} it"
    figure.text(x, y, draw.plain(words), va="top", fontsize=draw.SMALL, color=draw.MUTED)


def _draw_face(
    axes: Axes, clock: Clock, digits: NDArray[np.int64], truth: NDArray[np.int64]
) -> None:
    """Draw a face with a hand for each digit, and the digits below it, wrong ones in colour."""
    axes.set(xlim=(-1.25, 1.25), ylim=(-1.65, 1.25), aspect="equal")
    axes.set_axis_off()
    right = digits == truth
    ring = np.exp(2j * np.pi * np.linspace(0, 1, 181))
    colour = _RIGHT if right.all() else _WRONG
    axes.fill(ring.real, ring.imag, color=colour, alpha=0.06, zorder=0)
    axes.plot(ring.real, ring.imag, color=colour, linewidth=1.6, gid="face", zorder=1)
    _draw_marks(axes, clock.radices)
    for k, turn in enumerate(_turns_of_hands(digits, clock.radices)):
        depth = k / max(len(clock.radices) - 1, 1)
        direction = 1j * np.exp(-2j * np.pi * turn)
        tip = (0.48 + 0.36 * depth) * direction
        base = -0.10 * direction
        axes.plot(
            [base.real, tip.real], [base.imag, tip.imag], color=draw.INK if right[k] else _WRONG,
            linewidth=3.4 - 2.4 * depth, solid_capstyle="round", zorder=3 + k, gid="hand",
        )  # fmt: skip
    axes.plot(0, 0, "o", color=draw.INK, markersize=3.5, zorder=9)
    _write_reading(axes, clock, digits, right)


def _draw_marks(axes: Axes, radices: Sequence[int]) -> None:
    """Draw the marks of the slowest digit, and numbers at the quarters where they are whole."""
    for mark in range(radices[0]):
        direction = 1j * np.exp(-2j * np.pi * mark / radices[0])
        whole = 4 * mark % radices[0] == 0
        start = (0.86 if whole else 0.92) * direction
        axes.plot(
            [start.real, 0.97 * direction.real], [start.imag, 0.97 * direction.imag],
            color=draw.MUTED, linewidth=1.1 if whole else 0.5, zorder=2,
        )  # fmt: skip
        if whole:
            axes.text(
                0.73 * direction.real, 0.73 * direction.imag, str(mark), fontsize=6.5,
                color=draw.MUTED, ha="center", va="center", zorder=2,
            )  # fmt: skip


def _turns_of_hands(digits: NDArray[np.int64], radices: Sequence[int]) -> list[float]:
    """Return the turns of the hands: each moves on as the faster digits go round."""
    turns: list[float] = []
    turn = 0.0
    for digit, radix in zip(digits[::-1].tolist(), radices[::-1], strict=True):
        turn = (digit + turn) / radix
        turns.append(turn)
    return turns[::-1]


def _write_reading(
    axes: Axes, clock: Clock, digits: NDArray[np.int64], right: NDArray[np.bool_]
) -> None:
    """Write the digits as a digital clock shows them, each in its colour."""
    parts = clock.text(digits).split(":")
    colon = 0.6  # of the width of a digit
    total = sum(map(len, parts)) + colon * (len(parts) - 1)
    pitch = min(0.17, 2.3 / total)  # width of a digit in the units of the face
    box = axes.get_position()
    inches = box.width * draw.figure_of(axes).get_size_inches()[0]
    points = 72 * inches / 2.5  # per unit of the face
    options = {
        "fontsize": pitch * points / 0.602, "family": "monospace", "ha": "center", "va": "center"
    }  # fmt: skip
    x = -pitch * total / 2
    for k, part in enumerate(parts):
        if k:
            axes.text(x + pitch * colon / 2, -1.43, ":", color=draw.MUTED, **options)
            x += pitch * colon
        axes.text(
            x + pitch * len(part) / 2, -1.45, part, weight="bold", gid="reading",
            color=draw.INK if right[k] else _WRONG, **options,
        )  # fmt: skip
        x += pitch * len(part)
