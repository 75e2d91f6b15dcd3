"""Pictures are checked by the numbers that their artists hold, not by their looks."""

import itertools
import json
import subprocess
import sys
from dataclasses import replace
from itertools import combinations, pairwise
from typing import Any

import numpy as np
import pytest

import epicycle
from epicycle import CycleModel, find_cycles
from epicycle.views import drawing as draw
from epicycle.views.plots import plot_fit, plot_fold, plot_spectrum
from epicycle.views.summary import plot_summary

pytest.importorskip("matplotlib")

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.dates import date2num
from matplotlib.figure import Figure
from matplotlib.text import Text

SIGMA = 1e-3
N = 300

RNG = np.random.default_rng(20)
T = np.sort(RNG.uniform(2451545.0, 2451645.0, N))
FIRST = 2.0 * np.cos(2 * np.pi * T / 7.3 + 1.0) + 0.5 * np.sin(4 * np.pi * T / 7.3)
SECOND = 0.7 * np.sin(2 * np.pi * T / 3.1)
NOISE = SIGMA * RNG.standard_normal(N)
Y = 10.0 + 0.02 * (T - T[0]) + FIRST + SECOND + NOISE

#: Largest deviation of 300 points that are known to within noise and a few fitted numbers: six
#: standard deviations, which one in 1e6 such sets exceeds.
TOLERANCE = 6 * SIGMA

#: Raised digits to plain ones.
RAISED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


@pytest.fixture(scope="module")
def model() -> CycleModel:
    return find_cycles(T, pd.Series(Y, name="speed (m/s)"), unit="d")


@pytest.fixture(scope="module")
def nothing() -> CycleModel:
    return find_cycles(T, NOISE, unit="d")


@pytest.fixture(scope="module")
def grouped() -> CycleModel:
    group = np.where(np.arange(N) % 3 == 0, "north", "south")
    return find_cycles(T, Y + 50.0 * (group == "south"), group=group, unit="d")


@pytest.fixture(scope="module")
def several() -> CycleModel:
    table = pd.DataFrame({"price ($)": FIRST + NOISE, "height": 3 * FIRST + 20 * NOISE})
    return find_cycles(T, table, unit="d")


@pytest.fixture(scope="module")
def calendar() -> CycleModel:
    return find_cycles(local_times(), Y, unit="d")


@pytest.fixture(scope="module")
def document(model: CycleModel) -> CycleModel:
    return CycleModel.from_dict(json.loads(json.dumps(model.to_dict())))


def local_times() -> pd.DatetimeIndex:
    days = pd.to_timedelta(T - 2451545.0, unit="D").round("us")
    return (pd.Timestamp("2024-03-01", tz="UTC") + days).tz_convert("Europe/Berlin")


def parts(figure: Figure, gid: str) -> list[Any]:
    return figure.findobj(lambda artist: artist.get_gid() == gid)


def words(figure: Figure) -> str:
    """Return all that is written in a figure."""
    return "\n".join(t.get_text() for t in figure.findobj(Text))


def number(text: str) -> float:
    """Read a tick label, such as "−2·10⁻⁵"."""
    sign = -1.0 if text.startswith("−") else 1.0
    digits, _, power = text.removeprefix("−").rpartition("·")
    raised = power[2:].translate(RAISED)
    if power.startswith("10") and raised != power[2:]:
        return sign * float(digits or 1) * 10.0 ** int(raised)
    return sign * float(power)


def points(artist: Any) -> tuple[np.ndarray, np.ndarray]:
    return np.asarray(artist.get_xdata(), float), np.asarray(artist.get_ydata(), float)


# ---- Spectrum ------------------------------------------------------------------------------


def test_every_cycle_is_marked_at_its_frequency(model: CycleModel) -> None:
    figure = plot_spectrum(model)
    marks = parts(figure, "cycle")
    assert len(marks) == len(model.cycles) == 2
    places = [float(points(mark)[0][0]) for mark in marks]
    assert places == [cycle.frequency for cycle in model.cycles]
    # the half of the first cycle is a harmonic of it, and marked as such
    ticks = [float(points(tick)[0][0]) for tick in parts(figure, "harmonic")]
    assert ticks == pytest.approx([2 * model.cycles[0].frequency])


