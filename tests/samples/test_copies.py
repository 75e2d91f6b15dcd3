"""Rows that stand in the data twice count once; measurements that agree by chance all count."""

import numpy as np
import pytest

from epicycle.samples.checks import Samples
from epicycle.samples.given import Given
from epicycle.samples.options import Options


def samples(t: object, y: object, **more: object) -> Samples:
    return Given(t, y, **more).samples(Options().checked(of_events=False))


def series(n: int = 60) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(2)
    t = rng.uniform(0, 50, n)
    return t, np.sin(t) + rng.normal(size=n)


def test_a_file_appended_to_itself_counts_once() -> None:
    t, y = series()
    found = samples(np.tile(t, 2), np.tile(y, 2))
    assert (found.n_copies, found.n_repeated, len(found.times)) == (60, 0, 60)
    assert found.kept.tolist() == list(range(60))
    np.testing.assert_array_equal(found.y[:, 0], y)


def test_files_that_overlap_count_their_common_rows_once() -> None:
    t, y = series()
    y = y.round(2)  # as files have them
    rows = np.r_[0:40, 25:60]
    found = samples(t[rows], y[rows])
    assert (found.n_copies, len(found.times)) == (15, 60)


def test_rows_that_differ_in_anything_are_measurements() -> None:
    t, y = series()
    twice = np.tile(t, 2), np.tile(y, 2)
    other = np.r_[np.zeros(60), np.ones(60)]
    assert samples(*twice, group=other).n_copies == 0
    assert samples(*twice, dy=1 + other).n_copies == 0
    # a weight says how much a row counts, also where it stands twice
    assert samples(*twice, weights=np.ones(120)).n_copies == 0
    assert samples(*twice, covariates=other).n_copies == 0
    both = np.column_stack([twice[1], other])
    assert samples(twice[0], both).n_copies == 0
    # a value that is missing is equal to another that is missing
    gaps = np.column_stack([twice[1], np.tile(np.where(t > 9, np.nan, 1.0), 2)])
    assert samples(twice[0], gaps).n_copies == 60


@pytest.mark.parametrize("step", [0.1, 0.5, 1.0])
def test_replicates_that_agree_by_rounding_are_measurements(step: float) -> None:
    # differences of the noise scatter by sqrt(2) / 3: a tenth to all of them agree
    for seed in range(20):
        rng = np.random.default_rng(seed)
        t = np.repeat(np.arange(0, 48, 2.0), 3)
        y = 8 + np.cos(2 * np.pi * t / 24) + rng.normal(size=len(t)) / 3
        found = samples(t, np.round(y / step) * step)
        assert found.n_copies == 0, seed
        assert len(found.times) == 72


def test_counts_of_one_moment_are_measurements() -> None:
    for seed in range(20):
        rng = np.random.default_rng(seed)
        t = np.repeat(np.arange(50.0), 2)
        assert samples(t, rng.poisson(2.0, 100)).n_copies == 0, seed


def test_events_of_one_time_are_events() -> None:
    times = np.tile(np.arange(30.0), 2)
    events = Given(times, None).events(Options().checked(of_events=True))
    assert (len(events.times), events.n_copies) == (60, 0)
