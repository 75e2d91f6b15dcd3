"""A rhythm of counts: where it is, and errors that hold for what is no Poisson distribution."""

import numpy as np
import pytest

from epicycle.behaviour.counts import count_rhythm

HOUR = np.arange(24) + 0.5


def curve(a=1.0, peak=15.0, mean=2.0):
    return np.exp(mean + a * np.cos(2 * np.pi * (HOUR - peak) / 24))


def awkward(rng, days):
    """Counts of days that differ, with hours that are alike and many zeros."""
    level = rng.gamma(4.0, 0.25, (days, 1))
    slow = np.repeat(rng.gamma(1.5, 1 / 1.5, (days, 6)), 4, axis=1)
    worn = rng.uniform(size=(days, 24)) < 0.6
    return level, slow, worn


def test_what_has_no_noise_comes_back():
    exact = np.tile(curve(0.8, 3.25), (7, 1)) * np.linspace(0.5, 1.5, 7)[:, np.newaxis]
    found = count_rhythm(exact)
    assert found.log_amplitude == pytest.approx(0.8, abs=1e-9)
    assert found.maximum == pytest.approx(3.25, abs=1e-9)
    assert found.peak_to_trough == pytest.approx(np.exp(1.6), rel=1e-9)
    assert (found.days, found.hours) == (7, 168)
    # in cycles of another length, hours are parts of it
    assert count_rhythm(exact, 23.0).maximum == pytest.approx(3.25 * 23 / 24, abs=1e-9)


def test_whole_days_count_by_their_mean_vectors():
    """With all hours, the maximum is the angle of the mean of the days' mean vectors."""
    rng = np.random.default_rng(0)
    level, slow, worn = awkward(rng, 12)
    counts = rng.poisson(curve() * level * slow * worn).astype(float)
    found = count_rhythm(counts)
    turn = np.exp(2j * np.pi * HOUR / 24)
    vectors = (counts @ turn) / counts.sum(axis=1)
    angle = np.angle(vectors.mean()) / (2 * np.pi) % 1 * 24
    assert found.maximum == pytest.approx(angle, abs=1e-9)
    # its error: the scatter across the mean vector, over the square root of the days
    across = (vectors / np.exp(1j * np.angle(vectors.mean()))).imag
    error = across.std(ddof=1) / np.sqrt(12) / abs(vectors.mean()) / (2 * np.pi) * 24
    assert found.maximum_error == pytest.approx(error, rel=1e-6)
    # a day of ten times the counts says no more than another
    counts[4] *= 10
    assert count_rhythm(counts).maximum == pytest.approx(angle, abs=1e-9)
    assert found.dispersion > 3
    assert found.zeros > 0.3 > found.zeros_expected


def test_missing_hours_do_not_pull():
    exact = np.tile(curve(0.8, 3.25), (9, 1))
    exact[2, 1:7] = np.nan
    exact[5, 17:] = np.nan
    exact[7, 4:] = np.nan  # too few hours: the day is not used
    found = count_rhythm(exact)
    assert found.maximum == pytest.approx(3.25, abs=1e-9)
    assert found.log_amplitude == pytest.approx(0.8, abs=1e-9)
    assert (found.days, found.hours) == (8, 7 * 24 + 24 - 6 - 7)


def test_errors_hold_where_those_of_poisson_do_not():
    rng = np.random.default_rng(1)
    off = []
    for _ in range(150):
        level, slow, worn = awkward(rng, 14)
        found = count_rhythm(rng.poisson(curve() * level * slow * worn).astype(float))
        off.append((found.maximum - 15) / found.maximum_error)
    # rms: 1 up to the 14 days that tell the error (Student's t, 1.09) and 150 trials (6 %)
    assert 0.85 < np.sqrt(np.mean(np.square(off))) < 1.3


def test_p_values_without_a_rhythm():
    rng = np.random.default_rng(2)
    p = []
    for _ in range(300):
        level, slow, worn = awkward(rng, 10)
        p.append(count_rhythm(rng.poisson(curve(0.0) * level * slow * worn).astype(float)).p_value)
    # 5 % of 300 are 15, with a standard deviation of 3.7
    assert 4 <= sum(one < 0.05 for one in p) <= 26


def test_too_few_days_and_too_few_times_are_refused():
    with pytest.raises(ValueError, match="3 days have enough counts"):
        count_rhythm(np.tile(curve(), (3, 1)))
    single = np.zeros((6, 24))
    single[:, 4] = 7
    with pytest.raises(ValueError, match="all counts are at one time"):
        count_rhythm(single)
