"""Draw the pictures of the two problems into docs/images: sin.png and clocks.png.

    python scripts/draw_problems.py                   # every network has 30 s
    python scripts/draw_problems.py --against siren,mlp --seconds 5 --output DIR

The picture of the sine needs no training.  The clock faces are those that published networks
predict, after their time, at instants in their training range and far outside.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np

from epicycle.problems import Clock, Sine
from epicycle.problems.contest import enter_clock, read_digits
from epicycle.problems.faces import draw_clocks
from epicycle.problems.pictures import draw_sine

IMAGES = Path(__file__).resolve().parent.parent / "docs" / "images"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, default=IMAGES, metavar="DIR")
    parser.add_argument("--against", default="siren,mlp,snake,fan,rff", metavar="NAME,...")
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    draw_sine(Sine(), seed=options.seed).savefig(options.output / "sin.png")

    clock, rng = Clock(), np.random.default_rng([options.seed, 2])
    instants = np.concatenate([clock.sample(2, rng=rng), clock.sample(2, rng=rng, beyond=1200)])
    readings, remarks = {}, {}
    for entry in options.against.split(","):
        result, trained = enter_clock(entry, clock, seconds=options.seconds, seed=options.seed)
        # the guessed number, if any, goes below the name
        name, _, guess = result.title.partition(", ")
        readings[name] = read_digits(trained(instants), clock.radices)
        right = f"{result.exact_match_in_range:.3%} right"
        remarks[name] = f"{guess}: {right}" if guess else right
        print(f"{result.title}: {right}", file=sys.stderr)
    draw_clocks(clock, instants, readings, remarks=remarks).savefig(options.output / "clocks.png")


if __name__ == "__main__":
    main()
