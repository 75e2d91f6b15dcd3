"""The compiled filter of a phasor that forgets against the loop in Python."""

import numpy as np
import pytest

from epicycle.evidence import forgetting
from epicycle.samples.checks import check_samples
from epicycle.samples.data import build_data
from tests.compiled.loops import interpreted

__all__ = ["interpreted"]


@pytest.mark.parametrize(("rate", "variance"), [(0.0, 0.5), (0.1, 1.0), (30.0, 1e-8)])
def test_it_says_the_same(
    rate: float, variance: float, interpreted: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(1)
    t = np.sort(rng.uniform(0, 60, 80))
    y = np.sin(2 * np.pi * t / 3.7 + 0.01 * t**1.5) + 0.5 * rng.normal(size=80)
    data = build_data(check_samples(t, y), 0)
    series = forgetting.Series(data, data.y[:, 0], 0, 1 / 3.7, 25)
    numbers = (0.002, rate, variance, 0.3)
    expected = series.log_likelihood(*numbers)
    monkeypatch.setattr(forgetting, "is_there", lambda: True)
    assert series.log_likelihood(*numbers) == pytest.approx(expected, rel=1e-9)
