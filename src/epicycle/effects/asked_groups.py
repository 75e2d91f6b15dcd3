"""Whether groups have rhythms of their own at a period that is asked about: an F-test decides."""

from __future__ import annotations

import numpy as np
from scipy import special

from epicycle.evidence.held import HeldTest
from epicycle.fit.lines import Structure, design
from epicycle.limits import ASKED
from epicycle.pursuit.goal import Goal
from epicycle.samples.arrays import Floats
from epicycle.samples.data import Data, orthonormal_basis

#: Frequencies of a range at which the groups are looked at.
_PLACES = 65


def rhythms_differ(shared: Data, own: Data, goal: Goal) -> bool:
    """Return whether amplitudes or phases differ between groups by more than chance.

    Two models of the same values are compared: one sinusoid for all groups, or one for each, beside
    the trend that all share and an offset of each.  In a range the frequency is that at which
    sinusoids of their own explain most.

    Parameters
    ----------
    shared, own : Data
        The values as one output with offsets, and as one output for each group.
    goal : Goal
        The rhythm in question.
    """
    assert goal.asked is not None
    known = Structure.empty()
    for frequency in goal.known:
        known = known.plus(frequency, fixed=True)
    test = HeldTest(own, known)
    lowest, highest = goal.asked
    places: Floats = np.linspace(lowest, highest, 1 if lowest == highest else _PLACES)
    frequency = float(places[int(test.evidence(places).argmax())])
    return equal_rhythms(shared, known, frequency) < ASKED.differ


def equal_rhythms(data: Data, known: Structure, frequency: float) -> float:
    """Return the probability that chance makes the rhythms of groups differ as much.

    Parameters
    ----------
    data : Data
        The values as one output with offsets.
    known : Structure
        Lines that all groups share.
    frequency : float
        Of the rhythm.
    """
    weights = data.weights_of(0)
    columns = design(data, known.plus(frequency, fixed=True))
    apart = np.arange(1, int(data.group.max()) + 1) == data.group[:, np.newaxis]
    waves = columns[:, -2:]
    each = np.hstack([columns, *(waves * mine[:, np.newaxis] for mine in apart.T)])
    squares, free = [], []
    for design_matrix in (columns, each):
        basis = orthonormal_basis(design_matrix, weights)
        rest = data.y[:, 0] - basis @ (basis.T @ (weights * data.y[:, 0]))
        squares.append(float(weights @ rest**2))
        free.append(int(np.count_nonzero(weights)) - basis.shape[1])
    more = free[0] - free[1]
    if more < 1 or free[1] < 1 or squares[1] <= 0:
        return 1.0
    f = (squares[0] - squares[1]) / more / (squares[1] / free[1])
    return float(special.fdtrc(more, free[1], max(f, 0.0)))
