"""From lines to frequencies: which of the network's frequencies goes to which line.

Where the effect of a frequency is known (layers that offer cosine and sine freely), the least
useful one goes to the line.  Where it is not, the network is asked: of all candidates, that one is
right whose change of the output points along minus the gradient.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

import numpy as np
import torch
from torch import Tensor

from epicycle.limits import LEARNING
from epicycle.optim.frequencies import FrequencyBank
from epicycle.optim.lines import Correction, Line, Placement
from epicycle.optim.reservoir import Sample
from epicycle.samples.arrays import Floats

#: The network does not use a frequency yet while its line has this share of the power that it had
#: when it was found.  A frequency is taken from its line only for one this much stronger.
_UNUSED, _STRONGER = 0.5, 2.0


#: Frequencies of unknown effect that are tried on a line.
_TRIED = 4


#: First step within the basin, in units of one over the span, and number of steps.
_SMALL, _PARABOLAS = 0.02, 8

#: A correction is looked for at 1/2, 1/4, 1/8, ... of one over the span, on either side.
_HALVINGS = 24

#: Times that a grid around a frequency of several inputs is gone through, axis by axis.
_SWEEPS = 2

#: Neighbouring representable values that are tried, on either side.
_NEIGHBOURS = 3

#: The output of the network, shape (n, d), for other frequencies of one bank, shape (k, m).
Evaluate = Callable[[FrequencyBank, Tensor], Tensor]


class Slots:
    """The frequencies of banks that share their inputs, numbered through."""

    def __init__(
        self, banks: Sequence[FrequencyBank], numbers: Sequence[int], span: Floats
    ) -> None:
        self.span = span
        self.banks = list(banks)
        self._numbers = list(numbers)
        self._index = [(b, k) for b, bank in enumerate(banks) for k in range(len(bank.exact))]
        self.frequency = np.concatenate([bank.exact.cpu().numpy() for bank in banks])
        self.strength = np.concatenate([bank.strength for bank in banks])
        self.error = np.concatenate([bank.error for bank in banks])
        self.heard = np.concatenate([bank.heard for bank in banks])
        self.held = np.concatenate([bank.held for bank in banks])
        #: strength, as far as the network makes use of it now
        self.use = self.strength.copy()
        #: share of what is wanted of the network, which tells those never put on a line apart
        self.share = np.zeros(len(self.frequency))

    def __len__(self) -> int:
        return len(self._index)

    @property
    def orders(self) -> list[int]:
        """Multiples of its frequency that whatever slot a line is given to offers."""
        return sorted(set.intersection(*(set(bank.orders) for bank in self.banks)))

    @property
    def offer_waves(self) -> bool:
        """Whether the network weighs cosine and sine of each frequency freely."""
        return self.banks[0].layer is not None

    def least_worthwhile(self, slot: int | None) -> float:
        """Return the strength that a new line needs to move one of the slots, or the one."""
        strength = self.use if slot is None else self.use[slot]
        return float(_STRONGER * np.min(strength))

    def locate(self, slot: int) -> tuple[FrequencyBank, int]:
        """Return bank and index of a slot."""
        b, k = self._index[slot]
        return self.banks[b], k

    def waves(self, known: Mapping[int, Floats], among: Collection[int]) -> list[Floats]:
        """Return the frequencies of all waves on offer, the most useful first.

        `known` has better values for some of the slots; only those `among` count.
        """
        strongest = np.argsort(-self.strength, kind="stable").tolist()
        return [
            order * known.get(k, self.frequency[k])
            for order in sorted({order for bank in self.banks for order in bank.orders})
            for k in strongest
            if k in among and order in self.locate(k)[0].orders
        ]

    def near(self, frequency: Floats) -> list[int]:
        """Return the slots at a frequency of either sign, strongest first."""
        distance = np.minimum(
            (np.abs(self.frequency - frequency) * self.span).max(axis=1),
            (np.abs(self.frequency + frequency) * self.span).max(axis=1),
        )
        close = np.flatnonzero(distance < LEARNING.near)
        return [int(k) for k in close[np.argsort(-self.strength[close], kind="stable")]]

    def weakest(self) -> list[int]:
        """Return all slots, the least useful first."""
        return [int(k) for k in np.lexsort((self.share, self.use))]

    def look(self, power: Floats, said: Floats, *, own: bool) -> None:
        """Take note of the power that gradient and output have at each frequency now.

        A frequency is worth what its line was worth, as far as the output still has the line: one
        that the target does not want any more is unlearned, and free for another line.

        While a frequency is held, the power that its line had says that the network does not use
        it yet.  Later on, the same power comes from the network itself: the line is gone.

        A frequency that has a block of cyclic classes of its `own` is read with an offset that
        may be anywhere on the circle: power at it says that the offset is wrong, not the line.
        It is held until the next search, and its line stays.
        """
        there = (np.asarray(power) >= _UNUSED * self.strength) & (not own)
        placed = self.strength > 0
        self._used = placed & self.held & ~there
        self._gone = placed & ~self.held & there
        self.held = placed & self.held & there
        self.strength[self._gone], self.error[self._gone] = 0.0, np.inf
        self.heard = np.where(placed, np.maximum(self.heard, said), 0.0)
        present = np.divide(said, self.heard, out=np.ones(len(self)), where=self.heard > 0)
        self.use = self.strength * np.where(self.held, 1.0, present)

    @property
    def used(self) -> list[tuple[int, int]]:
        """Bank and index of the held frequencies whose lines are explained by now."""
        return [self._name(k) for k in np.flatnonzero(self._used).tolist()]

    def heard_by_slot(self) -> list[tuple[int, int, float]]:
        """Bank and index of each frequency, and the most power that the output had there."""
        return [(*self._name(k), float(self.heard[k])) for k in range(len(self))]

    @property
    def gone(self) -> list[tuple[int, int]]:
        """Bank and index of the frequencies whose lines are not there any more."""
        return [self._name(k) for k in np.flatnonzero(self._gone).tolist()]

    def _name(self, slot: int) -> tuple[int, int]:
        b, k = self._index[slot]
        return self._numbers[b], k

    def correct(self, slot: int, frequency: Floats) -> Correction:
        """Say how to correct the frequency of a slot."""
        return Correction(*self._name(slot), frequency)

    def place(self, slot: int, line: Line, frequency: Floats) -> Placement:
        """Record that a slot now has a line, and say how to make it so."""
        self.frequency[slot] = frequency
        self.strength[slot] = self.use[slot] = line.strength
        return Placement(
            *self._name(slot), frequency, line.error, line.strength, line.false_alarm_probability
        )


def assign(lines: Sequence[Line], slots: Slots) -> list[Placement]:
    """Give each line to the frequency near it, or else to the least useful one."""
    placements = []
    for line in lines:
        frequency = line.frequency
        near = slots.near(frequency)
        slot = line.slot if line.slot is not None else (near or slots.weakest())[0]
        if not _worthwhile(line, slots, slot, slot in near):
            continue
        if line.slot is None and slot in near and frequency @ slots.frequency[slot] < 0:
            frequency = -frequency  # cosine and sine are there already: keep their signs
        placements.append(slots.place(slot, line, frequency))
    return placements


def assign_by_effect(
    lines: Sequence[Line], slots: Slots, sample: Sample, evaluate: Evaluate
) -> list[Placement]:
    """Give each line to the frequency, with the sign, whose change of the output fits best.

    Parameters
    ----------
    lines : sequence of Line
    slots : Slots
    sample : Sample
        What the network said, and minus the gradient of the loss there.
    evaluate : callable
        The output for other frequencies.
    """
    placements: list[Placement] = []
    for line in lines:
        near = slots.near(line.frequency)
        trials = near or slots.weakest()[:_TRIED]
        trials = [k for k in trials if _worthwhile(line, slots, k, k in near)]
        if not trials:
            continue
        best = max(
            (_Effect(slots, slot, sample, evaluate) for slot in trials),
            key=lambda effect: effect.best_sign(line.frequency)[1],
        )
        frequency, _ = best.best_sign(line.frequency)
        if best.slot in near:
            frequency = best.scan(slots.frequency[best.slot])
            frequency = best.polish(frequency, _SMALL / slots.span)
            if best.cosine(frequency) ** 2 < LEARNING.explained:
                continue
        frequency = best.representable(frequency)
        placements.append(slots.place(best.slot, line, frequency))
    return placements


def improve(slots: Slots, sample: Sample, evaluate: Evaluate) -> list[Correction]:
    """Return corrections of frequencies that are off their lines by a part of the basin.

    Only where such an error is most of what is left: the scale of the gradient is not known, so
    that the size of a correction shows only in how the change of the output bends with it.
    """
    corrections: list[Correction] = []
    if len(slots.span) > 1:
        return corrections
    for slot in np.flatnonzero((slots.strength > 0) & ~slots.held).tolist():
        effect, frequency = _Effect(slots, slot, sample, evaluate), slots.frequency[slot]
        if effect.slope_cosine(frequency) ** 2 < LEARNING.explained:
            continue
        better = effect.approach(frequency)
        step, left = better - frequency, effect.misfit(better)
        # a correction of any size fits as well where the change does not bend visibly
        other = min(effect.misfit(frequency + 2 * step), effect.misfit(frequency + step / 2))
        if left <= 1 - LEARNING.explained and left < 0.5 * other:
            corrections.append(slots.correct(slot, effect.representable(better)))
    return corrections


def _worthwhile(line: Line, slots: Slots, slot: int, near: bool) -> bool:
    """Return whether a line justifies moving a frequency."""
    if near:
        away = np.abs(np.abs(line.frequency) - np.abs(slots.frequency[slot]))
        better = (line.error < LEARNING.better * slots.error[slot]).all() and (
            away > line.error
        ).any()
        return bool(better) and (bool(slots.held[slot]) or slots.strength[slot] == 0)
    return bool(line.strength >= _STRONGER * slots.use[slot])


class _Effect:
    """The effect of one frequency on the output, compared with minus the gradient."""

    def __init__(self, slots: Slots, slot: int, sample: Sample, evaluate: Evaluate) -> None:
        self.slot = slot
        self._span = slots.span
        self._bank, self._index = slots.locate(slot)
        self._descent = sample.descent
        self._evaluate = evaluate
        # the output that the gradient belongs to, from before the optimizer's latest step
        self._then = sample.output

    def _change(self, frequency: Floats) -> Tensor:
        moved = self._bank.exact.clone()
        moved[self._index] = torch.as_tensor(frequency, device=moved.device)
        return self._evaluate(self._bank, moved) - self._then

    def cosine(self, frequency: Floats) -> float:
        """Return the cosine between minus the gradient and the change of the output."""
        change = self._change(frequency)
        norm = float(change.norm() * self._descent.norm())
        return float((change * self._descent).sum()) / norm if norm > 0 else 0.0

    def misfit(self, frequency: Floats) -> float:
        """Return the share of the gradient that a multiple of the change does not explain."""
        change = self._change(frequency)
        squared = float(change.square().sum())
        factor = max(float((change * self._descent).sum()), 0.0) / squared if squared > 0 else 0.0
        left = self._descent - factor * change
        return float(left.square().sum() / self._descent.square().sum())

    def best_sign(self, frequency: Floats) -> tuple[Floats, float]:
        """Return the frequency with the better sign, and its cosine."""
        forward, backward = self.cosine(frequency), self.cosine(-frequency)
        return (frequency, forward) if forward >= backward else (-frequency, backward)

    def scan(self, frequency: Floats) -> Floats:
        """Return the best frequency of a grid around one; of several inputs, axis by axis."""
        steps = np.arange(-15, 16) / 10.0
        best = frequency
        for axis in [*range(len(frequency))] * min(len(frequency), _SWEEPS):
            offsets = np.zeros((len(steps), len(frequency)))
            offsets[:, axis] = steps / self._span[axis]
            best = min(best + offsets, key=self.misfit)
        return best

    def slope_cosine(self, frequency: Floats) -> float:
        """Return the largest cosine between minus the gradient and a small step on some axis."""
        cosines = []
        for axis in range(len(frequency)):
            step = np.zeros_like(frequency)
            step[axis] = _SMALL / self._span[axis]
            change = self._change(frequency + step) - self._change(frequency - step)
            norm = float(change.norm() * self._descent.norm())
            cosines.append(abs(float((change * self._descent).sum())) / norm if norm > 0 else 0.0)
        return max(cosines)

    def approach(self, frequency: Floats) -> Floats:
        """Return the best frequency on either side of the present one, where the misfit is flat."""
        sizes = 2.0 ** -np.arange(1, _HALVINGS)
        steps = np.concatenate([sizes, -sizes])[:, np.newaxis] / self._span
        step = min(steps, key=lambda step: self.misfit(frequency + step))
        return self.polish(frequency + step, np.abs(step) / 4)

    def polish(self, frequency: Floats, width: Floats) -> Floats:
        """Return the minimum of the misfit near a frequency, by parabolas of shrinking width."""
        best, lowest = frequency.copy(), self.misfit(frequency)
        for axis, span in enumerate(self._span.tolist()):
            h = float(width[axis])
            for _ in range(_PARABOLAS):
                ends = []
                for side in (-h, h):
                    moved = best.copy()
                    moved[axis] += side
                    ends.append(self.misfit(moved))
                curvature = ends[0] + ends[1] - 2 * lowest
                if not curvature > 0:
                    break
                step = float(np.clip(0.5 * h * (ends[0] - ends[1]) / curvature, -2 * h, 2 * h))
                moved = best.copy()
                moved[axis] += step
                value = self.misfit(moved)
                if value < lowest:
                    best, lowest = moved, value
                # below the floor no phase changes by more than rounding
                h = max(min(h, abs(step)) / 4, 1e-9 / span)
        return best

    def representable(self, frequency: Floats) -> Floats:
        """Return the best of the neighbouring values that the parameter's dtype can hold."""
        bank = self._bank
        if bank.parameter.dtype == torch.float64 or len(frequency) > 1:
            return frequency
        moved = bank.exact.clone()
        moved[self._index] = torch.as_tensor(frequency, device=moved.device)
        value = bank.valued(moved).reshape(-1)[self._index]
        choices = [value]
        for direction in (-torch.inf, torch.inf):
            neighbour = value
            for _ in range(_NEIGHBOURS):
                neighbour = torch.nextafter(neighbour, torch.full_like(neighbour, direction))
                choices.append(neighbour)
        return min((bank.cycles(choice) for choice in choices), key=self.misfit)
