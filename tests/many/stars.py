"""Series of several stars in one table."""

import json
from pathlib import Path

import numpy as np
import pandas as pd

PERIODS = {"b": 7.0, "a": None, "10": 3.0, "2": 5.0, "short": None}


def write_stars(path: Path, periods: dict = PERIODS, n: int = 80) -> Path:
    """Write series of which the rows are mixed; the ids appear in the order of `periods`."""
    rng = np.random.default_rng(3)
    parts = []
    for k, (name, period) in enumerate(periods.items()):
        t = np.sort(rng.uniform(0, 100, n if name != "short" else 2))
        y = rng.normal(size=len(t)) + (3 * np.sin(2 * np.pi * t / period) if period else 0)
        parts.append(pd.DataFrame({"star": name, "time_d": t, "mag": y, "row": np.arange(len(t))}))
        parts[-1].loc[0, "row"] = -len(periods) + k
    rows = pd.concat(parts).sort_values("row", kind="stable").drop(columns="row")
    rows.to_csv(path, index=False)
    return path


def results(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text().splitlines()]
