"""The main path: from a table of samples to cycles with errors."""

from __future__ import annotations

import time
from typing import Any

from epicycle.effects.bends import with_bent_trend
from epicycle.effects.counts import with_counts
from epicycle.effects.gains import with_settled_gains
from epicycle.effects.task import Task
from epicycle.effects.varying import with_varying_amplitudes
from epicycle.events.pursuit import find_in_events
from epicycle.limits import INPUTS
from epicycle.model import CycleModel
from epicycle.pursuit.asked import plan_asked
from epicycle.pursuit.goal import goal_of_events
from epicycle.pursuit.pursuit import Pursuit
from epicycle.results.compose import build_model
from epicycle.results.drowned import pursue_by_loss
from epicycle.results.origin import Origin
from epicycle.samples.budget import Budget
from epicycle.samples.data import Data, build_data
from epicycle.samples.given import Given
from epicycle.samples.options import PIECEWISE, Options
from epicycle.samples.response import COUNT, on_scale
from epicycle.spectra.bands import Progress
from epicycle.spectra.plan import SearchPlan, plan_search


def find_cycles(
    t: Any,
    y: Any = None,
    dy: Any = None,
    *,
    group: Any = None,
    per_group: str = "auto",
    weights: Any = None,
    unit: str | None = None,
    minimum_period: float | None = None,
    maximum_period: float | None = None,
    max_cycles: int = 30,
    harmonics: int = 16,
    false_alarm: float = 0.01,
    drift: bool = False,
    strategy: str = "auto",
    max_frequencies: float = 2.0**29,
    max_seconds: float | None = None,
    max_memory: float = INPUTS.memory,
    signal_to_noise: float | None = None,
    trend: int | str = "auto",
    varying_amplitude: bool = False,
    known: Any = (),
    period: Any = None,
    exposure: float = 0.0,
    red_noise: bool = False,
    loss: str = "auto",
    response: str = "auto",
    covariates: Any = None,
    clock: str = "elapsed",
    progress: Progress | None = None,
) -> CycleModel:
    """Find the cycles in samples taken at any times.

    Parameters
    ----------
    t : array_like, shape (n,)
        Times, in any order: numbers, integers, datetime64 of any resolution, pandas Series or
        DatetimeIndex with or without a time zone, texts of ISO 8601, or a tuple (integer part,
        fractional part) for times that no float64 can hold.  Objects of astropy, polars, xarray,
        pyarrow and torch are used with their units and masks; a light curve, a series whose index
        are dates, or a table with columns of times and values may be passed whole.  Nothing is
        corrected for the motion of the observer: astronomical times must already be barycentred.
    y : array_like, shape (n,) or (n, d), optional
        Values.  Several outputs share their frequencies and have amplitudes of their own.  NaN
        marks a missing value.  Without `y`, `t` are the times of events, such as photons or
        spikes, and the cycles are those of their rate.
    dy : float or array_like, shape (n,) or (n, d), optional
        Standard errors.  Scatter beyond them is fitted per group as a jitter.  Without `dy` the
        scatter is estimated.
    group : array_like, shape (n,), optional
        Labels of instruments, bands or series; each group has an offset and a jitter of its own.
        They are told in the order of the first time of each, whatever the order of the rows.
    per_group : str
        What else differs between groups.  "offset": nothing, they share every amplitude and
        phase, as instruments do that measure the same thing.  "waveform": each has amplitudes
        and phases of its own at the common frequencies, as bands do; the groups are then the
        outputs of the result.  "amplitude": one waveform for all, times a gain of each, as
        sensors of different sensitivity have, see :mod:`epicycle.effects.gains`.  "auto" takes
        "offset" or "waveform", what is likelier for the likeliest period, and "offset" where the
        search is too large to compare the two.
    weights : array_like, shape (n,), optional
        Relative weights, in place of `dy`, taken as inverse variances as far as the scatter of
        the values goes with them; where it does not, errors and false alarms count the fewer
        samples that weights so unequal leave.  Of events, for example the probability that each
        belongs to the source.
    unit : str, optional
        Unit of time ("s", "min", "h", "d", "w", "y", ...).  For datetimes, the unit of all
        periods, by default "d"; for numbers, a label.
    minimum_period, maximum_period : float, optional
        Limits of the search.  By default it ends at the Nyquist frequency of regular samples, or
        where the gaps between irregular samples suggest (``result.search.reason`` says it), and
        begins at one cycle over the baseline; cycles of which fewer than five fit into the
        baseline are then fitted as slow variation, see
        :func:`epicycle.results.slow.slow_fundamentals`.
    max_cycles : int
        Stop at this many cycles, even if more are significant.
    harmonics : int
        Highest harmonic tried for each cycle; 1 means sinusoids only.  From 16 on, in regular
        samples, dips and steps too sharp for 16 of them get as many as there is evidence for, up
        to 256.
    false_alarm : float
        Largest probability, over the whole band, with which noise may imitate a line that stays.
    drift : bool
        Let the frequency of each cycle change linearly with time, by up to 32 / baseline**2 per
        unit of time (more for events searched by the ladder).
    strategy : str
        "dense" evaluates every frequency of the band; "ladder" follows pairs of close samples to
        the few frequencies that matter, at a cost that hardly depends on the baseline, and sees
        strong lines only; "auto" takes the dense search where it is cheap, else the ladder, and
        the dense search after it if nothing was found and `max_frequencies` allows it.
    max_frequencies : float
        Largest number of frequencies that one search may evaluate.  On two cores a ladder takes
        about 5e8 a second, and other work counts by its time; a dense search evaluates each
        frequency three times, 1e8 a second.
    max_seconds : float, optional
        Time that the search may take.  What is begun is finished: when the time is over, no
        further step is taken, what was found is fitted, and `undecided` says what is missing; a
        search that has found nothing by then is an error that says how long it would take.
    max_memory : float
        GB that the search may take beside the data.  What would take more, by the formulas of
        docs/limits.md, is refused beforehand.
    signal_to_noise : float, optional
        Amplitude of the weakest cycle expected, in units of the noise of a single sample (of
        events: its modulation of the rate).  The planner then takes the cheapest search that sees
        it, and says so where none can.
    trend : int, "auto" or "piecewise"
        Degree of the polynomial in time that is fitted along; 0 is a constant.  A degree that is
        named goes on beyond the data as it is.  "auto" is a straight line inside them, and beyond
        them what explains them best: a constant, a line, or a level that lives, with errors that
        have a memory besides, averaged with a regular series smoothed, see
        :mod:`epicycle.living`.  "piecewise" is a straight line whose slope may change a few times,
        where the Bayesian information criterion prefers that to slow variation.
    varying_amplitude : bool
        Let the amplitude of each cycle of at least ten turns vary slowly, by a factor that its
        whole waveform and all outputs share, where there is evidence that it does.  Beyond the
        data it returns to its mean, with an error that grows; see
        :mod:`epicycle.evidence.envelope`.
    known : float or array_like
        Periods known to be in the data.  They are fitted first, held, and have a row whatever
        supports them; others are looked for beside them.
    period : float or tuple of two floats, optional
        A rhythm to ask about: is there one of this period, or of a period in this range?  Nothing
        else is looked for.  A value is held, and judged by the exact F-test of a cosinor: the
        false-alarm probability is its p-value.  A range is searched, and pays for no more.  Few
        cycles over the baseline are no obstacle; where the samples cannot tell the rhythm from
        trend, offsets or known periods, that is an error with the condition number.  The answer
        is in ``result.asked``, and in `cycles` where it is significant.
    exposure : float
        Length of the exposure of each sample, which blurs fast cycles; amplitudes are corrected.
    red_noise : bool
        Let the noise be stronger at some frequencies than at others, as noise with a memory is.
        Its smooth spectrum is estimated, and candidates, their significance and their errors are
        measured against it.  Needs the dense search.
    loss : str
        "squares", or "huber" where some values may be far off: their influence is then bounded,
        see :mod:`epicycle.effects.outliers`.  "auto" is "squares", and "huber" where values far
        off carry most of the variance and squares show no cycle beside them; a note says so.
        Either way they are listed in the result's `outliers`.
    response : str
        The scale on which level, cycles and covariates add up: "identity", that of the values;
        "log", where seasons multiply and values are positive; "logit", for shares above 0 and
        below 1; "count", for whole numbers whose scatter grows with their mean, see
        :mod:`epicycle.effects.counts`.  Amplitudes are on that scale, predictions and intervals on
        that of the values.  "auto" finds cycles in the values as they are, and predicts by the
        logarithm beyond the data, or as of counts, where the data say that this is likelier.
    covariates : array_like, shape (n,) or (n, q), optional
        What else the values depend on, linearly; fitted along.
    clock : str
        Of datetimes with a time zone: "elapsed" counts the time that really passes, as tides and
        stars do; "local" counts what the clocks of that zone show, as people do, through every
        change to summer time and back.  Datetimes without a zone are taken as they stand.
    progress : callable, optional
        Called with (frequencies done, frequencies in all) during each search.

    Returns
    -------
    CycleModel
        Finding nothing is a result with no cycles.

    Raises
    ------
    TypeError, ValueError
        If an argument cannot be used; the message names it and how to mend it.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(1)
    >>> t = rng.uniform(0, 1000, 500)
    >>> y = 3 * np.sin(2 * np.pi * t / 29.53) + rng.normal(size=500)
    >>> cycle = find_cycles(t, y).cycles[0]
    >>> abs(cycle.period - 29.53) < 3 * cycle.period_error
    True
    """
    started = time.perf_counter()
    given = Given.of(t, y, dy, weights, group, covariates)
    options = Options(
        per_group=per_group,
        unit=unit,
        minimum_period=minimum_period,
        maximum_period=maximum_period,
        max_cycles=max_cycles,
        harmonics=harmonics,
        false_alarm=false_alarm,
        drift=drift,
        strategy=strategy,
        max_frequencies=max_frequencies,
        max_seconds=max_seconds,
        max_memory=max_memory,
        signal_to_noise=signal_to_noise,
        trend=trend,
        varying_amplitude=varying_amplitude,
        known=known,
        period=period,
        exposure=exposure,
        red_noise=red_noise,
        loss=loss,
        response=response,
        clock=clock,
    ).checked(of_events=given.of_events)
    budget, progress = options.budget(progress)
    if given.of_events:
        return _find_in_events(given, options, budget, progress)
    samples = on_scale(given.samples(options), options.response)
    data = build_data(samples, options.degree)
    task = Task.of(samples, data, _band(data, options, samples.scale.unit), options, budget)
    found, task, gains = pursue_by_loss(task, progress)
    if options.trend == PIECEWISE:
        found = with_bent_trend(found, task, progress)
    if gains is not None:
        found, task, gains = with_settled_gains(found, task, gains)
    found, task = _with_effects(found, task, progress)
    return CycleModel.of(build_model(Origin(given, task, found, gains), started))


def _with_effects(found: Pursuit, task: Task, progress: Progress | None) -> tuple[Pursuit, Task]:
    """Return a pursuit with amplitudes that vary, or of counts as such, where that was asked."""
    if task.options.varying_amplitude:
        return with_varying_amplitudes(found, task, progress)
    return with_counts(found, task, progress) if task.options.response == COUNT else (found, task)


def _band(data: Data, options: Options, unit: str) -> SearchPlan:
    """Return the band that is searched: as wide as the samples support, or what is asked about."""
    if options.asked is not None:
        return plan_asked(data, options.asked, unit)
    limits = options.period_limits
    return plan_search(data, *limits, options.strategy, widened=not options.drift, unit=unit)


def _find_in_events(
    given: Given, options: Options, budget: Budget, progress: Progress | None
) -> CycleModel:
    goal, limits = goal_of_events(options, budget), options.period_limits
    events = given.events(options)
    return CycleModel.of(find_in_events(events, goal, limits, options.strategy, progress))
