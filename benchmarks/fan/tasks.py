"""The periodic tasks of FAN: functions, ranges and numbers of samples as in its public code.

Dong, Li, Tao, Jiang, Zhang, Li, Su, Zhang, Xu (2024), "FAN: Fourier analysis networks", arXiv
2410.02675; code: YihongDong/FAN, Periodicity_Modeling.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Task:
    """One function to be learned.

    Attributes
    ----------
    name : str
        As in FAN's code.
    function : callable
        Of the samples.
    half_range : float
        Samples of the training lie in [-half_range, half_range], evenly spread.
    beyond : float
        The test reaches so many times as far; it contains the range of the training.
    n_train : int
        Number of samples of the training.
    smooth : bool
        Whether the function has no jumps.
    """

    name: str
    function: Callable[[Values], Values]
    half_range: float = 100.0
    beyond: float = 2.0
    n_train: int = 40_000
    smooth: bool = True

    def training(self) -> tuple[Values, Values]:
        """Return all samples of the training."""
        t = np.linspace(-self.half_range, self.half_range, self.n_train)
        return t, self.function(t)

    def test(self) -> tuple[Values, Values]:
        """Return the 4,000 samples of the test."""
        reach = self.beyond * self.half_range
        t = np.linspace(-reach, reach, 4000)
        return t, self.function(t)

    def score(self, predict: Callable[[Values], Values]) -> dict[str, Any]:
        """Return the mean squared errors on the test, and on the part outside the training."""
        t, y = self.test()
        squared = np.square(predict(t) - y)
        outside = np.abs(t) > self.half_range
        return {
            "test": float(squared.mean()),
            "outside": float(squared[outside].mean()),
            "variance": float(y.var()),
        }


def _sawtooth(t: Values) -> Values:
    """Return a wave of period pi that rises from -1/2 to 1/2 and is 0 at 0."""
    return np.asarray(t / np.pi - np.floor(t / np.pi + 0.5))


def _sawtooths(t: Values) -> Values:
    return np.asarray(sum(_sawtooth(n * t) / n for n in range(1, 6)))


def _two_periods(t: Values) -> Values:
    return np.asarray(np.exp(np.sin(np.pi * t) ** 2 + np.cos(t) + t % 3 - 1))


TASKS = (
    Task("sin", np.sin, half_range=6 * math.pi, beyond=3.0, n_train=60_000),
    Task("mod", lambda t: t % 5, n_train=200_000, smooth=False),
    # periods 3, with jumps, and 2 pi, multiplied
    Task("complex_1", _two_periods, smooth=False),
    Task("complex_2", lambda t: (1 + np.sin(t)) * np.sin(2 * t)),
    Task("complex_3", lambda t: np.sin(t + np.sin(2 * t))),
    Task("complex_4", lambda t: np.sin(t) * np.cos(2 * t) ** 2 + np.cos(t) * np.sin(3 * t) ** 2),
    Task("complex_5", _sawtooths, smooth=False),
    Task("complex_6", lambda t: np.exp(np.sin(t)) / (1 + np.cos(2 * t) ** 2)),
)
