"""Train a network in an ordinary loop until its time is over.

Inputs and networks are in float64, because in float32 the seconds of 120 years are not even
distinct, and inputs are scaled to the range that each network was published with.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor, nn

from epicycle.problems.designs import Design
from epicycle.samples.arrays import Floats

#: Told of (batches, seconds, loss) after each batch.
Progress = Callable[[int, float, float], None]

#: Inputs that are predicted at once.
_BLOCK = 1 << 14


@dataclass(frozen=True)
class Trained:
    """A network after its training.

    Parameters
    ----------
    design : Design
        What it is.
    network : Module
        The network itself.
    limits : (float, float)
        The range of inputs that it was trained on.
    batches, seconds : int, float
        How long it was trained.
    losses : ndarray, shape (batches,)
        The loss on each batch.
    """

    design: Design
    network: nn.Module
    limits: tuple[float, float]
    batches: int
    seconds: float
    losses: Floats

    @property
    def parameters(self) -> int:
        """Number of parameters that were trained."""
        return sum(p.numel() for p in self.network.parameters() if p.requires_grad)

    def __call__(self, x: ArrayLike) -> Floats:
        """Return the outputs, of shape (n, out_features), at inputs of shape (n,) or (n, 1)."""
        column = np.asarray(x, dtype=np.float64).reshape(-1, 1)
        with torch.no_grad():
            parts = [
                self.network(self._scaled(column[k : k + _BLOCK])).numpy()
                for k in range(0, len(column), _BLOCK)
            ]
        return np.concatenate(parts)

    def _scaled(self, x: Floats) -> Tensor:
        return _scale(x, self.limits, self.design.domain)


def train(
    contestant: Design,
    draw: Callable[[np.random.Generator], tuple[NDArray[Any], NDArray[Any]]],
    criterion: Callable[[Tensor, Tensor], Tensor],
    *,
    out_features: int,
    limits: tuple[float, float],
    seconds: float,
    max_batches: int | None = None,
    target: float | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> Trained:
    """Train one network until its time is over.

    Parameters
    ----------
    contestant : Design
        The network and its optimizer.
    draw : callable
        ``draw(rng)`` returns a batch (x, target), x of shape (n, 1).
    criterion : callable
        ``criterion(output, target)`` returns the loss of a batch.
    out_features : int
        Number of outputs.
    limits : (float, float)
        The range of x.
    seconds : float
        Time for batches and steps; the last batch is finished, and there is at least one.
    max_batches : int, optional
        End after this number of batches, if that is earlier.
    target : float, optional
        End when the loss of a batch is no more than this, if that is earlier.
    seed : int
        Seed of the network and, separately, of the data: the same seed gives every network the
        same batches in the same order.
    progress : callable, optional
        Told of (batches, seconds, loss) after each batch.
    """
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        network = contestant.build(out_features).to(torch.float64)
    optimizer = contestant.optimizer(network)
    rng = np.random.default_rng([seed, 0])
    losses = []
    started = time.perf_counter()
    while True:
        x, wanted = draw(rng)
        loss = criterion(network(_scale(x, limits, contestant.domain)), torch.from_numpy(wanted))
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        losses.append(loss.item())
        elapsed = time.perf_counter() - started
        if progress is not None:
            progress(len(losses), elapsed, losses[-1])
        solved = target is not None and losses[-1] <= target
        if solved or elapsed >= seconds or len(losses) == max_batches:
            break
    return Trained(contestant, network, limits, len(losses), elapsed, np.array(losses))


def _scale(
    x: NDArray[Any], limits: tuple[float, float], domain: tuple[float, float] | None
) -> Tensor:
    x = np.asarray(x, dtype=np.float64)
    if domain is not None:
        (a, b), (low, high) = limits, domain
        x = low + (high - low) * ((x - a) / (b - a))
    return torch.from_numpy(x)
