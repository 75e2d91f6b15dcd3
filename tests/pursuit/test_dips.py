"""Short dips in sparse samples are one cycle; what lies far off by chance is none."""

import numpy as np
import pytest

from epicycle import find_cycles
from epicycle.limits import DIPS
from epicycle.pursuit.dips import (
    _best_box,
    _chance,
    _far_off,
    _is_related,
    _price,
    with_dips,
)
from epicycle.pursuit.further_lines import add_lines
from tests.pursuit.lines import begun

PERIOD = 3.4243


def nights(n: int, seed: int) -> tuple[np.ndarray, np.random.Generator]:
    """Return times of one visit in some nights of two years."""
    rng = np.random.default_rng(seed)
    return np.sort(rng.choice(700, n, replace=False) + rng.normal(0.0, 0.1, n)), rng


def transits(n: int = 200, depth: float = 12.0, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return a star that is fainter for a twentieth of each period, noise 1."""
    t, rng = nights(n, seed)
    inside = (t / PERIOD + 0.3) % 1.0 < 0.05
    return t, rng.normal(size=n) - depth * inside


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_transits_in_sparse_samples_have_their_period(sign: float) -> None:
    t, y = transits()
    model = find_cycles(t, sign * y, unit="d")
    assert len(model.cycles) == 1
    cycle = model.cycles[0]
    # a hundredth of the width of the dip over the baseline is far more than its error
    assert abs(cycle.period / PERIOD - 1) < 0.05 * PERIOD / np.ptp(t)
    assert cycle.false_alarm_probability < 1e-6


def test_values_far_off_at_random_times_are_no_cycle() -> None:
    t, rng = nights(200, 4)
    y = rng.normal(size=200)
    y[rng.choice(200, 10, replace=False)] -= 12.0
    assert not find_cycles(t, y, unit="d").cycles


def test_noise_has_no_values_far_off_and_eight_deviations_are_far() -> None:
    t, rng = nights(200, 5)
    noise = rng.normal(size=200)
    stand, _, _ = begun(t, noise, [], minimum_period=0.5)
    assert _far_off(stand.work.data, stand.fit) is None
    noise[[3, 50, 90, 120, 160]] += 8.0
    stand, _, _ = begun(t, noise, [], minimum_period=0.5)
    values = _far_off(stand.work.data, stand.fit)
    assert values is not None
    assert {3, 50, 90, 120, 160} <= set(values.far.tolist())
    assert values.z[values.far].min() > DIPS.far


def test_a_box_and_how_often_chance_makes_one() -> None:
    t, y = transits()
    stand, _, _ = begun(t, y, [], minimum_period=0.5)
    data, plan = stand.work.data, stand.work.plan
    values = _far_off(data, stand.fit)
    assert values is not None
    box = _best_box(values, 1 / PERIOD + 0.05 / np.ptp(t), 0.125 / np.ptp(t))
    inside = box.inside(values.elapsed)
    true = y < -6.0
    # at most a bin too wide on either side: few others are inside
    assert inside[true].all()
    assert inside.sum() < true.sum() + 12
    assert _chance(values, box, plan) < 1e-3
    elsewhere = _best_box(values, 1 / 2.9, 0.125 / np.ptp(t))
    assert elsewhere.gain < 0.5 * box.gain
    assert _chance(values, elsewhere, plan) > 1.0


def test_dips_must_explain_more_than_what_was_found_without_them() -> None:
    t, y = transits()
    stand, goal, judge = begun(t, y, [], minimum_period=0.5, max_order=16)
    plain = add_lines(stand, goal, judge)
    found = with_dips(stand, plain, goal, judge)
    assert found is not None
    assert found.fit.structure.frequency == pytest.approx([1 / PERIOD], rel=1e-4)
    data, plan = found.work.data, found.work.plan
    assert _price(data, stand.fit, found.fit, plan) < _price(data, stand.fit, stand.fit, plan)
    # the cycle is there already: a second time it explains nothing
    assert with_dips(stand, found, goal, judge) is None


@pytest.mark.parametrize("asked", [{"max_order": 8}, {"max_cycles": 0}, {"drift": True}])
def test_dips_are_not_looked_for_where_nobody_asks(asked: dict[str, object]) -> None:
    stand, goal, judge = begun(*transits(), [], minimum_period=0.5, **{"max_order": 16, **asked})  # type: ignore[arg-type]
    assert with_dips(stand, stand, goal, judge) is None


def test_a_box_explains_what_least_squares_explains() -> None:
    t, y = transits()
    stand, _, _ = begun(t, y, [], minimum_period=0.5)
    values = _far_off(stand.work.data, stand.fit)
    assert values is not None
    box = _best_box(values, 1 / PERIOD, 0.125 / np.ptp(t))
    inside = box.inside(values.elapsed)
    z = values.z - values.z.mean()
    left = np.where(inside, z - z[inside].mean(), z - z[~inside].mean())
    assert box.gain == pytest.approx(float(z @ z - left @ left), rel=1e-9)
    # no box as wide or wider, in steps of the phase as fine, explains more at that frequency
    turns = (values.elapsed * box.frequency) % 1.0
    for width in (0.05, 0.1, 0.2):
        for first in np.arange(0.0, 1.0, width / 4):
            other = (turns - first) % 1.0 < width
            n = np.count_nonzero(other)
            if 2 <= n <= len(z) - 2 and z[other].sum() > 0:
                gain = z[other].sum() ** 2 / (n * (1 - n / len(z)))
                assert gain <= 1.05 * box.gain


def test_values_far_off_on_the_other_side_are_not_looked_at() -> None:
    t, rng = nights(200, 6)
    y = rng.normal(size=200)
    low, high = [3, 50, 90, 120, 160, 170], [10, 60, 100]
    y[low] -= 12.0
    y[high] += 12.0
    stand, _, _ = begun(t, y, [], minimum_period=0.5)
    values = _far_off(stand.work.data, stand.fit)
    assert values is not None
    assert set(low) <= set(values.far.tolist())
    assert not set(high) & set(values.far.tolist())
    # the low ones count as positive, and none of them more than half again as much as is usual
    usual = float(np.median(values.z[values.far]))
    assert 0 < usual <= values.z.max() <= 1.5 * usual
    assert values.z[high].max() < 0


def test_values_without_weight_are_none() -> None:
    t, rng = nights(200, 7)
    y = rng.normal(size=200)
    y[[3, 50, 90, 120, 160]] += 8.0
    stand, _, _ = begun(t, y, [], minimum_period=0.5)
    weights = stand.work.data.weights.copy()
    weights[[3, 20, 30]] = 0.0
    values = _far_off(stand.work.data.with_weights(weights), stand.fit)
    assert values is not None
    assert len(values.z) == len(values.elapsed) == 197
    # rows are counted among those that have a weight
    there = values.elapsed[values.far]
    kept = stand.work.data.times.to_float()[[50, 90, 120, 160]]
    assert set(kept) <= set(there)


def test_multiples_and_fractions_are_a_waveform_of_the_same() -> None:
    def related(other: float) -> bool:
        return _is_related(0.2, np.array([0.77, other]), 1000.0)

    assert all(map(related, (0.2, 0.4, 0.6, 0.1, 0.3, 0.2005)))
    # multiples to three, and within one over the baseline
    assert not any(map(related, (0.05, 0.8, 0.23, 0.2025)))
    assert not _is_related(0.2, np.array([]), 1000.0)


def test_unequal_dips_have_half_the_frequency() -> None:
    t, rng = nights(400, 8)
    turns = (t / (2 * PERIOD) + 0.3) % 1.0
    y = rng.normal(size=400) - 14.0 * (turns < 0.04) - 5.0 * ((turns > 0.5) & (turns < 0.54))
    stand, goal, judge = begun(t, y, [], minimum_period=0.5, max_order=16)
    found = with_dips(stand, add_lines(stand, goal, judge), goal, judge)
    assert found is not None
    assert found.fit.structure.frequency == pytest.approx([0.5 / PERIOD], rel=1e-4)
    assert found.held == found.fit.structure.frequency[0]
    # what it was compared with is told, the likeliest first
    assert found.rivals[0].frequency == pytest.approx(found.held, rel=1e-6)
    assert [one.bic for one in found.rivals] == sorted(one.bic for one in found.rivals)
