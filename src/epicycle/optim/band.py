"""The band that is searched: what the user names, as far as the inputs resolve it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from epicycle.limits import CYCLES, LEARNING
from epicycle.optim.coordinates import Coordinates
from epicycle.optim.plane_waves import box_cost
from epicycle.samples.arrays import Floats


@dataclass(frozen=True)
class Band:
    """Frequencies to search, in cycles per unit.

    Attributes
    ----------
    lowest, highest : float or None
        Limits on every axis; None where the data decide.
    inputs : int or None
        Axes, from the first on, that have these limits; all of them if None.
    """

    lowest: float | None = None
    highest: float | None = None
    inputs: int | None = None

    def of(self, layer: object) -> Band:
        """Return the band for a layer, which may say that it is one of its first inputs."""
        return replace(self, inputs=getattr(layer, "band_inputs", None))

    def limits(self, x: Coordinates) -> tuple[Floats, Floats]:
        """Return the limits on each axis, both of shape (m,).

        Raises
        ------
        ValueError
            If the inputs' dtype does not resolve the band, or the joint grid is too large.
        """
        self.check_inputs(len(x.span))
        low = np.zeros_like(x.span)
        if len(low) == 1:
            low = np.maximum(CYCLES.in_training / x.span, self.lowest or 0.0)
        if self.highest is None:
            return low, x.highest
        high = np.full_like(low, self.highest)
        if self.inputs is not None:
            free = np.minimum(x.highest, LEARNING.axis_cycles / x.span)
            high[self.inputs :] = free[self.inputs :]
        limit = 1.0 / np.maximum(x.resolution, 1e-300)
        if (high > limit).any():
            raise ValueError(
                f"band reaches {self.highest:.6g} cycles per unit, but the inputs come in steps of "
                f"{x.resolution.max():.3g}, as coarse as a cycle of {1 / limit.min():.3g}. To fix "
                f"this, pass inputs in float64 (or int64)."
            )
        if not self.lowest:  # what is above looks like what is below: no line is held twice
            high = np.minimum(high, x.nyquist)
        if len(high) > 1:
            _check_reach(high * x.span)
        return low, high

    def reaches_aliases(self, x: Coordinates) -> bool:
        """Return whether the band would hold lines twice, were it not cut."""
        return not self.lowest and (self.highest is None or bool((x.nyquist < self.highest).any()))

    def covers(self, frequency: Floats, x: Coordinates) -> bool:
        """Return whether a frequency may be learned: no alias, or in a band that was named."""
        size = np.abs(frequency)
        named = bool(self.lowest) and bool((size >= (self.lowest or 0.0)).all())
        named = named and bool((size <= (self.highest or np.inf)).all())
        return named or bool((size <= x.nyquist * (1 + 1e-9)).all())

    def check_inputs(self, inputs: int) -> None:
        """Raise a ValueError where frequencies of so many inputs need a band."""
        if inputs > LEARNING.free_inputs and self.highest is None:
            raise ValueError(
                f"a frequency of {inputs} inputs is a vector in {inputs} dimensions, and without "
                f"band= they are searched in up to {LEARNING.free_inputs}. To fix this, pass "
                f"band=(0, highest) with a low highest frequency, in cycles per unit, or give "
                f"each input a layer of its own."
            )


def _check_reach(cycles: Floats) -> None:
    """Raise a ValueError where a box of so many cycles on each axis is out of reach."""
    most = LEARNING.wave_vectors / 4
    few = len(cycles) <= LEARNING.free_inputs and (cycles <= LEARNING.axis_cycles).all()
    if box_cost(cycles) <= most or few:
        return
    raise ValueError(
        f"band asks for {box_cost(cycles):.1e} wave vectors of {len(cycles)} inputs (up to "
        f"{', '.join(f'{c:.0f}' for c in cycles)} cycles over their spans), and the limit is "
        f"{most:.1e}, or {LEARNING.axis_cycles:.0f} cycles on each of two or three inputs. To fix "
        f"this, name a narrower band or learn one input at a time."
    )


def checked_band(band: tuple[float, float] | None) -> Band:
    """Return the band that the user names; a ValueError says what one is."""
    if band is None:
        return Band()
    low, high = map(float, band)
    if not 0 <= low < high < float("inf"):
        raise ValueError(
            f"band must be a pair 0 <= lowest < highest in cycles per unit, got {band!r}."
        )
    return Band(low, high)
