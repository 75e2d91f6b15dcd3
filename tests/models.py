"""A model of two sinusoids, found once."""

from epicycle import find_cycles
from epicycle.model import CycleModel
from generators import sinusoids

LINES = [(0.3137, 2.0, 0.1), (0.7421, 1.0, 0.4)]


def fitted(**options: object) -> tuple[object, CycleModel]:
    problem = sinusoids(1, 300, 100.0, LINES, 0.5, **options)
    return problem, find_cycles(problem.t, problem.y, problem.dy, group=problem.group)


MODEL = fitted()[1]
