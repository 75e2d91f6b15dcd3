"""A rhythm that is asked about is judged and fitted, in the fewest samples that can tell."""

import math

import numpy as np
import pytest

from epicycle import find_cycles

TWO_DAYS = np.arange(0, 48, 4.0)
ONE_DAY = np.repeat(np.arange(0, 24, 4.0), 3)


def rhythm(t, seed, noise=0.2, period=24.0):
    rng = np.random.default_rng(seed)
    phase = rng.uniform()
    return 8 + np.cos(2 * np.pi * (t / period - phase)) + noise * rng.normal(size=len(t)), phase


@pytest.mark.parametrize("t", [TWO_DAYS, np.arange(0, 50, 4.0), ONE_DAY])
def test_a_rhythm_of_a_day_in_a_short_design(t):
    for seed in range(4):
        y, phase = rhythm(t, seed)
        model = find_cycles(t, y, unit="h", period=24)
        (cycle,) = model.cycles
        assert cycle.period == 24
        assert cycle.known
        assert math.isnan(cycle.period_error)
        assert cycle.false_alarm_probability < 0.01
        assert model.asked.cycle == cycle
        # errors of the design: 4.5 of them is 1 in 1e3 of Student's t with 8 degrees of freedom
        assert abs(cycle.amplitude - 1) < 4.5 * cycle.amplitude_error
        late = (cycle.time_of_maximum - 24 * phase + 12) % 24 - 12
        assert abs(late) < 4.5 * cycle.time_of_maximum_error
        assert np.isnan(model.amplitude_limit)  # no other rhythm was looked for
        assert all(line.kind == "asked" for line in model.lines)


def test_noise_has_its_p_value_and_a_limit():
    model = find_cycles(TWO_DAYS, np.random.default_rng(1).normal(size=12), unit="h", period=24)
    assert not model.cycles
    assert model.asked.false_alarm_probability > 0.01
    assert model.asked.cycle.amplitude_error > 0
    assert model.amplitude_limit > 1  # of 12 samples with a scatter of 1, a smaller one is missed
    assert any("is not claimed" in note for note in model.undecided)


def test_a_range_is_searched_and_nothing_else():
    y, _ = rhythm(TWO_DAYS, 3)
    model = find_cycles(TWO_DAYS, y, unit="h", period=(20, 28))
    (cycle,) = model.cycles
    assert not cycle.known
    assert 0 < cycle.period_error < 1
    assert abs(cycle.period - 24) < 4 * cycle.period_error
    held = find_cycles(TWO_DAYS, y, unit="h", period=24).cycles[0]
    assert cycle.false_alarm_probability > held.false_alarm_probability / 3


def test_the_end_of_a_range_is_no_period():
    y, _ = rhythm(TWO_DAYS, 4)
    for ends in ((18, 21), (27, 40)):
        model = find_cycles(TWO_DAYS, y, unit="h", period=ends)
        assert not model.cycles
        assert not model.lines
        assert model.asked.cycle is None
        assert np.isnan(model.amplitude_limit)
        assert any("rises up to the end" in note for note in model.undecided)


def test_a_design_that_cannot_tell_says_so_with_its_condition_number():
    y, _ = rhythm(TWO_DAYS, 5)
    for asked in ({"period": 300}, {"period": 8}, {"period": (250, 400)}):
        with pytest.raises(ValueError, match="condition number"):
            find_cycles(TWO_DAYS, y, unit="h", **asked)
    with pytest.raises(ValueError, match="condition number infinite"):
        find_cycles(TWO_DAYS, y, unit="h", period=24, known=24)
    model = find_cycles(TWO_DAYS, y, unit="h", period=24, known=25)
    assert any("hardly separates" in note for note in model.undecided)
    model = find_cycles(TWO_DAYS, y, unit="h", period=(20, 300))
    assert any("not judged" in note for note in model.undecided)
    model = find_cycles(TWO_DAYS, y, unit="h", period=4.8)
    assert any("every 4 h look the same" in note and "24 h" in note for note in model.undecided)


