"""What was not seen: how large a further sinusoid may be, where that was tested."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import scipy
from numpy.typing import ArrayLike
from scipy import special

from epicycle.evidence.significance import power_threshold
from epicycle.fit.lines import design
from epicycle.limits import CYCLES, HONESTY
from epicycle.pursuit.goal import Goal
from epicycle.pursuit.pursuit import Pursuit
from epicycle.results.assemble import Roles
from epicycle.results.slow import well_known
from epicycle.samples import phase
from epicycle.samples.arrays import Floats
from epicycle.samples.data import Data, orthonormal_basis
from epicycle.samples.units import in_unit

#: Frequencies of the band at which a further sinusoid is tried, and phases of each.
_PLACES = 192

_PHASES = 8

#: Of longer series, so many samples say as well how much of a sinusoid a fit leaves.
_SAMPLES = 4096

#: Up to this many samples for each column, the lines are fitted beside a sinusoid that is tried.
_PER_COLUMN = 3


#: Part of a short series that a rhythm of a day may take, and still be asked about.
_ASKED = 2.0

#: Equal parts of the shares of information, and of the scatter, in which claims are worked out.
_PARTS = 24

#: Steps per unit of the root of a noncentrality in which probabilities are worked out: what is
#: read between them, by cubics, is good to 1e-8.
_STEPS = 32

#: At most so many steps for claims: of few degrees of freedom the probabilities reach far, and are
#: as broad.
_MOST_STEPS = 1 << 13

#: From this noncentrality on, an F with the same moments is as good as the series: to 1e-5.
_SERIES = 1e5

#: Amplitudes, in units of the noise, by which something may be missed, or seen by chance.
_REACH = 9.0

#: From so many degrees of freedom on, the scatter is known.
_KNOWN = 400


def amplitude_limit(found: Pursuit, roles: Roles, goal: Goal) -> list[float]:
    """Return the amplitude that a further line would have to exceed not to be overlooked.

    With z the highest residual power (in units of half a variance), a sinusoid of amplitude A has
    a power distributed as a noncentral chi-square with 2 degrees of freedom and noncentrality
    ``N A^2 / (2 sigma^2)`` times the share of it that the fit of everything else leaves; the limit
    is the A that would have shown a higher maximum than z with 95 % probability, averaged over
    frequencies and phases of the band, and would as likely have been claimed
    (:func:`claimed_noncentrality`).  NaN where that was not tested: where too few degrees of
    freedom are left; where slow variation is fitted, which may be such a sinusoid; and where one in
    too much of the band would vanish in what is fitted, or have too few cycles to be claimed.
    Where only the ladder could search, it is the amplitude of a line with the share of the
    variance that the ladder needs.
    """
    data, fit = found.data, found.fit
    n_outputs = data.y.shape[1]
    information = np.array([data.weights_of(j).sum() for j in range(n_outputs)])
    counts = np.array([np.count_nonzero(data.weights_of(j)) for j in range(n_outputs)])
    if found.depth is not None:
        return [float(a) for a in np.sqrt(2 * found.depth * fit.chi2 / information)]
    counts = data.told * counts
    free = counts - fit.n_parameters
    if free.min() < _PER_COLUMN or roles.slow.any():
        return [float("nan")] * n_outputs
    variance = fit.chi2 / information * (counts / free)
    highest = float(found.last.power.max(initial=0.0)) * data.n_values
    dof = 2 * n_outputs
    frequency, shares = _shares_left(found, roles)

    hidden = tabulated(
        lambda noncentrality: special.chndtr(highest, dof, noncentrality),
        (math.sqrt(highest) + _REACH) ** 2,
    )

    def missed(noncentrality: float, share: Floats | float) -> float:
        return HONESTY.seen - float(np.mean(1.0 - hidden(noncentrality * np.asarray(share))))

    def smallest(share: Floats | float, lower: float, upper: float) -> float:
        if missed(upper, share) > 0:
            return np.inf
        if missed(lower, share) <= 0:
            return lower
        return float(scipy.optimize.brentq(missed, lower, upper, args=(share,)))

    # where nothing of any sinusoid is lost
    whole = smallest(1.0, 0.0, 4.0 * highest + 50.0)
    noncentrality = np.inf
    if shares.max(initial=0.0) > 0.0:
        lower = whole / max(1.0, float(shares.max()))
        noncentrality = smallest(shares, lower, HONESTY.tested**2 * whole)
    if np.isfinite(noncentrality):
        # a lone line of three cycles is claimed, also where slow variation is expected
        slowest = min(goal.slow_limit, CYCLES.seen / data.baseline)
        cycles = frequency >= slowest
        if np.mean(cycles) < HONESTY.seen:
            return [float("nan")] * n_outputs
        heard = shares[np.tile(cycles, _PHASES)]
        claimed = claimed_noncentrality(heard, int(free.sum()), found.bandwidth, goal, n_outputs)
        noncentrality = max(noncentrality, claimed)
    if not np.isfinite(noncentrality):
        return [float("nan")] * n_outputs
    return [float(a) for a in np.sqrt(2 * noncentrality * variance / counts / n_outputs)]


def short_notes(found: Pursuit, roles: Roles, goal: Goal, unit: str) -> list[str]:
    """Return that a search cannot claim rhythms of a few cycles, and what can be asked instead.

    It is said where nothing is claimed, and rhythms of too few cycles fill much of the band; slow
    variation says it of itself.
    """
    data, plan = found.data, found.search
    slowest = min(goal.slow_limit, CYCLES.seen / data.baseline)
    lowest, highest = plan.minimum_frequency, plan.maximum_frequency
    told = goal.asked is not None or roles.claimed.any() or roles.slow.any()
    if told or slowest - lowest < (1.0 - HONESTY.seen) * (highest - lowest):
        return []
    day = well_known(unit, 1.0 / highest, _ASKED * data.baseline)
    return [
        f"a search over {in_unit(data.baseline, unit, 4)} claims no rhythm of fewer than "
        f"{CYCLES.seen:g} cycles, of a period above {in_unit(1.0 / slowest, unit, 4)}: "
        f"period={day or '...'} asks about one that was expected beforehand"
    ]


def claimed_noncentrality(
    shares: Floats, dof: int, width: float, goal: Goal, n_outputs: int = 1
) -> float:
    """Return the noncentrality of a sinusoid that is claimed with 95 % probability.

    Parameters
    ----------
    shares : ndarray, shape (m,)
        Share of it that is left over what else is fitted, at places and phases alike in weight.
    dof : int
        Degrees of freedom that are left without the sinusoid, of all outputs.
    width : float
        Effective bandwidth of the search; 0 for one frequency.
    goal : Goal
        What was asked of the search.
    n_outputs : int
        Outputs that have amplitudes and phases of their own.

    Returns
    -------
    float
        In units of the variance that was estimated, whose scatter is averaged over; infinite where
        no size makes a claim so likely.

    Notes
    -----
    A claim is an F-test at the level of the false alarms (:func:`power_threshold`).
    """
    pairs = 2 * n_outputs
    power = power_threshold(goal.false_alarm, dof, width, n_outputs=n_outputs)
    rest = dof - pairs
    if power >= 1.0 - 1e-9 or rest < 1:
        return np.inf
    least = rest / pairs * power / (1.0 - power)
    parts = np.array_split(np.sort(shares), min(_PARTS, len(shares)))
    weight = np.array([len(part) for part in parts]) / max(len(shares), 1)
    height = np.array([part.mean() for part in parts])
    middle = (np.arange(_PARTS) + 0.5) / _PARTS
    spread = special.chdtri(rest, middle) / rest if rest < _KNOWN else np.ones(1)
    scale = np.outer(height, spread)

    upper = HONESTY.tested**2 * (pairs * least + 50.0)
    unclaimed = tabulated(
        lambda noncentrality: _below(least, pairs, rest, noncentrality),
        upper * float(scale.max(initial=0.0)),
        _MOST_STEPS,
    )

    def missed(noncentrality: float) -> float:
        return HONESTY.seen - float(weight @ (1.0 - unclaimed(noncentrality * scale)).mean(axis=1))

    if missed(upper) > 0:
        return np.inf
    return float(scipy.optimize.brentq(missed, 0.0, upper, rtol=1e-6))


def _below(least: float, pairs: int, rest: int, noncentrality: Floats) -> Floats:
    """Return the probability of a noncentral F below a value.

    In its far tail, below 1e-60, SciPy's series gives no number for many outputs, and of large
    noncentralities it takes as long as they are large: there the central F with the same first two
    moments stands in (Patnaik 1949, Biometrika 36, 202).
    """
    bounded = np.minimum(noncentrality, _SERIES)
    result: Floats = np.asarray(special.ncfdtr(pairs, rest, bounded, least), np.float64)
    lost = np.isnan(result) | (noncentrality > _SERIES)
    total = pairs + noncentrality[lost]
    freedom = total**2 / (total + noncentrality[lost])
    result[lost] = special.fdtr(freedom, rest, least * pairs / total)
    return result


def tabulated(
    function: Callable[[Floats], ArrayLike], largest: float, most: float = math.inf
) -> Callable[[Floats], Floats]:
    """Return a function of noncentralities by cubics between some of its values.

    It is a smooth function of the root, which is an amplitude in units of the noise, and even in
    it.  Beyond `largest` it stays as it is there.  Values anywhere take a hundredth of the time.
    A function that is as broad as it reaches far is read between at most `most` values.
    """
    steps = min(_STEPS, most / max(math.sqrt(largest), 1e-300))
    count = math.ceil(steps * math.sqrt(largest)) + 3
    root = np.arange(-1, count) / steps
    values = np.asarray(function(root**2), dtype=np.float64)

    def read(noncentrality: Floats) -> Floats:
        place = steps * np.sqrt(np.minimum(noncentrality, largest))
        first = np.asarray(place).astype(np.intp)
        x = place - first
        a, b, c, d = (values[first + k] for k in range(4))
        result: Floats = (
            b
            + x * (c - a / 3 - b / 2 - d / 6)
            + x**2 * (0.5 * (a + c) - b)
            + x**3 * ((d - a) / 6 + 0.5 * (b - c))
        )
        return result

    return read


def _shares_left(found: Pursuit, roles: Roles) -> tuple[Floats, Floats]:
    """Return places in the band, and which share of a sinusoid's information the fit leaves there.

    Trend, offsets and lines take their part.  A sinusoid within 1/T of a line that is not claimed
    would be taken for part of that: none of it is left.  Within 1/T of a claimed line there is no
    further one to be seen.  The shares are those of all phases in turn.
    """
    data, plan, structure = found.data, found.search, found.fit.structure
    span = plan.maximum_frequency - plan.minimum_frequency
    # (multiples of the golden ratio are spread evenly, and beat with no raster)
    turn = np.arange(1, _PLACES + 1) * 0.6180339887 % 1.0
    frequency: Floats = (plan.minimum_frequency + span * turn).astype(np.float64)
    width, claimed = 1.0 / data.baseline, roles.claimed[structure.parent]
    frequency = frequency[_nearest(frequency, structure.line_frequency[claimed]) >= width]
    hidden = _nearest(frequency, structure.line_frequency[~claimed]) < width
    rows = np.arange(len(data.times))
    if len(rows) > _SAMPLES:
        rows = np.sort(np.random.default_rng(0).choice(rows, _SAMPLES, replace=False))
    wave = np.exp(2j * np.pi * phase.turns(frequency, data.times[rows])).T
    columns = _columns(data, found)[rows]
    angle = np.pi * np.arange(_PHASES) / _PHASES
    mixed = np.stack([np.cos(angle) ** 2, np.sin(angle) ** 2, np.sin(2 * angle)], axis=1)
    total = np.zeros((_PHASES, len(frequency)))
    for j in range(data.y.shape[1]):
        w = data.weights_of(j)[rows]
        weighted = (orthonormal_basis(columns, w) * w[:, np.newaxis]).T
        cosine, sine = weighted @ wave.real, weighted @ wave.imag
        # the information about cosine and sine, and what they have in common, at every phase
        own = np.stack(
            [
                w @ wave.real**2 - (cosine**2).sum(axis=0),
                w @ wave.imag**2 - (sine**2).sum(axis=0),
                w @ (wave.real * wave.imag) - (cosine * sine).sum(axis=0),
            ]
        )
        total += (mixed @ own) / (0.5 * w.sum())
    shares: Floats = np.where(hidden, 0.0, np.maximum(total / data.y.shape[1], 0.0)).ravel()
    return frequency, shares


def _nearest(frequency: Floats, lines: Floats) -> Floats:
    """Return the distance of each frequency to the nearest line."""
    distance: Floats = np.abs(np.subtract.outer(frequency, lines)).min(axis=1, initial=np.inf)
    return distance


def _columns(data: Data, found: Pursuit) -> Floats:
    """Return everything else that is fitted, as columns; the background alone if that is much."""
    structure = found.fit.structure
    n_columns = data.nuisance.shape[1] + 2 * len(structure.order)
    if n_columns * _PER_COLUMN > min(len(data.times), _SAMPLES):
        return data.nuisance
    return design(data, structure)
