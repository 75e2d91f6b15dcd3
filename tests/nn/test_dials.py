"""Dials: class labels on a cycle, read off its phase."""

import math

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from epicycle.nn import Dials, Periodic

TURN = 2 * math.pi


def features(phases: torch.Tensor) -> torch.Tensor:
    return torch.stack((torch.cos(TURN * phases), torch.sin(TURN * phases)), dim=-1).flatten(-2)


def set_dials(dials: Dials, offset: list[float], steepness: list[float], doubt: float) -> None:
    with torch.no_grad():
        dials.offset.copy_(torch.tensor(offset, dtype=torch.float64))
        dials.log_steepness.copy_(torch.tensor(steepness, dtype=torch.float64).log())
        dials.doubt_logit.fill_(math.log(doubt / (1 - doubt)))


def slow_twin(
    phase: float, size: int, offset: float, steepness: float, doubt: float
) -> NDArray[np.float64]:
    """The formula of the module's docstring, class by class."""
    concentration = steepness / (4 * math.pi * math.sin(math.pi / size))
    density = np.array(
        [
            math.exp(concentration * math.cos(TURN * (phase - offset - (k + 0.5) / size)))
            for k in range(size)
        ]
    )
    probability: NDArray[np.float64] = (1 - doubt) * density / density.sum() + doubt / size
    return probability


