"""Frequency parameters: exact values, the units an optimizer steps them in, and usefulness.

A frequency is stepped in units of phase: the phase, in radians, that it changes at the root mean
square of the inputs.  In these units the curvature of a loss is of the order of one, as it is for
an ordinary weight, whatever the span of the inputs; a plain step throws a frequency out of its
basin instead.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle

from epicycle.limits import LEARNING
from epicycle.optim.scales import ANGULAR, CYCLES, Scale
from epicycle.samples.arrays import Floats


class FrequencyBank:
    """The frequencies of one parameter.

    Parameters
    ----------
    parameter : Parameter
        Values of any shape; the last axis runs over the inputs where there are several.
    layer : Module or None
        The layer that the frequencies belong to, for layers known to give cosine and sine of
        each frequency to be weighed freely; None where their effect is unknown.
    angular : bool
        Whether values are named as angular frequencies rather than cycles per unit.
    pick : callable, optional
        What the frequencies multiply, from the arguments of the module.

    Attributes
    ----------
    scale : Scale
        What its values are in cycles per unit.
    calibrated : bool
        Whether the network has shown that, or needs not.
    orders : tuple of int
        Multiples of each frequency that the network uses, in ascending order.
    exact : Tensor, shape (k, m), float64
        Frequencies in cycles per unit.
    strength : ndarray, shape (k,)
        Power of the line that each frequency was put on, 0 before that.
    error : ndarray, shape (k, m)
        Standard error of the frequency when it was put there, infinite before that.
    heard : ndarray, shape (k,)
        Most power that the network's output has had at the frequency since it was put there.
    held : ndarray of bool, shape (k,)
        Whether a frequency stays where it is: until the rest of the network makes use of its
        new place, its gradient is about phases that are wrong as yet, not about its value.
    """

    def __init__(
        self,
        parameter: nn.Parameter,
        layer: nn.Module | None,
        angular: bool = False,
        pick: Callable[[tuple[Any, ...]], Tensor] | None = None,
    ) -> None:
        self.parameter = parameter
        self.layer = layer
        self.scale = ANGULAR if angular else CYCLES
        self.pick = pick
        self.calibrated = layer is not None
        self.orders = _orders(layer)
        self.spread: Tensor | None = None
        self.inputs = parameter.shape[-1] if layer is not None and parameter.ndim > 1 else 1
        self._shows_phase = False
        self._rate: Tensor | None = None
        self._adopt()
        self._start()

    def _start(self) -> None:
        self.strength: Floats = np.zeros(len(self.exact))
        self.error: Floats = np.full(self.exact.shape, np.inf)
        self.heard: Floats = np.zeros(len(self.exact))
        self._hold(np.zeros(len(self.exact), dtype=bool))

    def _hold(self, held: NDArray[np.bool_]) -> None:
        self.held: NDArray[np.bool_] = held
        self._rate = None

    @property
    def shows_phase(self) -> bool:
        """Whether the parameter holds a phase for the optimizer just now."""
        return self._shows_phase

    @property
    def frozen(self) -> bool:
        """Whether the user wants the parameter as it is."""
        return not self.parameter.requires_grad

    @property
    def harmonics(self) -> int:
        """Highest multiple of each frequency that the network uses."""
        return self.orders[-1]

    # ---- Values --------------------------------------------------------------------------

    def observe(self, spread: Tensor) -> None:
        """Fix the number of inputs and their root mean square, shape (m,)."""
        if len(spread) != self.inputs:
            self.inputs = len(spread)
            self._adopt()
            self._start()
        self.spread = spread.to(torch.float64).clamp_min(1e-300)
        self._rate = None

    def given(self, arguments: tuple[Any, ...]) -> Tensor | None:
        """Return what the frequencies multiply, where it has been said or seen.

        Raises
        ------
        TypeError
            If what the user picks is no tensor.
        """
        if self.pick is None:
            return None
        x = self.pick(arguments)
        if not isinstance(x, Tensor):
            raise TypeError(
                f"input must return a tensor, the inputs of the frequencies, got "
                f"{type(x).__name__}. To fix this, pick from the arguments of the module: "
                f"input=lambda args: args[0]."
            )
        return x.detach()

    def rescale(self, scale: Scale) -> None:
        """Take the parameter's values for what the network has shown them to be."""
        self.calibrated, self.spread = True, None
        if scale != self.scale:
            self.scale = scale
            self._adopt()
            self._start()

    def widen(self, spread: Tensor) -> None:
        """Follow inputs that have grown: a step of the phase must not become one of many turns."""
        if self.spread is not None and len(spread) == self.inputs:
            grown = spread.to(self.spread) > LEARNING.grown * self.spread
            if bool(grown.any()):
                self.spread = torch.where(grown, spread.to(self.spread), self.spread)
                self._rate = None

    def _adopt(self) -> None:
        self._written = self.parameter.detach().clone()
        self.exact = self.frequency_of(self._written)

    def frequency_of(self, value: Tensor) -> Tensor:
        """Return the frequencies, shape (k, m), that a value of the parameter stands for."""
        return self.scale.cycles(value.to(torch.float64).reshape(-1, self.inputs))

    def follow_user(self) -> bool:
        """Adopt the parameter's value where someone else has set it.

        Returns whether a frequency has left its place: it is a new one then, on no line.
        """
        if self._shows_phase:  # a step was interrupted
            self.write()
        value = self.parameter.detach()
        # converted to another dtype, and back perhaps, it is still the value that was written
        if torch.equal(self._written.to(value.device, value.dtype), value):
            return False
        before = self.exact
        self._adopt()
        if self.spread is None:
            return False
        turned = (self.exact - before.to(self.exact.device)).abs() * self.spread.to(
            self.exact.device
        )
        left = (turned > LEARNING.left_place).any(dim=1).cpu().numpy()
        self.strength[left], self.error[left], self.heard[left] = 0.0, np.inf, 0.0
        self._hold(self.held & ~left)
        return bool(left.any())

    def cycles(self, value: Tensor) -> Floats:
        """Return the frequency, shape (1,), that one value of the parameter stands for."""
        return self.scale.cycles(value.detach().to(torch.float64).reshape(1)).cpu().numpy()

    def valued(self, frequency: Tensor) -> Tensor:
        """Return the parameter's value, in its dtype, for frequencies of shape (k, m)."""
        p = self.parameter
        value = self.scale.value(frequency)
        return value.reshape(p.shape).to(device=p.device, dtype=p.dtype)

    def write(self) -> None:
        """Give the parameter the representable value nearest to the exact one."""
        self._shows_phase = False
        self._written = self.valued(self.exact)
        with torch.no_grad():
            self.parameter.copy_(self._written)

    def correct(self, index: int, frequency: Floats) -> None:
        """Set one frequency to a better value within its basin."""
        exact = self.exact.clone()
        better = torch.as_tensor(frequency, dtype=torch.float64, device=exact.device)
        exact[index] = better if self.scale.signed else better.abs()
        self.exact = exact
        self.write()

    def release(self, index: int) -> None:
        """Let the optimizer step a frequency again."""
        self._hold(self.held & (np.arange(len(self.held)) != index))

    def retire(self, index: int) -> None:
        """Note that the line of a frequency is gone."""
        self.strength[index], self.error[index], self.heard[index] = 0.0, np.inf, 0.0

    def place(self, index: int, frequency: Floats, error: Floats, strength: float) -> None:
        """Put one frequency on a line, and hold it there."""
        self.strength[index], self.error[index], self.heard[index] = strength, error, 0.0
        self._hold(self.held | (np.arange(len(self.held)) == index))
        self.correct(index, frequency)

    # ---- Steps of the optimizer ------------------------------------------------------------

    def watch(self) -> RemovableHandle:
        """Turn every gradient of the parameter into one by phase, before anyone clips it."""
        frozen = self.frozen
        # only a parameter that learns takes a hook, and one that is frozen now may learn later
        self.parameter.requires_grad_(True)
        handle: RemovableHandle = self.parameter.register_hook(  # type: ignore[no-untyped-call]
            self.phase_gradient
        )
        self.parameter.requires_grad_(not frozen)
        return handle

    def phase_gradient(self, gradient: Tensor) -> Tensor:
        """Return the gradient by phase, 0 where held, for the gradient by the parameter's value."""
        if self.spread is None:
            return gradient
        rate = self._cycles_per_phase(gradient.device).reshape(gradient.shape)
        # a product, not a choice: what is not finite must stay so, for a scaler to skip the step
        slope = self.scale.slope(self.exact.to(gradient.device))
        slope = slope.reshape(gradient.shape) if isinstance(slope, Tensor) else slope
        return (gradient * (slope * rate)).to(gradient.dtype)

    def to_phase(self, step: Tensor | None = None) -> None:
        """Show the optimizer a phase: 0, or what it has stepped so far; nothing where frozen."""
        if self.frozen:
            return
        self._shows_phase = True
        with torch.no_grad():
            if step is None:
                self.parameter.zero_()
            else:
                self.parameter.copy_(step)

    def to_frequency(self) -> Tensor:
        """Show the network the frequency that the present phase stands for; return the phase."""
        phase = self.parameter.detach().clone()
        if not self._shows_phase:
            return phase
        self._shows_phase = False
        with torch.no_grad():
            self.parameter.copy_(self.valued(self._stepped(phase)))
        return phase

    def accept(self) -> None:
        """Take over the optimizer's step, unless it is not a number.

        A frozen parameter stays what it was: an optimizer steps it by a gradient left from before.
        """
        if not self._shows_phase:
            with torch.no_grad():
                self.parameter.copy_(self._written)
            return
        stepped = self._stepped(self.parameter.detach())
        if math.isfinite(stepped.sum()):
            self.exact = stepped
        self.write()

    def _stepped(self, phase: Tensor) -> Tensor:
        if self.spread is None:
            return self.exact
        step = phase.to(torch.float64).reshape(-1, self.inputs)
        exact = self.exact.to(phase.device)
        stepped = torch.addcmul(exact, step, self._cycles_per_phase(phase.device))
        if not self.held.any():
            return stepped
        return torch.where(torch.as_tensor(self.held, device=phase.device)[:, None], exact, stepped)

    def _cycles_per_phase(self, device: torch.device) -> Tensor:
        """Return how much frequency one radian of phase stands for, shape (k, m), 0 where held."""
        if self._rate is None or self._rate.device != device:
            assert self.spread is not None
            moving = torch.as_tensor(~self.held, device=device)[:, None]
            radians = 2 * math.pi * self.harmonics * self.spread.to(device)
            self._rate = moving / radians.expand(len(self.exact), self.inputs)
        return self._rate

    def phase_of(self, frequency: Tensor) -> Tensor:
        """Return the phase, in the parameter's shape, that leads from the present frequencies."""
        p = self.parameter
        if self.spread is None:
            return torch.zeros_like(p)
        rate = self._cycles_per_phase(p.device)
        away = frequency.to(p.device) - self.exact.to(p.device)
        phase = torch.where(rate > 0, away / rate.clamp_min(1e-300), 0.0)
        return phase.reshape(p.shape).to(p.dtype)

    def frequency_at(self, phase: Tensor) -> Tensor:
        """Return the frequencies, shape (k, m), that a phase leads to from the present ones."""
        return self._stepped(phase.detach())

    # ---- State -----------------------------------------------------------------------------

    def state_dict(self) -> dict[str, Any]:
        """Return all that is not in the module's own state."""
        return {
            "scale": self.scale.state_dict(),
            "calibrated": self.calibrated,
            "exact": self.exact,
            "spread": self.spread,
            "strength": self.strength.tolist(),
            "error": self.error.tolist(),
            "held": self.held.tolist(),
            "heard": self.heard.tolist(),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take over a state."""
        self.scale = Scale(**state.get("scale", self.scale.state_dict()))
        self.calibrated = state.get("calibrated", self.calibrated)
        if state["spread"] is not None:
            self.observe(state["spread"])
        self.exact = state["exact"].clone()
        self._written = self.valued(self.exact)
        self.strength = np.array(state["strength"])
        self.error = np.array(state["error"])
        self.heard = np.array(state.get("heard", np.zeros_like(self.strength)))
        self._hold(np.array(state["held"]))


def _orders(layer: nn.Module | None) -> tuple[int, ...]:
    """Return the multiples that a layer names, or all up to the highest one."""
    orders = getattr(layer, "orders", None)
    return tuple(sorted(orders or range(1, int(getattr(layer, "harmonics", 1)) + 1)))
