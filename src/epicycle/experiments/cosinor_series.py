r"""One series and its rhythm: mesor, amplitude, phase and period, with their covariance.

The rhythm is a level, a trend where one is asked for, and harmonics of one frequency,

.. math:: y = m + A \cos 2\pi (f (t - t_0) - \varphi) + \dots ,

by least squares (Halberg's cosinor; Cornelissen 2014, Theor. Biol. Med. Model. 11, 16).  The period
is held, or the best of a range; the phase stands at a reference time :math:`t_0`.  Errors of
amplitude and phase follow from those of the coefficients to first order.  Noise that is louder
beside the rhythm than elsewhere, as that of activity is, widens them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import optimize, special

from epicycle.fit.cosinor import explained, freed, turned, waves
from epicycle.limits import COMPARING
from epicycle.samples.arrays import Floats

#: Order of the numbers of a series, and of what is compared.
QUANTITIES = ("mesor", "amplitude", "phase", "period")

#: Columns of unit length that are closer to each other are the same.
_TELLS = 1e-6
_ALIKE = "the times do not tell the parameters of the rhythm from each other"

#: Frequencies tried for each 1/T of a range, and numbers in the columns of some of them at most.
_POINTS, _NUMBERS = 8, 1 << 20


@dataclass(frozen=True)
class Plan:
    """How every series of a comparison is fitted.

    Attributes
    ----------
    lowest, highest : float
        Frequencies of the range; the same where the period is held.
    at : float
        Reference time.
    harmonics, trend : int
    """

    lowest: float
    highest: float
    at: float
    harmonics: int = 1
    trend: int = 0

    @property
    def held(self) -> bool:
        """Whether the period is held."""
        return self.lowest == self.highest

    @property
    def n_parameters(self) -> int:
        """Number of parameters of one series."""
        return 1 + self.trend + 2 * self.harmonics + (not self.held)


@dataclass(frozen=True)
class SeriesRhythm:
    """The rhythm of one series.

    Attributes
    ----------
    value : ndarray, shape (4,)
        Mesor, amplitude, phase and period; the phase is that of the fundamental's maximum, in
        turns after the reference time.
    covariance : ndarray, shape (4, 4)
        NaN where it is not known.
    linear, linear_covariance : ndarray
        Mesor and coefficients of all harmonics, frequency last where it was fitted.
    freedom : float
        Degrees of freedom of the variance of the noise.
    p_value : float
        Probability of such a rhythm in noise, anywhere in the range.
    at_edge : bool
        Whether the best period is an end of the range, and so none.
    n_values : int
    drift : tuple of float
        How much higher the frequency is than the one held, and the error of that; NaN where it was
        fitted.
    fading : tuple of float
        By which share of itself the amplitude changes in a unit of time, and the error of that.
    """

    value: Floats
    covariance: Floats
    linear: Floats
    linear_covariance: Floats
    freedom: float
    p_value: float
    at_edge: bool
    n_values: int
    drift: tuple[float, float] = (np.nan, np.nan)
    fading: tuple[float, float] = (np.nan, np.nan)

    @property
    def rhythmic(self) -> bool:
        """Whether there is a rhythm, at a period within the range."""
        fitted = np.isfinite(self.covariance[3, 3]) and self.covariance[3, 3] > 0
        chance = COMPARING.fitted_chance if fitted else COMPARING.rhythm_chance
        return self.p_value < chance and not self.at_edge


def fit_series(t: Floats, y: Floats, plan: Plan) -> SeriesRhythm:
    """Return the rhythm of one series.

    Parameters
    ----------
    t, y : ndarray, shape (n,)
        Times and values, at least one more than the parameters.
    plan : Plan
        Period and reference time.

    Raises
    ------
    ValueError
        If the times do not tell the parameters from each other.
    """
    fixed = (t - plan.at)[:, np.newaxis] ** np.arange(plan.trend + 1)
    fixed[:, 1:] /= max(float(np.ptp(t)), 1e-300) ** np.arange(1, plan.trend + 1)
    base = np.linalg.qr(fixed)[0]
    frequency, edge = plan.lowest, False
    if not plan.held:
        frequency, edge = _best(t, y, base, plan)
    columns = waves(frequency * (t - plan.at), range(1, plan.harmonics + 1))
    x = np.hstack([fixed, columns])
    c, inverse = _solved(x, y)
    residual = y - x @ c
    slope = _slope(columns, t - plan.at, c[plan.trend + 1 :], plan.harmonics)
    wave = columns @ c[plan.trend + 1 :]
    if not plan.held:
        x = np.hstack([x, slope[:, np.newaxis]])
        inverse = _inverse(x)
    freedom = len(y) - x.shape[1]
    squares = float(residual @ residual)
    level = y - base @ (base.T @ y)
    # what rounding leaves is no noise that could be judged
    noise = max(squares, 1e-24 * float(y @ y) + 1e-300) / freedom
    louder, shown = _local_noise(t, residual, base, noise, frequency, plan.harmonics)
    inverse = inverse * noise * louder
    gained = float(level @ level) - squares
    second = min(float(freedom), shown)
    statistic = gained / (2 * plan.harmonics * noise * louder)
    chance = float(special.fdtrc(2 * plan.harmonics, second, max(statistic, 0.0)))
    tries = 1.0 + 2.0 * float(np.ptp(t)) * (plan.highest - plan.lowest)
    chance = float(-np.expm1(tries * np.log1p(-min(chance, 1 - 1e-12))))
    keep = [0, *range(plan.trend + 1, x.shape[1])]
    linear: Floats = c[keep] if plan.held else np.append(c, frequency)[keep]
    covariance = inverse[np.ix_(keep, keep)]
    value, of_value = _in_polar(linear, covariance, frequency, held=plan.held)
    drift, fading = _changes(t - plan.at, residual, x, wave, slope=slope if plan.held else None)
    return SeriesRhythm(
        value, of_value, linear, covariance, float(freedom), chance, edge, len(y), drift, fading
    )


def _solved(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Return the least-squares coefficients of columns, and their inverse normal matrix.

    Raises
    ------
    ValueError
        If the columns are not told from each other.
    """
    size = np.linalg.norm(x, axis=0)
    if (size == 0).any():
        raise ValueError(_ALIKE)
    left, values, right = np.linalg.svd(x / size, full_matrices=False)
    if len(values) < x.shape[1] or values[-1] <= _TELLS:
        raise ValueError(_ALIKE)
    back = right.T / values
    c: Floats = back @ (left.T @ y) / size
    inverse: Floats = back @ back.T / np.outer(size, size)
    return c, inverse


