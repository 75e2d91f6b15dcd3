"""What follows the frequencies: averaged copies of the network, and iterates of the optimizer."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.optim import LBFGS, Optimizer

from epicycle.optim.frequencies import FrequencyBank
from epicycle.optim.probe import unwrapped

#: Names under which optimizers keep a second iterate of each parameter: that of schedule-free ones.
_ITERATES = ("z",)


class Copies:
    """Copies of the network that are given its frequencies after every step.

    An average of two frequencies is neither of them.  Nor is a network from before a move, or one
    that has hardly learned to make use of it, any good in an average: that begins anew then.
    """

    def __init__(self, module: nn.Module, banks: Sequence[FrequencyBank]) -> None:
        self._module = unwrapped(module)
        own = {id(p): name for name, p in self._module.named_parameters()}
        self._names = [own.get(id(bank.parameter), "") for bank in banks]
        self._banks = list(banks)
        self._followers: list[tuple[nn.Module, list[nn.Parameter]]] = []

    def add(self, copy: nn.Module) -> None:
        """Let a copy follow.

        Raises
        ------
        TypeError, ValueError
            If it is no module, or has no such frequencies.
        """
        if not isinstance(copy, nn.Module):
            raise TypeError(
                f"follow takes a copy of the module, got {type(copy).__name__}. To fix this, pass "
                f"the averaged module itself, as follow(ema.module)."
            )
        # torch.optim.swa_utils.AveragedModel and its like have the copy under this name
        inner = getattr(copy, "module", None)
        copy = unwrapped(inner if isinstance(inner, nn.Module) else copy)
        theirs = dict(copy.named_parameters())
        following = []
        for name, bank in zip(self._names, self._banks, strict=True):
            parameter = theirs.get(name)
            if parameter is None or parameter.shape != bank.parameter.shape:
                raise ValueError(
                    f"the module that is to follow has no frequencies {name!r} of shape "
                    f"{tuple(bank.parameter.shape)}. To fix this, pass a copy of the module that "
                    f"SpectralDescent is attached to."
                )
            if parameter is bank.parameter:
                raise ValueError(
                    "the module that is to follow has the very parameters that are learned. To "
                    "fix this, pass a copy of it: copy.deepcopy(net)."
                )
            following.append(parameter)
        self._followers.append((copy, following))
        self.update()

    def update(self) -> None:
        """Give the copies the present frequencies."""
        with torch.no_grad():
            for _, following in self._followers:
                for bank, parameter in zip(self._banks, following, strict=True):
                    parameter.copy_(bank.parameter)

    def begin(self) -> None:
        """Give the copies all that the network is now."""
        with torch.no_grad():
            for copy, _ in self._followers:
                theirs = copy.state_dict()
                for name, value in self._module.state_dict().items():
                    if name in theirs and theirs[name].shape == value.shape:
                        theirs[name].copy_(value)


class Iterates:
    """Second iterates that an optimizer keeps of a frequency, in the same unit as the first.

    While it steps phases, they are phases; in between they are values of the parameter, so that
    what the optimizer mixes of both (in its evaluation mode) is one.
    """

    def __init__(self, optimizer: Optimizer, bank: FrequencyBank) -> None:
        self._optimizer, self._bank = optimizer, bank
        self._exact: dict[str, Tensor] = {}
        self._written: dict[str, Tensor] = {}

    def _kept(self) -> dict[str, Tensor]:
        state = self._optimizer.state.get(self._bank.parameter, {})
        shape = self._bank.parameter.shape
        return {
            name: state[name]
            for name in _ITERATES
            if isinstance(state.get(name), Tensor) and state[name].shape == shape
        }

    def to_phase(self) -> None:
        """Show the optimizer its iterates as phases from the present frequency on."""
        for name, value in self._kept().items():
            known = self._written.get(name)
            if known is None or not torch.equal(known, value):  # a state that was loaded
                self._exact[name] = self._bank.frequency_of(value)
            with torch.no_grad():
                value.copy_(self._bank.phase_of(self._exact[name]))

    def to_value(self) -> None:
        """Show them as values, before the optimizer's step of the frequency is taken over."""
        for name, phase in self._kept().items():
            self._exact[name] = self._bank.frequency_at(phase)
            self._write(name, phase)

    def move(self, index: int) -> None:
        """Let the iterates of one frequency be where it was put."""
        for name, value in self._kept().items():
            exact = self._exact.get(name, self._bank.exact).clone()
            exact[index] = self._bank.exact[index]
            self._exact[name] = exact
            self._write(name, value)

    def _write(self, name: str, value: Tensor) -> None:
        with torch.no_grad():
            value.copy_(self._bank.valued(self._exact[name]))
        self._written[name] = value.clone()


def forget_moments(optimizer: Optimizer, bank: FrequencyBank, index: int) -> None:
    """Forget what the optimizer has gathered about one frequency (its moments)."""
    if isinstance(optimizer, LBFGS):  # keeps one history of all parameters
        optimizer.state.clear()
    for name, value in optimizer.state.get(bank.parameter, {}).items():
        if name in _ITERATES or not isinstance(value, Tensor):
            continue
        if value.shape == bank.parameter.shape:
            value.reshape(-1, bank.inputs)[index] = 0


def innermost(optimizer: Optimizer) -> Optimizer:
    """Return the optimizer inside the wrappers of other libraries."""
    while isinstance(inner := getattr(optimizer, "optimizer", None), Optimizer):
        optimizer = inner
    return optimizer
