"""Plane waves of many inputs, without noise, by lattice reduction; and that noise ends it."""

import sys

import numpy as np
import pytest

from epicycle.problems.high_dimensional import learn_wave

pytest.importorskip("flint")


def samples(d, size, seed=1, n=None, noise=0.0):
    rng = np.random.default_rng(seed)
    w = rng.normal(size=d)
    w *= 2 * np.pi * size / np.linalg.norm(w)
    x = rng.normal(size=(n or 3 * (d + 1) + 20, d))
    return x, np.sin(x @ w) + noise * rng.normal(size=len(x)), w


@pytest.mark.parametrize(("d", "size"), [(1, 3.0), (4, 5.0), (8, 1000.0), (12, 5.0)])
def test_the_wave_is_found_to_the_last_digits(d, size):
    x, y, w = samples(d, size)
    wave = learn_wave(x, y)
    found = 2 * np.pi * wave.frequency
    sign = np.sign(found @ w)
    # phases are good to 1e-15 of the largest angle, which is some times the size in turns
    assert np.abs(sign * found - w).max() < 1e-11 * max(size, 10.0)
    assert wave(x) == pytest.approx(y, abs=1e-9 * size)
    unseen = np.random.default_rng(9).normal(size=(50, d))
    assert wave(unseen) == pytest.approx(np.sin(unseen @ w), abs=1e-9 * size)


def test_any_phase_will_do():
    x, _, w = samples(5, 4.0)
    wave = learn_wave(x, np.cos(x @ w + 1.1))
    assert abs(wave.phase) == pytest.approx(1.1, abs=1e-9)


def test_noise_is_the_end_of_it():
    x, y, _ = samples(5, 5.0, noise=1e-4)
    with pytest.raises(ValueError, match=r"no plane wave of amplitude one .* as hard as"):
        learn_wave(x, np.clip(y, -1, 1))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda x, y: (x[:10], y[:10]), r"5 inputs need 26 samples, got 10"),
        (lambda x, y: (x, 3 * y), r"amplitude one, got"),
        (lambda x, y: (x, y[:-1]), r"shapes \(n, d\) and \(n,\), got"),
        (lambda x, y: (np.where(x > 2, np.nan, x), y), r"must be finite"),
        (lambda x, y: (0 * x + 1, y), r"spans fewer dimensions"),
        (lambda x, y: (x, np.sign(y)), r"steep enough"),
    ],
)
def test_what_cannot_be_used_is_said(change, message):
    x, y, _ = samples(5, 5.0)
    with pytest.raises(ValueError, match=message):
        learn_wave(*change(x, y))


def test_without_the_library_it_says_which(monkeypatch):
    monkeypatch.setitem(sys.modules, "flint", None)
    x, y, _ = samples(2, 5.0)
    with pytest.raises(ImportError, match=r"pip install 'epicycle\[lattice\]'"):
        learn_wave(x, y)
