"""Which column is the time, which the value, which the error: named by the user, or guessed.

A guess follows names first and contents second, and is always told to the user.  A column that is
guessed by its name is not passed over because something in it is wrong: the reader says so then.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from epicycle.files.delimited import ReadError, listed
from epicycle.files.frames import RawTable
from epicycle.files.kinds import kind_of, to_numbers
from epicycle.limits import INPUTS
from epicycle.samples.times import UNIT_SECONDS, canonical_unit

if TYPE_CHECKING:
    import pandas as pd


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: Counts of days that astronomers use, and names of times: words that may stand in a longer name
#: ("time_h", "obs date"), and names that must stand alone.
_DAY_COUNTS = _names("jd bjd hjd mjd rjd tjd btjd bkjd")

_TIME_WORDS = _DAY_COUNTS | _names("time times date dates datetime timestamp datum zeit fecha")

_TIME_NAMES = _TIME_WORDS | _names(
    "t day days hour hours minutes seconds sec year years yr ymd yyyymmdd yyyymm epoch when ts "
    "timer elapsed zt ct last_changed last_updated"
)

#: Names of values, which may be the first word of a longer one ("mag_g") or must stand alone.
_VALUE_WORDS = _names(
    "value values mag magnitude flux rv vel velocity signal counts count rate intensity"
)

_VALUE_NAMES = _VALUE_WORDS | _names("y v data vrad state pdcsap_flux")

#: Names of errors that say nothing of a value, words in names of errors, and the ways in which
#: the error of a column v is called.
_ERROR_NAMES = _names(
    "error errors err dy sigma yerr y_err ey e_y yerror y_error unc uncertainty stderr"
)

_ERROR_WORDS = _names("err error errors sigma unc uncertainty stderr")

_ERROR_FORMS = (
    "{v}_err {v}_error {v}err {v}error {v}_e {v}_sigma {v}_unc {v}_uncertainty "
    "e_{v} err_{v} error_{v} sigma_{v} sig_{v} s{v} d{v} d_{v}"
)

#: Columns that count rows, and are neither times nor values unless there is nothing else.
_COUNTERS = _names("id index row no n nr number unnamed cadenceno cadence frame seq record")

#: First words of columns that say when, where or how well, and are values if there is nothing else.
_CIRCUMSTANCES = _names(
    "time timecorr year month mon day hour minute second doy week weekday quarter dec decimal lat "
    "latitude lon longitude ra raj dej rah elevation altitude quality flag flags qc sap_quality"
)


#: Names of samples that carry their time: ZT04, CT16_2, 24h_A, T12, X8.1.
_SAMPLE_NAME = re.compile(
    r"(zt|ct|t|x|time|hour|h)?[ _.\-]?\d+(\.\d+)?\s*(h|hr|hrs|hours?|min)?([ _.\-].*|[a-z])?",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Choice:
    """Columns by the part that they play; `guessed` holds those the user did not name."""

    time: str
    values: tuple[str, ...]
    errors: tuple[str, ...]
    group: str | None
    weight: str | None
    series: str | None
    guessed: frozenset[str]
    covariates: tuple[str, ...] = ()


def choose(
    table: RawTable,
    time: str | None = None,
    values: Sequence[str] = (),
    errors: Sequence[str] = (),
    group: str | None = None,
    weight: str | None = None,
    series: str | None = None,
    *,
    covariates: Sequence[str] = (),
    events: bool = False,
) -> Choice:
    """Return the columns to use; `events` have times, and perhaps weights, but no values.

    `series` is the column of ids of a table that holds many series.

    Raises
    ------
    ReadError
        If a named column does not exist or is named twice, or nothing can be guessed.
    """
    named_time = None if time is None else _find(table, time, "--time")
    every = list(values) == ["all"] and "all" not in table.frame.columns
    named_values = [] if every else [_find(table, v, "--value") for v in values]
    no_errors = list(errors) == ["none"] and "none" not in table.frame.columns
    named_errors = [] if no_errors else [_find(table, e, "--error") for e in errors]
    named_group = None if group is None else _find(table, group, "--group")
    named_weight = None if weight is None else _find(table, weight, "--weight")
    named_series = None if series is None else _find(table, series, "--id")
    beside = tuple(_find(table, c, "--covariate") for c in covariates)
    if group is None and series is None and not events and not table.has_header:
        named = {named_time, named_weight, *named_values, *named_errors, *beside}
        named_group = _guess_group(table, named)
    _refuse_twice(
        table,
        [("--time", named_time), ("--group", named_group), ("--weight", named_weight)]
        + [("--id", named_series)]
        + [("--value", v) for v in named_values]
        + [("--error", e) for e in named_errors]
        + [("--covariate", c) for c in beside],
    )
    taken = {*named_values, *named_errors, named_group, named_weight, named_series, *beside}
    chosen_time = named_time or _guess_time(table, taken)
    taken.add(chosen_time)
    if events:
        guess_of_time = frozenset({chosen_time} - {named_time})
        return Choice(chosen_time, (), (), None, named_weight, named_series, guess_of_time, beside)
    if every:
        named_values = other_values(table, taken)
    chosen_values = named_values or [_guess_value(table, taken)]
    if len(named_errors) not in (0, 1, len(chosen_values)):
        raise ReadError(
            f"{len(chosen_values)} value columns have {len(named_errors)} error columns: expected "
            f"one for each, or one for all. To fix this, name --error once, or once per --value."
        )
    taken.update(chosen_values)
    # weights take the place of errors: where they are named, errors are not guessed
    guess = not named_errors and not no_errors and named_weight is None
    chosen_errors = _guess_errors(table, chosen_values, taken) if guess else named_errors
    guessed = {chosen_time, *chosen_values, *chosen_errors} - {
        named_time,
        *named_values,
        *named_errors,
    }
    if group is None and named_group is not None:
        guessed.add(named_group)
    return Choice(
        chosen_time,
        tuple(chosen_values),
        tuple(chosen_errors),
        named_group,
        named_weight,
        named_series,
        frozenset(guessed),
        beside,
    )


def unit_of(column: str) -> str | None:
    """Return the unit of time that the name of a column ends with, or None."""
    words = _words(column)
    if _DAY_COUNTS.intersection(words):
        return "d"
    # one letter alone is a name like any other: "s", "y"
    if not words or len("".join(words)) == 1:
        return None
    if words[0] in ("zt", "ct"):  # zeitgeber and circadian time count hours
        return "h"
    unit = canonical_unit(words[-1])
    return unit if unit in UNIT_SECONDS else None


def _find(table: RawTable, name: str, option: str) -> str:
    columns = list(table.frame.columns)
    if name in columns:
        return name
    if (stripped := " ".join(name.split())) in columns:
        return stripped
    lowered = {column.lower(): column for column in columns}
    close = difflib.get_close_matches(name.lower(), list(lowered), n=1)
    meant = f"Did you mean {lowered[close[0]]!r}? " if close else ""
    raise ReadError(
        f"{table.name} has no column {name!r}. {meant}"
        f"To fix this, name one of its columns with {option}: {listed(columns)}."
    )


def _refuse_twice(table: RawTable, named: list[tuple[str, str | None]]) -> None:
    seen: dict[str, str] = {}
    for option, column in named:
        if column is None:
            continue
        if column in seen:
            both = option if option == seen[column] else f"{seen[column]} and {option}"
            raise ReadError(
                f"column {column!r} of {table.name} is named twice ({both}). "
                f"To fix this, name a different column for each."
            )
        seen[column] = option


def _words(column: str) -> list[str]:
    """Return the words of a name: "Time [h]" -> time, h; "obsDate" -> obs, date."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", column)
    return re.findall(r"[a-z]+", spaced.lower())


