"""The networks that were proposed for periodic functions, at their published settings.

Each is written from its paper and has the sizes and the initialisation of the code published with
it; :mod:`epicycle.problems.designs` adds how it was trained.

References
----------
Sitzmann, Martel, Bergman, Lindell, Wetzstein (2020), "Implicit neural representations with
periodic activation functions", NeurIPS; code: vsitzmann/siren, explore_siren.ipynb.
Hendrycks, Gimpel (2016), "Gaussian error linear units", arXiv 1606.08415; code: hendrycks/GELUs,
mnist_fcn.py.
Ziyin, Hartwig, Ueda (2020), "Neural networks fail to learn periodic functions and how to fix it",
NeurIPS; code: AdenosHermes/NeurIPS_2020_Snake, Snake_Atmospheric_Temperature.ipynb.
Dong, Li, Tao, Jiang, Zhang, Li, Su, Zhang, Xu (2024), "FAN: Fourier analysis networks", arXiv
2410.02675; code: YihongDong/FAN, Periodicity_Modeling.
Kazemi, Goel, Eghbali, Ramanan, Sahota, Thakur, Wu, Smyth, Poupart, Brubaker (2019), "Time2Vec:
learning a vector representation of time", arXiv 1907.05321; code: ojus1/Time2Vec-PyTorch
(the authors published none).
Tancik, Srinivasan, Mildenhall, Fridovich-Keil, Raghavan, Singhal, Ramamoorthi, Barron, Ng (2020),
"Fourier features let networks learn high frequency functions in low dimensional domains", NeurIPS;
code: tancik/fourier-feature-networks, Demo.ipynb.
Hayes, Saitis, Fazekas (2023), "Sinusoidal frequency estimation by gradient descent", ICASSP; code:
ben-hayes/sinusoidal-gradient-descent.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn


class Sin(nn.Module):
    """The network of the Sin problem: sin(freq·x), with one parameter."""

    def __init__(self) -> None:
        super().__init__()
        self.freq = nn.Parameter(torch.randn(1))

    def forward(self, x: Tensor) -> Tensor:
        """Return sin(freq·x)."""
        return torch.sin(self.freq * x)


class Siren(nn.Module):
    """Layers sin(ω₀(W x + b)): Sitzmann et al. 2020, section 3.2 and supplement 1.5."""

    def __init__(
        self,
        in_features: int,
        out_features: int,
        hidden: Sequence[int] = (256, 256, 256, 256),
        omega: float = 30.0,
    ) -> None:
        super().__init__()
        self.omega = omega
        layers = _linear_layers(in_features, out_features, hidden)
        for k, layer in enumerate(layers):
            n = layer.in_features
            bound = 1 / n if k == 0 else math.sqrt(6 / n) / omega
            nn.init.uniform_(layer.weight, -bound, bound)
        self.layers = nn.ModuleList(layers)

    def forward(self, x: Tensor) -> Tensor:
        """Apply the layers; the last one is linear."""
        *inner, last = self.layers
        for layer in inner:
            x = torch.sin(self.omega * layer(x))
        output: Tensor = last(x)
        return output


class GeluMLP(nn.Module):
    """A plain network of GELU units: Hendrycks and Gimpel 2016, section 3.1."""

    def __init__(
        self, in_features: int, out_features: int, hidden: Sequence[int] = (128,) * 8
    ) -> None:
        super().__init__()
        layers = _linear_layers(in_features, out_features, hidden)
        for layer in layers:
            nn.init.normal_(layer.weight)
            with torch.no_grad():  # the weights of each unit have norm 1
                layer.weight /= layer.weight.norm(dim=1, keepdim=True)
            nn.init.zeros_(layer.bias)
        self.layers = nn.ModuleList(layers)

    def forward(self, x: Tensor) -> Tensor:
        """Apply the layers; the last one is linear."""
        *inner, last = self.layers
        for layer in inner:
            x = nn.functional.gelu(layer(x), approximate="tanh")
        output: Tensor = last(x)
        return output


class Snake(nn.Module):
    """Units x + sin²(a x)/a: Ziyin, Hartwig and Ueda 2020, equation 3.

    Without `a`, each unit has its own, drawn from the absolute values of a normal distribution of
    standard deviation 50 and learned, as in the code for atmospheric temperatures (where a slip
    keeps the optimizer from them: here it has them).
    """

    def __init__(
        self,
        in_features: int,
        out_features: int,
        hidden: Sequence[int] = (100, 100),
        a: float | None = None,
    ) -> None:
        super().__init__()
        self.layers = nn.ModuleList(_linear_layers(in_features, out_features, hidden))
        self.a = nn.ParameterList(
            nn.Parameter(
                50 * torch.randn(n).abs() if a is None else torch.full((n,), float(a)),
                requires_grad=a is None,
            )
            for n in hidden
        )

    def forward(self, x: Tensor) -> Tensor:
        """Apply the layers; the last one is linear."""
        *inner, last = self.layers
        for layer, a in zip(inner, self.a, strict=True):
            x = layer(x)
            x = x + torch.sin(a * x) ** 2 / a
        output: Tensor = last(x)
        return output


class FAN(nn.Module):
    """Layers [cos(W_p x), sin(W_p x), gelu(W x + b)]: Dong et al. 2024, equation 9.

    An embedding, layers of which a quarter of the outputs are cosines and a quarter sines, and a
    linear readout: ``hidden`` holds the size of the embedding, then those of the layers.
    """

    def __init__(
        self, in_features: int, out_features: int, hidden: Sequence[int] = (2048, 2048, 2048)
    ) -> None:
        super().__init__()
        self.embedding = nn.Linear(in_features, hidden[0])
        sizes = list(pairwise(hidden))
        self.periodic = nn.ModuleList(nn.Linear(m, n // 4) for m, n in sizes)
        self.plain = nn.ModuleList(nn.Linear(m, n - 2 * (n // 4)) for m, n in sizes)
        self.readout = nn.Linear(hidden[-1], out_features)

    def forward(self, x: Tensor) -> Tensor:
        """Apply embedding, layers and readout."""
        x = self.embedding(x)
        for periodic, plain in zip(self.periodic, self.plain, strict=True):
            p = periodic(x)
            x = torch.cat([torch.cos(p), torch.sin(p), nn.functional.gelu(plain(x))], dim=-1)
        output: Tensor = self.readout(x)
        return output


class Time2Vec(nn.Module):
    """Features (ω₀ t + φ₀, sin(ω_i t + φ_i)), read out linearly: Kazemi et al. 2019, equation 1."""

    def __init__(self, in_features: int, out_features: int, hidden: Sequence[int] = (42,)) -> None:
        super().__init__()
        layers = _linear_layers(in_features, out_features, hidden)
        nn.init.normal_(layers[0].weight)
        nn.init.normal_(layers[0].bias)
        self.layers = nn.ModuleList(layers)

    def forward(self, x: Tensor) -> Tensor:
        """Return the readout of the features; further layers, if any, have rectifiers."""
        first, *rest = self.layers
        linear = first(x)
        x = torch.cat([linear[..., :1], torch.sin(linear[..., 1:])], dim=-1)
        for k, layer in enumerate(rest):
            x = layer(torch.relu(x) if k else x)
        return x


class RandomFourierFeatures(nn.Module):
    """Features cos(2π B x), sin(2π B x) with B ~ N(0, σ²) fixed, then a network of rectifiers.

    Tancik et al. 2020, section 6.1: 256 features each, 10 as the best σ of three on images.
    """

    def __init__(
        self,
        in_features: int,
        out_features: int,
        hidden: Sequence[int] = (256, 256, 256),
        sigma: float = 10.0,
        n_features: int = 256,
    ) -> None:
        super().__init__()
        self.B: Tensor
        self.register_buffer("B", sigma * torch.randn(n_features, in_features))
        layers = _linear_layers(2 * n_features, out_features, hidden)
        for layer in layers:
            nn.init.xavier_normal_(layer.weight)
            nn.init.normal_(layer.bias, std=1e-2)
        self.layers = nn.ModuleList(layers)

    def forward(self, x: Tensor) -> Tensor:
        """Apply the features and the layers; the last one is linear."""
        turns = x @ self.B.T
        x = torch.cat([torch.sin(2 * math.pi * turns), torch.cos(2 * math.pi * turns)], dim=-1)
        *inner, last = self.layers
        for layer in inner:
            x = torch.relu(layer(x))
        output: Tensor = last(x)
        return output


class Surrogate(nn.Module):
    """Damped oscillations zⁿ with complex z, read out linearly: Hayes et al. 2023, equation 6.

    ``hidden`` holds the number of oscillations.  The input is the number n of a sample; it need
    not be whole.  Real and imaginary part are read out, which frees the phase that the original
    holds, and the readout learns the amplitudes.
    """

    def __init__(self, in_features: int, out_features: int, hidden: Sequence[int] = (32,)) -> None:
        super().__init__()
        if in_features != 1 or len(hidden) != 1:
            raise ValueError(
                f"in_features is {in_features} and hidden {tuple(hidden)}: expected 1 input, the "
                f"number of the sample, and one number of oscillations. To fix this, pass 1, (32,)."
            )
        (n,) = hidden
        frequency = 0.05 + 0.40 * torch.rand(n)
        magnitude = 0.01 + 0.49 * torch.rand(n)
        # Adam treats a complex parameter as these two numbers, and so do we
        self.z = nn.Parameter(torch.view_as_real(torch.polar(magnitude, 2 * math.pi * frequency)))
        self.readout = nn.Linear(2 * n, out_features)

    def forward(self, x: Tensor) -> Tensor:
        """Return the readout of the oscillations at x."""
        z = torch.view_as_complex(self.z)
        decay, angle = torch.exp(x * torch.log(z.abs())), x * z.angle()
        features = [decay * torch.cos(angle), decay * torch.sin(angle)]
        output: Tensor = self.readout(torch.cat(features, dim=-1))
        return output


def _linear_layers(in_features: int, out_features: int, hidden: Sequence[int]) -> list[nn.Linear]:
    return [nn.Linear(m, n) for m, n in pairwise((in_features, *hidden, out_features))]
