"""What a maximum is worth: formulas against references, and against simulated noise."""

from math import factorial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

import oracles
from epicycle.evidence.significance import (
    effective_bandwidth,
    false_alarm_probability,
    mean_speed,
    pooled_power,
    power_among_groups,
    power_of_evidence,
    power_threshold,
)
from epicycle.spectra.periodogram import Periodogram
from generators import regression, sinusoids
from oracles import evidence_of_power, residual_of


@pytest.mark.parametrize("errors", [False, True], ids=["equal weights", "errors"])
def test_false_alarm_probability_is_baluevs(errors: bool) -> None:
    timeseries = pytest.importorskip("astropy.timeseries")
    problem = sinusoids(8, 90, 50.0, errors=errors)
    reference = timeseries.LombScargle(problem.t, problem.y, problem.dy)
    data = problem.data(0)
    for wanted in (0.3, 2.0, 40.0):
        # astropy rounds the limit to its own grid
        _, maximum = reference.autofrequency(maximum_frequency=wanted, return_freq_limits=True)
        bandwidth = effective_bandwidth(data, 0.0, maximum)
        for power in (0.05, 0.15, 0.25, 0.4, 0.8):
            expected = reference.false_alarm_probability(
                power, method="baluev", maximum_frequency=wanted
            )
            got = false_alarm_probability(power, dof=89, bandwidth=bandwidth)
            # the same formula; 1 - (1 - p) e^-tau loses digits where the result is near 1e-16
            assert got == pytest.approx(float(expected), rel=1e-9, abs=1e-15)


def test_effective_bandwidth_counts_from_the_weighted_mean() -> None:
    t = np.array([0.0, 1.0, 2.0, 10.0])
    w = np.array([1.0, 2.0, 1.0, 4.0])
    mean = (w @ t) / w.sum()
    variance = (w @ (t - mean) ** 2) / w.sum()
    got = effective_bandwidth(regression(t, t, weights=w), 0.5, 3.0)
    assert got == pytest.approx(2.5 * np.sqrt(4 * np.pi * variance), rel=1e-12)


@pytest.mark.parametrize("n_outputs", [1, 2, 3])
def test_a_frequency_known_beforehand_has_no_trials(n_outputs: int) -> None:
    components = 2 * n_outputs
    # P is then Beta(nu/2, (N - nu)/2) distributed, the F test of a regression
    power, dof = 0.2, 60
    ratio = power / components / ((1 - power) / (dof - components))
    expected = stats.f.sf(ratio, components, dof - components)
    got = false_alarm_probability(power, dof, 0.0, n_outputs=n_outputs)
    assert got == pytest.approx(float(expected), rel=1e-9)


@given(
    st.floats(1e-8, 0.5),
    st.integers(20, 10_000),
    st.floats(0.0, 1e9),
    st.sampled_from([1, 2, 3]),
)
def test_the_threshold_is_the_inverse(
    false_alarm: float, dof: int, bandwidth: float, n_outputs: int
) -> None:
    threshold = power_threshold(false_alarm, dof, bandwidth, n_outputs=n_outputs)
    assert 0 < threshold <= 1
    back = false_alarm_probability(threshold, dof, bandwidth, n_outputs=n_outputs)
    if threshold == 1:
        assert back < false_alarm
    else:
        # A root to 2e-12 in power (scipy's xtol), and d ln(FAP) / dP is about dof / 2 / (1 - P).
        slope = max(dof, 100) / (1 - min(threshold, 1 - 1e-9))
        assert back == pytest.approx(false_alarm, rel=1e-9 + 1e-11 * slope)


def test_extremes_of_power() -> None:
    assert false_alarm_probability(0.0, 50, 100.0) == 1.0
    assert false_alarm_probability(-1e-12, 50, 100.0) == 1.0
    assert false_alarm_probability(1.0, 50, 100.0) == 0.0
    assert false_alarm_probability(1.0 + 1e-12, 50, 100.0) == 0.0
    # with as many parameters as values nothing is significant
    assert false_alarm_probability(0.999, 3, 100.0) == 1.0


