"""``compare``: how the rhythms of groups differ, with the scatter between subjects."""

from __future__ import annotations

from typing import Any

import numpy as np

from epicycle.changing.wishes import check_period
from epicycle.experiments.compared_groups import described, fit_groups
from epicycle.experiments.compared_notes import notes_of
from epicycle.experiments.compared_pairs import all_differences, anything
from epicycle.experiments.compared_samples import ComparedSamples, check_compared, time_in
from epicycle.experiments.compared_waveform import fit_waveform
from epicycle.experiments.comparison import Comparison
from epicycle.experiments.cosinor_series import Plan, fit_series
from epicycle.experiments.damped_series import fit_damped
from epicycle.samples.options import check_count, check_positive


def compare(
    t: Any,
    y: Any,
    group: Any = None,
    *,
    subject: Any = None,
    period: Any = None,
    reference: Any = None,
    paired: bool | None = None,
    damped: bool = False,
    harmonics: int | None = None,
    trend: int = 0,
    at: Any = None,
    unit: str | None = None,
    confidence: float = 0.95,
) -> Comparison:
    """Return how the rhythms of groups differ, with errors, intervals and p-values.

    Parameters
    ----------
    t : array_like, shape (n,)
        Times: numbers or datetimes, at any distances.
    y : array_like, shape (n,) or (n, d)
        Values, NaN where missing.  Of a wide table, d columns, each is a subject.
    group : array_like, shape (n,) or (d,), or mapping, optional
        Label of the group of each value, or of each column; a mapping of the names of columns to
        groups.  Of a wide table without it, names such as WT_1, WT_2, KO_1 tell.
    subject : array_like, shape (n,), optional
        Label of the subject (animal, dish, person) of each value.  Each then has a rhythm of its
        own, and the scatter between subjects is what a difference is measured by.  Without it
        samples are the replicates, as where each is of another animal.
    period : float or tuple of float
        The period where it is known, which is held; or a range, such as (18, 32), in which that of
        each series is fitted and then compared.
    reference : str, optional
        The group that others are compared with; by default one that is called like a control, or
        else the first.
    paired : bool, optional
        Whether differences are taken within subjects, who are in several groups.  By default they
        are where each subject is in more than one group, unless these look like genotypes.
    damped : bool
        Whether amplitudes change along the record: each series is then followed by
        :func:`epicycle.track`, and its amplitude is that at the reference time.
    harmonics : int, optional
        Harmonics of the waveform.  Amplitude and phase are those of the fundamental.  By default
        one, or two where these show the rhythms of all subjects together far more clearly, as
        those of animals that are active at dawn and dusk; a note says so.
    trend : int
        Degree of a polynomial that each series has besides.
    at : float or datetime, optional
        Reference time, at which phases and amplitudes of fitted periods stand: a number as times
        are, of dates a date or a time since the midnight before the first; by default the middle of
        all data.
    unit : str, optional
        Unit of time; of datetimes, hours by default.
    confidence : float
        Of the intervals.

    Returns
    -------
    Comparison

    Raises
    ------
    TypeError, ValueError
        If the arguments cannot be used; the message says what to pass.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(1)
    >>> t = np.tile(np.arange(0, 72, 4.0), 6)
    >>> animal = np.repeat(["a", "b", "c", "d", "e", "f"], 18)
    >>> mutant = animal > "c"
    >>> y = 10 + np.cos(2 * np.pi * (t - 6 - 3 * mutant) / 24) + 0.3 * rng.normal(size=108)
    >>> genotype = np.where(mutant, "KO", "WT")
    >>> found = compare(t, y, genotype, subject=animal, period=24, unit="h")
    >>> phase = found.difference("phase")
    >>> phase.low < 3 < phase.high, phase.p_value < 0.01
    (True, True)
    """
    samples = check_compared(t, y, group, subject, reference, unit)
    plan = _plan(samples, period, at, 1 if harmonics is None else harmonics, trend, damped=damped)
    confidence = check_positive(confidence, "confidence", below=0.9999)
    pairs, why = _paired(samples, paired)
    if damped or harmonics is not None:
        groups = fit_groups(samples, plan, fit_damped if damped else fit_series, paired=pairs)
    else:
        groups, plan, of_waveform = fit_waveform(samples, plan, paired=pairs)
        why += of_waveform
    rows = all_differences(groups, plan, paired=pairs, confidence=confidence)
    p, test = anything(groups, rows, plan)
    held = 1.0 / plan.lowest if plan.held else None
    return Comparison(
        groups=tuple(described(one, plan) for one in groups),
        differences=rows,
        p_value=p,
        test=test,
        design="samples" if samples.subject is None else "paired" if pairs else "subjects",
        period=held,
        period_range=None if plan.held else (1.0 / plan.highest, 1.0 / plan.lowest),
        at=plan.at,
        origin=samples.origin,
        unit=samples.unit,
        confidence=confidence,
        n_dropped=samples.n_dropped,
        harmonics=plan.harmonics,
        notes=(*samples.notes, *why, *notes_of(samples, groups, rows, plan)),
    )


