"""CycleRegressor: scikit-learn's own checks, and what they do not look at."""

import pickle
import subprocess
import sys
import warnings

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils.estimator_checks import check_estimator

from epicycle import CycleRegressor, find_cycles
from generators import sinusoids

LINES = [(0.3137, 2.0, 0.1), (0.7421, 1.0, 0.4)]


def column_and_values(seed: int = 1, **options: object) -> tuple[np.ndarray, np.ndarray]:
    problem = sinusoids(seed, 300, 100.0, LINES, 0.5, **options)
    return problem.t[:, np.newaxis], problem.y


def test_scikit_learn_finds_nothing_to_object_to() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its own deprecations
        results = check_estimator(CycleRegressor(), on_fail=None, on_skip=None)
    failed = [(r["check_name"], r["exception"]) for r in results if r["status"] == "failed"]
    assert failed == []
    skipped = {r["check_name"] for r in results if r["status"] != "passed"}
    assert skipped <= {"check_array_api_input"}  # needs an environment variable
    assert len(results) > 50


def test_amplitudes_may_vary():
    rng = np.random.default_rng(1)
    t = np.sort(rng.uniform(0, 100, 300))
    y = (1 + t / 50) * 3 * np.cos(2 * np.pi * 0.3 * t) + rng.normal(size=300)
    options = {"minimum_period": 2.0, "harmonics": 1, "varying_amplitude": True}
    regressor = CycleRegressor(**options).fit(t[:, np.newaxis], y)
    assert regressor.model_.predictor.envelopes
    np.testing.assert_array_equal(
        regressor.predict(t[:, np.newaxis]), find_cycles(t, y, **options).predict(t)
    )


def test_it_is_find_cycles() -> None:
    X, y = column_and_values()
    regressor = CycleRegressor(max_cycles=1, trend=2).fit(X, y)
    model = find_cycles(X[:, 0], y, max_cycles=1, trend=2)
    assert regressor.cycles_ == model.cycles
    mine, theirs = regressor.predict(X, return_std=True), model.predict(X[:, 0], return_std=True)
    assert_array_equal(mine, theirs)
    assert_array_equal(regressor.predict_interval(X, 0.8), model.predict_interval(X[:, 0], 0.8))


@pytest.mark.parametrize("zone", [None, "Europe/Berlin"])
def test_datetimes_are_times(zone: str | None) -> None:
    X, y = column_and_values()
    index = pd.DatetimeIndex(
        np.datetime64("2024-02-01", "ns") + (X[:, 0] * 86400e9).astype("m8[ns]")
    )
    index = index.tz_localize(zone)
    later = pd.date_range("2024-06-01", periods=5, tz=zone)
    expected = find_cycles(index, y, unit="h").predict(later)
    forms = [index, index.to_frame(), index.to_series()]
    if zone is None:
        forms += [index.to_numpy(), index.to_numpy()[:, np.newaxis]]
    for form in forms:
        regressor = CycleRegressor(unit="h").fit(form, y)
        assert regressor.n_features_in_ == 1
        assert_array_equal(regressor.predict(later), expected)
    with pytest.raises(TypeError, match="t must be datetimes, as in the data"):
        regressor.predict([[3.0]])


def test_further_columns_have_a_linear_effect() -> None:
    X, y = column_and_values()
    rng = np.random.default_rng(2)
    Z = rng.normal([5.0, -3.0], [1.0, 10.0], (300, 2))
    both = np.column_stack([X, Z, Z.sum(axis=1)])  # the last says nothing new
    regressor = CycleRegressor().fit(both, y + Z @ [3.0, -0.5])
    assert_allclose([c.frequency for c in regressor.cycles_], [0.3137, 0.7421], atol=1e-3)
    moved = both[:2] + np.array([0.0, 1.0, 2.0, 3.0])
    change = regressor.predict(moved) - regressor.predict(both[:2])
    # errors 0.5 / sqrt(300) for the first, a tenth of that twice for the second
    assert_allclose(change, 3.0 - 1.0, atol=4 * 0.5 / np.sqrt(300))
    # and an interval of what is new is as wide as the noise
    std = regressor.predict(both, return_std=True)[1]
    assert_allclose(std, 0.5, rtol=0.15)


def test_weights_of_zero_leave_samples_out() -> None:
    X, y = column_and_values()
    bad = np.arange(300) % 5 == 0
    spoiled = np.where(bad, 1e3, y)
    weighted = CycleRegressor().fit(X, spoiled, sample_weight=np.where(bad, 0.0, 1.0))
    without = CycleRegressor().fit(X[~bad], y[~bad])
    assert_allclose(weighted.predict(X), without.predict(X), rtol=1e-9)


def test_several_outputs_share_their_frequencies() -> None:
    X, y = column_and_values()
    two = np.column_stack([y, 3.0 - 2.0 * y])
    regressor = CycleRegressor().fit(X, two)
    prediction, std = regressor.predict(X[:7], return_std=True)
    assert prediction.shape == std.shape == (7, 2)
    assert_allclose(prediction[:, 1], 3.0 - 2.0 * prediction[:, 0])
    assert_allclose(std[:, 1], 2.0 * std[:, 0])