def _bare(column: str) -> str:
    """Return a name in lower case, without its unit in brackets."""
    return re.sub(r"\s*[\[(].*[\])]\s*$", "", column).strip().lower()


def _guess_time(table: RawTable, taken: set[str | None]) -> str:
    free = [column for column in table.frame.columns if column not in taken]
    for column in free:
        if _bare(column) in _TIME_NAMES and _bare(column) != "t":
            return str(column)
    for column in free:
        if _TIME_WORDS.intersection(_words(column)) and not _is_error(column):
            return str(column)
    for column in free:
        if _bare(column) == "t":  # beside a "time", it is a temperature
            return str(column)

    if table.has_header:
        _refuse_series_in_rows(table, free)

    def unlikely(column: str) -> bool:
        return _is_counter(column) and kind_of(table.frame[column]) == "number"

    for column in sorted(free, key=unlikely):  # stable: the order of the file, counters last
        if _could_be_time(table.frame[column]):
            return str(column)
    raise ReadError(
        f"no column of {table.name} looks like time: expected a common name, dates or rising "
        f"numbers. To fix this, name one of its columns with --time: "
        f"{listed(list(table.frame.columns))}."
    )


def _refuse_series_in_rows(table: RawTable, free: list[str]) -> None:
    """Refuse a table whose columns are samples, as those of genes are: each row is a series."""
    named = [column for column in free if _SAMPLE_NAME.fullmatch(column)]
    if len(named) < max(4, 0.6 * len(free)):
        return
    if any(kind_of(table.frame[column]) in ("date", "clock", "duration") for column in free):
        return
    raise ReadError(
        f"no column of {table.name} looks like time, and most are named as samples are "
        f"({listed(named, 4)}): each row is a series. To fix this, run epicycle rhythms "
        f"{table.name} --period 24, or name a column of times with --time."
    )


