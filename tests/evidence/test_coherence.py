"""Clocks and broad peaks: the likelihood against a dense twin, coherence times, no false calls."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from scipy import stats

from epicycle import find_cycles
from epicycle.evidence.coherence import _Series
from epicycle.model import CycleModel
from generators import regression, sinusoids


def quasi_periodic(
    seed: int, times: np.ndarray, period: float, memory: float, noise: float
) -> np.ndarray:
    """Return a phasor of unit variance that forgets within `memory`, seen with noise."""
    rng = np.random.default_rng(seed)
    step = rng.normal(size=(len(times), 2)) @ np.array([1.0, 1.0j])
    phasor = np.empty(len(times), dtype=complex)
    phasor[0] = step[0]
    for i, keep in enumerate(np.exp(-np.diff(times) / memory), start=1):
        phasor[i] = keep * phasor[i - 1] + math.sqrt(1 - keep**2) * step[i]
    signal = (phasor * np.exp(-2j * np.pi * times / period)).real
    return signal + noise * rng.normal(size=len(times))


@pytest.mark.parametrize("offset", [0.0, 0.013, -0.02])
def test_the_filter_gives_the_likelihood_of_the_gaussian_process(offset: float) -> None:
    rng = np.random.default_rng(2)
    t = np.sort(rng.uniform(0, 100, 40))
    y, dy = rng.normal(size=40), rng.uniform(0.5, 2, 40)
    data = regression(t, y, dy)
    centre, rate, variance, noise = 0.09, 0.07, 1.7, 0.8
    # so many blocks that each has one sample
    series = _Series(data, data.y[:, 0], 0, centre, 10**7)
    apart = t[:, np.newaxis] - t
    kernel = (
        variance * np.exp(-rate * np.abs(apart)) * np.cos(2 * np.pi * (centre + offset) * apart)
    )
    dense = stats.multivariate_normal(cov=kernel + noise * np.diag(dy**2)).logpdf(y)
    expected = dense + 20 * math.log(2 * math.pi) + np.log(dy).sum()
    assert series.log_likelihood(offset, rate, variance, noise) == pytest.approx(expected, rel=1e-9)


def test_blocks_lose_nothing_that_matters() -> None:
    t = np.sort(np.random.default_rng(1).uniform(0, 300, 2000))
    data = regression(t, quasi_periodic(1, t, 11.0, 60.0, 0.5))
    y = data.y[:, 0] - data.y.mean()
    coarse, fine = (
        _Series(data, y, 0, 1 / 11, n).log_likelihood(0.001, 1 / 60, 1.0, 0.25)
        for n in (256, 10**7)
    )
    # within a block of T / 256 the phasor forgets 1 - exp(-300 / 256 / 60) = 2 % of its variance:
    # 2 % of 1 beside the noise of 8 samples, 0.25 / 8 * 2 for each of two components
    assert coarse == pytest.approx(fine, abs=0.02 / 0.06 * 256 / 2)


def test_a_broad_peak_is_one_cycle_with_its_coherence_time() -> None:
    memory, found, pulls = 30.0, 0, []
    for seed in range(8):
        t = np.sort(np.random.default_rng(100 + seed).uniform(0, 300, 400))
        y = quasi_periodic(seed, t, 11.0, memory, 0.3)
        model = find_cycles(t, y, minimum_period=2.5, trend=0)
        broad = [c for c in model.cycles if c.coherence_time is not None]
        if not broad:
            continue
        cycle, found = broad[0], found + 1
        # not several clocks in the peak, whose full width is 1 / (pi tau)
        width = 1 / (math.pi * memory)
        assert [c for c in model.cycles if abs(c.frequency - cycle.frequency) < 2 * width] == [
            cycle
        ]
        assert any("not coherent over the baseline" in note for note in model.undecided)
        # the middle of the peak is known to about its width over the root of the 10 memories seen
        assert abs(cycle.frequency - 1 / 11) < 3.5 * cycle.frequency_error
        assert cycle.frequency_error > 0.1 * width
        pulls.append(math.log(cycle.coherence_time / memory))
    assert found >= 6
    # ln tau scatters by about sqrt(2 tau / T) = 0.45 in each
    assert abs(np.mean(pulls)) < 3.5 * 0.45 / math.sqrt(found)


@pytest.mark.parametrize("sampling", ["random", "nightly", "gappy"])
def test_clocks_stay_clocks(sampling: str) -> None:
    for seed in range(12):
        rng = np.random.default_rng(seed)
        f = rng.uniform(0.15, 0.3)
        # alone, or beating with a neighbour
        lines = [(f, 1.0), (f + rng.uniform(1.5, 5) / 100, rng.uniform(0.3, 1.0))][: 1 + seed % 2]
        problem = sinusoids(seed, 300, 100.0, lines, 0.5, sampling=sampling)
        model = find_cycles(problem.t, problem.y, minimum_period=2.0, trend=0)
        assert model.cycles
        assert all(c.coherence_time is None for c in model.cycles)


def test_forgetting_is_rarely_significant_for_a_clock() -> None:
    gains = []
    for seed in range(25):
        problem = sinusoids(seed, 150, 100.0, [(0.2, 1.0)])
        data = problem.data()
        forgetting = _Series(data, data.y[:, 0] - data.y.mean(), 0, 0.2, 256).forgetting()
        gains.append(0.0 if forgetting is None else forgetting.gain)
    # at a bound, twice the gain is 0 or chi-square with one degree of freedom, half of the time
    # each: 99.9 % of gains are below 4.8
    assert max(gains) < 4.8
    assert np.mean(np.array(gains) < 0.2) > 0.4


def test_what_forgets_fades_from_predictions() -> None:
    t = np.sort(np.random.default_rng(0).uniform(0, 300, 400))
    model = find_cycles(t, quasi_periodic(4, t, 11.0, 20.0, 0.3), minimum_period=2.5, trend=0)
    [cycle] = [c for c in model.cycles if c.coherence_time is not None]
    back = CycleModel.from_dict(json.loads(json.dumps(model.to_dict(), allow_nan=False)))
    assert back.cycles == model.cycles
    end = float(t.max())
    for one in (model, back):
        inside = np.ptp(one.predict(np.linspace(end - 22, end, 400)))
        far = np.ptp(one.predict(np.linspace(end + 300, end + 322, 400)))
        assert far < 3 * math.exp(-300 / cycle.coherence_time) * inside + 1e-9
    # and the error of a prediction grows to the strength of what was forgotten
    near, away = model.predictor.spread(np.array([end - 100.0, end + 1e4])).variance[:, 0]
    fading = np.repeat(model.predictor.fading > 0, 2)
    power = 0.5 * float((model.predictor.coefficients[fading] ** 2).sum())
    assert near < 0.5 * power
    assert away - near == pytest.approx(power, rel=0.2)


def test_regular_series_like_sunspots() -> None:
    t = np.arange(1700.0, 2009.0)
    rng = np.random.default_rng(7)
    # a damped oscillator driven by noise: period 11, 1 / e after 40 steps
    keep, turn = math.exp(-1 / 40), 2 * math.pi / 11
    y = np.zeros(len(t) + 400)
    for i in range(2, len(y)):
        y[i] = 2 * keep * math.cos(turn) * y[i - 1] - keep**2 * y[i - 2] + rng.normal()
    model = find_cycles(t, y[400:])
    assert model.cycles
    assert model.cycles[0].coherence_time is not None
    assert 8 < model.cycles[0].period < 14
    assert all(c.coherence_time is not None or not 9 < c.period < 13 for c in model.cycles)
