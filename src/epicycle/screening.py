r"""The strongest sinusoid of each of many short series, in a hundredth of the time of a full search.

The spectrum, the band and its grid are those of :func:`find_cycles`, mean and trend are refitted at
every frequency, and the highest maximum is refined to the least-squares optimum.  Errors are the
Cramer-Rao bound with the scatter that the residual shows; the false-alarm probability is that of
the first line of a full search (:mod:`epicycle.significance`).

What a screening does not look at: harmonics and the shape of a waveform, the odds of aliases,
drifting frequencies, coherence, a second cycle, and the noise around the line, which the errors
of a full search contain.  It finds which series are worth that search, and where it will begin.
A waveform far from a sinusoid can be strongest at a multiple of its frequency: eclipses appear at
half of their period.

What it says of a line that may be no cycle, in `note`:

==============  =================================================================================
"slow"          fewer than five cycles over the baseline, or below the longest period asked for:
                a drift may look like this, and nothing weaker was looked for beneath it
"edge"          the power is highest at an end of the band, and may be higher beyond
"constant"      nothing is left when mean and trend are taken away
"too few"       fewer samples than a period is claimed from
==============  =================================================================================
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from epicycle import _check_options, _checks
from epicycle._data import Data
from epicycle._stack import Stack
from epicycle._stack_fit import Sinusoids, fit_sinusoids
from epicycle._stack_spectra import StackSpectra
from epicycle._times import Times, TimeScale
from epicycle._twofloat import Floats
from epicycle.assessment import CLEAR, HOPELESS
from epicycle.background import Background
from epicycle.goal import MINIMUM_CYCLES, MINIMUM_SAMPLES
from epicycle.plan import SearchPlan, plan_band
from epicycle.significance import ALIAS_RATIO, distinct_share, sinusoid_false_alarms
from epicycle.sums import SharedPlans

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
        Samples of all series, in any order, as :func:`find_cycles` takes them.  With `dy` the
        scatter is that of the residual where this is larger, and `dy` elsewhere.
    series : array_like, shape (n,)
        Labels: which series each sample belongs to.
    unit, minimum_period, maximum_period, false_alarm, clock
        As for :func:`find_cycles`.
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
    >>> rng = np.random.default_rng(1)
    >>> t, star = rng.uniform(0, 100, 600), np.repeat(["a", "b", "c"], 200)
    >>> y = rng.normal(size=600) + np.where(star == "b", np.sin(2 * np.pi * t / 7), 0.0)
    >>> found = screen(t, y, series=star)
    >>> found.significant.tolist(), round(float(found.period[1]), 1)
    ([False, True, False], 7.0)
    """
    shortest, longest = _check_options.check_period_limits(minimum_period, maximum_period)
    limits = _Limits(
        shortest,
        longest,
        _check_options.check_positive(false_alarm, "false_alarm", below=1.0),
        _check_options.check_count(trend, "trend", minimum=0),
        _check_options.check_positive(max_frequencies, "max_frequencies"),
    )
    labels, codes = _numbered(series)
    _check_lengths(len(codes), t, y, dy, weights)
    samples = _Samples(t, y, dy, weights, unit, clock)
    usable, errors = _checked(samples, codes, len(labels))
    lines = _Lines.empty(len(labels))
    if usable is not None:
        errors.update(_screen_all(usable, limits, lines))
    return Screening(
        series=labels,
        **{f.name: getattr(lines, f.name) for f in fields(lines) if f.name not in _INTERNAL},
        time_of_maximum=_user_times(lines.maximum, None if usable is None else usable.scale),
        note=tuple(lines.note),
        error=tuple(errors.get(k) for k in range(len(labels))),
    )


@dataclass(frozen=True)
class _Limits:
    """What was asked for."""

    shortest: float | None
    longest: float | None
    false_alarm: float
    degree: int
    most_frequencies: float


# ---- Samples ---------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Samples:
    """Samples as the user gave them."""

    t: Any
    y: Any
    dy: Any
    weights: Any
    unit: str | None
    clock: str

    def check(self, rows: NDArray[np.intp] | None = None) -> _checks.Samples:
        """Return some of the samples, checked."""
        t, y, dy, weights = (
            column if rows is None else _take(column, rows)
            for column in (self.t, self.y, self.dy, self.weights)
        )
        return _checks.check_samples(t, y, dy, weights=weights, unit=self.unit, clock=self.clock)


def _take(column: Any, rows: NDArray[np.intp]) -> Any:
    if column is None or np.ndim(column) == 0:
        return column
    if isinstance(column, tuple) and len(column) == 2:
        return tuple(_take(part, rows) for part in column)
    if hasattr(column, "iloc"):
        return column.iloc[rows]
    return column[rows] if hasattr(column, "dtype") else np.asarray(column, dtype=object)[rows]


