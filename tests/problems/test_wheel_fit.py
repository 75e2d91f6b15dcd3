"""The widest margin: a frequency that is almost right becomes right."""

from dataclasses import replace

import numpy as np

from epicycle.problems.wheel_fit import brackets, settle, widest
from epicycle.problems.wheels import Wheel

TRUE = Wheel(1 / 50, 0.0, np.array([0.0, 0.3, 0.5]), np.array([0, 1, 2]))
TURNS = 2000.0


def samples(seed: int) -> tuple[np.ndarray, np.ndarray]:
    t = np.random.default_rng(seed).uniform(-25 * TURNS, 25 * TURNS, 3000)
    return t, TRUE.read(t)


def test_frequency_and_edges_settle_where_no_sample_contradicts() -> None:
    t, classes = samples(0)
    off = replace(TRUE, frequency=TRUE.frequency * (1 + 0.01 / TURNS), edges=TRUE.edges + 0.004)
    assert (off.read(t) != classes).sum() > 10
    wheel = settle(off, t, classes)
    assert (wheel.read(t) == classes).all()
    # each edge lies within about 1 / 3000 of a turn, at either end of the span
    assert abs(wheel.frequency / TRUE.frequency - 1) < 3 / 3000 / (TURNS / 2)
    assert np.abs(wheel.edges - TRUE.edges).max() < 3 / 3000 or wheel.edges[-1] > 0.9


def test_geared_wheels_share_the_frequency_of_the_widest_margin() -> None:
    t, classes = samples(1)
    fast = Wheel(1 / 10, 0.0, np.array([0.0, 0.5]), np.array([0, 1]))
    digits = np.stack([classes, fast.read(t)], axis=1)
    common = fast.frequency * (1 + 0.003 / TURNS / 5)
    off = [replace(TRUE, frequency=common / 5), replace(fast, frequency=common)]
    found = widest(off, [5.0, 1.0], t, digits)
    assert found[0].frequency * 5 == np.float64(found[1].frequency) or np.isclose(
        found[0].frequency * 5, found[1].frequency, rtol=1e-15
    )
    assert all((wheel.read(t) == digits[:, k]).all() for k, wheel in enumerate(found))
    assert abs(found[1].frequency * 10 - 1) < abs(common * 10 - 1)


def test_brackets_hold_the_edges() -> None:
    t, classes = samples(2)
    low, high = brackets(TRUE, t, classes)
    assert (low <= TRUE.edges).all()
    assert (high >= TRUE.edges).all()
    assert (high - low < 20 / 3000).all()
