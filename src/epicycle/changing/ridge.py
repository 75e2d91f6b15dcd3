r"""The ridge of a scalogram: the strongest rhythm followed through time, with errors.

Three steps.  The path of the greatest likelihood through the picture, whose period may wander, is
found by dynamic programming (Viterbi).  At each window the sinusoid is then fitted with its
frequency free, by Gauss-Newton.  Errors are those of weighted least squares where the window
weights are no variances: with the design X, sample weights w and window g,

.. math:: C = \sigma^2\, H^{-1} (X^T w g^2 X) H^{-1}, \qquad H = X^T w g X .

They are errors of noise alone, for a rhythm that is steady within a window: what changes within
a window is smoothed.  Windows that overlap share their samples, so neighbouring points are not
independent.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from epicycle.changing.tiles import between
from epicycle.samples.arrays import Floats
from epicycle.samples.phase import wrap
from epicycle.samples.times import TimeScale

if TYPE_CHECKING:
    from epicycle.changing.scalogram import Scalogram

SCHEMA = "epicycle.ridge/1"

#: Samples farther than this from the middle of a window, in widths, do not count: a weight of 3e-7.
_FAR = 5.5

#: More samples than this are averaged in bins, so many a cycle of the highest frequency: that takes
#: ``(2 pi / _BINS)**2 / 24``, 4e-4, off an amplitude, a small part of the errors of so many.
_MANY, _BINS = 20_000, 64

#: Steps of Gauss-Newton; within a line width each of them squares the distance.
_STEPS = 4

#: Steps of the path that cost more than this in log-likelihood are not tried.
_DEAREST = 50.0


@dataclass(frozen=True, eq=False)
class Ridge:
    """The strongest rhythm along time, each array of shape (m,); NaN where windows show nothing.

    Attributes
    ----------
    time : ndarray
        Middles of the windows, as in the scalogram.
    period, period_error : ndarray
        Period, and its standard error.
    frequency, frequency_error : ndarray
        One over it.
    amplitude, amplitude_error : ndarray
        Amplitude of the sinusoid.
    phase, phase_error : ndarray
        Phase in the middle of the window in turns since the last maximum, 0 to 1.
    turns : ndarray
        The same, counted on: whole at each maximum.  Across gaps the number of turns is that of
        the nearest path, and may be wrong by whole ones.
    power : ndarray
        Share of the variance in the window.
    significant : ndarray of bool
        Whether the power exceeds the level that noise reaches anywhere in the picture.
    inside : ndarray of bool
        Whether the window lies within the samples (outside of the cone of influence).
    false_alarm : float
        The probability of that level.
    """

    time: Floats
    period: Floats
    period_error: Floats
    frequency: Floats
    frequency_error: Floats
    amplitude: Floats
    amplitude_error: Floats
    phase: Floats
    phase_error: Floats
    turns: Floats
    power: Floats
    significant: NDArray[np.bool_]
    inside: NDArray[np.bool_]
    false_alarm: float
    unit: str
    scale: TimeScale = field(repr=False)

    @property
    def times(self) -> list[Any]:
        """Middle of each window as the user wrote times."""
        return [self.scale.to_user(float(t)) for t in self.time]

    def table(self) -> str:
        """Return the ridge as a table in plain text."""
        from epicycle.changing.scalogram_pictures import ridge_table

        return ridge_table(self)

    def to_dict(self) -> dict[str, Any]:
        """Return the numbers as JSON can hold them (schema "epicycle.ridge/1")."""
        names = ("period", "frequency", "amplitude", "phase")
        columns = [*names, *(f"{name}_error" for name in names), "turns", "power"]
        return {
            "schema": SCHEMA,
            "unit": self.unit,
            "false_alarm": self.false_alarm,
            "time": [t.isoformat() if hasattr(t, "isoformat") else t for t in self.times],
            **{
                name: [float(x) if math.isfinite(x) else None for x in getattr(self, name)]
                for name in columns
            },
            "significant": self.significant.tolist(),
            "inside": self.inside.tolist(),
        }


def ridge(
    picture: Scalogram, period: Any = None, *, wander: float = 0.03, false_alarm: float = 0.01
) -> Ridge:
    """Follow the strongest rhythm through a scalogram.

    Parameters
    ----------
    picture : Scalogram
        The scalogram.
    period : number or (float, float), optional
        About which period, or between which, to follow it.
    wander : float
        How much the period may change from one cycle to the next, as a share of it.
    false_alarm : float
        Probability of the noise level that makes a point significant.

    Raises
    ------
    ValueError
        If the band lies outside of the picture, or a number is not positive.
    """
    if not 0 < wander < math.inf:
        raise ValueError(f"wander must be positive, got {wander!r}. To fix this, pass 0.03.")
    low, high = between(period, float(picture.period[0]), float(picture.period[-1]))
    rows = np.flatnonzero((picture.period >= low) & (picture.period <= high))
    if len(rows) < 2:
        raise ValueError(
            f"period={period!r} is outside of the picture, whose periods reach from "
            f"{picture.period[0]:.6g} to {picture.period[-1]:.6g}."
        )
    frequency = picture.frequency[rows]
    path = rows[_path(_score(picture, rows), frequency, picture.time, wander)]
    columns = np.arange(len(picture.time))
    level = picture.noise_level(false_alarm)[path, columns]
    power = picture.power[path, columns]
    fits = _fits(picture, path)
    f, amplitude, turn = fits[:3]
    f_error, amplitude_error, turn_error = fits[3:]
    with np.errstate(invalid="ignore"):
        significant = np.isfinite(f) & (power > level)
    return Ridge(
        time=picture.time,
        period=1.0 / f,
        period_error=f_error / f**2,
        frequency=f,
        frequency_error=f_error,
        amplitude=amplitude,
        amplitude_error=amplitude_error,
        phase=turn % 1.0,
        phase_error=turn_error,
        turns=_counted_on(turn, np.where(np.isfinite(f), f, picture.frequency[path]), picture.time),
        power=power,
        significant=significant,
        inside=picture.inside[path, columns],
        false_alarm=float(false_alarm),
        unit=picture.unit,
        scale=picture.scale,
    )


def _score(picture: Scalogram, rows: NDArray[np.intp]) -> Floats:
    """Return the log-likelihood of each point, shape (m, k), each sample counted once.

    Windows overlap: of `z` in one of them (see :mod:`epicycle.changing.level`) its own share is
    its distance to the next over the length ``2 pi^1/2 s`` of independent ones.
    """
    power, n = picture.power[rows], picture.n_effective[rows]
    z = -0.5 * (n - 3.0) * np.log1p(-np.minimum(power, 1.0 - 1e-12))
    apart = np.gradient(picture.time)
    share = np.minimum(apart / (2 * math.sqrt(math.pi) * picture.window[rows, np.newaxis]), 1.0)
    scored: Floats = np.where(np.isfinite(z), z * share, 0.0).T
    return scored


def _path(score: Floats, frequency: Floats, time: Floats, wander: float) -> NDArray[np.intp]:
    """Return the path of the highest sum of scores, less the cost of its changes (Viterbi).

    A walk of the logarithm of the frequency: a change d over a time T costs
    ``d**2 / (2 wander**2 T f)``.
    """
    m, k = score.shape
    step = math.log(frequency[0] / frequency[-1]) / (k - 1)
    best, back = score[0].copy(), np.zeros((m, k), dtype=np.intp)
    places = np.arange(k)
    for j in range(1, m):
        variance = wander**2 * (time[j] - time[j - 1]) * frequency
        reach = math.ceil(math.sqrt(2 * _DEAREST * float(variance.max())) / step)
        total = np.full(k, -np.inf)
        for shift in range(-min(reach, k - 1), min(reach, k - 1) + 1):
            here = slice(max(shift, 0), k + min(shift, 0))
            there = slice(max(-shift, 0), k + min(-shift, 0))
            tried = best[there] - (shift * step) ** 2 / (2 * variance[here])
            better = tried > total[here]
            total[here] = np.where(better, tried, total[here])
            back[j, here] = np.where(better, places[there], back[j, here])
        best = total + score[j]
    path = np.zeros(m, dtype=np.intp)
    path[-1] = best.argmax()
    for j in range(m - 1, 0, -1):
        path[j - 1] = back[j, path[j]]
    return path


def _fits(picture: Scalogram, path: NDArray[np.intp]) -> Floats:
    """Return frequency, amplitude, phase and their errors, shape (6, m), fitted in each window."""
    data = picture.data
    x = data.times.to_float()
    order = np.argsort(x, kind="stable")
    x, y, w = x[order], data.y[order, 0], data.weights[order, 0]
    if len(x) > _MANY:
        x, y, w = _binned(x, y, w, 1.0 / (_BINS * float(picture.frequency[path].max())))
    centre = picture.time - data.reference
    result = np.full((6, len(path)), np.nan)
    step = math.log(picture.period[-1] / picture.period[0]) / (len(picture.period) - 1)
    for j, row in enumerate(path):
        if not picture.power[row, j] > 0.0:  # NaN, or constant values
            continue
        s, f = float(picture.window[row]), float(picture.frequency[row])
        part = slice(*np.searchsorted(x, [centre[j] - _FAR * s, centre[j] + _FAR * s]))
        u = x[part] - centre[j]
        result[:, j] = _fit(u, y[part], w[part], np.exp(-0.5 * (u / s) ** 2), (f, step * f))
    return result


def _binned(x: Floats, y: Floats, w: Floats, width: float) -> tuple[Floats, Floats, Floats]:
    """Return weighted means in bins of some width, where bins are fewer than samples."""
    number = np.floor((x - x[0]) / width).astype(np.intp)
    if number[-1] > len(x) / 4:
        return x, y, w
    total = np.bincount(number, w).astype(np.float64)
    held = total > 0
    means = [np.bincount(number, w * one)[held] / total[held] for one in (x, y)]
    return means[0], means[1], total[held]


def _fit(
    u: Floats, y: Floats, w: Floats, g: Floats, start: tuple[float, float]
) -> tuple[float, ...]:
    """Return the sinusoid of one window with its frequency free: values and errors.

    `start` is a frequency and how far from it the maximum of the power may be.
    """
    f, reach = start
    lowest, highest = f - reach, f + reach
    q = w * g
    for last in (*[False] * _STEPS, True):
        angle = 2 * np.pi * f * u
        cosine, sine = np.cos(angle), np.sin(angle)
        X = np.stack([np.ones_like(u), cosine, sine], axis=1)
        m, a, b = _solve(X.T @ (q[:, np.newaxis] * X), X.T @ (q * y))
        slope = 2 * np.pi * u * (b * cosine - a * sine)
        X = np.concatenate([X, slope[:, np.newaxis]], axis=1)
        rest = y - m - a * cosine - b * sine
        H = X.T @ (q[:, np.newaxis] * X)
        if last:
            break
        f = float(np.clip(f + _solve(H, X.T @ (q * rest))[3], lowest, highest))
    inverse = np.linalg.pinv(H, hermitian=True)
    M = X.T @ ((q * g)[:, np.newaxis] * X)
    left = float(g.sum() - np.trace(inverse @ M))
    variance = float((q * rest**2).sum()) / left if left > 0 else math.nan
    covariance = variance * inverse @ M @ inverse
    size = math.hypot(a, b)
    along = np.array([0.0, a, b, 0.0]) / max(size, 1e-300)
    across = np.array([0.0, b, -a, 0.0]) / max(size, 1e-300) ** 2 / (2 * math.pi)
    errors = [math.sqrt(max(float(v @ covariance @ v), 0.0)) for v in (along, across)]
    f_error = math.sqrt(max(float(covariance[3, 3]), 0.0))
    return f, size, math.atan2(-b, a) / (2 * math.pi), f_error, *errors


def _solve(H: Floats, right: Floats) -> Floats:
    """Return the solution of normal equations, the shortest one where there are many."""
    scale = 1.0 / np.sqrt(np.maximum(np.diag(H), 1e-300))
    solved: Floats = (
        scale * np.linalg.lstsq(H * np.outer(scale, scale), scale * right, rcond=1e-12)[0]
    )
    return solved


def _counted_on(turn: Floats, frequency: Floats, time: Floats) -> Floats:
    """Return phases counted on from the first, each the nearest to what the frequency says."""
    ahead = 0.5 * (frequency[1:] + frequency[:-1]) * np.diff(time)
    expected = np.concatenate([[0.0], np.cumsum(ahead)])
    known = np.flatnonzero(np.isfinite(turn))
    result = np.full(len(turn), np.nan)
    beside = turn[known] - expected[known]
    steps = wrap(np.diff(beside))
    if len(known):
        first = beside[0] - math.floor(turn[known[0]])
        result[known] = expected[known] + first + np.concatenate([[0.0], np.cumsum(steps)])
    return result
