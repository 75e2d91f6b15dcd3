"""The user's arrays -> canonical samples.  Every error about input data is raised here.

Errors about options are raised in :mod:`epicycle.samples.options`.

What is decided about bad input (see also the page "Bad input" in the documentation):

======================  ===================================================

missing value (NaN)     dropped and counted; a partly missing row keeps the rest
infinite value          refused
missing, infinite time  refused: a sample without its time cannot be used
error <= 0, NaN, inf    refused (unless the value itself is missing)
weight < 0, NaN, inf    refused; weight 0 drops the sample
unsorted times          allowed and reported, the order carries no meaning
duplicate times         allowed and counted: two measurements
identical rows          counted once and reported: a file appended to itself
constant values         allowed; there is no cycle in them
fewer than 3 times      refused: no period can be defined
======================  ===================================================

"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from epicycle.limits import CYCLES, INPUTS
from epicycle.samples.arrays import Floats
from epicycle.samples.foreign import in_unit_of, is_missing, nearest, plain
from epicycle.samples.labels import check_lengths, numbered
from epicycle.samples.times import Times, TimeScale, parse_times

#: Largest number that may occur in the data, and inverse of the least.
LARGEST = 1e70


@dataclass(frozen=True)
class Samples:
    """Checked samples, in the order in which the user gave them.

    Attributes
    ----------
    times : Times, shape (n,)
        Times of the samples that are kept.
    scale : TimeScale
        Unit and calendar of the times.
    y : ndarray, shape (n, d)
        Values; 0 where `present` is False.
    present : ndarray of bool, shape (n, d)
        Which values exist.
    dy : ndarray, shape (n, d), or None
        Standard errors; 1 where `present` is False.
    weights : ndarray, shape (n,), or None
        Relative weights.
    group : ndarray of int, shape (n,)
        Index of each sample's group in `group_labels`.
    group_labels : tuple
        The groups; ``(None,)`` where none were given.
    kept : ndarray of int, shape (n,)
        Position of each kept sample in the user's arrays.
    n_input, n_dropped : int
        Number of rows given, and of rows without any usable value.
    output_names : tuple of str, or None
        Column names of `y`; None where `y` was one-dimensional.
    n_repeated : int
        Number of samples whose time another one before them has.
    is_sorted : bool
        Whether the samples came in the order of time.
    covariates : ndarray, shape (n, q), or None
        What else the values depend on.
    n_copies : int
        Number of rows left out because they repeat an earlier one exactly.
    """

    times: Times
    scale: TimeScale
    y: Floats
    present: NDArray[np.bool_]
    dy: Floats | None
    weights: Floats | None
    group: NDArray[np.intp]
    group_labels: tuple[Any, ...]
    kept: NDArray[np.intp]
    n_input: int
    n_dropped: int
    output_names: tuple[str, ...] | None
    n_repeated: int = 0
    is_sorted: bool = True
    covariates: Floats | None = None
    n_copies: int = 0


def check_samples(
    t: Any,
    y: Any,
    dy: Any = None,
    *,
    weights: Any = None,
    group: Any = None,
    unit: str | None = None,
    covariates: Any = None,
    clock: str = "elapsed",
) -> Samples:
    """Return the user's arrays as :class:`Samples`.

    Raises
    ------
    TypeError
        If an argument is of a kind that cannot hold what it should.
    ValueError
        If shapes disagree or values are unusable; see the table of the module.
    """
    times, scale = parse_times(t, unit=unit, clock=clock)
    n = len(times)
    if n == 0:
        raise ValueError("t is empty: expected at least 3 samples, got none.")
    _check_calendar(times, scale)
    values, names = _check_y(y, n)
    present = ~np.isnan(values)
    if np.isinf(values).any():
        raise ValueError(
            f"y has {int(np.isinf(values).sum())} infinite values, the first in row "
            f"{int(np.flatnonzero(np.isinf(values).any(axis=1))[0])}. "
            f"To fix this, replace them by NaN (they are then left out) or drop the rows."
        )
    errors = None if dy is None else _check_dy(in_unit_of(dy, y), values.shape, present)
    relative = None if weights is None else _check_weights(weights, n)
    if errors is not None and relative is not None:
        raise ValueError(
            "dy and weights were both given, but each of them defines how much a sample counts. "
            "To fix this, pass only one of them."
        )
    codes, labels = _check_group(group, n)
    others = None if covariates is None else check_covariates(covariates, n)

    usable = present.any(axis=1)
    if relative is not None:
        usable &= relative > 0
    kept = np.flatnonzero(usable)
    if kept.size == 0:
        raise ValueError(f"y has no usable value among {n} rows: all are NaN or have weight 0.")
    chosen = slice(None) if kept.size == n else kept
    times = times[chosen]
    empty = np.flatnonzero(~present[chosen].any(axis=0))
    if empty.size:
        column = f"column {int(empty[0])}" if names is None else repr(names[int(empty[0])])
        raise ValueError(
            f"y has no usable value in {column}: all are NaN or have weight 0. "
            f"To fix this, leave that column out."
        )
    nearest = times.to_float()
    lowest, highest = float(nearest.min()), float(nearest.max())
    if not ((nearest > lowest) & (nearest < highest)).any():
        raise ValueError(
            f"t has only {len({lowest, highest})} distinct value(s) among {kept.size} usable "
            f"samples; a period needs at least 3. To fix this, pass more samples, or other times."
        )
    _check_size("t", np.abs([highest - lowest, lowest, highest]))
    # (where nothing is missing, nothing is copied: of a million samples, each copy takes 1 % of the
    # time of a search)
    whole = bool(present.all())
    ends = (values.min(axis=0), values.max(axis=0)) if whole else ()
    _check_size("y", np.abs(ends) if whole else np.nanmax(np.abs(values[chosen]), axis=0))
    if errors is not None:
        _check_size("dy", errors if whole else np.broadcast_to(errors, values.shape)[present])
    present = present[chosen]
    used_groups, codes = _used(codes[chosen], len(labels))
    return Samples(
        times=times,
        scale=scale,
        y=values[chosen] if whole else np.where(present, values[chosen], 0.0),
        present=present,
        dy=None if errors is None else np.where(present, errors[chosen], 1.0),
        weights=None if relative is None else relative[chosen],
        group=codes,
        group_labels=tuple(labels[int(i)] for i in used_groups),
        kept=kept,
        n_input=n,
        n_dropped=n - kept.size,
        output_names=names,
        n_repeated=count_repeated(times),
        is_sorted=bool((np.diff(nearest) >= 0).all()),
        covariates=None if others is None else others[chosen],
    )


def check_events(
    t: Any, weights: Any = None, *, unit: str | None = None, clock: str = "elapsed"
) -> Samples:
    """Return times of events as :class:`Samples` whose values are the weights, 1 by default."""
    times, _ = parse_times(t, unit=unit)
    relative = np.ones(len(times)) if weights is None else _check_weights(weights, len(times))
    samples = check_samples(t, np.where(relative > 0, relative, np.nan), unit=unit, clock=clock)
    if len(samples.times) < CYCLES.minimum_events:
        raise ValueError(
            f"t has {len(samples.times)} events of weight above 0; a cycle in their rate needs "
            f"at least {CYCLES.minimum_events}. If t are the times of samples, pass their values "
            f"as y."
        )
    return samples


def _check_calendar(times: Times, scale: TimeScale) -> None:
    """Refuse datetimes of numpy that Python's calendar cannot tell the reader."""
    try:
        for moment in (times.hi.min(), times.hi.max()) if scale.calendar else ():
            scale.to_user(float(moment))
    except OverflowError:
        raise ValueError(
            "t has datetimes before the year 1 or after the year 9999: expected those of a "
            "calendar. To fix this, correct them, or pass years as numbers."
        ) from None


