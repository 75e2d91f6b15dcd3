"""Names of samples that carry their time and replicate: ZT04_rep2, CT16.2, 24h_A, X12.1.

All names of a table are read together: whether ``CT16.2`` is the second replicate of hour 16 or
hour 16.2, and whether the hyphen of ``T-6`` is a sign, is told by the others.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from epicycle.samples.times import UNIT_SECONDS, canonical_unit

#: Numbers after a word that says what they are.  Zeitgeber and circadian time count hours.
_PREFIXES = (
    re.compile(
        r"(?:(?<![A-Za-z0-9])|(?<=[a-z])(?=[ZC]T))(?P<mark>ZT|CT|zt|ct|Zt|Ct)(?P<gap>[ _\-.]?)"
        r"(?P<whole>\d+)(?:\.(?P<part>\d+))?(?P<unit> ?(?:hours?|hrs?|h)(?![A-Za-z]))?"
    ),
    re.compile(
        r"(?<![A-Za-z0-9])(?P<mark>time|t|hours?|hrs?|h|minutes?|min)(?P<gap>[ _\-.]?)"
        r"(?P<whole>\d+)(?:\.(?P<part>\d+))?(?P<unit> ?(?:hours?|hrs?|h|min)(?![A-Za-z]))?"
        # T12, T12A and T12rep1, but neither H3K27 nor T1Q2
        r"(?=$|[^A-Za-z0-9]|[A-Za-z]$|[A-Za-z][ _\-.]|rep|r\d)",
        re.IGNORECASE,
    ),
)

#: Numbers before a unit, as in 24h_A and 0hr.
_SUFFIX = re.compile(
    r"(?<![\d.])(?P<whole>\d+)(?:\.(?P<part>\d+))?[ _\-]?"
    r"(?P<unit>hours?|hrs?|h|minutes?|min|days?|d)(?![A-Za-z])",
    re.IGNORECASE,
)

#: Names that are a number, as R writes them, too: 12, X12, X12.1.
_PLAIN = re.compile(r"X?(?P<gap>-?)(?P<whole>\d+)(?:\.(?P<part>\d+))?(?![\d.])(?=$|[ _\-])")

_DAY = re.compile(r"(?<![A-Za-z0-9])day[ _\-.]?(\d+)", re.IGNORECASE)

_REPLICATE = re.compile(
    r"(?<![A-Za-z0-9])(?:replicate|biorep|rep|br|r|n)[ _\-.=]?(\d+|[A-Za-z])(?![A-Za-z0-9])",
    re.IGNORECASE,
)

_LAST = re.compile(r"(?:^|[ _\-.])(\d+|[A-Za-z])$")

#: What a message offers as names that can be read.
EXAMPLES = "ZT04_rep2, CT16.2, 24h_A or T12"


@dataclass(frozen=True)
class SampleName:
    """What the name of a sample says.

    Attributes
    ----------
    name : str
        The name as it stands in the table.
    time : float
        In `unit`.
    unit : str or None
        "h" where the name says so (ZT and CT do), None where it is a number alone.
    replicate : str
        Label of the replicate, "" where the name has none.
    condition : str
        What else the name says, such as a genotype; "" where nothing is left, or where what is
        left differs for each sample.
    """

    name: str
    time: float
    unit: str | None
    replicate: str = ""
    condition: str = ""


@dataclass(frozen=True)
class _Match:
    """A time in a name, before it is known what its fraction and its hyphen mean."""

    name: str
    whole: str
    part: str
    gap: str
    unit: str | None
    decimal: bool
    rest: str


def names_a_time(name: str) -> bool:
    """Return whether a time can be read from a name, be it a number alone or not."""
    return _match(name) is not None


def read_names(names: Sequence[str]) -> list[SampleName]:
    """Return what the names of samples say, all of them read together.

    Parameters
    ----------
    names : sequence of str
        Each with a time in it, see :func:`names_a_time`.

    Raises
    ------
    ValueError
        If a name has no time in it; the message names it and what would mend it.

    Examples
    --------
    >>> [(s.time, s.replicate) for s in read_names(["CT16.1", "CT16.2", "CT20.1"])]
    [(16.0, '1'), (16.0, '2'), (20.0, '1')]
    >>> [s.time for s in read_names(["ZT0", "ZT0.5", "ZT1"])]
    [0.0, 0.5, 1.0]
    >>> read_names(["KO_ZT04_rep2", "KO_ZT08_rep2"])[0].condition
    'KO'
    """
    matches = []
    for name in names:
        match = _match(name)
        if match is None:
            raise ValueError(
                f"column {name!r} names no time that can be read: expected names such as "
                f"{EXAMPLES}. To fix this, rename it, leave it out with ignore=[{name!r}], or "
                f"pass the times of all samples with times=."
            )
        matches.append(match)
    signed = _hyphen_is_sign(matches)
    counted = _part_is_replicate(matches)
    read = [_read(match, signed=signed, counted=counted) for match in matches]
    return _with_conditions(_in_days(read))


def _match(name: str) -> _Match | None:
    """Return the time in a name, the surest mark first: ZT and CT, other words, units, numbers."""
    for pattern in (*_PREFIXES, _SUFFIX, _PLAIN):
        found = pattern.match(name) if pattern is _PLAIN else pattern.search(name)
        if found is None:
            continue
        parts = found.groupdict()
        mark = parts.get("mark") or ""
        said = (parts.get("unit") or "").strip() or mark
        unit = "h" if mark.upper() in ("ZT", "CT") else canonical_unit(said.lower())
        whole_unit = unit if unit in UNIT_SECONDS else None
        rest = name[: found.start()] + "|" + name[found.end() :]
        exact = pattern is _SUFFIX or bool(parts.get("unit"))
        gap = parts.get("gap") or ""
        return _Match(
            name, parts["whole"], parts["part"] or "", gap, whole_unit, exact, rest.strip()
        )
    return None


def _hyphen_is_sign(matches: Sequence[_Match]) -> bool:
    """Return whether hyphens are signs: T-6 beside T0 and T6, where no other mark stands."""
    gaps = {match.gap for match in matches}
    return gaps == {"", "-"}


def _part_is_replicate(matches: Sequence[_Match]) -> bool:
    """Return whether the fractions of names such as CT16.2 count replicates.

    They do where all of them together are 1, 2, ... without a gap, as in CT0.1, CT0.2, CT4.1; names
    without a fraction may be the first of their time, as R and pandas number what occurs twice.
    Halves and quarters of hours, and steps of a tenth that fill the hours, are times.
    """
    open_ones = [match for match in matches if not match.decimal]
    parts = {match.part for match in open_ones if match.part}
    if not parts or any(part.startswith("0") for part in parts):
        return False
    numbers = sorted(int(part) for part in parts)
    if numbers != list(range(1, len(numbers) + 1)):
        return False
    wholes = sorted({int(match.whole) for match in open_ones})
    fills = len(numbers) == 9 and all(b - a == 1 for a, b in pairwise(wholes))
    return not fills


def _read(match: _Match, *, signed: bool, counted: bool) -> SampleName:
    """Return what one name says, now that it is known what its marks mean."""
    counts = counted and not match.decimal
    text = match.whole if counts or not match.part else f"{match.whole}.{match.part}"
    time = -float(text) if signed and match.gap == "-" else float(text)
    rest, replicate_label = match.rest, match.part if counts else ""
    named = _REPLICATE.search(rest)
    before, _, after = rest.partition("|")
    glued = re.match(r"([A-Za-z])(?![A-Za-z0-9])|(?:rep|r)(\d+)(?!\d)", after, re.IGNORECASE)
    if not replicate_label and named is not None:
        replicate_label = named.group(1)
        rest = rest[: named.start()] + "|" + rest[named.end() :]
    elif not replicate_label and glued is not None:
        replicate_label = glued.group(1) or glued.group(2)
        rest = before + "|" + after[glued.end() :]
    elif not replicate_label:
        last = _LAST.search(after)
        if last is not None:
            replicate_label = last.group(1)
            rest = before + "|" + after[: last.start()]
    words = [word for word in re.split(r"[|_\-.= ]+", rest) if word]
    return SampleName(match.name, time, match.unit, replicate_label, "_".join(words))


def _in_days(read: list[SampleName]) -> list[SampleName]:
    """Return names with their days counted in: Day2_ZT04 is 24 hours after Day1_ZT04."""
    days = [_DAY.search(one.name) for one in read]
    if any(day is None for day in days) or any(
        one.unit != "h" or not 0 <= one.time < 24 for one in read
    ):
        return read
    numbers = [int(day.group(1)) for day in days if day is not None]
    first = min(numbers)
    return [
        replace(
            one,
            time=one.time + 24.0 * (number - first),
            condition=re.sub(r"_?day_?\d+_?", "", one.condition, flags=re.IGNORECASE),
        )
        for one, number in zip(read, numbers, strict=True)
    ]


def _with_conditions(read: list[SampleName]) -> list[SampleName]:
    """Return the names without what is left of them where that tells no groups of samples apart."""
    times: dict[str, set[float]] = {}
    for one in read:
        times.setdefault(one.condition, set()).add(one.time)
    if all(len(own) > 1 for own in times.values()):
        return read
    return [replace(one, condition="") for one in read]
