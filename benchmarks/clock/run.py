"""Can a network learn any clock, exactly, from at most 2^20 examples spread over 120 years?

Earth's clock on whole seconds, on real-valued instants and with wrong labels, and twenty random
clocks; Earth's clock from few samples; its decimal digits and segments, and the calendar, with
networks beside them.  The networks that fail at the clock have a benchmark of their own,
contest/run.py.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
import torch

import common
from epicycle.problems import Calendar, Clock, DecimalDigits, SevenSegments, exact_match
from epicycle.problems.clock_training import learn_clock
from epicycle.problems.contest import enter_clock

SAMPLES, BEYOND = 1 << 20, 1200.0
RANDOM = 20
FEW_SEEDS = 20
#: Years of training and around it, for each member of the family.
FAMILY = {
    "six decimal digits": (DecimalDigits(), 120.0, BEYOND),
    "seven segments": (SevenSegments(), 120.0, BEYOND),
    "calendar": (Calendar(), 400.0, 400.0),
}
RIVALS, FAMILY_SECONDS = ("siren", "mlp", "snake", "fan"), 60.0
SECONDS, PARAMETERS = 120.0, 10_000


def lesson(
    options: argparse.Namespace,
    clock: Clock,
    label: str,
    *,
    wrong: float = 0.0,
    continuous: bool = False,
) -> dict[str, Any]:
    """Learn a clock, and read it at unseen instants."""
    rng = np.random.default_rng([options.seed, len(label)])
    t = clock.sample(SAMPLES, rng=rng, continuous=continuous)
    digits = clock.replace_labels(clock.digits(t), wrong, rng=rng)
    learned = learn_clock(t, digits, clock.radices, seed=options.seed, device=options.device)
    n_test = 100_000 if options.quick else 1_000_000
    shares = {}
    for name, beyond in (("in_range", 0.0), ("beyond", BEYOND)):
        unseen = clock.sample(n_test, rng=rng, beyond=beyond, continuous=continuous)
        truth = clock.digits(unseen)
        shares[name] = exact_match(learned.network.read(unseen), truth)
        shares[f"{name}_before_refit"] = exact_match(learned.descended.read(unseen), truth)
    row = {
        "clock": label,
        "day_length": clock.day_length,
        "radices": list(clock.radices),
        **shares,
        "n_test": n_test,
        "distinct_samples": learned.distinct_samples,
        "samples_seen": learned.samples_seen,
        "parameters": sum(p.numel() for p in learned.descended.parameters()),
        "gears": list(learned.network.dials.gears or ()),
        "seconds": learned.seconds,
    }
    common.say(
        f"  {label}: {shares['in_range']:.6%}, {shares['beyond']:.6%}, {row['seconds']:.1f} s"
    )
    return row


def measure_earth(options: argparse.Namespace) -> list[dict[str, Any]]:
    return [
        lesson(options, Clock(), "Earth's"),
        lesson(options, Clock(), "Earth's, real-valued instants", continuous=True),
        lesson(options, Clock(), "Earth's, 5 % of labels wrong", wrong=0.05),
    ]


def measure_random(options: argparse.Namespace) -> list[dict[str, Any]]:
    count = 3 if options.quick else RANDOM
    return [lesson(options, Clock.random(seed), f"random {seed}") for seed in range(count)]


def measure_few(options: argparse.Namespace) -> list[dict[str, Any]]:
    """Earth's clock from few samples, seed by seed."""
    rows = []
    for n in (1024, 4096):
        for seed in range(4 if options.quick else FEW_SEEDS):
            clock, rng = Clock(), np.random.default_rng([options.seed, n, seed])
            t = clock.sample(n, rng=rng)
            learned = learn_clock(t, clock.digits(t), clock.radices, seed=seed)
            shares = []
            for beyond in (0.0, BEYOND):
                unseen = clock.sample(100_000, rng=rng, beyond=beyond)
                shares.append(exact_match(learned.network.read(unseen), clock.digits(unseen)))
            rows.append(
                {
                    "samples": n,
                    "seed": seed,
                    "in_range": shares[0],
                    "beyond": shares[1],
                    "seconds": learned.seconds,
                }
            )
            common.say(f"  {n} samples, seed {seed}: {shares[0]:.5%}, {shares[1]:.5%}")
    return rows


def tables_few(rows: list[dict[str, Any]]) -> list[str]:
    head = ["samples", "seeds", "100 % in range", "100 % around", "worst in range", "slowest"]
    lines = []
    for n in sorted({row["samples"] for row in rows}):
        mine = [row for row in rows if row["samples"] == n]
        lines.append(
            [
                f"{n:,}",
                str(len(mine)),
                str(sum(row["in_range"] == 1 for row in mine)),
                str(sum(row["beyond"] == 1 for row in mine)),
                f"{min(row['in_range'] for row in mine):.4%}",
                common.duration(max(row["seconds"] for row in mine)),
            ]
        )
    return common.table(head, lines)


