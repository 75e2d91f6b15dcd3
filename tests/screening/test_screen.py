"""The strongest sinusoid of each of many series, against slow twins that take one at a time."""

import re
from dataclasses import fields

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize

import oracles
from epicycle import find_cycles
from epicycle.evidence.significance import (
    false_alarm_probability,
    pooled_power,
    sinusoid_false_alarms,
)
from epicycle.evidence.window import Trials
from epicycle.samples.checks import check_samples
from epicycle.samples.data import build_data
from epicycle.screening.screen import Screening, screen
from epicycle.screening.stack import Stack
from epicycle.spectra.plan import Sampling, plan_search


def series_of_all_kinds(rng: np.random.Generator) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Return times and values, by kind of sampling."""

    def values(t: np.ndarray, period: float, amplitude: float) -> np.ndarray:
        trend = 0.02 * (t - t.min()) + 5.0
        signal = amplitude * np.cos(2 * np.pi * (t / period - rng.uniform()))
        return trend + signal + rng.normal(size=len(t))

    irregular = np.sort(rng.uniform(0, 50, 60))
    nights = np.sort(np.floor(rng.uniform(0, 40, 90)) + rng.uniform(0, 0.3, 90))
    ends = np.r_[rng.uniform(0, 2, 20), rng.uniform(48, 50, 20)]
    regular = np.delete(np.arange(80.0) * 0.5, rng.choice(80, 9, replace=False))
    return {
        "irregular": (irregular, values(irregular, 3.3, 1.5)),
        "noise": (irregular + 2e6, values(irregular, 3.3, 0.0)),
        "unsorted": (rng.permutation(irregular), values(irregular, 2.0, 1.0)),
        "nights": (nights, values(nights, 1.7, 1.0)),
        "both ends": (ends, values(ends, 0.9, 2.0)),
        "regular with gaps": (regular, values(regular, 6.1, 1.0)),
        "repeated times": (np.repeat(irregular, 2), values(np.repeat(irregular, 2), 5.0, 0.8)),
        "few": (irregular[::5], values(irregular[::5], 4.0, 3.0)),
        "slow": (irregular, values(irregular, 37.0, 3.0)),
    }


def stacked(parts: dict[str, tuple[np.ndarray, ...]]) -> tuple[np.ndarray, ...]:
    """Return the columns of all series, one below the other, and their labels."""
    columns = [np.concatenate(column) for column in zip(*parts.values(), strict=True)]
    return (*columns, np.repeat(list(parts), [len(part[0]) for part in parts.values()]))


def best_by_scan(
    t: np.ndarray, y: np.ndarray, weights: np.ndarray, low: float, high: float, degree: int = 1
) -> tuple[float, float]:
    """Return frequency and reduction of chi-square of the best sinusoid, by brute force."""
    nuisance = oracles.polynomial(t, degree)
    t = t - t.mean()

    def loss(frequency: float) -> float:
        columns = np.hstack([nuisance, oracles.sinusoid_columns(t, frequency)])
        return oracles.chi_square(columns, y, weights)

    without = oracles.chi_square(nuisance, y, weights)
    # eight points per 1/baseline: a maximum is at most 1/16 from one, and has lost at most 4 %
    # there, even where all samples are at both ends and peaks are as narrow as cos^2(pi f T)
    n = int(np.ceil((high - low) * 8 * np.ptp(t))) + 1
    grid = np.linspace(low, high, n)
    losses = np.array([loss(f) for f in grid])
    best = (np.nan, np.inf)
    for k in np.flatnonzero(losses <= losses.min() + 0.05 * (without - losses.min())):
        around = (max(low, grid[max(k - 1, 0)]), min(high, grid[min(k + 1, n - 1)]))
        found = optimize.minimize_scalar(loss, bounds=around, options={"xatol": 1e-13})
        best = min([best, (found.x, found.fun), (grid[k], losses[k])], key=lambda one: one[1])
    return best[0], without - best[1]


def plan_of(t: np.ndarray, y: np.ndarray, degree: int = 1, dy=None, **limits: float):
    data = build_data(check_samples(t, y, dy), degree)
    return data, plan_search(data, limits.get("minimum_period"), limits.get("maximum_period"))


@pytest.mark.parametrize(("seed", "scatter"), [(0, "alike"), (1, "dy"), (2, "weights")])
def test_the_line_is_the_best_sinusoid_of_the_band(seed, scatter):
    rng = np.random.default_rng(seed)
    parts = series_of_all_kinds(rng)
    t, y, names = stacked(parts)
    w = rng.uniform(0.2, 4.0, len(t)) if scatter != "alike" else np.ones(len(t))
    given = {"dy": {"dy": w**-0.5}, "weights": {"weights": w}, "alike": {}}[scatter]
    found = screen(t, y, series=names, **given)
    assert found.series.tolist() == list(parts)
    assert found.error == (None,) * len(parts)
    for k, name in enumerate(parts):
        own = names == name
        if found.note[k] == "too few":
            assert name == "few"
            assert len(parts[name][0]) < 13
            assert np.isnan(found.frequency[k])
            continue
        _, plan = plan_of(t[own], y[own])
        f, reduction = best_by_scan(
            t[own] - t[own].min(), y[own], w[own], plan.minimum_frequency, plan.maximum_frequency
        )
        without = oracles.chi_square(oracles.polynomial(t[own], 1), y[own], w[own])
        # chi-square of the twin is good to 1e-13, and its minimum is flat: a bracket that ends at
        # the square root of this, 1e-6 line widths, is all that it can tell; the powers agree
        assert found.power[k] == pytest.approx(reduction / without, rel=1e-9)
        assert abs(found.frequency[k] - f) * np.ptp(t[own]) < 1e-5
        assert found.note[k] == ("slow" if f * np.ptp(t[own]) < 5 else "")


@pytest.mark.parametrize("scatter", ["alike", "dy", "weights"])
def test_errors_are_those_of_the_joint_fit(scatter):
    # the inverse of the information of all parameters at once, by a dense design
    rng = np.random.default_rng(5)
    t = rng.uniform(0, 40, 70)
    y = 2 * np.cos(2 * np.pi * (t / 3.7 - 0.3)) + 0.1 * t + rng.normal(size=70)
    w = np.ones(70) if scatter == "alike" else rng.uniform(0.5, 2.0, 70)
    given = {"dy": {"dy": w**-0.5}, "weights": {"weights": w}, "alike": {}}[scatter]
    found = screen(t, y, series=np.zeros(70, dtype=int), **given)
    x = t - np.average(t, weights=w)
    f = float(found.frequency[0])
    pair = oracles.sinusoid_columns(x, f)
    columns = np.column_stack([pair, oracles.polynomial(x, 1)])
    a, b = np.linalg.lstsq(columns * w[:, None] ** 0.5, y * w**0.5, rcond=None)[0][:2]
    slope = 2 * np.pi * x * (b * pair[:, 0] - a * pair[:, 1])
    full = np.column_stack([pair, slope, columns[:, 2:]])
    left = oracles.chi_square(columns, y, w) / (70 - 5)
    scale = max(left, 1.0) if scatter == "dy" else left
    covariance = scale * np.linalg.inv(full.T @ (w[:, None] * full))
    amplitude = np.hypot(a, b)
    assert found.amplitude[0] == pytest.approx(amplitude, rel=1e-9)
    assert found.frequency_error[0] == pytest.approx(covariance[2, 2] ** 0.5, rel=1e-7)
    assert found.period_error[0] == pytest.approx(covariance[2, 2] ** 0.5 / f**2, rel=1e-7)
    along = np.array([a, b, 0, 0, 0]) / amplitude
    assert found.amplitude_error[0] == pytest.approx((along @ covariance @ along) ** 0.5, rel=1e-7)
    turn = np.arctan2(b, a) / (2 * np.pi) % 1.0
    assert found.time_of_maximum[0] == pytest.approx(t.mean() + turn / f, rel=1e-9) or w[0] != 1
    late = np.array([-b, a, 0, 0, 0]) / (2 * np.pi * amplitude**2)
    late[2] = -turn / f
    error = (late @ covariance @ late) ** 0.5 / f
    assert found.time_of_maximum_error[0] == pytest.approx(error, rel=1e-7)


def test_a_clear_cycle_is_that_of_a_full_search():
    # What the full search adds (the noise level around the line, jitter) may change its errors by
    # some tens of per cent and its weights a little; the line is the same to a hundredth of them.
    rng = np.random.default_rng(8)
    parts = {}
    for k in range(6):
        t = np.sort(rng.uniform(0, 60, 80 + 10 * k))
        y = 3 * np.cos(2 * np.pi * t / rng.uniform(1.5, 9.0)) + rng.normal(size=len(t))
        parts[f"s{k}"] = (t, y)
    t, y, names = stacked(parts)
    found = screen(t, y, series=names)
    for k, (own_t, own_y) in enumerate(parts.values()):
        cycle = find_cycles(own_t, own_y, harmonics=1, max_cycles=1).cycles[0]
        assert abs(found.period[k] - cycle.period) < 0.01 * cycle.period_error
        assert abs(found.amplitude[k] - cycle.amplitude) < 0.01 * cycle.amplitude_error
        late = abs(found.time_of_maximum[k] - cycle.time_of_maximum)
        assert late < 0.01 * cycle.time_of_maximum_error
        assert 0.6 < found.period_error[k] / cycle.period_error < 1.1
        # the probability of the full search is that against the noise around the line: compared
        # in its logarithm, which for one in 1e20 is 46
        ours, theirs = np.log([found.false_alarm_probability[k], cycle.false_alarm_probability])
        assert abs(ours - theirs) < 0.2 * abs(theirs)


@pytest.mark.parametrize("with_dy", [False, True])
def test_false_alarm_probabilities_are_those_of_the_formula(with_dy):
    rng = np.random.default_rng(2)
    parts = series_of_all_kinds(rng)
    t, y, names = stacked(parts)
    size = rng.uniform(0.3, 1.3, len(t))
    found = screen(t, y, dy=size if with_dy else None, series=names, false_alarm=0.2)
    for k, name in enumerate(parts):
        own = names == name
        if name == "few":
            continue
        data, plan = plan_of(t[own], y[own], dy=size[own] if with_dy else None)
        w = size[own] ** -2.0 if with_dy else np.ones(own.sum())
        before = oracles.chi_square(oracles.polynomial(t[own], 1), y[own], w)
        power = pooled_power(
            np.array([[before]]),
            np.array([[before * (1 - found.power[k])]]),
            np.array([[float(own.sum())]]),
            2,
            1,
            quiet=np.ones(1),
            least=1.0 if with_dy else 0.0,
        )
        trials = Trials(data, plan.minimum_frequency, plan.maximum_frequency)
        upper = false_alarm_probability(power, own.sum() - 2, trials.upper)
        exact = false_alarm_probability(power, own.sum() - 2, trials.distinct)
        unclear = 1e-6 * 0.2 < upper < 50 * 0.2
        # moments of times far from zero differ in the last digits; the exponent amplifies them
        expected = exact if unclear else upper
        assert found.false_alarm_probability[k] == pytest.approx(expected, rel=1e-6)
        assert found.significant[k] == (expected <= 0.2)


def test_a_night_by_night_series_counts_its_aliases_once():
    # guards the shortcut that leaves out series whose window is low: here it must not apply
    rng = np.random.default_rng(12)
    t = np.floor(rng.uniform(0, 60, 120)) + rng.uniform(0, 0.1, 120)
    y = rng.normal(size=120) + 0.8 * np.cos(2 * np.pi * t / 0.7)
    found = screen(t, y, series=np.zeros(120, dtype=int), minimum_period=0.2)
    data, plan = plan_of(t, y, minimum_period=0.2)
    trials = Trials(data, plan.minimum_frequency, plan.maximum_frequency)
    assert trials.distinct < 0.5 * trials.upper
    power = float(found.power[0])
    expected = false_alarm_probability(power, 118, trials.distinct)
    assert 1e-7 < false_alarm_probability(power, 118, trials.upper) < 0.4
    assert found.false_alarm_probability[0] == pytest.approx(expected, rel=1e-6)


def test_probabilities_of_many_are_those_of_each():
    rng = np.random.default_rng(0)
    power = np.r_[0.0, 1.0, rng.uniform(0, 1, 200) ** 2]
    dof = np.r_[5.0, 5.0, rng.integers(2, 300, 200)]
    width = np.r_[10.0, 10.0, 10.0 ** rng.uniform(0, 5, 200)]
    ours = sinusoid_false_alarms(power, dof, width)
    for k in range(len(power)):
        expected = false_alarm_probability(float(power[k]), float(dof[k]), float(width[k]))
        # logarithms of up to 700 are rounded to 1e-13
        assert ours[k] == pytest.approx(expected, rel=1e-11, abs=1e-300)


@pytest.mark.slow
def test_noise_alarms_as_often_as_is_said():
    # 20,000 series of 100 random times: at 1e-2, 200 are expected, with a scatter of 14; a factor
    # of 1.5 is seven standard deviations.  At 1e-3, 20 with 4.5: two standard deviations, so that
    # the seed matters; 33 (three deviations) is the bound.
    rng = np.random.default_rng(20260101)
    t = rng.uniform(0, 1000, (5000, 100))
    alarms = np.zeros(2)
    for _ in range(4):
        y = rng.normal(size=t.shape)
        found = screen(t.ravel(), y.ravel(), series=np.repeat(np.arange(len(t)), 100))
        alarms += [(found.false_alarm_probability <= p).sum() for p in (1e-2, 1e-3)]
    assert 200 / 1.5 < alarms[0] < 200 * 1.5
    assert 7 < alarms[1] < 34


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    n=st.integers(3, 60),
    kind=st.sampled_from(["random", "raster", "near raster", "repeated", "thin raster"]),
    shortest=st.sampled_from([None, 0.05, 1.3]),
    longest=st.sampled_from([None, 2.0, 30.0]),
)
def test_bands_are_those_of_a_full_search(seed, n, kind, shortest, longest):
    rng = np.random.default_rng(seed)
    several = []
    for k in range(3):
        t = rng.uniform(0, 100, n + k)
        if kind in ("raster", "near raster"):
            t = np.sort(rng.choice(2 * (n + k), n + k, replace=False)) * 0.7
            t = t + (rng.uniform(-1e-3, 1e-3, n + k) if kind == "near raster" else 0.0)
        elif kind == "repeated":
            t = np.concatenate([t[:3], rng.choice(t, n + k - 3)])
        elif kind == "thin raster":
            t = rng.choice(100_000, n + k, replace=False) * 0.01
        several.append(t)
    checked = [check_samples(t, np.zeros(len(t))) for t in several]
    times = check_samples(np.concatenate(several), np.zeros(sum(map(len, several)))).times
    counts = np.array([len(t) for t in several])
    ones = np.ones(counts.sum())
    for sampling, samples in zip(
        Stack.of(times, ones, ones, counts).samplings(), checked, strict=True
    ):
        data = build_data(samples, 1)
        twin = Sampling.of(data)
        assert (sampling.step is None) == (twin.step is None)
        assert sampling.exact == twin.exact
        for name in ("baseline", "n_samples", "step", "typical_gap"):
            if getattr(twin, name) is not None:
                # differences of times that are rounded to 1e-16 of 1e3
                assert getattr(sampling, name) == pytest.approx(getattr(twin, name), rel=1e-9)


def test_bad_series_say_what_they_say_alone():
    rng = np.random.default_rng(0)
    t = rng.uniform(0, 30, 40)
    good = 3 * np.sin(2 * np.pi * t / 3) + rng.normal(size=40)
    series = {
        "good": (t, good, np.ones(40)),
        "infinite": (t, np.where(t < 5, np.inf, good), np.ones(40)),
        "no errors": (t, good, np.where(t < 5, -1.0, 1.0)),
        "same time": (np.full(40, 2.0), good, np.ones(40)),
        "two times": (np.where(t < 5, 1.0, 2.0), good, np.ones(40)),
        "one sample": (t[:1], good[:1], np.ones(1)),
        "missing": (t, np.full(40, np.nan), np.ones(40)),
        "tiny": (t, good * 1e-80, np.ones(40)),
        "constant": (t, np.full(40, 3.7), np.ones(40)),
        "line": (t, 2.0 - 0.3 * t, np.ones(40)),
        "partly missing": (t, np.where(t < 5, np.nan, good), np.where(t < 5, np.nan, 1.0)),
    }
    ts, ys, dys, names = stacked(series)
    found = screen(ts, ys, dys, series=names)
    for k, (name, (a, b, c)) in enumerate(series.items()):
        if found.error[k] is not None:
            with pytest.raises(ValueError, match=re.escape(found.error[k])):
                find_cycles(a, b, c, harmonics=1, max_cycles=1)
            assert np.isnan(found.period[k])
            assert not found.significant[k]
            assert found.n_samples[k] == 0
        else:
            alone = find_cycles(a, b, c, harmonics=1, max_cycles=1)
            assert found.n_samples[k] == alone.n_samples
            assert found.note[k] == ("constant" if name in ("constant", "line") else "")
            assert bool(found.significant[k]) == bool(alone.cycles)
    assert sum(e is not None for e in found.error) == 7


def test_no_series_depends_on_its_neighbours():
    rng = np.random.default_rng(3)
    lengths = rng.integers(14, 400, 40)
    t = rng.uniform(0, 100, lengths.sum())
    y = rng.normal(size=len(t))
    names = np.repeat(np.arange(40), lengths)
    mixed = rng.permutation(len(t))
    together = screen(t[mixed], y[mixed], series=names[mixed])
    for k in (0, 7, 23):
        own = names == together.series[k]
        alone = screen(t[own], y[own], series=names[own])
        for name in ("period", "amplitude", "period_error", "false_alarm_probability", "power"):
            # sums in another order: 1e-16 times the condition of a frequency
            ours, theirs = getattr(together, name)[k], getattr(alone, name)[0]
            assert ours == pytest.approx(theirs, rel=1e-8)


@pytest.mark.parametrize("size", [1e-69, 1e-30, 1e30, 1e69])
@pytest.mark.parametrize("scatter", ["alike", "dy"])
def test_values_of_any_size_give_the_same_line(size, scatter):
    rng = np.random.default_rng(13)
    t = rng.uniform(0, 40, 60)
    y = np.cos(2 * np.pi * t / 3.3) + rng.normal(size=60)
    dy = None if scatter == "alike" else rng.uniform(0.5, 1.0, 60)
    one = np.zeros(60, dtype=int)
    usual = screen(t, y, dy, series=one)
    found = screen(t, size * y, None if dy is None else size * dy, series=one)
    for name in ("period", "period_error", "power", "false_alarm_probability"):
        assert getattr(found, name)[0] == pytest.approx(getattr(usual, name)[0], rel=1e-8)
    assert found.amplitude[0] == pytest.approx(size * usual.amplitude[0], rel=1e-9)
    assert found.amplitude_error[0] == pytest.approx(size * usual.amplitude_error[0], rel=1e-9)


SIZES = st.sampled_from([1e-300, 1e-69, 1e-9, 1.0, 3.0, 1e15, 1e69, 1e80, 1e300])
NUMBERS = st.one_of(
    st.floats(-100, 100),
    SIZES,
    SIZES.map(lambda size: -size),
    st.sampled_from([0.0, np.nan, np.inf, 1.0, 2.0]),
)


@settings(max_examples=80, deadline=None)
@given(
    t=st.lists(NUMBERS, min_size=40, max_size=40),
    y=st.lists(NUMBERS, min_size=40, max_size=40),
    w=st.lists(NUMBERS, min_size=40, max_size=40),
    scatter=st.sampled_from([None, "dy", "weights"]),
    wild=st.tuples(st.booleans(), st.booleans(), st.booleans()),
)
def test_whatever_the_numbers_there_is_a_line_or_a_reason(t, y, w, scatter, wild):
    # (warnings are errors here: nothing overflows either)
    rng = np.random.default_rng(0)
    usual = (rng.uniform(0, 9, 40), rng.normal(size=40), rng.uniform(0.5, 2.0, 40))
    columns = [np.array(c) if odd else u for c, u, odd in zip((t, y, w), usual, wild, strict=True)]
    given = {} if scatter is None else {scatter: np.abs(columns[2])}
    limits = {"max_frequencies": 1e4}
    found = screen(columns[0], columns[1], series=np.repeat([0, 1], [15, 25]), **given, **limits)
    for k in range(2):
        has_line = np.isfinite(found.frequency[k])
        assert has_line == (found.error[k] is None and found.note[k] in ("", "slow", "edge"))
        if has_line:
            assert 0.0 <= found.false_alarm_probability[k] <= 1.0
            assert -1e-9 <= found.power[k] <= 1.0 + 1e-9
            assert np.isfinite([found.period_error[k], found.amplitude_error[k]]).all()


def test_dates_are_counted_and_told_as_dates():
    rng = np.random.default_rng(4)
    hours = np.sort(rng.choice(24 * 60, 200, replace=False))
    y = np.cos(2 * np.pi * (hours - 5) / 24.0) + 0.3 * rng.normal(size=200)
    dates = pd.Timestamp("2024-05-01", tz="Europe/Berlin") + pd.to_timedelta(hours, unit="h")
    found = screen(pd.DatetimeIndex(dates), y, series=["a"] * 200, unit="h")
    cycle = find_cycles(pd.DatetimeIndex(dates), y, unit="h", harmonics=1, max_cycles=1).cycles[0]
    assert abs(found.period[0] - 24) < 4 * found.period_error[0]
    assert abs((found.time_of_maximum[0] - cycle.time_of_maximum).total_seconds()) < 60
    assert found.time_of_maximum[0].tzinfo is not None


def test_power_at_the_edge_of_the_band_is_said():
    rng = np.random.default_rng(5)
    t = rng.uniform(0, 100, 200)
    # half a line width beyond the shortest period: the power rises to the end of the band
    y = np.cos(2 * np.pi * t * (1 / 2.0 + 0.004)) + 0.1 * rng.normal(size=200)
    found = screen(t, y, series=np.zeros(200, dtype=int), minimum_period=2.0)
    assert found.note == ("edge",)
    assert found.frequency[0] == 0.5
    assert found.significant[0]


def test_a_longest_period_says_what_is_slow():
    rng = np.random.default_rng(6)
    t = rng.uniform(0, 100, 200)
    y = np.cos(2 * np.pi * t / 30.0) + 0.3 * rng.normal(size=200)
    one = np.zeros(200, dtype=int)
    assert screen(t, y, series=one).note == ("slow",)
    assert screen(t, y, series=one, maximum_period=50.0).note == ("",)
    assert screen(t, y, series=one, maximum_period=20.0).note == ("slow",)


def test_a_trend_of_any_degree_is_refitted():
    rng = np.random.default_rng(7)
    t = rng.uniform(0, 40, 90)
    y = 1e3 * (t / 20 - 1) ** 3 + np.cos(2 * np.pi * t / 4.1) + rng.normal(size=90)
    for degree in (0, 2, 3, 5):
        found = screen(t, y, series=np.zeros(90, dtype=int), trend=degree)
        _, plan = plan_of(t, y, degree)
        f, reduction = best_by_scan(
            t, y, np.ones(90), plan.minimum_frequency, plan.maximum_frequency, degree
        )
        without = oracles.chi_square(oracles.polynomial(t, degree), y, np.ones(90))
        assert found.power[0] == pytest.approx(reduction / without, rel=1e-9)
        assert abs(found.frequency[0] - f) * np.ptp(t) < 1e-5


def test_a_series_of_many_bands_is_searched_to_its_end():
    # lines near the ends of bands of the grid, and one near the end of the last
    rng = np.random.default_rng(9)
    t = np.sort(rng.uniform(0, 1000, 100))
    for period in (0.0403, 0.1221, 0.61, 7.7):
        y = 3 * np.cos(2 * np.pi * t / period) + rng.normal(size=100)
        found = screen(t, y, series=np.zeros(100, dtype=int), minimum_period=0.04)
        assert abs(found.period[0] - period) < 4 * found.period_error[0]


def test_too_many_frequencies_are_refused_for_the_series():
    rng = np.random.default_rng(10)
    t = rng.uniform(0, 100, 100)
    found = screen(
        t, rng.normal(size=100), series=[0] * 100, minimum_period=1e-4, max_frequencies=1e5
    )
    assert "max_frequencies=100000" in found.error[0]
    assert np.isnan(found.period[0])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"false_alarm": 0.0}, "false_alarm must be"),
        ({"trend": -1}, "trend must be an integer of at least 0"),
        ({"trend": "piecewise"}, "trend must be an integer"),
        ({"minimum_period": 3, "maximum_period": 2}, "minimum_period must be below"),
        ({"y": [[1.0, 2.0]] * 20}, "y must have shape"),
        ({"dy": [1.0] * 3}, "dy must have shape"),
        ({"series": 1}, "series must be one label per sample"),
        ({"series": []}, "series must be one label per sample"),
    ],
)
def test_what_is_refused(arguments, words):
    usual = {"t": np.arange(20.0), "y": np.arange(20.0), "series": np.zeros(20)}
    with pytest.raises(ValueError, match=words):
        screen(**{**usual, **arguments})


def test_nothing_is_mutable():
    found = screen(np.arange(3.0), np.arange(3.0), series=["a", "a", "b"])
    assert isinstance(found, Screening)
    assert found.n_samples.tolist() == [0, 0]
    assert all(e is not None for e in found.error)
    with pytest.raises(AttributeError):
        found.note = ()
    assert {f.name for f in fields(found)} >= {"period", "note", "error"}