def test_marks_stand_on_the_spectrum(model: CycleModel) -> None:
    figure = plot_spectrum(model)
    frequency, power = model.spectrum.frequency, model.spectrum.power
    for mark, cycle in zip(parts(figure, "cycle"), model.cycles, strict=True):
        near = np.abs(frequency - cycle.frequency) < 1 / model.baseline
        height = float(points(mark)[1][0])
        assert 0.5 * power[near].max() <= height <= power[near].max()


def test_spectra_and_threshold_are_those_of_the_result(model: CycleModel) -> None:
    figure = plot_spectrum(model)
    spectrum = model.spectrum
    for gid, expected in [
        ("power", spectrum.power),
        ("residual-power", spectrum.residual_power),
        ("window", spectrum.window),
    ]:
        (line,) = parts(figure, gid)
        x, y = points(line)
        assert y.max() == expected.max()
        assert x[y.argmax()] == spectrum.frequency[expected.argmax()]
    lines = parts(figure, "threshold")
    assert [set(points(line)[1]) for line in lines] == [{spectrum.threshold}] * 2


def test_labels_name_periods_and_unit(model: CycleModel) -> None:
    text = words(plot_spectrum(model))
    for cycle in model.cycles:
        assert f"{draw.brief(cycle.period, cycle.period_error)} d" in text
    assert "frequency (cycles / d)" in text
    assert "period (d)" in text
    assert "own name" in words(plot_spectrum(model, labels={1: "own name"}))


def test_without_a_unit_the_labels_say_so() -> None:
    text = words(plot_spectrum(find_cycles(T, Y)))
    assert "cycles / unit of time" in text
    assert "period (units of time)" in text


def test_ticks_of_the_period_axis_stand_at_their_frequencies(model: CycleModel) -> None:
    figure = plot_spectrum(model)
    (top,) = figure.axes[0].child_axes
    ticks = top.get_xticks()
    assert len(ticks) > 3
    for place, text in zip(ticks, top.get_xticklabels(), strict=True):
        assert 1 / place == pytest.approx(float(text.get_text()), rel=1e-9)


def test_period_range_limits_what_is_shown(model: CycleModel) -> None:
    figure = plot_spectrum(model, period_range=(5.0, 20.0))
    assert len(parts(figure, "cycle")) == 1
    assert figure.axes[0].get_xlim() == pytest.approx((1 / 20, 1 / 5))


@pytest.mark.parametrize("wrong", [(5.0, 5.0), (20.0, 5.0), (0.0, 3.0), (1.0, float("inf"))])
def test_useless_period_ranges_are_refused(model: CycleModel, wrong: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match=r"period_range must be \(shortest, longest\)"):
        plot_spectrum(model, period_range=wrong)


def test_scale_of_the_frequency_axis(model: CycleModel, nothing: CycleModel) -> None:
    scales = {
        scale: plot_spectrum(model, frequency_scale=scale).axes[0].get_xscale()
        for scale in ("linear", "log")
    }
    assert scales == {"linear": "linear", "log": "log"}
    assert plot_spectrum(nothing).axes[0].get_xscale() == "linear"
    with pytest.raises(ValueError, match="frequency_scale must be 'auto', 'linear' or 'log'"):
        plot_spectrum(model, frequency_scale="logarithmic")


def test_spectrum_is_drawn_into_given_axes(model: CycleModel) -> None:
    figure = Figure()
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    assert plot_spectrum(model, ax=axes) is figure
    assert len(parts(figure, "cycle")) == 2
    assert figure.axes == [axes]


@pytest.mark.parametrize("crowded", [False, True])
def test_labels_do_not_overlap(model: CycleModel, crowded: bool) -> None:
    cycle = model.cycles[0]
    shift = 1.03 if crowded else 1.5
    many = [
        replace(cycle, frequency=cycle.frequency * shift**k, period=cycle.period / shift**k)
        for k in range(9)
    ]
    figure = plot_spectrum(replace(model, cycles=tuple(many)))
    figure.canvas.draw()
    names = {draw.brief(c.period, c.period_error) for c in many}
    labels = [t for t in figure.axes[0].texts if t.get_text().removesuffix(" d") in names]
    assert len(labels) == 9
    assert {t.get_rotation() for t in labels} == {90.0 if crowded else 0.0}
    boxes = [label.get_window_extent() for label in labels]
    assert not any(a.overlaps(b) for a, b in combinations(boxes, 2))
    frame = figure.axes[0].get_window_extent()
    assert all(frame.x0 <= box.x0 and box.x1 <= frame.x1 for box in boxes)
    assert all(frame.y0 <= box.y0 and box.y1 <= frame.y1 for box in boxes)
    # and no label hides a peak
    (line,) = parts(figure, "power")
    highest = float(figure.axes[0].transData.transform((1.0, points(line)[1].max()))[1])
    assert all(box.y0 > highest for box in boxes)


