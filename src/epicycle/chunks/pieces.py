"""Chunks as a user has them -> checked pieces of a handy size, with exact times."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from epicycle.chunks.sources import Columns, Source, fields_of
from epicycle.samples.arrays import Floats
from epicycle.samples.checks import LARGEST, as_float
from epicycle.samples.times import Times, TimeScale, parse_times

#: Smaller chunks are taken together, larger ones are cut.
_LEAST, _MOST = 1 << 17, 1 << 19

#: Groups at most: each has sums of its own, as long as the spectrum.
_GROUPS = 32


@dataclass(frozen=True, eq=False)
class Piece:
    """Some rows, checked, those without a value left out.

    Attributes
    ----------
    times : Times, shape (n,)
        On the scale of the user.
    y : ndarray, shape (n,)
        Values.
    variance : ndarray, shape (n,), or None
        Squares of the errors as given.
    relative : ndarray, shape (n,), or None
        Relative weights.
    group : ndarray of int, shape (n,), or None
        Groups; None where there are none.
    """

    times: Times
    y: Floats
    variance: Floats | None
    relative: Floats | None
    group: NDArray[np.intp] | None

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.y)

    def rows(self, rows: slice | NDArray[np.bool_] | NDArray[np.intp]) -> Piece:
        """Return some of the rows."""
        return Piece(
            self.times[rows],
            self.y[rows],
            None if self.variance is None else self.variance[rows],
            None if self.relative is None else self.relative[rows],
            None if self.group is None else self.group[rows],
        )

    @staticmethod
    def joined(pieces: list[Piece]) -> Piece:
        """Return pieces one after the other as one."""
        if len(pieces) == 1:
            return pieces[0]
        times = Times(
            np.concatenate([p.times.hi for p in pieces]),
            np.concatenate([p.times.lo for p in pieces]),
        )

        def joined(parts: list[Any]) -> Any:
            return None if parts[0] is None else np.concatenate(parts)

        return Piece(
            times,
            np.concatenate([p.y for p in pieces]),
            joined([p.variance for p in pieces]),
            joined([p.relative for p in pieces]),
            joined([p.group for p in pieces]),
        )


class Reader:
    """Reads the chunks of a source as pieces, as often as it is asked to.

    Parameters
    ----------
    source, columns
        The chunks, and what their columns are called.
    unit, clock : str
        How times are counted, see :func:`epicycle.find_cycles`.

    Attributes
    ----------
    scale : TimeScale or None
        That of the first chunk, once it was read; all others must have it as well.
    labels : list
        Labels of the groups in the order in which they were met.
    n_dropped : int
        Rows without a usable value in the latest reading.
    """

    def __init__(
        self, source: Source, columns: Columns, unit: str | None = None, clock: str = "elapsed"
    ) -> None:
        self.source, self.columns, self.unit, self.clock = source, columns, unit, clock
        self.scale: TimeScale | None = None
        self.labels: list[Any] = []
        self.n_dropped = 0
        self._fields: tuple[str, ...] | None = None
        self._rows: int | None = None

    def pieces(self) -> Iterator[Piece]:
        """Yield all rows, in pieces.

        Raises
        ------
        TypeError, ValueError
            If a chunk cannot be used; the message names the chunk and the row.
        """
        waiting: list[Piece] = []
        rows = total = self.n_dropped = 0
        for number, chunk in enumerate(self.source.read(), 1):
            piece = self._checked(chunk, number)
            if not len(piece):
                continue
            waiting.append(piece)
            rows += len(piece)
            total += len(piece)
            if rows < _LEAST:
                continue
            whole = Piece.joined(waiting)
            yield from (whole.rows(slice(k, k + _MOST)) for k in range(0, rows, _MOST))
            waiting, rows = [], 0
        if waiting:
            whole = Piece.joined(waiting)
            yield from (whole.rows(slice(k, k + _MOST)) for k in range(0, rows, _MOST))
        if self._rows not in (None, total):
            raise ValueError(
                f"source gave {self._rows} usable rows at first and {total} later: chunks are read "
                f"several times. To fix this, pass a function that returns all of them anew each "
                f"time it is called."
            )
        self._rows = total

    def _checked(self, chunk: Any, number: int) -> Piece:
        """Return a chunk as a piece, or say what is wrong with it."""
        fields = fields_of(chunk, self.columns, number)
        if self._fields is None:
            self._fields = tuple(sorted(fields))
        elif self._fields != tuple(sorted(fields)):
            raise ValueError(
                f"chunk {number} holds {', '.join(sorted(fields))}, and others hold "
                f"{', '.join(self._fields)}. To fix this, yield the same in each of them."
            )
        name = f"t of chunk {number}"
        times, scale = parse_times(fields["t"], unit=self.unit, name=name, clock=self.clock)
        if self.scale is None:
            self.scale = scale
        if (scale.calendar, scale.timezone) != (self.scale.calendar, self.scale.timezone):
            raise TypeError(
                f"{name} is of another kind than that of the first chunk (numbers, datetimes, or "
                f"another time zone). To fix this, convert all to the same."
            )
        n = len(times)
        y = _column(fields["y"], n, f"y of chunk {number}")
        usable = ~np.isnan(y)
        _refuse(np.isinf(y), f"y of chunk {number}", "infinite", "replace them by NaN")
        variance = relative = group = None
        if "dy" in fields:
            dy = _column(fields["dy"], n, f"dy of chunk {number}")
            bad = usable & ~(np.isfinite(dy) & (dy > 0))
            _refuse(bad, f"dy of chunk {number}", "not positive and finite", "drop those rows")
            variance = dy**2
        if "weights" in fields:
            relative = _column(fields["weights"], n, f"weights of chunk {number}")
            bad = ~(np.isfinite(relative) & (relative >= 0))
            what = "negative or not finite"
            _refuse(bad, f"weights of chunk {number}", what, "give those rows weight 0")
            usable &= relative > 0
        if variance is not None and relative is not None:
            raise ValueError(
                "dy and weights were both given, but each of them defines how much a sample "
                "counts. To fix this, yield only one of them."
            )
        if "group" in fields:
            group = self._groups(fields["group"], n, number)
        self.n_dropped += n - int(np.count_nonzero(usable))
        piece = Piece(times, y, variance, relative, group)
        return piece if usable.all() else piece.rows(usable)

    def _groups(self, labels: Any, n: int, number: int) -> NDArray[np.intp]:
        """Return the number of each row's group."""
        import pandas as pd

        codes, found = pd.factorize(np.asarray(labels) if not hasattr(labels, "dtype") else labels)
        if len(codes) != n or (codes < 0).any():
            raise ValueError(
                f"group of chunk {number} must have one label per row. To fix this, give every "
                f"sample a group."
            )
        for label in list(found):
            label = label.item() if isinstance(label, np.generic) else label
            if label not in self.labels:
                self.labels.append(label)
        if len(self.labels) > _GROUPS:
            raise ValueError(
                f"group has more than {_GROUPS} labels: each has an offset of its own, and sums as "
                f"long as the spectrum. To fix this, search the groups one by one, or leave out "
                f"group."
            )
        plain = [one.item() if isinstance(one, np.generic) else one for one in found]
        place = np.array([self.labels.index(label) for label in plain], dtype=np.intp)
        return np.asarray(place[codes], dtype=np.intp)


def _column(values: Any, n: int, name: str) -> Floats:
    """Return a column of numbers."""
    column = as_float(values, name)
    if column.shape != (n,):
        raise ValueError(
            f"{name} must have shape ({n},) to match t, got {column.shape}. To fix this, yield one "
            f"number per time: several outputs are searched one by one."
        )
    size = float(np.nanmax(np.abs(column), initial=0.0)) if n else 0.0
    if np.isfinite(size) and size > LARGEST:
        raise ValueError(
            f"{name} has values of size {size:.3g}: expected at most {LARGEST:g}. To fix this, "
            f"take another unit, or correct them."
        )
    return column


def _refuse(bad: NDArray[np.bool_], name: str, what: str, remedy: str) -> None:
    if bad.any():
        raise ValueError(
            f"{name} has {int(bad.sum())} values that are {what}, the first in its row "
            f"{int(np.flatnonzero(bad)[0])}. To fix this, {remedy}."
        )
