"""A comparison as a picture: where groups peak and how strongly, and differences with intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from epicycle.experiments.comparison import Comparison, GroupRhythm


#: Height of a difference, in inches: its name takes a line.
_ROW = 0.17


def plot_comparison(found: Comparison) -> Figure:
    """Return the picture: amplitude against phase of each group, and all differences over errors.

    Of each group the maximum is drawn that is nearest to the first group's, however phases are
    told: 11 h and -11 h of a cycle of 24 h are 2 h apart.  Differences are drawn in units of their
    standard errors, with intervals; 0 is none.
    """
    from epicycle.look import drawing as draw

    rows = [d for d in found.differences if np.isfinite(d.low) and d.what != "amplitude ratio"]
    figure = draw.new_figure((9.0, max(4.2, 1.0 + _ROW * len(rows))))
    left, right = figure.subplots(1, 2)
    for axes in (left, right):
        draw.style(axes)
    phased = [one for one in found.groups if np.isfinite(one.phase)]
    for k, one in enumerate(phased):
        left.errorbar(
            _nearest(one, phased[0], found.period),
            one.amplitude,
            xerr=_size(one.phase_error),
            yerr=_size(one.amplitude_error),
            fmt=draw.SYMBOLS[k % len(draw.SYMBOLS)],
            color=draw.GROUPS[k % len(draw.GROUPS)],
            capsize=3,
            label=draw.plain(draw.shortened(str(one.label))),
        )
    unit = f" ({found.unit})" if found.unit else ""
    after = "" if found.period is not None else f", after {found.at:g}"
    draw.label(left.xaxis, f"phase{unit}{after}")
    draw.label(left.yaxis, "amplitude")
    if phased:
        left.legend(frameon=False, fontsize=draw.SMALL)
    for k, row in enumerate(reversed(rows)):
        scale = row.error or 1.0
        right.plot([row.low / scale, row.high / scale], [k, k], color=draw.MUTED, lw=2)
        sure = row.p_holm < 1 - found.confidence
        right.plot(row.value / scale, k, "o", color=draw.VERMILLION if sure else draw.BLUE)
    right.axvline(0.0, color=draw.FAINT, lw=1, zorder=0)
    names = [f"{d.what}: {d.second} - {d.first}" for d in reversed(rows)]
    right.set_yticks(range(len(rows)), [draw.plain(draw.shortened(name)) for name in names])
    draw.label(right.xaxis, "difference, in standard errors")
    return figure


def _nearest(one: GroupRhythm, first: GroupRhythm, held: float | None) -> float:
    """Return the maximum of a group that is nearest to one of the first: its own cycles apart."""
    cycle = held if held is not None else one.period
    if not np.isfinite(cycle) or cycle <= 0:
        return one.phase
    return float(one.phase - cycle * np.round((one.phase - first.phase) / cycle))


def _size(error: Any) -> float:
    return float(error) if np.isfinite(error) else 0.0