def test_spread_is_the_least_shift() -> None:
    rng = np.random.default_rng(3)
    anchors = rng.uniform(100, 300, 6).tolist()
    widths = rng.uniform(20, 50, 6).tolist()
    places = draw.spread(anchors, widths, 5.0, 0.0, 400.0)
    assert places is not None
    order = np.argsort(anchors)
    assert order.tolist() == np.argsort(places).tolist()
    for a, b in pairwise(order.tolist()):
        assert places[b] - places[a] >= (widths[a] + widths[b]) / 2 + 5.0 - 1e-9
    # no shift of any run of neighbours that stays legal is better: the gradient vanishes
    cost = sum((p - a) ** 2 for p, a in zip(places, anchors, strict=True))
    for _ in range(2000):
        other = np.array(places) + rng.normal(0, 2, 6)
        legal = all(
            other[b] - other[a] >= (widths[a] + widths[b]) / 2 + 5.0
            for a, b in pairwise(order.tolist())
        )
        if legal:
            assert ((other - anchors) ** 2).sum() >= cost - 1e-9
    assert draw.spread(anchors, widths, 5.0, 0.0, sum(widths)) is None


def test_a_wide_band_is_shown_around_its_strongest_line() -> None:
    rng = np.random.default_rng(9)
    t = np.sort(rng.uniform(0, 1e6, 2000))
    y = np.sin(2 * np.pi * 3.456789 * t) + 0.1 * rng.standard_normal(2000)
    result = find_cycles(t, y, minimum_period=0.1, strategy="ladder", max_cycles=1, unit="s")
    figure = plot_spectrum(result)
    axes = figure.axes[0]
    assert axes.get_xlim()[0] < 3.456789 < axes.get_xlim()[1]
    assert np.ptp(axes.get_xlim()) < 1e-2
    (power,), (mark,) = parts(figure, "power"), parts(figure, "cycle")
    x, height = points(power)
    assert abs(x[height.argmax()] - points(mark)[0][0]) < 1 / result.baseline
    # tick labels are distances from what the axis label leaves out
    figure.canvas.draw()
    name = figure.axes[1].get_xlabel()
    shift = float(name.removeprefix("frequency − ").removesuffix(" (cycles / s)"))
    for place, text in zip(
        figure.axes[1].get_xticks(), figure.axes[1].get_xticklabels(), strict=True
    ):
        assert shift + number(text.get_text()) == pytest.approx(
            place, abs=1e-3 * np.ptp(axes.get_xlim())
        )
    # the window has an axis of its own
    window = figure.axes[2]
    assert window.get_xlabel() == "distance from a line (cycles / s)"
    assert window.get_xlim()[1] == result.spectrum.window_frequency[-1]
    # and with less than a sample in ten turns nothing is magnified
    assert len(plot_fit(result).axes) == 2


# ---- Fold ----------------------------------------------------------------------------------


def test_folded_points_are_the_waveform_of_their_cycle(model: CycleModel) -> None:
    for number, expected in enumerate([FIRST, SECOND]):
        figure = plot_fold(model, number, bins=0)
        (samples,) = parts(figure, "samples")
        x, y = points(samples)
        assert len(x) == 2 * N
        # in the order of the samples: the data freed of everything else
        assert np.abs(y[:N] - expected).max() < TOLERANCE
        # the noise of each sample is its own; a dozen fitted numbers take sqrt(12 / 300) of it
        assert np.corrcoef(y[:N] - expected, NOISE)[0, 1] > 0.95
        # phase as documented, by plain arithmetic; 2.4e6 d are held to 5e-10 d
        turn = (T - model.reference_time) * model.cycles[number].frequency % 1.0
        assert np.abs(x[:N] - turn).max() < 1e-8
        # the second turn repeats the first
        np.testing.assert_array_equal(y[N:], y[:N])
        np.testing.assert_allclose(x[N:], x[:N] + 1.0)