@given(st.floats(0.01, 0.98), st.floats(1.0, 1e6), st.integers(10, 1000))
def test_more_power_is_less_likely_and_more_trials_are_more(
    power: float, bandwidth: float, dof: int
) -> None:
    here = false_alarm_probability(power, dof, bandwidth)
    assert 0 <= here <= 1
    assert false_alarm_probability(min(power * 1.01, 1.0), dof, bandwidth) <= here
    assert false_alarm_probability(power, dof, 2 * bandwidth) >= here


@pytest.mark.parametrize("sampling", ["random", "nightly"])
@pytest.mark.parametrize("outputs", [1, 2])
def test_noise_exceeds_the_threshold_as_often_as_it_should(sampling: str, outputs: int) -> None:
    trials, n, maximum = 600, 60, 4.0
    rng = np.random.default_rng(10)
    t = sinusoids(11, n, 20.0, sampling=sampling).t
    data = regression(t, rng.normal(size=(n, trials * outputs)))
    residual = residual_of(data)
    spacing = 1 / (10 * data.baseline)
    power = Periodogram(data, spacing, round(maximum / spacing)).reduction(residual, 0.0)
    total = (residual**2).sum(axis=0)
    share = power.reshape(trials, outputs, -1).sum(axis=1)
    share /= total.reshape(trials, outputs).sum(axis=1)[:, None]
    dof = (n - 1) * outputs
    threshold = power_threshold(
        0.1, dof, effective_bandwidth(data, 0.0, maximum), n_outputs=outputs
    )
    exceeded = int((share.max(axis=1) > threshold).sum())
    # Baluev's form is an upper limit that is nearly reached: published and measured ratios lie
    # between 0.8 and 1.1.  Ten points per peak lose up to 0.8 % of a maximum's power, about 5 % of
    # the exceedances.  Beyond that, one in 1e4 such experiments fails by chance.
    low = stats.binom.ppf(5e-5, trials, 0.1 * 0.8 * 0.95)
    high = stats.binom.ppf(1 - 5e-5, trials, 0.1 * 1.1)
    assert low <= exceeded <= high


# ---- Harmonics -----------------------------------------------------------------------------


@pytest.mark.parametrize("n", [1, 2, 3, 5, 8, 16])
def test_the_speed_of_a_waveform_is_baluevs(n: int) -> None:
    """Baluev 2009, the factor alpha_n of a Fourier polynomial, without its powers of pi."""
    terms = [
        2 * (-1) ** (n - k) * k ** (2 * n + 1) / factorial(n + k) / factorial(n - k)
        for k in range(1, n + 1)
    ]
    exact = factorial(n - 1) * sum(terms) / np.prod(np.arange(1, n) + 0.5)
    assert mean_speed(range(1, n + 1)) == pytest.approx(exact, rel=3e-3)


def test_the_speed_with_several_outputs_is_that_of_their_shares() -> None:
    rng = np.random.default_rng(1)
    shares = rng.dirichlet(np.full(3, 5.0), 100_000)
    expected = np.sqrt(shares @ np.array([1.0, 4.0, 16.0])).mean()
    assert mean_speed((1, 2, 4), 5) == pytest.approx(expected, rel=2e-3)


@pytest.mark.parametrize(("sampling", "orders"), [("random", 1), ("random", 3), ("regular", 2)])
def test_a_rare_maximum_is_as_rare_as_stated(sampling: str, orders: int) -> None:
    """Far below what can be counted: probabilities of 1e-3 and 1e-9."""
    t = sinusoids(2, 60, 20.0, sampling=sampling).t
    frequency = np.arange(0.05, 1.0, 1 / (400.0 * orders))
    bases = oracles.harmonic_bases(t, frequency, orders)
    data = regression(t, t)
    width = effective_bandwidth(data, frequency[0], frequency[-1])
    chosen = range(1, orders + 1)
    for level in (1e-3, 1e-9):
        power = power_threshold(level, 59, width, orders=chosen)
        got = oracles.simulated_false_alarm(bases, power, 400, np.random.default_rng(3))
        # 400 shares whose relative scatter is below 1 have a mean to 5 %; the ends of the band and
        # the first-order form (upcrossings, not clusters of them) leave some 15 %
        assert got == pytest.approx(level, rel=0.3)


# ---- Several scatters ----------------------------------------------------------------------


