"""``epicycle find --id --screen``: the strongest sinusoid of each series of a long table."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from epicycle._picture_files import InputError
from epicycle._whole_files import text_written_whole
from epicycle.cli_options import SearchOptions, in_words_of_options

if TYPE_CHECKING:
    from epicycle._parts import Parts
    from epicycle.many_screenings import Screenings
    from epicycle.reading import Table

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
        from epicycle.screening import Limits

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
        if isinstance(library["trend"], str):
            raise InputError(
                f"--screen fits a polynomial trend, got --trend {library['trend']}. To fix this, "
                f"pass its degree, or leave out --screen."
            )
        names = ("minimum_period", "maximum_period", "false_alarm", "trend", "max_frequencies")
        chosen = {name: library[name] for name in names}
        try:
            Limits.checked(**chosen)
        except (TypeError, ValueError) as problem:
            raise InputError(in_words_of_options(str(problem))) from None
        return {**chosen, "clock": library["clock"]}

    def work(self, table: Table, arguments: dict[str, Any], parts: Parts) -> Screenings:
        """Return the screening of all series of a table."""
        from epicycle.many_screenings import Screenings

        return Screenings(table, arguments, parts)

    def write(
        self, documents: Iterable[dict[str, Any]], output: Path, names: list[str]
    ) -> dict[str, int]:
        """Write all screenings to a file in one go; return how many series are of each kind."""
        from epicycle.many_screenings import COLUMNS

        columns = ("id", "n_samples", *COLUMNS)
        counts = dict.fromkeys(
            ("series", "with_cycles", "to_look_at", "without_cycles", "unusable"), 0
        )
        as_table = output.name.lower().endswith(".csv")
        with text_written_whole(output, "--output") as file:
            table = csv.writer(file, lineterminator="\n")
            if as_table:
                table.writerow(columns)
            for document in documents:
                document["error"] = [e and in_words_of_options(e) for e in document["error"]]
                _count(document, counts)
                rows = zip(*(document[name] for name in columns), strict=True)
                if as_table:
                    at = columns.index("significant")
                    table.writerows(
                        (*row[:at], str(row[at]).lower(), *row[at + 1 :]) for row in rows
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
