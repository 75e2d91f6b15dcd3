"""Where to look: the band and the grid, for every kind of sampling."""

import numpy as np
import pytest

from epicycle.limits import SEARCH
from epicycle.samples.data import Data
from epicycle.spectra.plan import SearchPlan, plan_search
from generators import regression, sample_times

# ---- Plans ---------------------------------------------------------------------------------


def plan_of(t: np.ndarray, *limits: float | None, **options: str) -> tuple[Data, SearchPlan]:
    data = regression(t, np.zeros(len(t)))
    return data, plan_search(data, *limits, **options)


def last_frequency(plan: SearchPlan) -> float:
    return plan.minimum_frequency + (plan.n_frequencies - 1) * plan.spacing


def test_regular_samples_are_searched_from_one_cycle_to_nyquist() -> None:
    for t in (np.arange(200) * 0.5, np.delete(np.arange(240) * 0.5, slice(50, 90))):
        data, plan = plan_of(t)
        assert plan.regular
        assert plan.strategy == "dense"
        assert plan.maximum_frequency == pytest.approx(1.0, rel=1e-12)
        assert plan.minimum_frequency == pytest.approx(1 / data.baseline, rel=1e-12)
        assert "Nyquist" in plan.reason
        assert "0.5" in plan.reason


@pytest.mark.parametrize("sampling", ["regular", "random", "nightly"])
def test_the_grid_covers_the_band_with_five_points_per_peak(sampling: str) -> None:
    t = sample_times(np.random.default_rng(8), 80, 10.0, sampling)
    for limits in ((None, None), (0.3, None), (0.123, 0.377), (None, 3.0)):
        data, plan = plan_of(t, *limits)
        assert plan.spacing * SEARCH.points_per_peak * data.baseline <= 1 + 1e-9
        assert plan.spacing * SEARCH.points_per_peak * data.baseline > 0.9
        assert last_frequency(plan) == pytest.approx(plan.maximum_frequency, rel=1e-12)


def test_few_irregular_samples_are_searched_as_far_as_their_number_allows() -> None:
    t = sample_times(np.random.default_rng(9), 40, 100.0, "random")
    data, plan = plan_of(t)
    assert not plan.regular
    usual = 0.5 / np.quantile(np.diff(t), 0.1)
    assert usual > len(t) / (2 * data.baseline)
    # among W frequencies noise explains a share of about 2 log W / n: 0.15 more of it
    limit = usual * np.exp(0.5 * SEARCH.widening * 40)
    assert plan.maximum_frequency == pytest.approx(limit, rel=1e-9)
    assert plan.cut
    assert "hide lines" in plan.reason


def test_many_irregular_samples_are_searched_as_far_as_is_affordable() -> None:
    t = sample_times(np.random.default_rng(9), 400, 100.0, "random")
    _, plan = plan_of(t)
    assert plan.n_frequencies == SEARCH.widened_upto[0]
    assert plan.cut
    assert "name minimum_period" in plan.reason


