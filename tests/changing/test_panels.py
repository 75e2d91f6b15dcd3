import numpy as np
import pandas as pd
import pytest

import epicycle
from epicycle.changing.overview import overview, scalogram_for
from epicycle.changing.panels import plot_turns
from tests.changing.mouse import DELAY, PERIOD, PULSE, T, Y, mouse
from tests.views.figures import parts

pytest.importorskip("matplotlib")


def test_turns_show_the_delay_in_hours() -> None:
    figure = plot_turns(mouse())
    figure.canvas.draw()
    (turns,) = parts(figure, "turns")
    time, ahead = turns.get_data()
    # of the mean clock, the mouse is ahead by half of the delay at most, and then behind by it
    before, after = (np.interp(PULSE + at, time, ahead) for at in (-12.0, 12.0))
    assert before - after == pytest.approx(DELAY, abs=0.8)
    (label,) = [axes.get_ylabel() for axes in figure.axes]
    assert label.endswith("(h)")
    assert len(parts(figure, "turns-band")) == 1
    assert parts(figure, "shift")[0].get_xdata()[0] == pytest.approx(PULSE, abs=12.0)


def test_the_overview_has_scalogram_turns_amplitude_and_actogram() -> None:
    figure = overview(
        mouse(), (T, Y, None), period=(18, 32), title="mouse $1$", value_label="activity"
    )
    figure.canvas.draw()
    (period,) = parts(figure, "period")
    assert np.median(period.get_ydata()) == pytest.approx(PERIOD, abs=0.3)
    (amplitude,) = parts(figure, "amplitude")
    assert np.median(amplitude.get_ydata()) == pytest.approx(20, rel=0.1)
    for name in ("power", "period-band", "turns", "turns-band", "values"):
        assert len(parts(figure, name)) == 1, name
    assert not parts(figure, "ridge")


def test_the_scalogram_reaches_beyond_the_range_but_not_beyond_the_record() -> None:
    picture = scalogram_for(mouse(), (T, Y, None), (18.0, 32.0))
    assert picture.period[0] == pytest.approx(12.0)
    assert picture.period[-1] == pytest.approx(48.0)
    short = scalogram_for(mouse(), (T, Y, None), (18.0, 470.0))
    assert short.period[-1] <= mouse().baseline * (1 + 1e-9)


def test_clocks_that_are_put_forward_leave_no_trace() -> None:
    # on 31 March 2024 no clock in Berlin has shown half past two
    days = pd.Timestamp("2024-03-20", tz="Europe/Berlin") + pd.to_timedelta(T, unit="h")
    options = {"period": (20, 28), "unit": "h", "shifts": None, "noise": "white", "harmonics": 1}
    y = np.cos(2 * np.pi * T / 24) + 0.1 * np.random.default_rng(1).normal(size=len(T))
    (turns,) = parts(plot_turns(epicycle.track(days, y, clock="local", **options)), "turns")
    ahead = turns.get_ydata()
    # the hour that was left out is none in the days of people: 1 h of turns, within one step
    assert np.abs(np.diff(ahead, 2)).max() < 0.2
