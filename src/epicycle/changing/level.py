r"""The level that noise reaches anywhere in a scalogram.

In one window with the effective number of samples n, white noise has a power above p with the
probability :math:`(1 - p)^{(n - 3) / 2}`: sinusoid against residual is F-distributed with 2 and
:math:`n - 3` degrees of freedom.  (In units of :math:`\sigma^2 \sum g^2 / \sum g` the sinusoid is
chi-square with 2 degrees, and the residual has the mean :math:`n - 3` and the variance
:math:`2 (n - 3)` of a chi-square with that many.)  With :math:`z = -\log` of that probability, the
picture of noise is a smooth random field.  Powers of two windows correlate as those of a Gaussian
amplitude with

.. math:: \lambda_t = \frac{f^2}{2 c^2}, \qquad \lambda_f = \frac{2 \pi^2 c^2 + 1/2}{f^2}

for distances in time and frequency at c cycles a window (the half is for windows whose width
changes with the frequency).  The probability that the highest maximum exceeds z is the expected
Euler characteristic of the region above z, with the area A and the perimeter L of the picture in
these units (Worsley 1994, fields of chi-square with 2 degrees):

.. math:: P(z) = e^{-z} \Big[ A\, \frac{2 z - 1}{2 \pi} + \frac{L}{2} \sqrt{z / \pi} + 1 \Big] .

The area of a cell is the same at every period: :math:`\sqrt{\pi^2 + 1 / 4 c^2}\, dt\, df`.

References
----------
K. J. Worsley (1994), Adv. Appl. Prob. 26, 13.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import brentq

from epicycle.samples.arrays import Floats

if TYPE_CHECKING:
    from epicycle.changing.scalogram import Scalogram


def extent(picture: Scalogram) -> tuple[float, float]:
    """Return area and perimeter of a picture in units of its correlation.

    Windows that show nothing count as no area.
    """
    c, frequency = picture.cycles, picture.frequency
    span = float(picture.time[-1] - picture.time[0])
    seen = np.isfinite(picture.power).mean(axis=1)  # of each period
    along_time = span * seen * frequency / (math.sqrt(2) * c)
    each = math.sqrt(2 * math.pi**2 * c * c + 0.5)
    # the area is the integral of the length in time over the logarithm of the frequency
    # (by hand: NumPy has named its trapezoids anew in 2.0)
    steps = np.diff(np.log(frequency[0] / frequency))
    area = each * float(steps @ (0.5 * (along_time[1:] + along_time[:-1])))
    across = each * math.log(frequency[0] / frequency[-1])
    return area, float(along_time[0] + along_time[-1]) + 2 * across


def probability(z: float, area: float, perimeter: float) -> float:
    """Return the probability that noise exceeds z anywhere, where that is small."""
    inner = area * (2 * z - 1) / (2 * math.pi) + 0.5 * perimeter * math.sqrt(z / math.pi) + 1.0
    return math.exp(-z) * inner


def power_level(picture: Scalogram, false_alarm: float) -> Floats:
    """Return the power that noise reaches anywhere with a probability; see the picture."""
    if not 0 < false_alarm < 1:
        raise ValueError(
            f"false_alarm must be between 0 and 1, got {false_alarm!r}. "
            f"To fix this, pass a probability such as 0.01."
        )
    z = threshold(*extent(picture), false_alarm)
    degrees = np.maximum(picture.n_effective - 3.0, 1e-9)
    return np.where(np.isfinite(picture.power), -np.expm1(-2.0 * z / degrees), np.nan)


def threshold(area: float, perimeter: float, false_alarm: float) -> float:
    """Return z that noise exceeds anywhere with a probability.

    Maxima above a high level come as independent events: at least one with the probability
    ``1 - exp(-P)``.
    """
    expected = -math.log1p(-false_alarm)

    def excess(z: float) -> float:
        return probability(z, area, perimeter) - expected

    # P falls from z = 2 on, whatever the extent
    if excess(2.0) <= 0:
        return float(-math.log(false_alarm))
    return float(brentq(excess, 2.0, 700.0))
