r"""Whether a cycle is a clock: constant amplitude and phase over the baseline, or a broad peak.

A quasi-periodic signal is described by a phasor that forgets,

.. math:: y = \mathrm{Re}\,[z(t)\,e^{-2\pi i f t}] + \mathrm{noise}, \qquad
          \langle z(t) z^*(t') \rangle = 2 \sigma^2 e^{-|t - t'| / \tau} ,

whose spectrum is a Lorentzian of full width :math:`1 / (\pi\tau)` at half its height (the
quasi-periodic term of Foreman-Mackey et al. 2017, AJ 154, 220).  Its likelihood follows from
a Kalman filter over blocks of samples, for any sampling, and that of a clock is its limit
:math:`\tau = \infty`.  A cycle is called incoherent where forgetting is significant, explains the
data better than all the lines found nearby do together, and takes no longer than the baseline.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from epicycle.evidence.forgetting import Forgetting, Series
from epicycle.fit.criteria import value_counts, with_free_scale
from epicycle.fit.joint import Fit, line_powers
from epicycle.fit.nearby import restored
from epicycle.fit.noise import rounding
from epicycle.limits import COHERENCE
from epicycle.samples.arrays import Floats
from epicycle.samples.data import Data
from epicycle.samples.units import in_unit

#: Blocks of samples over the baseline; more where the peak turns out broad.
_BLOCKS = 256

_FINER = 4


@dataclass(frozen=True)
class BroadPeak:
    """Several lines, or one, that are one cycle without a constant phase.

    Attributes
    ----------
    leader : int
        The fundamental that stands for the peak.
    members : tuple of int
        All fundamentals in the peak.
    frequency, frequency_error : float
        Of the middle of the peak.
    time, time_error : float
        Coherence time, after which the correlation has fallen to 1/e.
    false_alarm : float
        Probability that white noise with slow swings shows such a peak anywhere in the band.
    """

    leader: int
    members: tuple[int, ...]
    frequency: float
    frequency_error: float
    time: float
    time_error: float
    false_alarm: float


def broad_peaks(
    data: Data, fit: Fit, level: Floats, candidates: list[int], bandwidth: float
) -> list[BroadPeak]:
    """Return which fundamentals are not clocks, the lines of one broad peak together.

    Parameters
    ----------
    data, fit
        The regression problem and its solution.
    level : ndarray, shape (L, d)
        Residual power around each line, relative to white noise.
    candidates : list of int
        Fundamentals in question, strongest first.
    bandwidth : float
        Effective bandwidth of the search, which counts the places where noise may show a peak.
    """
    peaks: list[BroadPeak] = []
    taken: set[int] = set()
    for k in candidates:
        if k in taken:
            continue
        rest = [c for c in candidates if c not in taken]
        peak = _broad_peak(data, fit, level, k, rest, bandwidth)
        if peak is not None:
            taken.update(peak.members)
            _place(peak, peaks)
    return peaks


def _place(peak: BroadPeak, peaks: list[BroadPeak]) -> None:
    """Add a peak to stronger ones: what stands in the skirts of one of them is part of it."""
    for i, one in enumerate(peaks):
        reach = COHERENCE.peak_widths / (math.pi * min(one.time, peak.time))
        if abs(peak.frequency - one.frequency) < reach:
            peaks[i] = replace(one, members=tuple(sorted({*one.members, *peak.members})))
            return
    peaks.append(peak)


def _broad_peak(
    data: Data, fit: Fit, level: Floats, k: int, candidates: list[int], bandwidth: float
) -> BroadPeak | None:
    structure, width = fit.structure, 1.0 / data.baseline
    own = np.flatnonzero(structure.parent == k)
    power = line_powers(fit)
    line = int(own[power[own].argmax()])
    centre = float(structure.line_frequency[line])
    reach = COHERENCE.neighbourhood * width
    peak = None
    for blocks in (_BLOCKS, _FINER * _BLOCKS):
        members, lines = _members(fit, candidates, centre, reach)
        if power[lines].max(initial=0.0) > power[line]:
            return None  # in the skirts of a stronger one, which is a clock
        if (
            power[lines].sum()
            < COHERENCE.least_share * power[np.isin(structure.parent, candidates)].sum()
        ):
            return None
        if peak is None and _stands_out(data, power[lines], power[line], level[lines]):
            return None
        output = int((fit.line_coefficients(line) ** 2).sum(axis=0).argmax())
        series = Series(data, restored(data, fit, lines)[:, output], output, centre, blocks)
        clocks = _clocks(data, fit, output) - 1.5 * (len(lines) - 1) * math.log(series.count)
        found = series.forgetting(clocks + COHERENCE.better, COHERENCE.significant)
        if found is None:
            return None
        # with a probability of 95 % it is less
        upper = math.log(found.time) + 1.645 * found.time_error / found.time
        longest = data.baseline * (COHERENCE.several if len(lines) > 1 else 1.0)
        if upper >= math.log(longest) or math.pi * centre * found.time < COHERENCE.least_quality:
            return None
        harmonic = float(structure.frequency[k]) / centre
        peak = BroadPeak(
            leader=k,
            members=tuple(int(m) for m in np.unique(np.append(members, k))),
            frequency=(centre + found.offset) * harmonic,
            frequency_error=found.offset_error * harmonic,
            time=found.time,
            time_error=found.time_error,
            false_alarm=_noise_shows(data, fit, lines, output, centre, found, bandwidth),
        )
        wider = min(max(reach, COHERENCE.peak_widths / (math.pi * found.time)), centre / 3)
        if wider <= reach and found.time * blocks > 8 * data.baseline:
            break
        reach = max(wider, reach)
    return peak


def with_peaks(false_alarm: Floats, peaks: Sequence[BroadPeak]) -> Floats:
    """Return the probabilities of fundamentals, shape (K,), with those of broad peaks in place.

    The power around the lines of a peak is its own, and no noise that they are judged by.
    """
    result = false_alarm.copy()
    for peak in peaks:
        result[list(peak.members)] = peak.false_alarm
    return result


def _noise_shows(
    data: Data,
    fit: Fit,
    lines: NDArray[np.intp],
    output: int,
    centre: float,
    found: Forgetting,
    bandwidth: float,
) -> float:
    """Return the probability that white noise with slow swings shows a peak as likely as this.

    The peak is compared with noise that forgets about frequency 0, with all slower lines put
    back.  It has one parameter more, its frequency, which may lie anywhere in the band: by Davies
    (1987, Biometrika 74, 33) with 3 degrees of freedom, those of place, width and height.
    """
    slower = np.flatnonzero(fit.structure.line_frequency < centre)
    values = restored(data, fit, np.union1d(lines, slower))[:, output]
    blocks = max(4 * _BLOCKS, math.ceil(8 * data.baseline / found.time))
    peak = Series(data, values, output, centre, blocks).near(found)
    gain = peak - Series(data, values, output, 0.0, blocks).swings()
    if gain <= 1.0:
        return 1.0
    return float(min(bandwidth * gain * math.exp(-gain), 1.0))


def _stands_out(data: Data, powers: Floats, own: float, level: Floats) -> bool:
    """Return whether a line has so much of the power around it that it must be a clock.

    A peak whose coherence time is the baseline has four fifths of its power within half a line
    width of its middle.
    """
    excess = float(level.max()) - 1.0
    if excess < COHERENCE.suspicious - 1.0:
        return True
    # chi-square: n a^2 / 2 of lines, and 2 for each of two values in a line width of white noise
    around = 2 * 2 * COHERENCE.neighbourhood * excess
    scale = 0.5 * data.n_values
    return own * scale > COHERENCE.clocks_share * (float(powers.sum()) * scale + around)


def _members(
    fit: Fit, candidates: list[int], centre: float, reach: float
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the fundamentals whose strongest line is within `reach`, and these lines."""
    power, structure = line_powers(fit), fit.structure
    members, lines = [], []
    for k in candidates:
        own = np.flatnonzero(structure.parent == k)
        line = int(own[power[own].argmax()])
        if abs(structure.line_frequency[line] - centre) <= reach:
            members.append(k)
            lines.append(line)
    return np.array(members, dtype=np.intp), np.array(lines, dtype=np.intp)


