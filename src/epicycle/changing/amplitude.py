"""What the amplitude of a rhythm does, judged beside the phase that the rhythm has.

An amplitude that varies freely is read cycle by cycle, as means over a cycle.  Within a cycle a
larger amplitude is no different from a level that moves, most of all where the record ends.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from epicycle.changing.batch import Batch, join
from epicycle.changing.begin import Family, Setting, carried
from epicycle.changing.design import DECAY
from epicycle.changing.fit import Solved, fit
from epicycle.changing.paths import means
from epicycle.limits import CHANGING
from epicycle.samples.arrays import Floats

#: Cycles over which the mean of a varying amplitude is taken: the first, the last, some between.
_CYCLES = 9


@dataclass(frozen=True, eq=False)
class Amplitude:
    """A verdict on an amplitude.

    Attributes
    ----------
    verdict : str
        "constant", "decaying", "growing" or "varying".
    odds : dict
        Log odds against a constant one.
    lifetime : (float, float) or None
        Time in which a decaying one falls by e, in cycles, with its error.
    """

    verdict: str
    odds: dict[str, float]
    lifetime: tuple[float, float] | None


def judged(setting: Setting, family: Family, rhythm: int = 0) -> Amplitude:
    """Return what the amplitude does beside the best phase of a family.

    The best model is fitted anew with an amplitude that is constant, changes steadily, and varies.
    """
    best = family.batch.take([int(family.share.argmax())])
    term, old = best.terms[0], best.design
    design = setting.design(old.wander, varies=False, events=old.events)
    plain = join([carried(best, design, [replace(term, decay=decay)]) for decay in (False, True)])
    steady = fit(plain, setting.free(design), outer=4)
    design = setting.design(old.wander, varies=True, events=old.events)
    begins = [carried(plain.take([1]), design, [replace(term, decay=True)])]
    channel = design.amplitude_channel(rhythm)
    begins[0].strength[:, channel] = setting.strength(design, 1.0)[0][channel]
    if old.varies:
        begins.append(carried(best, design, [replace(term, decay=True)]))
    varying = join(begins)
    free = fit(varying, setting.free(design), outer=4)
    return _verdict((plain, steady), (varying, free), rhythm)


def _verdict(steady: tuple[Batch, Solved], varying: tuple[Batch, Solved], rhythm: int) -> Amplitude:
    plain, solved = steady
    half = plain.design.record.half
    at = plain.design.slices["amplitude", rhythm].start + 1
    # log amplitude per cycle
    rate = DECAY * float(plain.c[1, at]) / half
    error = DECAY * float(np.sqrt(solved.border[1, at, at])) / half
    name = "growing" if rate > 0 else "decaying"
    base = float(plain.log_evidence[0])
    best = int(varying[0].log_evidence.argmax())
    free = float(varying[0].log_evidence[best]) - base
    odds = {"constant": 0.0, name: float(plain.log_evidence[1]) - base, "varying": free}
    clear = float(np.log(CHANGING.clear))
    verdict = name if odds[name] > clear else "constant"
    if free > max(odds[name], 0.0) + clear:
        verdict, rate, error = _course(varying, best, rhythm)
        if verdict != "varying":  # one that falls freely is one that falls
            odds = {"constant": 0.0, verdict: free}
    falls = verdict == "decaying" and rate < 0
    return Amplitude(verdict, odds, (-1 / rate, error / rate**2) if falls else None)


def _course(varying: tuple[Batch, Solved], best: int, rhythm: int) -> tuple[str, float, float]:
    """Return what an amplitude that varies freely does, and its mean rate with the error.

    It may fall, or grow, all the time; the rate is the slope of a line through its cycles, per
    cycle.
    """
    batch, solved = varying
    half, cycle = batch.design.record.half, 1 / batch.design.frequency[rhythm]
    first = half - 0.5 * cycle
    centres = np.linspace(-first, first, _CYCLES)
    values, covariance = means(batch, solved, rhythm, centres, cycle)
    mean, spread = values[best], covariance[best]
    own = np.diag(spread)
    errors = np.sqrt(np.maximum(own[:, np.newaxis] + own - 2 * spread, 0.0))
    line = centres / float(centres @ centres)
    rate, error = float(line @ mean), float(np.sqrt(line @ spread @ line))
    for name, sign in (("decaying", 1.0), ("growing", -1.0)):
        if _falls(sign * mean, errors):
            return name, rate, error
    return "varying", rate, error


def _falls(values: Floats, errors: Floats) -> bool:
    """Return whether a curve falls clearly, and hardly rises on the way.

    A rise that is clear is small against the largest fall, as at the beginning of a record in which
    cells still settle.

    Parameters
    ----------
    values : ndarray, shape (G,)
    errors : ndarray, shape (G, G)
        Of the difference of each two of them.
    """
    change = np.triu(values[np.newaxis, :] - values[:, np.newaxis], 1)  # from row to column
    rise = np.where(change > CHANGING.told_apart * errors, change, 0.0).max()
    falls = change[0, -1] < -CHANGING.told_apart * errors[0, -1]
    return bool(falls and rise <= CHANGING.rise * -change.min())
