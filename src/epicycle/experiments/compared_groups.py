"""Each group's rhythm: of its subjects, with the scatter between them, or of its samples."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import special

from epicycle.experiments.compared_samples import ComparedSamples
from epicycle.experiments.comparison import GroupRhythm
from epicycle.experiments.cosinor_series import QUANTITIES, Plan, SeriesRhythm
from epicycle.experiments.group_means import NOTHING, Estimate, circular_mean_of, mean_of
from epicycle.limits import COMPARING
from epicycle.samples.arrays import Floats
from epicycle.samples.phase import wrap

#: Times, values and plan -> the rhythm of a series.
FitSeries = Callable[[Floats, Floats, Plan], SeriesRhythm]

MESOR, AMPLITUDE, PHASE, PERIOD = range(len(QUANTITIES))


@dataclass(frozen=True, eq=False)
class GroupFit:
    """The rhythms of a group's series.

    Attributes
    ----------
    label : str
    fits : dict
        Rhythm of each subject by its label; of all samples under "".
    left_out : tuple of str
        Subjects that cannot be fitted.
    constant : tuple of str
        Subjects left out because their values do not change, as of a dead one, or a dead sensor.
    of_subjects : bool
    paired : bool
        Whether every subject counts alike, so that means of differences are differences of means.
    stopped : tuple of (str, float)
        Subjects whose values do not change from a time on, a cycle or more before the end.
    """

    label: str
    fits: dict[str, SeriesRhythm]
    left_out: tuple[str, ...]
    of_subjects: bool
    paired: bool = False
    constant: tuple[str, ...] = ()
    stopped: tuple[tuple[str, float], ...] = ()

    @cached_property
    def p_value(self) -> float:
        """Probability of all these rhythms in noise, by Fisher's method."""
        logs = [np.log(max(fit.p_value, 1e-300)) for fit in self.fits.values()]
        return float(special.chdtrc(2 * len(logs), -2 * sum(logs)))

    @cached_property
    def rhythmic(self) -> bool:
        """Whether there is a phase, and a period, to be compared."""
        if not self.of_subjects:
            return all(fit.rhythmic for fit in self.fits.values())
        return self.p_value < COMPARING.group_rhythm_chance and any(
            fit.rhythmic for fit in self.fits.values()
        )

    def shown(self, quantity: int) -> dict[str, SeriesRhythm]:
        """Return the subjects that show a quantity: of phase and period, those with a rhythm."""
        if quantity in (MESOR, AMPLITUDE):
            return self.fits
        if not self.rhythmic:
            return {}
        strays = self.strays
        return {k: f for k, f in self.fits.items() if f.rhythmic and k not in strays}

    @cached_property
    def strays(self) -> tuple[str, ...]:
        """Subjects with a weak rhythm whose period is far from all others: noise, by Grubbs' test.

        Where the period is searched, a few of many subjects without a rhythm show one by chance.
        """
        shown = {k: f for k, f in self.fits.items() if f.rhythmic}
        periods = np.array([f.value[PERIOD] for f in shown.values()])
        n = len(periods)
        if n < 4 or np.ptp(periods) <= 1e-9 * periods.mean():
            return ()
        apart = np.abs(periods - periods.mean()) / periods.std(ddof=1)
        far = int(apart.argmax())
        room = max((n - 1) ** 2 / n - apart[far] ** 2, 1e-12)
        t = apart[far] * np.sqrt((n - 2) / room)
        chance = 2 * n * float(special.stdtr(n - 2, -t))
        name = list(shown)[far]
        weak = shown[name].p_value > COMPARING.weak
        return (name,) if weak and chance < COMPARING.stray_chance else ()

    def estimate(self, quantity: int) -> Estimate:
        """Return a quantity of the group; a phase in turns after the reference time."""
        fits = list(self.shown(quantity).values())
        if not fits:
            return NOTHING
        value = np.array([fit.value[quantity] for fit in fits])
        variance = np.array([fit.covariance[quantity, quantity] for fit in fits])
        if not self.of_subjects:
            return Estimate(float(value[0]), float(variance[0]), fits[0].freedom, fits[0].n_values)
        if self.paired:
            variance = np.zeros(len(value))
        return circular_mean_of(value, variance) if quantity == PHASE else mean_of(value, variance)


