"""The cycles of each series of a job: :func:`epicycle.find_cycles`, one series after the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from epicycle.find import find_cycles
from epicycle.many.jobs import Job, Task
from epicycle.model import CycleModel
from epicycle.samples.given import take_rows


def search(job: Job) -> dict[str, Any]:
    """Return the documents of all series of a job, under "series".

    Each is that of :meth:`CycleModel.to_dict` with the name of the series as "id" and no
    "seconds", which no two runs have in common; or "id" and "error" where a series cannot be used.
    """
    documents: list[dict[str, Any]] = []
    ends = np.append(0, np.cumsum(job.counts)).tolist()
    for k, name in enumerate(job.ids):
        rows = slice(ends[k], ends[k + 1])
        columns = {key: take_rows(column, rows) for key, column in job.columns.items()}
        found = searched(columns, job.options)
        told = {"error": found} if isinstance(found, str) else found.to_dict() | {"seconds": None}
        documents.append({"id": name, **told})
    return {"series": documents}


def searched(columns: dict[str, Any], options: dict[str, Any]) -> CycleModel | str:
    """Return the model of one series, or why there is none, in a line."""
    try:
        return find_cycles(**columns, **options)
    except (TypeError, ValueError) as problem:
        return " ".join(str(problem).split())
    except (ArithmeticError, LookupError, MemoryError) as problem:  # others go on
        return f"{type(problem).__name__}: {problem}"


def documents_of(parts: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield the document of every series of all parts."""
    for part in parts:
        yield from part["series"]


#: About a quarter of a second of work: what a killed run may have to do again.
SEARCH = Task(search, most_series=16, most_samples=20_000)
