"""The picture of a tracked rhythm with the scalogram of its samples."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from epicycle.changing.scalogram import Scalogram, scalogram

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from epicycle.changing.rhythm import Rhythm

#: How far the picture reaches beyond the range that was tracked, as a factor.
_BEYOND = 1.5

#: A single period is shown within this factor.
_NEAR = 1.6

#: Windows have this share of all cycles, between these numbers of them.
_SHARE, _CYCLES = 0.1, (0.75, 2.0)


def overview(
    rhythm: Rhythm,
    given: tuple[Any, Any, Any],
    *,
    period: Any,
    title: str = "",
    value_label: str = "value",
    figsize: tuple[float, float] = (14.0, 9.0),
) -> Figure:
    """Draw a tracked rhythm over the scalogram of its samples, with turns and actogram.

    Parameters
    ----------
    rhythm : Rhythm
        A result of :func:`epicycle.track`.
    given : (array_like, array_like, array_like or None)
        Times, values and errors that were tracked.
    period : float or (float, float)
        The range that was tracked.
    title, value_label : str
        Title, and what the values are called.
    figsize : (float, float)
        Size in inches.
    """
    from epicycle.changing.panels import plot_rhythm

    picture = scalogram_for(rhythm, given, period)
    return plot_rhythm(rhythm, picture, title=title, value_label=value_label, figsize=figsize)


def scalogram_for(rhythm: Rhythm, given: tuple[Any, Any, Any], period: Any) -> Scalogram:
    """Return the scalogram about the range of periods of a rhythm."""
    t, y, dy = given
    ends = np.asarray(period, dtype=float).ravel()
    factor = _BEYOND if len(ends) == 2 else _NEAR
    low, high = float(ends.min()) / factor, min(float(ends.max()) * factor, rhythm.baseline)
    cycles = float(np.clip(_SHARE * rhythm.baseline / rhythm.mean_period, *_CYCLES))
    return scalogram(
        t,
        y,
        dy,
        period=(low, high),
        cycles=cycles,
        unit=rhythm.unit or None,
        clock=rhythm.scale.clock,
    )
