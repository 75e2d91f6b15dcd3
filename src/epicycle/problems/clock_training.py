"""An ordinary training loop that learns any clock from examples, and what it learned."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import ArrayLike

from epicycle._twofloat import Floats
from epicycle.gears import GearTrain
from epicycle.optim import SpectralDescent
from epicycle.problems.clock_network import ClockNetwork
from epicycle.problems.clock_refit import ClockErrors, lock, refit

BATCH = 4096

#: Passes over the samples by stochastic gradient descent.
PASSES = 3

#: Rate of phases and offsets, in radians and turns per step of Adam, at the beginning, and what is
#: left of it at the end; rate of the steepness, which is not to stop growing.
_RATE, _LAST_SHARE, _STEEPENING = 0.05, 1e-4, 0.05

#: Called with (samples seen, samples in all, loss).
Progress = Callable[[int, int, float], None]


@dataclass(frozen=True)
class ClockLesson:
    """A clock that was learned.

    Attributes
    ----------
    network : ClockNetwork
        It reads the clock at any instant.
    gears : GearTrain or None
        The train to which the digits were locked, if they were.
    errors : ClockErrors
        Of the network's frequencies and offsets.
    moves : int
        Frequencies found by the search.
    distinct_samples, samples_seen : int
        Different samples, and samples counted as often as they were shown.
    seconds : float
        Time that it took.
    """

    network: ClockNetwork
    gears: GearTrain | None
    errors: ClockErrors
    moves: int
    distinct_samples: int
    samples_seen: int
    seconds: float

    @property
    def parameters(self) -> int:
        """Number of trained parameters."""
        return sum(parameter.numel() for parameter in self.network.parameters())

    @property
    def periods(self) -> Floats:
        """Period of each digit, in seconds."""
        periods: Floats = 1.0 / np.abs(self.network.frequencies)
        return periods


def learn_clock(
    t: ArrayLike,
    digits: ArrayLike,
    sizes: Sequence[int],
    *,
    geared: bool = True,
    passes: int = PASSES,
    seed: int = 0,
    device: str | torch.device = "cpu",
    progress: Progress | None = None,
) -> ClockLesson:
    """Learn to read a clock from examples.

    Parameters
    ----------
    t : array_like of int64 or float64, shape (n,)
        Instants in seconds.
    digits : array_like of int, shape (n, n_digits)
        What the clock showed.
    sizes : sequence of int
        Number of classes of each digit.
    geared : bool
        Lock the digits to each other where they are found to be geared.
    passes : int
        How often each sample is shown to stochastic gradient descent.
    seed : int
        Of the order of the samples and of the first frequencies.
    device : str or torch.device
        Where to train.
    progress : callable, optional
        Called now and then with (samples seen, samples in all, loss).
    """
    started = time.perf_counter()
    generator = torch.Generator().manual_seed(seed)
    instants = torch.as_tensor(np.asarray(t)).reshape(-1, 1).to(device)
    classes = torch.as_tensor(np.asarray(digits)).to(device)
    origin = (int(instants.min()) + int(instants.max())) // 2
    network = ClockNetwork(sizes, origin=origin).to(device)

    optimizer = torch.optim.Adam(
        [
            {"params": [network.periodic.frequency, network.dials.offset], "lr": _RATE},
            {"params": [network.dials.log_steepness, network.dials.doubt_logit], "lr": _STEEPENING},
        ],
        betas=(0.9, 0.99),
    )
    descent = SpectralDescent(optimizer, network)
    steps = passes * (len(instants) // BATCH)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, [lambda step: _LAST_SHARE ** (step / steps), lambda step: 1.0]
    )
    step = 0
    for _ in range(passes):
        order = torch.randperm(len(instants), generator=generator).to(device)
        for batch in order[: steps // passes * BATCH].split(BATCH):
            loss = network.dials.loss(network(instants[batch]), classes[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            step += 1
            if progress is not None and step % 16 == 0:
                progress(step * BATCH, steps * BATCH, loss.item())
    moves = len(descent.moves)
    descent.detach()

    instants, classes = instants[order], classes[order]
    errors = refit(network, instants, classes)
    seen = steps * BATCH + errors.samples_seen
    locked = lock(network, errors) if geared else None
    if locked is not None:
        network = locked[0]
        errors = refit(network, instants, classes)
        seen += errors.samples_seen
    return ClockLesson(
        network=network,
        gears=None if locked is None else locked[1],
        errors=errors,
        moves=moves,
        distinct_samples=len(instants),
        samples_seen=seen,
        seconds=time.perf_counter() - started,
    )
