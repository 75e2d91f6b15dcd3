"""The error of a period where the waveform jumps, and where it does not."""

import numpy as np
import pytest

from epicycle import find_cycles
from epicycle.evidence.edges import edge_notes, error_at_slopes
from epicycle.fit.lines import Structure
from epicycle.fit.refine import fit_lines
from epicycle.samples.checks import check_samples
from epicycle.samples.data import Data, build_data


def problem(y: np.ndarray, t: np.ndarray) -> Data:
    return build_data(check_samples(t, y), 0)


def test_noise_of_one_size_leaves_the_error_as_it_is() -> None:
    rng = np.random.default_rng(1)
    t = np.sort(rng.uniform(0, 100, 400))
    wave = sum(np.cos(2 * np.pi * k * t / 7.3 + k) / k**2 for k in range(1, 7))
    data = problem(wave + 0.1 * rng.normal(size=400), t)
    fit = fit_lines(data, Structure.empty().plus(1 / 7.3, (1, 2, 3, 4, 5, 6)), absolute=False)
    assert error_at_slopes(data, fit, 0) == 1.0


def test_what_is_left_at_edges_widens_the_error() -> None:
    rng = np.random.default_rng(1)
    t = np.sort(rng.uniform(0, 100, 300))
    data = problem(np.sign(np.sin(2 * np.pi * t / 7.3)), t)
    fit = fit_lines(data, Structure.empty().plus(1 / 7.3, tuple(range(1, 16))), absolute=False)
    assert error_at_slopes(data, fit, 0) > 1.5
    # a few harmonics have slopes everywhere: what is widened is the error of rich waveforms
    fit = fit_lines(data, Structure.empty().plus(1 / 7.3, (1, 3)), absolute=False)
    assert error_at_slopes(data, fit, 0) == 1.0


def test_periods_of_on_off_signals_are_within_their_errors() -> None:
    pulls = []
    for seed in range(8):
        rng = np.random.default_rng(seed)
        period = rng.uniform(4, 12)
        t = np.sort(rng.uniform(0, 100, 200))
        y = ((t / period + rng.random()) % 1 < 0.4) + 0.05 * rng.normal(size=200)
        cycle = find_cycles(t, y, maximum_period=20).cycles[0]
        pulls.append(abs(cycle.period - period) / cycle.period_error)
    # the median of eight pulls of a normal distribution is above 1.5 once in 200, before it was 3
    assert np.median(pulls) < 1.5
    assert pytest.approx(0, abs=8) == max(pulls)


def test_more_harmonics_are_suggested_where_few_do_not_describe_the_edges() -> None:
    (note,) = edge_notes([(7.3, 16, 3.0), (2.0, 16, 1.2), (3.0, 2, 3.0), (4.0, 60, 3.0)])
    assert note.startswith("period 7.3: sharp features")
    assert note.endswith("try harmonics=64")
