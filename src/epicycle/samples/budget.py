"""What a search may take: seconds and memory, checked while it runs.

Time is looked at between the steps of a search and after each band of frequencies.  A step that
is begun is finished, so that a result comes somewhat later than it was asked for, and is whole.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

#: What is told of a search: (frequencies done, frequencies in all).
Tell = Callable[[int, int], None]

#: Bytes of a GB.
GIGABYTE = 1e9


class OutOfTimeError(ValueError):
    """The time that a search may take was over before there was anything to return."""


class Budget:
    """What one search may take, from now on.

    Parameters
    ----------
    seconds : float, optional
        Time, by default as long as it takes.
    memory : float, optional
        GB, by default all that there is.
    """

    def __init__(self, seconds: float | None = None, memory: float | None = None) -> None:
        self._seconds = seconds
        self._memory = memory
        self._begun = time.perf_counter()
        self._finishing = False

    @property
    def over(self) -> bool:
        """Whether the time is over."""
        if self._seconds is None:
            return False
        return time.perf_counter() - self._begun > self._seconds

    def check(self, done: int = 0, total: int = 0) -> None:
        """Stop a step where the time is over.

        Parameters
        ----------
        done, total : int
            Frequencies that a search has seen, and that it has to see.

        Raises
        ------
        OutOfTimeError
            Unless what was found is being finished, see :meth:`finishing`.
        """
        if self._finishing or self._seconds is None or not self.over:
            return
        raise OutOfTimeError(
            f"max_seconds={self._seconds:g} is over before the first search is done"
            f"{self._needed(done, total)}. To fix this, give it more, or a longer minimum_period."
        )

    def _needed(self, done: int, total: int) -> str:
        if not 0 < done < total:
            return ""
        needed = (time.perf_counter() - self._begun) * total / done
        return (
            f": {done:,} of {total:,} frequencies are evaluated, and all of them would take about "
            f"{needed:.2g} s"
        )

    def watching(self, progress: Tell | None) -> Tell | None:
        """Return what a search calls after each band: it tells the progress, and looks at the time.

        None where there is nothing to be told or looked at.
        """
        if self._seconds is None:
            return progress

        def after(done: int, total: int) -> None:
            if progress is not None:
                progress(done, total)
            if done < total:
                self.check(done, total)

        return after

    @contextmanager
    def finishing(self) -> Iterator[None]:
        """Let what was found be brought to its end, whatever time that takes."""
        before, self._finishing = self._finishing, True
        try:
            yield
        finally:
            self._finishing = before

    def note(self, missing: str) -> str:
        """Return a sentence about what was left out because the time was over."""
        return (
            f"the search was stopped after max_seconds={self._seconds:g}: {missing}; what was "
            f"found until then is fitted"
        )

    def admits(self, needed: float) -> bool:
        """Return whether there may be that much memory, in bytes."""
        return self._memory is None or needed <= self._memory * GIGABYTE

    def admit(self, needed: float, what: str, remedy: str) -> None:
        """Refuse what would take more memory than there may be.

        Parameters
        ----------
        needed : float
            Bytes.
        what : str
            What takes them, for the message.
        remedy : str
            What would take less.

        Raises
        ------
        ValueError
            With the memory that would do.
        """
        if self.admits(needed):
            return
        raise ValueError(
            f"{what} would take about {needed / GIGABYTE:.2g} GB, and max_memory is "
            f"{self._memory:g} GB. To fix this, {remedy}, or give max_memory of at least "
            f"{1.1 * needed / GIGABYTE:.2g}."
        )
