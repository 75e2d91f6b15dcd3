"""One waveform on a bent clock, and a close pair of lines: least squares of what may be either."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import optimize
from scipy.linalg import lapack

from epicycle.samples.arrays import Floats
from epicycle.samples.data import Data

#: Steps of Gauss and Newton, which start near the minimum.
_STEPS = 4

#: Places of a jump or break that are tried, twice: within two windows, then within two of these.
_PLACES = 8

#: Columns of unit length depend on each other if so little of one is left by those before it.
_DEPENDENT = 1e-3

#: Steps per 1/T in which the frequency of a swing is sought.
_SWINGS = 3

#: Steps per 1/T in which a close pair is sought, and how far from the cycle.
_PAIR_STEPS, _PAIR_REACH = 2, 2


class Wave:
    """Values of one output that a cycle is to explain, freed of all else.

    Parameters
    ----------
    data : Data
        The regression problem.
    values : ndarray, shape (n,)
        The values, free of trend and offsets.
    output : int
        Whose weights they have.
    frequency : float
        Of the cycle.
    orders : ndarray of int, shape (H,)
        Of its harmonics.
    """

    def __init__(
        self, data: Data, values: Floats, output: int, frequency: float, orders: NDArray[np.intp]
    ) -> None:
        self.times, self.t = data.times, data.times.to_float()
        self.y, self.w = values, data.weights_of(output)
        self.frequency, self.orders = frequency, orders
        self._basis = data.basis(output)
        #: Values with a weight, and the weighted squares that no model of the means describes.
        self.count, self.within = int(np.count_nonzero(self.w)), 0.0

    def columns(self, turns: Floats) -> Floats:
        """Return cosine and sine of every order, shape (n, 2 H), at phases in turns."""
        # one cosine and sine, and their powers: whole turns are left out before they are taken
        angle = 2 * np.pi * (turns - np.rint(turns))
        first = np.cos(angle) + 1j * np.sin(angle)
        pairs = np.empty((len(turns), len(self.orders)), dtype=np.complex128)
        for k, order in enumerate(self.orders.tolist()):
            pairs[:, k] = first if order == 1 else first**order
        result: Floats = pairs.view(np.float64)
        return result

    def slope(self, columns: Floats, coefficients: Floats) -> Floats:
        """Return the derivative of the waveform by its phase in turns, from its columns."""
        turned = np.stack([coefficients[1::2], -coefficients[0::2]], axis=1)
        rate = 2 * np.pi * np.repeat(self.orders, 2)
        result: Floats = columns @ (rate * turned.ravel())
        return result

    def solve(self, columns: Floats) -> tuple[Floats, Floats, Floats]:
        """Return coefficients, residual, and inverse normal matrix, trend and offsets free."""
        weighted = self.w[:, np.newaxis] * columns
        free = columns - self._basis @ (self._basis.T @ weighted)
        weighted = self.w[:, np.newaxis] * free
        inverse = _inverse(free.T @ weighted)
        solved: Floats = inverse @ (weighted.T @ self.y)
        return solved, np.where(self.w > 0, self.y - free @ solved, 0.0), inverse

    def chi2(self, residual: Floats) -> float:
        """Return the weighted sum of squares."""
        return float((self.w * residual**2).sum()) + self.within


def _inverse(normal: Floats) -> Floats:
    """Return the inverse of a normal matrix; the pseudoinverse where columns depend on each other.

    Its Cholesky factor takes a tenth of the time of its eigenvectors.
    """
    size = np.sqrt(np.maximum(np.diag(normal), 1e-300))
    factor, info = lapack.dpotrf(normal / np.outer(size, size), lower=1)
    if info == 0 and np.diag(factor).min(initial=1.0) > _DEPENDENT:
        half, _ = lapack.dpotri(factor, lower=1)
        lower = np.tril(half)
        whole: Floats = (lower + np.tril(lower, -1).T) / np.outer(size, size)
        return whole
    pseudo: Any = np.linalg.pinv(normal, hermitian=True)
    return np.asarray(pseudo, dtype=np.float64)


@dataclass(frozen=True, eq=False)
class BentClock:
    """One waveform whose phase is bent.

    Attributes
    ----------
    kind : str
        "jump", "break", "swing" or "wander".
    place : float
        Time of the jump or break, or the frequency of the swing; NaN where the phase wanders.
    frequency : float
        Of the part of the phase that is straight.
    theta : ndarray, shape (m,)
        Strengths of the bends, in turns, or turns per unit of time for a break.
    error : ndarray, shape (1 + m,)
        Of frequency and strengths, for white noise.
    residual : ndarray, shape (n,)
        What is left.
    chi2 : float
        Its weighted sum of squares.
    n_parameters : int
        All that were fitted.
    excess : float
        Variance of the bends, by the residual where they act, relative to that of white noise
        (White 1980, Econometrica 48, 817); at least 1.
    """

    kind: str
    place: float
    frequency: float
    theta: Floats
    error: Floats
    residual: Floats
    chi2: float
    n_parameters: int
    excess: float


def fit_bent(wave: Wave, kind: str, place: float, bends: Floats, start: Floats) -> BentClock:
    """Return the least-squares fit of a bent clock.

    Parameters
    ----------
    wave : Wave
        What it is to explain.
    kind, place
        What it is called.
    bends : ndarray, shape (n, m)
        How the phase answers to each strength.
    start : ndarray, shape (1 + m,)
        Frequency, as a change of that of the cycle, and strengths to start from.
    """
    moves = np.column_stack([wave.t, bends])
    theta, best = start.copy(), None
    step = np.zeros_like(theta)
    for _ in range(2 * _STEPS):
        turns = wave.frequency * wave.t + moves @ (theta + step)
        columns = wave.columns(turns)
        coefficients, residual, _ = wave.solve(columns)
        chi2 = wave.chi2(residual)
        if best is not None and chi2 >= best[0]:
            if best[0] - chi2 > -1e-6 * best[0]:
                break
            step = 0.3 * step
            continue
        theta = theta + step
        slopes = wave.slope(columns, coefficients)[:, np.newaxis] * moves
        both = np.column_stack([columns, slopes])
        solved, _, inverse = wave.solve(both)
        best = chi2, residual, inverse, columns, slopes
        step = solved[columns.shape[1] :]
    assert best is not None
    chi2, residual, inverse, columns, slopes = best
    first = 2 * len(wave.orders)
    count = wave.count
    parameters = first + len(theta) + (0 if kind == "wander" else 1)
    scale = chi2 / max(count - parameters, 1)
    error = np.sqrt(np.maximum(np.diag(inverse)[first:], 0.0) * scale)
    return BentClock(
        kind,
        place,
        wave.frequency + float(theta[0]),
        theta[1:],
        error,
        residual,
        chi2,
        parameters,
        _excess(wave, columns, slopes, residual, scale),
    )


def _excess(wave: Wave, columns: Floats, slopes: Floats, residual: Floats, scale: float) -> float:
    """Return how much more the residual scatters where a change of phase is seen than overall."""
    weighted = wave.w[:, np.newaxis] * columns
    solved = _inverse(columns.T @ weighted) @ (weighted.T @ slopes)
    square = wave.w[:, np.newaxis] * (slopes - columns @ solved) ** 2
    ratio = (square * (wave.w * residual**2)[:, np.newaxis]).sum(axis=0)
    ratio /= np.maximum(scale * square.sum(axis=0), 1e-300)
    return max(1.0, float(ratio.max()))


def best_bend(
    wave: Wave, time: Floats, phase: Floats, error: Floats, enough: float = math.inf
) -> list[BentClock]:
    """Return the best fits with a jump, a break, a swing, and a phase that wanders.

    Where none of the first fits has a chi-square below `enough`, there are none; and a bend whose
    first fit has none keeps the place where the windows have it.

    Parameters
    ----------
    wave : Wave
        What they are to explain.
    time, phase, error : ndarray, shape (W,)
        Phases of windows, from which the fits start.
    """
    first = [_first(wave, kind, time, phase, error) for kind in ("jump", "break", "swing")]
    # one knot a window, and twice as many for a period that swings within a few of them
    wander = [_wandering(wave, n, time, phase) for n in (len(time), 2 * len(time) - 1)]
    if min(one.chi2 for one in (*first, *wander)) > enough:
        return []
    placed = [
        _placed(wave, one, time, phase, error) if one.chi2 <= enough else one for one in first
    ]
    return [*placed, *wander]


def _first(wave: Wave, kind: str, time: Floats, phase: Floats, error: Floats) -> BentClock:
    """Return the fit with a bend between the two windows where it suits their phases best.

    A swing is tried at every frequency that the windows resolve: within them it runs out of step.
    """
    if kind == "swing":
        tried = [_at(wave, kind, place, time, phase, error) for place in _swings(time)]
        return min(tried, key=lambda one: one.chi2)
    places = (0.5 * (time[1:] + time[:-1])).tolist()
    begun = [(_from_windows(kind, at, time, phase, error)[0], at) for at in places]
    return _at(wave, kind, min(begun)[1], time, phase, error)


def _at(
    wave: Wave, kind: str, place: float, time: Floats, phase: Floats, error: Floats
) -> BentClock:
    """Return the fit with a bend at a place, begun from the phases of the windows."""
    start = _from_windows(kind, place, time, phase, error)[1]
    return fit_bent(wave, kind, place, _bend(kind, wave.t, place), start)


def _swings(time: Floats) -> list[float]:
    """Return the frequencies of a swing: from one over the baseline to two windows a swing."""
    width = float(np.diff(time).mean())
    lowest, highest = 1.0 / (len(time) * width), 0.5 / width
    count = max(round(_SWINGS * (highest - lowest) * len(time) * width), 1)
    swings: list[float] = np.linspace(lowest, highest, count + 1).tolist()
    return swings


def _placed(wave: Wave, best: BentClock, time: Floats, phase: Floats, error: Floats) -> BentClock:
    """Return the fit with the bend where it suits the values best, near the place of another."""
    at, kind = best.place, best.kind
    step = np.diff(_swings(time) if kind == "swing" else time)
    low, high = (0.5 / np.ptp(time), np.inf) if kind == "swing" else (wave.t.min(), wave.t.max())
    reach = float(step.max())
    for _ in range(2):
        places = np.linspace(max(at - reach, low), min(at + reach, high), _PLACES + 2)[1:-1]
        tried = [_at(wave, kind, place, time, phase, error) for place in places.tolist()]
        best = min([best, *tried], key=lambda one: one.chi2)
        at, reach = best.place, 2 * reach / _PLACES
    return best


def _wandering(wave: Wave, n_knots: int, time: Floats, phase: Floats) -> BentClock:
    """Return the fit with a phase that is straight between knots."""
    knots = np.linspace(time[0], time[-1], n_knots)
    at_knots = np.interp(knots, time, phase)
    line = np.polyfit(knots, at_knots, 1)
    # what is straight is the frequency's
    keep = _without_line(knots)
    start = np.concatenate([[line[0]], keep.T @ (at_knots - np.polyval(line, knots))])
    return fit_bent(wave, "wander", math.nan, _hats(wave.t, knots) @ keep, start)


def _bend(kind: str, t: Floats, place: float) -> Floats:
    """Return how the phase answers to each strength of a bend, shape (n, m)."""
    if kind == "swing":
        angle = 2 * np.pi * place * t
        return np.column_stack([np.cos(angle), np.sin(angle)])
    step = (t > place).astype(np.float64)
    return (step if kind == "jump" else step * (t - place))[:, np.newaxis]


def _from_windows(
    kind: str, place: float, time: Floats, phase: Floats, error: Floats
) -> tuple[float, Floats]:
    """Return chi-square of the phases of windows with a bend, and where a fit may start."""
    columns = np.column_stack([np.ones_like(time), time, _bend(kind, time, place)])
    columns = columns / error[:, np.newaxis]
    solved: Any = np.linalg.lstsq(columns, phase / error, rcond=None)[0]
    return float(((phase / error - columns @ solved) ** 2).sum()), solved[1:]


def _hats(t: Floats, knots: Floats) -> Floats:
    """Return piecewise linear functions, 1 at a knot each, that go on straight at the ends."""
    right = np.clip(np.searchsorted(knots, t), 1, len(knots) - 1)
    share = (t - knots[right - 1]) / (knots[right] - knots[right - 1])
    result = np.zeros((len(t), len(knots)))
    rows = np.arange(len(t))
    result[rows, right - 1] = 1 - share
    result[rows, right] += share
    return result


def _without_line(knots: Floats) -> Floats:
    """Return an orthonormal basis of what is no straight line at the knots, shape (W, W - 2)."""
    line = np.stack([np.ones_like(knots), knots / np.abs(knots).max()], axis=1)
    q, _ = np.linalg.qr(line, mode="complete")
    result: Floats = q[:, 2:]
    return result


def best_pair(wave: Wave) -> tuple[float, int]:
    """Return chi-square and parameters of the best clock with a second sinusoid beside it."""
    span = float(wave.t.max() - wave.t.min())
    grid = np.arange(-_PAIR_REACH * _PAIR_STEPS, _PAIR_REACH * _PAIR_STEPS + 1) / _PAIR_STEPS
    amplitude = np.abs(wave.solve(wave.columns(wave.frequency * wave.t))[0])
    order = int(wave.orders[int((amplitude[0::2] + amplitude[1::2]).argmax())])

    def left(offsets: Floats) -> float:
        first = wave.columns((wave.frequency + offsets[0] / span / order) * wave.t)
        angle = 2 * np.pi * (order * wave.frequency + offsets[1] / span) * wave.t
        columns = np.column_stack([first, np.cos(angle), np.sin(angle)])
        return wave.chi2(wave.solve(columns)[1])

    pairs = [(left(np.array([a, b])), a, b) for a in grid for b in grid if abs(a - b) > 0.25]
    chi2, a, b = min(pairs)
    polished = optimize.minimize(left, [a, b], method="Nelder-Mead", options={"maxiter": 40})
    return min(chi2, float(polished.fun)), 2 * len(wave.orders) + 4
