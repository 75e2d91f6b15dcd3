"""``epicycle actigraphy --id``: each subject of a long table in a row."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from epicycle.cli import console
from epicycle.cli.options import in_words_of_options
from epicycle.files.writing import OutputError, as_csv, in_one_line, write_text

if TYPE_CHECKING:
    from epicycle.files.reading import Table

#: Arguments in messages of the library that begin with them, as they are called here.
_OPTIONS = ("period", "epoch", "rest")

#: Columns of the table that a person reads; the file has all.
_SHOWN = ("days", "IS", "IV", "RA", "M10_onset", "L5_onset", "SRI", "onset_period")


def tell_each(
    table: Table, wanted: dict[str, Any], output: Path | None, *, as_json: bool, quiet: bool
) -> bool:
    """Tell of each subject in a row or a document, and why of those that cannot be told.

    Returns whether any could.
    """
    import pandas as pd

    from epicycle.behaviour.actigraphy import actigraphy as tell
    from epicycle.behaviour.documents import COLUMNS, row
    from epicycle.changing.scalogram_pictures import aligned

    ids = np.asarray(table.ids, dtype=object)
    names = list(dict.fromkeys(ids.tolist()))
    rows: list[dict[str, Any]] = []
    refused: list[str] = []
    with console.CountBar(shown=not quiet, of="subjects") as bar:
        for k, name in enumerate(names):
            here = np.flatnonzero(ids == name)
            try:
                found = tell(table.t[here], np.asarray(table.y)[here], **wanted)
            except (TypeError, ValueError) as problem:
                reason = in_words(str(problem))
                refused.append(f"{name}: {reason}")
                rows.append({"id": name, "reason": reason})
                document: dict[str, Any] = {"id": name, "error": reason}
            else:
                rows.append({"id": name, **row(found), "reason": ""})
                document = {"id": name, **found.to_dict()}
            if as_json:
                console.write(json.dumps(document, allow_nan=False) + "\n")
            bar.update(k + 1, len(names))
    if not as_json:
        shown = [tuple(brief(one.get(key)) for key in ("id", *_SHOWN)) for one in rows]
        console.write(console.visible("\n".join(aligned(("id", *_SHOWN), shown))) + "\n")
    for text in refused if not quiet else ():
        console.say(text)
    if output is not None:
        frame = pd.DataFrame(rows, columns=["id", *COLUMNS, "reason"])
        try:
            write_text(as_csv(frame), output, "--output")
        except OutputError as problem:
            raise in_one_line(problem) from None
        if not quiet:
            console.say(f"wrote {output}")
    return len(refused) < len(rows)


def brief(cell: Any) -> str:
    """Return what stands in a cell: a number to four digits, nothing where there is none."""
    if cell is None:
        return ""
    return f"{cell:.4g}" if isinstance(cell, float) else str(cell)


def in_words(message: str) -> str:
    """Return a message of the library with its arguments called as they are here."""
    message = message.replace("unit='d'", "--unit d").replace("period='auto'", "--period auto")
    for name in _OPTIONS:
        if message.startswith((f"{name} ", f"{name}=")):
            message = f"--{message}"
    return in_words_of_options(message)
