"""The parts of evidence/gears.py, one by one."""

import numpy as np
import pytest

from epicycle.evidence.gears import Comb


def test_fractions_are_told_as_long_as_numbers_have_the_digits() -> None:
    assert Comb.up_to(1).best(3.0004, 1e-3)[:2] == (3, 1)
    largest = 1 / (4 * np.finfo(np.float64).eps)
    comb = Comb.up_to(4)
    assert comb.best(0.26 * largest, 1e-12) == (1, 1, 0.0)
    p, q, odds = comb.best(0.24 * largest, 1e-12)
    assert p / q == pytest.approx(0.24 * largest, rel=1e-12)
    assert odds > 0