@given(st.floats(1e-6, 0.99), st.integers(20, 1000), st.integers(1, 5))
def test_evidence_and_power_are_inverse(power: float, dof: int, pairs: int) -> None:
    evidence = evidence_of_power(power, dof, pairs)
    assert power_of_evidence(evidence, dof, pairs) == pytest.approx(power, rel=1e-9)


def pooled(before: np.ndarray, after: np.ndarray, counts: np.ndarray) -> float:
    """Return the pooled power of one line beside two parameters, scatters unknown."""
    quiet = np.ones(before.shape[1])
    return pooled_power(before, after, counts, 2, 1, quiet=quiet)


def test_one_part_has_the_fraction_itself() -> None:
    got = pooled(np.array([[80.0]]), np.array([[60.0]]), np.array([[50]]))
    assert got == pytest.approx(0.25, rel=1e-12)


def test_bands_with_scatters_of_their_own_are_as_rare_as_stated() -> None:
    """Exact powers of five bands: each Beta(1, (n - 4) / 2) of what mean and trend leave."""
    n, bands, trials = 20, 5, 40_000
    rng = np.random.default_rng(5)
    power = rng.beta(1.0, (n - 4) / 2, (trials, bands))
    before = np.array([1.0, 4.0, 9.0, 1e4, 1e-4])[np.newaxis]
    counts = np.full((1, bands), n)
    single = np.array(
        [
            false_alarm_probability(
                pooled(before, before * (1 - p), counts),
                (n - 2) * bands,
                0.0,
                n_outputs=bands,
            )
            for p in power
        ]
    )
    for level in (0.1, 1e-2, 1e-3):
        low, high = stats.binom.ppf([1e-4, 1 - 1e-4], trials, level)
        # Bartlett's factor turns a Beta into a chi-square to a few per cent of the probability
        assert 0.85 * low <= np.count_nonzero(single <= level) <= 1.15 * high


def test_errors_that_were_given_bound_the_scatter() -> None:
    """Chi-square below its degrees of freedom: the drop itself is the evidence."""
    counts, level = np.array([[100]]), np.ones(1)
    got = pooled_power(np.array([[50.0]]), np.array([[40.0]]), counts, 1, 1, quiet=level, least=1.0)
    free = pooled_power(np.array([[50.0]]), np.array([[40.0]]), counts, 1, 1, quiet=level)
    assert evidence_of_power(got, 99, 1) == pytest.approx(10.0, rel=1e-9)
    assert free == pytest.approx(0.2)


def test_the_power_among_groups_that_scatter_alike_is_that_of_all_together() -> None:
    """With one variance the likelihood is that of one part: the fraction itself, to a few %."""
    rng = np.random.default_rng(9)
    counts = np.full((20, 1), 8.0)
    before = rng.chisquare(7.0, (20, 1))
    after = before * rng.uniform(0.6, 0.8, (20, 1))
    got = power_among_groups(before, after, counts, 20, 1, np.ones(1))
    assert got == pytest.approx(1 - after.sum() / before.sum(), rel=0.1)


def test_a_line_through_the_few_values_of_one_group_is_worth_little() -> None:
    """For itself the group would have a variance of 0, and any line an infinite likelihood."""
    rng = np.random.default_rng(10)
    counts = np.full((20, 1), 5.0)
    before = rng.chisquare(4.0, (20, 1))
    after = before.copy()
    after[3] = 0.0
    got = power_among_groups(before, after, counts, 20, 1, np.ones(1))
    # at most the evidence of a chi-square that falls by all that the group had, and some
    assert evidence_of_power(got, 80, 1) < 2 * before[3, 0] + 4.0
    assert (
        evidence_of_power(pooled_power(before, after, counts, 20, 1, quiet=np.ones(1)), 80, 1) > 50
    )


def test_a_sample_that_fixes_the_level_does_not_shorten_the_data() -> None:
    """Its weight says nothing of other frequencies: the band has as many as without it.

    It weighs as much as the prediction from the others does, 200 / 3: near one end, 13 % more.
    """
    problem = sinusoids(3, 200, 50.0)
    data = problem.data(0)
    weights = np.ones((200, 1))
    weights[7] = 1e8
    heavy, plain = data.with_weights(weights), data.with_weights(np.ones((200, 1)))
    got, expected = (effective_bandwidth(one, 0.0, 10.0) for one in (heavy, plain))
    assert expected < got < 1.2 * expected
