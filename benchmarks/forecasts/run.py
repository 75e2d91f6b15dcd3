"""Are forecasts and their intervals right?  On simulated series, and on the ends of real ones.

The real series are not part of this repository: put their files into the folder that --data or
EPICYCLE_DATA names.

The intervals of trends that bend were repaired on the series of the seed 20260101, the default of
the other benchmarks: the default here is another one, whose series nothing was set on.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import common
from forecasts.real import bars_real, measure_real, tables_real
from forecasts.responses import bars_responses, measure_responses, tables_responses
from forecasts.shelf_scores import bars_shelf, measure_shelf, tables_shelf
from forecasts.simulated import bars_simulated, measure_simulated, tables_simulated

SECTIONS = [
    common.Section(
        "simulated",
        "Intervals on simulated series",
        measure_simulated,
        tables_simulated,
        bars_simulated,
    ),
    common.Section(
        "responses",
        "Counts by hour of the day",
        measure_responses,
        tables_responses,
        bars_responses,
    ),
    common.Section("real", "The ends of real series", measure_real, tables_real, bars_real),
    common.Section("shelf", "Series that packages ship", measure_shelf, tables_shelf, bars_shelf),
]


def main() -> None:
    parser = common.parser(__doc__)
    parser.add_argument("--data", type=Path, default=common.ROOT / "data", help="folder of data")
    parser.set_defaults(seed=20261124)
    parser.add_argument("--trials", type=int, default=200, help="simulated series of each kind")
    parser.add_argument("--processes", type=int, default=2, help="processes")
    parser.add_argument("--peers", type=Path, help="a Python with the packages of shelf.py")
    common.run("forecasts", SECTIONS, parser.parse_args())


if __name__ == "__main__":
    main()
