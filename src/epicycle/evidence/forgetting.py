"""A phasor that forgets: its likelihood, by a Kalman filter over blocks, and its best fit."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy

from epicycle.compiled import forgetting as loops
from epicycle.compiled.numba import is_there
from epicycle.fit.criteria import with_known_scale
from epicycle.samples import phase
from epicycle.samples.arrays import Floats
from epicycle.samples.data import Data

#: Logarithms of parameters, in units of the data, stay below this.
_FARTHEST = 25.0

#: The same of the noise, below that of the data: with less, the filter loses its digits.
_QUIETEST = -13.0


@dataclass(frozen=True)
class Forgetting:
    """The best phasor that forgets: logarithms of likelihood, and by how much it beats a clock."""

    likelihood: float
    gain: float
    offset: float
    offset_error: float
    time: float
    time_error: float


class Series:
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
        self._steps = np.diff(middle, prepend=middle[:1])
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
        # that of a sum of squares of two columns is a sum of squares: none is below 0
        self._determinants = np.maximum(
            self._rows[:, 0] * self._rows[:, 2] - self._rows[:, 1] ** 2, 0.0
        )
        self._squares = float((w * y**2).sum())
        self.count = int(np.count_nonzero(w))
        self._power = 2 * self._squares / max(float(w.sum()), 1e-300)

    def log_likelihood(self, offset: float, rate: float, variance: float, noise: float) -> float:
        """Return that of a phasor: frequency offset, 1 / tau, sigma^2 and the scale of noise."""
        result = float(with_known_scale(self._squares, self.count, noise))
        keep = np.exp(-rate * self._steps)
        angle = (2 * math.pi * offset) * self._steps
        square = keep * keep
        moves = np.stack(
            [keep * np.cos(angle), keep * np.sin(angle), square, variance * (1 - square)], axis=1
        )
        if is_there():
            rows, known = self._rows / noise, self._determinants / noise**2
            said, logarithms = loops.carried(moves, rows, known, float(variance))
            return result + 0.5 * float(said - logarithms)
        m1 = m2 = 0.0
        p11 = p22 = variance
        p12, det_p = 0.0, variance * variance
        quadratic, determinants = 0.0, []
        for (c, s, kept, fresh), (a, b, d, v1, v2), det_a in zip(
            moves.tolist(),
            (self._rows / noise).tolist(),
            (self._determinants / noise**2).tolist(),
            strict=True,
        ):
            m1, m2 = c * m1 + s * m2, c * m2 - s * m1
            # determinants are carried along: as differences, they would be lost in rounding
            det_p = kept * kept * det_p + fresh * (kept * (p11 + p22) + fresh)
            cc, ss, cs = c * c, s * s, c * s
            crossed = 2.0 * cs * p12
            p11, p12, p22 = (
                cc * p11 + crossed + ss * p22 + fresh,
                cs * (p22 - p11) + (cc - ss) * p12,
                ss * p11 - crossed + cc * p22 + fresh,
            )
            # the determinant of I + P A, and the gain of the quadratic; neither P nor A has a
            # negative eigenvalue, whatever rounding says
            if det_p < 0.0:
                det_p = 0.0
            det = p11 * a + 2.0 * p12 * b + p22 * d
            det = 1.0 + (det if det > 0.0 else 0.0) + det_p * det_a
            # what the block says beyond the prediction, and by how much that moves the phasor
            u1, u2 = a * m1 + b * m2, b * m1 + d * m2
            g1, g2 = v1 - u1, v2 - u2
            p11, p12, p22 = (
                (p11 + det_p * d) / det,
                (p12 - det_p * b) / det,
                (p22 + det_p * a) / det,
            )
            h1, h2 = p11 * g1 + p12 * g2, p12 * g1 + p22 * g2
            quadratic += m1 * (v1 + g1) + m2 * (v2 + g2) + g1 * h1 + g2 * h2
            m1, m2, det_p = m1 + h1, m2 + h2, det_p / det
            determinants.append(det)
        return result + 0.5 * (quadratic - float(np.log(determinants).sum()))

    def near(self, found: Forgetting) -> float:
        """Return the logarithm of the likelihood of a peak found in other values or blocks."""

        def value(p: Floats) -> float:
            if not np.all(np.abs(p[1:]) < _FARTHEST):
                return 1e300
            rate = math.exp(p[1]) / found.time
            noise = max(self._squares / self.count, 1e-300) * math.exp(max(p[3], _QUIETEST))
            offset = found.offset + p[0] / self._baseline
            return -self.log_likelihood(offset, rate, self._power * math.exp(p[2]), noise)

        start = min((np.array([0.0, 0.0, -0.7, s]) for s in (-0.3, -1.5, -3.0)), key=value)
        return -float(_lowest(value, start)[1])

    def swings(self) -> float:
        """Return the logarithm of the likelihood of the best noise without a period.

        It is white and a process that forgets, about frequency 0: make the series with centre 0.
        """
        noise = max(self._squares / self.count, 1e-300)

        def value(p: Floats) -> float:
            if not np.all(np.abs(p) < _FARTHEST):
                return 1e300
            rate = math.exp(p[0]) / self._baseline
            return -self.log_likelihood(
                0.0, rate, self._power * math.exp(p[1]), noise * math.exp(max(p[2], _QUIETEST))
            )

        starts = [np.array([math.log(r), -0.7, s]) for r in (3.0, 30.0, 300.0) for s in (-0.3, -3)]
        return max(
            -_lowest(value, min(starts, key=value))[1], -0.5 * self.count * (1 + math.log(noise))
        )

    def forgetting(self, enough: float = -math.inf, gain: float = 0.0) -> Forgetting | None:
        """Return the likeliest coherence time, or None where nothing is gained by any.

        Parameters
        ----------
        enough : float
            Logarithm of the likelihood below which it is of no interest.
        gain : float
            The same of what it gains over a clock.
        """
        noise = max(self._squares / self.count, 1e-300)
        unit = 1.0 / self._baseline

        def value(p: Floats) -> float:
            if not np.all(np.abs(p) < _FARTHEST):
                return 1e300
            return -self.log_likelihood(
                p[0] * unit,
                unit * math.exp(p[1]),
                self._power * math.exp(p[2]),
                noise * math.exp(max(p[3], _QUIETEST)),
            )

        def clock(p: Floats) -> float:
            return value(np.array([p[0], -24.0, p[1], p[2]]))

        starts = [
            np.array([0.0, math.log(r), -0.7, s]) for r in (1.0, 8.0, 64.0) for s in (-0.3, -3.0)
        ]
        best, least = _lowest(value, min(starts, key=value))
        best, least = _lowest(value, best)
        if -least < enough:
            return None
        steady = math.inf
        for at in ([0.0, best[2], best[3]], [0.0, -0.7, -3.0], [0.0, -0.7, -0.3]):
            steady = min(steady, _lowest(clock, np.array(at))[1])
            # (no further start makes the best clock a worse one)
            if steady <= least or steady - least < gain:
                return None
        errors = _errors(value, best)
        time = self._baseline * math.exp(-best[1])
        return Forgetting(
            likelihood=-least,
            gain=steady - least,
            offset=float(best[0]) * unit,
            offset_error=float(errors[0]) * unit,
            time=time,
            time_error=time * float(errors[1]),
        )


def _lowest(function: Callable[[Floats], float], at: Floats) -> tuple[Floats, float]:
    """Return where a function is lowest near a place, and its value there."""
    found = scipy.optimize.minimize(
        function, at, method="Nelder-Mead", options={"xatol": 0.01, "fatol": 0.01}
    )
    return np.asarray(found.x, dtype=np.float64), float(found.fun)


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
