"""The result of :func:`epicycle.compare`: groups, and how their rhythms differ."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class GroupRhythm:
    """The rhythm of one group, of a subject as typical, or of all its samples.

    Attributes
    ----------
    label : str
    n_subjects, n_rhythmic : int or None
        Subjects, and those with a rhythm of their own; None where samples are the replicates.
    n_values : int
    mesor, mesor_error, amplitude, amplitude_error : float
        Errors are NaN where a single subject tells none.
    phase, phase_error : float
        Time of the maximum in units of time: after the origin of times where the period is held,
        after the reference time where it is fitted.  NaN where the group has none.
    period, period_error : float
        NaN where the group has none; the error is 0 where the period is held.
    p_value : float
        Probability of such rhythms in noise.
    rhythmic : bool
        Whether phase and period are compared.
    """

    label: str
    n_subjects: int | None
    n_rhythmic: int | None
    n_values: int
    mesor: float
    mesor_error: float
    amplitude: float
    amplitude_error: float
    phase: float
    phase_error: float
    period: float
    period_error: float
    p_value: float
    rhythmic: bool


@dataclass(frozen=True)
class Difference:
    """How two groups differ in one quantity.

    Attributes
    ----------
    what : str
        "mesor", "amplitude", "amplitude ratio", "phase" or "period".
    first, second : str
        The groups: differences are second minus first, ratios second to first.
    value, error : float
        NaN where there is none; a positive difference of phase is later.
    low, high : float
        Confidence interval.
    p_value : float
        Of "no difference"; NaN where the data cannot tell.
    p_holm : float
        The same among all pairs of groups by Holm's method (1979, Scand. J. Stat. 6, 65).
    freedom : float
        Degrees of freedom.
    note : str
        Why something is not told.
    """

    what: str
    first: str
    second: str
    value: float
    error: float
    low: float
    high: float
    p_value: float
    p_holm: float
    freedom: float
    note: str = ""


@dataclass(frozen=True)
class Comparison:
    """Groups of rhythms compared.

    Attributes
    ----------
    groups : tuple of GroupRhythm
        The first is the one that others are compared with.
    differences : tuple of Difference
        Of every pair of groups, in every quantity.
    p_value : float
        Of "nothing differs".
    test : str
        Which test that is of.
    design : str
        "subjects", "paired" or "samples": what the replicates are.
    period : float or None
        The period that was held; None where it was fitted.
    period_range : tuple of float, or None
        Where it was looked for.
    at : float
        Reference time, for phases of fitted periods, from `origin`.
    origin : float or datetime
        Where times are counted from.
    unit : str
    confidence : float
        Of intervals.
    n_dropped : int
        Rows left out.
    harmonics : int
        Of the waveform of each series.
    notes : tuple of str
        What was assumed, and what the data cannot tell.
    """

    groups: tuple[GroupRhythm, ...]
    differences: tuple[Difference, ...]
    p_value: float
    test: str
    design: str
    period: float | None
    period_range: tuple[float, float] | None
    at: float
    origin: Any
    unit: str
    confidence: float
    n_dropped: int
    harmonics: int = 1
    notes: tuple[str, ...] = ()

    def difference(
        self, what: str, second: str | None = None, first: str | None = None
    ) -> Difference:
        """Return one difference; by default of the first two groups.

        Raises
        ------
        KeyError
            If there is no such quantity or pair.
        """
        labels = [one.label for one in self.groups]
        first = labels[0] if first is None else first
        second = next(one for one in labels if one != first) if second is None else second
        for one in self.differences:
            if one.what == what and (one.first, one.second) == (first, second):
                return one
        known = sorted({(d.what, d.first, d.second) for d in self.differences})
        raise KeyError(f"no difference of {what!r} between {first!r} and {second!r}: {known}")

    @property
    def sentences(self) -> tuple[str, ...]:
        """What is different, in words."""
        from epicycle.experiments.comparison_words import sentences

        return sentences(self)

    def table(self) -> str:
        """Return groups, differences and notes as text."""
        from epicycle.experiments.comparison_words import table

        return table(self)

    def __str__(self) -> str:
        return self.table()

    def to_frame(self) -> pd.DataFrame:
        """Return the differences as a frame, one row each."""
        import pandas as pd

        return pd.DataFrame([dataclasses.asdict(one) for one in self.differences])

    def to_dict(self) -> dict[str, Any]:
        """Return everything as a document that JSON can hold; None stands for what is not told."""
        document: dict[str, Any] = {"schema": "epicycle.comparison/1"}
        for key, value in dataclasses.asdict(self).items():
            document[key] = _plain(value)
        document["sentences"] = list(self.sentences)
        return document

    def plot(self) -> Figure:
        """Return a picture: phases and amplitudes of groups, and differences with intervals."""
        from epicycle.experiments.comparison_picture import plot_comparison

        return plot_comparison(self)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    if isinstance(value, float):
        # an interval without an end has none
        return float(value) if math.isfinite(value) else None
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return value
