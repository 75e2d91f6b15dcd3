"""Tensors -> the arrays of :func:`epicycle.find_cycles`."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from epicycle.find import find_cycles
from epicycle.model import CycleModel


def find_in_data(x: Any, y: Any, **options: Any) -> CycleModel:
    """Return the cycles of y(x), each an array or a tensor; options as of ``find_cycles``.

    Raises
    ------
    TypeError
        If `x` are not numbers: the layer would be given numbers too.
    """
    inputs = _to_numpy(x)
    if inputs.dtype.kind not in "iuf":
        raise TypeError(
            f"x must be numbers, as the layer will get them, got dtype {inputs.dtype}. "
            f"To fix this, pass for example the seconds since some moment as int64."
        )
    return find_cycles(inputs, _to_numpy(y), **options)


def _to_numpy(values: Any) -> NDArray[Any]:
    if isinstance(values, torch.Tensor):
        values = values.detach().cpu()
        if values.is_floating_point():
            values = values.to(torch.float64)  # numpy has no bfloat16
        return np.asarray(values)
    return np.asarray(values)
