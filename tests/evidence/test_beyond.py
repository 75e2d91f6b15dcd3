"""What may stand beyond a band that cost has cut short."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from epicycle.evidence.beyond import Beyond, beyond, beyond_notes, mirrors_beyond, widened_to
from epicycle.evidence.window import spectral_window
from epicycle.fit.lines import Structure
from epicycle.fit.refine import fit_lines
from epicycle.spectra.bands import Candidates
from epicycle.spectra.plan import SearchPlan, grid
from generators import regression


def test_images_inside_the_band_and_weak_ones_are_left_out() -> None:
    none = np.empty(0)
    window = Candidates(np.array([1.0, 2.0, 3.0]), np.array([0.6, 0.3, 0.1]), none, none)
    assert mirrors_beyond(window, 0.3, 1.2) == [1.3, 1.7, 2.3]
    assert mirrors_beyond(window, 0.3, 5.0) == []


def notes_of(*, cut: bool, true: float, highest: float) -> list[str]:
    rng = np.random.default_rng(3)
    t = np.sort(rng.choice(200, 80, replace=False)) + 0.05 * rng.normal(size=80)
    data = regression(t, np.cos(2 * np.pi * true * t) + 0.1 * rng.normal(size=80))
    plan: SearchPlan = replace(grid(0.02, highest, 1 / (5 * data.baseline)), cut=cut)
    window = spectral_window(data, grid(0.02, 2.0, 1 / (5 * data.baseline)))
    inside = 1 - true if true > highest else true
    fit = fit_lines(data, Structure.empty().plus(inside), absolute=False)
    return beyond_notes(beyond(data, fit, window, plan, [0]), plan)


def test_an_alias_of_a_faster_cycle_is_called_one() -> None:
    notes = notes_of(cut=True, true=0.8, highest=0.5)
    assert len(notes) == 1
    assert "possibly the alias of a shorter period, such as 1.25" in notes[0]


def test_nothing_is_said_of_a_band_that_is_whole_or_of_a_cycle_that_is_clearly_inside() -> None:
    assert notes_of(cut=False, true=0.8, highest=0.5) == []
    # 80 values of ten times the noise: the image has less power by thousands of units
    assert notes_of(cut=True, true=0.2, highest=0.5) == []


def notes_of_random_times(true: float, highest: float) -> list[str]:
    rng = np.random.default_rng(4)
    t = np.sort(rng.uniform(0, 200, 90))
    data = regression(t, np.cos(2 * np.pi * true * t) + 0.1 * rng.normal(size=90))
    plan: SearchPlan = replace(grid(0.02, highest, 1 / (5 * data.baseline)), cut=True)
    window = spectral_window(data, grid(0.02, 2.0, 1 / (5 * data.baseline)))
    fit = fit_lines(data, Structure.empty().plus(min(true, 0.4)), absolute=False)
    return beyond_notes(beyond(data, fit, window, plan, [0]), plan)


def test_what_no_image_shows_is_looked_for_beyond_the_band() -> None:
    """Random times mirror nothing; one sinusoid beyond explains more than any inside."""
    (note,) = notes_of_random_times(true=1.1, highest=0.5)
    assert "possibly the alias of a shorter period" in note
    assert f"the period {1 / 1.1:.3f}" in note
    # what is inside explains most
    assert notes_of_random_times(true=0.4, highest=0.5) == []


@pytest.mark.parametrize(
    ("log_odds", "place", "is_wider"),
    [(3.0, 1.1, True), (3.0, 9.0, True), (2.0, 1.1, False), (3.0, 1e6, False)],
)
def test_a_band_is_widened_to_what_is_clearly_likelier(
    log_odds: float, place: float, is_wider: bool
) -> None:
    plan: SearchPlan = replace(grid(0.02, 0.5, 0.001, reason="why"), cut=True)
    wider = widened_to([Beyond(0.4, place, 1, log_odds, False)], plan)
    assert (wider is not None) == is_wider
    if wider is not None:
        # three bands more, or as much as it takes
        assert wider.maximum_frequency == pytest.approx(max(0.5 + 3 * 0.48, 1.05 * place), abs=0.01)
        assert wider.minimum_frequency == 0.02
        assert wider.cut
        assert wider.reason.startswith("why; widened from the period 2 ")


def test_nothing_widens_no_band() -> None:
    assert widened_to([], grid(0.02, 0.5, 0.001)) is None
