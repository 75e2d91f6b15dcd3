"""When to look: at the steps 1, 2, 4, 8, ..., under one false-alarm budget for the whole run."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Schedule:
    """Steps of the optimizer, and the searches among them.

    Attributes
    ----------
    false_alarm : float
        Probability that pure noise moves a frequency in a run of any length.
    step : int
        Steps taken so far.
    """

    false_alarm: float
    step: int = 0

    @property
    def due(self) -> bool:
        """Whether a search follows the step that was just taken."""
        return self.step > 0 and self.step & (self.step - 1) == 0

    @property
    def allowance(self) -> float:
        """Share of the false-alarm probability that the search at this step may spend."""
        number = self.step.bit_length()
        return self.false_alarm / (number * (number + 1))

    def sampling(self, rows_per_step: int, capacity: int) -> bool:
        """Return whether what the coming step shows will still be there at the next search."""
        coming = 1 << self.step.bit_length()
        return (coming - self.step) * rows_per_step <= capacity + rows_per_step
