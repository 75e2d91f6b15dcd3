"""Maxima between the points of a grid."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from epicycle.spectra.maxima import inner_maxima, parabolic


@pytest.mark.parametrize("place", [-0.5, -0.2, 0.0, 0.37])
def test_a_parabola_is_found_exactly(place):
    at = np.array([-1.0, 0.0, 1.0])
    left, here, right = 5.0 - 0.3 * (at - place) ** 2
    # of numbers of size 5, differences of .3 are good to 1e-15 of 5 / .3
    assert_allclose(parabolic(left, here, right), (place, 5.0), atol=1e-13)


def test_many_are_found_as_each_is():
    rng = np.random.default_rng(0)
    power = rng.uniform(size=200)
    at = inner_maxima(power)
    shift, height = parabolic(power[at - 1], power[at], power[at + 1])
    assert np.abs(shift).max() <= 0.5
    assert (height >= power[at]).all()
    for k, one in enumerate(at.tolist()):
        assert parabolic(*power[one - 1 : one + 2].tolist()) == (shift[k], height[k])


def test_of_equal_neighbours_the_first_counts_and_ends_do_not():
    assert inner_maxima(np.array([3.0, 1.0, 2.0, 2.0, 1.0, 1.5, 1.0, 4.0])).tolist() == [2, 5]
