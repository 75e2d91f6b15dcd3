"""``Periodic``: cosines and sines of the inputs at trainable frequencies."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from epicycle.find import find_cycles
from epicycle.model import CycleModel
from epicycle.nn import _phase
from epicycle.nn._precision import Float64Module
from epicycle.samples.options import check_count


class Periodic(Float64Module):
    """Cosines and sines of the inputs at trainable frequencies, with exact phases.

    With frequencies ``f_k`` and inputs `x`, the features are::

        cos(2 pi h f_k . x), sin(2 pi h f_k . x)      h = 1 ... harmonics

    Parameters
    ----------
    in_features : int
        Number of input dimensions, d.  With more than one, each frequency is a wave vector.
    n_frequencies : int
        Number of frequencies, k.
    harmonics : int or sequence of int
        Number of multiples of each frequency: 1 means sinusoids only.  A sequence names the
        multiples themselves: (1, 24, 1440) are the hands of a clock, geared to one frequency.
    band : (float, float), optional
        Lowest and highest frequency to start from, in cycles per unit of input, both above 0.
        Frequencies are drawn log-uniformly, so that every octave gets its share whatever the
        unit; with more than one input, this is the length of the wave vector, and its direction
        is random.  Without a band, every component is drawn from the standard normal
        distribution, which suits inputs scaled to unit variance (random Fourier
        features, Rahimi & Recht 2007).
        The band also limits :meth:`initialize_from_data`; training may leave it.
    device : torch.device, optional
        Where to put the frequencies.
    dtype : torch.dtype, optional
        Kind of the features; torch's default if not given.  Follows ``.half()``, ``.to(dtype)``
        and the like; frequencies and phases are float64 always.  Autocast changes nothing here:
        the layer has no matrix product, and the linear layer after it converts the features.
    generator : torch.Generator, optional
        Source of the random start.

    Attributes
    ----------
    frequency : Parameter of float64, shape (n_frequencies, in_features)
        In cycles per unit of input, of either sign.
    learns_by_spectrum : bool
        Tells :class:`epicycle.optim.SpectralDescent` that it may search for the frequencies.

    Notes
    -----
    Inputs in float64 and integers are taken as exact numbers, and the phase is right to 1e-15
    turns however many cycles have passed.  Inputs in float32, bfloat16 and float16 have been
    rounded before they come here: they are refused, with a ValueError, where their step at the
    largest ``|x|`` is more than 1/16 turn of the highest harmonic.  On the CPU every call is
    checked, compiled ones too.  On other devices a check has to wait for the device, so there it
    is made at the calls 1, 2, 4, 8, ... of the module, and not in compiled code.

    References
    ----------
    A. Rahimi and B. Recht (2007), "Random features for large-scale kernel machines".

    Examples
    --------
    >>> import torch
    >>> layer = Periodic(1, 2, harmonics=3)
    >>> layer.frequency.data = torch.tensor([[1 / 86400], [1 / 604800]], dtype=torch.float64)
    >>> seconds = torch.tensor([[1_700_000_000], [4_102_444_800]])
    >>> layer(seconds).shape
    torch.Size([2, 12])
    """

    learns_by_spectrum: ClassVar[bool] = True
    #: Inputs, from the first on, that a band of the search limits; all of them if None.
    band_inputs: int | None = None
    float64_tensors = ("frequency",)

    frequency: torch.nn.Parameter

    def __init__(
        self,
        in_features: int,
        n_frequencies: int,
        harmonics: int | Sequence[int] = 1,
        band: Sequence[float] | None = None,
        *,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        self.in_features = check_count(in_features, "in_features")
        self.n_frequencies = check_count(n_frequencies, "n_frequencies")
        self.orders = _check_orders(harmonics)
        self.band = _check_band(band)
        dtype = torch.get_default_dtype() if dtype is None else dtype
        if not dtype.is_floating_point:
            raise TypeError(f"dtype must be a kind of real number, got {dtype}.")
        shape = (self.n_frequencies, self.in_features)
        self.frequency = torch.nn.Parameter(torch.empty(shape, dtype=torch.float64, device=device))
        # has no elements: it is converted along with the network, and so tells its dtype
        self._follower: Tensor
        self.register_buffer(
            "_follower", torch.empty(0, dtype=dtype, device=device), persistent=False
        )
        self._calls = 0
        self.reset_parameters(generator)

    @property
    def harmonics(self) -> int:
        """Number of multiples of each frequency."""
        return len(self.orders)

    @property
    def out_features(self) -> int:
        """Number of features, ``2 * n_frequencies * harmonics``."""
        return 2 * self.n_frequencies * self.harmonics

    @property
    def dtype(self) -> torch.dtype:
        """Kind of the features."""
        return self._follower.dtype

    @torch.no_grad()
    def reset_parameters(self, generator: torch.Generator | None = None) -> None:
        """Draw the frequencies anew, the same on every device; see `band`."""
        frequency = draw(torch.randn, self.frequency.shape, generator)
        if self.band is not None:
            low, high = (math.log(limit) for limit in self.band)
            share = draw(torch.rand, (self.n_frequencies, 1), generator)
            length = (low + (high - low) * share).exp()
            if self.in_features == 1:
                frequency = length  # the sign of a single frequency means nothing
            else:
                frequency *= length / torch.linalg.vector_norm(frequency, dim=1, keepdim=True)
        self.frequency.copy_(frequency)

    def phases(self, x: Tensor) -> Tensor:
        """Return the phases ``f_k . x`` in turns, in [-0.5, 0.5].

        Parameters
        ----------
        x : Tensor, shape (..., in_features)
            Inputs: float64 or integers, or a coarser kind where it resolves the phase.

        Returns
        -------
        Tensor of float64, shape (..., n_frequencies)

        Raises
        ------
        TypeError
            If `x` holds no real numbers.
        ValueError
            If its shape does not fit, or it is too coarse for the frequencies.
        """
        if x.ndim == 0 or x.shape[-1] != self.in_features:
            fix = "x.unsqueeze(-1)" if self.in_features == 1 else "one column per input dimension"
            raise ValueError(
                f"x must have shape (..., {self.in_features}), got {tuple(x.shape)}. "
                f"To fix this, pass {fix}."
            )
        if x.device.type != "cpu" and not torch.compiler.is_compiling():
            self._calls += 1
            if self._calls & (self._calls - 1) == 0:
                _phase.check_resolution(x, self.frequency, max(self.orders))
        return _phase.exact_turns(x, self.frequency, max(self.orders))

    def forward(self, x: Tensor) -> Tensor:
        """Return the features of `x`.

        Parameters
        ----------
        x : Tensor, shape (..., in_features)
            As in :meth:`phases`.

        Returns
        -------
        Tensor, shape (..., 2 * n_frequencies * harmonics)
            Layout (n_frequencies, harmonics, 2) flattened; the last axis is (cos, sin).
        """
        return _phase.features_of(self.phases(x), self.orders, self.dtype)

    def initialize_from_data(self, x: Any, y: Any, **options: Any) -> CycleModel:
        """Set the frequencies to those of the strongest cycles in data, and nothing else.

        Parameters
        ----------
        x : array_like or Tensor, shape (n,) or (n, 1)
            Inputs, as numbers.
        y : array_like or Tensor, shape (n,) or (n, d)
            Values.
        **options
            Of :func:`epicycle.find_cycles`.  By default at most `n_frequencies` cycles of at most
            `harmonics` harmonics are looked for, inside `band` if the layer has one.

        Returns
        -------
        CycleModel
            What was found.  The first frequencies of the layer are those of its cycles, strongest
            first; frequencies for which no cycle was found stay as they are.

        Raises
        ------
        TypeError, ValueError
            If the layer has several inputs, or the data cannot be used.
        """
        if self.in_features != 1:
            raise ValueError(
                f"initialize_from_data looks for cycles along a single input, but this layer has "
                f"in_features={self.in_features}. To fix this, use one Periodic(1, ...) for each "
                f"input, or set `frequency` yourself."
            )
        defaults: dict[str, Any] = {
            "max_cycles": self.n_frequencies,
            "harmonics": max(self.orders),
        }
        if self.band is not None:
            defaults["minimum_period"] = 1.0 / self.band[1]
            defaults["maximum_period"] = 1.0 / self.band[0]
        model = _find_in_data(x, y, **{**defaults, **options})
        found = [cycle.frequency for cycle in model.cycles[: self.n_frequencies]]
        with torch.no_grad():
            self.frequency[: len(found), 0] = self.frequency.new_tensor(found)
        return model

    def extra_repr(self) -> str:
        """Return the arguments, for printing."""
        counted = self.orders == tuple(range(1, self.harmonics + 1))
        harmonics = self.harmonics if counted else self.orders
        band = "" if self.band is None else f", band=({self.band[0]:g}, {self.band[1]:g})"
        return (
            f"in_features={self.in_features}, n_frequencies={self.n_frequencies}, "
            f"harmonics={harmonics}{band}, dtype={self.dtype}"
        )


def draw(
    sampler: Callable[..., Tensor], shape: Sequence[int], generator: torch.Generator | None
) -> Tensor:
    """Return float64 samples that are the same on whatever device a layer lives."""
    device = "cpu" if generator is None else generator.device
    return sampler(*shape, dtype=torch.float64, device=device, generator=generator)


def _check_orders(harmonics: int | Sequence[int]) -> tuple[int, ...]:
    if not isinstance(harmonics, Sequence):
        return tuple(range(1, check_count(harmonics, "harmonics") + 1))
    orders = tuple(check_count(order, "harmonics") for order in harmonics)
    if len(set(orders)) < max(len(orders), 1):
        raise ValueError(
            f"harmonics is {tuple(harmonics)!r}: expected different multiples of the frequency, "
            f"at least one. To fix this, pass a number, or for example (1, 24, 1440)."
        )
    return orders


def _check_band(band: Sequence[float] | None) -> tuple[float, float] | None:
    if band is None:
        return None
    try:
        low, high = (float(limit) for limit in band)
    except (TypeError, ValueError):
        low = high = math.nan
    if not 0.0 < low <= high < math.inf:
        raise ValueError(
            f"band must be a pair (low, high) of frequencies with 0 < low <= high, in cycles per "
            f"unit of input, got {band!r}. To fix this, pass for example band=(0.01, 10.0)."
        )
    return low, high


def _find_in_data(x: Any, y: Any, **options: Any) -> CycleModel:
    """Return the cycles of y(x), each an array or a tensor; options as of ``find_cycles``.

    Raises
    ------
    TypeError
        If `x` are not numbers: the layer would be given numbers too.
    """
    inputs = _to_numpy(x)
    if inputs.dtype.kind not in "iuf":
        raise TypeError(
            f"x must be numbers, as the layer will get them, got dtype {inputs.dtype}. "
            f"To fix this, pass for example the seconds since some moment as int64."
        )
    return find_cycles(inputs, _to_numpy(y), **options)


def _to_numpy(values: Any) -> NDArray[Any]:
    if isinstance(values, torch.Tensor):
        values = values.detach().cpu()
        if values.is_floating_point():
            values = values.to(torch.float64)  # numpy has no bfloat16
        return np.asarray(values)
    return np.asarray(values)
