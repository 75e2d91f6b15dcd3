"""``TrackedPhase``: the phase of a rhythm that changes, as features of a network."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from epicycle.changing.rhythm import Rhythm
from epicycle.nn import _phase
from epicycle.nn._precision import Float64Module
from epicycle.samples.options import check_count


class TrackedPhase(Float64Module):
    """Cosines and sines of the phase that :func:`epicycle.track` found, times its amplitude.

    Nothing in it is trained: the path of the phase is a table, and the network learns what depends
    on it.  Beyond half the length of the data, where no path is known, the rhythm goes on with
    its reference frequency.

    Parameters
    ----------
    rhythm : Rhythm
        Result of :func:`epicycle.track`.  If its times were datetimes, inputs are times since
        1970-01-01 UTC in ``rhythm.unit``.
    harmonics : int
        Multiples of the phase.
    amplitude : bool
        Whether features have the amplitude of the rhythm, and not one.
    dtype : torch.dtype, optional
        Kind of the features; torch's default if not given.

    Attributes
    ----------
    t, away, log_amplitude : Tensor of float64, shape (g,)
        Times from the reference, turns less those of the steady clock, logarithm of the amplitude.
    frequency, reference : Tensor of float64

    Examples
    --------
    >>> import numpy as np, torch, epicycle
    >>> t = np.arange(0.0, 60.0, 0.25)
    >>> y = np.cos(2 * np.pi * (t / 5 + 0.001 * t**2))
    >>> rhythm = epicycle.track(t, y, period=(3, 8))
    >>> layer = TrackedPhase(rhythm, dtype=torch.float64)
    >>> features = layer(torch.from_numpy(t[:, None]))
    >>> bool(np.abs(features[:, 0].numpy() - y).max() < 0.1)
    True
    """

    float64_tensors = ("t", "away", "log_amplitude", "frequency", "reference")

    t: Tensor
    away: Tensor
    log_amplitude: Tensor
    frequency: Tensor
    reference: Tensor

    def __init__(
        self,
        rhythm: Rhythm,
        harmonics: int = 1,
        *,
        amplitude: bool = True,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        if not isinstance(rhythm, Rhythm):
            raise TypeError(
                f"rhythm must be a Rhythm, got {type(rhythm).__name__}. "
                f"To fix this, pass what epicycle.track returns."
            )
        self.harmonics = check_count(harmonics, "harmonics")
        self.amplitude = amplitude
        curves = rhythm.curves
        tables = {
            "t": curves.t,
            "away": curves.away,
            "log_amplitude": curves.log_amplitude,
            "frequency": np.array([[rhythm.frequency]]),
            "reference": np.array(rhythm.reference),
        }
        for name, values in tables.items():
            self.register_buffer(name, torch.tensor(values, dtype=torch.float64))
        self._follower: Tensor
        self.register_buffer(
            "_follower", torch.empty(0, dtype=dtype or torch.get_default_dtype()), persistent=False
        )

    @property
    def out_features(self) -> int:
        """Number of features, ``2 * harmonics``."""
        return 2 * self.harmonics

    def turns(self, x: Tensor) -> Tensor:
        """Return the phase at `x` in turns, in [-0.5, 0.5], shape (..., 1)."""
        if x.ndim == 0 or x.shape[-1] != 1:
            raise ValueError(
                f"x must have shape (..., 1), got {tuple(x.shape)}. "
                f"To fix this, pass x.unsqueeze(-1), or one column of it."
            )
        along = _phase.difference(x, self.reference)
        turns = _phase.exact_turns(along, self.frequency) + self._at(along, self.away)
        return turns - turns.round()

    def forward(self, x: Tensor) -> Tensor:
        """Return the features of `x`, shape (..., 1): shape (..., 2 * harmonics)."""
        orders = tuple(range(1, self.harmonics + 1))
        features = _phase.features_of(self.turns(x), orders, self._follower.dtype)
        if not self.amplitude:
            return features
        along = _phase.difference(x, self.reference)
        return features * self._at(along, self.log_amplitude).exp().to(features.dtype)

    def _at(self, along: Tensor, table: Tensor) -> Tensor:
        """Return a table between its places, by straight lines, and as at its ends beyond them."""
        right = torch.searchsorted(self.t, along.contiguous()).clamp(1, len(self.t) - 1)
        before, after = self.t[right - 1], self.t[right]
        share = ((along - before) / (after - before)).clamp(0.0, 1.0)
        return table[right - 1] + share * (table[right] - table[right - 1])
