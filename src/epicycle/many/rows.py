"""The columns of a table with ids, and what the results of its series depend on."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from epicycle._version import __version__

if TYPE_CHECKING:
    from epicycle.files.reading import Table


def columns_of(table: Table) -> dict[str, Any]:
    """Return the columns of a table as :func:`find_cycles` calls them."""
    return {
        "t": table.t,
        "y": table.y,
        "dy": table.dy,
        "weights": table.weights,
        "group": table.group,
    }


def fingerprint(table: Table, options: dict[str, Any]) -> str:
    """Return a digest of all that the results depend on.

    Parameters
    ----------
    table : Table
        What is read: the bytes of the file, and the part that each of its columns plays.
    options : dict
        All that is asked of each series.
    """
    facts = {
        "table": table.sha256,
        "columns": table.roles,
        "options": options,
        "version": __version__,
    }
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
