"""What lasts, and what was only the wandering of the level."""

import numpy as np

from epicycle.living.choose import Changes, Problem, choose, lasting, with_changes
from epicycle.living.nodes import build_nodes


def problem_of(y: np.ndarray, periods: list[float]) -> Problem:
    t = np.arange(len(y)) * 1.0
    waves = [f(2 * np.pi * t / p) for p in periods for f in (np.cos, np.sin)]
    columns = np.column_stack([y, np.ones(len(y)), t / len(y), *waves])
    nodes = build_nodes(t, columns, np.ones(len(y)))
    k = len(periods)
    return Problem(nodes, 2, np.arange(k), np.zeros(k, dtype=bool), True)


def test_cycles_last_and_waves_of_a_walk_do_not() -> None:
    rng = np.random.default_rng(1)
    t = np.arange(240.0)
    y = np.cumsum(rng.normal(size=240)) + 3 * np.cos(2 * np.pi * t / 12) + rng.normal(size=240)
    problem = problem_of(y, [12.0, 60.0, 38.0])
    kept, near = lasting(problem)
    assert kept.tolist() == [True, False, False]
    choice = choose(problem, kept, near)
    assert "walk" in choice.fitted.kinds or "slope" in choice.fitted.kinds
    # a cosine of amplitude 3, known to about 0.1
    place = int(np.flatnonzero(choice.columns == 2)[0])
    assert abs(choice.fitted.solution.coefficients[place] - 3.0) < 0.5


def test_nothing_lives_in_white_noise() -> None:
    rng = np.random.default_rng(2)
    t = np.arange(200.0)
    y = 0.02 * t + 2 * np.cos(2 * np.pi * t / 10) + rng.normal(size=200)
    problem = problem_of(y, [10.0])
    choice = choose(problem, *lasting(problem))
    assert choice.fitted.kinds == ()
    assert len(choice.columns) == 4


def test_lines_change_where_they_do() -> None:
    rng = np.random.default_rng(3)
    t = np.arange(240.0)
    wave = np.cos(2 * np.pi * t / 12)
    for grows, rate in ((0.0, False), (3.0, True)):
        y = (1.0 + grows * t / 240) * wave + 0.3 * rng.normal(size=240)
        problem = problem_of(y, [12.0])
        choice = choose(problem, *lasting(problem))
        ramps = [
            np.clip((239 - t) / 239 * 8 - k, 0, 1) * f(2 * np.pi * t / 12)
            for f in (np.cos, np.sin)
            for k in range(8)
        ]
        chosen = problem.nodes.of_columns(choice.columns).values
        nodes = build_nodes(t, np.column_stack([chosen, *ramps]), np.ones(240))
        changed = with_changes(choice, Changes(nodes, np.full(16, 1.0 / 8)))
        assert bool(len(changed.changes)) == rate


def test_a_cycle_of_few_turns_lasts_although_a_walk_alone_would_do() -> None:
    rng = np.random.default_rng(0)
    t = np.arange(360.0)
    error = np.zeros(360)
    for i in range(1, 360):
        error[i] = 0.65 * error[i - 1] + rng.normal()
    y = 4 * np.cos(2 * np.pi * t / 110) + error + 0.5 * rng.normal(size=360)
    kept, near = lasting(problem_of(y, [110.0]))
    assert kept.tolist() == [True]
    # errors with a memory are left, and no walk of the size of the cycle
    assert near.fitted.solution.strengths.walk * near.fitted.solution.variance < 0.1
