"""Where to look: the band, the grid, and whether every frequency of it is affordable."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from epicycle.limits import SEARCH
from epicycle.samples.data import Data
from epicycle.samples.options import check_strategy
from epicycle.samples.units import in_unit
from epicycle.spectra.sampling import Sampling

#: Beyond this many grid steps from zero, float64 cannot tell neighbouring frequencies apart.
_MOST_FREQUENCIES = 2.0**53

#: Why a band of irregular samples ends.
_STAMPS = "up to half the inverse of the raster of the time stamps, {}: beyond are aliases only"
_COST = "up to {} frequencies; name minimum_period to search further"
_PRICE = (
    "up to where more frequencies would hide lines that explain much of the variance; name "
    "minimum_period to search further"
)
_JITTER = "up to what their jitter about a rhythm resolves"

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
        Frequencies evaluated in all searches together; other work counts by the time it takes.
    memory : float
        Estimated peak memory of the search in bytes, that of the data not counted.
    cut : bool
        Whether nobody asked for the upper end: cost has put it there, and times tell of more.
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
    cut: bool = False

    @property
    def highest_line(self) -> float:
        """Frequency above which no line may stand, not even a harmonic.

        On a raster, what is above its Nyquist frequency is an alias of what is below.
        """
        return self.maximum_frequency if self.regular else math.inf


def plan_search(
    data: Data,
    minimum_period: float | None = None,
    maximum_period: float | None = None,
    strategy: str = "auto",
    *,
    slow: bool = True,
    widened: bool = True,
    unit: str = "",
) -> SearchPlan:
    """Return the band to search: as named by the user, or as the sampling can support.

    The band ends at the Nyquist frequency of a regular raster, unless all of it lies above, or the
    times stray from the raster and `minimum_period` asks for more.  So it does, by default, where
    samples follow each other at one step in pieces.  Other
    sampling has no such limit.  What gaps resolve in many places of the data is half the inverse of
    their tenth percentile (at least the mean Nyquist frequency).  The band is widened beyond that,
    at a price: it ends where a line would need clearly more of the variance to be significant
    among so many frequencies, where time stamps on a raster of their own repeat all frequencies,
    or at a fixed number of frequencies.  Without
    `maximum_period` it begins at one cycle over the baseline.  A band that begins near there is
    widened downwards to where slow variation is, unless `slow` is False.

    It is not widened where `widened` is False: a line whose frequency drifts is smeared, and seen
    by windows, in which a wide band costs much more than in all of the baseline.

    Raises
    ------
    ValueError
        If the grid's frequencies would not differ in double precision.
    """
    sampling = Sampling.of(data, widened=widened)
    return plan_band(sampling, minimum_period, maximum_period, strategy, slow=slow, unit=unit)


def plan_band(
    sampling: Sampling,
    minimum_period: float | None = None,
    maximum_period: float | None = None,
    strategy: str = "auto",
    *,
    slow: bool = True,
    unit: str = "",
) -> SearchPlan:
    """Return the band to search, see :func:`plan_search`, for a given sampling."""
    baseline, step = sampling.baseline, sampling.step
    is_cut = False
    spacing = 1.0 / (SEARCH.points_per_peak * baseline)
    lowest = 1.0 / baseline if maximum_period is None else 1.0 / maximum_period
    if slow and 1.0 / baseline < lowest < SEARCH.slow_band / baseline:
        # slow variation leaks into a band this close to it unless it is found and fitted as well
        lowest = 1.0 / baseline
    if minimum_period is not None:
        highest = 1.0 / minimum_period
        reason = f"up to the shortest period asked for, {in_unit(minimum_period, unit)}"
        if step is not None and lowest < 0.5 / step < highest and sampling.exact:
            # each frequency above it is an alias of one below, and as good in every respect
            highest = 0.5 / step
            reason = (
                f"up to the Nyquist frequency of samples every {in_unit(step, unit)}, although the "
                f"shortest period asked for is {in_unit(minimum_period, unit)}: beyond are aliases "
                f"only"
            )
    elif step is not None:
        highest = 0.5 / step
        reason = f"up to the Nyquist frequency of samples every {in_unit(step, unit)}"
    elif sampling.cadence is not None:
        highest = 0.5 / sampling.cadence
        reason = (
            f"up to the Nyquist frequency of samples every {in_unit(sampling.cadence, unit)}, in "
            f"pieces; name minimum_period to search further"
        )
    else:
        highest, reason = _irregular_limit(sampling, unit)
        wider = _widened(sampling, lowest, highest, unit)
        is_cut = True
        if wider is not None:
            highest, reason, is_cut = wider
        budget = lowest + (SEARCH.budget - 1) * spacing
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
            f"the band ends at the period {in_unit(1 / highest, unit)}, and over "
            f"{in_unit(baseline, unit)} such short ones cannot be told apart in double precision. "
            f"To fix this, ask for longer periods with minimum_period and maximum_period."
        )
    # where time stamps end the band, all that is above is the same again
    regular = step is not None or (minimum_period is None and not is_cut)
    plan = grid(lowest, highest, spacing, strategy, regular=regular, reason=reason)
    return replace(plan, cut=is_cut)


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


def _irregular_limit(sampling: Sampling, unit: str) -> tuple[float, str]:
    typical = sampling.typical_gap
    mean_nyquist = sampling.n_samples / (2 * sampling.baseline)
    if typical is not None and 0.5 / typical > mean_nyquist:
        return 0.5 / typical, (
            f"irregular samples: up to half the inverse of the tenth percentile of their gaps, "
            f"{in_unit(typical, unit)}"
        )
    return mean_nyquist, "irregular samples: up to half the mean sampling rate"


def _widened(
    sampling: Sampling, lowest: float, usual: float, unit: str
) -> tuple[float, str, bool] | None:
    """Return a higher end of the band, why, and whether cost has put it there; None for none."""
    if sampling.stamps is None:
        return None
    spacing = 1.0 / (SEARCH.points_per_peak * sampling.baseline)
    plain, most = SEARCH.widened_upto
    if sampling.offset is not None:
        told, why = 0.5 / max(sampling.offset, 1e-9 * sampling.baseline), _JITTER
    else:
        # a share of the variance that noise does not reach among W frequencies grows by 2 / n
        # with each unit of log W
        most = plain
        told = usual * math.exp(min(0.5 * SEARCH.widening * sampling.n_samples, 50.0))
        why = _PRICE
    affordable = lowest + (most - 1) * spacing
    highest = max(min(affordable, told), usual)
    if sampling.stamps and highest >= 0.5 / sampling.stamps:
        return 0.5 / sampling.stamps, _STAMPS.format(in_unit(sampling.stamps, unit)), False
    if highest <= usual:
        return None
    if affordable < told:
        why = _COST.format(most)
    return highest, f"irregular samples: {why}", True


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
