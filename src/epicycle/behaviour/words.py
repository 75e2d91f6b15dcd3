"""Rest and activity in words: the table that a person reads."""

from __future__ import annotations

from typing import Any

from epicycle.behaviour.periods import PeriodScan
from epicycle.behaviour.result import Actigraphy, Edges, Window
from epicycle.limits import ACTIGRAPHY
from epicycle.look.human import human_number, human_probability

#: Days of the table at most, the first and the last ones.
_DAYS = 14


def table(found: Actigraphy) -> str:
    """Return what was found as plain text: statistics with what they were made of, and days."""
    lines = []
    for name, value, meaning in statistics(found):
        of = used_words(found, name)
        of = f"  [{of}]" if of else ""
        lines.append(f"{name:<12} {value}{of}  {meaning}" if meaning else f"{name:<12} {value}{of}")
    lines += ["", *_days(found), ""]
    lines += [f"samples: {found.n_samples} in epochs of {found.epoch:.3g} min{_dropped(found)}"]
    lines += [f"hours: {clock_words(found)}", f"rest: {found.rest_rule}"]
    lines += [f"note: {note}" for note in found.notes]
    return "\n".join(lines).rstrip()


def statistics(found: Actigraphy) -> list[tuple[str, str, str]]:
    """Return name, value and meaning of each statistic; refused ones with the reason."""
    refused = found.refused
    rows = [
        ("IS", _number(found.IS), "days alike: 1 all, 0 none"),
        ("IV", _number(found.IV), "broken: near 0 a sine, 2 noise"),
        ("RA", _number(found.RA), "relative amplitude, 0 to 1"),
        ("M10", _window(found, found.M10), ""),
        ("L5", _window(found, found.L5), ""),
        ("SRI", "" if found.SRI is None else f"{found.SRI:.1f}", "rest regular: 100 always"),
        ("onsets", _line(found, found.onsets), ""),
        ("offsets", _line(found, found.offsets), ""),
        ("chi-square", _scan(found.chi_square), ""),
        ("Lomb-Scargle", _scan(found.lomb_scargle), ""),
        ("counts", _counts(found), _scatter(found)),
    ]
    told = []
    for name, value, meaning in rows:
        why = refused.get(name)
        shown = bool(value) or why is None
        told.append((name, value if shown else f"not told: {why}", meaning if shown else ""))
    return told


def used_words(found: Actigraphy, name: str) -> str:
    """Return from how much a statistic was made; nothing where that is told elsewhere."""
    used = found.used.get(name)
    if used is None:
        return ""
    if name in ("onsets", "offsets"):
        return f"{used.days} {name if used.days > 1 else name[:-1]}"
    return f"{used.hours} h with values, on {used.days} days"


def clock_words(found: Actigraphy) -> str:
    """Return what hours are hours of."""
    cycle = f"cycles of {found.period:.6g} h ({found.period_is})"
    if found.clock == "numbers":
        return f"from time 0, {cycle}"
    zone = "" if found.timezone is None else f" of {found.timezone}"
    if found.clock == "local":
        return f"local clocks{zone}, {cycle}"
    return f"elapsed, from midnight{zone} before the first sample, {cycle}"


def time_of_day(found: Actigraphy, hours: float) -> str:
    """Return a time in a cycle, as a clock shows it where the cycle is a day.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> time_of_day(SimpleNamespace(period=24.0), 7.5)
    '07:30'
    >>> time_of_day(SimpleNamespace(period=23.7), 7.5)
    '7.50 h'
    """
    if found.period != 24:
        return f"{hours % found.period:.2f} h"
    minutes = round(hours * 60) % 1440
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def _dropped(found: Actigraphy) -> str:
    return f", {found.n_dropped} without values left out" if found.n_dropped else ""


def _window(found: Actigraphy, window: Window | None) -> str:
    if window is None:
        return ""
    return f"{window.level:.4g} from {time_of_day(found, window.onset)}"


def _line(found: Actigraphy, edges: Edges | None) -> str:
    if edges is None:
        return ""
    if edges.period is None or edges.period_error is None:
        return f"{len(edges.times)}, too few for a line"
    off = int(edges.off.sum())
    text = f"every {human_number(edges.period, edges.period_error)} h"
    text += f", scatter {60 * (edges.scatter or 0.0):.0f} min"
    if abs(edges.period - found.period) < 2 * edges.period_error and edges.start is not None:
        text += f", about {time_of_day(found, edges.start)}"
    return text + (f", {off} off the line" if off else "")


def _scan(scan: PeriodScan | None) -> str:
    if scan is None:
        return ""
    if scan.best is None:
        return "no period from 16 to 32 h above the line of independent noise"
    if scan.p_value is None:
        told = "too few to tell it from slow noise"
    elif scan.is_rhythm:
        told = f"p {_p(scan.p_value)}"
    else:
        told = f"which do not agree on a phase, p {_p(scan.p_value)}"
    return (
        f"{scan.best:.2f} h, resolution {scan.resolution:.2g} h ({scan.cycles:.0f} cycles, {told})"
    )


def _counts(found: Actigraphy) -> str:
    one = found.counts
    if one is None:
        return ""
    if one.p_value >= ACTIGRAPHY.agreement:
        return f"no sinusoid of {found.period:.6g} h told, p {_p(one.p_value)}"
    maximum = time_of_day(found, one.maximum)
    text = f"highest at {maximum} ± {60 * one.maximum_error:.0f} min, "
    return text + f"{one.peak_to_trough:.3g} times the lowest, p {_p(one.p_value)}"


def _scatter(found: Actigraphy) -> str:
    if found.counts is None:
        return ""
    return f"variance {found.counts.dispersion:.3g} times Poisson's"


def _p(value: float) -> str:
    text = human_probability(value)
    return text if text.startswith("<") else f"= {text}"


def _days(found: Actigraphy) -> list[str]:
    """Return the table of days, the middle of a long one left out."""
    rows = [("day", "hours", "M10", "from", "L5", "from", "RA")]
    for k, day in enumerate(found.days):
        if len(found.days) > _DAYS and _DAYS // 2 <= k < len(found.days) - _DAYS // 2:
            continue
        rows.append(
            (
                _date(day.start),
                str(day.hours),
                "" if day.M10 is None else f"{day.M10:.4g}",
                _moment(found, day.M10_onset),
                "" if day.L5 is None else f"{day.L5:.4g}",
                _moment(found, day.L5_onset),
                _number(day.RA),
            )
        )
    width = [max(len(row[k]) for row in rows) for k in range(len(rows[0]))]
    lines = ["  ".join(c.rjust(w) for c, w in zip(row, width, strict=True)) for row in rows]
    left_out = len(found.days) - len(rows) + 1
    if left_out:
        lines.insert(_DAYS // 2 + 1, f"... {left_out} days more")
    return [line.rstrip() for line in lines]


def _date(start: Any) -> str:
    if not hasattr(start, "isoformat"):
        return f"{start:.6g}"
    midnight = start.hour == start.minute == start.second == 0
    return f"{start:%Y-%m-%d}" if midnight else f"{start:%Y-%m-%d %H:%M}"


def _moment(found: Actigraphy, moment: Any) -> str:
    if moment is None:
        return ""
    if hasattr(moment, "isoformat"):
        return f"{moment:%H:%M}"
    hours = float(moment) / found.record.hour
    return time_of_day(found, hours) if found.period == 24 else f"{moment:.6g}"
