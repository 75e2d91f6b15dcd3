"""The contest: the networks that were proposed, on one stream of data, for the same time.

Whatever might excuse a failure is taken away: the data never end and carry no noise, and each
network has its published settings.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor, nn

from epicycle.problems.clock import Readable, exact_match
from epicycle.problems.designs import Design, design
from epicycle.problems.sine import Sine
from epicycle.problems.training import Progress, Trained, train
from epicycle.samples.arrays import Floats

# ---- The Sin problem -----------------------------------------------------------------------


@dataclass(frozen=True)
class SineResult:
    """How a network did on the Sin problem.

    Parameters
    ----------
    title : str
        Name of the network.
    loss, loss_beyond : float
        Mean squared error on fresh samples in the range, and in ten times the range.
    learned : float or None
        The angular frequency at the end, of networks that have one.
    batches, seconds, parameters
        How long it was trained, and the number of its parameters.
    """

    title: str
    loss: float
    loss_beyond: float
    learned: float | None
    batches: int
    seconds: float
    parameters: int

    def to_dict(self) -> dict[str, Any]:
        """Return what JSON can hold: a loss that is not finite becomes None."""
        return _finite(asdict(self))


def enter_sine(
    entry: str | Design,
    problem: Sine,
    *,
    seconds: float,
    max_batches: int | None = None,
    target: float | None = None,
    batch_size: int = 1024,
    n_test: int = 100_000,
    seed: int = 0,
    progress: Progress | None = None,
) -> tuple[SineResult, Trained]:
    """Train a network on the Sin problem and see how it did.

    Parameters
    ----------
    entry : str or Design
        The network, or its name, see :func:`epicycle.problems.designs.design`; also "sgd" and
        "adam".
    problem : Sine
        The problem.
    seconds, max_batches, target, seed, progress
        As for :func:`epicycle.problems.training.train`.
    batch_size, n_test : int
        Samples of a batch, and of the test.
    """
    trained = train(
        design(entry, plain=True) if isinstance(entry, str) else entry,
        lambda rng: problem.batch(batch_size, rng),
        nn.functional.mse_loss,
        out_features=1,
        limits=(-problem.span, problem.span),
        seconds=seconds,
        max_batches=max_batches,
        target=target,
        seed=seed,
        progress=progress,
    )
    freq = getattr(trained.network, "freq", None)
    result = SineResult(
        title=trained.design.title,
        loss=sine_loss(trained, problem, n_test, seed=seed),
        loss_beyond=sine_loss(trained, problem, n_test, seed=seed, beyond=10.0),
        learned=None if freq is None else freq.item(),
        batches=trained.batches,
        seconds=trained.seconds,
        parameters=trained.parameters,
    )
    return result, trained


def sine_loss(
    predict: Callable[[Floats], ArrayLike],
    problem: Sine,
    n_test: int,
    *,
    seed: int = 0,
    beyond: float = 1.0,
) -> float:
    """Return the mean squared error of `predict` on samples that were never drawn before."""
    x, y = problem.batch(n_test, np.random.default_rng([seed, 1]), beyond=beyond)
    with np.errstate(over="ignore", invalid="ignore"):  # what diverged has an error of inf or nan
        return float(np.square(np.asarray(predict(x)) - y).mean())


# ---- The Clock Problem ---------------------------------------------------------------------


@dataclass(frozen=True)
class ClockResult:
    """How a network did on the Clock Problem.

    Parameters
    ----------
    title : str
        Name of the network.
    exact_match_in_range, exact_match_beyond : float
        Share of unseen instants with every digit right, in the range and on either side of it.
    n_test : int
        Number of instants of each of these tests.
    batches, samples_seen, seconds, parameters
        How long it was trained, and the number of its parameters.
    """

    title: str
    exact_match_in_range: float
    exact_match_beyond: float
    n_test: int
    batches: int
    samples_seen: int
    seconds: float
    parameters: int

    def to_dict(self) -> dict[str, Any]:
        """Return what JSON can hold."""
        return _finite(asdict(self))


def enter_clock(
    entry: str,
    clock: Readable,
    *,
    seconds: float,
    max_batches: int | None = None,
    years: float = 120.0,
    beyond: float = 1200.0,
    continuous: bool = False,
    batch_size: int = 1024,
    n_test: int = 100_000,
    seed: int = 0,
    progress: Progress | None = None,
) -> tuple[ClockResult, Trained]:
    """Train a network on the Clock Problem, by cross-entropy of each digit, and see how it did.

    Parameters
    ----------
    entry : str
        Name of the network, see :func:`epicycle.problems.designs.design`.
    clock : Clock, DecimalDigits, SevenSegments or Calendar
        What is to be read.
    seconds, max_batches, seed, progress
        As for :func:`epicycle.problems.training.train`.
    years, beyond, continuous
        As for :meth:`epicycle.problems.Clock.sample`; `beyond` is for the test alone.
    batch_size, n_test : int
        Samples of a batch, and of each test.
    """

    def draw(rng: np.random.Generator) -> tuple[NDArray[Any], NDArray[Any]]:
        t = clock.sample(batch_size, rng=rng, years=years, continuous=continuous)
        return t[:, None], clock.digits(t)

    def criterion(output: Tensor, target: Tensor) -> Tensor:
        blocks = torch.split(output, list(clock.radices), dim=-1)
        losses = [nn.functional.cross_entropy(b, target[:, k]) for k, b in enumerate(blocks)]
        return torch.stack(losses).sum()

    trained = train(
        design(entry),
        draw,
        criterion,
        out_features=sum(clock.radices),
        limits=(0.0, years * clock.year),
        seconds=seconds,
        max_batches=max_batches,
        seed=seed,
        progress=progress,
    )
    rng = np.random.default_rng([seed, 1])
    shares = []
    for outside in (0.0, beyond):
        t = clock.sample(n_test, rng=rng, years=years, beyond=outside, continuous=continuous)
        shares.append(exact_match(read_digits(trained(t), clock.radices), clock.digits(t)))
    result = ClockResult(
        title=trained.design.title,
        exact_match_in_range=shares[0],
        exact_match_beyond=shares[1],
        n_test=n_test,
        batches=trained.batches,
        samples_seen=trained.batches * batch_size,
        seconds=trained.seconds,
        parameters=trained.parameters,
    )
    return result, trained


def read_digits(outputs: ArrayLike, radices: Sequence[int]) -> NDArray[np.int64]:
    """Return the most likely digits, (n, n_digits), from outputs of shape (n, sum of radices)."""
    blocks = np.split(np.asarray(outputs), np.cumsum(radices)[:-1], axis=-1)
    return np.stack([block.argmax(axis=-1) for block in blocks], axis=-1)


def _finite(document: dict[str, Any]) -> dict[str, Any]:
    return {
        key: None if isinstance(value, float) and not math.isfinite(value) else value
        for key, value in document.items()
    }
