"""The clock learned: network, refit, lock, and the training loop around them."""

import math

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from epicycle.problems import Clock, clock_refit, exact_match
from epicycle.problems.clock import YEAR
from epicycle.problems.clock_network import ClockNetwork
from epicycle.problems.clock_refit import lock, refit
from epicycle.problems.clock_training import learn_clock

SMALL = Clock(1234.5678, (10, 12))


def network_of(clock: Clock, *, origin: int = 0, steepness: float = 3e4) -> ClockNetwork:
    """The network that reads a clock exactly: at the origin, every digit has its true phase."""
    network = ClockNetwork(clock.radices, origin=origin)
    turns = [math.prod(clock.radices[:k]) for k in range(len(clock.radices))]
    with torch.no_grad():
        for k, n in enumerate(turns):
            network.periodic.frequency[k, 0] = n / clock.day_length
            network.dials.offset[k] = -math.fmod(n * (origin / clock.day_length), 1.0)
        network.dials.log_steepness.fill_(math.log(steepness))
    return network


def examples(clock: Clock, n: int, years: float, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    t = clock.sample(n, rng=np.random.default_rng(seed), years=years)
    return torch.as_tensor(t)[:, None], torch.as_tensor(clock.digits(t))


@pytest.mark.parametrize("clock", [Clock(), SMALL, Clock(3e5 / 7, (5, 60, 7))])
def test_the_network_can_read_a_clock(clock: Clock) -> None:
    network = network_of(clock, origin=1_900_000_000)
    t = clock.sample(20_000, rng=np.random.default_rng(1), years=120.0)
    digits = clock.digits(t)
    tick = clock.day_length / clock.ticks_per_day
    # where an instant lies on an edge, to 1e-5 of a class, float32 may decide either way
    clear = np.abs((t / tick + 0.5) % 1 - 0.5) > 1e-3
    assert (network.read(t) == digits)[clear].all()


def test_directions_are_signs_of_frequencies() -> None:
    network = network_of(SMALL)
    with torch.no_grad():
        network.periodic.frequency *= -1
    t = SMALL.sample(1000, rng=np.random.default_rng(1), years=0.01, continuous=True)
    assert exact_match(network.read(-t), SMALL.digits(t)) > 0.999


# ---- Refit ---------------------------------------------------------------------------------


def slow_score(
    network: ClockNetwork, t: torch.Tensor, digits: torch.Tensor, half: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Score by reverse-mode gradients, and information as its variance over all outcomes."""
    parameters = (network.periodic.frequency, network.dials.offset)

    def gradient(value: torch.Tensor) -> NDArray[np.float64]:
        f, offset = torch.autograd.grad(value, parameters, retain_graph=True)
        return np.concatenate([f.numpy()[:, 0] / half, offset.numpy()])

    k = len(network.dials.offset)
    score, information = np.zeros(2 * k), np.zeros((2 * k, 2 * k))
    for x, classes in zip(t, digits, strict=True):
        logs = network(x[None])[0].split(list(network.cyclic_sizes))
        for block, own in zip(logs, classes.tolist(), strict=True):
            score += gradient(block[own])
            for log in block:
                slope = gradient(log)
                information += math.exp(log.item()) * np.outer(slope, slope)
    return score, information


@pytest.mark.parametrize("gears", [None, (1, 5)])
def test_score_and_information_are_those_of_the_likelihood(gears: tuple[int, ...] | None) -> None:
    clock = Clock(700.0, (5, 4))
    network = ClockNetwork(clock.radices, origin=1000, gears=gears, dtype=torch.float64)
    with torch.no_grad():
        network.periodic.frequency.fill_(1 / 690.0)
        network.dials.offset.fill_(0.03)
        network.dials.log_steepness.fill_(math.log(9.0))
    t, digits = examples(clock, 12, 0.0001, 3)
    score, information = clock_refit._score(network, t, digits, 1500.0)
    slow, variance = slow_score(network, t, digits, 1500.0)
    k = len(network.dials.offset)
    for cycle in range(k):
        mine = [cycle, k + cycle]
        np.testing.assert_allclose(score[cycle], slow[mine], rtol=1e-9)
        np.testing.assert_allclose(information[cycle], variance[np.ix_(mine, mine)], rtol=1e-9)


def test_a_refit_reaches_its_own_errors() -> None:
    """Pulls of a normal distribution, over clocks; started from 3 % of a class away."""
    pulls = []
    for seed in range(12):
        network = network_of(SMALL, steepness=60.0)
        rng = np.random.default_rng(seed)
        t, digits = examples(SMALL, 1 << 16, 1.0, seed)
        truth = network.periodic.frequency.detach().clone()
        with torch.no_grad():
            network.periodic.frequency += torch.tensor(
                rng.normal(size=(2, 1)) * 0.003 / (0.5 * YEAR)
            )
            network.dials.offset += torch.tensor(rng.normal(size=2) * 0.003)
        errors = refit(network, t, digits)
        assert errors is not None
        away = (network.periodic.frequency.detach() - truth).numpy()[:, 0]
        pulls.extend(away / errors.frequency)
        # a mean of labels would know the phase of a class of 1/12 turn to 9e-5 turns
        assert errors.offset[1] < 0.3 * math.sqrt(1 / 12) / 12 / math.sqrt(1 << 16)
    # 24 numbers: 0.5 to 1.5 is 3.5 sigma of a root mean square
    assert 0.5 < math.sqrt(np.mean(np.square(pulls))) < 1.5


def test_what_was_not_learned_is_not_refitted() -> None:
    network = network_of(SMALL, steepness=1e9)
    t, digits = examples(SMALL, 1000, 1.0, 1)
    assert refit(network, t, digits) is None


# ---- Lock ----------------------------------------------------------------------------------


def refitted(
    network: ClockNetwork, t: torch.Tensor, digits: torch.Tensor
) -> clock_refit.ClockErrors:
    errors = refit(network, t, digits)
    assert errors is not None
    return errors


def test_gears_are_locked_and_the_day_is_known_better() -> None:
    t, digits = examples(SMALL, 1 << 14, 1.0, 5)
    network = network_of(SMALL, steepness=60.0)
    errors = refitted(network, t, digits)
    found = lock(network, errors)
    assert found is not None
    locked, train = found
    assert locked.dials.gears == train.ratios == (1, 10)
    after = refitted(locked, t, digits)
    assert after.frequency[0] < 0.5 * errors.frequency[0]
    away = locked.frequencies[0] - 1 / SMALL.day_length
    assert abs(away) < 4 * after.frequency[0]
    assert network.dials.gears is None  # as it was


def test_digits_of_two_clocks_are_not_locked() -> None:
    other = Clock(234.5, (12,))
    t = SMALL.sample(1 << 14, rng=np.random.default_rng(6), years=1.0)
    digits = np.stack([SMALL.digits(t)[:, 0], other.digits(t)[:, 0]], axis=1)
    network = network_of(SMALL, steepness=60.0)
    with torch.no_grad():
        network.periodic.frequency[1, 0] = 1 / other.day_length
    errors = refitted(network, torch.as_tensor(t)[:, None], torch.as_tensor(digits))
    assert lock(network, errors) is None


def test_digits_that_change_at_other_instants_are_not_locked() -> None:
    t = SMALL.sample(1 << 14, rng=np.random.default_rng(7), years=1.0)
    late = SMALL.digits(t + 3)  # seconds of 10.3 for a class of the second digit
    digits = np.stack([SMALL.digits(t)[:, 0], late[:, 1]], axis=1)
    network = network_of(SMALL, steepness=60.0)
    with torch.no_grad():
        network.dials.offset[1] -= 3 * network.periodic.frequency[1, 0]
    errors = refitted(network, torch.as_tensor(t)[:, None], torch.as_tensor(digits))
    assert lock(network, errors) is None


def test_the_common_offset_of_a_train_without_its_slowest_wheel() -> None:
    """Ratios 2 : 3: which of two half turns is meant, only the faster one tells."""
    for truth in (0.1, 0.6):
        gears = np.array([3, 2])
        offset = gears * truth % 1
        found, chi2 = clock_refit._common_offset(gears, offset, np.array([1e-3, 1e-3]))
        assert found % 1 == pytest.approx(truth, abs=1e-12)
        assert chi2 == pytest.approx(0.0, abs=1e-12)


# ---- The whole loop ------------------------------------------------------------------------


def test_earths_clock_is_learned_in_and_far_beyond_the_range() -> None:
    clock = Clock()
    rng = np.random.default_rng(8)
    t = clock.sample(1 << 15, rng=rng)
    lesson = learn_clock(t, clock.digits(t), clock.radices)
    assert lesson.gears is not None
    assert lesson.network.dials.gears == (1, 24, 1440)
    for beyond in (0.0, 1200.0):
        unseen = clock.sample(50_000, rng=rng, beyond=beyond)
        assert exact_match(lesson.network.read(unseen), clock.digits(unseen)) == 1.0
    assert lesson.moves >= 3
    assert lesson.distinct_samples == 1 << 15
    assert lesson.samples_seen > 1 << 15
    assert lesson.parameters <= 12


def test_any_other_clock_is_learned_with_wrong_labels_too() -> None:
    clock = Clock(54321.98765, (7, 31, 5))
    rng = np.random.default_rng(9)
    t = clock.sample(1 << 15, rng=rng, continuous=True)
    digits = clock.replace_labels(clock.digits(t), 0.05, rng=rng)
    lesson = learn_clock(t, digits, clock.radices, seed=1)
    unseen = clock.sample(50_000, rng=rng, continuous=True)
    # a scoring step is right to about 1 / sqrt(N K), K the steepness per class, which grows to
    # 1 / (3 errors): near N^(-2/3) or 1e-3 of a class at the worst
    assert exact_match(lesson.network.read(unseen), clock.digits(unseen)) > 0.998
    assert lesson.errors is not None
    day_error = lesson.errors.frequency[0] * clock.day_length**2
    assert abs(lesson.periods[0] - clock.day_length) < 5 * day_error


def test_a_dial_that_is_not_yet_aligned_does_not_cost_its_frequency() -> None:
    """The gradient at a frequency that is right is strong while its offset is wrong."""
    clock = Clock.random(18)
    t = clock.sample(1 << 16, rng=np.random.default_rng(13))
    lesson = learn_clock(t, clock.digits(t), clock.radices, seed=2)
    assert lesson.moves == len(clock.radices)  # none of them was taken for another line
    assert lesson.network.dials.gears == (1, clock.radices[0])


def test_without_gears_each_digit_keeps_its_own_frequency() -> None:
    t, digits = examples(SMALL, 1 << 13, 1.0, 10)
    lesson = learn_clock(t[:, 0], digits, SMALL.radices, geared=False)
    assert lesson.gears is None
    assert lesson.network.dials.gears is None
    assert len(lesson.periods) == 2


def test_a_seed_makes_a_lesson_repeatable() -> None:
    t, digits = examples(SMALL, 1 << 11, 0.1, 12)
    first, again, other = (
        learn_clock(t[:, 0], digits, SMALL.radices, seed=seed) for seed in (3, 3, 4)
    )
    assert np.array_equal(first.network.frequencies, again.network.frequencies)
    assert not np.array_equal(first.network.frequencies, other.network.frequencies)


def test_labels_that_have_nothing_to_do_with_time_are_not_learned() -> None:
    rng = np.random.default_rng(11)
    t = rng.integers(0, 10**6, 2048)
    lesson = learn_clock(t, rng.integers(0, (10, 12), (2048, 2)), (10, 12))
    assert lesson.moves == 0
    assert lesson.gears is None


def test_bad_examples_are_refused() -> None:
    with pytest.raises(ValueError, match=r"5 and 5 rows.*at least 32.*To fix this"):
        learn_clock(np.arange(5), np.zeros((5, 2)), (10, 12))
    with pytest.raises(ValueError, match=r"100 and 99 rows.*To fix this"):
        learn_clock(np.arange(100), np.zeros((99, 2)), (10, 12))
