"""Results as tables for people, in plain text and for a terminal.

``29.5305881(34) d`` means 29.5305881 d with an error of 0.0000034 d: the number in brackets counts
the last digits shown.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from epicycle.look.human import (
    friendly_unit,
    human_number,
    human_odds,
    human_orders,
    human_period,
    human_probability,
    human_time,
)
from epicycle.results.covariates import effect_lines
from epicycle.results.cycles import Cycle, PerOutput
from epicycle.results.local_time import clock_changes
from epicycle.results.neighbours import neighbour_note
from epicycle.results.result import Result
from epicycle.results.suggestions import Suggestion
from epicycle.samples.text import in_line, visible
from epicycle.views import searched
from epicycle.views.asked import nothing_claimed

if TYPE_CHECKING:
    from rich.table import Table

__all__ = ["human_period", "notes", "plain_table", "rich_table"]

#: Rows for the outputs of one cycle, and suggestions for its period.
_OUTPUTS = 8

_SUGGESTIONS = 3


@dataclass(frozen=True)
class Column:
    """One column; its heading may have two lines; the most dispensable one is the first to go."""

    heading: str
    cells: tuple[str, ...]
    numeric: bool = True
    dispensable: int = 0

    @property
    def width(self) -> int:
        return max(map(len, (*self.heading.splitlines(), *self.cells)))


def plain_table(model: Result) -> str:
    """Return the cycles as aligned text, with what else there is to know below.

    Parameters
    ----------
    model : Result
        A result of :func:`epicycle.find_cycles`.
    """
    lines = []
    if model.cycles:
        columns = columns_of(model)
        headings = [column.heading.replace("\n", " ") for column in columns]
        widths = [
            max(map(len, (heading, *column.cells)))
            for heading, column in zip(headings, columns, strict=True)
        ]
        lines = [_align(headings, columns, widths), "-" * (sum(widths) + 2 * (len(widths) - 1))]
        for row in zip(*(column.cells for column in columns), strict=True):
            lines.append(_align(row, columns, widths))
        lines.append("")
    return "\n".join([*lines, *notes(model)])


def _align(cells: Sequence[str], columns: list[Column], widths: list[int]) -> str:
    return "  ".join(
        cell.rjust(width) if column.numeric else cell.ljust(width)
        for cell, column, width in zip(cells, columns, widths, strict=True)
    ).rstrip()


def rich_table(model: Result, width: int | None = None) -> Table:
    """Return the cycles as a table for a terminal; :func:`notes` are for below it.

    Parameters
    ----------
    model : Result
        A result of :func:`epicycle.find_cycles`.
    width : int, optional
        Width of the terminal.  Columns for which there is no room are left out, and named.
    """
    from rich import box
    from rich.table import Table
    from rich.text import Text

    columns, left_out = _fitting(columns_of(model), width)
    table = Table(
        box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1), collapse_padding=True
    )
    if left_out:
        table.caption = Text(f"no room for: {', '.join(left_out)} (--json has them)", "dim")
        table.caption_justify = "left"
    for column in columns:
        # headings and cells are text, never markup: a column of a file may be called "[b]"
        table.add_column(
            Text(column.heading, "bold"),
            justify="right" if column.numeric else "left",
            vertical="bottom",
            overflow="fold",
            style="bold cyan" if column.heading == "period" else None,
        )
    for row in zip(*(column.cells for column in columns), strict=True):
        table.add_row(*(Text(cell) for cell in row))
    return table


def _fitting(columns: list[Column], width: int | None) -> tuple[list[Column], list[str]]:
    """Leave out dispensable columns until the rest has room."""
    left_out = []
    while width is not None and sum(c.width + 2 for c in columns) - 2 > width:
        last = max(columns, key=lambda column: column.dispensable)
        if last.dispensable == 0:
            break
        columns = [column for column in columns if column is not last]
        left_out.append(last.heading.replace("\n", " "))
    return columns, left_out


def columns_of(model: Result) -> list[Column]:
    """Return the columns; a cycle of several outputs has one row for each of them."""
    unit = model.unit
    outputs = _output_rows(model)
    multiple = model.output_names is not None

    def per_cycle(cell: Callable[[Cycle], str]) -> tuple[str, ...]:
        blank = [""] * (len(outputs) - 1)
        return tuple(text for cycle in model.cycles for text in [cell(cycle), *blank])

    def per_output(cell: Callable[[Cycle, int], str]) -> tuple[str, ...]:
        return tuple("" if j is None else cell(c, j) for c in model.cycles for j, _ in outputs)

    columns = [Column("period", per_cycle(lambda c: _periods(c, unit)))]
    own = per_cycle(lambda c: _own_period(c, unit))
    if any(own):
        columns.append(Column(f"in {unit}", own, dispensable=3))
    if multiple:
        names = tuple(name for _ in model.cycles for _, name in outputs)
        columns.append(Column("output", names, numeric=False))

    def amplitude(c: Cycle, j: int) -> str:
        return human_number(_of(c.amplitude, j), _of(c.amplitude_error, j))

    def phase(c: Cycle, j: int) -> str:
        return human_number(_of(c.phase, j), _of(c.phase_error, j), scientific=False)

    def maximum(c: Cycle, j: int) -> str:
        return human_time(_of(c.time_of_maximum, j), _of(c.time_of_maximum_error, j), unit)

    if any(c.frequency_drift is not None for c in model.cycles):
        heading = f"drift of\nfrequency{f' /{unit}²' if unit else ''}"
        columns.append(Column(heading, per_cycle(_drift), dispensable=2))
    columns += [
        Column("amplitude", per_output(amplitude)),
        Column("phase", per_output(phase), dispensable=4),
        Column("maximum", per_output(maximum), dispensable=1),
        Column("orders", per_cycle(lambda c: human_orders(h.order for h in c.harmonics))),
        Column("false\nalarm", per_cycle(lambda c: human_probability(c.false_alarm_probability))),
    ]
    if any(c.aliases for c in model.cycles):
        columns.append(Column("alias\n(odds)", per_cycle(lambda c: _alias(c, unit)), dispensable=2))
    return [
        replace(c, heading=visible(c.heading), cells=tuple(map(in_line, c.cells))) for c in columns
    ]


def _output_rows(model: Result) -> list[tuple[int | None, str]]:
    names = [""] if model.output_names is None else list(model.output_names)
    rows: list[tuple[int | None, str]] = list(enumerate(names[:_OUTPUTS]))
    if len(names) > _OUTPUTS:
        rows.append((None, f"... {len(names) - _OUTPUTS} more"))
    return rows


def _of(value: Any, output: int) -> Any:
    return value[output] if isinstance(value, tuple) else value


def _period_error(cycle: Cycle) -> float | None:
    return None if cycle.known else cycle.period_error


def _period(cycle: Cycle, unit: str) -> str:
    text = human_period(cycle.period, _period_error(cycle), unit)
    return f"{text}, held" if cycle.known else text


def _periods(cycle: Cycle, unit: str) -> str:
    """Return the period, with those that the data hardly tell from it: one undecided entry."""
    text, others = _period(cycle, unit), cycle.alternatives
    if not others:
        return text
    if len(others) > 1:
        return f"{text} or {len(others)} others"
    said = friendly_unit(cycle.period, unit)
    return f"{text} or {human_period(others[0].period, None, unit, said)}"


def _own_period(cycle: Cycle, unit: str) -> str:
    """Return the period in the unit of the result, the one to calculate with, where it differs."""
    if friendly_unit(cycle.period, unit) == unit:
        return ""
    return human_number(cycle.period, _period_error(cycle))


def _drift(cycle: Cycle) -> str:
    if cycle.frequency_drift is None:
        return ""
    return human_number(cycle.frequency_drift, cycle.frequency_drift_error)


def _alias(cycle: Cycle, unit: str) -> str:
    if not cycle.aliases:
        return ""
    alias = cycle.aliases[0]
    odds = f"{alias.odds:.1g}" if alias.odds >= 0.001 else "<0.001"
    said = friendly_unit(cycle.period, unit)
    return f"{human_period(alias.period, None, unit, said)} ({alias.kind}, {odds})"


# ---- Below the table -----------------------------------------------------------------------


#: What is said of the scale of a result, where it is not that of the values.
_SCALES = {
    "log": "amplitudes are of logarithms: 0.1 is 10 %, 0.69 a factor of 2; predictions are values",
    "logit": "amplitudes are of the logarithm of odds; predictions are values",
    "count": "amplitudes are of the logarithm of the mean: 0.1 is 10 %, 0.69 a factor of 2; "
    "predictions are counts",
}


def notes(model: Result) -> list[str]:
    """Return what else there is to know about a result, a line each.

    Parameters
    ----------
    model : Result
        A result of :func:`epicycle.find_cycles`.
    """
    lines = []
    if not model.cycles and model.asked is not None:
        limit = _outputs(model.amplitude_limit, model.output_names) if is_limited(model) else None
        lines.append(nothing_claimed(model.asked, limit))
    elif not model.cycles:
        lines.append(
            f"no significant cycle; amplitude of any sinusoid below "
            f"{_outputs(model.amplitude_limit, model.output_names)} (95 %)"
            if is_limited(model)
            else "no significant cycle; how large one may be that was not seen, was not tested"
        )
    lines += searched.lines(model)
    if not model.of_events:
        residual = _outputs(model.residual_std, model.output_names)
        lines.append(f"residual: standard deviation {residual}")
    if model.response in _SCALES:
        lines.append(f"response: {model.response} ({_SCALES[model.response]})")
    if model.outliers:
        lines.append(f"outliers: {len(model.outliers)} of {model.n_samples} samples lie far off")
    if model.trend_changes:
        places = ", ".join(_reference(moment) for moment in model.trend_changes)
        lines.append(f"trend: its slope changes near {places}")
    if model.gains:
        parts = (_gain(label, *gain) for label, gain in model.gains.items())
        lines.append(f"gains: {', '.join(parts)}; amplitudes are those of gain 1")
    if len(model.jitter) > 1:
        parts = (f"{in_line(k)} {_outputs(v, model.output_names)}" for k, v in model.jitter.items())
        lines.append(f"jitter: {', '.join(parts)}")
    if model.cycles:
        lines.append(
            f"phase: of the maximum, in turns after {_reference(model.reference_time)}; numbers "
            f"in brackets are errors of the last digits"
        )
    lines += [
        *_clock_lines(model),
        *effect_lines(model),
        *_gear_lines(model),
        *_suggestion_lines(model),
        *(f"note: {text}" for text in (*model.undecided, *neighbour_note(model.origin))),
    ]
    return [visible(" ".join(line.split())) if "\n" in line else visible(line) for line in lines]


def is_limited(model: Result) -> bool:
    """Return whether the result states how large a cycle may be that was not seen.

    Where nothing is claimed, it does not of what is in the fit all the same: of a line that was
    fitted it cannot be said that it would have been seen.
    """
    if not model.cycles and model.asked is None and not all(one.claimed for one in model.lines):
        return False
    limit = model.amplitude_limit
    numbers = limit if isinstance(limit, (tuple, list)) else [limit]
    return all(one is not None and math.isfinite(one) for one in numbers)


def _gain(label: str, gain: float, error: float) -> str:
    return f"{in_line(label)} {human_number(gain, error, scientific=False) if error > 0 else '1'}"


def _clock_lines(model: Result) -> list[str]:
    """Return when on the clock cycles near a day are highest, and by which clock."""
    lines = []
    names = model.output_names or ("",)
    for cycle, clocks in zip(model.cycles, model.clock_times, strict=True):
        if clocks is not None:
            times = ", ".join(
                f"{in_line(name)} {clock.words()}".strip()
                for name, clock in list(zip(names, clocks, strict=True))[:_OUTPUTS]
            )
            lines.append(f"clock: {_period(cycle, model.unit)} peaks at {times}")
    scale = model.predictor.scale
    changes = clock_changes(scale, model.predictor.first, model.predictor.last) if lines else 0
    if changes:
        how = (
            "the days of people; clock='elapsed' counts the time that really passed"
            if scale.clock == "local"
            else "time that really passed; for rhythms of people, clock='local' follows the clocks"
        )
        lines.append(
            f"clock: {scale.clock}, through {changes} change(s) of the clocks in "
            f"{scale.timezone}: {how}"
        )
    return lines


def _gear_lines(model: Result) -> list[str]:
    lines = []
    for label, trains in (("locked", model.locked), ("gears", model.gears)):
        for train in trains:
            periods = ", ".join(_period(model.cycles[m], model.unit) for m in train.members)
            common = human_period(train.period, train.period_error, model.unit)
            lines.append(
                f"{label}: frequencies of {periods} as {' : '.join(map(str, train.ratios))}, "
                f"common period {common}, chi-square {train.chi2:.2f} for {len(train.ratios) - 1}, "
                f"odds {human_odds(train.odds)} against chance"
            )
    if model.gears:
        lines[-1] += " (locking is a choice: epicycle.lock_gears)"
    return lines


def _suggestion_lines(model: Result) -> list[str]:
    lines = []
    for cycle, suggestions in zip(model.cycles, model.suggestions, strict=True):
        if suggestions:
            ways = " or ".join(
                suggestion_words(one, model.unit) for one in suggestions[:_SUGGESTIONS]
            )
            lines.append(f"perhaps: {_period(cycle, model.unit)} may be {ways}")
    if lines:
        lines[-1] += " (against chance; no period was changed)"
    return lines


def suggestion_words(one: Suggestion, unit: str) -> str:
    """Return a suggested period with its deviation and odds."""
    # a round number is its own name
    name = one.name if one.name[0].isdigit() else f"the {one.name}, {one.period:.8g} {unit}"
    return f"{name} ({one.deviation:+.1f} errors, odds {human_odds(one.odds)})"


def _reference(moment: Any) -> str:
    if isinstance(moment, dt.datetime):
        return moment.isoformat(" ", "seconds")
    return str(moment) if isinstance(moment, str) else f"{moment:.15g}"


def _outputs(value: PerOutput, names: tuple[str, ...] | None) -> str:
    if names is None or not isinstance(value, tuple):
        return f"{_of(value, 0):.4g}"
    parts = [f"{in_line(name)} {v:.4g}" for name, v in zip(names, value, strict=True)][:_OUTPUTS]
    more = [f"... {len(names) - _OUTPUTS} more"] if len(names) > _OUTPUTS else []
    return ", ".join([*parts, *more])
