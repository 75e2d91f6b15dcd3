"""The band of events reaches their intervals, and as far beyond as is cheap and means anything."""

import numpy as np
import pytest

from epicycle.events.band import plan_events, stamp_raster
from epicycle.limits import SEARCH
from tests.events.trains import beats, events_as_data, ticks


@pytest.mark.parametrize("scatter", [0.0, 1e-4, 0.01, 0.05])
@pytest.mark.parametrize("n", [12, 300])
def test_the_mean_interval_is_inside(n: int, scatter: float) -> None:
    for make in (ticks, beats):
        data = events_as_data(make(np.random.default_rng([n, 1]), n, scatter))
        band = plan_events(data, None, None, "auto")
        assert band.plan.maximum_frequency > 1.4
        assert band.plan.strategy == "dense"


def test_the_default_band_is_as_wide_as_a_dense_search_is_quick() -> None:
    data = events_as_data(np.sort(np.random.default_rng(2).uniform(0, 1000, 400)))
    band = plan_events(data, None, None, "auto")
    assert SEARCH.dense_upto - 3 <= band.plan.n_frequencies <= SEARCH.dense_upto
    assert band.plan.strategy == "dense"
    # slow cycles do not pay for it more than twice
    assert band.trials(0.9 * band.near) == pytest.approx(2 * band.near_width)
    assert band.trials(1.1 * band.near) == pytest.approx(2 * band.width)
    assert band.near_width < 0.1 * band.width


def test_a_band_that_the_user_names_is_one() -> None:
    data = events_as_data(np.sort(np.random.default_rng(3).uniform(0, 1000, 400)))
    band = plan_events(data, 0.5, 100.0, "auto")
    assert band.plan.maximum_frequency == pytest.approx(2.0)
    assert band.plan.minimum_frequency == pytest.approx(0.01)
    assert band.trials(0.1) == band.trials(1.9) == band.width


def test_stamps_end_the_band_however_thin_they_are() -> None:
    rng = np.random.default_rng(4)
    t = np.unique(rng.integers(0, 100_000, 500)) / 60.0
    data = events_as_data(t)
    assert stamp_raster(data, 1e-4) == pytest.approx(1 / 60, rel=1e-9)
    assert stamp_raster(data, 0.1) is None
    assert stamp_raster(events_as_data(t + rng.normal(0, 1e-4, len(t))), 1e-3) is None
    assert plan_events(data, None, None, "auto").plan.maximum_frequency == pytest.approx(30.0)


def test_stamps_that_events_share_are_no_clock() -> None:
    # as many as there are steps: some are left out, and some are shared
    t = np.sort(np.random.default_rng(5).integers(0, 400, 400)).astype(float)
    assert plan_events(events_as_data(t), None, None, "auto").plan.maximum_frequency == 0.5
