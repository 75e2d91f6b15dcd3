"""Does an ordinary training loop find the frequency, how soon, and at what price?

The loop of the Sin problem with one line added, noise, one configuration for many frequencies,
losses other than the square, targets without any cycle, and the time that it takes.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import common
from learning.changing import bars_changing, measure_changing, tables_changing
from learning.inputs import bars_inputs, measure_inputs, tables_inputs
from learning.loops import bars_loops, measure_loops, tables_loops
from learning.losses import bars_losses, measure_losses, tables_losses
from learning.named import bars_named, measure_named, tables_named
from learning.no_cycle import bars_no_cycle, measure_no_cycle, tables_no_cycle
from learning.overhead import bars_overhead, measure_overhead, tables_overhead
from learning.physics import bars_physics, measure_physics, tables_physics
from learning.rasters import bars_rasters, measure_rasters, tables_rasters
from learning.sines import bars_noise, bars_sin, measure_noise, measure_sin, tables_sin
from learning.targets import (
    bars_targets,
    measure_siren,
    measure_targets,
    tables_siren,
    tables_targets,
)

SECTIONS = [
    common.Section("sin", "The Sin problem", measure_sin, tables_sin, bars_sin, ("torch",)),
    common.Section(
        "noise", "With noise of the signal's power", measure_noise, tables_sin, bars_noise,
        ("torch",),
    ),
    common.Section(
        "targets", "One configuration", measure_targets, tables_targets, bars_targets, ("torch",)
    ),
    common.Section("siren", "SIREN beside it", measure_siren, tables_siren, packages=("torch",)),
    common.Section(
        "losses", "Other losses", measure_losses, tables_losses, bars_losses, ("torch",)
    ),
    common.Section(
        "inputs", "Several inputs, noise of the wave's power", measure_inputs, tables_inputs,
        bars_inputs, ("torch",),
    ),
    common.Section(
        "named", "Named parameters", measure_named, tables_named, bars_named, ("torch",)
    ),
    common.Section(
        "changing", "Chirps and envelopes", measure_changing, tables_changing, bars_changing,
        ("torch",),
    ),
    common.Section(
        "no_cycle", "No cycle", measure_no_cycle, tables_no_cycle, bars_no_cycle, ("torch",)
    ),
    common.Section(
        "rasters", "Regular inputs", measure_rasters, tables_rasters, bars_rasters, ("torch",)
    ),
    common.Section("loops", "Odd loops", measure_loops, tables_loops, bars_loops, ("torch",)),
    common.Section(
        "physics", "Pendulum, physics-informed", measure_physics, tables_physics, bars_physics,
        ("torch",),
    ),
    common.Section(
        "overhead", "Overhead at batch 1024, 3 x 256", measure_overhead, tables_overhead,
        bars_overhead, ("torch",),
    ),
]  # fmt: skip


def main() -> None:
    parser = common.parser(__doc__)
    parser.add_argument(
        "--processes", type=int, default=common.cores(), help="runs that go on at the same time"
    )
    parser.add_argument(
        "--scale", type=float, default=1.0, help="share of the runs of each kind, as 0.1"
    )
    parser.add_argument("--seconds", type=float, default=5.0, help="for each SIREN")
    common.run("learning", SECTIONS, parser.parse_args())


if __name__ == "__main__":
    main()
