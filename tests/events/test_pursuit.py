"""Cycles in the rate of events: statistics, honest probabilities and errors, and their limits."""

import json
from typing import Any

import numpy as np
import pytest
from scipy import stats

from epicycle import CycleModel, find_cycles
from tests.events.trains import BAND, Pulsar, beats, pulsar

# ---- Probabilities ---------------------------------------------------------------------------


@pytest.mark.parametrize("weighted", [False, True])
def test_a_constant_rate_passes_for_a_cycle_as_rarely_as_stated(weighted: bool) -> None:
    trials, false_alarm = 300, 0.05
    false = 0
    for seed in range(trials):
        rng = np.random.default_rng([seed, 6])
        t = rng.uniform(0, 100.0, 100)
        weights = rng.beta(1.0, 1.5, 100) if weighted else None
        result = find_cycles(
            t,
            weights=weights,
            minimum_period=2.0 / 3,
            maximum_period=4.0,
            max_cycles=1,
            false_alarm=false_alarm,
        )
        false += bool(result.cycles)
    # The grid loses up to 3 % of a maximum of about 8, and with 100 events high powers are rarer
    # than exponential: exp(-z^2 / 4n) of them, 15 % (Zar 1999, eq. 27.4).
    assert stats.binom.ppf(1e-4, trials, 0.7 * false_alarm) <= false
    assert false <= stats.binom.ppf(1 - 1e-4, trials, 1.1 * false_alarm)


@pytest.mark.parametrize("n", [1000, 30_000])
def test_a_constant_rate_has_no_cycles_in_the_default_band(n: int) -> None:
    for seed in range(5):
        t = np.random.default_rng([seed, n]).uniform(0, 1000.0, n)
        assert find_cycles(t, minimum_period=0.5, false_alarm=1e-4).cycles == ()


# ---- Finding -------------------------------------------------------------------------------


FREQUENCY, MODULATION, SPAN, EVENTS = 1.2345, 0.7, 1000.0, 1500


@pytest.fixture(scope="module")
def found() -> list[tuple[CycleModel, Pulsar]]:
    result = []
    for seed in range(60):
        events = pulsar(
            np.random.default_rng([seed, 8]), EVENTS, SPAN, FREQUENCY, MODULATION, weighted=True
        )
        model = find_cycles(events.t, weights=events.weights, **BAND, max_cycles=1)
        result.append((model, events))
    return result


def test_a_weighted_pulsar_is_found_with_an_honest_error(
    found: list[tuple[CycleModel, Pulsar]],
) -> None:
    pulls = []
    for model, _ in found:
        (cycle,) = model.cycles
        assert abs(cycle.frequency - FREQUENCY) < 0.5 / SPAN
        pulls.append((cycle.frequency - FREQUENCY) / cycle.frequency_error)
    low, high = stats.chi2.ppf([1e-4, 1 - 1e-4], len(pulls))
    assert low < np.square(pulls).sum() < high


def test_the_amplitude_is_the_modulation_of_the_weighted_rate(
    found: list[tuple[CycleModel, Pulsar]],
) -> None:
    pulls = []
    for model, events in found:
        first = model.cycles[0].harmonics[0]
        # an event of weight w is modulated by w p, and counts w times
        w = events.weights
        expected = MODULATION * np.sum(w**2) / np.sum(w)
        assert isinstance(first.amplitude, float)
        assert isinstance(first.amplitude_error, float)
        pulls.append((first.amplitude - expected) / first.amplitude_error)
    low, high = stats.chi2.ppf([1e-4, 1 - 1e-4], len(pulls))
    assert low < np.square(pulls).sum() < high
    assert abs(np.mean(pulls)) < 4 / np.sqrt(len(pulls))


def test_the_weights_are_worth_their_while(found: list[tuple[CycleModel, Pulsar]]) -> None:
    """Unweighted, z = N (p mean w)^2 / 4 against N p^2 mean w^2 / 4 with weights: 1.4 for these."""
    # with as many orders to choose from: fewer are worth a smaller probability by themselves
    plain = [find_cycles(e.t, **BAND, max_cycles=1) for _, e in found[:10]]
    gains = [
        model.cycles[0].false_alarm_probability < other.cycles[0].false_alarm_probability
        for (model, _), other in zip(found[:10], plain, strict=True)
        if other.cycles
    ]
    assert sum(gains) + sum(not other.cycles for other in plain) >= 9


