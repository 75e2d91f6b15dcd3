"""A comparison in words and as a table."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from epicycle.look.human import human_probability

if TYPE_CHECKING:
    from epicycle.experiments.comparison import Comparison, Difference, GroupRhythm

#: What is more and less of each quantity.
_MORE = {
    "mesor": ("higher", "lower"),
    "amplitude": ("larger", "smaller"),
    "period": ("longer", "shorter"),
}


def sentences(found: Comparison) -> tuple[str, ...]:
    """Return what differs, and what does not, a sentence each."""
    unit, lines = found.unit, []
    several = len(found.groups) > 2
    for one in found.differences:
        if one.what == "amplitude ratio":
            continue
        lines.append(_sentence(one, unit, found.confidence, several=several))
    return (*lines, _of_all(found))


def _of_sure(found: Comparison) -> tuple[str, ...]:
    """Return sentences of those differences of many that are sure, and how many are not."""
    told = [one for one in found.differences if one.what != "amplitude ratio"]
    sure = [one for one in told if one.p_holm < 1 - found.confidence]
    lines = [_sentence(one, found.unit, found.confidence, several=True) for one in sure]
    others = len(told) - len(sure)
    if others:
        lines.append(f"of {others} other differences none is sure among all pairs: see the table")
    return (*lines, _of_all(found))


def _of_all(found: Comparison) -> str:
    if not math.isfinite(found.p_value):
        return "whether anything differs cannot be tested with these subjects"
    level = 1 - found.confidence
    said = "the groups differ" if found.p_value < level else "no difference is sure"
    return f"{said}: {_told(found.p_value)} ({found.test})"


def _sentence(one: Difference, unit: str, confidence: float, *, several: bool) -> str:
    """Return one difference in words: "the period of KO is 1.2 ± 0.1 h shorter than that of WT"."""
    time = f" {unit}".rstrip() if one.what in ("phase", "period") else ""
    if not math.isfinite(one.value):
        return f"the {one.what} of {one.second} and {one.first} is not compared: {one.note}"
    if one.value == 0 == one.error:
        return f"the {one.what} of {one.second} is that of {one.first}"
    size = _with_error(abs(one.value), one.error) + time
    if one.what == "phase":
        word = "later" if one.value >= 0 else "earlier"
        said = f"the maximum of {one.second} is {size} {word} than that of {one.first}"
    else:
        word = _MORE[one.what][one.value < 0]
        said = f"the {one.what} of {one.second} is {size} {word} than that of {one.first}"
    if not math.isfinite(one.p_value):
        return f"{said}, but {one.note}"
    low, high = (one.low, one.high) if one.value >= 0 else (-one.high, -one.low)
    inside = f"{100 * confidence:g} % {_number(low, one.error)} to {_number(high, one.error)}{time}"
    p = _told(one.p_value)
    if several:
        p += f", among all pairs {_told(one.p_holm)}"
    return f"{said} ({inside}, {p})"


def table(found: Comparison) -> str:
    """Return groups, differences, sentences and notes as text."""
    unit = found.unit
    count = "subjects" if found.design != "samples" else "values"
    head = ["group", count, "mesor", "amplitude", f"phase {unit}".rstrip()]
    head += [f"period {unit}".rstrip(), "p(rhythm)"]
    rows = [_group_row(one) for one in found.groups]
    parts = [_columns([head, *rows])]
    head = ["difference", "of", "value", f"{100 * found.confidence:g} % from", "to", "p"]
    several = len(found.groups) > 2
    head += ["p (Holm)"] if several else []
    body = []
    for one in found.differences:
        line = [
            one.what,
            f"{one.second} {'/' if one.what == 'amplitude ratio' else '-'} {one.first}",
            _with_error(one.value, one.error),
            _number(one.low, one.error),
            _number(one.high, one.error),
            _probability(one.p_value),
        ]
        line += [_probability(one.p_holm)] if several else []
        body.append([*line, one.note])
    parts.append(_columns([[*head, ""], *body]))
    lines = _of_sure(found) if several else sentences(found)
    parts.append("\n".join(f"{line[0].upper()}{line[1:]}." for line in lines))
    if found.notes:
        parts.append("\n".join(f"Note: {note}." for note in found.notes))
    return "\n\n".join(parts)


def _group_row(one: GroupRhythm) -> list[str]:
    n = f"{one.n_values}"
    if one.n_subjects is not None:
        n = f"{one.n_subjects}"
        if one.n_rhythmic is not None and one.n_rhythmic < one.n_subjects:
            n += f" ({one.n_rhythmic} rhythmic)"
    return [
        one.label,
        n,
        _with_error(one.mesor, one.mesor_error),
        _with_error(one.amplitude, one.amplitude_error),
        _with_error(one.phase, one.phase_error),
        _with_error(one.period, one.period_error),
        _probability(one.p_value),
    ]


def _columns(rows: list[list[str]]) -> str:
    widths = [max(len(row[k]) for row in rows) for k in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )


def _told(p: float) -> str:
    text = human_probability(p)
    return f"p {text[0]} {text[1:]}" if text[0] == "<" else f"p = {text}"


def _probability(p: float) -> str:
    return human_probability(p) if math.isfinite(p) else "-"


def _decimals(error: float) -> int | None:
    """Return the decimals that an error allows: two of its digits where it begins with 1."""
    if not (math.isfinite(error) and error > 0):
        return None
    power = math.floor(math.log10(error))
    first = error / 10.0**power
    return -power + (1 if first < 1.95 else 0)


def _number(value: float, error: float) -> str:
    if not math.isfinite(value):
        return "-" if math.isnan(value) else "∞"
    decimals = _decimals(error)
    if decimals is None:
        return f"{value:.4g}"
    if not -4 <= decimals <= 12:
        return f"{value:.4g}"
    text = f"{round(value, decimals):.{max(decimals, 0)}f}"
    return text.lstrip("-") if float(text) == 0 else text


def _with_error(value: float, error: float) -> str:
    if not math.isfinite(value):
        return "-"
    decimals = _decimals(error)
    if decimals is None or not -4 <= decimals <= 12:
        return f"{value:.4g}"
    return f"{_number(value, error)} ± {_number(error, error)}"
