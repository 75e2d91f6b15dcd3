"""A row for each year and a column for each month -> a row for each month."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np

from epicycle.files.delimited import listed
from epicycle.files.frames import RawTable
from epicycle.files.kinds import to_numbers

#: English names of months; three letters or more of one are enough.
_NAMES = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]

#: How the column of years is called, in small letters without what is no letter.
_YEARS = re.compile(r"^(years?|yyyy|yr|jahr|annee|ano|anno)$")


def months_below(table: RawTable) -> RawTable:
    """Return a table of years by months with a row for each month; any other as it is.

    It has the columns "Year", "Month" and "value".  Rows keep the numbers of their records, so that
    messages name lines of the file.

    Parameters
    ----------
    table : RawTable
        A table as it stands in a file.
    """
    if not table.has_header:
        return table
    names = [str(c) for c in table.frame.columns]
    years = [n for n in names if _YEARS.match(re.sub(r"[^a-z]", "", n.lower()))]
    numbers = {name: number for name in names if (number := _month(name))}
    if len(years) != 1 or sorted(numbers.values()) != list(range(1, 13)):
        return table
    year = np.asarray(to_numbers(table.frame[years[0]]), dtype=np.float64)
    if not (year % 1 == 0).all():
        return table
    months = sorted(numbers, key=numbers.__getitem__)
    rows = table.frame.melt(
        id_vars=years, value_vars=months, var_name="Month", value_name="value", ignore_index=False
    )
    rows = rows.rename(columns={years[0]: "Year"})
    rows["Month"] = rows["Month"].map(numbers)
    place = np.argsort(np.tile(np.arange(len(table.frame)), 12), kind="stable")
    rows = rows.iloc[place]
    left = [n for n in names if n not in months and n != years[0]]
    said = f"{months[0]} to {months[-1]}: a value for each month of each year"
    if left:
        said += f"; left out: {listed(left)}"
    return replace(table, frame=rows, remarks=(*table.remarks, said))


def _month(name: str) -> int:
    """Return the number of a month by its name, 0 where it is none."""
    text = name.strip().strip(".").lower()
    if re.fullmatch(r"m?\d\d?", text):
        return int(text.strip("m"))
    fits = [k for k, full in enumerate(_NAMES, 1) if len(text) >= 3 and full.startswith(text)]
    return fits[0] if fits else 0
