"""Bad input is refused in one sentence that says what is wrong; what can be used is used."""

import decimal

import numpy as np
import pandas as pd
import pytest

from epicycle import find_cycles
from epicycle.samples.checks import Samples, check_events, check_samples
from tests.samples.arrays import T, Y, at_four

VALUES = {
    "too short": ((T, Y[:-1]), r"y must have shape \(50,\) or \(50, d\) .* got \(49,\)\. To fix"),
    "a number": ((T, 3.0), r"y must have shape \(50,\) or \(50, d\) to match t, got \(\)"),
    "three axes": ((T, np.zeros((50, 2, 2))), r"y must have shape .* got \(50, 2, 2\)"),
    "transposed": ((T, np.zeros((2, 50))), r"y must have shape .* got \(2, 50\).* one row of y"),
    "no columns": ((T, np.zeros((50, 0))), r"y has no columns: expected shape \(50, d\)"),
    "infinite": ((T, at_four(np.inf)), r"y has 1 infinite values, the first in row 4\. To fix"),
    "all missing": ((T, np.full(50, np.nan)), r"y has no usable value among 50 rows: all are NaN"),
    "dy negative": ((T, Y, -1.0), r"dy must be positive .* 50 values are not, the first in row 0"),
    "dy zero": ((T, Y, at_four(0.0)), r"dy must be positive .* row 4 \(\[0\.0\]\)\. To fix this"),
    "dy missing": ((T, Y, at_four(np.nan)), r"dy must be positive and finite, but 1 .* row 4"),
    "dy infinite": ((T, Y, at_four(np.inf)), r"dy must be positive and finite, but 1 .* row 4"),
    "dy too short": ((T, Y, np.ones(49)), r"dy must be a number or have shape \(50,\).*\(49,\)"),
    "dy of another shape": (
        (T, np.column_stack([Y, Y]), np.ones((50, 3))),
        r"dy must be a number or have shape \(50,\) or \(50, 2\), got \(50, 3\)",
    ),
    "no samples": (([], []), r"t is empty: expected at least 3 samples, got none"),
    "one sample": (([1.0], [1.0]), r"t has only 1 distinct value.* among 1 usable samples"),
    "two samples": (([1.0, 2.0], [1.0, 2.0]), r"t has only 2 distinct .* needs at least 3"),
    "two times": (([1, 1, 2, 2], [1, 2, 3, 4]), r"t has only 2 distinct .* among 4 usable"),
    "one time": ((np.ones(20), np.arange(20.0)), r"t has only 1 distinct .* among 20 usable"),
    "t with a hole": ((at_four(np.nan), Y), r"t has 1 values that are NaN .* at position 4"),
    "three left": (
        (T, np.where(T < 2, Y, np.nan)),
        r"t has only 2 distinct value\(s\) among 2 usable samples",
    ),
}


@pytest.mark.parametrize("name", VALUES)
def test_unusable_values(name: str) -> None:
    arguments, message = VALUES[name]
    with pytest.raises(ValueError, match=message):
        find_cycles(*arguments)


KINDS = {
    "strings": ((T, ["a"] * 50), r"y must be real numbers, got dtype <U1\. To fix this, convert"),
    "complex": ((T, Y * 1j), r"y must be real numbers, got dtype complex128"),
    "dates": ((T, np.full(50, "2024", "M8[D]")), r"y must be real numbers, got dtype datetime64"),
    "objects": ((T, np.array([{}] * 50)), r"y must be real numbers, but a value could not be read"),
    "dy strings": ((T, Y, "a"), r"dy must be real numbers, got dtype <U1"),
    "dy complex": ((T, Y, 1j), r"dy must be real numbers, got dtype complex128"),
    "a column of strings": (
        (T, pd.DataFrame({"a": Y, "b": ["x"] * 50})),
        r"y must be real numbers, but a value could not be read as one .*'x'",
    ),
    "times of strings": ((["x"] * 50, Y), r"t must be numbers or datetimes, got strings"),
}


