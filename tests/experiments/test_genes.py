"""``epicycle.rhythms``: tables and arrays say the same, and what cannot be used is one sentence."""

import numpy as np
import pandas as pd
import pytest

from epicycle import rhythms

TIMES = np.repeat(np.arange(0, 48, 4.0), 2)
NAMES = [
    f"{kind}_ZT{t:02.0f}_rep{k}" for t, k in zip(TIMES, [1, 2] * 12, strict=True) for kind in ["WT"]
]


@pytest.fixture(scope="module")
def values():
    y = 6 + np.random.default_rng(1).normal(size=(25, 24))
    y[:5] += 2 * np.cos(2 * np.pi * (TIMES - 3) / 24)
    y[7, 3] = np.nan
    return y


@pytest.fixture(scope="module")
def direct(values):
    return rhythms(TIMES, values, period=24, unit="h")


def same(one, other):
    for name in ("mesor", "amplitude", "phase", "p_value", "q_value", "phase_error"):
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), rtol=1e-9)


def test_each_layout_gives_the_same_rhythms(values, direct):
    ids = [f"gene{k:02d}" for k in range(25)]
    rows = pd.DataFrame(values, columns=NAMES)
    rows.insert(0, "gene", ids)
    found = rhythms(rows, period=24)
    assert (found.unit, found.ids) == ("h", tuple(ids))
    same(found, direct)
    across = pd.DataFrame(values.T, columns=ids)
    across.insert(0, "ZT", TIMES)
    same(rhythms(across, period=24), direct)
    long = rows.melt(id_vars="gene", var_name="sample", value_name="value").dropna()
    long["time"] = long["sample"].str[5:7].astype(float)
    same(rhythms(long.drop(columns="sample"), period=24), direct)
    # what is given wins
    later = rhythms(rows, period=24, times=TIMES + 1)
    np.testing.assert_allclose((later.phase - direct.phase) % 24, 1, rtol=1e-6)


def test_errors_and_weights_say_the_same(values):
    sizes = np.random.default_rng(2).uniform(0.5, 2, values.shape)
    same(
        rhythms(TIMES, values, sizes, period=24),
        rhythms(TIMES, values, weights=3 / sizes**2, period=24),
    )
    same(rhythms(TIMES, values, 0.3, period=24), rhythms(TIMES, values, period=24))


def test_dates_count_hours_from_midnight(values, direct):
    dates = pd.Timestamp("2024-05-01") + pd.to_timedelta(TIMES, unit="h")
    found = rhythms(dates, values, period=24)
    assert found.unit == "h"
    same(found, direct)


def test_a_frame_of_values_brings_its_names(values):
    found = rhythms(TIMES, pd.DataFrame(values[:2], index=["Per1", "Alb"]), period=24)
    assert found.ids == ("Per1", "Alb")
    assert rhythms(TIMES, values[0], period=24).ids == (0,)


def test_the_same_input_gives_the_same_numbers(values):
    one, two = (rhythms(TIMES, values, period=24, robust=True) for _ in range(2))
    np.testing.assert_array_equal(one.p_value, two.p_value)


def test_values_of_any_size_give_the_same_rhythms(values, direct):
    for size in (1e200, 1e-250):
        found = rhythms(TIMES, values * size, period=24)
        np.testing.assert_allclose(found.p_value, direct.p_value, rtol=1e-9)
        np.testing.assert_allclose(found.mesor / size, direct.mesor, rtol=1e-9)
        np.testing.assert_allclose(found.amplitude_error / size, direct.amplitude_error, rtol=1e-9)


def test_infinite_values_are_missing_and_large_means_take_no_digits(values):
    infinite = np.where(np.isnan(values), np.inf, values)
    infinite[8, :2] = [np.inf, -np.inf]
    expected = np.where(np.isfinite(infinite), infinite, np.nan)
    same(rhythms(TIMES, infinite, period=24), rhythms(TIMES, expected, period=24))
    found = rhythms(TIMES, np.round(values, 1) + 1e11, period=24)
    assert set(found.reason) == {""}


def test_samples_of_a_part_of_the_period_are_told():
    t = np.arange(0, 12, 2.0)
    found = rhythms(t, np.outer([1.0, 2.0], t), period=24, unit="h")
    assert found.notes == (
        "the samples cover 12 h, 0.5 of a period of 24 h: a trend looks like such a rhythm, and "
        "gets as small a p-value",
    )
    # six times of one day cover it
    assert rhythms(np.arange(0, 24, 4.0), np.ones((1, 6)), period=24).notes == ()


def test_periods_that_are_alike_are_told():
    t = np.arange(0, 120, 12.0)
    found = rhythms(t, np.random.default_rng(3).normal(size=(2, 10)), period=(18, 30), unit="h")
    assert found.notes[0].startswith("the times of the samples do not tell a rhythm of ")


def test_conditions_that_were_fitted_together_are_told(values):
    rows = pd.DataFrame(
        values, columns=[n.replace("WT", "WT" if k < 12 else "KO") for k, n in enumerate(NAMES)]
    )
    found = rhythms(rows.assign(gene=[str(k) for k in range(25)]).set_index("gene"), period=24)
    assert found.notes == (
        "the names of samples tell 2 conditions apart (KO, WT), all of them were fitted "
        "together: samples='KO' takes one of them",
    )
    alone = rhythms(rows, period=24, samples="WT")
    assert (alone.n_times, alone.notes) == (12, ())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"period": -1}, "period must be a positive number"),
        ({"period": (30, 18)}, r"period must be \(shortest, longest\)"),
        ({"period": "day"}, "period must be a positive number"),
        ({"harmonics": 4}, "harmonics must be at most 3"),
        ({"harmonics": 0}, "harmonics must be an integer of at least 1"),
        ({"robust": "ranks"}, "robust must be True or False"),
        ({"dy": np.ones(3)}, r"dy must have shape \(24,\) or \(25, 24\), got \(3,\)"),
        ({"dy": np.zeros(24)}, "standard errors must be positive where values are present, got 0"),
        ({"dy": 1.0, "weights": 1.0}, "dy and weights say the same"),
        ({"weights": -np.ones(24)}, "weights must not be negative"),
        ({"dy": 1.0, "robust": True}, "tests ranks, which know no standard errors"),
        ({"y": np.ones((24, 25))}, "To fix this, pass y.T"),
        ({"y": None}, "y is missing"),
        ({"table": pd.DataFrame(), "y": None}, "the table is empty"),
        ({"ids": ["a"]}, "ids must name the 25 rows of y, got 1 names"),
        ({"table": np.full(24, np.nan)}, "the times hold NaN"),
        ({"table": np.ones((2, 24))}, "the times must be one-dimensional"),
        ({"table": pd.DataFrame({"ZT0": [1.0], "ZT4": [2.0]})}, "a table brings its own values"),
    ],
)
def test_what_cannot_be_used_is_one_sentence(values, change, message):
    wanted = {"table": TIMES, "y": values, "period": 24, **change}
    with pytest.raises(ValueError, match=message):
        rhythms(**wanted)
