"""ResidualBank: nothing at first, then the periodic part of what the network misses."""

import copy

import pytest
import torch

from epicycle.nn import ResidualBank


def bank(width: int = 8, n_frequencies: int = 4, **options) -> ResidualBank:
    return ResidualBank(width, n_frequencies, generator=torch.Generator().manual_seed(0), **options)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16, torch.float16])
@pytest.mark.parametrize("shape", [(8,), (5, 8), (2, 3, 8)])
def test_starts_as_the_identity(dtype, shape) -> None:
    h = torch.randn(shape).to(dtype)
    out = bank(harmonics=2).to(dtype)(h)
    assert out.dtype == dtype
    assert torch.equal(out, h)


def test_then_adds_waves_along_one_coordinate() -> None:
    layer = bank(harmonics=2, dtype=torch.float64)
    torch.nn.init.normal_(layer.readout.weight)
    h = torch.randn((50, 8), dtype=torch.float64)
    change = layer(h) - h
    assert change.abs().max() > 0.1
    w = layer.coordinate.weight[0]
    across = torch.randn((50, 8), dtype=torch.float64)
    across -= (across @ w).unsqueeze(-1) * w / (w @ w)
    h = h + across
    assert torch.allclose(layer(h) - h, change, atol=1e-10)
    layer.periodic.frequency.data.fill_(0.25)
    h = h + 4 * w / (w @ w)  # a period on
    assert torch.allclose(
        layer(h) - h, layer(h + 4 * w / (w @ w)) - h - 4 * w / (w @ w), atol=1e-10
    )


def test_gradcheck() -> None:
    layer = bank(3, 2, harmonics=2, dtype=torch.float64)
    torch.nn.init.normal_(layer.readout.weight)
    parameters = dict(layer.named_parameters())
    h = torch.randn((4, 3), dtype=torch.float64, requires_grad=True)

    def forward(h, *values):
        named = dict(zip(parameters, values, strict=True))
        return torch.func.functional_call(layer, named, (h,))

    assert torch.autograd.gradcheck(forward, (h, *parameters.values()))


def test_training_turns_the_coordinate_and_finds_the_frequency_from_close_by() -> None:
    # a wave of 3 cycles per unit along (0.6, 0.8); at the start it is off by at most 0.45 turns,
    # in two of the corners, which is still inside the basin
    x = torch.rand((512, 2), generator=torch.Generator().manual_seed(1)) * 2 - 1
    wave = torch.sin(2 * torch.pi * 3.0 * (x @ torch.tensor([0.6, 0.8])))
    y = torch.stack([x[:, 0] + wave, x[:, 1] - 2 * wave], dim=1)
    layer = ResidualBank(2, 1)
    layer.coordinate.weight.data = torch.tensor([[0.68, 0.73]])
    layer.periodic.frequency.data.fill_(3.1)
    optimizer = torch.optim.Adam(layer.parameters(), lr=1e-2)
    losses = []
    for _ in range(400):
        optimizer.zero_grad()
        loss = (layer(x) - y).square().mean()
        loss.backward()
        optimizer.step()
        losses.append(float(loss.detach()))
    assert losses[0] == pytest.approx(float((x - y).square().mean()), rel=1e-6)
    assert losses[-1] < 1e-3 * losses[0]
    vector = (layer.coordinate.weight.double() * layer.periodic.frequency).detach()
    assert vector[0].tolist() == pytest.approx([1.8, 2.4], abs=0.01)


def test_the_coordinate_keeps_its_digits_under_autocast() -> None:
    layer = bank(64, n_frequencies=3)
    torch.nn.init.normal_(layer.readout.weight)
    h = torch.randn((100, 64)) * 4
    seen: list[torch.Tensor] = []
    layer.periodic.register_forward_hook(lambda module, inputs, output: seen.append(inputs[0]))
    with torch.autocast("cpu", dtype=torch.bfloat16):
        layer(h)
    layer(h)
    # bfloat16 would be off by some 2**-9 of values around 4
    assert seen[0].dtype == torch.float64
    assert torch.equal(seen[0], seen[1])


def test_copies_and_state() -> None:
    layer = bank()
    torch.nn.init.normal_(layer.readout.weight)
    h = torch.randn((5, 8))
    other = ResidualBank(8, 4)
    other.load_state_dict(layer.state_dict())
    assert torch.equal(other(h), layer(h))
    assert torch.equal(copy.deepcopy(layer)(h), layer(h))
    other.reset_parameters(torch.Generator().manual_seed(0))
    assert torch.equal(other(h), h)
    assert torch.equal(other.coordinate.weight, layer.coordinate.weight)
    assert torch.equal(other.periodic.frequency, layer.periodic.frequency)


def test_errors() -> None:
    with pytest.raises(ValueError, match="width must be an integer of at least 1, got 0"):
        ResidualBank(0, 1)
    with pytest.raises(ValueError, match=r"h must have shape \(\.\.\., 8\), got \(5, 7\)"):
        bank()(torch.zeros((5, 7)))
