"""Fitted models -> the rhythm that the user gets, in the user's units."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from epicycle.changing import verdict as judge
from epicycle.changing.amplitude import judged
from epicycle.changing.average import Course, average, kept, mean_rate
from epicycle.changing.begin import Family
from epicycle.changing.design import HARMONIC
from epicycle.changing.ladder import STRENGTHS, Ladder
from epicycle.changing.rhythm import Curves, Rhythm, Shift, Verdict
from epicycle.changing.wishes import Given
from epicycle.limits import CHANGING
from epicycle.samples.arrays import Floats
from epicycle.samples.times import UNIT_SECONDS

#: Times per cycle of the curves, within the data and beyond.
_FINE, _COARSE = 12, 3

#: Log odds beyond these are as good as certain; their exponential is a number.
_CERTAIN = 600.0

#: What a verdict means in a sentence about what else it may be.
_WORDS = {
    "drifting": "drifts steadily",
    "shifted": "is shifted suddenly",
    "wandering": "wanders smoothly",
    "diffusing": "scatters from cycle to cycle",
    "decaying": "decays",
    "growing": "grows",
    "varying": "varies",
}


def answer(
    given: Given,
    ladder: Ladder,
    families: Sequence[Family],
    reference: float,
    values: tuple[float, float],
) -> Rhythm:
    """Return the rhythm, with others beside it where there are several.

    Parameters
    ----------
    given : Given
    ladder : Ladder
    families : sequence of Family
        All models, those with shifts included.
    reference : float
        The reference frequency, per unit of time.
    values : (float, float)
        Mean and standard deviation of the values.
    """
    first, *rest = (
        _one(given, ladder, families, reference, values, rhythm)
        for rhythm in range(len(ladder.setting.frequency))
    )
    return replace(first, others=tuple(rest))


def _one(
    given: Given,
    ladder: Ladder,
    families: Sequence[Family],
    reference: float,
    values: tuple[float, float],
    rhythm: int,
) -> Rhythm:
    """Return one of the rhythms; the level is told with the first only."""
    setting = ladder.setting
    odds = judge.odds_of(families)
    period = judge.period_verdict(odds)
    best = max((one for one in families if one.name == period), key=lambda one: one.log_evidence)
    amplitude = judged(setting, best, rhythm)
    models = kept(families)
    course = average(models, rhythm, _times(setting.record.half, setting.known))
    rate, rate_error = mean_rate(models, rhythm)
    frequency = reference * setting.frequency[rhythm]
    there = max(one.log_evidence for one in families) - judge.no_rhythm(setting)
    life = amplitude.lifetime
    coherence = judge.coherence_time(best, rhythm) if period == "diffusing" else None
    share = best.share
    return Rhythm(
        verdict=Verdict(period, amplitude.verdict),
        odds={
            "period": _exp(odds),
            "amplitude": _exp(amplitude.odds),
            "rhythm": math.exp(min(there, _CERTAIN)),
        },
        undecided=_undecided((odds, amplitude.odds), Verdict(period, amplitude.verdict), there)
        + _too_few(2 * setting.record.half),
        mean_period=1 / (rate * reference),
        mean_period_error=rate_error / (rate**2 * reference),
        shifts=_shifts(given, families, period, best, reference),
        lifetime=None if life is None else life[0] / reference,
        lifetime_error=None if life is None else life[1] / reference,
        coherence_time=None if coherence is None else coherence[0] / reference,
        coherence_time_error=None if coherence is None else coherence[1] / reference,
        variation_limit=judge.variation_limit(ladder.families, STRENGTHS) / (rate * reference),
        waveform=_waveform(best, rhythm),
        noise=values[1] * float(np.sqrt(share @ best.batch.variance)),
        unit=given.scale.unit,
        n_samples=len(given.t),
        n_dropped=given.n_dropped,
        reference_time=given.scale.to_user(given.reference),
        baseline=given.span,
        frequency=frequency,
        curves=_curves(course, reference, setting.frequency[rhythm], values, rhythm),
        scale=given.scale,
        reference=given.reference,
        samples=(given.t, given.y),
    )


def _times(half: float, known: Sequence[float]) -> Floats:
    """Return the times of the curves, in cycles: both sides of what happens at one time, too."""
    inside = np.linspace(-half, half, max(int(_FINE * 2 * half), 24) + 1)
    count = max(int(_COARSE * 2 * CHANGING.beyond * half), 12)
    more = np.linspace(half, half * (1 + 2 * CHANGING.beyond), count + 1)[1:]
    sides = [at + side for at in known for side in (-1e-9 * half, 0.0)]
    return np.unique(np.concatenate([-more, inside, sides, more]))


def _curves(
    course: Course, reference: float, relative: float, values: tuple[float, float], rhythm: int
) -> Curves:
    """Return a course in the user's units, counted from the rhythm's own steady clock."""
    centre, size = values
    nothing = np.zeros_like(course.t)
    return Curves(
        t=course.t / reference,
        away=course.turns - (relative - 1.0) * course.t,
        away_error=course.turns_error,
        frequency=np.maximum(course.rate, 1e-3) * reference,
        frequency_error=course.rate_error * reference,
        log_amplitude=course.swell + np.log(size),
        log_amplitude_error=course.swell_error,
        level=nothing if rhythm else centre + size * course.level,
        level_error=nothing if rhythm else size * course.level_error,
    )


def _exp(odds: dict[str, float]) -> dict[str, float]:
    return {k: math.exp(min(max(v, -_CERTAIN), _CERTAIN)) for k, v in odds.items()}


def _waveform(family: Family, rhythm: int) -> tuple[tuple[float, float], ...]:
    numbers = HARMONIC * (family.share @ family.batch.part("harmonics", rhythm))
    used = family.batch.terms[0].harmonics - 1
    pairs = numbers[: 2 * used].reshape(-1, 2).tolist()
    return ((1.0, 0.0), *((a, b) for a, b in pairs))


def _undecided(
    odds: tuple[dict[str, float], dict[str, float]], verdict: Verdict, there: float
) -> tuple[str, ...]:
    """Return what the data leave open, in sentences.

    Parameters
    ----------
    odds : tuple of dict
        Log odds of what the period does, and of what the amplitude does.
    verdict : Verdict
    there : float
        Log odds for a rhythm.
    """
    texts = []
    if there < math.log(CHANGING.clear):
        texts.append(
            f"whether there is a rhythm at all: trend and noise alone have odds of "
            f"{math.exp(min(-there, _CERTAIN)):.2g} to 1 against it"
        )
    period = odds[0]
    others = judge.undecided(period, verdict.period)
    if others:
        words = " or ".join(_WORDS[name] for name in others)
        ratio = math.exp(min(period[verdict.period] - period[others[0]], _CERTAIN))
        texts.append(
            f"whether it {_WORDS[verdict.period]} or {words}: odds {ratio:.2g} to 1 for the former"
        )
    for what, given, own in zip(
        ("period", "amplitude"), (verdict.period, verdict.amplitude), odds, strict=True
    ):
        best = max(own, key=lambda name: own[name])
        if given == "constant" and own[best] > math.log(CHANGING.told):
            texts.append(
                f"whether the {what} is constant: {math.exp(own[best]):.2g} to 1 are odds for "
                f"one that {_WORDS[best]}, and less than {CHANGING.clear:.0f} to 1 is not clear"
            )
    return tuple(texts)


def _too_few(cycles: float) -> tuple[str, ...]:
    """Return what so few cycles leave open."""
    if cycles >= CHANGING.cycles:
        return ()
    return (
        f"how the period changes: {cycles:.2g} cycles are too few to tell a change from trend, "
        f"noise and a changing amplitude",
    )


def _shifts(
    given: Given, families: Sequence[Family], period: str, best: Family, reference: float
) -> tuple[Shift, ...]:
    """Return the shifts of the verdict, and those at times that the user gave."""
    at_known = [one for one in families if one.name == "shifted" and one.known]
    if at_known:
        steps = judge.steps(at_known)
    elif period == "shifted":
        steps = judge.steps([best])
    else:
        return ()
    unit = given.scale.unit
    hour = float(UNIT_SECONDS[unit] / UNIT_SECONDS["h"]) if unit in UNIT_SECONDS else math.nan
    found = []
    for one in steps:
        before, after = one.before[0] * reference, one.after[0] * reference
        # a phase in turns is a time by the mean of both periods
        cycle = 0.5 * (1 / before + 1 / after)
        found.append(
            Shift(
                time=given.scale.to_user(given.reference + one.time[0] / reference),
                time_error=one.time[1] / reference,
                phase=one.phase[0],
                phase_error=one.phase[1],
                hours=one.phase[0] * cycle * hour,
                hours_error=one.phase[1] * cycle * hour,
                duration=one.phase[0] * cycle,
                duration_error=one.phase[1] * cycle,
                period_before=1 / before,
                period_before_error=one.before[1] * reference / before**2,
                period_after=1 / after,
                period_after_error=one.after[1] * reference / after**2,
            )
        )
    return tuple(found)
