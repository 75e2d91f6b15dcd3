"""Steps in which the inputs of a network come, and the frequencies that look alike for them."""

from __future__ import annotations

import numpy as np

from epicycle.limits import LEARNING, SEARCH
from epicycle.samples.arrays import Floats

#: With fewer distinct values a step may fit by chance.
_FEWEST = 16

#: A step is seen from so many steps of the inputs' dtype on: a finer one is its own rounding.
_FINEST = 8.0

#: The step is refined over spans that grow by this factor, so that no multiple is mistaken.
_GROWTH = 4.0


def exact_step(values: Floats, resolution: float) -> float:
    """Return the largest step of which all values are multiples, but for an offset; 0 for none.

    The approximate greatest common divisor of the gaps, by Euclid's algorithm.  Multiples may be
    missing, and values may be off by a thousandth of the step or by their own rounding.

    Parameters
    ----------
    values : ndarray, shape (n,)
        Coordinates on one axis, in any order.
    resolution : float
        Step of the dtype that they were given in; 0 where it is exact.
    """
    ordered = np.unique(values)
    ordered = ordered - ordered[0]
    rounding = max(resolution, float(np.spacing(ordered[-1])))
    gaps = np.diff(ordered)
    gaps = gaps[gaps > 2.0 * rounding]
    if len(gaps) + 1 < _FEWEST:
        return 0.0
    steps = [0.0]
    # values that are exact but for rounding, or have a little jitter on a coarser raster
    for jitter in (0.0, SEARCH.on_raster):
        step = _divisor(gaps, rounding, jitter)
        if step and _fits(ordered, step := _refined(ordered, step), rounding):
            steps.append(step)
    return max(steps)


def _fits(ordered: Floats, step: float, rounding: float) -> bool:
    off = ordered - step * np.rint(ordered / step)
    off -= 0.5 * (off.min() + off.max())
    tolerance = max(SEARCH.on_raster * step, rounding)
    return bool(step >= _FINEST * rounding and np.abs(off).max() <= tolerance)


def _divisor(gaps: Floats, rounding: float, jitter: float) -> float:
    """Return the largest step of which all gaps are multiples to within their error; 0 for none."""
    step = float(gaps.min())
    while step > _FINEST * rounding * (1 - SEARCH.off_raster):
        once = gaps[np.abs(gaps - step) <= 2.0 * max(rounding, jitter * step)]
        step = float(once.mean()) if len(once) else step
        count = np.rint(gaps / step)
        rest = np.abs(gaps - step * count)
        rest = rest[rest > np.maximum(SEARCH.on_raster * step, rounding * (1.0 + count))]
        if not len(rest):
            return step
        step = float(rest.min())
    return 0.0


def _refined(ordered: Floats, step: float) -> float:
    """Return a step that is right over all values, which begin at 0."""
    reach = _GROWTH**2
    while True:
        inside = ordered <= reach * step
        count = np.rint(ordered[inside] / step)
        if count.any():
            step = float(ordered[inside] @ count / (count @ count))
        if inside.all():
            return step
        reach *= _GROWTH


def is_dense(values: Floats, step: float) -> bool:
    """Return whether the values take up so much of their raster that it was meant as one."""
    ordered = np.unique(values)
    return bool(len(ordered) * step >= SEARCH.thin * (ordered[-1] - ordered[0]))


def folded(frequency: Floats, step: Floats) -> Floats:
    """Return the lowest frequency that looks the same, axis by axis; steps are 0 for no raster."""
    rate = np.divide(1.0, step, out=np.zeros_like(step), where=step > 0)
    result: Floats = frequency - rate * np.rint(frequency * step)
    return np.abs(result) if len(result) == 1 else result


def looks_alike(worse: float, better: float, dof: float) -> bool:
    """Return whether data do not tell two lines apart by the sums of squares that they leave."""
    floor = np.finfo(np.float64).tiny
    return float(dof * np.log(max(worse, floor) / max(better, floor))) <= LEARNING.told_apart
