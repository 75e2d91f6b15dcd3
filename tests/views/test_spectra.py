"""Panels of the frequency axis show the spectra and lines of the result."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from epicycle import CycleModel, find_cycles
from epicycle.look import drawing as draw
from epicycle.views.plots import plot_fit, plot_spectrum
from tests.views.figures import T, Y, number, parts, points, words

pytest.importorskip("matplotlib")


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


def test_labels_name_periods_and_unit(model: CycleModel) -> None:
    text = words(plot_spectrum(model))
    for cycle in model.cycles:
        assert f"{draw.brief(cycle.period, cycle.period_error)} d" in text
    assert "frequency (cycles / d)" in text
    assert "period (d)" in text
    assert "own name" in words(plot_spectrum(model, labels={1: "own name"}))


@pytest.mark.parametrize("crowded", [False, True])
def test_labels_do_not_overlap(model: CycleModel, crowded: bool) -> None:
    cycle = model.cycles[0]
    shift = 1.03 if crowded else 2.5
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
