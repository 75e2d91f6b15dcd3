"""Series that cannot be searched say what they say alone."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from epicycle import find_cycles
from epicycle.screening.screen import screen
from tests.screening.series import stacked


def test_bad_series_say_what_they_say_alone():
    rng = np.random.default_rng(0)
    t = rng.uniform(0, 30, 40)
    good = 3 * np.sin(2 * np.pi * t / 3) + rng.normal(size=40)
    series = {
        "good": (t, good, np.ones(40)),
        "infinite": (t, np.where(t < 5, np.inf, good), np.ones(40)),
        "no errors": (t, good, np.where(t < 5, -1.0, 1.0)),
        "same time": (np.full(40, 2.0), good, np.ones(40)),
        "two times": (np.where(t < 5, 1.0, 2.0), good, np.ones(40)),
        "one sample": (t[:1], good[:1], np.ones(1)),
        "missing": (t, np.full(40, np.nan), np.ones(40)),
        "tiny": (t, good * 1e-80, np.ones(40)),
        "constant": (t, np.full(40, 3.7), np.ones(40)),
        "line": (t, 2.0 - 0.3 * t, np.ones(40)),
        "partly missing": (t, np.where(t < 5, np.nan, good), np.where(t < 5, np.nan, 1.0)),
    }
    ts, ys, dys, names = stacked(series)
    found = screen(ts, ys, dys, series=names)
    for k, (name, (a, b, c)) in enumerate(series.items()):
        if found.error[k] is not None:
            with pytest.raises(ValueError, match=re.escape(found.error[k])):
                find_cycles(a, b, c, harmonics=1, max_cycles=1)
            assert np.isnan(found.period[k])
            assert not found.significant[k]
            assert found.n_samples[k] == 0
        else:
            alone = find_cycles(a, b, c, harmonics=1, max_cycles=1)
            assert found.n_samples[k] == alone.n_samples
            assert found.note[k] == ("constant" if name in ("constant", "line") else "")
            assert bool(found.significant[k]) == bool(alone.cycles)
    assert sum(e is not None for e in found.error) == 7


SIZES = st.sampled_from([1e-300, 1e-69, 1e-9, 1.0, 3.0, 1e15, 1e69, 1e80, 1e300])
NUMBERS = st.one_of(
    st.floats(-100, 100),
    SIZES,
    SIZES.map(lambda size: -size),
    st.sampled_from([0.0, np.nan, np.inf, 1.0, 2.0]),
)


@settings(max_examples=80, deadline=None)
@given(
    t=st.lists(NUMBERS, min_size=40, max_size=40),
    y=st.lists(NUMBERS, min_size=40, max_size=40),
    w=st.lists(NUMBERS, min_size=40, max_size=40),
    scatter=st.sampled_from([None, "dy", "weights"]),
    wild=st.tuples(st.booleans(), st.booleans(), st.booleans()),
)
def test_whatever_the_numbers_there_is_a_line_or_a_reason(t, y, w, scatter, wild):
    # (warnings are errors here: nothing overflows either)
    rng = np.random.default_rng(0)
    usual = (rng.uniform(0, 9, 40), rng.normal(size=40), rng.uniform(0.5, 2.0, 40))
    columns = [np.array(c) if odd else u for c, u, odd in zip((t, y, w), usual, wild, strict=True)]
    given = {} if scatter is None else {scatter: np.abs(columns[2])}
    limits = {"max_frequencies": 1e4}
    found = screen(columns[0], columns[1], series=np.repeat([0, 1], [15, 25]), **given, **limits)
    for k in range(2):
        has_line = np.isfinite(found.frequency[k])
        assert has_line == (found.error[k] is None and found.note[k] in ("", "slow", "edge"))
        if has_line:
            assert 0.0 <= found.false_alarm_probability[k] <= 1.0
            assert -1e-9 <= found.power[k] <= 1.0 + 1e-9
            assert np.isfinite([found.period_error[k], found.amplitude_error[k]]).all()