@dataclass(frozen=True, eq=False)
class _Usable:
    """Checked samples of all usable series, one series below the other.

    Attributes
    ----------
    series : ndarray of int, shape (B,)
        Which series they are.
    counts : ndarray of int, shape (B,)
        How many samples each has.
    times : Times, shape (n,)
        Their times.
    y, weights : ndarray, shape (n,)
        Their values, and inverse variances or relative weights.
    absolute : bool
        Whether the weights are inverse variances.
    scale : TimeScale
        Unit and calendar of the times.
    """

    series: NDArray[np.intp]
    counts: NDArray[np.intp]
    times: Times
    y: Floats
    weights: Floats
    absolute: bool
    scale: TimeScale


def _checked(
    samples: _Samples, codes: NDArray[np.intp], n_series: int
) -> tuple[_Usable | None, dict[int, str]]:
    """Return the samples of all series that can be used, and why the others cannot.

    All series are checked at once.  Where that finds something, or a series has too few distinct
    times or too large numbers, it is checked alone: the message is the one that it has alone.
    """
    errors: dict[int, str] = {}
    order = np.argsort(codes, kind="stable")
    ends = np.cumsum(np.bincount(codes, minlength=n_series))

    def is_refused(k: int) -> bool:
        try:
            samples.check(order[ends[k - 1] if k else 0 : ends[k]])
        except (TypeError, ValueError) as problem:
            errors[k] = " ".join(str(problem).split())
        return k in errors

    try:
        checked = samples.check(order)
    except (TypeError, ValueError):
        refused = [k for k in range(n_series) if is_refused(k)]
        order = order[~np.isin(codes[order], refused)]
        if not len(order):
            return None, errors
        checked = samples.check(order)
    codes = codes[order][checked.kept]
    suspect = _suspects(checked, codes, n_series)
    refused = [k for k in suspect.tolist() if k not in errors and is_refused(k)]
    good = ~np.isin(codes, refused) if refused else np.ones(len(codes), dtype=bool)
    if not good.any():
        return None, errors
    counts = np.bincount(codes[good], minlength=n_series)
    kept = np.flatnonzero(counts)
    if checked.dy is not None:
        weights = checked.dy[good, 0] ** -2.0
    else:
        weights = np.ones(int(good.sum())) if checked.weights is None else checked.weights[good]
    usable = _Usable(
        kept,
        counts[kept],
        checked.times[good],
        checked.y[good, 0],
        weights,
        checked.dy is not None,
        checked.scale,
    )
    return usable, errors


def _suspects(samples: _checks.Samples, codes: NDArray[np.intp], n_series: int) -> NDArray[np.intp]:
    """Return the series that may be unusable, and some that are not."""
    counts = np.bincount(codes, minlength=n_series)
    suspect = counts < 3
    used = np.flatnonzero(counts)
    starts = np.cumsum(counts)[used] - counts[used]
    times = samples.times.to_float()
    first, last = np.minimum.reduceat(times, starts), np.maximum.reduceat(times, starts)
    span = last - first
    between = (times > np.repeat(first, counts[used])) & (times < np.repeat(last, counts[used]))
    size = np.maximum.reduceat(np.abs(samples.y[:, 0]), starts)
    odd = np.add.reduceat(between, starts) == 0
    for values in (span, size):
        odd |= (values > _checks.LARGEST) | ((values > 0) & (values < 1.0 / _checks.LARGEST))
    suspect[used] |= odd
    return np.flatnonzero(suspect)


# ---- Lines -----------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Lines:
    """What is found, filled in stack by stack."""

    n_samples: NDArray[np.intp]
    frequency: Floats
    frequency_error: Floats
    period: Floats
    period_error: Floats
    amplitude: Floats
    amplitude_error: Floats
    maximum: Floats
    time_of_maximum_error: Floats
    power: Floats
    false_alarm_probability: Floats
    significant: NDArray[np.bool_]
    note: list[str] = field(default_factory=list)

    @staticmethod
    def empty(n: int) -> _Lines:
        numbers = [np.full(n, np.nan) for _ in range(10)]
        return _Lines(np.zeros(n, dtype=np.intp), *numbers, np.zeros(n, dtype=bool), [""] * n)


#: What the result holds in another form.
_INTERNAL = ("maximum", "note")


