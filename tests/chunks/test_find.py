"""Chunks say what all samples in memory say, however they are cut, and whatever comes with them."""

from functools import lru_cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import epicycle
from epicycle.chunks.find import find_cycles_in_chunks
from epicycle.model import CycleModel

COUNT, SPAN = 600, 100.0
SHORTEST = 0.4


def times(sampling: str) -> np.ndarray:
    rng = np.random.default_rng(3)
    if sampling == "regular":
        return np.arange(COUNT) * SPAN / COUNT
    if sampling == "nights":
        t = np.repeat(np.arange(100.0), 6) + rng.uniform(0, 0.4, COUNT)
        return np.sort(t)
    return np.sort(rng.uniform(0, SPAN, COUNT))


def values(t: np.ndarray) -> np.ndarray:
    rng = np.random.default_rng(4)
    signal = 0.7 * np.cos(2 * np.pi * 0.2171 * t + 1) + 0.6 * np.cos(2 * np.pi * 1.013 * t - 2)
    return np.asarray(100.0 + 0.02 * t + signal + rng.normal(size=len(t)))


def cut(arrays: list[Any], pieces: int) -> list[tuple[Any, ...]]:
    """Return chunks; None where an array is."""
    parts = np.array_split(np.arange(COUNT), pieces)
    return [tuple(None if a is None else a[part] for a in arrays) for part in parts]


def agree(chunked: CycleModel, whole: CycleModel, part: float) -> None:
    """Hold two results against each other, to a part of the errors."""
    assert len(chunked.cycles) == len(whole.cycles) == 2
    for one, other in zip(chunked.cycles, whole.cycles, strict=True):
        assert abs(one.frequency - other.frequency) < part * other.frequency_error
        assert abs(one.amplitude - other.amplitude) < part * other.amplitude_error
        assert abs(one.period_error / other.period_error - 1) < 0.1
        assert abs(one.amplitude_error / other.amplitude_error - 1) < 0.1
        shift = (one.time_of_maximum - other.time_of_maximum) * other.frequency
        assert abs(shift - round(shift)) < 0.05 * other.phase_error
    at = np.linspace(-20, 120, 7)
    (one, spread), (other, wide) = (m.predict(at, return_std=True) for m in (chunked, whole))
    np.testing.assert_allclose(one, other, rtol=0, atol=0.02)
    np.testing.assert_allclose(spread[1:-1], wide[1:-1], rtol=0.05)
    # beyond the data the one in memory has a level that lives, with a scatter of its own
    np.testing.assert_allclose(spread, wide, rtol=0.15)


@lru_cache
def in_memory(sampling: str) -> CycleModel:
    t = times(sampling)
    return epicycle.find_cycles(t, values(t), minimum_period=SHORTEST, harmonics=1)


@pytest.mark.parametrize("sampling", ["regular", "random"])
def test_chunks_say_what_memory_says(sampling: str) -> None:
    """The same least squares: what differs is the last step of the refinement."""
    t = times(sampling)
    chunked = find_cycles_in_chunks(cut([t, values(t)], 3), minimum_period=SHORTEST, harmonics=1)
    agree(chunked, in_memory(sampling), 1e-2)
    assert chunked.undecided[0].startswith("searched in chunks")
    assert chunked.n_samples == COUNT


def test_nights_are_told_to_repeat_lines() -> None:
    t = times("nights")
    chunked = find_cycles_in_chunks(cut([t, values(t)], 3), minimum_period=SHORTEST)
    assert any("the sampling repeats lines" in note for note in chunked.undecided)


@settings(max_examples=6, deadline=None)
@given(
    pieces=st.integers(1, 40), seed=st.integers(0, 2**16), shuffled=st.booleans(), data=st.data()
)
def test_neither_the_cut_nor_the_order_matters(
    pieces: int, seed: int, shuffled: bool, data: st.DataObject
) -> None:
    t = times("random")
    y = values(t)
    chunks = cut([t, y], pieces)
    chunks = data.draw(st.permutations(chunks)) if shuffled else chunks
    found = find_cycles_in_chunks(lambda: iter(chunks), minimum_period=SHORTEST, harmonics=1)
    agree(found, in_memory("random"), 1e-2)


@pytest.mark.parametrize("what", ["dy", "weights", "group", "dy and group"])
def test_errors_weights_and_groups(what: str) -> None:
    """Errors of about the same size share a weight, to 4 % of it, where there is a jitter."""
    t = times("random")
    rng = np.random.default_rng(5)
    label = np.array(["b", "a", "c"])[rng.integers(0, 3, COUNT)]
    dy = weights = group = None
    y = values(t)
    if "dy" in what:
        dy = rng.uniform(0.5, 1.5, COUNT)
        y = y + dy * rng.normal(size=COUNT)
    if what == "weights":
        weights = rng.uniform(0.2, 3.0, COUNT)
        # (in memory weights that are no inverse variances count less; chunks take their word)
        y = y + 1.6 * rng.normal(size=COUNT) / np.sqrt(weights)
    if "group" in what:
        group = label
        y = y + np.where(label == "a", 50.0, -3.0) + (label == "a") * rng.normal(size=COUNT)
    whole = epicycle.find_cycles(
        t,
        y,
        dy,
        weights=weights,
        group=group,
        per_group="offset",
        minimum_period=SHORTEST,
        harmonics=1,
    )
    chunks = cut([t, y, dy, weights, group], 4)
    chunked = find_cycles_in_chunks(chunks, minimum_period=SHORTEST, harmonics=1)
    agree(chunked, whole, 2e-2)
    assert chunked.jitter.keys() == whole.jitter.keys()
    for name, jitter in whole.jitter.items():
        assert abs(chunked.jitter[name] - jitter) < 0.02 * max(jitter, 0.1)
    assert abs(chunked.residual_std / whole.residual_std - 1) < 1e-3


