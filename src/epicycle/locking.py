"""Refit with gears locked: one common frequency where there were several free ones."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from epicycle.evidence.gear_arguments import check_train
from epicycle.evidence.gears import GearTrain
from epicycle.fit.lines import Structure
from epicycle.model import CycleModel
from epicycle.results.compose import build_model
from epicycle.results.result import Result

#: A lock may move no frequency by more than this, in units of 1/baseline: beyond it the fit would
#: leave the line's own maximum.
_LARGEST_MOVE = 0.25


def lock_gears(model: CycleModel, trains: Sequence[GearTrain] | None = None) -> CycleModel:
    """Return the model refitted with gear trains locked; the given one stays as it is.

    Each train has one free frequency, of which its members' are integer multiples: all of them
    get the error of what all samples say about it together.  Every cycle keeps a waveform of its
    own, and all other cycles are refitted along.

    Parameters
    ----------
    model : CycleModel
        A result of :func:`epicycle.find_cycles`, of values (not of events).
    trains : sequence of GearTrain, optional
        What to lock, by the positions of the cycles in ``model.cycles``.  By default all that
        ``model.gears`` offers; where it offers none, the model is returned unchanged.

    Returns
    -------
    CycleModel
        Its `locked` lists the trains, with the refitted common frequency.  Probabilities of
        false alarm are those of the search, which knew nothing of gears.

    Raises
    ------
    ValueError
        If the model has no samples to refit, or a train does not fit its cycles.

    Examples
    --------
    >>> import numpy as np
    >>> from epicycle import find_cycles
    >>> rng = np.random.default_rng(1)
    >>> t = rng.uniform(0, 50, 1000)
    >>> hands = [np.cos(2 * np.pi * n * t) for n in (1, 24)]
    >>> model = find_cycles(t, sum(hands) + 0.2 * rng.normal(size=1000), minimum_period=0.02)
    >>> locked = lock_gears(model)
    >>> slow, fast = sorted(locked.cycles, key=lambda cycle: cycle.frequency)
    >>> round(fast.frequency / slow.frequency, 12)
    24.0
    """
    started = time.perf_counter()
    chosen = model.gears if trains is None else tuple(trains)
    if not chosen:
        return model
    if model.origin is None:
        what = "events cannot be refitted" if model.of_events else "a document holds no samples"
        raise ValueError(
            f"model cannot be locked: {what}. To fix this, use the common frequency in "
            f"model.gears{'' if model.of_events else ', or lock the result of find_cycles'}."
        )
    origin = model.origin
    free = structure = origin.found.fit.structure
    for train in chosen:
        ratios = _fundamentals(model, free, train)
        structure = structure.in_train(ratios, train.frequency)
        moved = np.abs(structure.frequency - free.frequency).max() * model.baseline
        if moved > _LARGEST_MOVE:
            raise ValueError(
                f"trains holds {' : '.join(map(str, train.ratios))}, which moves a frequency by "
                f"{moved:.3g} / baseline, out of its line. To fix this, check the ratios."
            )
    taken = [k for one in structure.trains for k, _ in one]
    if len(set(taken)) < len(taken):
        raise ValueError("trains share a cycle. To fix this, lock each cycle into one train.")
    found = origin.task.refit(origin.found, structure=structure)
    result = build_model(replace(origin, found=found), started)
    return replace(CycleModel.of(result), locked=_report(result, (*model.locked, *chosen)))


def _fundamentals(model: CycleModel, structure: Structure, train: GearTrain) -> dict[int, int]:
    """Return the multiple of each fundamental in a train of cycles."""
    members, ratios = check_train(train.members, train.ratios, len(model.cycles))
    at = [int(np.flatnonzero(structure.frequency == model.cycles[m].frequency)[0]) for m in members]
    if structure.fixed[at].any():
        raise ValueError("trains holds a cycle of known period. To fix this, leave it out.")
    return dict(zip(at, ratios, strict=True))


def _report(result: Result, trains: tuple[GearTrain, ...]) -> tuple[GearTrain, ...]:
    """Return the trains with the common frequencies, and the positions, of the refitted cycles."""
    assert result.origin is not None
    found = result.origin.found
    structure = found.fit.structure
    position = {cycle.frequency: p for p, cycle in enumerate(result.cycles)}
    reported = []
    for train, locked in zip(trains, structure.trains, strict=True):
        (k, multiple), *_ = locked
        reported.append(
            replace(
                train,
                members=tuple(position[float(structure.frequency[m])] for m, _ in locked),
                frequency=float(structure.frequency[k]) / multiple,
                frequency_error=float(np.sqrt(found.covariance.frequency[k, k])) / multiple,
            )
        )
    return tuple(reported)