def fit_groups(
    samples: ComparedSamples, plan: Plan, fit: FitSeries, *, paired: bool = False
) -> list[GroupFit]:
    """Return the rhythms of all groups.

    Raises
    ------
    ValueError
        If a group has no series that can be fitted.
    """
    result = []
    least = plan.n_parameters + COMPARING.fewest_per_subject
    for g, label in enumerate(samples.labels):
        here = samples.group == g
        of_subjects = samples.subject is not None
        names = np.unique(samples.subject[here]) if samples.subject is not None else [""]
        fits: dict[str, SeriesRhythm] = {}
        still: dict[str, bool] = {}
        stopped: list[tuple[str, float]] = []
        left_out, why = [], ""
        for name in names:
            rows = here if samples.subject is None else here & (samples.subject == name)
            if np.count_nonzero(rows) < least:
                left_out.append(str(name))
                why = f"at least {least} values are needed for {plan.n_parameters} parameters"
                continue
            try:
                fits[str(name)] = fit(samples.t[rows], samples.y[rows], plan)
                still[str(name)] = float(np.ptp(samples.y[rows])) == 0
                since = _stopped(samples.t[rows], samples.y[rows], 1.0 / plan.lowest)
                if since is not None and of_subjects:
                    stopped.append((str(name), since))
            except ValueError as problem:
                left_out.append(str(name))
                why = str(problem)
        if not fits:
            raise ValueError(
                f"group {label!r} has no {'subject' if of_subjects else 'samples'} to fit: {why}. "
                f"To fix this, add samples, lower harmonics= or trend=, or leave the group out."
            )
        # where all are alike, a level is what the group has
        constant = [k for k, one in fits.items() if still[k]]
        if len(constant) == len(fits):
            constant = []
        shown = {k: one for k, one in fits.items() if k not in constant}
        died = tuple(one for one in stopped if one[0] not in constant)
        result.append(
            GroupFit(label, shown, tuple(left_out), of_subjects, paired, tuple(constant), died)
        )
    return result


def _stopped(t: Floats, y: Floats, cycle: float) -> float | None:
    """Return since when values do not change, if that is a cycle or more before the end."""
    order = np.argsort(t, kind="stable")
    t, y = t[order], y[order]
    changes = np.flatnonzero(np.diff(y))
    if not len(changes):
        return None
    first = int(changes[-1]) + 1
    long = t[-1] - t[first] >= cycle and len(t) - first >= COMPARING.fewest_stopped
    return float(t[first]) if long else None


def described(one: GroupFit, plan: Plan) -> GroupRhythm:
    """Return a group's rhythm as the user gets it."""
    mesor, amplitude = one.estimate(MESOR), one.estimate(AMPLITUDE)
    phase, period = one.estimate(PHASE), NOTHING if plan.held else one.estimate(PERIOD)
    turns, cycle = phase.value, 1 / plan.lowest if plan.held else period.value
    if plan.held:
        # from the origin of times, within one cycle
        turns = float(wrap(np.array([turns + plan.at * plan.lowest]))[0]) % 1.0 % 1.0
    return GroupRhythm(
        label=one.label,
        n_subjects=len(one.fits) if one.of_subjects else None,
        n_rhythmic=sum(f.rhythmic for f in one.fits.values()) if one.of_subjects else None,
        n_values=sum(f.n_values for f in one.fits.values()),
        mesor=mesor.value,
        mesor_error=mesor.error,
        amplitude=amplitude.value,
        amplitude_error=amplitude.error,
        phase=turns * cycle,
        phase_error=phase.error * cycle,
        period=cycle if one.rhythmic else np.nan,
        period_error=(0.0 if plan.held else period.error) if one.rhythmic else np.nan,
        p_value=one.p_value,
        rhythmic=one.rhythmic,
    )
