"""An ordinary training loop that learns any clock from examples, and what it learned."""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from epicycle.evidence.gears import GearTrain
from epicycle.optim import SpectralDescent
from epicycle.problems.clock_network import ClockNetwork
from epicycle.problems.clock_refit import ClockErrors, lock, refit
from epicycle.problems.label_lines import highest_frequency
from epicycle.problems.wheel_search import find_wheel
from epicycle.problems.wheel_training import best_dial, learn_wheels, needs_wheels
from epicycle.problems.wheels import WheelNetwork
from epicycle.samples.arrays import Floats

#: Samples of a batch; fewer where there are too few for a share of all.
_BATCH, _BATCH_SHARE = 4096, 1 / 16

#: Steps at least: a small set of samples is shown more often.
_STEPS = 256

#: Rate of phases (radians) and offsets (turns) per step of Adam, and what is left of it at the
#: end.  The steepness is not to stop growing: its rate stays.
_RATE, _LAST_SHARE, _STEEPENING = 0.05, 1e-4, 0.05

_FEWEST = 32

#: Share of samples that a dial reads, if it reads them; and the doubt and steepness, for each
#: class, of dials that begin anew.
_READ, _DOUBT, _BLUNT = 0.8, 0.02, 8.0

#: Called with (batches, batches in all, loss).
Progress = Callable[[int, int, float], None]


@dataclass(frozen=True)
class ClockLesson:
    """A clock that was learned.

    Attributes
    ----------
    network : ClockNetwork or WheelNetwork
        It reads the clock at any instant: by dials, or, where sectors are unequal or classes
        recur, by wheels.
    descended : ClockNetwork or WheelNetwork
        As stochastic gradient descent left it, before the refit on all samples.  Wheels are not
        learned by descent: then it is the network itself.
    gears : GearTrain or None
        The train to which the digits were locked, if they were.
    errors : ClockErrors or None
        Of the network's frequencies and offsets; None where a digit was not learned.
    moves : int
        Frequencies found by the search.
    distinct_samples, samples_seen : int
        Different samples, and samples counted as often as they were shown.
    seconds : float
        Time that it took.
    """

    network: ClockNetwork | WheelNetwork
    descended: ClockNetwork | WheelNetwork
    gears: GearTrain | None
    errors: ClockErrors | None
    moves: int
    distinct_samples: int
    samples_seen: int
    seconds: float

    @property
    def parameters(self) -> int:
        """Number of trained parameters; of wheels, with the classes of their sectors."""
        if isinstance(self.network, WheelNetwork):
            return self.network.learned
        return sum(parameter.numel() for parameter in self.network.parameters())

    @property
    def periods(self) -> Floats:
        """Period of each digit, in seconds; infinity if it never changes, NaN if not learned."""
        with np.errstate(divide="ignore"):
            periods: Floats = 1.0 / np.abs(self.network.frequencies)
        return periods


def learn_clock(
    t: ArrayLike,
    digits: ArrayLike,
    sizes: Sequence[int],
    *,
    geared: bool = True,
    passes: int = 1,
    seed: int = 0,
    device: str | torch.device = "cpu",
    progress: Progress | None = None,
) -> ClockLesson:
    """Learn to read a clock from examples.

    Where sectors are equal and classes follow each other, an ordinary loop trains dials.  Where
    they are not, as on decimal digits, seven segments or a calendar, wheels are made from all
    samples, and no descent takes part.

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
        How often each sample is shown to stochastic gradient descent, at least.
    seed : int
        Of the order of the samples and of the first frequencies.
    device : str or torch.device
        Where to train.
    progress : callable, optional
        Called now and then with (batches, batches in all, loss).

    Returns
    -------
    ClockLesson
        Also where nothing was learned: a test tells.

    Raises
    ------
    ValueError
        If there are fewer than 32 samples, instants and digits do not belong together, an instant
        is not finite, or a digit is no class.
    """
    started = time.perf_counter()
    _check(np.asarray(t), np.asarray(digits), sizes)
    generator = torch.Generator().manual_seed(seed)
    instants = torch.as_tensor(np.asarray(t)).reshape(-1, 1).to(device)
    classes = torch.as_tensor(np.asarray(digits)).to(device)
    if needs_wheels(t, digits, sizes, seed):
        lesson = _by_wheels(t, digits, sizes, geared=geared, seed=seed, progress=progress)
        return replace(lesson, seconds=time.perf_counter() - started)
    network, optimizer = _new_network(sizes, instants, generator)
    descent = SpectralDescent(optimizer, network)
    batch_size = min(_BATCH, int(len(instants) * _BATCH_SHARE))
    per_pass = len(instants) // batch_size
    passes = max(passes, math.ceil(_STEPS / per_pass))
    steps = passes * per_pass
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, [lambda step: _LAST_SHARE ** (step / steps), lambda step: 1.0]
    )
    step = 0
    for _ in range(passes):
        order = torch.randperm(len(instants), generator=generator).to(device)
        for batch in torch.split(order[: per_pass * batch_size], batch_size):
            loss = network.dials.loss(network(instants[batch]), classes[batch])
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            schedule.step()
            step += 1
            if progress is not None and step % 8 == 0:
                progress(step, steps, loss.item())
    descent.detach()

    seen, train = steps * batch_size, None
    instants, classes = instants[order], classes[order]
    descended = copy.deepcopy(network)
    _begin_anew(network, instants, classes)
    errors = refit(network, instants, classes)
    if errors is not None:
        seen += errors.samples_seen
        locked = lock(network, errors) if geared else None
        after = None if locked is None else refit(locked[0], instants, classes)
        if locked is not None and after is not None:
            network, train = locked
            errors = after
            seen += errors.samples_seen
    return ClockLesson(
        network=network,
        descended=descended,
        gears=train,
        errors=errors,
        moves=len(descent.moves),
        distinct_samples=len(instants),
        samples_seen=seen,
        seconds=time.perf_counter() - started,
    )


