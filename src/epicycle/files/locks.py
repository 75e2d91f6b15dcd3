"""A file that one run at a time may have, by a lock that ends with its process."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import IO

from epicycle.files.writing import OutputError


def opened_alone(path: Path, of: str | Path, mode: int = 0o666) -> IO[bytes] | None:
    """Open a file that one run at a time may have, made where there is none.

    The lock ends with the file, or with its process, however that ends.

    Parameters
    ----------
    path : Path
        The file: to be read, and written at its end.
    of : str or Path
        The output that it is for, as the message calls it.
    mode : int
        Who may read a file that is made.

    Returns
    -------
    IO or None
        None where another run, which has ended meanwhile, took the file away: try again.

    Raises
    ------
    OutputError
        If another run has it.
    OSError
        If it cannot be opened; a link is not followed.
    """
    special = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    file = os.fdopen(os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | special, mode), "a+b")
    there = False
    try:
        _lock(file, of)
        with suppress(FileNotFoundError):
            there = os.path.samestat(os.fstat(file.fileno()), os.stat(path))
    finally:
        if not there:
            file.close()
    return file if there else None


def _lock(file: IO[bytes], of: str | Path) -> None:
    try:
        import fcntl
    except ImportError:  # not POSIX
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise OutputError(
            f"another run is at work on {of}. To fix this, wait until it has ended, "
            f"or name another --output."
        ) from None
    except OSError:  # a file system without locks
        return
