"""The parts of pursuit/harmonics.py, one by one."""

import numpy as np

from epicycle.fit.lines import Fundamental
from epicycle.limits import HARMONICS
from epicycle.pursuit.harmonics import (
    _on_comb,
    _prior_odds,
)


def test_an_order_is_as_likely_beforehand_as_those_below_it_were_there() -> None:
    # n of the orders below are there, and the others not
    assert _prior_odds([1, 2, 3], 4) == 3.0
    assert _prior_odds([1, 2], 4) == 2 / 2
    assert _prior_odds([1], 2) == 1.0
    # of few orders none stands far off; of many it may
    assert _prior_odds([1, 2], 2 + HARMONICS.largest_gap + 1) == 0.0
    assert _prior_odds([1, 2, 3], 9) == 3 / 6


def test_what_stands_on_a_comb_joins_it() -> None:
    # 2 and 3 of a common 0.1; 5 of it, one that is near 4 of it, and one that was given
    frequency = np.array([0.2, 0.3, 0.5, 0.4003, 0.7])
    fundamentals = [Fundamental(float(f), (1,)) for f in frequency[:4]]
    fundamentals.append(Fundamental(0.7, (1,), fixed=True))
    relative = np.diag(np.full(5, 2e-5) / frequency) ** 2
    assert _on_comb(fundamentals, relative, {0: 2, 1: 3}, 10.0) == {0: 2, 1: 3, 2: 5}
    # where errors are larger than that, the fourth is on it too
    wide = np.diag(np.full(5, 3e-3) / frequency) ** 2
    assert _on_comb(fundamentals, wide, {0: 2, 1: 3}, 4.0) == {0: 2, 1: 3, 2: 5, 3: 4}
    assert _on_comb(fundamentals, wide, {0: 2, 1: 3}, 1e4) == {0: 2, 1: 3}