def test_curve_runs_through_the_folded_points(model: CycleModel) -> None:
    figure = plot_fold(model, 0, bins=0)
    (samples,), (curve,) = parts(figure, "samples"), parts(figure, "waveform")
    x, y = points(samples)
    at, wave = points(curve)
    # between 200 points per turn a line is off by at most (2 pi / 200)^2 / 8 of the amplitude,
    # four times that for the second harmonic
    chord = (2 * np.pi / 200) ** 2 / 8 * (2.0 + 4 * 0.5)
    assert np.abs(np.interp(x, at, wave) - y).max() < TOLERANCE + chord
    # its highest point is where the result says the maximum is
    assert at[wave.argmax()] % 1.0 == pytest.approx(model.cycles[0].phase, abs=0.5 / 200)
    assert np.ptp(wave) / 2 == pytest.approx(model.cycles[0].amplitude, abs=2 * chord)


def test_title_quotes_period_and_amplitude_with_errors(model: CycleModel) -> None:
    cycle = model.cycles[0]
    title = plot_fold(model, 0).axes[0].get_title(loc="left")
    numbers = [
        [float(word) for word in line.replace("±", " ").split() if word[0].isdigit()]
        for line in title.splitlines()
    ]
    assert isinstance(cycle.amplitude_error, float)
    # two digits of the error are 10 to 99, so half of the last one is at most 5 % of it
    half_digit = [0.051 * cycle.period_error, 0.051 * cycle.amplitude_error]
    assert numbers[0] == pytest.approx([cycle.period, cycle.period_error], abs=half_digit[0])
    assert numbers[1] == pytest.approx([cycle.amplitude, cycle.amplitude_error], abs=half_digit[1])
    assert title.splitlines()[0].endswith(" d")


def test_bin_means_are_means_with_standard_errors(nothing: CycleModel, model: CycleModel) -> None:
    figure = plot_fold(model, 1, bins=10, turns=1)
    (samples,), (means,) = parts(figure, "samples"), parts(figure, "bin-means")
    x, y = points(samples)
    at, mean = points(means)
    assert at == pytest.approx((np.arange(10) + 0.5) / 10)
    for k in range(10):
        inside = y[(x >= k / 10) & (x < (k + 1) / 10)]
        assert mean[k] == pytest.approx(inside.mean(), abs=1e-12)
    bars: Any = figure.axes[0].collections[0]
    lengths = [np.ptp(path[:, 1]) / 2 for path in bars.get_segments()]
    first = y[x < 0.1]
    assert lengths[0] == pytest.approx(first.std(ddof=1) / np.sqrt(len(first)), rel=1e-9)


def test_offsets_between_groups_are_removed(grouped: CycleModel) -> None:
    figure = plot_fold(grouped, 0, turns=1, bins=0)
    north, south = parts(figure, "samples")
    first = np.arange(N) % 3 == 0
    assert np.abs(points(north)[1] - FIRST[first]).max() < TOLERANCE
    assert np.abs(points(south)[1] - FIRST[~first]).max() < TOLERANCE
    assert north.get_color() != south.get_color()
    assert north.get_marker() != south.get_marker()


def test_times_of_a_calendar_fold_like_numbers(calendar: CycleModel, model: CycleModel) -> None:
    figure = plot_fold(calendar, 0, turns=1, bins=0)
    (samples,) = parts(figure, "samples")
    x, y = points(samples)
    assert np.abs(y - FIRST).max() < TOLERANCE
    (numbers,) = parts(plot_fold(model, 0, turns=1, bins=0), "samples")
    difference = x - points(numbers)[0]
    # the same moments to 1 us; reference times may differ by as much, 1e-12 turns and rounding
    assert np.abs(difference - np.rint(difference)).max() < 1e-6


def test_a_drifting_cycle_is_folded_along_its_drift() -> None:
    t = np.sort(np.random.default_rng(4).uniform(0, 100, 400))
    drift = 1.0 / 100**2
    signal = np.cos(2 * np.pi * ((t - 50) / 7.3 + 0.5 * drift * (t - 50) ** 2))
    noise = SIGMA * np.random.default_rng(5).standard_normal(400)
    result = find_cycles(t, signal + noise, drift=True, max_cycles=1, unit="d")
    figure = plot_fold(result, 0, bins=0)
    (samples,), (curve,) = parts(figure, "samples"), parts(figure, "waveform")
    x, y = points(samples)
    # with one cycle, a trend of nothing and no mean, the points are the samples themselves
    assert np.abs(y[:400] - signal).max() < TOLERANCE
    # as in the fold without drift: noise, and chords of 100 points per turn
    deviation = np.interp(x, *points(curve)) - y
    assert np.abs(deviation).max() < TOLERANCE + (2 * np.pi / 100) ** 2 / 8


