"""From the starts to the models of one rhythm, simplest first, with their evidence.

A generous model decides which start is right, how many harmonics there are, how the noise remembers
and how the amplitude goes.  With these, the phase is constant, drifts, diffuses, or wanders with
memories of one, four and endlessly many cycles, each at several strengths: strengths are averaged,
not maximised, so that what a family could explain is paid for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

from epicycle.changing.batch import Batch, join
from epicycle.changing.begin import Family, Setting, begun, carried
from epicycle.changing.design import Design, Terms
from epicycle.changing.fit import Solved, fit
from epicycle.changing.scan import Start
from epicycle.limits import CHANGING
from epicycle.samples.arrays import Floats

#: Strengths tried: standard deviation of the mean frequency over a cycle, relative to it.
STRENGTHS = (0.004, 0.012, 0.035, 0.1, 0.3)

#: The same for diffusing phases, whose bands are as wide as the strength is.
WALKS = (0.004, 0.007, 0.012, 0.02, 0.035, 0.06, 0.1, 0.17, 0.3)

#: Memories of the frequency tried, in cycles; infinite for a walk.
MEMORIES = (1.0, 4.0, np.inf)

#: Memories of the noise tried, in cycles.
NOISES = (0.1, 0.3, 1.0, 3.0)

#: Memory of the frequency in the generous model.
GENEROUS = 3.0

#: Strengths from which a wander begins at the generous path, and up to which at a steady drift.
_WEAK, _STRONG = 0.03, 0.07

#: Little noise with a memory, in standard deviations of the values.
_LITTLE = 0.02


@dataclass(frozen=True, eq=False)
class Ladder:
    """The models of one record.

    Attributes
    ----------
    setting : Setting
    base : Batch
        The generous model, alone.
    amplitude : dict
        Log evidence of a constant, decaying and varying amplitude.
    families : list of Family
    """

    setting: Setting
    base: Batch
    amplitude: dict[str, float]
    families: list[Family]

    def family(self, name: str) -> Family:
        """Return the first family of a name."""
        return next(one for one in self.families if one.name == name)


def climb(setting: Setting, starts: Sequence[Sequence[Start]], most: int | None) -> Ladder:
    """Return the models without shifts.

    Parameters
    ----------
    setting : Setting
        Record and frequencies; the rest is decided here.
    starts : sequence of sequences of Start
        Where to begin, one path for each rhythm; the first two are constant and drifting.
    most : int or None
        The number of harmonics; None to decide.
    """
    base = generous(setting, starts)
    # harmonics first: those that are left out look like noise of a short memory
    setting, base = shaped(setting, base, most)
    setting, base = remembering(setting, base)
    setting, base, amplitude = swelling(setting, base)
    families = steady(setting, base, starts[:2])
    drift = families[1].batch
    families += wandering(setting, [base, drift])
    return Ladder(setting, base, amplitude, families)


def generous(setting: Setting, starts: Sequence[Sequence[Start]]) -> Batch:
    """Return the generous model from the best start."""
    design = setting.design("path", varies=True)
    terms = Terms(drift=True, decay=True)
    batch = join([begun(setting, design, terms, one, GENEROUS) for one in starts])
    fit(batch, setting.free(design, path=True), outer=3)
    return batch.take([int(batch.log_evidence.argmax())])


def remembering(setting: Setting, base: Batch) -> tuple[Setting, Batch]:
    """Decide how long the noise remembers."""
    if not setting.noise:
        return setting, base
    design = base.design
    batch = carried(base, design, [base.terms[0]] * len(NOISES))
    batch.memory[:, -1] = NOISES
    batch.strength[:, -1] = np.maximum(batch.strength[:, -1], 0.05)
    fit(batch, setting.free(design, path=True), outer=3)
    best = int(batch.log_evidence.argmax())
    return replace(setting, noise=NOISES[best]), batch.take([best])


def shaped(setting: Setting, base: Batch, most: int | None) -> tuple[Setting, Batch]:
    """Decide how many harmonics there are."""
    record = setting.record
    dense = int((len(record.t) / (2 * record.half) - 1) / 2)
    highest = most or max(1, min(3, dense))
    if highest == 1:
        return setting, base
    setting = replace(setting, harmonics=highest)
    design = setting.design("path", varies=True)
    counts = [most] if most else list(range(1, highest + 1))
    terms = [replace(base.terms[0], harmonics=h) for h in counts]
    batch = carried(base, design, terms)
    fit(batch, setting.free(design, path=True), outer=3)
    best = 0
    for k in range(1, len(counts)):
        if batch.log_evidence[k] > batch.log_evidence[best] + CHANGING.harmonic:
            best = k
    setting = replace(setting, harmonics=counts[best], terms=Terms(harmonics=counts[best]))
    design = setting.design("path", varies=True)
    found = carried(batch.take([best]), design, [replace(terms[best], harmonics=counts[best])])
    found.log_evidence[:] = batch.log_evidence[best]
    return setting, found


def swelling(setting: Setting, base: Batch) -> tuple[Setting, Batch, dict[str, float]]:
    """Decide whether the amplitude is constant, decays steadily, or varies."""
    harmonics = setting.harmonics
    free = carried(base, setting.design("path", varies=True), [base.terms[0]])
    fit(free, setting.free(free.design, path=True), outer=4)
    design = setting.design("path", varies=False)
    terms = [Terms(drift=True, decay=decay, harmonics=harmonics) for decay in (False, True)]
    plain = carried(base, design, terms)
    fit(plain, setting.free(design, path=True), outer=4)
    evidence = {
        "constant": float(plain.log_evidence[0]),
        "decaying": float(plain.log_evidence[1]),
        "varying": float(free.log_evidence[0]),
    }
    chosen = (
        "decaying" if evidence["decaying"] > evidence["constant"] + CHANGING.decays else "constant"
    )
    if evidence["varying"] > evidence[chosen] + CHANGING.varies:
        chosen = "varying"
    if setting.amplitude != "auto":
        chosen = setting.amplitude
    setting = replace(
        setting,
        terms=Terms(decay=chosen != "constant", harmonics=harmonics),
        varies=chosen == "varying",
    )
    best = free if chosen == "varying" else plain.take([int(chosen == "decaying")])
    return setting, best, evidence


def settled(name: str, batch: Batch, solved: Solved, *, memory: float = np.nan) -> Family:
    """Return fitted models as a family, each as probable as the others beforehand."""
    total = float(logsumexp(batch.log_evidence))
    share = np.exp(batch.log_evidence - total)
    log_evidence = total - float(np.log(len(batch)))
    if name not in ("constant", "drifting"):
        log_evidence -= np.log(CHANGING.simpler)
    return Family(name, batch, solved, share, log_evidence, memory)


def steady(setting: Setting, base: Batch, starts: Sequence[Sequence[Start]]) -> list[Family]:
    """Return constant and drifting rhythms."""
    design = setting.design("none")
    free = setting.free(design)
    begins = []
    for drift in (False, True):
        terms = replace(setting.terms, drift=drift)
        for start in starts:
            one = carried(base, design, [terms])
            path = begun(setting, design, terms, start, np.inf)
            for o in range(len(setting.frequency)):
                one.part("null", o)[:] = path.part("null", o)
            begins.append(one)
    batch = join(begins)
    fit(batch, free, outer=6)
    rows = np.arange(len(batch)).reshape(2, -1)
    best = batch.take([int(one[batch.log_evidence[one].argmax()]) for one in rows])
    solved = fit(best, free, outer=4)
    return [
        settled(name, best.take([k]), solved.take(np.array([k])))
        for k, name in enumerate(("constant", "drifting"))
    ]


def wandering(setting: Setting, begins: Sequence[Batch]) -> list[Family]:
    """Return diffusing and wandering rhythms, each memory at all strengths.

    Parameters
    ----------
    setting : Setting
    begins : sequence of Batch
        The generous model, and the drifting one.
    """
    walk, path = setting.design("walk"), setting.design("path")
    none = np.full(len(WALKS), np.inf)
    best = raced(setting, walk, begins, np.array(WALKS), none)
    solved = fit(best, setting.free(walk), outer=4)
    families = [settled("diffusing", best, solved, memory=0.0)]
    count = len(STRENGTHS)
    strengths, memories = np.tile(STRENGTHS, len(MEMORIES)), np.repeat(MEMORIES, count)
    best = raced(setting, path, begins, strengths, memories)
    solved = fit(best, setting.free(path), outer=4)
    for k, memory in enumerate(MEMORIES):
        rows = np.arange(k * count, (k + 1) * count)
        part = best.take(rows)
        families.append(settled("wandering", part, solved.take(rows), memory=memory))
    return families


def raced(
    setting: Setting,
    design: Design,
    begins: Sequence[Batch],
    strengths: Floats,
    memories: Floats,
) -> Batch:
    """Return models of all strengths, each from the better of the starts that suit it.

    A strong wander begins at the generous path, a weak one at a steady drift; those in between, at
    both.  What a smooth path leaves of a rough one looks like noise with a memory, so that a walk
    begins with little of it as well.
    """
    terms = [replace(setting.terms, drift=True)]
    endless = np.isinf(memories) & (design.wander == "path")
    scale = np.where(endless, 1 / np.sqrt(2 * setting.record.half), 1.0)
    suits: list[tuple[Batch, NDArray[np.bool_], float | None]]
    suits = [(begins[0], strengths >= _WEAK, None), (begins[1], strengths <= _STRONG, None)]
    if design.wander == "walk" and setting.noise:
        suits.append((begins[0], strengths >= _WEAK, _LITTLE))
    tried, which = [], []
    for start, rows, noise in suits:
        batch = carried(start, design, terms * int(rows.sum()))
        for o in range(len(setting.frequency)):
            channel = design.phase_channel(o)
            batch.strength[:, channel] = (strengths * scale)[rows]
            batch.memory[:, channel] = memories[rows]
        if noise is not None:
            batch.strength[:, -1] = noise
        tried.append(batch)
        which.append(np.flatnonzero(rows))
    batch, places = join(tried), np.concatenate(which)
    fit(batch, setting.free(design), outer=1)
    best = [
        int(rows[batch.log_evidence[rows].argmax()])
        for rows in (np.flatnonzero(places == k) for k in range(len(strengths)))
    ]
    return batch.take(best)
