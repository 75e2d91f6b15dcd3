"""What documents of every schema share."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from epicycle.results.schemas import read_document, timezone


def test_a_document_of_the_schema_is_read() -> None:
    assert read_document({"schema": "a/1", "n": 3}, "a/1", "us", lambda d: d["n"]) == 3


@pytest.mark.parametrize(("document", "got"), [({"schema": "b/1"}, "'b/1'"), ([1], "'list'")])
def test_another_schema_is_refused(document: object, got: str) -> None:
    with pytest.raises(ValueError, match=f"schema 'a/1', got {got}.*pass what us wrote"):
        read_document(document, "a/1", "us", dict)


def test_what_is_missing_is_named() -> None:
    with pytest.raises(ValueError, match=r"not complete \(KeyError: 'n'\)"):
        read_document({"schema": "a/1"}, "a/1", "us", lambda d: d["n"])


def test_zones_have_the_names_that_documents_give_them() -> None:
    assert timezone(None) is None
    assert timezone("UTC") is dt.UTC
    assert timezone("Europe/Berlin") == ZoneInfo("Europe/Berlin")
    assert timezone("UTC+02:00") == dt.timezone(dt.timedelta(hours=2))
