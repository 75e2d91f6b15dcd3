"""Power from sums is least-squares power, from one cycle a baseline on; and what ends a pursuit."""

import numpy as np
import pytest

from epicycle.chunks.find import find_cycles_in_chunks
from epicycle.chunks.normal import Products
from epicycle.chunks.passes import Lines, sums_of
from epicycle.chunks.pursuit import Search
from epicycle.fit.level import local_level
from epicycle.samples.checks import check_samples
from epicycle.samples.data import build_data
from epicycle.spectra.periodogram import Periodogram
from epicycle.spectra.plan import grid
from tests.chunk_problems import GROUP, MODES, TIMES, VALUES, WEIGHTS, problem_of


@pytest.mark.parametrize("grouped", [False, True])
def test_power_and_noise_level_are_those_in_memory(grouped: bool) -> None:
    """To 1e-6 of z, as sums are good to 1e-8 of their norm."""
    problem = problem_of(grouped=grouped)
    # (weights are relative where groups are not told apart)
    group = GROUP if grouped else None
    data = build_data(check_samples(TIMES, VALUES, weights=WEIGHTS, group=group), 1)
    rows = next(iter(problem.rows()))
    data = data.with_weights(rows.weight[:, np.newaxis])
    nothing = Lines(np.empty(0), problem.start)
    sums = sums_of(problem, nothing, MODES)
    spacing = sums.values.spacing
    plan = grid(5 * spacing, MODES * spacing, spacing)
    search = Search(sums, plan, problem.overview.baseline, 10.0, len(TIMES), 0.01)
    basis, w = data.basis(0), data.weights[:, 0]
    residual = VALUES - basis @ (basis.T @ (w * VALUES))
    spectrum = Products(sums, nothing).spectrum(nothing)
    # (the background of the start is not quite that of least squares: its sums are taken out)
    sums_of_start = problem.start @ rows.columns - basis @ (basis.T @ (w * VALUES))
    waves = np.exp(-2j * np.pi * np.outer(spacing * np.arange(MODES + 1), from_middle()))
    spectrum = spectrum + waves @ (w * sums_of_start)
    power = search.power(spectrum, 1.0)
    engine = Periodogram(data, spacing, len(power))
    expected = engine.reduction(residual[:, np.newaxis], float(search.frequency[0]))[0]
    np.testing.assert_allclose(power, expected, rtol=1e-6, atol=1e-6 * expected.mean())
    places = np.array([1.7, 3.1])
    level = search.level(spectrum, places, 1.0)
    whole = local_level(data, residual[:, np.newaxis], np.ones(1), places)[:, 0]
    np.testing.assert_allclose(level, whole, rtol=0.1)


def from_middle() -> np.ndarray:
    return np.asarray(TIMES - 0.5 * (TIMES[0] + TIMES[-1]))


def test_a_random_walk_is_no_cycle_and_no_hundred_lines() -> None:
    rng = np.random.default_rng(11)
    t = np.sort(rng.uniform(0, 100, 1500))
    walk = np.cumsum(rng.normal(size=1500))
    found = find_cycles_in_chunks([(t, walk)], minimum_period=0.5)
    assert found.cycles == ()
    assert len(found.lines) < 10


def test_no_more_cycles_than_were_asked_for() -> None:
    rng = np.random.default_rng(12)
    t = np.sort(rng.uniform(0, 100, 1500))
    y = sum(np.cos(2 * np.pi * f * t) for f in (0.31, 0.77, 1.7)) + rng.normal(size=1500)
    found = find_cycles_in_chunks([(t, y)], minimum_period=0.5, max_cycles=2)
    assert len(found.cycles) == 2


def test_a_close_companion_is_told() -> None:
    rng = np.random.default_rng(13)
    t = np.sort(rng.uniform(0, 100, 3000))
    y = np.cos(2 * np.pi * 0.77 * t) + np.cos(2 * np.pi * 0.776 * t + 1) + rng.normal(size=3000)
    found = find_cycles_in_chunks([(t, y)], minimum_period=0.5)
    assert any("is not resolved" in note for note in found.undecided)
