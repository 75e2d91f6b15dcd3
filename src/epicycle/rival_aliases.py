"""The first cycle's rivals as its aliases: frequencies that were compared as whole waveforms."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from epicycle.aliases import MULTIPLES, Alias, day_length, label
from epicycle.ranking import Rival

#: Rivals with these odds are listed, at most so many, and so many aliases in all.
_LEAST_ODDS = 1e-5
_RIVALS = 4
_MOST = 5


def led_by_rivals(
    aliases: Sequence[Alias],
    rivals: Sequence[Rival],
    frequency: float,
    baseline: float,
    unit: str = "",
    *,
    is_sinusoid: bool = False,
) -> list[Alias]:
    """Return the aliases of a cycle, its rivals first, with the odds that they have as waveforms.

    Parameters
    ----------
    aliases : sequence of Alias
        Places judged line by line.
    rivals : sequence of Rival
        Frequencies judged as waveforms, the likeliest first.
    frequency : float
        Of the cycle; if it is not among the rivals, nothing changes.
    baseline : float
        Length of the data.
    unit : str
        Unit of time, where known.
    is_sinusoid : bool
        Whether the cycle has one line only; its multiples and fractions are judged as lines then.
    """
    own = next((r for r in rivals if abs(r.frequency - frequency) < 0.5 / baseline), None)
    if own is None:
        return list(aliases)
    first: list[Alias] = []
    for rival in rivals:
        odds = math.exp(min(0.5 * (own.bic - rival.bic), 700.0))
        kind = _kind(rival.frequency, frequency, baseline, unit)
        if rival is own or len(first) == _RIVALS or odds < _LEAST_ODDS:
            continue
        if is_sinusoid and kind in MULTIPLES:
            continue
        distance = abs(rival.frequency - frequency)
        known = next(
            (a for a in aliases if abs(a.frequency - rival.frequency) < 0.5 / baseline), None
        )
        first.append(
            Alias(
                frequency=rival.frequency,
                period=1.0 / rival.frequency,
                power_ratio=rival.power / max(own.power, 1e-300),
                window_frequency=distance,
                odds=odds,
                kind=kind if known is None else known.kind,
            )
        )
    rest = [
        a for a in aliases if all(abs(a.frequency - r.frequency) >= 0.5 / baseline for r in first)
    ]
    listed = [*first, *rest][:_MOST]
    total = 1.0 + sum(a.odds for a in listed)
    return [replace(a, probability=a.odds / total) for a in listed]


def _kind(rival: float, frequency: float, baseline: float, unit: str) -> str:
    for kind, (up, down) in MULTIPLES.items():
        if abs(rival - frequency * up / down) < 1.0 / baseline:
            return kind
    kind = label(abs(rival - frequency), day_length(unit), 1.0 / baseline)
    return "rival" if kind == "window" else kind
