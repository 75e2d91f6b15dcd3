"""``epicycle fit``: find the cycles in a table, and keep the model in a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from epicycle.cli import console
from epicycle.cli.options import (
    FOUND,
    NOTHING_FOUND,
    SearchOptions,
    in_words_of_options,
    read_samples,
    search,
    with_search_options,
)
from epicycle.cli.shared_options import AsJson, Quiet
from epicycle.files.writing import InputError, OutputError, check_output, in_one_line


@with_search_options
def fit(
    options: SearchOptions,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="The model file.  [dim]By default called as the table, with the ending "
            ".model.json, in this directory.[/]",
        ),
    ] = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Find the cycles in a table and write them to a model file, to predict from later.

    Prints what epicycle find prints.  The file is JSON; it names the table, its digest and its
    columns.  Exit code 0: cycles found; 1: nothing significant, and the model is the trend alone;
    2: the input cannot be used.

    [bold]Examples[/bold]

    epicycle fit tide.csv -o tide.model.json

    epicycle predict tide.model.json --from 2024-01-01 --to 2024-01-08 --step 1h
    """
    from epicycle.files.model_files import Provenance, SavedModel, write_model

    path = output or Path(f"{name_of(options.file)}.model.json")
    try:
        check_output(path, "--output", inputs=[options.file])
        table = read_samples(options)
        model = search(options, table, quiet=quiet)
        columns = {
            "time": table.time_column,
            "values": list(table.value_columns),
            "errors": list(table.error_columns),
            "group": table.group_column,
            "weight": options.weight,
            "covariates": list(options.covariate or ()),
        }
        asked = options.of_library().arguments()
        del asked["unit"]  # the model has it, be it named or guessed
        provenance = Provenance(
            file=Path(table.name).name,
            sha256=table.sha256,
            columns=columns,
            options={**asked, "zone": options.zone, "holidays": options.holidays},
        )
        write_model(SavedModel(model, provenance), path)
    except OutputError as problem:
        raise in_one_line(problem) from None
    if as_json:
        console.write(json.dumps(model.to_dict(), allow_nan=False) + "\n")
    else:
        console.write(console.as_text(model, in_words_of_options))
    if not quiet:
        console.say(f"wrote {path}")
    raise typer.Exit(FOUND if model.cycles else NOTHING_FOUND)


def name_of(file: str) -> str:
    """Return what files made from a table are called after: its name without endings."""
    if file == "-":
        raise InputError(
            "a table from standard input has no name to call the output after. "
            "To fix this, name the output with --output."
        )
    name = Path(file).name
    for ending in (".gz", ".csv", ".tsv", ".txt", ".dat", ".parquet"):
        if name.lower().endswith(ending) and len(name) > len(ending):
            name = name[: -len(ending)]
    return name
