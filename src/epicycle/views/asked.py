"""What was asked about a period, and the answer where nothing is claimed, in words."""

from __future__ import annotations

import math

from epicycle.look.human import human_periods, human_probability
from epicycle.results.cycles import Asked


def nothing_claimed(asked: Asked, limit: str | None) -> str:
    """Return that no rhythm is claimed, and which one would have been.

    Parameters
    ----------
    asked : Asked
        The answer.
    limit : str or None
        The amplitude from which on a rhythm would have been claimed, where that is known.
    """
    where = "of this period" if asked.held else "in this range"
    if not asked.condition < math.inf:
        return f"no rhythm {where} is claimed: too few samples to judge"
    chance = human_probability(asked.false_alarm_probability)
    if asked.cycle is None:
        return (
            f"no period is measured {where}: the evidence rises up to its end, where noise shows "
            f"as much with the probability {chance}"
        )
    text = f"no significant rhythm {where}: noise shows as much with the probability {chance}"
    if limit is None:
        return text
    return f"{text}; one with an amplitude of {limit} would have been claimed (95 %)"


def question(asked: Asked, unit: str) -> str:
    """Return what was asked about, and how well the samples can tell."""
    how = f"condition number {asked.condition:.3g}" if asked.condition < math.inf else "not judged"
    held = ", the period held" if asked.held else ""
    return (
        f"whether there is a rhythm of {periods(asked, unit)}{held} ({how}); nothing else was "
        f"looked for"
    )


def periods(asked: Asked, unit: str) -> str:
    """Return the period, or the range of periods, that was asked about."""
    shortest, longest = human_periods([asked.shortest, asked.longest], unit)
    return shortest if asked.held else f"{shortest} to {longest}"


def where_imitated(asked: Asked | None) -> str:
    """Return where noise must show a rhythm to imitate it: anywhere, or where was asked."""
    if asked is None:
        return "anywhere in the band searched"
    return "at the period asked about" if asked.held else "in the range of periods asked about"
