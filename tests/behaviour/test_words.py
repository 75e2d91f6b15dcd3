"""What a person reads."""

import numpy as np
from scipy.signal import lfilter

import epicycle
from tests.behaviour.wrists import wrist


def test_the_table_tells_each_statistic_with_what_it_was_made_of():
    hours, counts, _, _ = wrist(5)
    stamps = np.datetime64("2024-03-04T00:00") + (hours * 60).astype("timedelta64[m]")
    found = epicycle.actigraphy(stamps, counts)
    text = found.table()
    for name in ("IS", "IV", "RA", "M10", "L5", "SRI", "onsets", "offsets", "counts"):
        line = next(one for one in text.splitlines() if one.startswith(name + " "))
        assert "[" in line, line
    assert f"IS           {found.IS:.3f}  [120 h with values, on 5 days]" in text
    assert "2024-03-06" in text
    assert "epochs of 10 min" in text


def test_reasons_stand_where_numbers_are_missing():
    hours, counts, _, _ = wrist(20, epoch=30)
    text = epicycle.actigraphy(hours, counts + 0.5).table()
    assert "counts       not told: values are not all whole numbers" in text
    assert "note: times are taken to be in hours" in text
    # of twenty days the six in the middle are left out
    assert "... 6 days more" in text


def test_noise_has_no_rhythm():
    rng = np.random.default_rng(0)
    slow = lfilter([1.0], [1.0, -0.9], rng.normal(size=14 * 144))
    counts = rng.poisson(np.exp(0.5 * slow))
    text = epicycle.actigraphy(np.arange(14 * 144) / 6, counts, unit="h").table()
    assert "cycles, which do not agree on a phase, p = " in text
    assert "onsets       not told: neither periodogram shows a period" in text
    assert "counts       no sinusoid of 24 h told, p = " in text
