"""Numbers of each series: errors that hold, p-values of noise, and series that have none."""

import numpy as np
import pytest
from scipy import stats

from epicycle.experiments.measure import (
    CONSTANT,
    EDGE,
    FEW,
    NONE,
    NUMBERS,
    SINGULAR,
    Wanted,
    measure,
)
from tests.experiments.series import DAY, least_squares, noisy

T = np.arange(0, 48, 4.0)
TWICE = np.repeat(T, 2)
KNOWN = Wanted((DAY, DAY))


def test_numbers_of_a_known_period_are_those_of_a_plain_fit():
    y = noisy(6, TWICE, seed=1, missing=0.1)
    found = measure(TWICE, y, None, KNOWN).numbers
    for k, own in enumerate(y):
        b, covariance, left, total = least_squares(TWICE, own, 1 / DAY, 1)
        n = np.isfinite(own).sum()
        amplitude = np.hypot(b[1], b[2])
        f = (total - left) / 2 / (left / (n - 3))
        unit = b[1:] / amplitude
        across = np.array([-unit[1], unit[0]])
        expected = {
            "mesor": b[0],
            "mesor_error": np.sqrt(covariance[0, 0]),
            "amplitude": amplitude,
            "amplitude_error": np.sqrt(unit @ covariance[1:, 1:] @ unit),
            "relative_amplitude": amplitude / b[0],
            "phase": np.arctan2(b[2], b[1]) / (2 * np.pi) * DAY % DAY,
            "phase_error": np.sqrt(across @ covariance[1:, 1:] @ across)
            / amplitude
            / (2 * np.pi)
            * DAY,
            "period": DAY,
            "p_value": stats.f.sf(f, 2, n - 3),
            "r_squared": 1 - left / total,
        }
        slope = np.array([-amplitude / b[0], *unit]) / b[0]
        expected["relative_amplitude_error"] = np.sqrt(slope @ covariance @ slope)
        for name, value in expected.items():
            assert found[name][k] == pytest.approx(value, rel=1e-7), name
        assert np.isnan(found["period_error"][k])


def test_a_clean_rhythm_is_told_as_it_is():
    for period, phase, shift in ((24.0, 6.0, 0.0), (20.0, 0.0, 100.0), (24.0, 23.9, -48.0)):
        t = T + shift
        y = 5 + 2 * np.cos(2 * np.pi * (t - phase) / period)
        found = measure(t, np.stack([y, -y]), None, Wanted((period, period))).numbers
        np.testing.assert_allclose(found["mesor"], [5, -5])
        np.testing.assert_allclose(found["amplitude"], 2)
        np.testing.assert_allclose(found["relative_amplitude"], 0.4)
        off = found["phase"] - [phase, (phase + period / 2) % period]
        assert np.abs(off - period * np.rint(off / period)).max() < 1e-9
        assert (found["p_value"] < 1e-20).all()
        assert (found["phase"] >= 0).all()
        assert (found["phase"] < period).all()


@pytest.mark.parametrize("robust", [False, True])
def test_pulls_of_a_searched_period_are_honest(robust):
    rng = np.random.default_rng(2)
    t = np.arange(0, 72, 2.0)
    y = 8 + 2 * np.cos(2 * np.pi * (t - 5) / 23.5) + rng.normal(size=(400, len(t)))
    found = measure(t, y, None, Wanted((18.0, 30.0), 1, robust)).numbers
    for name, truth in (("mesor", 8), ("amplitude", 2), ("phase", 5), ("period", 23.5)):
        pull = (found[name] - truth) / found[f"{name}_error"]
        # a standard deviation from 400 pulls is known to 4 %; noise makes amplitudes larger
        assert 0.88 < np.sqrt(np.mean(pull**2)) < 1.15, name


@pytest.mark.parametrize(
    ("wanted", "missing"),
    [
        (KNOWN, 0.1),
        (Wanted((18.0, 30.0)), 0.0),
        (Wanted((18.0, 30.0), 2), 0.0),
        (Wanted((DAY, DAY), 1, robust=True), 0.0),
        (Wanted((18.0, 30.0), 1, robust=True), 0.1),
    ],
)
def test_noise_has_even_p_values(wanted, missing):
    rng = np.random.default_rng(3)
    noise = rng.standard_t(2, (2500, 12)) if wanted.robust else rng.normal(size=(2500, 12))
    noise[rng.random(noise.shape) < missing] = np.nan
    p = measure(T, noise, None, wanted).numbers["p_value"]
    p = p[~np.isnan(p)]
    assert len(p) > 2450
    assert stats.kstest(p, "uniform").pvalue > 1e-3
    # without the map, the correction for the search or the scores: far off
    assert abs((p < 0.05).mean() / 0.05 - 1) < 3 * np.sqrt(1 / 0.05 / len(p))


def test_weights_scale_out_and_weigh():
    y = noisy(5, TWICE, seed=4)
    rng = np.random.default_rng(5)
    weights = rng.uniform(0.2, 5, y.shape)
    one, two = (measure(TWICE, y, weights * c, KNOWN).numbers for c in (1.0, 7.0))
    for name in NUMBERS:
        np.testing.assert_allclose(one[name], two[name], rtol=1e-9)
    plain = measure(TWICE, y, None, KNOWN).numbers
    assert not np.allclose(plain["p_value"], one["p_value"], rtol=0.01)


def test_series_without_a_test_say_why():
    y = np.random.default_rng(6).normal(size=(6, 12))
    y[1, 3:] = np.nan
    y[2] = np.nan
    y[3] = 7.25
    y[4, 1:] = 0.0
    y[4, 0] = 0.0
    y[5, np.arange(12) % 3 != 0] = np.nan  # 0, 12, 24, 36 h: mean and cosine only
    found = measure(T, y, None, KNOWN)
    assert found.reason == ["", FEW, NONE, CONSTANT, CONSTANT, SINGULAR]
    assert found.n_samples.tolist() == [12, 3, 0, 12, 12, 4]
    p = found.numbers["p_value"]
    assert (p[3], p[4]) == (1, 1)
    assert np.isnan(p[[1, 2, 5]]).all()
    assert found.numbers["mesor"][3] == 7.25
    assert found.numbers["amplitude"][3] == 0
    for name in NUMBERS:
        assert np.isnan(found.numbers[name][[1, 2, 5]]).all()
    # the others are what they are alone
    alone = measure(T, y[:1], None, KNOWN).numbers
    assert p[0] == pytest.approx(alone["p_value"][0], rel=1e-12)


def test_no_edge_of_a_range_is_a_period():
    t = np.arange(0, 72, 3.0)
    y = np.cos(2 * np.pi * t / 36) + 0.01 * np.random.default_rng(7).normal(size=(1, 24))
    found = measure(t, y, None, Wanted((18.0, 30.0)))
    assert found.reason == [EDGE]
    for name in ("period", "period_error", "phase", "phase_error"):
        assert np.isnan(found.numbers[name][0])
    assert found.numbers["p_value"][0] < 1e-3
    assert found.numbers["amplitude"][0] > 0


def test_a_phase_of_which_nothing_is_known_has_the_error_of_an_even_one():
    noise = np.random.default_rng(8).normal(size=(200, 12))
    found = measure(T, noise, None, KNOWN).numbers
    assert found["phase_error"].max() == pytest.approx(DAY / np.sqrt(12))


def test_progress_counts_all_series():
    told = []
    measure(
        T, np.random.default_rng(9).normal(size=(5000, 12)), None, KNOWN, lambda *x: told.append(x)
    )
    assert told == [(4096, 5000), (5000, 5000)]
