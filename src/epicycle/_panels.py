"""Panels of folded cycles, and of data, model and residual against time."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from epicycle import _drawing as draw
from epicycle import phase
from epicycle._spectra import first_number
from epicycle._times import UNIT_SECONDS, TimeScale
from epicycle._twofloat import Floats
from epicycle.cycles import Cycle
from epicycle.model import CycleModel

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: The whole baseline is drawn as a curve up to this many turns of the fastest notable cycle, and
#: as the band between lowest and highest value beyond.
_TURNS_AS_CURVE = 150

#: A part is magnified from this many turns of the strongest cycle on; it has so many turns at
#: least, and up to so many where samples are sparse; with fewer samples it would show nothing.
_TURNS_TO_MAGNIFY = 30
_TURNS_MAGNIFIED = (6, 40)
_SAMPLES_MAGNIFIED = (10, 40)


# ---- Samples and curves --------------------------------------------------------------------


@dataclass(frozen=True)
class Series:
    """One output of a result, with its samples; those without a value are left out.

    Attributes
    ----------
    offset : ndarray, shape (n,)
        Times of the samples from the reference time.
    turn_of : callable
        Phase of the samples in a cycle, in turns in [0, 1).
    residual : ndarray, shape (n,)
        Data minus model.
    group : ndarray of int, shape (n,)
        Group of each sample, a position in `groups`.
    groups : tuple of str
        Names of the groups.
    output : int
        Position of the output.
    name : str
        What the values are called.
    """

    offset: Floats
    turn_of: Callable[[Cycle], Floats]
    residual: Floats
    group: NDArray[np.intp]
    groups: tuple[str, ...]
    output: int
    name: str

    @staticmethod
    def of(model: CycleModel, output: int) -> Series:
        """Return one output of a result, or say why there is none."""
        n_outputs = 1 if model.output_names is None else len(model.output_names)
        if not 0 <= output < n_outputs:
            raise ValueError(
                f"output={output} does not exist: the result has {n_outputs} output(s), "
                f"counted from 0."
            )
        if model.samples is None:
            raise ValueError(
                "this result holds no samples (it was read from a document, or its cycles are "
                "of events), and the picture needs samples. To fix this, draw the result that "
                "find_cycles returned for values y at times t."
            )
        t, _, group = model.samples
        predictor = model.predictor
        residual = model.residual if model.residual.ndim == 1 else model.residual[:, output]
        kept = np.flatnonzero(np.isfinite(residual))
        times = predictor.scale.parse(t).minus(predictor.reference)[kept]
        offset = times.to_float()

        def turn_of(cycle: Cycle) -> Floats:
            drift = 0.5 * (cycle.frequency_drift or 0.0) * offset**2
            turn: Floats = (phase.turns(cycle.frequency, times) + drift) % 1.0
            return turn

        names = tuple(str(name) for name in predictor.group_labels)
        codes = np.zeros(len(kept), dtype=np.intp)
        if group is not None and len(names) > 1:
            order = {name: code for code, name in enumerate(names)}
            given = np.asarray(group, dtype=object).ravel()[kept]
            codes = np.array([order[str(g)] for g in given.tolist()], dtype=np.intp)
        return Series(
            offset, turn_of, residual[kept], codes, names, output, value_name(model, output)
        )

    def looks(self) -> list[tuple[int, str, str, str]]:
        """Return number, colour, symbol and name of each group of samples."""
        if len(self.groups) == 1:
            return [(0, draw.BLUE, "o", "")]
        n, few = len(draw.GROUPS), len(self.groups) <= len(draw.GROUPS)
        return [
            (code, draw.GROUPS[code % n], draw.SYMBOLS[(code if few else code // n) % n], name)
            for code, name in enumerate(self.groups)
        ]


def value_name(model: CycleModel, output: int) -> str:
    """Return what the values of one output are called."""
    if model.output_names is not None:
        return model.output_names[output]
    if model.of_events:
        return "rate / mean"
    name = None if model.samples is None else getattr(model.samples[1], "name", None)
    return "value" if name is None else str(name)


def _waveform(cycle: Cycle, turn: Floats, output: int) -> Floats:
    """Return the waveform of a cycle at phases counted from the reference time."""
    result = np.zeros(np.shape(turn))
    for harmonic in cycle.harmonics:
        amplitude = first_number(harmonic.amplitude, output)
        shift = first_number(harmonic.phase, output)
        result += amplitude * np.cos(2 * np.pi * (harmonic.order * turn - shift))
    return result


def _one_turn(cycle: Cycle, output: int) -> tuple[Floats, Floats]:
    highest = max((h.order for h in cycle.harmonics), default=1)
    turn = np.linspace(0.0, 1.0, 100 * highest + 1)
    return turn, _waveform(cycle, turn, output)


def _curve(model: CycleModel, offset: Floats, output: int) -> Floats:
    """Return the model, with the mean offset of all groups, at times from the reference."""
    predictor = model.predictor
    first, last = _span(model)
    # counted from the reference, plain numbers are exact enough for any calendar
    scale = TimeScale(predictor.scale.unit, calendar=False)
    relative = replace(predictor, scale=scale, reference=0.0, first=first, last=last)
    values: Floats = relative(offset, None)[:, output]
    return values


def _span(model: CycleModel) -> tuple[float, float]:
    """Return first and last time, from the reference."""
    predictor = model.predictor
    return predictor.first - predictor.reference, predictor.last - predictor.reference


def _some(n: int, limit: int) -> NDArray[np.intp]:
    """Return at most `limit` of n positions, drawn at random but always the same ones."""
    if n <= limit:
        return np.arange(n)
    return np.sort(np.random.default_rng(0).choice(n, limit, replace=False))


def _marker_size(n: int) -> float:
    return float(np.clip(14.0 / max(n, 1) ** 0.22, 2.0, 5.0))


def _alpha(n: int) -> float:
    return float(np.clip(22.0 / max(n, 1) ** 0.5, 0.2, 0.85))


# ---- Folds ---------------------------------------------------------------------------------


def draw_fold(
    axes: Axes, cycle: Cycle, series: Series, turns: int, bins: int | None, max_points: int
) -> None:
    """Draw the samples, freed of all but one cycle, against its phase."""
    turn = series.turn_of(cycle)
    values = series.residual + _waveform(cycle, turn, series.output)
    shown = _some(len(turn), max_points)
    for code, colour, symbol, _ in series.looks():
        of_group = shown[series.group[shown] == code]
        axes.plot(
            np.concatenate([turn[of_group] + k for k in range(turns)]),
            np.tile(values[of_group], turns),
            linestyle="none",
            marker=symbol,
            markersize=_marker_size(len(shown)),
            markeredgewidth=0,
            color=colour,
            alpha=_alpha(len(shown)),
            rasterized=True,
            gid="samples",
        )
    wave = _one_turn(cycle, series.output)[1]
    # means add something where scatter hides the waveform, and only where there are enough
    scattered = float(series.residual.std()) > 0.03 * float(np.ptp(wave))
    if bins is None:
        bins = min(max(len(turn) // 16, 8), 40) if scattered and len(turn) >= 32 else 0
    if bins > 0:
        _draw_bin_means(axes, turn, values, turns, bins)
    draw.limit_values(axes, values, wave)


def _draw_bin_means(axes: Axes, turn: Floats, values: Floats, turns: int, bins: int) -> None:
    number = np.minimum((turn * bins).astype(int), bins - 1)
    count = np.bincount(number, minlength=bins)
    mean = np.bincount(number, values, bins) / np.maximum(count, 1)
    # deviations from the mean first: squares of large values would lose the scatter
    squares = np.bincount(number, (values - mean[number]) ** 2, bins)
    error = np.sqrt(squares / np.maximum(count - 1, 1) / np.maximum(count, 1))
    used = np.flatnonzero(count >= 2)
    drawn = axes.errorbar(
        np.concatenate([(used + 0.5) / bins + k for k in range(turns)]),
        np.tile(mean[used], turns),
        np.tile(error[used], turns),
        linestyle="none",
        marker="o",
        markersize=4.0,
        color=draw.INK,
        markerfacecolor="white",
        markeredgecolor=draw.INK,
        markeredgewidth=0.9,
        ecolor=draw.INK,
        elinewidth=0.9,
        capsize=0,
        zorder=3,
    )
    drawn.lines[0].set_gid("bin-means")


def draw_waveform(axes: Axes, cycle: Cycle, output: int, turns: int) -> None:
    """Draw the waveform of a cycle."""
    turn, wave = _one_turn(cycle, output)
    axes.plot(
        np.concatenate([turn + k for k in range(turns)]),
        np.tile(wave, turns),
        color=draw.VERMILLION,
        linewidth=1.4,
        zorder=4,
        gid="waveform",
    )
    axes.set_xlim(0, turns)
    axes.set_xticks(np.arange(2 * turns + 1) / 2)


def label_fold(axes: Axes, model: CycleModel, cycle: Cycle, output: int, value_label: str) -> None:
    """Write period and amplitude, with their errors, above a fold, and label its axes."""
    draw.style(axes)
    period = draw.quote(cycle.period, first_number(cycle.period_error))
    amplitude = draw.quote(
        first_number(cycle.amplitude, output), first_number(cycle.amplitude_error, output)
    )
    unit = f" {model.unit}" if model.unit else ""
    title = f"period {period}{unit}\namplitude {amplitude}"
    axes.set_title(title, fontsize=draw.NORMAL, color=draw.INK, loc="left", linespacing=1.35)
    draw.label(axes.xaxis, "phase from the reference time (turns)")
    draw.label(axes.yaxis, value_label)


def draw_folds(
    figure: Figure,
    place: Any,
    model: CycleModel,
    series: Series | None,
    value_label: str,
    max_points: int,
) -> None:
    """Draw the four strongest cycles side by side; one that is alone with its harmonics."""
    shown = model.cycles[:4]
    alone = len(shown) == 1 and len(shown[0].harmonics) > 1
    widths = [2.0, 1.0] if alone else [1.0] * len(shown)
    grid = place.subgridspec(1, len(widths), width_ratios=widths)
    for column, cycle in enumerate(shown):
        axes = figure.add_subplot(grid[column])
        if series is not None:
            draw_fold(axes, cycle, series, 2, None, max_points)
        draw_waveform(axes, cycle, 0, 2)
        label_fold(axes, model, cycle, 0, value_label if column == 0 else "")
        draw.label(axes.xaxis, "phase (turns)")
    if alone:
        _draw_harmonics(figure.add_subplot(grid[1]), shown[0], value_label)


def _draw_harmonics(axes: Axes, cycle: Cycle, value_label: str) -> None:
    """Draw the amplitudes of the harmonics of a cycle that is alone."""
    draw.style(axes)
    orders = [h.order for h in cycle.harmonics]
    amplitudes = [first_number(h.amplitude) for h in cycle.harmonics]
    errors = [first_number(h.amplitude_error) for h in cycle.harmonics]
    axes.bar(orders, amplitudes, width=0.4, color=draw.SKY, linewidth=0)
    axes.errorbar(orders, amplitudes, errors, linestyle="none", ecolor=draw.INK, elinewidth=1.0)
    axes.set_xlim(0.25, max(orders) + 0.75)
    axes.set_xticks(range(1, max(orders) + 1))
    axes.set_title("its harmonics", fontsize=draw.NORMAL, color=draw.INK, loc="left")
    draw.label(axes.xaxis, "order")
    draw.label(axes.yaxis, f"amplitude of {value_label}")


# ---- Time ----------------------------------------------------------------------------------


def magnified_part(model: CycleModel, series: Series) -> tuple[float, float] | None:
    """Return the part of the baseline worth magnifying, where samples are densest, if any."""
    if not model.cycles:
        return None
    first, last = _span(model)
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
    model: CycleModel,
    series: Series,
    part: tuple[float, float] | None,
    max_points: int,
    value_label: str,
) -> None:
    """Draw data and model over the whole baseline, or over a part of it."""
    draw.style(axes)
    first, last = part or _span(model)
    inside = np.arange(len(series.offset))
    if part is not None:
        inside = np.flatnonzero((series.offset >= first) & (series.offset <= last))
    values = series.residual[inside] + _curve(model, series.offset[inside], series.output)
    clock = Clock.of(model)
    _draw_points(axes, clock, series, inside, values, max_points, "samples")
    curve = _draw_model(axes, model, clock, series.output, first, last)
    draw.limit_values(axes, values, curve)
    clock.set_up(axes, first, last)
    draw.label(axes.yaxis, value_label)


def draw_residual(axes: Axes, model: CycleModel, series: Series, max_points: int) -> Artist:
    """Draw the residual over the whole baseline; returns a note that needs room."""
    draw.style(axes)
    clock = Clock.of(model)
    axes.axhline(0.0, color=draw.INK, linewidth=0.8, zorder=3)
    everything = np.arange(len(series.residual))
    _draw_points(axes, clock, series, everything, series.residual, max_points, "residual")
    draw.limit_values(axes, series.residual)
    clock.set_up(axes, *_span(model))
    draw.label(axes.yaxis, "residual")
    spread = first_number(model.residual_std, series.output)
    return draw.note(axes, f"standard deviation {spread:.4g}")


def _draw_points(
    axes: Axes,
    clock: Clock,
    series: Series,
    inside: NDArray[np.intp],
    values: Floats,
    max_points: int,
    gid: str,
) -> None:
    shown = _some(len(inside), max_points)
    group = series.group[inside]
    for code, colour, symbol, name in series.looks():
        of_group = shown[group[shown] == code]
        n, total = len(of_group), int((group == code).sum())
        count = f"{n:,} samples" if n == total else f"{n:,} of {total:,} samples"
        axes.plot(
            clock.places(series.offset[inside[of_group]]),
            values[of_group],
            linestyle="none",
            marker=symbol,
            markersize=_marker_size(len(shown)),
            markeredgewidth=0,
            color=colour,
            alpha=_alpha(len(shown)),
            rasterized=True,
            label=draw.plain(f"{name}: {count}" if name else count),
            gid=gid,
        )


def _draw_model(
    axes: Axes, model: CycleModel, clock: Clock, output: int, first: float, last: float
) -> Floats:
    """Draw the model as a curve, or as a band where a curve would fill the picture.

    Returns its values.
    """
    turns = (last - first) * _fastest(model, output)
    look: dict[str, Any] = {"color": draw.VERMILLION, "gid": "model"}
    if turns <= _TURNS_AS_CURVE:
        offset = np.linspace(first, last, int(max(800, 40 * turns)))
        values = _curve(model, offset, output)
        axes.plot(clock.places(offset), values, linewidth=1.3, zorder=3, label="model", **look)
        return values
    columns, each = 400, 40
    width = (last - first) / columns
    # random places in each column, so that no cycle keeps step with the evaluation
    places = np.arange(columns)[:, np.newaxis] + np.random.default_rng(0).random((columns, each))
    values = _curve(model, first + width * places.ravel(), output).reshape(columns, each)
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


def _fastest(model: CycleModel, output: int) -> float:
    """Return the highest frequency of the lines that the eye would notice."""
    lines = [(line.frequency, first_number(line.amplitude, output)) for line in model.lines]
    strongest = max((amplitude for _, amplitude in lines), default=0.0)
    return max((f for f, amplitude in lines if amplitude >= 0.1 * strongest), default=0.0)


def draw_curve_only(axes: Axes, model: CycleModel, value_label: str) -> None:
    """Draw the model over its span, or a part of it, where there are no samples."""
    draw.style(axes)
    first, last = _span(model)
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
    def of(model: CycleModel) -> Clock:
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
            return "time" if self.scale.timezone is None else f"time ({self.scale.timezone})"
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

        zone = self.scale.timezone
        locator = AutoDateLocator(tz=zone, maxticks=8)  # type: ignore[no-untyped-call]
        axes.xaxis.set_major_locator(locator)
        axes.xaxis.set_major_formatter(
            ConciseDateFormatter(locator, tz=zone)  # type: ignore[no-untyped-call]
        )
        axes.xaxis.get_offset_text().set(color=draw.MUTED, fontsize=draw.SMALL)
