r"""Whether a cycle is a clock: constant amplitude and phase over the baseline, or a broad peak.

A quasi-periodic signal is described by a phasor that forgets,

.. math:: y = \mathrm{Re}\,[z(t)\,e^{-2\pi i f t}] + \mathrm{noise}, \qquad
          \langle z(t) z^*(t') \rangle = 2 \sigma^2 e^{-|t - t'| / \tau} ,

whose spectrum is a Lorentzian of full width :math:`1 / (\pi\tau)` at half its height (the
quasi-periodic term of Foreman-Mackey et al. 2017, AJ 154, 220).  Its likelihood follows from
a Kalman filter over blocks of samples, for any sampling, and that of a clock is its limit
:math:`\tau = \infty`.  A cycle is called incoherent where forgetting is significant, explains the
data better than all the lines found nearby do together, and takes no longer than the baseline.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import NDArray

from epicycle.fit.criteria import value_counts, with_free_scale, with_known_scale
from epicycle.fit.joint import Fit, line_powers
from epicycle.fit.nearby import restored
from epicycle.fit.noise import rounding
from epicycle.limits import COHERENCE
from epicycle.samples import phase
from epicycle.samples.arrays import Floats
from epicycle.samples.data import Data

#: Blocks of samples over the baseline; more where the peak turns out broad.
_BLOCKS = 256

_FINER = 4


@dataclass(frozen=True)
class BroadPeak:
    """Several lines, or one, that are one cycle without a constant phase.

    Attributes
    ----------
    leader : int
        The fundamental that stands for the peak.
    members : tuple of int
        All fundamentals in the peak.
    frequency, frequency_error : float
        Of the middle of the peak.
    time, time_error : float
        Coherence time, after which the correlation has fallen to 1/e.
    """

    leader: int
    members: tuple[int, ...]
    frequency: float
    frequency_error: float
    time: float
    time_error: float


def broad_peaks(data: Data, fit: Fit, level: Floats, candidates: list[int]) -> list[BroadPeak]:
    """Return which fundamentals are not clocks, the lines of one broad peak together.

    Parameters
    ----------
    data, fit
        The regression problem and its solution.
    level : ndarray, shape (L, d)
        Residual power around each line, relative to white noise.
    candidates : list of int
        Fundamentals in question, strongest first.
    """
    peaks: list[BroadPeak] = []
    taken: set[int] = set()
    for k in candidates:
        if k in taken:
            continue
        rest = [c for c in candidates if c not in taken]
        peak = _broad_peak(data, fit, level, k, rest)
        if peak is not None:
            taken.update(peak.members)
            peaks.append(peak)
    return peaks


def _broad_peak(
    data: Data, fit: Fit, level: Floats, k: int, candidates: list[int]
) -> BroadPeak | None:
    structure, width = fit.structure, 1.0 / data.baseline
    own = np.flatnonzero(structure.parent == k)
    power = line_powers(fit)
    line = int(own[power[own].argmax()])
    centre = float(structure.line_frequency[line])
    reach = COHERENCE.neighbourhood * width
    peak = None
    for blocks in (_BLOCKS, _FINER * _BLOCKS):
        members, lines = _members(fit, candidates, centre, reach)
        if power[lines].max(initial=0.0) > power[line]:
            return None  # in the skirts of a stronger one, which is a clock
        if (
            power[lines].sum()
            < COHERENCE.least_share * power[np.isin(structure.parent, candidates)].sum()
        ):
            return None
        if peak is None and _stands_out(data, power[lines], power[line], level[lines]):
            return None
        output = int((fit.line_coefficients(line) ** 2).sum(axis=0).argmax())
        series = _Series(data, restored(data, fit, lines)[:, output], output, centre, blocks)
        found = series.forgetting()
        clocks = _clocks(data, fit, output) - 1.5 * (len(lines) - 1) * math.log(series.count)
        if (
            found is None
            or found.gain < COHERENCE.significant
            or found.likelihood < clocks + COHERENCE.better
        ):
            return None
        # with a probability of 95 % it is less
        upper = math.log(found.time) + 1.645 * found.time_error / found.time
        longest = data.baseline * (COHERENCE.several if len(lines) > 1 else 1.0)
        if upper >= math.log(longest) or math.pi * centre * found.time < COHERENCE.least_quality:
            return None
        harmonic = float(structure.frequency[k]) / centre
        peak = BroadPeak(
            leader=k,
            members=tuple(int(m) for m in np.unique(np.append(members, k))),
            frequency=(centre + found.offset) * harmonic,
            frequency_error=found.offset_error * harmonic,
            time=found.time,
            time_error=found.time_error,
        )
        wider = min(max(reach, COHERENCE.peak_widths / (math.pi * found.time)), centre / 3)
        if wider <= reach and found.time * blocks > 8 * data.baseline:
            break
        reach = max(wider, reach)
    return peak


def _stands_out(data: Data, powers: Floats, own: float, level: Floats) -> bool:
    """Return whether a line has so much of the power around it that it must be a clock.

    A peak whose coherence time is the baseline has four fifths of its power within half a line
    width of its middle.
    """
    excess = float(level.max()) - 1.0
    if excess < COHERENCE.suspicious - 1.0:
        return True
    # chi-square: n a^2 / 2 of lines, and 2 for each of two values in a line width of white noise
    around = 2 * 2 * COHERENCE.neighbourhood * excess
    scale = 0.5 * data.n_values
    return own * scale > COHERENCE.clocks_share * (float(powers.sum()) * scale + around)


def _members(
    fit: Fit, candidates: list[int], centre: float, reach: float
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the fundamentals whose strongest line is within `reach`, and these lines."""
    power, structure = line_powers(fit), fit.structure
    members, lines = [], []
    for k in candidates:
        own = np.flatnonzero(structure.parent == k)
        line = int(own[power[own].argmax()])
        if abs(structure.line_frequency[line] - centre) <= reach:
            members.append(k)
            lines.append(line)
    return np.array(members, dtype=np.intp), np.array(lines, dtype=np.intp)


