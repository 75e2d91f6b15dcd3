"""How far does the search reach: any baseline, weak signals, photons, and at what cost?

Success, time and memory of the ladder of pairs and of the planner, against the dense search, peers
and the theory rho * sqrt(n_pairs / 2).
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import common
from search.children import MEMORY_LIMIT
from search.costs import bars_scaling, measure_scaling, scaling_answer, tables_scaling
from search.lines import (
    bars_clock,
    bars_few,
    bars_wide,
    measure_clock,
    measure_few,
    measure_wide,
    table_trials,
)
from search.pulsars import (
    bars_pulsar,
    bars_simulated,
    measure_harmonics,
    measure_pulsar,
    measure_simulated,
    pulsar_answer,
    tables_harmonics,
    tables_pulsar,
    tables_simulated,
)
from search.strategies import (
    bars_map,
    bars_planner,
    measure_map,
    measure_planner,
    tables_map,
    tables_planner,
)


def child(options: argparse.Namespace) -> None:
    """Do one thing, then report it, time and memory on stdout."""
    job = json.loads(options.child)
    resource.setrlimit(resource.RLIMIT_DATA, (int(MEMORY_LIMIT), int(MEMORY_LIMIT)))
    if job["what"] == "pulsar":
        answer = pulsar_answer(options)
    else:
        answer = scaling_answer(job["what"], job["size"], options.seed)
    print(json.dumps(common._plain({**answer, "peak": common.peak_memory()})))


SECTIONS = [
    common.Section("clock", "120 years of seconds", measure_clock, table_trials, bars_clock),
    common.Section("few", "120 years, 300 samples", measure_few, table_trials, bars_few),
    common.Section("wide", "T B = 1e12", measure_wide, table_trials, bars_wide),
    common.Section("pulsar", "A pulsar, blind", measure_pulsar, tables_pulsar, bars_pulsar),
    common.Section(
        "simulated", "Simulated pulsars", measure_simulated, tables_simulated, bars_simulated
    ),
    common.Section(
        "scaling",
        "Cost against T B: N = 3000, noise 0.5",
        measure_scaling,
        tables_scaling,
        bars_scaling,
        ("nifty-ls", "astropy", "cuperiod"),
    ),
    common.Section(
        "map", "Success of both strategies, T B = 1e5", measure_map, tables_map, bars_map
    ),
    common.Section(
        "harmonics",
        "Heights of summed harmonics among pairs of photons, in deviations",
        measure_harmonics,
        tables_harmonics,
    ),
    common.Section("planner", "The planner", measure_planner, tables_planner, bars_planner),
]


def main() -> None:
    parser = common.parser(__doc__)
    parser.add_argument("--child", help=argparse.SUPPRESS)
    parser.add_argument(
        "--data",
        type=Path,
        default=common.ROOT / "data",
        help="folder of data files; those that it lacks are looked for in $EPICYCLE_DATA",
    )
    parser.add_argument(
        "--peers",
        default=os.environ.get("EPICYCLE_PEERS"),
        help="Python interpreter of an environment with cuperiod, if it is not in this one",
    )
    options = parser.parse_args()
    if options.child:
        child(options)
    else:
        common.run("search", SECTIONS, options)


if __name__ == "__main__":
    main()
