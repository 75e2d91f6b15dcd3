"""When the samples of a table were taken: as the user says, or as names, numbers or dates say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from epicycle.experiments.columns import Wishes, is_number, listed, numbers_of
from epicycle.experiments.names import EXAMPLES, SampleName, names_a_time, read_names
from epicycle.files.delimited import ISO_DATE
from epicycle.samples.times import UNIT_SECONDS, canonical_unit, parse_times

if TYPE_CHECKING:
    import pandas as pd


def sample_names(samples: Sequence[str], wishes: Wishes) -> list[SampleName]:
    """Return the samples with their times, as the user gave them or as their names say."""
    given = wishes.times
    if given is None:
        return read_names(samples)
    if isinstance(given, Mapping):
        missing = [s for s in samples if s not in given]
        if missing:
            raise ValueError(
                f"times has no time for the sample {missing[0]!r}. To fix this, add it, or leave "
                f"the column out with ignore=[{missing[0]!r}]."
            )
        moments = [given[s] for s in samples]
    else:
        moments = list(given)
    if len(moments) != len(samples):
        raise ValueError(
            f"times has {len(moments)} entries for {len(samples)} samples ({listed(samples)}). "
            f"To fix this, pass one for each, or leave columns out with ignore=."
        )
    try:
        known = dict(zip(samples, read_names(samples), strict=True))
    except ValueError:
        known = {}
    named = []
    for name, moment in zip(samples, moments, strict=True):
        own = known.get(name)
        labels = ("", "") if own is None else (own.replicate, own.condition)
        named.append(SampleName(name, float(moment), None, *labels))
    return named


def times_of(column: pd.Series, wishes: Wishes) -> tuple[list[SampleName], str | None]:
    """Return the samples of a column of times, or of names of samples, and their unit."""
    import pandas as pd

    if wishes.times is not None:
        return sample_names([str(v) for v in column], wishes), None
    if column.isna().any():
        raise ValueError(
            f"column {column.name!r} (times) is empty in row {int(column.isna().argmax()) + 1}. "
            f"To fix this, fill it, or leave the row out."
        )
    texts = [str(v) for v in column]
    if is_number(column):
        words = str(column.name).lower().replace("(", " ").replace("[", " ").replace("]", " ")
        last = canonical_unit(words.replace(")", " ").replace("_", " ").split()[-1])
        unit = "h" if words.strip() in ("zt", "ct") else last if last in UNIT_SECONDS else None
        numbers = numbers_of(column, "times")
        return [SampleName(f"{t:g}", float(t), None) for t in numbers], unit
    dated_type = column.dtype.kind == "M" or hasattr(column.dtype, "tz")
    dated = dated_type or ISO_DATE.match(texts[0])
    if not dated and all(names_a_time(text) for text in texts):
        return read_names(texts), None
    try:
        dates = pd.to_datetime(column, format=None if dated_type else "ISO8601")
    except (ValueError, TypeError):
        bad = next(text for text in texts if not names_a_time(text))
        raise ValueError(
            f"column {column.name!r} (times) holds {bad!r}, which is neither a number, a date nor "
            f"the name of a sample such as {EXAMPLES}. To fix this, name the column of times with "
            f"time=, or pass the times with times=."
        ) from None
    unit = canonical_unit(wishes.unit) or "h"
    moments, _ = parse_times(dates, unit=unit, name=str(column.name))
    midnight = float(parse_times(pd.Series([dates.min().normalize()]), unit=unit)[0].to_float()[0])
    hours = moments.minus(midnight).to_float()
    return [SampleName(text, float(t), unit) for text, t in zip(texts, hours, strict=True)], unit


def hours_in(unit: str | None) -> float:
    """Return the hours in a unit of time."""
    return float(UNIT_SECONDS[unit or "h"] / UNIT_SECONDS["h"])
