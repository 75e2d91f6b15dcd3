"""The first look at all chunks: their span, their sampling, and what their values are like.

Everything is additive, or nearly so, and of bounded size: sums for each group and each size of
error, a histogram of the gaps between neighbouring samples, and a random sample of the rows.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from epicycle.chunks.pieces import Piece, Reader
from epicycle.limits import SEARCH
from epicycle.samples.arrays import Floats
from epicycle.samples.times import Times, TimeScale
from epicycle.spectra.sampling import Sampling

#: Errors are taken together by the logarithm of their squares: 16 to a factor of 2, or 4 %, each
#: with the mean of what it holds.
_PER_OCTAVE, _BINS = 16, 4096

#: The same of gaps: 64 to a factor of 2, or 1 %.
_GAPS_PER_OCTAVE, _GAP_BINS = 64, 1 << 14

#: Rows of the random sample.
SAMPLE = 4096


class Table:
    """Sums of rows by group and by size of error, of which any straight line can be taken.

    Attributes
    ----------
    sums : ndarray, shape (9, G, B)
        Of 1, and of the variance as given; and of q, q s, q s^2, q y, q s y, q y^2, with q the
        relative weight, s the time from the first row and y the value less that of the first row;
        and of q over the variance as given.
    """

    def __init__(self) -> None:
        self.sums: Floats = np.zeros((9, 1, 1))

    def add(self, s: Floats, y: Floats, piece: Piece) -> None:
        """Add a piece, of which times and values are counted from the first row of all."""
        q = np.ones(len(s)) if piece.relative is None else piece.relative
        v = np.ones(len(s)) if piece.variance is None else piece.variance
        columns = [np.ones(len(s)), v, q, q * s, q * s * s, q * y, q * s * y, q * y * y, q / v]
        bins = 1 if piece.variance is None else _BINS
        groups = 1 if piece.group is None else max(int(piece.group.max()) + 1, self.sums.shape[1])
        if self.sums.shape[1:] != (groups, bins):
            grown = np.zeros((9, groups, bins))
            if self.sums.any():
                grown[:, : self.sums.shape[1]] = self.sums
            self.sums = grown
        self.sums += by_size(piece, columns, groups)

    def squares(self, level: Floats, slope: float) -> Floats:
        """Return the sums of squares about a level for each group and a slope, shape (G, B)."""
        _, _, q, s, ss, y, sy, yy, _ = self.sums
        a, b = level[:, np.newaxis], slope
        left: Floats = yy - 2 * a * y - 2 * b * sy + a * a * q + 2 * a * b * s + b * b * ss
        return np.maximum(left, 0.0)

    def line(self, weight: Floats) -> tuple[Floats, float]:
        """Return the levels and the slope of least squares, for weights of shape (G, B)."""
        q, s, ss, y, sy = ((weight * one).sum(axis=1) for one in self.sums[2:7])
        spread = float((ss - s * s / q).sum())
        slope = float((sy - s * y / q).sum()) / spread if spread > 0 else 0.0
        return (y - slope * s) / q, slope


def by_size(piece: Piece, columns: list[Floats], groups: int) -> Floats:
    """Return sums of columns by group and size of error, shape (m, G, B)."""
    bins = 1 if piece.variance is None else _BINS
    if groups * bins == 1:
        return np.array([float(c.sum()) for c in columns])[:, np.newaxis, np.newaxis]
    slot = np.zeros(len(piece), dtype=np.intp)
    if piece.variance is not None:
        place = np.floor(_PER_OCTAVE * np.log2(piece.variance)).astype(np.intp)
        slot += np.clip(place + _BINS // 2, 0, _BINS - 1)
    if piece.group is not None:
        slot += bins * piece.group
    shape = (groups, bins)
    return np.stack([np.bincount(slot, c, minlength=groups * bins).reshape(shape) for c in columns])


@dataclass(frozen=True, eq=False)
class Overview:
    """What the first look has seen; times are counted from `origin`, the first row's.

    Attributes
    ----------
    scale : TimeScale
        The scale of the times.
    origin, level : float
        Time and value of the first row.
    n_samples, n_dropped : int
        Rows used, and rows without a usable value.
    first, last : float
        Ends of the span.
    mean : float
        Mean time, by the weights as given.
    table : Table
        Sums by group and error.
    is_sorted : bool
        Whether the rows came in the order of time.
    has_errors, has_weights : bool
        Whether `dy` or weights were given.
    sample : Piece
        A random sample of the rows, with the first and the last of them in time.
    """

    scale: TimeScale
    origin: float
    level: float
    n_samples: int
    n_dropped: int
    first: float
    last: float
    mean: float
    table: Table
    sampling: Sampling
    is_sorted: bool
    has_errors: bool
    has_weights: bool
    sample: Piece

    @property
    def baseline(self) -> float:
        """Last minus first time."""
        return self.last - self.first


def look(reader: Reader, seen: Any = None) -> Overview:
    """Return what a first look at all chunks sees.

    Parameters
    ----------
    reader : Reader
        The chunks.
    seen : callable, optional
        Called with the number of rows of each piece.

    Raises
    ------
    TypeError, ValueError
        If chunks cannot be used, or have too few rows or times.
    """
    table, gaps, drawn = Table(), _Gaps(), _Drawn()
    origin = level = 0.0
    n = 0
    piece: Piece | None = None
    for piece in reader.pieces():
        if n == 0:
            origin, level = float(piece.times.hi[0]), float(piece.y[0])
        s = piece.times.since(origin)
        table.add(s, piece.y - level, piece)
        gaps.add(s)
        drawn.add(piece)
        n += len(piece)
        if seen is not None:
            seen(len(piece))
    if piece is None or gaps.last <= gaps.first or n < 3:
        raise ValueError(
            f"source has {n} usable rows at {'one time' if n else 'no time'}: a period needs at "
            f"least 3 samples at different times. To fix this, pass more of them."
        )
    assert reader.scale is not None
    by_weight = table.sums[8] if piece.variance is not None else table.sums[2]
    # (within a size of error all weigh alike, to 4 %: the reference may be any time)
    share = by_weight / np.maximum(table.sums[2], 1e-300)
    mean = float((share * table.sums[3]).sum() / (share * table.sums[2]).sum())
    return Overview(
        scale=reader.scale,
        origin=origin,
        level=level,
        n_samples=n,
        n_dropped=reader.n_dropped,
        first=gaps.first,
        last=gaps.last,
        mean=mean,
        table=table,
        sampling=gaps.sampling(n),
        is_sorted=gaps.is_sorted,
        has_errors=piece.variance is not None,
        has_weights=piece.relative is not None,
        sample=drawn.piece(),
    )


class _Gaps:
    """Gaps between neighbouring samples, as a histogram, and the raster that they may have."""

    def __init__(self) -> None:
        self.first, self.last = math.inf, -math.inf
        self.is_sorted = True
        self._counts = np.zeros(_GAP_BINS)
        self._step = 0.0
        self._steps, self._astray, self._long = 0.0, 0.0, 0
        self._before = -math.inf

    def add(self, s: Floats) -> None:
        """Add the times of a piece."""
        gaps = np.diff(s)
        ascending = bool((gaps >= 0).all())
        if not ascending:
            s = np.sort(s)
            gaps = np.diff(s)
        first, last = float(s[0]), float(s[-1])
        self.is_sorted &= ascending and first >= self._before
        if self.is_sorted and math.isfinite(self._before):
            gaps = np.append(gaps, first - self._before)
        self._before = last
        self.first, self.last = min(self.first, first), max(self.last, last)
        gaps = gaps[gaps > SEARCH.shortest_gap * (self.last - self.first)]
        if not len(gaps):
            return
        self._count(gaps)
        if self._step == 0.0:
            short = gaps[gaps < 1.5 * gaps.min()]
            # measured over many gaps, the step is known far better than from one
            rough = float(short.mean())
            self._step = float(gaps.sum() / np.rint(gaps / rough).sum())
        multiples = gaps / self._step
        whole = np.rint(multiples)
        self._steps += float(whole.sum())
        self._astray = max(self._astray, float(np.abs(multiples - whole).max()))
        self._long += len(gaps)

    def _count(self, gaps: Floats) -> None:
        place = np.floor(_GAPS_PER_OCTAVE * np.log2(gaps)).astype(np.intp) + _GAP_BINS // 2
        self._counts += np.bincount(np.clip(place, 0, _GAP_BINS - 1), minlength=_GAP_BINS)

    def sampling(self, n_samples: int) -> Sampling:
        """Return what the times say about where to look."""
        baseline = self.last - self.first
        step = None
        on_raster = self.is_sorted and self._astray <= SEARCH.off_raster
        if on_raster and self._long >= SEARCH.thin * self._steps:
            step = baseline / self._steps
        typical = None
        if step is None and self.is_sorted:
            at = int(np.searchsorted(self._counts.cumsum(), SEARCH.typical_gap * self._long))
            typical = 2.0 ** ((at + 0.5 - _GAP_BINS // 2) / _GAPS_PER_OCTAVE)
        exact = step is not None and self._astray < SEARCH.on_raster
        return Sampling(baseline, n_samples, step, exact, typical)


class _Drawn:
    """A random sample of all rows, whatever the chunks, and those at the ends of the span."""

    def __init__(self) -> None:
        self._random = np.random.default_rng(20)
        self._keys: NDArray[np.float64] = np.empty(0)
        self._kept: Piece | None = None
        self._ends: list[Piece] = []

    def add(self, piece: Piece) -> None:
        """Draw from a piece."""
        keys = self._random.random(len(piece))
        most = np.inf if len(self._keys) < SAMPLE else float(self._keys.max())
        chosen = np.flatnonzero(keys < most)
        parts = [] if self._kept is None else [self._kept]
        both = Piece.joined([*parts, piece.rows(chosen)])
        keys = np.concatenate([self._keys, keys[chosen]])
        best = np.argsort(keys, kind="stable")[:SAMPLE]
        self._keys, self._kept = keys[best], both.rows(best)
        ends = Piece.joined([*self._ends, piece.rows(_extremes(piece.times))])
        self._ends = [ends.rows(_extremes(ends.times))]

    def piece(self) -> Piece:
        """Return the sample."""
        assert self._kept is not None
        return Piece.joined([self._kept, *self._ends])


def _extremes(times: Times) -> NDArray[np.intp]:
    return np.array([int(times.hi.argmin()), int(times.hi.argmax())])
