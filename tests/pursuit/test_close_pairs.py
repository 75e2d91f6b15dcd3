"""Lines closer than one over the baseline are told apart, but only where there is no doubt."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from epicycle import find_cycles
from epicycle.model import CycleModel

#: What rounding may do to a frequency, in units of 1/T.  At a distance of d/T the third power of
#: pi d tells two lines from one that changes: 1e-16 / (0.05 pi)^3 = 3e-14, and some 1000 samples,
#: phases of up to 1000 turns and amplitudes that differ by ten may make a thousand times that.
ROUNDING = 1e-9


def signal(t: np.ndarray, lines: list[tuple[float, float, float]]) -> np.ndarray:
    return sum(a * np.cos(2 * np.pi * (f * t - phase)) for f, a, phase in lines)


def times(sampling: str, n: int, seed: int = 0) -> np.ndarray:
    if sampling == "regular":
        return np.arange(n, dtype=np.float64)
    return np.sort(np.random.default_rng(seed).uniform(0, n, n))


def frequencies(model: CycleModel) -> np.ndarray:
    return np.sort([line.frequency for line in model.lines])


def has_close_lines(model: CycleModel) -> bool:
    return bool((np.diff(frequencies(model)) < 0.95 / model.baseline).any())


def assert_told_apart(model: CycleModel, lines: list[tuple[float, float, float]]) -> None:
    lines = sorted(lines)
    assert len(model.lines) == len(lines)
    found = sorted(model.lines, key=lambda line: line.frequency)
    width = 1 / model.baseline
    for line, (frequency, amplitude, _) in zip(found, lines, strict=True):
        assert abs(line.frequency - frequency) < ROUNDING * width
        # amplitudes follow the distance of the frequencies
        assert line.amplitude == pytest.approx(amplitude, rel=100 * ROUNDING)


@pytest.mark.parametrize("sampling", ["regular", "random"])
@pytest.mark.parametrize("gap", [0.9, 0.5, 0.1])
def test_a_pair_without_noise_is_told_apart(sampling: str, gap: float) -> None:
    t = times(sampling, 800)
    width = 1 / np.ptp(t)
    lines = [(0.2371, 1.0, 0.1), (0.2371 + gap * width, 0.6, 0.35), (0.1123, 0.2, 0.5)]
    model = find_cycles(t, signal(t, lines))
    assert_told_apart(model, lines)
    # nothing next to them is unresolved any more
    assert not any("not resolved" in note for note in model.undecided)


@settings(max_examples=12)
@given(
    st.floats(0.05, 0.95), st.floats(0.1, 1.0), st.floats(0, 1), st.sampled_from(["even", "random"])
)
def test_a_pair_of_any_kind(gap: float, ratio: float, phase: float, sampling: str) -> None:
    t = times("regular" if sampling == "even" else "random", 700)
    lines = [(0.1893, 1.0, 0.0), (0.1893 + gap / np.ptp(t), ratio, phase)]
    assert_told_apart(find_cycles(t, signal(t, lines), max_cycles=2), lines)


@pytest.mark.parametrize(("gap", "ratio"), [(0.90625, 0.553002346202288), (0.915, 0.57)])
def test_fewest_lines_go_first(gap: float, ratio: float) -> None:
    """Four lines of the place next to a pair imitate it: the pair itself needs two."""
    t = times("random", 700)
    lines = [(0.1893, 1.0, 0.0), (0.1893 + gap / np.ptp(t), ratio, 0.0)]
    assert_told_apart(find_cycles(t, signal(t, lines), max_cycles=2), lines)


@pytest.mark.parametrize("offsets", [(0.0, 0.3, 0.57), (0.0, 0.6, 1.24), (0.0, 0.9, 1.51)])
def test_three_lines_in_the_place_of_one(offsets: tuple[float, ...]) -> None:
    t = times("regular", 1200)
    amplitude, phase = (0.9, 1.0, 0.7), (0.3, 0.1, 0.6)
    lines = [(0.2 + d / np.ptp(t), a, p) for d, a, p in zip(offsets, amplitude, phase, strict=True)]
    assert_told_apart(find_cycles(t, signal(t, lines)), lines)


def test_weak_lines_get_the_places_that_pairs_had_taken() -> None:
    """What two pairs leave is stronger than the other lines, and the number of lines is limited."""
    t = times("regular", 1500)
    width = 1 / np.ptp(t)
    lines = [(0.11, 1.0, 0.1), (0.11 + 0.7 * width, 0.9, 0.6), (0.31, 0.8, 0.2)]
    lines += [(0.31 + 0.4 * width, 0.9, 0.7), (0.17, 0.02, 0.3), (0.26, 0.03, 0.8)]
    model = find_cycles(t, signal(t, lines), max_cycles=6, harmonics=1)
    assert_told_apart(model, lines)


def test_a_pair_without_a_line_between_is_found() -> None:
    """Of two lines in antiphase, none in the middle takes much, and the last look drops it."""
    t = times("regular", 4096)
    rng = np.random.default_rng([20260101, 32, 2])
    frequency, amplitude = rng.uniform(0.05, 0.45, 32), rng.uniform(0.1, 1.0, 32)
    lines = [(float(f), float(a), 0.0) for f, a in zip(frequency, amplitude, strict=True)]
    assert_told_apart(find_cycles(t, signal(t, lines), max_cycles=32, harmonics=1), lines)


def test_a_pair_in_two_outputs() -> None:
    t = times("random", 600, 3)
    f = 0.2371, 0.2371 + 0.5 / np.ptp(t)
    y = np.column_stack(
        [
            signal(t, [(f[0], 1.0, 0.1), (f[1], 0.6, 0.35)]),
            signal(t, [(f[0], 0.3, 0.7), (f[1], 2.0, 0.2)]),
        ]
    )
    np.testing.assert_allclose(frequencies(find_cycles(t, y)), f, atol=ROUNDING / np.ptp(t))


def test_a_companion_of_a_known_period() -> None:
    t = times("regular", 800)
    lines = [(0.25, 1.0, 0.1), (0.25 + 0.5 / np.ptp(t), 0.6, 0.35)]
    model = find_cycles(t, signal(t, lines), known=4.0)
    assert_told_apart(model, lines)
    assert [cycle.known for cycle in model.cycles] == [True, False]


def test_the_number_of_cycles_stays_limited() -> None:
    t = times("regular", 800)
    y = signal(t, [(0.25, 1.0, 0.1), (0.25 + 0.5 / np.ptp(t), 0.6, 0.35)])
    assert len(find_cycles(t, y, max_cycles=1).cycles) == 1


def test_errors_of_a_pair_in_weak_noise_are_honest() -> None:
    t = times("regular", 1000)
    lines = [(0.2371, 1.0, 0.1), (0.2371 + 0.5 / np.ptp(t), 0.6, 0.35)]
    pulls = []
    for seed in range(8):
        noise = 1e-4 * np.random.default_rng(seed).normal(size=len(t))
        model = find_cycles(t, signal(t, lines) + noise, max_cycles=2)
        assert has_close_lines(model)
        found = sorted(model.lines, key=lambda line: line.frequency)
        for line, (frequency, amplitude, _) in zip(found, lines, strict=True):
            pulls.append((line.frequency - frequency) / line.frequency_error)
            pulls.append((line.amplitude - amplitude) / line.amplitude_error)
    # 32 values, of which those of one pair are hardly independent: 8 pairs, 1 to 1 / sqrt(16)
    assert 0.4 < np.sqrt(np.mean(np.square(pulls))) < 1.75


@pytest.mark.parametrize("noise", [0.01, 0.1])
def test_a_pair_that_noise_hides_stays_one_line_with_a_note(noise: float) -> None:
    # At this distance the fourth power of pi d / 2, 1/24 of it, tells a pair from a changing line:
    # 4e-3 of the amplitude, or 4e-3 sqrt(1000 / 2) / noise = 9 sigma before the polynomial takes
    # its part, which leaves 1e-2 of the square: less than chance.
    t = times("regular", 1000)
    y = signal(t, [(0.2371, 1.0, 0.1), (0.2371 + 0.35 / np.ptp(t), 0.9, 0.6)])
    y += noise * np.random.default_rng(1).normal(size=len(t))
    model = find_cycles(t, y)
    assert not has_close_lines(model)
    assert any("not resolved" in note for note in model.undecided)


def test_a_pair_at_ordinary_noise_stays_one_line_with_a_note() -> None:
    """Noise leaves 42 in 42 dimensions, and what stood there is not ten thousand times that."""
    t = times("regular", 1000)
    width = 1 / np.ptp(t)
    y = signal(t, [(0.2 + 0.14 * width, 0.84, -0.09), (0.2 + 0.78 * width, 0.59, -0.4)])
    model = find_cycles(t, y + 0.025 * np.random.default_rng(3).normal(size=len(t)))
    # of N A^2 / 2 / noise^2 = 8e5 in all, a line in the middle takes the most
    assert not has_close_lines(model)
    assert any("not resolved" in note for note in model.undecided)


ENVELOPES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "decay": lambda tau: np.exp(-0.8 * tau),
    "bell": lambda tau: np.exp(-1.3 * tau**2),
    "weak bell": lambda tau: np.exp(-0.05 * tau**2),
    "growth": lambda tau: 1 + 0.7 * tau,
    "resonance": lambda tau: 1 / (1 + 2 * tau**2),
    "drift": lambda tau: np.exp(0.9j * tau**2),
    "jump of phase": lambda tau: np.exp(1.5j * (tau > 0.2)),
    "walk of phase": lambda tau: np.exp(
        0.02j * np.cumsum(np.random.default_rng(4).normal(size=len(tau)))
    ),
}


@pytest.mark.parametrize("noise", [0.0, 1e-4])
@pytest.mark.parametrize("kind", ENVELOPES)
def test_a_line_that_changes_is_not_split(kind: str, noise: float) -> None:
    t = times("regular", 800)
    tau = 2 * t / np.ptp(t) - 1
    y = (ENVELOPES[kind](tau) * np.exp(2j * np.pi * 0.2371 * t)).real
    y += noise * np.random.default_rng(2).normal(size=len(t))
    assert not has_close_lines(find_cycles(t, y, max_cycles=5, minimum_period=3.0))


@pytest.mark.parametrize("seed", [0, 1])
def test_a_tide_with_sidebands_and_phase_noise_is_not_split(seed: int) -> None:
    """Half a year of hours; satellites 18.6 years away, and a sea that answers unsteadily."""
    rng = np.random.default_rng(seed)
    t = np.arange(183 * 24.0)
    y = 0.002 * rng.normal(size=len(t))
    for period, amplitude in ((12.4206012, 0.9), (12.0, 0.3), (25.8193417, 0.2)):
        walk = np.cumsum(rng.normal(size=len(t))) / np.sqrt(len(t))
        phase = t / period + 0.01 * walk
        satellite = 0.04 * np.cos(2 * np.pi * (t / 163_000 + 0.2))
        y += amplitude * (1 + satellite) * np.cos(2 * np.pi * phase)
    model = find_cycles(t, y, unit="h", max_cycles=8)
    assert not has_close_lines(model)
    assert np.abs(frequencies(model) - 1 / 12.4206012).min() < 0.1 / model.baseline
