"""Transforms at frequencies anywhere, against the sums written out."""

import numpy as np
import pytest

import oracles
from epicycle.samples.times import Times
from epicycle.spectra import transforms
from epicycle.spectra.transforms import TOLERANCE, pieces, scattered_sums, synthesis
from tests.spectra.transforms import make


def test_sums_anywhere_in_any_order() -> None:
    rng = np.random.default_rng(8)
    t = rng.uniform(-300, 500, 200)
    strengths = rng.normal(size=(3, 200))
    frequency = rng.permutation(np.append(rng.uniform(0, 20, 50), [0.0, 7.0, 7.0]))
    got = scattered_sums(Times(t, np.zeros(200)), strengths, frequency)
    want = np.stack([oracles.direct_sums(t, one, frequency) for one in strengths])
    assert np.abs(got - want).max() < 10 * TOLERANCE * np.abs(strengths).sum(axis=1).max()


@pytest.mark.parametrize("n", [0, 1, 99, 100, 101, 199, 200, 250])
def test_pieces_cover_all_samples_and_none_is_short(
    n: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transforms, "_PIECE", 100)
    found = pieces(n)
    assert [k for piece in found for k in range(piece.start, piece.stop)] == list(range(n))
    assert all(piece.stop - piece.start >= min(n, 100) for piece in found)


def test_phases_of_many_samples_are_those_of_each_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    _, times = make(16, 50_000, 1000.0)
    factors = transforms._phasors(times, 12.3)
    monkeypatch.setattr(transforms, "_PIECE", 1 << 20)
    np.testing.assert_array_equal(factors, transforms._phasors(times, 12.3))


def test_modes_come_back_as_sums_at_points() -> None:
    rng = np.random.default_rng(11)
    modes = rng.normal(size=(2, 21)) + 1j * rng.normal(size=(2, 21))
    turns = rng.uniform(-3.0, 3.0, 13)
    k = np.arange(-10, 11)
    expected = modes @ np.exp(2j * np.pi * np.outer(k, turns))
    # the tolerance is relative to the norm; upsampling by 1.25 costs some of it, as above
    assert (
        np.abs(synthesis(21, turns, 2)(modes) - expected).max()
        < 10 * TOLERANCE * np.abs(modes).sum(axis=1).max()
    )
