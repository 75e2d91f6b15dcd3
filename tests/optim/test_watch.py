"""Every pass until a step: gradients summed, arguments by position, and silence explained."""

import pytest
import torch
from torch import nn

from epicycle.optim.watch import Watch, positional


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.head = nn.Linear(1, 2)

    def forward(self, x, y=None, *, scale=1.0):
        out = self.head(x) * scale
        return out if y is None else (out - y).square().mean()


def watched(output_of=None, wanted=lambda rows: True):
    net = Net()
    heard = []
    return net, Watch(net, output_of and getattr(net, output_of), wanted, heard.append), heard


X = torch.rand(6, 1)


def test_all_gradients_of_an_output_until_the_step_are_summed():
    net, watch, heard = watched()
    out = net(X)
    out.sum().backward(retain_graph=True)
    (3 * out).sum().backward()
    net(X).sum().backward()
    first, second = watch.take()
    assert first.joined()[1].equal(torch.full((6, 2), 4.0))
    assert second.joined()[1].equal(torch.ones(6, 2))
    assert len(heard) == 2  # one for each pass
    assert watch.take() == []


def test_an_output_without_a_gradient_counts_as_zero():
    class Two(Net):
        def forward(self, x):
            out = self.head(x)
            return {"first": out[:, :1], "second": out[:, 1:]}

    net = Two()
    watch = Watch(net, None, lambda rows: True, lambda gradient: None)
    net(X)["first"].sum().backward()
    (noted,) = watch.take()
    assert noted.joined()[1].equal(torch.tensor([[1.0, 0.0]]).expand(6, 2))


def test_what_is_not_wanted_is_not_kept():
    net, watch, _ = watched(wanted=lambda rows: rows > 6)
    net(X).sum().backward()
    with torch.no_grad():
        net(X)
    assert watch.take() == []


def test_passes_differentiated_by_their_inputs_are_left_out():
    net, watch, _ = watched()
    at = X.clone().requires_grad_(True)
    (slope,) = torch.autograd.grad(net(at).sum(), at, create_graph=True)
    slope.square().mean().backward()
    assert watch.take() == []
    assert "differentiated by their inputs" in watch.silence([])
    net(X).sum().backward()
    assert len(watch.take()) == 1
    assert watch.silence([]) == ""


def test_a_gradient_of_a_gradient_does_not_count():
    net, watch, _ = watched()
    loss = net(X).square().sum()
    (slope,) = torch.autograd.grad(loss, net.head.weight, create_graph=True)
    slope.sum().backward()
    (noted,) = watch.take()
    with torch.no_grad():
        assert noted.joined()[1].allclose(2 * net(X))


def test_the_output_of_a_part_with_the_arguments_of_the_whole():
    net, watch, _ = watched("head")
    net(X, torch.zeros(6, 2)).backward()
    (noted,) = watch.take()
    assert noted.arguments[0].equal(X)
    assert noted.joined()[0].shape == (6, 2)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda net: net(X, torch.zeros(6, 2)).backward(), "no tensor with a row"),
        (lambda net: net.head(X).sum().backward(), r"Net\(x\) is not what your loop calls"),
    ],
)
def test_silence_is_explained(call, sentence):
    net, watch, _ = watched()
    call(net)
    with pytest.raises(AssertionError, match=sentence):
        raise AssertionError(watch.silence([net.head.weight]))


def test_names_become_positions():
    net = Net()
    assert positional(net, (1,), {}) == (1,)
    assert positional(net, (), {"y": 2, "x": 1}) == (1, 2)
    assert positional(net, (1,), {"scale": 3}) == (1,)
    assert positional(net, (1,), {"unknown": 3}) == (1,)
