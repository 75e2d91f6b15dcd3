"""What may be asked of a search has its defaults, and its checks, in one place."""

import inspect
from dataclasses import FrozenInstanceError, fields

import numpy as np
import pandas as pd
import pytest

from epicycle import find_cycles
from epicycle.samples.options import (
    Options,
    check_count,
    check_exposure,
    check_known,
    check_positive,
    check_separable,
)

DEFAULT = {field.name: field.default for field in fields(Options)}

#: Arguments of a search that are data, or belong to one call only.
DATA = {"t", "y", "dy", "group", "weights", "covariates", "progress"}

T = np.arange(50.0)
Y = np.sin(T)


def test_find_cycles_has_every_option_and_the_same_defaults():
    arguments = inspect.signature(find_cycles).parameters
    assert {n: p.default for n, p in arguments.items() if n not in DATA} == DEFAULT
    assert all(arguments[n].kind is inspect.Parameter.KEYWORD_ONLY for n in DEFAULT)


@pytest.mark.parametrize("module", ["regressor", "forecaster"])
def test_estimators_have_the_same_defaults(module):
    pytest.importorskip("sklearn" if module == "regressor" else "sktime")
    from importlib import import_module

    home = import_module(f"epicycle.forecasting.{module}")
    kind = home.CycleRegressor if module == "regressor" else home.CycleForecaster
    shared = {n: p.default for n, p in inspect.signature(kind).parameters.items() if n in DEFAULT}
    assert len(shared) >= 11
    assert shared == {name: DEFAULT[name] for name in shared}


def test_options_reach_the_search():
    # each as it arrives where the search begins, none lost or mixed up on the way
    asked = {
        "per_group": "offset",
        "unit": "h",
        "minimum_period": 3,
        "maximum_period": 40,
        "max_cycles": 2,
        "harmonics": 3,
        "false_alarm": 0.02,
        "drift": True,
        "strategy": "dense",
        "max_frequencies": 1e6,
        "max_seconds": 600.0,
        "max_memory": 2.0,
        "signal_to_noise": 0.5,
        "trend": 2,
        "varying_amplitude": True,
        "known": (5.0,),
        "exposure": 0.1,
        "red_noise": True,
        "loss": "huber",
        "response": "identity",
        "clock": "local",
    }
    # a period asks one question, and leaves nothing to most of them
    assert {*asked, "period"} == DEFAULT.keys()
    assert all(asked[name] != DEFAULT[name] for name in asked if name != "per_group")
    hours = pd.date_range("2024-03-01", periods=50, freq="h", tz="Europe/Berlin")
    model = find_cycles(hours, Y, **asked)
    assert model.origin.task.options.arguments() == {**asked, "period": None}
    goal = model.origin.task.goal
    assert (goal.max_cycles, goal.max_order, goal.false_alarm) == (2, 3, 0.02)
    assert (goal.drift, goal.red_noise, goal.known) == (True, True, (0.2,))
    assert goal.slow_limit == 1 / 40
    assert goal.effort.share == pytest.approx(0.25 / 2.25)
    assert (goal.effort.strategy, goal.effort.max_frequencies) == ("dense", 1e6)
    assert model.search.maximum_frequency == pytest.approx(1 / 3)


def test_a_period_reaches_the_goal():
    goal = find_cycles(T, Y, period=(5, 8), trend=0).origin.task.goal
    assert goal.asked == (1 / 8, 1 / 5)
    assert goal.slow_limit == 0
    assert find_cycles(T, Y, period=6.0).origin.task.goal.asked == (1 / 6, 1 / 6)
    assert find_cycles(T, Y).origin.task.goal.asked is None


@pytest.mark.parametrize(
    ("period", "error"),
    [
        ((28, 20), "range upwards"),
        ((1, 2, 3), "got 3 numbers"),
        (-24, "above 0"),
        ((0, 3), "above 0"),
    ],
)
def test_a_period_is_a_number_or_a_range(period, error):
    with pytest.raises(ValueError, match=error):
        find_cycles(T, Y, period=period)
    with pytest.raises(TypeError, match="period must be a number"):
        find_cycles(T, Y, period="a day")


@pytest.mark.parametrize(
    "also",
    [
        {"minimum_period": 3},
        {"maximum_period": 30},
        {"drift": True},
        {"varying_amplitude": True},
        {"trend": "piecewise"},
        {"per_group": "amplitude"},
    ],
)
def test_a_period_asks_one_question(also):
    with pytest.raises(ValueError, match=f"period .*{next(iter(also))}"):
        find_cycles(T, Y, period=6, **also)


def test_a_period_that_cannot_be_told_is_refused():
    check_separable(24, 30.0, 30.0, 1)
    with pytest.raises(ValueError, match=r"condition number 31;.*lower trend"):
        check_separable(24, 31.0, 30.0, 1)
    with pytest.raises(ValueError, match="condition number infinite; up to 30 is judged"):
        check_separable(24, np.inf, 30.0, 0)


def test_among_takes_options_only():
    options = Options.among({"harmonics": 2, "max_samples": 10, "known": [3.0]})
    assert options == Options(harmonics=2, known=[3.0])


