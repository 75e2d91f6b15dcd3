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


def test_errors_are_those_of_leaving_out_days():
    rng = np.random.default_rng(0)
    level, slow, worn = awkward(rng, 12)
    counts = rng.poisson(curve() * level * slow * worn).astype(float)
    counts[3, 4:9] = np.nan
    found = count_rhythm(counts)
    left_out = [count_rhythm(np.delete(counts, k, axis=0)) for k in range(12)]
    each = np.array([one.maximum for one in left_out])
    jackknife = np.sqrt(11 / 12 * ((each - each.mean()) ** 2).sum())
    assert found.maximum_error == pytest.approx(jackknife, rel=0.1)
    assert found.dispersion > 3
    assert found.zeros > 0.3 > found.zeros_expected


def test_errors_hold_where_those_of_poisson_do_not():
    rng = np.random.default_rng(1)
    off = []
    for _ in range(150):
        level, slow, worn = awkward(rng, 14)
        found = count_rhythm(rng.poisson(curve() * level * slow * worn).astype(float))
        off.append((found.maximum - 15) / found.maximum_error)
    # rms: 1 up to the 14 days that tell the error (Student's t, 1.09) and 150 trials (6 %)
    assert 0.8 < np.sqrt(np.mean(np.square(off))) < 1.35


def test_p_values_without_a_rhythm():
    rng = np.random.default_rng(2)
    p = []
    for _ in range(300):
        level, slow, worn = awkward(rng, 10)
        p.append(count_rhythm(rng.poisson(curve(0.0) * level * slow * worn).astype(float)).p_value)
    # 5 % of 300 are 15, with a standard deviation of 3.7
    assert 4 <= sum(one < 0.05 for one in p) <= 27


def test_too_few_days_and_too_few_times_are_refused():
    with pytest.raises(ValueError, match="3 days have counts"):
        count_rhythm(np.tile(curve(), (3, 1)))
    single = np.zeros((6, 24))
    single[:, 4] = 7
    with pytest.raises((ValueError, np.linalg.LinAlgError)):
        count_rhythm(single)
