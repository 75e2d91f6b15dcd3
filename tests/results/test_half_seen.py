"""Lines at the Nyquist frequency of equal steps: what is told of them is what samples show."""

import numpy as np
import pytest

from epicycle import find_cycles

K = np.arange(80)


def alternating(seed: int) -> np.ndarray:
    return 0.6 * np.cos(np.pi * K) + 0.3 * np.random.default_rng(seed).normal(size=80)


@pytest.mark.parametrize("first", [0.0, 1960.0])
@pytest.mark.parametrize("step", [1.0, 0.25])
def test_what_alternates_has_the_amplitude_that_is_seen(first: float, step: float) -> None:
    y = alternating(80)
    model = find_cycles(first + step * K, y)
    [cycle] = model.cycles
    assert cycle.period == pytest.approx(2 * step, rel=0.01)
    # one coefficient of n values: its error is sigma / n^1/2, not that of a free phase, 2^1/2 more
    assert cycle.amplitude_error == pytest.approx(0.3 / np.sqrt(80), rel=0.2)
    assert abs(cycle.amplitude - 0.6) < 4 * cycle.amplitude_error
    assert cycle.amplitude == pytest.approx(abs(np.mean(y * np.cos(np.pi * K))), rel=0.05)
    [line] = model.lines
    assert line.amplitude == pytest.approx(cycle.amplitude)
    # its maxima are at samples, every other one
    away = (cycle.time_of_maximum - first) / step
    assert abs(away - round(away)) < 0.02
    assert np.cos(np.pi * round(away)) == 1


def test_quarters_beside_a_year_and_lines_that_are_seen_whole() -> None:
    rng = np.random.default_rng(80)
    quarters = np.cos(2 * np.pi * K / 4 + 0.3) + 0.6 * np.cos(np.pi * K) + 0.3 * rng.normal(size=80)
    for cycle in find_cycles(1960 + K / 4, quarters).cycles:
        assert cycle.amplitude < 1.6
        assert cycle.amplitude_error < 0.1
    whole = np.cos(2 * np.pi * 0.45 * K + 1) + 0.3 * rng.normal(size=80)
    [cycle] = find_cycles(K * 1.0, whole).cycles
    assert cycle.amplitude_error == pytest.approx(0.3 * np.sqrt(2 / 80), rel=0.2)