def test_values_that_are_missing_are_not_drawn() -> None:
    y = Y.copy()
    y[::7] = np.nan
    result = find_cycles(T, y, unit="d")
    (samples,) = parts(plot_fold(result, 0, turns=1), "samples")
    assert np.abs(points(samples)[1] - FIRST[np.isfinite(y)]).max() < TOLERANCE


def test_each_output_has_its_own_fold(several: CycleModel) -> None:
    for output, factor in enumerate([1.0, 3.0]):
        figure = plot_fold(several, 0, output=output, turns=1, bins=0)
        (samples,) = parts(figure, "samples")
        noise = [1.0, 20.0][output]
        assert np.abs(points(samples)[1] - factor * FIRST).max() < TOLERANCE * noise
    assert plot_fold(several, 0, output=1).axes[0].get_ylabel() == "height"
    with pytest.raises(ValueError, match=r"output=2 does not exist: the result has 2 output"):
        plot_fold(several, 0, output=2)


def test_cycles_that_do_not_exist_are_refused(model: CycleModel, nothing: CycleModel) -> None:
    with pytest.raises(ValueError, match="has no cycles, so there is nothing to fold"):
        plot_fold(nothing)
    with pytest.raises(ValueError, match=r"cycle=2 does not exist: the result has 2 cycle"):
        plot_fold(model, 2)


# ---- Fit -----------------------------------------------------------------------------------


def test_fit_shows_data_model_and_residual(model: CycleModel) -> None:
    figure = plot_fit(model)
    shift = 2451500.0
    (samples,) = parts(figure, "samples")
    x, y = points(samples)
    assert np.abs(x + shift - T).max() < 1e-9
    # y to within the rounding of residual + model
    assert np.abs(y - Y).max() < 1e-9
    at, curve = points(parts(figure, "model")[0])
    # times of 2.4e6 d are rounded to 5e-10 d; the model changes by at most 6 per day
    assert np.abs(curve - model.predict(at + shift)).max() < 1e-8
    (residual,) = parts(figure, "residual")
    np.testing.assert_array_equal(points(residual)[1], model.residual)
    assert figure.axes[0].get_xlabel() == "time − 2451500 (d)"
    assert figure.axes[0].get_ylabel() == "speed (m/s)"
    assert plot_fit(model, value_label="v (km/s)").axes[0].get_ylabel() == "v (km/s)"


def test_fit_removes_offsets_between_groups(grouped: CycleModel) -> None:
    figure = plot_fit(grouped)
    first = np.arange(N) % 3 == 0
    values = np.empty(N)
    values[first], values[~first] = (points(part)[1] for part in parts(figure, "samples")[:2])
    difference = values - Y
    # both are moved to the mean offset of all samples: two thirds of them are 50 higher
    assert np.abs(difference - 100 / 3).max() < TOLERANCE
    legend = figure.axes[0].get_legend()
    assert legend is not None
    texts = [text.get_text() for text in legend.get_texts()]
    assert texts == ["north: 100 samples", "south: 200 samples", "model"]


def test_time_axis_has_the_zone_of_the_user(calendar: CycleModel) -> None:
    figure = plot_fit(calendar)
    (samples, *_) = parts(figure, "samples")
    moments: Any = local_times().tz_convert("UTC").tz_localize(None).to_numpy()
    expected = date2num(moments)  # type: ignore[no-untyped-call]
    # days since 1970 are rounded to 4e-12 d, moments to 1e-6 s
    assert np.abs(points(samples)[0] - expected).max() < 3e-11
    axes = figure.axes[0]
    assert axes.get_xlabel() == "time (Europe/Berlin)"
    figure.draw_without_rendering()
    # local midnight is a tick: 23 h of the day before in UTC
    ticks = axes.get_xticks()
    local = pd.to_datetime(ticks, unit="D", utc=True).round("s").tz_convert("Europe/Berlin")
    assert len(ticks) >= 3
    assert set(local.hour) == {0}


