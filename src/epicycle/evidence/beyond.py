"""What may stand beyond a band that cost has cut short, and show itself inside it as an alias."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from epicycle.fit.joint import Fit, line_powers
from epicycle.fit.nearby import NearbyPower
from epicycle.limits import ALIASES
from epicycle.samples.data import Data
from epicycle.spectra.bands import Candidates
from epicycle.spectra.plan import SearchPlan


def mirrors_beyond(window: Candidates, frequency: float, highest: float) -> list[float]:
    """Return where beyond a band the sampling mirrors a frequency, the strongest image first."""
    strong = window.power >= ALIASES.power_ratio
    images = np.array([window.frequency - frequency, window.frequency + frequency])
    beyond = strong & (images > highest)
    order = np.argsort(-window.power, kind="stable")
    return [float(f) for k in order for f in images[beyond[:, k], k]]


def beyond_notes(
    data: Data, fit: Fit, window: Candidates, plan: SearchPlan, claimed: Sequence[int]
) -> list[str]:
    """Return a sentence for each cycle that may be the alias of a shorter period.

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
        The fundamentals in question.
    """
    if not plan.cut or fit.structure.drifting.any():
        return []
    notes, power, strength = [], NearbyPower(data, fit), line_powers(fit)
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
            if 0.5 * (there - here) > np.log(ALIASES.undecided):
                notes.append(
                    f"period {1 / own:.6g}: possibly the alias of a shorter period, such as "
                    f"{order / at:.6g}: the band was cut at {1 / plan.maximum_frequency:.6g}, "
                    f"and the sampling mirrors what is beyond; name minimum_period to look there"
                )
                break
    return notes
