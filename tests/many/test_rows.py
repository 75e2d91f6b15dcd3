"""What the results of many series depend on."""

from itertools import combinations

import pytest

from epicycle.files.reading import read_table
from epicycle.many.rows import fingerprint


def test_the_fingerprint_depends_on_table_and_options(stars):
    table = read_table(stars, series="star")
    first = fingerprint(table, {"harmonics": 1})
    assert first == fingerprint(table, {"harmonics": 1})
    assert first != fingerprint(table, {"harmonics": 2})
    stars.write_text(stars.read_text() + "x,1,2\n")
    other = read_table(stars, series="star")
    assert first != fingerprint(other, {"harmonics": 1})


#: The same columns of one file, in parts of their own.
ROLES = (
    {"values": ["v"]},
    {"values": ["v"], "errors": ["a"]},
    {"values": ["v"], "weight": "a"},
    {"values": ["v"], "weight": "b"},
    {"values": ["v"], "group": "a"},
    {"values": ["v", "a"], "errors": ["none"]},
    {"values": ["a", "v"], "errors": ["none"]},
    {"values": ["v"], "time": "a"},
    {"values": ["v"], "series": "a"},
)


@pytest.mark.parametrize(("one", "other"), list(combinations(ROLES, 2)))
def test_the_fingerprint_depends_on_the_part_of_every_column(tmp_path, one, other):
    path = tmp_path / "t.csv"
    path.write_text("id,time,v,a,b\n1,0,3,1,1\n1,1,5,2,1\n2,2,4,3,1\n2,3,6,4,1\n")

    def of(roles):
        return fingerprint(read_table(path, **{"series": "id", **roles}), {})

    assert of(one) == of(one)
    assert of(one) != of(other)
