"""The numbers that decide something for the user: value, unit, what holds it, and its origin.

Each stands in the table of its theme as ``decides(value, unit, bench, origin)``, see
:func:`epicycle.limits.fields.decides`, with its meaning below.
Code reads them from the instances, as in ``CYCLES.minimum``.
"""

from __future__ import annotations

from epicycle.limits.actigraphy import ACTIGRAPHY
from epicycle.limits.ahead import AHEAD
from epicycle.limits.beyond import EFFECTS, EVENTS, LEARNING
from epicycle.limits.changing import CHANGING
from epicycle.limits.comparing import COMPARING
from epicycle.limits.fields import decides
from epicycle.limits.genes import GENES
from epicycle.limits.inputs import CHUNKS, INPUTS
from epicycle.limits.lines import DIPS, HARMONICS, LINES, PAIRS, SHARP, WAVEFORMS
from epicycle.limits.scalograms import SCALOGRAM
from epicycle.limits.searching import CYCLES, LADDER, NOISE, RHYTHM, SCATTERS, SEARCH, TRIALS
from epicycle.limits.verdicts import ALIASES, ASKED, COHERENCE, FRINGES, HONESTY, STEADINESS

__all__ = [
    "ACTIGRAPHY",
    "AHEAD",
    "ALIASES",
    "ASKED",
    "CHANGING",
    "CHUNKS",
    "COHERENCE",
    "COMPARING",
    "CYCLES",
    "DIPS",
    "EFFECTS",
    "EVENTS",
    "FRINGES",
    "GENES",
    "HARMONICS",
    "HONESTY",
    "INPUTS",
    "LADDER",
    "LEARNING",
    "LINES",
    "NOISE",
    "PAIRS",
    "RHYTHM",
    "SCALOGRAM",
    "SCATTERS",
    "SEARCH",
    "SHARP",
    "STEADINESS",
    "TRIALS",
    "WAVEFORMS",
    "decides",
]
