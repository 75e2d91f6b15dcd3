"""The parts of pursuit/places.py, one by one."""

import numpy as np
import pytest

from epicycle.evidence.waveforms import Ranking, Rival
from epicycle.pursuit.places import (
    _lowest_mirror_first,
)


@pytest.mark.parametrize(
    ("others", "leader"),
    [
        ([(0.37, 2.0)], 0.37),  # e times less likely, and longer
        ([(0.37, 6.0)], 1.37),  # e^3 = 20 times
        ([(2.37, -1.0)], 1.37),  # shorter
        ([(0.37, 2.0), (0.13, 4.0)], 0.13),  # the longest of those that are hardly told apart
        ([(0.13, 4.0), (0.37, 2.0)], 0.13),
        ([(1.37 / 2, 0.5), (1.37 / 3, 1.0), (1.37 * 2 / 3, 1.0)], 1.37),  # not in question
        ([], 1.37),
    ],
)
def test_the_longest_of_periods_that_are_hardly_told_apart_leads(
    others: list[tuple[float, float]], leader: float
) -> None:
    rivals = [Rival(1.37, 0.0, 0.9), *(Rival(f, bic, 0.9) for f, bic in others)]
    led = _lowest_mirror_first(Ranking(tuple(rivals), -5.0), 1000.0)
    assert led.rivals[0].frequency == leader
    # the others follow as they were
    assert list(led.rivals[1:]) == [one for one in rivals if one.frequency != leader]
    assert led.log_evidence == -5.0
    empty = Ranking((), -np.inf)
    assert _lowest_mirror_first(empty, 1000.0) is empty


def test_of_a_mirror_that_leads_the_shorter_period_is_first() -> None:
    found = [(1.37, 0.0), (0.37, 2.0), (0.74, 3.0)]
    rivals = tuple(Rival(f, bic, 0.9) for f, bic in found)
    led = _lowest_mirror_first(Ranking(rivals, -5.0), 1000.0)
    assert [one.frequency for one in led.rivals] == [0.74, 0.37, 1.37]
