"""A cycle with dips or steps too sharp for sixteen harmonics is one cycle, at its own period."""

import numpy as np
import pytest

from epicycle import find_cycles


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
