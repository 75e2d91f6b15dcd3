"""Lines are found one by one, fitted together, and the search ends when nothing is left."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

import oracles
from epicycle.limits import STEADINESS
from epicycle.pursuit.pursuit import _is_full
from generators import sinusoids
from tests.pursuit.lines import SIX, find


@pytest.mark.parametrize("sampling", ["random", "regular", "gappy", "jittered"])
def test_every_line_is_found_and_none_is_added(sampling: str) -> None:
    problem = sinusoids(1, 800, 100.0, SIX, sampling=sampling)
    model = find(problem, minimum_period=0.3)
    # A quick look at 0.01 false alarms each: the seed is one of many for which none occurs.
    assert len(model.lines) == 6
    for (frequency, amplitude), line in zip(SIX, model.lines, strict=True):
        assert abs(line.frequency - frequency) < 4 * line.frequency_error
        assert abs(line.amplitude - amplitude) < 4 * line.amplitude_error
        assert line.kind == "cycle"
    # what is left is white: its variance is 1 to sqrt(2 / 780)
    assert model.residual_std == pytest.approx(1.0, abs=4 * np.sqrt(0.5 / 780))
    # strongest first
    strength = [c.amplitude for c in model.cycles]
    assert strength == sorted(strength, reverse=True)


def test_a_line_must_improve_the_information_criterion() -> None:
    # Even where half of all false alarms may pass: 3 ln(1000) = 20.7 is asked of a chi-square with
    # two degrees of freedom, exp(-10.4) = 3e-5 at each of some 60 frequencies.
    found = 0
    for seed in range(40):
        problem = sinusoids(seed, 1000, 50.0)
        found += bool(find(problem, minimum_period=2.5, false_alarm=0.5).lines)
    assert found <= 1  # 40 * 60 * 3e-5 = 0.07 expected; without the criterion, 20


def test_slow_variation_is_fitted_but_is_no_cycle() -> None:
    problem = sinusoids(7, 400, 100.0, [(0.012, 6.0), (0.026, 6.0), (0.431, 2.0)])
    model = find(problem)
    assert [round(c.frequency, 2) for c in model.cycles] == [0.43]
    assert {line.kind for line in model.lines} == {"slow", "cycle"}
    assert any("slow variation" in note for note in model.undecided)
    assert model.residual_std < 1.2
    # a rhythm of four cycles that stands alone is one
    lone = find(sinusoids(8, 400, 100.0, [(0.041, 5.0)]))
    assert [round(c.period) for c in lone.cycles] == [24]
    # two of them side by side are more likely a drift
    pair = find(sinusoids(8, 400, 100.0, [(0.032, 5.0), (0.046, 5.0)]))
    assert pair.cycles == ()
    assert [line.kind for line in pair.lines] == ["slow", "slow"]
    # but what the user asks for is a cycle, by naming the longest period
    asked = find(sinusoids(9, 400, 100.0, [(0.021, 5.0)]), maximum_period=60.0)
    assert [round(c.frequency, 3) for c in asked.cycles] == [0.021]


def test_aliases_of_nightly_sampling_are_listed() -> None:
    problem = sinusoids(11, 240, 40.0, [(0.37, 2.0)], sampling="nightly")
    model = find(problem, minimum_period=0.4)
    cycle = model.cycles[0]
    assert cycle.frequency == pytest.approx(0.37, abs=4 * cycle.frequency_error)
    strong = [a for a in cycle.aliases if a.power_ratio > 0.4]
    assert {round(a.frequency, 1) for a in strong} >= {0.6, 1.4}
    for alias in strong:
        # one or two days away, up or down, within a line width
        distance = min(abs(abs(alias.frequency - s * 0.37) - k) for s in (1, -1) for k in (1, 2))
        assert distance < 1 / 40.0
        assert alias.period == pytest.approx(1 / alias.frequency)
        assert abs(alias.window_frequency - round(alias.window_frequency)) < 1 / 40.0
        assert alias.power_ratio < 1
    odds = [a.odds for a in cycle.aliases]
    assert odds == sorted(odds, reverse=True)


def test_an_alias_has_the_power_of_a_fit_at_its_frequency() -> None:
    problem = sinusoids(11, 240, 40.0, [(0.37, 2.0)], sampling="nightly")
    cycle = find(problem, minimum_period=0.4, trend=0).cycles[0]
    ones = np.ones(240)
    at = np.array([cycle.frequency, *(a.frequency for a in cycle.aliases)])
    power = oracles.least_squares_reduction(problem.t, problem.y, ones, ones[:, None], at)
    # one cycle and nothing else: what is restored is the data; where no fit has followed, the
    # height is that of a parabola through points pi / 8 apart; cos^2, which bends most, departs
    # from it by (pi / 8)^4 / 3 * 3 / 16
    np.testing.assert_allclose(
        [a.power_ratio for a in cycle.aliases], power[1:] / power[0], rtol=1.5e-3
    )


def test_evenly_spread_samples_have_no_aliases_to_speak_of() -> None:
    cycle = find(sinusoids(12, 240, 40.0, [(0.37, 2.0)])).cycles[0]
    # the highest of some 1000 noise powers in 240 samples: ln(1000) * 2 / 240 of the variance,
    # and the line has most of it
    assert all(alias.power_ratio < 0.2 for alias in cycle.aliases if alias.kind != "half")


@pytest.mark.parametrize(
    ("full", "there", "asked", "left", "told"),
    [
        (True, 30, 30, [], True),
        (False, 30, 30, [], False),  # nothing was left to be found
        (True, 12, 30, [], False),  # the others were sidebands, and went
        (True, 12, 30, [3.2, 3.3], False),  # and so is what is left beside a cycle that swings
        (True, 12, 30, [3.2, 5.5], True),  # others were pruned for the power of what is missing
        (True, 12, 30, [3.0001, 5.0001], False),  # beside a line
        (True, 2, 2, [5.5], False),  # who asks for few knows that there may be more
    ],
)
def test_a_full_list_is_told_where_it_is_full_in_the_end(
    full: bool, there: int, asked: int, left: list[float], told: bool
) -> None:
    structure = SimpleNamespace(
        fundamentals=lambda: np.arange(there),
        line_frequency=np.arange(1.0, there + 1),
        parent=np.arange(there),
    )
    work = SimpleNamespace(
        data=SimpleNamespace(baseline=1000.0),
        search=lambda fit: SimpleNamespace(
            frequency=np.array([*left, 9.5]), power=np.array([50.0] * len(left) + [5.0])
        ),
        significant_power=lambda fit: 20.0,
    )
    stand = SimpleNamespace(full=full, fit=SimpleNamespace(structure=structure), work=work)
    swings = SimpleNamespace(leader=2, members=())
    widened = replace(STEADINESS, spread=0.11)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("epicycle.pursuit.pursuit.STEADINESS", widened)
        assert _is_full(stand, SimpleNamespace(max_cycles=asked), [swings]) is told
