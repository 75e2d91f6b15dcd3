"""Rhythms that change: are phases right, are bands honest, and is constant called constant?

Simulated rhythms with exact answers, and real ones whose answers are known.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

# Many small fits run side by side, one process per core: threads inside them only get in the way.
# The variables must be set before numpy is imported, here and in the processes that are started.
os.environ["OMP_NUM_THREADS"] = "1"
os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ["MKL_NUM_THREADS"] = "1"

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import common
from rhythms import bands, cost, found, real

SECTIONS = [
    common.Section(
        "phase",
        "Phases and periods of rhythms that change",
        bands.measure_phase,
        bands.phase_tables,
        bands.phase_bars,
    ),
    common.Section(
        "constant",
        "Constant rhythms in white noise",
        bands.measure_constant,
        bands.constant_tables,
        bands.constant_bars,
    ),
    common.Section(
        "red",
        "Constant rhythms in noise with a memory",
        bands.measure_red,
        bands.constant_tables,
        bands.constant_bars,
    ),
    common.Section(
        "jumps",
        "Jumps of the phase, at unknown and at known times",
        bands.measure_jumps,
        bands.jump_tables,
        bands.jump_bars,
    ),
    common.Section(
        "crossing",
        "Two rhythms whose periods cross",
        bands.measure_crossing,
        bands.crossing_tables,
        bands.crossing_bars,
    ),
    common.Section(
        "sunspots",
        "Sunspots, 1700 to 2008",
        real.measure_sunspots,
        real.sunspot_tables,
        real.sunspot_bars,
        ("statsmodels",),
    ),
    common.Section(
        "co2",
        "Carbon dioxide at Mauna Loa",
        real.measure_co2,
        real.co2_tables,
        real.co2_bars,
    ),
    common.Section(
        "reporters",
        "Sixty luminescent reporters",
        real.measure_reporters,
        real.reporter_tables,
        real.reporter_bars,
    ),
    common.Section(
        "found",
        "What find_cycles makes of them",
        found.measure,
        found.tables,
        found.bars,
    ),
    common.Section("cost", "What it costs", cost.measure, cost.tables, cost.bars),
]


def main() -> None:
    parser: argparse.ArgumentParser = common.parser(__doc__)
    parser.add_argument(
        "--scale", type=float, default=1.0, help="share of the full number of simulated series"
    )
    parser.add_argument(
        "--processes", type=int, default=common.cores(), help="processes side by side"
    )
    parser.add_argument(
        "--data",
        type=Path,
        default=common.ROOT / "data",
        help="folder of data files; those that it lacks are looked for in $EPICYCLE_DATA",
    )
    common.run("rhythms", SECTIONS, parser.parse_args())


if __name__ == "__main__":
    main()
