"""The result of :func:`epicycle.rhythms`: a row of numbers for each of many series."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from epicycle.limits import GENES
from epicycle.samples.arrays import Floats

if TYPE_CHECKING:
    import pandas as pd

SCHEMA = "epicycle.rhythms/1"

#: The columns of a table of rhythms, in their order.
COLUMNS = (
    "id",
    "n_samples",
    "mesor",
    "mesor_error",
    "amplitude",
    "amplitude_error",
    "relative_amplitude",
    "relative_amplitude_error",
    "phase",
    "phase_error",
    "period",
    "period_error",
    "p_value",
    "q_value",
    "r_squared",
    "reason",
)


@dataclass(frozen=True, eq=False)
class Rhythms:
    """A rhythm for each of S series, significant or not.

    A number that does not exist is NaN: those of a series that cannot be tested (its `reason` says
    why), the error of a period that was given, phase and period where the best period lies at the
    edge of the range.

    Attributes
    ----------
    ids : tuple, length S
        What the series are called.
    n_samples : ndarray of int, shape (S,)
        Values that are present.
    mesor, mesor_error : ndarray, shape (S,)
        The mean of the fitted rhythm over a cycle, with its standard error.
    amplitude, amplitude_error : ndarray, shape (S,)
        Half of the way from the minimum of the fitted rhythm to its maximum.  Noise makes
        amplitudes of weak rhythms too large: they cannot be negative.
    relative_amplitude, relative_amplitude_error : ndarray, shape (S,)
        Amplitude over the size of the mesor; of use where values have a natural zero.
    phase, phase_error : ndarray, shape (S,)
        Time of the first maximum at or after time 0, in the unit of time: from 0 to the period.
        The error is at most that of a phase of which nothing is known.
    period, period_error : ndarray, shape (S,)
        As given, or the best in the range.
    p_value : ndarray, shape (S,)
        Probability that a series without a rhythm shows one so strong, the search for its period
        taken into account.
    q_value : ndarray, shape (S,)
        Adjusted after Benjamini and Hochberg: the share of false discoveries among series with so
        small a p-value.
    r_squared : ndarray, shape (S,)
        Share of the (weighted) sum of squares about the mean that the rhythm explains.
    reason : tuple of str, length S
        Why numbers are missing; "" where none is.
    periods : tuple of float
        Shortest and longest period looked at; equal where it was given.
    harmonics : int
        Harmonics of the fitted waveform.
    robust : bool
        Whether ranks were tested.
    unit : str or None
        Unit of time.
    n_times : int
        Samples of the design.
    notes : tuple of str
        What a reader should know of the table.
    guesses : tuple of str
        What was guessed of the table.
    """

    ids: tuple[Any, ...]
    n_samples: NDArray[np.intp]
    mesor: Floats
    mesor_error: Floats
    amplitude: Floats
    amplitude_error: Floats
    relative_amplitude: Floats
    relative_amplitude_error: Floats
    phase: Floats
    phase_error: Floats
    period: Floats
    period_error: Floats
    p_value: Floats
    q_value: Floats
    r_squared: Floats
    reason: tuple[str, ...]
    periods: tuple[float, float]
    harmonics: int
    robust: bool
    unit: str | None
    n_times: int
    notes: tuple[str, ...] = ()
    guesses: tuple[str, ...] = ()

    def __len__(self) -> int:
        """Return the number of series."""
        return len(self.ids)

    def significant(self, q: float = GENES.significant) -> NDArray[np.bool_]:
        """Return which series have a rhythm, with a share `q` of false discoveries among them."""
        if not 0 < q <= 1:
            raise ValueError(f"q must be a share between 0 and 1, got {q!r}.")
        with np.errstate(invalid="ignore"):
            return np.asarray(self.q_value <= q)

    def table(self) -> pd.DataFrame:
        """Return the rhythms as a pandas frame, a row for each series, in the order given."""
        import pandas as pd

        data: dict[str, Any] = {"id": _ids(self.ids)}
        data.update({name: getattr(self, name) for name in COLUMNS[1:]})
        return pd.DataFrame(data)

    def to_dict(self) -> dict[str, Any]:
        """Return the rhythms as a JSON document of the schema "epicycle.rhythms/1"."""
        columns = {name: _plain(getattr(self, name)) for name in COLUMNS[1:]}
        return {
            "schema": SCHEMA,
            "unit": self.unit,
            "periods": list(self.periods),
            "harmonics": self.harmonics,
            "robust": self.robust,
            "n_series": len(self),
            "n_times": self.n_times,
            "notes": list(self.notes),
            "columns": {"id": _ids(self.ids), **columns},
        }

    def __str__(self) -> str:
        """Return the strongest rhythms as a table, and how many there are."""
        from epicycle.experiments.words import in_words

        return in_words(self)


def adjusted(p: Floats) -> Floats:
    """Return p-values adjusted after Benjamini and Hochberg (1995); NaN is not counted.

    Examples
    --------
    >>> import numpy as np
    >>> adjusted(np.array([0.01, 0.04, np.nan, 0.03])).tolist()
    [0.03, 0.04, nan, 0.04]
    """
    q = np.full(len(p), np.nan)
    tested = np.flatnonzero(~np.isnan(p))
    order = tested[np.argsort(p[tested])]
    n = len(order)
    raised = p[order] * (n / np.arange(1, n + 1))
    q[order] = np.minimum(np.minimum.accumulate(raised[::-1])[::-1], 1.0)
    return q


def _ids(ids: tuple[Any, ...]) -> list[Any]:
    """Return ids of one kind: whole numbers where all are, else text."""
    if all(isinstance(one, int) and not isinstance(one, bool) for one in ids):
        return list(ids)
    return [str(one) for one in ids]


def _plain(column: Any) -> list[Any]:
    """Return a column as JSON has it: None where there is no number."""
    if isinstance(column, tuple):
        return list(column)
    values: list[Any] = column.tolist()
    return [None if v != v else v for v in values]
