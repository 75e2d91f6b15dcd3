"""What a comparison assumes, and what its data cannot tell, in words."""

from __future__ import annotations

import numpy as np

from epicycle.experiments.compared_groups import PERIOD, PHASE, GroupFit
from epicycle.experiments.compared_samples import ComparedSamples
from epicycle.experiments.comparison import Difference
from epicycle.experiments.cosinor_series import Plan
from epicycle.experiments.group_means import mean_of, p_value
from epicycle.limits import COMPARING


def notes_of(
    samples: ComparedSamples, groups: list[GroupFit], rows: tuple[Difference, ...], plan: Plan
) -> list[str]:
    """Return notes, those that change how a result is read first."""
    notes = _of_replicates(samples)
    for one in groups:
        notes += _of_group(one, plan, samples.unit)
        notes += _of_changes(one, plan, samples.unit)
    notes += _of_periods(rows, plan, samples.unit)
    if plan.held:
        notes.append(
            f"the period is held at {1 / plan.lowest:g} {samples.unit}".rstrip()
            + "; a range fits and compares it"
        )
    return notes


def _of_replicates(samples: ComparedSamples) -> list[str]:
    if samples.subject is not None:
        return []
    notes = [
        "samples are the replicates: this holds where each is of another subject; samples of one "
        "subject are alike, and counted one by one they make significance out of nothing "
        "(pseudo-replication): subject= names them"
    ]
    counts = []
    for g in range(len(samples.labels)):
        times, count = np.unique(samples.t[samples.group == g], return_counts=True)
        counts.append(int(np.median(count)) if len(times) > 1 else 1)
    if min(counts) > 1:
        several = f"{min(counts)}" if min(counts) == max(counts) else f"{min(counts)} or more"
        notes.append(
            f"each group has {several} values at a time: if these are the same {several} subjects "
            f"at every time, they were pooled here"
        )
    return notes


def _of_group(one: GroupFit, plan: Plan, unit: str) -> list[str]:
    notes = []
    if one.left_out and one.of_subjects:
        notes.append(f"too few values of {one.label} to fit: {', '.join(one.left_out)}, left out")
    if one.constant:
        notes.append(
            f"the values of {', '.join(one.constant)} of {one.label} never change, as of a dead "
            f"subject or sensor: left out"
        )
    for name, since in one.stopped:
        notes.append(
            f"the values of {name} of {one.label} do not change from {since:g} {unit}".rstrip()
            + " on, as of one that died: they count as they stand, unless these values, or the "
            "subject, are left out"
        )
    where = f"near {1 / plan.lowest:g} {unit}".rstrip() if plan.held else "in the range"
    if not one.rhythmic:
        notes.append(
            f"{one.label} shows no rhythm {where} (p = {one.p_value:.2g}): its phase is "
            f"undetermined, and its amplitude is what noise"
            + (", or a rhythm of another period," if plan.held else "")
            + " makes up"
        )
    elif one.of_subjects:
        silent = [name for name, fit in one.fits.items() if not fit.rhythmic]
        if silent:
            notes.append(
                f"{len(silent)} of {len(one.fits)} subjects of {one.label} show no steady rhythm "
                f"{where}: {', '.join(silent)}, left out of phase and period"
            )
        for name in one.strays:
            notes.append(
                f"the period of {name} of {one.label}, {one.fits[name].value[PERIOD]:.4g} {unit}"
                f"(p = {one.fits[name].p_value:.1g}), is weak and far from all others: noise, left "
                f"out of phase and period"
            )
        if not np.isfinite(one.estimate(PHASE).value):
            notes.append(f"phases of {one.label} scatter over the cycle: it has no mean phase")
    edge = [name for name, fit in one.fits.items() if fit.at_edge]
    if edge:
        who = f"{len(edge)} of {len(one.fits)} subjects of {one.label}"
        notes.append(
            f"the best period of {who if one.of_subjects else one.label} is an end of the range, "
            f"and counts as none: a wider range may hold it"
        )
    if one.of_subjects and len(one.fits) == 1:
        notes.append(
            f"{one.label} has one subject: what is its group's and what is its own cannot be "
            f"separated, so no interval and no p-value is told"
        )
    elif one.of_subjects and one.rhythmic and len(one.shown(PERIOD)) == 1:
        notes.append(
            f"{one.label} has one subject with a rhythm: no interval of its phase and period"
        )
    return notes


def _of_changes(one: GroupFit, plan: Plan, unit: str) -> list[str]:
    """Return what the model leaves out: a period that is another one, an amplitude that fades."""
    shown = list(one.shown(PHASE).values())
    notes = []
    for name in ("drift", "fading"):
        found = np.array([getattr(fit, name) for fit in shown])
        found = found[np.isfinite(found).all(axis=1)] if len(found) else np.zeros((0, 2))
        weights = 1.0 / np.maximum(found[:, 1] ** 2, 1e-300)
        if not len(found):
            continue
        size = float(weights @ found[:, 0] / weights.sum())
        # of one series its own error, of several their scatter, too
        own = mean_of(found[:, 0], found[:, 1] ** 2)
        clear = abs(size) > COMPARING.change * float(weights.sum() ** -0.5)
        if not clear or (len(found) > 2 and p_value(own) > COMPARING.change_chance):
            continue
        if name == "drift" and abs(size) < 1e-6 * plan.lowest:
            continue
        if name == "drift":
            word = "shorter" if size > 0 else "longer"
            notes.append(
                f"the period of {one.label} seems {word} than {1 / plan.lowest:g} {unit}".rstrip()
                + ": amplitude and phase are blurred, and a range for period= would compare periods"
            )
        elif size < 0:
            notes.append(
                f"the amplitude of {one.label} seems to fall along the record: damped=True follows "
                f"it"
            )
    return notes


def _of_periods(rows: tuple[Difference, ...], plan: Plan, unit: str) -> list[str]:
    notes = []
    place = f"{plan.at:g} {unit}".rstrip()
    for one in rows:
        if one.what == "period" and one.p_holm < COMPARING.apart:
            notes.append(
                f"the periods of {one.first} and {one.second} differ: their phases drift apart by "
                f"{abs(one.value):.2g} {unit}".rstrip()
                + f" every cycle, and their difference of phase holds at {place} only"
            )
    if not plan.held and not notes:
        notes.append(f"phases stand at {place}, where each period is its own")
    return notes
