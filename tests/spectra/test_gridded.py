"""Maxima among powers on a grid; the powers themselves are tested with the loops."""

import numpy as np

from epicycle.spectra.gridded import maxima_above


def test_the_highest_maxima_come_first_and_none_below_the_floor() -> None:
    power = np.array([9.0, 1.0, 5.0, 5.0, 2.0, 7.0, 3.0, 4.0, 0.0, 8.0])
    index, height = maxima_above(power, 4.5, 5)
    # of equal neighbours none is above the next but the first is; ends are no maxima
    assert index.tolist() == [5, 2]
    assert height.tolist() == [7.0, 5.0]
    assert maxima_above(power, 0.0, 1)[0].tolist() == [5]
    assert maxima_above(power, 10.0, 5)[0].size == 0
