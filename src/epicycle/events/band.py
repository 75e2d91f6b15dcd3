"""Where to look among events: the default band, which the times of events do not limit.

Samples at even distances cannot tell a frequency from its mirror images, so a band of samples ends
at the Nyquist frequency.  Events have no such limit: that they come at all is the signal, and
events at even distances are the clearest cycle there is.  Only the precision of their time stamps
limits the band, and the cost of searching it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from epicycle.evidence.significance import effective_bandwidth
from epicycle.limits import CYCLES, EVENTS, SEARCH
from epicycle.samples.data import Data
from epicycle.samples.units import in_unit
from epicycle.spectra.plan import SearchPlan, grid, plan_band
from epicycle.spectra.sampling import Sampling, gaps_of

#: Rounds of Euclid's algorithm at most.
_ROUNDS = 64


@dataclass(frozen=True)
class EventBand:
    """The band of a search among events, and what each part of it pays for being searched.

    Attributes
    ----------
    plan : SearchPlan
        The band.
    near : float
        Frequency up to which the band is that of the typical interval.
    near_width, width : float
        Effective bandwidths up to there, and of all.
    """

    plan: SearchPlan
    near: float
    near_width: float
    width: float

    def trials(self, frequency: float) -> float:
        """Return the effective bandwidth over which a maximum at a frequency counts.

        Half of the false alarms are allowed to the part up to `near`, half to the whole band: fast
        cycles are searched at no more than twice the probability of slow ones.
        """
        if self.near >= self.plan.maximum_frequency:
            return self.width
        return 2 * (self.near_width if frequency <= self.near else self.width)


def plan_events(
    data: Data,
    shortest: float | None,
    longest: float | None,
    strategy: str,
    unit: str = "",
) -> EventBand:
    """Return the band to search: as named by the user, or as far as a quick search reaches.

    The default band ends where a dense search ends to be quick, but not before the typical
    interval lies well inside it, nor beyond the Nyquist frequency of a raster on which all time
    stamps lie.

    Parameters
    ----------
    data : Data
        Events.
    shortest, longest : float, optional
        Periods that the user named.
    strategy : str
        "auto", "dense" or "ladder".
    unit : str
        Unit of time.
    """
    sampling = Sampling.of(data, widened=False)
    ticking = sampling.step is not None and _is_clock(data, sampling.step)
    if ticking:
        sampling = replace(sampling, step=None, exact=False, typical_gap=sampling.step)
    # The mean rate is itself a line at frequency zero, whose flanks no fit takes away.
    longest = min(longest or data.baseline, data.baseline / CYCLES.minimum)
    usual = plan_band(sampling, shortest, longest, strategy, slow=False, unit=unit)
    if shortest is None and sampling.step is None:
        plan = _widened(data, usual, strategy, ticking=ticking, unit=unit)
    else:
        plan = usual
    near = max(usual.maximum_frequency, _intervals_reach(data))
    width = effective_bandwidth(data, plan.minimum_frequency, plan.maximum_frequency)
    near_width = effective_bandwidth(data, plan.minimum_frequency, near)
    return EventBand(plan, near, near_width, width)


def _widened(
    data: Data, usual: SearchPlan, strategy: str, *, ticking: bool, unit: str
) -> SearchPlan:
    """Return the band that a dense search covers quickly, at least as far as the intervals ask.

    Of the ticks of a clock, the raster on which they lie is the cycle.
    """
    highest = max(
        usual.minimum_frequency + (SEARCH.dense_upto - 2) * usual.spacing,
        usual.maximum_frequency,
        _intervals_reach(data),
    )
    reason = (
        f"events: up to {SEARCH.dense_upto} frequencies, or as far as their intervals ask; name "
        f"minimum_period to search further"
    )
    step = None if ticking else stamp_raster(data, 0.5 / highest)
    if step is not None:
        highest = max(0.5 / step, usual.minimum_frequency + 1 / data.baseline)
        reason = f"events: up to the Nyquist frequency of time stamps every {in_unit(step, unit)}"
    return grid(usual.minimum_frequency, highest, usual.spacing, strategy, reason=reason)


def _intervals_reach(data: Data) -> float:
    """Return the frequency up to which cycles of about an interval lie."""
    return EVENTS.beyond_interval / float(np.median(gaps_of(data)))


def _is_clock(data: Data, step: float) -> bool:
    """Return whether events on a raster are the ticks of a clock, and not stamps of its steps.

    A clock ticks once a step, and leaves few ticks out; random events leave steps out and share
    others.
    """
    gaps = np.diff(np.sort(data.times.to_float()))
    repeated = int((gaps <= SEARCH.shortest_gap * data.baseline).sum())
    steps = data.baseline / step
    return repeated <= EVENTS.repeated * len(gaps) and len(gaps) - repeated >= 0.5 * steps


def stamp_raster(data: Data, shortest: float) -> float | None:
    """Return the step of the raster on which all times lie, however thinly; None if there is none.

    Parameters
    ----------
    data : Data
        Events.
    shortest : float
        Shorter steps do not matter.
    """
    gaps = gaps_of(data)
    step = float(gaps.min())
    for _ in range(_ROUNDS):
        if step < shortest:
            return None
        multiples = np.rint(gaps / step)
        rest = np.abs(gaps - multiples * step)
        off = rest > SEARCH.off_raster * step
        if off.any():
            step = float(rest[off].min())
            continue
        # measured over all gaps, the step is known far better than from one
        step = float(gaps @ multiples) / float(multiples @ multiples)
        exact = np.abs(gaps - multiples * step) <= SEARCH.on_raster * step
        return step if exact.all() else None
    return None
