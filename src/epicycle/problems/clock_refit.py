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

from epicycle.evidence.gears import GearTrain, find_gears
from epicycle.nn import Dials
from epicycle.nn._phase import features_of
from epicycle.problems.clock_network import ClockNetwork
from epicycle.samples.arrays import Floats

#: Steps at the most.
_MOST_STEPS = 6

#: Samples of the first step, for blunt dials need few; each further step takes four times more.
_FIRST_SAMPLES = 1 << 17

#: The transition between two classes is made this many standard errors of the phase wide: the
#: error of the mid-point is then small beside it, and the step stays inside the transition.
_WIDTH = 3.0

#: Dials whose offsets disagree with those of one train by more than this are not locked.
_LEAST_PROBABILITY = 1e-3

#: Samples further than this many widths from every edge say less than exp(-20) and are left out.
_FAR = 20.0

_AT_ONCE = 1 << 13


@dataclass(frozen=True)
class ClockErrors:
    """Standard errors of what a clock network has learned, one for each of its frequencies.

    Attributes
    ----------
    frequency : ndarray, shape (k,)
        In cycles per second.
    offset : ndarray, shape (k,)
        Of the phase at the origin, in turns.
    samples_seen : int
        Samples that it took to know them, counted as often as they were used.
    """

    frequency: Floats
    offset: Floats
    samples_seen: int


def refit(network: ClockNetwork, t: Tensor, digits: Tensor) -> ClockErrors | None:
    """Take a trained network to the most likely frequencies and offsets, in place.

    Parameters
    ----------
    network : ClockNetwork
        Trained until the phases are right to about a class.
    t : Tensor of int64 or float64, shape (n, 1)
        Instants, in random order: the first steps look at some of them.
    digits : Tensor of int64, shape (n, n_digits)
        What the clock showed.

    Returns
    -------
    ClockErrors or None
        None where the samples say nothing about a digit, because the network does not read it.
    """
    half = 0.5 * float(t.max() - t.min())
    k = len(network.dials.offset)
    spread = np.full((k, 2), np.inf)
    steepness = network.dials.log_steepness.detach().clone()
    active = np.ones(k, dtype=bool)
    seen = 0
    for step in range(_MOST_STEPS):
        count = min(len(t), _FIRST_SAMPLES * 4**step)
        seen += count
        score, information = _score(network, t[:count], digits[:count], half)
        covariance = _inverse(information)
        now = torch.diagonal(covariance, dim1=-2, dim2=-1).sqrt().cpu().numpy()
        # where dials are too steep, no sample lies within their reach: they were best before
        active &= now[:, 1] < spread[:, 1]
        spread[active] = now[active]
        better = torch.tensor(active, device=t.device)
        move = (covariance @ score[..., None])[..., 0]
        with torch.no_grad():
            network.dials.log_steepness.copy_(steepness)
            network.periodic.frequency[better] += move[better, :1] / half
            network.dials.offset[better] += move[better, 1]
            if step == _MOST_STEPS - 1 or not active.any():
                break
            steepness = network.dials.log_steepness.detach().clone()
            sharper = -np.log(_WIDTH * spread[:, 1])
            network.dials.log_steepness[better] = steepness.new_tensor(sharper)[better]
    if not np.isfinite(spread).all():
        return None
    return ClockErrors(spread[:, 0] / half, spread[:, 1], seen)


def lock(network: ClockNetwork, errors: ClockErrors) -> tuple[ClockNetwork, GearTrain] | None:
    """Return the network with its digits geared to one another, and the train; or None.

    The digits are geared where their frequencies stand in integer ratios and their classes change
    at the same instants, both within the errors and with the odds that
    :func:`epicycle.evidence.gears.find_gears` asks for.

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
        # as steep as the finest of its dials was when it still saw its edges
        multiples = torch.tensor(gears, device=network.origin.device)
        locked.dials.log_steepness.fill_((network.dials.log_steepness + multiples.log()).max())
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
        mean, weight = (
            (offset[slowest] + turn) / gears[slowest],
            (gears[slowest] / error[slowest]) ** 2,
        )
        for k in order[1:]:
            nearest = (offset[k] + np.rint(gears[k] * mean - offset[k])) / gears[k]
            own = (gears[k] / error[k]) ** 2
            mean, weight = (weight * mean + own * nearest) / (weight + own), weight + own
        away = gears * mean - offset
        chi2 = float((((away - np.rint(away)) / error) ** 2).sum())
        found.append((float(mean), chi2))
    return min(found, key=lambda one: one[1])


def _score(network: ClockNetwork, t: Tensor, digits: Tensor, half: float) -> tuple[Tensor, Tensor]:
    """Return score, shape (k, 2), and information, shape (k, 2, 2), of frequency and offset.

    The frequency is counted in turns over half the span, so that both are alike in size.
    """
    dials = network.dials
    k = dials.multiples.shape[1]
    score = torch.zeros(k, 2, dtype=torch.float64, device=t.device)
    information = torch.zeros(k, 2, 2, dtype=torch.float64, device=t.device)
    with torch.no_grad():
        for instants, classes in zip(
            torch.split(t, _AT_ONCE), torch.split(digits, _AT_ONCE), strict=True
        ):
            since = instants - network.origin
            phases = network.periodic.phases(since) @ dials.multiples.T
            z = since[:, 0].to(torch.float64) / half
            jacobian = torch.stack((z, -torch.ones_like(z)), dim=1)
            for dial, multiples in enumerate(dials.multiples):
                near = _near_an_edge(dials, dial, phases[:, dial])
                log, slope = _slopes(dials, dial, phases[near, dial])
                own = slope.gather(1, classes[near, dial, None])
                expected = (log.exp() * slope**2).sum(dim=1, keepdim=True)
                score += torch.outer(multiples, (own * jacobian[near]).sum(dim=0))
                squares = jacobian[near].T @ (expected * jacobian[near])
                information += multiples[:, None, None] ** 2 * squares
    return score, information


def _slopes(dials: Dials, dial: int, phases: Tensor) -> tuple[Tensor, Tensor]:
    """Return log-probabilities of a dial's classes and their derivatives by the phase."""
    with torch.enable_grad():
        turns = phases.detach().requires_grad_()
        logs = dials.dial(dial, features_of(turns[:, None], (1,), torch.float64))
        # each row depends on its own phase only, so the derivative along all of them has all;
        # reverse mode twice is forward mode: the first is linear in `along`
        along = torch.zeros_like(logs, requires_grad=True)
        (back,) = torch.autograd.grad(logs, turns, along, create_graph=True)
        (slopes,) = torch.autograd.grad(back.sum(), along)
    return logs.detach(), slopes


def _near_an_edge(dials: Dials, dial: int, phases: Tensor) -> Tensor:
    """Return which samples are near enough to an edge of a dial to say something about it."""
    size = dials.cyclic_sizes[dial]
    edges = (phases - dials.multiples[dial] @ dials.offset) * size
    away = (edges - edges.round()).abs() / size
    return away < _FAR * dials.widths()[dial]


def _inverse(information: Tensor) -> Tensor:
    """Return the inverses of matrices, shape (k, 2, 2); infinity in place of one without."""
    inverse, failed = torch.linalg.inv_ex(information)
    variances = torch.diagonal(inverse, dim1=-2, dim2=-1)
    sound = (failed == 0) & (variances > 0).all(dim=1) & torch.isfinite(variances).all(dim=1)
    return torch.where(sound[:, None, None], inverse, torch.inf)
