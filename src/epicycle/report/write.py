"""A result as one page of HTML that needs nothing else: words, tables and pictures."""

from __future__ import annotations

import base64
import datetime as dt
import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from epicycle._version import __version__
from epicycle.files.writing import write_text
from epicycle.report import figures, regularity, rhythms, words
from epicycle.report import page as html
from epicycle.report.days import actogram, plan_actogram
from epicycle.results.result import Result
from epicycle.views import plots, tables
from epicycle.views.asked import where_imitated
from epicycle.views.folds import event_fold
from epicycle.views.series import Series, value_name

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Widths in inches of pictures for wide and narrow screens, and their resolution.
_WIDE, _NARROW, _DPI = 9.0, 4.4, 150

#: Height in inches that a further group adds to the legend of a narrow picture.
_LEGEND_LINE = 0.15

#: Cycles that are folded.
_FOLDS = 6

#: A picture of some size in inches.
_Drawn = Callable[[tuple[float, float]], "Figure"]


def write_report(
    model: Result,
    path: str | Path,
    *,
    title: str | None = None,
    value_label: str | None = None,
    facts: Sequence[tuple[str, str]] = (),
) -> None:
    """Write a result as one page of HTML; what stands at `path` is always whole.

    Parameters
    ----------
    model : Result
        A result of :func:`epicycle.find_cycles`.  Of several outputs, pictures show the first.
    path : str or Path
        The file.
    title : str, optional
        Title of the page, such as the name of the data.
    value_label : str, optional
        What the values are called, with their unit.
    facts : sequence of (str, str)
        Names and values of what else is to be told of the data's origin.

    Raises
    ------
    ImportError
        If matplotlib is not installed.
    OutputError
        If the file cannot be written.
    """
    text = build_report(model, title=title, value_label=value_label, facts=facts)
    write_text(text, Path(path), "the report")


def build_report(
    model: Result,
    *,
    title: str | None = None,
    value_label: str | None = None,
    facts: Sequence[tuple[str, str]] = (),
) -> str:
    """Return the page of :func:`write_report`."""
    has_samples = model.samples is not None and not model.of_events
    series = Series.of(model, 0) if has_samples else None
    label = value_name(model, 0) if value_label is None else value_label
    sections = [
        _cycles(model),
        _spectrum(model),
        _folds(model, series, label),
        _changing(model, series, label),
        _fit(model, series, label),
        _components(model, series, label),
        _forecast(model, series, label),
        _residual(series),
        *_days(model, series, label),
        html.Section("notes", "What else there is to know", html.bullets(words.notes(model))),
        _origin(model, facts),
    ]
    made = dt.datetime.now(dt.UTC).strftime("%Y-%m-%d %H:%M UTC")
    about = f"Report of epicycle {__version__}, made {made}"
    present = [section for section in sections if section is not None]
    return html.page(title or "Cycles", about, words.summary(model, series, label), present)


def _drawn(draw: _Drawn, heights: tuple[float, float | None], alt: str, caption: str) -> str:
    """Return a picture that is drawn wide and, where a second height is given, narrow."""
    wide, narrow = heights
    address, size = _address(draw((_WIDE if narrow else _NARROW, wide)))
    small = None if narrow is None else _address(draw((_NARROW, narrow)))
    return html.picture(html.Picture(address, size, small, alt, caption))


def _address(figure: Figure) -> tuple[str, tuple[int, int]]:
    """Return a figure as a data address, and its size in pixels of a page."""
    buffer = io.BytesIO()
    figure.set_dpi(_DPI)
    # (savefig draws twice, the first time for the edges of what is drawn, which stay as they are)
    canvas: Any = figure.canvas
    canvas.print_png(buffer)
    width, height = figure.get_size_inches()
    data = base64.b64encode(buffer.getvalue()).decode("ascii")
    return f"data:image/png;base64,{data}", (round(100 * width), round(100 * height))