def _plan(
    samples: ComparedSamples, period: Any, at: Any, harmonics: Any, trend: Any, *, damped: bool
) -> Plan:
    """Return how series are fitted, checked.

    Raises
    ------
    ValueError
        If the period is not told, or another option cannot be used.
    """
    if period is None:
        raise ValueError(
            "period is needed: expected the period where it is known, such as period=24, or a "
            "range in which each series is fitted, such as period=(18, 32). To find an unknown "
            "one, search with epicycle.find_cycles first."
        )
    first, last = float(samples.t.min()), float(samples.t.max())
    if last <= first:
        raise ValueError("all values are of one time: a rhythm needs several.")
    if damped or np.size(period) == 2:
        shortest, longest = check_period(period)
    else:
        shortest = longest = check_positive(period, "period")
    if shortest < longest and last - first < shortest:
        raise ValueError(
            f"the data span {last - first:.4g}, less than one period of {shortest:g}: a period "
            f"cannot be fitted. To fix this, hold it, as in period={shortest:g}."
        )
    middle = 0.5 * (first + last)
    if at is not None:
        middle = time_in(samples, at)
    elif last - first > 20:
        middle = round(middle)
    return Plan(
        lowest=1.0 / longest,
        highest=1.0 / shortest,
        at=float(middle),
        harmonics=check_count(harmonics, "harmonics"),
        trend=check_count(trend, "trend", minimum=0),
    )


def _paired(samples: ComparedSamples, wish: bool | None) -> tuple[bool, list[str]]:
    """Return whether differences are taken within subjects, and why.

    Raises
    ------
    ValueError
        If the user asks for it and no two groups share a subject.
    """
    if samples.subject is None:
        if wish:
            raise ValueError(
                "paired=True needs subjects. To fix this, name the subject of each value with "
                "subject=."
            )
        return False, []
    members = [set(samples.subject[samples.group == g]) for g in range(len(samples.labels))]
    everyone = set().union(*members)
    shared = {one for one in everyone if sum(one in m for m in members) > 1}
    if not shared:
        if wish:
            raise ValueError(
                "paired=True, but no subject is in two groups. To fix this, give a subject the "
                "same label in each, or leave out paired."
            )
        return False, []
    if wish is False:
        return False, []
    if wish is None and samples.inborn:
        return False, [
            f"{len(shared)} labels of subjects are in several groups, which look like genotypes: "
            f"no subject has two, so that each is taken for another one in each group (paired=True "
            f"takes differences within them)"
        ]
    if wish or len(shared) == len(everyone):
        note = (
            "the same subjects are in several groups: differences are taken within subjects "
            "(paired=False where the labels are of different subjects)"
        )
        alone = sorted(everyone - shared)
        left = [f"not paired, and left out of differences: {', '.join(alone)}"] if alone else []
        return True, [*([note] if wish is None else []), *left]
    return False, [
        f"{len(shared)} of {len(everyone)} subjects are in several groups, which are compared as "
        f"if all were different (paired=True compares within those {len(shared)})"
    ]
