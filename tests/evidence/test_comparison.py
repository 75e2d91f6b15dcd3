"""Aliases, halves and doubles are told apart by whole waveforms."""

import numpy as np
import pytest

from epicycle import CycleModel, find_cycles
from epicycle.evidence.comparison import repeated
from epicycle.fit.noise import NoiseModel
from epicycle.pursuit.opening import compare_waveforms
from epicycle.samples.checks import check_samples
from epicycle.samples.data import build_data
from epicycle.search.dense import DenseSearch
from epicycle.spectra.plan import plan_search
from generators import sinusoids
from light_curves import Star, eclipsing, pulsating
from oracles import residual_of


def find(star: Star, **options: object) -> CycleModel:
    group = star.band if star.band[0] else None
    return find_cycles(star.t, star.y, star.dy, group=group, **options)


def test_a_sawtooth_in_five_bands_has_its_period() -> None:
    # with 0.01 mag of scatter beyond errors of 0.02 and amplitudes above 0.1 mag nothing is close
    for seed in range(3):
        star = pulsating(seed)
        model = find(star, minimum_period=0.15, maximum_period=1.2)
        cycle = model.cycles[0]
        assert cycle.period == pytest.approx(star.period, abs=5 * cycle.period_error)
        # bands are told in the order of their first times
        assert model.output_names == tuple(dict.fromkeys(star.band[np.argsort(star.t)].tolist()))
        # the bands' amplitudes as they were made, in units of g's
        amplitude = dict(zip(model.output_names, cycle.amplitude, strict=True))
        assert amplitude["z"] / amplitude["g"] == pytest.approx(0.53, abs=0.12)


def test_the_sinusoidal_spectrum_alone_is_deceived() -> None:
    """What the comparison is for: stars whose highest sinusoidal maximum is an alias."""
    deceived = []
    for seed in range(40):
        star = pulsating(seed, scatter=0.06)
        samples = check_samples(star.t, star.y, star.dy, group=star.band)
        data = build_data(samples, 1)
        plan = plan_search(data, 0.15, 1.2)
        top = DenseSearch(data, plan).maxima(residual_of(data), np.ones(1)).frequency[0]
        if abs(top * star.period - 1) > 0.01:
            deceived.append(star)
        if len(deceived) == 2:
            break
    assert len(deceived) == 2
    for star in deceived:
        found = find(star, minimum_period=0.15, maximum_period=1.2, max_cycles=1)
        assert found.cycles[0].period == pytest.approx(star.period, rel=1e-3)


def test_eclipses_have_the_whole_period() -> None:
    right = [
        abs(find(star, minimum_period=0.2, maximum_period=10).cycles[0].period / star.period - 1)
        < 0.01
        for star in map(eclipsing, range(25))
    ]
    # 97 % are asked for: 23 or fewer of 25 right has the probability 4 %, 22 or fewer 0.6 %
    assert sum(right) >= 23


def test_equal_halves_are_not_doubled() -> None:
    """Two eclipses alike are one eclipse at half the period."""
    rng = np.random.default_rng(11)
    t = np.sort(rng.uniform(0, 300, 300))
    dip = np.exp(-0.5 * (((t / 2.7) % 1 - 0.5) / 0.06) ** 2)
    model = find_cycles(t, dip + 0.1 * rng.normal(size=300), minimum_period=0.5)
    assert model.cycles[0].period == pytest.approx(2.7, rel=1e-3)


def test_the_rivals_lead_the_aliases_by_their_odds() -> None:
    star = pulsating(2)
    cycle = find(star, minimum_period=0.15, maximum_period=1.2).cycles[0]
    first = [alias.odds for alias in cycle.aliases[:3]]
    assert first == sorted(first, reverse=True)
    assert all(odds < 1.0 for odds in first)
    assert all(
        a.kind in ("day", "year", "half", "double", "third", "triple", "rival", "window")
        for a in cycle.aliases
    )
    total = 1.0 + sum(alias.odds for alias in cycle.aliases)
    assert cycle.aliases[0].probability == pytest.approx(cycle.aliases[0].odds / total)


def test_the_evidence_does_not_depend_on_the_unit_of_the_values() -> None:
    problem = sinusoids(8, 120, 60.0, [(0.37, 2.0), (0.74, 1.0)], sampling="nightly")
    tops = []
    for unit in (1.0, 1e6):
        samples = check_samples(problem.t, unit * problem.y)
        data = build_data(samples, 1)
        plan = plan_search(data, 0.5, 10.0)
        ranking = compare_waveforms(
            data, residual_of(data), NoiseModel.of(samples), plan, np.empty(0)
        )
        tops.append([(r.frequency, r.bic - ranking.rivals[0].bic) for r in ranking.rivals[:3]])
    assert np.array(tops[0]) == pytest.approx(np.array(tops[1]), rel=1e-5, abs=1e-5)
    assert tops[0][0][0] == pytest.approx(0.37, rel=1e-3)


@pytest.mark.parametrize("minimum_period", [None, 0.1])
@pytest.mark.parametrize("step", [1.0, 0.25])
def test_regular_samples_show_nothing_above_nyquist(
    step: float, minimum_period: float | None
) -> None:
    # asked for or not: above Nyquist, everything is an alias
    t = step * np.arange(700)
    week = 3 * np.sin(2 * np.pi * t / 7.0) + np.sin(2 * np.pi * t * 2 / 7.0)
    y = week + np.random.default_rng(1).normal(size=len(t))
    model = find_cycles(t, y, minimum_period=minimum_period)
    assert model.cycles[0].period == pytest.approx(7.0, rel=1e-3)
    assert all(line.frequency <= 0.5 / step for line in model.lines)


def test_what_is_seen_once_is_no_waveform() -> None:
    # two campaigns of 60 days, 940 days apart: of 132 days each sees less than a half
    t = np.concatenate([np.linspace(0, 60, 200), np.linspace(1000, 1060, 200)])
    frequency = 1 / np.array([132.0, 34.0, 5.0, 0.1])
    np.testing.assert_array_equal(repeated(frequency, t), frequency[1:])
    # without the gap, the same samples see it eight times
    np.testing.assert_array_equal(repeated(frequency, np.linspace(0, 1060, 400)), frequency)
    # few samples at random times see no part of a turn often, and tell a period all the same
    few = np.random.default_rng(1).uniform(0, 1060, 24)
    np.testing.assert_array_equal(repeated(frequency, few), frequency)
