"""The simulators and judges of benchmarks/accuracy say what their docstrings say."""

import argparse
import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "benchmarks"))

from accuracy import (
    broad,
    campaigns,
    changes,
    cliffs,
    decidable,
    default_noise,
    ratios,
    samplings,
    shapes,
    sharp,
    survey,
    verdict,
)

SEED = 3


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(SEED)


# ---- Samplings and shapes --------------------------------------------------------------------


@pytest.mark.parametrize("kind", samplings.SURVEYS)
def test_surveys_have_ascending_times_within_their_years(
    kind: str, rng: np.random.Generator
) -> None:
    t = samplings.survey(kind, rng, 200, 4.0)
    assert np.all(np.diff(t) >= 0)
    assert 100 <= len(t) <= 200
    assert np.ptp(t) < 4.0 * 365.25 + 2
    assert np.ptp(t) > 3.0 * 365.25 - 240


def test_one_visit_a_night_is_one_visit_a_night(rng: np.random.Generator) -> None:
    # 150 visits scattered by .12 d: the closest are near one day apart, rarely less than half
    gaps = np.diff(samplings.survey("nightly", rng, 150, 2.0))
    assert np.quantile(gaps, 0.02) > 0.5
    assert np.diff(samplings.survey("every 3 nights", rng, 100, 2.0)).min() > 2.5


def test_four_exposures_are_twenty_minutes_apart(rng: np.random.Generator) -> None:
    gaps = np.diff(samplings.survey("four a night", rng, 200, 2.0).reshape(-1, 4), axis=1)
    assert np.allclose(gaps, 1 / 72, atol=6 * np.sqrt(2) * 0.0005)


@pytest.mark.parametrize("kind", samplings.RASTERS)
def test_rasters_ascend_and_are_not_all_alike(kind: str, rng: np.random.Generator) -> None:
    gaps = np.diff(samplings.RASTERS[kind](rng))
    assert gaps.min() > 0
    assert (np.ptp(gaps) == 0) == (kind == "every day")


@pytest.mark.parametrize("make", [shapes.rr_ab, shapes.rr_c, shapes.eclipses, shapes.spots])
def test_shapes_have_period_one_and_height_one(make: object, rng: np.random.Generator) -> None:
    shape = make(rng)  # type: ignore[operator]
    x = np.arange(4096) / 4096
    assert np.ptp(shape(x)) == pytest.approx(1.0, abs=1e-12)
    assert np.allclose(shape(x + 7), shape(x), atol=1e-9)


def test_equal_minima_repeat_after_half_a_turn(rng: np.random.Generator) -> None:
    x = np.linspace(0, 1, 500)
    equal = shapes.eclipses(rng, equal=True)
    assert np.allclose(equal(x), equal(x + 0.5), atol=1e-9)
    unequal = shapes.eclipses(rng)
    assert np.abs(unequal(x) - unequal(x + 0.5)).max() > 0.05


def test_a_sawtooth_has_a_weak_fundamental(rng: np.random.Generator) -> None:
    lines = np.abs(np.fft.rfft(shapes.sawtooth(rng)(np.arange(64) / 64)))[1:7]
    assert lines[0] < 0.6 * lines[1]
    assert np.all(lines[:5] > 100 * lines[5])


# ---- Series ----------------------------------------------------------------------------------


def test_stars_are_of_all_kinds_and_within_their_periods() -> None:
    seen = set()
    for number in range(70):
        one = survey.star(SEED, number)
        _, shortest, longest = survey.KINDS[one.kind]
        assert shortest <= one.period <= longest
        assert len(one.t) == len(one.y) == len(one.dy) == len(one.band)
        assert np.all(one.dy > 0)
        assert np.all(np.isfinite(one.y))
        seen.add((one.kind, one.sampling))
    assert len(seen) == len(survey.KINDS) * len(samplings.SURVEYS)


def test_the_seed_decides_everything() -> None:
    a, b, other = survey.star(SEED, 8), survey.star(SEED, 8), survey.star(SEED + 1, 8)
    assert np.array_equal(a.y, b.y)
    assert a.period != other.period
    for module in (campaigns, sharp, ratios, broad):
        first, again, next_one = (module.series(SEED, 0, k) for k in (1, 1, 2))
        assert np.array_equal(first[1], again[1])
        assert not np.array_equal(first[1][:50], next_one[1][:50])


def test_changes_change_what_they_say() -> None:
    one = survey.star(SEED, 3)
    other, options = changes.changed(one, "errors / 2", SEED)
    assert np.allclose(other.dy, one.dy / 2)
    assert not options
    assert np.array_equal(changes.changed(one, "negated", SEED)[0].y, -one.y)
    first, second = (changes.changed(one, name, SEED)[0] for name in ("63 %", "other 63 %"))
    assert len(first.t) == len(second.t) == round(0.63 * len(one.t))
    assert not np.array_equal(first.t, second.t)
    assert changes.changed(one, "minimum_period .005", SEED)[1] == {"minimum_period": 0.005}


def test_campaigns_are_years_apart() -> None:
    for row in range(len(campaigns.ROWS)):
        t, _, period = campaigns.series(SEED, row, 0)
        assert 365 < np.diff(t).max() < 3653
        assert 0.3 <= period <= 3.0


@pytest.mark.parametrize("row", range(len(sharp.ROWS)))
def test_dips_are_short_and_three_fit(row: int) -> None:
    t, y, period, _ = sharp.series(SEED, row, 1)
    assert np.ptp(t) >= 2.99 * period
    assert len(y) == len(t)


