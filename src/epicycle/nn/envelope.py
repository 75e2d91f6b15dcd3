"""``Envelope``: amplitudes that change with the input, for the features of any layer."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from epicycle.nn import _phase
from epicycle.nn._precision import Float64Module
from epicycle.samples.options import check_count


class Envelope(Float64Module):
    """Each feature of a layer times functions of the input: a readout weighs it differently there.

    The functions are the hats over `knots` even places: one at its own place, zero at its
    neighbours', straight lines between.  A linear readout of ``features times hats`` is the layer
    with coefficients that are straight lines from knot to knot: amplitude and, through cosine and
    sine, phase that change slowly.

    Parameters
    ----------
    layer : Module
        Features of the input, as :class:`Periodic` or :class:`Chirp`, with `out_features`.
    knots : int
        Number of places, at least two.  More than about half a turn of the slowest cycle apart,
        they do not take the cycle's own work.
    span : (float, float)
        First and last place; beyond them the amplitude stays as it is there.

    Attributes
    ----------
    places : Tensor of float64, shape (knots,)

    Examples
    --------
    >>> import torch
    >>> from epicycle.nn import Periodic
    >>> layer = Envelope(Periodic(1, 4), 5, span=(0.0, 100.0))
    >>> layer(torch.zeros(7, 1)).shape, layer.out_features
    (torch.Size([7, 40]), 40)
    """

    float64_tensors = ("places",)

    places: Tensor

    def __init__(self, layer: torch.nn.Module, knots: int, *, span: Sequence[float]) -> None:
        super().__init__()
        low, high = (float(end) for end in span)
        if not (math.isfinite(low) and math.isfinite(high) and low < high):
            raise ValueError(
                f"span must be a pair (first, last) of the input, got {tuple(span)!r}. "
                f"To fix this, pass for example span=(x.min(), x.max())."
            )
        if not hasattr(layer, "out_features"):
            raise TypeError(
                f"layer must give features, got {type(layer).__name__}. "
                f"To fix this, pass a layer with out_features, as epicycle.nn.Periodic."
            )
        self.layer = layer
        count = check_count(knots, "knots", minimum=2)
        self.register_buffer("places", torch.linspace(low, high, count, dtype=torch.float64))

    @property
    def out_features(self) -> int:
        """Number of features: those of the layer, times the knots."""
        return int(self.layer.out_features) * len(self.places)  # type: ignore[arg-type]

    def forward(self, x: Tensor) -> Tensor:
        """Return the features of `x`, each times each hat.

        Parameters
        ----------
        x : Tensor, shape (..., 1)
            As the layer takes them.

        Returns
        -------
        Tensor, shape (..., layer.out_features * knots)
            Layout (features, knots) flattened.
        """
        if x.ndim == 0 or x.shape[-1] != 1:
            raise ValueError(
                f"x must have shape (..., 1), got {tuple(x.shape)}. "
                f"To fix this, pass x.unsqueeze(-1), or one column of it."
            )
        features: Tensor = self.layer(x)
        step = self.places[1] - self.places[0]
        along = _phase.difference(x, self.places[0]) / step
        along = along.clamp(0.0, len(self.places) - 1.0)
        counted = torch.arange(len(self.places), dtype=torch.float64, device=x.device)
        hats = (1.0 - (along - counted).abs()).clamp_min(0.0).to(features.dtype)
        return (features.unsqueeze(-1) * hats.unsqueeze(-2)).flatten(-2)
