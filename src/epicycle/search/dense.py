"""The dense search: every frequency of a band, a bounded number at a time.

Only the strongest local maxima and a thinned spectrum for the eye are kept.  Time grows with
baseline times bandwidth; memory does not.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from epicycle.samples.arrays import Floats
from epicycle.samples.data import Data
from epicycle.spectra.bands import Candidates, Progress, band_size, cut, fold_grid, processors
from epicycle.spectra.periodogram import Periodogram
from epicycle.spectra.plan import SearchPlan
from epicycle.spectra.sums import BAND

#: Bands of ``BAND`` whose normalisation and power are kept between searches (3 MB each and
#: distinct set of weights).
REMEMBERED_BANDS = 16

#: Frequencies for each sample of which as much is kept: not a third of what the samples take.
_PER_SAMPLE = 4

#: Frequencies and the reductions of chi-square there -> what they are worth together.
Worth = Callable[[Floats, Floats], Floats]


class DenseSearch:
    """Search of every frequency of a band, in pieces of bounded memory.

    Parameters
    ----------
    data : Data
        Times, weights and nuisance columns.
    plan : SearchPlan
        The grid.
    keep : int
        Number of maxima to return.
    threads : int, optional
        Bands evaluated at the same time; by default one per processor.
    progress : callable, optional
        Called with (frequencies done, frequencies in all).
    former : DenseSearch, optional
        One of the same times and grid with other weights, whose transforms are taken over.
    """

    def __init__(
        self,
        data: Data,
        plan: SearchPlan,
        *,
        keep: int = 16,
        threads: int | None = None,
        progress: Progress | None = None,
        former: DenseSearch | None = None,
    ) -> None:
        self._plan = plan
        self._keep = keep
        self._progress = progress
        self._most = band_size(len(data.times))
        n_bands, size = cut(plan.n_frequencies, self._most)
        self._threads = min(threads or processors(), n_bands)
        # Each worker has an engine of its own: a FINUFFT plan serves one transform at a time.
        # Short grids are searched many times over, so what depends on the sampling is kept.
        # Of many samples, a search takes so long that this pays for longer grids as well.
        remember = plan.n_frequencies <= max(REMEMBERED_BANDS * BAND, _PER_SAMPLE * len(data.times))
        before: list[Periodogram] | list[None]
        before = [None] * self._threads if former is None else former._engines
        self._engines: list[Periodogram] = [
            Periodogram(data, plan.spacing, size, remember=remember, former=one) for one in before
        ]
        self._power = np.empty(plan.n_frequencies if remember else 0)
        self._searched: Floats | None = None

    def maxima(self, residual: Floats, scale: Floats, worth: Worth | None = None) -> Candidates:
        """Return the strongest maxima of the least-squares power over the whole band.

        Parameters
        ----------
        residual : ndarray, shape (n, d)
            What is left of the outputs.
        scale : ndarray, shape (d,)
            Variance by which the chi-square of each output is divided before they are added.
        worth : callable, optional
            What the reductions at some frequencies, shapes (d, k) and (k,), are worth; by default
            their sum over the outputs.

        Returns
        -------
        Candidates
            Power is the reduction of chi-square.
        """

        def evaluate(worker: int, first: int, start: float) -> Floats:
            power = self._engines[worker].reduction(residual, start)
            power /= scale[:, np.newaxis]
            if worth is not None:
                frequency = start + np.arange(power.shape[1], dtype=np.float64) * self._plan.spacing
                return worth(frequency, power)
            total: Floats = power[0] if len(power) == 1 else power.sum(axis=0)
            if len(self._power):
                self._power[first : first + len(total)] = total[: len(self._power) - first]
            return total

        self._searched = None  # (a search that is stopped leaves half a spectrum)
        found = fold_grid(
            self._plan, evaluate, self._threads, self._keep, self._progress, self._most
        )
        self._searched = residual
        return found

    def highest_near(self, residual: Floats, frequency: float, width: float) -> float:
        """Return the highest power of a residual within `width` of a frequency.

        Infinite where that is not known: the residual is not the one searched last, the frequency
        is outside the band, or the grid was too long to keep.
        """
        at = (frequency - self._plan.minimum_frequency) / self._plan.spacing
        reach = width / self._plan.spacing
        first, last = math.floor(at - reach), math.ceil(at + reach)
        if residual is not self._searched or first < 0 or last >= len(self._power):
            return math.inf
        return float(self._power[first : last + 1].max())