def _clocks(data: Data, fit: Fit, output: int) -> float:
    """Return the logarithm of the likelihood with every line a clock, the scale of noise fitted."""
    own = slice(output, output + 1)
    return with_free_scale(fit.chi2[own], value_counts(data)[own], rounding(data)[own])


def _with_error(peak: BroadPeak, unit: str) -> str:
    """Return a coherence time in words, with its error where the likelihood tells one."""
    error = f" +- {peak.time_error:.2g}" if peak.time_error > 0.0 else ""
    return f"{peak.time:.3g}{error} {unit}".rstrip()


def coherence_notes(
    peaks: Sequence[BroadPeak], frequency: Floats, baseline: float, unit: str = ""
) -> list[str]:
    """Return a sentence about each cycle that is no clock, as far as the baseline tells it.

    Each is called by the period of its row: `frequency` holds those of all fundamentals.
    """
    return [
        f"period {in_unit(1 / frequency[p.leader], unit)}: not coherent over the baseline, a "
        f"broad peak"
        + (f" of {len(p.members)} lines" if len(p.members) > 1 else "")
        + f" with the coherence time {_with_error(p, unit)}; beyond the "
        f"data it fades from predictions with that time; `track` tells its phase in time"
        # two lines that beat forget nothing, and look the same for less than a beat or two
        + (
            "; power next to it is not resolved over the baseline: it may be a close companion"
            if p.time > 0.5 * baseline
            else ""
        )
        for p in peaks
    ]
