"""Groups with one waveform for all, or with a waveform each: bands of a star, instruments.

Groups that have waveforms of their own are outputs that were never measured in the same row: the
values are spread over one output per group, and everything else is the same as for other outputs.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from epicycle.effects.asked_groups import rhythms_differ
from epicycle.effects.task import Task, needed_memory
from epicycle.evidence.own_waveforms import chance_of_equality
from epicycle.evidence.waveforms import Ranking
from epicycle.fit.lines import Structure
from epicycle.fit.noise import NoiseModel
from epicycle.fit.refine import fit_lines
from epicycle.limits import EFFECTS, WAVEFORMS
from epicycle.pursuit.opening import ranked, searched_part, where_to_compare
from epicycle.samples.arrays import Floats
from epicycle.samples.budget import GIGABYTE
from epicycle.samples.checks import Samples
from epicycle.samples.data import Data, build_data
from epicycle.samples.labels import names_of
from epicycle.samples.options import HUBER
from epicycle.search.dense import DenseSearch
from epicycle.spectra.plan import SearchPlan

#: So many of the likeliest frequencies of either kind of model are compared in the other.
_PLACES = 8


def with_groups_apart(task: Task) -> Task:
    """Return the task with one output for each group, where groups have waveforms of their own.

    They do where the user says so (``per_group="waveform"``), and with "auto" where groups of one
    waveform would seldom differ as much, see :mod:`epicycle.evidence.own_waveforms`.  Frequencies
    whose waveforms were compared are kept, either way.
    """
    choice = task.options.per_group
    if choice not in ("auto", "waveform") or not may_differ(task.samples):
        return task
    n_samples, n_groups = len(task.samples.times), len(task.samples.group_labels)
    needed = needed_memory((n_samples, n_groups), own_weights=True)
    if choice == "auto" and not task.goal.budget.admits(needed):
        return replace(
            task,
            notes=(
                *task.notes,
                f"whether the {n_groups:,} groups have waveforms of their own was not decided: "
                f"that would take about {needed / GIGABYTE:.2g} GB, more than max_memory",
            ),
        )
    samples = spread(task.samples)
    data = build_data(samples, task.data.degree)
    budget = task.goal.budget
    own = replace(Task.of(samples, data, task.plan, task.options, budget), by_group=True)
    if choice == "waveform":
        return own
    if task.goal.asked is not None:
        return own if rhythms_differ(task.data, data, task.goal) else task
    differ, apart, alike = have_own_waveforms(task.data, data, (task.noise, own.noise), task.plan)
    if differ:
        return replace(own, ranking=apart)
    # (a robust loss compares values that are freed of outliers)
    return task if task.options.loss == HUBER else replace(task, ranking=alike)


def may_differ(samples: Samples) -> bool:
    """Return whether the groups of one series could have waveforms of their own."""
    counts = np.bincount(samples.group, minlength=len(samples.group_labels))
    return (
        len(counts) > 1
        and samples.output_names is None
        and counts.min() >= EFFECTS.group_fewest_values
    )


def spread(samples: Samples) -> Samples:
    """Return the samples with one output for each group."""
    n_groups = len(samples.group_labels)
    present = samples.group[:, np.newaxis] == np.arange(n_groups)
    return replace(
        samples,
        y=np.where(present, samples.y, 0.0),
        present=present,
        dy=None if samples.dy is None else np.where(present, samples.dy, 1.0),
        group=np.zeros_like(samples.group),
        group_labels=(None,),
        output_names=names_of(samples.group_labels),
    )


def gathered(values: Floats) -> Floats:
    """Return the one value that each row has, shape (n,); NaN where it has none."""
    present = np.isfinite(values)
    first = np.take_along_axis(values, present.argmax(axis=1)[:, np.newaxis], axis=1)[:, 0]
    return np.where(present.any(axis=1), first, np.nan)


def have_own_waveforms(
    shared: Data, own: Data, noise: tuple[NoiseModel, NoiseModel], plan: SearchPlan
) -> tuple[bool, Ranking | None, Ranking | None]:
    """Return whether groups have waveforms of their own, and the frequencies judged either way.

    Parameters
    ----------
    shared, own : Data
        The same values as one output with offsets, and as one output per group.
    noise : tuple of NoiseModel
        Their noise models.
    plan : SearchPlan
        The band.

    Returns
    -------
    differ : bool
        Whether groups of one waveform would differ as much with a small probability only, at the
        likeliest period of all that were compared, or waveforms of their own are far likelier.
    apart, alike : Ranking or None
        Frequencies by the evidence of own waveforms, and of one for all groups, where they were
        compared.
    """
    if own.y.shape[1] > WAVEFORMS.most_outputs:
        return False, None, None
    residual, of_each = _without_trend(shared), _without_trend(own)
    band = searched_part(plan)
    further = DenseSearch(shared, band).maxima(residual, np.ones(1)).frequency
    size = np.maximum((own.weights * of_each**2).sum(axis=0), 1e-300)
    places = [further, DenseSearch(own, band).maxima(of_each, size).frequency]
    start = where_to_compare(own, of_each, noise[1], plan, further)
    apart = alike = None
    if start is not None:
        apart = ranked(own, of_each, noise[1], start)
        likeliest = np.array([rival.frequency for rival in apart.rivals[:_PLACES]])
        every = np.concatenate([likeliest, start.frequency])
        alike = replace(
            ranked(shared, residual, noise[0], replace(start, frequency=every)), by_group=False
        )
        places += [likeliest, np.array([rival.frequency for rival in alike.rivals[:_PLACES]])]
    frequency = np.unique(np.concatenate(places))
    frequency = frequency[frequency * own.baseline >= EFFECTS.group_turns]
    chance = chance_of_equality(
        own, of_each, noise[1], frequency, plan.highest_line, band.n_frequencies
    )
    # the test takes the noise of groups as independent; what they share at one moment, as the
    # cycles of a star that differ in all of its bands alike, only the evidence knows
    gain = 0.0 if apart is None or alike is None else apart.log_evidence - alike.log_evidence
    return chance < EFFECTS.group_chance or gain > EFFECTS.group_gain, apart, alike


def _without_trend(data: Data) -> Floats:
    return fit_lines(data, Structure.empty(), absolute=True, max_steps=0).residual
