"""Aliases of a cycle of events: where the power of its line appears again."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from epicycle.events.cycles import EventCycle, related, without
from epicycle.evidence.aliases import Alias, Appearance, as_aliases
from epicycle.evidence.window import day_length, window_offsets
from epicycle.limits import EVENTS
from epicycle.samples.data import Data
from epicycle.samples.times import Times
from epicycle.spectra.bands import Candidates
from epicycle.spectra.periodogram import Periodogram
from epicycle.spectra.plan import SearchPlan

#: An alias is sought within a line width, in steps of this fraction of it.
_STEPS = 8


def aliases_of(
    data: Data,
    found: list[EventCycle],
    cycle: EventCycle,
    window: Candidates,
    plan: SearchPlan,
    unit: str = "",
) -> list[Alias]:
    """Return where the power of a cycle's first line appears again, with the odds of its waveform.

    Places of the other cycles are none.

    Parameters
    ----------
    data : Data
        Events and their weights.
    found : list of EventCycle
        All cycles; the others are taken out of the weights.
    cycle : EventCycle
        The cycle in question, one of them.
    window, plan
        The spectral window, and the band.
    unit : str
        Unit of time, where known.
    """
    strengths = without(data, [other for other in found if other is not cycle])[:, np.newaxis]
    # half the power over the mean square is a logarithm of likelihood
    scale = float((data.y**2).mean())
    if cycle.rhythm is not None:
        return []  # counted turn by turn, it can stand nowhere else
    own = cycle.frequency
    width = 1.0 / data.baseline
    still = Periodogram(data, width / _STEPS, 2 * _STEPS + 1)

    def near(frequency: float, drift: float) -> tuple[float, float]:
        engine = still
        if drift:
            # seen from a clock that drifts along with this line, the line stands still
            bent = data.times.lo + 0.5 * drift / frequency * data.times.to_float() ** 2
            clock = replace(data, times=Times(data.times.hi, bent))
            engine = Periodogram(clock, width / _STEPS, 2 * _STEPS + 1)
        spectrum = engine.reduction(strengths, frequency - width)[0] / scale
        best = int(spectrum.argmax())
        return float(spectrum[best]), frequency + (best - _STEPS) * (width / _STEPS)

    here, _ = near(own, cycle.drift)
    overtones = [int(order) for order in cycle.orders if order > 1]
    others = [other for other in found if other is not cycle]
    rest = sum(near(order * own, order * cycle.drift)[0] for order in overtones)
    appearing: dict[int, Appearance] = {}
    for offset, kind in window_offsets(data, window, day_length(unit), EVENTS.alias_ratio):
        # the window adds a constant frequency: every alias drifts as the cycle does, and where it
        # is mirrored at zero, the other way
        for alias in (own + offset, own - offset):
            frequency, drift = abs(alias), cycle.drift if alias > 0 else -cycle.drift
            inside = plan.minimum_frequency <= frequency <= plan.maximum_frequency
            if not inside or abs(frequency - own) < 2 * width or here <= 0:
                continue
            if any(related(frequency, other, width) for other in others):
                continue  # a cycle of its own
            there, at = near(frequency, drift)
            if there >= EVENTS.alias_ratio * here:
                at = max(at, plan.minimum_frequency)  # the maximum nearby may be at zero
                # the whole waveform moves, or none of it
                moved = sum(near(order * at, order * drift)[0] for order in overtones)
                log_odds = 0.5 * (there + moved - here - rest)
                appearing[round(at / width)] = Appearance(at, there / here, offset, log_odds, kind)
    return as_aliases(appearing.values())
