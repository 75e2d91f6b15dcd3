"""``Chirp``: cosines and sines whose frequency drifts, at trainable frequencies and drifts."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from epicycle.nn import _phase
from epicycle.nn._precision import Float64Module
from epicycle.nn.periodic import Periodic
from epicycle.samples.options import check_count


class Chirp(Float64Module):
    """Cosines and sines of one input at frequencies that change at a constant rate.

    With frequencies ``f_k`` and drifts ``d_k`` at the reference x0, the features are::

        cos(2 pi h phi_k), sin(2 pi h phi_k)      h = 1 ... harmonics
        phi_k = f_k (x - x0) + d_k (x - x0)^2 / 2

    A chirp is a plane wave along the two inputs x - x0 and (x - x0)^2 / 2, and
    :class:`epicycle.optim.SpectralDescent` looks for it as one: f and d together, each up to 1,024
    cycles over the data, and a frequency without drift as far as any.

    Parameters
    ----------
    n_frequencies : int
        Number of chirps, k.
    harmonics : int or sequence of int
        As in :class:`Periodic`.
    reference : float
        The input x0, best in the middle of the data: there, a step of the drift leaves the phases
        alone.
    device, dtype, generator
        As in :class:`Periodic`.

    Attributes
    ----------
    waves : Periodic
        The layer that holds frequencies and drifts, shape (n_frequencies, 2).
    reference : Tensor of float64, shape ()

    Examples
    --------
    >>> import torch
    >>> layer = Chirp(1)
    >>> with torch.no_grad():
    ...     _ = layer.waves.frequency.copy_(torch.tensor([[3.0, 0.5]]))
    >>> layer.frequency.item(), layer.drift.item()
    (3.0, 0.5)
    >>> layer(torch.tensor([[2.0]])).tolist()  # seven turns
    [[1.0, 0.0]]
    """

    float64_tensors = ("reference",)

    reference: Tensor

    def __init__(
        self,
        n_frequencies: int,
        harmonics: int | Sequence[int] = 1,
        *,
        reference: float = 0.0,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        if not math.isfinite(reference):
            raise ValueError(f"reference must be a finite number, got {reference!r}.")
        check_count(n_frequencies, "n_frequencies")
        self.waves = Periodic(
            2, n_frequencies, harmonics, device=device, dtype=dtype, generator=generator
        )
        # a band is one of frequencies, and says nothing about drifts
        self.waves.band_inputs = 1
        self.register_buffer(
            "reference", torch.tensor(float(reference), dtype=torch.float64, device=device)
        )

    @property
    def frequency(self) -> Tensor:
        """Frequencies at the reference, shape (k,), in cycles per unit."""
        return self.waves.frequency[:, 0]

    @property
    def drift(self) -> Tensor:
        """By how much each frequency changes in one unit of the input, shape (k,)."""
        return self.waves.frequency[:, 1]

    @property
    def out_features(self) -> int:
        """Number of features, ``2 * n_frequencies * harmonics``."""
        return self.waves.out_features

    def reset_parameters(self, generator: torch.Generator | None = None) -> None:
        """Draw frequencies and drifts anew, from the standard normal distribution."""
        self.waves.reset_parameters(generator)

    def forward(self, x: Tensor) -> Tensor:
        """Return the features of `x`.

        Parameters
        ----------
        x : Tensor, shape (..., 1)
            As in :meth:`Periodic.phases`.

        Returns
        -------
        Tensor, shape (..., 2 * n_frequencies * harmonics)
            In the layout of :class:`Periodic`.

        Raises
        ------
        ValueError
            If the shape does not fit, or inputs of a rounded kind are too coarse for the highest
            frequency that the chirps reach.
        """
        if x.ndim == 0 or x.shape[-1] != 1:
            raise ValueError(
                f"x must have shape (..., 1), got {tuple(x.shape)}. "
                f"To fix this, pass x.unsqueeze(-1), or one column of it."
            )
        along = _phase.difference(x, self.reference)
        if x.device.type == "cpu" and not torch.compiler.is_compiling() and x.numel():
            farthest = along.detach().abs().max()
            reached = self.frequency.detach().abs() + self.drift.detach().abs() * farthest
            _phase.check_resolution(x, reached[:, None], max(self.waves.orders))
        result: Tensor = self.waves(torch.cat([along, 0.5 * along.square()], dim=-1))
        return result
