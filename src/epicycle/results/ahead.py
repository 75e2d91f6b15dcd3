"""A finished pursuit -> what is said beyond its data: the level lives on, and lines that last."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from epicycle.fit.lines import line_columns
from epicycle.fit.noise import is_exact
from epicycle.limits import AHEAD
from epicycle.living.beside import Series, astray, beside, further_off
from epicycle.living.choose import Changes, Choice, Problem, choose, lasting, with_changes
from epicycle.living.ends import Living, living_of
from epicycle.living.nodes import build_nodes
from epicycle.living.smoothing import Smoothed
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
    alone : bool
        Whether there is nothing beside level, trend and cycles: such a series may be smoothed.
    read : tuple
        What was read from a document.
    """

    pursuit: Pursuit | None
    slow: NDArray[np.bool_] = field(default_factory=lambda: np.empty(0, dtype=bool))
    held: NDArray[np.bool_] = field(default_factory=lambda: np.empty(0, dtype=bool))
    always: NDArray[np.bool_] = field(default_factory=lambda: np.empty(0, dtype=bool))
    by_evidence: bool = True
    positive: Floats | None = None
    alone: bool = False
    read: tuple[Living | None, ...] = ()

    @cached_property
    def outputs(self) -> tuple[Living | None, ...]:
        """Each output beyond the data; None where the trend is continued as it was fitted."""
        if self.pursuit is None:
            return self.read
        return tuple(self._safely(j) for j in range(self.pursuit.data.y.shape[1]))

    def _safely(self, j: int) -> Living | None:
        """Return an output beyond the data; None, and a word, where no chain can be factored."""
        try:
            return self._output(j)
        except np.linalg.LinAlgError:
            # rounding, in values of very different size or samples that are all but the same
            warnings.warn(
                "rounding hides how the level goes on beyond the data: the trend goes on as it "
                "was fitted",
                UserWarning,
                stacklevel=2,
            )
            return None

    def _output(self, j: int) -> Living | None:
        assert self.pursuit is not None
        data, fit = self.pursuit.data, self.pursuit.fit
        weights = data.weights_of(j)
        used = weights > 0
        n_trend = data.background.n_trend - data.background.n_groups
        if np.count_nonzero(used) < AHEAD.fewest + n_trend or is_exact(data, fit.chi2):
            return None
        one = self._regression(j, weights)
        # squares of larger values have no place in floating point
        if not np.isfinite(one.target @ one.target):
            return None
        result, choice = self._ahead_of(one, j)
        if astray(choice) > AHEAD.astray:
            alone = weights.copy()
            alone[np.where(used, one.time, -np.inf).argmax()] = 0.0
            result, choice = self._ahead_of(replace(one, weights=alone), j)
        return result

    def _ahead_of(self, one: _Output, j: int) -> tuple[Living, Choice]:
        """Return one output beyond the data, and the fit that says it."""
        assert self.pursuit is not None
        data, used = self.pursuit.data, one.weights > 0
        scaled, logarithmic = _Scaled.of(one, self._periods), False
        if self.positive is not None:
            positive = np.where(used, self.positive[:, j], 1.0)
            of_log = _Scaled.of(replace(one, target=np.log(positive)), self._periods)
            jacobian = of_log.models * float(np.log(positive[used]).sum())
            if of_log.evidence - jacobian > scaled.evidence:
                scaled, logarithmic, one = of_log, True, of_log.one
        scatter = _scatter(one.weights, data.group, data.background.n_groups)

        def living(problem: Problem) -> tuple[Living, Choice]:
            choice, changes = one.with_changes(choose(problem, scaled.kept, scaled.near))
            return living_of(choice, one.trend.shape[1], changes, scatter), choice

        problem, left = scaled.problem, one.left(scaled.kept)
        result, choice = living(problem)
        quarter = data.baseline / 4
        if result.wanders(quarter) > AHEAD.strays * left:
            problem = replace(problem, by_evidence=False)
            result, choice = living(problem)
        hidden = _hidden(choice)
        if not problem.by_evidence:
            # what a level would follow scatters about a trend
            mine = result.scatter[data.group[used]].mean() + result.wanders(quarter)
            hidden = max(left - float(mine), 0.0)
        scatter = result.scatter + hidden
        smoothed = None
        if scaled.series is not None and scaled.smoothed is not None:
            longest = one.longest(scaled.kept)
            smoothed = beside(scaled.series, scaled.smoothed, choice, longest)
        result = replace(result, scatter=scatter, logarithmic=logarithmic, beside=smoothed)
        return result, choice

    @property
    def _periods(self) -> Floats | None:
        """Periods of cycles that a regular series may repeat; None where it is not smoothed."""
        assert self.pursuit is not None
        structure = self.pursuit.fit.structure
        if not self.alone or not self.by_evidence:
            return None
        slow = np.zeros(len(structure.frequency), dtype=bool)
        slow[structure.parent[self.slow]] = True
        periods: Floats = 1.0 / structure.frequency[~slow]
        return periods

    def _regression(self, j: int, weights: Floats) -> _Output:
        """Return what is to be explained of an output."""
        assert self.pursuit is not None
        data, fit = self.pursuit.data, self.pursuit.fit
        structure, groups = fit.structure, data.background.n_groups
        lines = line_columns(structure, data)
        trend = data.nuisance[:, groups : data.background.n_trend]
        mine = np.repeat(~self.held, 2)
        of_lines = fit.coefficients[fit.n_nuisance :][mine, j]
        target = fit.residual[:, j] + lines[:, mine] @ of_lines
        target += trend @ fit.coefficients[groups : data.background.n_trend, j]
        return _Output(
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


@dataclass(frozen=True, eq=False)
class _Scaled:
    """One output on a linear or logarithmic scale: which lines last, and it smoothed."""

    one: _Output
    problem: Problem
    kept: NDArray[np.bool_]
    near: Choice
    series: Series | None
    smoothed: Smoothed | None
    criterion: float

    @classmethod
    def of(cls, one: _Output, periods: Floats | None) -> _Scaled:
        """Return one output, smoothed where `periods` are given and it is regular."""
        problem = one.problem()
        used = one.weights > 0
        series = None if periods is None else Series.of(one.time[used], one.target[used])
        smoothed, criterion = None, 0.0
        if series is not None and periods is not None:
            smoothed, criterion = series.smoothed(periods.tolist())
        return cls(one, problem, *lasting(problem), series, smoothed, criterion)

    @property
    def models(self) -> int:
        """How many models speak of the scale."""
        return 1 if self.smoothed is None else 2

    @cached_property
    def evidence(self) -> float:
        """How likely the values are by all models."""
        return self.one.with_changes(self.near)[0].evidence - 0.5 * self.criterion


def _hidden(choice: Choice) -> float:
    """Return the variance that means of many values hide, beyond that of values and errors.

    It is of what changes within them, and is no line that lasts: it goes on to scatter.
    """
    nodes, solution = choice.nodes, choice.fitted.solution
    if not nodes.n_within:
        return 0.0
    row = np.concatenate([[1.0], -solution.coefficients])
    square = float(row @ nodes.within @ row) / nodes.n_within
    return max(square - solution.variance * (1.0 + solution.strengths.error), 0.0)


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

    def longest(self, kept: NDArray[np.bool_]) -> float:
        """Return the longest period of lines that last, 0 without any."""
        parents, parent = np.unique(self.parent[self.candidates], return_inverse=True)
        turns = self.turns[self.candidates[kept[parent]]] if len(parents) else np.empty(0)
        span = float(np.ptp(self.time[self.weights > 0]))
        return span / float(turns.min()) if len(turns) else 0.0

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
        changed = with_changes(choice, Changes(nodes, np.array(sizes)))
        # beats with lines that the data do not resolve look like changes, and turn back
        if not len(changed.changes) or further_off(changed, choice):
            return choice, np.empty(0, dtype=np.intp)
        return changed, np.array(owners, dtype=np.intp)

    def _order_of(self, line: NDArray[np.intp]) -> Floats:
        """Return each line's turns over those of the slowest line on its fundamental."""
        slowest = np.array([self.turns[self.parent == self.parent[k]].min() for k in line])
        ratio: Floats = self.turns[line] / np.maximum(slowest, 1e-300)
        return ratio
