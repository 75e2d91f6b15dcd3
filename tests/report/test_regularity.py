"""Rest and activity in a report."""

import numpy as np
import pandas as pd

import epicycle
from epicycle.report import regularity
from epicycle.report.days import plan_actogram
from epicycle.views.series import Series
from tests.behaviour.wrists import wrist


def searched(t, y, **options):
    return epicycle.find_cycles(t, y, unit="h", harmonics=1, minimum_period=12.0, **options)


def test_onsets_are_where_they_are_on_the_clocks_of_the_zone():
    hours, counts, onset, _ = wrist(9, epoch=30)
    start = pd.Timestamp("2024-05-01", tz="Asia/Tokyo")
    stamps = pd.DatetimeIndex(start + pd.to_timedelta(hours, unit="h"))
    model = searched(stamps, counts)
    found = regularity.rest_and_activity(model)
    assert (found.clock, found.timezone) == ("local", "Asia/Tokyo")
    plan = plan_actogram(model, Series.of(model, 0), found)
    away = np.abs(24 * plan.onsets[:, :1] + plan.onsets[:, 1:] - onset).min(axis=1)
    # to the half hour of an epoch, and what is active by chance
    assert np.median(away) < 0.5


def test_it_is_left_out_where_it_has_no_place():
    hours, counts, _, _ = wrist(9, epoch=60)
    slow = searched(hours, np.cos(2 * np.pi * hours / 60) + 0.1 * np.sin(hours))
    assert regularity.rest_and_activity(slow) is None  # no cycle near a day
    rare = searched(hours[::3], np.cos(2 * np.pi * hours[::3] / 24) + 0.01 * (hours[::3] % 7))
    assert rare.cycles
    assert regularity.rest_and_activity(rare) is None
    pooled = searched(hours, counts, group=np.arange(len(hours)) % 2)
    assert pooled.cycles
    assert regularity.rest_and_activity(pooled) is None


def test_reasons_are_told_in_sentences():
    hours, counts, _, _ = wrist(9, epoch=60)
    found = regularity.rest_and_activity(searched(hours, counts - 30.5))
    assert "counts" not in [name for name, *_ in regularity.rows(found)]
    told = regularity.remarks(found)
    assert "counts is not told: values are not all whole numbers from 0 up." in told
    assert all(line.endswith(".") for line in told)
