"""The rows of each series of a table with ids."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from epicycle._version import __version__

if TYPE_CHECKING:
    from epicycle.files.reading import Table


def numbered(ids: Any) -> tuple[NDArray[np.intp], list[Any]]:
    """Return the number of each sample's series, by first appearance, and their names."""
    import pandas as pd

    codes, names = pd.factorize(ids)
    return np.asarray(codes, dtype=np.intp), [_plain(name) for name in names]


def _plain(name: Any) -> Any:
    name = name.item() if isinstance(name, np.generic) else name
    return name if isinstance(name, (str, int, float, bool)) else str(name)


def columns_of(table: Table) -> dict[str, Any]:
    """Return the columns of a table as :func:`find_cycles` calls them."""
    return {
        "t": table.t,
        "y": table.y,
        "dy": table.dy,
        "weights": table.weights,
        "group": table.group,
    }


def fingerprint(table: Table, ids: str, options: dict[str, Any]) -> str:
    """Return a digest of all that the results depend on."""
    facts = {
        "table": table.sha256,
        "columns": [table.time_column, *table.value_columns, *table.error_columns],
        "labels": [table.group_column, ids],
        "options": options,
        "version": __version__,
    }
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
