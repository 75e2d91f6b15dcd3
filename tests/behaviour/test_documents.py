"""The JSON document, and the row of a table of many."""

import json

import numpy as np

import epicycle
from epicycle.behaviour.documents import COLUMNS, row
from tests.behaviour.wrists import wrist


def test_the_document_holds_what_was_found():
    hours, counts, _, _ = wrist(5)
    stamps = np.datetime64("2024-03-04T00:00") + (hours * 60).astype("timedelta64[m]")
    found = epicycle.actigraphy(stamps, counts)
    document = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert document["schema"] == "epicycle.actigraphy/1"
    assert document["IS"] == found.IS
    assert document["M10"]["onset"] == found.M10.onset
    assert document["days"][2]["start"] == "2024-03-06T00:00:00"
    assert document["onsets"]["times"][0] == found.onsets.times[0].isoformat()
    assert document["onsets"]["period"] == found.onsets.period
    assert len(document["chi_square"]["statistic"]) == len(found.chi_square.period)
    assert document["used"]["IS"] == {"days": 5, "hours": 120}


def test_a_row_has_every_column():
    hours, counts, _, _ = wrist(5)
    full = row(epicycle.actigraphy(hours, counts))
    assert tuple(full) == COLUMNS
    assert None not in full.values()
    assert full["days"] == 5
    part = row(epicycle.actigraphy(hours, counts + 0.5))
    assert part["counts_p"] is None
    assert part["IS"] == full["IS"] or abs(part["IS"] - full["IS"]) < 1e-9
