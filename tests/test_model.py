"""The model as something to ask: predictions, residuals, and what they mean outside the data."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from epicycle import find_cycles
from epicycle.model import CycleModel
from generators import sinusoids

LINES = [(0.3137, 2.0, 0.1), (0.7421, 1.0, 0.4)]


def fitted(**options: object) -> tuple[object, CycleModel]:
    problem = sinusoids(1, 300, 100.0, LINES, 0.5, **options)
    return problem, find_cycles(problem.t, problem.y, problem.dy, group=problem.group)


def test_prediction_plus_residual_is_the_data() -> None:
    for options in (
        {},
        {"trend": [5.0]},
        {"errors": True},
        {"groups": 3, "offsets": [0.0, 9.0, -7.0]},
    ):
        problem, model = fitted(**options)
        back = model.predict(problem.t, group=problem.group) + model.residual
        # predictions repeat the fit's own arithmetic: rounding of values up to 10
        np.testing.assert_allclose(back, problem.y, atol=1e-11)
        assert model.residual.shape == problem.y.shape
        rms = np.sqrt(np.mean((model.residual - model.residual.mean()) ** 2))
        assert model.residual_std == pytest.approx(rms, rel=1e-9)


def test_residuals_keep_the_order_and_the_gaps_of_the_data() -> None:
    problem = sinusoids(2, 200, 100.0, LINES, 0.5)
    order = np.random.default_rng(3).permutation(200)
    y = problem.y[order].copy()
    y[[5, 77]] = np.nan
    model = find_cycles(problem.t[order], y)
    assert model.n_samples == 198
    assert model.n_dropped == 2
    np.testing.assert_array_equal(np.flatnonzero(np.isnan(model.residual)), [5, 77])
    seen = ~np.isnan(y)
    np.testing.assert_allclose(
        model.predict(problem.t[order])[seen] + model.residual[seen], y[seen], atol=1e-11
    )


def test_cycles_are_continued_and_hit_the_future() -> None:
    problem, model = fitted()
    later = np.linspace(100, 130, 200)
    truth = sum(line(later) for line in problem.truth.lines)
    # errors of amplitude and phase are sqrt(2 / 300) * 0.5 = 0.04 per line and grow to three times
    # that by extrapolation over a third of the baseline; trend and mean add 0.06 and its growth
    assert np.abs(model.predict(later) - truth).max() < 0.6
    assert np.corrcoef(model.predict(later), truth)[0, 1] > 0.98


def test_slow_variation_is_not_continued() -> None:
    problem = sinusoids(4, 300, 100.0, [(0.013, 9.0, 0.2), (0.431, 2.0, 0.1)], 0.3)
    model = find_cycles(problem.t, problem.y, trend=0)
    assert {line.kind for line in model.lines} == {"slow", "cycle"}
    inside = model.predict(problem.t)
    assert np.std(inside - problem.truth.signal) < 0.15
    far = model.predict(np.linspace(1000, 1050, 500))
    # outside there is the cycle of amplitude 2 about a constant, not the slow wave of 9
    assert np.ptp(far) == pytest.approx(4.0, abs=0.5)
    assert abs(far.mean() - problem.y.mean()) < 1.0
    # the first and the last sample are inside
    ends = problem.t[[0, -1]]
    assert np.abs(model.predict(ends) - problem.truth.signal[[0, -1]]).max() < 1.0


def test_groups_have_offsets() -> None:
    problem, model = fitted(groups=3, offsets=[0.0, 9.0, -7.0])
    t = np.linspace(0, 100, 50)
    by_group = {g: model.predict(t, group=g) for g in "ABC"}
    # an offset is known to 0.5 / sqrt(100)
    assert np.mean(by_group["B"] - by_group["A"]) == pytest.approx(9.0, abs=5 * 0.07)
    assert np.mean(by_group["C"] - by_group["A"]) == pytest.approx(-7.0, abs=5 * 0.07)
    labels = np.array(list("ABC") * 16 + ["A", "B"])
    each = model.predict(t, group=labels)
    for g in "ABC":
        np.testing.assert_allclose(each[labels == g], by_group[g][labels == g], rtol=1e-12)
    # without a name, the mean of all samples' offsets
    mean = sum(by_group[g] * np.mean(problem.group == g) for g in "ABC")
    np.testing.assert_allclose(model.predict(t), mean, rtol=1e-9)
    with pytest.raises(ValueError, match=r"group 'D' is not among the groups .*: A, B, C\. To fix"):
        model.predict(t, group="D")


def test_several_outputs() -> None:
    problem = sinusoids(5, 300, 100.0, LINES, 0.5)
    y = np.column_stack([problem.y, 10 - 3 * problem.y])
    model = find_cycles(problem.t, y)
    assert model.output_names == ("y0", "y1")
    prediction = model.predict(problem.t)
    assert prediction.shape == (300, 2)
    np.testing.assert_allclose(prediction + model.residual, y, atol=1e-10)
    np.testing.assert_allclose(prediction[:, 1], 10 - 3 * prediction[:, 0], atol=1e-5)
    named = find_cycles(problem.t, pd.DataFrame(y, columns=["u", "v"]))
    assert named.output_names == ("u", "v")
    one_column = find_cycles(problem.t, problem.y[:, None])
    assert one_column.predict(problem.t).shape == (300, 1)
    assert isinstance(one_column.cycles[0].amplitude, tuple)


def test_times_to_predict_are_of_the_kind_of_the_data() -> None:
    problem, model = fitted()
    with pytest.raises(TypeError, match=r"t must be numbers, as in the data that were fitted"):
        model.predict(np.array(["2024-01-01"], dtype="M8[D]"))
    with pytest.raises(ValueError, match=r"t has 1 values that are NaN or infinite"):
        model.predict([1.0, np.nan])
    start = np.datetime64("2024-01-01", "ns")
    dates = start + (problem.t * 86400e9).astype("m8[ns]")
    of_dates = find_cycles(dates, problem.y)
    with pytest.raises(TypeError, match=r"t must be datetimes, as in the data that were fitted"):
        of_dates.predict([1.0])
    # other kinds of datetime are as good; nanoseconds of rounding are 1e-14 d
    for same in (pd.DatetimeIndex(dates), pd.Series(dates), pd.DatetimeIndex(dates, tz="UTC")):
        np.testing.assert_allclose(of_dates.predict(same), of_dates.predict(dates), atol=1e-9)
    np.testing.assert_allclose(of_dates.predict(dates), model.predict(problem.t), atol=1e-6)


@given(st.floats(-1e6, 1e6))
def test_predictions_are_finite_anywhere(t: float) -> None:
    assert np.isfinite(MODEL.predict([t])).all()


MODEL = fitted()[1]


def test_the_time_of_maximum_is_one() -> None:
    for cycle in MODEL.cycles:
        top = cycle.time_of_maximum
        assert MODEL.reference_time <= top < MODEL.reference_time + cycle.period
        assert top == pytest.approx(MODEL.reference_time + cycle.phase * cycle.period, abs=1e-9)
        assert abs(cycle.time_of_maximum_error - cycle.phase_error * cycle.period) < (
            0.2 * cycle.time_of_maximum_error
        )
    true = LINES[0]
    cycle = MODEL.cycles[0]
    # A cos 2 pi (f t - phase) is highest where f t - phase is an integer
    off = (true[0] * cycle.time_of_maximum - true[2] + 0.5) % 1 - 0.5
    assert abs(off) / true[0] < 4 * cycle.time_of_maximum_error


def test_times_come_back_in_the_zone_of_the_data() -> None:
    t = pd.date_range("2024-01-01", periods=24 * 40, freq="h", tz="Europe/Berlin")
    y = np.cos(2 * np.pi * np.arange(len(t)) / 12.42) + 0.1 * np.random.default_rng(6).normal(
        size=len(t)
    )
    model = find_cycles(t, y, unit="h")
    cycle = model.cycles[0]
    assert cycle.period == pytest.approx(12.42, abs=4 * cycle.period_error)
    assert str(model.reference_time.tzinfo) == "Europe/Berlin"
    assert isinstance(cycle.time_of_maximum, dt.datetime)
    hours = (cycle.time_of_maximum - t[0].to_pydatetime()).total_seconds() / 3600
    off = (hours / 12.42 + 0.5) % 1 - 0.5
    assert abs(off) * 12.42 < 4 * cycle.time_of_maximum_error
    naive = find_cycles(t.tz_localize(None), y)
    assert naive.reference_time.tzinfo is None


def test_the_samples_are_kept_for_pictures() -> None:
    problem, model = fitted()
    t, y, group = model.samples
    assert t is problem.t
    assert y is problem.y
    assert group is None
