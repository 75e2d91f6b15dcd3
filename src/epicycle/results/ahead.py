"""A finished pursuit -> what is said beyond its data: the level lives on, and lines that last."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from epicycle.fit.lines import line_columns
from epicycle.fit.noise import is_exact
from epicycle.limits import AHEAD
from epicycle.living.choose import Changes, Choice, Problem, choose, lasting, with_changes
from epicycle.living.ends import Living, living_of
from epicycle.living.nodes import build_nodes
from epicycle.pursuit.pursuit import Pursuit
from epicycle.samples.arrays import Floats


@dataclass(frozen=True, eq=False)
class Ahead:
    """What goes on beyond the data, output by output; it is worked out when it is asked for.

    Attributes
    ----------
    pursuit : Pursuit or None
        The finished pursuit; None for what was read from a document.
    slow, held : ndarray of bool, shape (L,)
        Lines that are slow variation, which the level is instead, and those whose amplitude varies
        or fades, which go on as they were found.
    always : ndarray of bool, shape (K,)
        Fundamentals that stay, whatever supports them.
    by_evidence : bool
        Whether evidence decides on the trend.
    positive : ndarray or None
        The values as they were given, where their logarithm may be what has a level.
    read : tuple
        What was read from a document.
    """

    pursuit: Pursuit | None
    slow: NDArray[np.bool_] = field(default_factory=lambda: np.empty(0, dtype=bool))
    held: NDArray[np.bool_] = field(default_factory=lambda: np.empty(0, dtype=bool))
    always: NDArray[np.bool_] = field(default_factory=lambda: np.empty(0, dtype=bool))
    by_evidence: bool = True
    positive: Floats | None = None
    read: tuple[Living | None, ...] = ()

    @cached_property
    def outputs(self) -> tuple[Living | None, ...]:
        """Each output beyond the data; None where the trend is continued as it was fitted."""
        if self.pursuit is None:
            return self.read
        return tuple(self._safely(j) for j in range(self.pursuit.data.y.shape[1]))

    def _safely(self, j: int) -> Living | None:
        """Return an output beyond the data; None where rounding leaves no chain to be factored."""
        try:
            return self._output(j)
        except (np.linalg.LinAlgError, ValueError):
            return None

    def _output(self, j: int) -> Living | None:
        assert self.pursuit is not None
        data, fit = self.pursuit.data, self.pursuit.fit
        structure, p = fit.structure, fit.n_nuisance
        weights = data.weights_of(j)
        used = weights > 0
        n_trend = data.background.n_trend - data.background.n_groups
        if np.count_nonzero(used) < AHEAD.fewest + n_trend or is_exact(data, fit.chi2):
            return None
        lines = line_columns(structure, data)
        trend = data.nuisance[:, data.background.n_groups : data.background.n_trend]
        mine = np.repeat(~self.held, 2)
        target = fit.residual[:, j] + lines[:, mine] @ fit.coefficients[p:][mine, j]
        groups = data.background.n_groups
        target += trend @ fit.coefficients[groups : data.background.n_trend, j]
        one = _Output(
            data.times.to_float(),
            target,
            weights,
            np.hstack([np.ones((len(target), 1)), trend]),
            lines,
            structure.line_frequency * data.baseline,
            structure.parent,
            ~(self.slow | self.held),
            self.always,
            self.by_evidence,
        )
        problem = one.problem()
        kept, near = lasting(problem)
        logarithmic = False
        if self.positive is not None:
            positive = np.where(used, self.positive[:, j], 1.0)
            of_log = replace(one, target=np.log(positive))
            other = of_log.problem()
            kept_there, near_there = lasting(other)
            jacobian = float(np.log(positive[used]).sum())
            here, there = (
                each.with_changes(fit)[0].evidence
                for each, fit in ((one, near), (of_log, near_there))
            )
            if there - jacobian > here:
                one, problem, kept, near = of_log, other, kept_there, near_there
                logarithmic = True
        scatter = _scatter(weights, data.group, groups)

        def living(problem: Problem) -> Living:
            choice, changes = one.with_changes(choose(problem, kept, near))
            return living_of(choice, 1 + n_trend, changes, scatter)

        result, quarter, left = living(problem), data.baseline / 4, one.left(kept)
        if result.wanders(quarter) > AHEAD.strays * left:
            result = living(replace(problem, by_evidence=False))
        # means of many values hide what changes within them: it scatters beyond the data as inside
        mine = result.scatter[data.group[used]].mean() + result.wanders(quarter)
        scatter = result.scatter + max(left - float(mine), 0.0)
        return replace(result, scatter=scatter, logarithmic=logarithmic)


def _scatter(weights: Floats, group: NDArray[np.intp], n_groups: int) -> Floats:
    """Return the mean variance of single values in each group, by that of a typical one, (G,)."""
    used = weights > 0
    typical = float(np.median(weights[used]))
    result = np.full(n_groups, float(np.mean(typical / weights[used])))
    for g in range(n_groups):
        mine = used & (group == g)
        if mine.any():
            result[g] = float(np.mean(typical / weights[mine]))
    return result


@dataclass(frozen=True, eq=False)
class _Output:
    """One output's regression: times, what is to be explained, and columns of all lines."""

    time: Floats
    target: Floats
    weights: Floats
    trend: Floats
    lines: Floats
    turns: Floats
    parent: NDArray[np.intp]
    may_last: NDArray[np.bool_]
    always: NDArray[np.bool_]
    by_evidence: bool

    @cached_property
    def candidates(self) -> NDArray[np.intp]:
        """Lines that may last."""
        return np.flatnonzero(self.may_last)

    @cached_property
    def columns(self) -> Floats:
        """The values, constant and trend, and the columns of candidates."""
        pairs = (2 * self.candidates[:, np.newaxis] + np.arange(2)).ravel()
        return np.hstack([self.target[:, np.newaxis], self.trend, self.lines[:, pairs]])

    def left(self, kept: NDArray[np.bool_]) -> float:
        """Return the mean square that trend and lasting cycles leave of the values."""
        used = self.weights > 0
        parents, parent = np.unique(self.parent[self.candidates], return_inverse=True)
        lasts = self.candidates[kept[parent]] if len(parents) else self.candidates
        pairs = (2 * lasts[:, np.newaxis] + np.arange(2)).ravel()
        columns = np.hstack([self.trend, self.lines[:, pairs]])[used]
        target = self.target[used]
        rest = target - columns @ np.linalg.lstsq(columns, target, rcond=None)[0]
        return float(np.mean(rest**2))

    def problem(self) -> Problem:
        """Return what is to be explained, by lines that may last."""
        parents, parent = np.unique(self.parent[self.candidates], return_inverse=True)
        return Problem(
            build_nodes(self.time, self.columns, self.weights),
            self.trend.shape[1],
            parent,
            self.always[parents],
            self.by_evidence,
        )

    def with_changes(self, choice: Choice) -> tuple[Choice, NDArray[np.intp]]:
        """Return the fit with lines that change, where they do, and the owners of changes.

        Its columns are then counted among those of all lines.
        """
        n_trend = self.trend.shape[1]
        choice, owners = self._changed(choice, self.columns, self.candidates)
        pairs = (2 * self.candidates[:, np.newaxis] + np.arange(2)).ravel()
        at = np.concatenate([np.arange(n_trend), n_trend + pairs])
        return replace(choice, columns=at[choice.columns]), owners

    def _changed(
        self, choice: Choice, columns: Floats, candidates: NDArray[np.intp]
    ) -> tuple[Choice, NDArray[np.intp]]:
        n_trend = self.trend.shape[1]
        mine = np.flatnonzero(choice.columns >= n_trend)
        line = candidates[(choice.columns[mine] - n_trend) // 2]
        most = AHEAD.most_knots
        turns = self.turns[line] / self._order_of(line)
        knots = np.minimum(turns / AHEAD.turns_between, most).astype(int)
        room = (AHEAD.most_columns - len(choice.columns)) // max(len(mine), 1)
        knots = np.minimum(knots, room)
        knots[knots < 2] = 0
        if not knots.any():
            return choice, np.empty(0, dtype=np.intp)
        power = choice.fitted.solution.coefficients[mine] ** 2
        same = self.parent[line][:, np.newaxis] == self.parent[line]
        power = same @ power / same.sum(axis=1)
        first, last = self.time[self.weights > 0].min(), self.time[self.weights > 0].max()
        place = (last - self.time) / (last - first)  # 0 at the last end
        ramps, sizes, owners = [], [], []
        for column, n, size in zip(mine.tolist(), knots.tolist(), power.tolist(), strict=True):
            for k in range(n):
                ramp = np.clip(place * n - k, 0.0, 1.0)
                ramps.append(ramp * columns[:, 1 + choice.columns[column]])
                sizes.append(size / n)
                owners.append(column)
        chosen = columns[:, np.concatenate([[0], 1 + choice.columns])]
        nodes = build_nodes(self.time, np.column_stack([chosen, *ramps]), self.weights)
        choice = with_changes(choice, Changes(nodes, np.array(sizes)))
        return choice, np.array(owners if len(choice.changes) else [], dtype=np.intp)

    def _order_of(self, line: NDArray[np.intp]) -> Floats:
        """Return each line's turns over those of the slowest line on its fundamental."""
        slowest = np.array([self.turns[self.parent == self.parent[k]].min() for k in line])
        ratio: Floats = self.turns[line] / np.maximum(slowest, 1e-300)
        return ratio