def test_many_turns_become_a_band_and_a_magnified_part() -> None:
    t = np.sort(np.random.default_rng(6).uniform(0, 100, 2000))
    result = find_cycles(t, 3 * np.sin(2 * np.pi * t / 0.31) + 0.1 * np.cos(t**2), unit="h")
    figure = plot_fit(result)
    band, curve = parts(figure, "model")
    low, high = band.get_datalim(band.axes.transData).intervaly
    # 16,000 random phases leave out no more than 1e-3 turns around the extremes
    assert (low, high) == pytest.approx((-3, 3), abs=0.1)
    x, _ = points(curve)
    assert 6 <= np.ptp(x) / 0.31 <= 24
    shown = points(parts(figure, "samples")[1])[0]
    assert len(shown) == ((t >= x[0]) & (t <= x[-1])).sum() >= 40
    assert [axes.get_xlabel() for axes in figure.axes] == ["time (h)"] * 3


def test_many_samples_are_thinned_and_the_legend_says_so(model: CycleModel) -> None:
    figure = plot_fit(model, max_points=40)
    (samples,), (residual,) = parts(figure, "samples"), parts(figure, "residual")
    assert len(points(samples)[0]) == len(points(residual)[0]) == 40
    legend = figure.axes[0].get_legend()
    assert legend is not None
    assert legend.get_texts()[0].get_text() == "40 of 300 samples"
    (few,) = parts(plot_fold(model, 0, turns=1, max_points=40), "samples")
    assert len(points(few)[0]) == 40


def test_outliers_do_not_squeeze_the_rest_and_are_counted() -> None:
    t = np.arange(1000.0)
    y = np.sin(2 * np.pi * t / 20.3) + 0.1 * np.random.default_rng(8).standard_normal(1000)
    y[500] = 1e6
    result = find_cycles(t, y, unit="s", minimum_period=5)
    figure = plot_fit(result)
    low, high = figure.axes[0].get_ylim()
    assert high - low < 1e5
    assert "1 outside" in words(figure)


# ---- Summary -------------------------------------------------------------------------------


def test_summary_shows_everything(model: CycleModel, tmp_path: Any) -> None:
    figure = plot_summary(model, "speeds.csv")
    assert len(parts(figure, "cycle")) == 2
    assert len(parts(figure, "waveform")) == 2
    for gid in ("power", "residual-power", "window", "residual", "model"):
        assert parts(figure, gid), gid
    text = words(figure)
    assert "speeds.csv" in text
    assert "2 cycles in 300 samples" in text
    for cycle in model.cycles:
        assert draw.quote(cycle.period, cycle.period_error) in text
    path = tmp_path / "summary.png"
    figure.savefig(path)
    picture = path.read_bytes()
    assert picture[:8] == b"\x89PNG\r\n\x1a\n"
    size = (int.from_bytes(picture[16:20], "big"), int.from_bytes(picture[20:24], "big"))
    assert size == (1600, 1000)
    assert np.asarray(figure.canvas.buffer_rgba()).std() > 10  # type: ignore[attr-defined]


def test_summary_of_nothing_tells_the_limit(nothing: CycleModel) -> None:
    figure = plot_summary(nothing)
    assert not parts(figure, "cycle")
    assert not parts(figure, "waveform")
    assert len(parts(figure, "threshold")) == 2
    text = words(figure)
    assert "nothing significant" in text
    assert f"a cycle of amplitude > {nothing.amplitude_limit:.3g}\nwould have been seen" in text


def test_summary_of_several_outputs_says_which_is_shown(several: CycleModel) -> None:
    figure = plot_summary(several)
    text = words(figure)
    assert "2 outputs together, the first of them, price (\\$), is shown" in text
    (samples, *_) = parts(figure, "samples")
    assert np.abs(points(samples)[1][:N] - FIRST).max() < TOLERANCE
    # drawn, so that the dollar sign is not taken for mathematics
    figure.canvas.draw()


def test_summary_of_groups_and_calendars_is_drawn(
    grouped: CycleModel, calendar: CycleModel
) -> None:
    for result in (grouped, calendar):
        figure = plot_summary(result)
        figure.canvas.draw()
        assert len(parts(figure, "cycle")) == len(result.cycles)


def test_summary_names_a_known_period_and_the_rest() -> None:
    result = find_cycles(T, Y, known=7.3, unit="d")
    cycles = result.cycles[:1] * 15
    text = words(plot_summary(replace(result, cycles=cycles, undecided=("something else",) * 9)))
    assert "known" in text
    assert "and 3 more" in text


