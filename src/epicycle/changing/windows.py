r"""Trigonometric sums in Gaussian windows at many frequencies and times: direct, and transformed.

For a window of standard deviation :math:`s` about :math:`\tau`, with :math:`u_i = t_i - \tau` and
:math:`g(u) = e^{-u^2 / 2 s^2}`, every sum needed is of the form

.. math:: \sum_i c_i\, g(u_i)\, e^{-2\pi i f u_i}
   = \int \hat g(\nu - f) \Big[\sum_i c_i\, e^{-2\pi i \nu t_i}\Big] e^{2\pi i \nu \tau} d\nu .

The bracket is one nonuniform transform of the samples, whatever the number of windows; the product
with the narrow :math:`\hat g` and the way back are a short transform for each frequency.  So the
cost for many samples is that of one transform, not of samples times windows.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from epicycle.samples import phase
from epicycle.samples.arrays import Complexes, Floats
from epicycle.samples.times import Times
from epicycle.spectra.sums import TrigSums
from epicycle.spectra.transforms import synthesis

#: Where a Gaussian is none any more, in standard deviations: ``exp(-REACH**2 / 2)`` is 1e-10.
REACH = 6.8

#: Samples times windows up to which direct sums are quicker: the transforms take as long as 4,000
#: of them for each frequency, whatever the number of samples.
_DIRECT = 4_000

#: Frequencies whose windows differ by no more than this ratio share the length of their transforms.
_SHARED = 2.0


@dataclass(frozen=True, eq=False)
class WindowSums:
    """Weighted sums in every window, each of shape (k, m) for k frequencies and m times.

    Attributes
    ----------
    weight, spread, square : ndarray
        Sums of ``w g``, of ``w g u**2``, and of ``(w g)**2``.
    value, value2 : ndarray
        Sums of ``w g y`` and ``w g y**2``.
    wave, wave_value, wave2 : ndarray of complex
        Sums of ``w g e``, ``w g y e`` and ``w g e**2`` with ``e = exp(-2 pi i f u)``.
    """

    weight: Floats
    spread: Floats
    square: Floats
    value: Floats
    value2: Floats
    wave: Complexes
    wave_value: Complexes
    wave2: Complexes


@dataclass(frozen=True, eq=False)
class Windows:
    """Which windows there are.

    Attributes
    ----------
    frequency : ndarray, shape (k,)
        Frequencies in increasing order.
    width : ndarray, shape (k,)
        Standard deviation of the window at each frequency.
    centre : ndarray, shape (m,)
        Middle of each window, counted as the times of the samples are.
    """

    frequency: Floats
    width: Floats
    centre: Floats


def window_sums(times: Times, y: Floats, w: Floats, windows: Windows) -> WindowSums:
    """Return the sums in all windows, by the way that takes less time.

    Parameters
    ----------
    times : Times, shape (n,)
        Times counted from the middle of the data.
    y, w : ndarray, shape (n,)
        Values about their mean, and weights of about 1.
    windows : Windows
        Where to sum.
    """
    few = len(times) * len(windows.centre) <= _DIRECT
    return (direct_sums if few else fast_sums)(times, y, w, windows)


def direct_sums(times: Times, y: Floats, w: Floats, windows: Windows) -> WindowSums:
    """Return the sums in all windows, sample by sample."""
    u = times.to_float() - windows.centre[:, np.newaxis]
    rows = []
    for frequency, width in zip(windows.frequency, windows.width, strict=True):
        g = w * np.exp(-0.5 * (u / width) ** 2)
        angle = (2 * np.pi) * phase.wrap(frequency * u)
        wave = g * (np.cos(angle) - 1j * np.sin(angle))
        double = g * (np.cos(2 * angle) - 1j * np.sin(2 * angle))
        real = (g.sum(1), (g * u**2).sum(1), (g * g).sum(1), g @ y, g @ (y * y))
        rows.append((*real, wave.sum(1), wave @ y, double.sum(1)))
    return WindowSums(*(np.array(column) for column in zip(*rows, strict=True)))


def fast_sums(times: Times, y: Floats, w: Floats, windows: Windows) -> WindowSums:
    """Return the same, good to 1e-8 of the sum over all samples, by nonuniform transforms.

    The transforms are good to 1e-9 and windows to 1e-10 of their height (:data:`REACH`); sums of
    several such terms of both signs stay below ten of them.
    """
    places = (times.hi.min(), times.hi.max(), windows.centre.min(), windows.centre.max())
    span = float(max(places) - min(places))
    # a window at one end must not see the other end across the period of the transform
    step = 1.0 / (span + REACH * float(windows.width.max()))
    strengths = np.stack([w, w * y, w * y * y, w * w])
    half = _half_width(float(windows.width.min()), step)
    low, high = float(windows.frequency.min()), float(windows.frequency.max())
    near_zero = _Spectrum(times, strengths, step, (0.0, 0.0), half)
    near_one = _Spectrum(times, strengths[:2], step, (low, high), half)
    near_two = _Spectrum(times, strengths[:1], step, (2 * low, 2 * high), half)
    shape = (len(windows.frequency), len(windows.centre))
    real = np.empty((5, *shape))
    complex_ = np.empty((3, *shape), dtype=np.complex128)
    for group in _groups(windows.width):
        half = _half_width(float(windows.width[group].min()), step)
        back = synthesis(2 * half + 1, step * windows.centre, 8)
        for k in range(group.start, group.stop):
            f, s = float(windows.frequency[k]), float(windows.width[k])
            rows = [
                *near_zero.windowed(f=0.0, s=s, half=half, kinds=("plain", "spread", "square")),
                *near_one.windowed(f=f, s=s, half=half, kinds=("plain",)),
                *near_two.windowed(f=2 * f, s=s, half=half, kinds=("plain",)),
            ]
            sums = back(np.stack(rows))
            real[:, k] = sums[:5].real
            # FINUFFT's modes are counted from the one nearest to the frequency
            turn = phase.wrap(round(f / step) * (step * windows.centre))
            twice = phase.wrap(round(2 * f / step) * (step * windows.centre))
            complex_[:2, k] = sums[5:7] * np.exp(2j * np.pi * turn)
            complex_[2, k] = sums[7] * np.exp(2j * np.pi * twice)
    weight, value, value2, spread, square = real
    wave, wave_value, wave2 = complex_
    return WindowSums(weight, spread, square, value, value2, wave, wave_value, wave2)


class _Spectrum:
    """Sums of some strengths on a grid of frequencies about a band."""

    def __init__(
        self, times: Times, strengths: Floats, step: float, band: tuple[float, float], half: int
    ) -> None:
        self._step = step
        self._first = round(band[0] / step) - half
        size = round(band[1] / step) + half + 1 - self._first
        sums = TrigSums(times, step, size)
        self._sums = sums.band(strengths, self._first * step)

    def windowed(self, *, f: float, s: float, half: int, kinds: tuple[str, ...]) -> list[Complexes]:
        """Return what the way back takes: the sums about `f` times the transform of a window.

        "plain" gives the first three strengths with the window itself, "spread" the first of them
        with ``u**2`` times the window, "square" the last with the square of the window.
        """
        middle = round(f / self._step)
        numbers = np.arange(middle - half, middle + half + 1)
        x = numbers * self._step - f
        sums = self._sums[:, numbers[0] - self._first : numbers[-1] + 1 - self._first]
        height = math.sqrt(2 * np.pi) * s * self._step
        plain = height * np.exp(-2 * (np.pi * s * x) ** 2)
        rows: list[Complexes] = []
        for kind in kinds:
            if kind == "plain":
                rows += list(sums[:3] * plain)
            elif kind == "spread":
                rows.append(sums[0] * (s * s * (1 - (2 * np.pi * s * x) ** 2) * plain))
            else:
                narrow = height / math.sqrt(2) * np.exp(-((np.pi * s * x) ** 2))
                rows.append(sums[3] * narrow)
        return rows


def _half_width(width: float, step: float) -> int:
    """Return how many steps of frequency the transform of a window, and of its square, reaches."""
    return math.ceil(math.sqrt(2) * REACH / (2 * np.pi * width * step)) + 1


def _groups(width: Floats) -> list[slice]:
    """Return runs of frequencies whose windows have about the same width."""
    groups, start = [], 0
    for k in range(1, len(width) + 1):
        if k == len(width) or max(width[start] / width[k], width[k] / width[start]) > _SHARED:
            groups.append(slice(start, k))
            start = k
    return groups
