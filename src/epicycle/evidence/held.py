r"""Exact tests of a rhythm at a period that is known, or within a range, in the fewest samples.

Freed of the background (trend, offsets, covariates, known lines), the cosines and sines of a
waveform of frequency f span a subspace of the values; P(f) is the share of the residual sum of
squares that lies in it.  In white noise P is a beta variable whatever the sampling: at a period
that is known, the F-test of a cosinor (Nelson, Tong, Lee & Halberg 1979, Chronobiologia 6, 305).

Over a range the subspace turns with f.  Its speed is computed, not taken from the variance of the
times: with Q an orthonormal basis, :math:`\dot Q_\perp` its derivative outside of itself, and
averages over the directions v of the subspace,

.. math:: W = \pi^{-1/2} \int E_v |\dot Q_\perp v| \, df ,

takes the place of Baluev's effective bandwidth in the expected number of upcrossings
(:func:`epicycle.evidence.significance.false_alarm_probabilities`); for many cycles evenly sampled
the two are the same.  A trend that resembles the rhythm makes the subspace turn faster, and is paid
for.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from epicycle.evidence.shared_noise import shared_noise, unshared_power
from epicycle.evidence.significance import (
    false_alarm_probability,
    mean_speed,
    power_of_evidence,
)
from epicycle.fit import cosinor
from epicycle.fit.lines import Structure, design
from epicycle.limits import ASKED, NOISE
from epicycle.samples import phase
from epicycle.samples.arrays import Floats
from epicycle.samples.data import Data, orthonormal_basis

#: Numbers in the columns of a block of frequencies at most: 32 MB.
_BLOCK = 1 << 22

#: Directions over which the speed of a subspace of one sinusoid is averaged.
_DIRECTIONS = 16

#: Frequencies of a range at which it is computed at most, for a sinusoid.
_PLACES = 128


@dataclass(frozen=True)
class _Output:
    """The rows of one output that have a value, scaled to equal weights and freed of columns."""

    rows: np.ndarray
    root: Floats
    basis: Floats
    values: Floats
    squares: float

    @property
    def dof(self) -> int:
        """Degrees of freedom that the background leaves."""
        return len(self.rows) - int(self.basis.shape[1])


class HeldTest:
    """Tests of rhythms beside a background.

    Parameters
    ----------
    data : Data
        The regression problem, with its weights.
    known : Structure
        Lines that are part of the background.
    """

    def __init__(self, data: Data, known: Structure) -> None:
        self._data = data
        self._time = data.times.to_float()
        columns = design(data, known)
        self._outputs = []
        for j in range(data.y.shape[1]):
            w = data.weights_of(j)
            rows = np.flatnonzero(w > 0)
            root = np.sqrt(w[rows])
            basis = orthonormal_basis(columns[rows], w[rows]) * root[:, np.newaxis]
            y = data.y[rows, j] * root
            y = y - basis @ (basis.T @ y)
            squares = float(y @ y)
            if squares <= NOISE.exact * float(w[rows] @ data.y[rows, j] ** 2):
                squares = 0.0  # of rounding
            self._outputs.append(_Output(rows, root, basis, y, squares))

    @property
    def dof(self) -> int:
        """Degrees of freedom that the background leaves, of the output with fewest values."""
        return min(one.dof for one in self._outputs)

    @property
    def residual(self) -> Floats:
        """What the background leaves of the values, shape (n, d); 0 where one is missing."""
        result = np.zeros_like(self._data.y)
        for j, one in enumerate(self._outputs):
            result[one.rows, j] = one.values / one.root
        return result

    def condition(self, frequency: float, orders: tuple[int, ...] = (1,)) -> float:
        """Return the condition number of the columns, each of length 1: background and waveform.

        The background enters by an orthonormal basis: what of it depends on itself does no harm.
        Of several outputs it is the largest.
        """
        worst = 1.0
        for one in self._outputs:
            waves, _ = self._waves(one, np.array([frequency]), orders)
            scale = np.sqrt((waves[0] ** 2).sum(axis=0))
            few = len(one.rows) < one.basis.shape[1] + waves.shape[2]
            if few or scale.min() <= 1e-9 * scale.max():  # a sine at the Nyquist frequency is 0
                return float("inf")
            singular = np.linalg.svd(np.hstack([one.basis, waves[0] / scale]), compute_uv=False)
            worst = max(worst, float(singular[0] / max(float(singular[-1]), 1e-300)))
        return worst if worst < 1e12 else float("inf")

    def powers(self, frequency: Floats, orders: tuple[int, ...] = (1,)) -> Floats:
        """Return the share P of the sum of squares in each output, shape (d, m)."""
        result = np.zeros((len(self._outputs), len(frequency)))
        for j, one in enumerate(self._outputs):
            if one.squares <= 0:
                continue
            for at in self._blocks(one, len(frequency), 2 * len(orders)):
                free, _ = self._freed(one, frequency[at], orders)
                result[j, at] = cosinor.explained(free, one.values[np.newaxis])[:, 0] / one.squares
        return np.clip(result, 0.0, 1.0)

    def evidence(self, frequency: Floats, orders: tuple[int, ...] = (1,)) -> Floats:
        """Return what the powers are worth together: by which the best frequency is chosen.

        It is twice the log likelihood ratio with Bartlett's factor; -2 log p of one sinusoid.
        """
        dof = np.array([one.dof for one in self._outputs])[:, np.newaxis]
        rest = np.maximum(1.0 - self.powers(frequency, orders), 1e-300)
        result: Floats = -(np.maximum(dof - len(orders) - 1, 1) * np.log(rest)).sum(axis=0)
        return result

    def width(self, lowest: float, highest: float, orders: tuple[int, ...] = (1,)) -> float:
        """Return the effective bandwidth of a range, for :meth:`false_alarm`."""
        span = highest - lowest
        steps = int(np.clip(8 * span * self._data.baseline, 8, _PLACES // len(orders)))
        frequency: Floats = lowest + span * (np.arange(steps) + 0.5) / steps
        speeds = [self._speed(one, frequency, orders) for one in self._outputs]
        mean = float(np.sqrt(np.mean(np.square(speeds))))
        # the factor by which faster harmonics turn is counted with the false alarms
        return mean * span / math.sqrt(np.pi) / mean_speed(tuple(range(1, len(orders) + 1)))

    def false_alarm(
        self, frequency: float, orders: tuple[int, ...], width: float, level: float = 1.0
    ) -> float:
        """Return the probability that noise shows as much within a range of effective width.

        With a width of 0, it is the p-value of the F-test at this frequency, with F divided by
        the noise `level` around it.  What several outputs
        show is added up by Fisher's method, which is exact for one pair of cosine and sine in
        each, and what they share is taken off.
        """
        powers = self.powers(np.array([frequency]), orders)[:, 0]
        powers = powers / np.maximum(powers + level * (1.0 - powers), 1e-300)
        pairs, d = len(orders), len(self._outputs)
        waves = tuple(range(1, pairs + 1))
        if d == 1:
            return false_alarm_probability(float(powers[0]), self.dof, width, orders=waves)
        dof = np.array([one.dof for one in self._outputs])
        rest = np.maximum(1.0 - powers, 1e-300)
        total = float(dof.sum())
        # (with Bartlett's factor, exact for one pair)
        gain = float(-(np.maximum(dof - pairs - 1, 1) * np.log(rest)).sum())
        power = power_of_evidence(gain, total, pairs * d)
        power = unshared_power(power, total, pairs, shared_noise(self._data, self.residual))
        return false_alarm_probability(power, total, width, orders=waves, n_outputs=d)

    def share(self, frequency: Floats) -> Floats:
        """Return the least information about an amplitude, over phases and outputs, shape (m,).

        It is the inverse of its variance at a scatter of 1.
        """
        shares = []
        for one in self._outputs:
            free, _ = self._freed(one, frequency, (1,))
            gram = np.einsum("mnk,mnl->mkl", free, free)
            shares.append(np.linalg.eigvalsh(gram)[:, 0])
        result: Floats = np.maximum(np.min(shares, axis=0), 0.0)
        return result

    def _waves(
        self, one: _Output, frequency: Floats, orders: tuple[int, ...]
    ) -> tuple[Floats, Floats]:
        """Return cosines and sines of every order, and their slopes along f, (m, n, 2 H)."""
        columns = cosinor.waves(phase.turns(frequency, self._data.times[one.rows]), orders)
        root = one.root[:, np.newaxis]
        slopes = cosinor.turned(columns, orders) * self._time[one.rows, np.newaxis]
        return columns * root, slopes * root

    def _freed(
        self, one: _Output, frequency: Floats, orders: tuple[int, ...]
    ) -> tuple[Floats, Floats]:
        """Return the same with the background projected out."""
        columns, slopes = self._waves(one, frequency, orders)
        return cosinor.freed(columns, one.basis), cosinor.freed(slopes, one.basis)

    def _speed(self, one: _Output, frequency: Floats, orders: tuple[int, ...]) -> float:
        """Return the mean speed of the subspace over some frequencies, in 1 / frequency."""
        total = 0.0
        for at in self._blocks(one, len(frequency), 4 * len(orders)):
            free, slopes = self._freed(one, frequency[at], orders)
            for v, s in zip(free, slopes, strict=True):
                q, r = np.linalg.qr(v)
                if np.abs(np.diag(r)).min() <= 1e-8 * np.abs(np.diag(r)).max():
                    continue
                turning = np.linalg.solve(r.T, (s - q @ (q.T @ s)).T).T
                total += _mean_length(turning.T @ turning)
        return total / len(frequency)

    @staticmethod
    def _blocks(one: _Output, count: int, columns: int) -> list[slice]:
        size = max(_BLOCK // max(len(one.rows) * columns, 1), 1)
        return [slice(first, min(first + size, count)) for first in range(0, count, size)]


def _mean_length(form: Floats) -> float:
    """Return the mean of the root of a quadratic form over all directions."""
    if len(form) > 2:  # by its mean: what it scatters makes the root smaller by little
        return float(np.sqrt(np.trace(form) / len(form)))
    angle = np.pi * (np.arange(_DIRECTIONS) + 0.5) / _DIRECTIONS
    v = np.stack([np.cos(angle), np.sin(angle)])
    return float(np.sqrt(np.maximum((v * (form @ v)).sum(axis=0), 0.0)).mean())


@dataclass(frozen=True)
class Verdict:
    """What noise says of a rhythm.

    Attributes
    ----------
    frequency : float
        Where it was judged: given, or the best of the range.
    false_alarm : float
        Probability that noise alone shows as much.
    orders : int
        Harmonics of the waveform by which it was judged: 1 for a sinusoid.
    """

    frequency: float
    false_alarm: float
    orders: int


def carried_orders(test: HeldTest, frequency: float, most: int, highest: float) -> int:
    """Return the highest order up to which the design carries a waveform.

    All of its columns are told apart, and two degrees of freedom are left.
    """
    carried = 1
    while carried < most and (carried + 1) * frequency <= highest * (1 - 1e-9):
        further = tuple(range(1, carried + 2))
        if test.dof < 2 * len(further) + 2:
            break
        if test.condition(frequency, further) > ASKED.condition:
            break
        carried += 1
    return carried


def cheaper(sinusoid: Verdict, waveforms: list[Verdict]) -> Verdict:
    """Return the verdict of a sinusoid, or of a waveform where that is rarer by a large factor.

    The factor, times the number of waveforms, is what looking at them costs: of all false alarms
    at a level, theirs are at most the inverse of the factor, so that the p-value of a sinusoid
    stays what it is.
    """
    price = ASKED.waveform * max(len(waveforms), 1)
    best = min(waveforms, key=lambda one: one.false_alarm, default=sinusoid)
    if price * best.false_alarm >= sinusoid.false_alarm:
        return sinusoid
    return Verdict(best.frequency, price * best.false_alarm, best.orders)