@pytest.mark.parametrize("name", KINDS)
def test_unusable_kinds(name: str) -> None:
    arguments, message = KINDS[name]
    with pytest.raises(TypeError, match=message):
        find_cycles(*arguments)


def test_the_unit_of_datetimes_is_one_of_time() -> None:
    t = np.datetime64("2024-01-01") + T.astype("m8[D]")
    with pytest.raises(ValueError, match=r"unit='moons' is not a unit of time.* use one of ns"):
        find_cycles(t, Y, unit="moons")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"dy": 1.0}, r"dy was given without y: events have no values\. To fix this, pass y"),
        ({"group": ["a"] * 50}, r"group was given without y: events have no values"),
        ({"known": 3.0}, r"known and exposure apply to values, not to events"),
        ({"exposure": 0.1}, r"known and exposure apply to values, not to events"),
        ({"weights": np.ones(49)}, r"weights must have shape \(50,\) to match t, got \(49,\)"),
    ],
    ids=["dy", "group", "known", "exposure", "weights"],
)
def test_what_events_do_not_have(options: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        find_cycles(T, **options)


def test_too_few_events() -> None:
    with pytest.raises(ValueError, match=r"t has 5 events of weight above 0.* at least 10.* as y"):
        find_cycles(T[:5])
    with pytest.raises(ValueError, match=r"t has 9 events of weight above 0"):
        find_cycles(T, weights=np.where(T < 9, 1.0, 0.0))


# ---- What can be used ----------------------------------------------------------------------


def checked(*args: object, **options: object) -> Samples:
    return check_samples(*args, **options)


@pytest.mark.parametrize(
    "y",
    [
        [1.0, np.nan, 3.0, 4.0],
        np.ma.masked_array([1.0, -99.0, 3.0, 4.0], mask=[0, 1, 0, 0]),
        np.ma.masked_array([1, -99, 3, 4], mask=[0, 1, 0, 0]),
        pd.Series([1.0, None, 3.0, 4.0]),
        pd.Series([1, None, 3, 4], dtype="Int64"),
        pd.Series([1.0, pd.NA, 3.0, 4.0], dtype="Float64"),
        np.array([1.0, None, 3.0, 4.0], dtype=object),
        [decimal.Decimal(1), None, decimal.Decimal(3), decimal.Decimal(4)],
        np.array([1.0, np.nan, 3.0, 4.0], dtype=np.float32),
    ],
    ids=["list", "mask", "int mask", "Series", "Int64", "Float64", "object", "Decimal", "float32"],
)
def test_a_missing_value_is_dropped_and_counted(y: object) -> None:
    samples = checked([0.0, 1.0, 2.0, 3.0], y)
    np.testing.assert_array_equal(samples.y[:, 0], [1.0, 3.0, 4.0])
    np.testing.assert_array_equal(samples.kept, [0, 2, 3])
    assert (samples.n_input, samples.n_dropped) == (4, 1)
    assert samples.output_names is None


@pytest.mark.parametrize("y", [[0, 1, 1], [False, True, True], np.array([0, 1, 1], dtype=np.uint8)])
def test_integers_and_truths_are_numbers(y: object) -> None:
    np.testing.assert_array_equal(checked([0, 1, 2], y).y[:, 0], [0.0, 1.0, 1.0])


def test_a_row_that_is_partly_missing_keeps_the_rest() -> None:
    y = np.array([[1.0, 2.0], [np.nan, 3.0], [np.nan, np.nan], [4.0, np.nan], [5.0, 6.0]])
    samples = checked(np.arange(5.0), y, 2.0)
    np.testing.assert_array_equal(samples.kept, [0, 1, 3, 4])
    np.testing.assert_array_equal(samples.present, [[1, 1], [0, 1], [1, 0], [1, 1]])
    assert np.isfinite(samples.y).all()
    assert np.isfinite(samples.dy).all()
    assert samples.n_dropped == 1


def test_errors_of_missing_values_do_not_matter() -> None:
    samples = checked(np.arange(4.0), [1.0, np.nan, 2.0, 3.0], [1.0, np.nan, 2.0, 3.0])
    np.testing.assert_array_equal(samples.dy[:, 0], [1.0, 2.0, 3.0])


@pytest.mark.parametrize(
    "dy", [0.5, [0.5] * 4, np.full((4, 1), 0.5), np.full((4, 2), 0.5), pd.Series([0.5] * 4)]
)
def test_errors_of_every_shape(dy: object) -> None:
    samples = checked(np.arange(4.0), np.ones((4, 2)), dy)
    np.testing.assert_array_equal(samples.dy, np.full((4, 2), 0.5))


def test_weight_zero_drops_a_sample() -> None:
    samples = checked(np.arange(5.0), np.arange(5.0), weights=[1, 0, 2, 0, 3])
    np.testing.assert_array_equal(samples.kept, [0, 2, 4])
    np.testing.assert_array_equal(samples.weights, [1, 2, 3])


def test_groups_of_every_kind_of_label() -> None:
    for labels in (["b", "a", "b", "a"], [2, 1, 2, 1], pd.Series(["b", "a"] * 2, dtype="category")):
        samples = checked(np.arange(4.0), np.ones(4), group=labels)
        np.testing.assert_array_equal(samples.group, [1, 0, 1, 0])
        assert len(samples.group_labels) == 2
    mixed = checked(np.arange(4.0), np.ones(4), group=np.array(["b", 1, "b", 1], dtype=object))
    assert set(mixed.group_labels) == {"b", 1}


def test_a_group_without_usable_samples_is_forgotten() -> None:
    samples = checked(np.arange(5.0), [1.0, 2.0, np.nan, np.nan, 3.0], group=list("aabbc"))
    assert samples.group_labels == ("a", "c")
    np.testing.assert_array_equal(samples.group, [0, 0, 1])


def test_names_of_outputs() -> None:
    frame = pd.DataFrame({"u": np.ones(4), 7: np.ones(4)})
    assert checked(np.arange(4.0), frame).output_names == ("u", "7")
    assert checked(np.arange(4.0), np.ones((4, 2))).output_names == ("y0", "y1")
    assert checked(np.arange(4.0), np.ones((4, 1))).output_names == ("y0",)
    assert checked(np.arange(4.0), np.ones(4)).output_names is None


def test_order_and_duplicates_are_allowed() -> None:
    t = [3.0, 1.0, 2.0, 1.0]
    samples = checked(t, np.arange(4.0))
    np.testing.assert_array_equal(samples.times.to_float(), t)
    np.testing.assert_array_equal(samples.y[:, 0], np.arange(4.0))


def test_the_arrays_of_the_user_are_left_as_they_are() -> None:
    t, y, dy = T.copy(), np.where(T == 4, np.nan, Y), at_four(2.0)
    group, weights = np.repeat(["a", "b"], 25), at_four(3.0)
    before = [a.copy() for a in (t, y, dy, group, weights)]
    find_cycles(t, y, dy, group=group)
    find_cycles(t, y, group=group, weights=weights)
    for a, b in zip((t, y, dy, group, weights), before, strict=True):
        np.testing.assert_array_equal(a, b)


def test_the_first_bad_weight_is_named() -> None:
    weights = np.ones(6)
    weights[[2, 4]] = -1.0, np.nan
    with pytest.raises(ValueError, match=r"but 2 are not, the first in row 2\. To fix"):
        check_samples(np.arange(6.0), np.arange(6.0), weights=weights)


def test_events_are_those_of_a_weight_above_zero() -> None:
    t, weights = np.arange(12.0), np.r_[0.0, np.geomspace(1e-3, 2.0, 11)]
    events = check_events(t, weights)
    assert len(events.times) == 11
    np.testing.assert_array_equal(events.y[:, 0], weights[1:])
