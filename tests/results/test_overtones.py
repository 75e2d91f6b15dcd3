"""Rows that are overtones of other rows, and orders above the Nyquist frequency, are said to be."""

import numpy as np
import pytest

from epicycle import find_cycles

RNG = np.random.default_rng(4)
T = np.sort(RNG.uniform(0, 60, 400))


def waveform(order: int) -> np.ndarray:
    return np.cos(2 * np.pi * T / 3.1) + 0.4 * np.cos(2 * np.pi * order * T / 3.1 + 1)


def said(y: np.ndarray, **options) -> list[str]:
    y = y + 0.2 * np.random.default_rng(5).normal(size=len(T))
    model = find_cycles(T, y, unit="h", minimum_period=0.3, **options)
    return [note for note in model.undecided if "overtone" in note]


@pytest.mark.parametrize(("order", "allowed"), [(2, 1), (3, 1), (5, 3)])
def test_a_row_that_the_fit_could_not_join_is_said_to_be_an_overtone(order, allowed) -> None:
    [note] = said(waveform(order), harmonics=allowed)
    assert note.startswith(f"period {3.1 / order:.2f}"[:-1])
    assert f"stands at {order} times the frequency of 3." in note
    assert f"harmonics={allowed} keeps the two apart" in note
    assert " h, an overtone" in note


def test_of_cycles_that_are_no_multiples_or_were_joined_nothing_is_said() -> None:
    apart = np.cos(2 * np.pi * T / 3.1) + 0.4 * np.cos(2 * np.pi * T / 1.43)
    assert not said(apart, harmonics=1)
    assert not said(waveform(2))


def test_orders_beyond_the_steps_are_told() -> None:
    t = np.arange(2000.0)
    noise = 0.1 * np.random.default_rng(1).normal(size=2000)
    for period, told in ((250.25, True), (250.0, False)):
        model = find_cycles(t, 3.0 * (t % period < 2) + noise)
        highest = max(h.order for h in model.cycles[0].harmonics)
        notes = [note for note in model.undecided if "Nyquist frequency of samples" in note]
        assert (highest > period / 2) == told == bool(notes)
        if told:
            assert "its orders above 125 are beyond the Nyquist frequency of samples" in notes[0]
