"""One search, seen alone: from the samples of a backward pass to what is to be done."""

import math

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from epicycle.optim import searching
from epicycle.optim.band import Band
from epicycle.optim.frequencies import FrequencyBank
from epicycle.optim.probe import Probe
from epicycle.optim.reservoir import Chunk
from tests.optim import networks

#: Cycles per unit that have no small multiple in common; inputs reach from -100 to 100.
FIRST, SECOND = 0.0731, 0.4177

#: Four times the Cramer-Rao bound of a frequency at amplitude 1, noise 0.1, 400 samples over 200.
BOUND = 4 * math.sqrt(6 / 400) * 0.1 / (math.pi * 200)


class Both(nn.Module):
    """Two periodic layers beside each other, of the same column or of one each, and a sum."""

    def __init__(self, columns: tuple[int, int]) -> None:
        super().__init__()
        torch.manual_seed(8)
        self.columns = columns
        self.layers = nn.ModuleList(networks.Waves(1, 1, torch.float64) for _ in columns)

    def forward(self, x: Tensor) -> Tensor:
        waves = [f(x[:, k : k + 1]) for f, k in zip(self.layers, self.columns, strict=True)]
        return 0.0 * torch.hstack(waves).sum(dim=1, keepdim=True)


def inputs(columns: int = 1, n: int = 400, seed: int = 0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return 200 * torch.rand(n, columns, dtype=torch.float64, generator=generator) - 100


def noise(n: int = 400, seed: int = 1) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return 0.1 * torch.randn(n, 1, dtype=torch.float64, generator=generator)


def wave(frequency: float, x: Tensor) -> Tensor:
    return torch.sin(2 * math.pi * frequency * x)


def silent(n_frequencies: int = 3) -> nn.Sequential:
    """Return a network that says 0 as yet."""
    torch.manual_seed(7)
    head = nn.Linear(2 * n_frequencies, 1).double()
    nn.init.zeros_(head.weight)
    nn.init.zeros_(head.bias)
    return nn.Sequential(networks.Waves(1, n_frequencies, torch.float64), head)


def banks_of(net: nn.Module) -> list[FrequencyBank]:
    layers = [m for m in net.modules() if getattr(m, "learns_by_spectrum", False)]
    return [FrequencyBank(m.frequency, m, angular=False) for m in layers]


def shown(net: nn.Module, x: Tensor, target: Tensor) -> Chunk:
    """Return what a backward pass of the mean square error shows."""
    output = net(x).detach()
    return Chunk((x,), output, 2 * (output - target.to(output.dtype)) / len(x), len(x))


def search(net, x, target, banks=None, band=Band(0.0, 1.0)):  # noqa: B008
    banks = banks_of(net) if banks is None else banks
    return searching.search([shown(net, x, target)], banks, Probe(net), band, 0.01, 1.0)


def test_without_samples_there_is_nothing_to_do():
    net = silent()
    outcome = searching.search([], banks_of(net), Probe(net), Band(), 0.01, 1.0)
    assert outcome == searching.Outcome()


def test_where_nothing_is_left_every_frequency_is_in_use():
    net, x = Both((0, 0)), inputs()
    outcome = search(net, x, torch.zeros(400, 1))
    assert outcome == searching.Outcome(used=[(0, 0), (1, 0)])


def test_a_missing_line_takes_the_least_useful_frequency_and_the_network_stays_as_it_is():
    net, x = silent(), inputs()
    (bank,) = banks = banks_of(net)
    bank.strength[:] = [2.0, 0.0, 1.0]
    before = [p.detach().clone() for p in net.parameters()]
    outcome = search(net, x, 2 * wave(SECOND, x) + noise(), banks)
    (placed,) = outcome.placements
    assert (placed.bank, placed.index) == (0, 1)
    assert abs(abs(placed.frequency[0]) - SECOND) < BOUND / 2
    # minus the gradient, as if the loss were a sum, is 2 (target - output): amplitude 4
    assert placed.strength == pytest.approx(4**2 / 2, rel=0.1)
    assert placed.false_alarm_probability < 1e-6
    assert not outcome.corrections
    for parameter, value in zip(net.parameters(), before, strict=True):
        assert parameter.equal(value)


def test_noise_moves_nothing():
    net, x = silent(), inputs()
    outcomes = [search(net, x, noise(seed=seed)) for seed in range(10)]
    # at one in a hundred each, two of ten would be a chance of 0.4 %
    assert sum(bool(outcome.placements) for outcome in outcomes) <= 1


@pytest.mark.parametrize(("error", "moved"), [(1e-9, []), (math.inf, [1])])
def test_what_the_network_can_do_with_its_frequencies_is_no_new_line(error, moved):
    net, x = silent(), inputs()
    with torch.no_grad():
        net[0].frequency[1] = SECOND + 0.2 / 200
    (bank,) = banks_of(net)
    bank.error[1] = error
    outcome = search(net, x, wave(SECOND, x) + noise(), [bank])
    # a frequency near a line goes there if that is better, and none of the others does
    assert [placed.index for placed in outcome.placements] == moved
    assert all(abs(placed.frequency[0] - SECOND) < BOUND for placed in outcome.placements)


def test_layers_of_the_same_inputs_share_the_lines_and_others_have_lines_of_their_own():
    x = inputs(2)
    together, apart = Both((1, 1)), Both((0, 1))
    both = wave(FIRST, x[:, 1:]) + wave(SECOND, x[:, 1:])
    # noise, beside which what the first estimate leaves of the first line is nothing
    outcome = search(together, x, both + 7 * noise())
    assert sorted(p.bank for p in outcome.placements) == [0, 1]
    found = sorted(abs(p.frequency[0]) for p in outcome.placements)
    assert found == pytest.approx([FIRST, SECOND], abs=7 * BOUND)

    each = wave(FIRST, x[:, :1]) + wave(SECOND, x[:, 1:])
    outcome = search(apart, x, each + 0.1 * noise())
    found = {p.bank: abs(p.frequency[0]) for p in outcome.placements}
    # for each of them the line of the other is noise of the power 1/2
    assert found == pytest.approx({0: FIRST, 1: SECOND}, abs=BOUND * math.sqrt(0.5) / 0.1)


def test_a_layer_that_is_not_reached_takes_no_part():
    net, x = silent(), inputs()
    unused = networks.Waves(1, 2, torch.float64)
    banks = [FrequencyBank(unused.frequency, unused, angular=False), *banks_of(net)]
    outcome = search(net, x, wave(FIRST, x) + noise(), banks)
    assert [placed.bank for placed in outcome.placements] == [1]


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_of_a_sine_inside_a_network_the_sign_is_found_too(sign):
    net, x = networks.Sin(), inputs()
    with torch.no_grad():
        net.freq.fill_(1e-3)
    banks = [FrequencyBank(net.freq, None, angular=True)]
    (placed,) = search(net, x, sign * wave(SECOND, x), banks).placements
    assert abs(placed.frequency[0] - sign * SECOND) < 1e-6


def test_a_frequency_that_is_slightly_off_its_line_is_corrected():
    net, x = networks.Sin(), inputs()
    off = FIRST + 0.02 / 200  # a fiftieth of a cycle over the inputs
    with torch.no_grad():
        net.freq.fill_(2 * math.pi * off)
    bank = FrequencyBank(net.freq, None, angular=True)
    bank.strength[:], bank.error[:] = 1e3, 1e-9
    outcome = search(net, x, wave(FIRST, x), [bank])
    assert not outcome.placements
    (better,) = outcome.corrections
    assert (better.bank, better.index) == (0, 0)
    assert abs(better.frequency[0] - FIRST) < 1e-3 * abs(off - FIRST)


@pytest.mark.parametrize(
    ("held", "amplitude", "used", "retired", "stays"),
    [
        (True, 0.1, [(0, 0)], [], False),  # explained by now: the network has come to use it
        (True, 1.0, [], [], True),  # as large as when it was found: not in use yet
        (False, 1.0, [], [(0, 0)], False),  # in use, and as large: the line itself has gone
        (False, 0.1, [], [], False),
    ],
)
def test_the_power_left_at_a_frequency_tells_whether_it_is_used(
    held, amplitude, used, retired, stays
):
    net, x = silent(2), inputs()
    with torch.no_grad():
        net[0].frequency[:, 0] = torch.tensor([FIRST, 0.9])
    (bank,) = banks_of(net)
    bank.strength[0], bank.error[0], bank.held[0] = 2.0, 1e-9, held
    outcome = search(net, x, amplitude * wave(FIRST, x) + 0.1 * noise(), [bank])
    assert (outcome.used, outcome.retired) == (used, retired)
    # where it stays held, nothing is to be done: it is known better than these samples show it
    assert not (stays and outcome.placements)


@pytest.mark.parametrize("turns", [(1, -1), (-1, 1)])
def test_each_block_of_classes_has_a_frequency_of_its_own_with_a_sign(turns):
    torch.manual_seed(3)
    sizes, x = (5, 7), inputs()
    net = nn.Sequential(networks.Waves(1, 2, torch.float64), networks.Cyclic(4, sizes).double())
    with torch.no_grad():
        net[1].weight.zero_()
        net[1].bias.zero_()
    # the first block turns with the second line: its own frequency must go there all the same
    target = torch.hstack(
        [
            torch.cos(2 * math.pi * (torch.arange(size) / size - turn * frequency * x))
            for size, frequency, turn in zip(sizes, (SECOND, FIRST), turns, strict=True)
        ]
    )
    outcome = search(net, x, target)
    found = {placed.index: placed.frequency[0] for placed in outcome.placements}
    assert found == pytest.approx({0: turns[0] * SECOND, 1: turns[1] * FIRST}, abs=1e-6)


def test_a_frequency_of_a_block_is_released_whatever_power_is_left():
    torch.manual_seed(3)
    x = inputs()
    net = nn.Sequential(networks.Waves(1, 2, torch.float64), networks.Cyclic(4, (5, 7)).double())
    with torch.no_grad():
        net[0].frequency[:, 0] = torch.tensor([FIRST, SECOND])
    (bank,) = banks_of(net)
    bank.strength[:], bank.error[:], bank.held[:] = 1e-3, 1e-9, True
    target = torch.hstack(
        [
            torch.cos(2 * math.pi * (torch.arange(size) / size - frequency * x))
            for size, frequency in ((5, FIRST), (7, SECOND))
        ]
    )
    outcome = search(net, x, target, [bank])
    assert (outcome.used, outcome.retired) == ([(0, 0), (0, 1)], [])


def test_too_few_samples_give_no_answer():
    net, x = silent(), inputs(n=20)
    assert search(net, x, wave(FIRST, x)) == searching.Outcome()


@pytest.mark.parametrize(("columns", "said"), [(1, "constant, and"), (2, "constant in column 1")])
def test_inputs_that_do_not_change_are_named(columns, said):
    x = inputs(columns)
    wanted = wave(FIRST, x[:, :1])
    x[:, -1] = 7.0
    net = nn.Sequential(networks.Waves(columns, 1, torch.float64), nn.Linear(2, 1).double())
    outcome = search(net, x, wanted, band=Band())
    # nor are they said to come in steps of one
    assert not outcome.notes
    assert not outcome.placements
    assert said in outcome.unresolved
    assert "To fix this" in outcome.unresolved


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_inputs_that_may_have_been_rounded_are_named(dtype):
    torch.manual_seed(2)
    net = nn.Sequential(networks.Waves(1, 1, dtype), nn.Linear(2, 1).to(dtype))
    outcome = search(net, inputs().to(dtype), noise(), band=Band())
    if dtype == torch.float64:
        assert outcome.unresolved == ""
    else:
        # the last digits of inputs near 100 are 2^-17: no cycle of many times this is refused
        assert "inputs in float32 do not resolve higher ones" in outcome.unresolved
        highest = float(outcome.unresolved.split("up to ")[1].split()[0])
        assert 100 < highest < 2.0**17


def test_a_module_that_is_called_without_a_tensor_is_told_so():
    net, x = networks.Sin(), inputs()
    chunk = shown(net, x, wave(FIRST, x))
    nameless = Chunk((), chunk.output, chunk.gradient, chunk.batch)
    banks = [FrequencyBank(net.freq, None, angular=True)]
    with pytest.raises(ValueError, match=r"without a positional tensor\. To fix this"):
        searching.search([nameless], banks, Probe(net), Band(), 0.01, 1.0)


def test_the_spread_is_the_root_mean_square_of_what_the_frequencies_multiply():
    x = inputs(2)
    net = Both((0, 1))
    chunk = shown(net, x, torch.ones(400, 1))
    assert searching.spreads([], banks_of(net), Probe(net)) == {}
    spreads = searching.spreads([chunk], banks_of(net), Probe(net))
    expected = np.sqrt((x.numpy() ** 2).mean(axis=0))
    assert [spreads[k].numpy().item() for k in (0, 1)] == pytest.approx(expected, rel=1e-12)
    # a parameter of the module itself multiplies the first argument, one value for each input
    free = nn.Parameter(torch.ones(3, 2))
    (spread,) = searching.spreads([chunk], [FrequencyBank(free, None, True)], Probe(net)).values()
    np.testing.assert_allclose(spread.numpy(), expected, rtol=1e-12)
    (spread,) = searching.spreads(
        [chunk], [FrequencyBank(nn.Parameter(torch.ones(3)), None, True)], Probe(net)
    ).values()
    assert spread.numpy() == pytest.approx([np.sqrt((x.numpy() ** 2).mean())], rel=1e-12)


def test_a_line_without_a_frequency_is_listed():
    net, x = silent(1), inputs()
    outcome = search(net, x, wave(FIRST, x) + 0.6 * wave(SECOND, x) + noise())
    assert [placed.frequency[0] for placed in outcome.placements] == pytest.approx(
        [FIRST], abs=1e-3
    )
    assert [abs(line.frequency[0]) for line in outcome.unplaced] == pytest.approx(
        [SECOND], abs=1e-3
    )


def test_what_the_network_should_not_say_is_no_line_of_its_frequency():
    net, x = silent(1), inputs()
    with torch.no_grad():
        net[0].frequency.fill_(FIRST)
        net[1].weight[0, 1] = 2.0  # says FIRST, and only SECOND is wanted
    outcome = search(net, x, wave(SECOND, x))
    assert [placed.frequency[0] for placed in outcome.placements] == pytest.approx(
        [SECOND], abs=1e-3
    )


def test_a_frequency_that_the_output_has_lost_is_free_for_another_line():
    net, x = silent(1), inputs()
    (bank,) = banks_of(net)
    with torch.no_grad():
        net[0].frequency.fill_(FIRST)
    bank.follow_user()
    bank.strength[0], bank.error[0], bank.heard[0] = 2.0, 1e-9, 0.5
    outcome = search(net, x, wave(SECOND, x), [bank])
    assert [placed.frequency[0] for placed in outcome.placements] == pytest.approx(
        [SECOND], abs=1e-3
    )
