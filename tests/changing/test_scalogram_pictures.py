import numpy as np
import pytest

from epicycle import scalogram
from tests.views.figures import parts

pytest.importorskip("matplotlib")

RNG = np.random.default_rng(6)
T = np.sort(RNG.uniform(0, 480, 240))
Y = np.cos(2 * np.pi * T / 24) + 0.5 * RNG.normal(size=240)
PICTURE = scalogram(T, Y, period=(12, 48), unit="h")


def test_the_picture_shows_power_level_cone_and_ridge() -> None:
    figure = PICTURE.plot()
    figure.canvas.draw()
    (power,) = parts(figure, "power")
    np.testing.assert_allclose(np.ma.filled(power.get_array(), np.nan), PICTURE.power)
    (ridge,) = parts(figure, "ridge")
    shown = ridge.get_ydata()
    assert np.median(shown[np.isfinite(shown)]) == pytest.approx(24, abs=0.3)
    assert len(parts(figure, "ridge-band")) == 1
    assert len(parts(figure, "level")) == 1
    assert len(parts(figure, "cone")) == 1
    (samples,) = parts(figure, "samples")
    assert len(samples.get_xdata()) == 240


def test_amplitude_without_a_ridge_into_given_axes() -> None:
    from matplotlib.figure import Figure

    axes = Figure().add_subplot()
    figure = PICTURE.plot(quantity="amplitude", ridge=False, ax=axes)
    (amplitude,) = parts(figure, "amplitude")
    np.testing.assert_allclose(np.ma.filled(amplitude.get_array(), np.nan), PICTURE.amplitude)
    assert not parts(figure, "ridge")
    with pytest.raises(ValueError, match="power, amplitude"):
        PICTURE.plot(quantity="phase")


def test_dates_and_far_numbers_are_drawn_too() -> None:
    t = np.datetime64("2024-01-01", "s") + (3600 * T).astype("m8[s]")
    scalogram(t, Y, unit="h", period=(18, 32)).plot().canvas.draw()
    figure = scalogram(T + 2.4e6, Y, period=(18, 32)).plot()
    figure.canvas.draw()
    assert any("2400000" in a.get_xlabel() for a in figure.axes)


def test_the_table_names_the_maxima_above_noise() -> None:
    text = PICTURE.table()
    assert "240 samples; periods from 12 h to 48 h, windows of 2 cycles" in text
    rows = [
        line.split() for line in text.splitlines()[3:] if line[:1].isspace() or line[:1].isdigit()
    ]
    assert abs(float(rows[0][1]) - 24) < 1.0
    noise = scalogram(T, RNG.normal(size=240), period=(12, 48), unit="h").table()
    assert "nothing exceeds the level that white noise reaches in 1 % of such pictures" in noise


def test_the_ridge_is_a_table_with_errors() -> None:
    ridge = PICTURE.ridge()
    lines = ridge.table().splitlines()
    assert lines[0].split()[:3] == ["time", "period", "(h)"]
    assert "(" in lines[5].split()[1]
    assert f"24 of {len(ridge.time)} windows are shown" in ridge.table()
