"""A folder of work: who made it, for what, and that one run at a time has it.

It stands beside the results, or among them, and is known by a small file of its own.  A folder that
does not have that file is somebody else's, and is left as it is.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from types import TracebackType
from typing import IO

from epicycle.files.locks import opened_alone
from epicycle.files.writing import OutputError, not_written, written_whole

SCHEMA = "epicycle.work/1"

_ABOUT, _LOCK = "about.json", "lock"


class WorkFolder:
    """A folder of work for one run at a time; a context manager.

    Parameters
    ----------
    path : Path
        The folder.
    fingerprint : str
        What the work depends on: that of another run is not taken for this one's.
    of : str
        The output that it is made for, as messages call it.

    Raises
    ------
    OutputError
        On entering, if the work of another run is there, or a folder of somebody else, if
        another run is at work on it, or nothing can be written.
    """

    def __init__(self, path: Path, fingerprint: str, of: str) -> None:
        self.path = path
        self._about = json.dumps({"schema": SCHEMA, "fingerprint": fingerprint}) + "\n"
        self._of = of
        self._file: IO[bytes]

    def __enter__(self) -> WorkFolder:
        try:
            while not self._locked():
                pass
            try:
                self._check()
            except BaseException:
                self._file.close()
                raise
        except OSError as problem:
            raise not_written(str(self.path), problem) from None
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def part(self, name: str) -> Path:
        """Return a folder in it, made where there was none."""
        folder = self.path / name
        folder.mkdir(exist_ok=True)
        return folder

    def note(self, name: str, text: str) -> None:
        """Keep a short text in it."""
        with written_whole(self.path / name, "--output") as unfinished:
            unfinished.write_text(text, encoding="utf-8", newline="\n")

    def remove(self) -> None:
        """Delete all of it: the work has become the output."""
        if os.name == "nt":  # which keeps what is open
            self._file.close()
        shutil.rmtree(self.path, ignore_errors=True)
        self._file.close()

    def _locked(self) -> bool:
        """Make, open and lock the folder; return whether it is still there."""
        if self.path.is_symlink() or (self.path.exists() and not self.path.is_dir()):
            raise self._somebody_elses()
        if self.path.is_dir() and any(self.path.iterdir()) and not (self.path / _LOCK).exists():
            raise self._somebody_elses()
        self.path.mkdir(exist_ok=True)
        try:
            file = opened_alone(self.path / _LOCK, self._of)
        except FileNotFoundError:  # a run that has ended took the folder away
            return False
        if file is not None:
            self._file = file
        return file is not None

    def _check(self) -> None:
        """Take note of who had the folder before."""
        about = self.path / _ABOUT
        if not about.exists():
            if any(
                entry.name != _LOCK for entry in self.path.iterdir() if not _is_unfinished(entry)
            ):
                raise self._somebody_elses()
            with written_whole(about, "--output") as unfinished:
                unfinished.write_text(self._about, encoding="utf-8", newline="\n")
        text = about.read_text(encoding="utf-8", errors="replace")
        if not text.startswith('{"schema": "epicycle.work/'):
            raise self._somebody_elses()
        if text != self._about:
            raise OutputError(
                f"{self.path} holds the work of another run: of another table, other options or "
                f"another version. To fix this, delete it, or name another output."
            )

    def _somebody_elses(self) -> OutputError:
        return OutputError(
            f"{self.path} stands where the work for {self._of} would be kept, and is not of "
            f"epicycle. To fix this, move it away, or name another output."
        )


def _is_unfinished(path: Path) -> bool:
    return path.name.startswith(".epicycle-")
