"""Actograms: days under each other, in local hours."""

import re

import numpy as np
import pytest

import epicycle
from epicycle.report import words
from epicycle.report.days import plan_actogram
from epicycle.views.series import Series
from tests.report.models import daily_events, rhythm


def test_the_actogram_knows_where_the_maximum_moves(model):
    found = plan_actogram(model, Series.of(model, 0))
    assert found.values.shape == (12, 48)
    # day and hour of the first maximum, and 24.6 h later the next
    np.testing.assert_allclose(found.maximum[0], [0, 15], atol=0.2)
    np.testing.assert_allclose(found.maximum[1], [1, 15.6], atol=0.2)
    minutes = re.search(r"comes ([0-9.]+) minutes later", words.of_actogram(model, found))[1]
    assert abs(float(minutes) - 36) < 4 * 60 * model.cycles[0].period_error
    # the light cells are where the maxima are
    day, hour = found.maximum[5]
    row = found.values[int(day)]
    near = row[[int(hour * 2) % 48]]
    assert np.nanmax(near) > np.nanquantile(found.values, 0.8)


def test_the_hours_of_an_actogram_are_those_of_the_zone():
    model = epicycle.find_cycles(*rhythm(24.0, zone="Asia/Tokyo"), unit="h", harmonics=1)
    found = plan_actogram(model, Series.of(model, 0))
    assert found.local
    np.testing.assert_allclose(found.maximum[:, 1], 15.0, atol=0.3)
    assert "stays at the same hour" in words.of_actogram(model, found)


@pytest.mark.parametrize("period", [7.0, 48.0])
def test_no_actogram_of_other_rhythms(period):
    model = epicycle.find_cycles(*rhythm(period), unit="h", harmonics=1)
    assert model.cycles
    assert plan_actogram(model, Series.of(model, 0)) is None


@pytest.mark.parametrize("zone", [None, "Asia/Tokyo"])
def test_the_actogram_of_events_shows_when_they_are_many(zone):
    model, _ = daily_events(zone)
    found = plan_actogram(model, None)
    assert found.values.shape[0] == 30
    assert np.nanmean(found.values) == pytest.approx(1.0)
    by_hour = np.nanmean(found.values, axis=0)
    hours = (np.arange(len(by_hour)) + 0.5) * 24 / len(by_hour)
    assert abs(hours[by_hour.argmax()] - 15) < 2.5
    # an hour without events is an hour of rate 0
    assert np.count_nonzero(found.values == 0) > 10
    np.testing.assert_allclose(found.maximum[:, 1], 15.0, atol=0.5)
