r"""From the basin to the bottom: Fisher scoring of a trained clock, and the lock of its gears.

Stochastic steps end where their own noise is as large as what is left to learn.  The samples know
more: with the score s and the information I of all of them, a step of

.. math:: \delta = I^{-1} s, \qquad
          s = \sum_{ik} \frac{\partial \log p_{ik}(c_{ik})}{\partial u_{ik}} J_{ik}, \qquad
          I = \sum_{ik} \sum_c p_{ik}(c)
              \Bigl(\frac{\partial \log p_{ik}(c)}{\partial u_{ik}}\Bigr)^2 J_{ik} J_{ik}^T,

(u the phase of dial k at sample i, J its derivative by frequency and offset) goes to the most
likely frequencies and offsets, whose errors are the square roots of the diagonal of the inverse
of I (Fisher scoring; Lehmann & Casella 1998, Theory of Point Estimation, ch. 6).  The edges of
the classes are sharp, so each step is taken with steeper dials than the one before, as steep as
the errors allow, until steepness brings no more information.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import stats
from torch import Tensor

from epicycle._twofloat import Floats
from epicycle.gears import GearTrain, find_gears
from epicycle.nn import Dials
from epicycle.nn._phase import features_of
from epicycle.problems.clock_network import ClockNetwork

#: Passes over the samples at the most.
MOST_PASSES = 6

#: The transition between two classes is made this many standard errors of the phase wide: the
#: error of the mid-point is then small beside it, and the step stays inside the transition.
_WIDTH = 3.0

#: Dials whose offsets disagree with those of one train by more than this are not locked.
_LEAST_PROBABILITY = 1e-3

#: Samples further than this many widths from every edge say less than exp(-20) and are left out.
_FAR = 20.0

_AT_ONCE = 1 << 16


@dataclass(frozen=True)
class ClockErrors:
    """Standard errors of what a clock network has learned, one for each of its frequencies.

    Attributes
    ----------
    frequency : ndarray, shape (k,)
        In cycles per second.
    offset : ndarray, shape (k,)
        Of the phase at the origin, in turns.
    passes : int
        Passes over the samples that it took to know them.
    """

    frequency: Floats
    offset: Floats
    passes: int


def refit(network: ClockNetwork, t: Tensor, digits: Tensor) -> ClockErrors:
    """Take a trained network to the most likely frequencies and offsets, in place.

    Parameters
    ----------
    network : ClockNetwork
        Trained until the phases are right to about a class.
    t : Tensor of int64 or float64, shape (n, 1)
        Instants.
    digits : Tensor of int64, shape (n, n_digits)
        What the clock showed.

    Returns
    -------
    ClockErrors

    Raises
    ------
    ValueError
        If the samples say nothing about the clock.
    """
    half = 0.5 * float(t.max() - t.min())
    best: ClockErrors | None = None
    for passes in range(1, MOST_PASSES + 1):
        score, information = _score(network, t, digits, half)
        covariance = _inverse(information)
        if covariance is None:
            break
        spread = torch.diagonal(covariance, dim1=-2, dim2=-1).sqrt().cpu().numpy()
        found = ClockErrors(spread[:, 0] / half, spread[:, 1], passes)
        if best is not None and (found.offset > best.offset).any():
            # no sample lies within the reach of dials this steep
            break
        best = found
        move = (covariance @ score[..., None])[..., 0]
        with torch.no_grad():
            network.periodic.frequency += move[:, :1] / half
            network.dials.offset += move[:, 1]
            network.dials.log_steepness.copy_(torch.tensor(-np.log(_WIDTH * found.offset)))
    if best is None:
        raise ValueError(
            "the samples say nothing about the clock: expected a network whose digits are mostly "
            "right. To fix this, train it longer before the refit."
        )
    return best


def lock(network: ClockNetwork, errors: ClockErrors) -> tuple[ClockNetwork, GearTrain] | None:
    """Return the network with its digits geared to one another, and the train; or None.

    The digits are geared where their frequencies stand in integer ratios and their classes change
    at the same instants, both within the errors and with the odds that
    :func:`epicycle.gears.find_gears` asks for.

    Parameters
    ----------
    network : ClockNetwork
        Without gears; it is left as it is.
    errors : ClockErrors
        Of its frequencies and offsets.
    """
    frequency = network.frequencies
    direction = np.sign(frequency[0])
    if len(frequency) < 2 or (np.sign(frequency) != direction).any():
        return None
    trains = [
        train
        for train in find_gears(np.abs(frequency), errors.frequency)
        if len(train.members) == len(frequency)
    ]
    if not trains:
        return None
    gears = np.empty(len(frequency), dtype=int)
    gears[list(trains[0].members)] = trains[0].ratios
    offset, chi2 = _common_offset(gears, network.dials.offset.detach().cpu().numpy(), errors.offset)
    if stats.chi2.sf(chi2, len(frequency) - 1) < _LEAST_PROBABILITY:
        return None
    locked = ClockNetwork(
        network.cyclic_sizes,
        origin=int(network.origin),
        gears=gears.tolist(),
        dtype=network.periodic.dtype,
    ).to(network.origin.device)
    with torch.no_grad():
        locked.periodic.frequency.fill_(direction * trains[0].frequency)
        locked.dials.offset.fill_(offset)
        locked.dials.doubt_logit.copy_(network.dials.doubt_logit)
    return locked, trains[0]


def _common_offset(gears: NDArray[np.int_], offset: Floats, error: Floats) -> tuple[float, float]:
    """Return the offset of the common cycle, in turns, and the chi-square of all dials' offsets.

    Each dial knows it up to whole turns of its own.  The slowest names the possible ones, and
    each faster one, in turn, tells them more finely.
    """
    order = np.argsort(gears)
    slowest = order[0]
    found = []
    for turn in range(gears[slowest]):
        mean, weight = (offset[slowest] + turn) / gears[slowest], (gears[slowest] / error[slowest]) ** 2
        for k in order[1:]:
            nearest = (offset[k] + np.rint(gears[k] * mean - offset[k])) / gears[k]
            own = (gears[k] / error[k]) ** 2
            mean, weight = (weight * mean + own * nearest) / (weight + own), weight + own
        away = gears * mean - offset
        chi2 = float((((away - np.rint(away)) / error) ** 2).sum())
        found.append((float(mean), chi2))
    return min(found, key=lambda one: one[1])


def _score(
    network: ClockNetwork, t: Tensor, digits: Tensor, half: float
) -> tuple[Tensor, Tensor]:
    """Return score, shape (k, 2), and information, shape (k, 2, 2), of frequency and offset.

    The frequency is counted in turns over half the span, so that both are alike in size.
    """
    dials = network.dials
    k = dials.multiples.shape[1]
    score = torch.zeros(k, 2, dtype=torch.float64, device=t.device)
    information = torch.zeros(k, 2, 2, dtype=torch.float64, device=t.device)

    def log_probabilities(phases: Tensor) -> Tensor:
        logs: Tensor = dials(features_of(phases, (1,), torch.float64))
        return logs

    with torch.no_grad():
        for instants, classes in zip(t.split(_AT_ONCE), digits.split(_AT_ONCE), strict=True):
            since = instants - network.origin
            phases = network.periodic.phases(since) @ dials.multiples.T
            near = _near_an_edge(dials, phases)
            phases, z = phases[near], since[near, 0].to(torch.float64) / half
            # a dial sees its own phase only: one derivative along all of them has each of theirs
            logs, slopes = torch.func.jvp(log_probabilities, (phases,), (torch.ones_like(phases),))
            jacobian = torch.stack((z, -torch.ones_like(z)), dim=1)
            blocks = zip(
                logs.split(dials.cyclic_sizes, dim=1),
                slopes.split(dials.cyclic_sizes, dim=1),
                classes[near].T,
                dials.multiples,
                strict=True,
            )
            for log, slope, own, multiples in blocks:
                gradient = slope.gather(1, own[:, None])[:, 0]
                expected = (log.exp() * slope**2).sum(dim=1)
                score += torch.outer(multiples, gradient @ jacobian)
                squares = jacobian.T @ (expected[:, None] * jacobian)
                information += multiples[:, None, None] ** 2 * squares
    return score, information


def _near_an_edge(dials: Dials, phases: Tensor) -> Tensor:
    """Return which samples are near enough to an edge of any dial to say something."""
    sizes = torch.tensor(dials.cyclic_sizes, device=phases.device)
    edges = (phases - dials.multiples @ dials.offset) * sizes
    away = (edges - edges.round()).abs() / sizes
    return (away < _FAR * dials.widths()).any(dim=1)


def _inverse(information: Tensor) -> Tensor | None:
    inverse, failed = torch.linalg.inv_ex(information)
    variances = torch.diagonal(inverse, dim1=-2, dim2=-1)
    sound = bool((failed == 0).all()) and bool((variances > 0).all())
    return inverse if sound else None