def _screen_all(usable: _Usable, limits: _Limits, lines: _Lines) -> dict[int, str]:
    """Fill in the lines of all usable series; return why some cannot be searched."""
    errors: dict[int, str] = {}
    plans = SharedPlans()
    starts = np.cumsum(usable.counts) - usable.counts
    for members in _stacks(usable.counts):
        counts = usable.counts[members]
        # rows of the samples, series by series
        begin = np.cumsum(counts) - counts
        rows = np.arange(int(counts.sum())) + np.repeat(starts[members] - begin, counts)
        stack = Stack.of(usable.times[rows], usable.y[rows], usable.weights[rows], counts)
        which = usable.series[members]
        lines.n_samples[which] = counts
        errors.update(_screen_stack(stack, which, usable.absolute, limits, lines, plans))
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


def _screen_stack(
    stack: Stack,
    which: NDArray[np.intp],
    absolute: bool,
    limits: _Limits,
    lines: _Lines,
    plans: SharedPlans,
) -> dict[int, str]:
    basis = stack.basis(limits.degree)
    residual = stack.free_of(stack.y, basis)
    before = (stack.weights * residual**2).sum(axis=1)
    constant = before <= 1e-24 * (stack.weights * stack.y**2).sum(axis=1)
    few = stack.counts < MINIMUM_SAMPLES + limits.degree + 1
    spectra = StackSpectra(stack, residual, basis, plans)
    errors: dict[int, str] = {}
    rows: list[int] = []
    places: list[float] = []
    windows = np.zeros(len(which))
    bands: list[SearchPlan] = []
    for k, sampling in enumerate(stack.samplings()):
        plan = plan_band(sampling, limits.shortest, limits.longest, "dense")
        bands.append(plan)
        if few[k] or constant[k]:
            lines.note[int(which[k])] = "too few" if few[k] else "constant"
        elif plan.n_frequencies > limits.most_frequencies:
            errors[int(which[k])] = (
                f"the band of this series holds {plan.n_frequencies} frequencies, more than "
                f"max_frequencies={limits.most_frequencies:.6g}. To fix this, raise minimum_period "
                f"or max_frequencies."
            )
        else:
            maxima = spectra.maxima(k, plan)
            windows[k] = maxima.window
            rows += [k] * len(maxima.frequency)
            places += maxima.frequency
    if not rows:
        return errors
    row, place = np.array(rows), np.array(places)
    lowest, highest, spacing = np.array(
        [(p.minimum_frequency, p.maximum_frequency, p.spacing) for p in bands]
    ).T
    at_most = np.minimum(place + spacing[row], highest[row])
    at_least = np.maximum(place - spacing[row], lowest[row])
    fitted = fit_sinusoids(stack, residual, basis, row, place, at_least, at_most)
    # the highest of each series, the first where they are equal
    best = np.lexsort((np.arange(len(row)), -fitted.reduction, row))
    best = best[np.unique(row[best], return_index=True)[1]]
    line = fitted[best]
    k = line.row
    to = which[k]
    _describe(stack, line, before[k], absolute, limits.degree, lines, to)

    slow_limit = MINIMUM_CYCLES / stack.baseline if limits.longest is None else 1 / limits.longest
    slow = line.frequency < np.broadcast_to(slow_limit, len(which))[k]
    edge = (line.frequency <= lowest[k]) | (line.frequency >= highest[k])
    for place_of, name in ((edge & ~slow, "edge"), (slow, "slow")):
        for series in to[place_of].tolist():
            lines.note[series] = name

    dof = stack.counts[k] - (limits.degree + 1.0)
    power = _pooled(before[k], before[k] - line.reduction, dof, absolute)
    bandwidth = (highest - lowest)[k] * np.sqrt(4 * np.pi * _variance(stack)[k])
    probability = sinusoid_false_alarms(power, dof, bandwidth)
    unclear = (probability > CLEAR * limits.false_alarm) & (
        probability < HOPELESS * limits.false_alarm
    )
    # below one cycle over the baseline the window was not looked at
    unclear &= (windows[k] > ALIAS_RATIO) | (lowest[k] * stack.baseline[k] > 1.01)
    if unclear.any():
        shares = _Shares(stack)
        share = [shares.of(int(k[j]), bands[int(k[j])]) for j in np.flatnonzero(unclear)]
        probability[unclear] = sinusoid_false_alarms(
            power[unclear], dof[unclear], bandwidth[unclear] * np.array(share)
        )
    lines.power[to] = line.reduction / before[k]
    lines.false_alarm_probability[to] = probability
    lines.significant[to] = probability <= limits.false_alarm
    return errors


