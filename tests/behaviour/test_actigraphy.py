"""The whole of `epicycle.actigraphy`, of simulated wrists and mice."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import epicycle
from tests.behaviour.wrists import wrist

#: Five days of hourly values by a formula, for the comparison with another program.
HOUR = np.arange(5 * 24)
VALUES = ((7 * (HOUR % 24) + 3 * (HOUR // 24)) % 11 + 1.0) * (
    (HOUR % 24 >= 7) & (HOUR % 24 < 23)
) + ((HOUR % 24 + HOUR // 24) % 3 == 0)


@pytest.fixture(scope="module")
def person():
    hours, counts, onset, offset = wrist(10)
    return epicycle.actigraphy(hours, counts, unit="h"), onset, offset


def test_numbers_of_a_peer():
    """Computed once with the functions of pyActigraphy 1.2.2 on the same series.

    Its IS and IV divide by N - 1 and p - 1 where Witting et al. have N and p.
    """
    found = epicycle.actigraphy(HOUR, VALUES, rest=1.5)
    n, p = 120, 24
    assert found.IS * (n - 1) / n * p / (p - 1) == pytest.approx(0.5850854202138852, abs=1e-9)
    assert found.IV * (n - 1) / n == pytest.approx(1.413020604159094, abs=1e-9)
    assert (found.M10.onset, found.L5.onset) == (12, 0)
    assert found.M10.level == pytest.approx(6.46, abs=1e-9)
    assert found.L5.level == pytest.approx(0.32, abs=1e-9)
    assert pytest.approx(83.33333333333331, abs=1e-9) == found.SRI


def test_a_person(person):
    found, onset, offset = person
    assert found.refused == {}
    assert found.notes == ()
    assert abs(found.M10.onset - 7) < 7  # anywhere between waking and ten hours before bed
    assert found.L5.onset > 22.5 or found.L5.onset < 2.5
    for edges, truth in ((found.onsets, onset), (found.offsets, offset)):
        assert abs(edges.period - 24) < 3 * edges.period_error
        nearest = np.abs(edges.hours[:, np.newaxis] - truth).min(axis=1)
        assert np.median(nearest) < 0.2
    # sixteen hours awake, half of them on either side of 15 h
    assert abs(found.counts.maximum - 15) < 4 * found.counts.maximum_error
    assert found.counts.dispersion > 10
    assert found.SRI > 80
    assert found.rest_share == pytest.approx(8 / 24, abs=0.05)
    assert found.lomb_scargle.best == pytest.approx(24, abs=found.lomb_scargle.resolution)
    assert found.used["IS"] == found.used["M10"]
    assert (found.used["IS"].days, found.used["IS"].hours) == (10, 240)
    assert found.epoch == 10


def test_a_free_running_mouse():
    hours, counts, _, _ = wrist(14, tau=23.4, wake=20.0, bed=31.0)
    fixed = epicycle.actigraphy(hours, counts, unit="h")
    assert abs(fixed.onsets.period - 23.4) < 3 * fixed.onsets.period_error
    assert any("onsets come every 23." in n and "not 24 h" in n for n in fixed.notes)
    free = epicycle.actigraphy(hours, counts, unit="h", period="auto")
    assert free.period_is == "found"
    assert free.period == pytest.approx(23.4, abs=0.1)
    # in its own cycles the days are alike
    assert free.IS > fixed.IS + 0.2
    assert free.RA > fixed.RA
    assert free.notes == ()
    named = epicycle.actigraphy(hours, counts, unit="h", period=23.4)
    assert named.period_is == "given"
    assert named.M10.length == pytest.approx(10 * 23.4 / 24)
    assert pytest.approx(free.IS, abs=0.05) == named.IS


@settings(max_examples=6, deadline=None)
@given(
    factor=st.sampled_from([1e-6, 0.25, 3.0, 1e5]),
    days=st.integers(0, 20000),
    order=st.booleans(),
)
def test_units_whole_days_and_order_change_nothing(factor, days, order):
    hours, counts, _, _ = wrist(4, epoch=30)
    first = epicycle.actigraphy(hours, counts, unit="h")
    t, y = hours + 24.0 * days, factor * counts
    if order:
        t, y = t[::-1], y[::-1]
    second = epicycle.actigraphy(t, y, unit="h")
    for name in ("IS", "IV", "RA", "SRI"):
        assert getattr(second, name) == pytest.approx(getattr(first, name), rel=1e-9)
    for one, two in ((first.M10, second.M10), (first.L5, second.L5)):
        assert two.onset == one.onset
        assert two.level == pytest.approx(factor * one.level, rel=1e-9)
    np.testing.assert_allclose(second.onsets.hours, first.onsets.hours)


def test_people_keep_their_hours_when_clocks_are_changed():
    index = pd.date_range("2024-10-21", periods=12 * 48, freq="30min", tz="Europe/Berlin")
    awake = (index.hour >= 7) & (index.hour < 23)
    counts = np.where(awake, 50, 0) + np.arange(len(index)) % 3
    local = epicycle.actigraphy(index, counts)
    assert (local.clock, local.timezone) == ("local", "Europe/Berlin")
    assert {f"{one:%H:%M}" for one in local.onsets.times} == {"07:00"}
    elapsed = epicycle.actigraphy(index, counts, clock="elapsed")
    assert elapsed.IS < local.IS
    # six of the hours shown are an hour off after the change, counted as they pass
    assert {f"{one:%H:%M}" for one in elapsed.onsets.times} == {"07:00"}
    assert len(set(np.round(elapsed.onsets.hours % 24, 3))) == 2


def test_gaps_are_counted_not_filled(person):
    hours, counts, _, _ = wrist(10)
    values = counts.astype(float)
    values[(hours >= 72) & (hours < 110)] = np.nan
    found = epicycle.actigraphy(hours, values, unit="h")
    assert found.used["IS"].hours == 240 - 38
    assert found.used["IS"].days == 8
    assert found.n_dropped == 38 * 6
    assert pytest.approx(person[0].IS, abs=0.05) == found.IS
    assert found.days[3].M10 is None
    assert found.days[6].M10 is not None


def test_irregular_samples():
    rng = np.random.default_rng(1)
    t = np.sort(rng.uniform(0, 10 * 24, 3000))
    found = epicycle.actigraphy(t, 5 + 4 * np.cos(2 * np.pi * (t - 15) / 24), unit="h")
    assert found.IS > 0.95
    assert found.IV < 0.2
    assert found.M10.onset == pytest.approx(10, abs=0.5)
    assert "whole numbers" in found.refused["counts"]


def test_too_short_a_record_is_refused():
    hours, counts, _, _ = wrist(4)
    with pytest.raises(ValueError, match="2 days with values in 16 of 24 hours"):
        epicycle.actigraphy(hours[hours < 48], counts[hours < 48])
    with pytest.raises(ValueError, match="unit='d'"):
        epicycle.actigraphy(hours / 24, counts)
    with pytest.raises(ValueError, match="a sample an hour or more"):
        epicycle.actigraphy(hours[::24], counts[::24])
    noise = np.random.default_rng(0).poisson(50.0, len(hours))
    with pytest.raises(ValueError, match="found no period"):
        epicycle.actigraphy(hours, noise, period="auto")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"period": 12}, "between 16 and 32 hours"),
        ({"epoch": 7}, "epoch must be one of"),
        ({"epoch": 5}, "shorter than the gaps between samples, 10 minutes"),
        ({"clock": "wall"}, "clock must be 'auto', 'local' or 'elapsed'"),
        ({"rest": float("nan")}, "rest must be finite"),
        ({"clock": "local"}, "needs t to be datetimes"),
    ],
)
def test_options_are_checked(options, message):
    hours, counts, _, _ = wrist(4)
    with pytest.raises((TypeError, ValueError), match=message):
        epicycle.actigraphy(hours, counts, **options)
