"""The main path: from a table of samples to cycles with errors."""

from __future__ import annotations

import time
from dataclasses import replace
from functools import partial
from typing import Any

from epicycle.effects import outliers
from epicycle.effects.bends import PIECEWISE, check_trend, with_bent_trend
from epicycle.effects.gains import NOT_MEASURED, divided, first_gains, settled
from epicycle.effects.groups import check_choice, have_own_waveforms, may_differ, spread
from epicycle.effects.varying import Steps, too_short_notes, with_varying_amplitudes
from epicycle.events.pursuit import find_in_events
from epicycle.fit.noise import NoiseModel
from epicycle.limits import CYCLES
from epicycle.model import CycleModel
from epicycle.pursuit.goal import Effort, Goal
from epicycle.pursuit.pursuit import Pursuit, pursue, refitted
from epicycle.results.compose import build_model
from epicycle.results.origin import Origin
from epicycle.samples import checks
from epicycle.samples import options as _check_options
from epicycle.samples.data import Data, build_data
from epicycle.spectra.bands import Progress
from epicycle.spectra.plan import plan_search

#: Arguments that are data or belong to one call only; the others are kept to fit alike again.
_NOT_OPTIONS = ("t", "y", "progress")


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
    signal_to_noise: float | None = None,
    trend: int | str = 1,
    varying_amplitude: bool = False,
    known: Any = (),
    exposure: float = 0.0,
    red_noise: bool = False,
    loss: str = "squares",
    covariates: Any = None,
    clock: str = "elapsed",
    progress: Progress | None = None,
) -> CycleModel:
    """Find the cycles in samples taken at any times.

    Parameters
    ----------
    t : array_like, shape (n,)
        Times, in any order: numbers, integers, datetime64 of any resolution, pandas Series or
        DatetimeIndex with or without a time zone, or a tuple (integer part, fractional part) for
        times that no float64 can hold.  Nothing is corrected for the motion of the
        observer: astronomical times must already be barycentred.
    y : array_like, shape (n,) or (n, d), optional
        Values.  Several outputs share their frequencies and have amplitudes of their own.  NaN
        marks a missing value.  Without `y`, `t` are the times of events, such as photons or
        spikes, and the cycles are those of their rate.
    dy : float or array_like, shape (n,) or (n, d), optional
        Standard errors.  Scatter beyond them is fitted per group as a jitter.  Without `dy` the
        scatter is estimated.
    group : array_like, shape (n,), optional
        Labels of instruments, bands or series; each group has an offset and a jitter of its own.
    per_group : str
        What else differs between groups.  "offset": nothing, they share every amplitude and
        phase, as instruments do that measure the same thing.  "waveform": each has amplitudes
        and phases of its own at the common frequencies, as bands do; the groups are then the
        outputs of the result.  "amplitude": one waveform for all, times a gain of each, as
        sensors of different sensitivity have, see :mod:`epicycle.effects.gains`.  "auto" takes
        "offset" or "waveform", what is likelier for the likeliest period, and "offset" where the
        search is too large to compare the two.
    weights : array_like, shape (n,), optional
        Relative weights, in place of `dy`.  Of events, for example the probability that each
        belongs to the source.
    unit : str, optional
        Unit of time ("s", "min", "h", "d", "w", "y", ...).  For datetimes, the unit of all
        periods, by default "d"; for numbers, a label.
    minimum_period, maximum_period : float, optional
        Limits of the search.  By default it ends at the Nyquist frequency of regular samples, or
        where the gaps between irregular samples suggest (``result.search.reason`` says it), and
        begins at one cycle over the baseline; cycles of which fewer than five fit into the
        baseline are then fitted as slow variation, see :func:`assemble.slow_fundamentals`.
    max_cycles : int
        Stop at this many cycles, even if more are significant.
    harmonics : int
        Highest harmonic tried for each cycle; 1 means sinusoids only.
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
        about 5e8 a second, other work counted as so many; a dense search evaluates each frequency
        three times, 1e8 a second.
    signal_to_noise : float, optional
        Amplitude of the weakest cycle expected, in units of the noise of a single sample (of
        events: its modulation of the rate).  The planner then takes the cheapest search that sees
        it, and says so where none can.
    trend : int or "piecewise"
        Degree of the polynomial in time that is fitted along; 0 is a constant.  "piecewise" is a
        straight line whose slope may change a few times, where the Bayesian information criterion
        prefers that to slow variation.
    varying_amplitude : bool
        Let the amplitude of each cycle of at least ten turns vary slowly, by a factor that its
        whole waveform and all outputs share, where there is evidence that it does.  Beyond the
        data it returns to its mean, with an error that grows; see
        :mod:`epicycle.evidence.envelope`.
    known : float or array_like
        Periods known beforehand.  They are fitted first, and held.
    exposure : float
        Length of the exposure of each sample, which blurs fast cycles; amplitudes are corrected.
    red_noise : bool
        Let the noise be stronger at some frequencies than at others, as noise with a memory is.
        Its smooth spectrum is estimated, and candidates, their significance and their errors are
        measured against it.  Needs the dense search.
    loss : str
        "squares", or "huber" where some values may be far off: their influence is then bounded,
        see :mod:`epicycle.effects.outliers`.  Either way they are listed in the result's
        `outliers`.
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
    options = {name: value for name, value in locals().items() if name not in _NOT_OPTIONS}
    started = time.perf_counter()
    shortest, longest = _check_options.check_period_limits(minimum_period, maximum_period)
    if red_noise:
        strategy = _check_options.check_red_noise(strategy, of_events=y is None)
    goal = Goal(
        max_cycles=_check_options.check_count(max_cycles, "max_cycles"),
        max_order=_check_options.check_count(harmonics, "harmonics"),
        false_alarm=_check_options.check_positive(false_alarm, "false_alarm", below=1.0),
        effort=Effort(
            strategy=strategy,
            max_frequencies=_check_options.check_positive(max_frequencies, "max_frequencies"),
            share=_share(signal_to_noise, of_events=y is None),
        ),
        known=(),
        drift=bool(drift),
        slow_limit=0.0 if longest is None else 1.0 / longest,
        red_noise=bool(red_noise),
    )
    outliers.check_loss(loss, of_events=y is None)
    if varying_amplitude:
        _check_options.check_has_values("varying_amplitude", of_events=y is None)
    if y is None:
        events = checks.check_events(
            t,
            weights,
            unit=unit,
            dy=dy,
            group=group,
            known=known,
            exposure=exposure,
            covariates=covariates,
            clock=clock,
        )
        return CycleModel.of(find_in_events(events, goal, (shortest, longest), strategy, progress))

    samples = checks.check_samples(
        t, y, dy, weights=weights, group=group, unit=unit, covariates=covariates, clock=clock
    )
    degree = check_trend(trend)
    data = build_data(samples, degree)
    plan = plan_search(data, shortest, longest, strategy)
    choice, differ, ranking = check_choice(per_group), False, None
    several = may_differ(samples)
    if choice in ("auto", "waveform") and several:
        own = spread(samples)
        differ = True
        if choice == "auto":
            noises = NoiseModel.of(samples), NoiseModel.of(own)
            differ, compared = have_own_waveforms(data, build_data(own, degree), noises, plan)
            ranking = compared if differ else None
        if differ:
            samples, data = own, build_data(own, degree)
    goal = replace(
        goal,
        known=_check_options.check_known(known, plan.maximum_frequency, data.baseline),
        slow_limit=CYCLES.minimum / data.baseline if longest is None else 1.0 / longest,
    )
    blur = _check_options.check_exposure(exposure, 1.0 / plan.maximum_frequency)
    undecided = []
    if len(samples.times) < CYCLES.minimum_samples + data.nuisance.shape[1]:
        undecided.append(
            f"too few samples: {len(samples.times)}, and a period is claimed from "
            f"{CYCLES.minimum_samples + data.nuisance.shape[1]} upwards"
        )
        goal = replace(goal, max_cycles=0)
    gained, given = None, samples
    if choice == "amplitude" and several and not undecided:
        gained = first_gains(samples, data, plan, goal, progress)
        if gained is None:
            undecided.append(NOT_MEASURED)
            goal = replace(goal, max_cycles=0)
        else:
            ranking = gained.ranking
            samples = divided(samples, gained.value)
            data = build_data(samples, degree)

    noise = NoiseModel.of(samples)

    def once(problem: Data) -> Pursuit:  # with the noise in the units of the latest gains
        return pursue(problem, noise, plan, goal, ranking=ranking, progress=progress)

    def search(problem: Data) -> Pursuit:
        if loss == "squares":
            return once(problem)
        return outliers.pursue_robustly(problem, once)

    found = search(data)
    if trend == PIECEWISE:
        found = with_bent_trend(found, goal, search, samples)
    if gained is not None:
        found, gained = settled(found, given, gained, partial(refitted, plan=plan, goal=goal))
        samples = divided(given, gained.value)
        noise = NoiseModel.of(samples)
    if varying_amplitude:
        again = partial(refitted, noise=noise, plan=plan, goal=goal)
        steps = Steps(search, again, goal.slow_limit, noise.absolute)
        problem = replace(found.data, y=samples.y, weights=data.weights)
        found = with_varying_amplitudes(found, problem, steps)
        undecided += too_short_notes(found, goal.slow_limit)
    origin = Origin(
        samples=samples,
        noise=noise,
        plan=plan,
        goal=goal,
        exposure=blur,
        notes=tuple(undecided),
        found=found,
        raw=(t, y, group),
        options=options,
        by_group=differ,
        gains=gained,
    )
    return CycleModel.of(build_model(origin, started))


def _share(signal_to_noise: float | None, *, of_events: bool) -> float | None:
    """Return the share of the variance of a sinusoid, or of the products of events."""
    if signal_to_noise is None:
        return None
    ratio = _check_options.check_positive(signal_to_noise, "signal_to_noise", below=1e30)
    ratio = max(ratio, 1e-30)  # no search sees so weak a cycle, and its share would be 0
    return 0.5 * ratio**2 if of_events else ratio**2 / (ratio**2 + 2)
