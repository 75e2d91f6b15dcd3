"""What may stand beyond a band that cost has cut short, and show itself inside it as an alias."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import cast

import numpy as np

from epicycle.fit.joint import Fit, line_powers
from epicycle.fit.lines import Structure
from epicycle.fit.nearby import NearbyPower
from epicycle.fit.refine import fit_lines
from epicycle.limits import ALIASES, SEARCH
from epicycle.samples.data import Data
from epicycle.samples.units import in_unit
from epicycle.search.dense import DenseSearch
from epicycle.spectra.bands import Candidates
from epicycle.spectra.plan import SearchPlan, grid


def mirrors_beyond(window: Candidates, frequency: float, highest: float) -> list[float]:
    """Return where beyond a band the sampling mirrors a frequency, the strongest image first."""
    strong = window.power >= ALIASES.power_ratio
    images = np.array([window.frequency - frequency, window.frequency + frequency])
    beyond = strong & (images > highest)
    order = np.argsort(-window.power, kind="stable")
    return [float(f) for k in order for f in images[beyond[:, k], k]]


@dataclass(frozen=True)
class Beyond:
    """What stands beyond a band.

    Attributes
    ----------
    own, place : float
        Frequency of the cycle in the band, and of the line beyond it.
    order : int
        Of which harmonic of the cycle that line is an image.
    log_odds : float
        Logarithm of the odds of the place against the cycle.
    mirrored : bool
        Whether the sampling shows the place where the cycle is.
    """

    own: float
    place: float
    order: int
    log_odds: float
    mirrored: bool


def beyond(
    data: Data, fit: Fit, window: Candidates, plan: SearchPlan, claimed: Sequence[int]
) -> list[Beyond]:
    """Return what may stand beyond the band in place of each cycle: images, or a likelier sinusoid.

    Parameters
    ----------
    data : Data
        The regression problem with its last weights.
    fit : Fit
        All lines.
    window : Candidates
        The spectral window.
    plan : SearchPlan
        The band; where cost has not cut it short, there is nothing to say.
    claimed : sequence of int
        The fundamentals in question, the strongest first.
    """
    if not plan.cut or fit.structure.drifting.any():
        return []
    found, power, strength = [], NearbyPower(data, fit), line_powers(fit)
    for k in claimed:
        own = float(fit.structure.frequency[k])
        lines = np.flatnonzero(fit.structure.parent == k)
        lead = int(lines[strength[lines].argmax()])
        order = int(fit.structure.order[lead])
        images = mirrors_beyond(window, order * own, order * plan.maximum_frequency)
        here = power.at((lead,), order * own) if images else 0.0
        for image in images:
            there, at = power.near((lead,), image)
            # (half a chi-square is the logarithm of odds)
            log_odds = 0.5 * (there - here)
            if log_odds > math.log(ALIASES.undecided):
                found.append(Beyond(own, at, order, log_odds, True))
                break
    if not found and len(claimed):
        key = f"beyond {plan.maximum_frequency!r}"
        if key not in data.memo:
            data.memo[key] = _likelier_beyond(data, plan)
        place, log_odds = cast(tuple[float, float], data.memo[key])
        if log_odds > -math.log(ALIASES.hardly):
            own = float(fit.structure.frequency[claimed[0]])
            found.append(Beyond(own, place, 1, log_odds, False))
    return found


def beyond_notes(found: Sequence[Beyond], plan: SearchPlan, unit: str = "") -> list[str]:
    """Return a sentence for each cycle that may be the alias of a shorter period."""
    end = in_unit(1 / plan.maximum_frequency, unit)
    return [
        f"period {in_unit(1 / one.own, unit)}: possibly the alias of a shorter period, such as "
        f"{in_unit(one.order / one.place, unit)}: the band was cut at {end}, and the sampling "
        f"mirrors what is beyond; name minimum_period to look there"
        if one.mirrored
        else f"period {in_unit(1 / one.own, unit)}: possibly the alias of a shorter period: a "
        f"sinusoid of the period {in_unit(1 / one.place, unit)} explains more than any in the "
        f"band, which was cut at {end}; name minimum_period to look there"
        for one in found
    ]


def widened_to(found: Sequence[Beyond], plan: SearchPlan, unit: str = "") -> SearchPlan | None:
    """Return the band with what is clearly likelier beyond it; None where nothing is, or too far.

    Cost had cut it: what one look has shown there is worth a second one at the price of more.
    """
    clear = [one.place for one in found if one.log_odds > -math.log(ALIASES.hardly)]
    if not clear:
        return None
    far = ALIASES.room * max(clear)
    highest = max(far, plan.maximum_frequency + ALIASES.further * plan.n_frequencies * plan.spacing)
    if (highest - plan.minimum_frequency) / plan.spacing > SEARCH.widened_upto[1]:
        highest = far
    if (highest - plan.minimum_frequency) / plan.spacing > SEARCH.widened_upto[1]:
        return None
    reason = (
        f"{plan.reason}; widened from the period {in_unit(1 / plan.maximum_frequency, unit)} to "
        f"what is likelier beyond"
    )
    wider = grid(plan.minimum_frequency, highest, plan.spacing, plan.strategy, reason=reason)
    return replace(wider, cut=True)


def _likelier_beyond(data: Data, plan: SearchPlan) -> tuple[float, float]:
    """Return where, not far beyond a band, one sinusoid explains most, and its log odds.

    They are against the best place in the band, and minus infinity where to look takes more than
    the band itself did.
    """
    nothing = math.inf, -math.inf
    count = int(ALIASES.further * plan.n_frequencies)
    if (
        plan.strategy != "dense"
        or count > ALIASES.most_further
        or data.n_values > ALIASES.most_values
    ):
        return nothing
    further = replace(
        plan,
        minimum_frequency=plan.maximum_frequency + plan.spacing,
        maximum_frequency=plan.maximum_frequency + count * plan.spacing,
        n_frequencies=count,
    )
    null = fit_lines(data, Structure.empty(), absolute=False, max_steps=0)
    inside, outside = (
        DenseSearch(data, band, keep=1).maxima(null.residual, null.scale)
        for band in (plan, further)
    )
    if not len(inside.power) or not len(outside.power):
        return nothing
    # what a sinusoid takes from chi-square, as a share of it, and the trials it pays for
    total = float((null.chi2 / null.scale).sum())
    left = [max(1.0 - float(one.power[0]) / total, 1e-12) for one in (inside, outside)]
    odds = 0.5 * data.n_values * math.log(left[0] / left[1]) - math.log(ALIASES.further)
    return float(outside.frequency[0]), odds
