"""``epicycle track --id``: each series of a long table tracked, and the maxima of all of them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from epicycle.cli import console
from epicycle.files.writing import InputError, OutputError, as_csv, in_one_line, write_text
from epicycle.samples.labels import numbered

if TYPE_CHECKING:
    from epicycle.changing.rhythm import Rhythm
    from epicycle.files.reading import Table

#: Columns of the file of maxima, besides the id.
_MAXIMUM = ("time", "time_error", "period", "period_error", "amplitude", "amplitude_error")

#: Odds of a rhythm against none from which there is one.
_CLEAR = 1.0


def is_rhythm(rhythm: Rhythm) -> bool:
    """Return whether there is a rhythm rather than none."""
    odds = float(rhythm.odds.get("rhythm", np.inf))
    return not odds < _CLEAR


def track_each(
    table: Table, wanted: dict[str, Any], maxima: Path | None, *, as_json: bool, quiet: bool
) -> bool:
    """Track each series of a table, print a row or a document for each.

    Returns whether any of them has a rhythm.  A series that cannot be used says why, and the
    others go on.
    """
    from epicycle.changing.track import track

    codes, names = numbered(table.ids)
    done: list[tuple[Any, Rhythm]] = []
    rows: list[tuple[str, ...]] = []
    refused: list[str] = []
    with console.CountBar(shown=not quiet, of="series") as bar:
        for k, name in enumerate(names):
            here = np.flatnonzero(codes == k)
            dy = None if table.dy is None else np.asarray(table.dy)[here]
            try:
                rhythm = track(table.t[here], np.asarray(table.y)[here], dy, **wanted)
            except (TypeError, ValueError) as problem:
                refused.append(f"{name}: {problem}")
                if as_json:
                    console.write(json.dumps({"id": name, "error": str(problem)}) + "\n")
            else:
                done.append((name, rhythm))
                rows.append(_row(name, rhythm))
                if as_json:
                    document = {"id": name, **rhythm.to_dict()}
                    console.write(json.dumps(document, allow_nan=False) + "\n")
            bar.update(k + 1, len(names))
    if not as_json:
        from epicycle.changing.scalogram_pictures import aligned

        headings = ("id", "mean period", "period", "amplitude", "lifetime", "shifts")
        console.write(console.visible("\n".join(aligned(headings, rows))) + "\n")
    for text in refused if not quiet else ():
        console.say(text)
    if maxima is not None:
        write_maxima(done, maxima)
        if not quiet:
            console.say(f"wrote {maxima}")
    if not done:  # which is no lack of rhythms
        raise InputError("no series could be tracked. To fix this, mend what is said of each.")
    return any(is_rhythm(rhythm) for _, rhythm in done)


def write_maxima(rhythms: Iterable[tuple[Any, Rhythm]], path: Path) -> None:
    """Write the maximum of every cycle of some series as CSV, with an id where there is one.

    Raises
    ------
    InputError
        If the disk refuses.
    """
    import pandas as pd

    rows = [
        {**({} if name is None else {"id": name}), **{key: getattr(one, key) for key in _MAXIMUM}}
        for name, rhythm in rhythms
        for one in rhythm.maxima
    ]
    frame = pd.DataFrame(rows) if rows else pd.DataFrame(columns=list(_MAXIMUM))
    try:
        write_text(as_csv(frame), path, "--maxima")
    except OutputError as problem:
        raise in_one_line(problem) from None


def _row(name: Any, rhythm: Rhythm) -> tuple[str, ...]:
    """Return what a table says of one series."""
    from epicycle.look.human import human_period

    unit = rhythm.unit
    life = rhythm.lifetime
    return (
        str(name),
        human_period(rhythm.mean_period, rhythm.mean_period_error, unit),
        rhythm.verdict.period if is_rhythm(rhythm) else "no rhythm",
        rhythm.verdict.amplitude,
        "" if life is None else human_period(life, rhythm.lifetime_error, unit),
        str(len(rhythm.shifts) or ""),
    )
