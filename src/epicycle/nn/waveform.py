"""``Waveform``: a sum of cycles, each a truncated Fourier series, as a trainable function."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import torch
from torch import Tensor

from epicycle.model import CycleModel
from epicycle.nn import _phase
from epicycle.nn._precision import Float64Module
from epicycle.nn.periodic import Periodic, draw
from epicycle.samples.options import check_count, check_positive


class Waveform(Float64Module):
    """Sum of cycles, each of them a truncated Fourier series, and a polynomial trend.

    With frequencies ``f_k``, the reference ``x0`` and orders ``h = 1 ... harmonics``::

        sum_k sum_h  a_kh cos(2 pi h f_k (x - x0)) + b_kh sin(2 pi h f_k (x - x0))
        + sum_p  c_p ((x - x0) / span)^p                                 p = 0 ... trend

    Parameters
    ----------
    n_cycles : int
        Number of cycles.
    harmonics : int
        Number of harmonics of each.
    out_features : int
        Number of outputs.  They share the frequencies.
    trend : int or None
        Degree of the polynomial; 0 is a constant, and None leaves it out.
    reference : float
        The input x0 to which coefficients refer.  In the middle of the data it lets a gradient
        step on a frequency leave the phases there alone, which at an end of the data, or far
        from it, it cannot.
    span : float
        Unit of the trend, for example half the length of the data.
    band : (float, float), optional
        Of the frequencies drawn, as in :class:`Periodic`.
    device, dtype, generator
        As in :class:`Periodic`.

    Attributes
    ----------
    periodic : Periodic
        The layer that holds the frequencies.
    coefficients : Parameter, shape (out_features, n_cycles, harmonics, 2)
        Cosine and sine coefficients a, b.
    trend : Parameter, shape (out_features, trend + 1), or None
        Coefficients c.
    reference, span : Tensor of float64, shape ()

    Examples
    --------
    >>> import numpy as np, torch, epicycle
    >>> t = np.random.default_rng(1).uniform(0, 1000, 500)
    >>> model = epicycle.find_cycles(t, np.sin(2 * np.pi * t / 29.53))
    >>> waveform = Waveform.from_model(model)
    >>> later = torch.tensor([[2000.0]], dtype=torch.float64)
    >>> np.allclose(waveform(later).detach().numpy(), model.predict([2000.0]))
    True
    """

    float64_tensors = ("reference", "span")

    reference: Tensor
    span: Tensor
    trend: torch.nn.Parameter | None

    def __init__(
        self,
        n_cycles: int,
        harmonics: int = 1,
        out_features: int = 1,
        *,
        trend: int | None = 0,
        reference: float = 0.0,
        span: float = 1.0,
        band: Sequence[float] | None = None,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        self.periodic = Periodic(
            1, n_cycles, harmonics, band, device=device, dtype=dtype, generator=generator
        )
        self.out_features = check_count(out_features, "out_features")
        if not math.isfinite(reference):
            raise ValueError(f"reference must be a finite number, got {reference!r}.")
        exact: dict[str, Any] = {"dtype": torch.float64, "device": device}
        self.register_buffer("reference", torch.tensor(float(reference), **exact))
        self.register_buffer("span", torch.tensor(check_positive(span, "span"), **exact))
        options: dict[str, Any] = {"dtype": self.periodic.dtype, "device": device}
        self.coefficients = torch.nn.Parameter(
            torch.empty((self.out_features, n_cycles, harmonics, 2), **options)
        )
        if trend is None:
            self.register_parameter("trend", None)
        else:
            n_powers = check_count(trend, "trend", minimum=0) + 1
            self.trend = torch.nn.Parameter(torch.empty((self.out_features, n_powers), **options))
        self._reset_readout(generator)

    @classmethod
    def from_model(
        cls,
        model: CycleModel,
        *,
        device: torch.device | str | None = None,
        dtype: torch.dtype = torch.float64,
    ) -> Self:
        """Return the cycles and the trend that were found, as a module that can be trained.

        Parameters
        ----------
        model : CycleModel
            Result of :func:`epicycle.find_cycles`.
        device, dtype
            As in :class:`Periodic`, but float64 by default.

        Returns
        -------
        Waveform
            The cycles and the trend as they were fitted, everywhere: inside the span of the data
            equal to ``model.predict(x)`` up to rounding, but for slow variation that was fitted.
            Beyond it `predict` goes on from the level at the end of the data, and this from the
            trend.  If the times were datetimes, x is the time since 1970-01-01 UTC in
            ``model.unit``.

        Raises
        ------
        TypeError
            If `model` is no CycleModel.
        ValueError
            If it has no cycles, or cycles whose frequency drifts.
        """
        if not isinstance(model, CycleModel):
            raise TypeError(
                f"model must be a CycleModel, got {type(model).__name__}. "
                f"To fix this, pass what find_cycles returns."
            )
        if not model.cycles:
            raise ValueError(
                "model has no cycles, so there is no waveform to build. To fix this, look at "
                "model.undecided for the reason, or begin with Waveform(n_cycles, ...)."
            )
        if any(cycle.frequency_drift for cycle in model.cycles):
            raise ValueError(
                "model has cycles whose frequency drifts, and the frequencies of a Waveform are "
                "constant. To fix this, search with drift=False."
            )
        predictor = model.predictor
        if predictor.envelopes:
            raise ValueError(
                "model has cycles whose amplitude varies, and the amplitudes of a Waveform are "
                "constant. To fix this, search with varying_amplitude=False."
            )
        if predictor.background.knots or len(predictor.background.centre):
            raise ValueError(
                "model has a trend with bends, or covariates, and a Waveform has a polynomial. "
                "To fix this, search without them."
            )
        n_groups, n_outputs = len(predictor.group_labels), predictor.level.shape[1]
        result = cls(
            len(model.cycles),
            max(harmonic.order for cycle in model.cycles for harmonic in cycle.harmonics),
            n_outputs,
            trend=predictor.degree,
            reference=predictor.reference,
            span=predictor.baseline / 2,
            device=device,
            dtype=dtype,
        )
        coefficients = np.zeros(result.coefficients.shape)
        for k, cycle in enumerate(model.cycles):
            for harmonic in cycle.harmonics:
                amplitude = np.atleast_1d(harmonic.amplitude)
                angle = 2 * np.pi * np.atleast_1d(harmonic.phase)
                coefficients[:, k, harmonic.order - 1, 0] = amplitude * np.cos(angle)
                coefficients[:, k, harmonic.order - 1, 1] = amplitude * np.sin(angle)
        # where no group is named: the mean of all of them
        shares = np.array(predictor.group_weights) * predictor.gain_of_groups
        gain = float(shares.sum())
        coefficients *= gain
        trend = np.vstack(
            [shares @ predictor.level[:n_groups], gain * predictor.level[n_groups:]]
        ).T
        frequency = [[cycle.frequency] for cycle in model.cycles]
        assert result.trend is not None
        with torch.no_grad():
            result.periodic.frequency.copy_(torch.tensor(frequency, dtype=torch.float64))
            result.coefficients.copy_(torch.from_numpy(coefficients))
            result.trend.copy_(torch.from_numpy(trend))
        return result

    def reset_parameters(self, generator: torch.Generator | None = None) -> None:
        """Draw frequencies and coefficients anew, and set the trend to zero."""
        self.periodic.reset_parameters(generator)
        self._reset_readout(generator)

    @torch.no_grad()
    def _reset_readout(self, generator: torch.Generator | None) -> None:
        # together the cycles have about unit variance
        scale = self.coefficients[0, ..., 0].numel() ** -0.5
        self.coefficients.copy_(scale * draw(torch.randn, self.coefficients.shape, generator))
        if self.trend is not None:
            self.trend.zero_()

    def forward(self, x: Tensor) -> Tensor:
        """Return the waveform at `x`.

        Parameters
        ----------
        x : Tensor, shape (..., 1)
            As in :meth:`Periodic.phases`.

        Returns
        -------
        Tensor, shape (..., out_features)
        """
        result = torch.nn.functional.linear(self.periodic(x), self._weight())
        if self.trend is None:
            return result
        scaled = _phase.difference(x, self.reference) / self.span
        powers = scaled ** torch.arange(self.trend.shape[1], device=x.device)
        return result + torch.nn.functional.linear(powers.to(self.trend.dtype), self.trend)

    def _weight(self) -> Tensor:
        """Return the coefficients with respect to x = 0, where the phases of the layer begin.

        Turning the few coefficients instead of every phase costs nothing, keeps phases exact, and
        takes the derivative with respect to the frequencies about the reference.
        """
        turns = self.periodic.phases(self.reference.reshape(1, 1))
        shape = self.coefficients.shape[1:]
        cosine, sine = (
            _phase.features_of(turns, self.periodic.orders, self.coefficients.dtype)
            .reshape(shape)
            .unbind(-1)
        )
        a, b = self.coefficients.unbind(-1)
        turned = torch.stack((a * cosine - b * sine, a * sine + b * cosine), dim=-1)
        return turned.flatten(1)

    def extra_repr(self) -> str:
        """Return the arguments that the layer inside does not show."""
        degree = None if self.trend is None else self.trend.shape[1] - 1
        return f"out_features={self.out_features}, trend={degree}"
