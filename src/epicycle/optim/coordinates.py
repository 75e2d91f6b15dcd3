"""The inputs of a network as exact coordinates: phases, spans, and how far they resolve."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from epicycle.optim.rasters import exact_step, folded, is_dense
from epicycle.samples import phase
from epicycle.samples.arrays import Floats
from epicycle.samples.times import Times, parse_times

#: Inputs resolve a frequency while the step of their dtype is below this part of its cycle.
_RESOLVED_TURNS = 1.0 / 16.0


@dataclass(frozen=True)
class Coordinates:
    """Coordinates of n samples on m axes.

    Attributes
    ----------
    axes : tuple of m Times
        Coordinates, counted from the middle of each axis.
    span : ndarray, shape (m,)
        Largest minus smallest coordinate.
    resolution : ndarray, shape (m,)
        Step between neighbouring numbers of the inputs' dtype at the largest of them, times the
        highest harmonic; 0 for integers, which are exact.
    step : ndarray, shape (m,)
        Step of which all coordinates on an axis are multiples, but for an offset: no frequency
        above half its inverse can be told from one below.  0 where there is none.
    """

    axes: tuple[Times, ...]
    span: Floats
    resolution: Floats
    step: Floats

    @classmethod
    def of(cls, x: torch.Tensor, harmonics: int = 1) -> Coordinates:
        """Return the coordinates of inputs of shape (n, m), floating or integer."""
        values = _to_numpy(x)
        largest = np.abs(values).max(axis=0).astype(np.float64)
        last = torch.finfo(x.dtype).eps if x.dtype.is_floating_point else 0.0
        # numbers between two powers of two share one last digit
        rounding = last * 2.0 ** np.floor(np.log2(np.maximum(largest, 1e-300)))
        axes, spans = [], []
        steps: list[float] = []
        for column in values.T:
            times, _ = parse_times(column, name="inputs")
            low, high = float(times.hi.min()), float(times.hi.max())
            axes.append(times.minus(0.5 * (low + high)))
            spans.append(high - low)
            step = exact_step(axes[-1].to_float(), float(rounding[len(steps)]))
            # few whole numbers are whole numbers all the same
            steps.append(step or float((column == np.rint(column)).all()))
        return cls(
            axes=tuple(axes),
            span=np.array(spans),
            resolution=rounding * harmonics,
            step=np.array(steps),
        )

    def __len__(self) -> int:
        return len(self.axes[0])

    def __getitem__(self, index: Any) -> Coordinates:
        """Return some of the samples."""
        picked = tuple(axis[index] for axis in self.axes)
        return Coordinates(picked, self.span, self.resolution, self.step)

    def along(self, axis: int) -> Coordinates:
        """Return the coordinates on one axis."""
        one = slice(axis, axis + 1)
        return Coordinates(self.axes[one], self.span[one], self.resolution[one], self.step[one])

    @property
    def highest(self) -> Floats:
        """Highest frequency on each axis that the inputs resolve, shape (m,)."""
        with np.errstate(divide="ignore"):
            return np.minimum(_RESOLVED_TURNS / self.resolution, self.nyquist)

    @property
    def nyquist(self) -> Floats:
        """Frequency on each axis from which on all look like lower ones, shape (m,)."""
        with np.errstate(divide="ignore"):
            return np.asarray(0.5 / self.step)

    def folded(self, frequency: Floats) -> Floats:
        """Return the lowest frequency, shape (m,), that looks the same on every axis."""
        return folded(frequency, self.step)

    def dense(self) -> NDArray[np.bool_]:
        """Return for which axes the inputs take up so much of a raster that it was meant."""
        axes = zip(self.axes, self.step.tolist(), strict=True)
        return np.array([s > 0 and is_dense(axis.to_float(), s) for axis, s in axes])

    def phasors(self, frequency: Floats) -> tuple[Floats, Floats]:
        """Return cosine and sine, each of shape (n,), of a plane wave of frequency (m,)."""
        total = np.zeros(len(self))
        for f, axis in zip(frequency, self.axes, strict=True):
            total += phase.turns(f, axis)
        return phase.unit_phasors(total)

    def values(self) -> Floats:
        """Return the coordinates as float64, shape (n, m)."""
        return np.stack([axis.to_float() for axis in self.axes], axis=1)


def _to_numpy(x: torch.Tensor) -> np.ndarray[Any, Any]:
    if x.dtype.is_floating_point:
        x = x.to(torch.float64)
    return x.detach().cpu().numpy()
