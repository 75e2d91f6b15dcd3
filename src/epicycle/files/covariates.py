"""Columns that values depend on -> numbers, none of them missing; and those of holidays."""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from epicycle.files.conventions import Conventions
from epicycle.files.delimited import ReadError, listed
from epicycle.files.frames import RawTable
from epicycle.files.numbers import read_numbers
from epicycle.limits import AHEAD
from epicycle.samples.arrays import Floats

if TYPE_CHECKING:
    import pandas as pd

#: A day on which all countries shop, which no calendar of holidays has.
BLACK_FRIDAY = "Black Friday"

#: What a calendar says of a day that is not settled yet.  One given for another keeps its name.
_ESTIMATED = {" (estimated)": "", " (observed, estimated)": " (observed)"}


def read_covariates(
    table: RawTable, columns: Sequence[str], told: Conventions, values: Sequence[Floats] = ()
) -> pd.DataFrame | None:
    """Return columns of covariates, None where there are none.

    Parameters
    ----------
    table : RawTable
        The table.
    columns : sequence of str
        Names of the columns.
    told : Conventions
        How the table is written.
    values : sequence of ndarray, shape (n,)
        Rows without any of these values play no part, and may lack covariates.

    Raises
    ------
    ReadError
        If a column holds no numbers, or lacks some: the message names the rows.
    """
    import pandas as pd

    if not columns:
        return None
    needed = np.ones(len(table.frame), dtype=bool)
    if values:
        needed = np.any([~np.isnan(value) for value in values], axis=0)
    result = {}
    for column in columns:
        numbers = read_numbers(table, column, "covariates", told).numbers
        gone = np.isnan(numbers)
        missing = np.flatnonzero(gone & needed)
        if len(missing):
            places = listed([table.at(row) for row in missing], 5)
            what = "the value beside it" if values else "the row"
            raise ReadError(
                f"column {column!r} of {table.name}, a covariate, lacks {len(missing)} of "
                f"{int(needed.sum())} numbers: {places}. To fix this, fill them in, or leave out "
                f"{what}."
            )
        result[column] = np.where(gone, 0.0, numbers)
    return pd.DataFrame(result)


def holiday_covariates(
    times: Any, country: str, names: Sequence[str] | None = None
) -> pd.DataFrame:
    """Return a column for each holiday, 1 on its days and 0 on others, and for Black Friday.

    Parameters
    ----------
    times : DatetimeIndex, shape (n,)
        Samples, a day or less apart; days are those of their zone.
    country : str
        Code of ISO 3166, such as "DE", or of a part of a country, such as "US-CA".
    names : sequence of str, optional
        The holidays; by default those of which at least two are among the times.

    Returns
    -------
    DataFrame, shape (n, q)

    Raises
    ------
    ValueError
        If times are no dates or too far apart, the country is not known, or the package
        `holidays` is not there.
    """
    import pandas as pd

    if not isinstance(times, pd.DatetimeIndex):
        raise ValueError(
            "--holidays needs dates, and the times are numbers. To fix this, name a column of "
            "dates with --time, or leave out --holidays."
        )
    days = times.tz_localize(None).normalize()
    distinct = np.unique(days.to_numpy())
    apart = np.median(np.diff(distinct)) / np.timedelta64(1, "D") if len(distinct) > 1 else 1.0
    if names is None and apart > AHEAD.holidays_apart:
        raise ValueError(
            f"--holidays are days, and samples are {apart:.3g} days apart. To fix this, leave out "
            f"--holidays: the yearly cycle has what returns each year."
        )
    by_name = _days_by_name(country, range(int(days.year.min()), int(days.year.max()) + 1))
    if names is None:
        found = {name: int(np.isin(distinct, on).sum()) for name, on in by_name.items()}
        names = [name for name, n in found.items() if n >= AHEAD.holidays_seen]
    none = np.empty(0, dtype="datetime64[ns]")
    columns = {
        name: np.isin(days.to_numpy(), by_name.get(name, none)).astype(np.float64) for name in names
    }
    return pd.DataFrame(columns, index=range(len(times)))


def _days_by_name(country: str, years: range) -> dict[str, Any]:
    """Return the days of each holiday, by its name."""
    try:
        import holidays
    except ImportError:
        raise ValueError(
            "--holidays needs the package holidays. To fix this, run pip install "
            "'epicycle[holidays]'."
        ) from None
    code, _, part = country.partition("-")
    known = holidays.list_supported_countries()
    if code not in known or (part and part not in known[code]):
        close = difflib.get_close_matches(code.upper(), list(known), n=3, cutoff=0.3)
        choices = [f"{code}-{one}" for one in known[code]] if code in known else close
        raise ValueError(
            f"--holidays must be the code of a country such as DE, US or US-CA, got {country!r}. "
            f"To fix this, write one of these: {listed(choices or list(known), 12)}."
        )
    calendar = holidays.country_holidays(code, subdiv=part or None, years=years)
    found: dict[str, list[dt.date]] = {}
    for day, said in calendar.items():
        for name in said.split("; "):
            for ending, settled in _ESTIMATED.items():
                name = name.removesuffix(ending) + settled * name.endswith(ending)
            found.setdefault(name, []).append(day)
    found[BLACK_FRIDAY] = [_black_friday(year) for year in years]
    return {name: np.array(on, dtype="datetime64[ns]") for name, on in found.items()}


def _black_friday(year: int) -> dt.date:
    """Return the day after the fourth Thursday of November."""
    first = dt.date(year, 11, 1)
    return first + dt.timedelta(days=(3 - first.weekday()) % 7 + 21 + 1)
