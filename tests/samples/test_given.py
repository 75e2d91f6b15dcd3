"""The data as they were given: checked, or some of their rows taken, whatever their kind."""

import numpy as np
import pandas as pd
import pytest

from epicycle.samples.given import Given, take_rows
from epicycle.samples.options import Options

T = np.arange(20.0)
ROWS = np.array([1, 4, 9])


@pytest.mark.parametrize(
    "column",
    [
        T,
        T.tolist(),
        pd.Series(T, index=T + 100),
        pd.DataFrame({"a": T, "b": -T}),
        pd.date_range("2024-01-01", periods=20, freq="D", tz="Europe/Berlin"),
        np.ma.masked_greater(T, 5),
        np.column_stack([T, T]),
        list(map(str, T)),
    ],
    ids=lambda column: type(column).__name__,
)
def test_rows_of_any_kind_keep_their_kind(column):
    taken = take_rows(column, ROWS)
    assert type(taken) is type(column)
    assert len(taken) == 3
    whole = column.to_numpy() if hasattr(column, "to_numpy") else np.asarray(column)
    part = taken.to_numpy() if hasattr(taken, "to_numpy") else np.asarray(taken)
    np.testing.assert_array_equal(part, whole[ROWS])


def test_exact_times_keep_both_parts_and_a_number_serves_all():
    whole, part = take_rows((T, 0.5 * T), ROWS)
    assert (whole.tolist(), part.tolist()) == ([1.0, 4.0, 9.0], [0.5, 2.0, 4.5])
    assert take_rows(0.1, ROWS) == 0.1
    assert take_rows(None, ROWS) is None


def test_rows_are_taken_from_every_array():
    given = Given(T, 2 * T, dy=0.1, weights=None, group=list("ab" * 10), covariates=T**2)
    part = given.rows(ROWS)
    assert part.t.tolist() == [1, 4, 9]
    assert part.y.tolist() == [2, 8, 18]
    assert (part.dy, part.weights) == (0.1, None)
    assert part.group == ["b", "a", "b"]
    assert part.covariates.tolist() == [1, 16, 81]
    assert list(part.arguments()) == ["t", "y", "dy", "weights", "group", "covariates"]


def test_samples_are_checked_in_the_unit_asked_for():
    given = Given(T, np.where(T == 3, np.nan, T), dy=0.5, group=list("ab" * 10))
    samples = given.samples(Options(unit="h"))
    assert samples.scale.unit == "h"
    assert (samples.n_dropped, samples.group_labels) == (1, ("a", "b"))
    assert (samples.dy == 0.5).all()


@pytest.mark.parametrize("name", ["dy", "group", "covariates"])
def test_events_have_no_values(name):
    assert Given(T, None).of_events
    assert not Given(T, T).of_events
    events = Given(T, None, weights=np.where(T == 2, 0.0, 2.0)).events(Options(unit="s"))
    assert len(events.times) == 19
    assert (events.y == 2.0).all()
    assert events.scale.unit == "s"
    with pytest.raises(ValueError, match=f"{name} was given without y: events have no values"):
        Given(T, None, **{name: np.ones(20)}).events(Options())


def test_few_events_are_refused():
    with pytest.raises(ValueError, match="t has 5 events of weight above 0"):
        Given(T[:5], None).events(Options())
