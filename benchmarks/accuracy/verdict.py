"""What the default call says of one series, as plain numbers, and whether that is right.

- *Right*: the first period is within 1 % of the truth, or (sections with long gaps) within
  0.3 / baseline of its frequency.
- *Claimed*: the false-alarm probability of the first cycle is below .01.
- *Told*: the result says itself that the first period is not sure.  Either one of the cycle's
  aliases has odds from .1 to 10, or a sentence of ``model.undecided`` says so of this period.  An
  alias with odds above 10 is not a doubt but a contradiction: the result is then *overruled* by
  its own numbers, and counts as a claim.
- *The set holds the truth*: the result is told, and the truth is the first period, or one of those
  aliases, or stands in that sentence.
- *Above*: cycles that are listed although their false-alarm probability is above the level.
"""

from __future__ import annotations

import argparse
import re
import time
from typing import Any

import numpy as np
from scipy import stats

import common
from epicycle import find_cycles

LEVEL = 0.01
#: A period is right within this share of itself.
STRICT = 0.01
#: Odds of a place that is told as possible.
LEAST, MOST = 0.1, 10.0

#: How sentences of ``model.undecided`` say that a period may be another one.
_DOUBT = re.compile(r"hardly tell|cannot (decide|tell)|alias of|undecided|as likely|one of", re.I)
_NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")


def outcome(
    t: Any, y: Any, dy: Any = None, *, periods: int | None = None, **options: Any
) -> dict[str, Any]:
    """Return what one call finds, in numbers that JSON can hold; a failure is a result as well.

    Parameters
    ----------
    t, y, dy, options
        As :func:`epicycle.find_cycles` takes them.
    periods : int, optional
        How many of the periods to keep; all by default.
    """
    started = time.process_time()
    try:
        model = find_cycles(t, y, dy, **options)
    except Exception as error:
        return {"failure": f"{type(error).__name__}: {error}", "cpu": _since(started)}
    cycles = model.cycles
    first = cycles[0] if cycles else None
    alarms = [c.false_alarm_probability for c in cycles if not c.known]
    return {
        "cpu": _since(started),
        "frequencies": int(model.search.n_frequencies),
        "baseline": float(model.baseline),
        "periods": [c.period for c in cycles[:periods]],
        "error": None if first is None else first.period_error,
        "alarm": None if first is None else first.false_alarm_probability,
        "smallest": min(alarms, default=None),
        "rows": sum(p < LEVEL for p in alarms),
        "above": sum(p > LEVEL for p in alarms),
        "broad": bool(first is not None and first.coherence_time is not None),
        "aliases": [] if first is None else [(a.period, a.odds, a.kind) for a in first.aliases],
        "undecided": list(model.undecided),
    }


def _since(started: float) -> float:
    return time.process_time() - started


def are_near(periods: list[float], truth: list[float]) -> bool:
    """Return whether as many periods as there are have each been found, within 1 %."""
    pairs = zip(sorted(periods), sorted(truth), strict=False)
    return len(periods) == len(truth) and all(is_near(a, b, None) for a, b in pairs)


def is_near(period: float, truth: float, width: float | None) -> bool:
    """Return whether a period is the true one, within `width` in frequency or else 1 %."""
    if width is None:
        return abs(period / truth - 1) < STRICT
    return abs(1 / period - 1 / truth) < width


def verdict(
    found: dict[str, Any],
    truth: float,
    allowed: tuple[float, ...] = (1.0,),
    width: float | None = None,
) -> dict[str, bool]:
    """Return the judgements that the head of this module defines.

    Parameters
    ----------
    found : dict
        From :func:`outcome`.
    truth : float
        The true period.
    allowed : tuple of float
        Multiples of it that count as right.
    width : float, optional
        How far from the true frequency is right; by default 1 % of it.
    """
    names = ("right", "claimed", "told", "overruled", "holds", "wrong", "nothing")
    if not found.get("periods"):
        return dict.fromkeys(names, False) | {"nothing": True}

    def true(period: float) -> bool:
        return any(is_near(period, truth * m, width) for m in allowed)

    first = found["periods"][0]
    right, claimed = true(first), found["alarm"] < LEVEL
    overruled = any(odds > MOST for _, odds, _ in found["aliases"])
    places = [p for p, odds, _ in found["aliases"] if LEAST <= odds <= MOST]
    said = [s for s in found["undecided"] if _DOUBT.search(s) and _names(s, first)]
    told = not overruled and bool(places or said)
    places += [float(n) for s in said for n in _NUMBER.findall(s) if float(n) > 0]
    return {
        "right": right,
        "claimed": claimed,
        "told": told,
        "overruled": overruled,
        "holds": told and any(true(p) for p in (first, *places)),
        "wrong": claimed and not right and not told,
        "nothing": False,
    }


def _names(sentence: str, period: float) -> bool:
    """Return whether a sentence gives a period, to the four digits that prose has."""
    return any(abs(float(n) / period - 1) < 5e-4 for n in _NUMBER.findall(sentence))


# ---- Counting --------------------------------------------------------------------------------


def size(options: argparse.Namespace, quick: int, full: int) -> int:
    """Return how many series to make: a quick run's, or a share of the full number, not fewer."""
    if options.quick:
        return min(quick, full)
    return max(min(quick, full), round(options.scale * full))


def share(count: int, total: int) -> dict[str, Any]:
    """Return a share with its 95 % interval (Clopper and Pearson)."""
    if not total:
        return {"count": 0, "of": 0, "share": None, "interval": [0.0, 1.0]}
    low, high = stats.binomtest(count, total).proportion_ci(0.95)
    return {"count": count, "of": total, "share": count / total, "interval": [low, high]}


def text(one: dict[str, Any]) -> str:
    """Return a share as text: percent, counts, and the interval."""
    if not one["of"]:
        return "-"
    low, high = one["interval"]
    return (
        f"{100 * one['share']:.1f} % ({one['count']} of {one['of']}; "
        f"{100 * low:.1f} to {100 * high:.1f})"
    )


def costs(found: list[dict[str, Any]]) -> dict[str, float]:
    """Return the processor time of the calls: median, ninth decile and largest."""
    cpu = np.array([o["cpu"] for o in found]) if found else np.zeros(1)
    middle, high = np.quantile(cpu, [0.5, 0.9])
    return {"median": float(middle), "ninth_decile": float(high), "largest": float(cpu.max())}


def cost_text(cost: dict[str, float]) -> str:
    return f"{cost['median']:.2f} / {cost['ninth_decile']:.2f} / {cost['largest']:.1f} s"


def failures(found: list[dict[str, Any]]) -> list[str]:
    return sorted({o["failure"] for o in found if "failure" in o})


def none_above(what: str, count: int) -> dict[str, Any]:
    """Return the bar on cycles that are listed above the level."""
    return common.bar(f"{what}, rows above the level", "0", str(count), count == 0)
