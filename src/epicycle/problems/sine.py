"""The Sin problem: one number to learn, the frequency of a sine, and no gradient that leads there.

``sin(freq * x)`` is to match ``sin(31 * x)`` on x uniform in [-1000, 1000].  All frequencies here
are angular, as in that formula.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import spherical_jn

from epicycle.samples.arrays import Floats
from epicycle.samples.foreign import nearest, shown
from epicycle.samples.times import Times
from epicycle.spectra.sums import TrigSums


@dataclass(frozen=True)
class Sine:
    """Samples of sin(W x), x uniform in [-span, span], and the landscape of the loss in between.

    Parameters
    ----------
    angular_frequency : float
        The frequency W to be learned, in radians per unit of x.
    span : float
        Half the length of the range of x.
    noise : float
        Standard deviation of Gaussian noise on y; sqrt(1/2) has the power of the signal (0 dB).

    Raises
    ------
    ValueError
        If a number is not finite, `span` not positive or `noise` negative.
    """

    angular_frequency: float = 31.0
    span: float = 1000.0
    noise: float = 0.0

    def __post_init__(self) -> None:
        if not math.isfinite(_number(self.angular_frequency)):
            raise ValueError(
                f"angular_frequency is {shown(self.angular_frequency)}: expected a finite number "
                f"of radians per unit of x. To fix this, pass a number such as 31."
            )
        if not 0 < _number(self.span) < math.inf:
            raise ValueError(
                f"span is {shown(self.span)}: expected a positive number, half the length of the "
                f"range of x. To fix this, pass a number such as 1000."
            )
        if not 0 <= _number(self.noise) < math.inf:
            raise ValueError(
                f"noise is {shown(self.noise)}: expected a standard deviation, 0 or more. "
                f"To fix this, pass a number such as 0.5."
            )

    def batch(
        self, n: int, rng: np.random.Generator, *, beyond: float = 1.0
    ) -> tuple[Floats, Floats]:
        """Return n samples (x, y), each of shape (n, 1).

        With ``beyond=10``, x covers ten times the range that is trained on.
        """
        x = rng.uniform(-beyond * self.span, beyond * self.span, (n, 1))
        y = np.sin(self.angular_frequency * x)
        if self.noise:
            y += self.noise * rng.standard_normal((n, 1))
        return x, y

    def loss(self, freq: ArrayLike) -> Floats:
        """Return the expected squared error of sin(freq·x), at each freq, in closed form.

        With sinc(z) = sin(z)/z and S the span,

            L = 1 - ½ sinc(2 freq S) - ½ sinc(2 W S) - sinc((freq - W) S) + sinc((freq + W) S)

        plus the variance of the noise.
        """
        f, W, S = np.asarray(freq, dtype=np.float64), self.angular_frequency, self.span
        own = 1.0 - 0.5 * (_sinc(2 * f * S) + _sinc(2 * W * S))
        shared = _sinc((f - W) * S) - _sinc((f + W) * S)
        found: Floats = own - shared + self.noise**2
        return found

    def gradient(self, freq: ArrayLike) -> Floats:
        """Return the derivative of :meth:`loss` with respect to freq, in closed form."""
        f, W, S = np.asarray(freq, dtype=np.float64), self.angular_frequency, self.span
        # the derivative of sinc is minus the spherical Bessel function j₁
        found: Floats = S * (_j1(2 * f * S) + _j1((f - W) * S) - _j1((f + W) * S))
        return found


@dataclass(frozen=True)
class Landscape:
    """What one batch says about every frequency of a grid.

    Parameters
    ----------
    freq : ndarray, shape (n,)
        Angular frequencies.
    loss, gradient : ndarray, shape (n,)
        Mean squared error of sin(freq·x), and its derivative with respect to freq: the mean of
        2 (sin(freq·x) - y) x cos(freq·x), which is what a training loop computes.
    power : ndarray, shape (n,)
        Power, at freq, of minus the gradient of the loss at the output of the network, while
        that stands at `present`.  Scaled such that a sine of amplitude A which the network does
        not explain has A²/2 in the mean; a network that explains everything leaves nothing.
    present : float
        Where the network stands.
    """

    freq: Floats
    loss: Floats
    gradient: Floats
    power: Floats
    present: float


def landscape(
    x: ArrayLike, y: ArrayLike, *, start: float, stop: float, n: int, present: float
) -> Landscape:
    """Return the landscape of one batch on n equidistant angular frequencies.

    All three are trigonometric sums over the batch, so one transform serves every frequency:

        loss = ½ - ½ mean(cos 2ωx) - 2 mean(y sin ωx) + mean(y²)
        gradient = mean(x sin 2ωx) - 2 mean(x y cos ωx)
        power = 2 |mean(r exp(-iωx))|²,  r = y - sin(present·x)

    Parameters
    ----------
    x, y : array_like, shape (m,) or (m, 1)
        The batch.
    start, stop : float
        First and last frequency.
    n : int
        Number of frequencies, at least 2.
    present : float
        Angular frequency at which the network stands.
    """
    x, y = (np.ravel(np.asarray(values, dtype=np.float64)) for values in (x, y))
    spacing = (stop - start) / (n - 1)
    turn = 2 * np.pi
    sums = TrigSums(Times(x, np.zeros_like(x)), spacing / turn, n)
    residual = y - np.sin(present * x)  # minus n/2 times the gradient of the mean square
    at_f = sums.band(np.array([y, x * y, residual]), start / turn) / len(x)
    at_2f = sums.band(np.array([np.ones_like(x), x]), start / turn, multiple=2) / len(x)
    return Landscape(
        freq=np.linspace(start, stop, n),
        loss=0.5 - 0.5 * at_2f[0].real + 2 * at_f[0].imag + np.mean(y**2),
        gradient=-at_2f[1].imag - 2 * at_f[1].real,
        power=2 * np.abs(at_f[2]) ** 2,
        present=present,
    )


def _sinc(z: NDArray[np.float64] | float) -> Floats:
    found: Floats = np.sinc(np.asarray(z) / np.pi)
    return found


def _j1(z: Floats) -> Floats:
    found: Floats = np.sign(z) * spherical_jn(1, np.abs(z))
    return found


def _number(value: Any) -> float:
    """Return a value as a float; what is no number is none that is finite."""
    if isinstance(value, (bool, str, bytes)) or np.ndim(value) != 0:
        return math.nan
    try:
        return nearest(value)
    except (TypeError, ValueError):
        return math.nan