def test_checked_options_are_numbers_of_their_kinds():
    given = Options(known=[3, 4], minimum_period=np.int64(1), exposure=np.float32(0.5), trend=True)
    with pytest.raises(ValueError, match="trend must be an integer of at least 0, got True"):
        given.checked(of_events=False)
    given = Options(known=[3, 4], minimum_period=np.int64(1), exposure=np.float32(0.5), drift=1)
    checked = given.checked(of_events=False)
    assert checked.known == (3.0, 4.0)
    assert [type(x) for x in (checked.minimum_period, checked.exposure)] == [float, float]
    assert checked.drift is True
    assert checked.checked(of_events=False) == checked
    assert given.known == [3, 4]
    with pytest.raises(FrozenInstanceError):
        given.trend = 2


def test_red_noise_is_searched_densely():
    assert Options(red_noise=True).checked(of_events=False).strategy == "dense"
    with pytest.raises(ValueError, match="strategy must be 'dense' or 'auto' with red_noise"):
        Options(red_noise=True, strategy="ladder").checked(of_events=False)


def test_a_bent_trend_is_straight_between_its_bends():
    options = Options(trend="piecewise").checked(of_events=False)
    assert (options.trend, options.degree) == ("piecewise", 1)
    assert Options(trend=3).degree == 3


WRONG = {
    "per_group": ("each", "per_group must be 'auto', 'offset', 'amplitude' or 'waveform'"),
    "minimum_period": (0, "minimum_period must be a finite number above 0"),
    "maximum_period": (np.inf, "maximum_period must be a finite number above 0"),
    "max_cycles": (0, "max_cycles must be an integer of at least 1"),
    "harmonics": (1.5, "harmonics must be an integer of at least 1"),
    "false_alarm": (1.1, "false_alarm must be a finite number above 0 and at most 1"),
    "strategy": ("fast", "strategy must be 'auto', 'dense' or 'ladder', got 'fast'"),
    "max_frequencies": (-1, "max_frequencies must be a finite number above 0"),
    "signal_to_noise": (0, "signal_to_noise must be a finite number above 0"),
    "trend": ("bent", "trend must be a degree"),
    "loss": ("cubes", "loss must be one of auto, squares, huber"),
}


@pytest.mark.parametrize("of_events", [False, True])
@pytest.mark.parametrize("name", WRONG)
def test_what_cannot_be_asked_is_refused_by_name(name, of_events):
    value, message = WRONG[name]
    with pytest.raises(ValueError, match=message):
        Options(**{name: value}).checked(of_events=of_events)
    data = (np.arange(30.0),) if of_events else (T, Y)
    with pytest.raises(ValueError, match=message):
        find_cycles(*data, **{name: value})


@pytest.mark.parametrize(
    "option",
    [
        {"red_noise": True},
        {"varying_amplitude": True},
        {"loss": "huber"},
        {"known": 3.0},
        {"exposure": 0.1},
    ],
    ids=str,
)
def test_what_events_have_not_is_refused(option):
    Options(**option).checked(of_events=False)
    with pytest.raises(ValueError, match=f"{next(iter(option))}.* events"):
        Options(**option).checked(of_events=True)


def test_period_limits_are_in_order():
    with pytest.raises(ValueError, match="minimum_period must be below maximum_period, got 3 and"):
        Options(minimum_period=3, maximum_period=2).checked(of_events=False)
    checked = Options(minimum_period=2, maximum_period=3).checked(of_events=False)
    assert checked.period_limits == (2.0, 3.0)


def test_counts_and_positive_numbers():
    assert check_count(np.int32(3), "n") == 3
    assert check_count(0, "n", minimum=0) == 0
    assert check_positive(1, "x", below=1.0) == 1.0
    for bad in (True, 2.0, "2", 0):
        with pytest.raises(ValueError, match="n must be an integer of at least 1"):
            check_count(bad, "n")
    for bad in ("1", True, [1.0]):
        with pytest.raises(TypeError, match="x must be a number"):
            check_positive(bad, "x")


def test_known_periods_lie_within_the_band():
    assert check_known((4.0, 2.0, 4.0), 1.0, 10.0) == (0.25, 0.5)
    for period, message in ((0.5, "below the shortest"), (20.0, "could be anything")):
        with pytest.raises(ValueError, match=message):
            check_known((period,), 1.0, 10.0)
    # longer than the data, but well told from the trend; or badly
    assert check_known((12.0,), 1.0, 10.0, lambda _: 0.5) == (1 / 12,)
    with pytest.raises(ValueError, match=r"over 10 its amplitude could be anything: 5 %"):
        check_known((12.0,), 1.0, 10.0, lambda _: 0.05)
    with pytest.raises(ValueError, match=r"anything: 0\.9 % of it"):
        check_known((12.0,), 1.0, 10.0, lambda _: 0.00945)
    with pytest.raises(ValueError, match=r"4 and 4\.000001, which the data cannot tell apart"):
        check_known((4.0, 4.000001), 1.0, 10.0)
    for bad in (0.0, -1.0, np.nan, np.inf):
        with pytest.raises(ValueError, match="known must hold finite periods above 0"):
            check_known((bad,), 1.0, 10.0)


def test_an_exposure_is_shorter_than_every_period():
    assert check_exposure(0, 1.0) == 0.0
    for bad in (1.0, -0.1, np.nan):
        with pytest.raises(ValueError, match="exposure must be at least 0 and below the shortest"):
            check_exposure(bad, 1.0)