def _clocks(data: Data, fit: Fit, output: int) -> float:
    """Return the logarithm of the likelihood with every line a clock, the scale of noise fitted."""
    own = slice(output, output + 1)
    return with_free_scale(fit.chi2[own], value_counts(data)[own], rounding(data)[own])


@dataclass(frozen=True)
class _Forgetting:
    """The best phasor that forgets: logarithms of likelihood, and by how much it beats a clock."""

    likelihood: float
    gain: float
    offset: float
    offset_error: float
    time: float
    time_error: float


class _Series:
    """One output around one frequency, as information about a phasor in blocks of time.

    In block b, the samples say of the phasor x, with ``y = x_1 cos + x_2 sin``, no more than the
    quadratic ``v x - x A x / 2`` of the logarithm of their likelihood.
    """

    def __init__(self, data: Data, y: Floats, output: int, centre: float, blocks: int) -> None:
        w = data.weights_of(output)
        cosine, sine = phase.unit_phasors(phase.turns(centre, data.times))
        t = data.times.to_float()
        self._baseline = data.baseline
        index = np.minimum(((t - t.min()) / data.baseline * blocks).astype(np.intp), blocks - 1)
        used, index = np.unique(index, return_inverse=True)
        size = len(used)

        def total(values: Floats) -> Floats:
            result: Floats = np.bincount(index, values, size).astype(np.float64)
            return result

        weight = np.maximum(total(w), 1e-300)
        middle = total(w * t) / weight
        self._steps = np.diff(middle, prepend=middle[:1]).tolist()
        self._rows = np.stack(
            [
                total(w * cosine * cosine),
                total(w * cosine * sine),
                total(w * sine * sine),
                total(w * cosine * y),
                total(w * sine * y),
            ],
            axis=1,
        )
        self._squares = float((w * y**2).sum())
        self.count = int(np.count_nonzero(w))
        self._power = 2 * self._squares / max(float(w.sum()), 1e-300)

    def log_likelihood(self, offset: float, rate: float, variance: float, noise: float) -> float:
        """Return that of a phasor: frequency offset, 1 / tau, sigma^2 and the scale of noise."""
        result = with_known_scale(self._squares, self.count, noise)
        m1 = m2 = 0.0
        p11 = p22 = variance
        p12 = 0.0
        for (a, b, d, v1, v2), step in zip((self._rows / noise).tolist(), self._steps, strict=True):
            keep = math.exp(-step * rate)
            angle = 2 * math.pi * offset * step
            c, s = keep * math.cos(angle), keep * math.sin(angle)
            m1, m2 = c * m1 + s * m2, c * m2 - s * m1
            fresh = variance * (1 - keep * keep)
            p11, p12, p22 = (
                c * c * p11 + 2 * c * s * p12 + s * s * p22 + fresh,
                c * s * (p22 - p11) + (c * c - s * s) * p12,
                s * s * p11 - 2 * c * s * p12 + c * c * p22 + fresh,
            )
            # I + P A, its determinant, and the gain of the quadratic
            e11, e12 = 1 + p11 * a + p12 * b, p11 * b + p12 * d
            e21, e22 = p12 * a + p22 * b, 1 + p12 * b + p22 * d
            det = e11 * e22 - e12 * e21
            g1, g2 = v1 - a * m1 - b * m2, v2 - b * m1 - d * m2
            q11 = (e22 * p11 - e12 * p12) / det
            q12 = (e22 * p12 - e12 * p22) / det
            q22 = (e11 * p22 - e21 * p12) / det
            h1, h2 = q11 * g1 + q12 * g2, q12 * g1 + q22 * g2
            result += (
                m1 * v1
                + m2 * v2
                - 0.5 * (a * m1 * m1 + 2 * b * m1 * m2 + d * m2 * m2)
                + 0.5 * (g1 * h1 + g2 * h2)
                - 0.5 * math.log(det)
            )
            m1, m2 = m1 + h1, m2 + h2
            p11, p12, p22 = q11, q12, q22
        return result

    def forgetting(self) -> _Forgetting | None:
        """Return the likeliest coherence time, or None where nothing is gained by any."""
        noise = max(self._squares / self.count, 1e-300)
        unit = 1.0 / self._baseline

        def value(p: Floats) -> float:
            if not np.all(np.abs(p) < 25):
                return 1e300
            return -self.log_likelihood(
                p[0] * unit,
                unit * math.exp(p[1]),
                self._power * math.exp(p[2]),
                noise * math.exp(p[3]),
            )

        def clock(p: Floats) -> float:
            return value(np.array([p[0], -24.0, p[1], p[2]]))

        def lowest(function: Callable[[Floats], float], at: Floats) -> tuple[Floats, float]:
            found = scipy.optimize.minimize(
                function, at, method="Nelder-Mead", options={"xatol": 0.01, "fatol": 0.01}
            )
            return np.asarray(found.x, dtype=np.float64), float(found.fun)

        starts = [
            np.array([0.0, math.log(r), -0.7, s]) for r in (1.0, 8.0, 64.0) for s in (-0.3, -3.0)
        ]
        best, least = lowest(value, min(starts, key=value))
        best, least = lowest(value, best)
        steady = min(
            lowest(clock, np.array(at))[1]
            for at in ([0.0, -0.7, -3.0], [0.0, best[2], best[3]], [0.0, -0.7, -0.3])
        )
        if steady <= least:
            return None
        errors = _errors(value, best)
        time = self._baseline * math.exp(-best[1])
        return _Forgetting(
            likelihood=-least,
            gain=steady - least,
            offset=float(best[0]) * unit,
            offset_error=float(errors[0]) * unit,
            time=time,
            time_error=time * float(errors[1]),
        )


def _errors(value: Callable[[Floats], float], at: Floats) -> Floats:
    """Return standard errors from the curvature of minus the logarithm of a likelihood."""
    step = np.array([0.05, 0.1, 0.1, 0.02])
    size = len(at)
    curvature = np.empty((size, size))
    for i in range(size):
        for j in range(i, size):
            a, b = np.zeros(size), np.zeros(size)
            a[i], b[j] = step[i], step[j]
            curvature[i, j] = curvature[j, i] = (
                value(at + a + b) - value(at + a - b) - value(at - a + b) + value(at - a - b)
            ) / (4 * step[i] * step[j])
    errors: Floats = np.sqrt(np.abs(np.diag(np.linalg.pinv(curvature, hermitian=True))))
    return errors


def coherence_notes(peaks: Sequence[BroadPeak]) -> list[str]:
    """Return a sentence about each cycle that is no clock."""
    return [
        f"period {1 / p.frequency:.4g}: not coherent over the baseline, a broad peak"
        + (f" of {len(p.members)} lines" if len(p.members) > 1 else "")
        + f" with the coherence time {p.time:.3g} +- {p.time_error:.2g}; beyond the data it fades "
        f"from predictions with that time"
        for p in peaks
    ]