def _check_size(name: str, sizes: Floats) -> None:
    """Refuse what overflows, or vanishes, in products of four: weights and squares of values."""
    largest, least = float(sizes.max(initial=0.0)), float(sizes.min(initial=1.0))
    if least <= 0.0:
        least = float(sizes[sizes > 0].min(initial=1.0))
    if largest > LARGEST or least < 1.0 / LARGEST:
        got = largest if largest > LARGEST else least
        raise ValueError(
            f"{name} has values of size {got:.3g}: expected {1.0 / LARGEST:g} to {LARGEST:g}, so "
            f"that their squares are numbers. To fix this, take another unit, or correct them."
        )


def _used(codes: NDArray[np.intp], count: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return which of `count` groups have samples, and the groups numbered anew."""
    numbers = np.bincount(codes, minlength=count)
    used = np.flatnonzero(numbers)
    return used, codes if len(used) == count else np.searchsorted(used, codes)


def count_repeated(times: Times) -> int:
    """Return how many samples have the time of another one before them."""
    steps = np.diff(times.hi)
    if not (steps >= 0).all():
        steps = np.diff(np.sort(times.hi))
    if steps.all():
        return 0
    # np.unique of the nearest floats would call neighbouring nanoseconds one
    order = np.lexsort((times.lo, times.hi))
    hi, lo = times.hi[order], times.lo[order]
    return int(np.count_nonzero((np.diff(hi) == 0) & (np.diff(lo) == 0)))


def as_float(x: Any, name: str) -> Floats:
    """Return `x` as float64, accepting pandas and masked arrays, refusing everything unreal."""
    x = plain(x)
    if isinstance(x, np.ma.MaskedArray):
        x = np.ma.filled(x.astype(np.float64), np.nan)
    if hasattr(x, "to_numpy"):
        x = x.to_numpy()
    raw = np.asarray(x)
    if raw.dtype.kind not in "iufbO":
        raise TypeError(
            f"{name} must be real numbers, got dtype {raw.dtype}. "
            f"To fix this, convert it to float64."
        )
    if raw.dtype == object:
        # pandas marks a missing value in a column of objects with None or NA
        raw = np.array([_nearest_or_nan(v) for v in raw.ravel()], dtype=object).reshape(raw.shape)
    try:
        return raw.astype(np.float64)
    except (TypeError, ValueError) as error:
        raise TypeError(
            f"{name} must be real numbers, but a value could not be read as one ({error}). "
            f"To fix this, convert it to float64."
        ) from None


def _nearest_or_nan(value: Any) -> Any:
    if is_missing(value):
        return np.nan
    return nearest(value) if isinstance(value, int) else value


def _check_y(y: Any, n: int) -> tuple[Floats, tuple[str, ...] | None]:
    columns = getattr(y, "columns", None)
    values = as_float(y, "y")
    if values.ndim not in (1, 2) or values.shape[0] != n:
        raise ValueError(
            f"y must have shape ({n},) or ({n}, d) to match t, got {values.shape}. "
            f"To fix this, pass one row of y per time."
        )
    if values.ndim == 1:
        return values[:, np.newaxis], None
    if values.shape[1] == 0:
        raise ValueError(f"y has no columns: expected shape ({n}, d) with d >= 1.")
    if values.shape[1] > INPUTS.outputs:
        raise ValueError(
            f"y has {values.shape[1]:,} columns: expected at most {INPUTS.outputs}, which share "
            f"their periods. To fix this, search those that belong together."
        )
    if columns is None:
        return values, tuple(f"y{i}" for i in range(values.shape[1]))
    return values, tuple(str(c) for c in columns)


def _check_dy(dy: Any, shape: tuple[int, ...], present: NDArray[np.bool_]) -> Floats:
    errors = as_float(dy, "dy")
    if errors.ndim <= 1:
        errors = errors.reshape(-1, 1) if errors.ndim else errors.reshape(1, 1)
    try:
        errors = np.broadcast_to(errors, shape)
    except ValueError:
        raise ValueError(
            f"dy must be a number or have shape ({shape[0]},) or {shape}, "
            f"got {np.shape(dy)}. To fix this, pass one standard error per value."
        ) from None
    bad = present & ~(np.isfinite(errors) & (errors > 0))
    if bad.any():
        row = int(np.flatnonzero(bad.any(axis=1))[0])
        raise ValueError(
            f"dy must be positive and finite, but {int(bad.sum())} values are not, the first in "
            f"row {row} ({errors[row].tolist()}). To fix this, drop those rows, set their y to "
            f"NaN, or leave out dy to have the scatter estimated."
        )
    return errors


def _check_weights(weights: Any, n: int) -> Floats:
    relative = as_float(weights, "weights")
    if relative.shape != (n,):
        raise ValueError(
            f"weights must have shape ({n},) to match t, got {relative.shape}. "
            f"To fix this, pass one weight per time."
        )
    bad = ~(np.isfinite(relative) & (relative >= 0))
    if bad.any():
        raise ValueError(
            f"weights must be finite and not negative, but {int(bad.sum())} are not, the first "
            f"in row {int(np.flatnonzero(bad)[0])}. To fix this, drop those rows or give them "
            f"weight 0."
        )
    _check_size("weights", relative)
    return relative


def _check_group(group: Any, n: int) -> tuple[NDArray[np.intp], tuple[Any, ...]]:
    if group is None:
        return np.zeros(n, dtype=np.intp), (None,)
    if hasattr(group, "to_numpy"):
        group = group.to_numpy()
    # numpy would make one text of the labels 1 and "1" of a list
    raw = np.asarray(group, dtype=None if isinstance(group, np.ndarray) else object)
    if raw.shape != (n,):
        raise ValueError(
            f"group must have shape ({n},) to match t, got {raw.shape}. "
            f"To fix this, pass one label per time."
        )
    missing = (
        np.array([is_missing(v) or v != v for v in raw.tolist()], dtype=bool)
        if raw.dtype.kind in "fO"
        else np.zeros(n, dtype=bool)
    )
    if missing.any():
        raise ValueError(
            f"group has {int(missing.sum())} missing labels, the first in row "
            f"{int(np.flatnonzero(missing)[0])}. To fix this, give every sample a group."
        )
    codes, labels = numbered(raw.tolist())
    check_lengths(labels, "group")
    # labels of mixed kinds have no order of their own: sort by how they are written
    order = sorted(range(len(labels)), key=lambda k: (str(labels[k]), repr(labels[k])))
    rank = np.empty(len(order), dtype=np.intp)
    rank[order] = np.arange(len(order))
    return rank[codes], tuple(labels[k] for k in order)


def check_covariates(covariates: Any, n: int, count: int | None = None) -> Floats:
    """Return covariates as floats, shape (n, q), where q must be `count` if that is given."""
    values = as_float(covariates, "covariates")
    if values.ndim == 1:
        values = values[:, np.newaxis]
    wanted = "q" if count is None else str(count)
    if values.ndim != 2 or len(values) != n or count not in (None, values.shape[1]):
        raise ValueError(
            f"covariates must have shape ({n}, {wanted}) to match t"
            f"{'' if count is None else ' and the fit'}, got {np.shape(covariates)}. "
            f"To fix this, pass one row of covariates per time."
        )
    bad = ~np.isfinite(values)
    if bad.any():
        raise ValueError(
            f"covariates has {int(bad.sum())} values that are NaN or infinite, the first in row "
            f"{int(np.flatnonzero(bad.any(axis=1))[0])}. To fix this, fill them in or drop those "
            f"rows."
        )
    if np.abs(values).max(initial=0.0) > LARGEST:
        raise ValueError(
            f"covariates has values of size {np.abs(values).max():.3g}: expected at most "
            f"{LARGEST:g}. To fix this, take another unit, or correct them."
        )
    return values
