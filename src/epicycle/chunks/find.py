"""The main path for chunks: passes over all of them, and a pursuit on their sums between these."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from epicycle.chunks.compose import Finished, build_result
from epicycle.chunks.joint import JointFit, stepped
from epicycle.chunks.moments import Overview, look
from epicycle.chunks.normal import EXACT, Products
from epicycle.chunks.passes import Left, left_by, spacing_of, sums_of
from epicycle.chunks.pieces import Reader
from epicycle.chunks.problem import Problem
from epicycle.chunks.pursuit import Found, Limits, Search, pursue
from epicycle.chunks.sources import Columns, source_of
from epicycle.evidence.significance import effective_bandwidths
from epicycle.fit.lines import Structure
from epicycle.limits import CHUNKS, CYCLES, NOISE
from epicycle.model import CycleModel
from epicycle.pursuit.goal import Goal
from epicycle.samples.options import Options, check_positive
from epicycle.search.planner import Effort
from epicycle.spectra.bands import Progress
from epicycle.spectra.plan import SearchPlan, grid, plan_band

#: Passes of sums at most: of the values, and of what is left where weights or lines ask for it.
_ROUNDS = 4

#: A pass that moves no frequency by more than this part of its error is the last one.
_STILL = 0.05


def find_cycles_in_chunks(
    source: Any,
    *,
    time: str | None = None,
    value: str | None = None,
    error: str | None = None,
    weight: str | None = None,
    group: str | None = None,
    unit: str | None = None,
    clock: str = "elapsed",
    minimum_period: float | None = None,
    maximum_period: float | None = None,
    max_cycles: int = 30,
    harmonics: int = 16,
    false_alarm: float = 0.01,
    trend: int = 1,
    known: Any = (),
    max_memory: float = CHUNKS.memory,
    progress: Progress | None = None,
) -> CycleModel:
    """Find the cycles of one series that is larger than memory, chunk by chunk.

    Memory does not depend on the number of samples, but on the number of frequencies, and the time
    is that of three passes over the samples: one for their span and scatter, one for the sums of
    all frequencies, and one for the joint fit.  Times are exact, as in memory.

    What is found are lines: frequencies with amplitudes, phases and errors, and those that stand at
    integer multiples of another as its harmonics.  Not done, and said in `undecided`: waveforms are
    not compared (a cycle of narrow dips is found by its lines only), nor are the odds of aliases
    told, nor whether a phase is steady, nor which values are outliers.

    Parameters
    ----------
    source : callable, list, path, dataframe or dask collection
        Where the chunks come from.  A function is called once for each pass and returns chunks
        one after the other: tuples ``(t, y)``, ``(t, y, dy)``, ``(t, y, dy, weights)`` or
        ``(t, y, dy, weights, group)`` with None for what there is not, mappings or tables.  A path
        is that of a Parquet file, or a folder of them.  Of a dask collection one partition at a
        time is computed.  Chunks may come in any order and of any size; sorted ones are quicker.
    time, value, error, weight, group : str, optional
        Names of the columns, where chunks are tables; by default "t" and "y", and "dy", "weights"
        and "group" where there are such; a table of two columns is time and value.
    unit, clock, minimum_period, maximum_period, max_cycles, harmonics, false_alarm, known
        As in :func:`epicycle.find_cycles`.
    trend : int
        Degree of the polynomial in time that is fitted along.
    max_memory : float
        GB that the sums may take, beside the chunks themselves: about 150 bytes for each
        frequency of the band, five of which are a line width.  A band that would take more is
        refused where it was asked for by `minimum_period`, and ends earlier by default.
    progress : callable, optional
        Called with (rows done, rows in all) during each pass; the latter is 0 where it is not known
        yet.

    Returns
    -------
    CycleModel
        As :func:`epicycle.find_cycles` returns it, without `residual` and `samples`.

    Raises
    ------
    TypeError, ValueError
        If an argument, or a chunk, cannot be used; the message names it and how to mend it.

    Examples
    --------
    >>> import numpy as np
    >>> def chunks():
    ...     rng = np.random.default_rng(1)
    ...     for k in range(10):
    ...         t = np.sort(rng.uniform(100 * k, 100 * (k + 1), 1000))
    ...         yield t, np.sin(2 * np.pi * t / 29.53) + rng.normal(size=1000)
    >>> cycle = find_cycles_in_chunks(chunks).cycles[0]
    >>> abs(cycle.period - 29.53) < 3 * cycle.period_error
    True
    """
    options = Options(
        unit=unit,
        clock=clock,
        minimum_period=minimum_period,
        maximum_period=maximum_period,
        max_cycles=max_cycles,
        harmonics=harmonics,
        false_alarm=false_alarm,
        trend=trend,
        known=known,
    ).checked(of_events=False)
    if isinstance(options.trend, str):
        raise ValueError(
            f"trend={trend!r} needs all samples in memory. To fix this, pass a degree such as 1."
        )
    columns = Columns(time, value, error, weight, group)
    chunks = source_of(source, columns)
    reader = Reader(chunks, columns, options.unit, options.clock)
    return _search(reader, options, check_positive(max_memory, "max_memory"), progress)


def _search(
    reader: Reader, options: Options, memory: float, progress: Progress | None
) -> CycleModel:
    started = time.perf_counter()
    counter = _Counter(progress, reader.source.n_rows or 0)
    overview = look(reader, counter.begin())
    counter.n_rows = overview.n_samples
    problem = Problem.of(reader, overview, options.degree)
    plan, cut = _band(overview, options, memory)
    goal = _goal(options, plan, overview)
    if overview.n_samples < CYCLES.minimum_samples + len(problem.start):
        goal = replace(goal, max_cycles=0)  # as in memory
    width = _width(overview, plan)
    fit, total = _beginning(problem, goal), 0.0
    for _ in range(_ROUNDS):
        stored = fit.lines
        modes = round(plan.maximum_frequency / spacing_of(overview.baseline))
        sums = sums_of(problem, stored, modes, counter.begin())
        products, total = Products(sums, stored), max(total, sums.chi2)
        baseline = overview.baseline
        search = Search(sums, plan, baseline, width, overview.n_samples, goal.false_alarm)
        limits = Limits(goal.max_cycles, goal.slow_limit, problem.absolute, goal.max_order)
        before = search.power(sums.values.values[0, : modes + 1], _variance_of(problem, sums.chi2))
        found = pursue(search, products, fit, limits, stored)
        fit, left = _checked(problem, products, found, counter)
        problem, same = problem.with_jitter(left.squares, _parameters(fit))
        # strong lines are taken from the values themselves before weak ones are looked for
        drowned = sums.chi2 * EXACT > CHUNKS.strong * left.chi2
        if left.chi2 <= NOISE.exact * total or (same and not drowned):
            break
    finished = Finished(problem, goal, plan, width, search, products, fit, found, left, before, cut)
    return CycleModel.of(build_result(finished, options, started))


def _checked(
    problem: Problem, products: Products, found: Found, counter: _Counter
) -> tuple[JointFit, Left]:
    """Return the lines after a step by what they leave of the values, and what that is."""
    fit = found.fit
    free = np.flatnonzero(~fit.structure.fixed)
    for _ in range(2):
        left = left_by(problem, fit.lines, counter.begin())
        if not len(fit.structure.frequency):
            return fit, left
        after = stepped(products, fit, left.pull, free, found.variance)
        count = len(fit.coefficients)
        step = after.coefficients - fit.coefficients
        gain = float(step @ left.pull[:count])
        still = after.step < _STILL and abs(gain) < _STILL * found.variance
        fit = after
        if still:
            break
    return fit, left


def _variance_of(problem: Problem, chi2: float) -> float:
    return max(chi2, 1e-300) / max(problem.overview.n_samples - len(problem.start), 1)


def _parameters(fit: JointFit) -> int:
    return len(fit.coefficients) + int(np.count_nonzero(~fit.structure.fixed))


def _beginning(problem: Problem, goal: Goal) -> JointFit:
    """Return the fit of what is known beforehand."""
    structure = Structure.empty()
    for frequency in goal.known:
        structure = structure.plus(frequency, fixed=True)
    start = np.append(problem.start, np.zeros(2 * len(goal.known)))
    return JointFit(structure, start, np.empty((0, 0)), np.inf)


def _band(overview: Overview, options: Options, memory: float) -> tuple[SearchPlan, bool]:
    """Return the band, and whether memory has cut it.

    Raises
    ------
    ValueError
        If a band that was asked for takes more memory than is allowed.
    """
    plan = plan_band(overview.sampling, *options.period_limits, "dense", unit=overview.scale.unit)
    most = int(1e9 * memory / CHUNKS.bytes_per_frequency)
    spacing = spacing_of(overview.baseline)
    last = round(plan.maximum_frequency / spacing)
    if last <= most:
        return plan, False
    if options.minimum_period is not None:
        raise ValueError(
            f"minimum_period={options.minimum_period:g} makes a band of {last:.3g} frequencies, of "
            f"which {memory:g} GB hold {most:.3g}. To fix this, pass max_memory="
            f"{1.1e-9 * last * CHUNKS.bytes_per_frequency:.2g}, or a minimum_period of at least "
            f"{1.001 / (most * spacing):.3g}."
        )
    reason = (
        f"up to {most} frequencies, which {memory:g} GB hold, although the samples tell of more; "
        f"pass minimum_period and a larger max_memory to search further"
    )
    lowest = min(plan.minimum_frequency, 0.5 * most * spacing)
    return grid(lowest, most * spacing, spacing, regular=plan.regular, reason=reason), True


def _goal(options: Options, plan: SearchPlan, overview: Overview) -> Goal:
    """Return what is asked for.

    Raises
    ------
    ValueError
        If a known period is none that could be found.
    """
    highest, lowest = plan.maximum_frequency, 1.0 / overview.baseline
    for period in options.known:
        if not 1.0 / highest <= period <= 1.0 / lowest:
            raise ValueError(
                f"known has the period {period:g}: expected {1.0 / highest:.3g} to "
                f"{1.0 / lowest:.3g}, which the band holds. To fix this, leave it out, or pass a "
                f"smaller minimum_period."
            )
    longest = options.maximum_period
    return Goal(
        max_cycles=options.max_cycles,
        max_order=options.harmonics,
        false_alarm=options.false_alarm,
        effort=Effort("dense", float(plan.n_frequencies), None),
        known=tuple(1.0 / period for period in options.known),
        drift=False,
        slow_limit=CYCLES.minimum / overview.baseline if longest is None else 1.0 / longest,
    )


def _width(overview: Overview, plan: SearchPlan) -> float:
    """Return the effective bandwidth of the search, from the random sample of the times."""
    sample = overview.sample
    times = sample.times.since(overview.origin)
    weights = np.ones(len(times)) if sample.relative is None else sample.relative
    length = float(effective_bandwidths(times, weights))
    return (plan.maximum_frequency - plan.minimum_frequency) * length


class _Counter:
    """Tells the user of the rows that are done in each pass."""

    def __init__(self, progress: Progress | None, n_rows: int) -> None:
        self.progress, self.n_rows = progress, n_rows

    def begin(self) -> Callable[[int], None] | None:
        """Return what is to be called with the rows of each piece of a pass."""
        if self.progress is None:
            return None
        done = [0]

        def seen(rows: int) -> None:
            done[0] += rows
            assert self.progress is not None
            self.progress(done[0], self.n_rows)

        return seen
