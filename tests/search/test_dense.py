"""Where to look, and that nothing that is there is missed."""

import json
import subprocess
import sys

import numpy as np
import pytest

import oracles
from epicycle.search.dense import DenseSearch
from generators import regression
from tests.search.grids import PLAN, POWER_TOLERANCE, PROBLEM, centred, find, set_band


@pytest.mark.parametrize("band", [None, 64])
def test_the_highest_power_near_a_frequency_is_that_of_the_spectrum(
    truth: tuple[np.ndarray, np.ndarray], band: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if band is not None:
        set_band(monkeypatch, band)
    engine = DenseSearch(PROBLEM.data(), PLAN, threads=2)
    residual, width = centred(PROBLEM), 1 / 20.0
    assert engine.highest_near(residual, 1.31, width) == np.inf
    engine.maxima(residual, np.ones(1))
    frequency, power = truth
    for at in (0.11, 1.31, 2.0, 3.73, 6.2):
        # at least all points within the width, at most one beyond on either side
        inner, outer = (power[np.abs(frequency - at) <= d].max() for d in (width, 1.21 * width))
        got = engine.highest_near(residual, at, width)
        assert inner - POWER_TOLERANCE <= got <= outer + POWER_TOLERANCE
    # not known: beyond the band, and for values that were not searched
    assert engine.highest_near(residual, 6.29, width) == np.inf
    assert engine.highest_near(residual, 0.06, width) == np.inf
    assert engine.highest_near(residual.copy(), 1.31, width) == np.inf


# ---- Maxima --------------------------------------------------------------------------------


@pytest.mark.parametrize("band", [None, 100, 64, 7])
@pytest.mark.parametrize("keep", [1, 5, 16])
def test_maxima_are_those_of_a_direct_evaluation(
    truth: tuple[np.ndarray, np.ndarray],
    band: int | None,
    keep: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if band is not None:
        set_band(monkeypatch, band)
    frequency, power = truth
    expected = oracles.local_maxima(power)[:keep]
    # the order of the true maxima is not within the error of the transforms
    assert np.diff(power[expected]).max(initial=-1.0) < -2 * POWER_TOLERANCE
    found = find(keep=keep)
    np.testing.assert_allclose(found.power, power[expected], rtol=0, atol=POWER_TOLERANCE)
    np.testing.assert_allclose(found.frequency, frequency[expected], rtol=1e-14)


def test_the_strongest_line_comes_first(truth: tuple[np.ndarray, np.ndarray]) -> None:
    found = find()
    width = 1 / PROBLEM.baseline
    assert abs(found.frequency[0] - 1.31) < 0.5 * width
    assert (np.diff(found.power) <= 0).all()


@pytest.mark.parametrize("band", [64, 11])
def test_the_number_of_threads_changes_nothing(band: int, monkeypatch: pytest.MonkeyPatch) -> None:
    set_band(monkeypatch, band)
    one = find(threads=1)
    for threads in (2, 3, 8):
        other = find(threads=threads)
        # the same transforms in another order: not one bit may differ
        np.testing.assert_array_equal(one.frequency, other.frequency)
        np.testing.assert_array_equal(one.power, other.power)
        np.testing.assert_array_equal(one.thinned_power, other.thinned_power)


def test_a_search_can_be_repeated_on_another_residual() -> None:
    engine = DenseSearch(PROBLEM.data(), PLAN, threads=1)
    first = engine.maxima(centred(PROBLEM), np.ones(1))
    engine.maxima(centred(PROBLEM) ** 2, np.ones(1))
    again = engine.maxima(centred(PROBLEM), np.ones(1))
    np.testing.assert_array_equal(first.frequency, again.frequency)
    np.testing.assert_allclose(first.power, again.power, rtol=0, atol=POWER_TOLERANCE)


def test_the_power_of_several_outputs_is_added_in_units_of_their_variance() -> None:
    data = regression(PROBLEM.t, np.column_stack([PROBLEM.y, PROBLEM.y]))
    both = np.hstack([centred(PROBLEM), centred(PROBLEM)])
    scaled = DenseSearch(data, PLAN, threads=1).maxima(both, np.array([1.0, 4.0]))
    np.testing.assert_allclose(scaled.power, 1.25 * find().power, atol=2 * POWER_TOLERANCE)


@pytest.mark.parametrize("threads", [1, 2])
def test_progress_grows_to_the_end(threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    set_band(monkeypatch, 64)
    seen: list[tuple[int, int]] = []
    find(threads=threads, progress=lambda done, of: seen.append((done, of)))
    done = [d for d, _ in seen]
    assert {of for _, of in seen} == {PLAN.n_frequencies}
    assert done == sorted(done)
    assert len(set(done)) > 2
    assert done[-1] == PLAN.n_frequencies


# ---- Memory --------------------------------------------------------------------------------

MEMORY = """
import json, resource, sys
import numpy as np
from epicycle.samples.checks import check_samples
from epicycle.samples.data import build_data
from epicycle.spectra.plan import grid
from epicycle.search.dense import DenseSearch

def peak_mb():
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)

rng = np.random.default_rng(1)
t = rng.uniform(0, 1e6, 50)
y = rng.normal(size=50)
data = build_data(check_samples(t, y), 0)
residual = y[:, None] - y.mean()

def search(n):
    plan = grid(1e-6, 1e-6 + n * 2e-7, 2e-7)
    assert abs(plan.n_frequencies - n) <= 1
    DenseSearch(data, plan, threads=2).maxima(residual, np.ones(1))

search(400_000)
before = peak_mb()
search(20_000_000)
print(json.dumps(peak_mb() - before))
"""


def test_memory_does_not_grow_with_the_number_of_frequencies() -> None:
    pytest.importorskip("resource")
    process = subprocess.run(
        [sys.executable, "-c", MEMORY], capture_output=True, text=True, timeout=600
    )
    assert process.returncode == 0, process.stderr
    # one float64 per frequency would be 153 MB; what is kept is a few MB of bands
    assert json.loads(process.stdout) < 60
