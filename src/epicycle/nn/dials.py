r"""Dials: what a class label on a cycle tells, read off the phase.

A class k of r on a cycle is a sector of the circle: the phase u, less the dial's offset, lies in
[k/r, (k + 1)/r).  A dial gives class k the von Mises density about the middle of its sector,

.. math:: \ell_k = \kappa \cos 2\pi\Bigl(u - \phi - \frac{k + 1/2}{r}\Bigr), \qquad
          p_k = (1 - \epsilon) \frac{e^{\ell_k}}{\sum_j e^{\ell_j}} + \frac{\epsilon}{r},

so three numbers are learned whatever the number of classes: the offset φ, the steepness, and the
doubt ε (the share of labels that have nothing to do with the phase).  The steepness is the slope
of the log-odds of two neighbouring classes at their common edge, S = 4 π κ sin(π/r) per turn.  As
it grows, the cross-entropy turns from a fit of the mean, whose error falls like 1/sqrt(N), into a
fit of the margin at the edges, whose error falls like 1/N.  Wrong labels would forbid that growth;
the doubt takes them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from epicycle.nn._precision import Float64Module

#: To begin with: a concentration κ that reaches half way round, so that an offset can be learned
#: from anywhere on the circle, and a share of labels that may be wrong.
_CONCENTRATION, _DOUBT = 3.0, 0.02


class Dials(Float64Module):
    """Log-probabilities of the classes on several cycles, from the features of their phases.

    Dial k reads the k-th cycle.  The direction in which its classes follow each other is the sign
    of that cycle's frequency.

    Parameters
    ----------
    sizes : sequence of int
        Number of classes of each dial, at least 2.
    gears : sequence of int, optional
        Multiples of one common cycle at which the dials turn.  They then share the offset and the
        steepness of that cycle.
    device : torch.device, optional
    dtype : torch.dtype, optional
        Of steepness and doubt; offsets are float64 always, like frequencies.

    Attributes
    ----------
    offset : Parameter of float64, shape (n_dials,), or (1,) with gears
        Phase, in turns, at which class 0 begins.
    log_steepness : Parameter, shape (n_dials,), or (1,) with gears
        Logarithm of the steepness, per turn.
    doubt_logit : Parameter, shape (n_dials,)
        log(ε / (1 - ε)).
    cyclic_sizes : tuple of int
        The sizes: says that blocks of the output are classes in cyclic order.

    Examples
    --------
    >>> dials = Dials([4])
    >>> just_before_noon = torch.tensor([[1.0, -0.01]])  # cosine and sine of the phase
    >>> dials.read(dials(just_before_noon))
    tensor([[3]])
    """

    float64_tensors = ("offset", "multiples")

    multiples: Tensor

    def __init__(
        self,
        sizes: Sequence[int],
        *,
        gears: Sequence[int] | None = None,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        sizes = tuple(int(size) for size in sizes)
        if not sizes or min(sizes) < 2:
            raise ValueError(
                f"sizes is {sizes}: expected at least one dial, each of at least 2 classes. "
                f"To fix this, pass the number of classes of each digit, such as (24, 60, 60)."
            )
        n = len(sizes)
        if gears is not None and (len(gears) != n or min(gears) < 1):
            raise ValueError(
                f"gears is {tuple(gears)}: expected a positive multiple for each of {n} dials. "
                f"To fix this, pass as many as there are sizes, such as (1, 24, 1440)."
            )
        self.cyclic_sizes = sizes
        self.gears = None if gears is None else tuple(int(gear) for gear in gears)
        # how the phase of each dial follows from those of the cycles
        multiples = torch.eye(n) if gears is None else torch.tensor(self.gears)[:, None]
        multiples = multiples.to(device=device, dtype=torch.float64)
        self.register_buffer("multiples", multiples, persistent=False)
        cycles = multiples.shape[1]
        self.offset = torch.nn.Parameter(torch.zeros(cycles, dtype=torch.float64, device=device))
        chord = torch.sin(math.pi / torch.tensor(sizes, dtype=torch.float64, device=device))
        steepness = 4 * math.pi * _CONCENTRATION * (multiples.T * chord).amax(dim=1)
        self.log_steepness = torch.nn.Parameter(
            steepness.log().to(torch.get_default_dtype() if dtype is None else dtype)
        )
        doubt = torch.full((n,), math.log(_DOUBT / (1 - _DOUBT)), dtype=dtype, device=device)
        self.doubt_logit = torch.nn.Parameter(doubt)

    def forward(self, features: Tensor) -> Tensor:
        """Return log-probabilities of the classes of all dials, one after the other.

        Parameters
        ----------
        features : Tensor, shape (..., 2 * n_dials)
            Cosine and sine of each dial's phase, as a ``Periodic`` layer gives them.

        Returns
        -------
        Tensor, shape (..., sum(sizes))
            In the type of the features.  They may serve as logits.
        """
        if features.shape[-1] != 2 * len(self.cyclic_sizes):
            raise ValueError(
                f"features has {features.shape[-1]} columns: expected cosine and sine for each of "
                f"{len(self.cyclic_sizes)} dials. To fix this, put a Periodic layer before the "
                f"dials, with one frequency or one harmonic for each of them."
            )
        cycles = features.reshape(*features.shape[:-1], -1, 2).unbind(-2)
        return torch.cat([self.dial(k, cycle) for k, cycle in enumerate(cycles)], dim=-1)

    def dial(self, k: int, features: Tensor) -> Tensor:
        """Return log-probabilities of the classes of one dial.

        Parameters
        ----------
        k : int
            Which dial.
        features : Tensor, shape (..., 2)
            Cosine and sine of its phase.

        Returns
        -------
        Tensor, shape (..., sizes[k])
        """
        size, dtype = self.cyclic_sizes[k], features.dtype
        sectors = torch.arange(size, dtype=torch.float64, device=features.device)
        offset = self.multiples[k] @ self.offset
        angle = 2 * math.pi * (offset + (sectors + 0.5) / size)
        concentration = 1.0 / (4 * math.pi * math.sin(math.pi / size) * self.widths()[k])
        middles = (concentration * torch.stack((angle.cos(), angle.sin()))).to(dtype)
        by_phase = torch.softmax(features @ middles, dim=-1)
        doubt = torch.sigmoid(self.doubt_logit[k]).to(dtype)
        return torch.log(by_phase * (1 - doubt) + doubt / size)

    def widths(self) -> Tensor:
        """Return the width of the transition between classes, in turns of each dial: 1 / S."""
        return self.multiples @ (-self.log_steepness.to(torch.float64)).exp()

    def read(self, logits: Tensor) -> Tensor:
        """Return the most probable class of each dial, int64 of shape (..., n_dials)."""
        blocks = torch.split(logits, list(self.cyclic_sizes), dim=-1)
        return torch.stack([block.argmax(dim=-1) for block in blocks], dim=-1)

    def loss(self, logits: Tensor, classes: Tensor) -> Tensor:
        """Return the mean cross-entropy, added over the dials.

        Parameters
        ----------
        logits : Tensor, shape (n, sum(sizes))
            What `forward` returned.
        classes : Tensor of int64, shape (n, n_dials)
        """
        blocks = torch.split(logits, list(self.cyclic_sizes), dim=-1)
        losses = [
            torch.nn.functional.nll_loss(block, classes[:, k]) for k, block in enumerate(blocks)
        ]
        return torch.stack(losses).sum()

    def extra_repr(self) -> str:
        """Return the sizes."""
        gears = "" if self.gears is None else f", gears={self.gears}"
        return f"sizes={self.cyclic_sizes}{gears}"
