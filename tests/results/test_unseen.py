"""A limit on what was not seen is stated where it was tested, and then it holds."""

from types import SimpleNamespace

import numpy as np
from scipy import special, stats

from epicycle import find_cycles
from epicycle.results.unseen import claimed_noncentrality


def test_no_limit_where_the_cycle_is_taken_for_slow_variation() -> None:
    t = np.arange(0, 48, 4.0)
    for seed in range(5):
        rng = np.random.default_rng(seed)
        y = 8 + np.cos(2 * np.pi * (t / 24 - rng.uniform())) + 0.2 * rng.normal(size=12)
        model = find_cycles(t, y, unit="h")
        assert not model.cycles
        assert np.isnan(model.amplitude_limit)
        assert "was not tested" in model.table()
        (note,) = [text for text in model.undecided if "slow variation" in text]
        assert "maximum_period=" in note
        assert "period=24" in note
        for remedy in ({"maximum_period": 30}, {"known": 24}, {"period": 24}):
            assert find_cycles(t, y, unit="h", **remedy).cycles


def test_no_limit_of_samples_too_few_for_a_claim() -> None:
    t = np.array([0.0, 13.0, 50.0])
    assert np.isnan(find_cycles(t, [1.0, 2.0, 0.5]).amplitude_limit)
    both = find_cycles(np.arange(9.0), np.random.default_rng(1).normal(size=(9, 2)))
    assert np.isnan(both.amplitude_limit).all()


def test_slow_variation_may_be_a_cycle_and_bars_the_limit() -> None:
    rng = np.random.default_rng(3)
    t = np.arange(1000.0)
    noise = rng.normal(size=1000)
    model = find_cycles(t, 5 * np.sin(2 * np.pi * t / 700) + noise)
    assert not model.cycles
    assert np.isnan(model.amplitude_limit)
    # noise of 1 among 500 frequencies: claimed at 2 sqrt(z / N) with z = ln(500 / .01) + a few
    assert 0.2 < find_cycles(t, noise).amplitude_limit < 0.35


def test_a_sinusoid_at_the_limit_is_claimed() -> None:
    t, trials, claimed = np.arange(120.0), 10, 0
    few = {"max_cycles": 1, "harmonics": 1}
    for seed in range(trials):
        rng = np.random.default_rng(seed)
        noise = rng.normal(size=120)
        limit = find_cycles(t, noise, **few).amplitude_limit
        wave = np.cos(2 * np.pi * (rng.uniform(0.05, 0.48) * t - rng.uniform()))
        claimed += bool(find_cycles(t, noise + limit * wave, **few).cycles)
    # 95 % by definition; one failure in 1e4 by chance
    assert claimed >= stats.binom.ppf(1e-4, trials, 0.95)


def test_a_short_series_names_what_can_be_asked() -> None:
    t = np.arange(0, 48, 4.0)
    model = find_cycles(t, np.random.default_rng(1).normal(size=12), unit="h")
    assert np.isnan(model.amplitude_limit)
    (note,) = [text for text in model.undecided if "a search over" in text]
    assert "fewer than 3 cycles, of a period above 14.67 h: period=24 asks" in note
    notes = find_cycles(t, np.random.default_rng(1).normal(size=12)).undecided
    assert any("period=..." in text for text in notes)
    # a band of which almost all can be claimed says nothing
    long = find_cycles(np.arange(200.0), np.random.default_rng(1).normal(size=200))
    assert not any("a search over" in text for text in long.undecided)


def test_a_bend_has_no_period() -> None:
    t = np.repeat(np.arange(0, 24, 4.0), 3)
    y = np.cos(2 * np.pi * (t - 5) / 24) + 0.1 * np.random.default_rng(2).normal(size=18)
    model = find_cycles(t, y, unit="h", maximum_period=30, trend=0)
    assert not model.cycles
    assert all(np.isnan(line.period_error) for line in model.lines)
    assert any("20 h or longer" in note and "period=24" in note for note in model.undecided)


def test_the_limit_holds_on_samples_that_see_some_phases_badly() -> None:
    # three visits a night: a sinusoid of one cycle a day hides in the mean
    trials, seen = 20, 0
    for seed in range(trials):
        rng = np.random.default_rng(seed)
        t = np.sort(np.floor(rng.uniform(0, 40, 45)) + 0.02 * rng.uniform(size=45))
        noise = rng.normal(size=45)
        model = find_cycles(t, noise, minimum_period=0.4, trend=0)
        f = rng.uniform(model.search.minimum_frequency, model.search.maximum_frequency)
        if model.lines or np.isnan(model.amplitude_limit):
            trials -= 1
            continue
        wave = np.cos(2 * np.pi * (f * t - rng.uniform()))
        grid = np.arange(f - 0.025, f + 0.025, 0.005)
        seen += reduction(t, noise + model.amplitude_limit * wave, grid) > reduction(
            t, noise, np.linspace(1 / 40, model.search.maximum_frequency, 600)
        )
    assert trials > 12
    # 95 % by definition; one failure in 1e4 by chance
    assert seen >= stats.binom.ppf(1e-4, trials, 0.95)


def reduction(t: np.ndarray, y: np.ndarray, frequency: np.ndarray) -> float:
    """Return the highest reduction of the sum of squares by a sinusoid beside a constant."""
    best, y = 0.0, y - y.mean()
    for f in frequency:
        x = np.exp(2j * np.pi * f * t)
        x = np.column_stack([np.ones(len(t)), x.real, x.imag])
        best = max(best, float(y @ x @ np.linalg.pinv(x) @ y))
    return best


def test_the_limit_of_many_outputs_is_a_number() -> None:
    """SciPy's noncentral F gives none in its far tail, which the search for the limit crosses."""
    goal = SimpleNamespace(false_alarm=0.01)
    limits = [claimed_noncentrality(np.ones(8), 197 * d, 500.0, goal, d) for d in (50, 200, 400)]
    assert np.isfinite(limits).all()
    # twice the outputs need more in all, and less of each
    assert limits[0] < limits[1] < 4 * limits[0] < limits[2] * 4


def test_limits_of_few_degrees_of_freedom_are_not_worked_out_for_minutes(monkeypatch) -> None:
    """Probabilities of so few reach to noncentralities of 1e10, where the series takes minutes."""
    asked, series = [], special.ncfdtr

    def watched(pairs, rest, noncentrality, least):
        asked.append((np.size(noncentrality), np.max(noncentrality)))
        return series(pairs, rest, noncentrality, least)

    monkeypatch.setattr(special, "ncfdtr", watched)
    goal = SimpleNamespace(false_alarm=0.01)
    assert claimed_noncentrality(np.ones(8), 4, 500.0, goal) == np.inf
    few, more = (claimed_noncentrality(np.ones(8), dof, 500.0, goal) for dof in (9, 12))
    assert np.isfinite(few)
    assert few > more
    assert max(count for count, _ in asked) < 10_000
    assert max(largest for _, largest in asked) <= 1e5
