"""``step(closure)``: the optimizer sees phases, the closure's network sees frequencies."""

import pytest
import torch

from epicycle.optim import SpectralDescent
from tests.optim import networks


def make_closure(net, opt, seen, frequency=31.0, noise=0.0, size=256):
    x, y = networks.sine_batch(frequency, size, noise)

    def closure():
        opt.zero_grad()
        loss = ((net(x) - y) ** 2).mean()
        loss.backward()
        seen.append(net.freq.item())
        return loss

    return closure


@pytest.mark.parametrize("keyword", [False, True])
def test_sgd_with_a_closure_equals_sgd_without(keyword):
    frequencies = []
    for with_closure in (False, True):
        torch.manual_seed(1)
        net = networks.Sin()
        opt = torch.optim.SGD(net.parameters(), lr=1e-4)
        SpectralDescent(opt, net, angular_frequencies=[net.freq])
        frequencies.append([])
        for _ in range(5):
            closure = make_closure(net, opt, [])
            if not with_closure:
                closure()
                opt.step()
            elif keyword:
                opt.step(closure=closure)
            else:
                opt.step(closure)
            frequencies[-1].append(net.freq.item())
    assert frequencies[0] == frequencies[1]
    assert frequencies[0][-1] == pytest.approx(31.0, abs=1e-9)


def test_lbfgs_searches_along_phases_and_evaluates_frequencies():
    torch.manual_seed(2)
    net = networks.Sin()
    opt = torch.optim.LBFGS(net.parameters(), lr=0.5, max_iter=5, line_search_fn="strong_wolfe")
    SpectralDescent(opt, net, angular_frequencies=[net.freq])
    start, seen = net.freq.item(), []
    opt.step(make_closure(net, opt, seen))
    assert seen[0] == start
    # several evaluations, all of them at frequencies (a phase would be close to 0)
    assert len(seen) > 1
    assert all(abs(value - start) < 0.1 for value in seen)
    for _ in range(4):
        loss = opt.step(make_closure(net, opt, seen))
    assert net.freq.item() == pytest.approx(31.0, abs=1e-9)
    assert loss.item() < 1e-12


def test_many_evaluations_of_the_same_noise_do_not_make_it_significant():
    torch.manual_seed(3)
    net = networks.Sin()
    opt = torch.optim.LBFGS(net.parameters(), lr=0.01, max_iter=12)
    descent = SpectralDescent(opt, net, angular_frequencies=[net.freq])
    for _ in range(4):
        x = (torch.rand(64, 1, dtype=torch.float64) * 2 - 1) * 1000
        y = torch.randn(64, 1, dtype=torch.float64)

        def closure(x=x, y=y):
            opt.zero_grad()
            loss = ((net(x) - y) ** 2).mean()
            loss.backward()
            return loss

        opt.step(closure)
    assert not descent.moves
    assert len(descent.state_dict()["reservoir"]) == 4  # one evaluation of each step


def test_a_closure_that_fails_leaves_a_frequency_behind():
    torch.manual_seed(4)
    net = networks.Sin()
    opt = torch.optim.SGD(net.parameters(), lr=1e-4)
    SpectralDescent(opt, net, angular_frequencies=[net.freq])
    networks.descend(net, opt, 31.0)

    def closure():
        raise RuntimeError("out of data")

    with pytest.raises(RuntimeError, match="out of data"):
        opt.step(closure)
    assert net.freq.item() == pytest.approx(31.0, abs=1e-9)
    assert networks.descend(net, opt, 31.0, steps=1) < 1e-12
