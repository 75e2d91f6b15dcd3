"""Rhythms that change, in a report: which cycles they are, and how each goes through time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from epicycle.changing import panels
from epicycle.results.cycles import Cycle
from epicycle.results.result import Result
from epicycle.samples.arrays import Floats
from epicycle.views.series import Series, linear_curve, waveform_at

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from epicycle.changing.rhythm import Rhythm

#: Rhythms that a report follows, and samples and turns of one at most: a few seconds each.
_MOST, _SAMPLES, _TURNS = 2, 5000, 300.0

#: The range in which a changing rhythm is followed, as factors of the period that was found.
_RANGE = (0.75, 1.35)

#: Pictures narrower than this, in inches, show the turns alone.
_NARROW = 6.0


@dataclass(frozen=True, eq=False)
class Followed:
    """A cycle that changes, as it was followed.

    Attributes
    ----------
    cycle : Cycle
        What the search found of it.
    rhythm : Rhythm
        The rhythm through time.
    """

    cycle: Cycle
    rhythm: Rhythm


def follow(model: Result, series: Series | None) -> list[Followed]:
    """Return the cycles that a search found to change, followed through time.

    Those whose phase does not run straight, whose peak is broad, or whose amplitude varies.  None
    where samples are too many or too few to follow them.
    """
    if series is None or model.origin is None or len(series.offset) > _SAMPLES:
        return []
    found: list[Followed] = []
    for cycle in changing(model):
        if len(found) < _MOST and model.baseline * cycle.frequency <= _TURNS:
            one = _followed(model, series, cycle)
            found += [one] if one is not None else []
    return found


def changing(model: Result) -> list[Cycle]:
    """Return the cycles that do not keep phase or amplitude, as the search says."""
    if model.origin is None:
        return []
    found = model.origin.found
    frequencies = found.fit.structure.frequency
    leaders = [*(one.leader for one in found.unsteady), *(one.leader for one in found.broad)]
    unsteady = {float(frequencies[k]) for k in leaders}
    return [
        cycle
        for cycle in model.cycles
        if any(abs(f - cycle.frequency) < 0.5 / model.baseline for f in unsteady)
        or model.predictor.envelope_of(cycle) is not None
    ]


def _followed(model: Result, series: Series, cycle: Cycle) -> Followed | None:
    from epicycle.changing.track import track

    values = series.relative + linear_curve(model, series.offset, series.output)
    for other in model.cycles:
        if other is not cycle:
            values = values - _waveform(model, other, series)
    scale, reference = model.predictor.scale, model.predictor.reference
    times = [scale.to_user(reference + x) for x in series.offset.tolist()]
    try:
        rhythm = track(
            times,
            values,
            period=(_RANGE[0] * cycle.period, _RANGE[1] * cycle.period),
            unit=model.unit or None,
            clock=scale.clock,
        )
    except ValueError:  # too few cycles, or too few samples in one
        return None
    return Followed(cycle, rhythm)


def _waveform(model: Result, cycle: Cycle, series: Series) -> Floats:
    offset = series.offset
    turn = cycle.frequency * offset + 0.5 * (cycle.frequency_drift or 0.0) * offset**2
    envelope = model.predictor.envelope_of(cycle)
    factor = 1.0 if envelope is None else envelope.at(offset)
    return factor * waveform_at(cycle, turn, series.output)


def picture(one: Followed, value_label: str, size: tuple[float, float]) -> Figure:
    """Draw a rhythm over its scalogram, with turns and actogram; small, its turns alone."""
    from epicycle.changing.overview import overview

    rhythm = one.rhythm
    if size[0] < _NARROW or rhythm.samples is None:
        return panels.plot_turns(rhythm, figsize=size)
    times = [rhythm.scale.to_user(rhythm.reference + x) for x in rhythm.samples[0].tolist()]
    band = (_RANGE[0] * one.cycle.period, _RANGE[1] * one.cycle.period)
    given = (times, rhythm.samples[1], None)
    return overview(rhythm, given, period=band, value_label=value_label, figsize=size)


def sentences(one: Followed) -> list[str]:
    """Return what there is to say of a rhythm, a sentence each."""
    from epicycle.changing.words import summary

    told = [" ".join(line.split()) for line in summary(one.rhythm)]
    return [line[0].upper() + line[1:] + "." for line in told]
