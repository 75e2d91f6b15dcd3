"""Which columns of a frame are used, and which are refused."""

import numpy as np
import pandas as pd
import pytest

from epicycle import find_frame, screen_frame
from tests.many.samples import frame


def test_the_id_may_be_the_index_and_only_one_of_several_outputs_is_told():
    rng = np.random.default_rng(2)
    t = rng.uniform(0, 60, 120)
    band = np.repeat(["g", "r"], 60)
    y = np.where(band == "g", 2.0, 6.0) * np.sin(t * 1.3) + rng.normal(size=120)
    df = pd.DataFrame({"id": "s", "time": t, "value": y, "band": band}).set_index("id")
    told = find_frame(df, group="band", per_group="waveform", minimum_period=2.0)
    assert told["amplitude"].iloc[0] == pytest.approx(6.0, abs=1.0)
    assert told["id"].iloc[0] == "s"


@pytest.mark.parametrize(
    ("change", "options", "problem", "words"),
    [
        ({}, {"min_period": 2}, TypeError, "Did you mean 'minimum_period'"),
        ({}, {"false_alarm": 2}, ValueError, "false_alarm"),
        ({}, {"unit": 7}, (TypeError, ValueError), "unit"),
        ({}, {"value": "Value"}, ValueError, "Did you mean 'value'"),
        ({}, {"value": ["value"]}, TypeError, "the name of one column"),
        ({}, {"value": "time"}, ValueError, "is named twice"),
        ({"time": "2024-01-01"}, {}, TypeError, "pd.to_datetime"),
        ({"value": "1.5"}, {}, TypeError, "pd.to_numeric"),
        ({"id": None}, {}, ValueError, "ids missing"),
    ],
)
@pytest.mark.parametrize("function", [find_frame, screen_frame])
def test_what_cannot_be_used_is_refused_at_once(function, change, options, problem, words):
    with pytest.raises(problem, match=words):
        function(frame().assign(**change), **options)


def test_what_is_no_frame_is_refused():
    with pytest.raises(TypeError, match="must be a pandas DataFrame, got dict"):
        find_frame({"id": [1]})
    twice = pd.concat([frame(), frame()[["value"]]], axis=1)
    with pytest.raises(ValueError, match="several columns 'value'"):
        screen_frame(twice)