def _slope(columns: Floats, t: Floats, c: Floats, harmonics: int) -> Floats:
    """Return the derivative of waves by frequency, at their coefficients."""
    return np.asarray(t * (turned(columns, range(1, harmonics + 1)) @ c))


def _changes(
    t: Floats, residual: Floats, x: Floats, wave: Floats, *, slope: Floats | None
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return by how much a held frequency is off, and how the amplitude changes, to first order.

    What was fitted, `x`, is taken out of the derivatives by frequency, `slope`, and by a share of
    the amplitude in a unit of time, which the residual is then fitted with.
    """
    columns = [t * wave] if slope is None else [t * wave, slope]
    more = np.stack(columns, axis=1)
    size = np.linalg.norm(more, axis=0)
    base = np.linalg.qr(x / np.maximum(np.linalg.norm(x, axis=0), 1e-300))[0]
    more = more - base @ (base.T @ more)
    freedom = len(t) - x.shape[1] - more.shape[1]
    unknown = np.nan, np.nan
    if freedom < 1 or bool((np.linalg.norm(more, axis=0) <= 1e-6 * size).any()):
        return unknown, unknown
    c = np.linalg.lstsq(more, residual, rcond=None)[0]
    noise = float(((residual - more @ c) ** 2).sum()) / freedom
    errors = np.sqrt(np.diag(_inverse(more)) * noise)
    fading = float(c[0]), float(errors[0])
    return (unknown if slope is None else (float(c[1]), float(errors[1]))), fading


def _best(t: Floats, y: Floats, base: Floats, plan: Plan) -> tuple[float, bool]:
    """Return the frequency of the range that explains most, and whether it is an end of it."""
    x, free = t - plan.at, y - base @ (base.T @ y)
    orders = range(1, plan.harmonics + 1)

    def shown(frequency: Floats) -> Floats:
        columns = freed(waves(np.multiply.outer(frequency, x), orders), base)
        return explained(columns, free[np.newaxis])[:, 0]

    step = 1.0 / (_POINTS * max(float(np.ptp(t)), 1e-300))
    n = max(int(np.ceil((plan.highest - plan.lowest) / step)), 4) + 1
    grid = np.linspace(plan.lowest, plan.highest, n)
    parts = max(1, len(grid) * len(x) * 2 * plan.harmonics // _NUMBERS)
    power = np.concatenate([shown(part) for part in np.array_split(grid, parts)])
    k = int(power.argmax())
    ends = float(grid[max(k - 1, 0)]), float(grid[min(k + 1, n - 1)])
    found = optimize.minimize_scalar(
        lambda f: -float(shown(np.array([f]))[0]),
        bounds=ends,
        method="bounded",
        options={"xatol": 1e-4 * step},
    )
    frequency = float(found.x)
    near = 0.02 * step
    at_edge = frequency - plan.lowest < near or plan.highest - frequency < near
    return frequency, bool(at_edge)


def _inverse(x: Floats) -> Floats:
    """Return the inverse normal matrix of columns of any sizes."""
    size = np.linalg.norm(x, axis=0)
    size[size == 0] = 1.0
    scaled = x / size
    inverse: Floats = np.linalg.pinv(scaled.T @ scaled, rcond=1e-12) / np.outer(size, size)
    return inverse


def _local_noise(
    t: Floats, residual: Floats, base: Floats, noise: float, frequency: float, harmonics: int
) -> tuple[float, float]:
    """Return how much louder noise is beside the rhythm than in all, and how surely that is known.

    The mean power of the residual at frequencies 1 / T apart, from half the rhythm's to twice it,
    its lines aside, in units of what white noise has; 1 where it is not clearly more.
    """
    span = float(np.ptp(t))
    step = 1.0 / max(span, 1e-300)
    offsets = np.arange(-np.floor(0.5 * frequency / step), np.floor(frequency / step) + 1)
    places = frequency + step * offsets[offsets != 0]
    lines = frequency * np.arange(1, max(harmonics, 2) + 1)
    beside = np.abs(places[:, np.newaxis] - lines).min(axis=1) >= 0.75 * step
    places = places[beside]
    if len(places) < COMPARING.fewest_neighbours:
        return 1.0, np.inf
    free = residual - base @ (base.T @ residual)
    turns = np.exp(-2j * np.pi * places[:, np.newaxis] * (t - t.mean()))
    power = np.abs(turns @ free) ** 2 / (len(t) * noise)
    mean = float(power.mean())
    # the mean of this many exponential variables, two standard deviations of it
    if mean <= 1 + 2 / np.sqrt(len(places)):
        return 1.0, np.inf
    return mean, 2.0 * len(places)


def _in_polar(
    linear: Floats, covariance: Floats, frequency: float, *, held: bool
) -> tuple[Floats, Floats]:
    """Return mesor, amplitude, phase and period with their covariance, to first order."""
    mesor, a, b = linear[:3]
    amplitude = float(np.hypot(a, b)) or 1e-300
    phase = float(np.arctan2(b, a)) / (2 * np.pi)
    jacobian = np.zeros((4, len(linear)))
    jacobian[0, 0] = 1.0
    jacobian[1, 1:3] = a / amplitude, b / amplitude
    jacobian[2, 1:3] = np.array([-b, a]) / amplitude / (2 * np.pi * amplitude)
    if not held:
        jacobian[3, -1] = -1.0 / frequency**2
    value = np.array([mesor, amplitude, phase, 1.0 / frequency])
    return value, jacobian @ covariance @ jacobian.T
