"""A record in hours: epochs, gaps, clocks and units."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from epicycle.behaviour.record import hourly, read_record


def test_epochs_are_means_and_nan_where_nothing_is():
    t = np.array([24.0, 24.25, 24.5, 26.0, 49.75])
    record = read_record(t, [1.0, 3.0, 5.0, 7.0, 9.0])
    grid = record.grid(30)
    assert grid.shape == (2, 48)
    np.testing.assert_allclose(grid[0, :5], [2, 5, np.nan, np.nan, 7])
    assert grid[1, 3] == 9
    assert np.isfinite(grid).sum() == 4
    assert record.when(0.0) == 24.0
    assert record.when(25.0) == 49.0
    assert record.assumed


def test_an_hour_needs_half_of_its_epochs():
    grid = np.full((1, 48), np.nan)
    grid[0, :4] = [1, 3, 5, np.nan]
    np.testing.assert_allclose(hourly(grid)[0, :3], [2, 5, np.nan])
    quarter = np.full((1, 96), np.nan)
    quarter[0, [0, 4, 5]] = [1, 2, 4]
    np.testing.assert_allclose(hourly(quarter)[0, :2], [np.nan, 3])


@pytest.mark.parametrize("unit", ["min", "h", "d"])
def test_units_are_told_in_hours(unit):
    hours = np.arange(0, 72, 0.5)
    factor = {"min": 60, "h": 1, "d": 1 / 24}[unit]
    record = read_record(hours * factor, np.arange(len(hours)), unit=unit)
    np.testing.assert_allclose(record.hours, hours, atol=1e-9)
    assert record.when(30.0) == pytest.approx(30 * factor)
    assert record.width(None) == 30
    assert not record.assumed


def test_local_days_begin_at_midnight_on_both_sides_of_a_change_of_clocks():
    index = pd.date_range("2024-10-25", periods=5 * 24, freq="h", tz="Europe/Berlin")
    values = index.hour.to_numpy(dtype=float)
    local = read_record(index, values)
    grid = local.grid(60)
    # the day of the change has its hour 2 twice
    assert len(local.values) == 120
    known = np.isfinite(grid)
    np.testing.assert_allclose(grid[known], np.broadcast_to(np.arange(24.0), grid.shape)[known])
    assert local.when(0.0) == dt.datetime(2024, 10, 25, tzinfo=index.tz)
    elapsed = read_record(index, values, clock="elapsed")
    np.testing.assert_allclose(elapsed.grid(60)[4, 0], 23)
    assert str(elapsed.when(0.0)) == "2024-10-25 00:00:00+02:00"


def test_widths_fill_with_samples():
    rng = np.random.default_rng(0)
    regular = read_record(np.arange(0, 100, 1 / 12), rng.normal(size=1200))
    assert regular.width(None) == 5
    # shorter cycles have shorter epochs, which would be empty now and then
    assert regular.width(None, 23.0) == 6
    assert regular.width(None, least=10) == 10
    assert regular.width(12) == 12
    irregular = read_record(np.sort(rng.uniform(0, 100, 1200)), rng.normal(size=1200))
    assert irregular.width(None) == 12


def test_what_cannot_be_used_is_refused():
    t = np.arange(100.0)
    with pytest.raises(ValueError, match="y is constant"):
        read_record(t, np.ones(100))
    with pytest.raises(ValueError, match="is not a unit of time"):
        read_record(t, t, unit="beats")
    with pytest.raises(ValueError, match="2 columns: expected one"):
        read_record(t, np.column_stack([t, t]))
