"""One object with times and values is taken apart, or refused with how to pass its columns."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from epicycle.samples.apart import taken_apart
from epicycle.samples.given import Given

T = np.array([0.0, 1.0, 2.5, 4.0])
Y = np.array([1.0, 3.0, 2.0, 5.0])
DATES = pd.date_range("2024-05-01", periods=4)


def assert_parts(parts, dy=None):
    t, y, errors = parts
    np.testing.assert_array_equal(np.asarray(t, dtype=float), T)
    np.testing.assert_array_equal(np.asarray(y, dtype=float), Y)
    if dy is None:
        assert errors is None
    else:
        np.testing.assert_array_equal(np.asarray(errors), dy)


def test_frames_of_every_kind():
    columns = {"time": T, "flux": Y, "flux_err": Y / 10}
    kinds = [dict, pd.DataFrame]
    for module, name in (("polars", "DataFrame"), ("pyarrow", "table"), ("astropy.table", "Table")):
        kinds.append(getattr(pytest.importorskip(module), name))
    for kind in kinds:
        assert_parts(taken_apart(kind(columns)), Y / 10)
    records = np.rec.fromarrays([T, Y], names="t,v")
    assert_parts(taken_apart(records))


def test_an_index_of_dates_is_the_times():
    series = pd.Series(Y, index=DATES)
    for one in (series, series.to_frame("level"), series.to_frame("a").assign(note="x")):
        t, y, _ = taken_apart(one)
        assert (t == DATES).all()
        np.testing.assert_array_equal(y, Y)


def test_times_alone_are_those_of_events():
    for times in (T, list(T), pd.Series(T), pd.Series(DATES), pd.Series(DATES, index=DATES)):
        assert taken_apart(times) is None
        assert Given.of(times).of_events


def test_a_light_curve_and_a_time_series():
    curve = SimpleNamespace(time=T, flux=Y, flux_err=np.full(4, np.nan))
    assert_parts(taken_apart(curve))
    assert_parts(taken_apart(SimpleNamespace(time=T, flux=Y, flux_err=Y / 10)), Y / 10)
    assert_parts(taken_apart(curve, dy=0.5), 0.5)


def test_arrays_of_xarray():
    xarray = pytest.importorskip("xarray")
    array = xarray.DataArray(Y, dims="time", coords={"time": T})
    assert_parts(taken_apart(array))
    assert taken_apart(array.time) is None
    assert_parts(taken_apart(xarray.Dataset({"flux": ("time", Y)}, coords={"time": T})))
    with pytest.raises(TypeError, match="the dimensions x, y: expected one"):
        taken_apart(xarray.DataArray(np.ones((2, 2)), dims=("x", "y")))


@pytest.mark.parametrize(
    "table",
    [{"a": T, "b": Y}, {"time": T, "b": Y, "c": Y}, pd.DataFrame({"time": T, "b": Y, "c": Y})],
    ids=["no-time", "two-values", "frame"],
)
def test_a_table_that_does_not_tell_is_refused(table):
    with pytest.raises(
        TypeError, match=r"columns (time|a), b.*find_cycles\(table\['time'\], table"
    ):
        taken_apart(table)
    wide = pd.DataFrame({"a": Y, "b": Y}, index=DATES)
    with pytest.raises(
        TypeError, match=r"2 columns of numbers.*find_cycles\(frame.index, frame\['a"
    ):
        taken_apart(wide)


def test_given_takes_rows_of_what_it_was_given():
    given = Given.of(pd.Series(Y, index=DATES)).rows(np.array([0, 2]))
    assert list(given.t) == [DATES[0], DATES[2]]
    np.testing.assert_array_equal(given.y, [1, 2])
    time = pytest.importorskip("astropy.time").Time(T, format="jd")
    rows = Given.of(time, Y).rows(np.array([0, 2])).t
    np.testing.assert_array_equal(rows.jd, [0, 2.5])
