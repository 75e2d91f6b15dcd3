"""Model files: nothing lost on the way, nothing half-written, nothing wrong let in."""

import json
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from epicycle import find_cycles
from epicycle.files.model_checks import ModelFileError
from epicycle.files.model_files import (
    SavedModel,
    dumps,
    loads,
    read_model,
    write_model,
)
from epicycle.views.tables import plain_table
from tests.files.model_documents import PROVENANCE, change, refusal, saved


def berlin(t):
    start = pd.Timestamp("2024-03-01", tz="Europe/Berlin")
    return pd.DatetimeIndex(start + pd.to_timedelta(t, unit="D")).round("us")


@pytest.mark.parametrize("times", [lambda t: t, berlin], ids=["numbers", "dates"])
def test_a_model_predicts_alike_after_the_file(tmp_path, times):
    before = saved(times=times)
    write_model(before, tmp_path / "m.json")
    after = read_model(tmp_path / "m.json")
    assert after.provenance == PROVENANCE
    t = times(np.linspace(-50, 150, 40))
    for std in (False, True):
        np.testing.assert_array_equal(
            np.array(before.model.predict(t, return_std=std)),
            np.array(after.model.predict(t, return_std=std)),
        )
    assert [c.period for c in after.model.cycles] == [c.period for c in before.model.cycles]
    assert [p.name for p in tmp_path.iterdir()] == ["m.json"]


def test_the_file_says_where_time_is_counted_from(document):
    assert document["schema"] == "epicycle.model/1"
    assert (document["epoch"], document["time_zone"]) == (0.0, None)
    dated = json.loads(dumps(saved(times=berlin)))
    assert dated["epoch"] == "1970-01-01T00:00:00+00:00"
    assert (dated["unit"], dated["time_zone"]) == ("d", "Europe/Berlin")
    # the reference time is a time of day there, and the number from that epoch
    told = pd.Timestamp(dated["result"]["reference_time"])
    counted = pd.Timestamp(dated["epoch"]) + pd.Timedelta(
        dated["result"]["model"]["reference"], unit="D"
    )
    assert abs((told - counted).total_seconds()) < 1e-3


def test_models_of_events_of_groups_and_of_nothing(tmp_path):
    rng = np.random.default_rng(1)
    t = np.sort(rng.uniform(0, 100, 300))
    kept = t[rng.uniform(0, 1.9, 300) < 1 + 0.9 * np.cos(2 * np.pi * t / 7.3)]
    y = rng.normal(size=300)
    group = np.array(["a", "b"])[(t > 50).astype(int)]
    both = np.column_stack([y, 3 * y + 1])
    for model in (
        find_cycles(kept, minimum_period=2.0),
        find_cycles(t, y, group=group),
        find_cycles(t, pd.DataFrame(both, columns=["u", "v"])),
    ):
        again = loads(dumps(SavedModel(model, PROVENANCE)).encode()).model
        np.testing.assert_array_equal(again.predict(t), model.predict(t))


def test_a_failed_write_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "m.json"
    write_model(saved(), path)
    before = path.read_bytes()

    def interrupt(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("os.replace", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_model(saved(), path)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["m.json"]


def test_other_schemas_and_versions():
    assert "expected the schema 'epicycle.model/1', got None" in refusal([1, 2])
    assert "got 'epicycle.cycles/1'" in refusal({"schema": "epicycle.cycles/1"})
    assert "install the version that wrote it" in refusal({"schema": "epicycle.model/2"})


def test_what_is_not_json():
    assert "is not JSON" in refusal(b"time,value\n1,2\n")
    assert "is not JSON" in refusal(b"\xff\xfe{}")
    assert "too many brackets" in refusal(b"[" * 100_000)
    assert "NaN is no number" in refusal(b'{"schema": NaN}')
    assert "stands twice" in refusal(b'{"schema": 1, "schema": 2}')


def test_dates_in_a_unit_that_is_none():
    dated = json.loads(dumps(saved(times=berlin)))
    for key in (("unit",), ("result", "unit")):
        dated = change(dated, key, "moons")
    assert "'moons', which is not one of time" in refusal(dated)
    dated = json.loads(dumps(saved(times=berlin)))
    for key in (("time_zone",), ("result", "model", "timezone")):
        dated = change(dated, key, "../../etc/passwd")
    assert "is damaged" in refusal(dated)


ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**30), 10**30),
    st.floats(),
    st.text(max_size=5),
    st.lists(st.floats(-1, 1), max_size=3),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)


def places(value, way=()):
    """Yield the way to every part of a document."""
    if way:
        yield way
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in items:
        if isinstance(item, (dict, list)):
            yield from places(item, (*way, key))
        else:
            yield (*way, key)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_no_change_of_a_file_gets_past_unnoticed_or_as_a_traceback(document, data):
    changed = document
    for _ in range(data.draw(st.integers(1, 2))):
        way = data.draw(st.sampled_from(list(places(changed))))
        changed = change(changed, way, data.draw(st.one_of(st.just(KeyError), ANYTHING)))
    raw = json.dumps(changed).replace("Infinity", "1e999").encode()
    try:
        model = loads(raw, "m.json", plain_table).model
    except ModelFileError:
        return
    # what is let in can be used
    assert all(math.isfinite(v) for v in model.predict([0.0, 50.0, 100.0]))
    plain_table(model)


@settings(max_examples=200, deadline=None)
@given(raw=st.binary(max_size=200))
def test_no_bytes_make_a_traceback(raw):
    with pytest.raises(ModelFileError):
        loads(raw)
