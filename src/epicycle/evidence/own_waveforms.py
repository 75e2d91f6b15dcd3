"""Whether groups of one series have waveforms of their own: tested at the likeliest period.

Each group is fitted with its own nuisance columns, scatter and harmonics of one frequency; whether
the amplitudes of all groups are equal is what :func:`epicycle.evidence.contrasts.equal_vectors`
tests.  Frequency and number of harmonics are those of the likeliest model, with one waveform for
all or with one for each.  So the choice favours neither where a cycle stands out; where none does,
there is nothing to be different.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy import stats

from epicycle.evidence.contrasts import equal_vectors
from epicycle.fit.noise import NoiseModel
from epicycle.limits import EFFECTS
from epicycle.samples import phase
from epicycle.samples.arrays import Floats
from epicycle.samples.data import Data
from epicycle.samples.times import Times

#: Orders of the waveforms that are compared.
_ORDERS = (1, 2, 4)

#: Median of the absolute value of a standard Gaussian.
_MEDIAN = 0.6745

#: Reweightings that bring scatter, errors and the influence of outliers into agreement.
_ROUNDS = 5

#: Steps to either side of the likeliest frequencies among which they are refined, in 1/baseline.
_STEPS = np.linspace(-0.15, 0.15, 7)

#: So many frequencies are refined.
_REFINED = 3

#: Values of a group that are compared at most; more would show no cycle that fewer do not.
_MOST = 4096


class _Look(NamedTuple):
    """Deviances of a waveform at some frequencies: of none, of each group's own, of one for all."""

    frequency: Floats
    orders: int
    none: Floats
    own: Floats
    shared: Floats


@dataclass(frozen=True)
class _Group:
    """Values of one group with their times, weights and nuisance columns."""

    times: Times
    y: Floats
    known_variance: Floats
    unit: Floats
    nuisance: Floats

    @staticmethod
    def of(data: Data, values: Floats, noise: NoiseModel, j: int) -> _Group:
        """Return the values of output `j`."""
        rows = np.flatnonzero(noise.present[:, j])
        if len(rows) > _MOST:
            rows = np.sort(np.random.default_rng(len(rows)).choice(rows, _MOST, replace=False))
        columns = data.nuisance[rows]
        known = np.zeros(len(rows)) if noise.dy is None else noise.dy[rows, j] ** 2
        used = np.linalg.norm(columns, axis=0) > 0
        return _Group(
            data.times[rows], values[rows, j], known, 1.0 / noise.relative[rows], columns[:, used]
        )

    def columns(self, frequency: Floats, orders: int) -> Floats:
        """Return nuisance columns, then cosines and sines, shape (F, P + 2K, n)."""
        cosine, sine = phase.unit_phasors(phase.turns(frequency, self.times))
        powers = phase.powers(cosine + 1j * sine, orders)
        waves = np.stack([powers.real, powers.imag], axis=1).reshape(2 * orders, *cosine.shape)
        fixed = np.broadcast_to(self.nuisance.T, (len(frequency), *self.nuisance.T.shape))
        return np.concatenate([fixed, np.swapaxes(waves, 0, 1)], axis=1)

    def first_weights(self) -> Floats:
        """Return weights before the scatter is known: as if it were as large as an error."""
        return 1.0 / (self.known_variance + (np.median(self.known_variance) or 1.0) * self.unit)


def chance_of_equality(
    data: Data,
    values: Floats,
    noise: NoiseModel,
    frequency: Floats,
    highest: float,
    searched: int,
) -> float:
    """Return the probability of differences as large, if all groups had one waveform.

    Parameters
    ----------
    data : Data
        The regression problem with one output for each group.
    values : ndarray, shape (n, G)
        Its values, freed of the nuisance columns.
    noise : NoiseModel
        Errors, and which values exist.
    frequency : ndarray
        Frequencies to choose from, maxima of the spectra of one waveform or of several.
    highest : float
        Frequency above which no harmonic may be.
    searched : int
        Number of frequencies that these are the likeliest of.

    Returns
    -------
    float
        1 where no cycle stands out of the noise, and where a group is too small to tell.
    """
    groups = [_Group.of(data, values, noise, j) for j in range(values.shape[1])]
    room = min(len(g.y) - np.linalg.matrix_rank(g.nuisance) for g in groups)
    orders = [k for k in _ORDERS if 2 * k + EFFECTS.group_spare_values <= room]
    looks = [_look(groups, frequency[frequency * k <= highest], k) for k in orders]
    places = _likeliest(looks)
    if not len(places):
        return 1.0
    near = (places[:, np.newaxis] + _STEPS / data.baseline).ravel()
    looks = [_look(groups, near[near * k <= highest], k) for k in orders]
    best, at = min(
        ((one, int(np.argmin(_criterion(one, groups)))) for one in looks if len(one.frequency)),
        key=lambda pair: float(_criterion(pair[0], groups)[pair[1]]),
    )
    tries = searched * len(_ORDERS)
    freedom = 2 * best.orders
    chances = (
        stats.chi2.sf(best.none[at] - best.own[at], freedom * len(groups)),
        stats.chi2.sf(best.none[at] - best.shared[at], freedom),
    )
    if tries * min(chances) > EFFECTS.group_cycle_chance:
        return 1.0
    return _tested(groups, float(best.frequency[at]), best.orders)


