"""Which parameters are frequencies: layers tell, others are named, and nothing else will do."""

import pytest
import torch
from torch import nn

from epicycle.optim.banks import banks_of, parameters_of
from tests.optim import networks


def test_layers_and_named_parameters_in_this_order():
    net = nn.ModuleList([networks.Sin(), networks.Waves(1, 3)])
    opt = torch.optim.SGD(net.parameters(), lr=1.0)
    named, layer = net[0].freq, net[1].frequency
    banks = banks_of(opt, net, [(named, False)], None)
    assert banks[0].parameter is layer
    assert banks[1].parameter is named
    assert [bank.calibrated for bank in banks] == [True, False]


def test_one_parameter_is_a_list_of_one_and_its_values_are_none():
    freq = nn.Parameter(torch.ones(3))
    assert parameters_of(freq, "frequencies") == [freq]
    assert parameters_of(None, "frequencies") == []
    with pytest.raises(TypeError, match=r"frequencies must be parameters of the module, got float"):
        parameters_of([1.0], "frequencies")  # type: ignore[list-item]
