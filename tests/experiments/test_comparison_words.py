"""A comparison in words: digits as errors allow, directions, and what is not told."""

from dataclasses import replace

import pytest

from epicycle import Comparison, compare
from epicycle.experiments.comparison import Difference
from epicycle.experiments.comparison_words import sentences, table
from tests.experiments.genotypes import genotypes


@pytest.fixture(scope="module")
def found() -> Comparison:
    data = genotypes(1, late=3)
    return compare(*data[:3], subject=data.subject, period=24, unit="h")


def with_period(found: Comparison, value: float, error: float = 0.104) -> Comparison:
    row = Difference(
        "period", "WT", "per0", value, error, value - 0.21, value + 0.21, 2.3e-5, 2.3e-5, 8.0
    )
    return replace(found, differences=(row,))


def test_a_period_is_shorter_or_longer(found) -> None:
    assert sentences(with_period(found, -1.23))[0] == (
        "the period of per0 is 1.23 ± 0.10 h shorter than that of WT "
        "(95 % 1.02 to 1.44 h, p = 2e-05)"
    )
    assert "1.2 ± 0.4 h longer" in sentences(with_period(found, 1.23, 0.4))[0]
    # errors of 10 and more are rounded, too
    assert "1230 ± 40 h longer" in sentences(with_period(found, 1234.0, 40.0))[0]


def test_a_phase_is_later_and_the_whole_is_judged(found) -> None:
    spoken = sentences(found)
    assert any(s.startswith("the maximum of KO is ") and "h later" in s for s in spoken)
    assert spoken[-1].startswith("the groups differ: p = ")
    unsure = sentences(replace(found, p_value=0.4))
    assert unsure[-1].startswith("no difference is sure: p = 0.4")


def test_several_groups_are_corrected_in_words() -> None:
    data = genotypes(2, animals=(3, 3, 3))
    found = compare(*data[:3], subject=data.subject, period=24)
    spoken = found.sentences
    assert "among all pairs p =" in spoken[0]
    # with more than two groups a table says in words what is sure, and counts the rest
    said = found.table().split("\n\n")[2].splitlines()
    sure = [d for d in found.differences if d.p_holm < 0.05 and d.what != "amplitude ratio"]
    assert len(said) == len(sure) + 2
    assert said[-2].startswith(f"Of {9 - len(sure)} other differences none is sure")


def test_the_table_has_groups_differences_and_notes(found) -> None:
    text = table(found)
    assert text.startswith("group  subjects  mesor")
    assert "\nphase            KO - WT" in text
    assert "The maximum of KO is" in text
    assert "Note: the period is held at 24 h" in text


def test_what_is_not_compared_says_why() -> None:
    data = genotypes(3, animals=(1, 3))
    text = compare(*data[:3], subject=data.subject, period=24, unit="h").table()
    assert "one subject tells nothing of its group" in text
    assert "nan" not in text
