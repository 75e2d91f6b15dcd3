"""Groups of subjects: who is fitted, who shows a rhythm, and whose period is none."""

import warnings

import numpy as np
import pytest

from epicycle.experiments.compared_groups import AMPLITUDE, PERIOD, GroupFit, described, fit_groups
from epicycle.experiments.compared_notes import notes_of
from epicycle.experiments.compared_samples import check_compared
from epicycle.experiments.cosinor_series import Plan, SeriesRhythm, fit_series
from tests.experiments.genotypes import genotypes

DAY = Plan(1 / 24, 1 / 24, 34.0)


def rhythm(period: float, p: float = 1e-20) -> SeriesRhythm:
    covariance = np.diag([1e-4, 1e-4, 1e-4, 1e-2])
    return SeriesRhythm(
        np.array([1.0, 1.0, 0.1, period]), covariance, np.zeros(4), covariance, 9.0, p, False, 20
    )


def test_subjects_with_too_few_values_are_left_out() -> None:
    data = genotypes(1)
    keep = (data.subject != "KO2") | (data.t < 12)
    samples = check_compared(*(column[keep] for column in data), None, "h")
    groups = fit_groups(samples, DAY, fit_series)
    assert groups[1].left_out == ("KO2",)
    assert list(groups[1].fits) == ["KO0", "KO1"]
    few = data.t < 12
    with pytest.raises(ValueError, match="at least 5 values are needed for 3 parameters"):
        fit_groups(check_compared(*(column[few] for column in data), None, "h"), DAY, fit_series)


def test_a_subject_whose_values_never_change_is_left_out_unless_all_are_so() -> None:
    data = genotypes(1)
    dead = data._replace(y=np.where(data.subject == "KO1", 0.0, data.y))
    samples = check_compared(*dead, None, "h")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        group = fit_groups(samples, DAY, fit_series)[1]
    assert group.constant == ("KO1",)
    assert list(group.fits) == ["KO0", "KO2"]
    assert any("KO1 of KO never change" in note for note in notes_of(samples, [group], (), DAY))
    silent = data._replace(y=np.where(data.group == "KO", 0.0, data.y))
    group = fit_groups(check_compared(*silent, None, "h"), DAY, fit_series)[1]
    assert len(group.fits) == 3
    assert group.estimate(AMPLITUDE).value == pytest.approx(0.0, abs=1e-12)


def test_a_subject_that_dies_is_told() -> None:
    data = genotypes(1)
    late = (data.subject == "KO1") & (data.t >= 40)
    samples = check_compared(*data._replace(y=np.where(late, 0.0, data.y)), None, "h")
    group = fit_groups(samples, DAY, fit_series)[1]
    assert group.stopped == (("KO1", 40.0),)
    told = [note for note in notes_of(samples, [group], (), DAY) if "from 40 h on" in note]
    assert len(told) == 1
    # not where less than a cycle of it is alike
    last = (data.subject == "KO1") & (data.t >= 48)
    samples = check_compared(*data._replace(y=np.where(last, 0.0, data.y)), None, "h")
    assert fit_groups(samples, DAY, fit_series)[1].stopped == ()


def test_a_group_is_described_within_the_cycle() -> None:
    data = genotypes(2, animals=(4, 4), late=20)
    groups = fit_groups(check_compared(*data, None, "h"), DAY, fit_series)
    wild, mutant = (described(one, DAY) for one in groups)
    assert wild.phase == pytest.approx(6, abs=5 * wild.phase_error)
    assert mutant.phase == pytest.approx(2, abs=5 * mutant.phase_error)
    assert (wild.n_subjects, wild.n_rhythmic, wild.n_values) == (4, 4, 72)
    assert (wild.period, wild.period_error) == (24.0, 0.0)


def test_a_weak_period_far_from_all_others_is_none() -> None:
    fits = {str(k): rhythm(24 + 0.1 * k) for k in range(8)}
    assert GroupFit("a", fits, (), True).strays == ()
    weak = {**fits, "stray": rhythm(31.0, 0.003)}
    group = GroupFit("a", weak, (), True)
    assert group.strays == ("stray",)
    assert group.estimate(PERIOD).value == pytest.approx(24.35)
    # a strong rhythm stays, however unlike the others
    assert GroupFit("a", {**fits, "own": rhythm(31.0)}, (), True).strays == ()


def test_a_group_without_a_rhythm_has_no_phase() -> None:
    data = genotypes(3, animals=(4, 4), amplitude=(1.0, 0.0))
    groups = fit_groups(check_compared(*data, None, "h"), DAY, fit_series)
    assert [one.rhythmic for one in groups] == [True, False]
    silent = described(groups[1], DAY)
    assert np.isnan([silent.phase, silent.period]).all()
    assert silent.amplitude < 0.3
