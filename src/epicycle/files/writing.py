"""Files that are written whole or not at all, whatever interrupts the writing."""

from __future__ import annotations

import errno
import json
import os
import re
import secrets
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from epicycle.samples.text import in_letters

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure


class OutputError(ValueError):
    """A file that was asked for cannot be written; the message is one line."""


class MachineError(OutputError):
    """The machine failed, not what was given: a full disk, a process that was killed."""


#: Errors of writing that another name for the output mends.
_OF_THE_NAME = frozenset(
    getattr(errno, name)
    for name in (
        *("ENOENT", "ENOTDIR", "EISDIR", "EACCES", "EPERM", "EROFS", "ENAMETOOLONG", "ELOOP"),
        *("EEXIST", "EINVAL", "EBUSY", "ETXTBSY"),
    )
    if hasattr(errno, name)  # not on every system
)


def not_written(what: str, problem: OSError) -> OutputError:
    """Return the error to raise where the disk refuses.

    Parameters
    ----------
    what : str
        What was to be written, for the message.
    problem : OSError
        What the disk says.

    Returns
    -------
    OutputError
        A :class:`MachineError` unless another name for the output would mend it.
    """
    said = f"{what} cannot be written ({problem.strerror or problem})."
    if problem.errno in _OF_THE_NAME:
        return OutputError(f"{said} To fix this, name an output where you may write.")
    return MachineError(f"{said} To fix this, make room on its disk, and run it again.")


def check_output(
    path: Path, option: str, endings: tuple[str, ...] = (), inputs: Iterable[str | Path] = ()
) -> None:
    """Refuse, before the work, a file that could not be written after it.

    Parameters
    ----------
    path : Path
        The file asked for.
    option : str
        What asked for it, for the message.
    endings : tuple of str
        Endings that it may have, such as ".csv"; none means any.
    inputs : iterable of str or Path
        Files that are read, "-" for standard input: an output never takes the place of one.

    Raises
    ------
    OutputError
        If it is of another ending, in a directory that does not exist, one of the inputs, or
        anything but a plain file: a directory, a link, a device, a pipe.
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
    refuse_all_but_plain_files(path, option)
    if any(_is_same(path, source) for source in inputs):
        raise OutputError(
            f"{option} {path} is the file that is read, which it would replace. "
            f"To fix this, name another file."
        )
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        raise OutputError(
            f"{option} {path} may not be written. To fix this, name a file where you may write, "
            f"or allow it."
        )


def refuse_all_but_plain_files(path: Path, option: str) -> None:
    """Refuse what must not be replaced: a directory, a link, a device, a pipe, a socket.

    A link is neither followed, for what it names may be someone else's, nor replaced.

    Raises
    ------
    OutputError
        If something of that kind stands there.
    """
    if path.is_symlink():
        raise OutputError(
            f"{option} {path} is a link to {os.readlink(path)}, which would be lost. To fix this, "
            f"name the file itself, or remove the link."
        )
    if path.is_dir():
        raise OutputError(f"{option} {path} is a directory. To fix this, name a file in it.")
    if path.exists() and not path.is_file():
        raise OutputError(
            f"{option} {path} is no plain file, but a device, a pipe or a socket, which would be "
            f"lost. To fix this, name a file."
        )


def _is_same(path: Path, source: str | Path) -> bool:
    """Return whether a path and an input, "-" for standard input, are one file."""
    try:
        there = os.fstat(0) if str(source) == "-" else os.stat(source)
        return os.path.samestat(os.stat(path), there)
    except (OSError, ValueError):  # one of them is not there; a NUL in the name
        return False


@contextmanager
def written_whole(path: Path, option: str) -> Iterator[Path]:
    """Yield the name of a file that takes the place of `path` once it is complete.

    It is made exclusively, under a name that nobody can foresee, in the same directory.  A file
    that is replaced leaves its mode, and where that may be done its owner, to the new one.

    Raises
    ------
    OutputError
        If the disk refuses, or what stands at `path` is no plain file; it is then as it was.
    """
    refuse_all_but_plain_files(path, option)
    ending = path.suffix if len(path.suffix) <= _LONGEST_ENDING else ""
    unfinished = path.with_name(f".epicycle-{secrets.token_hex(16)}{ending}")
    try:
        before = path.stat() if path.exists() else None
        # until it is complete, nobody else reads what takes the place of a file for few
        mode = 0o666 if before is None else 0o600
        os.close(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode))
        yield unfinished
        if before is not None:
            _as_before(unfinished, before)
        os.replace(unfinished, path)
    except OSError as problem:
        raise not_written(f"{option} {path}", problem) from None
    finally:
        unfinished.unlink(missing_ok=True)


#: Endings tell what is written; a longer one than this is none.
_LONGEST_ENDING = 16


def _as_before(unfinished: Path, before: os.stat_result) -> None:
    """Give a file the owner, where that may be done, and the mode of the one it replaces."""
    now = unfinished.stat()
    if hasattr(os, "chown") and (now.st_uid, now.st_gid) != (before.st_uid, before.st_gid):
        with suppress(OSError):
            os.chown(unfinished, before.st_uid, before.st_gid)
    unfinished.chmod(stat.S_IMODE(before.st_mode) & 0o777)


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


def check_table(path: Path, inputs: Iterable[str | Path] = ()) -> None:
    """Refuse, before the work, a table that could not be written after it.

    Raises
    ------
    OutputError
        If its ending is none of :data:`ENDINGS`, or it cannot be where it should, such as in the
        place of one of the `inputs`.
    """
    check_output(path, "--output", ENDINGS, inputs)
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
    """Return a table as CSV: dates in ISO 8601, numbers to their last digit, text as :func:`cell`.

    Names of columns are text, too.
    """
    shown = _with_iso_dates(frame)
    for name in shown.columns:
        if shown[name].dtype.kind not in "iufb":
            shown[name] = [cell(value) for value in shown[name]]
    return str(shown.rename(columns=cell).to_csv(index=False, lineterminator="\n"))


#: Characters that whoever shows a text obeys; breaks of lines are quoted, and tabs harmless.
_OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


def cell(value: Any) -> Any:
    r"""Return a value for a table of text: none that a spreadsheet would take for a formula.

    Text that begins as formulas do has an apostrophe before it, unless it is a number.  A carriage
    return, at which some readers of CSV end the line, is told in letters, and so is what a terminal
    obeys that shows the file: escapes, and marks that turn the direction of writing.

    Examples
    --------
    >>> [cell(value) for value in ("=1+1", "-5", "+cmd", "a=b", -5.0)]
    ["'=1+1", '-5', "'+cmd", 'a=b', -5.0]
    >>> cell("\x1b[2J a\u202eb")
    '\\x1b[2J a\\u202eb'
    """
    if not isinstance(value, str):
        return value
    value = _OBEYED.sub(lambda one: in_letters(one[0]), value)
    if not value.startswith(("=", "+", "-", "@", "\t")):
        return value
    try:
        float(value)
    except ValueError:
        return f"'{value}"
    return value


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


class FailedError(InputError):
    """What was asked for is in order, but the machine failed; the message is one line."""


def in_one_line(problem: Exception) -> InputError:
    """Return an error of the library as one of the command line: its kind decides the exit code."""
    kind = FailedError if isinstance(problem, MachineError) else InputError
    return kind(str(problem))


def check_picture(path: Path | None, inputs: Iterable[str | Path] = ()) -> None:
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
        check_output(path, "--plot", inputs=inputs)
    except OutputError as problem:
        raise in_one_line(problem) from None
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
        raise in_one_line(problem) from None
