"""Cycles whose amplitude varies slowly: which of them, and how.

The variation is taken out of the values, ``y - (e - 1) w``, and the pursuit is made of what is
left, in which every cycle has its mean amplitude.  Whether a cycle varies is decided by evidence:
against a constant amplitude; against the lines that were found beside it, for a cycle that varies
has such lines, and so have two close cycles that beat; and against noise that is stronger there,
of which as much is in quadrature, where a varying amplitude leaves nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np

from epicycle.effects.task import Task
from epicycle.effects.variation import _infer, _Variation, _waveform
from epicycle.evidence.envelope import Envelope
from epicycle.fit.criteria import information_criterion, price_of_parameters, value_counts
from epicycle.fit.joint import Fit, fundamental_powers, line_powers
from epicycle.fit.lines import Structure
from epicycle.fit.noise import rounding
from epicycle.fit.refine import fit_lines
from epicycle.limits import EFFECTS
from epicycle.pursuit.pursuit import Pursuit
from epicycle.samples.arrays import Floats
from epicycle.samples.budget import OutOfTimeError
from epicycle.samples.data import Data
from epicycle.samples.units import in_unit
from epicycle.spectra.bands import Progress

#: Weaker lines within these numbers of line widths may stem from the variation alone.
_REACHES = (2.0, 4.0, 8.0)

#: Searches with the variation taken out, at most, and refinements without a search after them,
#: which end when no value of the model moves by more than this share of the scatter.
_SEARCHES, _REFINEMENTS = 3, 6

_SETTLED = 1e-3

#: Steps to and fro between a frequency and its variation, where companions have been left out.
_TURNS = 3


def with_varying_amplitudes(
    plain: Pursuit, task: Task, progress: Progress | None = None
) -> tuple[Pursuit, Task]:
    """Return a pursuit whose cycles have amplitudes that vary, where the data say so.

    Parameters
    ----------
    plain : Pursuit
        The pursuit with constant amplitudes.
    task : Task
        What it was made of.
    progress : callable, optional
        Called with (frequencies done, frequencies in all) during each search.

    Returns
    -------
    found : Pursuit
    task : Task
        With a note about the cycles too slow to tell whether they vary.
    """
    # the trend may have bent, and a robust loss has moved values: those given are varied
    data = replace(plain.data, y=task.samples.y, weights=task.data.weights)
    try:
        found = _varied(plain, data, task, progress)
    except OutOfTimeError:
        note = task.goal.budget.note("whether amplitudes vary was not decided")
        return plain, replace(task, notes=(*task.notes, note))
    notes = _too_short_notes(found, task.goal.slow_limit, task.goal.unit)
    return found, replace(task, notes=(*task.notes, *notes))


def _varied(plain: Pursuit, data: Data, task: Task, progress: Progress | None) -> Pursuit:
    """Return the better of a pursuit with constant amplitudes and one in which they may vary."""
    found, varying = plain, list[_Variation]()
    for _ in range(_SEARCHES):
        chosen = _choose(found, varying, task)
        is_new = len(chosen) != len(varying)
        varying = chosen
        if not varying:
            return plain
        found = task.pursue_again(replace(data, y=data.y - _removed(varying, data)), progress)
        varying = _present(found, varying)
        if not is_new:
            break
    for _ in range(_REFINEMENTS):
        before = _removed(varying, data)
        varying = [_again(found, one) for one in varying]
        moved = _removed(varying, data) - before
        found = task.refit(found, data=replace(found.data, y=found.data.y - moved))
        if (np.abs(moved) <= _SETTLED * np.sqrt((found.fit.residual**2).mean(axis=0))).all():
            break
    return _better(plain, _with_envelopes(found, varying))


def _too_short_notes(found: Pursuit, slow_limit: float, unit: str) -> tuple[str, ...]:
    """Return a sentence about the cycles whose amplitude was not allowed to vary."""
    frequency = found.fit.structure.frequency
    few = (frequency >= slow_limit) & (frequency * found.data.baseline < EFFECTS.fewest_turns)
    if not few.any():
        return ()
    periods = ", ".join(f"{1 / f:.4g}" for f in np.sort(frequency[few])[::-1])
    return (
        f"{f'period {periods} {unit}'.rstrip()}: fewer than {EFFECTS.fewest_turns:.0f} cycles "
        f"over the baseline, too few to tell whether the amplitude varies; taken as constant",
    )


def envelope_notes(found: Pursuit, unit: str = "") -> list[str]:
    """Return a sentence about each cycle whose amplitude varies."""
    structure = found.fit.structure
    times = found.data.times.to_float()
    ends = np.array([times.min(), times.max()])
    notes = []
    for one in found.envelopes:
        period = 1 / float(structure.frequency[structure.parent[one.lines[0]]])
        first, last = one.at(ends)
        errors = np.sqrt(one.variance(ends))
        notes.append(
            f"period {in_unit(period, unit)}: the amplitude varies, from {first:.2f} +- "
            f"{errors[0]:.2f} of its mean at the first sample to {last:.2f} +- {errors[1]:.2f} at "
            f"the last; beyond the data it returns to the mean, with an error that grows"
        )
    return notes


def _choose(found: Pursuit, varying: list[_Variation], task: Task) -> list[_Variation]:
    """Return which fundamentals vary, those that did before among them, and how."""
    width = 1.0 / found.data.baseline
    lowest = max(EFFECTS.fewest_turns * width, task.goal.slow_limit)
    data, fit, scale = found.data, found.fit, found.fit.scale
    chosen: list[_Variation] = []
    strength = fundamental_powers(fit)
    order = np.argsort(-strength, kind="stable")
    for frequency in fit.structure.frequency[order].tolist():
        k = _position(fit, frequency, width)
        if frequency < lowest or k is None:  # left out as a companion of another one
            continue
        old = [one for one in varying if abs(one.frequency - frequency) < width]
        if old:
            chosen.append(_again(found, old[0]))
            continue
        best = _infer(data, fit, k, fit.residual, scale)
        best_fit, most = fit, best.gain
        for companions in _companions(fit, k, width):
            for centre in _centres(fit, k, companions):
                trial, reduced, worth = _alone(data, fit, k, companions, centre, task)
                if trial.gain > EFFECTS.varying_clear and trial.gain - worth > most:
                    best, best_fit, most = trial, reduced, trial.gain - worth
        if best.gain > EFFECTS.varying_clear:
            chosen.append(best)
            data = replace(data, y=data.y - best.removed)
            fit = fit_lines(data, best_fit.structure, absolute=task.noise.absolute)
    return chosen


def _again(found: Pursuit, old: _Variation) -> _Variation:
    """Return a variation inferred anew, beside the lines that there are now."""
    k = _position(found.fit, old.frequency, 1.0 / found.data.baseline)
    assert k is not None
    return _infer(found.data, found.fit, k, found.fit.residual + old.removed, found.fit.scale)


def _present(found: Pursuit, varying: list[_Variation]) -> list[_Variation]:
    """Return the variations of cycles that are still there, and clocks."""
    width = 1.0 / found.data.baseline
    broad = {m for peak in found.broad for m in peak.members}
    places = [_position(found.fit, one.frequency, width) for one in varying]
    return [
        one
        for one, k in zip(varying, places, strict=True)
        if k is not None and k not in broad and places.count(k) == 1
    ]


def _companions(fit: Fit, k: int, width: float) -> Iterator[list[int]]:
    """Return the weaker fundamentals near the lines of fundamental `k`, within more and more."""
    structure, strength = fit.structure, fundamental_powers(fit)
    own = structure.line_frequency[structure.parent == k]
    apart = np.full(len(strength), np.inf)
    lines = np.abs(structure.line_frequency[:, np.newaxis] - own).min(axis=1)
    np.minimum.at(apart, structure.parent, lines)
    weaker = ~structure.fixed & (strength < strength[k])
    before = 0
    for reach in _REACHES:
        near = np.flatnonzero(weaker & (apart < reach * width)).tolist()
        if len(near) > before:
            before = len(near)
            yield near


def _centres(fit: Fit, k: int, companions: list[int]) -> list[float]:
    """Return where fundamental `k` may be if its companions are there for its variation only.

    A varying amplitude has a spectrum that is symmetrical about the cycle, whose own line may be
    weaker than those beside it.
    """
    structure, power = fit.structure, line_powers(fit)
    frequency = float(structure.frequency[k])
    own = structure.order[structure.parent == k]
    lines = np.flatnonzero(np.isin(structure.parent, companions))
    nearest = np.abs(structure.line_frequency[lines, np.newaxis] - own * frequency).argmin(axis=1)
    places = structure.line_frequency[lines] / own[nearest]
    shares = np.append(power[lines], power[structure.parent == k].sum())
    middle = float(np.average(np.append(places, frequency), weights=shares))
    return [frequency, middle, *places.tolist()]


def _alone(
    data: Data, fit: Fit, k: int, companions: list[int], centre: float, task: Task
) -> tuple[_Variation, Fit, float]:
    """Return how fundamental `k` varies without its companions, the fit, and what they are worth.

    That is the logarithm of the evidence for them beside a constant amplitude, by the Bayesian
    information criterion.
    """
    fundamentals = fit.structure.fundamentals()
    fundamentals[k] = fundamentals[k]._replace(frequency=centre)
    rest = [one for c, one in enumerate(fundamentals) if c not in companions]
    k -= sum(c < k for c in companions)
    held = np.arange(len(rest)) != k
    reduced = fit_lines(data, Structure.of(rest), absolute=task.noise.absolute, free=held)
    result = _infer(data, reduced, k, reduced.residual, fit.scale)
    for _ in range(_TURNS):
        # the frequency is found once its variation is out of the way, and the other way round
        part = replace(data, y=data.y - result.removed)
        reduced = fit_lines(part, reduced.structure, absolute=task.noise.absolute)
        result = _infer(part, reduced, k, reduced.residual + result.removed, fit.scale)
    none = np.zeros(len(rest), dtype=bool)
    constant = fit_lines(data, reduced.structure, absolute=task.noise.absolute, free=none)
    n_lines = int(np.isin(fit.structure.parent, companions).sum())
    n_parameters = 2 * data.y.shape[1] * n_lines + len(companions)
    scale = np.maximum(fit.scale, rounding(data) / value_counts(data))
    worth = 0.5 * float(((constant.chi2 - fit.chi2) / scale).sum())
    return result, reduced, worth - 0.5 * price_of_parameters(n_parameters, data.n_values)


def _position(fit: Fit, frequency: float, width: float) -> int | None:
    """Return the fundamental at a frequency, None where there is none."""
    away = np.abs(fit.structure.frequency - frequency)
    return int(away.argmin()) if len(away) and away.min() < 0.5 * width else None


def _removed(varying: Iterable[_Variation], data: Data) -> Floats:
    result: Floats = sum((one.removed for one in varying), np.zeros_like(data.y))
    return result


def _with_envelopes(found: Pursuit, varying: list[_Variation]) -> Pursuit:
    """Return the pursuit with its variations in terms of its very own lines."""
    data, fit = found.data, found.fit
    offset = data.times.to_float()
    envelopes, variation = [], np.zeros_like(data.y)
    for one in varying:
        k = _position(fit, one.frequency, 1.0 / data.baseline)
        assert k is not None
        lines = tuple(np.flatnonzero(fit.structure.parent == k).tolist())
        frequency = float(fit.structure.frequency[k])
        envelopes.append(
            Envelope(frequency, lines, one.knots, one.factor, one.error, one.n_parameters)
        )
        variation += one.of(_waveform(data, fit, k), offset)
    # the last refinement has moved the lines a little once more
    moved = np.where(data.weights > 0, variation - _removed(varying, data), 0.0)
    return replace(
        found,
        data=replace(data, y=data.y - moved),
        fit=replace(fit, residual=fit.residual - moved),
        envelopes=tuple(envelopes),
        variation=variation,
    )


def _better(plain: Pursuit, varied: Pursuit) -> Pursuit:
    """Return the better of two pursuits: the evidence has decided of each cycle, this of all.

    By Akaike's criterion of what varies, on top of the Bayesian one of the lines.
    """
    if not varied.envelopes:
        return plain
    more = 2 * sum(one.n_parameters for one in varied.envelopes)
    return (
        varied
        if information_criterion(varied.data, varied.fit) + more
        < information_criterion(plain.data, plain.fit)
        else plain
    )
