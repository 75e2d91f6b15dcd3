"""A bounded, uniform random sample of a stream."""

from __future__ import annotations

from typing import Any

import numpy as np


class Reservoir:
    """A uniform random sample of all rows ever added, of at most `size` rows.

    Every row gets a random key, and those with the smallest keys stay: whatever the batches, each
    row of the stream is kept with the same probability.

    Parameters
    ----------
    size : int
        Rows kept.
    random_state : numpy.random.RandomState
        Source of the keys.
    """

    def __init__(self, size: int, random_state: np.random.RandomState) -> None:
        self._size = size
        self._random = random_state
        self._rows: tuple[Any, ...] | None = None

    def add(self, t: Any, y: Any, weights: Any, covariates: Any) -> None:
        """Add rows: times, values, weights or None for 1, and covariates or None."""
        n = len(y)
        fresh: tuple[Any, ...] = (
            self._random.uniform(size=n),
            t,
            y,
            np.ones(n) if weights is None else weights,
            np.empty((n, 0)) if covariates is None else covariates,
        )
        if self._rows is not None:
            fresh = tuple(_joined(*pair) for pair in zip(self._rows, fresh, strict=True))
        if len(fresh[0]) > self._size:
            kept = np.sort(np.argpartition(fresh[0], self._size)[: self._size])
            fresh = tuple(column[kept] for column in fresh)
        self._rows = fresh

    def samples(self) -> tuple[Any, Any, Any, Any]:
        """Return times, values, weights and covariates of the rows that were kept."""
        assert self._rows is not None
        _, t, y, weights, covariates = self._rows
        return t, y, weights, covariates if covariates.shape[1] else None


def _joined(old: Any, new: Any) -> Any:
    # an index of pandas keeps its time zone, which an array would lose
    return old.append(new) if hasattr(old, "append") else np.concatenate([old, new])
