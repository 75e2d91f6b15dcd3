"""What the command line says, and where: results on standard output, all else on standard error."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TextIO

from epicycle.samples.text import in_letters, visible

if TYPE_CHECKING:
    from rich.progress import Progress

    from epicycle.model import CycleModel

__all__ = ["CountBar", "ProgressBar", "as_text", "say", "visible", "write"]

#: What a terminal of few characters shows in place of those that results are told with.
_PLAIN = str.maketrans(
    {"±": "+-", "²": "^2", "³": "^3", "·": "*", "×": "x", "−": "-", "–": "-", "…": "...", "≈": "~"}
    | {"“": '"', "”": '"', "‘": "'", "’": "'", "√": "sqrt ", "π": "pi", "χ": "chi", "°": " deg"}
)

#: A search that takes longer than this, in seconds, shows its progress.
_PATIENCE = 1.0


def say(message: str) -> None:
    """Write one line to standard error."""
    _write(f"epicycle: {visible(' '.join(message.split()))}\n", sys.stderr)


def write(text: str) -> None:
    """Write to standard output."""
    _write(text, sys.stdout)


def _write(text: str, stream: TextIO | None) -> None:
    """Write at once; a reader that has gone away is no error, a full disk is."""
    if stream is None:  # closed by the caller
        return
    try:
        stream.write(_encodable(text, getattr(stream, "encoding", None) or "utf-8"))
        stream.flush()
    except OSError as error:
        # what is left in the buffer must not fail once more when the interpreter ends
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        if not isinstance(error, BrokenPipeError):
            raise


def _encodable(text: str, encoding: str) -> str:
    """Return text in the characters of a terminal: no two names become one, as "?" would make."""
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        text = text.translate(_PLAIN)
    except LookupError:  # an encoding of the stream's own
        return text
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return "".join(_in_encoding(c, encoding) for c in text)
    return text


def _in_encoding(character: str, encoding: str) -> str:
    try:
        character.encode(encoding)
    except UnicodeEncodeError:
        return in_letters(character)
    return character


def as_text(model: CycleModel, wording: Callable[[str], str]) -> str:
    """Return a result as it suits standard output: for a terminal, or else as plain lines.

    Parameters
    ----------
    model : CycleModel
        The result.
    wording : callable
        Translates what the library says into the words of the command line.
    """
    from epicycle.views import tables

    if sys.stdout is None or not sys.stdout.isatty():
        return visible(wording(tables.plain_table(model))) + "\n"
    from rich.console import Console

    console = Console()
    with console.capture() as capture:  # rich would end the program at a broken pipe
        if model.cycles:
            console.print(tables.rich_table(model, console.width))
            console.print()
        for note in tables.notes(model):
            console.print(visible(wording(note)), style="dim", markup=False, highlight=False)
    return capture.get()


class ProgressBar:
    """A bar on standard error, if that is a terminal and the search takes its time.

    Parameters
    ----------
    shown : bool
        Whether to show it at all.
    preface : str
        A line that is told when the search begins, so that input which is refused before gets
        no other line than the refusal.
    """

    def __init__(self, *, shown: bool, preface: str = "") -> None:
        self._preface = preface if shown else ""
        self._shown = shown and sys.stderr is not None and sys.stderr.isatty()
        self._started = time.monotonic()
        self._searches = 1
        self._done = 0
        self._bar: Progress | None = None
        self._task: Any = None

    def __enter__(self) -> ProgressBar:
        return self

    def __exit__(self, failure: object, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()
        if failure is None:
            self._tell_preface()

    def _tell_preface(self) -> None:
        if self._preface:
            say(self._preface)
            self._preface = ""

    def update(self, done: int, total: int) -> None:
        """Take note of (frequencies done, frequencies in all); each search begins anew."""
        self._tell_preface()
        if done <= self._done:
            self._searches += 1
        self._done = done
        if not self._shown or time.monotonic() - self._started < _PATIENCE:
            return
        if self._bar is None:
            self._bar, self._task = _new_bar()
        self._bar.update(
            self._task,
            completed=done,
            total=total,
            description=f"search {self._searches}: {total:,} frequencies",
        )


class CountBar:
    """A bar on standard error that counts things done, if that is a terminal."""

    def __init__(self, *, shown: bool, of: str) -> None:
        self._shown = shown and sys.stderr is not None and sys.stderr.isatty()
        self._of = of
        self._bar: Progress | None = None
        self._task: Any = None

    def __enter__(self) -> CountBar:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def update(self, done: int, total: int) -> None:
        """Show (things done, things in all)."""
        if not self._shown:
            return
        if self._bar is None:
            self._bar, self._task = _new_bar()
        self._bar.update(
            self._task,
            completed=done,
            total=total,
            description=f"{done:,} of {total:,} {self._of}",
        )


def _new_bar() -> tuple[Progress, Any]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

    bar = Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    bar.start()
    return bar, bar.add_task("search")
