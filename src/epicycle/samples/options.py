"""The user's options, one by one: counts, limits, periods, gears.  Each error names the option."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from epicycle.samples.arrays import Floats
from epicycle.samples.checks import as_float


def check_count(value: Any, name: str, *, minimum: int = 1) -> int:
    """Return `value` as an integer of at least `minimum`."""
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < minimum:
        raise ValueError(f"{name} must be an integer of at least {minimum}, got {value!r}.")
    return int(value)


def check_positive(value: Any, name: str, *, below: float = np.inf) -> float:
    """Return `value` as a finite float above 0 and at most `below`."""
    number = _as_scalar(value, name)
    if not (np.isfinite(number) and 0 < number <= below):
        limit = "" if below == np.inf else f" and at most {below:g}"
        raise ValueError(f"{name} must be a finite number above 0{limit}, got {value!r}.")
    return number


def check_period_limits(
    minimum_period: Any, maximum_period: Any
) -> tuple[float | None, float | None]:
    """Return the limits of the search as floats, or None where they are not given."""
    shortest = None if minimum_period is None else check_positive(minimum_period, "minimum_period")
    longest = None if maximum_period is None else check_positive(maximum_period, "maximum_period")
    if shortest is not None and longest is not None and shortest >= longest:
        raise ValueError(
            f"minimum_period must be below maximum_period, got {shortest:g} and {longest:g}."
        )
    return shortest, longest


def check_known(known: Any, highest: float, baseline: float) -> tuple[float, ...]:
    """Return the frequencies of the periods in `known`, between 1/baseline and `highest`."""
    periods = as_float(known, "known").ravel()
    bad = ~(np.isfinite(periods) & (periods > 0))
    if bad.any():
        raise ValueError(
            f"known must hold finite periods above 0, got {float(periods[bad][0])!r}. "
            f"To fix this, pass periods (not frequencies) in the unit of t."
        )
    with np.errstate(over="ignore"):  # an infinite frequency is above the highest
        frequency = np.unique(1.0 / periods)
    if frequency.size and frequency.max() > highest:
        raise ValueError(
            f"known holds the period {periods.min():.6g}, below the shortest that can be "
            f"told apart here, {1 / highest:.6g}. To fix this, leave it out or lower "
            f"minimum_period."
        )
    if frequency.size and frequency.min() < 1.0 / baseline:
        raise ValueError(
            f"known holds the period {1 / frequency.min():.6g}, longer than the data, "
            f"{baseline:.6g}: its amplitude could be anything. To fix this, leave it out; `trend` "
            f"follows slow changes."
        )
    return tuple(frequency.tolist())


def check_exposure(exposure: Any, shortest: float) -> float:
    """Return the exposure time, below the shortest period that is searched."""
    value = _as_scalar(exposure, "exposure")
    if not 0.0 <= value < shortest:
        raise ValueError(
            f"exposure must be at least 0 and below the shortest period searched, "
            f"{shortest:.6g}, got {exposure!r}: a cycle shorter than the exposure is blurred "
            f"away. To fix this, raise minimum_period."
        )
    return value


def check_frequencies(frequencies: Any, errors: Any) -> tuple[Floats, Floats]:
    """Return frequencies, shape (K,), and their covariance, shape (K, K)."""
    f = as_float(frequencies, "frequencies")
    if f.ndim != 1 or not (np.isfinite(f) & (f > 0)).all():
        raise ValueError(
            f"frequencies must be one-dimensional, finite and above 0, got "
            f"{_shown(f)}. To fix this, pass the absolute values of those that are known."
        )
    covariance = as_float(errors, "errors")
    if covariance.shape == f.shape:
        covariance = np.diag(covariance * np.abs(covariance))
    if covariance.shape != 2 * f.shape or not (covariance == covariance.T).all():
        raise ValueError(
            f"errors must have the shape {f.shape} of the frequencies, or be their symmetric "
            f"covariance, shape {2 * f.shape}, got shape {np.shape(errors)}."
        )
    if not (np.isfinite(covariance).all() and (np.diag(covariance) > 0).all()):
        raise ValueError(
            f"errors must be finite and above 0, got {_shown(as_float(errors, 'errors'))}. "
            f"To fix this, leave out frequencies without an error: what is held is not measured."
        )
    return f, covariance


def check_train(
    members: Sequence[Any], ratios: Sequence[Any], count: int
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return members and ratios of a gear train among `count` frequencies as integers."""
    chosen = tuple(check_count(m, "members", minimum=0) for m in members)
    multiple = tuple(check_count(n, "ratios") for n in ratios)
    if len(chosen) < 2 or len(set(chosen)) < len(chosen) or max(chosen) >= count:
        raise ValueError(
            f"members must be at least two different indices below {count}, got {chosen}."
        )
    if len(multiple) != len(chosen):
        raise ValueError(
            f"ratios must be one integer for each of the {len(chosen)} members, got {multiple}."
        )
    return chosen, multiple


def _shown(values: Floats) -> str:
    return f"shape {values.shape}" if values.ndim != 1 else str(values.tolist())


def _as_scalar(value: Any, name: str) -> float:
    if isinstance(value, (bool, str, bytes)) or np.ndim(value) != 0:
        raise TypeError(f"{name} must be a number, got {value!r}.")
    try:
        return float(value)
    except (TypeError, ValueError):
        raise TypeError(f"{name} must be a number, got {value!r}.") from None


def check_has_values(name: str, *, of_events: bool) -> None:
    """Refuse an option that makes sense for values only, where there are events."""
    if of_events:
        raise ValueError(
            f"{name} is for samples with values, got events. To fix this, leave it out, or count "
            f"the events in equal intervals and give the counts as y."
        )


def check_red_noise(strategy: str, *, of_events: bool) -> str:
    """Return the strategy of a search among red noise: the dense one."""
    check_has_values("red_noise", of_events=of_events)
    if strategy == "ladder":
        raise ValueError(
            "strategy must be 'dense' or 'auto' with red_noise, got 'ladder': pairs of close "
            "samples share their noise. To fix this, narrow the band with minimum_period."
        )
    return "dense" if strategy == "auto" else strategy
