"""``screen``: the strongest sinusoid of each of many short series, a stack of them at a time."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from epicycle.limits import INPUTS
from epicycle.samples.arrays import Floats
from epicycle.samples.labels import numbered
from epicycle.samples.options import check_count, check_period_limits, check_positive
from epicycle.screening.samples import GivenSamples, UsableSamples, checked
from epicycle.screening.stack import Stack
from epicycle.screening.strongest import StackSearch, Strongest
from epicycle.spectra.plan import SearchPlan, plan_band
from epicycle.spectra.transforms import SharedPlans

#: Series and samples, padding included, that are stacked at once: they stay in the cache.
_SERIES, _SAMPLES = 256, 1 << 15

#: Series that are stacked differ in length by no more than this factor.
_ALIKE = 1.25


@dataclass(frozen=True, eq=False)
class Screening:
    """The strongest sinusoid of each series; NaN where there is none.

    Attributes
    ----------
    series : ndarray, shape (S,)
        Labels, in the order in which they first appear.
    n_samples : ndarray of int, shape (S,)
        Samples used.
    frequency, frequency_error, period, period_error : ndarray, shape (S,)
        In cycles per unit of time, and in units of time.
    amplitude, amplitude_error : ndarray, shape (S,)
        In units of y.
    time_of_maximum : tuple
        First maximum at or after the weighted mean time of the series, in the user's own time.
    time_of_maximum_error : ndarray, shape (S,)
        In units of time.
    power : ndarray, shape (S,)
        Share of the sum of squares about mean and trend that the sinusoid explains.
    false_alarm_probability : ndarray, shape (S,)
        Probability that noise alone has such a maximum anywhere in the band.
    significant : ndarray of bool, shape (S,)
        Whether that is at most what was allowed.
    note : tuple of str
        What to beware of, see :mod:`epicycle.screening`; empty for a cycle.
    error : tuple
        Why a series cannot be used; None where it was.
    """

    series: NDArray[Any]
    n_samples: NDArray[np.intp]
    frequency: Floats
    frequency_error: Floats
    period: Floats
    period_error: Floats
    amplitude: Floats
    amplitude_error: Floats
    time_of_maximum: tuple[Any, ...]
    time_of_maximum_error: Floats
    power: Floats
    false_alarm_probability: Floats
    significant: NDArray[np.bool_]
    note: tuple[str, ...]
    error: tuple[str | None, ...]


@dataclass(frozen=True)
class Limits:
    """What is asked for: limits of the periods, of the probability, of the work."""

    shortest: float | None
    longest: float | None
    false_alarm: float
    degree: int
    most_frequencies: float

    @staticmethod
    def checked(
        minimum_period: Any,
        maximum_period: Any,
        false_alarm: Any,
        trend: Any,
        max_frequencies: Any,
    ) -> Limits:
        """Return the arguments of :func:`screen`, checked.

        Raises
        ------
        TypeError, ValueError
            If one of them cannot be used.
        """
        return Limits(
            *check_period_limits(minimum_period, maximum_period),
            check_positive(false_alarm, "false_alarm", below=1.0),
            check_count(trend, "trend", minimum=0, most=INPUTS.degree),
            check_positive(max_frequencies, "max_frequencies"),
        )


def screen(
    t: Any,
    y: Any,
    dy: Any = None,
    *,
    series: Any,
    weights: Any = None,
    unit: str | None = None,
    minimum_period: float | None = None,
    maximum_period: float | None = None,
    false_alarm: float = 0.01,
    trend: int = 1,
    max_frequencies: float = 2.0**29,
    clock: str = "elapsed",
) -> Screening:
    """Return the strongest sinusoid of each of many series.

    Parameters
    ----------
    t, y, dy, weights : array_like, shape (n,)
        Samples of all series, in any order, as :func:`epicycle.find_cycles` takes them.  With
        `dy` the scatter is that of the residual where this is larger, and `dy` elsewhere.
    series : array_like, shape (n,)
        Labels: which series each sample belongs to.
    unit, minimum_period, maximum_period, false_alarm, clock
        As for :func:`epicycle.find_cycles`.
    trend : int
        Degree of the polynomial in time that is fitted along.
    max_frequencies : float
        Largest number of frequencies of one series; a series that asks for more has an `error`.

    Returns
    -------
    Screening

    Raises
    ------
    TypeError, ValueError
        If an option cannot be used, or the arrays differ in length.  What is wrong with the
        samples of one series stands in `error`.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(3)
    >>> t, star = rng.uniform(0, 100, 600), np.repeat(["a", "b", "c"], 200)
    >>> y = rng.normal(size=600) + np.where(star == "b", np.sin(2 * np.pi * t / 7), 0.0)
    >>> found = screen(t, y, series=star)
    >>> found.significant.tolist(), round(float(found.period[1]), 1)
    ([False, True, False], 7.0)
    """
    limits = Limits.checked(minimum_period, maximum_period, false_alarm, trend, max_frequencies)
    labels, codes = _numbered(series)
    _check_lengths(len(codes), t, y, dy, weights)
    samples = GivenSamples(t, y, dy, weights, unit, clock)
    usable, errors = checked(samples, codes, len(labels))
    filled = _Filled(len(labels))
    if usable is not None:
        errors.update(_screen_all(usable, limits, filled))
    return Screening(
        series=labels,
        n_samples=filled.n_samples,
        **{name: values for name, values in filled.numbers.items() if name != "maximum"},
        time_of_maximum=_user_times(filled.numbers["maximum"], usable),
        significant=filled.numbers["false_alarm_probability"] <= limits.false_alarm,
        note=tuple(filled.note),
        error=tuple(errors.get(k) for k in range(len(labels))),
    )


# ---- Stack by stack --------------------------------------------------------------------------


#: What a stack says of each line.
_NUMBERS = tuple(f.name for f in fields(Strongest) if f.name not in ("row", "slow", "edge"))


class _Filled:
    """The answers, filled in stack by stack."""

    def __init__(self, n_series: int) -> None:
        self.n_samples = np.zeros(n_series, dtype=np.intp)
        self.numbers: dict[str, Floats] = {name: np.full(n_series, np.nan) for name in _NUMBERS}
        self.note = [""] * n_series

    def add(self, found: Strongest, series: NDArray[np.intp]) -> None:
        """Fill in the lines of some series."""
        for name in _NUMBERS:
            self.numbers[name][series] = getattr(found, name)
        self.mark(series[found.edge], "edge")
        self.mark(series[found.slow], "slow")

    def mark(self, series: NDArray[np.intp], note: str) -> None:
        """Note something of some series."""
        for k in series.tolist():
            self.note[k] = note


def _screen_all(usable: UsableSamples, limits: Limits, filled: _Filled) -> dict[int, str]:
    """Fill in the lines of all usable series; return why some cannot be searched."""
    errors: dict[int, str] = {}
    plans = SharedPlans()
    starts = np.cumsum(usable.counts) - usable.counts
    for members in _stacks(usable.counts):
        counts, series = usable.counts[members], usable.series[members]
        # rows of the samples, series by series
        begin = np.cumsum(counts) - counts
        rows = np.arange(int(counts.sum())) + np.repeat(starts[members] - begin, counts)
        stack = Stack.of(usable.times[rows], usable.y[rows], usable.weights[rows], counts)
        search = StackSearch(stack, limits.degree, usable.absolute, plans)
        filled.n_samples[series] = counts
        filled.mark(series[search.constant], "constant")
        filled.mark(series[search.few], "too few")
        bands: dict[int, SearchPlan] = {}
        for k, sampling in enumerate(stack.samplings()):
            if search.few[k] or search.constant[k]:
                continue
            band = plan_band(sampling, limits.shortest, limits.longest, "dense")
            if band.n_frequencies <= limits.most_frequencies:
                bands[k] = band
                continue
            errors[int(series[k])] = (
                f"the band of this series holds {band.n_frequencies} frequencies, more than "
                f"max_frequencies={limits.most_frequencies:.6g}. To fix this, raise minimum_period "
                f"or max_frequencies."
            )
        if bands:
            found = search.strongest(bands, limits.longest, limits.false_alarm)
            filled.add(found, series[found.row])
    return errors


def _stacks(counts: NDArray[np.intp]) -> list[NDArray[np.intp]]:
    """Return the members of each stack: series of about the same length."""
    order = np.argsort(counts, kind="stable")
    stacks, begin = [], 0
    for k in range(1, len(order) + 1):
        if k < len(order):
            shortest, longest = int(counts[order[begin]]), int(counts[order[k]])
            fits = k - begin < _SERIES and (k - begin + 1) * longest <= _SAMPLES
            if fits and longest <= _ALIKE * shortest + 8:
                continue
        stacks.append(order[begin:k])
        begin = k
    return stacks


# ---- Labels and times ------------------------------------------------------------------------


def _numbered(series: Any) -> tuple[NDArray[Any], NDArray[np.intp]]:
    """Return the labels by first appearance, and the number of each sample's."""
    labels = np.asarray(series)
    if labels.dtype.kind in "US" and not isinstance(series, np.ndarray):
        labels = np.asarray(series, dtype=object)  # numpy would make one text of 1 and "1"
    if labels.ndim != 1 or not len(labels):
        raise ValueError(
            f"series must be one label per sample, got shape {labels.shape}. To fix this, pass an "
            f"array as long as t."
        )
    if labels.dtype == object:
        codes, names = numbered(labels.tolist())
        distinct = np.empty(len(names), dtype=object)
        distinct[:] = names
        return distinct, codes
    distinct, first, codes = np.unique(labels, return_index=True, return_inverse=True)
    order = np.argsort(first)
    rank = np.empty(len(order), dtype=np.intp)
    rank[order] = np.arange(len(order))
    return distinct[order], rank[codes.ravel()]


def _check_lengths(n: int, t: Any, y: Any, dy: Any, weights: Any) -> None:
    t = t[0] if isinstance(t, tuple) and len(t) == 2 else t
    for name, column in (("t", t), ("y", y), ("dy", dy), ("weights", weights)):
        may_be_one = name in ("dy", "weights") and (column is None or np.ndim(column) == 0)
        if not may_be_one and np.shape(column) != (n,):
            raise ValueError(
                f"{name} must have shape ({n},) to match series, got {np.shape(column)}. "
                f"To fix this, pass one value per sample."
            )


def _user_times(moments: Floats, samples: UsableSamples | None) -> tuple[Any, ...]:
    """Return times as the user writes them; NaN where there is none."""
    values = moments.tolist()
    if samples is None or not samples.scale.calendar:
        return tuple(values)
    return tuple(m if m != m else samples.scale.to_user(m) for m in values)
