"""Overtones in rows of their own, and orders above the Nyquist frequency of equal steps.

With few harmonics allowed, the overtones of a waveform are found as cycles: each in a row that
looks like a discovery.  And in samples at equal steps a sharp waveform may have orders that no
single turn shows: its turns meet the steps at different phases, and together they are sampled more
finely.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from epicycle.limits import LINES
from epicycle.pursuit.combs import nyquist
from epicycle.results.cycles import Cycle
from epicycle.samples.data import Data
from epicycle.samples.units import in_unit


def overtone_notes(cycles: Sequence[Cycle], harmonics: int, unit: str) -> list[str]:
    """Return a sentence for each row at a multiple of the frequency of a stronger one.

    Only multiples that the fit was not allowed to have as harmonics: of others it has decided.

    Parameters
    ----------
    cycles : sequence of Cycle
        What is claimed, strongest first.
    harmonics : int
        Highest harmonic allowed.
    unit : str
        Unit of time.
    """
    notes = []
    for k, one in enumerate(cycles):
        for first in cycles[:k]:
            order = round(one.frequency / first.frequency)
            error = float(np.hypot(one.frequency_error, order * first.frequency_error))
            off = abs(one.frequency - order * first.frequency)
            # (where errors are as wide as the multiples are apart, any line stands at one)
            told = LINES.overtone * error < LINES.overtone_chance * first.frequency
            if order > harmonics and told and off < LINES.overtone * error:
                notes.append(
                    f"period {in_unit(one.period, unit)}: stands at {order} times the frequency of "
                    f"{in_unit(first.period, unit)}, an overtone of that cycle rather than a cycle "
                    f"of its own; harmonics={harmonics} keeps the two apart"
                )
                break
    return notes


def folded_notes(cycles: Sequence[Cycle], data: Data, regular: bool, unit: str) -> list[str]:
    """Return a sentence for each cycle with orders above the Nyquist frequency of equal steps."""
    if not regular:
        return []
    highest_seen = nyquist(data)
    step = in_unit(0.5 / highest_seen, unit)
    notes = []
    for one in cycles:
        highest = max(h.order for h in one.harmonics)
        most = int(highest_seen * one.period * (1 + 1e-9))
        if highest > most:
            notes.append(
                f"period {in_unit(one.period, unit)}: its orders above {most} are beyond the "
                f"Nyquist frequency of samples every {step}: they are told by many "
                f"turns, which meet the samples at different phases, if all have one shape"
            )
    return notes