def _describe(
    stack: Stack,
    line: Sinusoids,
    before: Floats,
    absolute: bool,
    degree: int,
    lines: _Lines,
    to: NDArray[np.intp],
) -> None:
    """Fill in what a sinusoid is, with errors: the inverse of its Gauss-Newton matrix."""
    f, a, b = line.frequency, line.a, line.b
    dof = np.maximum(stack.counts[line.row] - (degree + 4.0), 1.0)
    scale = np.maximum(before - line.reduction, 0.0) / dof
    if absolute:  # scatter beyond dy adds to the errors; scatter below it is luck
        scale = np.maximum(scale, 1.0)
    size = np.sqrt(np.maximum(np.diagonal(line.information, axis1=1, axis2=2), 1e-300))
    outer = size[:, :, np.newaxis] * size[:, np.newaxis, :]
    covariance = np.linalg.pinv(line.information / outer, hermitian=True) / outer
    covariance *= scale[:, np.newaxis, np.newaxis]

    amplitude = np.maximum(np.hypot(a, b), 1e-300)
    none = np.zeros_like(a)
    along = np.stack([a, b, none], axis=1) / amplitude[:, np.newaxis]
    phase = (np.arctan2(b, a) / (2 * np.pi)) % 1.0
    turn = np.stack([-b, a, none], axis=1) / (2 * np.pi * amplitude**2)[:, np.newaxis]
    # time = phase / f, so a late first maximum also carries the error of the period
    late = turn.copy()
    late[:, 2] = -phase / f

    def error(direction: Floats) -> Floats:
        variance = np.einsum("pi,pij,pj->p", direction, covariance, direction)
        result: Floats = np.sqrt(np.maximum(variance, 0.0))
        return result

    lines.frequency[to], lines.period[to] = f, 1.0 / f
    lines.frequency_error[to] = np.sqrt(np.maximum(covariance[:, 2, 2], 0.0))
    lines.period_error[to] = lines.frequency_error[to] / f**2
    lines.amplitude[to], lines.amplitude_error[to] = amplitude, error(along)
    lines.maximum[to] = stack.reference[line.row] + phase / f
    lines.time_of_maximum_error[to] = error(late) / f


# ---- Significance ----------------------------------------------------------------------------


def _pooled(before: Floats, after: Floats, dof: Floats, absolute: bool) -> Floats:
    """Return :func:`epicycle.significance.pooled_power` of one sinusoid in each of many series."""
    after = np.maximum(after, 0.0)
    if not absolute:
        return 1.0 - after / before
    was, now = np.maximum(before / dof, 1.0), np.maximum(after / dof, 1.0)
    free = np.maximum(dof - 2.0, 1.0)
    gain = free * np.log(was / now) + before / was - after / now
    result: Floats = -np.expm1(-gain / free)
    return result


def _variance(stack: Stack) -> Floats:
    """Return the weighted variance of the times."""
    total = stack.weights.sum(axis=1)
    mean = (stack.weights * stack.times).sum(axis=1) / total
    square = (stack.weights * stack.times**2).sum(axis=1) / total
    result: Floats = square - mean**2
    return result


class _Shares:
    """Shares of distinct maxima; series that were sampled alike have the same one."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._known: dict[tuple[bytes, bytes, float, float], float] = {}

    def of(self, k: int, plan: SearchPlan) -> float:
        """Return the share of the maxima of series k that are not aliases of a higher one."""
        stack, n = self._stack, int(self._stack.counts[k])
        times, weights = stack.times[k, :n], stack.weights[k, :n]
        key = (times.tobytes(), weights.tobytes(), plan.minimum_frequency, plan.maximum_frequency)
        if key not in self._known:
            data = Data(
                times=Times(times, np.zeros(n)),
                reference=float(stack.reference[k]),
                baseline=float(stack.baseline[k]),
                y=stack.y[k, :n, np.newaxis],
                weights=weights[:, np.newaxis],
                nuisance=np.ones((n, 1)),
                background=Background.plain(1, 0),
                group=np.zeros(n, dtype=np.intp),
            )
            self._known[key] = distinct_share(data, *key[2:])
        return self._known[key]


# ---- Labels and times ------------------------------------------------------------------------


def _numbered(series: Any) -> tuple[NDArray[Any], NDArray[np.intp]]:
    """Return the labels by first appearance, and the number of each sample's."""
    labels = np.asarray(series)
    if labels.ndim != 1 or not len(labels):
        raise ValueError(
            f"series must be one label per sample, got shape {labels.shape}. To fix this, pass an "
            f"array as long as t."
        )
    if labels.dtype == object:
        labels = np.array([str(label) for label in labels.tolist()])
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


def _user_times(moments: Floats, scale: TimeScale | None) -> tuple[Any, ...]:
    """Return times as the user writes them; NaN where there is none."""
    values = moments.tolist()
    if scale is None or not scale.calendar:
        return tuple(values)
    return tuple(m if m != m else scale.to_user(m) for m in values)
