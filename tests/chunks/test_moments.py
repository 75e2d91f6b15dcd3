"""The first look at chunks says of times and values what all of them say at once."""

from typing import Any

import numpy as np
import pytest

from epicycle.chunks.moments import SAMPLE, Overview, Table, by_size, look
from epicycle.chunks.pieces import Piece, Reader
from epicycle.chunks.sources import Columns, source_of
from epicycle.samples.checks import check_samples
from epicycle.samples.data import build_data
from epicycle.samples.times import Times
from epicycle.spectra.sampling import Sampling

COUNT = 3000
RNG = np.random.default_rng(2)
TIMES = np.sort(RNG.uniform(50, 90, COUNT))
VALUES = 3.0 + 0.1 * TIMES + RNG.normal(size=COUNT)


def seen(*arrays: Any, pieces: int = 5) -> Overview:
    parts = np.array_split(np.arange(len(arrays[0])), pieces)
    chunks = [tuple(None if a is None else a[p] for a in arrays) for p in parts]
    return look(Reader(source_of(chunks, Columns()), Columns()))


def test_span_and_mean() -> None:
    weights = RNG.uniform(0.5, 2, COUNT)
    overview = seen(TIMES, VALUES, None, weights)
    assert overview.origin + overview.first == pytest.approx(TIMES[0], rel=1e-14)
    assert overview.baseline == pytest.approx(np.ptp(TIMES), rel=1e-14)
    assert overview.origin + overview.mean == pytest.approx(np.average(TIMES, weights=weights))
    assert overview.is_sorted


@pytest.mark.parametrize("step", [None, 0.02])
def test_sampling_is_that_of_all_times(step: float | None) -> None:
    """Gaps are known to the width of a bin of their histogram, 1 %."""
    t = TIMES if step is None else 50 + step * np.arange(COUNT)[RNG.random(COUNT) < 0.7]
    overview = seen(t, np.zeros(len(t)))
    whole = Sampling.of(build_data(check_samples(t, np.zeros(len(t))), 1), widened=False)
    for name in ("baseline", "n_samples", "step", "exact"):
        assert (getattr(overview.sampling, name) or 0.0) == pytest.approx(
            getattr(whole, name) or 0.0, rel=1e-12
        )
    typical = overview.sampling.typical_gap or 0.0
    assert typical == pytest.approx(whole.typical_gap or 0.0, rel=0.02)


def test_shuffled_rows_tell_no_gaps() -> None:
    order = RNG.permutation(COUNT)
    overview = seen(TIMES[order], VALUES[order])
    assert overview.sampling.typical_gap is None
    assert not overview.is_sorted


def test_a_table_gives_squares_about_any_line() -> None:
    group, dy2 = RNG.integers(0, 3, COUNT), RNG.uniform(0.1, 4, COUNT)
    s, y = TIMES - 50, VALUES
    piece = Piece(Times(TIMES, 0 * TIMES), y, dy2, None, group)
    table = Table()
    for part in (slice(0, 1000), slice(1000, None)):
        table.add(s[part], y[part], piece.rows(part))
    squares = table.squares(np.array([3.0, 2.0, 1.0]), 0.3)
    residual = y - np.array([3.0, 2.0, 1.0])[group] - 0.3 * s
    np.testing.assert_allclose(squares, by_size(piece, [residual**2], 3)[0], atol=1e-8)
    ones = np.ones(table.sums.shape[1:])
    levels, slope = table.line(ones)
    columns = np.column_stack([group == 0, group == 1, group == 2, s])
    np.testing.assert_allclose([*levels, slope], np.linalg.lstsq(columns, y, rcond=None)[0])


def test_the_sample_does_not_hang_on_the_chunks() -> None:
    t = np.sort(RNG.uniform(0, 1, 2 * SAMPLE))
    few, many = seen(t, t, pieces=1).sample, seen(t, t, pieces=9).sample
    assert len(few) == SAMPLE + 2
    assert set(few.y) == set(many.y)
    assert {t[0], t[-1]} <= set(few.y)


def test_too_few_times_are_refused() -> None:
    with pytest.raises(ValueError, match="source has 4 usable rows at one time"):
        seen(np.ones(4), np.ones(4), pieces=1)
    with pytest.raises(ValueError, match="source has 0 usable rows"):
        look(Reader(source_of([], Columns()), Columns()))
