"""Problems that find_cycles solves exactly as well, shifted and scaled."""

import numpy as np
from hypothesis import assume
from hypothesis import strategies as st

from generators import sinusoids

LINES = [(0.3137, 3.0, 0.1), (0.7421, 2.0, 0.4)]


# ---- Properties ----------------------------------------------------------------------------

seeds = st.integers(0, 2**32 - 1)


def problem_of(seed: int, sampling: str = "random", **options: object):
    problem = sinusoids(seed, 160, 64.0, LINES, sampling=sampling, **options)
    # binary fractions: sums with numbers up to 2**30 are exact
    t = np.round(problem.t * 2**20) / 2**20
    assume(len(np.unique(t)) == len(t))
    return t, problem.y
