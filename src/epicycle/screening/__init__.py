r"""The strongest sinusoid of each of many short series, in a small part of a full search's time.

The spectrum, the band and its grid are those of :func:`epicycle.find_cycles`, mean and trend are
refitted at every frequency, and the highest maximum is refined to the least-squares optimum.
Errors are the Cramer-Rao bound with the scatter that the residual shows; the false-alarm
probability is that of the first line of a full search (:mod:`epicycle.evidence.significance`).

What a screening does not look at: harmonics and the shape of a waveform, the odds of aliases,
drifting frequencies, coherence, a second cycle, and the noise around the line, which the errors
of a full search contain.  It finds which series are worth that search, and where it will begin.
A waveform far from a sinusoid can be strongest at a multiple of its frequency: eclipses appear at
half of their period.

What it says of a line that may be no cycle, in `note`:

==============  =================================================================================
"slow"          fewer than five cycles over the baseline, or below the longest period asked for:
                a drift may look like this, and nothing weaker was looked for beneath it
"edge"          the power is highest at an end of the band, and may be higher beyond
"constant"      nothing is left when mean and trend are taken away
"too few"       fewer samples than a period is claimed from
==============  =================================================================================
"""

from epicycle.screening.screen import Screening, screen

__all__ = ["Screening", "screen"]
