"""Maxima between the points of a grid: by a parabola through the highest and its neighbours."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from epicycle.samples.arrays import Floats

#: Many at once, or a single one.
Power = TypeVar("Power", float, Floats)


def inner_maxima(power: Floats) -> NDArray[np.intp]:
    """Return the indices of local maxima, of equal neighbours the first; ends are none."""
    middle = power[1:-1]
    result: NDArray[np.intp] = 1 + np.flatnonzero((middle > power[:-2]) & (middle >= power[2:]))
    return result


def refined(power: Floats, at: NDArray[np.intp]) -> tuple[Floats, Floats]:
    """Return place, in steps of the grid from its first point, and height of maxima at indices."""
    shift, height = parabolic(power[at - 1], power[at], power[at + 1])
    return at + shift, height


def parabolic(left: Power, here: Power, right: Power) -> tuple[Power, Power]:
    """Return where maxima stand between grid points, and how high they are.

    A parabola goes through a point that is the highest of three and its two neighbours.

    Parameters
    ----------
    left, here, right : float or ndarray, any shape
        Powers at three neighbouring points, the middle one above the left and not below the
        right.

    Returns
    -------
    shift : float or ndarray, same shape
        Place relative to the middle, in steps of the grid, within half a step.
    height : float or ndarray, same shape
        Power there.
    """
    shift = 0.5 * (left - right) / (left - 2.0 * here + right)
    height = here - 0.25 * (left - right) * shift
    return shift, height
