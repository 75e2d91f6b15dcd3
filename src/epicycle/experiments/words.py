"""Rhythms of many series in words: the strongest of them as a table, and counts."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from epicycle.limits import GENES

if TYPE_CHECKING:
    from epicycle.experiments.rhythms import Rhythms

#: Rows of the table that a person reads.
_SHOWN = 20


def in_words(rhythms: Rhythms, q: float = GENES.significant, shown: int = _SHOWN) -> str:
    """Return the rows with the smallest p-values, and what there is to say of all."""
    order = np.argsort(np.where(np.isnan(rhythms.p_value), 2.0, rhythms.p_value), kind="stable")
    order = order[~np.isnan(rhythms.p_value[order])][:shown]
    unit = f" ({rhythms.unit})" if rhythms.unit else ""
    searched = rhythms.periods[0] < rhythms.periods[1]
    headings = ["id", "p", "q", "amplitude", f"phase{unit}", "mesor", "R2"]
    if searched:
        headings.insert(5, f"period{unit}")
    rows = []
    for k in order.tolist():
        row = [
            str(rhythms.ids[k]),
            f"{rhythms.p_value[k]:.2g}",
            f"{rhythms.q_value[k]:.2g}",
            _with_error(rhythms.amplitude[k], rhythms.amplitude_error[k]),
            _with_error(rhythms.phase[k], rhythms.phase_error[k]),
            _with_error(rhythms.mesor[k], rhythms.mesor_error[k]),
            f"{rhythms.r_squared[k]:.2f}",
        ]
        if searched:
            row.insert(5, _with_error(rhythms.period[k], rhythms.period_error[k]) or "edge")
        rows.append(tuple(row))
    lines = _aligned([tuple(headings), *rows]) if rows else []
    return "\n".join([*lines, *([""] if lines else []), *sentences(rhythms, q)])


def sentences(rhythms: Rhythms, q: float = GENES.significant) -> list[str]:
    """Return what there is to say of all series: counts, what was tested, notes."""
    unit = f" {rhythms.unit}" if rhythms.unit else ""
    low, high = rhythms.periods
    tested = int(np.count_nonzero(~np.isnan(rhythms.p_value)))
    found = int(rhythms.significant(q).sum())
    period = f"period {low:g}{unit}" if low == high else f"periods from {low:g} to {high:g}{unit}"
    shape = "" if rhythms.harmonics == 1 else f", {rhythms.harmonics} harmonics"
    test = "ranks (normal scores)" if rhythms.robust else "F-test"
    lines = [
        f"{found} of {tested} series have a rhythm at q <= {q:g} ({period}{shape}; {test}; "
        f"{rhythms.n_times} samples)"
    ]
    reasons = Counter(reason for reason in rhythms.reason if reason)
    if reasons:
        told = ", ".join(f"{count} {reason}" for reason, count in reasons.most_common())
        lines.append(f"series of which something is missing: {told}")
    return [*lines, *(f"note: {note}" for note in rhythms.notes)]


def _aligned(rows: list[tuple[str, ...]]) -> list[str]:
    """Return rows as lines, columns aligned to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(cell.rjust(w) for cell, w in zip(row, widths, strict=True)) for row in rows]


def _with_error(value: float, error: float) -> str:
    """Return a number with its error, to the digits that the error allows."""
    if not np.isfinite(value):
        return ""
    if not np.isfinite(error) or error <= 0:
        return f"{value:.4g}"
    digits = max(0, 1 - int(np.floor(np.log10(error))))
    return f"{value:.{digits}f} ± {error:.{digits}f}" if digits < 12 else f"{value:.4g}"
