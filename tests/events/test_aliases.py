"""Aliases of events that are recorded at night only."""

import numpy as np
import pytest

from epicycle.events.aliases import aliases_of
from epicycle.events.cycles import EventCycle, event_data, refine_event_cycle
from epicycle.evidence.aliases import Alias
from epicycle.evidence.window import spectral_window
from epicycle.samples.checks import check_events
from epicycle.spectra.plan import plan_search

FREQUENCY, DAYS = 3.3, 30


def at_night(seed: int, drift: float, *others: float) -> tuple[list[EventCycle], list[Alias]]:
    """Return the cycles that were put into events of a third of each day, aliases of the first."""
    rng = np.random.default_rng(seed)
    t = np.sort(rng.integers(0, DAYS, 12_000) + rng.uniform(0, 0.33, 12_000))
    middle = 0.5 * DAYS
    turns = FREQUENCY * t + 0.5 * drift * (t - middle) ** 2
    rate = 1 + (0.3 if others else 0.6) * np.cos(2 * np.pi * turns)
    for f in others:
        rate += 0.65 * np.cos(2 * np.pi * f * t)
    t = t[rng.uniform(size=len(t)) < rate / 2]
    samples = check_events(t)
    data = event_data(samples.times, samples.y[:, 0])
    plan = plan_search(data, 0.1, 1.0, "dense", slow=False)
    found = [
        refine_event_cycle(
            data,
            data.y[:, 0],
            f,
            drift if f == FREQUENCY else 0.0,
            with_drift=drift != 0,
            bandwidth=100.0,
            most=1,
        )
        for f in (FREQUENCY, *others)
    ]
    window = spectral_window(data, plan)
    return found, aliases_of(data, found, found[0], window, plan, "d")


def a_day_below(aliases: list[Alias]) -> Alias:
    return min(aliases, key=lambda a: abs(a.frequency - (FREQUENCY - 1)))


@pytest.mark.parametrize("drift", [0.0, 0.003, 0.03, -0.03])
def test_the_line_appears_again_a_day_away(drift: float) -> None:
    (cycle,), aliases = at_night(1, drift)
    # the reference time is the mean of the events, a third of a day before the middle
    assert cycle.frequency == pytest.approx(FREQUENCY, abs=0.2 / DAYS + 0.4 * abs(drift))
    # at the largest drift, a drift in proportion to the alias's frequency would be a turn off
    alias = a_day_below(aliases)
    assert alias.kind == "day"
    assert alias.frequency == pytest.approx(cycle.frequency - 1, abs=0.5 / DAYS)
    # the share of power that a window open for a third of a day puts there: sinc^2(1/3), less
    # what is lost where a large drift takes the line through the flanks of the window's own lines
    assert alias.power_ratio == pytest.approx(
        np.sinc(0.33) ** 2, abs=0.07 if abs(drift) < 0.01 else 0.2
    )
    assert alias.odds < 1e-3


def test_the_other_cycles_are_taken_out_before() -> None:
    # a stronger cycle a line width from the alias
    found, beside = at_night(2, 0.0, FREQUENCY - 1 + 1.2 / DAYS)
    assert len(found) == 2
    alias = a_day_below(beside)
    assert alias.odds < 1e-3
    assert alias.frequency == pytest.approx(FREQUENCY - 1, abs=0.5 / DAYS)
    assert alias.power_ratio == pytest.approx(np.sinc(0.33) ** 2, abs=0.07)
