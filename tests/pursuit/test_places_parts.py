"""The parts of pursuit/places.py, one by one."""

import numpy as np
import pytest

from epicycle.evidence.waveforms import Ranking, Rival
from epicycle.pursuit.places import leaders


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
    led = leaders(Ranking(tuple(rivals), -5.0), 1000.0)[0]
    assert led.rivals[0].frequency == leader
    # the others follow as they were
    assert list(led.rivals[1:]) == [one for one in rivals if one.frequency != leader]
    assert led.log_evidence == -5.0
    empty = Ranking((), -np.inf)
    assert leaders(empty, 1000.0) == [empty]


def test_each_of_the_periods_that_are_hardly_told_apart_leads_in_turn() -> None:
    best, longer, half, far, unlikely = (
        Rival(f, bic, 0.9)
        for f, bic in ((1.37, 0.0), (0.37, 2.0), (0.685, 1.0), (2.9, 3.0), (4.1, 6.0))
    )
    every = (best, longer, half, far, unlikely)
    told = leaders(Ranking(every, -5.0), 1000.0)
    assert [one.rivals[0] for one in told] == [longer, best, far]
    assert all(set(one.rivals) == set(every) for one in told)


def test_a_longest_period_whose_half_is_nearly_as_likely_is_that_half() -> None:
    best, longer, half = Rival(1.37, 0.0, 0.9), Rival(0.37, 2.0, 0.9), Rival(0.74, 4.0, 0.9)
    assert leaders(Ranking((best, longer, half), -5.0), 1000.0)[0].rivals[0] is half