def test_prediction_is_the_relative_rate() -> None:
    t, _ = pulsar(np.random.default_rng(9), 4000, 1000.0, 0.3, 0.6)
    model = find_cycles(t, minimum_period=1.0, max_cycles=1, harmonics=1)
    grid = np.linspace(0, 1000, 5001)
    rate = model.predict(grid)
    truth = 1 + 0.6 * np.cos(2 * np.pi * 0.3 * grid)
    # cosine and sine each have the variance 2 / N, the frequency adds half of that again
    assert np.mean((rate - truth) ** 2) < stats.chi2.ppf(1 - 1e-6, 3) / 4000
    assert rate.mean() == pytest.approx(1.0, abs=0.01)
    # where more events are predicted, more there were
    count, _ = np.histogram((0.3 * t) % 1, bins=4, range=(0, 1))
    assert count[0] + count[3] > 1.5 * (count[1] + count[2])


def test_drift_is_recovered() -> None:
    pulls = []
    drift = 6.0 / SPAN**2
    for seed in range(30):
        events = pulsar(np.random.default_rng([seed, 10]), 1000, SPAN, FREQUENCY, 0.8, drift=drift)
        model = find_cycles(events.t, **BAND, max_cycles=1, harmonics=1, drift=True)
        (cycle,) = model.cycles
        assert cycle.frequency_drift is not None
        assert cycle.frequency_drift_error is not None
        pulls += [
            (cycle.frequency - FREQUENCY - drift * model.reference_time) / cycle.frequency_error,
            (cycle.frequency_drift - drift) / cycle.frequency_drift_error,
        ]
    low, high = stats.chi2.ppf([1e-4, 1 - 1e-4], len(pulls))
    assert low < np.square(pulls).sum() < high


@pytest.mark.parametrize("drift", [False, True])
def test_drift_is_reported_only_where_it_was_fitted(drift: bool) -> None:
    t, _ = pulsar(np.random.default_rng(11), 500, 100.0, 1.0, 0.8)
    (cycle,) = find_cycles(t, **BAND, max_cycles=1, drift=drift).cycles
    assert (cycle.frequency_drift is not None) == drift
    assert (cycle.frequency_drift_error is not None) == drift


def test_the_ladder_finds_what_no_grid_could_hold() -> None:
    frequency, baseline = 17.0321, 3e7
    t, _ = pulsar(np.random.default_rng(12), 4000, baseline, frequency, 0.9)
    model = find_cycles(t, minimum_period=1 / 30, maximum_period=1.0, max_cycles=1)
    assert model.search.strategy == "ladder"
    assert model.search.n_frequencies > 4e9
    (cycle,) = model.cycles
    assert abs(cycle.frequency - frequency) < 5 * cycle.frequency_error
    assert cycle.frequency_error < 0.1 / baseline


@pytest.mark.parametrize("seed", range(4))
def test_two_pulses_per_turn_have_the_frequency_of_the_turn(seed: int) -> None:
    """Nearly all power is in the second harmonic; the first decides."""
    rng = np.random.default_rng([seed, 13])
    t, _ = pulsar(rng, 3000, 1000.0, 0.61, 0.25, order_two=0.6)
    model = find_cycles(t, minimum_period=0.4, max_cycles=1)
    (cycle,) = model.cycles
    assert abs(cycle.frequency - 0.61) < 5 * cycle.frequency_error
    assert [h.order for h in cycle.harmonics][:2] == [1, 2]
    assert cycle.harmonics[1].amplitude > cycle.harmonics[0].amplitude


def test_a_plain_sinusoid_is_not_halved() -> None:
    for seed in range(10):
        t, _ = pulsar(np.random.default_rng([seed, 14]), 1000, 1000.0, 0.61, 0.7)
        (cycle,) = find_cycles(t, minimum_period=0.4, max_cycles=1).cycles
        assert abs(cycle.frequency - 0.61) < 5 * cycle.frequency_error


def test_one_source_is_one_cycle() -> None:
    for seed in range(10):
        t, _ = pulsar(np.random.default_rng([seed, 24]), 2000, 1000.0, 0.61, 0.7)
        assert len(find_cycles(t, **BAND, harmonics=1).cycles) == 1


