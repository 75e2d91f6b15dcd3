"""What several tests of this wing share."""

from typing import Any, NamedTuple

import numpy as np

from epicycle import find_cycles
from epicycle.evidence.judge import Judge
from epicycle.fit.lines import Structure
from epicycle.fit.noise import NoiseModel
from epicycle.model import CycleModel
from epicycle.pursuit.goal import Goal
from epicycle.pursuit.pursuit import judge_of
from epicycle.pursuit.stand import Stand
from epicycle.pursuit.workbench import Workbench
from epicycle.samples.checks import check_samples
from epicycle.samples.data import build_data
from epicycle.search.planner import Effort
from epicycle.spectra.plan import plan_search
from generators import Problem


def find(problem: Problem, **options: object) -> CycleModel:
    return find_cycles(problem.t, problem.y, problem.dy, group=problem.group, **options)


SIX = [(0.231, 3.0), (0.347, 1.0), (0.611, 2.0), (0.897, 1.5), (1.433, 0.8), (1.951, 5.0)]


class Begun(NamedTuple):
    """A pursuit under way."""

    stand: Stand
    goal: Goal
    judge: Judge


def begun(t: np.ndarray, y: np.ndarray, frequencies: list[float], **asked: Any) -> Begun:
    """Return a pursuit that stands at some lines, fitted together and searched."""
    samples = check_samples(t, y)
    data, noise = build_data(samples, 0), NoiseModel.of(samples)
    plan = plan_search(data, asked.pop("minimum_period", 2.0), asked.pop("maximum_period", None))
    options = {
        "max_cycles": 8,
        "max_order": 8,
        "false_alarm": 0.01,
        "effort": Effort("auto", 2.0**29, None),
        "known": (),
        "drift": False,
        "slow_limit": 5 / data.baseline,
        **asked,
    }
    goal = Goal(**options)
    work = Workbench(data, noise, plan, goal.false_alarm, goal.effort, None)
    structure = Structure.empty()
    for frequency in frequencies:
        structure = structure.plus(frequency)
    fit, jitter = work.settle(structure)
    stand = Stand(work, fit, jitter, work.search(fit))
    return Begun(stand, goal, judge_of(data, noise, plan, goal))


def light_curve(
    period: float, depths: tuple[float, float], width: float, noise: float, n: int = 1400
) -> tuple[np.ndarray, np.ndarray]:
    """Return times at a cadence of half an hour, and a curve with two dips a cycle."""
    t = 1000 + 0.0204318 * np.arange(n)
    y = 1 + noise * np.random.default_rng(0).normal(size=n)
    for depth, at in zip(depths, (0.0, 0.5), strict=True):
        phase = ((t - 1000.37) / period + at + 0.5) % 1 - 0.5
        y -= depth * np.clip((width / 2 + 0.02 - np.abs(phase) * period) / 0.04, 0, 1)
    return t, y


def dips(second: float = 0.1) -> Begun:
    """Return the beginning of a pursuit of two dips a cycle."""
    t, y = light_curve(3.1567, (0.3, second), 0.3, 0.01, 700)
    return begun(t, y, [], max_order=16)
