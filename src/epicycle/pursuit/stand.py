"""Where the pursuit stands: fit, weights, latest search, what was refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from epicycle.evidence.waveforms import Rival
from epicycle.fit.joint import Fit
from epicycle.pursuit.workbench import Workbench
from epicycle.samples.arrays import Floats
from epicycle.samples.budget import Budget, OutOfTimeError
from epicycle.spectra.bands import Candidates


@dataclass(frozen=True)
class Stand:
    """Where the pursuit stands.  Every step takes one and returns the next.

    Attributes
    ----------
    work : Workbench
        Search, fit and weights.
    fit : Fit
        All lines.
    jitter : ndarray, shape (G, d)
        Extra scatter of each group and output.
    last : Candidates
        The latest search.
    refused : tuple of float
        Frequencies of significant lines that would have fought those that are there.
    beside : tuple of float
        Frequencies of significant power closer to a line than two lines may stand.
    rivals : tuple of Rival
        Frequencies at which the first cycle was compared as a waveform, the likeliest first.
    held : float or None
        Frequency that won against its aliases and multiples there.
    cut : bool
        Whether the time was over before it was done.
    full : bool
        Whether significant power is left because there are as many cycles as were asked for.
    """

    work: Workbench
    fit: Fit
    jitter: Floats
    last: Candidates
    refused: tuple[float, ...] = ()
    beside: tuple[float, ...] = ()
    rivals: tuple[Rival, ...] = ()
    held: float | None = None
    cut: bool = False
    full: bool = False

    def refusing(self, *frequencies: float) -> Stand:
        """Return the same with further frequencies refused."""
        return replace(self, refused=(*self.refused, *frequencies))

    def searched(self, fit: Fit, jitter: Floats | None = None) -> Stand:
        """Return the same with another fit, and the search of what this leaves.

        Cut, with the search before, where there is no time for it.
        """
        jitter = self.jitter if jitter is None else jitter
        try:
            return replace(self, fit=fit, jitter=jitter, last=self.work.search(fit))
        except OutOfTimeError:
            return replace(self, fit=fit, jitter=jitter, cut=True)

    def after(self, step: Callable[[Stand], Stand], budget: Budget) -> Stand:
        """Return what a step makes of it, or the same, cut, where there is no time for the step."""
        if self.cut or budget.over:
            return replace(self, cut=True)
        try:
            return step(self)
        except OutOfTimeError:
            return replace(self, cut=True)
