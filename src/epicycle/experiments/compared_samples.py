"""Samples of groups, as a user has them, checked: long or wide, with or without subjects."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from epicycle.samples.arrays import Floats
from epicycle.samples.times import UNIT_SECONDS, parse_times

#: What a control is called, in the letters of its label alone.
_CONTROLS = re.compile(
    r"^(wt|wild ?type|control|controls|ctrl|ctl|con|vehicle|veh|sham|untreated|baseline|base|"
    r"placebo|mock|dmso|wild|before|pre)$"
)

#: A number, or a letter, behind a separator at the end of a name: WT_1, KO rep2, per0-A, Clk-/- 3.
_MEMBER = re.compile(
    r"^(?P<group>.+?)(?<!/)(?:[ _.\-]+(?:rep|r|n|no|animal|mouse|fly)?[ _.\-]?)"
    r"(?P<member>\d+|[A-Za-z])$",
    re.IGNORECASE,
)


#: A number at the end of a name without a separator: WT1, KO12.
_NUMBERED = re.compile(r"^(?P<group>.*[^\d\s])\s*(?P<member>\d+)$")

#: A number at the beginning of a name: 12 WT, m3_KO.
_BEGUN = re.compile(
    r"^(?:rep|r|n|no|animal|mouse|m|fly|id)?[ _.\-]?\d+[ _.\-]+(?P<group>.*[^\d\s].*)$",
    re.IGNORECASE,
)

#: A member as people write it, and what parts it from its group (not the end of -/-).
_MARKED = re.compile(r"\s*[#(\[]\s*(\d+|[A-Za-z])\s*[)\]]?$")
_PARTED = re.compile(r"(?<!/)[ _.\-]+$")

#: Groups that a subject is born into, by their labels, and by what a column of them is called.
_BORN = re.compile(
    r"(?<![a-z])(wt|wild[ _-]?type|ko|knock[ _-]?out|mut(ant)?|het|hom|tg|null)(?![a-z])|[+-]/[+-]",
    re.IGNORECASE,
)
_BORN_COLUMN = re.compile(r"genotype|strain|species|allele|(^|_)sex($|_)", re.IGNORECASE)


@dataclass(frozen=True, eq=False)
class ComparedSamples:
    """Samples of groups.

    Attributes
    ----------
    t, y : ndarray, shape (n,)
        Times from `origin`, and values.
    group : ndarray of int, shape (n,)
        Group of each sample, as places in `labels`.
    labels : tuple of str
        The groups, the one that others are compared with first.
    subject : ndarray of str, shape (n,), or None
        Label of the subject of each sample.
    unit : str
    origin : float or datetime
        Where times are counted from: 0, or the midnight before the first of dates.
    n_dropped : int
        Rows without a value, a group or a subject.
    inborn : bool
        Whether groups look like genotypes, strains or sexes, of which no subject has two.
    notes : tuple of str
    """

    t: Floats
    y: Floats
    group: NDArray[np.intp]
    labels: tuple[str, ...]
    subject: NDArray[np.str_] | None
    unit: str
    origin: Any
    n_dropped: int
    inborn: bool = False
    notes: tuple[str, ...] = ()


def check_compared(
    t: Any, y: Any, group: Any, subject: Any, reference: Any, unit: str | None
) -> ComparedSamples:
    """Return samples of groups, checked.

    Raises
    ------
    TypeError, ValueError
        If shapes do not agree, there are not two groups, or times or values cannot be read.
    """
    notes: list[str] = []
    values = _numbers(y)
    if values.ndim == 2 and values.shape[1] > 1:
        t, values, group, subject = _melted(t, y, values, group, subject, notes)
    values = values.ravel()
    times, unit, origin = _times(t, unit)
    if group is None:
        raise ValueError(
            "group is needed: expected a label for each value. To fix this, pass for example the "
            "column of genotypes; of a wide table, one label for each column."
        )
    if len(times) != len(values):
        raise ValueError(
            f"t and y must be as long as each other, got {len(times)} times and {len(values)} "
            f"values. To fix this, pass one time for each value."
        )
    groups = _labels(group, "group", len(values))
    subjects = None if subject is None else _labels(subject, "subject", len(values))
    keep = np.isfinite(values) & (groups != "")
    if np.count_nonzero(groups == ""):
        notes.append(f"{np.count_nonzero(groups == '')} values have no group and are left out")
    if subjects is not None:
        nameless = np.count_nonzero((subjects == "") & keep)
        if nameless:
            notes.append(f"{nameless} values have no subject and are left out")
        keep &= subjects != ""
        subjects = subjects[keep]
    labels = _ordered(groups[keep], reference)
    place = {label: k for k, label in enumerate(labels)}
    return ComparedSamples(
        t=times[keep],
        y=values[keep],
        group=np.array([place[one] for one in groups[keep]], dtype=np.intp),
        labels=labels,
        subject=subjects,
        unit=unit,
        origin=origin,
        n_dropped=int(np.count_nonzero(~keep)),
        inborn=_BORN_COLUMN.search(str(getattr(group, "name", ""))) is not None
        or any(_BORN.search(label) for label in labels),
        notes=tuple(notes),
    )


def _numbers(y: Any) -> Floats:
    try:
        values = np.asarray(y, dtype=np.float64)
    except (TypeError, ValueError):
        raise TypeError(
            "y must hold numbers, got something else. To fix this, pass the column of values."
        ) from None
    if values.ndim not in (1, 2):
        raise ValueError(f"y must have one or two dimensions, got {values.ndim}.")
    return np.where(np.isfinite(values), values, np.nan)


def _times(t: Any, unit: str | None) -> tuple[Floats, str, Any]:
    """Return times from their origin, their unit, and the origin."""
    times, scale = parse_times(t, unit=unit)
    if not scale.calendar:
        return times.to_float(), scale.unit, 0.0
    # hours by default; of dates with a zone, what the clocks show
    clock = "elapsed" if scale.timezone is None else "local"
    times, scale = parse_times(t, unit=unit or "h", clock=clock)
    day = float(86400 / UNIT_SECONDS[scale.unit])
    origin = float(np.floor(times.hi.min() / day) * day)
    return times.minus(origin).to_float(), scale.unit, scale.to_user(origin)


def time_in(samples: ComparedSamples, moment: Any) -> float:
    """Return a moment, a number or a date, as a time of samples.

    Raises
    ------
    ValueError
        If it is neither, or a date where times are numbers.
    """
    try:
        number = float(moment)
    except (TypeError, ValueError):
        number = np.nan
    if np.isfinite(number):
        return number
    dated = hasattr(samples.origin, "isoformat")
    wanted = "a number or a date" if dated else "a number"
    problem = (
        f"at must be {wanted}, got {moment!r}. To fix this, pass "
        + (f"for example at={samples.origin:%Y-%m-%dT%H:%M}" if dated else "a time as in t")
        + ", or leave it out."
    )
    if not dated:
        raise ValueError(problem)
    import pandas as pd

    try:
        date, origin = pd.Timestamp(moment), pd.Timestamp(samples.origin)
        if date.tz is not None and origin.tz is not None:
            date = date.tz_convert(origin.tz)
        # what the clocks show, as the times of samples
        passed = (date.tz_localize(None) - origin.tz_localize(None)).total_seconds()
    except (TypeError, ValueError):
        passed = np.nan
    if not np.isfinite(passed):
        raise ValueError(problem)
    return float(passed / float(UNIT_SECONDS[samples.unit]))


def _melted(
    t: Any, y: Any, values: Floats, group: Any, subject: Any, notes: list[str]
) -> tuple[Any, Floats, Any, Any]:
    """Return a wide table as a long one: each column is a subject."""
    n, d = values.shape
    names = [str(c) for c in getattr(y, "columns", range(1, d + 1))]
    if subject is None:
        subject = names
    elif np.size(subject) != d:
        raise ValueError(
            f"y has {d} columns: expected as many subjects, one for each, got {np.size(subject)}."
        )
    if group is None:
        group = groups_of_names(names)
        told = dict.fromkeys(group)
        notes.append(f"groups {', '.join(told)} are read from the names of the columns")
    elif isinstance(group, Mapping):
        missing = [name for name in names if name not in group]
        if missing:
            raise ValueError(
                f"group has no label for the column {missing[0]!r}. To fix this, add it, or leave "
                f"the column out of y."
            )
        group = [group[name] for name in names]
    elif np.size(group) != d:
        raise ValueError(
            f"y has {d} columns: expected as many group labels, one for each, got {np.size(group)}."
        )
    long = np.asarray(t) if not hasattr(t, "repeat") else t
    repeated = long.repeat(d)
    return (
        repeated,
        values.ravel(),
        np.tile(np.asarray(group, dtype=object), n),
        np.tile(np.asarray(subject, dtype=object), n),
    )


def groups_of_names(names: list[str]) -> list[str]:
    """Return the groups that names of columns tell: WT of WT_1, WT1 or 12_WT; per0 of per0-A.

    Raises
    ------
    ValueError
        If a name has neither a number at one of its ends nor a letter behind a separator, or all
        are of one group.

    Examples
    --------
    >>> groups_of_names(["WT_1", "WT_2", "KO_1"])
    ['WT', 'WT', 'KO']
    """
    ended = [_group_before(name) for name in names]
    # pandas calls a second column of one name WT.1
    ended = [
        name.strip() if one is None and name.strip() in ended else one
        for name, one in zip(names, ended, strict=True)
    ]
    begun = [match and match["group"] for match in (_BEGUN.match(name.strip()) for name in names)]
    for told in (ended, begun):
        found = [one for one in told if one is not None]
        if len(found) == len(names) and len(set(found)) > 1:
            return found
    if None in ended:
        raise ValueError(
            f"the column {names[ended.index(None)]!r} does not tell its group: expected names such "
            f"as WT_1 and KO_2. To fix this, pass group=, a label for each column."
        )
    raise ValueError(
        f"all columns are of one group, {ended[0]!r}, by their names. To fix this, pass group=, a "
        f"label for each column."
    )


def _group_before(name: str) -> str | None:
    """Return the group before the member that a name ends with, as in WT_1."""
    plain = _MARKED.sub(r" \1", name.strip())
    match = _MEMBER.match(plain) or _NUMBERED.match(plain)
    return None if match is None else _PARTED.sub("", match["group"].lstrip(" _.-"))


def _labels(given: Any, name: str, n: int) -> NDArray[np.str_]:
    """Return labels as text, "" where one is missing."""
    labels = np.asarray(given, dtype=object).ravel()
    if len(labels) != n:
        raise ValueError(
            f"{name} has {len(labels)} labels for {n} values. To fix this, pass one for each."
        )
    return np.array(["" if _missing(one) else str(one).strip() for one in labels])


def _missing(label: Any) -> bool:
    return label is None or bool(label != label) or str(label) in ("<NA>", "NaT")


def _ordered(groups: NDArray[np.str_], reference: Any) -> tuple[str, ...]:
    """Return the groups with the one that others are compared with first."""
    labels = list(dict.fromkeys(groups.tolist()))
    if len(labels) < 2:
        raise ValueError(
            f"there {'is one group' if labels else 'is no group'} with values"
            f"{', ' + repr(labels[0]) if labels else ''}: expected two or more. "
            f"To fix this, name the column that tells the groups apart."
        )
    if reference is not None:
        if str(reference) not in labels:
            raise ValueError(
                f"reference {str(reference)!r} is not among the groups: {', '.join(labels)}."
            )
        first = str(reference)
    else:
        controls = [one for one in labels if _is_control(one)]
        first = controls[0] if controls else labels[0]
    return (first, *[one for one in labels if one != first])


def _is_control(label: str) -> bool:
    plain = label.strip().lower().replace("_", " ").replace("-", " ")
    return label.strip() == "+/+" or _CONTROLS.match(plain) is not None
