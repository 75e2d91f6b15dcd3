"""The band that is searched, and whether a frequency may be learned."""

import numpy as np
import pytest
import torch

from epicycle.optim.band import Band
from epicycle.optim.coordinates import Coordinates

HOURS_IN_DAYS = Coordinates.of(torch.arange(1440, dtype=torch.float64)[:, None] / 24)


def test_a_band_from_zero_on_ends_where_lines_repeat():
    for band in (Band(), Band(0.0, 100.0)):
        assert band.limits(HOURS_IN_DAYS)[1] == pytest.approx([12])
        assert band.reaches_aliases(HOURS_IN_DAYS)
    low, high = Band(12.0, 24.0).limits(HOURS_IN_DAYS)
    assert (low[0], high[0]) == (12.0, 24.0)
    assert not Band(12.0, 24.0).reaches_aliases(HOURS_IN_DAYS)
    assert not Band(0.0, 12.0).reaches_aliases(HOURS_IN_DAYS)


@pytest.mark.parametrize(
    ("band", "frequency", "covered"),
    [
        (Band(), 11.9, True),
        (Band(), -13.0, False),
        (Band(12.0, 24.0), -13.0, True),
        (Band(12.0, 24.0), 25.0, False),
        (Band(0.0, 24.0), 13.0, False),
    ],
)
def test_no_alias_may_be_learned_unless_it_is_named(band, frequency, covered):
    assert band.covers(np.array([frequency]), HOURS_IN_DAYS) == covered