def _look(groups: list[_Group], frequency: Floats, orders: int) -> _Look:
    """Return the deviances, the scatter of each group free."""
    f, k2 = len(frequency), 2 * orders
    gram, right = np.zeros((len(groups), f, k2, k2)), np.zeros((len(groups), f, k2))
    rest, count = np.zeros((len(groups), 1)), np.zeros((len(groups), 1))
    for g, group in enumerate(groups):
        root = np.sqrt(group.first_weights())
        base = np.linalg.qr(group.nuisance * root[:, np.newaxis])[0]
        y = group.y * root
        y = y - base @ (base.T @ y)
        waves = group.columns(frequency, orders)[:, group.nuisance.shape[1] :] * root
        waves = waves - (waves @ base) @ base.T
        gram[g] = waves @ np.swapaxes(waves, 1, 2)
        gram[g] += 1e-9 * len(y) * np.median(root**2) * np.eye(k2)
        right[g] = waves @ y
        rest[g], count[g] = y @ y, len(y) - base.shape[1] - k2
    own = np.linalg.solve(gram, right[..., np.newaxis])[..., 0]
    left = np.maximum(rest - (own * right).sum(axis=-1), 1e-12 * rest + 1e-300)
    scale = left / count
    for _ in range(3):
        matrix = (gram / scale[..., np.newaxis, np.newaxis]).sum(axis=0)
        vector = (right / scale[..., np.newaxis]).sum(axis=0)
        one = np.linalg.solve(matrix, vector[..., np.newaxis])[..., 0]
        bent = (gram @ one[..., np.newaxis])[..., 0]
        together = rest - 2 * (right * one).sum(axis=-1) + (bent * one).sum(axis=-1)
        scale = np.maximum(together, 1e-12 * rest + 1e-300) / count
    least = np.maximum(rest, 1e-300)
    return _Look(
        frequency,
        orders,
        (count * np.log(least)).sum(axis=0) * np.ones(f),
        (count * np.log(left)).sum(axis=0),
        (count * np.log(np.maximum(scale * count, 1e-300))).sum(axis=0),
    )


def _criterion(look: _Look, groups: list[_Group]) -> Floats:
    """Return the better of both models' information criteria, without the waveform as zero."""
    price = 2 * look.orders * np.log([len(g.y) for g in groups])
    of_all = 2 * look.orders * np.log(sum(len(g.y) for g in groups))
    result: Floats = np.minimum(look.own + price.sum(), look.shared + of_all) - look.none
    return result


def _likeliest(looks: list[_Look]) -> Floats:
    """Return the few frequencies at which the deviance is least, each once."""
    places: list[float] = []
    for look in looks:
        for deviance in (look.own, look.shared):
            places += look.frequency[np.argsort(deviance)[:_REFINED]].tolist()
    return np.unique(places)


def _tested(groups: list[_Group], frequency: float, orders: int) -> float:
    """Return the p-value of equal amplitudes at a frequency."""
    fits = [_robust(group, group.columns(np.array([frequency]), orders)[0].T) for group in groups]
    estimate = np.stack([c[-2 * orders :] for c, _, _ in fits])
    covariance = np.stack([v[-2 * orders :, -2 * orders :] for _, v, _ in fits])
    return equal_vectors(estimate, covariance, np.array([f for _, _, f in fits])).p_value


def _robust(group: _Group, x: Floats) -> tuple[Floats, Floats, float]:
    """Return coefficients that outliers move little, their covariance, and its freedom.

    Huber's estimate; its covariance is that of Huber (1973, Ann. Stat. 1, 799, eq. 6.5): of a least
    squares fit to values with the residuals cut, by how much they were cut.
    """
    n, p = x.shape
    bound, unit = EFFECTS.huber_bound, group.unit
    weights, tails = group.first_weights(), np.ones(n)
    for _ in range(_ROUNDS):
        both = weights * tails
        c = np.linalg.pinv((x.T * both) @ x) @ (x.T @ (both * group.y))
        left = group.y - x @ c
        size = np.median(np.abs(left)) / _MEDIAN * np.sqrt(n / (n - p))
        # what the errors do not explain is scatter of the group
        excess = max(float(size**2 - np.median(group.known_variance)), 0.0)
        weights = 1.0 / (group.known_variance + excess * unit + 1e-300)
        relative = left * np.sqrt(weights)
        tails = np.minimum(1.0, bound / np.maximum(np.abs(relative), bound))
    uncut = float(np.mean(np.abs(relative) <= bound)) or 1.0
    widened = 1 + p / n * (1 - uncut) / uncut
    scale = float(((relative * tails) ** 2).sum()) / (n - p) * (widened / uncut) ** 2
    return c, scale * np.linalg.pinv((x.T * weights) @ x), float(n - p)
