"""Where else the first cycle may stand as a waveform, beside what else has been found."""

from dataclasses import replace

import numpy as np
import pytest

from epicycle.evidence.waveforms import Rival
from epicycle.pursuit.rivals import told_rivals
from epicycle.pursuit.stand import Stand
from tests.pursuit.lines import begun

STRONG, WEAK = 0.37, 0.91


def two_lines(second: float) -> tuple[Stand, object]:
    """Return two sinusoids that were found, with places that the first was compared with."""
    rng = np.random.default_rng(5)
    t = np.sort(rng.uniform(0, 100.0, 150))
    y = np.cos(2 * np.pi * STRONG * t) + second * np.cos(2 * np.pi * WEAK * t)
    y += 0.3 * rng.normal(size=150)
    stand, goal, _ = begun(t, y, [STRONG, WEAK], minimum_period=0.5)
    rivals = (Rival(0.55, 0.0, 0.9), Rival(STRONG, 1.0, 0.9), Rival(0.185, 9.0, 0.9))
    return replace(stand, rivals=rivals), goal


@pytest.mark.parametrize(("second", "told"), [(0.12, True), (0.6, False)])
def test_rivals_are_held_against_all_cycles_together(second: float, told: bool) -> None:
    stand, goal = two_lines(second)
    found = told_rivals(stand, goal)  # type: ignore[arg-type]
    assert [one.frequency for one in found] == [STRONG, 0.55, 0.185]
    # a second line that is worth what it costs, or less, says nothing of the first; one that
    # takes n A^2 / (2 sigma^2) = 300 from chi-square leaves a waveform no odds
    assert (found[0].bic >= -6.0) == told
    # what was compared to begin with, and stands there, is left as it was
    held = replace(stand, held=STRONG)
    assert told_rivals(held, goal) == stand.rivals  # type: ignore[arg-type]


def test_the_likeliest_waveform_may_be_that_of_another_cycle() -> None:
    stand, goal = two_lines(0.6)
    rivals = (Rival(WEAK, 0.0, 0.9), *stand.rivals[1:])
    assert told_rivals(replace(stand, rivals=rivals), goal) == ()  # type: ignore[arg-type]
    assert told_rivals(replace(stand, rivals=()), goal) == ()  # type: ignore[arg-type]
    # nor is there anything to say of a cycle that nobody compared
    none = replace(stand, rivals=rivals[:1])
    assert told_rivals(none, goal) == none.rivals  # type: ignore[arg-type]
