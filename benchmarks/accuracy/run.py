"""How exact are the results, how honest their errors, and how rare are false alarms?

Monte-Carlo trials against the Cramer-Rao bound, noise-free signals, white noise on three kinds of
sampling, real data whose answers are known, and phases against arbitrary precision.
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
from accuracy import (
    broad,
    campaigns,
    changes,
    cliffs,
    coverages,
    default_noise,
    false_alarms,
    few_values,
    groups,
    moon,
    options_of_star,
    phases,
    ratios,
    real_data,
    red_noise,
    seasons,
    sharp,
    short,
    survey,
    tides,
    traces,
    trains,
    trials,
    waveforms,
)

SECTIONS = [
    common.Section(
        "refinement",
        "Refinement against the Cramer-Rao bound",
        trials.measure_refinement,
        trials.refinement_tables,
        trials.refinement_bars,
    ),
    common.Section(
        "noise_free",
        "Noise-free signals",
        trials.measure_noise_free,
        trials.noise_free_tables,
        trials.noise_free_bars,
    ),
    common.Section(
        "white_noise",
        "White noise",
        trials.measure_white_noise,
        trials.white_noise_tables,
        trials.white_noise_bars,
    ),
    common.Section(
        "false_alarms",
        "False-alarm probabilities against noise",
        false_alarms.measure,
        false_alarms.tables,
        false_alarms.bars,
    ),
    common.Section(
        "coverage",
        "Coverage of period errors",
        coverages.measure,
        coverages.tables,
        coverages.bars,
    ),
    common.Section(
        "red_noise",
        "Red noise",
        red_noise.measure,
        red_noise.tables,
        red_noise.bars,
    ),
    common.Section(
        "phase",
        "Phases",
        phases.measure,
        phases.tables,
        phases.bars,
        ("mpmath",),
    ),
    common.Section("moon", "The Moon", moon.measure_moon, moon.moon_tables, moon.moon_bars),
    common.Section(
        "co2",
        "CO2 at Mauna Loa",
        real_data.measure_co2,
        real_data.co2_tables,
        real_data.co2_bars,
        ("pandas",),
    ),
    common.Section(
        "velocities",
        "Radial velocities",
        real_data.measure_velocities,
        real_data.velocity_tables,
        real_data.velocity_bars,
        ("pandas",),
    ),
    common.Section(
        "star",
        "The variable star LINEAR 11375941",
        real_data.measure_star,
        real_data.star_tables,
        real_data.star_bars,
    ),
    common.Section(
        "bioluminescence",
        "Sixty circadian traces",
        traces.measure_traces,
        traces.trace_tables,
        traces.trace_bars,
        ("pandas",),
    ),
    common.Section(
        "tide",
        "The tide at Honolulu",
        tides.measure,
        tides.tables,
        tides.bars,
        ("utide", "pandas"),
    ),
    common.Section(
        "stripe82",
        "RR Lyrae stars of Stripe 82, five bands",
        waveforms.measure_stripe82,
        waveforms.rows_of,
        waveforms.stripe82_bars,
        ("pandas",),
    ),
    common.Section(
        "eclipsing",
        "Simulated eclipsing binaries with unequal minima",
        waveforms.measure_eclipsing,
        waveforms.rows_of,
        waveforms.eclipsing_bars,
    ),
    common.Section(
        "regular",
        "Births, tides and loads on a raster",
        waveforms.measure_regular,
        waveforms.regular_tables,
        waveforms.regular_bars,
    ),
    common.Section(
        "survey",
        "Simulated survey stars, default calls",
        survey.measure,
        survey.tables,
        survey.bars,
    ),
    common.Section(
        "changes",
        "Changes that should not matter",
        changes.measure,
        changes.tables,
        changes.bars,
    ),
    common.Section(
        "cliffs",
        "One visit a night, and every band of periods",
        cliffs.measure,
        groups.tables,
        cliffs.bars,
    ),
    common.Section(
        "campaigns",
        "Distant campaigns",
        campaigns.measure,
        groups.tables,
        campaigns.bars,
    ),
    common.Section(
        "sharp",
        "Eclipses and transits at half-hour cadence",
        sharp.measure,
        groups.tables,
        sharp.bars,
    ),
    common.Section(
        "seasons",
        "Cycles of a calendar: a week in a year, a day in a week, an hour in a day",
        seasons.measure,
        groups.tables,
        seasons.bars,
    ),
    common.Section(
        "ratios",
        "Pairs in a simple ratio, and sawteeth with a weak fundamental",
        ratios.measure,
        groups.tables,
        ratios.bars,
    ),
    common.Section(
        "broad",
        "Broad peaks",
        broad.measure,
        groups.tables,
        broad.bars,
    ),
    common.Section(
        "default_noise",
        "White noise on every sampling, default calls",
        default_noise.measure_white,
        default_noise.tables,
        default_noise.white_bars,
    ),
    common.Section(
        "rasters",
        "Red noise on rasters with holes and steps",
        default_noise.measure_red,
        default_noise.tables,
        default_noise.red_bars,
    ),
    common.Section(
        "few_values",
        "Few values among many: small groups and outputs, single precise samples",
        few_values.measure,
        few_values.tables,
        few_values.bars,
    ),
    common.Section(
        "sequences",
        "Exact periodic sequences on regular samples",
        few_values.measure_sequences,
        few_values.sequence_tables,
        few_values.sequence_bars,
    ),
    common.Section(
        "star_options",
        "LINEAR 11375941 under every option",
        options_of_star.measure_star,
        options_of_star.star_tables,
        options_of_star.star_bars,
        ("pandas",),
    ),
    common.Section(
        "stripe82_free",
        "RR Lyrae stars of Stripe 82, no limits",
        options_of_star.measure_stripe82,
        waveforms.rows_of,
        options_of_star.stripe82_bars,
        ("pandas",),
    ),
    common.Section(
        "trains",
        "Events that are almost a clock",
        trains.measure,
        trains.tables,
        trains.bars,
    ),
    common.Section(
        "short",
        "Short designs: a period that is asked about",
        short.measure,
        short.tables,
        short.bars,
    ),
]


def main() -> None:
    parser: argparse.ArgumentParser = common.parser(__doc__)
    parser.add_argument("--trials", type=int, default=1000, help="trials per row of refinement")
    parser.add_argument("--series", type=int, default=2000, help="series of white noise")
    parser.add_argument(
        "--null-series", type=int, default=100_000, help="series of noise for false alarms"
    )
    parser.add_argument(
        "--scale",
        type=float,
        default=1.0,
        help="share of the full number of series in the sections of the default call",
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
    common.run("accuracy", SECTIONS, parser.parse_args())


if __name__ == "__main__":
    main()
