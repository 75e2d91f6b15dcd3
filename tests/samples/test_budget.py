"""What a search may take: time that is over at any moment, and memory that there is not."""

import itertools

import numpy as np
import pytest

from epicycle import find_cycles
from epicycle.samples import budget
from epicycle.samples.budget import Budget, OutOfTimeError


class Clock:
    """A clock that shows 0 until it is looked at for the k-th time, and an hour ever after."""

    def __init__(self, k):
        self.looks = itertools.count()
        self.k = k

    def perf_counter(self):
        return 0.0 if next(self.looks) < self.k else 3600.0


def two_cycles():
    rng = np.random.default_rng(5)
    t = np.sort(rng.uniform(0, 60, 80))
    y = 2 * np.cos(t / 1.3) + np.cos(t / 0.7) + rng.normal(0, 0.3, 80)
    return t, y


def test_a_budget_without_seconds_is_never_over(monkeypatch):
    plain = Budget()
    monkeypatch.setattr(budget, "time", Clock(0))
    plain.check()
    assert not plain.over
    assert plain.watching(None) is None


def test_what_is_being_finished_is_not_stopped(monkeypatch):
    monkeypatch.setattr(budget, "time", Clock(1))
    short = Budget(seconds=1.0)
    with short.finishing():
        short.check()
    with pytest.raises(OutOfTimeError, match="max_seconds=1 is over"):
        short.check()


def test_a_search_that_is_stopped_says_how_long_it_would_take(monkeypatch):
    told = []
    monkeypatch.setattr(budget, "time", Clock(1))
    after = Budget(seconds=1.0).watching(lambda done, total: told.append((done, total)))
    with pytest.raises(OutOfTimeError, match=r"100 of 400 frequencies .* about 1.4e\+04 s"):
        after(100, 400)
    assert told == [(100, 400)]


def test_time_may_be_over_at_any_moment(monkeypatch):
    t, y = two_cycles()
    clock = Clock(10**9)
    monkeypatch.setattr(budget, "time", clock)
    whole = find_cycles(t, y, max_seconds=60.0)
    assert len(whole.cycles) == 2
    assert not any("max_seconds" in note for note in whole.undecided)
    looks = next(clock.looks)
    refused = 3  # the budget begins, the pursuit looks at it, and so does the first search
    outcomes = set()
    for k in (1, 2, 3, 5, looks // 2, looks - 1):
        monkeypatch.setattr(budget, "time", Clock(k))
        if k < refused:
            with pytest.raises(ValueError, match="max_seconds=60 is over"):
                find_cycles(t, y, max_seconds=60.0)
            continue
        found = find_cycles(t, y, max_seconds=60.0)
        assert any("max_seconds=60" in note for note in found.undecided)
        # what was found by then is among what would have been found
        for cycle in found.cycles:  # (moved by what was not found by a part of the resolution)
            off = min(abs(1 / cycle.period - 1 / one.period) for one in whole.cycles)
            assert off < 0.25 / np.ptp(t)
        outcomes.add(len(found.cycles))
    assert outcomes == {0, 1, 2}


@pytest.mark.parametrize(
    "options", [{"trend": "piecewise"}, {"varying_amplitude": True}, {"loss": "huber"}]
)
def test_effects_are_left_out_when_time_is_over(options, monkeypatch):
    t, y = two_cycles()
    y = y * (1 + 0.9 * np.cos(t / 12)) + np.abs(t - 30) / 3
    options |= {"max_cycles": 1, "harmonics": 1, "minimum_period": 3.0, "max_seconds": 60.0}
    clock = Clock(10**9)
    monkeypatch.setattr(budget, "time", clock)
    find_cycles(t, y, **options)
    looks = next(clock.looks)
    notes = []
    for k in (looks // 2, 3 * looks // 4):
        monkeypatch.setattr(budget, "time", Clock(k))
        notes += find_cycles(t, y, **options).undecided
    assert any("max_seconds=60" in note or "the time was over" in note for note in notes)


@pytest.mark.parametrize("options", [{"weights": True}, {"loss": "huber"}], ids=["told", "huber"])
def test_what_is_searched_again_keeps_what_was_found(options, monkeypatch):
    t, y = two_cycles()
    if "weights" in options:  # of which the noise knows nothing
        options = {"weights": np.where(np.arange(80) % 3, 1.0, 30.0)}
    else:
        y = y + np.where(np.arange(80) % 20 == 3, 9.0, 0.0)
    options = options | {"harmonics": 1, "minimum_period": 3.0, "max_seconds": 60.0}
    clock = Clock(10**9)
    monkeypatch.setattr(budget, "time", clock)
    whole = len(find_cycles(t, y, **options).cycles)
    looks = next(clock.looks)
    assert whole == 2
    found, noted = [], set()
    for k in range(3, looks, max(1, looks // 16)):
        monkeypatch.setattr(budget, "time", Clock(k))
        model = find_cycles(t, y, **options)
        found.append(len(model.cycles))
        noted |= {note for note in model.undecided if "time was over" in note or "max_sec" in note}
    if "loss" in options:
        assert found == sorted(found)
    # a look at the weights may take back what was claimed by them, and never what stays
    rising = found[: found.index(max(found))]
    assert rising == sorted(rising)
    assert min(found[len(rising) :]) == found[-1] == whole
    assert found[0] == 0
    assert any("weights leave" in one or "far off had settled" in one for one in noted)


def test_events_are_stopped_after_any_cycle(monkeypatch):
    rng = np.random.default_rng(0)
    t = np.sort(rng.uniform(0, 100, 3000))
    t = t[rng.random(3000) < 0.5 * (1 + 0.5 * np.cos(t * 2.1) + 0.5 * np.cos(t * 5.3))]
    said = []
    for k in (1, 2, 10**9):
        monkeypatch.setattr(budget, "time", Clock(k))
        found = find_cycles(t, minimum_period=1.0, harmonics=1, max_seconds=60.0)
        said.append((any("max_seconds=60" in note for note in found.undecided), len(found.cycles)))
    assert said == [(True, 0), (True, 1), (False, 2)]


def test_many_groups_are_not_compared_without_the_memory():
    rng = np.random.default_rng(4)
    n_groups = 60
    group = np.repeat(np.arange(n_groups), 12)
    t = rng.uniform(0, 100, len(group))
    y = np.cos(2 * t) + rng.normal(0, 0.2, len(t)) + group
    options = {"minimum_period": 2.0, "harmonics": 1, "max_cycles": 1}
    small = find_cycles(t, y, group=group, max_memory=0.17, **options)
    assert abs(small.cycles[0].period - np.pi) < 0.01
    assert any("groups have waveforms of their own was not decided" in n for n in small.undecided)
    with pytest.raises(ValueError, match=r"720 samples of 60 outputs would take about 0.19 GB"):
        find_cycles(t, y, group=group, per_group="waveform", max_memory=0.17, **options)


def test_memory_that_is_not_there_is_refused_beforehand():
    with pytest.raises(
        ValueError, match=r"this would take about 3 GB, and max_memory is 2 GB.*3.3"
    ):
        Budget(memory=2.0).admit(3e9, "this", "take less")
    Budget(memory=2.0).admit(2e9, "this", "take less")
    Budget().admit(1e15, "this", "take less")
