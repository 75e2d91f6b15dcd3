"""When to look, and how far, under one false-alarm budget for the whole run.

At the steps 1, 2, 4, 8, 16, and then at each power of four: the first searches decide how soon a
frequency is found, and those that follow see no more samples than these, since the reservoir is
full by then, so that they are paid for by ever more steps.  Where what was learned is lost, or the
user sets frequencies anew, steps are counted from there.
"""

from __future__ import annotations

from dataclasses import dataclass

from epicycle.limits import LEARNING

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
        Most samples that a search with full effort has had and found nothing in.
    origin : int
        Step from which on the searches are counted.
    searches : int
        Searches made so far.
    """

    false_alarm: float
    step: int = 0
    samples: int = 0
    origin: int = 0
    searches: int = 0

    @property
    def _elapsed(self) -> int:
        return self.step - self.origin

    @property
    def due(self) -> bool:
        """Whether a search follows the step that was just taken."""
        return self._elapsed > 0 and self._elapsed == _search_from(self._elapsed)

    def restart(self) -> bool:
        """Count steps from here on, unless that was done just before; return whether."""
        if self._elapsed < LEARNING.pause:
            return False
        self.origin, self.samples = self.step, 0
        return True

    def allow(self) -> float:
        """Return the share of the false-alarm probability that one more search may spend."""
        self.searches += 1
        return self.false_alarm / (self.searches * (self.searches + 1))

    def sampling(self, rows_per_step: int, capacity: int) -> bool:
        """Return whether what the coming step shows will still be there at the next search."""
        coming = _search_from(self._elapsed + 1)
        return (coming - self._elapsed) * rows_per_step <= capacity + rows_per_step

    def effort(self, samples: int) -> float:
        """Return the share of the full effort that a search of `samples` samples is worth.

        What the same number of samples did not show the last time, however far away, is hardly
        there now; only the nearer band is cheap enough to look again.
        """
        return _AGAIN if samples <= _MORE * self.samples else 1.0

    def searched(self, samples: int, moved: bool) -> None:
        """Note a search: what a move leaves has not been looked at by any effort as yet."""
        if moved:
            self.samples = 0
        elif samples > _MORE * self.samples:
            self.samples = samples


def _search_from(step: int) -> int:
    """Return the first step from `step` on that a search follows."""
    power = (step - 1).bit_length()
    if power > _DOUBLINGS:
        power += (power - _DOUBLINGS) % 2
    return 1 << power


def checked_probability(false_alarm: float) -> float:
    """Return a probability; a ValueError says what one is."""
    if not 0 < false_alarm < 1:
        raise ValueError(f"false_alarm must lie between 0 and 1, got {false_alarm!r}.")
    return false_alarm
