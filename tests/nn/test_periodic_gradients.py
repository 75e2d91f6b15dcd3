"""Gradients in frequencies and inputs, once and twice, in torch.autograd and torch.func."""

import numpy as np
import pytest
import torch
from torch.func import functional_call, grad, vmap

import oracles
from epicycle.nn import Periodic


def problem(inputs: int, harmonics: int) -> tuple[Periodic, torch.Tensor]:
    generator = torch.Generator().manual_seed(7)
    layer = Periodic(inputs, 3, harmonics, dtype=torch.float64, generator=generator)
    x = torch.randn((4, inputs), dtype=torch.float64, generator=generator)
    return layer, x.requires_grad_()


@pytest.mark.parametrize("inputs", [1, 2])
@pytest.mark.parametrize("harmonics", [1, 3])
def test_gradcheck_and_gradgradcheck(inputs, harmonics) -> None:
    layer, x = problem(inputs, harmonics)

    def features(x, frequency):
        return functional_call(layer, {"frequency": frequency}, (x,))

    assert torch.autograd.gradcheck(features, (x, layer.frequency))
    assert torch.autograd.gradgradcheck(features, (x, layer.frequency))


def test_gradient_after_ten_billion_cycles() -> None:
    # d cos(2 pi f x) / df = -2 pi x sin(2 pi f x): right to rounding only if the phase is
    frequency = 31.0 / 3.0
    layer = Periodic(1, 1, dtype=torch.float64)
    layer.frequency.data.fill_(frequency)
    x = torch.tensor([[10**9 + 1], [10**9 - 7], [-(10**9) - 3]])
    layer(x)[:, 0].sum().backward()
    sine = np.sin(2 * np.pi * oracles.mp_turns(frequency, x[:, 0].tolist()))
    truth = float((-2 * np.pi * x[:, 0].numpy() * sine).sum())
    assert layer.frequency.grad is not None
    # each of three terms is below 2 pi 1e9, and right to a few units in the last place
    assert abs(float(layer.frequency.grad) - truth) < 3 * 2 * np.pi * 1e9 * 1e-14


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16])
def test_gradients_come_in_the_dtype_of_what_they_are_of(dtype) -> None:
    layer, _ = problem(1, 2)
    layer.frequency.data.fill_(0.25)
    x = torch.linspace(-1, 1, 8).unsqueeze(-1).to(dtype).requires_grad_()
    layer.to(dtype)(x).sum().backward()
    assert x.grad is not None
    assert layer.frequency.grad is not None
    assert x.grad.dtype == dtype
    assert layer.frequency.grad.dtype == torch.float64


def test_no_gradient_is_made_where_none_is_wanted() -> None:
    layer, x = problem(1, 1)
    layer.frequency.requires_grad_(False)
    layer(x).sum().backward()
    assert x.grad is not None
    assert layer.frequency.grad is None


def test_vmap_over_samples() -> None:
    layer, x = problem(2, 3)
    assert torch.equal(vmap(layer)(x), layer(x))
    assert torch.equal(vmap(layer, in_dims=1, out_dims=1)(x[:, None]), layer(x)[:, None])


def test_gradients_of_an_ensemble() -> None:
    layer, x = problem(2, 3)
    ensemble = torch.randn(
        (5, 3, 2), dtype=torch.float64, generator=torch.Generator().manual_seed(1)
    )

    def loss(frequency, x):
        return (functional_call(layer, {"frequency": frequency}, (x,)) ** 3).sum()

    def one_by_one(frequency, x):
        frequency = frequency.clone().requires_grad_()
        return torch.autograd.grad(loss(frequency, x), frequency)[0]

    by_member = vmap(grad(loss), in_dims=(0, None))(ensemble, x.detach())
    assert torch.allclose(
        by_member, torch.stack([one_by_one(f, x) for f in ensemble]), rtol=1e-13, atol=1e-13
    )
    by_sample = vmap(grad(loss), in_dims=(None, 0))(ensemble[0], x.detach())
    assert torch.allclose(
        by_sample, torch.stack([one_by_one(ensemble[0], row) for row in x]), rtol=1e-13, atol=1e-13
    )
