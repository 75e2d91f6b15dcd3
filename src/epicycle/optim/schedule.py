"""When to look, and how far, under one false-alarm budget for the whole run.

At the steps 1, 2, 4, 8, 16, and then at each power of four: the first searches decide how soon a
frequency is found, and those that follow see no more samples than these, since the reservoir is
full by then, so that they are paid for by ever more steps.
"""

from __future__ import annotations

from dataclasses import dataclass

#: Searches follow every power of two up to this one, and every second one beyond.
_DOUBLINGS = 4

#: A search is worth the full effort with this many times the samples of the last such search, and
#: this share of it otherwise.
_MORE, _AGAIN = 1.5, 1.0 / 8.0


@dataclass
class Schedule:
    """Steps of the optimizer, and the searches among them.

    Attributes
    ----------
    false_alarm : float
        Probability that pure noise moves a frequency in a run of any length.
    step : int
        Steps taken so far.
    samples : int
        Most samples that a search with full effort has had.
    """

    false_alarm: float
    step: int = 0
    samples: int = 0

    @property
    def due(self) -> bool:
        """Whether a search follows the step that was just taken."""
        return self.step > 0 and self.step == _search_from(self.step)

    @property
    def allowance(self) -> float:
        """Share of the false-alarm probability that the search at this step may spend."""
        number = self.step.bit_length()
        return self.false_alarm / (number * (number + 1))

    def sampling(self, rows_per_step: int, capacity: int) -> bool:
        """Return whether what the coming step shows will still be there at the next search."""
        coming = _search_from(self.step + 1)
        return (coming - self.step) * rows_per_step <= capacity + rows_per_step

    def effort(self, samples: int) -> float:
        """Return the share of the full effort that a search of `samples` samples is worth.

        What the same number of samples did not show the last time, however far away, is hardly
        there now; only the nearer band is cheap enough to look again.
        """
        if samples <= _MORE * self.samples:
            return _AGAIN
        self.samples = samples
        return 1.0


def _search_from(step: int) -> int:
    """Return the first step from `step` on that a search follows."""
    power = (step - 1).bit_length()
    if power > _DOUBLINGS:
        power += (power - _DOUBLINGS) % 2
    return 1 << power