def _guess_group(table: RawTable, taken: set[str | None]) -> str | None:
    """Return the only column of labels of a table without header, which cannot name it."""
    free = [c for c in table.frame.columns if c not in taken]
    texts = [str(c) for c in free if kind_of(table.frame[c]) == "text"]
    if len(texts) != 1 or table.frame[texts[0]].isna().any():
        return None
    return texts[0] if table.frame[texts[0]].nunique() <= len(table.frame) / 3 else None


def _could_be_time(series: pd.Series) -> bool:
    kind = kind_of(series)
    if kind != "number":
        return kind in ("date", "duration", "clock")
    from pandas.api import types

    if not types.is_numeric_dtype(series.dtype) or series.isna().any() or series.nunique() < 3:
        return False
    return bool(series.is_monotonic_increasing or series.is_monotonic_decreasing)


def _is_counter(column: str) -> bool:
    words = _words(column)
    last = bool(words) and len(words) > 1 and words[-1] in ("id", "ids", "no", "nr")
    nameless = column.startswith(("column ", "Unnamed")) or not re.search(r"\w", column)
    return nameless or last or _bare(column) in _COUNTERS


def _is_circumstance(column: str) -> bool:
    words = _words(column)
    return bool(words) and (words[0] in _CIRCUMSTANCES or _bare(column) in _CIRCUMSTANCES)


def _is_error(column: str) -> bool:
    name = _bare(column)
    return name in _ERROR_NAMES or bool(_ERROR_WORDS.intersection(_words(column)))


def _error_forms(value: str) -> set[str]:
    return {form.format(v=_bare(value)) for form in _ERROR_FORMS.split()}


def _numeric(table: RawTable, taken: set[str | None]) -> list[str]:
    return [
        str(column)
        for column in table.frame.columns
        if column not in taken and kind_of(table.frame[column]) == "number"
    ]


def _guess_value(table: RawTable, taken: set[str | None]) -> str:
    free = [c for c in table.frame.columns if c not in taken and not _is_error(c)]
    for column in free:
        if _bare(column) in _VALUE_NAMES:
            return str(column)
    for column in free:
        words = _words(column)
        if words and words[0] in _VALUE_WORDS:
            return str(column)
    numeric = [c for c in _numeric(table, taken) if not _is_error(c)]
    for column in numeric:
        likely = not (_is_circumstance(column) or _is_counter(column))
        if likely and _VALUE_WORDS.intersection(_words(column)):
            return column

    def unlikely(column: str) -> int:
        if table.frame[column].nunique() < 2:
            return 2  # where the station is, how high it stands
        return int(_is_counter(column) or _is_circumstance(column))

    # the error of another column comes after it, whatever its name: "rv0", "e_rv0"
    for column in sorted(numeric, key=unlikely):
        if not any(_bare(column) in _error_forms(other) for other in numeric):
            return column
    raise ReadError(
        f"{table.name} has no column of numbers besides the time: expected values. "
        f"To fix this, name one of its columns with --value: {listed(list(table.frame.columns))}; "
        f"or read its times as those of events, with --events."
    )


def other_values(table: RawTable, taken: set[str | None]) -> list[str]:
    """Return the columns of numbers that could be values, besides those that are taken."""
    numeric = [c for c in _numeric(table, taken) if table.frame[c].notna().any()]
    likely = [c for c in numeric if not (_is_error(c) or _is_circumstance(c) or _is_counter(c))]
    return [c for c in likely if not any(_bare(c) in _error_forms(other) for other in numeric)]


def _is_often_negative(column: Any) -> bool:
    numbers = to_numbers(column.dropna())
    return bool((numbers < 0).mean() > INPUTS.negative_errors)


def _guess_errors(table: RawTable, values: list[str], taken: set[str | None]) -> list[str]:
    numeric = _numeric(table, taken)
    own = [next((c for c in numeric if _bare(c) in _error_forms(value)), None) for value in values]
    # (errors of errors, changes of a value: what is often negative is something else)
    own = [None if c is None or _is_often_negative(table.frame[c]) else c for c in own]
    if all(own):
        return [column for column in own if column is not None]
    if len(values) > 1:
        return []
    generic = [column for column in numeric if _bare(column) in _ERROR_NAMES]
    if not generic:
        return []
    # a column called just "error" belongs to the only value, or to the one right before it
    others = [c for c in numeric if not _is_error(c) and not _is_counter(c)]
    columns = list(table.frame.columns)
    before = columns[columns.index(generic[0]) - 1]
    return generic[:1] if not others or before == values[0] else []
