"""Exact phases in torch: the twin of :mod:`epicycle.samples.phase`, with gradients.

The product f x is taken without rounding, by error-free transformations, and only its fractional
part is rounded.  A compiler that fuses or reassociates these steps (a multiplication and a
subtraction become one fused operation with a single rounding) destroys them, so they are one
opaque operator, ``epicycle::turns``, which torch.compile calls and never looks into.
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

# Veltkamp's constant 2**27 + 1 splits a 53-bit significand in two halves of 26 bits.
_SPLIT = 134217729.0

#: Largest step between neighbouring inputs, in turns of the highest harmonic.  An input rounded
#: to steps of s turns is off by up to s / 2, evenly spread: a sinusoid keeps the share sinc(s) of
#: its amplitude, and its phase gets noise of 2 pi s / sqrt(12) radians.  At s = 1/16 these are
#: 0.994 and 0.11; at s = 1 nothing is left of it.
COARSEST_STEP = 1.0 / 16.0

#: Kinds of input whose own rounding is compared with the period of the highest harmonic.
_ROUNDED = (torch.float32, torch.bfloat16, torch.float16)

#: Kinds that are taken as exact numbers.
_EXACT = (torch.float64, torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8)


def exact_turns(x: Tensor, frequency: Tensor, harmonics: int = 1) -> Tensor:
    """Return the phases ``f . x`` in turns, in [-0.5, 0.5], as float64.

    Parameters
    ----------
    x : Tensor, shape (..., d)
        Inputs; float64 and integers are taken as exact numbers.
    frequency : Tensor of float64, shape (k, d)
        Frequencies, or wave vectors, in cycles per unit of x.
    harmonics : int
        Highest multiple of the phase that will be used, for the check of coarse inputs.

    Returns
    -------
    Tensor of float64, shape (..., k)
        The error is below 1e-15 turns for each input dimension.  Differentiable any number of
        times with respect to both arguments.

    Raises
    ------
    TypeError
        If `x` is neither real nor integer.
    ValueError
        If `x` is a rounded kind (float32, bfloat16, float16) too coarse for the frequencies; on
        the CPU only, see :func:`check_resolution`.
    """
    if x.dtype not in _ROUNDED + _EXACT:
        raise TypeError(
            f"x must hold real numbers, got {x.dtype}. "
            f"To fix this, pass float64 or int64 (or float32 where it resolves the phase)."
        )
    if x.dtype in (torch.int32, torch.int16, torch.int8, torch.uint8):
        x = x.to(torch.float64)
    result: Tensor = _Turns.apply(x, frequency, harmonics)  # type: ignore[no-untyped-call]
    return result


def check_resolution(x: Tensor, frequency: Tensor, harmonics: int) -> None:
    """Refuse inputs of a rounded kind whose step is more than 1/16 turn of the highest harmonic.

    The step is the unit in the last place of the largest |x| in each input dimension.  Reads two
    values back from the device.
    """
    if x.dtype not in _ROUNDED or x.numel() == 0 or x.is_meta:
        return
    eps = torch.finfo(x.dtype).eps
    largest = [float(value) for value in x.detach().reshape(-1, x.shape[-1]).abs().amax(dim=0)]
    step = [eps * 2.0 ** (math.frexp(value)[1] - 1) for value in largest]
    turns = frequency.detach().abs() @ frequency.new_tensor(step) * harmonics
    worst = float(turns.max())
    if worst > COARSEST_STEP:
        where = max(range(len(step)), key=step.__getitem__)
        raise ValueError(
            f"x is {x.dtype}, which does not resolve the phase: its step at the largest |x|, "
            f"{largest[where]:.6g}, is {step[where]:.3g}, which is {worst:.3g} turns of the "
            f"highest harmonic, and must be at most 1/16 turn. To fix this, pass x as float64 or "
            f"int64, converted before it was rounded, or measure x from a nearer zero."
        )


def features_of(turns: Tensor, orders: tuple[int, ...], dtype: torch.dtype) -> Tensor:
    """Return cosine and sine of multiples of a phase, in `dtype`.

    Parameters
    ----------
    turns : Tensor of float64, shape (..., k)
        Phases in [-0.5, 0.5].
    orders : tuple of int
        The multiples.
    dtype : torch.dtype
        Of the result.  The angle is reduced in float64 and then rounded to `dtype`, or to float32
        where that is finer; the features are right to two units in the last place of 1.

    Returns
    -------
    Tensor, shape (..., 2 * k * len(orders))
        Layout (k, len(orders), 2) flattened; the last axis is (cos, sin).
    """
    turns = turns.unsqueeze(-1)
    if orders != (1,):
        turns = turns * torch.tensor(orders, dtype=torch.float64, device=turns.device)
        turns = turns - turns.round()
    angle = (2.0 * math.pi * turns).to(torch.promote_types(dtype, torch.float32))
    return torch.stack((angle.cos(), angle.sin()), dim=-1).flatten(-3).to(dtype)


def difference(x: Tensor, reference: Tensor) -> Tensor:
    """Return ``x - reference`` as float64, right to its last place for integers too."""
    high, low = _high_and_low(x)
    return high - reference if low is None else (high - reference) + low


def _high_and_low(x: Tensor) -> tuple[Tensor, Tensor | None]:
    """Return `x` as one float64, or as the sum of two where it is an integer of 63 bits."""
    if x.dtype != torch.int64:
        return x.to(torch.float64), None
    low = x & 0x7FF
    return (x - low).to(torch.float64), low.to(torch.float64)


def _split(a: Tensor) -> tuple[Tensor, Tensor]:
    c = _SPLIT * a
    high = c - (c - a)
    return high, a - high


def _product_turns(a: Tensor, b: Tensor) -> Tensor:
    """Return frac(a b) for float64 tensors that broadcast (Dekker's product)."""
    product = a * b
    a_high, a_low = _split(a)
    b_high, b_low = _split(b)
    error = (a_high * b_high).sub_(product)
    # each of these products is exact, so it does not matter whether they are fused with the sum
    error.addcmul_(a_high, b_low).addcmul_(a_low, b_high).addcmul_(a_low, b_low)
    # beyond 2**53 cycles the error of the product has whole turns too
    error.sub_(error.round())
    return product.sub_(product.round()).add_(error)


@torch.library.custom_op(
    "epicycle::turns",
    mutates_args=(),
    schema="(Tensor x, Tensor frequency, int harmonics) -> Tensor",
)
def _turns(x: Tensor, frequency: Tensor, harmonics: int) -> Tensor:
    if x.device.type == "cpu":
        check_resolution(x, frequency, harmonics)
    high, low = _high_and_low(x.unsqueeze(-2))
    turns = _product_turns(high, frequency)
    if low is not None:
        turns.add_(_product_turns(low, frequency))
    turns = turns.sum(dim=-1)
    # in the order of memory that the compiler has been told below
    return turns.sub_(turns.round()).contiguous()


@_turns.register_fake
def _(x: Tensor, frequency: Tensor, harmonics: int) -> Tensor:
    return x.new_empty((*x.shape[:-1], frequency.shape[0]), dtype=torch.float64)


def _vmap(
    info: Any, in_dims: tuple[int | None, int | None, None], x: Tensor, frequency: Tensor, h: int
) -> tuple[Tensor, int]:
    x_dim, frequency_dim, _ = in_dims
    if frequency_dim is None:
        assert x_dim is not None
        return _turns(x.movedim(x_dim, 0), frequency, h), 0
    # an ensemble has few members, and each of them its own frequencies
    members = [
        _turns(x if x_dim is None else x.select(x_dim, k), frequency.select(frequency_dim, k), h)
        for k in range(info.batch_size)
    ]
    return torch.stack(members), 0


_turns.register_vmap(_vmap)


class _Turns(torch.autograd.Function):
    """The operator with its gradient; as a Function it works in torch.func too."""

    generate_vmap_rule = True

    @staticmethod
    def forward(x: Tensor, frequency: Tensor, harmonics: int) -> Tensor:
        result: Tensor = _turns(x, frequency, harmonics)
        return result

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor, Tensor, int], output: Tensor) -> None:
        x, frequency, _ = inputs
        ctx.save_for_backward(x, frequency)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, Tensor | None, None]:
        x, frequency = ctx.saved_tensors
        by_x = by_frequency = None
        if ctx.needs_input_grad[0]:
            by_x = (gradients[0] @ frequency).to(x.dtype)
        if ctx.needs_input_grad[1]:
            flat = x.reshape(-1, x.shape[-1]).to(torch.float64)
            by_frequency = gradients[0].reshape(-1, frequency.shape[0]).T @ flat
        return by_x, by_frequency, None
