"""Series side by side in one array do not touch each other."""

import numpy as np
import pytest

from epicycle.screening.screen import screen


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
