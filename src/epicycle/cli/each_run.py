"""One run of ``epicycle find --id``: what was asked, and what its results depend on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from epicycle.cli import console
from epicycle.cli.each import ScreenEach, SearchEach
from epicycle.cli.options import SearchOptions, unit_and_guesses
from epicycle.spectra.bands import processors

if TYPE_CHECKING:
    from epicycle.files.reading import Table

#: Options that say where samples stand, or how large the file may be: not what is asked of them.
_PLACES = frozenset({"file", "time", "value", "error", "group", "weight", "max_table"})


def asked_of(options: SearchOptions) -> dict[str, Any]:
    """Return everything that options ask of a search, by name."""
    return {
        field.name: getattr(options, field.name)
        for field in fields(options)
        if field.name not in _PLACES
    }


@dataclass(frozen=True)
class Run:
    """What was asked on the command line.

    Attributes
    ----------
    options : SearchOptions
        The table, and what to look for.
    ids : str or None
        The column of ids; None where each column of values is a series.
    output : Path
        Where the results go.
    wanted : dict
        What is asked of every series, but for the unit, which the table may tell.
    kind : ScreenEach or SearchEach
        What is done with each series.
    n_workers : int or None
        How many processes; None for one a processor.
    quiet : bool
        Whether to say nothing of guesses and progress.
    """

    options: SearchOptions
    ids: str | None
    output: Path
    wanted: dict[str, Any]
    kind: ScreenEach | SearchEach
    n_workers: int | None
    quiet: bool

    @property
    def workers(self) -> int:
        """How many processes there are."""
        return self.n_workers or processors()

    def arguments(self, table: Table) -> dict[str, Any]:
        """Return all that is asked of every series; say what was guessed."""
        unit, guesses = unit_and_guesses(self.options, table)
        if guesses and not self.quiet:
            console.say(guesses)
        clock = {} if table.clock is None else {"clock": table.clock}
        return {**self.wanted, "unit": unit, **clock}

    def facts(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """Return what the results depend on, besides the table."""
        screen = isinstance(self.kind, ScreenEach)
        return {**asked_of(self.options), **arguments, "screen": screen}

    def write(self, parts: Iterable[dict[str, Any]], table: Table) -> dict[str, int]:
        """Write all results; return how many series are of each kind."""
        outputs = list(table.value_columns) if len(table.value_columns) > 1 else []
        return self.kind.write(parts, self.output, outputs)
