"""Locked refits: truth within smaller errors, everything else left as it was."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import oracles
from epicycle import CycleModel, GearTrain, find_cycles, lock_gears
from generators import Problem, sinusoids

MOON = Path(__file__).resolve().parent.parent / "data" / "moon_irregular_25y.csv"

#: A clock with three hands, and one cycle that has nothing to do with it.
BASE = 1.234567
CLOCK = [(BASE, 1.0), (24 * BASE, 0.7), (1440 * BASE, 0.8), (17.3, 0.5)]
BASELINE = 300.0


def clock(seed: int, **options: object) -> Problem:
    return sinusoids(seed, 1500, BASELINE, CLOCK, 0.2, **options)


def find(problem: Problem, **options: object) -> CycleModel:
    return find_cycles(
        problem.t, problem.y, problem.dy, group=problem.group, minimum_period=5e-4, **options
    )


def cycles_near(model: CycleModel, frequencies: list[float]) -> list:
    return [min(model.cycles, key=lambda c: abs(c.frequency - f)) for f in frequencies]


@pytest.fixture(scope="module")
def free() -> CycleModel:
    return find(clock(1))


@pytest.fixture(scope="module")
def locked(free: CycleModel) -> CycleModel:
    return lock_gears(free)


# ---- From samples to a locked train --------------------------------------------------------


def test_the_train_is_found(free: CycleModel) -> None:
    [train] = free.gears
    assert train.ratios == (1, 24, 1440)
    assert [free.cycles[m].frequency for m in train.members] == pytest.approx(
        [BASE, 24 * BASE, 1440 * BASE], rel=1e-4
    )
    assert train.odds > 10


def test_locking_finds_the_truth_with_a_smaller_error(free, locked) -> None:
    [train] = locked.locked
    before = cycles_near(free, [BASE, 24 * BASE, 1440 * BASE])
    after = cycles_near(locked, [BASE, 24 * BASE, 1440 * BASE])
    for n, old, new in zip((1, 24, 1440), before, after, strict=True):
        assert new.frequency == pytest.approx(n * train.frequency, rel=1e-14)
        assert new.frequency_error == pytest.approx(n * train.frequency_error, rel=1e-9)
        assert abs(new.frequency - n * BASE) < 3 * new.frequency_error
        assert new.period == pytest.approx(1 / new.frequency)
        assert new.period_error == pytest.approx(new.frequency_error / new.frequency**2)
        assert new.frequency_error <= old.frequency_error
        # waveforms are the cycles' own
        assert new.amplitude == pytest.approx(old.amplitude, abs=0.1 * old.amplitude_error)
    # the minute hand knows 1440 times as much about the hour as the hour hand itself
    assert after[0].frequency_error < before[0].frequency_error / 1000


def test_the_locked_error_is_the_bound_of_all_members_together(free, locked) -> None:
    """White noise and resolved lines: 1 / var = sum n^2 / var_n, with the bounds of one line.

    The bound is that of amplitude and noise as they are; their estimates scatter by a few per
    cent, and random sampling correlates lines by 1 / sqrt(1500).
    """
    [train] = locked.locked
    problem = clock(1)
    bounds = [
        oracles.cramer_rao_of_frequency(problem.t, amplitude, 0.2) for _, amplitude in CLOCK[:3]
    ]
    information = sum((n / b) ** 2 for n, b in zip((1, 24, 1440), bounds, strict=True))
    assert train.frequency_error == pytest.approx(information**-0.5, rel=0.15)
    # and what the train of the free fit promised is what the refit delivers
    [offer] = free.gears
    assert train.frequency_error == pytest.approx(offer.frequency_error, rel=0.02)
    assert abs(train.frequency - offer.frequency) < 0.1 * offer.frequency_error
    assert (train.chi2, train.odds, train.ratios) == (offer.chi2, offer.odds, offer.ratios)


def test_errors_of_locked_frequencies_are_honest() -> None:
    pulls = []
    for seed in range(12):
        problem = sinusoids(seed, 300, BASELINE, [(BASE, 1.0), (24 * BASE, 0.7)], 0.3)
        model = lock_gears(find_cycles(problem.t, problem.y, minimum_period=0.02))
        for train in model.locked:
            pulls.append((train.frequency - BASE) / train.frequency_error)
    assert len(pulls) >= 10
    # the mean square of 10 or more standard normal numbers is below 3 in all but 1e-3 of cases
    # and above 0.15 likewise
    assert 0.15 < np.mean(np.square(pulls)) < 3


def test_locking_costs_no_more_than_its_chi_square(free, locked) -> None:
    [train] = locked.locked
    rise = (np.nansum(locked.residual**2) - np.nansum(free.residual**2)) / locked.residual_std**2
    assert 0 <= rise == pytest.approx(train.chi2, rel=0.1, abs=0.01)


def test_predictions_far_away_profit(free, locked) -> None:
    problem = clock(1)
    later = BASELINE * 30 + np.linspace(0, 3, 2000)
    truth = sum(line(later) for line in problem.truth.lines[:2])
    errors = []
    for model in (free, locked):
        # the two slow hands alone, by what is left when all others are taken away
        keep = np.isin(np.round(model.predictor.frequency, 2), np.round([BASE, 24 * BASE], 2))
        part = replace(
            model.predictor,
            frequency=model.predictor.frequency[keep],
            drift=model.predictor.drift[keep],
            coefficients=model.predictor.coefficients[np.repeat(keep, 2)],
            slow=model.predictor.slow[keep],
            ahead=None,
            nuisance=0 * model.predictor.nuisance,
            level=0 * model.predictor.level,
        )
        errors.append(float(np.sqrt(np.mean((part(later, None)[:, 0] - truth) ** 2))))
    assert errors[1] < errors[0] / 3


def test_the_month_that_its_half_knows_better() -> None:
    """In the Moon's distance the synodic month is faint, and half of it strong: the variation."""
    moon = np.loadtxt(MOON, delimiter=",", skiprows=1)
    model = find_cycles(moon[:, 0], moon[:, 2], unit="d", max_cycles=30)
    [train] = model.gears
    assert train.ratios == (1, 2)
    before, after = (cycles_near(m, [1 / 29.5306])[0] for m in (model, lock_gears(model)))
    assert after.period_error < before.period_error / 30
    # Chapront-Touzé & Chapront (1988); over 25 years the mean differs by less than 1e-6 d
    assert abs(after.period - 29.530588861) < 3 * after.period_error


