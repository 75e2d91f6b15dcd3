"""Columns and types of results are the same whatever was found."""

import numpy as np
import pandas as pd
import pytest

from epicycle import find_frame, screen_frame

DATES = pd.date_range("2024-01-01", periods=80, freq="7h", tz="Europe/Berlin")


@pytest.mark.parametrize("function", [find_frame, screen_frame])
@pytest.mark.parametrize(
    ("ids", "times"),
    [
        (np.repeat([5, 6], 40).astype("int32"), np.arange(80) * 1.1),
        (np.repeat(["a", "b"], 40), DATES),
        (pd.Categorical(np.repeat(["x", "y"], 40)), DATES.tz_localize(None).as_unit("s")),
        (pd.array(np.repeat([5, 6], 40), "Int64"), np.arange(80) * 10**9),
    ],
)
def test_types_depend_on_the_types_of_the_frame_alone(function, ids, times):
    rng = np.random.default_rng(1)
    y = 9 * np.sin(np.arange(80) * 0.8) + rng.normal(size=80)
    df = pd.DataFrame({"id": ids, "time": times, "value": y})
    full, empty, unusable = (function(part) for part in (df, df[:0], df[:1]))
    assert full.dtypes.to_dict() == empty.dtypes.to_dict() == unusable.dtypes.to_dict()
    assert len(full) >= 2
    assert (len(empty), len(unusable)) == (0, 1)
    assert full["time_of_maximum"].notna().any()
    if times is DATES:
        assert full["time_of_maximum"].dt.tz.key == "Europe/Berlin"
        assert full["time_of_maximum"].dropna().between(DATES[0], DATES[-1]).all()
    assert full.index.tolist() == list(range(len(full)))
