"""What was done, and what could not be done: moves of frequencies, and lines without one."""

from __future__ import annotations

from dataclasses import dataclass

from epicycle.optim.lines import Line, Placement


@dataclass(frozen=True)
class Move:
    """A frequency that was put on a line.

    Attributes
    ----------
    step : int
        Number of optimizer steps taken before.
    parameter, index : int
        Which of the frequency parameters, and which frequency of it.
    frequency : tuple of float
        The new frequency, in cycles per unit of each input.
    false_alarm_probability : float
        Probability that noise shows such a line anywhere in the band that was searched.
    """

    step: int
    parameter: int
    index: int
    frequency: tuple[float, ...]
    false_alarm_probability: float

    @classmethod
    def of(cls, step: int, parameter: int, placed: Placement) -> Move:
        """Return the record of a placement."""
        return cls(
            step,
            parameter,
            placed.index,
            tuple(placed.frequency.tolist()),
            placed.false_alarm_probability,
        )


@dataclass(frozen=True)
class Unplaced:
    """A significant line for which the network had no frequency to spare.

    Attributes
    ----------
    step : int
        Number of optimizer steps taken before.
    frequency : tuple of float
        In cycles per unit of each input.
    strength : float
        Its power, in units of the gradient of the loss, summed over the samples.
    false_alarm_probability : float
        Probability that noise shows such a line anywhere in the band that was searched.
    """

    step: int
    frequency: tuple[float, ...]
    strength: float
    false_alarm_probability: float

    @classmethod
    def of(cls, step: int, line: Line) -> Unplaced:
        """Return the record of a line."""
        frequency = tuple(line.frequency.tolist())
        return cls(step, frequency, line.strength, line.false_alarm_probability)
