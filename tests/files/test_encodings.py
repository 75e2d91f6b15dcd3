"""Tables in other encodings than UTF-8."""

import numpy as np
import pytest

from epicycle.files.encodings import as_utf8
from epicycle.files.layout import ReadError
from epicycle.files.reading import read_table

TEXT = "Zeit;H\xf6he \xb0C\n1;2,5\n2;3,5\n3;4,5\n"


@pytest.mark.parametrize(
    ("encoding", "told"),
    [
        ("utf-8", ()),
        ("utf-8-sig", ()),
        ("utf-16", ("read as UTF-16",)),
        ("utf-32", ("read as UTF-32",)),
        ("latin-1", ("not UTF-8: read as Windows-1252",)),
        ("cp1252", ("not UTF-8: read as Windows-1252",)),
    ],
)
def test_a_table_is_the_same_in_every_encoding(tmp_path, encoding, told):
    path = tmp_path / "a.csv"
    path.write_bytes(TEXT.encode(encoding))
    table = read_table(path)
    assert table.time_column == "Zeit"
    assert table.value_columns == ("H\xf6he \xb0C",)
    np.testing.assert_array_equal(table.y, [2.5, 3.5, 4.5])
    said = [remark for remark in table.remarks if "read as" in remark]
    assert len(said) == len(told)
    assert all(one.startswith(other) for one, other in zip(said, told, strict=True))


def test_big_endian_marks():
    assert as_utf8(b"\xfe\xff" + "t,y".encode("utf-16-be"), "a")[0] == b"t,y"


@pytest.mark.parametrize(
    "raw",
    [
        "h\xf6he".encode() + b"\xf6",  # letters of UTF-8, and one that is not
        b"t,y\n1,\x81",  # of no encoding of single bytes that we know
        bytes(range(160, 256)),  # no table
    ],
)
def test_what_may_be_anything_stays_as_it_is(raw):
    assert as_utf8(raw, "a") == (raw, ())


def test_a_mark_that_lies_is_refused():
    with pytest.raises(ReadError, match="begins as UTF-16 text, and is not"):
        as_utf8(b"\xff\xfea", "a.csv")