def _cycles(model: Result) -> html.Section | None:
    if not model.cycles:
        return None
    columns = tables.columns_of(model)
    rows = zip(*(column.cells for column in columns), strict=True)
    per_cycle = len(columns[0].cells) // len(model.cycles)
    numbered = [
        (str(k // per_cycle + 1) if k % per_cycle == 0 else "", *row) for k, row in enumerate(rows)
    ]
    headings = ["cycle", *(column.heading.replace("\n", " ") for column in columns)]
    caption = (
        "Strongest first.  Digits in brackets are the error of the last digits; phase is that of "
        "the maximum, in turns from the reference time; false alarm is the probability that noise "
        f"imitates the cycle {where_imitated(model.asked)}."
    )
    text = [True, *(not column.numeric for column in columns)]
    return html.Section("cycles", "Cycles", html.table(caption, headings, numbered, text))


def _spectrum(model: Result) -> html.Section | None:
    if not len(model.spectrum.frequency):
        return None
    shown = _drawn(
        lambda size: plots.plot_spectrum(model, figsize=size, labels=8 if size[0] > 6 else 3),
        (6.0, 5.6),
        words.of_spectrum(model),
        "Power is the share of the variance that a sinusoid explains.  Noise alone exceeds the "
        "dashed line, anywhere in the band, with the false-alarm probability asked for.  The "
        "window shows where the sampling alone repeats a line.",
    )
    return html.Section("spectrum", "Spectrum", shown)


def _folds(model: Result, series: Series | None, label: str) -> html.Section | None:
    events = model.events
    if not model.cycles or (series is None and events is None):
        return None

    def fold(k: int) -> _Drawn:
        if events is not None:
            return lambda size: event_fold(model, events, k, label, size)
        return lambda size: plots.plot_fold(model, k, value_label=label, figsize=size)

    alt = words.of_fold if events is None else words.of_event_fold
    shown = [
        _drawn(fold(k), (3.3, None), alt(model, k), "")
        for k in range(min(_FOLDS, len(model.cycles)))
    ]
    body = html.paragraph(
        "The values over the phase of one cycle, everything else in the model removed."
        if events is None
        else "The rate of events over the phase of one cycle, in units of its mean, with errors of "
        "counting."
    )
    return html.Section(
        "folds", "Folded at each period", f'{body}<div class="folds">{"".join(shown)}</div>'
    )


def _changing(model: Result, series: Series | None, label: str) -> html.Section | None:
    followed = rhythms.follow(model, series)
    if not followed:
        return None
    parts = []
    for one in followed:
        told = rhythms.sentences(one)
        alt = f"Rhythm of {words.period(one.cycle, model.unit)}. {' '.join(told)}"
        shown = _drawn(
            lambda size, one=one: rhythms.picture(one, label, size),  # type: ignore[misc]
            (7.0, 3.2),
            alt,
            "The power over time and period, the turns beyond a steady clock (up is ahead) and "
            "the amplitude, with bands of 95 %.",
        )
        parts.append(html.bullets(told) + shown)
    return html.Section("changing", "Rhythms that change", "".join(parts))


def _fit(model: Result, series: Series | None, label: str) -> html.Section | None:
    if series is None:
        return None
    shown = _drawn(
        lambda size: plots.plot_fit(model, value_label=label, figsize=size, max_points=5000),
        (6.5, 6.5 + _LEGEND_LINE * min(max(len(series.groups) - 6, 0), 15)),
        words.of_fit(model, series),
        words.as_drawn(model, series),
    )
    return html.Section("fit", "Data and model", shown)


def _components(model: Result, series: Series | None, label: str) -> html.Section | None:
    if series is None or not model.cycles:
        return None
    further = (
        "; one whose amplitude varies over the whole time" if model.predictor.envelopes else ""
    )
    shown = _drawn(
        lambda size: figures.components(model, series, label, size),
        (4.2, 4.2),
        words.of_components(model, figures.COMPONENTS),
        f"Cycles share one scale, and are shown where samples are densest{further}.",
    )
    return html.Section("components", "Components", shown)


def _forecast(model: Result, series: Series | None, label: str) -> html.Section | None:
    plan = figures.plan_forecast(model)
    if series is None or plan is None:
        return None
    alt = words.of_forecast(model, plan)
    varying = "  An amplitude that varies returns to its mean." if model.predictor.envelopes else ""
    shown = _drawn(
        lambda size: figures.forecast(model, series, label, plan, size),
        (4.0, 3.6),
        alt,
        f"{alt}  They hold as long as cycles and trend go on as they did; slow variation is not "
        f"continued.{varying}",
    )
    return html.Section("forecast", "Forecast", shown)


def _residual(series: Series | None) -> html.Section | None:
    found = None if series is None else figures.diagnose(series)
    if found is None:
        return None
    verdict = words.of_residual(found)
    shown = _drawn(
        lambda size: figures.residual(found, size),
        (3.6, 6.0),
        f"Quantiles of the residual against those of a normal distribution, and its correlation "
        f"in time. {verdict}",
        "Independent normal noise lies on the line, and within the grey band 19 times of 20.",
    )
    return html.Section("residual", "What is left", html.paragraph(verdict) + shown)


def _days(model: Result, series: Series | None, label: str) -> list[html.Section | None]:
    """Return the actogram, and what there is to tell of rest and activity."""
    activity = regularity.rest_and_activity(model)
    no_values = series is None and model.events is None
    found = None if no_values else plan_actogram(model, series, activity)
    sections: list[html.Section | None] = []
    if found is not None:
        alt = words.of_actogram(model, found)
        shown = _drawn(lambda size: actogram(found, label, size), (5.0, 5.0), alt, alt)
        sections.append(html.Section("actogram", "Day by day", shown))
    if activity is not None:
        table = html.table(
            "Each statistic as it was published, with the days and hours that it was made of.",
            regularity.HEADINGS,
            regularity.rows(activity),
            [True] * len(regularity.HEADINGS),
        )
        shown = _drawn(
            lambda size: regularity.picture(activity, label, size),
            (2.8, 7.5),
            words.of_activity(activity),
            "The average day in hours, and two periodograms; independent noise alone stays below "
            "the dashed lines.",
        )
        body = table + shown + html.bullets(regularity.remarks(activity))
        sections.append(html.Section("activity", "How alike the days are", body))
    return sections


def _origin(model: Result, facts: Sequence[tuple[str, str]]) -> html.Section:
    zone = model.predictor.scale.timezone
    search = f"{model.search.n_frequencies:,} frequencies, {model.search.strategy}"
    if model.asked is not None:
        search = "none but where a period was asked about"
    own = [
        ("unit of time", model.unit or "not named"),
        *([("time zone", str(zone))] if zone is not None else []),
        ("reference time", str(model.reference_time)),
        ("search", search),
        ("made with", f"epicycle {__version__}"),
    ]
    return html.Section("origin", "Where this comes from", html.definitions([*facts, *own]))
