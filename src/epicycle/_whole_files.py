"""Files that are written whole or not at all, whatever interrupts the writing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO


class OutputError(ValueError):
    """A file that was asked for cannot be written; the message is one line."""


def check_output(path: Path, option: str, endings: tuple[str, ...] = ()) -> None:
    """Refuse, before the work, a file that could not be written after it.

    Parameters
    ----------
    path : Path
        The file asked for.
    option : str
        What asked for it, for the message.
    endings : tuple of str
        Endings that it may have, such as ".csv"; none means any.

    Raises
    ------
    OutputError
        If it is a directory, in a directory that does not exist, or of another ending.
    """
    if endings and not path.name.lower().endswith(endings):
        got = f"the ending {path.suffix!r}" if path.suffix else "no ending"
        raise OutputError(
            f"{option} {path} has {got}: expected one of {', '.join(endings)}. "
            f"To fix this, call it {path.stem or 'result'}{endings[0]}."
        )
    if not path.parent.is_dir():
        raise OutputError(
            f"{option} {path}: there is no directory {path.parent}. To fix this, make it first."
        )
    if path.is_dir():
        raise OutputError(f"{option} {path} is a directory. To fix this, name a file in it.")


@contextmanager
def written_whole(path: Path, option: str) -> Iterator[Path]:
    """Yield the name of a file that takes the place of `path` once it is complete.

    Raises
    ------
    OutputError
        If the disk refuses; what stood at `path` is then as it was.
    """
    unfinished = path.with_name(f".{path.stem}-{os.getpid()}{path.suffix}")
    try:
        yield unfinished
        os.replace(unfinished, path)
    except OSError as problem:
        raise OutputError(
            f"{option} {path} cannot be written ({problem.strerror or problem}). "
            f"To fix this, name a file where you may write."
        ) from None
    finally:
        unfinished.unlink(missing_ok=True)


@contextmanager
def text_written_whole(path: Path, option: str) -> Iterator[TextIO]:
    """Yield a file for a text, in UTF-8 with line ends as written, see :func:`written_whole`."""
    with (
        written_whole(path, option) as unfinished,
        open(unfinished, "w", encoding="utf-8", newline="") as file,
    ):
        yield file


def write_text(text: str, path: Path, option: str) -> None:
    """Write a text whole, in UTF-8 with plain line ends.

    Raises
    ------
    OutputError
        If the disk refuses.
    """
    with written_whole(path, option) as unfinished:
        unfinished.write_text(text, encoding="utf-8", newline="\n")
