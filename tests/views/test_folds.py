"""Folded samples show the waveform of their cycle."""

from typing import Any

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import epicycle
from epicycle import CycleModel, find_cycles
from epicycle.views.plots import plot_fold
from tests.views.figures import FIRST, NOISE, SECOND, SIGMA, TOLERANCE, N, T, parts, points

pytest.importorskip("matplotlib")


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


def test_each_output_has_its_own_fold(several: CycleModel) -> None:
    for output, factor in enumerate([1.0, 3.0]):
        figure = plot_fold(several, 0, output=output, turns=1, bins=0)
        (samples,) = parts(figure, "samples")
        noise = [1.0, 20.0][output]
        assert np.abs(points(samples)[1] - factor * FIRST).max() < TOLERANCE * noise
    assert plot_fold(several, 0, output=1).axes[0].get_ylabel() == "height"
    with pytest.raises(ValueError, match=r"output=2 does not exist: the result has 2 output"):
        plot_fold(several, 0, output=2)


def test_folds_are_drawn_into_given_axes(model: CycleModel) -> None:
    figure = Figure()
    outer, inner = figure.subfigures(1, 2).tolist()  # type: ignore[union-attr]
    axes: Axes = inner.add_subplot()
    assert plot_fold(model, ax=axes) is figure
    assert epicycle.views.plots.plot_fold(model, ax=outer.add_subplot()) is figure
    assert len(figure.findobj(Axes)) == 2
