"""Objects of other packages as arrays: recognised by what they offer, nothing is imported.

Quantities, times and masked values of astropy, tensors, series of polars, arrays of xarray and of
pyarrow: each is used with its unit and its mask, or refused, and nothing of it is dropped in
silence.
"""

from __future__ import annotations

import datetime as dt
import math
import reprlib
import zoneinfo
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

#: How astropy and pint call units of time, where it is not what they are called here.
_UNITS = {"yr": "y", "a": "y", "wk": "w", "week": "w", "fortnight": "fortnight", "hr": "h"}

#: Formats of astropy's times that are dates.
_DATED = frozenset(["iso", "isot", "datetime", "datetime64", "fits", "yday", "ymdhms"])


def plain(x: Any) -> Any:
    """Return what numpy understands: the numbers of a quantity, a tensor, a series.

    Masked values are those of a masked array of numpy.  What needs no help is returned as it is.
    """
    if hasattr(x, "unmasked") and hasattr(x, "mask"):  # astropy.utils.masked
        return np.ma.MaskedArray(plain(x.unmasked), mask=np.asarray(x.mask))
    if _is_quantity(x):
        return np.asarray(x.value)
    if hasattr(x, "magnitude") and hasattr(x, "dimensionality"):  # pint
        return np.asarray(x.magnitude)
    if hasattr(x, "detach") and hasattr(x, "numpy"):  # a tensor, perhaps with a gradient
        return x.detach().cpu().numpy()
    if hasattr(x, "dims") and hasattr(x, "coords") and hasattr(x, "values"):  # xarray
        return np.asarray(x.values)
    if _is_polars(x) or type(x).__module__.partition(".")[0] == "pyarrow":
        return _of_columns(x)
    return x


def unit_of(x: Any) -> str | None:
    """Return the unit that an object states, as it is called here, or None."""
    if is_time(x):
        return "d"
    stated = getattr(getattr(x, "unmasked", x), "unit", None)
    if not hasattr(stated, "physical_type"):  # the unit of an index of pandas is its resolution
        stated = x.units if hasattr(x, "magnitude") and hasattr(x, "dimensionality") else ""
    name = str(stated).strip()
    return _UNITS.get(name, name) or None


def is_time(x: Any) -> bool:
    """Return whether an object is a time, or a length of time, of astropy."""
    return hasattr(x, "jd1") and hasattr(x, "jd2") and hasattr(x, "format")


def of_time(x: Any, name: str) -> Any:
    """Return a time of astropy: dates where it is told as such, else both parts of its Julian day.

    Raises
    ------
    ValueError
        If some are masked.
    """
    mask = np.asarray(getattr(x, "mask", False))
    if mask.any():
        raise ValueError(
            f"{name} has {int(mask.sum())} masked of {mask.size} values. A sample without its time "
            f"cannot be used. To fix this, drop those rows."
        )
    if str(x.format) in _DATED:
        return np.asarray(x.datetime64)
    whole, rest = (np.atleast_1d(np.asarray(part, dtype=np.float64)) for part in (x.jd1, x.jd2))
    return whole, rest


def zone_of(x: Any) -> dt.tzinfo | None:
    """Return the time zone of a series of polars; its times are in UTC."""
    name = getattr(getattr(x, "dtype", None), "time_zone", None)
    return zoneinfo.ZoneInfo(name) if isinstance(name, str) else None


def in_unit_of(dy: Any, y: Any) -> Any:
    """Return standard errors in the unit of the values.

    Raises
    ------
    ValueError
        If one cannot be told in the other.
    """
    of_errors, of_values = unit_of(dy), unit_of(y)
    if of_errors is None or of_errors == of_values:
        return dy
    try:
        bare = getattr(dy, "unmasked", dy)
        return bare.to(getattr(y, "unmasked", y).unit)
    except Exception:  # astropy and pint have exceptions of their own
        raise ValueError(
            f"dy has the unit {of_errors}, y {of_values or 'has none'}: expected the same. To fix "
            f"this, pass both with units that agree, or both without."
        ) from None


def dates_of(values: NDArray[Any]) -> NDArray[Any] | None:
    """Return dates, or texts that are dates of ISO 8601, as datetimes; None where they are not."""
    flat: list[Any] = values.ravel().tolist()
    if all(isinstance(v, dt.date) for v in flat):
        return np.array([_as_datetime(v) for v in flat], dtype=object).reshape(values.shape)
    if not flat or not all(isinstance(v, str) for v in flat):
        return None
    try:
        read = [dt.datetime.fromisoformat(v.strip()) for v in flat]
    except ValueError:
        return None
    if any(v.strip().isdigit() for v in flat):  # 20240101 may be a number
        return None
    zones = {v.tzinfo for v in read}
    if len(zones) > 1 and None not in zones:  # offsets that change are instants
        read = [v.astimezone(dt.UTC) for v in read]
    return np.array(read, dtype=object).reshape(values.shape)


def exact(value: Any) -> Fraction | None:
    """Return a number that may have more digits than floats as a fraction, or None."""
    if isinstance(value, (int, np.integer, Decimal, Fraction)) and not isinstance(value, bool):
        return Fraction(int(value) if isinstance(value, np.integer) else value)
    return None


def is_missing(value: Any) -> bool:
    """Return whether pandas marks a missing value so in a column of objects."""
    return value is None or type(value).__name__ == "NAType"


def nearest(value: Any) -> float:
    """Return the nearest float of a number, infinite for an integer of hundreds of digits.

    Raises
    ------
    TypeError, ValueError
        If it is no number.
    """
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def shown(value: Any) -> str:
    """Return a value for a message, in one short line.

    Python refuses to write integers of thousands of digits, and arrays take several lines.
    """
    if isinstance(value, int) and abs(value) >= 10**30:
        return "a number of more than 30 digits"
    short = reprlib.Repr()
    short.maxstring = short.maxother = _LONGEST
    try:
        return " ".join(short.repr(value).split())
    except Exception:  # it has a representation of its own making, and this fails
        return f"a {type(value).__name__} that cannot be shown"


#: Characters of a value in a message.
_LONGEST = 80


def _as_datetime(value: dt.date) -> dt.datetime:
    if isinstance(value, dt.datetime):
        return value
    return dt.datetime(value.year, value.month, value.day)


def _is_quantity(x: Any) -> bool:
    return hasattr(x, "unit") and hasattr(x, "to_value") and hasattr(x, "value")


def _is_polars(x: Any) -> bool:
    return type(x).__module__.partition(".")[0] == "polars" and hasattr(x, "to_numpy")


def _of_columns(x: Any) -> Any:
    """Return a series of polars or an array of pyarrow; nulls of numbers are NaN."""
    if zone_of(x) is not None:
        x = x.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
    if hasattr(x, "to_pandas") and not _is_polars(x):
        return x.to_pandas()
    values = x.to_numpy()
    kind = str(getattr(x, "dtype", ""))
    return values.astype("datetime64[D]") if kind == "Date" else values
