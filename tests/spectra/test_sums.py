"""Trigonometric sums against the sums written out."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import oracles
from epicycle.spectra import sums, transforms
from epicycle.spectra.sums import TrigSums
from epicycle.spectra.transforms import TOLERANCE
from tests.spectra.transforms import make


def bound(strengths: np.ndarray) -> float:
    """Return the largest error that a transform of relative tolerance 1e-9 may make.

    FINUFFT's tolerance is relative to sum |c|, in the mean over the band and up to a small factor
    at the upsampling of 1.25: over 600 bands the largest error was 3.2 of these units.
    """
    return 5 * TOLERANCE * float(np.abs(strengths).sum())


@pytest.mark.parametrize("start", [0.0, 0.37, -2.5, 1e3, 1e6 / 7])
@pytest.mark.parametrize("size", [1, 2, 33, 64])
def test_a_band_anywhere(start: float, size: int) -> None:
    t, times = make(1, 150, 100.0)
    strengths = np.random.default_rng(2).normal(size=150)
    spacing = 1 / 512
    got = TrigSums(times, spacing, size).band(strengths[np.newaxis], start)
    true = oracles.direct_sums(t, strengths, start + np.arange(size) * spacing)
    assert got.shape == (1, size)
    assert np.abs(got[0] - true).max() <= bound(strengths)


def test_a_band_far_from_zero_at_times_far_from_zero() -> None:
    # 1e9 units from the origin, 1e3 cycles per unit: 1e12 cycles, of which only the fraction counts
    t, times = make(3, 100, 1000.0, origin=1e9)
    strengths = np.random.default_rng(4).normal(size=100)
    frequency = 997.0 + np.arange(50) / 8192
    got = TrigSums(times, 1 / 8192, 50).band(strengths[np.newaxis], 997.0)[0]
    true = oracles.direct_sums(t, strengths, frequency)
    plain = np.array([np.sum(strengths * np.exp(-2j * np.pi * f * t)) for f in frequency])
    assert np.abs(got - true).max() <= bound(strengths)
    # the test has teeth: a plain product of floats misses by far
    assert np.abs(plain - true).max() > 100 * bound(strengths)


def test_several_strengths_real_and_complex() -> None:
    t, times = make(5, 80, 10.0)
    rng = np.random.default_rng(6)
    strengths = rng.normal(size=(3, 80)) + 1j * rng.normal(size=(3, 80))
    frequency = 4.0 + np.arange(20) * 0.01
    got = TrigSums(times, 0.01, 20).band(strengths, 4.0)
    assert got.shape == (3, 20)
    for row, c in zip(got, strengths, strict=True):
        # 4 + k * 0.01 is rounded once here; 1e-16 * 4 * 10 cycles are nothing beside 1e-9
        assert np.abs(row - oracles.direct_sums(t, c, frequency)).max() <= bound(c)


@pytest.mark.parametrize("multiple", [1, 2, 3])
def test_multiples_of_the_frequencies(multiple: int) -> None:
    t, times = make(7, 80, 10.0)
    strengths = np.random.default_rng(8).normal(size=80)
    got = TrigSums(times, 1 / 128, 30).band(strengths[np.newaxis], 2.5, multiple)[0]
    frequency = multiple * (2.5 + np.arange(30) / 128)
    assert np.abs(got - oracles.direct_sums(t, strengths, frequency)).max() <= bound(strengths)


def test_bands_of_one_grid_fit_together() -> None:
    _, times = make(9, 60, 10.0)
    strengths = np.random.default_rng(10).normal(size=(1, 60))
    whole = TrigSums(times, 0.02, 48).band(strengths, 1.0)
    pieces = TrigSums(times, 0.02, 16)
    parts = [pieces.band(strengths, 1.0 + 16 * k * 0.02) for k in range(3)]
    assert np.abs(np.hstack(parts) - whole).max() <= 2 * bound(strengths)


def test_shifts_can_be_shared() -> None:
    _, times = make(11, 60, 10.0)
    strengths = np.random.default_rng(12).normal(size=(2, 60))
    engine = TrigSums(times, 0.02, 16)
    shifts = engine.shifts(3.0)
    np.testing.assert_allclose(np.abs(shifts), 1.0, atol=1e-15)
    np.testing.assert_array_equal(engine.band_at(strengths, shifts), engine.band(strengths, 3.0))


@pytest.mark.parametrize("change", [0.0, 0.25, np.inf])
def test_one_plan_serves_all_strengths_and_multiples_of_a_long_band(
    change: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sums, "_CHANGE", change)
    made: list[object] = []
    new_plan = sums._new_plan

    def counted(*arguments: object) -> object:
        made.append(arguments)
        return new_plan(*arguments)

    monkeypatch.setattr(sums, "_new_plan", counted)
    size, n = sums._ALONE, sums._MANY
    t, times = make(13, n, 1000.0)
    strengths = np.random.default_rng(14).normal(size=(2, n))
    engine = TrigSums(times, 1 / 4096, size)
    some = np.random.default_rng(15).integers(0, size, 50)
    # to and fro: a plan that was passed on and comes back must have the points it needs
    for start, multiple in itertools.product((1.0, 5.0, 1.0), (1, 2, 1)):
        got = engine.band(strengths, start, multiple)
        assert got.shape == (2, size)
        frequency = multiple * (start + some / 4096)
        for row, c in zip(got, strengths, strict=True):
            assert np.abs(row[some] - oracles.direct_sums(t, c, frequency)).max() <= bound(c)
    # one alone while changing its points is cheaper than to make another; then one for each
    assert len(made) == (2 if change == np.inf else 1)


@given(st.integers(0, 2**32 - 1), st.integers(1, 39), st.floats(0, 1e4))
def test_sums_are_additive_over_data(seed: int, cut: int, start: float) -> None:
    rng = np.random.default_rng(seed)
    _, times = make(seed, 40, 50.0)
    strengths = rng.normal(size=(1, 40)) + 1j * rng.normal(size=(1, 40))
    chosen = rng.permutation(40)
    spacing, size = 0.005, 24

    def sums_of(rows: np.ndarray) -> np.ndarray:
        return TrigSums(times[rows], spacing, size).band(strengths[:, rows], start)

    total = sums_of(chosen[:cut]) + sums_of(chosen[cut:])
    # both sides carry the error of their transforms
    assert np.abs(total - sums_of(chosen)).max() <= 2 * bound(strengths)
    assert np.abs(total).max() > 1e3 * bound(strengths)


def test_bands_are_of_the_size_that_was_measured_to_be_fast() -> None:
    assert 1 << 16 <= sums.BAND <= 1 << 17


def test_few_samples_make_one_plan_for_every_multiple(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[object] = []
    new_plan = transforms._new_plan
    monkeypatch.setattr(transforms, "_new_plan", lambda *a: made.append(a) or new_plan(*a))
    monkeypatch.setattr(sums, "IDLE_PLANS", transforms.IdlePlans())
    t, times = make(16, 300, 100.0)
    strengths = np.random.default_rng(17).normal(size=(2, 300))
    engine = TrigSums(times, 1 / 800, sums._ALONE)
    some = np.random.default_rng(18).integers(0, sums._ALONE, 50)
    for start, multiple in itertools.product((1.0, 20.0), (1, 2, 3)):
        got = engine.band(strengths, start, multiple)
        frequency = multiple * (start + some / 800)
        for row, c in zip(got, strengths, strict=True):
            assert np.abs(row[some] - oracles.direct_sums(t, c, frequency)).max() <= bound(c)
    # to make a plan takes as long as two transforms, to give it other points next to nothing
    assert len(made) == 1
    # nor does the next series of about the same length make another, once this one is gone
    del engine
    again = TrigSums(times, 1 / 800, sums._ALONE - 100)
    got = again.band(strengths, 1.0)
    assert got.shape == (2, sums._ALONE - 100)
    expected = oracles.direct_sums(t, strengths[1], 1.0 + some[some < 16000] / 800)
    assert np.abs(got[1, some[some < 16000]] - expected).max() <= bound(strengths[1])
    assert len(made) == 1
    # but what is in use is in no other hands
    TrigSums(times, 1 / 800, sums._ALONE).band(strengths, 1.0)
    assert len(made) == 2
