"""Each network against its formula, at its published initialisation, and able to learn at all."""

import math

import numpy as np
import pytest
import torch
from torch import nn

from epicycle.problems.designs import DESIGNS
from epicycle.problems.networks import (
    FAN,
    GeluMLP,
    RandomFourierFeatures,
    Sin,
    Siren,
    Snake,
    Surrogate,
    Time2Vec,
)

#: float64 arithmetic of a few layers of sizes below 10: some hundred roundings of 1.1e-16.
CLOSE = {"rtol": 1e-12, "atol": 1e-13}

X = torch.linspace(-2, 3, 7, dtype=torch.float64)[:, None]


def weights(layers) -> list[tuple[np.ndarray, np.ndarray]]:
    return [(layer.weight.detach().numpy(), layer.bias.detach().numpy()) for layer in layers]


def result(network: nn.Module) -> np.ndarray:
    output = network.double()(X)
    return output.detach().numpy()


def gelu(x):
    # Hendrycks and Gimpel, equation 2
    return 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


def test_sin() -> None:
    network = Sin().double()
    assert [p.numel() for p in network.parameters()] == [1]
    expected = np.sin(network.freq.item() * X.numpy())
    np.testing.assert_allclose(network(X).detach().numpy(), expected, **CLOSE)


def test_siren() -> None:
    network = Siren(1, 2, hidden=(5, 4), omega=7.0).double()
    h = X.numpy()
    *inner, (W, b) = weights(network.layers)
    for V, c in inner:
        h = np.sin(7.0 * (h @ V.T + c))
    np.testing.assert_allclose(result(network), h @ W.T + b, **CLOSE)


def test_siren_begins_with_the_same_activations_at_every_depth() -> None:
    # Theorem 1.8 of the supplement: with the published weights the inputs of all sines but the
    # first are standard normal, up to the biases, and their outputs have variance 1/2.
    network = Siren(1, 1)
    x = torch.linspace(-1, 1, 4000)[:, None]
    for k, layer in enumerate(network.layers[:-1]):
        before = network.omega * layer(x)
        if k:
            # 256 units, each a sum of 256 terms that depend on each other: allow a tenth
            unbiased = before - network.omega * layer.bias
            assert unbiased.std().item() == pytest.approx(1.0, abs=0.1)
            assert torch.sin(before).var().item() == pytest.approx(0.5, abs=0.05)
        x = torch.sin(before)
    assert network.layers[0].weight.abs().max() <= 1
    assert network.layers[0].weight.abs().max() > 0.9


def test_gelu_mlp() -> None:
    network = GeluMLP(1, 2, hidden=(5, 4)).double()
    h = X.numpy()
    *inner, (W, b) = weights(network.layers)
    for V, c in inner:
        np.testing.assert_allclose(np.linalg.norm(V, axis=1), 1, rtol=1e-6)  # made in float32
        np.testing.assert_array_equal(c, 0)
        h = gelu(h @ V.T + c)
    np.testing.assert_allclose(result(network), h @ W.T + b, **CLOSE)
    assert len(GeluMLP(1, 2).layers) == 9  # eight hidden layers


@pytest.mark.parametrize("a", [None, 20.0])
def test_snake(a: float | None) -> None:
    network = Snake(1, 2, hidden=(5, 4), a=a).double()
    h = X.numpy()
    *inner, (W, b) = weights(network.layers)
    for (V, c), each in zip(inner, network.a, strict=True):
        own = each.detach().numpy()
        h = h @ V.T + c
        h = h + np.sin(own * h) ** 2 / own
    np.testing.assert_allclose(result(network), h @ W.T + b, **CLOSE)
    assert all(each.requires_grad == (a is None) for each in network.a)


def test_snake_draws_a_as_published() -> None:
    a = torch.cat(list(Snake(1, 1, hidden=(2000, 2000)).a)).detach()
    assert (a > 0).all()
    # the absolute value of a normal number has the mean 50 sqrt(2/π) and the variance of 50²,
    # less the square of that; five standard errors of 4,000 are 2.4
    assert a.mean().item() == pytest.approx(50 * math.sqrt(2 / math.pi), abs=2.4)


