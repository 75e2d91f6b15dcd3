"""A result is frozen, and says from how much each number was made."""

import dataclasses

import pytest

import epicycle
from tests.behaviour.wrists import wrist


def test_a_result_is_frozen_and_accounts_for_every_number():
    hours, counts, _, _ = wrist(6)
    found = epicycle.actigraphy(hours, counts, unit="h")
    with pytest.raises(dataclasses.FrozenInstanceError):
        found.IS = 1.0
    told = {"IS", "IV", "RA", "M10", "L5", "SRI", "onsets", "offsets", "counts"}
    assert set(found.used) == told
    assert found.table().startswith("IS ")
    assert found.to_dict()["schema"] == "epicycle.actigraphy/1"
    assert found.plot().axes
    documented = epicycle.Actigraphy.__doc__
    for field in dataclasses.fields(found):
        assert field.name in documented or field.name == "record"
