"""Rhythms in words: the strongest first, counts, reasons and notes."""

import numpy as np

from epicycle import rhythms
from epicycle.experiments.words import in_words

T = np.arange(0, 48, 4.0)


def series():
    y = 10 + np.random.default_rng(1).normal(size=(30, 12))
    y[3] += 6 * np.cos(2 * np.pi * (T - 8) / 24)
    y[5] = 1.0
    return y


def test_the_strongest_rhythm_stands_first():
    lines = in_words(rhythms(T, series(), period=24, unit="h"), shown=4).splitlines()
    assert lines[0].split() == ["id", "p", "q", "amplitude", "phase", "(h)", "mesor", "R2"]
    assert lines[1].split()[0] == "3"
    assert len(lines) == 8
    assert lines[6] == (
        "1 of 30 series have a rhythm at q <= 0.05 (period 24 h; F-test; 12 samples)"
    )
    assert lines[7] == "series of which something is missing: 1 constant"


def test_a_range_shows_periods_and_says_what_was_tested():
    text = str(rhythms(T, series(), period=(18, 30), robust=True))
    assert "period" in text.splitlines()[0]
    assert "(periods from 18 to 30; ranks (normal scores); 12 samples)" in text
    # noise has its strongest period at an edge now and then, which is no period
    assert "period at the edge of the range" in text


def test_nothing_to_show_is_said():
    text = str(rhythms(T, np.full((2, 12), np.nan), period=24))
    assert text.startswith("0 of 0 series have a rhythm")
