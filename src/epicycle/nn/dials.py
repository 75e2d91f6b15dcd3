r"""Dials: what a class label on a cycle tells, read off the phase.

A class k of r on a cycle is a sector of the circle: the phase u, less the dial's offset, lies in
[k/r, (k + 1)/r).  A dial gives class k the von Mises density about the middle of its sector,

.. math:: \ell_k = \kappa \cos 2\pi\Bigl(u - \phi - \frac{k + 1/2}{r}\Bigr), \qquad
          p_k = (1 - \epsilon) \frac{e^{\ell_k}}{\sum_j e^{\ell_j}} + \frac{\epsilon}{r},

so three numbers are learned whatever the number of classes: the offset, the concentration, and
the doubt (the share of labels that have nothing to do with the phase).  Two neighbouring classes
differ by 2 κ sin(π/r) sin 2π(u - edge): as the concentration grows, the cross-entropy turns from
a fit of the mean, whose error falls like 1/sqrt(N), into a fit of the margin at the edges, whose
error falls like 1/N.  Labels that are wrong would forbid that growth; the doubt takes them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from epicycle.nn._precision import Float64Module

#: Concentration and doubt to begin with: a cosine about half as wide as the circle, and a share of
#: labels that keeps the logarithm of a density finite.
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
        Multiples of one common cycle at which the dials turn; they then share one offset, that of
        the common cycle.
    device : torch.device, optional
    dtype : torch.dtype, optional
        Of concentration and doubt; offsets are float64 always, like frequencies.

    Attributes
    ----------
    offset : Parameter of float64, shape (n_dials,) or (1,) with gears
        Phase, in turns, at which class 0 begins.
    log_concentration, doubt_logit : Parameter, shape (n_dials,)
        Logarithm of κ, and log(ε / (1 - ε)).
    cyclic_sizes : tuple of int
        The sizes: says that blocks of the output are classes in cyclic order.

    Examples
    --------
    >>> dials = Dials([4])
    >>> quarter_to = torch.tensor([[0.0, -1.0]])  # cosine and sine of a phase of 3/4 turn
    >>> dials.read(dials(quarter_to + torch.tensor([[0.01, 0.0]])))
    tensor([[3]])
    """

    float64_tensors = ("offset",)

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
        self.cyclic_sizes = sizes
        self.gears = None if gears is None else tuple(int(gear) for gear in gears)
        n = len(sizes)
        if self.gears is not None and len(self.gears) != n:
            raise ValueError(
                f"gears is {self.gears}: expected one multiple for each of {n} dials. "
                f"To fix this, pass as many as there are sizes, such as (1, 24, 1440)."
            )
        offsets = n if gears is None else 1
        self.offset = torch.nn.Parameter(torch.zeros(offsets, dtype=torch.float64, device=device))
        start = torch.full((offsets,), math.log(_CONCENTRATION), dtype=dtype, device=device)
        self.log_concentration = torch.nn.Parameter(start)
        doubt = torch.full((n,), math.log(_DOUBT / (1 - _DOUBT)), dtype=dtype, device=device)
        self.doubt_logit = torch.nn.Parameter(doubt)

    def forward(self, features: Tensor) -> Tensor:
        """Return log-probabilities of the classes of all dials, one after the other.

        Parameters
        ----------
        features : Tensor, shape (..., 2 * n_dials)
            Cosine and sine of each cycle's phase, as a ``Periodic`` layer gives them.

        Returns
        -------
        Tensor, shape (..., sum(sizes))
            In the type of the features; they may serve as logits.
        """
        if features.shape[-1] != 2 * len(self.cyclic_sizes):
            raise ValueError(
                f"features has {features.shape[-1]} columns: expected cosine and sine for each of "
                f"{len(self.cyclic_sizes)} dials. To fix this, put a Periodic layer with "
                f"{len(self.cyclic_sizes)} frequencies and one harmonic before the dials."
            )
        dtype = features.dtype
        concentration = self.log_concentration.exp().to(dtype)
        log_doubt = torch.nn.functional.logsigmoid(self.doubt_logit).to(dtype)
        log_trust = torch.nn.functional.logsigmoid(-self.doubt_logit).to(dtype)
        blocks = []
        for k, size in enumerate(self.cyclic_sizes):
            sectors = torch.arange(size, dtype=torch.float64, device=features.device)
            offset = self.offset[k] if self.gears is None else self.gears[k] * self.offset[0]
            angle = 2 * math.pi * (offset + (sectors + 0.5) / size)
            middles = torch.stack((angle.cos(), angle.sin())).to(dtype)
            kappa = concentration[k] if self.gears is None else concentration[0]*(1/(4*math.pi*math.sin(math.pi/size)*self.gears[k]))
            logits = kappa * (features[..., 2 * k : 2 * k + 2] @ middles)
            by_phase = torch.log_softmax(logits, dim=-1)
            blocks.append(
                torch.logaddexp(by_phase + log_trust[k], log_doubt[k] - math.log(size))
            )
        return torch.cat(blocks, dim=-1)

    def read(self, logits: Tensor) -> Tensor:
        """Return the most probable class of each dial, int64 of shape (..., n_dials)."""
        blocks = logits.split(self.cyclic_sizes, dim=-1)
        return torch.stack([block.argmax(dim=-1) for block in blocks], dim=-1)

    def loss(self, logits: Tensor, classes: Tensor) -> Tensor:
        """Return the mean cross-entropy, added over the dials.

        Parameters
        ----------
        logits : Tensor, shape (n, sum(sizes))
            What `forward` returned.
        classes : Tensor of int64, shape (n, n_dials)
        """
        blocks = logits.split(self.cyclic_sizes, dim=-1)
        losses = [
            torch.nn.functional.nll_loss(block, classes[:, k])
            for k, block in enumerate(blocks)
        ]
        return torch.stack(losses).sum()

    def extra_repr(self) -> str:
        """Return the sizes."""
        gears = "" if self.gears is None else f", gears={self.gears}"
        return f"sizes={self.cyclic_sizes}{gears}"
