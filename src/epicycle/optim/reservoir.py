"""A bounded sample of what training shows: inputs, outputs, and the loss's gradient at them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

#: Chunks of at least this many rows tell their own scale.
_TELLING = 16


@dataclass(frozen=True)
class Chunk:
    """Rows of one backward pass.

    Attributes
    ----------
    arguments : tuple
        Positional arguments of the module; tensors with one row per sample are cut to the rows.
    output, gradient : Tensor, shape (n, ...)
        The module's output and the gradient of the loss there.
    batch : int
        Number of rows that the pass had.
    """

    arguments: tuple[Any, ...]
    output: Tensor
    gradient: Tensor
    batch: int

    def __len__(self) -> int:
        return len(self.output)

    def rows(self, index: Tensor) -> Chunk:
        """Return some of the rows."""
        return Chunk(
            tuple(a[index] if _has_rows(a, len(self)) else a for a in self.arguments),
            self.output[index],
            self.gradient[index],
            self.batch,
        )

    def to(self, device: torch.device) -> Chunk:
        """Return the chunk on another device."""
        return Chunk(
            tuple(a.to(device) if isinstance(a, Tensor) else a for a in self.arguments),
            self.output.to(device),
            self.gradient.to(device),
            self.batch,
        )


class Reservoir:
    """The latest `capacity` rows.

    Rows that are not finite (steps that automatic mixed precision will skip) are left out.
    """

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.chunks: list[Chunk] = []

    def __len__(self) -> int:
        return sum(map(len, self.chunks))

    def add(self, arguments: tuple[Any, ...], output: Tensor, gradient: Tensor) -> None:
        """Keep rows of one backward pass, evenly spread if there are too many."""
        n = len(output)
        if n == 0:
            return
        flat = gradient.detach().reshape(n, -1)
        usable = torch.isfinite(flat).all(1) & torch.isfinite(output.detach().reshape(n, -1)).all(1)
        index = torch.nonzero(usable)[:, 0]
        if len(index) > self.capacity:
            pick = torch.arange(self.capacity, device=index.device) * len(index) // self.capacity
            index = index[pick]
        if len(index) == 0:
            return
        whole = Chunk(_detached(arguments), output.detach(), gradient.detach(), n)
        self.chunks.append(whole.rows(index))
        self._trim()

    def _trim(self) -> None:
        surplus = len(self) - self.capacity
        while surplus > 0:
            oldest = self.chunks[0]
            if len(oldest) <= surplus:
                self.chunks.pop(0)
            else:
                self.chunks[0] = oldest.rows(torch.arange(surplus, len(oldest)))
            surplus = len(self) - self.capacity

    def state_dict(self) -> list[dict[str, Any]]:
        """Return the chunks as plain containers."""
        return [dict(vars(chunk)) for chunk in self.chunks]

    def load_state_dict(self, state: list[dict[str, Any]]) -> None:
        """Take over the chunks of a state."""
        self.chunks = [Chunk(**{**c, "arguments": tuple(c["arguments"])}) for c in state]

    def clear(self) -> None:
        """Forget everything."""
        self.chunks.clear()


@dataclass(frozen=True)
class Sample:
    """Chunks on one scale, joined.

    Attributes
    ----------
    arguments : tuple
        Arguments of the module for all n rows.
    output, descent : Tensor, shape (n, ...), float64
        Outputs, and minus the gradient there as if the loss were the sum over the samples.
    rounding : float
        Relative rounding error of the gradients' dtype.
    """

    arguments: tuple[Any, ...]
    output: Tensor
    descent: Tensor
    rounding: float

    def __len__(self) -> int:
        return len(self.output)

    def rows(self, most: int) -> Sample:
        """Return at most `most` rows, evenly spread."""
        n = len(self)
        if n <= most:
            return self
        index = torch.arange(most) * n // most
        arguments = tuple(a[index] if _has_rows(a, n) else a for a in self.arguments)
        return Sample(arguments, self.output[index], self.descent[index], self.rounding)


def join(chunks: Sequence[Chunk]) -> Sample | None:
    """Return the chunks that are alike as one sample, or None where there is nothing to see."""
    if not chunks:
        return None
    latest = chunks[-1]
    chunks = [c for c in chunks if _alike(c, latest)]
    scales = _scales(chunks)
    descent = torch.cat(
        [-c.gradient.to(torch.float64) * s for c, s in zip(chunks, scales, strict=True)]
    )
    if not bool((descent != 0).any()):
        return None
    arguments = tuple(
        torch.cat([c.arguments[k] for c in chunks]) if _has_rows(a, len(latest)) else a
        for k, a in enumerate(latest.arguments)
    )
    return Sample(
        arguments=arguments,
        output=torch.cat([c.output.to(torch.float64) for c in chunks]),
        descent=descent,
        rounding=torch.finfo(latest.gradient.dtype).eps,
    )


def _scales(chunks: Sequence[Chunk]) -> list[float]:
    """Return factors that bring the gradients of all chunks to the scale of a sum over samples.

    A loss that is a mean over the batch has gradients of 1/batch, one that is a sum does not:
    whichever makes the chunks more alike.  What is left of a power of two is the scale of
    automatic mixed precision, which changes by such factors.
    """
    telling = [c for c in chunks if len(c) >= _TELLING]
    sizes = torch.tensor([float(c.batch) for c in chunks], dtype=torch.float64)
    if not telling:
        return sizes.tolist()
    level = torch.tensor(
        [float(c.gradient.to(torch.float64).square().mean().sqrt()) for c in chunks],
        dtype=torch.float64,
    ).clamp_min(1e-300)
    heard = torch.tensor([len(c) >= _TELLING for c in chunks])
    as_mean, as_sum = (level * sizes).log2(), level.log2()
    # a mean unless a sum is clearly the better account
    is_sum = len(telling) > 1 and as_sum[heard].std() < 0.5 * as_mean[heard].std()
    logs = as_sum if is_sum else as_mean
    reference = logs[heard][-1]
    # the fluctuation of a level from a few rows must not look like a change of scale
    steps = torch.where(heard & ((logs - reference).abs() > 0.75), (logs - reference).round(), 0.0)
    factors = torch.ones_like(sizes) if is_sum else sizes
    return (factors * 2.0**-steps).tolist()


def _alike(chunk: Chunk, latest: Chunk) -> bool:
    """Return whether two chunks can be joined: same shapes and dtypes but for the rows."""
    return (
        len(chunk.arguments) == len(latest.arguments)
        and all(
            _kind(a, len(chunk)) == _kind(b, len(latest))
            for a, b in zip(chunk.arguments, latest.arguments, strict=True)
        )
        and _kind(chunk.output, len(chunk)) == _kind(latest.output, len(latest))
    )


def _kind(value: Any, rows: int) -> Any:
    if isinstance(value, Tensor):
        return value.dtype, value.device, value.shape[1:] if _has_rows(value, rows) else value.shape
    return type(value)


def _has_rows(value: Any, rows: int) -> bool:
    return isinstance(value, Tensor) and value.ndim > 0 and len(value) == rows


def _detached(arguments: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(a.detach() if isinstance(a, Tensor) else a for a in arguments)