def test_a_broad_peak_holds_cycles_of_the_mean_length_it_says() -> None:
    t, y, mean = broad.series(SEED, 0, 0)
    assert len(t) == 309
    # 309 years hold 28 cycles, whose mean length has an error of .11 * 10.9 / sqrt(28) = .23
    assert abs(mean - 10.9) < 5 * 0.23
    smooth = np.convolve(y - y.mean(), np.ones(3), "valid")
    assert abs(np.count_nonzero(np.diff(np.sign(smooth)) > 0) - 309 / mean) < 10


@pytest.mark.parametrize("name", default_noise.WHITE)
def test_every_sampling_of_noise_has_times(name: str, rng: np.random.Generator) -> None:
    assert len(default_noise.times(name, rng)) >= 30


def test_a_star_is_the_same_whatever_band_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    monkeypatch.setattr(
        verdict, "outcome", lambda t, y, dy, **options: seen.append((t, y, options)) or {}
    )
    for row in (1, 3):
        cliffs.judge((SEED, row, 0))
    assert np.array_equal(seen[0][1], seen[1][1])
    assert seen[0][2] != seen[1][2]


# ---- Judging ---------------------------------------------------------------------------------


def found(period: float, *aliases: tuple[float, float], **more: object) -> dict[str, object]:
    return {
        "periods": [period],
        "alarm": 1e-9,
        "aliases": [(p, odds, "day") for p, odds in aliases],
        "undecided": [],
        **more,
    }


def test_a_wrong_period_counts_as_claimed_unless_it_is_told() -> None:
    assert verdict.verdict(found(2.0), 1.0)["wrong"]
    assert not verdict.verdict(found(1.005), 1.0)["wrong"]
    assert not verdict.verdict(found(2.0, alarm=0.3), 1.0)["wrong"]
    told = verdict.verdict(found(2.0, (1.0, 0.5)), 1.0)
    assert told["told"]
    assert told["holds"]
    assert not told["wrong"]


def test_a_set_without_the_truth_does_not_hold_it() -> None:
    told = verdict.verdict(found(2.0, (3.0, 0.5)), 1.0)
    assert told["told"]
    assert not told["holds"]


def test_odds_against_the_claim_are_no_doubt_but_a_contradiction() -> None:
    judged = verdict.verdict(found(2.0, (1.0, 1e10)), 1.0)
    assert judged["overruled"]
    assert not judged["told"]
    assert judged["wrong"]


def test_a_sentence_tells_if_it_names_the_period() -> None:
    said = ["period 2: the data hardly tell it from its alias 1 (day, odds 0.02)"]
    assert verdict.verdict(found(2.0, undecided=said), 1.0)["holds"]
    assert not verdict.verdict(found(5.0, undecided=said), 1.0)["told"]
    assert not verdict.verdict(found(2.0, undecided=["period 2 comes and goes"]), 1.0)["told"]


def test_half_the_period_is_right_for_equal_minima_only() -> None:
    assert verdict.verdict(found(0.5), 1.0, (1.0, 0.5))["right"]
    assert not verdict.verdict(found(0.5), 1.0)["right"]


def test_nothing_found_is_neither_right_nor_wrong() -> None:
    judged = verdict.verdict({"periods": [], "alarm": None, "aliases": [], "undecided": []}, 1.0)
    assert judged["nothing"]
    assert not judged["wrong"]


# ---- What the data decide --------------------------------------------------------------------


def samples(t: np.ndarray, y: np.ndarray, noise: float) -> decidable.Samples:
    return decidable.Samples(t, y, np.full(len(t), noise), np.full(len(t), ""))


def test_one_hour_a_night_decides_nothing_about_the_day(rng: np.random.Generator) -> None:
    night = np.sort(rng.choice(600, 300, replace=False))
    wave = lambda t: np.cos(2 * np.pi * t / 0.37)  # noqa: E731
    noise = 0.2 * rng.normal(size=300)
    strict = night + 0.001 * rng.random(300)
    assert decidable.margin(samples(strict, wave(strict) + noise, 0.2), 0.37) < decidable.ENOUGH
    loose = night + 0.3 * rng.random(300)
    assert decidable.margin(samples(loose, wave(loose) + noise, 0.2), 0.37) > decidable.ENOUGH


def test_what_was_claimed_is_compared(rng: np.random.Generator) -> None:
    t = np.sort(rng.uniform(0, 1000, 200))
    seen = samples(t, np.cos(2 * np.pi * t / 17.3) + 0.1 * rng.normal(size=200), 0.1)
    # the claimed one explains all: log(1 + 0.5 / 0.01) of 200 samples
    assert decidable.margin(seen, 3.3, claimed=17.3) < -100 * np.log(51)
    assert decidable.margin(seen, 3.3) > decidable.margin(seen, 3.3, claimed=17.3) + 100


def test_noise_decides_nothing(rng: np.random.Generator) -> None:
    t = np.sort(rng.uniform(0, 50, 150))
    margin = decidable.margin(samples(t, rng.normal(size=150), 1.0), 3.3, trials=1000.0)
    assert margin < 0


def test_the_frequency_is_refined(rng: np.random.Generator) -> None:
    t = np.sort(rng.uniform(0, 100, 200))
    y = shapes.rr_ab(rng)(t / 0.6) + 0.01 * rng.normal(size=200)
    _, frequency = samples(t, y, 0.01).fit(1 / 0.6 + 0.0005, 8, steps=8)
    # the bound is about sqrt(6) sigma / (pi T A sqrt(N)) = 3e-6 for the fundamental alone
    assert abs(frequency - 1 / 0.6) < 2e-5


def test_a_scaled_run_is_never_smaller_than_a_quick_one() -> None:
    def size(scale: float, quick: bool = False) -> int:
        return verdict.size(argparse.Namespace(quick=quick, scale=scale), 10, 300)

    assert [size(1.0), size(0.1), size(0.001), size(1.0, quick=True)] == [300, 30, 10, 10]
