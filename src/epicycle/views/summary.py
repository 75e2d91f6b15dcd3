"""One picture that says it all: table, spectrum, waveforms and fit of a result."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

from epicycle.look import drawing as draw
from epicycle.look.human import human_orders
from epicycle.results.cycles import Cycle
from epicycle.results.result import Result
from epicycle.views import folds, spectra, tables, timeline
from epicycle.views.asked import periods
from epicycle.views.series import Series, value_name
from epicycle.views.spectra import first_number

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Aliases with at least this share of a cycle's power are named in a summary.
_ALIAS_RATIO = 0.5

#: Characters of a list of orders for which the table of a summary has room.
_WIDEST_ORDERS = 9


def plot_summary(
    model: Result,
    title: str | None = None,
    *,
    value_label: str | None = None,
    max_points: int = 10_000,
    figsize: tuple[float, float] = (16.0, 10.0),
) -> Figure:
    """Draw the whole result in one picture: spectra, table, folded cycles, fit and residual.

    Parameters
    ----------
    model : Result
        A result of :func:`epicycle.find_cycles`.  Of several outputs, the first is shown.  One
        that was read from a document has neither samples nor spectrum; then its lines and
        waveforms are shown.
    title : str, optional
        Title, such as the name of the file.
    value_label : str, optional
        Label of the values, with their unit; by default their name.
    max_points : int
        With more samples, this many drawn at random are shown.
    figsize : (float, float)
        Size in inches, at 100 dots per inch: 1600 x 1000 pixels by default.

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
    series = None if model.samples is None else Series.of(model, 0)
    label = value_name(model, 0) if value_label is None else value_label
    rows = [0.5, 4.0, 2.5, 2.3] if model.cycles else [0.5, 5.3, 3.5]
    grid = figure.add_gridspec(len(rows), 1, height_ratios=rows)
    _draw_heading(figure.add_subplot(grid[0]), model, title)

    notes: list[tuple[Axes, Artist]] = []
    upper = grid[1].subgridspec(1, 2, width_ratios=[1.75, 1.0])
    spectrum: tuple[Axes, spectra.Band] | None = None
    if len(model.spectrum.frequency):
        band = spectra.choose_band(model)
        inner = upper[0].subgridspec(3, 1, height_ratios=[3.4, 1.3, 1.0])
        top, notes = spectra.draw_spectra(figure, inner, model, band)
        spectrum = top, band
    else:
        spectra.draw_lines(figure.add_subplot(upper[0]), model, label)
    _draw_table(figure.add_subplot(upper[1]), model)

    if model.cycles:
        folds.draw_folds(figure, grid[2], model, series, label, max_points)
    if series is None:
        timeline.draw_curve_only(figure.add_subplot(grid[-1]), model, label)
    else:
        notes += _draw_fit_row(figure, grid[-1], model, series, label, max_points)
    draw.settle(figure, notes)
    if spectrum is not None:
        spectra.mark_cycles(spectrum[0], model, spectrum[1], spectra.LISTED)
    return figure


def _draw_fit_row(
    figure: Figure,
    place: Any,
    model: Result,
    series: Series,
    label: str,
    max_points: int,
) -> list[tuple[Axes, Artist]]:
    """Draw the bottom of a summary: fit and residual, and a magnified part where needed."""
    part = timeline.magnified_part(model, series)
    grid = place.subgridspec(1, 2)
    left = grid[0].subgridspec(2, 1, height_ratios=[1.6, 1.0])
    whole = figure.add_subplot(grid[0] if part is None else left[0])
    timeline.draw_fit(whole, model, series, None, max_points, label)
    notes = [(whole, draw.legend(whole))]
    if part is None:
        residual = figure.add_subplot(grid[1])
    else:
        residual = figure.add_subplot(left[1], sharex=whole)
        detail = figure.add_subplot(grid[1])
        timeline.draw_fit(detail, model, series, part, max_points, "")
        notes.append((detail, draw.note(detail, "a part, magnified")))
    notes.append((residual, timeline.draw_residual(residual, model, series, max_points)))
    if part is not None:
        draw.label(whole.xaxis, "")
        whole.tick_params(axis="x", labelbottom=False)
        whole.xaxis.get_offset_text().set_visible(False)
    return notes


