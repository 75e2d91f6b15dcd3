"""Data, model and residual against time."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.dates import date2num

from epicycle import CycleModel, find_cycles
from epicycle.views.plots import plot_fit
from tests.views.figures import T, Y, local_times, parts, points, words

pytest.importorskip("matplotlib")


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


def test_outliers_do_not_squeeze_the_rest_and_are_counted() -> None:
    t = np.arange(1000.0)
    y = np.sin(2 * np.pi * t / 20.3) + 0.1 * np.random.default_rng(8).standard_normal(1000)
    y[500] = 1e6
    result = find_cycles(t, y, unit="s", minimum_period=5)
    figure = plot_fit(result)
    low, high = figure.axes[0].get_ylim()
    assert high - low < 1e5
    assert "1 outside" in words(figure)
