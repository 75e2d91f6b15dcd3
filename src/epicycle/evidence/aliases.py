"""Aliases of a cycle: how they are listed, what they are called, and where the sampling puts them.

How likely each of them is against the cycle is judged in :mod:`epicycle.evidence.alias_odds`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from epicycle.evidence.waveforms import Rival, rival_at
from epicycle.fit.lines import Fundamental, Structure
from epicycle.limits import ALIASES
from epicycle.samples.units import in_unit

#: Simple fractions and multiples of a frequency, by name: (numerator, denominator).
MULTIPLES = {"half": (1, 2), "double": (2, 1), "third": (1, 3), "triple": (3, 1)}


@dataclass(frozen=True)
class Alias:
    """A frequency at which a cycle may stand as well.

    Attributes
    ----------
    frequency, period : float
        Where the alias stands.
    power_ratio : float
        Power there over power at the cycle (of its strongest line), with all other cycles
        removed.
    window_frequency : float
        Distance of the two: a peak of the spectral window, where one links them.
    odds : float
        Posterior odds of the alias against the cycle; below 1 the cycle is likelier.  Those of a
        fraction of the frequency, whose own line nobody has seen, begin a factor of ten lower.
    kind : str
        "day" (a peak of the spectral window at one or more cycles a day, sidereal days and the
        seasons' sidelobes included), "year", "gap" (another whole number of
        cycles between campaigns), "window" (any other peak), "half", "third" (of the
        cycle's frequency), "double", "triple", or "rival" (another high maximum of the search).
    probability : float
        The odds normalised over the cycle and all aliases listed with it.
    """

    frequency: float
    period: float
    power_ratio: float
    window_frequency: float
    odds: float = 0.0
    kind: str = "window"
    probability: float = 0.0

    @property
    def verdict(self) -> str:
        """Which of the two is likelier: "cycle", "alias", or "undecided" within odds of ten."""
        if self.odds < ALIASES.hardly:
            return "cycle"
        return "undecided" if self.odds <= 1.0 / ALIASES.hardly else "alias"


class Appearance(NamedTuple):
    """A place where a cycle appears again; `log_odds` is the logarithm of its odds."""

    frequency: float
    power_ratio: float
    distance: float
    log_odds: float
    kind: str


def as_aliases(found: Iterable[Appearance]) -> list[Alias]:
    """Return the likeliest appearances, of each fraction or multiple the likeliest one."""
    chosen: list[Appearance] = []
    for one in sorted(found, key=lambda one: (-one.log_odds, -one.power_ratio)):
        if one.kind not in MULTIPLES or all(one.kind != other.kind for other in chosen):
            chosen.append(one)
    chosen = chosen[: ALIASES.listed]
    odds = [math.exp(min(one.log_odds, 700.0)) for one in chosen]
    total = 1.0 + sum(odds)
    return [
        Alias(
            frequency=one.frequency,
            period=1.0 / one.frequency,
            power_ratio=one.power_ratio,
            window_frequency=one.distance,
            odds=its_odds,
            kind=one.kind,
            probability=its_odds / total,
        )
        for one, its_odds in zip(chosen, odds, strict=True)
    ]


def alias_notes(cycles: Iterable[tuple[float, Sequence[Alias]]], unit: str = "") -> list[str]:
    """Return a sentence for each cycle, given as (period, aliases), that an alias may explain.

    The data hardly tell two places apart where neither is ten times as likely as the other.
    """
    notes = []
    for period, aliases in cycles:
        near = [a for a in aliases if a.verdict == "undecided"]
        if near:
            notes.append(
                f"period {in_unit(period, unit)}: the data hardly tell it from its alias "
                f"{_listed(near, unit)}"
            )
        ahead = [a for a in aliases if a.verdict == "alias"]
        if ahead:
            notes.append(
                f"period {in_unit(period, unit)}: the odds are for another place, "
                f"{_listed(ahead, unit)}, which was not taken; do not trust either without more "
                f"data"
            )
    return notes


def multiple_notes(
    cycles: Iterable[tuple[float, int, Sequence[Alias]]], unit: str = ""
) -> list[str]:
    """Return a sentence for each waveform whose period may be half or a third of the true one.

    A cycle whose halves are nearly alike, as the minima of many binaries are, looks like one of
    half its period.  How often waveforms are like that is known to a factor of three or so, and
    odds that this would bring to one in ten are told.

    Parameters
    ----------
    cycles : iterable of (float, int, sequence of Alias)
        Period, number of lines and aliases of each cycle; a single line is no waveform.
    unit : str
        Unit of time.
    """
    notes = []
    for period, n_lines, aliases in cycles:
        near = [
            a
            for a in aliases
            if a.kind in ("half", "third") and ALIASES.nearly <= a.odds < ALIASES.hardly
        ]
        if n_lines > 1 and near:
            notes.append(
                f"period {in_unit(period, unit)}: the data cannot tell it for sure from "
                f"{_listed(near, unit)}: a cycle whose parts are nearly alike looks like several"
            )
    return notes


def _listed(aliases: Sequence[Alias], unit: str) -> str:
    return " or ".join(
        f"{in_unit(a.period, unit)} ({a.kind}, {_odds_in_words(a.odds)})" for a in aliases
    )


def _odds_in_words(odds: float) -> str:
    # (see led_by_rivals: none but odds that were cut are the largest that leave it undecided)
    if odds == 1.0 / ALIASES.hardly:
        return (
            f"odds {odds:.2g} or more as a waveform, where the lines together are likelier here: "
            f"two tests that disagree"
        )
    return f"odds {odds:.2g}"


def led_by_rivals(
    aliases: Sequence[Alias],
    rivals: Sequence[Rival],
    frequency: float,
    baseline: float,
    spacings: Sequence[tuple[float, str]] = (),
    *,
    others: Sequence[float] = (),
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
    spacings : sequence of (float, str)
        Distances at which the sampling repeats a line, with what each is called.
    others : sequence of float
        Frequencies of the lines of all other cycles, which are no aliases.  The rivals were
        compared without them: their odds say something of the likeliest of them only, and none is
        where another cycle is.
    is_sinusoid : bool
        Whether the cycle has one line only; its multiples and fractions are judged as lines then,
        but for those that the comparison of waveforms leaves undecided.

    Waveforms that are clearly likelier elsewhere, where the fit of all lines has nevertheless left
    the cycle in its place, are two judgements that disagree: nothing is decided, and no odds above
    ten are told; sentences say that two tests disagree.
    """
    # what has a row of its own is no other place for this cycle
    aliases = [a for a in aliases if all(abs(a.frequency - f) > 1.0 / baseline for f in others)]
    own = rival_at(rivals, frequency, 0.5 / baseline)
    if own is None or (len(others) and own is not rivals[0]):
        return list(aliases)
    first: list[Alias] = []
    for rival in rivals:
        odds = min(math.exp(min(0.5 * (own.bic - rival.bic), 700.0)), 1.0 / ALIASES.hardly)
        kind = _kind(rival.frequency, frequency, baseline, spacings)
        if any(abs(rival.frequency - f) < 1.0 / baseline for f in others):
            continue
        if rival is own or len(first) == ALIASES.rivals or odds < ALIASES.rival_odds:
            continue
        if is_sinusoid and kind in MULTIPLES and odds < ALIASES.of_a_line:
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
    listed = [*first, *rest][: ALIASES.listed]
    total = 1.0 + sum(a.odds for a in listed)
    return [replace(a, probability=a.odds / total) for a in listed]


def other_places(
    rivals: Sequence[Rival],
    structure: Structure,
    baseline: float,
    cycles: NDArray[np.bool_] | None = None,
) -> tuple[float, ...]:
    """Return the likeliest rivals where an only cycle is none of them: it may stand there as well.

    The comparison of waveforms began elsewhere, and says nothing of the odds for its place.
    `cycles` tells which fundamentals are cycles, not slow variation and not known beforehand; by
    default all are.
    """
    counted = np.ones(len(structure.frequency), dtype=bool) if cycles is None else cycles
    if np.count_nonzero(counted) != 1 or structure.fixed[counted][0]:
        return ()
    own = float(structure.frequency[counted][0])
    if rival_at(rivals, own, 0.5 / baseline) is not None:
        return ()
    return tuple(one.frequency for one in rivals[: ALIASES.rivals])


def _kind(
    rival: float, frequency: float, baseline: float, spacings: Sequence[tuple[float, str]]
) -> str:
    for kind, (up, down) in MULTIPLES.items():
        if abs(rival - frequency * up / down) < 1.0 / baseline:
            return kind
    distance = abs(rival - frequency)
    named = [kind for offset, kind in spacings if abs(offset - distance) < 1.0 / baseline]
    return next((kind for kind in named if kind != "window"), "rival")


def least_log_odds(ratio: float) -> float:
    """Return the log odds from which a cycle is moved, by the ratio of the frequencies."""
    if ALIASES.alike < ratio < 1.0 / ALIASES.alike:
        return 0.0
    return -math.log(ALIASES.hardly) if ratio > 1.0 else math.log(ALIASES.hardly)


def orders_at_multiple(own: Fundamental, up: int, down: int) -> list[tuple[int, ...]]:
    """Return the waveforms to be tried at a multiple ``up / down`` of the frequency.

    At a fraction, all lines of the cycle and one or two that tell the fraction from it; at a
    multiple, those lines that it can have.
    """
    if up == 1:
        kept = {down * o for o in own.orders}
        return [tuple(sorted(kept | {1})), tuple(sorted(kept | {1, 2 if down == 3 else 3}))]
    return [tuple(sorted({o // up for o in own.orders if o % up == 0} or {1}))]
