"""Which parameters of a module are frequencies: those of its layers, and those that are named."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from torch import Tensor, nn
from torch.optim import Optimizer

from epicycle.optim.frequencies import FrequencyBank
from epicycle.optim.probe import unwrapped


def parameters_of(parameters: Iterable[nn.Parameter] | None, argument: str) -> list[nn.Parameter]:
    """Return the parameters that were named, checked."""
    named: list[nn.Parameter] = []
    for parameter in [parameters] if isinstance(parameters, Tensor) else list(parameters or []):
        if not isinstance(parameter, nn.Parameter):
            raise TypeError(
                f"{argument} must be parameters of the module, got {type(parameter).__name__}. "
                f"To fix this, pass them themselves: {argument}=[net.freq]."
            )
        named.append(parameter)
    return named


def banks_of(
    optimizer: Optimizer,
    module: nn.Module,
    named: list[tuple[nn.Parameter, bool]],
    pick: Callable[[tuple[Any, ...]], Tensor] | None,
) -> list[FrequencyBank]:
    """Return the frequency parameters of a module: those of its layers, and those that are named.

    Parameters
    ----------
    optimizer : Optimizer
    module : Module
    named : list of (Parameter, bool)
        Parameters named by the user, and whether as angular frequencies.
    pick : callable or None
        What these multiply, from the arguments of the module.

    Raises
    ------
    TypeError, ValueError
        If there is nothing to learn, a parameter is not the module's, or the optimizer lacks it.
    """
    if not isinstance(optimizer, Optimizer):
        raise TypeError(
            f"optimizer must be a torch.optim.Optimizer, got {type(optimizer).__name__}."
        )
    if pick is not None and not callable(pick):
        raise TypeError(
            f"input must be a function of the module's arguments, got {type(pick).__name__}. "
            f"To fix this, pass for example input=lambda args: args[0][:, :1]."
        )
    layers = [m for m in unwrapped(module).modules() if getattr(m, "learns_by_spectrum", False)]
    banks = [FrequencyBank(_frequency(layer), layer, angular=False) for layer in layers]
    banks += [FrequencyBank(parameter, None, angular, pick) for parameter, angular in named]
    if not banks:
        raise ValueError(
            "module has no layer that learns by its spectrum. To fix this, use "
            "epicycle.nn.Periodic, or name the parameters: angular_frequencies=[net.freq], or "
            "frequencies=[net.freq] for cycles."
        )
    own = {id(p) for p in module.parameters()}
    optimized = {id(p) for group in optimizer.param_groups for p in group["params"]}
    for bank in banks:
        if id(bank.parameter) not in own:
            raise ValueError(
                "a frequency that was named is not a parameter of the module. To fix this, name "
                "parameters as they stand in module.parameters()."
            )
        if id(bank.parameter) not in optimized:
            raise ValueError(
                "the optimizer does not hold all frequency parameters of the module. To fix this, "
                "create it with all of module.parameters(); one that is frozen does no harm there."
            )
    return banks


def _frequency(layer: nn.Module) -> nn.Parameter:
    frequency = layer.frequency
    if not isinstance(frequency, nn.Parameter):
        raise TypeError(
            f"{type(layer).__name__}.frequency must be a torch.nn.Parameter, "
            f"got {type(frequency).__name__}."
        )
    return frequency
