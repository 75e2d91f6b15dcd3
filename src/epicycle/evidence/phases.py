"""Phases of a cycle in windows: of fits to each, or as shifts of the waveform of all values."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, stats

from epicycle.evidence.clocks import Wave
from epicycle.fit.level import places_around, power_around, raised_level
from epicycle.limits import STEADINESS
from epicycle.samples.arrays import Floats

#: A window tells no phase where the normal matrix is worse conditioned.
_SINGULAR = 1e10

#: Noise is measured at these distances from a line, in units of one over the length of a window.
_AROUND = places_around(1.0, 3.0, 0.25)


class Phases(NamedTuple):
    """Phases of a cycle in windows, in turns of the cycle, with what they are judged by."""

    time: Floats
    phase: Floats
    error: Floats
    level: float

    def straight(self) -> float:
        """Return the probability that a straight line leaves as much."""
        columns = np.stack([np.ones_like(self.time), self.time], axis=1) / self.error[:, np.newaxis]
        solved = np.linalg.lstsq(columns, self.phase / self.error, rcond=None)[0]
        chi2 = float(((self.phase / self.error - columns @ solved) ** 2).sum())
        return float(stats.chi2.sf(chi2, len(self.time) - 2))

    def slope_error(self) -> float:
        """Return the standard error of the slope of a line through phases that scatter.

        Beyond their errors they may scatter about the line, which widens the error little, or walk
        away from it.  The variance of the slope is the mean over both strengths, each from nothing
        to what the steps from one to the next have, weighted by their restricted likelihood
        (Patterson & Thompson 1971, Biometrika 58, 545).
        """
        t = (self.time - self.time.mean()) / np.ptp(self.time)
        columns = np.stack([np.ones_like(t), t], axis=1)
        most = float(np.var(np.diff(self.phase))) + float(np.mean(self.error**2))
        shares = np.concatenate([[0.0], np.geomspace(1e-3, 2.0, 12)]) * most
        elapsed = t - t.min() + 1.0 / len(t)
        walk = np.minimum(elapsed[:, np.newaxis], elapsed) * len(t)
        sizes = np.sqrt(shares)
        prior = np.log(np.gradient(sizes))
        log_likelihood, variance = [], []
        for i, step in enumerate(shares):
            for j, scatter in enumerate(shares):
                v = np.diag(self.error**2 + scatter) + step * walk
                factor = linalg.cho_factor(v, lower=True, check_finite=False)
                solved = linalg.cho_solve(factor, columns, check_finite=False)
                normal = columns.T @ solved
                slope = np.linalg.solve(normal, solved.T @ self.phase)
                rest = self.phase - columns @ slope
                misfit = float(rest @ linalg.cho_solve(factor, rest, check_finite=False))
                size = 2 * float(np.log(np.diag(factor[0])).sum())
                size += float(np.linalg.slogdet(normal)[1])
                log_likelihood.append(-0.5 * (misfit + size) + prior[i] + prior[j])
                variance.append(float(np.linalg.inv(normal)[1, 1]))
        share = np.exp(np.array(log_likelihood) - max(log_likelihood))
        mean = float(share @ np.array(variance) / share.sum())
        return math.sqrt(mean) / float(np.ptp(self.time))


def _window_of(t: Floats, windows: int) -> NDArray[np.intp]:
    """Return in which of so many windows of equal length each time is."""
    edges = np.linspace(t.min(), t.max() * (1 + 1e-12), windows + 1)
    which: NDArray[np.intp] = np.searchsorted(edges, t, side="right") - 1
    return np.clip(which, 0, windows - 1)


def phases_in_windows(wave: Wave, order: int, windows: int) -> Phases | None:
    """Return the phases in windows of equal length; None where too few have enough values."""
    t, w = wave.t, wave.w
    which = _window_of(t, windows)
    rest, spent, parts = np.zeros(len(t)), 0, []
    at = 2 * int(np.flatnonzero(wave.orders == order)[0])
    for b in range(windows):
        i = np.flatnonzero((which == b) & (w > 0))
        columns = np.column_stack([wave.columns(wave.frequency * t[i]), np.ones(len(i))])
        if len(i) < 2 * columns.shape[1]:
            continue
        weighted = columns * w[i, np.newaxis]
        normal = columns.T @ weighted
        if np.linalg.cond(normal) > _SINGULAR:
            continue  # samples that see a line at one phase, as at the Nyquist frequency
        cov = np.linalg.inv(normal)
        solved = cov @ (weighted.T @ wave.y[i])
        rest[i] = wave.y[i] - columns @ solved
        spent += columns.shape[1]
        a, c = solved[at : at + 2]
        square = max(a * a + c * c, 1e-300)
        across = np.array([-c, a]) / square
        variance = float(across @ cov[at : at + 2, at : at + 2] @ across)
        parts.append((float(np.average(t[i], weights=w[i])), math.atan2(c, a), variance))
    used = int(np.count_nonzero(rest))
    if len(parts) < STEADINESS.fewest_windows or used <= spent:
        return None
    time, angle, variance = np.array(parts).T
    scale = max(float((w * rest**2).sum()) / (used - spent), 1e-300)
    span = float(t.max() - t.min())
    line, width = np.array([order * wave.frequency]), windows / span
    power = power_around(wave.times, (w * rest)[np.newaxis], line, _AROUND, width)[0, 0]
    # (below 1/T it is what a mean has taken)
    power = power[line + width * _AROUND > 1 / span]
    level = raised_level(float(power.mean()) / (scale * float(w.sum()))) if len(power) else 1.0
    turns = 2 * np.pi * order
    # the phase of a cosine is late by what the clock is ahead
    error = np.sqrt(variance * scale * level) / turns
    return Phases(time, -np.unwrap(angle) / turns, np.maximum(error, 1e-9), level)


def shifts_in_windows(wave: Wave, residual: Floats, windows: int) -> Phases | None:
    """Return by how much the waveform of all values is shifted in each window, to first order.

    Unlike phases of fits to each window, these have honest errors where a window sees but a part
    of the waveform.  Their variance is that of the residual where a shift is seen (White 1980,
    Econometrica 48, 817).
    """
    t, w = wave.t, wave.w
    turns = wave.frequency * t
    columns = wave.columns(turns)
    slope = wave.slope(columns, wave.solve(columns)[0])
    slope = slope - np.average(slope, weights=w)
    which = _window_of(t, windows)

    def total(values: Floats) -> Floats:
        return np.bincount(which, values, minlength=windows).astype(np.float64)

    square = total(w * slope**2)
    used = total((w > 0).astype(np.float64)) >= STEADINESS.fewest_values
    used &= square > STEADINESS.seen * square.max(initial=0.0)
    spent = 2 * len(wave.orders) + 2
    values = int(np.count_nonzero(w))
    if np.count_nonzero(used) < STEADINESS.fewest_windows or values <= spent + windows:
        return None
    every = np.where(used, total(w * slope * residual) / np.maximum(square, 1e-300), 0.0)
    rest = residual - slope * every[which]
    scale = float((w * rest**2).sum()) / (values - spent - windows)
    excess = float((w**2 * slope**2 * rest**2).sum()) / max(scale * float(square.sum()), 1e-300)
    level = max(1.0, excess)
    time, phase = total(w * t)[used] / total(w)[used], every[used]
    error = np.sqrt(scale * level / square[used])
    return Phases(time, phase, np.maximum(error, 1e-9), level)
