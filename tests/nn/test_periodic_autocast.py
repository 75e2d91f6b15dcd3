"""Mixed precision: phases stay exact, linear layers do as autocast says, and training works."""

import pytest
import torch

import oracles
from epicycle.nn import Periodic


def network(dtype: torch.dtype | None = None) -> torch.nn.Sequential:
    generator = torch.Generator().manual_seed(0)
    periodic = Periodic(1, 4, band=(0.01, 10.0), generator=generator)
    torch.manual_seed(0)
    return torch.nn.Sequential(periodic, torch.nn.Linear(8, 1)).to(dtype)


def test_features_are_untouched_by_autocast() -> None:
    net = network()
    x = torch.randint(-(2**62), 2**62, (50, 1), generator=torch.Generator().manual_seed(1))
    with torch.autocast("cpu", dtype=torch.bfloat16):
        features, phases, output = net[0](x), net[0].phases(x), net(x)
    assert features.dtype == torch.float32
    assert torch.equal(features, net[0](x))
    assert output.dtype == torch.bfloat16
    truth = oracles.mp_turns(net[0].frequency[0, 0].item(), x[:, 0].tolist())
    assert oracles.circular(phases[:, 0].detach().numpy() - truth).max() < 1e-15


def test_the_gradient_under_autocast_is_float64_and_close() -> None:
    net = network()
    x = torch.linspace(-50, 50, 400, dtype=torch.float64).unsqueeze(-1)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        net(x).float().square().mean().backward()
    mixed = net[0].frequency.grad.clone()
    assert mixed.dtype == torch.float64
    net.zero_grad()
    net(x).square().mean().backward()
    # bfloat16 keeps 8 bits, in the output, the weights and the gradients between them
    assert (mixed - net[0].frequency.grad).norm() < 0.05 * net[0].frequency.grad.norm()


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_training_a_network_with_scaled_gradients(dtype) -> None:
    net = network()
    net[0].frequency.data = torch.tensor([[0.1], [0.2], [0.3], [0.4]]).double()
    x = torch.linspace(-50, 50, 400, dtype=torch.float64).unsqueeze(-1)
    y = torch.sin(2 * torch.pi * 0.301 * x).float()
    optimizer = torch.optim.Adam(
        [{"params": net[0].parameters(), "lr": 1e-4}, {"params": net[1].parameters(), "lr": 1e-2}]
    )
    # the first scale overflows float16, so that steps are skipped and the scale changes
    scaler = torch.amp.GradScaler("cpu", init_scale=2.0**40)
    losses = []
    for _ in range(300):
        with torch.autocast("cpu", dtype=dtype):
            loss = (net(x).float() - y).square().mean()
        optimizer.zero_grad()
        scaler.scale(loss).backward()
        scaler.step(optimizer)
        scaler.update()
        losses.append(float(loss.detach()))
    if dtype == torch.float16:
        assert scaler.get_scale() < 2.0**40
    assert losses[-1] < 1e-3
    # the error of the frequency that is left: 1e-3 of the variance is 1/2 (2 pi df)^2 var(x)
    assert abs(net[0].frequency[2, 0].item() - 0.301) < (2e-3 / 833) ** 0.5 / (2 * torch.pi)
