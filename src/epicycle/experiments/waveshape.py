"""Waveforms of known coefficients: amplitude and time of maximum, with their gradients."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from epicycle.samples.arrays import Floats

TWO_PI = 2 * np.pi

#: Points of a turn at which a waveform of several harmonics is looked at first, for each of them.
_POINTS = 24

#: Steps of Newton's method from the highest of these points to the maximum.
_STEPS = 4


@dataclass(frozen=True, eq=False)
class Shapes:
    """Amplitude and place of the maximum of some waveforms.

    Attributes
    ----------
    amplitude : ndarray, shape (S,)
        Half of the way from minimum to maximum.
    turn : ndarray, shape (S,)
        Where the maximum is, in turns from -1/2 to 1/2.
    by_amplitude, by_turn : ndarray, shape (S, 2K)
        Derivatives by the coefficients, cosines first.
    """

    amplitude: Floats
    turn: Floats
    by_amplitude: Floats
    by_turn: Floats


def shapes(coefficients: Floats) -> Shapes:
    """Return amplitude and maximum of waveforms, coefficients of shape (S, 2K), cosines first."""
    harmonics = coefficients.shape[1] // 2
    if harmonics == 1:
        a, b = coefficients.T
        amplitude = np.hypot(a, b)
        safe = np.maximum(amplitude, 1e-300)
        unit = coefficients / safe[:, None]
        across = np.stack([-unit[:, 1], unit[:, 0]], axis=1) / (TWO_PI * safe)[:, None]
        return Shapes(amplitude, np.arctan2(b, a) / TWO_PI, unit, across)
    grid = np.arange(_POINTS * harmonics) / (_POINTS * harmonics)
    values = coefficients @ _basis(grid, harmonics, 0).T
    turn, highest = _extreme(coefficients, grid[values.argmax(axis=1)], harmonics)
    _, lowest = _extreme(coefficients, grid[values.argmin(axis=1)], harmonics)
    by_amplitude = (highest - lowest) / 2
    slope = _basis(turn, harmonics, 1)
    curvature = np.einsum("sk,sk->s", coefficients, _basis(turn, harmonics, 2))
    by_turn = -slope / np.minimum(curvature, -1e-300)[:, None]
    amplitude = np.einsum("sk,sk->s", coefficients, by_amplitude)
    return Shapes(amplitude, turn - np.rint(turn), by_amplitude, by_turn)


def _basis(turn: Floats, harmonics: int, derivative: int) -> Floats:
    """Return cosines and sines at places in turns, or a derivative of them by the turn."""
    order = TWO_PI * np.arange(1, harmonics + 1)
    angle = np.multiply.outer(turn, order) + derivative * np.pi / 2
    both = np.concatenate([np.cos(angle), np.sin(angle)], axis=-1)
    return np.asarray(both * np.concatenate([order, order]) ** derivative)


def _extreme(coefficients: Floats, start: Floats, harmonics: int) -> tuple[Floats, Floats]:
    """Return the extreme next to some places, and cosines and sines there."""
    turn, reach = start, 1.0 / (_POINTS * harmonics)
    for _ in range(_STEPS):
        slope = np.einsum("sk,sk->s", coefficients, _basis(turn, harmonics, 1))
        curvature = np.einsum("sk,sk->s", coefficients, _basis(turn, harmonics, 2))
        flat = np.abs(curvature) < 1e-300
        step = np.where(flat, 0.0, -slope / np.where(flat, 1.0, curvature))
        turn = np.clip(turn + np.clip(step, -reach, reach), start - reach, start + reach)
    return turn, _basis(turn, harmonics, 0)
