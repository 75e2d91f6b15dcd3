"""Where to look: the band, the grid, and whether every frequency of it is affordable."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from epicycle.limits import SEARCH
from epicycle.samples.arrays import Floats
from epicycle.samples.data import Data
from epicycle.samples.options import check_strategy

#: Beyond this many grid steps from zero, float64 cannot tell neighbouring frequencies apart.
_MOST_FREQUENCIES = 2.0**53

#: Half width, in units of 1/baseline, of the spectrum shown where the band is too wide to show.
_PORTRAIT = 250.0


@dataclass(frozen=True)
class SearchPlan:
    """The band that is searched, and why.

    Attributes
    ----------
    minimum_frequency, maximum_frequency : float
        Limits of the band, in cycles per unit of time.
    spacing : float
        Step of the grid.
    n_frequencies : int
        Number of grid points.
    strategy : str
        "dense": every frequency of the band is evaluated.  "ladder": pairs of samples closer
        than a growing window point to the few frequencies that are, see
        :mod:`epicycle.search.ladder`.
    regular : bool
        Whether the samples lie on a regular raster (gaps allowed).
    reason : str
        One sentence on how the band was chosen.
    choice : str
        One sentence on how the strategy was chosen.
    max_frequencies : float
        The budget: the largest number of frequencies that one search could evaluate.
    cost : float
        Frequencies evaluated in all searches together, other work counted as so many.
    memory : float
        Estimated peak memory of the search in bytes, that of the data not counted.
    """

    minimum_frequency: float
    maximum_frequency: float
    spacing: float
    n_frequencies: int
    strategy: str
    regular: bool
    reason: str
    choice: str = ""
    max_frequencies: float = 0.0
    cost: float = 0.0
    memory: float = 0.0

    @property
    def highest_line(self) -> float:
        """Frequency above which no line may stand, not even a harmonic.

        On a raster, what is above its Nyquist frequency is an alias of what is below.
        """
        return self.maximum_frequency if self.regular else math.inf


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
        Step of the raster on which all times lie, see :func:`raster_step`.
    exact : bool
        Whether they lie on it to a thousandth of its step.
    typical_gap : float or None
        Tenth percentile of the gaps between neighbouring samples, where there is no raster.
    """

    baseline: float
    n_samples: int
    step: float | None
    exact: bool
    typical_gap: float | None

    @staticmethod
    def of(data: Data) -> Sampling:
        """Return what the times of some data say."""
        step = raster_step(data)
        gaps = _gaps(data)
        typical = float(np.quantile(gaps, SEARCH.typical_gap)) if step is None else None
        exact = step is not None and _is_exact(gaps, step)
        return Sampling(data.baseline, len(data.times), step, exact, typical)


def raster_step(data: Data) -> float | None:
    """Return the step of the raster on which all times lie, or None if there is none.

    All gaps must be multiples of the smallest to within 2 % of it.  Times scattered thinly over a
    fine raster (fewer than one in ten points used, such as random whole seconds) do not count:
    their raster says where aliases begin, not where signals end.
    """
    gaps = _gaps(data)
    step = float(gaps.min())
    step = float(gaps[gaps < 1.5 * step].mean())
    steps = float(np.rint(gaps / step).sum())
    # measured over the whole baseline, the step is known far better than from one gap
    step = data.baseline / steps
    multiples = gaps / step
    if (
        np.abs(multiples - np.rint(multiples)).max() > SEARCH.off_raster
        or len(gaps) < SEARCH.thin * steps
    ):
        return None
    return step


def _is_exact(gaps: Floats, step: float) -> bool:
    """Return whether all times lie on a raster to a thousandth of its step."""
    multiples = gaps / step
    return bool(np.abs(multiples - np.rint(multiples)).max() < SEARCH.on_raster)


def _gaps(data: Data) -> Floats:
    """Return the gaps between neighbouring samples, those of zero length left out."""
    gaps = np.diff(np.sort(data.times.to_float()))
    kept: Floats = gaps[gaps > SEARCH.shortest_gap * data.baseline]
    return kept