def test_two_sources_are_told_apart() -> None:
    rng = np.random.default_rng(15)
    one, _ = pulsar(rng, 1500, 1000.0, 0.61, 0.8)
    two, _ = pulsar(rng, 1000, 1000.0, 0.83, 0.8)
    model = find_cycles(np.concatenate([one, two]), **BAND, max_cycles=2)
    assert len(model.cycles) == 2
    for cycle, frequency, share in zip(model.cycles, (0.61, 0.83), (0.6, 0.4), strict=True):
        assert abs(cycle.frequency - frequency) < 5 * cycle.frequency_error
        assert abs(cycle.harmonics[0].amplitude - 0.8 * share) < (
            5 * cycle.harmonics[0].amplitude_error
        )


def test_the_stated_limit_would_have_been_seen() -> None:
    """Where nothing was found, a modulation of the limit is found nearly always."""
    rng = np.random.default_rng(16)
    quiet = find_cycles(rng.uniform(0, 1000, 1000), **BAND)
    assert quiet.cycles == ()
    limit = quiet.amplitude_limit
    assert isinstance(limit, float)
    assert 0.05 < limit < 0.4
    seen = 0
    for seed in range(20):
        t, _ = pulsar(np.random.default_rng([seed, 17]), 1000, 1000.0, 0.7, 1.2 * limit)
        model = find_cycles(t, **BAND, max_cycles=1)
        seen += any(abs(c.frequency - 0.7) < 1e-3 for c in model.cycles)
    assert seen >= 15


# ---- Times, exchange, errors -----------------------------------------------------------------


def test_datetimes_are_events_too() -> None:
    t, _ = pulsar(np.random.default_rng(18), 800, 500.0, 0.42, 0.8)
    nanoseconds = np.rint(t * 3600e9).astype("int64")
    dates = np.datetime64("2024-03-01", "ns") + nanoseconds.astype("timedelta64[ns]")
    model = find_cycles(dates, unit="h", minimum_period=1.0, max_cycles=1)
    numbers = find_cycles(t, minimum_period=1.0, max_cycles=1)
    (cycle,), (other,) = model.cycles, numbers.cycles
    assert model.unit == "h"
    assert abs(cycle.frequency - other.frequency) < 1e-3 * other.frequency_error
    start = np.datetime64("2024-03-01")
    offset = (np.datetime64(model.reference_time, "us") - start) / np.timedelta64(1, "h")
    assert float(offset) == pytest.approx(numbers.reference_time, abs=1e-6)
    np.testing.assert_allclose(model.predict(dates[:50]), numbers.predict(t[:50]), atol=1e-3)


def test_a_result_survives_json() -> None:
    t, weights = pulsar(np.random.default_rng(19), 800, 500.0, 0.42, 0.9, weighted=True)
    model = find_cycles(t, weights=weights, minimum_period=1.0, max_cycles=1, drift=True)
    document: dict[str, Any] = json.loads(json.dumps(model.to_dict(), allow_nan=False))
    assert document["schema"] == "epicycle.cycles/1"
    assert document["n_samples"] == 800
    again = CycleModel.from_dict(document)
    assert again.cycles == model.cycles
    assert again.undecided == model.undecided
    grid = np.linspace(-100, 600, 200)
    np.testing.assert_array_equal(again.predict(grid), model.predict(grid))


def test_no_cycle_is_a_result() -> None:
    model = find_cycles(np.random.default_rng(20).uniform(0, 100, 200), **BAND)
    assert model.cycles == ()
    assert model.lines == ()
    np.testing.assert_array_equal(model.predict([0.0, 3.0]), 1.0)
    json.dumps(model.to_dict(), allow_nan=False)


def test_events_of_no_weight_are_left_out() -> None:
    t, _ = pulsar(np.random.default_rng(21), 300, 100.0, 1.0, 0.8)
    far = np.append(t, [1e4, 2e4])
    model = find_cycles(far, weights=np.append(np.ones(300), [0.0, 0.0]), **BAND)
    assert (model.n_samples, model.n_dropped) == (300, 2)
    assert model.baseline == pytest.approx(np.ptp(t))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"dy": np.ones(50)}, r"^dy was given without y: events have no values\."),
        ({"group": np.zeros(50)}, r"^group was given without y: events have no values\."),
        ({"known": 3.0}, r"^known and exposure apply to values, not to events\."),
        ({"exposure": 0.1}, r"^known and exposure apply to values, not to events\."),
        ({"weights": np.full(50, -1.0)}, r"^weights "),
        ({"weights": np.ones(49)}, r"^weights "),
        ({"weights": np.append(np.zeros(41), np.ones(9))}, r"^t has 9 events of weight above 0"),
    ],
)
def test_what_events_cannot_have_is_refused(options: dict[str, Any], message: str) -> None:
    t = np.random.default_rng(22).uniform(0, 10, 50)
    with pytest.raises(ValueError, match=message):
        find_cycles(t, **options)


