"""Lines of real data beside known periods: files, comparisons and how they are told."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

import numpy as np

import common
from epicycle import CycleModel, Line


def data_file(options: argparse.Namespace, name: str) -> Path:
    """Return where a data file is.

    Raises
    ------
    common.NotMeasuredError
        If it is in neither of the two places.
    """
    folders = [options.data]
    if os.environ.get("EPICYCLE_DATA"):
        folders.append(Path(os.environ["EPICYCLE_DATA"]))
    for folder in folders:
        if (folder / name).exists():
            return Path(folder / name)
    raise common.NotMeasuredError(f"{name} is neither in --data nor in $EPICYCLE_DATA")


def read(options: argparse.Namespace, name: str) -> Any:
    """Return a data file as a DataFrame."""
    path = data_file(options, name)
    if common.version("pandas") is None:
        raise common.NotMeasuredError("pandas is not installed")
    import pandas as pd

    return pd.read_csv(path)


def nearest(model: CycleModel, period: float) -> Line | None:
    """Return the line of a cycle, harmonics included, whose frequency is nearest."""
    lines = [line for line in model.lines if line.kind == "cycle"]
    return min(lines, key=lambda line: abs(line.frequency - 1 / period), default=None)


def compare(model: CycleModel, truth: float, truth_error: float = 0.0) -> dict[str, Any]:
    """Return how the line nearest to a known period compares with it."""
    line = nearest(model, truth)
    if line is None:
        return {"known": truth, "period": None}
    # a line further away than the resolution is another line
    resolved = abs(line.frequency - 1 / truth) * model.baseline
    error = float(np.hypot(line.period_error, truth_error))
    return {
        "known": truth,
        "known_error": truth_error,
        "period": line.period,
        "period_error": line.period_error,
        "order": line.order,
        "relative_difference": line.period / truth - 1,
        "in_resolution_widths": resolved,
        "pull": (line.period - truth) / error if resolved < 1 else None,
    }


def cycle_rows(model: CycleModel) -> list[dict[str, Any]]:
    """Return all cycles in short."""
    return [
        {
            "period": c.period,
            "period_error": c.period_error,
            "amplitude": c.amplitude,
            "harmonics": [h.order for h in c.harmonics],
            "false_alarm_probability": c.false_alarm_probability,
            "alias": [c.aliases[0].period, c.aliases[0].power_ratio] if c.aliases else None,
        }
        for c in model.cycles
    ]


def plus_minus(value: float | None, error: float | None, digits: int = 2) -> str:
    """Return "29.53059 ± 0.00002", rounded to so many digits of the error."""
    if value is None or error is None:
        return "not found"
    if not error > 0:
        return f"{value:.9g} ± {error:g}"
    places = max(0, digits - 1 - int(np.floor(np.log10(error))))
    return f"{value:.{places}f} ± {error:.{places}f}"


def pull_text(entry: dict[str, Any]) -> str:
    return "not found" if entry.get("pull") is None else f"{entry['pull']:+.2f}"