def test_without_samples_folds_and_fits_say_why(document: CycleModel) -> None:
    for attempt in (plot_fold, plot_fit):
        with pytest.raises(ValueError, match=r"holds no samples .* the picture needs samples"):
            attempt(document)
    with pytest.raises(ValueError, match="holds no spectrum"):
        plot_spectrum(document)


def test_summary_without_samples_shows_what_there_is(
    document: CycleModel, model: CycleModel
) -> None:
    figure = plot_summary(document)
    figure.canvas.draw()
    marks = parts(figure, "cycle")
    assert sorted(float(points(m)[0][0]) for m in marks) == sorted(
        c.frequency for c in model.cycles
    )
    assert len(parts(figure, "waveform")) == 2
    assert not parts(figure, "samples")
    at, curve = points(parts(figure, "model")[0])
    assert np.abs(curve - model.predict(at + 2451500.0)).max() < 1e-8


def test_summary_of_events_shows_their_rate() -> None:
    rng = np.random.default_rng(10)
    t = rng.uniform(0, 100 * 3.3, 6000)
    t = t[rng.uniform(0, 1.7, 6000) < 1 + 0.7 * np.cos(2 * np.pi * t / 3.3)]
    result = find_cycles(t, unit="s", minimum_period=0.5, maximum_period=10, max_cycles=1)
    figure = plot_summary(result)
    figure.canvas.draw()
    text = words(figure)
    assert f"1 cycle in {len(t):,} events" in text
    assert "rate / mean" in text
    ((_, wave),) = [points(curve) for curve in parts(figure, "waveform")]
    # of N events, a modulation is known to sqrt(2 / N)
    assert np.ptp(wave) / 2 == pytest.approx(0.7, abs=5 * np.sqrt(2 / len(t)))
    with pytest.raises(ValueError, match="its cycles are of events"):
        plot_fold(result)


@pytest.mark.parametrize("y", [Y[:6], np.ones(6)], ids=["few", "constant"])
def test_little_data_are_drawn_too(y: np.ndarray) -> None:
    plot_summary(find_cycles(T[:6], y)).canvas.draw()


def test_methods_of_the_result_draw_the_same(model: CycleModel) -> None:
    assert len(parts(model.plot_spectrum(), "cycle")) == 2
    (samples,) = parts(model.plot_fold(1, turns=1), "samples")
    assert np.abs(points(samples)[1] - SECOND).max() < TOLERANCE
    assert parts(model.plot_fit(max_points=10), "residual")


# ---- Manners -------------------------------------------------------------------------------

SCRIPT = """
import sys
import numpy as np
import matplotlib
before = matplotlib.rcParams.copy()  # as they are: reading the backend would choose one
import epicycle, epicycle.views.plots, epicycle.views.summary
assert "matplotlib.figure" not in sys.modules
t = np.linspace(0, 20, 50) ** 1.01
model = epicycle.find_cycles(t, np.sin(t), unit="s")
figures = [model.plot_spectrum(), model.plot_fold(), model.plot_fit()]
figures.append(epicycle.views.summary.plot_summary(model))
for figure in figures:
    figure.savefig(sys.argv[1])
assert "matplotlib.pyplot" not in sys.modules
assert dict.items(matplotlib.rcParams) == dict.items(before)
"""


def test_nothing_global_is_touched(tmp_path: Any) -> None:
    arguments = [sys.executable, "-W", "error", "-c", SCRIPT, str(tmp_path / "x.png")]
    process = subprocess.run(arguments, capture_output=True, text=True, timeout=120)
    assert process.returncode == 0, process.stderr
    assert (tmp_path / "x.png").stat().st_size > 10_000


def test_the_look_does_not_depend_on_the_users_style(model: CycleModel) -> None:
    import matplotlib

    def pixels() -> np.ndarray:
        figure = plot_summary(model)
        figure.canvas.draw()
        return np.array(figure.canvas.buffer_rgba())  # type: ignore[attr-defined]

    expected = pixels()
    theirs: Any = {
        "figure.facecolor": "black",
        "axes.facecolor": "black",
        "axes.edgecolor": "white",
        "axes.labelcolor": "white",
        "axes.labelsize": 30,
        "xtick.color": "white",
        "xtick.direction": "in",
        "text.color": "white",
        "axes.grid": True,
        "lines.linewidth": 7,
        "figure.autolayout": True,
    }
    with matplotlib.rc_context(theirs):
        assert np.array_equal(pixels(), expected)


