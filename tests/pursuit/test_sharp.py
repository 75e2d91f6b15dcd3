"""A cycle with dips or steps too sharp for sixteen harmonics is one cycle, at its own period."""

import numpy as np
import pytest

from epicycle import find_cycles
from epicycle.fit.refine import fit_lines
from epicycle.limits import CYCLES, SHARP
from epicycle.pursuit.combs import nyquist
from epicycle.pursuit.sharp import _best_box, _is_seen_again, _proposed, is_dense
from generators import regression
from tests.pursuit.lines import begun, dips, light_curve


@pytest.mark.parametrize(
    ("period", "depths", "width", "noise"),
    [
        (3.1567, (0.3, 0.1), 0.3, 0.001),
        # nearly equal minima: half the period explains all but the difference
        (3.1567, (0.3, 0.27), 0.3, 0.001),
        (4.0545, (0.0012, 0.0), 0.15, 0.0002),
    ],
)
def test_eclipses_and_transits_are_one_cycle(
    period: float, depths: tuple[float, float], width: float, noise: float
) -> None:
    t, y = light_curve(period, depths, width, noise)
    model = find_cycles(t, y, unit="d")
    assert len(model.cycles) == 1
    cycle = model.cycles[0]
    # less than a hundredth of the shortest feature over the baseline
    assert abs(cycle.period - period) < 4 * cycle.period_error < 4e-3
    assert max(h.order for h in cycle.harmonics) > 16
    # what is left is noise: no dip is missing from the model
    assert model.residual_std < 1.3 * noise


def test_fewer_harmonics_than_a_smooth_waveform_has_are_kept_to() -> None:
    t, y = light_curve(3.1567, (0.3, 0.1), 0.3, 0.01)
    model = find_cycles(t, y, unit="d", harmonics=4, max_cycles=3)
    assert max(h.order for c in model.cycles for h in c.harmonics) <= 4


def test_noise_and_a_sinusoid_have_no_sharp_features() -> None:
    t, noise = light_curve(3.0, (0.0, 0.0), 0.3, 1.0)
    assert not find_cycles(t, noise, unit="d").cycles
    model = find_cycles(t, noise + np.sin(2 * np.pi * t / 1.7), unit="d")
    assert [[h.order for h in c.harmonics] for c in model.cycles] == [[1]]


def test_unrelated_sinusoids_have_no_sharp_features() -> None:
    t, y = light_curve(3.0, (0.0, 0.0), 0.3, 0.05)
    periods = (0.31, 0.473, 0.77, 1.19, 2.03)
    y += sum(np.sin(2 * np.pi * t / p + p) for p in periods)
    model = find_cycles(t, y, unit="d")
    assert sorted(c.period for c in model.cycles) == pytest.approx(periods, rel=1e-3)


@pytest.mark.parametrize("kind", ["gaps", "jitter"])
def test_dense_samples_need_not_be_regular(kind: str) -> None:
    t, y = light_curve(3.1567, (0.3, 0.1), 0.3, 0.005)
    rng = np.random.default_rng(1)
    if kind == "gaps":
        kept = (rng.random(len(t)) > 0.05) & ((t < 1008) | (t > 1010.5))
        t, y = t[kept], y[kept]
    else:
        t = t + 0.0204318 * rng.uniform(-0.3, 0.3, len(t))
        y = 1 + 0.005 * rng.normal(size=len(t))
        for depth, at in ((0.3, 0.0), (0.1, 0.5)):
            phase = ((t - 1000.37) / 3.1567 + at + 0.5) % 1 - 0.5
            y -= depth * np.clip((0.17 - np.abs(phase) * 3.1567) / 0.04, 0, 1)
    (cycle,) = find_cycles(t, y, unit="d").cycles
    assert abs(cycle.period - 3.1567) < 4 * cycle.period_error < 8e-3


def test_eclipses_seen_three_or_four_times_are_a_cycle() -> None:
    t, y = light_curve(7.3, (0.3, 0.1), 0.3, 0.01)
    model = find_cycles(t, y, unit="d")
    (cycle,) = model.cycles
    assert abs(cycle.period - 7.3) < 4 * cycle.period_error < 0.05
    # its orders were weighed with those of half the period: nothing else is likelier
    assert not any(alias.odds > 0.1 for alias in cycle.aliases)


def test_a_cycle_faster_than_its_samples_has_no_leftovers_there() -> None:
    # many orders of a period of half a day, one sample a day: none is below the Nyquist frequency
    rng = np.random.default_rng(6)
    t = np.sort(rng.choice(400, 250, replace=False) + rng.normal(0.0, 0.1, 250))
    phase = (t / 0.1137 + 0.2) % 1
    y = np.exp(-0.5 * ((phase - 0.5) / 0.06) ** 2) + 0.02 * rng.normal(size=250)
    cycle = find_cycles(t, y, minimum_period=0.1).cycles[0]
    assert len(cycle.harmonics) >= 5
    assert cycle.period == pytest.approx(0.1137, rel=1e-4)


def test_steps_in_sparse_samples_are_one_cycle() -> None:
    # on or off: lines at all odd orders, of which the 17th and 19th had rows of their own
    t = np.sort(np.random.default_rng(5).uniform(0, 100, 300))
    model = find_cycles(t, np.sign(np.sin(2 * np.pi * t / 7.3)))
    assert len(model.cycles) == 1
    cycle = model.cycles[0]
    assert {h.order for h in cycle.harmonics} >= {1, 3, 5, 7, 9, 11, 13, 15, 17}
    assert cycle.period == pytest.approx(7.3, abs=3 * cycle.period_error)


