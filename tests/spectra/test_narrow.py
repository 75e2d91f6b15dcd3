"""Sums in bins against direct ones."""

import numpy as np
import pytest

import oracles
from epicycle.samples.times import Times
from epicycle.spectra.narrow import FEWEST, WIDEST, NarrowSums
from epicycle.spectra.sums import TrigSums


@pytest.mark.parametrize("size", [1, 2, 17, 65])
@pytest.mark.parametrize("sampling", ["sorted", "unsorted", "clustered"])
def test_sums_are_direct_sums(size: int, sampling: str) -> None:
    rng = np.random.default_rng(size)
    t = rng.uniform(-50.0, 50.0, 500)
    if sampling == "clustered":
        t = np.concatenate([rng.normal(-40, 0.1, 250), rng.normal(30, 1.0, 250)])
    if sampling != "unsorted":
        t = np.sort(t)
    s = rng.normal(size=(2, 500)) + 1j * rng.normal(size=(2, 500))
    spacing = WIDEST / 100.0 / max(size // 2, 1)
    got = NarrowSums(t, spacing, size).sums(s)
    frequency = (np.arange(size) - size // 2) * spacing
    expected = np.array([oracles.direct_sums(t, row, frequency) for row in s])
    # five powers of at most 0.035 leave 0.035^5 / 5! of every term
    assert np.abs(got - expected).max() <= 4.5e-10 * np.abs(s).sum(axis=1).max()


def test_a_band_is_the_same_however_it_is_summed() -> None:
    rng = np.random.default_rng(9)
    t = np.sort(rng.uniform(0, 100.0, FEWEST))
    s = rng.normal(size=(2, FEWEST))
    narrow, few = (
        TrigSums(Times(times, np.zeros(len(times))), 0.25 / 100.0, 33)
        for times in (t, t[: FEWEST - 1])
    )
    for multiple in (1, 2):
        got = narrow.band(s, 3.3, multiple)
        # the last sample apart: too few for bins
        turns = multiple * np.outer(3.3 + np.arange(33) * 0.25 / 100.0, t[-1:])
        last = s[:, -1:] * np.exp(-2j * np.pi * turns[:, 0])
        expected = few.band(s[:, :-1], 3.3, multiple) + last
        # either is good to 1e-9, the transform to 5e-9 in the worst case
        assert np.abs(got - expected).max() <= 6e-9 * np.abs(s).sum()
        assert len(narrow._plans) == 0
        assert len(few._plans) > 0
