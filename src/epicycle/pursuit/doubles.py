"""Where the comparison of waveforms is clear, and the lines one by one are not.

A waveform whose halves are nearly alike has its strong lines at even orders.  What tells the halves
apart is in many orders, none of which may pay for itself; together, as a waveform, they do.
"""

from __future__ import annotations

import math

import numpy as np
from scipy.stats import chi2

from epicycle.evidence.comparison import repeated
from epicycle.evidence.waveforms import Ranking, rival_at
from epicycle.fit.criteria import deviance, value_counts
from epicycle.fit.joint import Fit
from epicycle.fit.linearised import QUICK
from epicycle.fit.refine import fit_lines
from epicycle.limits import HARMONICS, WAVEFORMS
from epicycle.samples.data import Data


def as_double(
    data: Data,
    fit: Fit,
    ranking: Ranking,
    orders: tuple[int, ...],
    sinusoidal: float | None,
    most: int,
) -> Fit | None:
    """Return the fit with the likeliest waveform, whose lines seem to be those of a multiple of it.

    Lines that tell it from the multiple are too weak to be chosen one by one, but the waveforms say
    that it is far likelier: an amplitude that varies brings that to ten times.  None
    where they do not, or where there is no such multiple.  No order is above `most`.
    """
    first = ranking.rivals[0]
    if orders == (1,) and sinusoidal is not None:
        times = round(sinusoidal / first.frequency)
        near = abs(sinusoidal - times * first.frequency) < 0.5 * times / data.baseline
        times = times if near else 1
    else:
        times = math.gcd(*orders)
    if times not in (2, 3) or times > most:
        return None
    multiple = rival_at(ranking.rivals, times * first.frequency, 0.5 * times / data.baseline)
    if multiple is None or multiple.bic - first.bic < 2.0 * math.log(WAVEFORMS.despite_lines):
        return None
    shown = {times, *(o for o in orders if o % times == 0)}
    n = value_counts(data)
    room = int((n.min() / HARMONICS.values_each - fit.n_parameters) / 2) - len(shown)
    telling = [o for o in range(1, min(WAVEFORMS.telling * times, most + 1)) if o % times]
    telling = telling[: max(min(room, WAVEFORMS.telling), 1)]
    k = len(fit.structure.frequency)
    free = np.arange(k + 1) == k

    def fitted(some: set[int]) -> Fit:
        structure = fit.structure.plus(first.frequency, tuple(sorted(some)))
        return fit_lines(data, structure, absolute=False, futile=QUICK, max_steps=3, free=free)

    # where noise explains what tells them apart, the waveforms saw something else: two close lines
    gain = deviance(data, fitted(shown), n) - deviance(data, fitted({*shown, *telling}), n)
    if chi2.sf(gain, 2 * data.y.shape[1] * len(telling)) >= WAVEFORMS.chance_of_double:
        return None
    return fitted({1, *shown, *orders})


def is_undecided(ranking: Ranking, sinusoidal: float | None, data: Data) -> bool:
    """Return whether a sinusoid may as well stand where the ordinary search begins.

    So it may where no waveform was compared there, since the samples show none more than once.
    """
    if sinusoidal is None:
        return True
    times = np.unique(data.times.to_float())
    if not len(repeated(np.array([sinusoidal]), times)):
        return True
    baseline = data.baseline
    likeliest = min(r.bic for r in ranking.rivals)
    return any(
        abs(r.frequency - sinusoidal) < 0.5 / baseline
        and r.bic - likeliest < 2.0 * math.log(WAVEFORMS.clear)
        for r in ranking.rivals
    )
