"""Frequencies by the evidence for a waveform at each, and which of them are one and the same."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from epicycle._twofloat import Floats

#: So many frequencies are compared to the end; halves, thirds and doubles of so many join them.
FINALISTS = 8
RELATED = 4


@dataclass(frozen=True)
class Rival:
    """A frequency that a cycle may have instead.

    Attributes
    ----------
    frequency : float
        Refined with its harmonics.
    bic : float
        Minus twice the logarithm of its evidence; only differences mean something.
    power : float
        Share of the variance that its waveform explains.
    """

    frequency: float
    bic: float
    power: float


@dataclass(frozen=True)
class Ranking:
    """Rivals by descending evidence.

    Attributes
    ----------
    rivals : tuple of Rival
        The likeliest first.
    log_evidence : float
        Of the likeliest, every value counted in full: comparable between models of the same
        values.
    """

    rivals: tuple[Rival, ...]
    log_evidence: float


def with_relatives(
    frequency: Floats, start: Floats, limits: tuple[float, float], near: float
) -> Floats:
    """Return what is compared to the end: the likeliest first, and what they may be in truth.

    Of `frequency`, by descending evidence, the first, their halves, thirds and doubles; and the
    first of those to begin with.
    """
    best, few = frequency[:FINALISTS], frequency[:RELATED]
    every = np.concatenate([best, start[:RELATED], few / 2, few / 3, few * 2])
    return apart(every, limits, near)


def apart(frequency: Floats, limits: tuple[float, float], near: float) -> Floats:
    """Return the frequencies within limits, without those near an earlier one."""
    kept: list[float] = []
    for f in frequency.tolist():
        if limits[0] <= f <= limits[1] and all(abs(f - other) > near for other in kept):
            kept.append(f)
    return np.array(kept)


def distinct(refined: Floats, evidence: Floats, power: Floats, baseline: float) -> list[Rival]:
    """Return the frequencies by descending evidence, the likelier of any two that are one."""
    result: list[Rival] = []
    for k in np.argsort(-evidence, kind="stable"):
        f = float(refined[k])
        if all(abs(f - other.frequency) > 0.5 / baseline for other in result):
            result.append(Rival(f, -2.0 * float(evidence[k]), float(power[k])))
    return result
