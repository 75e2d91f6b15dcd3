"""The parts of evidence/steadiness.py, one by one."""

import numpy as np

from epicycle.evidence.steadiness import _is_near
from epicycle.fit.lines import Structure
from epicycle.limits import STEADINESS
from epicycle.samples.checks import check_samples
from epicycle.samples.data import build_data

DAYS = 20


def _hours(step=2.0):
    return np.arange(0, DAYS * 24, step)


def test_lines_near_a_multiple_may_be_parts_of_the_rhythm() -> None:
    t = _hours()
    data = build_data(check_samples(t, np.cos(t)), 0)
    f, width = 1 / 24, 1 / data.baseline

    def near(frequency: float, fixed: bool = False) -> bool:
        structure = Structure.empty().plus(f).plus(frequency, fixed=fixed)
        return _is_near(structure, 1, f, data)

    for order in (1, 2, 3):
        reach = STEADINESS.reach * width + order * STEADINESS.spread * f
        assert reach < 0.5 * f
        for side in (-1, 1):
            assert near(order * f + 0.99 * side * reach)
            assert not near(order * f + 1.01 * side * reach)
    # what was given is what it is, and nothing is near to zero
    assert not near(2 * f, fixed=True)
    assert not near(0.2 * f)
