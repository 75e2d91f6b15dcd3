"""One rhythm that the user asks about: judged by an exact test, and fitted; nothing else is sought.

A pursuit asks which cycles there are.  Twelve samples over two days cannot say, but they can say
whether there is a rhythm of 24 hours.  The period is held, or searched in its range alone; no line
of slow variation is fitted beside it that could swallow it, and no number of cycles over the
baseline is asked for: the conditioning of its columns decides whether the design can tell.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import scipy

from epicycle.evidence.held import HeldTest, Verdict, carried_orders, cheaper
from epicycle.evidence.judge import Judge
from epicycle.evidence.window import Trials, spectral_window
from epicycle.fit.errors import covariance
from epicycle.fit.joint import Fit
from epicycle.fit.lines import Structure
from epicycle.fit.noise import NoiseModel, is_exact
from epicycle.fit.scatter import with_shared_scatter
from epicycle.limits import ALIASES, ASKED
from epicycle.pursuit import harmonics
from epicycle.pursuit.goal import Goal, asked_fundamentals
from epicycle.pursuit.pursuit import Pursuit, Said
from epicycle.pursuit.workbench import Workbench
from epicycle.samples.arrays import Floats
from epicycle.samples.data import Data
from epicycle.samples.options import check_separable
from epicycle.samples.units import in_unit
from epicycle.search.dense import DenseSearch
from epicycle.spectra.bands import Progress
from epicycle.spectra.plan import SearchPlan, grid
from epicycle.spectra.sampling import Sampling

#: Line widths to either side of a held period that the picture of the spectrum shows.
_PORTRAIT = 2.0

#: Grid points of a range at least: a rhythm of a cycle or two has a wide maximum.
_LEAST_POINTS = 64

#: A range with more numbers than this in its columns is searched by fast sums first.
_DIRECT = 1 << 24

#: The spectrum of red noise is estimated up to this multiple of the frequency in question.
_WIDE = 4.0

#: Maxima of these that are refined.
_MAXIMA = 4

#: Rounds in which weights that follow the scatter, and the waveform, settle.
_ROUNDS = 3

#: Numbers of harmonics at which waveforms are judged.
_WAVEFORMS = (2, 3, 4, 6, 8, 12, 16)

#: A maximum nearer to an end of the range than this part of 1/T lies at that end.
_AT_END = 1e-3


def plan_asked(data: Data, asked: tuple[float, float], unit: str = "") -> SearchPlan:
    """Return the band that is searched, or shown where a period is held.

    Parameters
    ----------
    data : Data
        The regression problem.
    asked : tuple of float
        Shortest and longest period, alike where it is held.
    unit : str
        Their unit.
    """
    lowest, highest = 1 / asked[1], 1 / asked[0]
    spacing = 1.0 / (ASKED.points * data.baseline)
    told = f"{1 / highest:.6g}" if lowest == highest else f"{1 / highest:.6g} to {1 / lowest:.6g}"
    told = f"{told} {unit}".rstrip()
    if lowest < highest:
        return grid(lowest, highest, spacing, reason=f"only the range asked about, {told}")
    half = min(_PORTRAIT / data.baseline, 0.5 * lowest)
    return grid(
        lowest - half,
        highest + half,
        spacing,
        reason=f"only the period asked about, {told}: its surroundings are shown, not searched",
    )


def judge_asked(
    data: Data,
    noise: NoiseModel,
    plan: SearchPlan,
    goal: Goal,
    *,
    progress: Progress | None = None,
) -> Pursuit:
    """Return what the data say of the rhythm that is asked about, as the end of a pursuit.

    The arguments are those of :func:`epicycle.pursuit.pursuit.pursue`.

    Raises
    ------
    ValueError
        If the design cannot tell the rhythm from what is fitted along.
    """
    question = _Question(data, noise, plan, goal, progress)
    answer = question.answered()
    work, fit = answer.work, answer.fit
    level = question.judge.noise_level(work.data, fit)
    errors = covariance(work.data, fit, level)
    false_alarm = question.judge.of_all(work.data, fit, errors, level)
    if not goal.red_noise:
        false_alarm[asked_fundamentals(fit.structure, goal)] = answer.said.false_alarm
    last = work.search(fit)
    return Pursuit(
        data=work.data,
        fit=fit,
        jitter=question.jitter_of_groups(answer.jitter),
        level=level,
        covariance=errors,
        false_alarm=false_alarm,
        first=work.portrait(work.null(question.known), fit, last),
        last=work.portrait(fit, fit, last),
        depth=None,
        remedies=None,
        search=replace(work.searcher.report(), choice="one rhythm is judged, no other sought"),
        bandwidth=answer.said.width,
        notes=(),
        asked=answer.said,
        window=spectral_window(work.data, plan),
    )


@dataclass(frozen=True)
class _Answer:
    """What is said, and the fit; it holds the rhythm only where one could be measured."""

    work: Workbench
    fit: Fit
    jitter: Floats
    said: Said


class _Question:
    """A rhythm in question, beside known lines, with weights that follow the scatter."""

    def __init__(
        self,
        data: Data,
        noise: NoiseModel,
        plan: SearchPlan,
        goal: Goal,
        progress: Progress | None,
    ) -> None:
        assert goal.asked is not None
        self._data, self._noise, self._plan, self._goal = data, noise, plan, goal
        self._progress = progress
        self._lowest, self._highest = goal.asked
        self.known = Structure.empty()
        for frequency in goal.known:
            self.known = self.known.plus(frequency, fixed=True)
        step = Sampling.of(data, widened=False).step
        self._nyquist = math.inf if step is None else 0.5 / step
        trials = self._trials(data)
        self.judge = Judge(
            trials, noise, goal.false_alarm, goal.max_order, red_noise=goal.red_noise
        )

    @property
    def held(self) -> bool:
        """Whether one period is asked about, not a range."""
        return self._lowest == self._highest

    def _trials(self, data: Data) -> Trials:
        """Return what is tried: a smooth noise spectrum is that of a wide band around it."""
        if not self._goal.red_noise:
            return Trials(data, self._lowest, self._highest)
        mean_nyquist = len(data.times) / (2 * data.baseline)
        low = min(1.0 / data.baseline, self._lowest)
        high = min(max(_WIDE * self._highest, mean_nyquist), max(self._nyquist, self._highest))
        return Trials(data, low, high, (self._highest - self._lowest) / max(high - low, 1e-300))

    def jitter_of_groups(self, jitter: Floats) -> Floats:
        """Return a row for every group, also where all share one scatter."""
        return np.broadcast_to(jitter, (self._noise.n_groups, jitter.shape[1])).copy()

    def answered(self) -> _Answer:
        """Return the verdict with the fit, once weights and waveform have settled."""
        work, fit, _ = self._settled(self._noise, self.known)
        if len(self._goal.known):
            absolute, most = self._noise.absolute, self._goal.max_order
            self.known = harmonics.extend(work.data, fit, work.test, most, absolute).structure
        answer = self._judged(work)
        for _ in range(_ROUNDS if self._noise.absolute else 0):
            noise = with_shared_scatter(self._noise, answer.fit.residual, answer.fit.n_parameters)
            work, _, _ = self._settled(noise, answer.fit.structure)
            answer = self._judged(work)
        return answer

    def _settled(self, noise: NoiseModel, structure: Structure) -> tuple[Workbench, Fit, Floats]:
        data = self._data
        if not noise.absolute:  # groups that scatter alike
            data = data.with_weights(np.where(noise.present, noise.relative[:, np.newaxis], 0.0))
        effort = self._goal.effort
        work = Workbench(data, noise, self._plan, self._goal.false_alarm, effort, self._progress)
        return work, *work.settle(structure, tight=True)

    def _judged(self, work: Workbench) -> _Answer:
        """Return the verdict with the present weights, and the fit that goes with it."""
        test = HeldTest(work.data, self.known)
        if test.dof < ASKED.fewest + 2:
            why = (
                f"too few samples: a rhythm of two numbers beside trend, offsets and known periods "
                f"leaves {test.dof - 2} degrees of freedom, and {ASKED.fewest} are needed to judge"
            )
            return self._without(work, Said(1.0, math.inf, 0.0, (why,)))
        return self._at_held(work, test) if self.held else self._in_range(work, test)

    def _without(self, work: Workbench, said: Said) -> _Answer:
        return _Answer(work, *work.settle(self.known, tight=True), said)

    def _at_held(self, work: Workbench, test: HeldTest) -> _Answer:
        f = self._lowest
        condition = test.condition(f)
        check_separable(1 / f, condition, ASKED.condition, self._data.degree)
        most = carried_orders(test, f, self._goal.max_order, self._nyquist)
        notes = _notes_on_design(self._in_unit(1 / f), condition)
        if f > self._nyquist * (1 + 1e-9):
            image = abs(f - 2 * self._nyquist * round(f / (2 * self._nyquist)))
            notes.append(
                f"samples every {self._in_unit(0.5 / self._nyquist)} look the same at the period "
                f"{self._in_unit(1 / f)} and at {self._in_unit(1 / image)}: which of them it is, "
                f"is not decided"
            )
        best = _judged_at(test, f, most)
        fit, jitter = work.settle(self._with_waveform(work.data, best, most), tight=True)
        level = self._loudness(work.data, fit)
        if level > 1.0:
            best = _judged_at(test, f, most, level)
        return _Answer(work, fit, jitter, Said(best.false_alarm, condition, 0.0, tuple(notes)))

    def _in_unit(self, period: float) -> str:
        return in_unit(period, self._goal.unit)

    def _in_range(self, work: Workbench, test: HeldTest) -> _Answer:
        low, notes = self._tellable(test)
        middle = 0.5 * (low + self._highest)
        most = carried_orders(test, middle, self._goal.max_order, self._nyquist)
        verdicts, widths = [], {}
        places = self._places(work.data, test, low)
        for k in (1, *(k for k in _WAVEFORMS if k <= most)):
            orders = tuple(range(1, k + 1))
            widths[k] = test.width(low, self._highest, orders)
            f = self._best(test, places, low, orders)
            verdicts.append(Verdict(f, test.false_alarm(f, orders, widths[k]), k))
        best = cheaper(verdicts[0], verdicts[1:])
        condition = test.condition(best.frequency)
        said = Said(best.false_alarm, condition, widths[best.orders], tuple(notes))
        margin = _AT_END / self._data.baseline
        if low + margin < best.frequency < self._highest - margin:
            structure = self._with_waveform(work.data, best, most)
            fit, jitter = work.settle(structure, tight=True)
            if low + margin < fit.structure.frequency[-1] < self._highest - margin:
                notes += _notes_on_design(self._in_unit(1 / best.frequency), condition)
                return _Answer(work, fit, jitter, replace(said, notes=tuple(notes)))
        end = low if best.frequency < middle else self._highest
        notes.append(
            f"the evidence rises up to the end {self._in_unit(1 / end)} of the range of periods "
            f"asked about: noise shows as much with the probability {best.false_alarm:.2g}, but no "
            f"period is measured, and none is claimed. A wider range may hold it; a single value, "
            f"such as period={1 / middle:.3g}, asks whether there is a rhythm of that period"
        )
        return self._without(work, replace(said, notes=tuple(notes)))

    def _tellable(self, test: HeldTest) -> tuple[float, list[str]]:
        """Return the lowest frequency of the range that the design can tell, and a note of it."""
        places = np.linspace(self._highest, self._lowest, _LEAST_POINTS // 2)
        told = np.array([test.condition(float(f)) <= ASKED.condition for f in places])
        if not told[0]:
            condition = test.condition(self._highest)
            check_separable(1 / self._highest, condition, ASKED.condition, self._data.degree)
        if told.all():
            return self._lowest, []
        low = float(places[int((~told).argmax()) - 1])
        return low, [
            f"periods beyond {self._in_unit(1 / low)} of the range asked about are hardly "
            f"different from trend, offsets and known periods (condition number above "
            f"{ASKED.condition:g}): not judged"
        ]

    def _places(self, data: Data, test: HeldTest, low: float) -> Floats:
        """Return the highest maxima of the range, of one sinusoid and of two, and its ends."""
        high = self._highest
        chosen = [np.array([low, high])]
        count = max(math.ceil((high - low) * data.baseline * ASKED.points), _LEAST_POINTS) + 1
        if 4 * count * len(data.times) > _DIRECT:
            plan = grid(low, high, (high - low) / (count - 1))
            found = DenseSearch(data, plan).maxima(test.residual, np.ones(data.y.shape[1]))
            return np.concatenate([found.frequency[:_MAXIMA], *chosen])
        places: Floats = np.linspace(low, high, count)
        for orders in ((1,), (1, 2)):
            evidence = np.pad(test.evidence(places, orders), 1, constant_values=-np.inf)
            peak = np.flatnonzero(
                (evidence[1:-1] >= evidence[:-2]) & (evidence[1:-1] >= evidence[2:])
            )
            order = np.argsort(-evidence[1:-1][peak], kind="stable")
            chosen.append(places[peak[order[:_MAXIMA]]])
        return np.concatenate(chosen)

    def _best(self, test: HeldTest, places: Floats, low: float, orders: tuple[int, ...]) -> float:
        """Return the frequency of the range at which a waveform explains most."""
        evidence = test.evidence(places, orders)
        at = float(places[int(evidence.argmax())])
        reach = 1.0 / (ASKED.points * self._data.baseline)
        reach = min(reach, (self._highest - low) / _LEAST_POINTS)
        refined = scipy.optimize.minimize_scalar(
            lambda f: -float(test.evidence(np.array([f]), orders)[0]),
            bounds=(max(at - reach, low), min(at + reach, self._highest)),
            method="bounded",
            options={"xatol": 1e-6 / self._data.baseline},
        )
        return float(refined.x) if -refined.fun >= evidence.max() else at

    def _with_waveform(self, data: Data, best: Verdict, most: int) -> Structure:
        """Return the known lines and the rhythm, with the harmonics that there is evidence for."""
        chosen: tuple[int, ...] = (1,)
        before: tuple[int, ...] = ()
        while chosen != before:  # what was lost in the noise of stronger ones may be seen now
            before = chosen
            for order in sorted(set(range(2, most + 1)) - set(chosen)):
                test = HeldTest(data, self.known.plus(best.frequency, chosen, fixed=True))
                f = order * best.frequency
                if test.dof < ASKED.fewest + 2 or test.condition(f) > ASKED.condition:
                    continue
                if test.false_alarm(f, (1,), 0.0) < ASKED.order / (most - 1):
                    chosen = (*chosen, order)
        chosen = tuple(sorted(chosen))
        if best.orders > 1 and len(chosen) == 1:
            chosen = tuple(range(1, best.orders + 1))
        return self.known.plus(best.frequency, chosen, fixed=self.held)

    def _loudness(self, data: Data, fit: Fit) -> float:
        """Return the noise level around the rhythm where it is more than white noise scatters."""
        if is_exact(data, fit.chi2):
            return 1.0
        mine = asked_fundamentals(fit.structure, self._goal)[fit.structure.parent]
        level = float(self.judge.noise_level(data, fit)[mine].max(initial=1.0))
        return level if level > ALIASES.loud else 1.0


def _judged_at(test: HeldTest, frequency: float, most: int, level: float = 1.0) -> Verdict:
    """Return the verdict at one frequency, of a sinusoid or a waveform, given the noise level."""
    sinusoid, *waveforms = (
        Verdict(frequency, test.false_alarm(frequency, tuple(range(1, k + 1)), 0.0, level), k)
        for k in (1, *(k for k in _WAVEFORMS if k <= most))
    )
    return cheaper(sinusoid, waveforms)


def _notes_on_design(period: str, condition: float) -> list[str]:
    if condition <= ASKED.inflated:
        return []
    return [
        f"the design hardly separates the period {period} from trend, offsets and known "
        f"periods (condition number {condition:.3g}): errors of its amplitude are several times "
        f"those of samples spread over whole cycles"
    ]
