"""Gears: what is claimed, how surely, and the common frequency, against calculations by hand."""

from fractions import Fraction
from math import pi, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from epicycle.evidence.gear_arguments import check_frequencies, check_train
from epicycle.evidence.gears import GearTrain, _lock, find_gears
from generators import gear_trains


def odds_of_pair(ratio: float, error: float, p: int, q: int, weight: float, largest: int = 16):
    """Return the odds of p/q, written out as in the docstring of the module."""
    probability = q**-2.0 / sum(n**-2.0 for n in range(1, largest + 1))
    fractions = sum(Fraction(j, q).denominator == q for j in range(q))
    density = np.exp(-0.5 * ((ratio - p / q) / error) ** 2) / (error * sqrt(2 * pi))
    return weight * probability / fractions * density


# ---- Odds ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("p", "q"), [(24, 1), (2, 1), (3, 2), (8, 5), (60, 7), (86400, 1)])
def test_the_odds_of_a_pair_are_those_of_the_formula(p: int, q: int) -> None:
    f, e = np.array([2.0, 2.0 * p / q * (1 + 2e-9)]), np.array([2e-9, 3e-9 * p / q])
    ratio = f[1] / f[0]
    error = ratio * np.hypot(e[0] / f[0], e[1] / f[1])
    [train] = find_gears(f, e)
    assert train.steps == ((p, q),)
    # 1e-9 / 2e-16 digits are left of the deviation
    assert train.odds == pytest.approx(odds_of_pair(ratio, error, p, q, 0.1), rel=1e-6)


def test_a_ratio_is_evidence_only_if_it_is_precise() -> None:
    assert find_gears([1.0, 3.02], [1e-4, 0.05]) == ()
    [train] = find_gears([1.0, 24.0000001], [1e-9, 1e-6])
    assert train.odds > 1000
    # the same ratio, ever less precise: the odds fall in proportion, until nothing is claimed
    odds = [train.odds for e in (1e-7, 1e-6, 1e-5) for train in find_gears([1.0, 24.0], [1e-12, e])]
    assert odds[0] / odds[1] == pytest.approx(10, rel=1e-3)
    assert odds[1] / odds[2] == pytest.approx(10, rel=1e-3)
    assert find_gears([1.0, 24.0], [1e-12, 1e-2]) == ()


def test_the_more_there_are_to_choose_from_the_less_a_pair_means() -> None:
    f, e = [1.0, 24.0], [1e-8, 1e-6]
    others = [7.123456, 11.43215, 17.34567]
    [alone] = find_gears(f, e)
    [among] = find_gears(f + others, e + [1e-2] * 3)
    assert among.odds == pytest.approx(alone.odds / 4, rel=1e-9)
    [reluctant] = find_gears(f, e, prior=0.001)
    assert reluctant.odds == pytest.approx(alone.odds / 100, rel=1e-9)


def test_the_odds_of_a_train_are_those_of_its_joints() -> None:
    """Each joint is weighed with what the train knows: here the fast pair makes the base."""
    f = np.array([1.0, 24.0, 1440.0])
    e = np.array([1e-5, 1e-6, 1e-7])
    [train] = find_gears(f, e)
    assert train.ratios == (1, 24, 1440)
    first = odds_of_pair(60.0, 60 * np.hypot(e[1] / 24, e[2] / 1440), 60, 1, 0.1 / 2)
    # The day joins with the hour or the minute, one cycle being left: w = 1 / 2.  The hour, now
    # known as well as the minute, adds nothing to the day's own error.
    second = odds_of_pair(24.0, 24 * 1e-5, 24, 1, 1 / 2)
    assert train.odds == pytest.approx(1 / (1 / first + 1 / second), rel=1e-4)


@pytest.mark.parametrize("count", [2, 5, 14])
def test_chance_is_seldom_claimed(count: int) -> None:
    """Frequencies without relation, errors from hopeless to superb: claims stay below the bound.

    The bound at odds of 100 is 0.1 K / 200, which is 0.1 % for a pair; here all sets together may
    have 1 %, as a plain statement that anyone can check.
    """
    rng = np.random.default_rng(count)
    trials = 3000 // count
    claims = 0
    for _ in range(trials):
        f = 10 ** rng.uniform(0, 3, count)
        e = f * 10 ** rng.uniform(-8, -1, count)
        claims += any(g.odds > 100 for g in find_gears(f + e * rng.normal(size=count), e))
    assert claims <= 0.01 * trials


