"""Which of several frequencies a periodic waveform has: what is compared with what.

Near-equal maxima of a spectrum are aliases of each other, or a period, its half and its double.
Only a fit of the whole waveform at each of them, with its frequency refined and the scatter that
it leaves, tells them apart (:mod:`epicycle.evidence.waveform_fits`).  The frequencies compared are
maxima of spectra; their neighbours at the distances at which the sampling repeats itself; and the
halves, thirds and doubles of the likeliest.
"""

from __future__ import annotations

import numpy as np

from epicycle.evidence.error_scale import with_scaled_errors
from epicycle.evidence.judged import judge
from epicycle.evidence.stacked import stack
from epicycle.evidence.waveforms import (
    ALL_SHAPES,
    SMOOTH,
    Ranking,
    apart,
    distinct,
    shorter_first,
    with_relatives,
)
from epicycle.fit.noise import NoiseModel
from epicycle.limits import WAVEFORMS
from epicycle.samples.arrays import Floats
from epicycle.samples.data import Data

#: Frequencies nearer to each other than this, in units of 1/baseline, begin at one optimum.
_NEAR = 0.3


def rank(
    data: Data,
    residual: Floats,
    noise: NoiseModel,
    frequency: Floats,
    limits: tuple[float, float],
    offsets: Floats,
    highest: float = np.inf,
) -> Ranking:
    """Return the frequencies, their aliases and multiples, by descending evidence.

    Parameters
    ----------
    data : Data
        Times and nuisance columns.
    residual : ndarray, shape (n, d)
        Values to explain.
    noise : NoiseModel
        Errors of the values, and the groups that have a scatter of their own.
    frequency : ndarray, shape (M,)
        Frequencies to begin with, most likely first, each within a fraction of 1/baseline of its
        optimum.
    limits : tuple of float
        Lowest and highest frequency that counts.
    offsets : ndarray
        Distances at which the sampling repeats a line.
    highest : float
        Frequency above which no harmonic may be (Nyquist of regular sampling).
    """
    baseline, near = data.baseline, _NEAR / data.baseline
    times = np.unique(data.times.to_float())
    start = repeated(apart(frequency, limits, near), times)
    if not len(start):
        return Ranking((), -np.inf)
    values = stack(data, residual, noise, WAVEFORMS.neighbours / limits[1])
    look = judge(values, start, SMOOTH, baseline, highest, quick=True)
    refined, evidence = look.frequency, look.evidence
    best = refined[np.argsort(-evidence, kind="stable")[: WAVEFORMS.related]]
    beside = np.abs(np.add.outer(best, np.concatenate([offsets, -offsets]))).ravel()
    every = repeated(apart(np.concatenate([refined, beside]), limits, near), times)
    more = every[np.abs(np.subtract.outer(every, refined)).min(axis=1) > near]
    if len(more):
        look = judge(values, more, SMOOTH, baseline, highest, quick=True)
        refined = np.append(refined, look.frequency)
        evidence = np.append(evidence, look.evidence)
    order = np.argsort(-evidence, kind="stable")
    values = with_scaled_errors(values, refined[order[:1]], baseline, highest)
    finalists = repeated(with_relatives(refined[order], start, limits, near), times)
    judged = [judge(values, finalists, shapes, baseline, highest) for shapes in ALL_SHAPES]
    evidence = np.stack([each.evidence for each in judged])
    better = evidence.argmax(axis=0), np.arange(len(finalists))
    whole = np.logaddexp.reduce(evidence, axis=0)
    rivals = distinct(
        np.stack([each.frequency for each in judged])[better],
        # noise that values of a moment share outlasts it; without any, values are independent
        (WAVEFORMS.tempered if values.n_epochs else 1.0) * whole,
        np.stack([each.explained for each in judged])[better],
        baseline,
    )
    return Ranking(tuple(shorter_first(rivals, baseline)), float(whole.max()) - values.log_unit)


def repeated(frequency: Floats, times: Floats) -> Floats:
    """Return the frequencies at which samples at some times show a waveform more than once.

    Where campaigns are shorter than a period and far apart, each phase of it is seen once: with
    enough harmonics any values fit, and their agreement says nothing.  A part of a turn that has
    samples must have them in more than one cycle, on average.
    """
    span = float(np.ptp(times))
    parts = int(np.clip(len(times) // WAVEFORMS.part_samples, 2, WAVEFORMS.parts))
    kept = np.ones(len(frequency), dtype=bool)
    for k, f in enumerate(frequency.tolist()):
        if f * span < WAVEFORMS.seen_again:
            cells = np.unique(np.floor(parts * f * times))
            kept[k] = len(cells) >= WAVEFORMS.repeats * len(np.unique(cells % parts))
    return frequency[kept]
