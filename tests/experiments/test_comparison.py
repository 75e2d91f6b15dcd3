"""A comparison as an object: documents that JSON holds, frames, and one difference by name."""

import json

import pytest

from epicycle import Comparison, compare
from tests.experiments.genotypes import genotypes


@pytest.fixture(scope="module")
def found() -> Comparison:
    data = genotypes(1, animals=(4, 4), amplitude=(1.0, 0.0))
    return compare(*data[:3], subject=data.subject, period=24, unit="h")


def test_a_document_holds_what_is_known_and_nothing_else(found) -> None:
    document = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert document["schema"] == "epicycle.comparison/1"
    assert document["groups"][0]["label"] == "WT"
    phase = next(d for d in document["differences"] if d["what"] == "phase")
    assert phase["value"] is None
    assert "KO without a rhythm" in phase["note"]
    assert document["p_value"] == found.p_value
    assert document["sentences"] == list(found.sentences)


def test_differences_are_rows_and_are_found_by_name(found) -> None:
    frame = found.to_frame()
    assert list(frame.what) == ["mesor", "amplitude", "amplitude ratio", "phase"]
    assert found.difference("amplitude", "KO", "WT") is found.differences[1]
    with pytest.raises(KeyError, match="no difference of 'period'"):
        found.difference("period")


def test_it_prints_as_its_table(found) -> None:
    assert str(found) == found.table()
