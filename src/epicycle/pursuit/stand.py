"""Where the pursuit stands: fit, weights, latest search, what was refused."""

from __future__ import annotations

from dataclasses import dataclass

from epicycle.fit.joint import Fit
from epicycle.pursuit.workbench import Workbench
from epicycle.samples.arrays import Floats
from epicycle.spectra.bands import Candidates


@dataclass(frozen=True)
class Stand:
    """Where the pursuit stands.

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
    """

    work: Workbench
    fit: Fit
    jitter: Floats
    last: Candidates
