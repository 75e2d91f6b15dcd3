"""Arguments of the search for gears, checked: frequencies with their errors, and gear trains."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from epicycle.samples.arrays import Floats
from epicycle.samples.checks import as_float
from epicycle.samples.options import check_count


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
