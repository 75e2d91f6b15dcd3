"""A rhythm goes into JSON and comes back the same; what is no rhythm is refused."""

import dataclasses
import datetime as dt
import json
import zoneinfo

import numpy as np
import pytest

from changing.tables import example
from epicycle.changing.documents import SCHEMA, from_dict, to_dict
from epicycle.changing.rhythm import Rhythm, Shift


def shifted() -> Rhythm:
    one = Shift(1003.0, 1.0, -0.1, 0.01, np.nan, np.nan, -2.4, 0.2, 24.0, 0.1, 24.1, 0.1)
    return dataclasses.replace(example(jump=-0.1), shifts=(one,), others=(example(),))


def test_what_is_written_is_read():
    one = shifted()
    text = json.dumps(one.to_dict(), allow_nan=False)
    back = Rhythm.from_dict(json.loads(text))
    t = np.linspace(800, 1200, 50)
    for name in ("turns", "period", "amplitude"):
        for a, b in zip(getattr(one, name)(t), getattr(back, name)(t), strict=True):
            assert (a == b).all()
    assert (one.predict(t) == back.predict(t)).all()
    assert back.verdict == one.verdict
    assert back.maxima == one.maxima
    assert np.isnan(back.shifts[0].hours)
    assert back.shifts[0].duration == -2.4
    assert back.samples is None
    assert to_dict(back) == to_dict(one)


@pytest.mark.parametrize("zone", [None, dt.UTC, zoneinfo.ZoneInfo("Europe/Berlin")])
def test_calendars_and_their_zones_are_kept(zone):
    one = example(calendar=True)
    scale = dataclasses.replace(one.scale, timezone=zone)
    one = dataclasses.replace(one, scale=scale, reference_time=scale.to_user(1000.0))
    back = from_dict(json.loads(json.dumps(to_dict(one))))
    assert back.reference_time == one.reference_time
    assert back.maxima[0].time == one.maxima[0].time
    assert back.scale.calendar


@pytest.mark.parametrize("document", [None, {}, {"schema": "epicycle.cycles/1"}, [1]])
def test_other_documents_are_refused(document):
    with pytest.raises(ValueError, match=r"schema 'epicycle.rhythm/1'"):
        from_dict(document)


@pytest.mark.parametrize("name", ["verdict", "curves", "noise", "maxima", "others"])
def test_incomplete_documents_are_refused(name):
    document = to_dict(example())
    assert document["schema"] == SCHEMA
    del document[name]
    if name == "maxima":  # written for others; here they follow from the curves
        assert from_dict(document).maxima == example().maxima
        return
    with pytest.raises(ValueError, match="not complete"):
        from_dict(document)
