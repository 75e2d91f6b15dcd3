"""What times say about where to look: rasters, time stamps, typical gaps; of one series or many.

Gaps between the samples of B series are rows of an array, and what is none of them is infinite.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from epicycle.limits import SEARCH
from epicycle.samples.arrays import Floats
from epicycle.samples.data import Data
from epicycle.spectra.rhythm import resolved_by_jitter

#: Days of a month.
_MONTHS = (28, 29, 30, 31)


@dataclass(frozen=True)
class Sampling:
    """What the times of some samples say about where to look.

    Attributes
    ----------
    baseline : float
        Last minus first time.
    n_samples : int
        Number of samples.
    step : float or None
        Step of the raster on which all times lie, see :func:`rasters`.
    exact : bool
        Whether they lie on it to a thousandth of its step.
    typical_gap : float or None
        Tenth percentile of the gaps between neighbouring samples of a group, where there is no
        raster.
    stamps : float or None
        Step of the raster of the time stamps, of which few points are used; 0 where there is none
        that matters.  None where it is not known, and the band is not to be widened.
    offset : float or None
        The same quantile of the offsets of samples from a rhythm, where they have one, see
        :mod:`epicycle.spectra.rhythm`.
    cadence : float or None
        Step at which most samples follow each other, where they lie on no raster together:
        campaigns of one cadence that begin at any time, or clocks that drift against each other.
    """

    baseline: float
    n_samples: int
    step: float | None
    exact: bool
    typical_gap: float | None
    stamps: float | None = None
    offset: float | None = None
    cadence: float | None = None

    @staticmethod
    def of(data: Data, *, widened: bool = True) -> Sampling:
        """Return what the times of some data say, also about a wider band if that is wanted."""
        gaps = gaps_of(data)
        baseline = np.array([data.baseline])
        raster = rasters(gaps[np.newaxis], baseline)
        step = float(raster.step[0]) if raster.regular[0] else None
        typical, stamps, offset, cadence = None, None, None, None
        if step is None:
            within = _gaps_within_groups(data)
            typical = float(typical_gaps(within[np.newaxis])[0])
            cadence = _cadence(within)
        if widened and typical is not None and cadence is None:
            finest = data.baseline * SEARCH.points_per_peak / (2.0 * max(SEARCH.widened_upto))
            stamps = _raster_of_stamps(gaps, finest)
            offset = resolved_by_jitter(data.times, typical)
        exact = bool(raster.exact[0])
        n = len(data.times)
        return Sampling(data.baseline, n, step, exact, typical, stamps, offset, cadence)

    @staticmethod
    def of_each(times: Floats, baseline: Floats, counts: NDArray[np.intp]) -> list[Sampling]:
        """Return what the times of each of many series say, about a band that is not widened.

        Parameters
        ----------
        times : ndarray, shape (B, n)
            Times of each series in any order; infinite where there is none.
        baseline : ndarray, shape (B,)
            Last minus first time.
        counts : ndarray of int, shape (B,)
            Number of samples.
        """
        gaps = gaps_between(times, baseline)
        raster = rasters(gaps, baseline)
        typical = np.where(raster.regular, np.nan, typical_gaps(gaps)).tolist()
        return [
            Sampling(length, n, step if on else None, exact, None if on else usual)
            for length, n, step, on, exact, usual in zip(
                baseline.tolist(),
                counts.tolist(),
                raster.step.tolist(),
                raster.regular.tolist(),
                raster.exact.tolist(),
                typical,
                strict=True,
            )
        ]


def gaps_between(times: Floats, baseline: Floats | float) -> Floats:
    """Return the gaps between neighbouring samples; infinite where there is none, or of no length.

    Parameters
    ----------
    times : ndarray, shape (..., n)
        Times in any order; infinite where there is none.
    baseline : ndarray, shape (...), or float
        Last minus first time.

    Returns
    -------
    ndarray, shape (..., n - 1)
    """
    with np.errstate(invalid="ignore"):
        gaps = np.diff(np.sort(times, axis=-1), axis=-1)
    long = gaps > SEARCH.shortest_gap * np.asarray(baseline)[..., np.newaxis]
    return np.where(long, gaps, np.inf)


def gaps_of(data: Data) -> Floats:
    """Return the gaps between neighbouring samples of one series, those of no length left out."""
    gaps = gaps_between(data.times.to_float(), data.baseline)
    return gaps[np.isfinite(gaps)]


class Rasters(NamedTuple):
    """The raster that fits the times of each of B series best.

    Attributes
    ----------
    step : ndarray, shape (B,)
        Its step.
    regular, exact : ndarray of bool, shape (B,)
        Whether all times lie on it, and whether to a thousandth of its step.
    """

    step: Floats
    regular: NDArray[np.bool_]
    exact: NDArray[np.bool_]


def rasters(gaps: Floats, baseline: Floats) -> Rasters:
    """Return the raster on which the times of each series may lie, and whether they do.

    All gaps must be multiples of the smallest to within 2 % of it; those of a calendar, which are
    whole days, to within a tenth.  Times that are only nearly regular, as visits every third night
    at any hour, see beyond the Nyquist frequency of their mean gap.  Times scattered thinly over a
    fine raster (fewer than one in ten points used, such as random whole seconds) do not count:
    their raster says where aliases begin, not where signals end.

    Parameters
    ----------
    gaps : ndarray, shape (B, m)
        Gaps between neighbouring samples, at least one of each series.
    baseline : ndarray, shape (B,)
        Last minus first time.
    """
    known = np.isfinite(gaps)
    short = known & (gaps < 1.5 * gaps.min(axis=1, keepdims=True))
    gaps = np.where(known, gaps, 0.0)
    step = np.where(short, gaps, 0.0).sum(axis=1) / short.sum(axis=1)
    steps = np.rint(gaps / step[:, np.newaxis]).sum(axis=1)
    # measured over the whole baseline, the step is known far better than from one gap
    step = baseline / steps
    multiples = gaps / step[:, np.newaxis]
    astray = np.abs(multiples - np.rint(multiples)).max(axis=1)
    near = astray <= SEARCH.near_raster
    if near.any():
        near[near] = (astray[near] <= SEARCH.off_raster) | _are_months(gaps[near], known[near])
    regular = near & (known.sum(axis=1) >= SEARCH.thin * steps)
    return Rasters(step, regular, regular & (astray < SEARCH.on_raster))


def _are_months(gaps: Floats, known: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return whether the gaps of each series are whole days, the shortest a month of a calendar."""
    shortest = np.where(known, gaps, np.inf).min(axis=1, keepdims=True)
    result = np.zeros(len(gaps), dtype=bool)
    for days in _MONTHS:
        multiples = gaps / shortest * days
        result |= np.abs(multiples - np.rint(multiples)).max(axis=1) < SEARCH.on_raster
    return result


