r"""Whether the phase of a cycle runs straight: a clock, or a rhythm that jumps, breaks or wanders.

The waveform of a cycle is fitted anew in a few windows.  Where their phases leave a straight line,
or further lines stand near its multiples, the values are described by one waveform on a bent clock,

.. math:: y = \sum_h a_h \cos 2\pi h \varphi + b_h \sin 2\pi h \varphi, \qquad
          \varphi(t) = f t + \sum_k \theta_k g_k(t) ,

with g a step (one jump of phase), a ramp (two periods), a sinusoid (a phase that swings), or hats
(one that wanders).  If this
beats all the lines near the cycle and its multiples, and the best close pair of lines, by the
Bayesian information criterion (Schwarz 1978, Ann. Statist. 6, 461), these lines are one rhythm.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from epicycle.evidence.cells import in_cells
from epicycle.evidence.clocks import BentClock, Wave, best_bend, best_pair, fit_bent
from epicycle.evidence.phases import Phases, phases_in_windows, shifts_in_windows
from epicycle.fit.joint import Fit, line_powers
from epicycle.fit.level import places_around
from epicycle.fit.lines import Structure
from epicycle.fit.nearby import restored
from epicycle.limits import STEADINESS
from epicycle.samples.arrays import Floats
from epicycle.samples.budget import Budget
from epicycle.samples.data import Data
from epicycle.samples.units import in_unit

#: Noise is measured at these distances from a line, in units of one over the length of a window.
_AROUND = places_around(1.0, 3.0, 0.25)


@dataclass(frozen=True)
class Unsteady:
    """A cycle whose phase does not run straight, with the lines that describe it in part.

    Attributes
    ----------
    leader : int
        The fundamental that stands for the rhythm.
    members : tuple of int
        Further fundamentals that are part of it.
    kind : str
        "jump", "break", "swing", "wander", or "scatter": more than a steady phase would, and
        too little or too fast to say how.
    time : float
        When it jumped or broke, from the reference time; NaN elsewhere.
    jump, jump_error : float
        By how many turns the phase jumped, positive where the rhythm came early; how far it
        swings to either side.
    swing_period : float
        Of the swing; NaN elsewhere.
    before, after : tuple of (float, float)
        Frequency before and after the break with errors; equal where there is none.
    frequency_error : float
        What the change adds to the error of the frequency.
    false_alarm : float
        Probability that noise bends a clock as far.
    """

    leader: int
    members: tuple[int, ...]
    kind: str
    time: float
    jump: float
    jump_error: float
    swing_period: float
    before: tuple[float, float]
    after: tuple[float, float]
    frequency_error: float
    false_alarm: float


def unsteady_cycles(
    data: Data,
    fit: Fit,
    candidates: Sequence[int],
    *,
    scatter: bool = True,
    budget: Budget | None = None,
) -> list[Unsteady]:
    """Return which cycles have a phase that does not run straight.

    Parameters
    ----------
    data, fit
        The regression problem and its solution.
    candidates : sequence of int
        Fundamentals in question, strongest first.  Weaker ones may be part of stronger ones.
    scatter : bool
        Whether phases that scatter are of the cycle itself: lines that were left move them too.
    budget : Budget, optional
        When its time is over, no further cycle is examined.
    """
    found: list[Unsteady] = []
    taken: set[int] = set()
    for i, k in enumerate(candidates[: STEADINESS.examined]):
        if budget is not None and budget.over:
            break
        if k in taken:
            continue
        rest = [c for c in candidates[i + 1 :] if c not in taken]
        one = _unsteady(data, fit, k, rest) or (_scattered(data, fit, k) if scatter else None)
        if one is not None:
            taken.update([k, *one.members])
            found.append(one)
    return found


def _unsteady(data: Data, fit: Fit, k: int, others: list[int]) -> Unsteady | None:
    structure = fit.structure
    f = float(structure.frequency[k])
    windows = _windows(data, fit, k)
    if windows == 0:
        return None
    line, output = _strongest(fit, k)
    independent: set[int] = set()
    for _ in range(4):
        # lines that the bent clock has not explained are no part of it
        near = [m for m in others if m not in independent and _is_near(structure, m, f, data)]
        lines = np.flatnonzero(np.isin(structure.parent, [k, *near]))
        wave = _wave(data, fit, lines, f, output, STEADINESS.orders)
        orders = wave.orders
        if not len(orders):
            return None
        strongest = round(float(structure.line_frequency[line]) / f)
        phases = phases_in_windows(
            wave, strongest if strongest in orders else int(orders[0]), windows
        )
        if phases is None:
            return None
        if not near and phases.straight() > STEADINESS.suspicious:
            return None
        clocks = float(fit.chi2[output]), 2 * len(lines) + 1 + len(near)
        wave = in_cells(wave)
        bent = _best(wave, phases, clocks)
        chance = 1.0 if bent is None else _chance(wave, bent, phases.level * bent.excess)
        if bent is None or chance > STEADINESS.chance:
            # lines near another multiple may be a cycle of their own
            beside = {m for m in near if _order(structure, m, f) != strongest}
            if not beside:
                return None
            independent |= beside
            continue
        left = _apart(fit, near, wave, bent.residual, output)
        if not left:
            return _described(k, tuple(near), bent, phases, chance, f)
        independent |= left
    return None


def _scattered(data: Data, fit: Fit, k: int) -> Unsteady | None:
    """Return a cycle whose phase alone scatters more than noise makes it, whatever the reason.

    Windows are as short as one turn where noise allows.
    """
    windows = _windows(data, fit, k)
    if windows == 0:
        return None
    _, output = _strongest(fit, k)
    f = float(fit.structure.frequency[k])
    lines = np.flatnonzero(fit.structure.parent == k)
    wave = _wave(data, fit, lines, f, output)
    shifts = shifts_in_windows(wave, fit.residual[:, output], windows)
    if shifts is None:
        return None
    # an error grows with the root of the number of windows
    finer = windows * (STEADINESS.finest / float(np.median(shifts.error))) ** 2
    finest = min(int(f * data.baseline), STEADINESS.most_turns)
    for count in (max(int(min(finer, finest)), windows), windows):
        found = shifts_in_windows(wave, fit.residual[:, output], count)
        if found is None or found.straight() > STEADINESS.scattered:
            continue
        spread = found.slope_error()
        chance, here = found.straight(), (f, spread)
        return Unsteady(k, (), "scatter", math.nan, 0.0, 0.0, math.nan, here, here, spread, chance)
    return None


def _wave(
    data: Data, fit: Fit, lines: NDArray[np.intp], f: float, output: int, most: float = math.inf
) -> Wave:
    """Return what an output has of some lines and of the residual, as a wave of a frequency."""
    orders = np.rint(fit.structure.line_frequency[lines] / f).astype(int)
    orders = np.unique(orders[(orders > 0) & (orders <= most)])
    return Wave(data, restored(data, fit, lines)[:, output], output, f, orders)


def _windows(data: Data, fit: Fit, k: int) -> int:
    """Return in how many windows the phase of a fundamental is asked for; 0 where it is not."""
    turns = float(fit.structure.frequency[k]) * data.baseline
    count = min(int(turns / STEADINESS.turns), STEADINESS.most_windows)
    return 0 if count < STEADINESS.fewest_windows or fit.structure.drifting[k] else count


def _strongest(fit: Fit, k: int) -> tuple[int, int]:
    """Return the strongest line of a fundamental, and the output in which it is strongest."""
    power = line_powers(fit)
    own = np.flatnonzero(fit.structure.parent == k)
    line = int(own[power[own].argmax()])
    return line, int((fit.line_coefficients(line) ** 2).sum(axis=0).argmax())


def _lowest(structure: Structure, m: int) -> float:
    """Return the frequency of the lowest line of a fundamental."""
    return float(structure.line_frequency[structure.parent == m].min())


def _order(structure: Structure, m: int, f: float) -> int:
    """Return the multiple of a frequency that the lowest line of a fundamental is nearest to."""
    return round(_lowest(structure, m) / f)


def _is_near(structure: Structure, m: int, f: float, data: Data) -> bool:
    """Return whether the lowest line of a fundamental is near a multiple of a frequency."""
    if structure.fixed[m]:
        return False
    lowest, order = _lowest(structure, m), _order(structure, m, f)
    reach = STEADINESS.reach / data.baseline + order * STEADINESS.spread * f
    return order > 0 and abs(lowest - order * f) < min(reach, 0.5 * f)


def _best(wave: Wave, phases: Phases, clocks: tuple[float, int]) -> BentClock | None:
    """Return the bent clock that beats all clocks, or None where none does."""
    n = wave.count

    def criterion(chi2: float, parameters: int) -> float:
        return n * math.log(max(chi2, 1e-300)) + parameters * math.log(n)

    # of lines far stronger than noise that stand for themselves, most fits need not be tried
    bent = best_bend(wave, phases.time, phases.phase, phases.error, 2.0 * clocks[0])
    if not bent:
        return None
    # a change next to an end is a phase of few turns: noise has many ways to look like it
    inner = STEADINESS.turns / wave.frequency
    first, last = float(wave.t.min()) + inner, float(wave.t.max()) - inner
    bent = [one for one in bent if not _is_dated(one) or first <= one.place <= last]
    best = min(bent, key=lambda one: criterion(one.chi2, one.n_parameters))
    # the more parameters must be worth it clearly: a jump says more than a phase that wanders
    own = criterion(best.chi2, best.n_parameters)
    margin = 2 * STEADINESS.better * phases.level * best.excess
    if own + margin > criterion(*clocks):
        return None
    chi2, parameters = best_pair(wave)
    return None if own + margin > criterion(chi2, parameters) else best


def _is_dated(bent: BentClock) -> bool:
    """Return whether a bend has a time."""
    return bent.kind in ("jump", "break")


def _chance(wave: Wave, bent: BentClock, level: float) -> float:
    """Return the probability that noise bends a clock as far, at any place."""
    none = np.empty((len(wave.t), 0))
    steady = fit_bent(wave, "steady", math.nan, none, np.zeros(1))
    count = max(wave.count - bent.n_parameters, 1)
    scale = max(bent.chi2 / count, 1e-300) * level
    places = wave.frequency * float(wave.t.max() - wave.t.min())
    gain = (steady.chi2 - bent.chi2) / scale
    return min(1.0, float(places * stats.chi2.sf(gain, len(bent.theta))))


def _apart(fit: Fit, near: list[int], wave: Wave, residual: Floats, output: int) -> set[int]:
    """Return the fundamentals of which a bent clock leaves most of the power."""
    w, t = wave.w, wave.t
    left = set()
    for m in near:
        lines = np.flatnonzero(fit.structure.parent == m)
        line = int(lines[line_powers(fit)[lines].argmax()])
        angle = 2 * np.pi * float(fit.structure.line_frequency[line]) * t
        amplitude = 2 * abs(np.dot(w * residual, np.exp(1j * angle))) / w.sum()
        before = float(np.hypot(*fit.line_coefficients(line)[:, output]))
        if amplitude > STEADINESS.left * before:
            left.add(m)
    return left


def _described(
    k: int, members: tuple[int, ...], bent: BentClock, phases: Phases, chance: float, f: float
) -> Unsteady:
    """Return what is told of a bent clock."""
    error = bent.error * math.sqrt(phases.level * bent.excess)
    here = bent.frequency
    before, after = (here, float(error[0])), (here, float(error[0]))
    jump, jump_error, swing_period = 0.0, 0.0, math.nan
    if bent.kind == "jump":
        jump, jump_error = float(bent.theta[0]), float(error[1])
        spread = abs(here - f)
    elif bent.kind == "break":
        after = here + float(bent.theta[0]), float(math.hypot(error[0], error[1]))
        spread = max(0.5 * abs(after[0] - before[0]), abs(after[0] - f), abs(before[0] - f))
    elif bent.kind == "swing":
        jump, jump_error = float(np.hypot(*bent.theta)), float(error[1:].max())
        swing_period = 1.0 / bent.place
        # a mean over so many swings of a frequency that departs by 2 pi A / P at most
        swings = max(bent.place * float(np.ptp(phases.time)), 1.0)
        spread = 2 * math.pi * jump * bent.place / math.sqrt(2 * swings)
    else:
        local = f + np.diff(phases.phase) / np.diff(phases.time)
        spread = float(np.std(local, ddof=1)) / math.sqrt(len(local))
    time = bent.place if _is_dated(bent) else math.nan
    moved = (jump, jump_error, swing_period)
    return Unsteady(k, members, bent.kind, time, *moved, before, after, spread, chance)


def steadiness_notes(
    cycles: Sequence[Unsteady],
    frequency: NDArray[np.float64],
    when: Callable[[float], str],
    unit: str = "",
) -> list[str]:
    """Return a sentence about each rhythm that is not steady.

    Parameters
    ----------
    cycles : sequence of Unsteady
        The rhythms.
    frequency : ndarray, shape (K,)
        Of the fundamentals.
    when : callable
        What the user calls a time that is counted from the reference time.
    unit : str
        Unit of time.
    """
    notes = []
    for one in cycles:
        period = 1.0 / float(frequency[one.leader])
        if one.kind == "jump":
            by, error = abs(one.jump) / one.before[0], one.jump_error / one.before[0]
            side = "earlier" if one.jump > 0 else "later"
            size = f"{by:.3g} +- {in_unit(error, unit, 1)} ({side})"
            what = f"its phase jumps by {size} near {when(one.time)}"
        elif one.kind == "break":
            (f, e), (g, d) = one.before, one.after
            what = (
                f"{1 / f:.5g} +- {in_unit(e / f**2, unit, 1)} before {when(one.time)}, "
                f"{1 / g:.5g} +- {in_unit(d / g**2, unit, 1)} after it"
            )
        elif one.kind == "swing":
            by, error = one.jump * period, one.jump_error * period
            what = (
                f"its phase swings by {by:.3g} +- {in_unit(error, unit, 1)} to either side every "
            )
            what += in_unit(one.swing_period, unit, 3)
        elif one.kind == "scatter":
            notes.append(
                f"period {in_unit(period, unit)}: its phase scatters more than a steady one "
                f"does (probability {max(one.false_alarm, 1e-300):.1g}); the error of the "
                f"period covers it, and `track` tells phase and period in time"
            )
            continue
        else:
            what = "its phase wanders"
        notes.append(
            f"the rhythm near the period {in_unit(period, unit)} is not steady: {what} (a "
            f"steady one departs as far with the probability {max(one.false_alarm, 1e-300):.1g}); "
            f"lines beside it and its multiples are part of it, and its phase beyond the data is "
            f"not known; `track` tells phase and period in time"
        )
    return notes
