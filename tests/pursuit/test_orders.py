"""Which harmonics a waveform has."""

import numpy as np
import pytest

from epicycle import find_cycles
from epicycle.fit.lines import Structure
from epicycle.fit.refine import fit_lines
from epicycle.pursuit import harmonics
from epicycle.pursuit.orders import is_one_waveform, with_waveform
from generators import regression
from light_curves import survey_nights


def test_noise_adds_harmonics_to_a_sinusoid_as_rarely_as_one_by_one() -> None:
    by_bic = strictly = 0
    for seed in range(200):
        rng = np.random.default_rng([6, seed])
        t, f = survey_nights(rng), 1.0 / rng.uniform(0.45, 0.75)
        data = regression(t, np.cos(2 * np.pi * f * t) + 0.3 * rng.normal(size=len(t)))
        fit = fit_lines(data, Structure.empty(), absolute=False, max_steps=0)
        by_bic += with_waveform(data, fit, f, 8)[1] != (1,)
        least = harmonics.least_reduction(data)
        strictly += with_waveform(data, fit, f, 8, least)[1] != (1,)
    # two parameters lower chi-square by 2 ln(55) in 1 of 55 cases, and there are some orders
    assert by_bic >= 5
    # by 18.4 in 1 of 10,000; small samples have heavier tails
    assert strictly <= 2


def test_no_harmonic_above_nyquist_on_a_raster() -> None:
    # of five samples a cycle, the fourth harmonic is the fundamental again, seen as an alias
    t = np.arange(1000.0)
    rng = np.random.default_rng(3)
    y = (
        np.cos(0.40004 * np.pi * t)
        + 0.6 * np.cos(0.40078 * np.pi * t)
        + 0.03 * rng.normal(size=1000)
    )
    model = find_cycles(t, y)
    assert max(h.order * c.frequency for c in model.cycles for h in c.harmonics) < 0.5


def test_a_known_period_and_a_drift_have_all_harmonics_too() -> None:
    sizes = np.array([1.0, 0.46, 0.34, 0.22, 0.14])
    order, shift = np.arange(1, 6), np.array([0.0, 2.4, 5.0, 1.4, 4.2])
    for seed in (2, 3, 4):
        rng = np.random.default_rng([5, seed])
        t, period = survey_nights(rng), rng.uniform(0.45, 0.75)
        y = 0.3 * (sizes * np.cos(2 * np.pi * np.outer(t / period, order) + shift)).sum(axis=1)
        y += 0.02 * rng.normal(size=len(t))
        for how in ({"known": [period]}, {"drift": True}):
            model = find_cycles(t, y, minimum_period=0.15, maximum_period=1.2, **how)
            assert len(model.cycles) == 1
            assert [h.order for h in model.cycles[0].harmonics] == [1, 2, 3, 4, 5]


def test_a_sinusoid_without_noise_has_no_harmonics() -> None:
    for seed in range(10):
        rng = np.random.default_rng(seed)
        t = np.sort(rng.uniform(0, 50, 60))
        model = find_cycles(t, np.cos(2 * np.pi * rng.uniform(0.2, 0.4) * t), max_cycles=1)
        assert [[h.order for h in c.harmonics] for c in model.cycles] == [[1]]


@pytest.mark.parametrize(
    ("orders", "one"),
    [
        ((1,), True),
        ((1, 2, 3), True),
        ((2, 3), False),
        ((2, 5), False),
        # two sawteeth in the ratio 2 : 3
        ((2, 3, 4, 6, 8, 9), False),
        # sinusoids of 12, 20 and 30 are no cycle of 60
        ((2, 3, 5), False),
        ((6, 10, 15, 30), False),
        ((2, 3, 4, 5), True),
        ((2, 4, 5, 6, 7, 8, 3), True),
    ],
)
def test_a_fundamental_without_a_line_needs_many_others(orders: tuple[int, ...], one: bool) -> None:
    assert is_one_waveform(orders) == one
