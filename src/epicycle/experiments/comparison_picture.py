"""A comparison as a picture: where groups peak and how strongly, and differences with intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from epicycle.experiments.comparison import Comparison


def plot_comparison(found: Comparison) -> Figure:
    """Return the picture: amplitude against phase of each group, and all differences over errors.

    Differences are drawn in units of their standard errors, with intervals; 0 is none.
    """
    from epicycle.views.drawing import new_figure

    figure = new_figure((9.0, 4.2))
    left, right = figure.subplots(1, 2)
    for one in found.groups:
        if not np.isfinite(one.phase):
            continue
        left.errorbar(
            one.phase,
            one.amplitude,
            xerr=_size(one.phase_error),
            yerr=_size(one.amplitude_error),
            fmt="o",
            capsize=3,
            label=one.label,
        )
    left.set_xlabel(f"phase ({found.unit})" if found.unit else "phase")
    left.set_ylabel("amplitude")
    if any(np.isfinite(one.phase) for one in found.groups):
        left.legend(frameon=False)
    rows = [d for d in found.differences if np.isfinite(d.low) and d.what != "amplitude ratio"]
    for k, row in enumerate(reversed(rows)):
        scale = row.error or 1.0
        right.plot([row.low / scale, row.high / scale], [k, k], color="0.4", lw=2)
        sure = row.p_holm < 1 - found.confidence
        right.plot(row.value / scale, k, "o", color="C3" if sure else "C0")
    right.axvline(0.0, color="0.7", lw=1, zorder=0)
    right.set_yticks(range(len(rows)))
    right.set_yticklabels([f"{d.what}: {d.second} - {d.first}" for d in reversed(rows)])
    right.set_xlabel("difference, in standard errors")
    return figure


def _size(error: Any) -> float:
    return float(error) if np.isfinite(error) else 0.0