def test_too_few_samples_are_not_judged():
    model = find_cycles(TWO_DAYS[:5], rhythm(TWO_DAYS, 6)[0][:5], unit="h", period=24)
    assert not model.cycles
    assert model.asked.condition == math.inf
    assert "too few samples to judge" in model.table()


def test_what_is_constant_has_no_rhythm():
    model = find_cycles(TWO_DAYS, np.full(12, 3.3), unit="h", period=24)
    assert model.asked.false_alarm_probability == 1


def test_a_waveform_gets_the_harmonics_that_the_design_carries():
    t = np.arange(0, 72, 2.0)
    pulse = np.exp(6 * (np.cos(2 * np.pi * (t - 7) / 24) - 1))
    y = pulse + 0.03 * np.random.default_rng(7).normal(size=len(t))
    (cycle,) = find_cycles(t, y, unit="h", period=24).cycles
    assert [h.order for h in cycle.harmonics][:3] == [1, 2, 3]
    # a waveform without a fundamental is one all the same
    y = np.cos(4 * np.pi * t / 24) + np.cos(6 * np.pi * t / 24)
    (cycle,) = find_cycles(t, y + 0.3 * np.random.default_rng(8).normal(size=36), period=24).cycles
    assert {2, 3} <= {h.order for h in cycle.harmonics}


def test_known_periods_are_fitted_beside_it_and_keep_their_rows():
    t = np.arange(0, 96, 3.0)
    y = rhythm(t, 9)[0] + 2 * np.cos(2 * np.pi * t / 12.42)
    model = find_cycles(t, y, unit="h", period=24, known=12.42)
    assert [c.period for c in model.cycles] == [pytest.approx(12.42), 24]
    assert model.asked.cycle.period == 24


def test_errors_of_the_samples_and_groups():
    t = np.tile(TWO_DAYS, 2)
    rng = np.random.default_rng(10)
    y = np.cos(2 * np.pi * t / 24) + np.repeat([0, 3.0], 12) + 0.3 * rng.normal(size=24)
    group = np.repeat(["a", "b"], 12)
    model = find_cycles(t, y, group=group, unit="h", period=24)
    assert model.cycles[0].false_alarm_probability < 1e-6
    # that their scatter differs is not chance, or it is
    assert model.jitter["a"] == model.jitter["b"]
    rough = y + np.where(group == "b", 20, 0) * rng.normal(size=24)
    jitter = find_cycles(t, rough, group=group, unit="h", period=24).jitter
    assert jitter["b"] > 5 * jitter["a"]
    model = find_cycles(TWO_DAYS, y[:12], 0.3 * np.ones(12), unit="h", period=24)
    assert model.cycles[0].amplitude_error == pytest.approx(0.3 * np.sqrt(2 / 12), rel=0.3)


def test_a_long_range_is_found_by_fast_sums(monkeypatch):
    rng = np.random.default_rng(11)
    t = np.sort(rng.uniform(0, 400, 300))
    y = np.cos(2 * np.pi * t / 7.3) + 0.5 * rng.normal(size=300)
    plain = find_cycles(t, y, period=(5, 9)).cycles[0]
    monkeypatch.setattr("epicycle.pursuit.asked._DIRECT", 1)
    assert find_cycles(t, y, period=(5, 9)).cycles[0].period == pytest.approx(plain.period)


def test_a_prediction_goes_on():
    y, phase = rhythm(TWO_DAYS, 12)
    model = find_cycles(TWO_DAYS, y, unit="h", period=24, trend=0)
    later = np.arange(72, 96, 3.0)
    expected = 8 + np.cos(2 * np.pi * (later / 24 - phase))
    value, std = model.predict(later, return_std=True)
    assert np.abs(value - expected).max() < 4 * std.max()
