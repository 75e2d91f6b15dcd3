"""Pictures that only a report has: components, forecast and residual.

Like :mod:`epicycle.views.plots`, from results only; what a picture shows is decided before it is
drawn, so that a report can say it in words as well.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from epicycle.evidence.envelope import Envelope
from epicycle.look import drawing as draw
from epicycle.results.cycles import Cycle
from epicycle.results.result import Result
from epicycle.samples.arrays import Floats
from epicycle.samples.times import TimeScale
from epicycle.views.series import Series, linear_curve, model_curve, time_span, waveform_at
from epicycle.views.spectra import first_number
from epicycle.views.timeline import clock_of, magnified_part

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Cycles that get a panel of their own, and turns that an eye can follow in one.
COMPONENTS = 4

_TURNS_AS_CURVE = 150.0

#: A forecast reaches 6 turns of the strongest cycle, but at most a quarter of the baseline; the
#: last 10 turns of the data are shown before it.
_TURNS_AHEAD, _SHARE_AHEAD, _TURNS_BEFORE = 6.0, 0.25, 10.0

#: Probabilities of the intervals of a forecast.
LEVELS = (0.95, 0.8)

#: Neighbours with which a residual is compared.
_LAGS = 24


# ---- Components ----------------------------------------------------------------------------

#: What parts of a model are of, where they do not add up in the values.
_SCALES = {"log": "logarithm of ", "logit": "log odds of ", "count": "logarithm of mean "}


def components(
    model: Result, series: Series, value_label: str, size: tuple[float, float]
) -> Figure:
    """Draw trend with slow variation, and the strongest cycles, one below the other."""
    cycles = model.cycles[:COMPONENTS]
    figure = draw.new_figure((size[0], size[1] * (1 + len(cycles)) / 3))
    grid = figure.add_gridspec(1 + len(cycles), 1)
    clock = clock_of(model)
    whole = time_span(model)
    offset = np.linspace(*whole, 4000)
    rest = linear_curve(model, offset, series.output)
    for cycle in model.cycles:
        rest = rest - _waveform(model, cycle, offset, series.output)
    top = figure.add_subplot(grid[0])
    draw.style(top)
    top.plot(clock.places(offset), rest, color=draw.INK, linewidth=1.3, gid="slow")
    draw.limit_values(top, rest)
    clock.set_up(top, *whole)
    # one label for all: the panels are too low for it
    scale = _SCALES.get(model.response, "")
    figure.supylabel(draw.wrapped(scale + value_label), fontsize=draw.NORMAL, color=draw.INK)
    draw.add_headroom(top, 0.2)
    draw.note(top, "trend and slow variation, over the whole time")
    part = magnified_part(model, series) or whole
    highest = max((first_number(c.amplitude, series.output) for c in cycles), default=1.0)
    varies = any(model.predictor.envelope_of(cycle) is not None for cycle in cycles)
    for k, cycle in enumerate(cycles):
        axes = figure.add_subplot(grid[1 + k])
        draw.style(axes)
        envelope = model.predictor.envelope_of(cycle)
        shown = part if envelope is None else whole
        offset = np.linspace(*shown, 4000)
        values = _waveform(model, cycle, offset, series.output)
        if envelope is not None:
            _draw_envelope(axes, clock.places(offset), envelope, offset, cycle, series.output)
        if envelope is None or (shown[1] - shown[0]) * cycle.frequency < _TURNS_AS_CURVE:
            places = clock.places(offset)
            axes.plot(places, values, color=draw.VERMILLION, linewidth=1.3, gid="cycle")
        reach = 1.25 * max(highest, float(np.abs(values).max()))
        axes.set_ylim(-reach, 1.35 * reach)
        clock.set_up(axes, *shown)
        if k < len(cycles) - 1 and not varies:
            draw.label(axes.xaxis, "")
            axes.tick_params(axis="x", labelbottom=False)
            axes.xaxis.get_offset_text().set_visible(False)
        unit = f" {model.unit}" if model.unit else ""
        more = "" if envelope is None else ", amplitude varies"
        draw.note(
            axes, f"cycle {k + 1}: {draw.quote(cycle.period, cycle.period_error)}{unit}{more}"
        )
    return figure


def _draw_envelope(
    axes: Axes, places: Floats, envelope: Envelope, offset: Floats, cycle: Cycle, output: int
) -> None:
    """Draw an amplitude that varies to either side of zero, with its error."""
    amplitude = first_number(cycle.amplitude, output)
    size, error = amplitude * envelope.at(offset), amplitude * np.sqrt(envelope.variance(offset))
    for sign in (1.0, -1.0):
        low, high = sign * (size - error), sign * (size + error)
        axes.fill_between(places, low, high, color=draw.INK, alpha=0.2, linewidth=0)
        axes.plot(places, sign * size, color=draw.INK, linewidth=1.0, gid="envelope")


def _waveform(model: Result, cycle: Cycle, offset: Floats, output: int) -> Floats:
    turn = cycle.frequency * offset + 0.5 * (cycle.frequency_drift or 0.0) * offset**2
    envelope = model.predictor.envelope_of(cycle)
    factor = 1.0 if envelope is None else envelope.at(offset)
    return factor * waveform_at(cycle, turn, output)


# ---- Forecast ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Forecast:
    """Where a forecast begins and ends, from the reference time, and what is shown before it."""

    shown_from: float
    begin: float
    end: float


def plan_forecast(model: Result) -> Forecast | None:
    """Return what to forecast; None where there is no cycle, or no error is known."""
    if not model.cycles or model.predictor.errors is None:
        return None
    first, last = time_span(model)
    period = model.cycles[0].period
    ahead = min(_TURNS_AHEAD * period, _SHARE_AHEAD * (last - first))
    return Forecast(max(first, last - _TURNS_BEFORE * period), last, last + ahead)


def forecast(
    model: Result,
    series: Series,
    value_label: str,
    plan: Forecast,
    size: tuple[float, float],
) -> Figure:
    """Draw the end of the data, and the model beyond it with its intervals."""
    figure = draw.new_figure(size)
    axes = figure.add_subplot()
    draw.style(axes)
    clock = clock_of(model)
    near = series.offset >= plan.shown_from
    values = series.values(model)[near]
    axes.plot(
        clock.places(series.offset[near]),
        values,
        linestyle="none",
        marker="o",
        markersize=3,
        markeredgewidth=0,
        color=draw.BLUE,
        alpha=0.6,
        label="samples",
        gid="samples",
    )
    fastest = max((h.order for c in model.cycles for h in c.harmonics), default=1)
    turns = (plan.end - plan.shown_from) * model.cycles[0].frequency * fastest
    offset = np.linspace(plan.shown_from, plan.end, int(np.clip(40 * turns, 800, 8000)))
    ahead = offset >= plan.begin
    plain = _in_plain_numbers(model)
    for level, opacity in zip(LEVELS, (0.18, 0.3), strict=True):
        low, high = (
            limit.reshape(len(limit), -1)[:, series.output]
            for limit in plain.predict_interval(offset[ahead], level)
        )
        axes.fill_between(
            clock.places(offset[ahead]),
            low,
            high,
            color=draw.VERMILLION,
            alpha=opacity,
            linewidth=0,
            label=f"{100 * level:.0f} %",
            gid="interval",
        )
    curve = model_curve(model, offset, series.output)
    predicted = plain.predict(offset[ahead])
    curve[ahead] = predicted.reshape(len(predicted), -1)[:, series.output]
    axes.plot(
        clock.places(offset),
        curve,
        color=draw.VERMILLION,
        linewidth=1.3,
        label="model",
        gid="model",
    )
    axes.axvline(float(clock.places(np.array([plan.begin]))[0]), color=draw.MUTED, linestyle=":")
    clock.set_up(axes, plan.shown_from, plan.end)
    draw.label(axes.yaxis, value_label)
    note = draw.legend(axes)
    draw.settle(figure, [(axes, note)])
    return figure


def _in_plain_numbers(model: Result) -> Result:
    """Return the model with times counted from the reference, whatever they are to the user."""
    first, last = time_span(model)
    scale = TimeScale(model.unit, calendar=False)
    predictor = replace(model.predictor, scale=scale, reference=0.0, first=first, last=last)
    responding = model.responding.at_reference(scale, first, last)
    return replace(model, predictor=predictor, responding=responding)


# ---- Residual ------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Diagnosis:
    """How far a residual is from independent normal noise.

    Attributes
    ----------
    normal, sorted : ndarray, shape (m,)
        Quantiles that a normal distribution would have, and those of the residual, in units of
        its standard deviation; of many samples some.
    correlation : ndarray, shape (k,)
        Correlation of each sample with the next, the second next, and so on in time.
    limit : float
        Correlation that independent noise exceeds with 5 % probability.
    beyond : int
        Samples more than four standard deviations from the model.
    """

    normal: Floats
    sorted: Floats
    correlation: Floats
    limit: float
    beyond: int


def diagnose(series: Series) -> Diagnosis | None:
    """Return the diagnosis of a residual; None where it is too short or exactly zero."""
    residual = series.residual[np.argsort(series.offset, kind="stable")]
    n = len(residual)
    spread = float(residual.std())
    if n < 10 or not spread > 0:
        return None
    scaled = (residual - residual.mean()) / spread
    share = (np.arange(n) + 0.5) / n
    shown = np.unique(np.linspace(0, n - 1, min(n, 1000)).astype(int))
    # the tails are what matters: all of them
    shown = np.unique(np.concatenate([shown, np.arange(min(50, n)), np.arange(n)[-50:]]))
    lags = range(1, min(_LAGS, n // 4) + 1)
    correlation = np.array([float((scaled[:-k] * scaled[k:]).mean()) for k in lags])
    return Diagnosis(
        special.ndtri(share)[shown],
        np.sort(scaled)[shown],
        correlation,
        1.96 / np.sqrt(n),
        int(np.count_nonzero(np.abs(scaled) > 4.0)),
    )


def residual(found: Diagnosis, size: tuple[float, float]) -> Figure:
    """Draw quantiles against those of a normal distribution, and correlations in time."""
    figure = draw.new_figure(size)
    narrow = size[0] < 6.0
    grid = figure.add_gridspec(2 if narrow else 1, 1 if narrow else 2)
    axes = figure.add_subplot(grid[0])
    draw.style(axes)
    ends = [float(found.normal[0]), float(found.normal[-1])]
    axes.plot(ends, ends, color=draw.INK, linewidth=1.0)
    axes.plot(
        found.normal,
        found.sorted,
        linestyle="none",
        marker="o",
        markersize=3,
        markeredgewidth=0,
        color=draw.BLUE,
        gid="quantiles",
    )
    draw.label(axes.xaxis, "normal quantile")
    draw.label(axes.yaxis, "residual, in standard deviations")
    axes = figure.add_subplot(grid[1])
    draw.style(axes)
    lags = np.arange(1, len(found.correlation) + 1)
    axes.axhspan(-found.limit, found.limit, color=draw.FAINT, linewidth=0)
    axes.axhline(0.0, color=draw.INK, linewidth=0.8)
    axes.vlines(lags, 0.0, found.correlation, color=draw.BLUE, linewidth=2.0, gid="correlation")
    reach = 1.2 * max(float(np.abs(found.correlation).max()), 2 * found.limit)
    axes.set_ylim(-reach, reach)
    draw.label(axes.xaxis, "samples apart")
    draw.label(axes.yaxis, "correlation")
    return figure