def test_odds_mean_what_they_say() -> None:
    """Of pairs drawn as the prior says, claims with odds O are wrong in 1 of 1 + O cases.

    One pair in eleven is geared (prior odds 0.1), with a denominator drawn from its distribution.
    """
    rng = np.random.default_rng(0)
    q_share = np.arange(1, 17) ** -2.0
    q_share /= q_share.sum()
    doubt, wrong, claims = [], 0, 0
    for _ in range(8000):
        ratio = float(rng.uniform(2, 40))
        geared = rng.uniform() < 1 / 11
        if geared:
            q = int(rng.choice(16, p=q_share)) + 1
            coprime = [j for j in range(q) if Fraction(j, q).denominator == q]
            ratio = int(ratio) + int(rng.choice(coprime)) / q
        e = 10 ** rng.uniform(-4, -2)  # where it is hard to say
        for train in find_gears([1.0, ratio + e * rng.normal()], [1e-12, e], least_odds=2):
            claims += 1
            doubt.append(1 / (1 + train.odds))
            wrong += not geared or train.steps[0] != (
                Fraction(ratio).limit_denominator(16).numerator,
                Fraction(ratio).limit_denominator(16).denominator,
            )
    # A sum of independent yes-or-no draws, within 4 standard deviations; enough of them that odds
    # too high or too low by a factor of 3 would show.
    expected, spread = sum(doubt), sqrt(sum(d * (1 - d) for d in doubt))
    assert 2 / 3 * expected > 4 * spread
    assert abs(wrong - expected) < 4 * spread


@given(seed=st.integers(0, 2**32 - 1))
def test_true_trains_are_recognised(seed: int) -> None:
    f, e, ratios = gear_trains(seed)
    [train] = find_gears(f, e, least_odds=100)
    assert train.members == tuple(np.argsort(ratios).tolist())
    assert train.ratios == tuple(sorted(ratios))


def test_the_hands_of_a_clock() -> None:
    """1 : 24 : 1440 : 86400 with errors as 120 years of samples leave them, beside two others."""
    f = np.array([86400.0, 1.0, 24.0, 5.4321, 1440.0, 777.654321])
    e = np.full(6, 1e-6)
    rng = np.random.default_rng(5)
    [train] = find_gears(f + e * rng.normal(size=6), e)
    assert train.members == (1, 2, 4, 0)
    assert train.ratios == (1, 24, 1440, 86400)
    assert train.steps == ((24, 1), (60, 1), (60, 1))
    assert train.odds > 100


def test_two_trains_stay_apart() -> None:
    f = np.array([1.0, 24.0, 0.7071067, 0.7071067 * 13])
    trains = find_gears(f, np.full(4, 1e-7))
    assert {train.members for train in trains} == {(0, 1), (2, 3)}
    assert [t.odds for t in trains] == sorted((t.odds for t in trains), reverse=True)


def test_two_trains_become_one_when_they_mesh() -> None:
    """With this prior the pairs 1 : 25 and 1 : 31 come first, then 11 : 6 between them."""
    f = np.array([12.0, 12.0 * 25, 12.0 * 25 / 6 * 11, 12.0 * 25 / 6 * 11 * 31])
    e = f * 1e-9
    [train] = find_gears(f, e, prior=1.0)
    assert train.members == (0, 1, 2, 3)
    assert train.steps == ((25, 1), (11, 6), (31, 1))
    assert train.ratios == (6, 150, 275, 8525)
    assert train.frequency == pytest.approx(2.0, rel=1e-9)
    pairs = [odds_of_pair(p, p * sqrt(2) * 1e-9, p, 1, 1 / 3) for p in (25, 31)]
    # each of two frequencies in a train is known 1 / sqrt(2) as well as by itself
    mesh = odds_of_pair(11 / 6, 11 / 6 * 1e-9, 11, 6, 1 / 4)
    assert train.odds == pytest.approx(1 / (sum(1 / o for o in pairs) + 1 / mesh), rel=1e-6)


