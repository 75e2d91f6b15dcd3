"""Results on their way to a file: kept as they come, so that a killed run continues.

The parts stand beside the file that is asked for, one line each with its checksum, appended as they
are made.  The first line that was cut short when the process died, or damaged since, is dropped
with all that follows.  The file itself is written once, whole, when all parts are there.

One run at a time has them, by a lock that ends with its process.  A file that does not begin as
parts do is somebody else's, and is left as it is.
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from epicycle.files.locks import opened_alone
from epicycle.files.writing import OutputError, not_written, refuse_all_but_plain_files

SCHEMA = "epicycle.parts/3"

#: The beginning of all files of parts, and the length of the longest header.
_BEGINNING, _HEADER = b'{"schema": "epicycle.parts/', 200


class Parts:
    """Numbered documents that outlive the process; a context manager.

    Parameters
    ----------
    output : Path
        The file asked for; the parts are kept in ``<output>.parts``.
    fingerprint : str
        What the parts are made from: those of another run are not taken for this one's.

    Raises
    ------
    OutputError
        On entering, if parts of another run are there, or somebody else's file, if another run
        is at work on them, or none can be written.
    """

    def __init__(self, output: Path, fingerprint: str) -> None:
        self.path = output.with_name(output.name + ".parts")
        self._output = output
        self._header = json.dumps({"schema": SCHEMA, "fingerprint": fingerprint}).encode() + b"\n"
        #: Where the line of each part begins.
        self._places: dict[int, int] = {}
        self._file: IO[bytes]

    def __len__(self) -> int:
        """Return the number of parts."""
        return len(self._places)

    def __contains__(self, number: int) -> bool:
        return number in self._places

    def __enter__(self) -> Parts:
        refuse_all_but_plain_files(self.path, "the file of parts")
        try:
            self._file = self._opened()
            try:
                self._end = self._resume()
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
        if not self._file.closed and not self._places:  # nothing that another run should keep
            self.remove()
        self._file.close()

    def _opened(self) -> IO[bytes]:
        """Open the file for this run alone."""
        # results are for those who may read the file that they become
        mode = self._output.stat().st_mode & 0o666 if self._output.exists() else 0o666
        file = None
        while file is None:
            file = opened_alone(self.path, self._output, mode)
        return file

    def _resume(self) -> int:
        """Take note of the parts that are there; return where the next one begins."""
        self._file.seek(0)
        header = self._file.readline(_HEADER)
        if header and not header.startswith(_BEGINNING[: len(header)]):
            raise OutputError(
                f"{self.path} stands where parts of {self._output.name} would be kept, and is no "
                f"file of epicycle. To fix this, move it away, or name another --output."
            )
        if header != self._header:
            if header.endswith(b"\n") and self._file.readline(1):
                raise OutputError(
                    f"{self.path} holds the parts of another run: of another table, other options "
                    f"or another version. To fix this, delete it, or name another --output."
                )
            # nothing yet, or a run was killed at its very start
            self._file.truncate(0)
            self._file.write(self._header)
            self._file.flush()
            return len(self._header)
        end = len(header)
        for line in self._file:
            number = _number(line)
            if number is None:
                break
            self._places[number] = end
            end += len(line)
        self._file.truncate(end)
        return end

    def add(self, parts: list[tuple[int, dict[str, Any]]]) -> None:
        """Keep some documents, each with its number."""
        for number, document in parts:
            line = _line(number, json.dumps(document, allow_nan=False).encode())
            self._file.write(line)
            self._places[number] = self._end
            self._end += len(line)
        self._file.flush()

    def in_order(self) -> Iterator[dict[str, Any]]:
        """Yield the documents by their numbers."""
        for number in sorted(self._places):
            self._file.seek(self._places[number])
            yield json.loads(self._file.readline().split(b"\t", 2)[2])

    def remove(self) -> None:
        """Delete the parts, which have become the file."""
        if os.name == "nt":  # which keeps what is open
            self._file.close()
        # before the lock ends: afterwards they may be those of the next run
        with suppress(FileNotFoundError):
            os.unlink(self.path)
        self._file.close()


def _line(number: int, document: bytes) -> bytes:
    """Return the line of a part: its number, a checksum of this and the document, the document."""
    return b"%d\t%08x\t%b\n" % (number, zlib.crc32(b"%d\t%b" % (number, document)), document)


def _number(line: bytes) -> int | None:
    """Return the number of a part, None where its line is not as it was written."""
    number, _, rest = line.partition(b"\t")
    document = rest.partition(b"\t")[2].removesuffix(b"\n")
    if len(number) > 18 or not number.isdigit() or line != _line(int(number), document):
        return None
    try:
        json.loads(document)
    except (ValueError, RecursionError):  # not by accident: the checksum fits
        return None
    return int(number)
