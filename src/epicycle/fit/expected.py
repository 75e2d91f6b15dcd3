r"""The power that noise with a memory is expected to show, at the very times of the samples.

The spectrum that samples show is that of the process, convolved with the spectral window: on a
raster with holes the power of slow swings appears again beside every peak of the window.  With
weights w, :math:`z = e^{-2\pi i f t}` and the covariance R of the process, the expected power is

.. math:: \langle |\sum_i w_i x_i z_i|^2 \rangle = \sum_l c_l\, R(\tau_l)\, e^{-2\pi i f \tau_l},

where c, the sum of products of weights at each distance :math:`\tau_l`, is the Fourier transform of
the window (Sykulski et al. 2019, Biometrika 106, 251, eq. 8, here for any times).  What mean and
trend take of the process is taken out exactly.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import fft, linalg

from epicycle.samples.arrays import Complexes, Floats
from epicycle.samples.data import Data
from epicycle.spectra.periodogram import DEGENERATE
from epicycle.spectra.sums import TrigSums

#: Steps of the grid per 1 / baseline.  Products of two spans need 2; between 4, lines are straight.
STEPS = 4

#: Sine and cosine are alike if their correlation, in any phase, is above this.
_ALIKE = 0.5

#: Up to this, a transform of any length takes no time.
_ANY_LENGTH = 1 << 14

#: Numbers of a grid that one transform holds.
_PIECE = 1 << 16


@dataclass(frozen=True)
class Memory:
    r"""A stationary process of variance 1.

    Attributes
    ----------
    length : float
        Its time, tau.
    smooth : bool
        Whether its covariance is :math:`(1 + x) e^{-x}`, whose spectrum falls with the fourth
        power of frequency, and not :math:`e^{-x}`, with the second; x is the distance over tau.
    """

    length: float
    smooth: bool = False

    def covariance(self, distance: Floats) -> Floats:
        """Return the covariance at some distances."""
        x = distance / self.length
        result: Floats = np.exp(-x) * (1.0 + x if self.smooth else 1.0)
        return result

    def times(self, t: Floats, values: Floats) -> Floats:
        """Return the covariance of ascending times t, shape (n,), times columns, shape (n, m)."""
        forward = self._sums(np.diff(t), values)
        backward = self._sums(np.diff(t)[::-1], values[::-1])[::-1]
        return forward + backward - values

    def _sums(self, gaps: Floats, values: Floats) -> Floats:
        """Return, at each time, the covariance with all times up to it, times values."""
        x = gaps / self.length
        kept = np.exp(-x)
        band = np.ones((2, len(values)))
        band[1, :-1], band[1, -1] = -kept, 0.0
        plain = linalg.solve_banded((1, 0), band, values)
        if not self.smooth:
            return np.asarray(plain, dtype=np.float64)
        grown = np.zeros_like(values)
        grown[1:] = (kept * x)[:, np.newaxis] * plain[:-1]
        return np.asarray(plain + linalg.solve_banded((1, 0), band, grown), dtype=np.float64)


class ExpectedPower:
    """Expected least-squares power of processes with memory, on a grid from frequency 0.

    Parameters
    ----------
    data : Data
        Times, weights and what is fitted along.
    output : int
        The output whose weights are meant.
    maximum : float
        End of the grid.

    Attributes
    ----------
    spacing : float
        Step of the grid: a fraction of 1 / baseline.
    size : int
        Its number of frequencies.
    """

    def __init__(self, data: Data, output: int, maximum: float) -> None:
        self.spacing = 1.0 / (STEPS * data.baseline)
        self.size = math.ceil(maximum / self.spacing) + 2 * STEPS
        self._data = data
        self._w = data.weights_of(output)
        self._basis = data.basis(output)
        raw = data.times.to_float()
        self._order = np.argsort(raw, kind="stable")
        self._t = raw[self._order]
        window = np.abs(self._sums(self._w[np.newaxis, :], 3 * self.size)[0]) ** 2
        # at least twice the band, so that what is folded into it from above is known too, and cut
        # where the window is low: a peak at the end would count for both of its halves
        around = np.convolve(window, np.ones(4 * STEPS), mode="same")
        halves = _lengths(2 * self.size, 3 * self.size - 2 * STEPS)
        half = int(halves[around[halves].argmin()])
        self._length = 2 * half
        self._pairs: Floats = np.fft.irfft(window[: half + 1], self._length)
        self._distance = np.arange(half + 1) / (self._length * self.spacing)
        self._nuisance = self._sums((self._basis * self._w[:, np.newaxis]).T, self.size)
        total = float(self._w.sum())
        free = total - (np.abs(self._nuisance) ** 2).sum(axis=0)
        doubled = self._sums(self._w[np.newaxis, :], self.size, 2)[0]
        likeness = np.abs(doubled - (self._nuisance**2).sum(axis=0)) / np.maximum(free, 1e-300)
        # where sine and cosine are hardly told apart, all the power may be in what is left of them
        likeness = np.where(likeness > _ALIKE, np.minimum(likeness, 1.0), 0.0)
        self._free = np.maximum(free * (1.0 - likeness), DEGENERATE * total)

    @staticmethod
    def of(data: Data, output: int, maximum: float) -> ExpectedPower:
        """Return that of some data, made once for all who ask."""
        key = f"expected, {min(output, data.weights.shape[1] - 1)} to {maximum!r}"
        kept = data.memo.get(key)
        if not isinstance(kept, ExpectedPower):
            kept = data.memo[key] = ExpectedPower(data, output, maximum)
        return kept

    def mixture(self, processes: list[Memory], shares: Floats) -> Floats:
        """Return the power of a sum of processes, relative to white noise, shape (size,).

        Parameters
        ----------
        processes : list of Memory
        shares : ndarray, shape (k,)
            Their variances, in units of the variance of a value of weight 1.
        """
        covariance = np.zeros_like(self._distance)
        present = [one for one in zip(processes, shares.tolist(), strict=True) if one[1]]
        for one, share in present:
            covariance += share * one.covariance(self._distance)
        pairs = self._pairs[: len(covariance)] * covariance
        power: Floats = np.fft.hfft(pairs, self._length)[: self.size]
        if self._basis.shape[1]:
            power = power + self._taken(present)
        # what is left is a power, whatever rounding says
        positive: Floats = np.maximum(power, 1e-12 * float(power.max())) / self._free
        return positive

    def _taken(self, shares: list[tuple[Memory, float]]) -> Floats:
        """Return by how much mean and trend change the power: they take what is like them."""
        columns = (self._w[:, np.newaxis] * self._basis)[self._order]
        with_process = np.zeros_like(columns)
        for one, share in shares:
            with_process += share * one.times(self._t, columns)
        among = columns.T @ with_process
        back = np.empty_like(with_process)
        back[self._order] = with_process
        crossed = self._sums((self._w[:, np.newaxis] * back).T, self.size)
        # |s - sum_m q_m g_m|^2 for the sums s of the process and its coefficients g_m
        change = -2.0 * (self._nuisance.conj() * crossed).real.sum(axis=0)
        change += (self._nuisance.conj() * (among @ self._nuisance)).real.sum(axis=0)
        return np.asarray(change, dtype=np.float64)

    def _sums(self, strengths: Floats, size: int, multiple: int = 1) -> Complexes:
        """Return trigonometric sums on the grid, shape (m, size)."""
        piece = min(size, _PIECE)
        engine = TrigSums(self._data.times, self.spacing, piece)
        parts = [
            engine.band(strengths, first * self.spacing, multiple)[:, : size - first]
            for first in range(0, size, piece)
        ]
        return np.concatenate(parts, axis=1)


def _lengths(least: int, end: int) -> NDArray[np.intp]:
    """Return the lengths from `least` to before `end` that are worth a try.

    A long one with a large prime factor takes ten times as long as one without.
    """
    if end <= _ANY_LENGTH:
        return np.arange(least, end)
    lengths, one = [], fft.next_fast_len(least)
    while one < end:
        lengths.append(one)
        one = fft.next_fast_len(one + 1)
    return np.array(lengths, dtype=np.intp)
