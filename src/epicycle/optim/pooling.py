"""Processes that train one network in parallel see with all of their samples, and agree."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

import torch
import torch.distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel

from epicycle.optim.reservoir import Chunk

Value = TypeVar("Value")


class Pool:
    """The processes of one network; for a single process everything here does nothing.

    Parameters
    ----------
    module : Module
        Its process group counts if it is a ``DistributedDataParallel``.
    group : ProcessGroup, optional
        The process group, where the module does not tell.
    """

    def __init__(self, module: nn.Module, group: dist.ProcessGroup | None) -> None:
        if group is None and isinstance(module, DistributedDataParallel):
            group = module.process_group
        self._group = group
        self.size = dist.get_world_size(group) if group is not None else 1

    def gather(self, value: Value) -> list[Value]:
        """Return the values of all processes, in the same order everywhere."""
        if self.size == 1:
            return [value]
        values: list[Any] = [None] * self.size
        dist.all_gather_object(values, value, group=self._group)
        return values

    def agree(self, value: Value) -> Value:
        """Return the value of the first process."""
        return self.gather(value)[0]

    def chunks(self, chunks: Sequence[Chunk], device: torch.device) -> list[Chunk]:
        """Return the chunks of all processes."""
        if self.size == 1:
            return list(chunks)
        everywhere = self.gather([c.to(torch.device("cpu")) for c in chunks])
        return [chunk.to(device) for part in everywhere for chunk in part]
