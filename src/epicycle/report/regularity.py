"""Rest and activity in a report: how alike days are, where a rhythm is near one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from epicycle.report.days import NEAR_A_DAY
from epicycle.results.result import Result
from epicycle.samples.times import UNIT_SECONDS

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from epicycle.behaviour.result import Actigraphy

#: Samples of a series at most: what takes longer is for the command of its own.
_SAMPLES = 2_000_000

#: Pictures narrower than this, in inches, have their panels below each other.
_NARROW = 6.0

#: What a column of the table is called.
HEADINGS = ("statistic", "value", "of", "meaning")


def rest_and_activity(model: Result) -> Actigraphy | None:
    """Return what is told of days where a cycle is near one, and samples are of one series.

    None where samples are too few or too rare for it.
    """
    from epicycle.behaviour.actigraphy import actigraphy

    scale = model.predictor.scale
    if model.samples is None or model.of_events or scale.unit not in UNIT_SECONDS:
        return None
    hour = float(UNIT_SECONDS[scale.unit]) / 3600.0
    low, high = NEAR_A_DAY
    if not any(low <= cycle.period * hour <= high for cycle in model.cycles):
        return None
    t, y, group = model.samples
    several = group is not None and len(set(np.asarray(group, dtype=object).ravel().tolist())) > 1
    if several or model.output_names is not None or model.n_samples > _SAMPLES:
        return None
    try:
        return actigraphy(t, y, unit=scale.unit)
    except (TypeError, ValueError):  # too few days, or too few samples in them
        return None


def rows(found: Actigraphy) -> list[tuple[str, str, str, str]]:
    """Return name, value, what it was made of, and meaning, of each statistic that is told."""
    from epicycle.behaviour.words import statistics, used_words

    return [
        (name, value, used_words(found, name), meaning)
        for name, value, meaning in statistics(found)
        if name not in found.refused
    ]


def remarks(found: Actigraphy) -> list[str]:
    """Return how hours and rest are counted, what is not told, and notes, a sentence each."""
    from epicycle.behaviour.words import clock_words

    refused = [f"{name} is not told: {why}." for name, why in found.refused.items()]
    lines = [f"Hours are {clock_words(found)}.", f"Rest is {found.rest_rule}.", *refused]
    return [*lines, *(f"{note[0].upper()}{note[1:]}." for note in found.notes)]


def picture(found: Actigraphy, value_label: str, size: tuple[float, float]) -> Figure:
    """Draw the average day and both periodograms."""
    from epicycle.behaviour.pictures import plot_panels

    return plot_panels(found, value_label=value_label, figsize=size, across=size[0] > _NARROW)
