"""Search, fit and weights in step with each other."""

import numpy as np
import pytest

from epicycle.fit.lines import Structure
from epicycle.fit.noise import NoiseModel
from epicycle.pursuit.workbench import Workbench
from epicycle.samples.checks import check_samples
from epicycle.samples.data import build_data
from epicycle.search.planner import Effort
from epicycle.spectra.plan import plan_search

LINE, N = 0.231, 300


def workbench(dy: float | None = None, scatter: float = 0.5) -> Workbench:
    rng = np.random.default_rng(1)
    t = np.sort(rng.uniform(0, 100, N))
    y = 2 * np.cos(2 * np.pi * LINE * t + 1) + scatter * rng.normal(size=N)
    samples = check_samples(t, y, dy)
    data = build_data(samples, 0)
    effort = Effort("dense", 2.0**29, None)
    return Workbench(data, NoiseModel.of(samples), plan_search(data, 2.0), 0.01, effort, None)


def test_a_fit_takes_its_line_out_of_the_search() -> None:
    work = workbench()
    null = work.null(Structure.empty())
    found = work.search(null)
    assert found.frequency[0] == pytest.approx(LINE, abs=2e-3)
    assert found.power[0] > work.significant_power(null)
    fit, jitter = work.settle(Structure.empty().plus(float(found.frequency[0])))
    assert work.search(fit).power[0] < work.significant_power(fit)
    # without errors the scatter is what is left
    assert jitter.shape == (1, 1)
    assert jitter[0, 0] == pytest.approx(0.5, rel=4 / np.sqrt(2 * N))


def test_settling_brings_jitter_and_weights_into_agreement() -> None:
    work = workbench(dy=0.3)
    before = work.data
    _, jitter = work.settle(Structure.empty().plus(LINE), tight=True)
    # a scatter of .5 is .3 of the errors and .4 besides
    assert jitter[0, 0] == pytest.approx(0.4, abs=0.1)
    np.testing.assert_allclose(work.data.weights, 1 / (0.3**2 + jitter[0, 0] ** 2), rtol=1e-4)
    np.testing.assert_allclose(before.weights, 1 / 0.3**2)


def test_a_copy_goes_its_own_way() -> None:
    work = workbench(dy=0.3)
    other = work.copy()
    other.settle(Structure.empty().plus(LINE), tight=True)
    assert other.data is not work.data
    assert other.searcher is not work.searcher
    np.testing.assert_allclose(work.data.weights, 1 / 0.3**2)


def test_the_portrait_is_in_shares_of_the_variance() -> None:
    work = workbench()
    null = work.null(Structure.empty())
    shown = work.portrait(null, null, work.search(null))
    # amplitude 2 and scatter .5: 2 of 2.25, and the grid loses a few percent
    assert shown.power[0] == pytest.approx(2 / 2.25, abs=0.06)