def _check(t: NDArray[Any], digits: NDArray[Any], sizes: Sequence[int]) -> None:
    """Raise a ValueError where instants and digits are not what a clock shows."""
    for name, values in (("t", t), ("digits", digits)):
        if values.dtype.kind not in "biuf":
            raise ValueError(
                f"{name} must be numbers, got {values.dtype}. To fix this, pass instants in "
                f"seconds, and digits as classes from 0 on."
            )
    if t.ndim == 0 or t.size != len(t) or t.size < _FEWEST or digits.shape[:1] != t.shape[:1]:
        raise ValueError(
            f"t and digits have shapes {t.shape} and {digits.shape}: expected as many rows of "
            f"both, and at least {_FEWEST}. To fix this, pass the digits at each instant, of many."
        )
    if digits.ndim != 2 or digits.shape[1] != len(sizes):
        raise ValueError(
            f"digits must have a column for each of the {len(sizes)} sizes, got shape "
            f"{digits.shape}. To fix this, pass a size for each column: digits of one column as "
            f"digits[:, None]."
        )
    if not np.isfinite(t).all():
        raise ValueError(
            f"t must be finite, got {np.sum(~np.isfinite(t))} values that are not. To fix this, "
            f"leave these rows out."
        )
    classes = np.asarray(digits, dtype=np.float64)
    wrong = (classes < 0) | (classes >= np.asarray(sizes)) | (classes != np.floor(classes))
    if wrong.any():
        row, column = np.argwhere(wrong)[0]
        raise ValueError(
            f"digits must be classes: whole numbers from 0 to size - 1. Column {column} has "
            f"{digits[row, column]} in row {row}, and its size is {sizes[column]}. To fix this, "
            f"number the classes from 0 on, or pass the number of classes as size."
        )


def _new_network(
    sizes: Sequence[int], instants: Tensor, generator: torch.Generator
) -> tuple[ClockNetwork, torch.optim.Optimizer]:
    """Return a network that knows nothing, where the instants are, and its optimizer."""
    origin = (int(instants.min()) + int(instants.max())) // 2
    network = ClockNetwork(sizes, origin=origin)
    network.periodic.reset_parameters(generator)
    network.to(instants.device)
    optimizer = torch.optim.Adam(
        [
            {"params": [network.periodic.frequency, network.dials.offset], "lr": _RATE},
            {"params": [network.dials.log_steepness, network.dials.doubt_logit], "lr": _STEEPENING},
        ],
        betas=(0.9, 0.99),
    )
    return network, optimizer


def _by_wheels(
    t: ArrayLike,
    digits: ArrayLike,
    sizes: Sequence[int],
    *,
    geared: bool,
    seed: int,
    progress: Progress | None,
) -> ClockLesson:
    """Return what wheels learn; see `learn_clock`."""

    def report(done: int, of: int) -> None:
        if progress is not None:
            progress(done, of, math.nan)

    network = learn_wheels(t, digits, sizes, geared=geared, seed=seed, progress=report)
    n = len(np.ravel(np.asarray(t)))
    return ClockLesson(
        network=network,
        descended=network,
        gears=None,
        errors=None,
        moves=len({wheel.frequency for wheel in network.wheels if wheel is not None}),
        distinct_samples=n,
        samples_seen=n,
        seconds=0.0,
    )


def _begin_anew(network: ClockNetwork, instants: Tensor, classes: Tensor) -> None:
    """Set dials that descent left unread to the frequencies that all samples show, if any."""
    since = (instants[:, 0] - network.origin).to(torch.float64).cpu().numpy()
    shown = classes.cpu().numpy()
    read = (network.read(instants[:, 0].cpu().numpy()) == shown).mean(axis=0)
    highest = highest_frequency(instants[:, 0].cpu().numpy(), len(since))
    for k in np.flatnonzero(read < _READ).tolist():
        size = network.cyclic_sizes[k]
        wheel = find_wheel(since, shown[:, k], size, highest)
        if wheel is None:
            continue
        share, frequency, offset = best_dial(wheel.frequency, since, shown[:, k], size)
        if share < _READ:
            continue
        with torch.no_grad():
            network.periodic.frequency[k] = frequency
            network.dials.offset[k] = offset
            network.dials.doubt_logit[k] = math.log(_DOUBT / (1 - _DOUBT))
            network.dials.log_steepness[k] = math.log(_BLUNT * size)
