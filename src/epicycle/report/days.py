"""Rhythms near a day, day by day: the actogram of a report, of values or of events."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from epicycle.look import drawing as draw
from epicycle.look.time_axis import draw_double_plotted
from epicycle.results.cycles import Cycle
from epicycle.results.result import Result
from epicycle.samples.arrays import Floats
from epicycle.samples.times import UNIT_SECONDS
from epicycle.views.series import Series
from epicycle.views.spectra import first_number

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from epicycle.behaviour.result import Actigraphy, Edges

#: Periods near a day, in hours; days that an actogram needs and has at most; samples per day that
#: it needs, and bins per day that it may have.
NEAR_A_DAY = (20.0, 28.0)

_DAYS = (4, 400)

_SAMPLES_A_DAY = 6.0

_EVENTS_A_BIN = 2.0

_BINS_A_DAY = (6, 8, 12, 24, 48, 96)


@dataclass(frozen=True, eq=False)
class Actogram:
    """Values by day and time of day.

    Attributes
    ----------
    cycle : Cycle
        The rhythm near a day.
    number : int
        Its position among the cycles.
    values : ndarray, shape (days, bins)
        Mean value in each bin, NaN where there is no sample; of events, their rate in units of
        its mean, NaN before the first and after the last.
    maximum : ndarray, shape (m, 2)
        Day and hour of each maximum of the rhythm.
    local : bool
        Whether hours are those of a calendar, not counted from the zero of plain numbers.
    onsets, offsets : ndarray, shape (k, 2)
        Day and hour of each onset and offset of activity, where these were found.
    """

    cycle: Cycle
    number: int
    values: Floats
    maximum: Floats
    local: bool
    onsets: Floats
    offsets: Floats


def plan_actogram(
    model: Result, series: Series | None, activity: Actigraphy | None = None
) -> Actogram | None:
    """Return an actogram where a cycle is near a day and samples, or events, are dense enough.

    `series` is None for events; `activity` has the onsets and offsets to show, if any.
    """
    scale = model.predictor.scale
    if scale.unit not in UNIT_SECONDS:
        return None
    hour = float(UNIT_SECONDS[scale.unit]) / 3600.0
    low, high = NEAR_A_DAY
    near = [k for k, c in enumerate(model.cycles) if low <= c.period * hour <= high]
    days = model.baseline * hour / 24.0
    per_bin = 1.0 if series is not None else _EVENTS_A_BIN
    if not near or days < _DAYS[0] or model.n_samples < _SAMPLES_A_DAY * per_bin * days:
        return None
    if series is not None:
        offset, values = series.offset, series.values(model)
    elif model.events is not None:
        offset, values = model.events.times.to_float(), model.events.weights
    else:
        return None
    cycle = model.cycles[near[0]]
    # hours from the first midnight of the zone's standard offset at the reference time
    shift = 0.0
    if scale.calendar and scale.timezone is not None and scale.clock == "elapsed":
        away = scale.to_user(model.predictor.reference).utcoffset()
        shift = away.total_seconds() / 3600.0
    reference = model.predictor.reference * hour + shift
    hours = offset * hour + reference
    midnight = 24.0 * np.floor(hours.min() / 24.0)
    hours -= midnight
    n_days = min(int(hours.max() // 24) + 1, _DAYS[1])
    # a margin: n samples have n - 1 gaps
    bins = max(n for n in _BINS_A_DAY if n <= 1.05 * model.n_samples / (per_bin * days))
    cell = np.floor(hours / 24.0 * bins).astype(int)
    inside = cell < n_days * bins
    count = np.bincount(cell[inside], minlength=n_days * bins)
    total = np.bincount(cell[inside], values[inside], minlength=n_days * bins)
    if series is not None:
        shown = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    else:
        # no event is an observation, too, from the first one to the last
        seen = slice(int(cell.min()), int(cell[inside].max()) + 1)
        shown = np.full(n_days * bins, np.nan)
        shown[seen] = total[seen] / total[seen].mean()
    return Actogram(
        cycle,
        near[0],
        shown.reshape(n_days, bins),
        _maxima(cycle, reference - midnight, hour, n_days),
        scale.calendar,
        *(
            _edges(model, edges, reference - midnight, hour)
            for edges in ((None, None) if activity is None else (activity.onsets, activity.offsets))
        ),
    )


def _edges(model: Result, edges: Edges | None, reference: float, hour: float) -> Floats:
    """Return day and hour of onsets; `reference` is in hours from the first midnight."""
    if edges is None:
        return np.empty((0, 2))
    offset = model.predictor.scale.parse(list(edges.times)).minus(model.predictor.reference)
    hours = reference + offset.to_float() * hour
    return np.stack([np.floor(hours / 24.0), hours % 24.0], axis=1)


def _maxima(cycle: Cycle, reference: float, hour: float, n_days: int) -> Floats:
    """Return day and hour of each maximum; `reference` is in hours from the first midnight."""
    period = cycle.period * hour
    first = reference + first_number(cycle.phase) * period
    turns = np.arange(np.ceil(-first / period), np.floor((24.0 * n_days - first) / period) + 1)
    hours = first + turns * period
    return np.stack([np.floor(hours / 24.0), hours % 24.0], axis=1)


def _draw_marks(axes: Axes, places: Floats, name: str, colour: str, marker: str) -> None:
    """Draw marks in both places of a double plot."""
    days, hours = places.T
    marks: Any = {"linestyle": "none", "marker": marker, "markersize": 2.5, "markeredgewidth": 0}
    if marker != "o":
        marks.update(markersize=5.0, markeredgewidth=0.6, markeredgecolor=draw.INK)
    axes.plot(hours, days + 0.5, color=colour, gid=name, **marks)
    axes.plot(hours + 24.0, days - 0.5, color=colour, gid=name, **marks)


def actogram(found: Actogram, value_label: str, size: tuple[float, float]) -> Figure:
    """Draw an actogram, each day beside the next one."""
    n_days = len(found.values)
    figure = draw.new_figure((size[0], float(np.clip(0.09 * n_days + 1.2, 3.0, 9.0))))
    axes = figure.add_subplot()
    draw.style(axes)
    image = draw_double_plotted(axes, found.values, 24.0)
    _draw_marks(axes, found.maximum, "maximum", draw.VERMILLION, "o")
    _draw_marks(axes, found.onsets, "onset", "white", ">")
    _draw_marks(axes, found.offsets, "offset", "white", "<")
    axes.set(xlim=(0, 48), ylim=(n_days, 0), xticks=range(0, 49, 6))
    axes.set_xticklabels([str(h % 24) for h in range(0, 49, 6)])
    draw.label(axes.xaxis, "hour of the day" if found.local else "hour of the day, from time 0")
    draw.label(axes.yaxis, "day")
    bar = figure.colorbar(image, ax=axes, pad=0.02, aspect=30)
    bar.ax.tick_params(labelsize=draw.SMALL, colors=draw.MUTED)
    bar.outline.set_visible(False)
    draw.label(bar.ax.yaxis, value_label)
    return figure