# ---- The common frequency ------------------------------------------------------------------


def locked(frequencies: np.ndarray, errors: np.ndarray, ratios: list[int]) -> GearTrain:
    """Return the train of all frequencies at given ratios."""
    f, covariance = check_frequencies(frequencies, errors)
    return _lock(f, covariance, tuple(range(len(f))), tuple(ratios)).result(np.nan)


def test_the_common_frequency_is_the_weighted_mean() -> None:
    f, e, n = (
        np.array([1.0002, 23.999, 60.001]),
        np.array([2e-4, 3e-3, 1e-3]),
        np.array([1, 24, 60]),
    )
    train = locked(f, e, n.tolist())
    # minimum of sum ((f - n b) / e)^2
    information = (n**2 / e**2).sum()
    base = (n * f / e**2).sum() / information
    assert train.frequency == pytest.approx(base, rel=1e-14)
    assert train.frequency_error == pytest.approx(information**-0.5, rel=1e-12)
    assert train.chi2 == pytest.approx((((f - n * base) / e) ** 2).sum(), rel=1e-9)
    assert train.period == pytest.approx(1 / base)
    assert train.period_error == pytest.approx(train.frequency_error / base**2)
    assert np.isnan(train.odds)


def test_a_covariance_is_used_in_full() -> None:
    rng = np.random.default_rng(2)
    root = rng.normal(size=(3, 3)) * 1e-4
    covariance = root @ root.T
    f, n = np.array([1.0, 24.0, 60.0]) + root @ rng.normal(size=3), np.array([1.0, 24.0, 60.0])
    train = locked(f, covariance, [1, 24, 60])
    inverse = np.linalg.inv(covariance)
    base = n @ inverse @ f / (n @ inverse @ n)
    # the inverse of a matrix with condition number of 1e4 or so
    assert train.frequency == pytest.approx(base, rel=1e-9)
    assert train.frequency_error == pytest.approx((n @ inverse @ n) ** -0.5, rel=1e-8)
    assert train.chi2 == pytest.approx((f - n * base) @ inverse @ (f - n * base), rel=1e-5)


def test_errors_and_a_diagonal_covariance_are_the_same() -> None:
    f, e = [1.0, 24.00001, 7.77], [1e-6, 2e-5, 1e-3]
    assert find_gears(f, e) == find_gears(f, np.diag(np.square(e)))


def test_errors_that_move_together_leave_a_ratio_sharp() -> None:
    """Frequencies 1 and 24 whose errors are a common factor: their ratio is certain."""
    f = np.array([1.0, 24.0]) * 1.001
    common = np.outer(f, f) * 1e-6
    assert find_gears(f, np.sqrt(np.diag(common))) == ()
    [train] = find_gears(f, common + np.diag([1e-16, 1e-14]))
    assert train.ratios == (1, 24)
    assert train.frequency_error == pytest.approx(1.001e-3, rel=1e-3)


def test_chi_square_is_distributed_as_one() -> None:
    rng = np.random.default_rng(3)
    n = np.array([1, 24, 1440])
    e = np.array([1e-7, 2e-6, 5e-5])
    chi2 = [locked(0.3 * n + e * rng.normal(size=3), e, n.tolist()).chi2 for _ in range(2000)]
    # two degrees of freedom: mean 2, variance 4
    assert np.mean(chi2) == pytest.approx(2, abs=4 * sqrt(4 / 2000))


# ---- Invariance ----------------------------------------------------------------------------


@given(seed=st.integers(0, 2**32 - 1), scale=st.floats(1e-12, 1e12))
def test_the_unit_of_time_does_not_matter(seed: int, scale: float) -> None:
    f, e, _ = gear_trains(seed)
    [plain] = find_gears(f, e)
    [scaled] = find_gears(f * scale, e * scale)
    assert (scaled.members, scaled.ratios) == (plain.members, plain.ratios)
    # pulls of order 1 of errors above 1e-9 lose 1e-7 to rounding, and odds as much
    assert scaled.odds == pytest.approx(plain.odds, rel=1e-5)
    assert scaled.chi2 == pytest.approx(plain.chi2, abs=1e-5)
    assert scaled.frequency == pytest.approx(plain.frequency * scale, rel=1e-13)
    assert scaled.frequency_error == pytest.approx(plain.frequency_error * scale, rel=1e-9)


