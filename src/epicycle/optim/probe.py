"""What the network would say: evaluation on the side, which leaves no trace in the network."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.parallel import DataParallel, DistributedDataParallel

from epicycle.optim.outputs import rows_in, side_by_side


def unwrapped(module: nn.Module) -> nn.Module:
    """Return the module inside wrappers of torch.compile and of data parallelism."""
    while True:
        inner = getattr(module, "_orig_mod", None)
        if isinstance(module, (DistributedDataParallel, DataParallel)):
            inner = module.module
        if not isinstance(inner, nn.Module):
            return module
        module = inner


class _Seen(Exception):  # noqa: N818 (nothing is wrong)
    """Leaves a forward pass whose rest is of no interest."""


class Probe:
    """Evaluates the unwrapped, uncompiled module without gradients.

    Buffers are copies, and random numbers are those of a state of its own, the same for every
    evaluation, so that two evaluations differ by their parameters alone.

    Parameters
    ----------
    module : Module
        What is called.
    output_of : Module, optional
        The part of it whose output counts.
    """

    def __init__(self, module: nn.Module, output_of: nn.Module | None = None) -> None:
        self._module = unwrapped(module)
        self._output_of = None if output_of is None else unwrapped(output_of)

    @property
    def cyclic_sizes(self) -> tuple[int, ...] | None:
        """Sizes of the blocks of classes in cyclic order, where a readout declares them."""
        for part in self._module.modules():
            sizes = getattr(part, "cyclic_sizes", None)
            if sizes:
                return tuple(int(size) for size in sizes)
        return None

    def output(self, arguments: tuple[Any, ...], values: Mapping[nn.Parameter, Tensor]) -> Tensor:
        """Return the output, in float64, with some parameters replaced by other values."""
        names = {
            name: values[parameter]
            for name, parameter in self._module.named_parameters(remove_duplicate=False)
            if parameter in values
        }
        buffers = {
            name: buffer.clone()
            for name, buffer in self._module.named_buffers(remove_duplicate=False)
        }
        devices = {a.device for a in arguments if isinstance(a, Tensor) and a.is_cuda}
        with torch.no_grad(), torch.random.fork_rng(devices):
            # not torch.manual_seed, which reaches every device there is
            torch.default_generator.manual_seed(0)
            for device in devices:
                torch.cuda.default_generators[device.index].manual_seed(0)
            output = self._called({**buffers, **names}, arguments)
        return side_by_side(rows_in(output)).to(torch.float64)

    def _called(self, values: dict[str, Tensor], arguments: tuple[Any, ...]) -> Any:
        said: list[Any] = []

        def leave(_: nn.Module, __: tuple[Any, ...], output: Any) -> None:
            said.append(output)
            raise _Seen

        if self._output_of is None:
            return torch.func.functional_call(self._module, values, arguments, tie_weights=False)
        handle = self._output_of.register_forward_hook(leave)
        try:
            torch.func.functional_call(self._module, values, arguments, tie_weights=False)
        except _Seen:
            if not said:  # someone else has seen enough, before the output was there
                raise
        finally:
            handle.remove()
        if not said:
            raise ValueError(
                f"output_of names a {type(self._output_of).__name__} that the module does not "
                f"call. To fix this, name a part whose forward method is called."
            )
        return said[0]

    def inputs(
        self, arguments: tuple[Any, ...], layers: Sequence[nn.Module]
    ) -> dict[nn.Module, Tensor]:
        """Return the input of each of some layers that the arguments reach."""
        seen: dict[nn.Module, Tensor] = {}

        def record(layer: nn.Module, given: tuple[Any, ...]) -> None:
            seen.setdefault(layer, given[0].detach())
            if len(seen) == len(layers):
                raise _Seen

        handles = [layer.register_forward_pre_hook(record) for layer in layers]
        try:
            with contextlib.suppress(_Seen):
                self.output(arguments, {})
        finally:
            for handle in handles:
                handle.remove()
        return seen