def test_without_matplotlib_the_way_out_is_told(
    model: CycleModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(ImportError, match=r"pip install 'epicycle\[plot\]'"):
        plot_fit(model)


def test_folds_are_drawn_into_given_axes(model: CycleModel) -> None:
    figure = Figure()
    outer, inner = figure.subfigures(1, 2).tolist()  # type: ignore[union-attr]
    axes: Axes = inner.add_subplot()
    assert plot_fold(model, ax=axes) is figure
    assert epicycle.views.plots.plot_fold(model, ax=outer.add_subplot()) is figure
    assert len(figure.findobj(Axes)) == 2


# ---- Numbers -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "error", "text"),
    [
        (29.530589, 0.0001, "29.53059 ± 0.00010"),
        (1188.648, 4.93, "1188.6 ± 4.9"),
        (1307.4, 16.2, "1307 ± 16"),
        (12.0, 0.0996, "12.00 ± 0.10"),
        (12.0, 0.999, "12.0 ± 1.0"),
        (0.1075058312, 1.2e-10, "0.10750583120(12)"),
        (2.5e-7, 3.1e-9, "(2.500 ± 0.031)·10⁻⁷"),
        (3.2e8, 4e6, "(3.200 ± 0.040)·10⁸"),
        (3.3, 0.0, "3.3"),
        (3.3, float("nan"), "3.3"),
        (float("nan"), 1.0, "?"),
    ],
)
def test_quote(value: float, error: float, text: str) -> None:
    assert draw.quote(value, error) == text


@pytest.mark.parametrize(
    ("value", "error", "text"),
    [
        (29.5305886, 1e-6, "29.5306"),
        (75.763, 0.067, "75.76"),
        (1307.4, 16.2, "1307"),
        (0.973989, 1.3e-5, "0.97399"),
        (123456.7, 1.0, "1.23457·10⁵"),
        (3.3, 0.0, "3.3"),
    ],
)
def test_brief(value: float, error: float, text: str) -> None:
    assert draw.brief(value, error) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "< 10⁻³⁰⁰"), (0.00263, "0.0026"), (1.19e-5, "1·10⁻⁵"), (9.96e-80, "10·10⁻⁸⁰")],
)
def test_probability(value: float, text: str) -> None:
    assert draw.probability(value) == text


# ---- Legends of many groups ----------------------------------------------------------------


@pytest.mark.parametrize("n_groups", [3, 9, 40])
@pytest.mark.parametrize("name", ["site {}", "observatory of the {}th mountain, spectrograph {}"])
@pytest.mark.parametrize("size", [(9.0, 6.5), (4.4, 6.5)])
def test_legends_of_many_groups_stay_within_the_picture(n_groups, name, size) -> None:
    rng = np.random.default_rng(0)
    t = np.sort(rng.uniform(0, 100, 400))
    group = [name.format(k, k) for k in np.arange(400) % n_groups]
    y = 3 * np.cos(2 * np.pi * t / 7.3) + rng.normal(size=400)
    model = find_cycles(t, y, group=group, minimum_period=3, harmonics=1, max_cycles=1)
    figure = model.plot_fit(figsize=size)
    figure.draw_without_rendering()
    (axes, *_) = figure.axes
    legend = axes.get_legend()
    box, around = legend.get_window_extent(), figure.bbox
    assert box.x0 >= around.x0
    assert box.x1 <= around.x1
    assert box.y1 <= around.y1
    texts = [text.get_window_extent() for text in legend.get_texts()]
    for one, other in itertools.combinations(texts, 2):
        assert not one.overlaps(other)
    # clear of the data: above the axes, or above the highest of the model
    (curve,) = (line for line in axes.lines if line.get_gid() == "model")
    highest = axes.transData.transform([(0, curve.get_ydata().max())])[0, 1]
    assert box.y0 >= highest - 1
    # the axes keep a good part of the picture, and every group is named or counted
    assert axes.get_window_extent().height > 0.15 * around.height
    shown = [text.get_text() for text in legend.get_texts()]
    more = [int(text.split()[1]) for text in shown if text.startswith("and ")]
    assert len(shown) - 1 - len(more) + sum(more) == n_groups