@given(seed=st.integers(0, 2**32 - 1))
def test_the_order_of_frequencies_does_not_matter(seed: int) -> None:
    f, e, _ = gear_trains(seed)
    shuffled = np.random.default_rng(seed).permutation(len(f))
    [plain] = find_gears(f, e)
    [other] = find_gears(f[shuffled], e[shuffled])
    assert tuple(int(shuffled[m]) for m in other.members) == plain.members
    assert other.ratios == plain.ratios
    assert other.odds == pytest.approx(plain.odds, rel=1e-9)


def test_exact_numbers_are_no_exception() -> None:
    """Errors below the rounding of the numbers do not make a pull of what is rounding."""
    f = np.array([0.1, 0.3, 2.4])  # 0.3 / 0.1 is not 3 in float64
    [train] = find_gears(f, np.full(3, 1e-30))
    assert train.ratios == (1, 3, 24)
    assert train.chi2 < 3


def test_little_is_no_exception() -> None:
    assert find_gears([], []) == ()
    assert find_gears([1.0], [0.1]) == ()
    # a ratio beyond all integers of float64 says nothing
    assert find_gears([1e-100, 1e100], [1e-115, 1e85]) == ()


def test_a_train_is_a_plain_frozen_object() -> None:
    train = GearTrain((0, 1), (2, 3), 0.5, 1e-3, 0.1, 50.0)
    assert train.steps == ((3, 2),)
    assert train.period == 2.0
    with pytest.raises(AttributeError):
        train.odds = 1.0  # type: ignore[misc]


# ---- Bad input -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("frequencies", "errors", "message"),
    [
        ([1.0, -2.0], [0.1, 0.1], r"frequencies must be one-dimensional, finite and above 0, got"),
        ([1.0, np.nan], [0.1, 0.1], r"frequencies must .* finite"),
        ([[1.0, 2.0]], [[0.1, 0.1]], r"frequencies must be one-dimensional.*shape \(1, 2\)"),
        ([1.0, 2.0], [0.1], r"errors must have the shape \(2,\) .* got shape \(1,\)"),
        ([1.0, 2.0], [[0.1, 0.1], [0.0, 0.1]], r"errors must .* symmetric"),
        ([1.0, 2.0], [0.1, 0.0], r"errors must be finite and above 0, got \[0\.1, 0\.0\]"),
        ([1.0, 2.0], [0.1, -0.1], r"errors must be finite and above 0"),
        ([1.0, 2.0], [0.1, np.inf], r"errors must be finite and above 0"),
    ],
)
def test_bad_numbers_are_refused(frequencies: object, errors: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        find_gears(frequencies, errors)


@pytest.mark.parametrize(
    ("members", "ratios", "message"),
    [
        ((0,), (1,), "members must be at least two different indices below 3"),
        ((0, 0), (1, 2), "members must be at least two different"),
        ((0, 3), (1, 2), "members must be at least two different indices below 3"),
        ((0, -1), (1, 2), "members must be an integer of at least 0"),
        ((0, 1), (1, 0), "ratios must be an integer of at least 1"),
        ((0, 1), (1, 2.5), "ratios must be an integer"),
        ((0, 1), (1,), "ratios must be one integer for each of the 2 members"),
    ],
)
def test_bad_trains_are_refused(members: tuple, ratios: tuple, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        check_train(members, ratios, 3)


@pytest.mark.parametrize("name", ["largest_denominator", "prior", "least_odds"])
def test_bad_options_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match=name):
        find_gears([1.0, 2.0], [0.1, 0.1], **{name: 0})


def test_denominators_have_a_largest_one() -> None:
    """The ratios up to it are as many as its square: 1e9 took hours."""
    assert find_gears([1.0, 2.0], [1e-9, 1e-9], largest_denominator=1000)
    with pytest.raises(ValueError, match="largest_denominator must be at most 1,000"):
        find_gears([1.0, 1.37], [1e-3, 1e-3], largest_denominator=10**9)
