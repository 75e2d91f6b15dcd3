"""The evidence of waveforms at several frequencies, by compiled loops where these are installed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from epicycle.compiled import waveforms as loops
from epicycle.compiled.numba import is_there
from epicycle.evidence.stacked import Stacked
from epicycle.evidence.waveform_fits import (
    FIRST_SCATTER,
    LEAST,
    SCATTER_STEP,
    STEPS,
    WaveformFits,
)
from epicycle.evidence.waveforms import LONGEST_STEP, Shapes
from epicycle.limits import WAVEFORMS
from epicycle.samples import phase
from epicycle.samples.arrays import Floats

#: Steps of a first selection, made without departures.
QUICK = 4

#: Entries of the columns of all frequencies that are fitted at a time: as many as stay in a cache.
_AT_A_TIME = 1 << 20

#: From so many blocks on, offsets are eliminated; with fewer, their columns cost as little.
_MANY_BLOCKS = 9


@dataclass(frozen=True)
class Judged:
    """Waveforms of one family of shapes at M frequencies.

    Attributes
    ----------
    frequency : ndarray
        Refined.
    evidence : ndarray
        Logarithms.
    explained : ndarray
        Share of the variance that the waveform explains.
    """

    frequency: Floats
    evidence: Floats
    explained: Floats


def judge(
    values: Stacked,
    frequency: Floats,
    shapes: Shapes,
    baseline: float,
    highest: float,
    *,
    quick: bool = False,
) -> Judged:
    """Return the evidence of waveforms at frequencies that are refined for it.

    Parameters
    ----------
    values : Stacked
        What is to be explained.
    frequency : ndarray, shape (M,)
        Frequencies to begin with, each within a fraction of 1/baseline of its optimum.
    shapes : Shapes
        Waveforms beforehand.
    baseline : float
        Length of the data.
    highest : float
        Frequency above which no harmonic may be.
    quick : bool
        Whether it is a first selection: one kind of shape, all outputs alike, fewer steps.
    """
    if is_there() and not values.n_epochs and (quick or values.n_outputs == 1):
        compiled = judged_by_loops(values, frequency, shapes, baseline, highest, quick=quick)
        if compiled is not None:
            return compiled
    size = max(_AT_A_TIME // (4 * shapes.orders * len(values.y)), 1)
    parts = []
    for first in range(0, len(frequency), size):
        some = frequency[first : first + size]
        fits = WaveformFits(values, some, shapes, baseline, highest, quick=quick)
        fits.refine(QUICK if quick else STEPS)
        parts.append((fits.frequency, *fits.evaluate()))
    return Judged(*(np.concatenate(part) for part in zip(*parts, strict=True)))


def judged_by_loops(
    values: Stacked,
    frequency: Floats,
    shapes: Shapes,
    baseline: float,
    highest: float,
    *,
    quick: bool,
) -> Judged | None:
    """Return the same for one waveform and no epochs; None where a matrix is singular."""
    kinds = 1 if quick else len(shapes.share)
    elapsed = values.elapsed / baseline
    table = np.stack([values.y, values.known_variance, values.unit, elapsed])
    ends = np.array([block.rows.stop for block in values.blocks])
    precision = np.repeat(1.0 / shapes.allowed(frequency, highest)[:kinds], 2, axis=2)
    nuisance, apart = _without_offsets(values.nuisance, ends)
    numbers = (FIRST_SCATTER, LEAST, SCATTER_STEP, LONGEST_STEP, WAVEFORMS.tail, WAVEFORMS.free)
    moved, evidence, explained, good = loops.fitted(
        phase.turns(frequency, values.times),
        table,
        nuisance,
        (ends, apart),
        precision,
        np.log(shapes.odds[:kinds]),
        numbers,
        QUICK if quick else STEPS,
    )
    refined: Floats = frequency + moved / baseline
    return Judged(refined, evidence, explained) if good else None


def _without_offsets(nuisance: Floats, ends: NDArray[np.intp]) -> tuple[Floats, bool]:
    """Return the nuisance columns less an offset of each block, and whether there are offsets.

    That is worth it where blocks are many: with their columns time goes as the square of their
    number.  One without an offset that is all its own leaves every column where it is.
    """
    starts = np.r_[0, ends[:-1]]
    if len(ends) < _MANY_BLOCKS or not len(nuisance):
        return nuisance, False
    used = nuisance != 0.0
    first, count = used.argmax(axis=1), used.sum(axis=1)
    offsets = []
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        own = np.flatnonzero((first == start) & (count == end - start))
        own = own[np.ptp(nuisance[own, start:end], axis=1) == 0.0] if end > start else own[:0]
        if not len(own):
            return nuisance, False
        offsets.append(own[0])
    return np.delete(nuisance, offsets, axis=0), True
