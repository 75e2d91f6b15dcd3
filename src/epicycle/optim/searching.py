"""One search: samples of the training -> lines that the network lacks -> frequencies to move."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from epicycle.limits import LEARNING
from epicycle.optim.aliases import raster_note, rhythm_note
from epicycle.optim.assign import Slots, assign, assign_by_effect, improve
from epicycle.optim.band import Band
from epicycle.optim.coordinates import Coordinates
from epicycle.optim.frequencies import FrequencyBank
from epicycle.optim.hunt import Hunt
from epicycle.optim.lines import Correction, Line, Placement
from epicycle.optim.probe import Probe
from epicycle.optim.reservoir import Chunk, Sample, join
from epicycle.optim.series import Series, rows_of, series_of
from epicycle.samples.arrays import Floats

#: Samples with which the network is asked for the effect of a frequency.
_ASKED = 1024

#: Inputs that may have been rounded before they came here.
_COARSE = (torch.float32, torch.float16, torch.bfloat16)

#: Most lines of one search.
_MOST_LINES = 16

#: Relative amplitude below which nothing matters, and rounding errors that a gradient gathers.
_NEGLIGIBLE, _GATHERED = 1e-9, 100.0


@dataclass(frozen=True)
class Allowance:
    """What one set of series may spend.

    Attributes
    ----------
    false_alarm : float
        Probability that pure noise yields a line.
    effort : float
        Share of the largest effort on far frequencies.
    share : float
        Part of the wave vectors of the whole search.
    """

    false_alarm: float
    effort: float
    share: float


@dataclass
class Outcome:
    """What to do after one search; frequencies are named by their bank and their index in it.

    Attributes
    ----------
    placements : list of Placement
        Frequencies to move to a line.
    corrections : list of Correction
        Frequencies to correct within their basin.
    used : list of (int, int)
        Frequencies moved before that the network has come to use.
    retired : list of (int, int)
        Frequencies whose line is gone.
    unresolved : str
        What the inputs are too coarse to show, or why they show nothing; empty where they are
        exact.
    unplaced : list of Line
        Significant lines that no frequency was free for.
    heard : list of (int, int, float)
        Most power that the output has had at each frequency since it was put there.
    notes : dict of str
        What the user should know of the inputs, by a name of each kind.
    """

    placements: list[Placement] = field(default_factory=list)
    corrections: list[Correction] = field(default_factory=list)
    used: list[tuple[int, int]] = field(default_factory=list)
    retired: list[tuple[int, int]] = field(default_factory=list)
    unresolved: str = ""
    unplaced: list[Line] = field(default_factory=list)
    heard: list[tuple[int, int, float]] = field(default_factory=list)
    notes: dict[str, str] = field(default_factory=dict)


def search(
    chunks: Sequence[Chunk],
    banks: Sequence[FrequencyBank],
    probe: Probe,
    band: Band,
    false_alarm: float,
    effort: float,
) -> Outcome:
    """Return what to do after one search.

    Parameters
    ----------
    chunks : sequence of Chunk
        The samples.
    banks : sequence of FrequencyBank
        All frequencies of the network.
    probe : Probe
        Evaluates the network on the side.
    band : Band
        Where to look.
    false_alarm : float
        Probability that pure noise moves anything.
    effort : float
        Share of the largest effort that may be spent on far frequencies.
    """
    outcome, sample = Outcome(), join(chunks)
    if sample is None:
        if chunks:  # without a gradient there is nothing that the network does not explain
            outcome.used = [(n, k) for n, bank in enumerate(banks) for k in range(len(bank.exact))]
        return outcome
    groups = _groups(banks, probe, sample)
    for numbers, x in groups:
        members = [banks[k] for k in numbers]
        rows, count = rows_of(x, members[0].inputs, sample.output)
        parts = series_of(
            rows,
            sample.output.reshape(count, -1),
            sample.descent.reshape(count, -1),
            probe.cyclic_sizes,
            max(bank.harmonics for bank in members),
        )
        slots = Slots(members, numbers, parts[0].coordinates.span)
        slots.look(*_present_power(parts, slots), own=_own(parts, slots))
        share = 1.0 / (len(groups) * len(parts))
        allowed = Allowance(share * false_alarm, effort, share)
        rounding = max(_NEGLIGIBLE, _GATHERED * sample.rounding) ** 2
        still = _constant(parts[0].coordinates)
        if band.reaches_aliases(parts[0].coordinates) and not still:
            outcome.notes.update(raster_note(parts[0].coordinates))
        found = [
            _lines(p, slots, len(parts), band, allowed, rounding, outcome.notes) for p in parts
        ]
        if None in found:
            outcome.unresolved = still
            continue
        lines = sorted(
            (line for some in found for line in some or ()), key=lambda line: -line.strength
        )
        outcome.used += slots.used
        outcome.retired += slots.gone
        asked = sample.rows(_ASKED)

        def evaluate(bank: FrequencyBank, frequency: Tensor, asked: Sample = asked) -> Tensor:
            return probe.output(asked.arguments, {bank.parameter: bank.valued(frequency)})

        if slots.offer_waves:
            if any(line.slot is None for line in lines):
                slots.share = np.max([part.shares(slots.frequency) for part in parts], axis=0)
            placements = assign(lines, slots)
        else:
            placements = assign_by_effect(lines, slots, asked, evaluate)
        outcome.placements += placements
        outcome.unplaced += [line for line in lines if not slots.near(line.frequency)]
        outcome.heard += slots.heard_by_slot()
        if x.dtype in _COARSE:
            outcome.unresolved = (
                f"found no line up to {parts[0].coordinates.highest.max():.3g} cycles per unit, "
                f"and inputs in {str(x.dtype).removeprefix('torch.')} do not resolve higher "
                f"ones. To look further, pass inputs in float64 (or int64)."
            )
        if not placements:
            outcome.corrections += improve(slots, asked, evaluate)
    return outcome


def _constant(x: Coordinates) -> str:
    """Return that inputs do not change on an axis, if that is so."""
    still = np.flatnonzero(x.span == 0).tolist()
    if not still:
        return ""
    which = "" if len(x.span) == 1 else f" in column {', '.join(map(str, still))}"
    return (
        f"searches for nothing: the inputs of the frequencies are constant{which}, and along a "
        f"constant no frequency shows. To fix this, leave such a column out of the layer's inputs."
    )


def _own(parts: Sequence[Series], slots: Slots) -> bool:
    """Return whether there is one frequency for each block of cyclic classes."""
    return parts[0].block is not None and len(parts) == len(slots)


def _present_power(parts: Sequence[Series], slots: Slots) -> tuple[Floats, Floats]:
    """Return the power of gradient and output at each frequency that has a line."""
    power, said = np.zeros(len(slots)), np.zeros(len(slots))
    for slot in np.flatnonzero(slots.strength > 0).tolist():
        seen = parts[slot : slot + 1] if _own(parts, slots) else parts
        power[slot] = max(part.power_at(slots.frequency[slot]) for part in seen)
        said[slot] = max(part.said_at(slots.frequency[slot]) for part in seen)
    return power, said


def _lines(
    part: Series,
    slots: Slots,
    n_parts: int,
    band: Band,
    allowed: Allowance,
    rounding: float,
    notes: dict[str, str],
) -> list[Line] | None:
    """Return the lines of one set of series, or None where there are too few samples."""
    x = part.coordinates
    hunt = Hunt(x, part.values, part.null, rounding, allowed.share)
    if not hunt.enough:
        return None
    # one frequency for each block: the block's line belongs to it
    own = part.block if n_parts == len(slots) else None
    known = {}
    if slots.offer_waves:
        # what the network can do with the frequencies that it has is no new line
        usable = [k for k in range(len(slots)) if band.covers(slots.frequency[k], x)]
        mine = usable if own is None else [own]
        known = {
            k: line
            for k in mine
            if (line := hunt.at(slots.frequency[k])) is not None
            and not (slots.strength[k] == 0 and part.is_junk(slots.frequency[k]))
        }
        hunt.exclude(slots.waves({k: line.frequency for k, line in known.items()}, usable))
    new = []
    if hunt.power >= slots.least_worthwhile(own):
        most = min(len(slots) + LEARNING.listed, _MOST_LINES) if own is None else 1
        orders = slots.orders if slots.offer_waves else (1,)
        searched = band.of(slots.banks[0].layer)
        new = hunt.lines(searched, allowed.false_alarm, most, allowed.effort, orders)
        notes.update(rhythm_note(hunt.rhythm))
    found = [*known.items(), *((own, line) for line in new)]
    return [
        Line(
            frequency=part.direction(line.frequency),
            error=line.error,
            strength=line.power * hunt.power,
            false_alarm_probability=line.false_alarm_probability,
            slot=slot,
        )
        for slot, line in found
    ]


def spreads(
    chunks: Sequence[Chunk], banks: Sequence[FrequencyBank], probe: Probe
) -> dict[int, Tensor]:
    """Return, by number of bank, the root mean square of its inputs, shape (m,)."""
    if not chunks:
        return {}
    result = {}
    for number, x in _inputs(banks, probe, chunks[-1].arguments):
        values = x.reshape(-1, _inputs_of(banks[number], x)).to(torch.float64)
        result[number] = values.square().mean(0).sqrt().cpu()
    return result


def _inputs_of(bank: FrequencyBank, x: Tensor) -> int:
    """Return the number of inputs that each frequency of a bank has."""
    if bank.layer is not None:
        return bank.inputs
    shape = bank.parameter.shape
    several = x.ndim > 1 and x.shape[-1] > 1 and len(shape) > 0 and shape[-1] == x.shape[-1]
    return int(shape[-1]) if several else 1


def _groups(
    banks: Sequence[FrequencyBank], probe: Probe, sample: Sample
) -> list[tuple[list[int], Tensor]]:
    """Return the banks that see the same inputs, and these inputs."""
    groups: list[tuple[list[int], Tensor]] = []
    for number, x in _inputs(banks, probe, sample.arguments):
        bank = banks[number]
        for members, seen in groups:
            first = banks[members[0]]
            alike = (first.layer is None) == (bank.layer is None) and first.inputs == bank.inputs
            if alike and torch.equal(seen, x):
                members.append(number)
                break
        else:
            groups.append(([number], x))
    return groups


def _inputs(
    banks: Sequence[FrequencyBank], probe: Probe, arguments: tuple[object, ...]
) -> list[tuple[int, Tensor]]:
    """Return the number of each bank that takes part, and what its frequencies multiply."""
    layers = [bank.layer for bank in banks if bank.layer is not None]
    reached = probe.inputs(arguments, layers) if layers else {}
    tensors = [a for a in arguments if isinstance(a, Tensor)]
    if not tensors and any(bank.pick is None for bank in banks):
        raise ValueError(
            "the module was called without a positional tensor. To fix this, pass the inputs of "
            "the frequencies as its first argument: net(x)."
        )
    given = [None if bank.layer is not None else bank.given(arguments) for bank in banks]
    return [
        (number, reached[bank.layer] if bank.layer is not None else _first(given[number], tensors))
        for number, bank in enumerate(banks)
        if bank.layer is None or bank.layer in reached
    ]


def _first(given: Tensor | None, tensors: list[Tensor]) -> Tensor:
    """Return what is given, or else the first argument."""
    return tensors[0] if given is None else given
