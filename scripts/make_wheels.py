"""Make data/wheels_wide.csv: simulated running wheels of two genotypes, a column for each mouse.

Six mice of each, hourly for a week in constant darkness, in turns a minute.  Periods are 23.8 h
(WT) and 22.6 h (mutant), with a standard deviation of 0.15 h between mice.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

PERIODS = {"WT": 23.8, "mutant": 22.6}


def main() -> None:
    rng = np.random.default_rng(5)
    hours = np.arange(0, 7 * 24)
    columns = {"hours": hours}
    for genotype, period in PERIODS.items():
        for mouse in range(1, 7):
            own = period + 0.15 * rng.normal()
            mean = 40 + 25 * np.cos(2 * np.pi * (hours - 14) / own)
            turns = np.maximum(mean + 15 * rng.normal(size=len(hours)), 0)
            columns[f"{genotype}_{mouse}"] = turns.round(1)
    path = Path(__file__).parent.parent / "data" / "wheels_wide.csv"
    pd.DataFrame(columns).to_csv(path, index=False)


if __name__ == "__main__":
    main()
