"""Which strategy: dense, ladder or both, at what cost, how deep, and what would go deeper.

A dense search sees a line whose coherent power is significant: its share of the variance must
exceed about 2 z / n, with z the threshold in units of the noise.  A ladder sees one that stands
out among the pairs of samples of its longest window.  Both costs are known beforehand, in
frequencies of a rung, so that the cheaper one that sees enough can be taken.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from epicycle.limits import LADDER, SEARCH
from epicycle.samples.data import Data
from epicycle.search.dense import REMEMBERED_BANDS
from epicycle.search.ladder import Step, rungs_within
from epicycle.spectra.bands import band_size, cut, processors
from epicycle.spectra.plan import SearchPlan
from epicycle.spectra.single import SINGLE_BAND, single_band_size
from epicycle.spectra.sums import BAND

#: A dense search takes three transforms per frequency, and they count against `max_frequencies`.
DENSE_COUNT = 3.0

#: Time of a transform in double precision, in frequencies of a rung, and of a sample in it.
_TRANSFORM_COST, _SAMPLE_COST = 10.0, 15.0

#: A line that is expected takes three passes of a ladder: to find it, to find no other, and to show
#: what is left.
_PASSES = 3.0


#: Bytes for each pair of samples, each frequency of a single and of a double band.
_PAIR_BYTES, _SINGLE_BYTES, _DOUBLE_BYTES = 200, 40, 160


@dataclass(frozen=True)
class Effort:
    """What a search may cost, and how weak a line it should see.

    Attributes
    ----------
    strategy : str
        "auto", "dense" or "ladder".
    max_frequencies : float
        Largest number of frequencies that one search may evaluate.
    share : float or None
        Share of the variance that the weakest line is expected to have.
    """

    strategy: str
    max_frequencies: float
    share: float | None


@dataclass(frozen=True)
class Decision:
    """How to search, decided before.

    Attributes
    ----------
    strategy : str
        "dense", "ladder", or "both": the ladder first, the dense search where it finds nothing.
    budget : float
        What the rungs may cost, in frequencies.
    share : float or None
        Share of the variance of the weakest line expected, if the ladder is to go that far only.
    steps : tuple of Step
        The rungs; empty for a dense search.
    coherent_depth : float
        Share of the variance from which on a line is significant in the coherent power.
    reason : str
        One sentence.
    memory : float
        Estimated peak memory in bytes, that of the data not counted.
    """

    strategy: str
    budget: float
    share: float | None
    steps: tuple[Step, ...]
    coherent_depth: float
    reason: str
    memory: float


def decide(
    data: Data,
    plan: SearchPlan,
    asked: str,
    budget: float,
    enough: float,
    share: float | None = None,
    *,
    drift: bool = False,
) -> Decision:
    """Return how to search; a ladder has one rung at least, which may cost more than the budget.

    Parameters
    ----------
    data : Data
        Times and weights.
    plan : SearchPlan
        The band and the dense grid.
    asked : str
        "auto", "dense" or "ladder".
    budget : float
        Largest number of frequencies that a search may evaluate.
    enough : float
        Reduction of chi-square that is significant over the whole band.
    share : float, optional
        Share of the variance that the weakest line is expected to have.
    drift : bool
        Whether the frequency of a line may change so much that it has no coherent power; among
        pairs of close samples it still shows.

    Raises
    ------
    ValueError
        If one rung, or a dense search that is asked for, would cost a hundred times the budget.
    """
    n = plan.n_frequencies
    if asked == "dense" and DENSE_COUNT * n > max(
        SEARCH.refused * budget, SEARCH.seconds / _TRANSFORM_COST
    ):
        raise ValueError(
            f"the band is too wide: it holds {n:.2g} frequencies, a dense search evaluates each "
            f"of them {DENSE_COUNT:.0f} times, and max_frequencies is {budget:.2g}. To fix this, "
            f"give a longer minimum_period, or max_frequencies of at least "
            f"{DENSE_COUNT * n / SEARCH.refused:.2g}."
        )
    coherent = min(1.0, (math.sqrt(max(enough, 0.0)) + LADDER.surely) ** 2 / max(data.n_values, 1))
    if asked == "dense" or (asked == "auto" and n <= SEARCH.dense_upto):
        why = "as asked for" if asked == "dense" else f"{n:,} frequencies are few"
        return _dense(data, plan, coherent, f"every frequency is evaluated: {why}")
    times = np.sort(data.times.to_float())
    affordable = asked == "auto" and not drift and DENSE_COUNT * n <= budget
    dense_cost = _dense_cost(data, n)
    needed = "" if share is None else ", as far as a line of the expected signal-to-noise needs"
    if affordable:
        part = SEARCH.first_look * (1.0 if share is None else _PASSES)
        limit = min(budget, part * dense_cost)
        steps = rungs_within(times, plan, limit, share, thorough=False)
        if steps[-1].depth < 1.0 and sum(step.cost for step in steps) <= limit:
            return _laddered(
                "both",
                limit,
                share,
                steps,
                coherent,
                f"{_pairs(steps)} first{needed}, for {part:.0%} of the cost of a dense search at "
                f"most; the dense search follows where they show nothing",
                memory=_dense_memory(n, len(data.times)),
            )
        return _dense(
            data,
            plan,
            coherent,
            "every frequency is evaluated: too few samples are close to each other, or too many "
            "in all, for a ladder to cost much less",
        )
    steps = rungs_within(times, plan, budget, share)
    cost = sum(step.cost for step in steps)
    if cost > max(SEARCH.refused * budget, SEARCH.seconds):
        raise ValueError(
            f"the band is too wide: even the cheapest ladder would take {cost:.2g} frequencies, "
            f"and max_frequencies is {budget:.2g}. To fix this, give a longer minimum_period, or "
            f"max_frequencies of at least {cost / SEARCH.refused:.2g}."
        )
    if asked == "ladder":
        why = "as asked for"
    elif drift and DENSE_COUNT * n <= budget:
        why = "a drift leaves them their lines, but not the coherent power"
    else:
        why = f"a dense search of {n:.2g} frequencies exceeds max_frequencies"
    return _laddered("ladder", budget, share, steps, coherent, f"{_pairs(steps)}{needed}: {why}")


def report(
    plan: SearchPlan, decision: Decision, strategy: str, budget: float, spent: float
) -> SearchPlan:
    """Return the plan with what was decided, and what it took."""
    return replace(
        plan,
        strategy=strategy,
        choice=decision.reason,
        max_frequencies=budget,
        cost=spent,
        memory=decision.memory,
    )


def remedies(
    decision: Decision, n_samples: int, depth: float, share: float, budget: float, what: str
) -> str:
    """Return what would let a line with a share of the variance be seen.

    Parameters
    ----------
    decision : Decision
        How the search was made.
    n_samples : int
        Samples.
    depth : float
        Share of the variance from which on a line was to be seen.
    share : float
        Share of the variance of a line that was not to be seen.
    budget : float
        Largest number of frequencies that the search could evaluate.
    what : str
        "samples" or "events".
    """
    factor = max((depth / share) ** 2, 1.0)
    # pairs within a window grow with the square of the samples, and in proportion to the window
    needed = n_samples * max(math.sqrt(factor), decision.coherent_depth / share)
    if decision.coherent_depth > share:
        return f"about {_rounded(needed)} {what}"
    return (
        f"about {_rounded(needed)} {what}, a band {factor:.2g} times narrower or "
        f"max_frequencies={factor * budget:.1g}"
    )


def _rounded(number: float) -> str:
    digits = max(0, math.floor(math.log10(max(number, 1.0))) - 1)
    return f"{math.ceil(number / 10**digits) * 10**digits:,}"


def _pairs(steps: list[Step]) -> str:
    last = steps[-1]
    return (
        f"up to {last.n_pairs:,} pairs of samples, at most {last.window:.3g} apart, which show "
        f"lines with {100 * last.depth:.2g} % of the variance or more"
    )


def _dense(data: Data, plan: SearchPlan, coherent: float, reason: str) -> Decision:
    memory = _dense_memory(plan.n_frequencies, len(data.times))
    return Decision("dense", math.inf, None, (), coherent, reason, memory)


def _laddered(
    strategy: str,
    budget: float,
    share: float | None,
    steps: list[Step],
    coherent: float,
    reason: str,
    *,
    memory: float = 0.0,
) -> Decision:
    pairs = max(step.n_pairs for step in steps)
    single = max(SINGLE_BAND, single_band_size(1 << 62, pairs))
    own = _PAIR_BYTES * pairs + processors() * _SINGLE_BYTES * single
    return Decision(strategy, budget, share, tuple(steps), coherent, reason, max(own, memory))


def _dense_cost(data: Data, n: int) -> float:
    """Return the time of a dense search in frequencies of a rung."""
    samples = _SAMPLE_COST * len(data.times) * math.ceil(n / BAND)
    return float(DENSE_COUNT * data.y.shape[1] * (_TRANSFORM_COST * n + samples))


def _dense_memory(n: int, n_samples: int) -> float:
    bands, size = cut(n, band_size(n_samples))
    kept = n if n <= REMEMBERED_BANDS * BAND else 0
    return float(min(processors(), bands) * _DOUBLE_BYTES * size + 40 * kept)
