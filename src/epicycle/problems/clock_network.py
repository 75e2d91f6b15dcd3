"""The network that learns any clock: a periodic layer read by dials, a dozen parameters."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor

from epicycle.nn import Dials, Periodic
from epicycle.problems.clock import Integers
from epicycle.samples.arrays import Floats

_AT_ONCE = 1 << 13


class ClockNetwork(torch.nn.Module):
    """One frequency for each digit, and a dial that reads it.

    Parameters
    ----------
    sizes : sequence of int
        Number of classes of each digit; all that the network is told of the clock.
    origin : int
        Instant, in seconds, from which phases are counted: best the middle of the data, where a
        frequency is least entangled with its phase.
    gears : sequence of int, optional
        Multiples of one common frequency at which the digits turn.  Without them each digit has a
        frequency and an offset of its own.
    dtype : torch.dtype, optional
        Of the features.
    """

    origin: Tensor

    def __init__(
        self,
        sizes: Sequence[int],
        *,
        origin: int = 0,
        gears: Sequence[int] | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        if gears is None:
            self.periodic = Periodic(1, len(sizes), dtype=dtype)
        else:
            self.periodic = Periodic(1, 1, harmonics=tuple(gears), dtype=dtype)
        self.dials = Dials(sizes, gears=gears, dtype=dtype)
        self.register_buffer("origin", torch.tensor(int(origin)))
        self.cyclic_sizes = self.dials.cyclic_sizes

    def forward(self, t: Tensor) -> Tensor:
        """Return log-probabilities of all digits' classes, shape (n, sum(sizes)).

        Parameters
        ----------
        t : Tensor of int64 or float64, shape (n, 1)
            Instants in seconds.
        """
        result: Tensor = self.dials(self.periodic(t - self.origin))
        return result

    def read(self, t: ArrayLike) -> Integers:
        """Return the digits at instants, shape (n, n_digits)."""
        device = self.origin.device
        instants = torch.as_tensor(np.asarray(t), device=device).reshape(-1, 1)
        with torch.no_grad():
            parts = [self.dials.read(self(part)) for part in torch.split(instants, _AT_ONCE)]
        digits: Integers = torch.cat(parts).cpu().numpy()
        return digits

    @property
    def frequencies(self) -> Floats:
        """Frequency of each digit, shape (n_digits,), in cycles per second."""
        own = self.periodic.frequency.detach().cpu().numpy()[:, 0]
        result: Floats = self.dials.multiples.cpu().numpy() @ own
        return result
