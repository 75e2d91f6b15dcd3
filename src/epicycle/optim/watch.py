"""What goes into the network, what comes out, and the gradient there: every pass until a step."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from epicycle.optim.outputs import rows_in, side_by_side
from epicycle.optim.probe import unwrapped

#: Passes kept until the step, at most: with more, a gradient that comes late is its own pass.
_MOST_PASSES = 64

Arguments = tuple[Any, ...]


class Pass:
    """One call of the network, and the gradients that came back to its outputs so far."""

    def __init__(self, arguments: Arguments, outputs: Sequence[Tensor]) -> None:
        self.arguments = arguments
        self.outputs = [output.detach() for output in outputs]
        self.gradients: list[Tensor | None] = [None] * len(outputs)
        #: outputs for which no further gradient counts: it would be that of a gradient
        self.final: set[int] = set()
        self.closed = False

    @property
    def rows(self) -> int:
        """Number of samples."""
        return len(self.outputs[0])

    def joined(self) -> tuple[Tensor, Tensor]:
        """Return all outputs, and the gradient there, side by side."""
        gradients = [
            torch.zeros_like(output) if gradient is None else gradient
            for output, gradient in zip(self.outputs, self.gradients, strict=True)
        ]
        return side_by_side(self.outputs), side_by_side(gradients)


class Watch:
    """Hooks that note the passes of a network.

    Parameters
    ----------
    module : Module
        What the training loop calls.
    output_of : Module, optional
        The part of it whose output is noted; the module itself without it.
    wanted : callable
        Whether a pass of so many rows is to be noted.
    heard : callable
        Is given the first gradient of every pass.
    """

    def __init__(
        self,
        module: nn.Module,
        output_of: nn.Module | None,
        wanted: Callable[[int], bool],
        heard: Callable[[Tensor], None],
    ) -> None:
        self._wanted, self._heard = wanted, heard
        self._passes: list[Pass] = []
        #: what the network was called with, while it is at work
        self._given: Arguments | None = None
        self.calls = self.seen = self.left_out = 0
        self._module = module
        self._handles: list[Any] = []
        if output_of is None:
            self._listen(module, _Ending(self._ended))
        else:
            self._handles += [
                module.register_forward_pre_hook(_Beginning(self._begun), with_kwargs=True)
            ]
            self._listen(module, _Ending(self._finished), always_call=True)
            self._listen(output_of, _Ending(self._passed))

    def _listen(self, module: nn.Module, hook: _Ending, always_call: bool = False) -> None:
        self._handles.append(
            module.register_forward_hook(hook, with_kwargs=True, always_call=always_call)
        )

    # ---- Calls -------------------------------------------------------------------------------

    def _ended(self, arguments: Arguments, named: Mapping[str, Any], output: Any) -> None:
        if torch.is_grad_enabled():
            self.calls += 1
            self._note(positional(self._module, arguments, named), output)

    def _begun(self, arguments: Arguments, named: Mapping[str, Any]) -> None:
        self._given = positional(self._module, arguments, named)

    def _passed(self, _: Arguments, __: Mapping[str, Any], output: Any) -> None:
        if torch.is_grad_enabled() and self._given is not None:
            self.calls += 1
            self._note(self._given, output)

    def _finished(self, *_: Any) -> None:
        self._given = None

    def _note(self, arguments: Arguments, output: Any) -> None:
        outputs = rows_in(output)
        learning = [index for index, tensor in enumerate(outputs) if tensor.requires_grad]
        if not learning:
            return
        noted = Pass(arguments, outputs)
        for index in learning:
            receiver = _Receiver(self._receive, noted, index)
            outputs[index].register_hook(receiver)  # type: ignore[no-untyped-call]

    # ---- Gradients ---------------------------------------------------------------------------

    def _receive(self, noted: Pass, index: int, gradient: Tensor) -> None:
        """Add a gradient to those that came to the same output before."""
        if noted.closed or index in noted.final:
            return
        if torch.is_grad_enabled():  # a gradient that is to be differentiated itself
            if any(isinstance(a, Tensor) and a.requires_grad for a in noted.arguments):
                # by the inputs: the output's own gradient says nothing about a target here
                noted.closed = True
                self.left_out += 1
                self._passes = [known for known in self._passes if known is not noted]
                return
            noted.final.add(index)
        if all(known is not noted for known in self._passes):
            self.seen += 1
            self._heard(gradient)
            if not self._wanted(noted.rows):
                noted.closed = True
                return
            self._passes.append(noted)
            del self._passes[:-_MOST_PASSES]
        before = noted.gradients[index]
        gradient = gradient.detach()
        noted.gradients[index] = gradient if before is None else before + gradient

    def take(self) -> list[Pass]:
        """Return the passes since the last time; gradients that come later count no more."""
        passes, self._passes = self._passes, []
        for noted in passes:
            noted.closed = True
        return passes

    def remove(self) -> None:
        """Note nothing more."""
        for handle in self._handles:
            handle.remove()
        self._handles.clear()
        self._passes.clear()

    # ---- Silence -----------------------------------------------------------------------------

    def silence(self, parameters: Sequence[nn.Parameter]) -> str:
        """Return why no gradient came, and what to do; empty if one came."""
        if self.seen:
            return ""
        name = type(unwrapped(self._module)).__name__
        if self.left_out:
            return (
                f"only passes of {name} came by that are differentiated by their inputs, which do "
                f"not show what it lacks. To fix this, give the data a pass of their own."
            )
        if self.calls:
            return (
                f"has seen no gradient: the output of {name} holds no tensor with a row for each "
                f"sample that the loss reaches (a loss made inside shows none). To fix this, name "
                f"the part that makes the prediction: output_of=net.head."
            )
        parts = [
            key
            for key, child in unwrapped(self._module).named_children()
            if {id(p) for p in parameters} <= {id(p) for p in child.parameters()}
        ]
        instead = f" (perhaps its part .{parts[0]})" if parts else ""
        return (
            f"has seen no gradient; {name}(x) is not what your loop calls. To fix this, attach "
            f"SpectralDescent to the module that it calls{instead}, or let it call {name}."
        )


def uncompiled(hook: Callable[..., Any]) -> Callable[..., Any]:
    """Return a hook that is no part of what is compiled."""
    result: Callable[..., Any] = torch.compiler.disable(hook)  # type: ignore[no-untyped-call]
    return result


class _Hook:
    """A hook that a copy of the module, or a pickle, does not keep: it is not in training."""

    def __init__(self, call: Callable[..., None] | None) -> None:
        self._call = call

    def __deepcopy__(self, memo: Any) -> _Hook:
        return type(self)(None)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (None,)


class _Beginning(_Hook):
    def __call__(self, _: nn.Module, arguments: Arguments, named: dict[str, Any]) -> None:
        if self._call is not None:
            self._call(arguments, named)


class _Ending(_Hook):
    def __call__(
        self, _: nn.Module, arguments: Arguments, named: dict[str, Any], output: Any
    ) -> None:
        if self._call is not None:
            self._call(arguments, named, output)


class _Receiver:
    """The hook of one output of one pass."""

    def __init__(
        self, receive: Callable[[Pass, int, Tensor], None], noted: Pass, index: int
    ) -> None:
        self._receive, self._noted, self._index = receive, noted, index

    def __call__(self, gradient: Tensor) -> None:
        self._receive(self._noted, self._index, gradient)


def positional(module: nn.Module, arguments: Arguments, named: Mapping[str, Any]) -> Arguments:
    """Return the arguments of a call by position, as far as names can be given one."""
    if not named:
        return arguments
    try:
        bound = inspect.signature(unwrapped(module).forward).bind(*arguments, **named)
    except (TypeError, ValueError):
        return arguments
    if bound.kwargs:  # what has no position may be missing
        return arguments
    bound.apply_defaults()
    return bound.args
