"""What one value of a parameter is in cycles: its unit, or a period, or a logarithm."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

from torch import Tensor

PROPORTIONAL, PERIOD, LOGARITHM = "proportional", "period", "logarithm"


@dataclass(frozen=True)
class Scale:
    """How a parameter's value p stands for a frequency f in cycles per unit of the input.

    Attributes
    ----------
    kind : str
        "proportional" (f = unit p), "period" (f = unit / p) or "logarithm" (f = unit base^p).
    unit : float
    base : float
        Of a logarithm.
    """

    kind: str
    unit: float
    base: float = math.e

    def cycles(self, value: Tensor) -> Tensor:
        """Return the frequencies of values in float64."""
        if self.kind == PERIOD:
            return self.unit / value
        if self.kind == LOGARITHM:
            return self.unit * (value * math.log(self.base)).exp()
        return self.unit * value

    def value(self, frequency: Tensor) -> Tensor:
        """Return the values for frequencies in float64; a logarithm has no sign to give."""
        if self.kind == PERIOD:
            return self.unit / frequency
        if self.kind == LOGARITHM:
            return (frequency.abs() / self.unit).log() / math.log(self.base)
        return frequency / self.unit

    def slope(self, frequency: Tensor) -> Tensor | float:
        """Return by how much the value changes with the frequency, at frequencies in float64."""
        if self.kind == PERIOD:
            return -self.unit / frequency.square()
        if self.kind == LOGARITHM:
            return 1.0 / (frequency * math.log(self.base))
        return 1.0 / self.unit

    @property
    def signed(self) -> bool:
        """Whether a frequency keeps its sign."""
        return self.kind != LOGARITHM

    def state_dict(self) -> dict[str, Any]:
        """Return the attributes."""
        return asdict(self)


CYCLES = Scale(PROPORTIONAL, 1.0)
ANGULAR = Scale(PROPORTIONAL, 1.0 / (2.0 * math.pi))
