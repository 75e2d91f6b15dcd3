"""Slow variation: what is fitted without being called a cycle, and its mirrors in the sampling."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from epicycle.evidence.window import day_length
from epicycle.fit.joint import Fit, fundamental_powers
from epicycle.limits import CYCLES, SHARP
from epicycle.pursuit.goal import Goal, asked_fundamentals, known_fundamentals
from epicycle.pursuit.pursuit import Pursuit
from epicycle.samples.units import in_unit


def slow_fundamentals(fit: Fit, baseline: float, goal: Goal) -> NDArray[np.bool_]:
    """Return which fundamentals are slow variation rather than cycles.

    Below the goal's slow limit (five cycles over the baseline, or the longest period that the
    user named) a line is usually a drift in disguise: drifts have spectra that fall like 1/f^2.
    A line held at one cycle over the baseline is a bend, however strong.
    A line of at least three cycles is nevertheless called a cycle, a rhythm seen three or four
    times, if its power times f^2 is at least four times that of every other slow line; and so is
    one with features sharper than a smooth waveform's, which no drift has.
    """
    frequency = fit.structure.frequency
    given = known_fundamentals(fit.structure, goal) | asked_fundamentals(fit.structure, goal)
    # held although nobody gave it: a bend, which has no frequency of its own
    bend = fit.structure.fixed & ~given
    sharp = np.array([max(one.orders) > SHARP.smooth for one in fit.structure.fundamentals()])
    sharp = sharp.astype(bool) & (frequency >= SHARP.turns / baseline)
    slow = bend | ((frequency < goal.slow_limit) & ~given & ~sharp)
    rate = np.where(slow & ~bend, fundamental_powers(fit) * frequency**2, 0.0)
    if rate.any():
        k = int(rate.argmax())
        others = np.delete(rate, k).max(initial=0.0)
        if frequency[k] >= CYCLES.seen / baseline and rate[k] > CYCLES.outstanding * others:
            slow[k] = False
    return slow


def slow_notes(fit: Fit, slow: NDArray[np.bool_], baseline: float, unit: str) -> list[str]:
    """Return a sentence about slow variation that was fitted without being called a cycle.

    It names what finds the strongest of it as a cycle, if it is one: a longest period, where more
    than one cycle was seen, or the question whether there is a rhythm of some period, which must
    not be read off the same data.  A bend of less than a cycle, held at one, has no period.
    """
    if not slow.any():
        return []
    order = np.flatnonzero(slow)[np.argsort(-fit.structure.frequency[slow], kind="stable")]
    # (a refined frequency may pass 0)
    held = np.maximum(np.abs(fit.structure.frequency), 1.0 / baseline)
    bend = fit.structure.fixed | (fit.structure.frequency * baseline < 1.0)
    text = ", ".join(
        f"{in_unit(1.0 / held[k], unit, 4)}{' or longer' if bend[k] else ''}" for k in order
    )
    strongest = int(np.where(slow, fundamental_powers(fit), 0.0).argmax())
    period = float(1.0 / held[strongest])
    longest = float(f"{CYCLES.suggested * period:.2g}")
    asked = well_known(unit, 0.75 * period, 1.33 * period) or in_unit(period, "", 3)
    remedy = f"period={asked} judges a rhythm of that period, where it was expected beforehand"
    if not bend[strongest] and longest < baseline:
        remedy = f"maximum_period={in_unit(longest, '')} lets it be one; {remedy}"
    return [
        f"slow variation with periods near {text}: too few cycles over the baseline to tell a "
        f"cycle from a drift; fitted, and beyond the data a level that goes on from its end (if it "
        f"is a cycle, {remedy})"
    ]


def well_known(unit: str, shortest: float, longest: float) -> str | None:
    """Return one day in a unit of time, where it lies between two periods, else None."""
    day = day_length(unit)
    return f"{day:g}" if day is not None and shortest < day < longest else None


def mirrors_of_slow(found: Pursuit, slow: NDArray[np.bool_], goal: Goal) -> NDArray[np.bool_]:
    """Return which fundamentals may be slow variation that the gaps of the sampling mirror.

    A drift seen on working days only looks like lines near a week, at its distance in frequency: of
    a constant and a line, a few values a week tell no more than that.  Where slow variation was
    found, a line nearer to what the sampling repeats than the slowest cycle is to zero, and not at
    it, is not told from more of it.  One at the very place is a mean that differs between the days.
    """
    none = np.zeros(len(slow), dtype=bool)
    if not slow.any() or goal.slow_limit <= 0.0:
        return none
    window = found.window
    # (what repeats a few times only is the baseline and its gaps, which hide no drift)
    near = min(goal.slow_limit, CYCLES.minimum / found.data.baseline)
    often = window.frequency > CYCLES.mirror_often * near
    strong = window.frequency[often & (window.power >= CYCLES.mirror)]
    if not len(strong):
        return none
    # (multiples of the first peak stay exact on a raster: the window is known to 1/T only)
    repeats = np.multiply.outer(np.arange(1, CYCLES.mirror_multiples + 1), strong).ravel()
    structure, width = found.fit.structure, 1.0 / found.data.baseline
    given = known_fundamentals(structure, goal) | asked_fundamentals(structure, goal)
    # nothing mirrors much more than there is; lines that hardly differ at the samples share it
    power = fundamental_powers(found.fit)
    weaker = power < CYCLES.mirror_most * power[slow].sum()
    for k in np.flatnonzero(~slow & ~given & weaker).tolist():
        lines = structure.line_frequency[structure.parent == k]
        away = np.abs(lines[:, np.newaxis] - repeats).min(axis=1)
        none[k] = bool(((away < near) & (away > 0.5 * width)).all())
    return none


def mirror_notes(fit: Fit, mirrored: NDArray[np.bool_], unit: str = "") -> list[str]:
    """Return a sentence about the lines that the gaps of the sampling make of slow variation."""
    if not mirrored.any():
        return []
    periods = ", ".join(f"{1.0 / f:.4g}" for f in sorted(fit.structure.frequency[mirrored]))
    periods = f"{periods} {unit}".rstrip()
    return [
        f"lines near the periods {periods} are fitted and not claimed: "
        f"through the gaps between the samples slow variation, which is there, looks like them"
    ]
