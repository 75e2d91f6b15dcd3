"""Numbers with commas, units, and words or nines where there is no value."""

import numpy as np
import pytest

from epicycle.files.conventions import Conventions
from epicycle.files.frames import load
from epicycle.files.numbers import all_of, read_numbers
from epicycle.files.reading import ReadError, read_table
from tests.files.tables import rows


@pytest.fixture
def read(write):
    """Read a column of entries beside hours; options say how it is written."""

    def column(*entries, delimiter=";", **told):
        lines = [f"{k}{delimiter}{entry}" for k, entry in enumerate(entries)]
        path = write(rows(f"t{delimiter}level", *lines))
        return read_numbers(load(path), "level", told=Conventions(**told))

    return column


def test_decimal_commas(read):
    told = read("1,9095", "0,5", "2")
    np.testing.assert_array_equal(told.numbers, [1.9095, 0.5, 2])
    assert told.remarks == ("level: decimal commas",)
    np.testing.assert_array_equal(read("1.234,5", "2", decimal=",").numbers, [1234.5, 2])
    np.testing.assert_array_equal(read("1.234,5", "2.000", "7").numbers, [1234.5, 2000, 7])
    np.testing.assert_array_equal(read("1,234.5", "2,000").numbers, [1234.5, 2000])
    np.testing.assert_array_equal(read("\u22121\u00a0234,5", "2,5").numbers, [-1234.5, 2.5])
    with pytest.raises(ReadError, match=r"'1 234'.*--strip ' '"):
        read("1 234", "2")
    np.testing.assert_array_equal(read("1,234.5", "2,000", decimal=".").numbers, [1234.5, 2000])
    with pytest.raises(ReadError, match=r"comma may be that of decimals.*--decimal ','"):
        read("1,234", "2,345")


def test_a_unit_that_all_have_is_taken_off_and_told(read):
    told = read("17.5 °C", "-3 °C", "1e1 °C")
    np.testing.assert_array_equal(told.numbers, [17.5, -3, 10])
    assert told.remarks == ("level: the unit °C taken off",)
    with pytest.raises(ReadError, match=r"in one unit \(they have V, mV\)"):
        read("1.1 V", "950 mV", "1.2 V")
    with pytest.raises(ReadError, match=r"\('1.1 V'\).*--strip 'V'"):
        read("1.1 V", "950", "1.2 V")
    np.testing.assert_array_equal(read("<5", "6", strip=("<",)).numbers, [5, 6])


def test_words_for_a_missing_value_are_counted(read):
    told = read("1", "unavailable", "Unknown", "unavailable", "2")
    assert np.isnan(told.numbers).sum() == 3
    assert told.remarks == ("level: 2 'unavailable', 1 'Unknown' taken as missing",)
    with pytest.raises(ReadError, match=r"\('ice'\).*--missing 'ice'"):
        read("1", "ice", "2")
    assert np.isnan(read("1", "ice", "2", missing=("ICE",)).numbers[1])


def test_nines_far_off_all_others_are_no_values(read):
    waves = [f"{v:.3f}" for v in np.sin(np.arange(30))]
    told = read(*waves, "-9999", "-9999")
    assert np.isnan(told.numbers).sum() == 2
    assert "2 values of -9999 taken as missing" in told.remarks[0]
    assert not np.isnan(read(*waves, "-9999", missing=("none",)).numbers).any()
    assert np.isnan(read(*waves, "7", missing=("7",)).numbers[-1])


def test_nines_among_others_are_values(read):
    percent = [str(v) for v in (60, 70, 99, 80, 99, 95, 99)]
    assert not np.isnan(read(*percent).numbers).any()
    cold = [str(v) for v in (-30, -99, -80, 10, -99, -95)]
    assert not np.isnan(read(*cold).numbers).any()


def test_minus_one_is_named_and_kept(read):
    told = read(*["0", "5", "9", "8", "3", "-1", "-1", "-1", "4", "6", "7"])
    assert (told.numbers == -1).sum() == 3
    assert "--missing -1" in told.remarks[0]


def test_remarks_reach_the_table(write):
    table = read_table(write(rows("t,y,z", "1,5 m,1", "2,6 m,2", "3,unknown,1")))
    assert table.remarks == ("y: 1 'unknown' taken as missing", "y: the unit m taken off")
    assert all_of([]) == ()
    assert (table.ignored, table.others) == (("z",), ("z",))
