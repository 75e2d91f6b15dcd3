"""What the models say together: a verdict on period and amplitude, its odds, and limits.

The verdict is the simplest one that the data do not refuse: a rhythm is constant unless another
family of models has clear odds against it, and drifts steadily unless more than that is clear.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import logsumexp

from epicycle.changing.batch import empty
from epicycle.changing.begin import Family, Setting
from epicycle.changing.design import JUMP, Design, Terms
from epicycle.changing.fit import fit
from epicycle.changing.paths import linear, value, variance
from epicycle.limits import CHANGING
from epicycle.samples.arrays import Floats

#: Verdicts on the period, simplest first.
PERIODS = ("constant", "drifting", "shifted", "wandering", "diffusing")

#: Memories of noise tried for a record without any rhythm, in cycles.
_NOISES = (0.1, 0.3, 1.0, 3.0)


def odds_of(families: Sequence[Family]) -> dict[str, float]:
    """Return the log odds of each kind of rhythm against a constant one."""
    total = {name: [one.log_evidence for one in families if one.name == name] for name in PERIODS}
    constant = total["constant"][0]
    return {k: float(logsumexp(v)) - constant for k, v in total.items() if v}


def period_verdict(odds: dict[str, float]) -> str:
    """Return the verdict on the period, from log odds against a constant one."""
    clear = float(np.log(CHANGING.clear))
    most = max(odds.values())
    if most < clear:
        return "constant"
    best = max(odds, key=lambda name: odds[name])
    if best != "shifted" and odds["drifting"] > most - clear:
        return "drifting"
    return best


def undecided(odds: dict[str, float], verdict: str) -> tuple[str, ...]:
    """Return the verdicts that the data do not tell from the one that is given, likeliest first."""
    if verdict == "constant":
        return ()
    clear = float(np.log(CHANGING.clear))
    rest = [n for n in odds if n not in (verdict, "constant") and odds[n] > odds[verdict] - clear]
    return tuple(sorted(rest, key=lambda name: -odds[name]))


def no_rhythm(setting: Setting) -> float:
    """Return the log evidence of trend and noise alone."""
    design = Design(setting.record, (), "none", False, 1, 0, setting.knots)
    memories = _NOISES if setting.noise else (0.3,)
    strength = np.array([[0.3 if setting.noise else 1e-5]])
    batch = empty(
        design, [Terms()] * len(memories), np.empty((len(memories), 0)), strength, np.ones((1, 1))
    )
    batch.memory[:, 0] = memories
    fit(batch, [0] if setting.noise else [], outer=6, inner=1)
    return float(batch.log_evidence.max())


def variation_limit(families: Sequence[Family], strengths: Sequence[float]) -> float:
    """Return how much the period may vary and not be seen: a relative standard deviation.

    The largest strength of a wander with a memory of some cycles, of which 95 % of the posterior
    is below, all strengths up to the largest being as probable as each other beforehand.
    """
    wander = [one for one in families if one.name == "wandering" and one.memory > 1]
    evidence = wander[0].batch.log_evidence
    fine = np.geomspace(strengths[0] / 4, strengths[-1], 200)
    known = np.interp(np.log(fine), np.log(strengths), evidence)
    density = np.exp(known - known.max())
    steps = np.diff(fine, prepend=0.0)
    share = np.cumsum(density * steps)
    return float(np.interp(0.95 * share[-1], share, fine))


def coherence_time(family: Family, rhythm: int) -> tuple[float, float]:
    """Return the time over which a diffusing phase is forgotten, and its error, in cycles.

    A phase whose variance grows by D per cycle, in turns, is forgotten as exp(-2 π² D t).
    """
    channel = family.batch.design.phase_channel(rhythm) or 0
    times = 1 / (2 * np.pi**2 * family.batch.strength[:, channel] ** 2)
    # between the strengths that were tried, in the logarithm
    fine = np.linspace(np.log(times.min()), np.log(times.max()), 200)
    order = np.argsort(times)
    known = np.interp(fine, np.log(times[order]), family.batch.log_evidence[order])
    share = np.exp(known - logsumexp(known))
    mean = float(share @ fine)
    error = np.sqrt(float(share @ (fine - mean) ** 2))
    return float(np.exp(mean)), float(np.exp(mean) * error)


@dataclass(frozen=True, eq=False)
class Step:
    """A shift, in the units of the engine; each value with its error.

    Attributes
    ----------
    time, phase : tuple of float
        When, in cycles, and by how many turns; positive for an advance.
    before, after : tuple of float
        Frequency on both sides.
    """

    time: tuple[float, float]
    phase: tuple[float, float]
    before: tuple[float, float]
    after: tuple[float, float]


def steps(families: Sequence[Family]) -> list[Step]:
    """Return the shifts of families that have as many, averaged over their models."""
    events = families[0].batch.design.events
    evidence = np.array([one.log_evidence for one in families])
    worth = np.exp(evidence - logsumexp(evidence))
    share = np.concatenate([w * one.share for w, one in zip(worth, families, strict=True)])
    found = []
    for e in range(events):
        parts = [_step(one, e) for one in families]
        time, size, size_var, before, before_var, after, after_var = (
            np.concatenate([part[k] for part in parts]) for k in range(7)
        )
        best = size[int(share.argmax())]
        size = best + (size - best + 0.5) % 1.0 - 0.5
        found.append(
            Step(
                _mean(share, time, _resolution(time, share)),
                _mean(share, size, size_var),
                _mean(share, before, before_var),
                _mean(share, after, after_var),
            )
        )
    return found


def _resolution(time: Floats, share: Floats) -> Floats:
    """Return the variance of a time within the step of those tried; 0 where it is known."""
    known = np.unique(time[share > 1e-3])
    if len(known) < 2:
        known = np.unique(time)
    step = float(np.median(np.diff(known))) if len(known) > 1 else 0.0
    return np.full(len(time), step**2 / 12)


def _mean(share: Floats, values: Floats, variances: Floats) -> tuple[float, float]:
    mean = float(share @ values)
    return mean, float(np.sqrt(share @ (variances + (values - mean) ** 2)))


def _step(family: Family, event: int) -> tuple[Floats, ...]:
    """Return time, size, and frequencies before and after one shift in each model of a family."""
    batch, design = family.batch, family.batch.design
    solved = family.solved
    blocks = solved.factor.covariances()
    at = design.slices["events", 0].start + 2 * event
    time = batch.at[:, event]
    size = JUMP * batch.c[:, at]
    size_var = JUMP**2 * solved.border[:, at, at]
    used = np.array([one.shifts[event] in ("phase", "both") for one in batch.terms])
    size, size_var = np.where(used, size, 0.0), np.where(used, size_var, 0.0)
    sides = []
    for side in (-1e-6, 1e-6):
        # one time for each model: the diagonal of all models at all times
        moments = np.unique(time)
        rate = linear(batch, 0, moments + side, "rate")
        values, variances = value(batch, rate), variance(batch, solved, blocks, [rate])
        own = np.searchsorted(moments, time)
        rows = np.arange(len(time))
        sides += [1.0 + values[rows, own], variances[rows, own]]
    return time, size, size_var, *sides
