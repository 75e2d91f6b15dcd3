"""In which order settings are measured: a run that is cut short has seen what decides most."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

from epicycle import limits

#: The probes that measure the subject of each theme, themes that decide most first.  They see all
#: thresholds before any other probe sees one.
SUBJECTS: dict[str, tuple[str, ...]] = {
    "CYCLES": ("sinusoid", "noise", "sawtooth", "groups"),
    "HARMONICS": ("sawtooth", "eclipses", "outputs", "groups"),
    "WAVEFORMS": ("sawtooth", "eclipses", "outputs", "groups"),
    "ALIASES": ("aliases", "sinusoid", "eclipses"),
    "SEARCH": ("sinusoid", "sawtooth", "lines", "ladder"),
    "TRIALS": ("noise", "sinusoid", "aliases"),
    "NOISE": ("sinusoid", "noise", "red"),
    "LINES": ("lines", "pairs", "aliases"),
    "PAIRS": ("pairs", "lines"),
    "COHERENCE": ("wandering", "sinusoid"),
    "EFFECTS": ("effects", "groups"),
    "EVENTS": ("events", "trains", "drifting"),
    "STEADINESS": ("wandering", "body", "sinusoid"),
    "DIPS": ("transits", "eclipses"),
    "SHARP": ("pulses", "transits"),
    "FRINGES": ("campaigns", "aliases"),
    "HONESTY": ("noise", "effects", "sinusoid"),
    "CHANGING": ("changing",),
    "SCALOGRAM": ("scalogram",),
    "RHYTHM": ("sawtooth", "transits", "aliases"),
    "LADDER": ("ladder",),
    "LEARNING": ("learning",),
}
DIRECTIONS = (("halved", 0.5), ("doubled", 2.0))


def themes() -> dict[str, Any]:
    """Return the themes of thresholds by name."""
    return {
        name: theme
        for name, theme in vars(limits).items()
        if dataclasses.is_dataclass(theme) and not isinstance(theme, type)
    }


def scaled(value: Any, unit: str, factor: float) -> Any:
    """Return a threshold halved or doubled; None where that has no meaning.

    Probabilities and shares stay below 1: where they are above a half, their distance from 1
    changes.
    """
    if isinstance(value, tuple):
        if all(isinstance(one, tuple) for one in value):
            return [[1 - (1 - share) * factor, weight] for share, weight in value]
        return [scaled(one, unit, factor) for one in value]
    if isinstance(value, int):
        new = max(1, round(value * factor))
        return new if new != value else None
    bounded = 0.5 < value < 1 and unit not in ("ratio", "1/T", "deviation", "exponent")
    return 1 - (1 - value) / factor if bounded else value * factor


def settings(theme: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield field, direction and setting of each threshold of a theme that can be changed."""
    for field in dataclasses.fields(themes()[theme]):
        value = getattr(themes()[theme], field.name)
        for how, factor in DIRECTIONS:
            new = scaled(value, field.metadata["unit"], factor)
            if new is not None:
                yield field.name, how, {"theme": theme, "field": field.name, "value": new}


def order(reads: dict[str, set[str]]) -> Iterator[tuple[dict[str, Any], list[str]]]:
    """Yield each setting with probes that read it: first those of its subject, then the others."""
    names = [name for name in (*SUBJECTS, *themes()) if name in themes()]
    for subject in (True, False):
        for theme in dict.fromkeys(names):
            for field, _, setting in settings(theme):
                probes = [
                    probe
                    for probe, read in reads.items()
                    if f"{theme}.{field}" in read and (probe in SUBJECTS.get(theme, ())) is subject
                ]
                if probes:
                    yield setting, probes
