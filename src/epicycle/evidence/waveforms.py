"""What waveforms are like beforehand: how their variance is shared among the orders.

Smooth waveforms, sawteeth, eclipses, and what repeats itself nearly after half a cycle: shares that
fall like a power of the order, with several powers.
"""

from __future__ import annotations

import bisect
import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from epicycle.limits import WAVEFORMS
from epicycle.samples.arrays import Floats

#: Share of an order that a waveform does not have.
HELD = 1e-12

#: Longest step of a frequency while its waveform is refined, in 1/T.
LONGEST_STEP = 0.15


@dataclass(frozen=True)
class Shapes:
    """Prior shares of the orders in the variance of a waveform, one row for each kind.

    Frequency, scatter and weights are refined with the first; the prior probability of each kind
    is `odds`.
    """

    share: Floats
    odds: Floats

    @property
    def orders(self) -> int:
        """Highest order that any kind has."""
        return int(np.flatnonzero(self.share.max(axis=0) > HELD).max()) + 1

    def allowed(self, frequency: Floats, highest: float) -> Floats:
        """Return the shares, shape (kinds, M, orders), of orders up to a highest frequency."""
        share = self.share[:, np.newaxis, : self.orders]
        order = np.arange(1, self.orders + 1)
        return np.where(order * frequency[:, np.newaxis] <= highest, share, HELD)


def _falling(steepness: float, orders: int, odd: float | None = None) -> Floats:
    """Return shares that fall as order**-steepness.

    With `odd`, every second order is that of a wave at twice the frequency, and the orders between
    them, which tell the two halves of the cycle apart, are weaker by this factor.
    """
    share = np.zeros(_ORDERS)
    falling = np.arange(1, orders + 1) ** -steepness
    if odd is None:
        share[:orders] = falling
    else:
        share[1 : 2 * orders : 2] = falling
        share[0 : 2 * orders : 2] = odd * falling
    # what has no share is held at zero
    result: Floats = np.maximum(share / share.sum(), HELD)
    return result


_ORDERS = 2 * WAVEFORMS.detail

#: How steeply the shares of smooth waveforms fall, and of those with halves that are nearly alike.
_SMOOTH_STEEPNESS = (3.5, 2.0, 5.0)
_DOUBLE_STEEPNESS, _DOUBLE_PARTS = (2.0, 1.0, 3.5, 5.0), (0.2, 0.4, 0.2, 0.2)

#: By how much the orders that tell two halves apart are weaker than the others: minima that differ
#: by a half to a twentieth, every decade of the ratio as likely as the next.
_ODD = (0.03, 0.3, 0.003)

_SINGLE = 1.0 - WAVEFORMS.doubled - WAVEFORMS.sharp

SMOOTH = Shapes(
    np.stack([_falling(p, WAVEFORMS.detail) for p in _SMOOTH_STEEPNESS]), np.full(3, _SINGLE / 3)
)

_SHARP = Shapes(np.stack([_falling(1.0, WAVEFORMS.detail)]), np.full(1, WAVEFORMS.sharp))

# Any shape may have a near double; of sharp ones, which mostly are eclipses, more do.
_DOUBLE = Shapes(
    np.stack([_falling(p, WAVEFORMS.detail, odd) for p in _DOUBLE_STEEPNESS for odd in _ODD]),
    WAVEFORMS.doubled * np.repeat(_DOUBLE_PARTS, len(_ODD)) / len(_ODD),
)

ALL_SHAPES = (SMOOTH, _SHARP, _DOUBLE)


@dataclass(frozen=True)
class Rival:
    """A frequency that a cycle may have instead.

    Attributes
    ----------
    frequency : float
        Refined with its harmonics.
    bic : float
        Minus twice the logarithm of its evidence; only differences mean something.
    power : float
        Share of the variance that its waveform explains.
    """

    frequency: float
    bic: float
    power: float


@dataclass(frozen=True)
class Ranking:
    """Rivals by descending evidence.

    Attributes
    ----------
    rivals : tuple of Rival
        The likeliest first, but for its half or third where that is nearly as likely.
    log_evidence : float
        Of the likeliest, every value counted in full: comparable between models of the same
        values.
    by_group : bool
        Whether groups may have had waveforms of their own, and so said more about a place.
    """

    rivals: tuple[Rival, ...]
    log_evidence: float
    by_group: bool = True


def rival_at(rivals: Iterable[Rival], frequency: float, within: float) -> Rival | None:
    """Return the first of some rivals that stands within a distance of a frequency, if any does."""
    return next((one for one in rivals if abs(one.frequency - frequency) < within), None)


def with_relatives(
    frequency: Floats, start: Floats, limits: tuple[float, float], near: float
) -> Floats:
    """Return what is compared to the end: the likeliest first, and what they may be in truth.

    Of `frequency`, by descending evidence, the first, their halves, thirds and doubles; and the
    first of those to begin with.
    """
    best, few = frequency[: WAVEFORMS.finalists], frequency[: WAVEFORMS.related]
    every = np.concatenate([best, start[: WAVEFORMS.related], few / 2, few / 3, few * 2])
    return apart(every, limits, near)


def apart(frequency: Floats, limits: tuple[float, float], near: float) -> Floats:
    """Return the frequencies within limits, without those near an earlier one."""
    kept: list[float] = []
    ascending = [-math.inf, math.inf]
    for f in frequency.tolist():
        if limits[0] <= f <= limits[1]:
            at = bisect.bisect(ascending, f)
            if f - ascending[at - 1] > near and ascending[at] - f > near:
                ascending.insert(at, f)
                kept.append(f)
    return np.array(kept)


def shorter_first(rivals: list[Rival], baseline: float) -> list[Rival]:
    """Return the same with the shortest undecided period first.

    A period whose half or third is not clearly less likely is not shown for it: which of the two it
    is hangs on what waveforms are like beforehand.
    """
    result = list(rivals)
    for _ in rivals:
        first = result[0]
        shorter = next(
            (
                other
                for other in result[1:]
                if other.bic - first.bic < 2.0 * math.log(WAVEFORMS.clear)
                and any(
                    abs(other.frequency - m * first.frequency) < 0.5 * m / baseline for m in (2, 3)
                )
            ),
            None,
        )
        if shorter is None:
            break
        result.remove(shorter)
        result.insert(0, shorter)
    return result


def distinct(refined: Floats, evidence: Floats, power: Floats, baseline: float) -> list[Rival]:
    """Return the frequencies by descending evidence, the likelier of any two that are one."""
    result: list[Rival] = []
    for k in np.argsort(-evidence, kind="stable"):
        f = float(refined[k])
        if all(abs(f - other.frequency) > 0.5 / baseline for other in result):
            result.append(Rival(f, -2.0 * float(evidence[k]), float(power[k])))
    return result
