"""Frames of several series."""

import numpy as np
import pandas as pd

PERIODS = {7: 5.0, 3: None, 11: 3.0}


def frame(n: int = 70, seed: int = 5) -> pd.DataFrame:
    """Return mixed rows of three series, two of them with a cycle, and of one of two rows."""
    rng = np.random.default_rng(seed)
    ids = np.append(np.repeat(list(PERIODS), n), [4, 4])
    t = rng.uniform(0, 60, len(ids))
    period = np.array([PERIODS.get(k) or np.inf for k in ids])
    y = rng.normal(size=len(ids)) + 4 * np.sin(2 * np.pi * t / period)
    rows = pd.DataFrame({"id": ids, "time": t, "value": y, "error": 1.0})
    return rows.iloc[rng.permutation(len(rows))]