def folded(n: int = 512, share: float = 1 / 16, order: int = 120) -> tuple[np.ndarray, np.ndarray]:
    """Return a dip at evenly spaced phases of one cycle, and its coefficients."""
    turns = np.arange(n) / n
    values = share - (turns < share)
    return values, np.exp(-2j * np.pi * np.outer(np.arange(1, order + 1), turns)) @ values


def test_a_box_takes_from_chi_square_what_least_squares_takes() -> None:
    dips = [folded(share=share) for share in (1 / 16, 1 / 5)]
    coefficients = np.stack([0 * dips[0][1], *(c for _, c in dips)])
    height = _best_box(coefficients, 512.0)
    assert height[0] == 0.0
    # a constant and a box leave nothing of the dip; widths go in steps of 1.4, and a box narrower
    # by the root of that takes 0.845 (1 - s) / (1 - 0.845 s), s = 1/5, of what the true one does
    taken = np.array([float(values @ values) for values, _ in dips])
    assert (height[1:] / taken) == pytest.approx([0.9, 0.9], abs=0.1)
    # the width does not change where the dip stands
    turned = coefficients * np.exp(2j * np.pi * 0.3712 * np.arange(1, 121))
    assert _best_box(turned, 512.0) == pytest.approx(height, rel=0.05)


def test_boxes_propose_the_frequency_of_dips_and_no_place_twice() -> None:
    stand = dips().stand
    data, fit = stand.work.data, stand.fit
    lowest = CYCLES.waveform / data.baseline
    proposed = _proposed(data, fit, lowest, nyquist(data))
    assert proposed
    # of the period, or of a multiple or a fraction that has the same dips
    ratio = proposed[0] * 3.1567
    simple = [p / q for p in (1, 2, 3) for q in (1, 2, 3)]
    assert min(abs(ratio - s) for s in simple) < 3.1567 / data.baseline
    assert len(proposed) == 1 or np.diff(np.sort(proposed)).min() > 1 / data.baseline
    assert _proposed(data, fit, lowest, lowest) == []


def test_samples_are_dense_where_most_of_the_baseline_has_them() -> None:
    t = 0.02 * np.arange(1400)
    assert nyquist(regression(t, t)) == pytest.approx(25.0)
    assert is_dense(regression(t, t))
    # the same gaps between them, but nineteen of twenty stretches are empty
    nights = t + 5.32 * (np.arange(1400) // 14)
    assert nyquist(regression(nights, t)) == pytest.approx(25.0)
    assert not is_dense(regression(nights, t))
    few = t[: SHARP.fewest_irregular - 1]
    assert not is_dense(regression(few, few))


def retail(years: float) -> tuple[np.ndarray, np.ndarray]:
    """Return days and sales with a week, a year, and a fortnight before each Christmas."""
    t = np.arange(int(365.25 * years))
    week = 17 * np.cos(2 * np.pi * (t / 7 - 0.8)) + 7 * np.cos(4 * np.pi * (t / 7 - 0.75))
    year = 15 * np.cos(2 * np.pi * (t - 200) / 365.25) + 80 * (np.abs(t % 365.25 - 350) < 7.5)
    return t, 200 + week + year + 8 * np.random.default_rng(3).normal(size=len(t))


def test_a_week_is_no_harmonic_of_a_year_with_a_christmas() -> None:
    model = find_cycles(*retail(3), unit="d")
    week, year = sorted(model.cycles, key=lambda cycle: cycle.period)
    assert len(week.harmonics) == 2
    assert abs(week.period - 7) < 3 * week.period_error < 0.005
    assert len(year.harmonics) > SHARP.smooth
    assert abs(year.period - 365.25) < 3 * year.period_error < 1


def test_what_was_seen_twice_is_slow_variation_and_no_row_of_its_harmonics() -> None:
    model = find_cycles(*retail(2.2), unit="d")
    assert [round(cycle.period, 1) for cycle in model.cycles] == [7.0]
    slow = [line for line in model.lines if line.kind == "slow"]
    assert len(slow) > SHARP.smooth
    assert any("period=36" in note for note in model.undecided)


def test_a_day_and_a_week_are_two_cycles() -> None:
    t = np.arange(24 * 7 * 16)
    hour, day = t % 24, t // 24 % 7
    profile = 120 * np.exp(-(((hour - 9) / 3.5) ** 2)) + 180 * np.exp(-(((hour - 19) / 2.8) ** 2))
    y = np.where(day >= 5, 0.75, 1.0) * (200 + profile)
    model = find_cycles(t, y + 20 * np.random.default_rng(4).normal(size=len(t)), unit="h")
    assert sorted(round(cycle.period, 1) for cycle in model.cycles) == [24.0, 168.0]
    week = max(model.cycles, key=lambda cycle: cycle.period)
    assert not any(harmonic.order % 7 == 0 for harmonic in week.harmonics)


def test_flares_at_any_times_are_no_sharp_cycle() -> None:
    # three of them are as many turns of a comb; with one in each turn they are a cycle
    t = np.arange(0, 27, 0.02)

    def seen_again(times: np.ndarray, frequency: float) -> bool:
        y = np.random.default_rng(6).normal(size=len(t))
        for one in times:
            y += 30 * np.exp(-np.clip(t - one, 0, None) / 0.1) * (t >= one)
        stand = begun(t, y, []).stand
        before = stand.fit
        structure = before.structure.plus(frequency, tuple(range(1, 60)))
        return _is_seen_again(
            stand.work.data, before, fit_lines(stand.work.data, structure, absolute=False)
        )

    assert not seen_again(np.array([3.11, 9.31, 24.81]), 1 / 3.1)
    assert seen_again(3.11 + 3.1 * np.arange(8), 1 / 3.1)
    # six of them in thrice as many turns are not
    assert not seen_again(3.11 + 1.55 * np.array([0, 1, 3, 6, 9, 11]), 1 / 1.55)
