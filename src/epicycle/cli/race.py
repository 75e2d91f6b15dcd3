"""Contestants on the command line: who runs, how far they are, and the table at the end."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any

from epicycle.files.writing import InputError

#: Seconds between two updates of a line: some contestants do thousands of batches in this time.
_PAUSE = 0.1


def parse_entries(against: str, known: Callable[[str], Any]) -> list[str]:
    """Return the entries of a list such as "siren,siren:100,mlp", each once.

    Parameters
    ----------
    against : str
        Entries with commas in between; empty for none.
    known : callable
        Raises ValueError for an entry that does not exist.

    Raises
    ------
    InputError
        If an entry does not exist.
    """
    entries = list(dict.fromkeys(entry.strip() for entry in against.split(",") if entry.strip()))
    for entry in entries:
        try:
            known(entry)
        except ValueError as problem:
            raise InputError(f"--against {against}: {problem}") from None
    return entries


def need_torch(command: str) -> None:
    """Refuse, in one line, what cannot be done without torch."""
    try:
        import torch  # noqa: F401
    except ImportError:
        raise InputError(
            f"epicycle {command} needs torch. To fix this, pip install 'epicycle[torch]'."
        ) from None


class Race:
    """A line of live progress on standard error for each contestant, if that is a terminal.

    Parameters
    ----------
    shown : bool
        Whether to show anything at all.
    """

    def __init__(self, *, shown: bool) -> None:
        self._bars: Any = None
        self._finish: Callable[[], None] = _nothing
        if shown and sys.stderr is not None and sys.stderr.isatty():
            self._bars = _new_bars()

    def __enter__(self) -> Race:
        if self._bars is not None:
            self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._bars is not None:
            self._finish()
            self._bars.stop()

    def starter(self, title: str, total: float) -> Callable[..., None]:
        """Return what the next contestant is to call with (batches, seconds, loss[, done]).

        Its bar is full when `done`, or else the seconds, have reached the total.
        """
        if self._bars is None:
            return _nothing
        self._finish()
        bars = self._bars
        task = bars.add_task(title, total=total, elapsed=0.0, batches=0, loss="")
        said, last = -_PAUSE, (0, 0.0, float("nan"))

        def say(completed: float) -> None:
            batches, elapsed, loss = last
            said_loss = f"loss {loss:.3g}" if batches else ""
            bars.update(task, completed=completed, elapsed=elapsed, batches=batches, loss=said_loss)

        def update(batches: int, elapsed: float, loss: float, done: float | None = None) -> None:
            nonlocal said, last
            last = batches, elapsed, loss
            if elapsed - said >= _PAUSE:
                said = elapsed
                say(elapsed if done is None else done)

        # a contestant may end before its time: its bar is filled when the next one starts
        self._finish = lambda: say(total)
        return update


def _nothing(*_: object) -> None:
    """Do nothing."""


def _new_bars() -> Any:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=24),
        TextColumn("{task.fields[elapsed]:.1f} s", justify="right"),
        TextColumn("{task.fields[batches]:,} batches", justify="right"),
        TextColumn("{task.fields[loss]}", markup=False),
        console=Console(stderr=True),
        transient=True,
        refresh_per_second=8,
    )


def table(headings: Sequence[str], rows: Sequence[Sequence[str]], *, winner: int = 0) -> str:
    """Return a table as it suits standard output: for a terminal, or else as plain lines.

    Parameters
    ----------
    headings : sequence of str
        The first column is text, the others are numbers.
    rows : sequence of sequence of str
        Cells.
    winner : int
        The row that a terminal shows in bold, -1 for none.
    """
    if sys.stdout is None or not sys.stdout.isatty():
        lines = [list(headings), *map(list, rows)]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        aligned = [_align(line, widths) for line in lines]
        aligned.insert(1, "-" * (sum(widths) + 2 * (len(widths) - 1)))
        return "\n".join(aligned) + "\n"
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    shown = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for k, heading in enumerate(headings):
        shown.add_column(Text(heading, "bold"), justify="right" if k else "left", overflow="fold")
    for k, row in enumerate(rows):
        shown.add_row(*map(Text, row), style="bold green" if k == winner else None)
    console = Console()
    with console.capture() as capture:  # rich would end the program at a broken pipe
        console.print(shown)
    return capture.get()


def _align(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = (
        cell.rjust(width) if k else cell.ljust(width)
        for k, (cell, width) in enumerate(zip(cells, widths, strict=True))
    )
    return "  ".join([first, *others]).rstrip()
