"""A cycle with dips or steps too sharp for sixteen harmonics is one cycle, at its own period."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.linalg import LinAlgError

from epicycle import find_cycles
from epicycle.fit.lines import Structure
from epicycle.limits import CYCLES, SHARP
from epicycle.pursuit import sharp
from epicycle.pursuit.sharp import (
    _apart,
    _best_box,
    _Comb,
    _distinct,
    _ends,
    _gain,
    _measured,
    _nyquist,
    _period_of,
    _proposed,
    _reductions,
    _refined,
    _without_multiples,
    is_dense,
)
from generators import regression
from tests.pursuit.lines import Begun, begun


def light_curve(
    period: float, depths: tuple[float, float], width: float, noise: float, n: int = 1400
) -> tuple[np.ndarray, np.ndarray]:
    """Return times at a cadence of half an hour, and a curve with two dips a cycle."""
    t = 1000 + 0.0204318 * np.arange(n)
    y = 1 + noise * np.random.default_rng(0).normal(size=n)
    for depth, at in zip(depths, (0.0, 0.5), strict=True):
        phase = ((t - 1000.37) / period + at + 0.5) % 1 - 0.5
        y -= depth * np.clip((width / 2 + 0.02 - np.abs(phase) * period) / 0.04, 0, 1)
    return t, y


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


@pytest.mark.parametrize(("m", "r"), [(1, 9.0), (16, 120.0), (6, 30.0), (8, 10.0)])
def test_the_evidence_of_amplitudes_is_that_of_the_best_size(m: int, r: float) -> None:
    def log_ratio(size: float) -> float:
        # of 2 m normal numbers of variance 1 + size against variance 1
        return -m * np.log1p(size) + 0.5 * r * size / (1 + size)

    best = max(log_ratio(size) for size in np.geomspace(1e-6, 1e3, 20_000))
    expected = max(best, 0.0) - 0.5 * np.log(2 * m) - 1
    assert _gain(np.full(m, r / m)) == pytest.approx(expected, abs=1e-4)


def test_orders_are_judged_in_blocks_that_grow() -> None:
    assert _ends(60) == [0, 16, 22, 31, 43, 60]
    assert _ends(16) == [0, 16]
    assert _ends(5) == [0, 5]


def dips(second: float = 0.1) -> Begun:
    t, y = light_curve(3.1567, (0.3, second), 0.3, 0.01, 700)
    return begun(t, y, [], max_order=16)


def test_each_order_takes_from_chi_square_what_those_before_it_leave() -> None:
    (work, fit) = (dips().stand.work, dips().stand.fit)
    data, frequency = work.data, 1 / 3.1567
    orders = np.array([2, 4, 1, 3, 5])
    taken = _reductions(data, fit, frequency, orders)
    assert taken is not None
    t, y = data.times.to_float(), data.y[:, 0]
    columns, chi2 = [np.ones_like(t)], []
    for order in (0, *orders):
        if order:
            angle = 2 * np.pi * order * frequency * t
            columns += [np.cos(angle), np.sin(angle)]
        solution = np.linalg.lstsq(np.stack(columns, axis=1), y, rcond=None)[0]
        chi2.append(float(((y - np.stack(columns, axis=1) @ solution) ** 2).sum()))
    # in units of the scatter around all of them
    scatter = chi2[-1] / (len(y) - len(columns) - 1)
    assert taken == pytest.approx(-np.diff(chi2) / scatter, rel=1e-6)


def test_orders_that_the_raster_cannot_tell_apart_are_left_out() -> None:
    data = dips().stand.work.data
    rate, near = 1 / 0.0204318, 1.5 / data.baseline
    frequency = rate / 40.37
    kept = _distinct(data, frequency, 60, 4 * rate)
    turns = kept * frequency
    seen = np.sort(np.abs(turns - rate * np.rint(turns / rate)))
    assert np.diff(seen).min() > near
    assert seen[0] > near
    assert seen[-1] < rate / 2 - near
    # every order below the Nyquist frequency is one of them, and some above it
    assert set(range(1, 21)) <= set(kept.tolist())
    assert kept.max() > 21
    # where none is aliased all of them are told apart
    assert _distinct(data, frequency, 20, 4 * rate).tolist() == list(range(1, 21))


def test_the_period_is_that_of_which_every_order_is_a_multiple() -> None:
    stand = dips().stand
    data, fit, true = stand.work.data, stand.fit, 1 / 3.1567
    lowest, highest = CYCLES.waveform / data.baseline, 2 / 0.0204318
    found = _measured(data, fit, true, highest)
    assert found is not None
    assert found.beyond > SHARP.clear
    # half of the frequency has no further orders, and twice the frequency has not all of them
    for start in (true, 2 * true, true / 2):
        comb = _measured(data, fit, start, highest)
        assert comb is not None
        period = _period_of(data, fit, comb, lowest, highest)
        assert period is not None
        assert period.frequency == pytest.approx(true, rel=1e-12)
    # but a cycle longer than the band has is not tried
    stand = dips(0.29).stand
    comb = _measured(stand.work.data, stand.fit, 2 * true, highest)
    assert comb is not None
    period = _period_of(stand.work.data, stand.fit, comb, 1.5 * true, highest)
    assert period is not None
    assert period.frequency == 2 * true


def test_odd_orders_tell_two_minima_apart() -> None:
    unlike, alike = dips().stand, dips(0.3).stand
    comb = _Comb(1 / 3.1567, 40, 0.0, 0.0)
    highest = 2 / 0.0204318
    clear, none = (_apart(s.work.data, s.fit, comb, 2, highest) for s in (unlike, alike))
    assert clear is not None
    assert none is not None
    assert clear > 10 * SHARP.clear
    assert none < SHARP.clear
    # orders of a cycle that the samples hardly resolve tell nothing
    fast = replace(comb, frequency=0.4 / 0.0204318)
    assert _apart(unlike.work.data, unlike.fit, fast, 2, highest) is None


def test_boxes_propose_the_frequency_of_dips_and_no_place_twice() -> None:
    stand = dips().stand
    data, fit = stand.work.data, stand.fit
    lowest = CYCLES.waveform / data.baseline
    proposed = _proposed(data, fit, lowest, _nyquist(data))
    assert proposed
    # of the period, or of a multiple or a fraction that has the same dips
    ratio = proposed[0] * 3.1567
    simple = [p / q for p in (1, 2, 3) for q in (1, 2, 3)]
    assert min(abs(ratio - s) for s in simple) < 3.1567 / data.baseline
    assert len(proposed) == 1 or np.diff(np.sort(proposed)).min() > 1 / data.baseline
    assert _proposed(data, fit, lowest, lowest) == []


def test_samples_are_dense_where_most_of_the_baseline_has_them() -> None:
    t = 0.02 * np.arange(1400)
    assert _nyquist(regression(t, t)) == pytest.approx(25.0)
    assert is_dense(regression(t, t))
    # the same gaps between them, but nineteen of twenty stretches are empty
    nights = t + 5.32 * (np.arange(1400) // 14)
    assert _nyquist(regression(nights, t)) == pytest.approx(25.0)
    assert not is_dense(regression(nights, t))
    few = t[: SHARP.fewest_irregular - 1]
    assert not is_dense(regression(few, few))


def test_lines_at_multiples_give_way_to_a_comb() -> None:
    structure = Structure.empty().plus(0.2).plus(0.3, fixed=True).plus(0.4004).plus(0.45).plus(0.05)
    left = _without_multiples(structure, _Comb(0.1, 40, 0.0, 0.0), 1e-3)
    assert left.frequency.tolist() == [0.3, 0.45, 0.05]
    left = _without_multiples(structure, _Comb(0.1, 40, 0.0, 0.0), 1e-4)
    assert left.frequency.tolist() == [0.3, 0.4004, 0.45, 0.05]


def test_a_comb_is_refined_with_more_and_more_orders_unless_they_cannot_be_fitted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stand = dips().stand
    data, fit, highest = stand.work.data, stand.fit, 2 / 0.0204318
    # from a twentieth of a turn at either end: further than the sharpest orders allow
    comb = _refined(data, fit, 1 / 3.1567 + 0.1 / data.baseline, highest)
    assert comb is not None
    # an edge of 0.04 d at about 40 places of noise 0.01 in 0.3 is known to 0.01 / 0.3 * 0.02 d
    assert abs(comb.frequency - 1 / 3.1567) * data.baseline < 0.002 / 3.1567
    assert comb.gain > comb.beyond > SHARP.clear

    def singular(*_: object, **__: object) -> None:
        raise LinAlgError

    monkeypatch.setattr(sharp, "fit_lines", singular)
    assert _refined(data, fit, 1 / 3.1567, highest) is None
