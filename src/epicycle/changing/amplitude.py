"""What the amplitude of a rhythm does, judged beside the phase that the rhythm has."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from epicycle.changing.batch import Batch, join
from epicycle.changing.begin import Family, Setting, carried
from epicycle.changing.design import DECAY
from epicycle.changing.fit import Solved, fit
from epicycle.changing.paths import linear, value, variance
from epicycle.limits import CHANGING
from epicycle.samples.arrays import Floats

#: Times at which a varying amplitude is looked at, the ends included.
_TIMES = 9


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
    at = plain.design.slices["amplitude", rhythm].start + 1
    rate, error = DECAY * plain.c[1, at], DECAY * float(np.sqrt(solved.border[1, at, at]))
    name = "growing" if rate > 0 else "decaying"
    base = float(plain.log_evidence[0])
    best = int(varying[0].log_evidence.argmax())
    odds = {
        "constant": 0.0,
        name: float(plain.log_evidence[1]) - base,
        "varying": float(varying[0].log_evidence[best]) - base,
    }
    clear = float(np.log(CHANGING.clear))
    verdict = name if odds[name] > clear else "constant"
    if odds["varying"] > max(odds[name], 0.0) + clear:
        verdict = _course(varying, best, rhythm)
    half = plain.design.record.half
    falls = verdict == "decaying" and rate < 0
    lifetime = (-half / rate, half / rate**2 * error) if falls else None
    return Amplitude(verdict, odds, lifetime)


def _course(varying: tuple[Batch, Solved], best: int, rhythm: int) -> str:
    """Return what an amplitude that varies freely does: it may fall, or grow, all the time."""
    batch, solved = varying
    half = batch.design.record.half
    t = np.linspace(-half, half, _TIMES)
    swell = linear(batch, rhythm, t, "swell")
    values = value(batch, swell)[best]
    spread = variance(batch, solved, solved.factor.covariances(), [swell])[best]
    for name, sign in (("decaying", 1.0), ("growing", -1.0)):
        if _falls(sign * values, np.sqrt(spread)):
            return name
    return "varying"


def _falls(values: Floats, errors: Floats) -> bool:
    """Return whether a curve falls clearly, and hardly rises on the way.

    A rise that is clear is small against the largest fall, as at the beginning of a record in which
    cells still settle.
    """
    both = np.hypot(errors[:, np.newaxis], errors)
    change = np.triu(values[np.newaxis, :] - values[:, np.newaxis], 1)  # from row to column
    rise = np.where(change > CHANGING.told_apart * both, change, 0.0).max()
    falls = change[0, -1] < -CHANGING.told_apart * both[0, -1]
    return bool(falls and rise <= CHANGING.rise * -change.min())