# ---- Locking is a choice -------------------------------------------------------------------


def test_the_free_model_stays_as_it_is(free: CycleModel) -> None:
    before = json.dumps(free.to_dict())
    train = free.gears
    lock_gears(free)
    assert json.dumps(free.to_dict()) == before
    assert free.locked == ()
    assert free.gears == train


def test_nothing_is_locked_that_was_not_asked_for(free, locked) -> None:
    other = cycles_near(free, [17.3])[0]
    same = cycles_near(locked, [17.3])[0]
    assert same.frequency == pytest.approx(other.frequency, abs=0.1 * other.frequency_error)
    assert same.frequency_error == pytest.approx(other.frequency_error, rel=0.01)
    assert same.false_alarm_probability == other.false_alarm_probability
    assert locked.gears == ()
    assert lock_gears(locked) is locked
    [train] = free.gears
    two = replace(train, members=train.members[:2], ratios=train.ratios[:2], odds=np.nan)
    partly = lock_gears(free, [two])
    slow, middle, fast = cycles_near(partly, [BASE, 24 * BASE, 1440 * BASE])
    assert middle.frequency == pytest.approx(24 * slow.frequency, rel=1e-14)
    assert abs(fast.frequency / slow.frequency - 1440) > 1e-9
    assert len(partly.locked) == 1
    assert np.isnan(partly.locked[0].odds)


def test_a_second_train_can_be_locked_later() -> None:
    lines = [(1.0, 1.0), (24.0, 1.0), (np.sqrt(2), 1.0), (19 * np.sqrt(2), 1.0)]
    problem = sinusoids(3, 800, 500.0, lines, 0.1)
    model = find_cycles(problem.t, problem.y, minimum_period=0.03)
    first, second = model.gears
    step = lock_gears(model, [first])
    assert [g.ratios for g in step.gears] == [second.ratios]
    both = lock_gears(step)
    assert [g.ratios for g in both.locked] == [first.ratios, second.ratios]
    at_once = lock_gears(model)
    for one, other in zip(both.locked, at_once.locked, strict=True):
        assert one.frequency == pytest.approx(other.frequency, abs=1e-4 * one.frequency_error)


def test_without_gears_the_model_itself_is_returned() -> None:
    problem = sinusoids(2, 200, 100.0, [(0.31, 1.0)], 0.3)
    model = find_cycles(problem.t, problem.y)
    assert lock_gears(model) is model


# ---- All kinds of data ---------------------------------------------------------------------


