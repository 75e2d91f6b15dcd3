"""Data that several tests of this wing share."""

import json

import pytest

from epicycle.files.model_files import (
    dumps,
)
from tests.files.model_documents import saved


@pytest.fixture
def write(tmp_path):
    """Write a file, and return its path."""

    def write_file(content, name="table.csv"):
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write_file


@pytest.fixture(scope="module")
def document():
    return json.loads(dumps(saved()))
