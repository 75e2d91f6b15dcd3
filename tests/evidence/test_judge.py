"""Which lines of a fit noise could have made."""

from generators import sinusoids
from tests.pursuit.lines import find


def test_lines_that_are_not_significant_do_not_stay() -> None:
    # N A^2 / 4 = 4.5: lost among some 500 independent frequencies
    model = find(sinusoids(4, 200, 50.0, [(1.1, 0.3)]))
    assert model.cycles == ()
    assert model.amplitude_limit > 0.3
