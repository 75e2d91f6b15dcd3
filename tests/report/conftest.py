"""Data that several tests of this wing share."""

import pytest

import epicycle
from epicycle.report.write import build_report
from tests.report.models import rhythm


@pytest.fixture(scope="module")
def model():
    return epicycle.find_cycles(*rhythm(), unit="h", harmonics=2)


@pytest.fixture(scope="module")
def report(model) -> str:
    return build_report(model, title="A < B & sleep", value_label="activity <counts>")
