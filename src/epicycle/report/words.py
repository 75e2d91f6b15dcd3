"""What a report says in words: the summary, and what each picture shows to who cannot see it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from epicycle.look.human import human_number, human_period, human_probability
from epicycle.report.days import Actogram
from epicycle.report.figures import LEVELS, Diagnosis, Forecast
from epicycle.results.cycles import Cycle
from epicycle.results.result import Result
from epicycle.samples.times import UNIT_SECONDS
from epicycle.views import tables
from epicycle.views.asked import nothing_claimed
from epicycle.views.searched import span
from epicycle.views.series import Series, model_curve
from epicycle.views.spectra import first_number

if TYPE_CHECKING:
    from epicycle.behaviour.result import Actigraphy

#: Cycles named in one sentence.
_NAMED = 4


def period(cycle: Cycle, unit: str) -> str:
    """Return the period of a cycle in the unit in which one would say it."""
    return human_period(cycle.period, None if cycle.known else cycle.period_error, unit)


def explained(model: Result, series: Series) -> float:
    """Return the share of the variance that the model explains, offsets of groups left out."""
    values = series.values(model)
    total = float(np.var(values))
    rest = values - model_curve(model, series.offset, series.output)
    return 1.0 - float(np.var(rest)) / total if total > 0 else 0.0


def summary(model: Result, series: Series | None, label: str) -> list[str]:
    """Return the result in a few sentences, a paragraph each."""
    unit = model.unit
    kind = "events" if model.of_events else f"samples of {label}"
    over = f"{model.n_samples:,} {kind} over {span(model)}"
    if not model.cycles and model.asked is not None:
        of_asked = (
            f"{first_number(model.amplitude_limit):.3g}" if tables.is_limited(model) else None
        )
        answer = nothing_claimed(model.asked, of_asked)
        return [f"{over}: {answer}.", *_rest(model, series)]
    if not model.cycles:
        limit = first_number(model.amplitude_limit)
        first = f"No significant cycle was found in {over}. " + (
            f"A sinusoid of amplitude above {limit:.3g} would have been seen with 95 % probability."
            if tables.is_limited(model)
            else "How large one may be that was not seen, was not tested."
        )
        return [first, *_rest(model, series)]
    n = len(model.cycles)
    strongest = model.cycles[0]
    amplitude = human_number(
        first_number(strongest.amplitude), first_number(strongest.amplitude_error)
    )
    first = (
        f"{'One cycle was' if n == 1 else f'{n} cycles were'} found in {over}. "
        f"{'It' if n == 1 else 'The strongest'} repeats every {period(strongest, unit)}, with an "
        f"amplitude of {amplitude}"
    )
    others = [period(cycle, unit) for cycle in model.cycles[1:_NAMED]]
    if others:
        more = f" and {n - _NAMED} more" if n > _NAMED else ""
        first += f"; next in strength {'are' if n > 2 else 'is'} {', '.join(others)}{more}"
    probability = max(c.false_alarm_probability for c in model.cycles)
    second = (
        f"The probability that noise alone imitates {'it' if n == 1 else 'the least certain one'} "
        f"is {human_probability(probability)}."
    )
    return [f"{first}.", second, *_rest(model, series)]


def _rest(model: Result, series: Series | None) -> list[str]:
    if series is None:
        return []
    share = explained(model, series)
    return [
        f"The model explains {100 * share:.3g} % of the variance; what it leaves scatters with a "
        f"standard deviation of {series.scatter:.4g}."
    ]


def notes(model: Result) -> list[str]:
    """Return what else there is to know, a sentence each."""
    return [line[0].upper() + line[1:] for line in tables.notes(model)]


def of_spectrum(model: Result) -> str:
    """Return what the picture of the spectra shows."""
    peaks = ", ".join(period(c, model.unit) for c in model.cycles[:_NAMED])
    shown = f"Peaks at periods of {peaks}." if peaks else "No peak is significant."
    return (
        f"Power over frequency, of the data and of what is left of them, with the line of "
        f"significance, and the spectral window below. {shown}"
    )


def of_fold(model: Result, k: int) -> str:
    """Return what the picture of a fold shows."""
    cycle = model.cycles[k]
    amplitude = first_number(cycle.amplitude)
    n = len(cycle.harmonics)
    shape = "a sinusoid" if n == 1 else f"a waveform of {n} harmonics"
    return (
        f"Values over the phase of cycle {k + 1}, of period {period(cycle, model.unit)}, with all "
        f"else removed, twice: {shape} of amplitude {amplitude:.3g}."
    )


def of_event_fold(model: Result, k: int) -> str:
    """Return what the picture of folded events shows."""
    cycle = model.cycles[k]
    share = 100 * first_number(cycle.amplitude)
    return (
        f"Rate of the events over the phase of cycle {k + 1}, of period "
        f"{period(cycle, model.unit)}, twice: it varies by {share:.3g} % of its mean to either "
        f"side of the middle."
    )


def of_fit(model: Result, series: Series) -> str:
    """Return what the picture of data and model shows."""
    return (
        f"{len(series.offset):,} samples and the model over time, and below them the residual, "
        f"which scatters around zero by {series.scatter:.3g}."
    )


def as_drawn(model: Result, series: Series) -> str:
    """Return what was done to the values before they were drawn; nothing to those of one group."""
    if len(series.groups) < 2:
        return ""
    divided = ", and values divided by their gains" if model.gains else ""
    return f"Offsets between groups are removed{divided}."


def of_components(model: Result, n: int) -> str:
    """Return what the picture of the components shows."""
    each = "; ".join(
        f"cycle {k + 1} with amplitude {first_number(c.amplitude):.3g}"
        for k, c in enumerate(model.cycles[:n])
    )
    return f"The parts of the model over time: trend and slow variation; {each}."


def of_forecast(model: Result, plan: Forecast) -> str:
    """Return what the picture of the forecast shows."""
    length = human_period(plan.end - plan.begin, None, model.unit)
    levels = " and ".join(f"{100 * level:.0f} %" for level in sorted(LEVELS))
    return (
        f"The end of the data, and the model {length} beyond it with intervals that hold {levels} "
        f"of new values."
    )


def of_residual(found: Diagnosis) -> str:
    """Return what the pictures of the residual show."""
    worst = int(np.abs(found.correlation).argmax()) + 1
    outside = int(np.count_nonzero(np.abs(found.correlation) > found.limit))
    tails = {0: "No residual is", 1: "One residual is"}.get(
        found.beyond, f"{found.beyond:,} residuals are"
    )
    worst_pair = "neighbours" if worst == 1 else f"samples {worst} apart"
    verdict = (
        "In time they look independent of each other."
        if outside <= 2 + len(found.correlation) // 10
        else f"They are not independent: {worst_pair} have a correlation of "
        f"{found.correlation[worst - 1]:.2f}.  The errors of each cycle allow for what is left "
        f"near its own frequency."
    )
    return f"{tails} further than four standard deviations from the model.  {verdict}"


def of_actogram(model: Result, found: Actogram) -> str:
    """Return what the actogram shows."""
    hour = float(UNIT_SECONDS[model.unit]) / 3600.0
    drift = 60.0 * (found.cycle.period * hour - 24.0)
    error = 60.0 * found.cycle.period_error * hour
    moves = (
        "stays at the same hour from day to day"
        if abs(drift) < 2 * error
        else f"comes {abs(drift):.3g} minutes {'later' if drift > 0 else 'earlier'} every day"
    )
    return (
        f"Each day is a row, shown beside the next day; light is high. The maximum of cycle "
        f"{found.number + 1}, {period(found.cycle, model.unit)}, marked by dots, {moves}."
        + (" Triangles are onsets and offsets of activity." if len(found.onsets) else "")
    )


def of_activity(found: Actigraphy) -> str:
    """Return what the average day and the periodograms show."""
    from epicycle.behaviour.words import statistics

    told = {name: value for name, value, _ in statistics(found) if name not in found.refused}
    names = ("M10", "L5", "chi-square", "Lomb-Scargle")
    return ". ".join(f"{name}: {told[name]}" for name in names if name in told) + "."