def test_fan() -> None:
    network = FAN(1, 2, hidden=(8, 8, 9)).double()
    ((W, b),) = weights([network.embedding])
    h = X.numpy() @ W.T + b
    for (P, p), (G, g), n in zip(
        weights(network.periodic), weights(network.plain), (8, 9), strict=True
    ):
        assert P.shape[0] == 2  # a quarter cosines, a quarter sines, the rest plain
        h = np.hstack([np.cos(h @ P.T + p), np.sin(h @ P.T + p), h @ G.T + g])
        # FAN's code has the exact GELU, which torch has too
        h[:, 4:] = nn.functional.gelu(torch.from_numpy(h[:, 4:])).numpy()
        assert h.shape[1] == n
    ((W, b),) = weights([network.readout])
    np.testing.assert_allclose(result(network), h @ W.T + b, **CLOSE)


def test_time2vec() -> None:
    network = Time2Vec(1, 2, hidden=(6,)).double()
    (V, c), (W, b) = weights(network.layers)
    h = X.numpy() @ V.T + c
    h[:, 1:] = np.sin(h[:, 1:])
    np.testing.assert_allclose(result(network), h @ W.T + b, **CLOSE)


def test_random_fourier_features() -> None:
    network = RandomFourierFeatures(1, 2, hidden=(5,), sigma=3.0, n_features=6).double()
    B = network.B.numpy()
    turns = 2 * np.pi * X.numpy() @ B.T
    h = np.hstack([np.sin(turns), np.cos(turns)])
    (V, c), (W, b) = weights(network.layers)
    np.testing.assert_allclose(result(network), np.maximum(h @ V.T + c, 0) @ W.T + b, **CLOSE)
    assert "B" not in dict(network.named_parameters())  # drawn once, never trained
    wide = RandomFourierFeatures(1, 1, sigma=3.0, n_features=20_000)
    assert wide.B.std().item() == pytest.approx(3.0, abs=5 * 3.0 / math.sqrt(2 * 20_000))


def test_surrogate_is_the_published_oscillator_on_whole_samples() -> None:
    # Hayes et al. multiply z by itself, sample after sample
    network = Surrogate(1, 1, hidden=(3,)).double()
    with torch.no_grad():
        network.z *= 1.9  # the published magnitudes are below 1/2; make the tail visible
    z = torch.view_as_complex(network.z.detach())
    samples = torch.cat([torch.ones(1, 3), z.expand(7, 3)]).cumprod(dim=0)
    n = torch.arange(8.0, dtype=torch.float64)[:, None]
    features = torch.cat([samples.real, samples.imag], dim=1)
    expected = features @ network.readout.weight.T + network.readout.bias
    np.testing.assert_allclose(network(n).detach().numpy(), expected.detach().numpy(), **CLOSE)
    network(n).square().sum().backward()
    assert network.z.grad.abs().min() > 0  # both parts of z are learned, magnitude and angle


def test_surrogate_begins_where_published() -> None:
    z = torch.view_as_complex(Surrogate(1, 1, hidden=(4000,)).z.detach())
    frequency = z.angle() / (2 * math.pi)
    for values, low, high in ((frequency, 0.05, 0.45), (z.abs(), 0.01, 0.50)):
        assert low <= values.min() < low + 0.01
        assert high - 0.01 < values.max() <= high + 1e-6
    with pytest.raises(ValueError, match="in_features is 2"):
        Surrogate(2, 1)


@pytest.mark.parametrize(
    ("name", "steps", "cycles"),
    [("siren", 200, 5.0), ("mlp", 300, 0.5), ("snake", 2000, 0.5), ("rff", 300, 5.0)],
)
def test_networks_learn_what_their_settings_suit(name: str, steps: int, cycles: float) -> None:
    # Their failure elsewhere is worth nothing if they fail here.  A tenth of the power of the
    # target is far below what any network without its periodicity could leave on 5 cycles.
    design = DESIGNS[name]()
    low, high = design.domain
    network = design.build(1)
    optimizer = design.optimizer(network)
    u = torch.linspace(-1, 1, 256)[:, None]
    x = low + (high - low) * (u + 1) / 2
    y = torch.sin(math.pi * cycles * u)
    for _ in range(steps):
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(network(x), y)
        loss.backward()
        optimizer.step()
    assert loss.item() < 0.05
