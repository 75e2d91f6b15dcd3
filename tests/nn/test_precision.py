"""Frequencies stay float64 whatever happens to the network; features follow its dtype."""

import copy
import io
import pickle

import pytest
import torch

from epicycle.nn import Periodic, Waveform

#: No coarser kind of number holds it.
FREQUENCY = 1.0 / 86400.0


def network() -> torch.nn.Sequential:
    net = torch.nn.Sequential(Periodic(1, 2, harmonics=2), torch.nn.Linear(8, 1))
    net[0].frequency.data.fill_(FREQUENCY)
    return net


def holds(layer: Periodic) -> bool:
    return (
        layer.frequency.dtype == torch.float64
        and isinstance(layer.frequency, torch.nn.Parameter)
        and bool((layer.frequency == FREQUENCY).all())
    )


CONVERSIONS = {
    "half": (lambda net: net.half(), torch.float16),
    "bfloat16": (lambda net: net.bfloat16(), torch.bfloat16),
    "float": (lambda net: net.double().float(), torch.float32),
    "double": (lambda net: net.double(), torch.float64),
    "to dtype": (lambda net: net.to(torch.float16), torch.float16),
    "to device and dtype": (lambda net: net.to("cpu", torch.bfloat16), torch.bfloat16),
    "to like a tensor": (lambda net: net.to(torch.zeros(1, dtype=torch.float16)), torch.float16),
    "type": (lambda net: net.type(torch.float16), torch.float16),
    "down and up": (lambda net: net.half().float(), torch.float32),
}


@pytest.mark.parametrize("name", CONVERSIONS)
def test_conversions_of_the_network(name: str) -> None:
    convert, dtype = CONVERSIONS[name]
    net = convert(network())
    x = torch.tensor([[1_700_000_000], [-5]])
    assert holds(net[0])
    assert net[0].dtype == net[0](x).dtype == net(x).dtype == dtype
    assert net[0].phases(x).dtype == torch.float64


def test_the_gradient_is_not_rounded_either() -> None:
    net = network()
    net(torch.tensor([[3], [4]])).sum().backward()
    before = net[0].frequency.grad.clone()
    net.half()
    assert net[0].frequency.grad.dtype == torch.float64
    assert torch.equal(net[0].frequency.grad, before)
    assert net[1].weight.grad.dtype == torch.float16


def test_an_optimizer_keeps_its_hold_on_the_frequency() -> None:
    net = network()
    optimizer = torch.optim.SGD(net.parameters(), lr=1.0)
    net.half()
    net[0].frequency.grad = torch.full((2, 1), -1e-12, dtype=torch.float64)
    optimizer.step()
    assert (net[0].frequency == FREQUENCY + 1e-12).all()


def test_moving_to_another_device() -> None:
    layer = network()[0].to("meta")
    assert layer.frequency.device.type == "meta"
    assert layer.frequency.dtype == torch.float64
    layer = layer.half().to_empty(device="cpu")
    assert layer.frequency.dtype == torch.float64
    assert layer.dtype == torch.float16
    layer.reset_parameters()
    assert torch.isfinite(layer(torch.tensor([[1.0]]))).all()


def test_made_on_the_meta_device_first() -> None:
    with torch.device("meta"):
        layer = Periodic(1, 3, band=(0.1, 1.0))
    layer.to_empty(device="cpu").reset_parameters()
    assert ((layer.frequency >= 0.1) & (layer.frequency <= 1.0)).all()


@pytest.mark.parametrize(
    "duplicate",
    [copy.deepcopy, lambda net: pickle.loads(pickle.dumps(net))],
    ids=["deepcopy", "pickle"],
)
def test_copies(duplicate) -> None:
    net = network().half()
    other = duplicate(net)
    assert holds(other[0])
    assert other[0].dtype == torch.float16
    other[0].frequency.data.zero_()
    assert holds(net[0])
    assert other.float()[0].dtype == torch.float32


def test_state_dict_round_trip() -> None:
    net = network().half()
    assert list(net[0].state_dict()) == ["frequency"]
    file = io.BytesIO()
    torch.save(net.state_dict(), file)
    file.seek(0)
    state = torch.load(file)
    for assign in (False, True):
        fresh = torch.nn.Sequential(Periodic(1, 2, harmonics=2), torch.nn.Linear(8, 1))
        fresh.load_state_dict(state, assign=assign)
        assert holds(fresh[0])


@pytest.mark.parametrize("assign", [False, True])
def test_a_rounded_state_dict_is_refused(assign: bool) -> None:
    state = {name: value.half() for name, value in network().state_dict().items()}
    with pytest.raises(ValueError, match=r"holds 0\.frequency as torch\.float16.*\.double\(\)"):
        network().load_state_dict(state, assign=assign)


def test_the_reference_of_a_waveform_is_not_rounded() -> None:
    waveform = Waveform(1, trend=1, reference=1_700_000_001.0, span=3e7 + 1).half()
    assert float(waveform.reference) == 1_700_000_001.0
    assert float(waveform.span) == 3e7 + 1
    assert waveform.coefficients.dtype == torch.float16
    other = Waveform(1, trend=1)
    other.load_state_dict(waveform.state_dict())
    assert float(other.reference) == 1_700_000_001.0