def test_one_visit_a_night_is_searched_to_periods_far_below_a_day() -> None:
    rng = np.random.default_rng(12)
    nights = np.sort(rng.choice(2000, 300, replace=False))
    for times in (nights, 3 * (nights // 3)):
        t = np.unique(times) + 0.12 * rng.normal(size=len(np.unique(times)))
        _, plan = plan_of(t)
        assert 1 / plan.maximum_frequency < 0.06
        assert plan.strategy == "dense"


def test_time_stamps_on_a_coarse_raster_end_the_band() -> None:
    rng = np.random.default_rng(13)
    # one in twenty of the steps of a quarter
    t = 0.25 * np.sort(rng.choice(4000, 200, replace=False))
    _, plan = plan_of(t)
    assert plan.maximum_frequency == pytest.approx(2.0, rel=1e-12)
    assert plan.regular
    assert not plan.cut
    assert "raster of the time stamps, 0.25" in plan.reason


def test_groups_one_after_the_other_show_no_faster_cycles_together() -> None:
    rng = np.random.default_rng(14)
    visits = np.sort(rng.uniform(0, 1000, 60))
    t = (visits[:, np.newaxis] + 1e-4 * np.arange(5)).ravel()
    alone = regression(t, np.zeros(300))
    apart = regression(t, np.zeros(300), group=np.tile(np.arange(5), 60))
    assert plan_search(apart).maximum_frequency < 0.1 * plan_search(alone).maximum_frequency


def test_pieces_of_one_cadence_are_searched_to_its_nyquist_frequency() -> None:
    piece = 0.02 * np.arange(200)
    t = np.concatenate([piece, piece + 300.0037])
    _, plan = plan_of(t)
    assert last_frequency(plan) == pytest.approx(25.0, rel=1e-3)
    assert plan.regular
    assert not plan.cut
    # who names a shorter period gets it, without mirrors
    _, named = plan_of(t, 0.01)
    assert last_frequency(named) == pytest.approx(100.0, rel=1e-3)
    assert not named.regular


def test_a_band_is_widened_unless_that_is_not_wanted() -> None:
    data = regression(np.sort(np.random.default_rng(15).uniform(0, 100, 250)), np.ones(250))
    wide, narrow = plan_search(data), plan_search(data, widened=False)
    assert narrow.maximum_frequency < 0.5 * wide.maximum_frequency
    # what is asked for is left alone
    assert plan_search(data, 2.0).maximum_frequency == pytest.approx(0.5)


def test_the_mean_rate_counts_where_gaps_are_even() -> None:
    rng = np.random.default_rng(10)
    # one sample in each of 100 cells, and long gaps in between: no gap is short
    t = np.arange(100) + rng.uniform(-0.05, 0.05, 100)
    t[::10] += 0.2
    data, plan = plan_of(t)
    assert plan.maximum_frequency >= len(t) / (2 * data.baseline)


def test_the_default_never_grows_out_of_hand() -> None:
    rng = np.random.default_rng(11)
    t = np.concatenate([rng.uniform(0, 100, 300), [1e7]])
    _, plan = plan_of(t)
    assert plan.n_frequencies == SEARCH.budget
    assert "name minimum_period" in plan.reason
    # what the user names is honoured
    _, named = plan_of(t, 1.0)
    assert named.maximum_frequency == 1.0
    assert named.n_frequencies > 10 * SEARCH.budget


def test_limits_of_the_user() -> None:
    t = np.arange(1000) * 0.5
    _, plan = plan_of(t, 0.4, 10.0)
    # every frequency above Nyquist is the exact alias of one below ...
    assert plan.maximum_frequency == 1.0
    assert "Nyquist" in plan.reason
    assert "asked for is 0.4" in plan.reason
    assert plan.minimum_frequency == 1 / 10.0
    # ... unless the times stray, if only a little, or there is none below
    stray = t + 0.005 * np.sin(np.arange(1000.0))
    _, plan = plan_of(stray, 0.4, 10.0)
    assert plan.maximum_frequency == 1 / 0.4
    assert "asked for, 0.4" in plan.reason
    _, plan = plan_of(t, 0.4, 0.9)
    assert plan.maximum_frequency == 1 / 0.4
    # a long period asked for reaches below one cycle
    _, plan = plan_of(t, None, 5000.0)
    assert plan.minimum_frequency == 1 / 5000.0
    # a band that would begin among slow variation begins at one cycle, so that this is fitted too
    _, plan = plan_of(t, None, 100.0)
    assert plan.minimum_frequency == pytest.approx(1 / 499.5)


def test_an_empty_band_is_widened_to_one_line() -> None:
    data, plan = plan_of(np.arange(20.0), 500.0)
    assert plan.maximum_frequency > plan.minimum_frequency
    width = plan.maximum_frequency - plan.minimum_frequency
    assert width == pytest.approx(1 / data.baseline)
    assert "widened" in plan.reason


def test_strategies() -> None:
    t = np.random.default_rng(12).uniform(0, 1e6, 100)
    assert plan_of(t, 0.01)[1].strategy == "ladder"
    assert plan_of(t, 0.01, strategy="dense")[1].strategy == "dense"
    assert plan_of(t, 100.0)[1].strategy == "dense"
    assert plan_of(t, 100.0, strategy="ladder")[1].strategy == "ladder"
    with pytest.raises(ValueError, match=r"strategy must be 'auto', 'dense' or 'ladder', got 'b'"):
        plan_of(t, strategy="b")
