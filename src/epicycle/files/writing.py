"""Files that are written whole or not at all, whatever interrupts the writing."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    import pandas as pd

if TYPE_CHECKING:
    from matplotlib.figure import Figure


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


ENDINGS = (".csv", ".json", ".parquet")


def check_table(path: Path) -> None:
    """Refuse, before the work, a table that could not be written after it.

    Raises
    ------
    OutputError
        If its ending is none of :data:`ENDINGS`, or it cannot be where it should.
    """
    check_output(path, "--output", ENDINGS)
    if path.name.lower().endswith(".parquet") and find_spec("pyarrow") is None:
        raise OutputError(
            f"--output {path} needs pyarrow to be written. "
            f"To fix this, pip install 'epicycle[parquet]', or write CSV."
        )


def write_table(frame: pd.DataFrame, path: Path, about: dict[str, Any]) -> None:
    """Write a table; JSON documents begin with what is said `about` it.

    Raises
    ------
    OutputError
        If the disk refuses.
    """
    name = path.name.lower()
    if name.endswith(".parquet"):
        with written_whole(path, "--output") as unfinished:
            frame.to_parquet(unfinished, index=False)
    elif name.endswith(".json"):
        write_text(as_json(frame, about), path, "--output")
    else:
        write_text(as_csv(frame), path, "--output")


def as_csv(frame: pd.DataFrame) -> str:
    """Return a table as CSV, dates in ISO 8601 and numbers to their last digit."""
    return str(_with_iso_dates(frame).to_csv(index=False, lineterminator="\n"))


def as_json(frame: pd.DataFrame, about: dict[str, Any]) -> str:
    """Return a table as one document of JSON, a record for each row."""
    dated = _with_iso_dates(frame)
    columns = [dated[name].tolist() for name in dated.columns]
    # row by row, for a dictionary of each row takes several times the memory of their text
    rows = (
        json.dumps(dict(zip(dated.columns, row, strict=True)), allow_nan=False)
        for row in zip(*columns, strict=True)
    )
    opened = json.dumps({**about, "predictions": []}, allow_nan=False).removesuffix("]}")
    return f"{opened}{', '.join(rows)}]}}\n"


def _with_iso_dates(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the table with its dates as text: 2024-03-31T18:00:00+02:00."""
    result = frame.copy()
    for name in frame.columns:
        if frame[name].dtype.kind == "M" or hasattr(frame[name].dtype, "tz"):
            result[name] = [moment.isoformat() for moment in frame[name]]
    return result


#: Pictures that can be written.
PICTURES = ("png", "pdf", "svg", "jpg", "jpeg", "webp", "tif", "tiff", "eps", "ps")


class InputError(Exception):
    """What was asked for on the command line cannot be done; the message is one line."""


def check_picture(path: Path | None) -> None:
    """Refuse, before the work, a picture that could not be written after it."""
    if path is None:
        return
    kind = path.suffix.lower().removeprefix(".")
    if kind not in PICTURES:
        raise InputError(
            f"--plot {path} has {f'the ending {path.suffix!r}' if kind else 'no ending'}: expected "
            f"one of {', '.join(PICTURES)}. To fix this, call it {path.stem or 'cycles'}.png."
        )
    try:
        check_output(path, "--plot")
    except OutputError as problem:
        raise InputError(str(problem)) from None
    need_matplotlib("--plot")


def need_matplotlib(option: str) -> None:
    """Refuse what needs pictures where nothing can draw them."""
    if find_spec("matplotlib") is None:
        raise InputError(f"{option} needs matplotlib. To fix this, pip install 'epicycle[plot]'.")


def write_picture(figure: Figure, path: Path) -> None:
    """Write the picture under another name first: what stands at `path` is always whole."""
    try:
        with written_whole(path, "--plot") as unfinished:
            figure.savefig(unfinished)
    except OutputError as problem:
        raise InputError(str(problem)) from None