def bars_few(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    bars = []
    for n in sorted({row["samples"] for row in rows}):
        mine = [row["in_range"] for row in rows if row["samples"] == n]
        right = sum(share == 1 for share in mine)
        name = f"Earth's clock from {n:,} samples, 100 % in range"
        bars.append(
            common.bar(name, f"{len(mine)} of {len(mine)} seeds", str(right), right == len(mine))
        )
    return bars


def measure_family(options: argparse.Namespace) -> list[dict[str, Any]]:
    """Other displays and the calendar, and what other networks make of them in as much time."""
    rows = []
    for name, (problem, years, beyond) in FAMILY.items():
        rng = np.random.default_rng([options.seed, len(name)])
        n = 1 << 16 if options.quick else SAMPLES
        n_test = 20_000 if options.quick else 200_000
        t = problem.sample(n, rng=rng, years=years)
        learned = learn_clock(t, problem.digits(t), problem.radices, seed=options.seed)
        shares = []
        for around in (0.0, beyond):
            unseen = problem.sample(n_test, rng=rng, years=years, beyond=around)
            shares.append(exact_match(learned.network.read(unseen), problem.digits(unseen)))
        rows.append(
            {
                "problem": name,
                "network": "epicycle",
                "in_range": shares[0],
                "beyond": shares[1],
                "n_test": n_test,
                "parameters": learned.parameters,
                "samples_seen": learned.samples_seen,
                "seconds": learned.seconds,
            }
        )
        common.say(f"  {name}: {shares[0]:.5%}, {shares[1]:.5%}, {learned.seconds:.1f} s")
        for entry in RIVALS:
            result, _ = enter_clock(
                entry, problem, seconds=learned.seconds, years=years, beyond=beyond, n_test=n_test,
                seed=options.seed,
            )  # fmt: skip
            rows.append(
                {
                    "problem": name,
                    "network": result.title,
                    "in_range": result.exact_match_in_range,
                    "beyond": result.exact_match_beyond,
                    "n_test": n_test,
                    "parameters": result.parameters,
                    "samples_seen": result.samples_seen,
                    "seconds": result.seconds,
                }
            )
            common.say(f"    {result.title}: {result.exact_match_in_range:.3%}")
    return rows


def tables_family(rows: list[dict[str, Any]]) -> list[str]:
    head = ["problem", "network", "in range", "around", "parameters", "samples", "time"]
    lines = [
        [
            row["problem"] if row["network"] == "epicycle" else "",
            row["network"],
            f"{np.floor(row['in_range'] * 1e6) / 1e4:.4f} %",
            f"{np.floor(row['beyond'] * 1e6) / 1e4:.4f} %",
            f"{row['parameters']:,}",
            f"{row['samples_seen']:,}",
            common.duration(row["seconds"]),
        ]
        for row in rows
    ]
    return common.table(head, lines)


def bars_family(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    bars = []
    for row in rows:
        if row["network"] != "epicycle":
            continue
        for where, key in (("in range", "in_range"), ("around", "beyond")):
            bars.append(
                common.bar(
                    f"{row['problem']}, {where}", ">= 99.99 %", f"{row[key]:.5%}",
                    row[key] >= 0.9999,
                )
            )  # fmt: skip
        limit = f"<= {FAMILY_SECONDS:.0f} s"
        quick = row["seconds"] <= FAMILY_SECONDS
        bars.append(common.bar(row["problem"], limit, common.duration(row["seconds"]), quick))
    return bars


def tables(rows: list[dict[str, Any]]) -> list[str]:
    def percent(share: float) -> str:
        return "100 %" if share == 1 else f"{np.floor(share * 1e6) / 1e4:.4f} %"

    head = ["clock", "day", "radices", "in range", "1,200 years around", "before the refit"]
    head += ["samples seen", "gears", "time"]
    return common.table(
        head,
        [
            [
                row["clock"],
                f"{row['day_length']:.9g} s",
                ",".join(map(str, row["radices"])),
                percent(row["in_range"]),
                percent(row["beyond"]),
                percent(row["in_range_before_refit"]),
                f"{row['samples_seen']:,}",
                " : ".join(map(str, row["gears"])) or "none",
                common.duration(row["seconds"]),
            ]
            for row in rows
        ],
    )


def _bars(
    rows: list[dict[str, Any]], in_range: float, beyond: float | None
) -> list[dict[str, Any]]:
    name = rows[0]["clock"] if len(rows) == 1 else f"{len(rows)} random clocks"
    limits = [("in range", "in_range", in_range), ("1,200 years around", "beyond", beyond)]
    bars = []
    for where, key, limit in limits:
        if limit is not None:
            worst = min(row[key] for row in rows)
            need = "100 %" if limit == 1 else f">= {limit:.2%}"
            bars.append(common.bar(f"{name}, {where}", need, f"{worst:.5%}", worst >= limit))
    slowest = max(row["seconds"] for row in rows)
    bars.append(
        common.bar(name, f"<= {SECONDS:.0f} s", common.duration(slowest), slowest <= SECONDS)
    )
    most = max(row["parameters"] for row in rows)
    bars.append(common.bar(name, f"<= {PARAMETERS:,} parameters", str(most), most <= PARAMETERS))
    return bars


def bars_earth(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    whole, real, noisy = ([row] for row in rows)
    return _bars(whole, 1.0, 1.0) + _bars(real, 0.999, None) + _bars(noisy, 0.999, None)


def bars_random(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return _bars(rows, 0.9999, 0.999)


SECTIONS = [
    common.Section("earth", "Earth's clock", measure_earth, tables, bars_earth, ("torch",)),
    common.Section("random", "Random clocks", measure_random, tables, bars_random, ("torch",)),
    common.Section(
        "few", "Earth's clock from few samples", measure_few, tables_few, bars_few, ("torch",)
    ),
    common.Section(
        "family",
        "Displays and the calendar",
        measure_family,
        tables_family,
        bars_family,
        ("torch",),
    ),
]


def main() -> None:
    parser = common.parser(__doc__)
    parser.add_argument("--device", default="cpu", help="where to train")
    parser.add_argument("--threads", type=int, default=2, help="threads of torch")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    common.run("clock", SECTIONS, options)


if __name__ == "__main__":
    main()
