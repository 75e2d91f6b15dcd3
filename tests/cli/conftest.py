"""Data that several tests of this wing share."""

import pytest

from tests.commands import run


@pytest.fixture
def model(tide):
    assert run("fit", tide, "-q").exit_code == 0
    return tide.with_name("tide.model.json")