def plan_search(
    data: Data,
    minimum_period: float | None = None,
    maximum_period: float | None = None,
    strategy: str = "auto",
    *,
    slow: bool = True,
) -> SearchPlan:
    """Return the band to search: as named by the user, or as the sampling can support.

    The band ends at the Nyquist frequency of a regular raster, unless all of it lies above, or the
    times stray from the raster and `minimum_period` asks for more.  Other
    sampling has no such limit; the band then ends at half the inverse of the tenth percentile of
    the gaps between neighbouring samples (at least the mean Nyquist frequency), the resolution
    that is met in many places of the data, or at a fixed number of frequencies.  Without
    `maximum_period` it begins at one cycle over the baseline.  A band that begins near there is
    widened downwards to where slow variation is, unless `slow` is False.

    Raises
    ------
    ValueError
        If the grid's frequencies would not differ in double precision.
    """
    return plan_band(Sampling.of(data), minimum_period, maximum_period, strategy, slow=slow)


def plan_band(
    sampling: Sampling,
    minimum_period: float | None = None,
    maximum_period: float | None = None,
    strategy: str = "auto",
    *,
    slow: bool = True,
) -> SearchPlan:
    """Return the band to search, see :func:`plan_search`, for a given sampling."""
    baseline, step = sampling.baseline, sampling.step
    spacing = 1.0 / (SEARCH.points_per_peak * baseline)
    lowest = 1.0 / baseline if maximum_period is None else 1.0 / maximum_period
    if slow and 1.0 / baseline < lowest < SEARCH.slow_band / baseline:
        # slow variation leaks into a band this close to it unless it is found and fitted as well
        lowest = 1.0 / baseline
    if minimum_period is not None:
        highest = 1.0 / minimum_period
        reason = f"up to the shortest period asked for, {minimum_period:.6g}"
        if step is not None and lowest < 0.5 / step < highest and sampling.exact:
            # each frequency above it is an alias of one below, and as good in every respect
            highest = 0.5 / step
            reason = (
                f"up to the Nyquist frequency of samples every {step:.6g}, although the shortest "
                f"period asked for is {minimum_period:.6g}: beyond are aliases only"
            )
    elif step is not None:
        highest = 0.5 / step
        reason = f"up to the Nyquist frequency of samples every {step:.6g}"
    else:
        highest, reason = _irregular_limit(sampling)
        budget = lowest + SEARCH.budget * spacing
        if highest > budget:
            highest = budget
            reason = (
                f"up to {SEARCH.budget} frequencies, although the gaps between samples allow "
                f"more; name minimum_period to search further"
            )
    if highest <= lowest:
        # a band that holds nothing is widened to a single resolved line rather than refused
        highest = lowest + 1.0 / baseline
        reason += " (less than one cycle over the baseline: widened)"
    if not highest / spacing < _MOST_FREQUENCIES:
        raise ValueError(
            f"the band ends at the period {1 / highest:.6g}, and over {baseline:.6g} such short "
            f"ones cannot be told apart in double precision. To fix this, ask for longer periods "
            f"with minimum_period and maximum_period."
        )
    return grid(lowest, highest, spacing, strategy, regular=step is not None, reason=reason)


def choose_strategy(strategy: str, n_frequencies: int) -> str:
    """Return "dense" or "ladder" for a grid: as asked for, or by its size."""
    if check_strategy(strategy) == "auto":
        return "dense" if n_frequencies <= SEARCH.dense_upto else "ladder"
    return strategy


def grid(
    lowest: float,
    highest: float,
    spacing: float,
    strategy: str = "dense",
    *,
    regular: bool = False,
    reason: str = "",
) -> SearchPlan:
    """Return the plan of a search from `lowest` to `highest` in steps of about `spacing`."""
    n = max(2, math.ceil((highest - lowest) / spacing * (1 - 1e-12)) + 1)
    return SearchPlan(
        minimum_frequency=lowest,
        maximum_frequency=highest,
        spacing=(highest - lowest) / (n - 1),
        n_frequencies=n,
        strategy=choose_strategy(strategy, n),
        regular=regular,
        reason=reason,
    )


def _irregular_limit(sampling: Sampling) -> tuple[float, str]:
    typical = sampling.typical_gap
    mean_nyquist = sampling.n_samples / (2 * sampling.baseline)
    if typical is not None and 0.5 / typical > mean_nyquist:
        return 0.5 / typical, (
            f"irregular samples: up to half the inverse of the tenth percentile of their gaps, "
            f"{typical:.6g}"
        )
    return mean_nyquist, "irregular samples: up to half the mean sampling rate"


def portrait_plan(plan: SearchPlan, baseline: float, centre: float) -> SearchPlan:
    """Return the part of the band that is shown: all of it, or what surrounds one frequency."""
    if plan.strategy == "dense":
        return plan
    half = _PORTRAIT / baseline
    return grid(
        max(plan.minimum_frequency, centre - half),
        min(plan.maximum_frequency, centre + half),
        plan.spacing,
    )
