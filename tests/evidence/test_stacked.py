"""Values of all outputs, in units of their signals, and which of them share a moment."""

import numpy as np
import pytest

from epicycle.evidence.stacked import Stacked, _epochs, signal_of, stack
from epicycle.fit.noise import NoiseModel
from epicycle.limits import WAVEFORMS
from epicycle.samples.checks import check_samples
from epicycle.samples.data import build_data


def stacked(within: float = 0.01, **series: np.ndarray) -> Stacked:
    samples = check_samples(**series)
    data = build_data(samples, 0)
    return stack(data, data.y, NoiseModel.of(samples), within)


def test_a_block_has_the_values_of_one_output_and_one_group() -> None:
    rng = np.random.default_rng(2)
    t, y = np.arange(40.0), rng.normal(0, 3.0, (40, 2))
    y[5, 1] = np.nan
    group = np.tile(["a", "b"], 20)
    one = stacked(t=t, y=y, dy=np.full((40, 2), 0.5), group=group)
    assert [(b.output, b.rows.stop - b.rows.start) for b in one.blocks] == [
        (0, 20),
        (0, 20),
        (1, 20),
        (1, 19),
    ]
    last = one.blocks[3].rows
    rows = np.setdiff1d(np.arange(1, 40, 2), [5])
    assert one.elapsed[last] - one.elapsed[0] == pytest.approx(t[rows])
    # in units of the signal: what the errors do not explain
    present = np.delete(y[:, 1], 5)
    signal = np.var(present) - 0.25
    np.testing.assert_allclose(np.var(one.y[40:]), np.var(present) / signal)
    np.testing.assert_allclose(one.known_variance[last], 0.25 / signal)
    expected = 20 * np.log(np.var(y[:, 0]) - 0.25) + 19.5 * np.log(signal)
    assert one.log_unit == pytest.approx(expected)
    # an offset of each group and output, and no column that is zero in a block
    assert one.nuisance.shape == (4, 79)
    assert all(len(b.nuisance) == 1 for b in one.blocks)
    assert sorted(int(b.nuisance[0]) for b in one.blocks) == [0, 1, 2, 3]


def test_where_errors_explain_all_the_signal_is_what_their_scatter_hides() -> None:
    y = 0.1 * np.random.default_rng(3).normal(size=39)
    assert signal_of(y, np.full(39, 0.25)) == pytest.approx(np.var(y) * np.sqrt(2 / 39))


def test_epochs_hold_no_block_twice() -> None:
    t = np.array([0.0, 0.001, 0.002, 0.5, 0.501, 0.502])
    assert _epochs(t, np.array([0, 1, 0, 0, 1, 2]), 0.01).tolist() == [0, 0, 1, 2, 2, 2]
    # in whatever order the values stand
    turned = np.array([4, 0, 5, 2, 1, 3])
    assert _epochs(t[turned], np.array([0, 1, 0, 0, 1, 2])[turned], 0.01).tolist() == [
        2,
        0,
        2,
        1,
        0,
        2,
    ]


def test_epochs_are_told_from_values_only_where_enough_share_a_moment() -> None:
    t = np.arange(40.0)
    assert stacked(t=t, y=np.sin(t)).n_epochs == 0
    assert stacked(t=t, y=np.stack([np.sin(t), np.cos(t)], axis=1)).n_epochs == 40
    y = np.stack([np.sin(t), np.cos(t)], axis=1)
    y[np.arange(40), np.arange(40) % 2] = np.nan
    assert stacked(t=t, y=y).n_epochs == 0
    # groups that share a waveform share moments too
    both = np.concatenate([t, t + 0.001])
    one = stacked(t=both, y=np.sin(both), group=np.repeat(["a", "b"], 40))
    assert (one.n_epochs, one.n_outputs, len(one.blocks)) == (40, 1, 2)


def test_of_many_values_so_many_are_drawn_whatever_else() -> None:
    n = 3 * WAVEFORMS.most_values
    rng = np.random.default_rng(4)
    t = np.arange(n, dtype=float)
    one, other = (stacked(t=t, y=rng.normal(size=n)) for _ in range(2))
    # a binomial number: five standard deviations
    assert len(one.y) == pytest.approx(n / 3, abs=5 * np.sqrt(n * 2 / 9))
    np.testing.assert_array_equal(one.elapsed, other.elapsed)
    gaps = np.diff(one.elapsed)
    assert len(np.unique(gaps)) > 5
    few = stacked(t=t[: n // 3], y=rng.normal(size=n // 3))
    assert len(few.y) == n // 3
