"""Outputs of any shape, tuples, dictionaries and dataclasses, as one tensor: a row a sample."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor


def rows_in(output: Any) -> list[Tensor]:
    """Return the tensors of an output that can stand side by side, a row for each sample.

    Tensors may be in tuples, lists, mappings and dataclasses.  Those that do not have the rows of
    the largest one are no outputs of single samples: a loss, or a state.
    """
    tensors = [
        t for t in _tensors(output) if t.is_floating_point() and t.ndim > 0 and t.numel() > 0
    ]
    if len(tensors) < 2:
        return tensors
    # what learns decides what a row is
    widest = max(tensors, key=lambda t: (t.requires_grad, t.ndim))
    return [t for t in tensors if t.shape[:-1] == widest.shape[:-1] or t.shape == widest.shape[:-1]]


def _tensors(output: Any) -> Iterator[Tensor]:
    if isinstance(output, Tensor):
        yield output
    elif isinstance(output, Mapping):
        for value in output.values():
            yield from _tensors(value)
    elif isinstance(output, (tuple, list)):
        for value in output:
            yield from _tensors(value)
    elif dataclasses.is_dataclass(output) and not isinstance(output, type):
        for field in dataclasses.fields(output):
            yield from _tensors(getattr(output, field.name))


def side_by_side(tensors: Sequence[Tensor]) -> Tensor:
    """Return tensors of the same rows as one, along the last axis."""
    if len(tensors) == 1:
        return tensors[0]
    most = max(t.ndim for t in tensors)
    return torch.cat([t if t.ndim == most else t.unsqueeze(-1) for t in tensors], dim=-1)
