"""``rhythms``: the rhythm of each of many short series of one design, a row of numbers each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from epicycle.experiments.columns import Wishes
from epicycle.experiments.cosinor import all_finite
from epicycle.experiments.layouts import Layout, lay_out
from epicycle.experiments.measure import Measured, Wanted, measure
from epicycle.experiments.rhythms import Rhythms, adjusted
from epicycle.experiments.sample_times import times_of
from epicycle.limits import GENES
from epicycle.samples.arrays import Floats
from epicycle.samples.checks import as_float
from epicycle.samples.options import check_count
from epicycle.samples.times import canonical_unit

#: Harmonics that short series can tell apart, at most.
_MOST_HARMONICS = 3

#: Values beyond this size, or all below it, are scaled: their squares would be no numbers.
_SMALLEST = 1e-100


def rhythms(
    table: Any,
    y: Any = None,
    dy: Any = None,
    *,
    period: float | tuple[float, float],
    harmonics: int = 1,
    robust: bool = False,
    weights: Any = None,
    ids: Sequence[Any] | None = None,
    id: str | None = None,
    time: str | None = None,
    value: str | None = None,
    error: str | None = None,
    times: Sequence[float] | Mapping[str, float] | None = None,
    ignore: Sequence[str] = (),
    samples: str | None = None,
    unit: str | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Rhythms:
    """Return the rhythm of each of many series: cosinor, a row of numbers for each.

    For thousands of genes, or animals, with a few dozen samples each, whose period is known or
    lies in a narrow range.  A p-value is given for every series.

    Parameters
    ----------
    table : DataFrame, or array_like of shape (N,)
        A table, long or wide: genes in rows, with the times of samples in the names of the other
        columns (ZT04_rep2, CT16.2, 24h_A); samples in rows; or a row for each value.  Or the times
        of samples, with values in `y`.
    y : array_like, shape (S, N) or (N,)
        Values, a row for each series; NaN where one is missing.  Samples at equal times are
        replicates.
    dy : array_like, shape (N,) or (S, N), or float, optional
        Standard errors.  They weigh values against each other; how large the noise is, is taken
        from the scatter about the rhythm.
    period : float or (float, float)
        The period, if it is known; or the shortest and the longest to look for.
    harmonics : int
        Harmonics of the waveform: 1 for a sinusoid, at most 3.
    robust : bool
        Test normal scores of ranks, whose p-values hold whatever the noise is like, and fit with
        Huber's loss.
    weights : array_like, shape (N,) or (S, N), optional
        Inverse variances, in place of `dy`.
    ids : sequence, length S, optional
        What the rows of `y` are called; by default their numbers.
    id, time, value, error : str, optional
        Columns of a table: ids, times, values and their standard errors.  Guessed by their names.
    times : sequence or mapping, optional
        Times of the samples of a wide table, in their order or by name, in place of their names.
    ignore : sequence of str
        Columns of a table to leave out.
    samples : str, optional
        Use only samples whose names hold this text, such as a genotype.
    unit : str, optional
        Unit of time; by default as names of samples or columns say, and hours of dates.
    progress : callable, optional
        Is told (series done, series in all).

    Returns
    -------
    Rhythms
        In the order of the table.  The same input gives the same numbers, to the last bit on one
        machine.

    Raises
    ------
    TypeError, ValueError
        If the table cannot be read or an option cannot be used; the message says what to do.

    Notes
    -----
    At a known period the test is the F-test of the cosinor.  In a range of periods it is that of
    the likelihood ratio averaged over the range, see :mod:`epicycle.experiments.chances`; periods
    in the middle of the range count more than those at its ends.

    Examples
    --------
    >>> import numpy as np
    >>> t = np.tile(np.arange(0, 48, 4), 2)
    >>> rng = np.random.default_rng(0)
    >>> y = rng.normal(size=(100, 24))
    >>> y[:3] += 3 * np.cos(2 * np.pi * (t - 6) / 24)
    >>> found = rhythms(t, y, period=24, unit="h")
    >>> np.flatnonzero(found.significant(0.001)).tolist(), bool(abs(found.phase[0] - 6) < 1)
    ([0, 1, 2], True)
    """
    wanted = Wanted(
        _checked_period(period), check_count(harmonics, "harmonics"), _checked_flag(robust)
    )
    if wanted.harmonics > _MOST_HARMONICS:
        raise ValueError(f"harmonics must be at most {_MOST_HARMONICS}, got {harmonics!r}.")
    if hasattr(table, "columns"):
        if y is not None or dy is not None or weights is not None or ids is not None:
            raise ValueError(
                "a table brings its own values: y, dy, weights and ids are for arrays. To fix "
                "this, name columns with value= and error=, or pass times in place of the table."
            )
        wishes = Wishes(id, time, value, error, times, tuple(ignore), samples, unit)
        layout = lay_out(table, wishes)
        heaviness = None if layout.errors is None else _of_errors(layout.errors, layout.values)
    else:
        layout = _of_arrays(table, y, ids, unit)
        heaviness = _weights(dy, weights, layout.values)
    if heaviness is not None and wanted.robust:
        raise ValueError(
            "robust=True tests ranks, which know no standard errors. To fix this, leave out the "
            "errors, or robust."
        )
    values = layout.values
    if heaviness is not None:
        values = np.where(np.broadcast_to(heaviness, values.shape) > 0, values, np.nan)
    values, scale = _scaled(values)
    measured = measure(layout.times, values, heaviness, wanted, progress)
    if scale != 1.0:
        for name in ("mesor", "mesor_error", "amplitude", "amplitude_error"):
            measured.numbers[name] *= scale
    return Rhythms(
        ids=layout.ids,
        n_samples=measured.n_samples,
        **measured.numbers,
        q_value=adjusted(measured.numbers["p_value"]),
        reason=tuple(measured.reason),
        periods=wanted.periods,
        harmonics=wanted.harmonics,
        robust=wanted.robust,
        unit=layout.unit,
        n_times=len(layout.times),
        notes=(*_notes(layout), *_short(layout, wanted), *_alike(measured, layout.unit)),
        guesses=layout.guesses,
    )


# ---- Arguments -------------------------------------------------------------------------------


def _checked_period(period: Any) -> tuple[float, float]:
    """Return the shortest and the longest period, equal where it is known."""
    parts = np.ravel(np.asarray(period, dtype=object)).tolist()
    try:
        numbers = [float(part) for part in parts]
    except (TypeError, ValueError):
        numbers = []
    if len(numbers) not in (1, 2) or not all(0 < n < float("inf") for n in numbers):
        raise ValueError(
            f"period must be a positive number, or the shortest and the longest one, got "
            f"{period!r}. To fix this, pass period=24 or period=(18, 30)."
        )
    if numbers[0] > numbers[-1]:
        raise ValueError(
            f"period must be (shortest, longest), got {period!r}. To fix this, exchange them."
        )
    return numbers[0], numbers[-1]


def _checked_flag(robust: Any) -> bool:
    if robust not in (True, False):
        raise ValueError(f"robust must be True or False, got {robust!r}.")
    return bool(robust)


def _of_arrays(t: Any, y: Any, ids: Sequence[Any] | None, unit: str | None) -> Layout:
    """Return times and values as they were given, checked."""
    if y is None:
        raise ValueError(
            "y is missing. To fix this, pass times and values, or a table (pandas.DataFrame)."
        )
    times, told = _times(t, unit)
    names = ids
    if names is None and hasattr(y, "columns"):
        names = list(y.index)
    plain = type(y) is np.ndarray and y.dtype == np.float64
    values: Floats = y if plain else as_float(y, "y")  # thousands of series are not copied
    if not all_finite(values):
        values = np.where(np.isfinite(values), values, np.nan)
    if values.ndim == 1:
        values = values[None, :]
    if values.ndim != 2 or values.shape[1] != len(times):
        turned = values.ndim == 2 and values.shape[0] == len(times)
        raise ValueError(
            f"y must have shape (series, {len(times)}), a row for each series, got {np.shape(y)}. "
            f"To fix this, pass {'y.T' if turned else 'a value for each time, NaN where missing'}."
        )
    if names is not None and len(names) != len(values):
        raise ValueError(f"ids must name the {len(values)} rows of y, got {len(names)} names.")
    n = len(times)
    return Layout(
        ids=tuple(range(len(values)) if names is None else names),
        times=times,
        values=values,
        errors=None,
        samples=("",) * n,
        replicates=("",) * n,
        conditions=("",) * n,
        unit=canonical_unit(unit) or told,
        layout="arrays",
    )


def _times(t: Any, unit: str | None) -> tuple[Floats, str | None]:
    """Return times as numbers, dates as hours after the midnight before the first."""
    raw = np.asarray(t)
    if raw.ndim != 1 or not len(raw):
        raise ValueError(
            f"the times must be one-dimensional, got shape {raw.shape}. To fix this, pass one for "
            f"each sample."
        )
    told = None
    if raw.dtype.kind in "iuf":
        times = raw.astype(np.float64)
    else:
        import pandas as pd

        named, told = times_of(pd.Series(t, name="t"), Wishes(unit=unit))
        times = np.array([one.time for one in named], dtype=np.float64)
    if not np.isfinite(times).all():
        raise ValueError("the times hold NaN or infinity. To fix this, leave these samples out.")
    return times, told


def _weights(dy: Any, weights: Any, values: Floats) -> Floats | None:
    """Return weights, shape (N,) or (S, N), or None."""
    if dy is not None and weights is not None:
        raise ValueError("dy and weights say the same. To fix this, pass one of them.")
    if dy is None and weights is None:
        return None
    name = "dy" if weights is None else "weights"
    given = as_float(dy if weights is None else weights, name)
    if given.ndim == 0:
        given = np.full(values.shape[1], float(given))
    if given.shape not in (values.shape, values.shape[1:]):
        raise ValueError(
            f"{name} must have shape {values.shape[1:]} or {values.shape}, got {given.shape}."
        )
    if name == "dy":
        return _of_errors(given, values)
    present = np.isfinite(values) & np.ones(given.shape, dtype=bool)
    if np.any(~(given >= 0) & (present if given.ndim == 2 else present.any(axis=0))):
        raise ValueError("weights must not be negative or missing where values are present.")
    return np.where(np.isfinite(given), given, 0.0)


def _of_errors(errors: Floats, values: Floats) -> Floats:
    """Return inverse variances of standard errors, in units of their typical size."""
    present = np.isfinite(values)
    needed = present if errors.ndim == 2 else present.any(axis=0)
    bad = needed & ~((errors > 0) & np.isfinite(errors))
    if bad.any():
        raise ValueError(
            f"standard errors must be positive where values are present, got {errors[bad][0]:g}. "
            f"To fix this, leave out the errors, or these values."
        )
    typical = float(np.median(errors[needed])) if needed.any() else 1.0
    return np.where(needed, (typical / np.where(needed, errors, 1.0)) ** 2, 0.0)


def _scaled(values: Floats) -> tuple[Floats, float]:
    """Return values whose squares are numbers, and the power of two that was taken out."""
    present = np.abs(values[np.isfinite(values)]) if not all_finite(values) else np.abs(values)
    largest = float(present.max(initial=0.0))
    if largest == 0 or _SMALLEST < largest < 1 / _SMALLEST:
        return values, 1.0
    scale = float(2.0 ** np.floor(np.log2(largest)))
    return values / scale, scale


def _short(layout: Layout, wanted: Wanted) -> list[str]:
    """Return a note on samples that cover only a part of the period."""
    distinct = np.unique(layout.times)
    if len(distinct) < 3:
        return []
    covered = float(np.ptp(distinct) + np.median(np.diff(distinct)))
    share = covered / wanted.periods[1]
    if share >= GENES.covered:
        return []
    unit = f" {layout.unit}" if layout.unit else ""
    return [
        f"the samples cover {covered:.3g}{unit}, {share:.2g} of a period of "
        f"{wanted.periods[1]:.3g}{unit}: a trend looks like such a rhythm, and gets as small a "
        f"p-value"
    ]


def _alike(measured: Measured, unit: str | None) -> list[str]:
    """Return a note on periods that the times do not tell apart."""
    own = f" {unit}" if unit else ""
    return [
        f"the times of the samples do not tell a rhythm of {low:.3g}{own} from one of "
        f"{high:.3g}{own}: of the periods only the p-values hold; a narrower range tells more"
        for low, high in measured.alike
    ]


def _notes(layout: Layout) -> list[str]:
    """Return what a reader should know of a table."""
    kinds = sorted({one for one in layout.conditions if one})
    if len(set(layout.conditions)) < 2:
        return []
    shown = ", ".join(kinds[:6]) + (", ..." if len(kinds) > 6 else "")
    return [
        f"the names of samples tell {len(set(layout.conditions))} conditions apart ({shown}), all "
        f"of them were fitted together: samples={kinds[0]!r} takes one of them"
    ]
