"""Which strengths are likeliest, and which components there are at all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import optimize

from epicycle.limits import AHEAD
from epicycle.living.chain import Strengths
from epicycle.living.nodes import Nodes
from epicycle.living.regression import Solution, solve
from epicycle.samples.arrays import Floats

#: Strengths are within these, in units of a single value's variance and of the typical gap.
_LIMITS = {
    "walk": (1e-8, 1e5),
    "slope": (1e-10, 1e3),
    "damping": (1e-6, 0.7),
    "error": (1e-3, 1e5),
    "rate": (1e-6, 4.0),
}

#: What belongs to each component, and where the search for it begins.
_PARTS = {"walk": ("walk",), "slope": ("slope", "damping"), "error": ("error", "rate")}

_BEGIN = {"walk": 1e-2, "slope": 1e-4, "damping": 0.05, "error": 0.5, "rate": 0.3}


@dataclass(frozen=True, eq=False)
class Fitted:
    """A solution at the likeliest strengths.

    Attributes
    ----------
    kinds : tuple of str
        The components.
    solution : Solution
        At their likeliest strengths.
    evidence : float
        Its evidence, less what the strengths cost.
    """

    kinds: tuple[str, ...]
    solution: Solution
    evidence: float


def likeliest(
    nodes: Nodes, penalty: Floats, kinds: tuple[str, ...], near: Strengths | None = None
) -> Fitted:
    """Return the fit at the likeliest strengths of some components.

    Parameters
    ----------
    nodes : Nodes
        Values and columns.
    penalty : ndarray, shape (m,)
        Precisions of the columns beforehand.
    kinds : tuple of str
        Which components there are: "walk", "slope", "error".
    near : Strengths, optional
        Where to begin.
    """
    names = [name for kind in kinds for name in _PARTS[kind]]
    span = float(nodes.time[-1] - nodes.time[0])
    slowest = {"damping": AHEAD.slowest / span, "rate": AHEAD.slowest / span}
    lower = np.log([max(_LIMITS[name][0], slowest.get(name, 0.0)) for name in names])
    upper = np.log([_LIMITS[name][1] for name in names])
    lower = np.minimum(lower, upper - 1.0)

    def at(place: Floats) -> Strengths:
        inside = np.clip(place, lower, upper)
        return Strengths(**dict(zip(names, np.exp(inside).tolist(), strict=True)))

    def unlikely(place: Floats) -> float:
        beyond = float((np.abs(place - np.clip(place, lower, upper))).sum())
        try:
            return beyond - solve(nodes, at(place), penalty).likelihood
        except np.linalg.LinAlgError:
            return 1e300

    begin = np.log([_start(name, near) for name in names])
    place = np.clip(begin, lower, upper)
    if names:
        simplex = np.vstack([place, *(place + 1.5 * row for row in np.eye(len(names)))])
        found = optimize.minimize(
            unlikely,
            place,
            method="Nelder-Mead",
            options={
                "initial_simplex": simplex,
                "maxfev": AHEAD.evaluations * len(names),
                "xatol": 0.2,
                "fatol": 0.1,
            },
        )
        place = found.x
    solution = solve(nodes, at(place), penalty)
    cost = 0.5 * len(names) * np.log(nodes.n_values)
    return Fitted(kinds, solution, solution.evidence - float(cost))


def _start(name: str, near: Strengths | None) -> float:
    if near is not None:
        size = float(getattr(near, name))
        active = {"damping": near.slope, "rate": near.error}.get(name, size)
        if active > 0 and size > 0:
            return size
    return _BEGIN[name]
