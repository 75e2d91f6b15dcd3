"""One object that holds times and values -> times, values and errors.

A series whose index are dates, a light curve, a time series, a table with a column of times: the
first argument of :func:`epicycle.find_cycles` without a second.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

#: How columns of times, and of errors, are called in tables that are passed whole.
_TIMES = ("time", "t", "date", "datetime", "timestamp", "jd", "bjd", "hjd", "mjd")

_ERRORS = ("{v}_err", "{v}_error", "{v}err", "e_{v}", "err", "error", "dy", "sigma", "yerr")


def taken_apart(t: Any, dy: Any = None) -> tuple[Any, Any, Any] | None:
    """Return times, values and errors of an object that holds them; None where `t` are times.

    Raises
    ------
    TypeError
        If it does not tell which of its columns are times and values.
    """
    if hasattr(t, "time") and hasattr(t, "flux") and hasattr(t, "flux_err"):  # lightkurve
        return t.time, t.flux, _usable(t.flux_err) if dy is None else dy
    if hasattr(t, "dims") and hasattr(t, "coords") and not hasattr(t, "data_vars"):
        return _of_xarray(t, dy)
    index = getattr(t, "index", None)
    if hasattr(t, "iloc") and hasattr(index, "dtype"):
        return _of_pandas(t, index, dy)
    columns = _columns(t)
    return None if columns is None else _of_columns(t, *columns, dy)


def _usable(errors: Any) -> Any:
    """Return errors, or None where there are none but NaN."""
    bare = np.asarray(getattr(getattr(errors, "unmasked", errors), "value", errors), dtype=float)
    return errors if np.isfinite(bare).any() else None


def _of_xarray(t: Any, dy: Any) -> tuple[Any, Any, Any] | None:
    if len(t.dims) != 1:
        raise TypeError(
            f"t is an array of xarray with the dimensions {', '.join(map(str, t.dims))}: expected "
            f"one. To fix this, choose one series with isel, or pass times and values on their own."
        )
    dimension = t.dims[0]
    if str(getattr(t, "name", "")) == str(dimension) or dimension not in t.coords:
        return None  # the coordinate itself: times of events
    return t.coords[dimension].values, t.values, dy


def _of_pandas(t: Any, index: Any, dy: Any) -> tuple[Any, Any, Any] | None:
    dated = getattr(index.dtype, "kind", "") in "mM" or hasattr(index, "to_timestamp")
    if getattr(t, "ndim", 1) == 1:
        is_times = getattr(t.dtype, "kind", "O") in "mM" or hasattr(t.dtype, "tz")
        return (index, t, dy) if dated and not is_times else None
    numeric = [c for c in t.columns if getattr(t[c].dtype, "kind", "O") in "iuf"]
    if dated and len(numeric) == 1:
        return index, t[numeric[0]], dy
    if dated:
        raise TypeError(
            f"t is a frame whose index are dates, with {len(numeric)} columns of numbers "
            f"({_listed(t.columns)}): expected times. To fix this, pass find_cycles(frame.index, "
            f"frame['{t.columns[0] if len(t.columns) else 'column'}'])."
        )
    names = [str(c) for c in t.columns]
    return _of_columns(t, names, lambda name: t[t.columns[names.index(name)]], dy)


def _columns(t: Any) -> tuple[list[str], Callable[[str], Any]] | None:
    """Return the names of the columns of a table, and how to get one; None where it is none."""
    if isinstance(t, dict):
        return [str(c) for c in t], {str(c): v for c, v in t.items()}.__getitem__
    if hasattr(t, "colnames"):  # astropy
        return list(t.colnames), t.__getitem__
    if hasattr(t, "data_vars"):  # a data set of xarray
        return [*map(str, t.coords), *map(str, t.data_vars)], lambda name: t[name].values
    names = getattr(getattr(t, "dtype", None), "names", None)
    if names:
        return list(names), t.__getitem__
    if hasattr(t, "column_names") and hasattr(t, "schema"):  # pyarrow
        return list(t.column_names), t.__getitem__
    if hasattr(t, "columns") and hasattr(t, "schema"):  # polars
        return list(map(str, t.columns)), t.__getitem__
    return None


def _of_columns(
    t: Any, names: list[str], get: Callable[[str], Any], dy: Any
) -> tuple[Any, Any, Any]:
    """Return the columns of a table that has one of times and one of values."""
    time = next((n for word in _TIMES for n in names if n.lower() == word), None)
    others = [n for n in names if n != time]
    for value in others:
        errors = [n for n in others if n.lower() in {f.format(v=value.lower()) for f in _ERRORS}]
        if time is not None and len(others) - len(errors) == 1 and value not in errors:
            own = get(errors[0]) if errors and dy is None else dy
            return get(time), get(value), own
    kind = type(t).__name__
    value = others[0] if others else "value"
    raise TypeError(
        f"t is a {kind} with the columns {_listed(names)}: expected times. To fix this, pass its "
        f"columns on their own, such as find_cycles(table['{time or 'time'}'], table['{value}'])."
    )


def _listed(names: Any) -> str:
    shown = [str(n) for n in list(names)[:8]]
    return ", ".join(shown) + (", ..." if len(list(names)) > 8 else "")
