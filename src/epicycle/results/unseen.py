"""What was not seen: how large a further sinusoid may be, where that was tested."""

from __future__ import annotations

import numpy as np
import scipy
from scipy import special

from epicycle.fit.lines import design
from epicycle.limits import HONESTY
from epicycle.pursuit.pursuit import Pursuit
from epicycle.results.assemble import Roles
from epicycle.samples import phase
from epicycle.samples.arrays import Floats
from epicycle.samples.data import Data, orthonormal_basis

#: Frequencies of the band at which a further sinusoid is tried, and phases of each.
_PLACES = 192

_PHASES = 8

#: Of longer series, so many samples say as well how much of a sinusoid a fit leaves.
_SAMPLES = 4096

#: Up to this many samples for each column, the lines are fitted beside a sinusoid that is tried.
_PER_COLUMN = 3


def amplitude_limit(found: Pursuit, roles: Roles, slow_limit: float) -> list[float]:
    """Return the amplitude that a further line would have to exceed not to be overlooked.

    With z the highest residual power (in units of half a variance), a sinusoid of amplitude A has
    a power distributed as a noncentral chi-square with 2 degrees of freedom and noncentrality
    ``N A^2 / (2 sigma^2)`` times the share of it that the fit of everything else leaves; the limit
    is the A that would have shown a higher maximum than z with 95 % probability, averaged over
    frequencies and phases of the band.  NaN where that was not tested: where too few degrees of
    freedom are left, or where a sinusoid in too much of the band would vanish in what is fitted.
    Where only the ladder could search, it is the amplitude of a line with the share of the
    variance that the ladder needs.
    """
    data, fit = found.data, found.fit
    n_outputs = data.y.shape[1]
    information = np.array([data.weights_of(j).sum() for j in range(n_outputs)])
    counts = np.array([np.count_nonzero(data.weights_of(j)) for j in range(n_outputs)])
    if found.depth is not None:
        return [float(a) for a in np.sqrt(2 * found.depth * fit.chi2 / information)]
    free = counts - fit.n_parameters
    if free.min() < _PER_COLUMN:
        return [float("nan")] * n_outputs
    variance = fit.chi2 / information * (counts / free)
    highest = float(found.last.power.max(initial=0.0)) * data.n_values
    dof = 2 * n_outputs
    shares = _shares_left(found, roles, slow_limit)

    def missed(noncentrality: float, share: Floats | float) -> float:
        seen = 1.0 - special.chndtr(highest, dof, noncentrality * np.asarray(share))
        return HONESTY.seen - float(np.mean(seen))

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
    if not np.isfinite(noncentrality):
        return [float("nan")] * n_outputs
    return [float(a) for a in np.sqrt(2 * noncentrality * variance / counts / n_outputs)]


def _shares_left(found: Pursuit, roles: Roles, slow_limit: float) -> Floats:
    """Return which share of a sinusoid's information the fit leaves, over the band and all phases.

    Trend, offsets and lines take their part.  A sinusoid within 1/T of a line that is not claimed,
    or below the slow limit where slow variation is fitted, would be taken for part of that: none
    of it is left.  Within 1/T of a claimed line there is no further one to be seen.
    """
    data, plan, structure = found.data, found.search, found.fit.structure
    span = plan.maximum_frequency - plan.minimum_frequency
    # (multiples of the golden ratio are spread evenly, and beat with no raster)
    turn = np.arange(1, _PLACES + 1) * 0.6180339887 % 1.0
    frequency: Floats = (plan.minimum_frequency + span * turn).astype(np.float64)
    width, claimed = 1.0 / data.baseline, roles.claimed[structure.parent]
    frequency = frequency[_nearest(frequency, structure.line_frequency[claimed]) >= width]
    hidden = _nearest(frequency, structure.line_frequency[~claimed]) < width
    if roles.slow.any():
        hidden |= frequency < slow_limit
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
    return shares


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
