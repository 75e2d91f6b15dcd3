"""What several tests of this wing share."""

from epicycle import find_cycles
from epicycle.model import CycleModel
from generators import Problem


def find(problem: Problem, **options: object) -> CycleModel:
    return find_cycles(problem.t, problem.y, problem.dy, group=problem.group, **options)


SIX = [(0.231, 3.0), (0.347, 1.0), (0.611, 2.0), (0.897, 1.5), (1.433, 0.8), (1.951, 5.0)]