def test_probabilities_are_those_of_the_formula() -> None:
    dials = Dials([4, 7], dtype=torch.float64)
    set_dials(dials, [0.1, -0.3], [11.0, 30.0], 0.03)
    phases = torch.rand(20, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    found = dials(features(phases)).exp().detach().numpy()
    for row, (first, second) in zip(found, phases.tolist(), strict=True):
        expected = [
            *slow_twin(first, 4, 0.1, 11.0, 0.03),
            *slow_twin(second, 7, -0.3, 30.0, 0.03),
        ]
        # a few roundings, of exponents of size 3
        np.testing.assert_allclose(row, expected, rtol=1e-13)


def test_the_class_is_the_sector_of_the_phase() -> None:
    dials = Dials([24, 60])
    set_dials(dials, [0.2, 0.7], [100.0, 100.0], 0.01)
    phases = torch.rand(5000, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(2))
    position = (phases - dials.offset.detach()) % 1 * torch.tensor([24, 60])
    # features in float32 place an edge to 1e-7 turns, and neighbouring logits differ by as much
    clear = ((position - position.round()).abs() > 1e-4).all(dim=1)
    assert clear.float().mean() > 0.99
    read = dials.read(dials(features(phases).float()))
    assert torch.equal(read[clear], position.floor().long()[clear])


def test_steepness_is_the_slope_of_the_log_odds_at_an_edge() -> None:
    dials = Dials([12], dtype=torch.float64)
    set_dials(dials, [0.0], [250.0], 1e-12)
    step = 1e-6
    phases = torch.tensor([[3 / 12 - step], [3 / 12 + step]], dtype=torch.float64)
    logs = dials(features(phases)).detach()
    odds = logs[:, 3] - logs[:, 2]
    assert float(odds.mean()) == pytest.approx(0.0, abs=1e-9)
    assert float(odds[1] - odds[0]) / (2 * step) == pytest.approx(250.0, rel=1e-8)
    assert dials.widths().item() == pytest.approx(1 / 250)


def test_geared_dials_are_free_dials_at_the_multiples_of_one_phase() -> None:
    sizes, gears = [24, 60, 60], (1, 24, 1440)
    geared, free = (
        Dials(sizes, gears=gears, dtype=torch.float64),
        Dials(sizes, dtype=torch.float64),
    )
    set_dials(geared, [0.0123], [5e4], 0.02)
    set_dials(free, [g * 0.0123 for g in gears], [5e4 / g for g in gears], 0.02)
    phase = torch.rand(100, 1, dtype=torch.float64, generator=torch.Generator().manual_seed(3))
    found = features(phase * torch.tensor(gears))
    # an angle of 1440 turns has lost 11 of 53 bits
    torch.testing.assert_close(geared(found), free(found), rtol=1e-9, atol=1e-9)
    assert geared.offset.shape == geared.log_steepness.shape == (1,)
    assert sum(p.numel() for p in geared.parameters()) == 5


def test_gears_are_the_harmonics_of_a_periodic_layer() -> None:
    layer = Periodic(1, 1, harmonics=(1, 24, 1440), dtype=torch.float64)
    seconds = torch.tensor([[3_800_000_000], [-1], [7]])
    with torch.no_grad():
        layer.frequency.fill_(1 / 86400)
    hands = torch.tensor([[s / p % 1 for p in (86400, 3600, 60)] for [s] in seconds.tolist()])
    torch.testing.assert_close(
        layer(seconds), features(hands.double()), rtol=0, atol=2e-7
    )  # hands are float32
    assert layer.harmonics == 3
    assert "harmonics=(1, 24, 1440)" in repr(layer)
    with pytest.raises(ValueError, match="different multiples"):
        Periodic(1, 1, harmonics=(2, 2))


def test_an_offset_is_learned_from_anywhere_on_the_circle() -> None:
    generator = torch.Generator().manual_seed(4)
    for truth in np.linspace(0.05, 0.95, 5):
        dials = Dials([60])
        phases = torch.rand(1000, 1, dtype=torch.float64, generator=generator)
        classes = ((phases - truth) % 1 * 60).long()
        optimizer = torch.optim.Adam(dials.parameters(), lr=0.05)
        for _ in range(100):
            optimizer.zero_grad()
            dials.loss(dials(features(phases)), classes).backward()
            optimizer.step()
        away = (dials.offset.item() - truth + 0.5) % 1 - 0.5
        assert abs(away) < 0.5 / 60  # within a class


def test_doubt_takes_the_wrong_labels() -> None:
    generator = torch.Generator().manual_seed(5)
    dials = Dials([10])
    phases = torch.rand(5_000, 1, dtype=torch.float64, generator=generator)
    classes = (phases * 10).long()
    wrong = torch.rand(5_000, generator=generator) < 0.2
    classes[wrong] = torch.randint(10, (int(wrong.sum()), 1), generator=generator)
    optimizer = torch.optim.Adam(dials.parameters(), lr=0.05)
    for _ in range(300):
        optimizer.zero_grad()
        dials.loss(dials(features(phases)), classes).backward()
        optimizer.step()
    # binomial: 0.2 ± 0.006, and what 300 steps leave
    assert torch.sigmoid(dials.doubt_logit).item() == pytest.approx(0.2, abs=0.025)
    assert dials.log_steepness.exp().item() > 500


def test_loss_is_the_cross_entropy_of_each_block() -> None:
    dials = Dials([3, 5], dtype=torch.float64)
    logits = dials(features(torch.rand(50, 2, dtype=torch.float64)))
    classes = torch.stack((torch.arange(50) % 3, torch.arange(50) % 5), dim=1)
    expected = torch.nn.functional.cross_entropy(logits[:, :3], classes[:, 0])
    expected = expected + torch.nn.functional.cross_entropy(logits[:, 3:], classes[:, 1])
    torch.testing.assert_close(dials.loss(logits, classes), expected)


def test_gradients() -> None:
    dials = Dials([3, 5], dtype=torch.float64)
    set_dials(dials, [0.1, 0.4], [5.0, 9.0], 0.1)
    phases = torch.rand(6, 2, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda u: dials(features(u)), (phases,))


def test_offsets_stay_float64_and_survive_a_state_dict() -> None:
    dials = Dials([24, 60]).half()
    assert dials.offset.dtype == dials.multiples.dtype == torch.float64
    assert dials.log_steepness.dtype == torch.float16
    set_dials(dials, [1 / 3, 2 / 3], [9.0, 9.0], 0.1)
    other = Dials([24, 60]).half()
    other.load_state_dict(dials.state_dict())
    assert torch.equal(other.offset, dials.offset)


def test_errors_name_the_argument_and_the_fix() -> None:
    with pytest.raises(ValueError, match=r"sizes is \(24, 1\).*To fix this"):
        Dials([24, 1])
    with pytest.raises(ValueError, match=r"gears is \(1, 24\).*3 dials.*To fix this"):
        Dials([24, 60, 60], gears=(1, 24))
    with pytest.raises(ValueError, match=r"features has 4 columns.*3 dials.*To fix this"):
        Dials([24, 60, 60])(torch.zeros(2, 4))
