"""Refit and lock: scores, errors, and which gears are locked."""

import math

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from epicycle.problems import Clock, clock_refit
from epicycle.problems.clock import YEAR
from epicycle.problems.clock_network import ClockNetwork
from epicycle.problems.clock_refit import lock, refit
from tests.problems.lessons import SMALL, examples, network_of

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
