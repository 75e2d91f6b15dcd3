"""Means over cells of time and phase say of a bent clock what all values do."""

from dataclasses import replace

import numpy as np
import pytest

from epicycle.evidence import cells
from epicycle.evidence.cells import in_cells
from epicycle.evidence.clocks import BentClock, Wave, fit_bent
from epicycle.samples.checks import check_samples
from epicycle.samples.data import build_data

COUNT, FREQUENCY = 30_000, 1.37


def wave_of(jump: float) -> Wave:
    rng = np.random.default_rng(3)
    t = np.sort(rng.uniform(0, 400, COUNT))
    turns = FREQUENCY * t + jump * (t > 230)
    y = np.cos(2 * np.pi * turns) + 0.4 * np.sin(4 * np.pi * turns) + rng.normal(size=COUNT)
    data = build_data(check_samples(t, y), 1)
    data = replace(data, y=data.y - data.y.mean())
    return Wave(data, data.y[:, 0], 0, FREQUENCY, np.array([1, 2]))


def fitted(wave: Wave) -> BentClock:
    bend = (wave.t > 30.0).astype(float)[:, np.newaxis]
    return fit_bent(wave, "jump", 30.0, bend, np.zeros(2))


@pytest.mark.parametrize("jump", [0.0, 0.04])
def test_fits_of_few_are_those_of_all(jump: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mean over 1/48 of the higher harmonic's turn loses 0.07 % of it."""
    monkeypatch.setattr(cells, "_MOST", 1 << 14)
    wave = wave_of(jump)
    few = in_cells(wave)
    assert len(few.t) <= 1 << 14
    assert few.count == wave.count
    assert few.w.sum() == pytest.approx(wave.w.sum())
    one, other = fitted(few), fitted(wave)
    assert np.abs(one.theta - other.theta) < 0.3 * other.error[1]
    assert one.error == pytest.approx(other.error, rel=0.05)
    assert one.chi2 == pytest.approx(other.chi2, abs=12.0)
    assert one.excess == pytest.approx(other.excess, abs=0.1)


def test_few_values_stay_as_they_are() -> None:
    wave = wave_of(0.0)
    assert in_cells(wave) is wave
