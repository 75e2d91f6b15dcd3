"""What each line of a joint fit contributes."""

from types import SimpleNamespace

import numpy as np
import pytest

from epicycle.fit.joint import Fit
from epicycle.fit.lines import Fundamental, Structure
from epicycle.fit.refine import fit_lines
from epicycle.pursuit.finish import _settle_apart
from generators import sinusoids


def test_of_two_lines_that_meet_only_one_goes() -> None:
    # 0.9 is the third multiple of one cycle, and has been given to the other as its second too
    lines = [(0.3, 4.0), (0.6, 1.0), (0.9, 1.0), (0.45, 3.0)]
    problem = sinusoids(20, 600, 100.0, lines, 0.5)
    data = problem.data()

    class Bench:
        def __init__(self) -> None:
            self.data = data

        def settle(self, structure: Structure, *, tight: bool = False) -> tuple[Fit, None]:
            return fit_lines(data, structure, absolute=False), None

    both = [Fundamental(0.3, (1, 2, 3)), Fundamental(0.45, (1, 2))]
    fit = fit_lines(data, Structure.of(both), absolute=False, max_steps=0)
    settled, _ = _settle_apart(Bench(), fit, SimpleNamespace(drift=False, known=()))
    found = np.sort(settled.structure.line_frequency)
    np.testing.assert_allclose(found, sorted(f for f, _ in lines), atol=0.1 / 100)
    # four lines and a mean are fitted to 600 values: the variance is 1 to sqrt(2 / 590)
    assert np.sqrt(settled.scale[0]) == pytest.approx(0.5, rel=4 * np.sqrt(0.5 / 590))