def test_in_a_pipeline_and_a_grid_search() -> None:
    X, y = column_and_values()
    pipeline = make_pipeline(FunctionTransformer(lambda hours: hours / 24.0), CycleRegressor())
    search = GridSearchCV(
        pipeline, {"cycleregressor__max_cycles": [1, 2]}, cv=TimeSeriesSplit(3)
    ).fit(24.0 * X, y)
    assert search.best_params_ == {"cycleregressor__max_cycles": 2}
    assert search.score(24.0 * X, y) > 0.8
    lower, upper = search.best_estimator_[-1].predict_interval(X)
    assert 0.9 < np.mean((lower < y) & (y < upper)) < 0.99


# ---- Streams ---------------------------------------------------------------------------------


def test_a_stream_that_fits_is_kept_whole() -> None:
    X, y = column_and_values()
    stream = CycleRegressor()
    for start in range(0, 300, 7):
        stream.partial_fit(X[start : start + 7], y[start : start + 7])
    assert stream.n_samples_seen_ == 300
    assert_allclose(stream.predict(X), CycleRegressor().fit(X, y).predict(X), rtol=1e-9)


def test_a_long_stream_keeps_its_span_in_bounded_memory() -> None:
    rng = np.random.default_rng(3)
    t = np.sort(rng.uniform(0, 5000, 20_000))
    y = np.cos(2 * np.pi * 0.3137 * t) + rng.normal(size=len(t))
    stream = CycleRegressor(max_samples=500, minimum_period=2.0, random_state=0)
    for part in np.split(np.arange(len(t)), 40):
        stream.partial_fit(t[part, np.newaxis], y[part])
    assert stream.n_samples_seen_ == 20_000
    assert stream.model_.n_samples == 500
    assert stream.model_.baseline > 4800  # 500 uniform samples leave out about 10 at each end
    (cycle,) = stream.cycles_
    assert abs(cycle.frequency - 0.3137) < 4 * cycle.frequency_error
    # each fifth of the stream is kept with the same probability: 100 +- 9 samples
    counts, _ = np.histogram(stream.model_.samples[0], 5, (0, 5000))
    assert np.abs(counts - 100).max() < 40


def test_a_stream_starts_with_single_samples_and_says_when_it_is_too_short() -> None:
    stream = CycleRegressor().partial_fit([[0.0]], [1.0])
    with pytest.raises(ValueError, match="t has only 1 distinct value"):
        stream.predict([[1.0]])
    stream.partial_fit([[1.0], [2.0]], [1.0, 1.0])
    assert_allclose(stream.predict([[1.5]]), 1.0)
    with pytest.raises(ValueError, match="X has 2 features, but CycleRegressor is expecting 1"):
        stream.partial_fit([[1.0, 2.0]], [1.0])


def test_a_stream_keeps_its_time_zone() -> None:
    index = pd.date_range("2024-02-01", periods=300, freq="h", tz="Europe/Berlin")
    y = np.cos(2 * np.pi * np.arange(300) / 24) + np.random.default_rng(0).normal(size=300)
    stream = CycleRegressor(max_samples=100, random_state=1)
    stream.partial_fit(index[:150], y[:150]).partial_fit(index[150:], y[150:])
    assert str(stream.cycles_[0].time_of_maximum.tzinfo) == "Europe/Berlin"


def test_fit_forgets_the_stream() -> None:
    X, y = column_and_values()
    regressor = CycleRegressor().partial_fit(X, -y).fit(X, y)
    assert regressor.n_samples_seen_ == 300
    assert_array_equal(regressor.predict(X), CycleRegressor().fit(X, y).predict(X))
    regressor.partial_fit(X, y)
    assert regressor.n_samples_seen_ == 300


def test_it_can_be_pickled_in_the_middle_of_a_stream() -> None:
    X, y = column_and_values()
    stream = CycleRegressor(random_state=0, max_samples=100).partial_fit(X[:150], y[:150])
    other = pickle.loads(pickle.dumps(stream))
    for one in (stream, other):
        one.partial_fit(X[150:], y[150:])
    assert_array_equal(stream.predict(X), other.predict(X))


# ---- Input that is refused -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("X", "y", "weights", "message"),
    [
        (
            [[1.0], [2.0], [3.0], [4.0]],
            [1.0, 2.0, 3.0],
            None,
            "X and y must have the same number of rows",
        ),
        ([[1.0], [2.0], [3.0]], [1.0, np.nan, 2.0], None, "Input y contains NaN"),
        ([[1.0], [np.nan], [3.0]], [1.0, 1.0, 2.0], None, "Input X contains NaN"),
        (
            [[1.0], [2.0], [3.0]],
            [1.0, 1.0, 2.0],
            [0.0, 0.0, 0.0],
            "weights must contain at least one",
        ),
        ([[1.0], [2.0], [3.0]], [1.0, 1.0, 2.0], [1.0, -1.0, 1.0], "[Nn]egative"),
        (pd.DatetimeIndex(["2024", "2025"]), [1.0, 2.0], None, r"X has 2 sample\(s\) while"),
        (pd.DatetimeIndex(["2024", "2025", None]), [1.0, 2.0, 3.0], None, "t has 1 NaT of 3"),
    ],
)
def test_bad_input(X: object, y: object, weights: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        CycleRegressor().fit(X, y, sample_weight=weights)


def test_without_scikit_learn_it_says_what_to_install() -> None:
    program = (
        "import sys; sys.modules['sklearn'] = None\n"
        "import epicycle\n"
        "try: epicycle.CycleRegressor\n"
        "except ModuleNotFoundError as error: print(error)\n"
    )
    out = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert "pip install 'epicycle[sklearn]'" in out.stdout