def test_waveforms_outputs_errors_and_groups_are_kept() -> None:
    """A waveform and a fast sinusoid on it, in two outputs, with errors and two instruments."""
    rng = np.random.default_rng(7)
    t = np.sort(rng.uniform(0, 200, 900))
    turn = 2 * np.pi * t
    slow = np.cos(turn) + 0.5 * np.cos(2 * turn + 1) + 0.3 * np.cos(3 * turn + 2)
    tick = 0.7 * np.cos(40 * turn)
    dy = rng.uniform(0.05, 0.15, (900, 2))
    y = np.column_stack([slow + tick, slow - 2 * tick]) + dy * rng.normal(size=(900, 2))
    group = np.array(["A", "B"])[np.arange(900) % 2]
    y[group == "B"] += 3.0
    y[5, 1] = np.nan
    model = find_cycles(t, y, dy, group=group, minimum_period=0.01)
    [train] = model.gears
    assert train.ratios == (1, 40)
    locked = lock_gears(model)
    low, high = cycles_near(locked, [1.0, 40.0])
    before = cycles_near(model, [1.0, 40.0])
    assert [h.order for h in low.harmonics] == [1, 2, 3]
    for one, other in ((low, before[0]), (high, before[1])):
        # two lines of locked phases know their amplitudes as well as before
        np.testing.assert_allclose(
            one.amplitude, other.amplitude, atol=0.2 * np.max(other.amplitude_error)
        )
    assert locked.jitter.keys() == {"A", "B"}
    assert np.isnan(locked.residual[5, 1])
    assert np.isfinite(np.delete(locked.residual.ravel(), 11)).all()
    assert high.frequency == pytest.approx(40 * low.frequency, rel=1e-14)
    assert abs(low.frequency - 1.0) < 4 * low.frequency_error
    assert low.frequency_error < before[0].frequency_error / 10


def test_drifts_are_locked_too() -> None:
    rng = np.random.default_rng(8)
    t = np.sort(rng.uniform(-100, 100, 1500))
    turn = 1.1 * t + 0.5 * 2e-5 * t**2
    y = np.cos(2 * np.pi * turn) + np.cos(2 * np.pi * 30 * turn) + 0.1 * rng.normal(size=1500)
    model = find_cycles(t, y, minimum_period=0.02, drift=True)
    [train] = model.gears
    low, high = cycles_near(lock_gears(model), [1.1, 33.0])
    assert high.frequency_drift == pytest.approx(30 * low.frequency_drift, rel=1e-12)
    assert high.frequency_drift_error == pytest.approx(30 * low.frequency_drift_error, rel=1e-9)
    assert abs(low.frequency_drift - 2e-5) < 4 * low.frequency_drift_error
    assert low.frequency_drift_error < cycles_near(model, [1.1])[0].frequency_drift_error / 10
    assert train.ratios == (1, 30)


# ---- Refusals ------------------------------------------------------------------------------


def test_events_and_documents_cannot_be_refitted(free: CycleModel) -> None:
    document = CycleModel.from_dict(free.to_dict())
    with pytest.raises(ValueError, match=r"model cannot be locked: a document holds no samples\."):
        lock_gears(document)
    rng = np.random.default_rng(9)
    t = rng.uniform(0, 400, 4000)
    events = find_cycles(t[rng.uniform(size=4000) < 0.5 + 0.5 * np.cos(2 * np.pi * t)])
    assert events.cycles
    train = GearTrain((0, 1), (1, 31), 1.0, 1e-5, 0.0, np.nan)
    with pytest.raises(ValueError, match=r"model cannot be locked: events cannot be refitted\."):
        lock_gears(events, [train])


def test_a_train_that_does_not_fit_is_refused(free: CycleModel) -> None:
    [train] = free.gears
    assert train.ratios == (1, 24, 1440)
    wrong = replace(train, ratios=(1, 25, 1440))
    with pytest.raises(ValueError, match=r"trains holds 1 : 25 : 1440, which moves a frequency by"):
        lock_gears(free, [wrong])
    with pytest.raises(ValueError, match=r"members must be .* below 4"):
        lock_gears(free, [replace(train, members=(0, 1, 9))])
    with pytest.raises(ValueError, match=r"trains share a cycle"):
        lock_gears(free, [train, train])


def test_a_held_period_is_not_locked() -> None:
    problem = sinusoids(10, 600, 300.0, [(1.0, 1.0), (24.0, 1.0)], 0.1)
    model = find_cycles(problem.t, problem.y, known=[1.0], minimum_period=0.03)
    assert model.gears == ()
    known = [c.known for c in model.cycles].index(True)
    train = GearTrain((known, 1 - known), (1, 24), 1.0, 1e-5, 0.0, np.nan)
    with pytest.raises(ValueError, match=r"trains holds a cycle of known period"):
        lock_gears(model, [train])
