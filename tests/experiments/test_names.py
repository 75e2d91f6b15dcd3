"""Names of samples: times, replicates and conditions, read together."""

import pytest

from epicycle.experiments.names import names_a_time, read_names


@pytest.mark.parametrize(
    ("name", "time", "unit", "replicate"),
    [
        ("ZT04_rep2", 4.0, "h", "2"),
        ("ZT4_1", 4.0, "h", "1"),
        ("ZT 4 n=3", 4.0, "h", "3"),
        ("ZT04A", 4.0, "h", "A"),
        ("24h_A", 24.0, "h", "A"),
        ("24h.1", 24.0, "h", "1"),
        ("1.5h_2", 1.5, "h", "2"),
        ("T12", 12.0, None, ""),
        ("T12rep3", 12.0, None, "3"),
        ("0hr", 0.0, "h", ""),
        ("Time_4", 4.0, None, ""),
        ("hour 20", 20.0, "h", ""),
        ("90min", 90.0, "min", ""),
        ("X12", 12.0, None, ""),
        ("36", 36.0, None, ""),
        ("GSM17_CT18_rep1", 18.0, "h", "1"),
        ("H3K27_CT18_rep1", 18.0, "h", "1"),
        ("H3K27_18h_rep1", 18.0, "h", "1"),
        ("liverZT10", 10.0, "h", ""),
    ],
)
def test_a_name_says_its_time_and_replicate(name, time, unit, replicate):
    (one,) = read_names([name])
    assert (one.name, one.time, one.unit, one.replicate) == (name, time, unit, replicate)


@pytest.mark.parametrize("name", ["Per1", "baseMean", "tp1", "WT_rep1", "T1Q2", "Chr", ""])
def test_other_names_have_no_time(name):
    assert not names_a_time(name)


def test_a_fraction_counts_replicates_only_where_all_of_them_count():
    assert [(s.time, s.replicate) for s in read_names(["CT16.2", "CT16.1", "CT20.3"])] == [
        (16.0, "2"),
        (16.0, "1"),
        (20.0, "3"),
    ]
    # as pandas and R number columns of one name
    assert [(s.time, s.replicate) for s in read_names(["X4", "X4.1", "X8"])] == [
        (4.0, ""),
        (4.0, "1"),
        (8.0, ""),
    ]
    assert [s.time for s in read_names(["ZT0", "ZT0.5", "ZT1", "ZT1.5"])] == [0, 0.5, 1, 1.5]
    assert [s.time for s in read_names(["ZT0.25", "ZT0.5", "ZT0.75"])] == [0.25, 0.5, 0.75]


def test_a_hyphen_is_a_sign_only_beside_times_without_one():
    assert [s.time for s in read_names(["T-6", "T0", "T6"])] == [-6, 0, 6]
    assert [s.time for s in read_names(["T-0", "T-6"])] == [0, 6]
    assert [s.time for s in read_names(["-6", "0"])] == [-6, 0]


def test_days_are_counted_in():
    names = ["Day1_ZT20", "Day2_ZT00", "Day2_ZT20"]
    assert [s.time for s in read_names(names)] == [20, 24, 44]


def test_conditions_are_those_that_have_several_times():
    read = read_names(["WT_ZT0_1", "WT_ZT4_1", "KO_ZT0_1", "KO_ZT4_1"])
    assert [s.condition for s in read] == ["WT", "WT", "KO", "KO"]
    # an accession number of each sample tells no conditions apart
    read = read_names(["GSM1_ZT0", "GSM2_ZT4"])
    assert [s.condition for s in read] == ["", ""]


def test_a_name_without_a_time_is_refused_with_what_mends_it():
    message = (
        r"column 'length' names no time that can be read: expected names such as ZT04_rep2, "
        r"CT16.2, 24h_A or T12\. To fix this, rename it, leave it out with ignore=\['length'\], "
        r"or pass the times of all samples with times=\."
    )
    with pytest.raises(ValueError, match=message):
        read_names(["ZT04", "length"])
