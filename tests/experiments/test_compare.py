"""The public comparison: pseudo-replication, ranges of periods, pairs, options refused."""

import numpy as np
import pandas as pd
import pytest

from epicycle import compare
from tests.experiments.genotypes import genotypes

WEEK = np.arange(0, 168, 2.0)


def test_samples_of_few_animals_make_no_significance() -> None:
    data = genotypes(3, animals=(3, 3), level=1.0)
    pooled = compare(*data[:3], period=24, unit="h")
    honest = compare(*data[:3], subject=data.subject, period=24, unit="h")
    assert pooled.difference("mesor").p_value < 1e-3
    assert honest.difference("mesor").p_value > 0.05
    assert any("pseudo-replication" in note for note in pooled.notes)
    assert any("3 values at a time" in note for note in pooled.notes)
    assert not any("pseudo-replication" in note for note in honest.notes)


def test_periods_in_a_range_are_compared_and_phases_drift() -> None:
    data = genotypes(4, animals=(5, 5), period=(24.0, 22.8), times=WEEK)
    found = compare(*data[:3], subject=data.subject, period=(18, 32), unit="h")
    period = found.difference("period")
    assert period.low < -1.2 < period.high
    assert period.p_value < 1e-4
    assert found.p_value < 1e-3
    assert found.period is None
    assert found.at == 83.0
    assert any("drift apart by 1.2 h every cycle" in note for note in found.notes)
    held = compare(*data[:3], subject=data.subject, period=24, unit="h")
    assert any("period of KO seems shorter than 24 h" in note for note in held.notes)


def test_the_reference_time_is_where_phases_stand() -> None:
    data = genotypes(5, animals=(4, 4), period=(24.0, 22.8), times=WEEK, noise=0.05)
    for at in (0.0, 120.0):
        found = compare(*data[:3], subject=data.subject, period=(18, 32), unit="h", at=at)
        # both peak at 6 h, and then every period
        expected = [(6 - at + p / 2) % p - p / 2 for p in (24.0, 22.8)]
        for group, phase in zip(found.groups, expected, strict=True):
            assert group.phase == pytest.approx(phase, abs=0.5)


def test_the_same_subjects_are_paired() -> None:
    data = genotypes(6, animals=(4, 4), level=4.0)
    same = [s[2:] for s in data.subject]
    sides = np.where(data.group == "WT", "before", "after")
    found = compare(data.t, data.y, sides, subject=same, period=24)
    assert found.design == "paired"
    assert "within subjects" in found.notes[0]
    # no animal has two genotypes: labels that recur are numbers in a cage
    caged = compare(*data[:3], subject=same, period=24)
    assert caged.design == "subjects"
    assert "look like genotypes" in caged.notes[0]
    assert compare(*data[:3], subject=same, period=24, paired=True).design == "paired"
    assert compare(*data[:3], subject=same, period=24, paired=False).design == "subjects"
    partly = ["x0" if s in ("WT0", "KO0") else s for s in data.subject]
    assert compare(*data[:3], subject=partly, period=24).design == "subjects"
    with pytest.raises(ValueError, match="no subject is in two groups"):
        compare(*data[:3], subject=data.subject, period=24, paired=True)
    with pytest.raises(ValueError, match="paired=True needs subjects"):
        compare(*data[:3], period=24, paired=True)


def test_a_fading_rhythm_is_followed() -> None:
    t = np.tile(np.arange(0, 96, 2.0), 4)
    subject = np.repeat(list("abcd"), 48)
    late = np.isin(subject, ["c", "d"])
    rng = np.random.default_rng(7)
    y = 20 * np.exp(-t / 50) * np.cos(2 * np.pi * (t - 4 * late) / 25) + rng.normal(size=192)
    group = np.where(late, "KO", "WT")
    plain = compare(t, y, group, subject=subject, period=(20, 30), unit="h")
    assert any("seems to fall along the record: damped=True" in note for note in plain.notes)
    found = compare(t, y, group, subject=subject, period=(20, 30), unit="h", damped=True)
    # the amplitude at the reference time of 47 h
    assert found.groups[0].amplitude == pytest.approx(20 * np.exp(-47 / 50), rel=0.15)
    assert found.difference("phase").value == pytest.approx(4, abs=1.0)


def test_a_wide_table_and_a_document() -> None:
    data = genotypes(8, late=5)
    frame = pd.DataFrame(dict(zip(("t", "y", "g", "s"), data, strict=True)))
    wide = frame.pivot(index="t", columns="s", values="y")
    wide.columns = [f"{c[:2]}_{c[2]}" for c in wide.columns]
    found = compare(wide.index.to_numpy(), wide, period=24, unit="h", reference="WT")
    long = compare(*data[:3], subject=data.subject, period=24, unit="h", reference="WT")
    assert found.difference("phase").value == pytest.approx(long.difference("phase").value)
    assert found.p_value == pytest.approx(long.p_value)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "period is needed: .* period=24.* period=\\(18, 32\\)"),
        ({"period": -3}, "period must be a finite number above 0"),
        ({"period": (30, 20)}, "range upwards"),
        ({"period": (100, 200)}, "less than one period of 100"),
        ({"period": 24, "harmonics": 0}, "harmonics must be an integer"),
        ({"period": 24, "confidence": 2}, "confidence must be"),
        ({"period": 24, "trend": -1}, "trend must be an integer"),
    ],
)
def test_options_that_cannot_be_used_are_refused(options, message) -> None:
    data = genotypes(9)
    with pytest.raises(ValueError, match=message):
        compare(*data[:3], **options)
