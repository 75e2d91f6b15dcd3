"""Tensors that stay float64 whatever happens to the network around them.

A frequency in float32 is off by 3e-8 of itself: after 3e7 cycles it says nothing.  So ``.half()``,
``.float()`` and ``.to(dtype)``, which a network receives as a whole, move these tensors between
devices but never round them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import torch
from torch import Tensor


class Float64Module(torch.nn.Module):
    """A module some of whose own parameters and buffers are always float64."""

    #: Names of these tensors.
    float64_tensors: ClassVar[tuple[str, ...]] = ()

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> Any:
        # every conversion of a module (.to, .half, .cuda, .to_empty, ...) comes through here
        kept = [getattr(self, name) for name in self.float64_tensors]
        kept += [tensor.grad for tensor in kept if tensor.is_leaf and tensor.grad is not None]

        def without_rounding(tensor: Tensor) -> Tensor:
            result = fn(tensor)
            if result.dtype != torch.float64 and any(tensor is one for one in kept):
                return tensor.to(result.device)
            return result

        return super()._apply(without_rounding, recurse)  # type: ignore[no-untyped-call]

    def _load_from_state_dict(
        self, state_dict: dict[str, Any], prefix: str, *args: Any, **kwargs: Any
    ) -> None:
        for name in self.float64_tensors:
            value = state_dict.get(prefix + name)
            if isinstance(value, Tensor) and value.dtype != torch.float64:
                raise ValueError(
                    f"the state dict holds {prefix + name} as {value.dtype}, which has rounded it; "
                    f"expected torch.float64. To fix this, save the state dict without converting "
                    f"it, or convert this entry with .double() if its loss of digits is harmless."
                )
        super()._load_from_state_dict(state_dict, prefix, *args, **kwargs)
