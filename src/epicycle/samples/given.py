"""The data of a search as the user gave them, so that some of their rows can be searched anew."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from epicycle.samples.apart import taken_apart
from epicycle.samples.checks import Samples, check_events, check_samples
from epicycle.samples.copies import in_order, without_copies
from epicycle.samples.foreign import is_time
from epicycle.samples.options import Options


@dataclass(frozen=True, eq=False)
class Given:
    """Arguments of :func:`epicycle.find_cycles` with one entry for each sample.

    Attributes
    ----------
    t, y, dy, weights, group, covariates
        Of whatever kind the user has them; a `dy` may be one number.
    """

    t: Any
    y: Any
    dy: Any = None
    weights: Any = None
    group: Any = None
    covariates: Any = None

    @classmethod
    def of(cls, t: Any, y: Any = None, dy: Any = None, *others: Any) -> Given:
        """Return the data of a user, whose first argument may hold times and values in one.

        Raises
        ------
        TypeError
            If it is a table that does not tell which of its columns are which.
        """
        apart = taken_apart(t, dy) if y is None else None
        return cls(*(apart or (t, y, dy)), *others)

    @property
    def of_events(self) -> bool:
        """Whether these are times of events, which have no values."""
        return self.y is None

    def samples(self, options: Options) -> Samples:
        """Return the checked samples, rows that occur twice counted once.

        Raises
        ------
        TypeError, ValueError
            If an array cannot be used, or the unit or the clock do not fit the times.
        """
        samples = check_samples(
            self.t,
            self.y,
            self.dy,
            weights=self.weights,
            group=self.group,
            covariates=self.covariates,
            unit=options.unit,
            clock=options.clock,
        )
        return in_order(without_copies(samples))

    def events(self, options: Options) -> Samples:
        """Return the checked times of events, with their weights as values.

        Raises
        ------
        TypeError, ValueError
            As :meth:`samples`, and if there is what only values can have.
        """
        for name in ("dy", "group", "covariates"):
            if getattr(self, name) is not None:
                raise ValueError(
                    f"{name} was given without y: events have no values. To fix this, pass y, or "
                    f"leave out {name} if t are the times of events."
                )
        return check_events(self.t, self.weights, unit=options.unit, clock=options.clock)

    def rows(self, rows: NDArray[np.intp]) -> Given:
        """Return some of the samples."""
        return Given(*(take_rows(value, rows) for value in self.arguments().values()))

    def arguments(self) -> dict[str, Any]:
        """Return the data as arguments of :func:`epicycle.find_cycles`, by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


def take_rows(value: Any, rows: NDArray[np.intp] | slice) -> Any:
    """Return some rows of what a user passed, of whatever kind; a single number serves all."""
    if value is None or np.ndim(value) == 0:
        return value
    if isinstance(value, tuple) and len(value) == 2 and np.ndim(value[0]) == 1:
        return tuple(take_rows(part, rows) for part in value)
    if is_time(value):
        return value[rows]
    if hasattr(value, "iloc"):
        return value.iloc[rows]
    if not hasattr(value, "dtype"):
        value = list(value)
        return value[rows] if isinstance(rows, slice) else [value[row] for row in rows]
    return value[rows]
