"""Campaigns far apart: which whole number of cycles the gap holds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from epicycle import find_cycles
from epicycle.evidence import fringes
from epicycle.evidence.fringes import fringe_reach, judged_fringes
from epicycle.fit.lines import Structure
from epicycle.fit.noise import NoiseModel
from epicycle.fit.refine import fit_lines
from epicycle.limits import FRINGES
from epicycle.samples.checks import check_samples
from epicycle.samples.data import Data, build_data


def two_campaigns(seed: int, n: int, length: float, gap: float) -> tuple[np.ndarray, ...]:
    rng = np.random.default_rng(seed)
    first, second = rng.uniform(0, length, (2, n))
    return np.sort(np.concatenate([first, gap + second])), rng.normal(size=2 * n)


def problem(t: np.ndarray, y: np.ndarray) -> tuple[Data, NoiseModel]:
    samples = check_samples(t, y)
    return build_data(samples, 0), NoiseModel.of(samples)


def test_one_campaign_has_no_fringes() -> None:
    t = np.sort(np.random.default_rng(1).uniform(0, 50, 200))
    data, noise = problem(t, np.cos(t))
    assert fringe_reach(data) == 0.0
    fit = fit_lines(data, Structure.empty().plus(0.5 / np.pi), absolute=False)
    assert judged_fringes(data, noise, fit, 0, (0.01, 1.0)) == []


def test_fringes_reach_as_far_as_the_lobe_of_one_campaign() -> None:
    t, _ = two_campaigns(2, 400, 20.0, 1000.0)
    data, _ = problem(t, np.cos(t))
    # a uniform campaign of length L has sinc^2 = 0.2 at 0.64 / L; fringes are 1/D apart
    assert fringe_reach(data) == pytest.approx(0.64 / 20.0, abs=2.5 / 1000.0)


def test_from_a_wrong_fringe_the_right_one_is_told_by_its_likelihood() -> None:
    t, noise = two_campaigns(3, 300, 20.0, 1000.0)
    true = 0.7312
    y = np.cos(2 * np.pi * true * t) + 0.1 * noise
    data, model = problem(t, y)
    wrong = fit_lines(data, Structure.empty().plus(true + 3 / 1000.0), absolute=False)
    best = judged_fringes(data, model, wrong, 0, (0.1, 2.0))[0]
    right = fit_lines(data, Structure.empty().plus(true), absolute=False)
    # 600 values, a level and a line with its frequency: 596 are free
    assert best.log_odds == pytest.approx(298 * np.log(wrong.chi2[0] / right.chi2[0]), rel=1e-3)
    # sigma_f = sqrt(6/n) sigma / (pi A T) for an even spread; two campaigns do better
    assert abs(best.frequency - true) < 3 * np.sqrt(6 / 600) * 0.1 / (np.pi * 1000.0)


@pytest.mark.parametrize("gap", [400.0, 3000.0])
def test_a_strong_sinusoid_is_not_put_on_another_fringe_by_the_grid(gap: float) -> None:
    t, noise = two_campaigns(4, 300, 25.0, gap)
    y = np.cos(2 * np.pi * t / 1.68192) + 0.05 * noise
    model = find_cycles(t, y)
    assert len(model.cycles) == 1
    cycle = model.cycles[0]
    # 4.5 deviations: once in 1e5
    assert abs(cycle.period - 1.68192) < 4.5 * cycle.period_error
    assert not [a for a in cycle.aliases if a.kind == "gap"]


def test_what_the_gap_leaves_undecided_is_told_as_a_set_that_holds_the_truth() -> None:
    t, noise = two_campaigns(5, 100, 15.0, 1500.0)
    true = 1 / 1.22736
    y = np.cos(2 * np.pi * true * t) + 0.7 * noise
    model = find_cycles(t, y)
    cycle = model.cycles[0]
    told = [cycle.frequency, *(a.frequency for a in cycle.aliases if a.kind == "gap")]
    assert len(told) > 3
    assert np.abs(np.array(told) - true).min() < 0.1 / 1500.0
    assert any("a whole number of cycles undecided" in text for text in model.undecided)
    # all of them are whole numbers of cycles apart (of the mean gap, to the errors of both)
    steps = (np.array(told[1:]) - told[0]) * 1500.0
    assert np.abs(steps - np.rint(steps)).max() < 0.15


def test_a_second_line_is_put_on_its_own_fringe() -> None:
    t, noise = two_campaigns(6, 400, 25.0, 900.0)
    y = np.cos(2 * np.pi * t / 1.3) + 0.5 * np.cos(2 * np.pi * t / 0.8371) + 0.1 * noise
    found = sorted(c.period for c in find_cycles(t, y).cycles)
    assert len(found) == 2
    # a fringe is P^2 / 900 away: 8e-4 and 2e-3
    assert found == pytest.approx([0.8371, 1.3], abs=1e-4)


def test_a_waveform_of_several_harmonics_is_put_on_its_fringe() -> None:
    t, noise = two_campaigns(7, 250, 25.0, 1100.0)
    phase = np.mod(t / 2.417, 1.0)
    y = phase + 0.05 * noise
    cycle = find_cycles(t, y).cycles[0]
    # a fringe is P^2 / 1100 = 5e-3 away
    assert cycle.period == pytest.approx(2.417, abs=3e-4)


@pytest.mark.parametrize("sigma", [0.1, 1.0])
def test_a_coarse_grid_first_hides_no_fringe_that_may_win(
    sigma: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    t, noise = two_campaigns(8, 300, 20.0, 1000.0)
    y = np.mod(t / 1.417, 1.0) + sigma * noise
    data, model = problem(t, y)
    structure = Structure.empty().plus(1 / 1.417 + 2 / 1000.0, orders=(1, 2, 3))
    fit = fit_lines(data, structure, absolute=False)
    points: list[int] = []
    reduction = fringes.MultiHarmonicPeriodogram.reduction

    def counted(self: fringes.MultiHarmonicPeriodogram, *given: Any) -> Any:
        points.append(self.size)
        return reduction(self, *given)

    monkeypatch.setattr(fringes.MultiHarmonicPeriodogram, "reduction", counted)
    quick = judged_fringes(data, model, fit, 0, (0.1, 2.0), every=True)
    looked, few = len(points), sum(points)
    # the next question about the same fit costs nothing
    again = judged_fringes(data, model, fit, 0, (0.1, 2.0), every=True)
    assert len(again) == len(quick)
    assert len(points) == looked
    data.memo.clear()
    monkeypatch.setattr(fringes, "_PLACES", -1)
    whole = judged_fringes(data, model, fit, 0, (0.1, 2.0), every=True)
    assert len(quick) == len(whole) > 0
    # one looks at the same points of the same grid; sums are good to 1e-9
    for one, other in zip(quick, whole, strict=True):
        assert one.frequency == pytest.approx(other.frequency, rel=1e-8)
        assert one.log_odds == pytest.approx(other.log_odds, abs=1e-5)
    if sigma < 1:
        assert few < 0.5 * (sum(points) - few)


def test_the_same_question_is_answered_once(monkeypatch: pytest.MonkeyPatch) -> None:
    t, noise = two_campaigns(3, 60, 20.0, 1000.0)
    data, model = problem(t, np.cos(2 * np.pi * 0.7312 * t) + 0.5 * noise)
    fit = fit_lines(data, Structure.empty().plus(0.7312), absolute=False)
    fitted = judged_fringes(data, model, fit, 0, (0.1, 2.0))
    monkeypatch.setattr(fringes, "_evidence", None)
    listed = judged_fringes(data, model, fit, 0, (0.1, 2.0), every=True)
    assert [one for one in listed if one.structure is not None] == fitted
    assert len(listed) > len(fitted) == FRINGES.fits
    # of another fit it is another question
    other = fit_lines(data, Structure.empty().plus(0.7312), absolute=False)
    with pytest.raises(TypeError):
        judged_fringes(data, model, other, 0, (0.1, 2.0))
