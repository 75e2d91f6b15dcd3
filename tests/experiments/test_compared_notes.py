"""Notes: what is assumed of replicates, who was left out and why."""

import numpy as np

from epicycle import compare
from tests.experiments.genotypes import genotypes


def notes(data, **options) -> str:
    return " | ".join(compare(*data[:3], unit="h", **options).notes)


def test_who_has_no_rhythm_is_named() -> None:
    data = genotypes(1, animals=(4, 4))
    rng = np.random.default_rng(2)
    silent = data.subject == "KO1"
    y = np.where(silent, 10 + rng.normal(size=len(data.y)), data.y)
    said = notes(data._replace(y=y), subject=data.subject, period=24)
    assert "1 of 4 subjects of KO show no steady rhythm near 24 h: KO1" in said
    flat = genotypes(3, animals=(4, 4), amplitude=(1.0, 0.0))
    assert "KO shows no rhythm near 24 h" in notes(flat, subject=flat.subject, period=24)


def test_one_subject_cannot_be_separated_from_its_group() -> None:
    data = genotypes(4, animals=(1, 3))
    assert "WT has one subject" in notes(data, subject=data.subject, period=24)


def test_phases_that_scatter_have_no_mean() -> None:
    data = genotypes(5, animals=(4, 4))
    # each KO animal a quarter of a day later than the one before
    number = np.array([int(s[2:]) for s in data.subject]) * (data.group == "KO")
    y = np.cos(2 * np.pi * (data.t - 6 * number) / 24) + 0.1 * np.sin(37 * data.t)
    said = notes(data._replace(y=y), subject=data.subject, period=24)
    assert "phases of KO scatter over the cycle" in said


def test_ends_of_the_range_count_as_none() -> None:
    times = np.arange(0, 240, 2.0)
    data = genotypes(6, animals=(2, 2), times=times)
    said = notes(data, subject=data.subject, period=(18, 23))
    assert "is an end of the range" in said


def test_a_steady_rhythm_needs_no_remark() -> None:
    for seed in range(5):
        data = genotypes(10 + seed, animals=(4, 4))
        assert notes(data, subject=data.subject, period=24) == (
            "the period is held at 24 h; a range fits and compares it"
        )
