"""``epicycle find --id``: each series of a long table searched, or screened for one sinusoid."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from epicycle.cli.options import SearchOptions, in_words_of_options
from epicycle.files.writing import InputError, cell, text_written_whole
from epicycle.samples.options import BY_EVIDENCE

if TYPE_CHECKING:
    from epicycle.many.jobs import Task

SCHEMA = "epicycle.screening/1"

#: What was looked for, in every document and on the terminal.
SCOPE = (
    "the strongest sinusoid of each series: no harmonics, aliases, drift, coherence or second cycle"
)

#: Options that say something of a screening; all others are refused.
_APPLY = {
    "file",
    "time",
    "value",
    "error",
    "weight",
    "unit",
    "min_period",
    "max_period",
    "false_alarm",
    "trend",
    "clock",
    "zone",
    "max_frequencies",
    "max_table",
    "date_format",
    "dayfirst",
    "missing",
    "strip",
    "decimal",
}


class ScreenEach:
    """What ``find --id --screen`` does with a table."""

    scope = SCOPE

    def arguments(self, options: SearchOptions) -> dict[str, Any]:
        """Return the arguments of :func:`epicycle.screening.screen` that say what to look for.

        Raises
        ------
        InputError
            If an option does not apply to a screening, or cannot be used.
        """
        from epicycle.screening.screen import Limits

        for option in fields(options):
            if option.name not in _APPLY and getattr(options, option.name) != option.default:
                name = option.name.replace("_", "-")
                raise InputError(
                    f"--screen looks for one sinusoid in each series: --{name} does not apply. "
                    f"To fix this, leave out either of the two."
                )
        if len(options.value or ()) > 1:
            raise InputError(
                "--screen takes one column of values, got several. To fix this, name one with "
                "--value, or leave out --screen."
            )
        library = options.of_library()
        if library.trend == BY_EVIDENCE:
            library = replace(library, trend=1)
        if isinstance(library.trend, str):
            raise InputError(
                f"--screen fits a polynomial trend, got --trend {library.trend}. To fix this, "
                f"pass its degree, or leave out --screen."
            )
        names = ("minimum_period", "maximum_period", "false_alarm", "trend", "max_frequencies")
        chosen = {name: getattr(library, name) for name in names}
        try:
            Limits.checked(**chosen)
        except (TypeError, ValueError) as problem:
            raise InputError(in_words_of_options(str(problem))) from None
        return {**chosen, "clock": library.clock}

    def task(self) -> Task:
        """Return what is done with each series."""
        from epicycle.many.screenings import SCREEN

        return SCREEN

    def write(
        self, parts: Iterable[dict[str, Any]], output: Path, names: list[str]
    ) -> dict[str, int]:
        """Write all screenings to a file in one go; return how many series are of each kind."""
        from epicycle.many.screenings import COLUMNS

        columns = ("id", "n_samples", *COLUMNS)
        counts = dict.fromkeys(
            ("series", "with_cycles", "to_look_at", "without_cycles", "unusable"), 0
        )
        as_table = output.name.lower().endswith(".csv")
        with text_written_whole(output, "--output") as file:
            table = csv.writer(file, lineterminator="\n")
            if as_table:
                table.writerow(columns)
            for document in parts:
                document["error"] = [e and in_words_of_options(e) for e in document["error"]]
                _count(document, counts)
                rows = zip(*(document[name] for name in columns), strict=True)
                if as_table:
                    at = columns.index("significant")
                    table.writerows(
                        map(cell, (*row[:at], str(row[at]).lower(), *row[at + 1 :])) for row in rows
                    )
                else:
                    for row in rows:
                        line = {"schema": SCHEMA, **dict(zip(columns, row, strict=True))}
                        file.write(json.dumps(line, allow_nan=False) + "\n")
        return counts

    def in_words(self, counts: dict[str, int]) -> str:
        """Return the counts of series for the reader, and what was not looked for."""
        return (
            f"{counts['series']:,} series, {counts['with_cycles']:,} with a cycle, "
            f"{counts['to_look_at']:,} with slow variation or power at the edge of the band, "
            f"{counts['without_cycles']:,} without, {counts['unusable']:,} unusable "
            f"(screened for {SCOPE})"
        )


def _count(document: dict[str, list[Any]], counts: dict[str, int]) -> None:
    """Count the series of a part by what was found."""
    told = zip(document["significant"], document["note"], document["error"], strict=True)
    for significant, note, error in told:
        counts["series"] += 1
        if error:
            counts["unusable"] += 1
        elif not significant:
            counts["without_cycles"] += 1
        else:
            counts["to_look_at" if note else "with_cycles"] += 1


#: Columns of the table of cycles; amplitudes of several outputs get one column each.
_CYCLE = ("period", "period_error", "frequency", "frequency_error")

_SHAPE = ("amplitude", "amplitude_error", "time_of_maximum")


class SearchEach:
    """What ``find --id`` does with a table."""

    scope = None

    def arguments(self, options: SearchOptions) -> dict[str, Any]:
        """Return the arguments of :func:`epicycle.find_cycles` that say what to look for."""
        return options.of_library().arguments()

    def task(self) -> Task:
        """Return what is done with each series."""
        from epicycle.many.searches import SEARCH

        return SEARCH

    def write(
        self, parts: Iterable[dict[str, Any]], output: Path, names: list[str]
    ) -> dict[str, int]:
        """Write all documents to a file in one go; return how many there are of each kind."""
        from epicycle.many.searches import documents_of

        counts = {"series": 0, "with_cycles": 0, "without_cycles": 0, "unusable": 0}

        def counted() -> Iterable[dict[str, Any]]:
            for document in documents_of(parts):
                counts["series"] += 1
                if "error" in document:
                    document["error"] = in_words_of_options(document["error"])
                    counts["unusable"] += 1
                else:
                    counts["with_cycles" if document["cycles"] else "without_cycles"] += 1
                yield document

        with text_written_whole(output, "--output") as file:
            if output.name.lower().endswith(".csv"):
                _write_csv(counted(), file, names)
            else:
                for document in counted():
                    file.write(json.dumps(document, allow_nan=False) + "\n")
        return counts

    def in_words(self, counts: dict[str, int]) -> str:
        """Return the counts of series for the reader."""
        return (
            f"{counts['series']:,} series, {counts['with_cycles']:,} with cycles, "
            f"{counts['without_cycles']:,} without, {counts['unusable']:,} unusable"
        )


def _write_csv(documents: Iterable[dict[str, Any]], file: TextIO, names: list[str]) -> None:
    """Write a row for each cycle, and one for each series without any."""
    shape = [f"{part}_{name}" for name in names for part in _SHAPE] or list(_SHAPE)
    columns = ["id", "n_samples", "cycle", *_CYCLE, *shape, "false_alarm_probability", "error"]
    writer = csv.DictWriter(file, columns, lineterminator="\n")
    writer.writeheader()
    for document in documents:
        row = {key: cell(document.get(key)) for key in ("id", "n_samples", "error")}
        if not document.get("cycles"):
            writer.writerow(row)
        for k, cycle in enumerate(document.get("cycles", ()), 1):
            parts = [cycle[part] if names else [cycle[part]] for part in _SHAPE]
            values = [part[j] for j in range(max(1, len(names))) for part in parts]
            own = {key: cycle[key] for key in (*_CYCLE, "false_alarm_probability")}
            writer.writerow({**row, "cycle": k, **own, **dict(zip(shape, values, strict=True))})
