"""Raw times of any kind -> :class:`Times`, without losing a bit; and back for the reader.

Times may be numbers, integers of 64 bits, ``datetime64`` of any resolution, pandas Series or
DatetimeIndex with or without a time zone, or lists of ``datetime``.  pandas is never imported
here: its objects are recognised by what they offer.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from epicycle.samples import foreign, twofloat
from epicycle.samples.arrays import Floats
from epicycle.samples.units import UNIT_SECONDS, canonical_unit

__all__ = ["UNIT_SECONDS", "TimeScale", "Times", "canonical_unit", "parse_times"]

# numpy's own codes for the resolution of datetime64
_NUMPY_SECONDS: dict[str, Fraction] = {
    "D": Fraction(86400),
    "h": Fraction(3600),
    "m": Fraction(60),
    "s": Fraction(1),
    "ms": Fraction(1, 1000),
    "us": Fraction(1, 10**6),
    "ns": Fraction(1, 10**9),
    "ps": Fraction(1, 10**12),
    "fs": Fraction(1, 10**15),
    "as": Fraction(1, 10**18),
}


@dataclass(frozen=True)
class Times:
    """Times as an unevaluated sum ``hi + lo``, in the unit of their :class:`TimeScale`.

    Attributes
    ----------
    hi, lo : ndarray of float64, shape (n,)
        ``hi`` is the nearest float64 and ``lo`` what is missing from it.
    """

    hi: Floats
    lo: Floats

    def __len__(self) -> int:
        """Return the number of times."""
        return len(self.hi)

    def __getitem__(self, index: Any) -> Times:
        """Select times as a numpy array would."""
        return Times(self.hi[index], self.lo[index])

    def minus(self, hi: float, lo: float = 0.0) -> Times:
        """Return the times counted from ``hi + lo``, exactly."""
        s, e = twofloat.two_sum(self.hi, np.asarray(-hi))
        if lo == 0.0 and not self.lo.any():
            return Times(s, e)  # the second sum would give the same
        s, e = twofloat.two_sum(s, e + (self.lo - lo))
        return Times(s, e)

    def since(self, first: float) -> Floats:
        """Return the nearest float64 values of the times counted from `first`."""
        if not self.lo.any():
            return self.hi - first
        return self.minus(first).to_float()

    def to_float(self) -> Floats:
        """Return the nearest float64 values."""
        return self.hi + self.lo


@dataclass(frozen=True)
class TimeScale:
    """How the user's times relate to numbers: their unit, and a calendar if they have one.

    Attributes
    ----------
    unit : str
        Unit of all periods; "" where times are plain numbers without a named unit.
    calendar : bool
        Whether times are datetimes.  They are then counted from 1970-01-01T00:00 UTC.
    timezone : tzinfo or None
        Zone of the user's datetimes, used when times are given back to the reader.
    clock : str
        "elapsed" where a day has 24 hours; "local" where it lasts from midnight to midnight on
        the clocks of that zone, which are put forward and back: datetimes are then counted as
        those clocks show them.
    """

    unit: str
    calendar: bool
    timezone: dt.tzinfo | None = None
    clock: str = "elapsed"

    def parse(self, t: Any, name: str = "t") -> Times:
        """Return `t` as times on this scale.

        Raises
        ------
        TypeError
            If `t` is of another kind (datetimes for a scale of numbers, or the reverse).
        ValueError
            If a time is missing or infinite.
        """
        zone = self.timezone if self.clock == "local" else None
        times, scale = parse_times(t, unit=self.unit or None, name=name, wall=zone)
        if scale.calendar != self.calendar:
            want, got = ("datetimes", "numbers") if self.calendar else ("numbers", "datetimes")
            raise TypeError(
                f"{name} must be {want}, as in the data that were fitted, got {got}. "
                f"To fix this, pass {want}."
            )
        return times

    def to_user(self, value: float) -> Any:
        """Return one time as the user would write it: a number, or a datetime64 / datetime."""
        if not self.calendar:
            return float(value)
        microseconds = round(Fraction(value) * UNIT_SECONDS[self.unit] * 10**6)
        moment = dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(microseconds=microseconds)
        if self.timezone is None:
            return moment.replace(tzinfo=None)
        if self.clock == "local":
            # what no clock has shown, for it was put forward, is told as it was an hour before
            return moment.replace(tzinfo=self.timezone).astimezone(dt.UTC).astimezone(self.timezone)
        return moment.astimezone(self.timezone)


def parse_times(
    t: Any,
    *,
    unit: str | None = None,
    name: str = "t",
    clock: str = "elapsed",
    wall: dt.tzinfo | None = None,
) -> tuple[Times, TimeScale]:
    """Return the user's times as exact numbers, with the scale that they are on.

    Parameters
    ----------
    t : array_like, shape (n,) or (n, 1), or a pair of arrays
        Real numbers, integers, ``datetime64``, pandas datetimes or a list of ``datetime``.  A
        tuple of two arrays is an integer and a fractional part, for numbers that no single
        float64 can hold.
    unit : str, optional
        For datetimes, the unit to count in (default "d").  For numbers it is only a label.
    name : str
        Name of the argument, for error messages.
    clock : str
        "elapsed" or "local", see `TimeScale`.
    wall : tzinfo, optional
        Zone whose clocks to read datetimes from; for "local", by default their own.

    Raises
    ------
    TypeError
        If the times are of a kind that has no order in time (strings, booleans, complex).
    ValueError
        If a time is missing or infinite, if time zones are mixed, or if the shape is wrong.
    """
    unit = canonical_unit(unit)
    t, unit = _without_units(t, unit, name)
    if clock not in ("elapsed", "local"):
        raise ValueError(f"clock must be 'elapsed' or 'local', got {clock!r}.")
    if isinstance(t, tuple) and len(t) == 2 and all(np.ndim(part) == 1 for part in t):
        return _from_parts(*t, name), TimeScale(unit or "", calendar=False)
    values, timezone = _to_numpy(t, name, local=clock == "local", wall=wall)
    timezone = _standard(timezone)
    if clock == "local" and values.dtype.kind != "M":
        raise TypeError(
            f"clock='local' needs {name} to be datetimes, got {values.dtype}. "
            f"To fix this, pass datetimes with a time zone, or leave out clock."
        )
    if values.ndim == 2 and values.shape[1] == 1:
        values = values[:, 0]
    if values.ndim != 1:
        raise ValueError(
            f"{name} must be one-dimensional, got shape {values.shape}. "
            f"To fix this, pass one time per sample."
        )
    if values.dtype.kind in "Mm":
        calendar = values.dtype.kind == "M"
        unit = unit or "d"
        if unit not in UNIT_SECONDS:
            raise ValueError(
                f"unit={unit!r} is not a unit of time. To fix this, for datetimes use one of "
                f"{', '.join(UNIT_SECONDS)}."
            )
        return _from_datetime64(values, unit, name), TimeScale(unit, calendar, timezone, clock)
    return _from_numbers(values, name), TimeScale(unit or "", calendar=False)


def _without_units(t: Any, unit: str | None, name: str) -> tuple[Any, str | None]:
    """Return times of other packages as those that are read here, and their unit."""
    stated = canonical_unit(foreign.unit_of(t))
    if foreign.is_time(t):
        t = foreign.of_time(t, name)
        stated = stated if isinstance(t, tuple) else None
    if stated is None or stated == unit:
        return t, unit or stated
    if unit is None:
        return t, stated
    if unit not in UNIT_SECONDS or stated not in UNIT_SECONDS:
        raise ValueError(
            f"{name} has the unit {stated}, and unit={unit!r} was given. To fix this, leave out "
            f"unit, or pass {name} in that unit."
        )
    ratio = UNIT_SECONDS[stated] / UNIT_SECONDS[unit]
    parts = t if isinstance(t, tuple) else (foreign.plain(t), None)
    moved = [
        part if part is None else np.asarray(part) * ratio.numerator / ratio.denominator
        for part in parts
    ]
    return (tuple(moved) if isinstance(t, tuple) else moved[0]), unit


def _standard(zone: dt.tzinfo | None) -> dt.tzinfo | None:
    """Return a time zone that a datetime can be given.

    The zones of pytz, which pandas 2 uses, stand for the local mean time of their first entry (53
    minutes for Berlin) unless they are asked for the offset of each date.
    """
    name = getattr(zone, "zone", None)
    if isinstance(name, str) and hasattr(zone, "localize"):
        return zoneinfo.ZoneInfo(name)
    return zone


def _to_numpy(
    t: Any, name: str, *, local: bool = False, wall: dt.tzinfo | None = None
) -> tuple[NDArray[Any], dt.tzinfo | None]:
    """Return `t` as a numpy array of numbers, datetime64 or timedelta64, and its time zone.

    Datetimes with a zone are told in UTC, or as the clocks of `wall`, or with `local` of their
    own zone, have shown them.
    """
    zone = foreign.zone_of(t)
    t = foreign.plain(t)
    if zone is not None:  # told in UTC until here
        moments = [v.replace(tzinfo=dt.UTC).astimezone(zone) for v in _as_datetimes(t)]
        return _to_numpy(np.array(moments, dtype=object), name, local=local, wall=wall)
    accessor = getattr(t, "dt", t)  # a pandas Series keeps its datetime methods in .dt
    if hasattr(accessor, "to_timestamp") and getattr(accessor, "freq", None) is not None:
        t = accessor = accessor.to_timestamp()  # calendar periods are told by their beginnings
        accessor = getattr(t, "dt", t)
    timezone = getattr(accessor, "tz", None)
    if isinstance(timezone, dt.tzinfo):
        naive = accessor.tz_convert(wall or (timezone if local else "UTC"))
        naive = getattr(naive, "dt", naive).tz_localize(None)
        return np.asarray(naive.to_numpy()), timezone
    if isinstance(t, np.ma.MaskedArray):
        hidden = int(np.ma.getmaskarray(t).sum())
        if hidden:
            raise ValueError(
                f"{name} has {hidden} masked of {t.size} values. A sample without its time cannot "
                f"be used. To fix this, drop those rows."
            )
    values = np.asarray(t)
    if values.dtype.kind in "OUS" and (told := foreign.dates_of(values)) is not None:
        values = told
    if values.dtype == object:
        return _from_objects(values, name, local, wall)
    if values.dtype.kind in "US":
        raise TypeError(_refusal_of_strings(values, name))
    if values.dtype.kind not in "iufMm":
        raise TypeError(
            f"{name} must be real numbers or datetimes, got dtype {values.dtype}. "
            f"To fix this, pass float64, int64 or datetime64 values."
        )
    return values, None


def _from_objects(
    values: NDArray[Any], name: str, local: bool, wall: dt.tzinfo | None
) -> tuple[NDArray[np.datetime64] | NDArray[np.float64], dt.tzinfo | None]:
    flat: Sequence[Any] = values.ravel().tolist()
    missing = sum(1 for v in flat if _is_missing(v))
    if missing:
        raise ValueError(
            f"{name} has {missing} missing of {len(flat)} values. A sample without its "
            f"time cannot be used. To fix this, drop those rows."
        )
    numbers = (int, float, np.integer, np.floating, Decimal, Fraction)
    if all(isinstance(v, numbers) for v in flat) and not any(isinstance(v, bool) for v in flat):
        return values, None  # kept as they are: Python's integers have any number of digits
    if not all(isinstance(v, (dt.datetime, np.datetime64)) for v in flat):
        kinds = sorted({type(v).__name__ for v in flat})
        raise TypeError(
            f"{name} must be numbers or datetimes, got objects of type {', '.join(kinds)}. "
            f"To fix this, convert them to float64 or datetime64."
        )
    zones = {str(getattr(v, "tzinfo", None)) for v in flat}
    if len(zones) > 1:
        raise ValueError(
            f"{name} mixes time zones ({', '.join(sorted(zones))}). "
            f"To fix this, convert all times to one zone, for example with "
            f"pandas.to_datetime({name}, utc=True)."
        )
    zone = getattr(flat[0], "tzinfo", None)
    naive = []
    for v in flat:
        if zone is not None:
            v = v.astimezone(wall or (zone if local else dt.UTC)).replace(tzinfo=None)
        naive.append(v.to_datetime64() if hasattr(v, "to_datetime64") else np.datetime64(v))
    # the finest unit that any of them needs; nanoseconds reach only from 1677 to 2262
    return np.array(naive), zone


def _as_datetimes(values: Any) -> list[dt.datetime]:
    """Return datetime64 as datetimes of Python, to the microsecond."""
    moments: list[dt.datetime] = np.asarray(values).astype("datetime64[us]").tolist()
    return moments


def _refusal_of_strings(values: NDArray[Any], name: str) -> str:
    if not values.size:
        return f"{name} is empty."
    first = str(values.flat[0])
    how = f"pandas.to_datetime({name})"
    with suppress(ValueError):
        how = f"numpy.asarray({name}, dtype=float)" if np.isfinite(float(first)) else how
    return (
        f"{name} must be numbers or datetimes, got strings such as {first!r}. "
        f"To fix this, convert them, for example with {how}."
    )


def _is_missing(value: Any) -> bool:
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return True
    return bool(value != value)  # NaN and NaT differ from themselves


def _from_datetime64(values: NDArray[Any], unit: str, name: str) -> Times:
    missing = int(np.isnat(values).sum())
    if missing:
        raise ValueError(
            f"{name} has {missing} NaT of {values.size} values. A sample without its time "
            f"cannot be used. To fix this, drop those rows."
        )
    code, count = np.datetime_data(values.dtype)
    if code in ("Y", "M", "W"):  # calendar units have no fixed length: numpy counts their days
        values = values.astype("datetime64[D]" if values.dtype.kind == "M" else "timedelta64[D]")
        code, count = "D", 1
    if code == "generic":
        code = "ns"
    ratio = _NUMPY_SECONDS[code] * count / UNIT_SECONDS[unit]
    hi, lo = twofloat.from_integers(values.astype(np.int64))
    return Times(*twofloat.scale(hi, lo, ratio.numerator, ratio.denominator))


def _from_parts(integer: Any, fraction: Any, name: str) -> Times:
    parts = [_to_numpy(part, name)[0] for part in (integer, fraction)]
    if any(part.dtype.kind not in "iuf" for part in parts) or len(parts[0]) != len(parts[1]):
        raise ValueError(
            f"{name} as a pair must be two arrays of numbers of one length (integer part, "
            f"fractional part), got {[f'{p.dtype} of length {len(p)}' for p in parts]}."
        )
    whole, rest = (_from_numbers(part, name) for part in parts)
    hi, low = twofloat.two_sum(whole.hi, rest.hi)
    return Times(*twofloat.two_sum(hi, low + (whole.lo + rest.lo)))


def _from_numbers(values: NDArray[Any], name: str) -> Times:
    if values.dtype == object:
        nearest = np.array([foreign.nearest(v) for v in values])
        _from_numbers(nearest, name)  # refuses what is not finite
        pairs = zip(values, nearest, strict=True)
        told = [(foreign.exact(v), f) for v, f in pairs]
        rest = [0.0 if v is None else float(v - Fraction(f)) for v, f in told]
        return Times(nearest, np.array(rest))
    if values.dtype.kind in "iu":
        if values.dtype.itemsize < 8:
            values = values.astype(np.int64)
        return Times(*twofloat.from_integers(values))
    bad = ~np.isfinite(values)
    if bad.any():
        first = int(np.flatnonzero(bad)[0])
        raise ValueError(
            f"{name} has {int(bad.sum())} values that are NaN or infinite, the first at "
            f"position {first}. A sample without its time cannot be used. "
            f"To fix this, drop those rows."
        )
    hi = values.astype(np.float64)
    if values.dtype.itemsize <= hi.dtype.itemsize:
        return Times(hi, np.zeros(hi.shape))
    return Times(hi, (values - hi).astype(np.float64))  # longdouble keeps its lower half