def test_too_few_events_are_refused() -> None:
    with pytest.raises(ValueError, match=r"^t has 9 events .* needs at least 10"):
        find_cycles(np.random.default_rng(23).uniform(0, 10, 9))


# ---- Almost a clock --------------------------------------------------------------------------


@pytest.mark.parametrize("scatter", [1e-3, 0.01, 0.05])
@pytest.mark.parametrize("limits", [{}, {"minimum_period": 2.0}], ids=["default", "short periods"])
def test_nearly_regular_events_are_one_cycle(scatter: float, limits: dict[str, Any]) -> None:
    for seed in range(3):
        t = 7.3 * beats(np.random.default_rng([seed, 30]), 250, scatter)
        (cycle,) = find_cycles(t, **limits).cycles
        assert abs(cycle.period - 7.3) < 5 * cycle.period_error
        # the mean of 249 intervals
        assert cycle.period_error == pytest.approx(7.3 * scatter / np.sqrt(249), rel=0.5)
        # 1 / (2 pi^2 .05^2) is a twelfth of the baseline
        assert (cycle.coherence_time is not None) == (scatter == 0.05)


def test_a_phase_that_wanders_is_told() -> None:
    model = find_cycles(beats(np.random.default_rng(31), 400, 0.06))
    (note,) = [text for text in model.undecided if "wanders" in text]
    assert "6 % of a turn" in note or "5.9 % of a turn" in note or "6.1 % of a turn" in note
    assert model.cycles[0].aliases == ()


def test_ticks_on_a_raster_are_a_cycle() -> None:
    (cycle,) = find_cycles(60.0 * np.arange(100)).cycles
    assert cycle.period == pytest.approx(60.0, rel=1e-12)
    rng = np.random.default_rng(32)
    # whole seconds, a few of them late, a fifth of the runs missing
    t = np.rint(60.0 * np.arange(300) + rng.exponential(1.5, 300))[rng.random(300) > 0.2]
    (cycle,) = find_cycles(t).cycles
    # chance scatter of 1.5 s is read off, and hardly wanders: sqrt(12) 1.5 / 240^1.5 at least
    assert abs(cycle.period - 60) < 5 * cycle.period_error < 0.05


@pytest.mark.parametrize("harmonic", [2, 7])
def test_a_comb_is_told_at_its_fundamental(harmonic: int) -> None:
    """Any line of sharp pulses may be the strongest; weights keep the intervals out of it."""
    rng = np.random.default_rng([33, harmonic])
    t = np.arange(300)[rng.random(300) > 0.3] + 1e-3 * rng.normal(size=300)[:210].mean()
    t = t + 1e-3 * rng.normal(size=len(t))
    weights = rng.uniform(0.5, 1.0, len(t))
    (cycle,) = find_cycles(t, weights=weights, minimum_period=0.9 / harmonic).cycles
    assert cycle.period == pytest.approx(1.0, abs=1e-4)


def test_a_dead_time_is_said_and_no_cycle() -> None:
    claimed = 0
    for seed in range(5):
        gaps = 0.5 + 0.5 * np.random.default_rng([seed, 34]).exponential(size=300)
        model = find_cycles(np.cumsum(gaps))
        claimed += len(model.cycles)
        assert any("dead time" in text for text in model.undecided)
    assert claimed <= 1


@pytest.mark.parametrize("ratio", [2.52, 1.76])
def test_a_second_cycle_has_room_within_some_tens_of_turns(ratio: float) -> None:
    """Half-widths around halves and thirds of the first one used to hide a part of the band."""
    rng = np.random.default_rng(2)
    t = np.sort(rng.uniform(0, 100, 3000))
    wave = 0.5 * np.cos(2.1 * t) + 0.5 * np.cos(2.1 * ratio * t)
    found = find_cycles(t[rng.random(3000) < 0.5 * (1 + wave)], minimum_period=1.0)
    periods = sorted(cycle.period for cycle in found.cycles)
    assert periods == pytest.approx([2 * np.pi / (2.1 * ratio), 2 * np.pi / 2.1], rel=0.01)