def _draw_heading(axes: Axes, model: Result, title: str | None) -> None:
    axes.set_axis_off()
    n = len(model.cycles)
    found = {0: "No cycle", 1: "1 cycle"}.get(n, f"{n} cycles")
    unit = f" {model.unit}" if model.unit else ""
    search = model.search
    kind = "events" if model.of_events else "samples"
    looked = (
        f"periods searched from {1 / search.maximum_frequency:.4g} to "
        f"{1 / search.minimum_frequency:.6g}{unit}"
    )
    if model.asked is not None:
        looked = f"asked: whether there is a rhythm of {periods(model.asked, model.unit)}"
    facts = [f"{found} in {model.n_samples:,} {kind} over {model.baseline:.6g}{unit}", looked]
    if model.output_names is not None and len(model.output_names) > 1:
        facts.append(
            f"{len(model.output_names)} outputs together, the first of them, "
            f"{model.output_names[0]}, is shown"
        )
    draw.write(axes, 0, 1, title or "Cycles", fontsize=draw.LARGE, fontweight="bold")
    draw.write(axes, 0, 0, "   ·   ".join(facts), color=draw.MUTED, va="bottom")


def _draw_table(axes: Axes, model: Result) -> None:
    """Write the strongest cycles as a table, or what not finding any means."""
    axes.set_axis_off()
    cycles = model.cycles[: spectra.LISTED]
    if not cycles:
        limit = first_number(model.amplitude_limit)
        text = f"nothing significant;\na cycle of amplitude > {limit:.3g}\nwould have been seen"
        sure = "(with 95 % probability)"
        if not tables.is_limited(model):
            text, sure = "nothing significant", "(how large an unseen one may be, was not tested)"
        centred = {"ha": "center", "va": "center", "linespacing": 1.5}
        draw.write(axes, 0.5, 0.65, text, fontsize=draw.LARGE, **centred)
        draw.write(axes, 0.5, 0.48, sure, color=draw.MUTED, ha="center")
        _write_notes(axes, list(model.undecided), 0.35)
        return
    amplitudes = [
        draw.quote(first_number(c.amplitude), first_number(c.amplitude_error)) for c in cycles
    ]
    periods = [
        draw.quote(c.period, 0.0 if c.known else first_number(c.period_error)) for c in cycles
    ]
    longest = max(map(len, periods)) + max(map(len, amplitudes))
    size = draw.NORMAL if longest <= 42 else draw.SMALL
    # a digit takes about 0.014 of the width at the usual size
    split = 0.71 - max(0.014 * max(map(len, amplitudes)) * size / draw.NORMAL + 0.025, 0.24)
    columns = [
        (0.0, "left", "", [str(k + 1) for k in range(len(cycles))]),
        (split, "right", f"period ({model.unit})" if model.unit else "period", periods),
        (0.71, "right", "amplitude", amplitudes),
        (0.85, "right", "harmonics", [_orders(c) for c in cycles]),
        (
            1.0,
            "right",
            "false alarm",
            [
                draw.probability(c.false_alarm_probability)
                if not c.known or (model.asked is not None and c is model.asked.cycle)
                else "known"
                for c in cycles
            ],
        ),
    ]
    step = 0.064
    for x, align, head, entries in columns:
        draw.write(axes, x, 0.985, head, fontsize=draw.SMALL, color=draw.MUTED, ha=align)
        for row, entry in enumerate(entries):
            draw.write(axes, x, 0.985 - (row + 1.15) * step, entry, ha=align, fontsize=size)
    axes.set(xlim=(0, 1), ylim=(0, 1))
    axes.plot([0, 1], [0.934, 0.934], color=draw.FAINT, linewidth=1.0)
    more = len(model.cycles) - len(cycles)
    below = 0.985 - (len(cycles) + 1.4) * step
    if more:
        draw.write(axes, 0, below, f"and {more} more", fontsize=draw.SMALL, color=draw.MUTED)
        below -= 0.055
    unit = f" {model.unit}" if model.unit else ""
    notes = [
        f"{k + 1}: the alias {draw.brief(a.period, 1e-5 * a.period)}{unit} has "
        f"{a.power_ratio:.2f} of its power"
        for k, cycle in enumerate(cycles)
        for a in sorted(cycle.aliases, key=lambda alias: -alias.power_ratio)[:1]
        if a.power_ratio >= _ALIAS_RATIO
    ]
    _write_notes(axes, [*notes, *model.undecided], below)


def _write_notes(axes: Axes, notes: list[str], top: float) -> None:
    """Write notes, one below the other, as far as there is room."""
    lines = [line for text in notes for line in textwrap.wrap(text, 80)]
    room = max(int(top / 0.048), 0)
    if len(lines) > room:
        lines = [*lines[: room - 1], "…"] if room > 1 else []
    text = "\n".join(lines)
    draw.write(axes, 0, top, text, fontsize=draw.SMALL, color=draw.MUTED, linespacing=1.35)


def _orders(cycle: Cycle) -> str:
    orders = human_orders(h.order for h in cycle.harmonics)
    if len(orders) <= _WIDEST_ORDERS:
        return orders
    # as many runs as the column has room for
    return orders[: orders.rindex(",", 0, _WIDEST_ORDERS - 1) + 1] + "…"
