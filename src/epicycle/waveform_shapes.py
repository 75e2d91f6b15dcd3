"""What waveforms are like beforehand: how their variance is shared among the orders.

Smooth waveforms, sawteeth, eclipses, and what repeats itself nearly after half a cycle: shares that
fall like a power of the order, with several powers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from epicycle._twofloat import Floats

#: Share of an order that a waveform does not have.
HELD = 1e-12


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


#: Highest order of a waveform, and of one that repeats itself nearly after half a cycle: the
#: double of a period must not be held to fewer details than the period.
_DETAIL = 8
_ORDERS = 2 * _DETAIL

SMOOTH = Shapes(np.stack([_falling(p, _DETAIL) for p in (3.5, 2.0, 5.0)]), np.full(3, 0.25))
_SHARP = Shapes(np.stack([_falling(1.0, _DETAIL)]), np.full(1, 0.15))
_DOUBLE = Shapes(
    np.stack([_falling(p, _DETAIL, odd) for p in (1.0, 2.0, 3.5) for odd in (0.3, 0.03)]),
    np.full(6, 0.1 / 6),
)
ALL_SHAPES = (SMOOTH, _SHARP, _DOUBLE)
