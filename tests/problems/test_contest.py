"""The contest is fair, and its results are those of the networks that come out of it."""

import json

import numpy as np
import pytest
import torch

from epicycle.problems import Clock, Sine, exact_match
from epicycle.problems.clock import YEAR
from epicycle.problems.contest import enter_clock, enter_sine, read_digits, sine_loss
from epicycle.problems.designs import design
from epicycle.problems.networks import Snake


def test_seconds_of_the_clock_are_distinct_for_the_networks() -> None:
    # in float32 neighbouring seconds late in 120 years would be one and the same input
    end = int(120 * YEAR)
    clock = Clock()
    _, trained = enter_clock("time2vec", clock, seconds=0, n_test=1)
    x = trained._scaled(np.array([[end - 2.0], [end - 1.0]]))
    assert x[0] != x[1]


def test_training_ends_with_its_time_or_its_batches() -> None:
    problem = Sine()
    result, trained = enter_sine("snake", problem, seconds=60, max_batches=3, n_test=10)
    assert result.batches == trained.batches == len(trained.losses) == 3
    once, _ = enter_sine("snake", problem, seconds=0, n_test=10)
    assert once.batches == 1
    told = []
    timed, _ = enter_sine(
        "adam", problem, seconds=0.2, n_test=10, progress=lambda *a: told.append(a)
    )
    assert timed.seconds >= 0.2
    assert [batches for batches, _, _ in told] == list(range(1, timed.batches + 1))
    assert told[-1][1] == timed.seconds
    assert told[-2][1] < 0.2


def test_the_same_seed_gives_the_same_result_whatever_else_was_drawn() -> None:
    options = {"seconds": 60, "max_batches": 4, "n_test": 50}
    first, _ = enter_sine("siren", Sine(), **options)
    torch.manual_seed(123)
    before = torch.random.get_rng_state()
    second, _ = enter_sine("siren", Sine(), **options)
    assert torch.equal(before, torch.random.get_rng_state())  # nor is anything drawn from outside
    other, _ = enter_sine("siren", Sine(), seed=1, **options)
    assert first.loss == second.loss != other.loss


def test_plain_optimizers_learn_nothing_of_the_frequency() -> None:
    for name in ("sgd", "adam"):
        result, trained = enter_sine(name, Sine(), seconds=60, max_batches=300, n_test=2000)
        assert result.parameters == 1
        assert result.learned == pytest.approx(trained.network.freq.item())
        assert abs(result.learned - 31) > 0.01
        assert result.loss > 0.8
        # and the result is that of the network
        x, y = Sine().batch(2000, np.random.default_rng([0, 1]))
        assert result.loss == pytest.approx(np.mean((np.sin(result.learned * x) - y) ** 2))


def test_a_network_with_its_guess_right_can_win() -> None:
    # A contest in which nobody could win proves nothing: 3 cycles in the range, ω₀ near them.
    problem = Sine(3.0, span=np.pi)
    result, _ = enter_sine(
        "siren:10", problem, seconds=60, max_batches=120, batch_size=256, n_test=2000
    )
    assert result.loss < 0.02
    assert result.learned is None


def test_clock_results_are_those_of_the_network() -> None:
    clock = Clock(86400, (4, 3))
    told = []
    result, trained = enter_clock(
        "snake:30", clock, seconds=60, max_batches=3, years=2, beyond=5, batch_size=64,
        n_test=500, seed=5, progress=lambda *a: told.append(a),
    )  # fmt: skip
    assert len(told) == 3
    assert (result.batches, result.samples_seen, result.n_test) == (3, 192, 500)
    assert result.parameters == sum(
        p.numel() for p in Snake(1, 7, a=30.0).parameters() if p.requires_grad
    )
    rng = np.random.default_rng([5, 1])
    for share, beyond in (
        (result.exact_match_in_range, 0), (result.exact_match_beyond, 5)
    ):  # fmt: skip
        t = clock.sample(500, rng=rng, years=2, beyond=beyond)
        outputs = trained(t)
        assert outputs.shape == (500, 7)
        digits = np.stack([outputs[:, :4].argmax(1), outputs[:, 4:].argmax(1)], axis=1)
        assert share == exact_match(digits, clock.digits(t))


def test_a_clock_can_be_read_where_the_digits_are_slow() -> None:
    # one digit of two values, one day in the whole range: a step, which an MLP does learn
    clock = Clock(YEAR, (2,))
    result, _ = enter_clock(
        "mlp", clock, seconds=60, max_batches=60, years=1, beyond=1, n_test=2000
    )
    assert result.exact_match_in_range > 0.95
    assert result.exact_match_beyond < 0.9


def test_the_continuous_clock_is_told_real_valued_instants() -> None:
    seen = []

    class Spy(Clock):
        def digits(self, t):
            seen.append(np.asarray(t))
            return super().digits(t)

    enter_clock("snake", Spy(), seconds=0, n_test=10, continuous=True)
    assert all((t != np.rint(t)).any() for t in seen)
    seen.clear()
    enter_clock("snake", Spy(), seconds=0, n_test=10)
    assert all(t.dtype == np.int64 for t in seen)


def test_read_digits() -> None:
    outputs = np.array([[0, 9, 5, 6, 7], [3, 1, 0, -1, -2.0]])
    assert read_digits(outputs, (2, 3)).tolist() == [[1, 2], [0, 0]]


def test_results_are_json_even_of_what_diverged() -> None:
    result, _ = enter_clock("time2vec", Clock(), seconds=0, n_test=10)
    json.dumps(result.to_dict(), allow_nan=False)
    assert np.isnan(sine_loss(lambda x: np.full_like(x, np.nan), Sine(), 10))
    # |z| < 1 at ten times the range before its beginning is beyond any float
    diverged, _ = enter_sine("surrogate", Sine(), seconds=0, n_test=100)
    assert diverged.to_dict()["loss_beyond"] is None
    json.dumps(diverged.to_dict(), allow_nan=False)


@pytest.mark.parametrize(
    ("entry", "match"),
    [
        ("alexnet", "'alexnet' is no network known here: expected one of siren, mlp, snake, fan"),
        ("sgd", "'sgd' is no network"),
        ("siren:", "expected a positive number after the colon"),
        ("siren:x", "expected a positive number after the colon"),
        ("siren:-3", "expected a positive number after the colon"),
        ("siren:nan", "expected a positive number after the colon"),
        ("mlp:3", "mlp has nothing to guess"),
    ],
)
def test_unknown_entries_are_refused(entry: str, match: str) -> None:
    with pytest.raises(ValueError, match=match):
        design(entry)
    if entry == "sgd":
        assert design(entry, plain=True).title == "SGD"
