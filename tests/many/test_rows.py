"""What the results of many series depend on."""

from epicycle.many.rows import fingerprint


def test_the_fingerprint_depends_on_table_and_options(stars):
    from epicycle.files.reading import read_table

    table = read_table(stars, series="star")
    first = fingerprint(table, "star", {"harmonics": 1})
    assert first == fingerprint(table, "star", {"harmonics": 1})
    assert first != fingerprint(table, "star", {"harmonics": 2})
    stars.write_text(stars.read_text() + "x,1,2\n")
    other = read_table(stars, series="star")
    assert first != fingerprint(other, "star", {"harmonics": 1})
