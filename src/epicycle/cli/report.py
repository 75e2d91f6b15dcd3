"""``epicycle report``: find the cycles in a table, and show them on one page of HTML."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer

from epicycle.cli import console
from epicycle.cli.fit import name_of
from epicycle.cli.options import (
    FOUND,
    NOTHING_FOUND,
    SearchOptions,
    read_samples,
    search,
    with_search_options,
)
from epicycle.cli.shared_options import AsJson, Quiet
from epicycle.files.writing import OutputError, check_output, in_one_line, need_matplotlib


@with_search_options
def report(
    options: SearchOptions,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="The page.  [dim]By default called as the table, with the ending .html, in this "
            "directory.[/]",
        ),
    ] = None,
    title: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Title.  [dim]The name of the file.[/]")
    ] = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Find the cycles in a table and show them on one page of HTML.

    The page says in words what was found, and shows spectrum, folds, fit, components, forecast and
    residual.  It holds its pictures and needs no network.  Exit code 0: cycles found; 1: nothing
    significant, and the page says what would have been seen; 2: the input cannot be used.

    [bold]Examples[/bold]

    epicycle report co2.csv

    epicycle report sleep.csv --unit h -o sleep.html
    """
    path = output or Path(f"{name_of(options.file)}.html")
    need_matplotlib("epicycle report")
    try:
        check_output(path, "--output", (".html", ".htm"), [options.file])
        table = read_samples(options)
        model = search(options, table, quiet=quiet)
        from epicycle.report.write import write_report

        name = Path(table.name).name
        names = [*table.value_columns, *table.error_columns, table.group_column]
        facts = [
            ("file", name),
            ("SHA-256", table.sha256),
            ("columns", ", ".join(n for n in (table.time_column, *names) if n)),
            ("command", shlex.join(["epicycle", *sys.argv[1:]])),
        ]
        label = table.value_columns[0] if table.value_columns else None
        write_report(model, path, title=title or name, value_label=label, facts=facts)
    except OutputError as problem:
        raise in_one_line(problem) from None
    if as_json:
        console.write(json.dumps(model.to_dict(), allow_nan=False) + "\n")
    if not quiet:
        console.say(f"wrote {path}")
    raise typer.Exit(FOUND if model.cycles else NOTHING_FOUND)
