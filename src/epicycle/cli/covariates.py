"""Covariates and holidays on the command line: with a table of samples, and at times to come."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from epicycle.files.writing import InputError

if TYPE_CHECKING:
    import pandas as pd

    from epicycle.files.model_files import SavedModel
    from epicycle.files.reading import Table


def with_holidays(table: Table, country: str) -> Table:
    """Return a table with a covariate for each holiday that it has seen.

    Raises
    ------
    ValueError
        If there are no dates, or no such country.
    """
    import pandas as pd

    from epicycle.files.covariates import holiday_covariates

    columns = holiday_covariates(table.t, country)
    if columns.shape[1] == 0:
        raise ValueError(
            f"--holidays {country} has no holiday that the table has seen twice. To fix this, "
            f"leave it out."
        )
    both = columns if table.covariates is None else pd.concat([table.covariates, columns], axis=1)
    twice = both.columns[both.columns.duplicated()]
    if len(twice):
        raise ValueError(
            f"column {str(twice[0])!r} of {table.name} has the name of a holiday. To fix this, "
            f"rename it."
        )
    told = f"holidays of {country}: {columns.shape[1]}, each a covariate"
    return replace(table, covariates=both, remarks=(*table.remarks, told))


def refuse_covariates(covariate: Any, holidays: str | None, why: str) -> None:
    """Refuse covariates where series are searched one after the other, or in chunks.

    Raises
    ------
    InputError
        If there are any.
    """
    for name, given in (("--covariate", covariate), ("--holidays", holidays)):
        if given:
            raise InputError(
                f"{name} is for one series in memory, and {why}. To fix this, leave out either."
            )


def columns_needed(saved: SavedModel) -> list[str]:
    """Return the columns of covariates that a model was fitted with, holidays left out."""
    return list(saved.provenance.columns.get("covariates") or [])


def covariates_at(saved: SavedModel, times: Any, read: pd.DataFrame | None) -> Any:
    """Return what a model has to know at some times, None where it needs nothing.

    Parameters
    ----------
    saved : SavedModel
        The model.
    times : array_like, shape (m,)
        The times.
    read : DataFrame, shape (m, q), or None
        The columns of a table, if one was named.

    Raises
    ------
    InputError
        If columns are needed and none were read.
    """
    import pandas as pd

    needed = columns_needed(saved)
    if needed and read is None:
        raise InputError(
            f"the model depends on {', '.join(needed)}, and what {'it' * (len(needed) == 1)}"
            f"{'they' * (len(needed) > 1)} will be is not known. To fix this, name a table with "
            f"--at that has these columns beside the times."
        )
    holidays = saved.provenance.options.get("holidays")
    parts = [] if read is None or not needed else [read[needed]]
    if holidays is not None:
        from epicycle.files.covariates import holiday_covariates

        names = [n for n in saved.model.covariate_names if n not in needed]
        parts.append(holiday_covariates(pd.DatetimeIndex(times), holidays, names))
    return pd.concat(parts, axis=1) if parts else None
