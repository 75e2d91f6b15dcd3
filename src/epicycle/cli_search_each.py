"""``epicycle find --id`` without ``--screen``: a full search, and a model, of each series."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from epicycle._whole_files import text_written_whole
from epicycle.cli_options import SearchOptions, in_words_of_options

if TYPE_CHECKING:
    from epicycle._parts import Parts
    from epicycle.many_series import Searches
    from epicycle.reading import Table

#: Columns of the table of cycles; amplitudes of several outputs get one column each.
_CYCLE = ("period", "period_error", "frequency", "frequency_error")
_SHAPE = ("amplitude", "amplitude_error", "time_of_maximum")


class SearchEach:
    """What ``find --id`` does with a table."""

    scope = None

    def arguments(self, options: SearchOptions) -> dict[str, Any]:
        """Return the arguments of :func:`epicycle.find_cycles` that say what to look for."""
        return options.of_library()

    def work(self, table: Table, arguments: dict[str, Any], parts: Parts) -> Searches:
        """Return the search of all series of a table."""
        from epicycle.many_series import Searches

        return Searches(table, arguments, parts)

    def write(
        self, documents: Iterable[dict[str, Any]], output: Path, names: list[str]
    ) -> dict[str, int]:
        """Write all documents to a file in one go; return how many there are of each kind."""
        counts = {"series": 0, "with_cycles": 0, "without_cycles": 0, "unusable": 0}

        def counted() -> Iterable[dict[str, Any]]:
            for document in documents:
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
        row = {key: document.get(key) for key in ("id", "n_samples", "error")}
        if not document.get("cycles"):
            writer.writerow(row)
        for k, cycle in enumerate(document.get("cycles", ()), 1):
            parts = [cycle[part] if names else [cycle[part]] for part in _SHAPE]
            values = [part[j] for j in range(max(1, len(names))) for part in parts]
            own = {key: cycle[key] for key in (*_CYCLE, "false_alarm_probability")}
            writer.writerow({**row, "cycle": k, **own, **dict(zip(shape, values, strict=True))})
