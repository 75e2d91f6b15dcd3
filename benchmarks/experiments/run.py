"""Experiments: many series, and groups compared.  Are p-values, intervals and choices right?"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"
os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ["MKL_NUM_THREADS"] = "1"

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import common
from experiments import bound, compare_groups, flies, genes, per_group

SECTIONS = [
    common.Section("genes", "Rhythms of many series", genes.measure, genes.tables, genes.bars),
    common.Section(
        "bound",
        "A searched period beside the most powerful test",
        bound.measure,
        bound.tables,
        bound.bars,
    ),
    common.Section(
        "per_group",
        "Waveforms of groups: one for all, or one for each",
        per_group.measure,
        per_group.tables,
        per_group.bars,
    ),
    common.Section(
        "compare",
        "Two genotypes of a few animals",
        compare_groups.measure,
        compare_groups.tables,
        compare_groups.bars,
    ),
    common.Section("flies", "Three genotypes of flies", flies.measure, flies.tables, flies.bars),
]


def main() -> None:
    parser: argparse.ArgumentParser = common.parser(__doc__)
    parser.add_argument(
        "--processes", type=int, default=common.cores(), help="processes side by side"
    )
    common.run("experiments", SECTIONS, parser.parse_args())


if __name__ == "__main__":
    main()
