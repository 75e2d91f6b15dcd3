"""What a named parameter multiplies, and in which unit: the network is asked before any move.

A parameter that is named as a frequency may be one in other units (cycles, 30 times its value, an
octave), a period, or the logarithm of one, and what it multiplies may be any column of any
argument.  All of these show in what the network says when the parameter alone is changed: the
output has a line along one column of the inputs, and the frequency f of that line as a function
of the value p is the scale.  f = c p / (2 pi) has the unit c.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from epicycle.optim.frequencies import FrequencyBank
from epicycle.optim.probe import Probe
from epicycle.optim.reservoir import Chunk, join
from epicycle.optim.scales import PROPORTIONAL, Scale
from epicycle.optim.tracks import AGREEING, Track
from epicycle.samples.arrays import Floats

#: Values that are tried: the present one times powers of the root of two, and with steps of
#: half an octave of its exponential.
_FACTORS = 2.0 ** (np.arange(-72, 33) / 2)
_OFFSETS = math.log(2.0) * (np.arange(-28, 21) / 2)

#: Samples with which the network is asked, and columns that are looked at.
_ASKED, _MOST_COLUMNS = 1024, 64

#: Values of one parameter that are asked, one after the other, until one tells.
_VALUES = 4

#: How much larger than most an output may be.
_HUGE = 1e3


@dataclass(frozen=True)
class Column:
    """Which input a frequency multiplies.

    Attributes
    ----------
    argument, column : int
        Number of the argument, and of the column on its last axis.
    """

    argument: int
    column: int

    def __call__(self, arguments: tuple[object, ...]) -> Tensor:
        """Return the input, one column."""
        x = arguments[self.argument]
        assert isinstance(x, Tensor)
        if x.ndim < 2:
            return x
        return x[..., self.column : self.column + 1]


@dataclass(frozen=True)
class Calibration:
    """What was seen: the input, and the scale; None where the parameter shows no effect."""

    input: Column | None
    scale: Scale


def calibrations(
    banks: Sequence[FrequencyBank], names: Sequence[str], chunks: Sequence[Chunk], probe: Probe
) -> dict[int, Calibration]:
    """Return what is seen of each bank that is not calibrated yet, by its number.

    Raises
    ------
    ValueError
        As :func:`calibrate`.
    """
    sample = join(chunks)
    if sample is None:
        return {}
    arguments = sample.rows(_ASKED).arguments
    if not any(isinstance(a, Tensor) for a in arguments):
        return {}
    found = {}
    for number, bank in enumerate(banks):
        if bank.calibrated:
            continue

        def output(value: Tensor, bank: FrequencyBank = bank) -> Tensor:
            return probe.output(arguments, {bank.parameter: value})

        calibration = calibrate(bank, arguments, output, names[number])
        if calibration is not None:
            found[number] = calibration
    return found


def calibrate(
    bank: FrequencyBank,
    arguments: tuple[object, ...],
    output: Callable[[Tensor], Tensor],
    name: str,
) -> Calibration | None:
    """Return what a named parameter does, or None where a change of it shows no line.

    Parameters
    ----------
    bank : FrequencyBank
        Its frequencies.
    arguments : tuple
        Arguments of the module for n samples.
    output : callable
        The output for other values of the parameter.
    name : str
        Of the parameter, for errors.

    Raises
    ------
    ValueError
        If lines are seen, and the value is neither a multiple of their frequency nor of their
        period, nor its logarithm.
    """
    chosen = bank.given(arguments)
    vector = _vector(bank, arguments, chosen, output)
    if vector is not None:
        return vector
    refused = False
    count = bank.parameter.numel()
    for place in sorted({k * count // _VALUES for k in range(_VALUES)}):
        values, changes = _tried(bank, output, place)
        if len(values) < AGREEING:
            continue
        looks: list[tuple[Column | None, Tensor]] = [(None, chosen)] if chosen is not None else []
        for column, x in looks or _columns(arguments, len(changes[0])):
            track = Track(x, values, changes)
            measured = track.telling and track.along(bank, output, place)
            if measured:
                return Calibration(column, measured)
            refused = refused or track.sure
    if refused:
        raise ValueError(
            f"the frequency that {name} gives is neither proportional to its value, nor to one "
            f"over it, nor to its exponential, so that no value can be given for a frequency that "
            f"is found. To fix this, name a parameter that is a frequency, a period or the "
            f"logarithm of either."
        )
    return None


def _vector(
    bank: FrequencyBank,
    arguments: tuple[object, ...],
    chosen: Tensor | None,
    output: Callable[[Tensor], Tensor],
) -> Calibration | None:
    """Return the unit of wave vectors, where the last axis of the values runs over the inputs."""
    x = chosen
    if x is None:
        x = next((a for a in arguments if isinstance(a, Tensor)), None)
    shape = bank.parameter.shape
    if x is None or x.ndim < 2 or not shape or not 1 < x.shape[-1] == shape[-1]:
        return None
    first = bank.parameter.detach().reshape(-1, shape[-1])[0].to(torch.float64)
    size = float(first.norm())
    if not 0 < size < math.inf:
        return None
    values, changes = _tried(bank, output, rows=int(shape[-1]))
    along = x.detach().reshape(-1, shape[-1]).to(torch.float64) @ (first / size).to(x.device)
    track = Track(along, size * values, changes)
    fitted = track.fitted(PROPORTIONAL, math.e) if track.telling else None
    measured = fitted and track.measured(bank, output, fitted[1], 0, first / size)
    return Calibration(None, measured) if measured else None


def _tried(
    bank: FrequencyBank, output: Callable[[Tensor], Tensor], place: int = 0, rows: int = 0
) -> tuple[Floats, list[Floats]]:
    """Return values at one place, and how the output differs with each of them alone.

    With `rows`, so many values make up the first frequency, and factors of all of them are tried.
    """
    parameter = bank.parameter.detach()
    there = slice(place, place + max(rows, 1))
    first = parameter.reshape(-1)[there].clone()
    if not bool(torch.isfinite(first).all()):
        return np.zeros(0), []
    start = first if bool(first.any()) else torch.ones_like(first)
    trials = [(float(f), start * float(f)) for f in _FACTORS]
    if not rows:
        single = float(first)
        trials = [(float(v), v) for _, v in trials]
        trials += [(single + o, first + o) for o in _OFFSETS.tolist() if single + o != 0]
    values, outputs = [], []
    for value, trial in trials:
        changed = parameter.clone()
        changed.view(-1)[there] = trial
        said = output(changed)
        if bool(torch.isfinite(said).all()):
            values.append(value)
            outputs.append(said.reshape(len(said), -1).cpu().numpy())
    if not outputs:
        return np.zeros(0), []
    # what grows without bounds has no line, and would drown those of all others
    size = np.array([np.abs(each).max() for each in outputs])
    usual = np.flatnonzero(size <= _HUGE * np.median(size))
    mean = np.mean([outputs[k] for k in usual], axis=0)
    return np.array(values)[usual], [outputs[k] - mean for k in usual]


def _columns(arguments: tuple[object, ...], rows: int) -> Iterator[tuple[Column, Tensor]]:
    """Yield every column of every argument that has a row for each sample."""
    for number, x in enumerate(arguments):
        if not isinstance(x, Tensor) or x.ndim == 0 or len(x) != rows or x.is_complex():
            continue
        if x.dtype == torch.bool:
            continue
        width = 1 if x.ndim == 1 else x.shape[-1]
        for column in range(min(width, _MOST_COLUMNS)):
            picked = Column(number, column)
            yield picked, picked(arguments).reshape(-1, 1)
