"""``epicycle find --id``: one model for each series of a long table."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any

from epicycle import _console, cli_screen
from epicycle._picture_files import InputError
from epicycle._whole_files import OutputError, check_output, written_whole
from epicycle.cli_options import (
    FOUND,
    NOTHING_FOUND,
    SearchOptions,
    in_words_of_options,
    read_samples,
    unit_and_guesses,
)

SCHEMA = "epicycle.series/1"
ENDINGS = (".jsonl", ".csv")

#: Columns of the table of cycles; amplitudes of several outputs get one column each.
_CYCLE = ("period", "period_error", "frequency", "frequency_error")
_SHAPE = ("amplitude", "amplitude_error", "time_of_maximum")


def find_each(
    options: SearchOptions,
    ids: str,
    output: Path | None,
    workers: int | None,
    *,
    screen: bool,
    as_json: bool,
    quiet: bool,
) -> int:
    """Find the cycles of each series, write them to `output`, and return the exit code.

    With `screen`, only the strongest sinusoid of each is looked for.

    Raises
    ------
    InputError
        If the table, the options or the output cannot be used.
    """
    from epicycle._parts import Parts
    from epicycle._workers import started
    from epicycle.many_screenings import Screenings
    from epicycle.many_series import find_in_each, fingerprint
    from epicycle.search import processors

    if output is None:
        raise InputError(
            "--id needs a file for its many results. To fix this, name one with --output, with the "
            "ending .jsonl or .csv."
        )
    if workers is not None and workers < 1:
        raise InputError(f"--workers must be at least 1, got {workers}. To fix this, leave it out.")
    wanted = cli_screen.screening_arguments(options) if screen else options.of_library()
    count = workers or processors()
    try:
        check_output(output, "--output", ENDINGS)
        with ExitStack() as stack:
            # a screening takes hardly longer than to start: workers import while the table is read
            pool = stack.enter_context(started(count)) if screen else None
            table = read_samples(options, ids)
            unit, guesses = unit_and_guesses(options, table)
            arguments = {"unit": unit, **wanted}
            if guesses and not quiet:
                _console.say(guesses)
            facts = {**arguments, "zone": options.zone, "screen": screen}
            with Parts(output, fingerprint(table, ids, facts)) as parts:
                screenings = Screenings(table, arguments, parts) if screen else None
                done = len(parts) if screenings is None else screenings.done
                if done and not quiet:
                    _console.say(f"continues: {done:,} series were done before")
                with _console.CountBar(shown=not quiet, of="series") as bar:
                    if pool is not None and screenings is not None:
                        screenings.run(pool, bar.update)
                    else:
                        find_in_each(table, arguments, parts, count, bar.update)
                if screenings is not None:
                    counts = cli_screen.write_screenings(parts.in_order(), output)
                else:
                    outputs = list(table.value_columns) if len(table.value_columns) > 1 else []
                    counts = _write(parts.in_order(), output, outputs)
                parts.remove()
    except OutputError as problem:
        raise InputError(str(problem)) from None
    except KeyboardInterrupt:
        _console.say("what is done is kept: the same command again continues")
        raise
    if as_json:
        scope = {"screened_for": cli_screen.SCOPE} if screen else {}
        document = {"schema": SCHEMA, "output": str(output), **scope, **counts}
        _console.write(json.dumps(document) + "\n")
    if not quiet:
        words = cli_screen.in_words(counts) if screen else _in_words(counts)
        _console.say(f"wrote {output}: {words}")
    return FOUND if counts["with_cycles"] else NOTHING_FOUND


def _in_words(counts: dict[str, int]) -> str:
    return (
        f"{counts['series']:,} series, {counts['with_cycles']:,} with cycles, "
        f"{counts['without_cycles']:,} without, {counts['unusable']:,} unusable"
    )


def _write(documents: Iterable[dict[str, Any]], output: Path, names: list[str]) -> dict[str, int]:
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

    with (
        written_whole(output, "--output") as unfinished,
        open(unfinished, "w", encoding="utf-8", newline="") as file,
    ):
        if output.name.lower().endswith(".csv"):
            _write_csv(counted(), file, names)
        else:
            for document in counted():
                file.write(json.dumps(document, allow_nan=False) + "\n")
    return counts


def _write_csv(documents: Iterable[dict[str, Any]], file: IO[str], names: list[str]) -> None:
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
