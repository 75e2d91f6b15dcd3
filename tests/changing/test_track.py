"""`track` as users call it: known answers, and what may not change them."""

import numpy as np
import pytest

import epicycle
from changing.simulated import TWO_PI, simulated


def tracked(problem, **options):
    return epicycle.track(problem.t, problem.y, **({"period": (18, 32), "unit": "h"} | options))


@pytest.mark.parametrize(
    ("kind", "verdict"),
    [
        ("constant", {"constant"}),
        ("drift", {"drifting"}),
        ("modulated", {"wandering"}),
        ("jump", {"shifted"}),
        ("change", {"shifted", "drifting", "wandering"}),
    ],
)
def test_verdicts_and_phases(kind, verdict):
    problem = simulated(kind, 51, n=100, days=11, noise=0.25)
    found = tracked(problem)
    assert found.verdict.period in verdict
    assert found.verdict.amplitude == "constant"
    t = np.linspace(problem.t[0], problem.t[-1], 100)
    turns, error = found.turns(t)
    away = np.abs(problem.away(turns, t))
    # 95 % of the band in the mean; one record's phases hang together, so a half of it at least
    assert np.mean(away < 1.96 * error) > 0.6
    assert np.median(away) < 0.03
    assert found.odds["period"]["constant"] == 1.0


def test_units_offsets_and_sizes_make_no_difference():
    problem = simulated("drift", 52, n=80, days=9)
    usual = tracked(problem)
    mixed = np.random.default_rng(1).permutation(80)
    t, y = problem.t[mixed] / 24 + 1000, 1e6 * problem.y[mixed] - 3e7
    other = epicycle.track(t, y, period=(0.75, 32 / 24), unit="d")
    assert other.verdict == usual.verdict
    at = np.linspace(10, 200, 7)
    a, b = usual.turns(at), other.turns(at / 24 + 1000)
    # rounding moves where an iteration stops, at 1e-3 of an error
    assert b[0] == pytest.approx(a[0], abs=2e-4)
    assert b[1] == pytest.approx(a[1], rel=0.02)
    assert other.period(at / 24 + 1000)[0] * 24 == pytest.approx(usual.period(at)[0], rel=1e-3)
    assert other.amplitude(at / 24 + 1000)[0] == pytest.approx(
        1e6 * usual.amplitude(at)[0], rel=1e-3
    )
    assert other.mean_period * 24 == pytest.approx(usual.mean_period, rel=1e-4)


def test_a_known_shift_is_told_with_its_size():
    problem = simulated("jump", 53, n=100, days=10, noise=0.25)
    found = tracked(problem, shifts=[problem.time])
    (shift,) = found.shifts
    assert shift.time == pytest.approx(problem.time)
    assert shift.time_error == pytest.approx(0.0, abs=1e-6)
    assert abs(shift.phase - problem.size) < 4 * shift.phase_error
    assert shift.hours == pytest.approx(shift.phase * 24, rel=0.1)
    assert found.verdict.period == "shifted"
    before, after = found.turns([problem.time - 1e-4, problem.time + 1e-4])[0]
    assert after - before == pytest.approx(problem.size, abs=0.05)


def test_no_shifts_are_looked_for_if_not_asked():
    problem = simulated("jump", 53, n=100, days=10, noise=0.25)
    found = tracked(problem, shifts=None)
    assert found.shifts == ()
    assert "shifted" not in found.odds["period"]


def test_two_rhythms_that_cross_are_told_apart():
    rng = np.random.default_rng(54)
    t = np.sort(rng.uniform(0, 480, 200))
    rates = [(1 / 20, 1 / 28), (1 / 28, 1 / 20)]
    phases = [rng.uniform() + a * t + (b - a) * t**2 / 960 for a, b in rates]
    y = np.cos(TWO_PI * phases[0]) + 0.8 * np.cos(TWO_PI * phases[1]) + rng.normal(0, 0.4, 200)
    found = epicycle.track(t, y, period=(17, 34), unit="h", rhythms=2)
    both = (found, *found.others)
    assert len(both) == 2
    for phase in phases:
        away = [np.sqrt(np.mean(((one.turns(t)[0] - phase + 0.5) % 1 - 0.5) ** 2)) for one in both]
        assert min(away) < 0.05
    assert np.std(y - found.predict(t)) < 0.5


def test_errors_and_groups_count():
    problem = simulated("constant", 55, n=160, days=12)
    rng = np.random.default_rng(2)
    group = rng.integers(0, 2, 160)
    bad = rng.random(160) < 0.3
    y = problem.y + 8.0 * group + np.where(bad, rng.normal(0, 5, 160), 0.0)
    found = epicycle.track(
        problem.t, y, np.where(bad, 5.0, 0.35), period=(18, 32), group=group, unit="h"
    )
    away = problem.away(found.turns(problem.t)[0], problem.t)
    assert np.sqrt(np.mean(away**2)) < 0.03
    assert found.amplitude(problem.t)[0].mean() == pytest.approx(1.0, abs=0.15)


def test_noise_alone_is_said_to_be_undecided():
    rng = np.random.default_rng(56)
    t = np.sort(rng.uniform(0, 300, 100))
    found = epicycle.track(t, rng.normal(size=100), period=(18, 32))
    assert found.odds["rhythm"] < 20
    assert found.undecided[0].startswith("whether there is a rhythm at all")


def test_missing_values_and_datetimes():
    problem = simulated("constant", 57, n=100, days=10)
    y = problem.y.copy()
    y[::9] = np.nan
    start = np.datetime64("2024-03-01T00:00:00")
    t = start + (problem.t * 3600e3).astype("timedelta64[ms]")
    found = epicycle.track(t, y, period=(18, 32), unit="h")
    assert found.n_dropped == 12
    assert found.n_samples == 88
    turns, _ = found.turns(t)
    assert np.abs(problem.away(turns, problem.t)).max() < 0.06
