"""The samples that pictures show, freed of what they do not."""

from dataclasses import replace

import numpy as np
import pytest

from epicycle import CycleModel, find_cycles
from epicycle.views.plots import plot_fit, plot_fold
from epicycle.views.series import one_turn, waveform_at
from tests.views.figures import FIRST, TOLERANCE, N, T, Y, parts, points

pytest.importorskip("matplotlib")


def test_offsets_between_groups_are_removed(grouped: CycleModel) -> None:
    figure = plot_fold(grouped, 0, turns=1, bins=0)
    north, south = parts(figure, "samples")
    first = np.arange(N) % 3 == 0
    assert np.abs(points(north)[1] - FIRST[first]).max() < TOLERANCE
    assert np.abs(points(south)[1] - FIRST[~first]).max() < TOLERANCE
    assert north.get_color() != south.get_color()
    assert north.get_marker() != south.get_marker()


def test_values_that_are_missing_are_not_drawn() -> None:
    y = Y.copy()
    y[::7] = np.nan
    result = find_cycles(T, y, unit="d")
    (samples,) = parts(plot_fold(result, 0, turns=1), "samples")
    assert np.abs(points(samples)[1] - FIRST[np.isfinite(y)]).max() < TOLERANCE


def test_one_turn_is_the_waveform_from_phase_0_to_1(model: CycleModel) -> None:
    cycle = model.cycles[0]
    third = replace(cycle.harmonics[0], order=3, phase=0.2)
    cycle = replace(cycle, harmonics=(cycle.harmonics[0], third))
    turn, wave = one_turn(cycle, 0)
    np.testing.assert_allclose(turn, np.arange(301) / 300, rtol=0, atol=1e-15)
    np.testing.assert_allclose(wave, waveform_at(cycle, turn, 0), rtol=0, atol=1e-12)


def test_cycles_that_do_not_exist_are_refused(model: CycleModel, nothing: CycleModel) -> None:
    with pytest.raises(ValueError, match="has no cycles, so there is nothing to fold"):
        plot_fold(nothing)
    with pytest.raises(ValueError, match=r"cycle=2 does not exist: the result has 2 cycle"):
        plot_fold(model, 2)


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


def test_many_samples_are_thinned_and_the_legend_says_so(model: CycleModel) -> None:
    figure = plot_fit(model, max_points=40)
    (samples,), (residual,) = parts(figure, "samples"), parts(figure, "residual")
    assert len(points(samples)[0]) == len(points(residual)[0]) == 40
    legend = figure.axes[0].get_legend()
    assert legend is not None
    assert legend.get_texts()[0].get_text() == "40 of 300 samples"
    (few,) = parts(plot_fold(model, 0, turns=1, max_points=40), "samples")
    assert len(points(few)[0]) == 40
