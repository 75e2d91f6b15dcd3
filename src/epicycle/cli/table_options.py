"""Options that say how a table is written, and what is told of how it was read."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer

from epicycle.files.conventions import Conventions
from epicycle.files.delimited import listed
from epicycle.files.offsets import OF_ZONES
from epicycle.files.writing import InputError

if TYPE_CHECKING:
    from epicycle.files.reading import Table


@dataclass(frozen=True, kw_only=True)
class TableOptions:
    """What a user says of how a table is written; by default the table tells."""

    date_format: Annotated[
        str | None,
        typer.Option(
            metavar="FORMAT", help="How dates are written, such as '%d/%m/%Y %H:%M'.  [dim]Told.[/]"
        ),
    ] = None
    dayfirst: Annotated[
        bool | None,
        typer.Option(
            "--dayfirst/--monthfirst",
            help="Whether 01/05/2024 is in May or in January.  [dim]Told by other dates.[/]",
        ),
    ] = None
    missing: Annotated[
        list[str] | None,
        typer.Option(
            metavar="WORD",
            help="A word or a number that stands for a missing value; repeat it for several.  "
            "[bold]none[/bold]: no number does.  [dim]Common words, -9999 far off all others.[/]",
        ),
    ] = None
    strip: Annotated[
        list[str] | None,
        typer.Option(metavar="UNIT", help="What to take off numbers: '°C', 'kWh'; repeatable."),
    ] = None
    decimal: Annotated[
        str | None,
        typer.Option(metavar="MARK", help="The mark of decimals, . or ,  [dim]Told.[/]"),
    ] = None

    def written(self) -> Conventions:
        """Return how the table is written.

        Raises
        ------
        InputError
            If options contradict each other, or one cannot be.
        """
        if self.date_format is not None and self.dayfirst is not None:
            raise InputError(
                "--date-format says already whether the day comes first. To fix this, leave out "
                "--dayfirst or --monthfirst."
            )
        if self.date_format is not None and "%" not in self.date_format:
            raise InputError(
                f"--date-format must be in the codes of strptime, got {self.date_format!r}. To fix "
                f"this, write for example '%d/%m/%Y %H:%M'."
            )
        if self.decimal not in (None, ".", ","):
            raise InputError(
                f"--decimal must be '.' or ',', got {self.decimal!r}. To fix this, pass either."
            )
        return Conventions(
            self.date_format,
            self.dayfirst,
            tuple(self.missing or ()),
            tuple(self.strip or ()),
            self.decimal,
        )


def with_table_options(command: Callable[..., None]) -> Callable[..., None]:
    """Return a command whose parameter `written` is one option for each field of the options.

    Typer reads the signature of a function: the one made here lists the fields in its place.
    """
    hints = get_type_hints(TableOptions, include_extras=True)
    names = [field.name for field in fields(TableOptions)]
    keyword = inspect.Parameter.KEYWORD_ONLY
    own = [
        parameter.replace(kind=keyword)
        for parameter in inspect.signature(command, eval_str=True).parameters.values()
        if parameter.name != "written"
    ]
    shared = [
        inspect.Parameter(name, keyword, default=None, annotation=hints[name]) for name in names
    ]

    def run(**given: Any) -> None:
        command(written=TableOptions(**{name: given.pop(name) for name in names}), **given)

    run.__name__, run.__doc__ = command.__name__, command.__doc__
    run.__signature__ = inspect.Signature([*own, *shared])  # type: ignore[attr-defined]
    run.__annotations__ = {p.name: p.annotation for p in (*own, *shared)}
    return run


def in_zone_asked(table: Table, times: Any) -> Table:
    """Return a table whose times are told in the zone that the user names, by no other clock."""
    kept = tuple(said for said in table.remarks if not said.startswith(OF_ZONES))
    return replace(table, t=times, clock=None, remarks=kept)


def told_of(table: Table) -> list[str]:
    """Return how a table was read, where that is not plain, and which columns play no part."""
    said = list(table.remarks)
    if table.ignored:
        more = " (find --value all takes each for a series)" if table.others else ""
        said.append(f"ignored: {listed(table.ignored)}{more}")
    return said
