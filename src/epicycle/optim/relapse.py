"""Whether what was learned is lost again, or still is learned: how strong the gradient is."""

from __future__ import annotations

import math
from collections import deque

import torch
from torch import Tensor

from epicycle.limits import LEARNING

#: Passes over which the power of the gradient is averaged.
_PASSES = 16


class Relapse:
    """The power of the gradient, pass by pass; on the network's device until it is asked for."""

    def __init__(self) -> None:
        self._levels: deque[Tensor] = deque(maxlen=_PASSES)
        self._before = 0.0
        self._armed = False
        self._reached = math.inf

    def note(self, gradient: Tensor) -> None:
        """Note the gradient of the loss, a mean over the rows, at the output of one pass."""
        if gradient.numel():
            level = gradient.detach().to(torch.float32).square().mean()
            self._levels.append(level * float(len(gradient)) ** 2)

    def moved(self) -> None:
        """Note that a frequency is on its line from here on."""
        level = self._level()
        self._before = max(self._before, level)
        # a frequency that is only put better on its line does not undo what was learned
        self._armed = self._armed and level < LEARNING.relapsed[0] * self._before
        self._levels.clear()
        self._reached = math.inf

    def is_back(self) -> bool:
        """Return whether the gradient has fallen since the last move, and has come back."""
        if len(self._levels) < _PASSES or self._before == 0.0:
            return False
        level, (low, high) = self._level(), LEARNING.relapsed
        self._armed = self._armed or level < low * self._before
        if not (self._armed and level > high * self._before):
            return False
        self._armed = False
        return True

    def judged(self) -> tuple[bool, bool]:
        """Return whether what was learned is lost, and whether much was learned just now."""
        return self.is_back(), self.has_fallen()

    def has_fallen(self) -> bool:
        """Return whether the gradient is far below what it was when this was last so.

        For the first time it is as soon as enough passes followed a move: the network has hardly
        begun by then to learn what the frequency is good for.
        """
        if len(self._levels) < _PASSES or self._before == 0.0:
            return False
        level = self._level()
        if level >= LEARNING.fallen * self._reached:
            return False
        self._reached = level
        return True

    def _level(self) -> float:
        if not self._levels:
            return 0.0
        return float(torch.stack([level.cpu() for level in self._levels]).mean())
