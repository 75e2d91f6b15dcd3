"""What there is to forecast: which lines last, how the level lives, and whether cycles change.

Lines are judged beside a level that may live and errors that may have a memory: what these explain
is no cycle that goes on.  Components and trend follow by the Bayesian information criterion.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from epicycle.limits import AHEAD
from epicycle.living.nodes import Nodes
from epicycle.living.regression import Solution, solve
from epicycle.living.strengths import Fitted, likeliest
from epicycle.samples.arrays import Floats

#: Components that are compared where the trend is chosen by evidence, where it is not simply noise,
#: and where it is given.
_FIRST: tuple[tuple[str, ...], ...] = ((), ("error",), ("walk",))

_THEN: tuple[tuple[str, ...], ...] = (
    ("walk", "error"),
    ("slope",),
    ("slope", "error"),
    ("walk", "slope"),
)

_GIVEN: tuple[tuple[str, ...], ...] = ((), ("error",))


@dataclass(frozen=True, eq=False)
class Problem:
    """What is to be explained: nodes, and what their columns are.

    Attributes
    ----------
    nodes : Nodes
        The values; a constant and the trend; cosine and sine of each line in turn.
    n_trend : int
        Columns of constant and trend.
    parent : ndarray, shape (L,)
        Fundamental that each line belongs to.
    always : ndarray of bool, shape (K,)
        Fundamentals that stay, whatever supports them.
    by_evidence : bool
        Whether evidence decides on the trend.
    """

    nodes: Nodes
    n_trend: int
    parent: NDArray[np.intp]
    always: NDArray[np.bool_]
    by_evidence: bool

    def columns_of(self, kept: NDArray[np.bool_]) -> NDArray[np.intp]:
        """Return the columns of the lines of some fundamentals, shape (m,)."""
        lines = np.flatnonzero(kept[self.parent]) if len(self.parent) else np.empty(0, np.intp)
        pairs = self.n_trend + 2 * lines[:, np.newaxis] + np.arange(2)
        return np.asarray(pairs.ravel(), dtype=np.intp)


@dataclass(frozen=True, eq=False)
class Choice:
    """What was chosen.

    Attributes
    ----------
    fitted : Fitted
        Components, strengths and coefficients.
    columns : ndarray of int, shape (m,)
        Which columns of the problem are in the fit.
    nodes : Nodes
        The nodes with these columns, and those of changes behind them.
    changes : ndarray, shape (r,)
        Variance of each change of a line's coefficient; empty where lines are constant.
    """

    fitted: Fitted
    columns: NDArray[np.intp]
    nodes: Nodes
    changes: Floats = field(default_factory=lambda: np.empty(0))

    @property
    def evidence(self) -> float:
        """How likely the values are, less what the parameters cost."""
        return self.fitted.evidence


def choose(problem: Problem, kept: NDArray[np.bool_], near: Choice) -> Choice:
    """Return what explains the values best, as far as it goes on beyond them.

    Parameters
    ----------
    problem : Problem
        What is to be explained.
    kept : ndarray of bool, shape (K,)
        Fundamentals that last.
    near : Choice
        A fit with them.
    """
    whole = np.arange(problem.n_trend)
    lines = problem.columns_of(kept)
    tried: list[Choice] = []
    for kinds in (*_FIRST, *_THEN) if problem.by_evidence else _GIVEN:
        # what neither a walk nor an error explains is noise
        if len(tried) == len(_FIRST) and tried[0].evidence == max(c.evidence for c in tried):
            break
        # a slope that lives needs no trend
        trend = whole[:1] if "slope" in kinds else whole
        columns = np.concatenate([trend, lines])
        tried.append(_fitted(problem, columns, kinds, near.fitted.solution))
    if problem.by_evidence:
        with_trend = [one for one in tried if "slope" not in one.fitted.kinds]
        best = max(with_trend, key=lambda one: one.evidence)
        for n_trend in {1, min(2, problem.n_trend)} - {problem.n_trend}:
            columns = np.concatenate([whole[:n_trend], lines])
            tried.append(_fitted(problem, columns, best.fitted.kinds, best.fitted.solution))
    return max(tried, key=lambda one: one.evidence)


def lasting(problem: Problem) -> tuple[NDArray[np.bool_], Choice]:
    """Return which fundamentals last, shape (K,), and a fit with them.

    Strengths without cycles let the level explain what cycles do, and strengths beside all cycles
    leave it too little: the search begins at both, and evidence decides.
    """
    tried = [_lasting(problem, problem.always.copy())]
    if not problem.always.all() and not tried[0][0].all():
        tried.append(_lasting(problem, np.ones(len(problem.always), dtype=bool)))
    return max(tried, key=lambda one: one[1].evidence)


def _lasting(problem: Problem, kept: NDArray[np.bool_]) -> tuple[NDArray[np.bool_], Choice]:
    """Return which fundamentals last, beginning at some, and a fit with them."""
    trend = np.arange(problem.n_trend)
    kinds = ("walk", "error") if problem.by_evidence else ("error",)
    near: Choice | None = None
    for _ in range(AHEAD.rounds):
        columns = np.concatenate([trend, problem.columns_of(kept)])
        near = _fitted(problem, columns, kinds, None if near is None else near.fitted.solution)
        if problem.always.all():
            break
        before, kept = kept, _clear(problem, near.fitted.solution)
        if (kept == before).all():
            return kept, near
    assert near is not None
    if (problem.columns_of(kept).size + problem.n_trend) != len(near.columns):
        columns = np.concatenate([trend, problem.columns_of(kept)])
        near = _fitted(problem, columns, kinds, near.fitted.solution)
    return kept, near


def _clear(problem: Problem, near: Solution) -> NDArray[np.bool_]:
    """Return which fundamentals are clear beside a level and errors of given strengths.

    The one that adds least is left out first, as long as it costs more than it adds.
    """
    kept = np.ones(len(problem.always), dtype=bool)
    cost = np.log(problem.nodes.n_values)
    while True:
        columns = np.concatenate([np.arange(problem.n_trend), problem.columns_of(kept)])
        nodes = problem.nodes.of_columns(columns)
        solution = solve(nodes, near.strengths, np.zeros(len(columns)))
        worth = np.full(len(kept), np.inf)
        for k in np.flatnonzero(kept & ~problem.always).tolist():
            mine = np.isin(columns, problem.columns_of(np.arange(len(kept)) == k))
            c = solution.coefficients[mine]
            inner = np.linalg.solve(solution.inverse[np.ix_(mine, mine)], c)
            worth[k] = c @ inner / solution.variance - (len(c) + 1) * cost
        if not (worth < 0).any():
            return kept
        kept[int(worth.argmin())] = False


def _fitted(
    problem: Problem, columns: NDArray[np.intp], kinds: tuple[str, ...], near: Solution | None
) -> Choice:
    """Return the fit of some columns at the likeliest strengths of some components."""
    chosen = problem.nodes.of_columns(columns)
    free = np.zeros(len(columns))
    begin = None if near is None else near.strengths
    if len(chosen.time) * len(columns) <= AHEAD.joint or near is None:
        return Choice(likeliest(chosen, free, kinds, begin), columns, chosen)
    # the lines are held while strengths are looked for, which hardly touch them in long series
    held = solve(chosen, near.strengths, free)
    is_line = columns >= problem.n_trend
    rest = chosen.less(np.where(is_line, held.coefficients, 0.0)).of_columns(
        np.flatnonzero(~is_line)
    )
    part = likeliest(rest, free[~is_line], kinds, begin)
    solution = solve(chosen, part.solution.strengths, free)
    cost = part.solution.evidence - part.evidence
    return Choice(Fitted(kinds, solution, solution.evidence - cost), columns, chosen)


@dataclass(frozen=True, eq=False)
class Changes:
    """How coefficients of lines may change: a column for each change from knot to knot.

    Attributes
    ----------
    nodes : Nodes
        The nodes of a choice, with these columns behind its own.
    sizes : ndarray, shape (r,)
        Variance of each change, for lines that change by their amplitude over the data.
    """

    nodes: Nodes
    sizes: Floats


def with_changes(choice: Choice, changes: Changes) -> Choice:
    """Return the fit with lines that change, as much as is likeliest, where they do."""
    n_fixed = len(choice.columns)
    solution = choice.fitted.solution
    variance, strengths = solution.variance, solution.strengths
    cost = solution.evidence - choice.fitted.evidence + 0.5 * np.log(changes.nodes.n_values)
    n_values = len(changes.nodes.time) * (n_fixed + len(changes.sizes))
    best = choice
    for share in AHEAD.changes:
        precision = variance / np.maximum(changes.sizes * share**2, 1e-300)
        penalty = np.concatenate([np.zeros(n_fixed), precision])
        solution = solve(changes.nodes, strengths, penalty)
        fitted = Fitted(choice.fitted.kinds, solution, solution.evidence - cost)
        if fitted.evidence > best.evidence:
            best = Choice(fitted, choice.columns, changes.nodes, share**2 * changes.sizes)
    if best is choice or n_values > AHEAD.joint:
        return best
    # what changes of the cycles explain is neither level nor error
    precision = variance / np.maximum(best.changes, 1e-300)
    penalty = np.concatenate([np.zeros(n_fixed), precision])
    again = likeliest(changes.nodes, penalty, choice.fitted.kinds, strengths)
    fitted = replace(again, evidence=again.solution.evidence - cost)
    if fitted.evidence < best.evidence:
        return best
    changed = best.changes * again.solution.variance / variance
    return Choice(fitted, choice.columns, changes.nodes, changed)
