"""What was searched, in words: how many samples over which time, and which periods.

Lines below the table of a result, and parts of the summary of its report.
"""

from __future__ import annotations

from epicycle.look.human import human_period, human_periods
from epicycle.results.result import Result
from epicycle.views.asked import question


def span(model: Result) -> str:
    """Return how much time the samples span; a bare number is said to be one of time."""
    text = human_period(model.baseline, None, model.unit)
    return text if model.unit else f"a time of {text}"


def lines(model: Result) -> list[str]:
    """Return a line about the samples and one about the periods that were searched.

    Parameters
    ----------
    model : Result
        A result of :func:`epicycle.find_cycles`.

    Returns
    -------
    list of str
    """
    told = f"{'events' if model.of_events else 'samples'}: {model.n_samples} over {span(model)}"
    if model.n_dropped:
        told += f", {model.n_dropped} without values left out"
    if model.n_repeated:
        told += f", {model.n_repeated} at times that others have too"
    if not model.is_sorted:
        told += ", not in the order of time (it does not matter)"
    if model.asked is not None:
        return [told, f"asked: {question(model.asked, model.unit)}"]
    search = model.search
    shortest, longest = human_periods(
        [1 / search.maximum_frequency, 1 / search.minimum_frequency], model.unit
    )
    return [told, f"searched: periods from {shortest} to {longest} ({search.reason})"]
