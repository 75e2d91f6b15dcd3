"""Amplitude and maximum of waveforms, by hand and by a fine grid."""

import numpy as np

from epicycle.experiments.waveshape import shapes


def test_a_sinusoid_has_the_amplitude_and_phase_it_was_made_with():
    turn = np.array([0.0, 0.25, -0.2, 0.49])
    amplitude = np.array([1.0, 2.0, 0.5, 3.0])
    angle = 2 * np.pi * turn
    made = shapes(np.stack([amplitude * np.cos(angle), amplitude * np.sin(angle)], axis=1))
    np.testing.assert_allclose(made.amplitude, amplitude, rtol=1e-12)
    np.testing.assert_allclose(made.turn, turn, atol=1e-12)


def test_several_harmonics_agree_with_a_fine_grid():
    b = np.random.default_rng(1).normal(size=(40, 6))
    found = shapes(b)
    grid = np.linspace(-0.5, 0.5, 20001)
    k = 2 * np.pi * np.arange(1, 4)
    values = b @ np.concatenate([np.cos(np.outer(k, grid)), np.sin(np.outer(k, grid))])
    np.testing.assert_allclose(found.amplitude, np.ptp(values, axis=1) / 2, rtol=1e-6)
    off = found.turn - grid[values.argmax(axis=1)]
    assert np.abs(off - np.rint(off)).max() < 1e-4


def test_derivatives_are_differences():
    rng = np.random.default_rng(2)
    for width in (2, 4, 6):
        b = rng.normal(size=(5, width))
        b[:, 0] += 3  # one clear maximum
        found, h = shapes(b), 1e-6
        for j in range(width):
            step = h * (np.arange(width) == j)
            up, down = shapes(b + step), shapes(b - step)
            by_amplitude = (up.amplitude - down.amplitude) / (2 * h)
            np.testing.assert_allclose(found.by_amplitude[:, j], by_amplitude, atol=1e-7)
            by_turn = (up.turn - down.turn) / (2 * h)
            np.testing.assert_allclose(found.by_turn[:, j], by_turn, atol=1e-7)
