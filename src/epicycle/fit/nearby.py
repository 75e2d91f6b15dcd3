r"""The power of a line at places far apart: at a frequency, or the highest within a line width.

Asked about many places of a fit at once, it takes a few transforms for all of them together.  What
the residual has there with some lines put back follows from the residual alone: a line
``a cos 2 pi f_l t + b sin 2 pi f_l t`` adds

.. math:: \tfrac12 (a - ib)\, W(f - f_l) + \tfrac12 (a + ib)\, W(f + f_l)

to the sums at f, with W the sums of the weights, less what of it mean and trend take.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from epicycle.fit.joint import Fit, part_of_model
from epicycle.samples.arrays import Floats
from epicycle.samples.data import Data
from epicycle.spectra.maxima import parabolic
from epicycle.spectra.periodogram import Norm, Periodogram
from epicycle.spectra.sums import is_worth_scattering
from epicycle.spectra.transforms import scattered_sums

#: An alias is sought within a line width, in steps of this fraction of it.
_STEPS = 8

#: A rough power is taken to be too low by no more than this factor.
_DOUBT = 2.0

#: Targets of one transform.
_TARGETS = 1 << 14

Lines = tuple[int, ...]


class NearbyPower:
    """By how much a sinusoid lowers chi-square, in the residual with some lines put back.

    Lines are told by their numbers.  A chi-square is in units of the scale of each output.

    Parameters
    ----------
    data : Data
        The regression problem.
    fit : Fit
        Its solution.
    """

    def __init__(self, data: Data, fit: Fit) -> None:
        self.fit = fit
        self._data = data
        self._scale = fit.scale[:, np.newaxis]
        self._step = 1.0 / (_STEPS * data.baseline)
        self._at: dict[tuple[Lines, float], float] = {}
        self._near: dict[tuple[Lines, float], tuple[float, float]] = {}
        self._most: dict[tuple[Lines, float], float] = {}
        self._restored: dict[Lines, Floats] = {(): fit.residual}

    def at(self, lines: Lines, frequency: float) -> float:
        """Return by how much a sinusoid lowers chi-square."""
        key = lines, frequency
        if key not in self._at:
            engine = Periodogram.of(self._data, self._step, 1)
            power = engine.reduction(self._values(lines), frequency) / self._scale
            self._at[key] = float(power.sum())
        return self._at[key]

    def near(self, lines: Lines, frequency: float) -> tuple[float, float]:
        """Return the highest such reduction nearby, and its frequency."""
        key = lines, frequency
        if key not in self._near:
            start = frequency - _STEPS * self._step
            engine = Periodogram.of(self._data, self._step, 2 * _STEPS + 1)
            spectrum = engine.reduction(self._values(lines), start) / self._scale
            self._keep_nearby(key, spectrum.sum(axis=0))
        return self._near[key]

    def at_most(self, lines: Lines, frequency: float) -> float:
        """Return what the highest reduction nearby will hardly exceed, at half the cost."""
        key = lines, frequency
        if key not in self._most:
            start = frequency - _STEPS * self._step
            engine = Periodogram.of(self._data, self._step, 2 * _STEPS + 1)
            rough = engine.rough(self._values(lines), start) / self._scale
            self._most[key] = _DOUBT * float(rough.sum(axis=0).max())
        return self._most[key]

    def look_ahead(
        self, at: Iterable[tuple[Lines, float]], near: Iterable[tuple[Lines, float]]
    ) -> None:
        """Find out all these powers at once, where that is cheaper than one after the other."""
        single = [key for key in dict.fromkeys(at) if key not in self._at]
        bands = [key for key in dict.fromkeys(near) if key not in self._near]
        places = [*single, *bands]
        if not self._data.nuisance.shape[1] or not places:
            return
        cycles = self._data.baseline * max(f for _, f in places)
        if not is_worth_scattering(len(self._data.times), cycles, len(places)):
            return
        if self.fit.structure.drifting.any():
            return
        own = np.array([f for _, f in single])
        start = np.array([f for _, f in bands]) - _STEPS * self._step
        grid = start[:, np.newaxis] + np.arange(2 * _STEPS + 1) * self._step
        frequency = np.concatenate([own, grid.ravel()])
        lines = [key[0] for key in single] + [
            key[0] for key in bands for _ in range(2 * _STEPS + 1)
        ]
        power, rough = np.empty(len(lines)), np.empty(len(lines))
        for first in range(0, len(lines), _TARGETS):
            part = slice(first, first + _TARGETS)
            power[part], rough[part] = self._of_all(lines[part], frequency[part])
        self._at.update(zip(single, power[: len(single)].tolist(), strict=True))
        for key, one, other in zip(
            bands,
            power[len(single) :].reshape(grid.shape),
            rough[len(single) :].reshape(grid.shape),
            strict=True,
        ):
            self._keep_nearby(key, one)
            self._most[key] = _DOUBT * float(other.max())

    def _keep_nearby(self, key: tuple[Lines, float], spectrum: Floats) -> None:
        best = int(spectrum.argmax())
        start = key[1] - _STEPS * self._step
        height, shift = float(spectrum[best]), 0.0
        if 0 < best < len(spectrum) - 1:
            # a grid of eight points per 1/T loses 1 % of a maximum: of a strong line, far more
            # than tells two places apart
            left, right = float(spectrum[best - 1]), float(spectrum[best + 1])
            shift, height = parabolic(left, height, right)
        self._near[key] = height, start + (best + shift) * self._step

    def _values(self, lines: Lines) -> Floats:
        """Return the residual with lines put back; the latest ones are kept."""
        if lines not in self._restored:
            if len(self._restored) > 2:
                self._restored = {(): self.fit.residual}
            self._restored[lines] = restored(self._data, self.fit, np.array(lines, dtype=np.intp))
        return self._restored[lines]

    def _of_all(self, lines: list[Lines], frequency: Floats) -> tuple[Floats, Floats]:
        """Return power and rough power at some frequencies, each with lines of its own back."""
        data, fit = self._data, self.fit
        n_outputs, n_targets = data.y.shape[1], len(frequency)
        back = sorted(set().union(*lines))
        position = fit.structure.line_frequency[back]
        # (target, line) of everything that is put back
        target = np.array([k for k, some in enumerate(lines) for _ in some], dtype=np.intp)
        source = np.searchsorted(back, [line for some in lines for line in some])
        apart = frequency[target] - position[source]
        together = frequency[target] + position[source]

        bases = [data.basis(k) * w[:, np.newaxis] for k, w in enumerate(data.weights.T)]
        strengths = np.vstack([(fit.residual * data.weights).T, *(basis.T for basis in bases)])
        sums = scattered_sums(data.times, strengths, np.append(frequency, position))
        of_weights = scattered_sums(
            data.times,
            data.weights.T,
            np.concatenate([2 * frequency, np.abs(apart), together]),
        )
        doubled, difference, total = np.split(
            of_weights, [n_targets, n_targets + len(target)], axis=1
        )
        difference[:, apart < 0] = difference[:, apart < 0].conj()

        coefficients = fit.coefficients[fit.n_nuisance :]
        lean = (coefficients[0::2] - 1j * coefficients[1::2])[back]
        power, rough = np.zeros(n_targets), np.zeros(n_targets)
        first = n_outputs
        for k, basis in enumerate(bases):
            q = sums[first : first + basis.shape[1]]
            first += basis.shape[1]
            weight = float(data.weights[:, k].sum())
            norm = Norm(weight, q[:, :n_targets], doubled[k])
            for j in range(n_outputs) if len(bases) == 1 else range(k, k + 1):
                added = 0.5 * (lean[source, j] * difference[k] + lean[source, j].conj() * total[k])
                # what nuisance columns take of each line
                taken = (lean[:, j] * q[:, n_targets:].conj()).real[:, source]
                added -= (taken * q[:, target]).sum(axis=0)
                y = sums[j, :n_targets].copy()
                np.add.at(y, target, added)
                power += norm.reduction(y) / fit.scale[j]
                rough += 2.0 * (y.real**2 + y.imag**2) / (weight * fit.scale[j])
        return power, rough


def restored(data: Data, fit: Fit, lines: NDArray[np.intp]) -> Floats:
    """Return the residual with some lines put back, free of trend and offsets, shape (n, d)."""
    values: Floats = fit.residual + part_of_model(data, fit, lines)
    for j in range(values.shape[1]):
        w = data.weights_of(j)
        basis = data.basis(j)
        values[:, j] = np.where(w > 0, values[:, j] - basis @ (basis.T @ (w * values[:, j])), 0.0)
    return values
