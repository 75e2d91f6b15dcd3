"""Where the slope of the trend changes: a few changepoints, as many as the data pay for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from epicycle.effects.task import Task
from epicycle.fit.criteria import (
    information_criterion,
    price_of_parameters,
    value_counts,
    with_free_scale,
)
from epicycle.fit.lines import Structure, design
from epicycle.fit.noise import rounding
from epicycle.limits import EFFECTS
from epicycle.pursuit.pursuit import Pursuit
from epicycle.samples.arrays import Floats
from epicycle.samples.budget import OutOfTimeError
from epicycle.samples.data import Data, build_data, orthonormal_basis
from epicycle.spectra.bands import Progress

#: Places tried for each, evenly over the samples.
_CANDIDATES = 60


#: Rounds of moving every changepoint to the best place between its neighbours.
_ROUNDS = 3


def with_bent_trend(found: Pursuit, task: Task, progress: Progress | None = None) -> Pursuit:
    """Return a pursuit with a trend that bends, where that describes the data better.

    Parameters
    ----------
    found : Pursuit
        The pursuit with a straight trend.
    task : Task
        What it was made of.
    progress : callable, optional
        Called with (frequencies done, frequencies in all) during each search.

    Notes
    -----
    Both describe slow changes, one by bends and one by slow sinusoids; the Bayesian information
    criterion of the complete models decides.
    """
    knots = choose_knots(found, task.goal.slow_limit)
    if not knots:
        return found
    try:
        bent = task.pursue_again(build_data(task.samples, 1, knots), progress)
    except OutOfTimeError:
        note = task.goal.budget.note("whether the trend bends was not decided")
        return replace(found, notes=(*found.notes, note))
    return (
        bent
        if information_criterion(bent.data, bent.fit) < information_criterion(found.data, found.fit)
        else found
    )


def choose_knots(found: Pursuit, slow_limit: float) -> tuple[float, ...]:
    """Return where the slope of the trend changes, in baselines from the reference time.

    Parameters
    ----------
    found : Pursuit
        A pursuit with a straight trend.  Its cycles stay; its slow variation, which a bent trend
        may explain better, is left out.
    slow_limit : float
        Frequency below which a line is slow variation.

    Notes
    -----
    Changepoints are added one by one where they lower chi-square most, as long as that lowers the
    Bayesian information criterion, are then moved to where they do best, and removed again if
    they do not pay.
    """
    data = found.data
    fast = [one for one in found.fit.structure.fundamentals() if one.frequency >= slow_limit]
    bends = _Bends(data, Structure.of(fast))
    knots: tuple[float, ...] = ()
    chosen: tuple[float, ...] = ()
    best = bends.criterion(chosen)
    while len(knots) < EFFECTS.most_bends:
        knots = bends.moved(bends.extended(knots))
        criterion = bends.criterion(knots)
        if criterion < best:
            best, chosen = criterion, knots
        elif len(knots) > len(chosen) + 1:
            break  # two in vain; one alone may have waited for the second
    while chosen:
        fewer = [chosen[:k] + chosen[k + 1 :] for k in range(len(chosen))]
        criteria = [bends.criterion(one) for one in fewer]
        if min(criteria) >= best:
            break
        best, chosen = min(criteria), fewer[int(np.argmin(criteria))]
    return chosen


class _Bends:
    """Chi-square of changepoints beside everything else that is in the model."""

    def __init__(self, data: Data, structure: Structure) -> None:
        self._scaled = data.times.to_float() / data.baseline
        self._parts = []
        columns = design(data, structure)
        for j in range(data.y.shape[1]):
            w = data.weights_of(j)
            basis = orthonormal_basis(columns, w) * np.sqrt(w)[:, np.newaxis]
            y = data.y[:, j] * np.sqrt(w)
            self._parts.append((np.sqrt(w), basis, y - basis @ (basis.T @ y)))
        self._counts, self._n_values = value_counts(data), data.n_values
        self._least = rounding(data)
        order = np.sort(self._scaled)
        n = len(order)
        first, last = int(EFFECTS.bend_margin * n), int((1 - EFFECTS.bend_margin) * n) - 1
        self.candidates: Floats = np.unique(
            order[np.linspace(first, max(last, first), _CANDIDATES).astype(int)]
        )

    def chi2(self, knots: tuple[float, ...]) -> Floats:
        """Return the sum of squares of each output with changes of slope at `knots`."""
        hinges = np.maximum(self._scaled[:, np.newaxis] - np.array(knots), 0.0)
        result = np.empty(len(self._parts))
        for j, (root, basis, rest) in enumerate(self._parts):
            columns = hinges * root[:, np.newaxis]
            columns -= basis @ (basis.T @ columns)
            left = rest - columns @ np.linalg.lstsq(columns, rest, rcond=None)[0]
            result[j] = left @ left
        return result

    def criterion(self, knots: tuple[float, ...]) -> float:
        unexplained = -2.0 * with_free_scale(self.chi2(knots), self._counts, self._least)
        parameters = len(knots) * (1 + len(self._parts))
        return unexplained + price_of_parameters(parameters, self._n_values)

    def extended(self, knots: tuple[float, ...]) -> tuple[float, ...]:
        return self._best([(*knots, float(c)) for c in self.candidates if c not in knots])

    def moved(self, knots: tuple[float, ...]) -> tuple[float, ...]:
        for _ in range(_ROUNDS):
            before = knots
            for k in range(len(knots)):
                rest = knots[:k] + knots[k + 1 :]
                near = self._around(knots[k], rest)
                knots = self._best([(*rest[:k], float(c), *rest[k:]) for c in near])
            if knots == before:
                break
        return knots

    def _around(self, knot: float, others: tuple[float, ...]) -> Floats:
        place = int(np.abs(self.candidates - knot).argmin())
        near = self.candidates[max(place - 3, 0) : place + 4]
        return near[~np.isin(near, others)]

    def _best(self, choices: list[tuple[float, ...]]) -> tuple[float, ...]:
        ordered = [tuple(sorted(one)) for one in choices]
        return min(ordered, key=self.criterion)
