"""Samples against time: the axis, markers that suit their number, and rows of days."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from epicycle.look import drawing as draw
from epicycle.samples.arrays import Floats
from epicycle.samples.times import UNIT_SECONDS, TimeScale

if TYPE_CHECKING:
    from matplotlib.axes import Axes


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


def clock_from(scale: TimeScale, reference: float, ends: tuple[float, float]) -> Clock:
    """Return a time axis from a reference time, for times between two ends."""
    first, span = float(ends[0]), float(ends[1] - ends[0])
    shift = 0.0
    if not scale.calendar and abs(first) > 100 * span:
        step = 10.0 ** math.ceil(math.log10(span))
        shift = math.floor(first / step) * step
    return Clock(reference, scale, shift)


def thinned(n: int, limit: int) -> NDArray[np.intp]:
    """Return at most `limit` of n positions, drawn at random but always the same ones."""
    if n <= limit:
        return np.arange(n)
    return np.sort(np.random.default_rng(0).choice(n, limit, replace=False))


def marker_size(n: int) -> float:
    """Return the size of a marker, in points, that suits `n` samples."""
    return float(np.clip(14.0 / max(n, 1) ** 0.22, 2.0, 5.0))


def opacity(n: int) -> float:
    """Return the opacity of a marker that suits `n` samples, from 0 to 1."""
    return float(np.clip(22.0 / max(n, 1) ** 0.5, 0.2, 0.85))


def draw_double_plotted(axes: Axes, values: Floats, day: float) -> Any:
    """Draw rows of a day each, every one beside the next; returns the image.

    Parameters
    ----------
    axes : Axes
    values : ndarray, shape (rows, bins)
        NaN where there is none.
    day : float
        Length of a row.
    """
    n_rows, bins = values.shape
    following = np.vstack([values[1:], np.full((1, bins), np.nan)])
    double = np.hstack([values, following])
    known = double[np.isfinite(double)]
    low, high = np.quantile(known, [0.02, 0.98])
    return axes.imshow(
        np.ma.masked_invalid(double),
        aspect="auto",
        interpolation="nearest",
        cmap="cividis",
        vmin=float(low),
        vmax=float(high),
        extent=(0.0, 2 * day, float(n_rows), 0.0),
    )
