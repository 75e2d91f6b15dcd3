"""Where a changing rhythm may be: a scan over frequency and drift, and ridges in sliding windows.

Each start is a path of the phase.  The scan takes the whole record as one chirp; a ridge is the
path of the strongest local sinusoids, which may go anywhere but not too fast.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from epicycle.changing.design import TWO_PI
from epicycle.samples.arrays import Floats

#: Grid points per 1/T; frequencies of a ridge; and drifts tried, at most.
_FINE, _RIDGE, _DRIFTS = 6, 96, 61

#: The largest drift is this part of the band.
_STEEPEST = 0.6

#: Widths of the windows: standard deviations in cycles.
WINDOWS = (1.0, 2.0, 4.0)

#: How fast the frequency of a ridge may walk: relative, per square root of a cycle.
_WANDER = 0.03

#: Samples within a cycle that a scan keeps apart.
_BINS = 16


@dataclass(frozen=True, eq=False)
class Start:
    """A path of the phase to begin from.

    Attributes
    ----------
    name : str
    t, phase, error : ndarray, shape (G,)
        Times, unwrapped phase and its error, in turns.
    frequency : float
        Mean frequency.
    amplitude : float
    """

    name: str
    t: Floats
    phase: Floats
    error: Floats
    frequency: float
    amplitude: float


def binned(t: Floats, y: Floats, w: Floats, width: float) -> tuple[Floats, Floats, Floats]:
    """Return means of the samples in bins, where there are many in most: what a scan can see."""
    bins = np.floor((t - t[0]) / width).astype(np.intp)
    first = np.flatnonzero(np.r_[True, np.diff(bins) > 0])
    if len(first) > 0.6 * len(t):
        return t, y, w
    weight = np.add.reduceat(w, first)
    return (
        np.add.reduceat(w * t, first) / weight,
        np.add.reduceat(w * y, first) / weight,
        weight,
    )


def detrended(y: Floats, w: Floats, level: Floats) -> Floats:
    """Return values less trend and offsets."""
    root = np.sqrt(w)
    fitted = np.linalg.lstsq(level * root[:, np.newaxis], y * root, rcond=None)[0]
    result: Floats = y - level @ fitted
    return result


def grid(low: float, high: float, span: float) -> Floats:
    """Return frequencies that miss no line between two limits."""
    count = int(np.clip(_FINE * (high - low) * span, 60, 20_000))
    return np.linspace(low, high, count)


def chirps(t: Floats, y: Floats, w: Floats, low: float, high: float) -> tuple[Start, Start]:
    """Return the strongest sinusoid of constant frequency, and the strongest of linear drift.

    Parameters
    ----------
    t, y, w : ndarray, shape (n,)
        Times from the middle, values free of trend, weights.
    low, high : float
        Least and highest mean frequency.
    """
    span = float(t[-1] - t[0])
    frequency = grid(low, high, span)
    steepest = _STEEPEST * (high - low)
    count = int(np.clip(2 * steepest * span, 9, _DRIFTS)) | 1
    drifts = np.linspace(-steepest, steepest, count)
    turning = np.exp(-1j * np.pi * np.outer(t**2, drifts / span)) * (w * y)[:, np.newaxis]
    sums = np.empty((len(frequency), count), dtype=np.complex128)
    piece = max(1, 2_000_000 // len(t))
    for k in range(0, len(frequency), piece):
        sums[k : k + piece] = np.exp(-1j * TWO_PI * np.outer(frequency[k : k + piece], t)) @ turning
    power = np.abs(sums) ** 2
    points = np.linspace(t[0], t[-1], int(np.clip(3 * span * frequency.mean(), 20, 4000)))
    found = []
    for name, columns in (("constant", np.array([count // 2])), ("drift", np.arange(count))):
        where = int(power[:, columns].argmax())
        k, j = where // len(columns), int(columns[where % len(columns)])
        phase = frequency[k] * points + 0.5 * drifts[j] / span * points**2
        phase += np.angle(sums[k, j]) / TWO_PI
        amplitude = max(2 * float(np.abs(sums[k, j])) / float(w.sum()), 1e-6)
        error = np.full(len(points), 0.05)
        found.append(Start(name, points, phase, error, float(frequency[k]), amplitude))
    return found[0], found[1]


def ridge(
    t: Floats, y: Floats, w: Floats, band: tuple[float, float], cycles: float
) -> Start | None:
    """Return the ridge in Gaussian windows of some cycles, None where the record is too short."""
    low, high = band
    middle = 0.5 * (low + high)
    span = float(t[-1] - t[0])
    if 4 * cycles > span * middle:
        return None
    width = cycles / middle
    frequency = np.linspace(low, high, _RIDGE)
    centres = np.linspace(t[0], t[-1], max(8, int(2 * span * middle)))
    gain, rest, total, total2 = _windows(t, y, w, frequency, (centres, width))
    variance = float(np.median((rest - gain.max(axis=1)) / total))
    spacing = centres[1] - centres[0]
    overlap = max(width * np.sqrt(4 * np.pi) / spacing, 1.0)
    score = 0.5 * gain / max(variance, 1e-12) * (total / total2)[:, np.newaxis] / overlap
    path = _viterbi(score, frequency, (_WANDER * middle) ** 2 * spacing * middle)
    best = frequency[path]
    inner = np.flatnonzero((path > 0) & (path < _RIDGE - 1))
    left, top, right = (gain[inner, path[inner] + d] for d in (-1, 0, 1))
    bend = left - 2 * top + right
    offset = np.where(bend < 0, 0.5 * (left - right) / np.where(bend == 0, -1.0, bend), 0.0)
    best[inner] += np.clip(offset, -1, 1) * (frequency[1] - frequency[0])
    return _followed(t, y, w, best, (centres, width))


def _windows(
    t: Floats, y: Floats, w: Floats, frequency: Floats, windows: tuple[Floats, float]
) -> tuple[Floats, Floats, Floats, Floats]:
    """Return gains (M, F) by a sinusoid beyond a floating mean, and squares and weights (M,)."""
    centres, width = windows
    gain = np.zeros((len(centres), len(frequency)))
    rest, total, total2 = (np.full(len(centres), 1e-12) for _ in range(3))
    for k in range(0, len(centres), 64):
        rows = slice(k, min(k + 64, len(centres)))
        near = np.abs(t - centres[rows].mean()) < np.ptp(centres[rows]) / 2 + 4 * width
        if near.sum() < 4:
            continue
        x, v = t[near], y[near]
        window = w[near] * np.exp(-0.5 * ((centres[rows, np.newaxis] - x) / width) ** 2)
        wave = np.exp(-1j * TWO_PI * np.outer(x, frequency))
        s0, sy, syy = window.sum(axis=1), window @ v, window @ v**2
        s0 = np.maximum(s0, 1e-12)
        first, value, second = window @ wave, window @ (v[:, np.newaxis] * wave), window @ wave**2
        weight, mean = s0[:, np.newaxis], (sy / s0)[:, np.newaxis]
        c, s = first.real, -first.imag
        cc = 0.5 * (weight + second.real) - c * c / weight
        ss = 0.5 * (weight - second.real) - s * s / weight
        cs = -0.5 * second.imag - c * s / weight
        yc, ys = value.real - mean * c, -value.imag - mean * s
        determinant = np.maximum(cc * ss - cs**2, 1e-6 * weight**2)
        gain[rows] = (yc**2 * ss + ys**2 * cc - 2 * yc * ys * cs) / determinant
        rest[rows], total[rows] = np.maximum(syy - sy**2 / s0, 1e-12), s0
        total2[rows] = np.maximum((window**2).sum(axis=1), 1e-12)
    gain = np.clip(gain, 0.0, rest[:, np.newaxis])
    return gain, rest, total, total2


def _viterbi(score: Floats, frequency: Floats, walk: float) -> np.ndarray:
    """Return the path of the highest score, less the squares of its steps over twice `walk`."""
    penalty = (frequency[:, np.newaxis] - frequency) ** 2 / (2 * walk)
    best = score[0].copy()
    back = np.zeros(score.shape, dtype=np.intp)
    rows = np.arange(score.shape[1])
    for m in range(1, len(score)):
        total = best - penalty
        back[m] = total.argmax(axis=1)
        best = total[rows, back[m]] + score[m]
    path = np.zeros(len(score), dtype=np.intp)
    path[-1] = best.argmax()
    for m in range(len(score) - 1, 0, -1):
        path[m - 1] = back[m, path[m]]
    return path


def _followed(
    t: Floats, y: Floats, w: Floats, frequency: Floats, windows: tuple[Floats, float]
) -> Start:
    """Return amplitude and phase along a ridge, by least squares in each window."""
    centres, width = windows
    coefficients = np.zeros((len(centres), 3))
    error = np.full(len(centres), np.inf)
    for k in range(0, len(centres), 64):
        rows = slice(k, min(k + 64, len(centres)))
        low, high = centres[rows][0] - 4 * width, centres[rows][-1] + 4 * width
        near = slice(*np.searchsorted(t, [low, high]))
        x, v = t[near] - centres[rows, np.newaxis], y[near]
        window = w[near] * np.exp(-0.5 * (x / width) ** 2) * (np.abs(x) <= 4 * width)
        turn = TWO_PI * frequency[rows, np.newaxis] * x
        columns = np.stack([np.ones_like(x), np.cos(turn), np.sin(turn)], axis=1)
        weighted = window[:, np.newaxis] * columns
        normal = weighted @ columns.swapaxes(1, 2)
        trace = np.einsum("kii->k", normal)
        good = ((window > 0).sum(axis=1) >= 5) & (trace >= 1e-9)
        normal += np.maximum(1e-9 * trace, 1e-12)[:, np.newaxis, np.newaxis] * np.eye(3)
        found = np.linalg.solve(normal, (weighted @ v)[:, :, np.newaxis])
        left = v - (found.swapaxes(1, 2) @ columns)[:, 0]
        total = np.maximum(window.sum(axis=1), 1e-300)
        rest = (window * left**2).sum(axis=1) / total
        effective = total**2 / np.maximum((window**2).sum(axis=1), 1e-300)
        power = np.maximum((found[:, 1:, 0] ** 2).sum(axis=1), 1e-12)
        spread = np.sqrt(2 * rest / power / np.maximum(effective - 3, 1.0)) / TWO_PI
        coefficients[rows] = np.where(good[:, np.newaxis], found[:, :, 0], 0.0)
        error[rows] = np.where(good, spread, np.inf)
    amplitude = np.hypot(coefficients[:, 1], coefficients[:, 2])
    steps = 0.5 * (frequency[1:] + frequency[:-1]) * np.diff(centres)
    steady = np.concatenate([[0.0], np.cumsum(steps)])
    phase = np.arctan2(-coefficients[:, 2], coefficients[:, 1])
    phase = np.unwrap(phase - TWO_PI * steady) / TWO_PI + steady
    good = np.isfinite(error)
    if good.sum() < 4:
        good[:] = True
    error = np.clip(np.where(np.isfinite(error), error, 1.0), 0.01, 0.3)
    middle = max(float(np.median(amplitude[good])), 1e-6)
    mean = float(1 / np.mean(1 / frequency))
    return Start("ridge", centres[good], phase[good], error[good], mean, middle)


def starts(t: Floats, y: Floats, w: Floats, low: float, high: float) -> list[Start]:
    """Return paths to begin from: constant, drifting, and the ridges, in this order."""
    t, y, w = binned(t, y, w, 1 / (_BINS * high))
    w = w / w.mean()
    ridges = [ridge(t, y, w, (low, high), cycles) for cycles in WINDOWS]
    return [*chirps(t, y, w, low, high), *(one for one in ridges if one is not None)]


def several(
    t: Floats, y: Floats, w: Floats, band: tuple[float, float], count: int
) -> list[list[Start]]:
    """Return constant and drifting starts for several rhythms, each found in what others left."""
    t, y, w = binned(t, y, w, 1 / (_BINS * band[1]))
    w = w / w.mean()
    paths: list[list[Start]] = []
    for kind in range(2):
        rest, found = y, []
        for _ in range(count):
            start = chirps(t, rest, w, *band)[kind]
            found.append(start)
            turn = TWO_PI * np.interp(t, start.t, start.phase)
            rest = detrended(rest, w, np.stack([np.cos(turn), np.sin(turn)], axis=1))
        paths.append(found)
    # the clocks of the drifting ones are those from which all are counted
    return [paths[1], paths[0]] if _power(paths[1]) > _power(paths[0]) else paths


def _power(starts: list[Start]) -> float:
    return sum(one.amplitude**2 for one in starts)
