"""One harmonic or two: what waveforms of a comparison have where the user leaves it open."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from epicycle.experiments.compared_groups import GroupFit, fit_groups
from epicycle.experiments.compared_samples import ComparedSamples
from epicycle.experiments.cosinor_series import Plan, fit_series
from epicycle.limits import COMPARING


def fit_waveform(
    samples: ComparedSamples, plan: Plan, *, paired: bool
) -> tuple[list[GroupFit], Plan, list[str]]:
    """Return the rhythms of all groups, how they were fitted, and a note where it was by two.

    Animals that are active at dawn and dusk have their second harmonic above the fundamental: to a
    sinusoid it is noise, and there is no rhythm.  What two harmonics show is compared with what
    one shows by the chance of each series' rhythm in noise, which counts parameters and noise with
    a memory.  All series are asked together, whatever their groups, so that all are fitted alike.
    A third is not tried: that of 3/2 of a period is the second of the period itself.

    Raises
    ------
    ValueError
        As :func:`epicycle.experiments.compared_groups.fit_groups`.
    """
    one = fit_groups(samples, plan, fit_series, paired=paired)
    richer = replace(plan, harmonics=2)
    try:
        two = fit_groups(samples, richer, fit_series, paired=paired)
    except ValueError:
        return one, plan, []
    alike = all(a.fits.keys() == b.fits.keys() for a, b in zip(one, two, strict=True))
    gain = _clearness(two) - _clearness(one)
    if not alike or not gain > COMPARING.second_harmonic:
        return one, plan, []
    return (
        two,
        richer,
        [
            "each waveform has two harmonics, which show the rhythms far more clearly than one "
            "(harmonics=1 fits one); amplitude and phase are those of the fundamental"
        ],
    )


def _clearness(groups: list[GroupFit]) -> float:
    """Return minus the logarithm of the chance of all these rhythms in noise, series by series."""
    chances = [fit.p_value for one in groups for fit in one.fits.values()]
    return float(-np.log(np.maximum(chances, 1e-300)).sum())