def typical_gaps(gaps: Floats) -> Floats:
    """Return the quantile of the gaps of each series that a default band resolves, shape (B,)."""
    count = np.isfinite(gaps).sum(axis=1)
    place = SEARCH.typical_gap * (count - 1)
    below = np.floor(place).astype(np.intp)
    above = np.minimum(below + 1, count - 1)
    ordered = np.partition(gaps, np.unique([below, above]), axis=1)
    row = np.arange(len(gaps))
    low, high, part = ordered[row, below], ordered[row, above], place - below
    # from the nearer of the two, as numpy.quantile does
    result: Floats = np.where(
        part < 0.5, low + (high - low) * part, high - (high - low) * (1.0 - part)
    )
    return result


def _is_exact(gaps: Floats, step: float) -> bool:
    """Return whether all times lie on a raster to a thousandth of its step."""
    multiples = gaps / step
    return bool(np.abs(multiples - np.rint(multiples)).max() < SEARCH.on_raster)


def _raster_of_stamps(gaps: Floats, finest: float) -> float:
    """Return the largest step of which all gaps are multiples, by Euclid's algorithm; 0 for none.

    Steps below `finest` do not matter.
    """
    step = float(gaps.min())
    while step > finest:
        rest = np.abs(gaps - step * np.rint(gaps / step))
        rest = rest[rest > SEARCH.on_raster * step]
        if not len(rest):
            total = float(gaps.sum())
            # measured over all gaps, the step is known far better than from one
            step = total / round(total / step)
            return step if _is_exact(gaps, step) else 0.0
        step = float(rest.min())
    return 0.0


def _cadence(gaps: Floats) -> float | None:
    """Return the step of which nearly all gaps are small multiples; None where they are of none.

    Gaps of many steps, such as those between campaigns, may have any length.  Beyond its Nyquist
    frequency each piece sees aliases only; that the pieces together would see more says where
    aliases end, and not where somebody expected signals who took samples at a cadence.
    """
    shortest = float(gaps.min())
    step = float(gaps[gaps < 1.5 * shortest].mean())
    multiples = gaps / step
    near = multiples < SEARCH.cadence_steps
    on = near & (np.abs(multiples - np.rint(multiples)) < SEARCH.on_raster * multiples)
    single = np.count_nonzero(on & (multiples < 1.5))
    few = len(gaps) < SEARCH.cadence_fewest
    if few or np.count_nonzero(on) < SEARCH.cadence_share * len(gaps):
        return None
    return step if single >= SEARCH.thin * len(gaps) else None


def _gaps_within_groups(data: Data) -> Floats:
    """Return the gaps between neighbouring samples of one group, where most groups have some.

    Groups that are measured one after the other, as the bands of a star are, do not show together
    what is faster than the visits of each.
    """
    t = data.times.to_float()
    order = np.lexsort((t, data.group))
    gaps, together = np.diff(t[order]), np.diff(data.group[order]) == 0
    kept: Floats = gaps[together & (gaps > SEARCH.shortest_gap * data.baseline)]
    return kept if len(kept) >= 0.5 * len(gaps) else gaps_of(data)
