from dataclasses import replace

import numpy as np
import pytest

import epicycle
from epicycle.changing.actograms import plan, plot_actogram
from tests.changing.mouse import DELAY, PERIOD, PULSE, T, Y, mouse
from tests.views.figures import parts

pytest.importorskip("matplotlib")


def test_rows_are_days_and_bins_hold_the_means_of_their_samples() -> None:
    rows = plan(mouse())
    assert (rows.day, rows.unit, rows.first) == (24.0, "h", 0.0)
    assert len(rows.values) == 20
    bins = rows.values.shape[1]
    day, hour = 7, 24.0 / bins
    for k in range(bins):
        inside = np.floor((T - 24 * day) / hour) == k
        if inside.any():
            assert rows.values[day, k] == pytest.approx(Y[inside].mean())
        else:
            assert np.isnan(rows.values[day, k])


def test_maxima_are_drawn_twice_where_the_rhythm_is_highest() -> None:
    figure = plot_actogram(mouse(), value_label="activity")
    figure.canvas.draw()
    (values,) = parts(figure, "values")
    assert values.get_array().shape[1] == 2 * plan(mouse()).values.shape[1]
    (once,) = [one for one in figure.axes[0].containers if one[0].get_gid() != "maximum-again"]
    places, days = once[0].get_data()
    before = days < PULSE / 24 - 1
    # each maximum stands at a multiple of the period; errors of a phase are about 0.2 h
    turns = (24 * (days[before] - 0.5) + places[before]) / PERIOD
    assert np.abs(turns - np.rint(turns)).max() < 1.0 / PERIOD
    after = days > PULSE / 24 + 1
    turns = (24 * (days[after] - 0.5) + places[after] - DELAY) / PERIOD
    assert np.abs(turns - np.rint(turns)).max() < 1.5 / PERIOD
    (shift,) = parts(figure, "shift")
    assert shift.get_ydata()[0] == pytest.approx(PULSE / 24, abs=0.5)


def test_other_rhythms_have_rows_of_about_their_period() -> None:
    t = np.arange(0, 60.0, 0.25)
    rhythm = epicycle.track(
        t, np.cos(2 * np.pi * t / 3.14), period=(2, 5), unit="s", noise="white", harmonics=1
    )
    rows = plan(rhythm)
    assert rows.day == pytest.approx(3.1)
    assert rows.unit == "s"
    named = plan(rhythm, day=10.0)
    assert len(named.values) == 6
    plot_actogram(rhythm).canvas.draw()


def test_days_of_dates_begin_at_midnight() -> None:
    when = np.datetime64("2024-03-01T05:00", "s") + (3600 * T).astype("m8[s]")
    rhythm = epicycle.track(when, Y, period=(18, 32), unit="h", noise="white", harmonics=1)
    rows = plan(rhythm)
    # the record begins at five, at a maximum
    row, hour = rows.place(rhythm.scale.parse([rhythm.maxima[1].time]).to_float())
    turns = (24 * row[0] + hour[0] - 5) / PERIOD
    assert abs(turns - round(turns)) < 1.0 / PERIOD


def test_what_was_read_from_a_document_says_why_it_has_no_actogram() -> None:
    with pytest.raises(ValueError, match="holds no samples"):
        plot_actogram(replace(mouse(), samples=None))
