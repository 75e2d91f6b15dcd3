"""Options that several commands have, each defined once.

They are types of parameters, from whose annotations typer makes options: the name of the parameter
is that of the option.  What only one command has is said where that command is; the options of a
search are in :mod:`epicycle.cli.options`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from epicycle.files.writing import PICTURES

AsJson = Annotated[bool, typer.Option("--json", help="Print the result as one JSON document.")]

Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing of guesses and progress.")]

MaxTable = Annotated[
    float | None, typer.Option(metavar="GB", help="Largest size of the table.  [dim]2 GB.[/]")
]

Plot = Annotated[
    Path | None, typer.Option(metavar="FILE", help=f"Write a picture: {', '.join(PICTURES)}.")
]

TimeColumn = Annotated[
    str | None, typer.Option(metavar="COL", help="Column of times.  [dim]Guessed.[/]")
]

ValueColumn = Annotated[
    str | None, typer.Option(metavar="COL", help="Column of values.  [dim]Guessed.[/]")
]

Unit = Annotated[
    str | None,
    typer.Option(metavar="UNIT", help="Unit of time: s, min, h, d, w, y.  [dim]Guessed.[/]"),
]

Zone = Annotated[str | None, typer.Option(metavar="ZONE", help="Time zone of the dates.")]

MaxSeconds = Annotated[
    float | None,
    typer.Option(
        metavar="S",
        help="Time that each search may take; what is found by then is told.  "
        "[dim]As long as it takes.[/]",
    ),
]

MaxMemory = Annotated[
    float, typer.Option(metavar="GB", help="Memory that each search may take beside its data.")
]
