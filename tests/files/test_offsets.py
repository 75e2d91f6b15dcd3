"""Stamps whose offset changes: the zone is found, and the values say whose days they keep."""

import numpy as np
import pandas as pd
import pytest

from epicycle.cli.options import SearchOptions, read_samples
from epicycle.files.offsets import keeps_to_clocks, zone_of
from epicycle.files.reading import read_table
from tests.files.tables import rows


def spring(zone, days=20):
    first = "2024-03-01" if "America" in zone else "2024-03-21"
    utc = pd.date_range(first, periods=24 * days, freq="h", tz="UTC")
    local = utc.tz_convert(zone)
    ahead = (local.tz_localize(None) - utc.tz_localize(None)).to_numpy()
    return utc, local, ahead


def waves(local, utc, by_clocks, seed=0, period=24.0):
    shown = (local.tz_localize(None) if by_clocks else utc.tz_localize(None)) - pd.Timestamp("2024")
    noise = 0.3 * np.random.default_rng(seed).normal(size=len(utc))
    return np.cos(2 * np.pi * np.asarray(shown / pd.Timedelta("1h")) / period) + noise


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "America/Havana"])
def test_a_zone_has_the_offsets_that_were_seen(zone):
    utc, local, ahead = spring(zone)
    found = zone_of(utc, ahead)
    assert (utc.tz_convert(found).tz_localize(None) == local.tz_localize(None)).all()
    assert zone_of(utc, ahead + np.timedelta64(7, "m")) is None


def test_values_say_whose_days_they_keep():
    utc, local, ahead = spring("Europe/Berlin")
    assert all(keeps_to_clocks(utc, ahead, waves(local, utc, True, seed)) for seed in range(5))
    assert not any(keeps_to_clocks(utc, ahead, waves(local, utc, False, seed)) for seed in range(5))
    tide = waves(local, utc, False, period=12.42)
    assert not keeps_to_clocks(utc, ahead, tide)
    noise = np.random.default_rng(1).normal(size=(40, len(utc)))
    assert sum(keeps_to_clocks(utc, ahead, y) for y in noise) == 0
    assert not keeps_to_clocks(utc[:9], ahead[:9], noise[0, :9])


def test_a_table_tells_which_clock(write):
    utc, local, _ = spring("Europe/Berlin")
    for by_clocks, clock in ((True, "local"), (False, None)):
        values = waves(local, utc, by_clocks)
        lines = [f"{t.isoformat()},{v:.3f}" for t, v in zip(local, values, strict=True)]
        path = write(rows("time,v", *lines))
        table = read_table(path)
        assert (table.t == utc).all()
        assert table.clock == clock
        assert "--zone" in table.remarks[1]
        assert (str(table.t.tz) == "Europe/Berlin") == by_clocks
    asked = read_samples(SearchOptions(file=str(path), zone="Asia/Tokyo"))
    assert (asked.clock, str(asked.t.tz)) == (None, "Asia/Tokyo")
    assert asked.remarks == ("offsets +01:00 and +02:00 read as instants",)
