"""Sudden shifts of phase and of period: at times that are known, and at times that are found.

A shift at an unknown time is judged by its evidence integrated over the time, which a uniform prior
over the record pays for, and by odds against it beforehand.  Its place is proposed twice: by the
linearised model of the rhythm without it, and by the power of two segments, which needs no model
and sees shifts of half a turn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import logsumexp

from epicycle.changing.batch import Batch, at_times, join, waves
from epicycle.changing.begin import Family, Setting, carried
from epicycle.changing.design import AMPLITUDE
from epicycle.changing.fit import fit
from epicycle.changing.ladder import Ladder
from epicycle.changing.places import Place, linear_places, segment_places
from epicycle.limits import CHANGING
from epicycle.samples.arrays import Floats

#: Times tried around a place, then around the best: how many, and how far in cycles.
_TIMES, _REFINED, _REACH = 13, 17, 1.5

#: Models that have so much less log evidence than others do not matter in any average.
_NEGLIGIBLE = 7.0


def at_place(setting: Setting, base: Batch, place: Place, events: int) -> Batch:
    """Return a model with one more shift, begun at a place."""
    design = setting.design("none", events=events)
    kinds = (*base.terms[0].shifts, place.kind)
    result = carried(base, design, [replace(base.terms[0], shifts=kinds)])
    result.at[0, : events - 1] = base.at[0]
    result.at[0, -1] = place.time
    if place.null is not None:
        result.part("null")[0] = place.null
        sizes = result.part("events")[0]
        sizes[:] = 0.0
        sizes[2 * events - 2 + (place.kind == "period")] = place.size
        result.part("amplitude")[0, 0] = np.log(place.amplitude) / AMPLITUDE
    return at_times(result, result.at)


def profile(
    model: Batch, times: Floats, free: Sequence[int], *, kind: str | None = None, outer: int = 2
) -> Batch:
    """Return a model with its last shift at each of some times, fitted."""
    batch = model.take(np.zeros(len(times), dtype=np.intp))
    at = batch.at.copy()
    at[:, -1] = times
    if kind is not None:
        terms = replace(model.terms[0], shifts=(*model.terms[0].shifts[:-1], kind))
        batch.terms = [terms] * len(times)
    result = at_times(batch, at)
    fit(result, free, outer=outer)
    return result


@dataclass(frozen=True, eq=False)
class Found:
    """A model with one more shift.

    Attributes
    ----------
    batch : Batch
        The shift at each of some times.
    log_evidence : float
        Integrated over its time, and the odds against it taken off.
    kind : str
    """

    batch: Batch
    log_evidence: float
    kind: str

    @property
    def share(self) -> Floats:
        """Weight of each time."""
        weight = self.batch.log_evidence
        result: Floats = np.exp(weight - logsumexp(weight))
        return result

    @property
    def best(self) -> Batch:
        """The model at the best time."""
        return self.batch.take([int(self.batch.log_evidence.argmax())])


def around(
    model: Batch, centre: float, reach: float, count: int, free: Sequence[int], kind: str
) -> Found:
    """Return a shift at times around a centre."""
    half = model.design.record.half
    edge = half - 2 * CHANGING.edge * half
    low, high = max(centre - reach, -edge), min(centre + reach, edge)
    if high - low < 1e-3:
        low, high = low - 0.05, high + 0.05
    times = np.linspace(low, high, count)
    batch = profile(model, times, free, kind=kind)
    step = times[1] - times[0]
    total = (
        float(logsumexp(batch.log_evidence))
        + float(np.log(step / (2 * half)))
        - CHANGING.unexpected
    )
    return Found(batch, total, kind)


def search(setting: Setting, ladder: Ladder, y: Floats, band: tuple[float, float]) -> list[Family]:
    """Return models with one, two and three shifts, as far as each pays for itself."""
    base = ladder.family("constant").batch
    reached = ladder.family("constant").log_evidence
    rival = max(one.log_evidence for one in ladder.families)
    free = setting.free(base.design)
    families: list[Family] = []
    while len(families) < CHANGING.shifts:
        places = linear_places(base)
        if not families:
            power = _power(base, y)
            places += segment_places(setting.record, y, *band, power + 2 * CHANGING.worth)
        found = _best(setting, base, places, reached)
        if found is None or found.log_evidence < reached + float(np.log(CHANGING.clear)):
            break
        gain = found.log_evidence - reached
        base, reached = found.best, found.log_evidence
        batch, share = found.batch, found.share
        if families and reached > rival - _NEGLIGIBLE:
            batch, share = _jointly(families[-1], found, free)
        solved = fit(batch, free, outer=1)
        families.append(Family("shifted", batch, solved, share, reached))
        # further shifts gain less: if even as much for each would not do, none is looked for
        if reached + (CHANGING.shifts - len(families)) * gain < rival - float(
            np.log(CHANGING.clear)
        ):
            break
    return families


def _power(base: Batch, y: Floats) -> float:
    """Return the power of the constant rhythm, in the unit of that of two segments."""
    record = base.design.record
    at = waves(base)
    wave = at.turn[0][0].conj()
    value = (record.w * y) @ wave
    return float(2 * np.abs(value) ** 2 / record.w.sum())


def _best(setting: Setting, base: Batch, places: Sequence[Place], reached: float) -> Found | None:
    """Return the best shift of any kind at any of some places, on top of what was reached."""
    if not places:
        return None
    offset = reached - float(base.log_evidence[0])
    free = setting.free(base.design)
    events = len(base.terms[0].shifts) + 1
    trial = join([at_place(setting, base, place, events) for place in places])
    fit(trial, free, outer=4)
    found: list[Found] = []
    seen: list[tuple[str, float]] = []
    for k in np.argsort(-trial.log_evidence).tolist():
        kind, time = places[k].kind, float(trial.at[k, -1])
        near = any(kind == other and abs(time - at) < 0.5 * _REACH for other, at in seen)
        if near or trial.log_evidence[k] < trial.log_evidence.max() - CHANGING.hopeless:
            continue
        seen.append((kind, time))
        found.append(around(trial.take([k]), time, _REACH, _TIMES, free, kind))
    best = max(found, key=lambda one: one.log_evidence)
    centre = float(best.best.at[0, -1])
    both = around(best.best, centre, _REACH, _TIMES, free, "both")
    if both.log_evidence > best.log_evidence + CHANGING.both:
        best = both
    if best.log_evidence + offset < reached - 1.0:
        return None  # times in between cannot make it clear
    times = best.batch.at[:, -1]
    mean = float(best.share @ times)
    spread = np.sqrt(max(float(best.share @ (times - mean) ** 2), float(times[1] - times[0]) ** 2))
    fine = around(best.best, mean, min(4 * spread, 2 * _REACH), _REFINED, free, best.kind)
    if fine.log_evidence > best.log_evidence - 2:
        best = fine
    return Found(best.batch, best.log_evidence + offset, best.kind)


def _jointly(before: Family, found: Found, free: Sequence[int]) -> tuple[Batch, Floats]:
    """Return models in which the times of all shifts vary, each as the data have it alone."""
    count = 48
    rng = np.random.default_rng(0)
    at = np.empty((count, found.batch.at.shape[1]))
    log_q = np.zeros(count)
    own = found.share
    rows = rng.choice(len(own), count, p=own)
    at[:, -1] = found.batch.at[rows, -1]
    log_q += np.log(own[rows])
    rows = rng.choice(len(before.share), count, p=before.share)
    at[:, :-1] = before.batch.at[rows]
    log_q += np.log(before.share[rows])
    model = found.best
    batch = at_times(model.take(np.zeros(count, dtype=np.intp)), at)
    fit(batch, free, outer=2)
    weight = batch.log_evidence - log_q
    return batch, np.exp(weight - logsumexp(weight))
