"""Rows that stand in the data twice count once; measurements that agree by chance all count."""

import numpy as np
import pytest

from epicycle import find_cycles
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
    assert sorted(found.kept.tolist()) == list(range(60))
    np.testing.assert_array_equal(found.y[:, 0], y[found.kept])


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


@pytest.mark.parametrize("more", ["plain", "groups", "errors", "weights", "two outputs"])
def test_the_order_of_rows_decides_nothing(more: str) -> None:
    """Bit for bit: what is equal is told apart by times, labels and values, never by rows."""
    rng = np.random.default_rng(3)
    t = rng.integers(0, 40, 60) / 4.0  # many times are repeated
    y: np.ndarray = np.cos(t) + rng.normal(size=60).round(1)
    given: dict[str, np.ndarray] = {}
    if more == "groups":
        given["group"] = np.where(rng.uniform(size=60) < 0.5, "b", "a")
    if more in ("errors", "weights"):
        given["dy" if more == "errors" else "weights"] = rng.uniform(1, 2, 60).round(1)
    if more == "two outputs":
        y = np.column_stack([y, rng.normal(size=60)])
    seen = []
    for seed in range(3):
        rows = np.random.default_rng(seed).permutation(60)
        found = samples(t[rows], y[rows], **{key: one[rows] for key, one in given.items()})
        np.testing.assert_array_equal(found.y.reshape(y[rows].shape), y[rows][found.kept])
        assert (np.diff(found.times.hi) >= 0).all()
        labels = [found.group_labels[k] for k in found.group]
        if more == "groups":
            assert labels == given["group"][rows][found.kept].tolist()
        columns = (found.times.hi, found.y, found.dy, found.weights, found.group)
        seen.append([None if one is None else one.tobytes() for one in columns])
    assert seen[0] == seen[1] == seen[2]


def test_rows_in_the_order_of_times_stay_as_they_are() -> None:
    t, y = series()
    found = samples(np.sort(t), y)
    assert found.kept.tolist() == list(range(60))


def test_what_is_told_of_samples_is_in_the_order_of_the_rows() -> None:
    t, y = series(80)
    y = np.cos(2 * np.pi * t / 3.7) + 0.1 * y
    rows = np.random.default_rng(1).permutation(80)
    sorted_rows = np.argsort(t)
    mixed = find_cycles(t[rows], y[rows], harmonics=1)
    plain = find_cycles(t[sorted_rows], y[sorted_rows], harmonics=1)
    assert mixed.cycles[0].period == plain.cycles[0].period
    np.testing.assert_array_equal(mixed.residual, plain.residual[np.argsort(sorted_rows)][rows])
