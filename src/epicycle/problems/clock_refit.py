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

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product

import numpy as np
import torch
from torch import Tensor

from epicycle._twofloat import Floats
from epicycle.gears import GearTrain, find_gears
from epicycle.nn._phase import features_of
from epicycle.problems.clock_network import ClockNetwork

#: Steps of scoring at the most.
MOST_STEPS = 6

#: The transition between two classes is made this many standard errors of the phase wide: the
#: error of the mid-point is then small beside it, and the step stays inside the transition.
_WIDTH = 3.0

#: Samples further than this many widths from every edge say less than exp(-20) and are left out.
_FAR = 20.0

_AT_ONCE = 1 << 16


@dataclass(frozen=True)
class ClockErrors:
    """Standard errors of what a clock network has learned.

    Attributes
    ----------
    frequency, offset : ndarray, shape (n_frequencies,)
        Of frequencies (cycles per second) and of offsets (turns, at the origin).
    """

    frequency: Floats
    offset: Floats


def refit(
    network: ClockNetwork,
    t: Tensor,
    digits: Tensor,
    errors: ClockErrors | None = None,
    progress: Callable[[int], None] | None = None,
) -> ClockErrors:
    """Take a trained network to the most likely frequencies and offsets, in place.

    Parameters
    ----------
    network : ClockNetwork
        Trained until every phase is within a class of the truth.
    t : Tensor of int64 or float64, shape (n, 1)
        Instants.
    digits : Tensor of int64, shape (n, n_digits)
        What the clock showed.
    errors : ClockErrors, optional
        What is known of the errors so far; they say how steep the dials may be.
    progress : callable, optional
        Called with the number of passes over the samples.

    Returns
    -------
    ClockErrors
    """
    half = 0.5 * float(t.max() - t.min())
    if errors is not None:
        _sharpen(network, half, errors)
    best: ClockErrors | None = None
    for step in range(1, MOST_STEPS + 1):
        score, information = _score(network, t, digits, half)
        if progress is not None:
            progress(step)
        covariance = _inverse(information)
        if covariance is None:
            break
        spread = torch.sqrt(torch.diagonal(covariance, dim1=-2, dim2=-1)).cpu().numpy()
        found = ClockErrors(spread[:, 0] / half, spread[:, 1])
        if best is not None and np.median(found.offset / best.offset) > 1.0:
            # dials steeper than the data are blind: every sample lies beyond their reach
            break
        move = (covariance @ score[..., None])[..., 0]
        with torch.no_grad():
            network.periodic.frequency += move[:, :1] / half
            network.dials.offset += move[:, 1]
        best = found
        _sharpen(network, half, found)
    if best is None:
        raise ValueError(
            "the samples say nothing about the clock: expected a network whose digits are mostly "
            "right. To fix this, train it longer before the refit."
        )
    return best


def _score(
    network: ClockNetwork, t: Tensor, digits: Tensor, half: float
) -> tuple[Tensor, Tensor]:
    """Return score, shape (k, 2), and information, shape (k, 2, 2), of frequency and offset.

    The frequency is counted in turns over half the span, so both columns are alike.
    """
    dials, periodic = network.dials, network.periodic
    orders = torch.tensor(periodic.orders, dtype=torch.float64, device=t.device)
    k = periodic.n_frequencies
    score = torch.zeros(k, 2, dtype=torch.float64, device=t.device)
    information = torch.zeros(k, 2, 2, dtype=torch.float64, device=t.device)
    for x, classes in zip(t.split(_AT_ONCE), digits.split(_AT_ONCE), strict=True):
        with torch.no_grad():
            since = x - network.origin
            turns = periodic.phases(since)
            near = _near_an_edge(network, turns)
        since, turns, classes = since[near], turns[near], classes[near]
        hands = (turns[:, :, None] * orders).flatten(1)
        hands = hands - hands.round()

        def log_probabilities(phases: Tensor) -> Tensor:
            logits: Tensor = dials(features_of(phases, (1,), torch.float64))
            return logits

        with torch.no_grad():
            # a dial sees its own phase only, so one derivative along all of them has all
            logs, slopes = torch.func.jvp(log_probabilities, (hands,), (torch.ones_like(hands),))
        z = since.to(torch.float64)[:, 0] / half
        jacobian = torch.stack((z, -torch.ones_like(z)), dim=1)
        blocks = zip(
            logs.split(dials.cyclic_sizes, dim=1), slopes.split(dials.cyclic_sizes, dim=1), strict=True
        )
        for dial, (log, slope) in enumerate(blocks):
            own, order = (dial, 1.0) if k > 1 or len(orders) == 1 else (0, float(orders[dial]))
            gradient = slope.gather(1, classes[:, dial : dial + 1])[:, 0]
            expected = (log.exp() * slope**2).sum(dim=1)
            score[own] += order * (gradient @ jacobian)
            information[own] += order**2 * (jacobian.T * expected) @ jacobian
    return score, information


def _near_an_edge(network: ClockNetwork, turns: Tensor) -> Tensor:
    near = torch.zeros(len(turns), dtype=torch.bool, device=turns.device)
    for dial, (size, width) in enumerate(zip(network.dials.cyclic_sizes, network.dials.widths(), strict=True)):
        pass
    return near


def _inverse(information: Tensor) -> Tensor | None:
    scale = torch.diagonal(information, dim1=-2, dim2=-1)
    if not bool((scale > 0).all()) or not bool(torch.isfinite(scale).all()):
        return None
    inverse, failed = torch.linalg.inv_ex(information)
    return None if bool(failed.any()) else inverse
