"""``ResidualBank``: periodicity in the middle of a network."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from epicycle.nn.periodic import Periodic, draw
from epicycle.samples.options import check_count


class ResidualBank(torch.nn.Module):
    """Add a bank of frequencies to a hidden layer: ``h + W Periodic(w . h)``.

    The bank reads one learned coordinate ``u = w . h`` and writes to all of `h`.  One coordinate
    is what makes its frequencies learnable: they can be searched for along `u` globally, as
    :class:`epicycle.optim.SpectralDescent` does, whereas the frequencies of plain sines of all of
    `h` are vectors in as many dimensions as the layer is wide, and cannot.  Several banks, one
    after the other, follow several coordinates.

    ``W`` starts at zero: a bank that is put into a trained network changes nothing at first, and
    takes part as far as it lowers the loss.

    The search sees a line only where `u` is close to a linear function of what the wave runs
    along, and gradient steps alone turn `w` and polish a frequency from close by only.  Where the
    periodic variable is an input of the network, a :class:`Periodic` layer on that input, beside
    the rest of the network, is the better place.

    Parameters
    ----------
    width : int
        Size of the last axis of `h`.
    n_frequencies, harmonics, band
        As in :class:`Periodic`.  At the start `u` has about the variance of the elements of `h`,
        so frequencies around 1, the default, suit layers of order 1.
    device, dtype, generator
        As in :class:`Periodic`.

    Notes
    -----
    The coordinate is computed in float32 at least, autocast or not: at 8 bits, a phase of more
    than a few turns would be lost.

    Examples
    --------
    >>> import torch
    >>> net = torch.nn.Sequential(
    ...     torch.nn.Linear(3, 64), torch.nn.GELU(), ResidualBank(64, 8), torch.nn.Linear(64, 1)
    ... )
    >>> net(torch.zeros(5, 3)).shape
    torch.Size([5, 1])
    """

    def __init__(
        self,
        width: int,
        n_frequencies: int,
        harmonics: int = 1,
        band: Sequence[float] | None = None,
        *,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        width = check_count(width, "width")
        self.coordinate = torch.nn.Linear(width, 1, bias=False, device=device, dtype=dtype)
        self.periodic = Periodic(
            1, n_frequencies, harmonics, band, device=device, dtype=dtype, generator=generator
        )
        features = self.periodic.out_features
        self.readout = torch.nn.Linear(features, width, bias=False, device=device, dtype=dtype)
        self._reset_linear(generator)

    def reset_parameters(self, generator: torch.Generator | None = None) -> None:
        """Draw the coordinate and the frequencies anew, and set the readout to zero."""
        self.periodic.reset_parameters(generator)
        self._reset_linear(generator)

    @torch.no_grad()
    def _reset_linear(self, generator: torch.Generator | None) -> None:
        weight = self.coordinate.weight
        weight.copy_(weight.shape[1] ** -0.5 * draw(torch.randn, weight.shape, generator))
        self.readout.weight.zero_()

    def forward(self, h: Tensor) -> Tensor:
        """Return `h` with the output of the bank added.

        Parameters
        ----------
        h : Tensor, shape (..., width)

        Returns
        -------
        Tensor, shape (..., width)
        """
        weight = self.coordinate.weight
        if h.ndim == 0 or h.shape[-1] != weight.shape[1]:
            raise ValueError(
                f"h must have shape (..., {weight.shape[1]}), got {tuple(h.shape)}. "
                f"To fix this, give the bank the width of the layer before it."
            )
        precise = torch.promote_types(torch.promote_types(h.dtype, weight.dtype), torch.float32)
        with torch.autocast(h.device.type, enabled=False):
            u = torch.nn.functional.linear(h.to(precise), weight.to(precise))
        # float64 here says: take the coordinate as it is
        bank: Tensor = self.readout(self.periodic(u.to(torch.float64)))
        return h + bank
