"""A disk that fails at its k-th use: a shim over the functions that change files.

Opening for writing, every write, truncating, flushing to the disk, renaming, deleting, making
folders and changing modes count, below one folder.  A write that fails has written
half of its bytes.
"""

from __future__ import annotations

import builtins
import errno
import io
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch


class KilledHere(BaseException):
    """The process ended here: nothing after it changes a file."""


@dataclass
class Disk:
    """A disk that fails at one of its uses.

    Attributes
    ----------
    folder : Path
        Only what is below it counts.
    at : int
        Which use fails, from 0; none where it is beyond the last.
    killed : bool
        Whether the process ends there, or the use fails with "No space left on device".
    uses : list of str
        What was used so far.
    """

    folder: Path
    at: int
    killed: bool
    uses: list[str] = field(default_factory=list)
    own: set[int] = field(default_factory=set)

    def use(self, what: str, before: Callable[[], object] = lambda: None) -> None:
        """Count a use; `before` is done of it even if it fails."""
        number = len(self.uses)
        self.uses.append(what)
        if self.killed and number >= self.at:
            raise KilledHere
        if number == self.at:
            before()
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def holds(self, path: Any) -> bool:
        """Return whether a path, or an open file, is below the folder."""
        if isinstance(path, int):
            return path in self.own
        try:
            return self.folder in (Path.cwd() / os.fspath(path)).parents
        except (TypeError, ValueError):
            return False


class _Raw(io.FileIO):
    """A file whose writes count."""

    disk: Disk

    def write(self, data: Any) -> int:
        half = bytes(data)[: len(data) // 2]
        self.disk.use("write", lambda: super(_Raw, self).write(half))
        return super().write(data)

    def truncate(self, size: int | None = None) -> int:
        self.disk.use("truncate")
        return super().truncate(size)


@contextmanager
def failing(folder: Path, at: int, *, killed: bool = False) -> Iterator[Disk]:
    """Let the `at`-th use of the disk below a folder fail."""
    disk = Disk(folder.resolve(), at, killed)
    plain_open, os_open = io.open, os.open

    def opened(file: Any, mode: str = "r", buffering: int = -1, *rest: Any, **more: Any) -> Any:
        if not set(mode) & set("wax+") or not disk.holds(file):
            return plain_open(file, mode, buffering, *rest, **more)
        if not isinstance(file, int):
            disk.use("open")
        raw = _Raw(file, mode.replace("b", "").replace("t", ""))
        raw.disk = disk
        both = "+" in mode
        buffered: Any = io.BufferedRandom(raw) if both else io.BufferedWriter(raw)
        if "b" in mode:
            return buffered
        names = ("encoding", "errors", "newline")
        text = io.TextIOWrapper(buffered, **{**dict(zip(names, rest, strict=False)), **more})
        return text

    def opened_number(path: Any, flags: int, *rest: Any, **more: Any) -> int:
        writes = flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
        if writes and disk.holds(path):
            disk.use("os.open")
            number = os_open(path, flags, *rest, **more)
            disk.own.add(number)
            return number
        return os_open(path, flags, *rest, **more)

    def counted(name: str) -> Callable[..., Any]:
        plain = getattr(os, name)

        def of(path: Any, *rest: Any, **more: Any) -> Any:
            if disk.holds(path):
                disk.use(name)
            return plain(path, *rest, **more)

        return of

    names = ("replace", "rename", "unlink", "remove", "mkdir", "rmdir", "chmod", "fsync")
    with ExitStack() as stack:
        for module in (io, builtins):
            stack.enter_context(patch.object(module, "open", opened))
        stack.enter_context(patch.object(os, "open", opened_number))
        for name in names:
            stack.enter_context(patch.object(os, name, counted(name)))
        yield disk