def test_times_are_exact_to_the_last_bit() -> None:
    """Nanoseconds of sixty years: a float64 of days would be off by 4e-7 of them."""
    t = times("random")
    stamps = np.datetime64("2030-03-01", "ns") + (t * 86400e9).astype("timedelta64[ns]")
    chunked = find_cycles_in_chunks(
        cut([stamps, values(t)], 3), minimum_period=SHORTEST, harmonics=1
    )
    whole = in_memory("random")
    for one, other in zip(chunked.cycles, whole.cycles, strict=True):
        assert abs(one.frequency - other.frequency) < 1e-2 * other.frequency_error


def test_strong_lines_hide_no_weak_ones() -> None:
    t = times("random")
    y = values(t) + 1e6 * np.cos(2 * np.pi * 1.71 * t)
    found = find_cycles_in_chunks(cut([t, y], 3), minimum_period=SHORTEST, harmonics=1)
    assert [round(c.frequency, 2) for c in found.cycles] == [1.71, 0.22, 1.01]


def test_noise_has_no_cycles() -> None:
    t = times("random")
    noise = np.random.default_rng(8).normal(size=COUNT)
    assert find_cycles_in_chunks(cut([t, noise], 3)).cycles == ()
    assert find_cycles_in_chunks(cut([t, np.full(COUNT, 3.0)], 3)).cycles == ()


def test_a_known_period_is_held() -> None:
    t = times("random")
    found = find_cycles_in_chunks(
        cut([t, values(t)], 3), minimum_period=SHORTEST, known=[1 / 0.2171], harmonics=1
    )
    assert [c.known for c in found.cycles] == [True, False]
    assert found.cycles[0].frequency == 1 / (1 / 0.2171)


def test_a_result_is_written_and_read() -> None:
    t = times("random")
    found = find_cycles_in_chunks(cut([t, values(t)], 3), minimum_period=SHORTEST)
    again = CycleModel.from_dict(found.to_dict())
    np.testing.assert_allclose(again.predict([1.0, 2.0]), found.predict([1.0, 2.0]))


def test_progress_is_told_in_rows() -> None:
    told: list[tuple[int, int]] = []
    t = times("random")
    find_cycles_in_chunks(
        cut([t, values(t)], 3), minimum_period=SHORTEST, progress=lambda a, b: told.append((a, b))
    )
    assert told[0] == (COUNT, 0)
    assert told[-1] == (COUNT, COUNT)


def test_memory_ends_a_band_and_says_so() -> None:
    t = times("random")
    chunks = cut([t, values(t)], 3)
    found = find_cycles_in_chunks(chunks, max_memory=1e-4)
    assert found.search.maximum_frequency < 1.2
    assert any("the band was cut" in note for note in found.undecided)
    with pytest.raises(
        ValueError, match=r"minimum_period=0.01 makes a band of .* pass max_memory="
    ):
        find_cycles_in_chunks(chunks, max_memory=1e-4, minimum_period=0.01)


def test_a_source_that_ends_after_one_reading_is_refused() -> None:
    t = times("random")
    once = iter(cut([t, values(t)], 3))
    with pytest.raises(ValueError, match="source gave 600 usable rows at first and 0 later"):
        find_cycles_in_chunks(lambda: once)


def test_groups_that_no_trend_can_be_told_from() -> None:
    rng = np.random.default_rng(4)
    t = np.r_[np.zeros(20), np.ones(20), 2.0]
    group = [1] * 20 + [2] * 20 + [3]
    assert find_cycles_in_chunks([(t, rng.normal(size=41), None, None, group)]).cycles == ()


@pytest.mark.parametrize("size", [1e-30, 1e30])
def test_values_may_have_any_size(size: float) -> None:
    t = times("random")
    found = find_cycles_in_chunks(
        cut([t, size * values(t)], 2), minimum_period=SHORTEST, harmonics=1
    )
    for one, other in zip(found.cycles, in_memory("random").cycles, strict=True):
        assert abs(one.frequency - other.frequency) < 1e-2 * other.frequency_error
        assert one.amplitude == pytest.approx(size * other.amplitude, rel=1e-4)


def test_few_samples_claim_no_cycle() -> None:
    t = np.arange(11.0)
    assert find_cycles_in_chunks([(t, np.cos(2 * t))]).cycles == ()


def test_bad_arguments_are_refused() -> None:
    t = times("random")
    chunks = cut([t, values(t)], 3)
    with pytest.raises(ValueError, match="trend='piecewise' needs all samples in memory"):
        find_cycles_in_chunks(chunks, trend="piecewise")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="known has the period 1000"):
        find_cycles_in_chunks(chunks, known=[1000.0])
