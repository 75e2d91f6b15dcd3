"""How a number that decides something stands in the tables: with all there is to know of it."""

from __future__ import annotations

from dataclasses import field
from typing import Any


def decides(value: Any, unit: str, bench: str, origin: str = "chosen") -> Any:
    """Return a field with its default, and what there is to know about it as metadata.

    Parameters
    ----------
    value : Any
        The number; a tuple of numbers where they belong together.
    unit : str
        What it counts, or in units of what; T is the baseline.
    bench : str
        The section of a benchmark, ``folder/section``, that measures its subject.
    origin : str
        "derived: ..." with the reason, "measured: ..." with a benchmark, or "chosen" where nothing
        better is known.

    Returns
    -------
    dataclasses.Field
        For a frozen dataclass, with its meaning in a sentence below it.

    Examples
    --------
    >>> from dataclasses import dataclass, fields
    >>> @dataclass(frozen=True)
    ... class Tides:
    ...     turns: float = decides(3.0, "turns", "accuracy/tide")
    >>> Tides().turns
    3.0
    >>> fields(Tides)[0].metadata["origin"]
    'chosen'
    """
    return field(default=value, metadata={"unit": unit, "bench": bench, "origin": origin})
