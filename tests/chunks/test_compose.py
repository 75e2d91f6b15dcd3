"""What users get of chunks: errors as in memory, spectra, and words on what was not done."""

import numpy as np

import epicycle
from epicycle.chunks.find import find_cycles_in_chunks

RNG = np.random.default_rng(14)
TIMES = np.sort(RNG.uniform(0, 100, 800))
VALUES = np.cos(2 * np.pi * 0.77 * TIMES) + 0.02 * TIMES + RNG.normal(size=800)


def test_lines_and_spectra_are_those_in_memory() -> None:
    chunked = find_cycles_in_chunks([(TIMES, VALUES)], minimum_period=0.5, harmonics=1)
    whole = epicycle.find_cycles(TIMES, VALUES, minimum_period=0.5, harmonics=1)
    for one, other in zip(chunked.lines, whole.lines, strict=True):
        for name in ("amplitude_error", "frequency_error", "noise_level"):
            assert abs(getattr(one, name) / getattr(other, name) - 1) < 0.1
    first, second = chunked.spectrum, whole.spectrum
    assert abs(first.power.max() / second.power.max() - 1) < 0.02
    assert abs(first.residual_power.max() / second.residual_power.max() - 1) < 0.1
    assert abs(first.threshold / second.threshold - 1) < 0.1
    assert chunked.cycles[0].frequency_phase_covariance != 0.0


def test_slow_variation_is_told() -> None:
    y = VALUES + 2 * np.cos(2 * np.pi * TIMES / 60)
    found = find_cycles_in_chunks([(TIMES, y)], minimum_period=0.5)
    assert [line.kind for line in found.lines] == ["slow", "cycle"]
    assert any(note.startswith("slow variation") for note in found.undecided)
    assert "searched in chunks" in found.table()
