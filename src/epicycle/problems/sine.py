"""The Sin problem: one number to learn, the frequency of a sine, and no gradient that leads there.

``sin(freq * x)`` is to match ``sin(31 * x)`` on x uniform in [-1000, 1000].  All frequencies here
are angular, as in that formula.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import spherical_jn

from epicycle._twofloat import Floats

#: Frequencies times samples that are held in memory at once.
_BLOCK = 1 << 22


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
        if not math.isfinite(self.angular_frequency):
            raise ValueError(
                f"angular_frequency is {self.angular_frequency!r}: expected a finite number of "
                f"radians per unit of x. To fix this, pass a number such as 31."
            )
        if not (math.isfinite(self.span) and self.span > 0):
            raise ValueError(
                f"span is {self.span!r}: expected a positive number, half the length of the range "
                f"of x. To fix this, pass a number such as 1000."
            )
        if not (math.isfinite(self.noise) and self.noise >= 0):
            raise ValueError(
                f"noise is {self.noise!r}: expected a standard deviation, 0 or more. "
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


def batch_loss(freq: ArrayLike, x: ArrayLike, y: ArrayLike) -> Floats:
    """Return the mean squared error of sin(freq·x) against y on one batch, at each freq."""
    x, y = np.ravel(x), np.ravel(y)
    return _in_blocks(lambda f: np.square(np.sin(f * x) - y).mean(axis=1), freq, len(x))


def batch_gradient(freq: ArrayLike, x: ArrayLike, y: ArrayLike) -> Floats:
    """Return the derivative of :func:`batch_loss` with respect to freq, at each freq.

    This is what a training loop computes: mean(2 (sin(freq·x) - y) x cos(freq·x)).
    """
    x, y = np.ravel(x), np.ravel(y)
    return _in_blocks(
        lambda f: (2 * (np.sin(f * x) - y) * x * np.cos(f * x)).mean(axis=1), freq, len(x)
    )


def batch_spectrum(freq: ArrayLike, present: float, x: ArrayLike, y: ArrayLike) -> Floats:
    """Return the power, at each freq, of minus the gradient of the loss at the network's output.

    This is what a search over frequencies is given to see while the network stands at `present`.
    It is scaled such that a sine of amplitude A which the network does not explain has the power
    A²/2 in the mean, and a network that explains everything leaves nothing.
    """
    x, y = np.ravel(x), np.ravel(y)
    residual = y - np.sin(present * x)  # half of minus n times the gradient of the mean square

    def power(f: Floats) -> Floats:
        even, odd = np.cos(f * x) @ residual, np.sin(f * x) @ residual
        found: Floats = 2 * (even**2 + odd**2) / len(x) ** 2
        return found

    return _in_blocks(power, freq, len(x))


def _in_blocks(function: Callable[[Floats], Floats], freq: ArrayLike, n: int) -> Floats:
    """Apply a function of frequencies in a column to few enough of them at a time."""
    f = np.asarray(freq, dtype=np.float64)
    column = f.reshape(-1, 1)
    step = max(_BLOCK // max(n, 1), 1)
    found = [function(column[k : k + step]) for k in range(0, len(column), step)]
    return np.concatenate(found).reshape(f.shape) if found else np.zeros(f.shape)


def _sinc(z: NDArray[np.float64] | float) -> Floats:
    found: Floats = np.sinc(np.asarray(z) / np.pi)
    return found


def _j1(z: Floats) -> Floats:
    found: Floats = np.sign(z) * spherical_jn(1, np.abs(z))
    return found
