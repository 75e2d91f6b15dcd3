"""How fast, and how well, are many modes found one by one: what a pulsator needs, prewhitening?

Simulated space photometry: a steady cadence with gaps, sinusoids whose amplitudes span two decades,
white noise.  epicycle's search against cuPeriod's prewhitening, in one run.
"""

from __future__ import annotations

import argparse
import itertools
import json
import math
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import common

#: Shortest period for everyone, in days.
SHORTEST = 1 / 50

#: What limits the threads of BLAS and OpenMP: everyone is measured with nothing said, as most users
#: run, where threads that wait for each other count as CPU time too; and held to one.
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")

#: A mode is recovered if the frequency nearest to it is within this many times the bound.
SIGMAS = 3.0


@dataclass(frozen=True)
class Setting:
    """What is simulated: times in days, frequencies in cycles per day, noise 1.

    Attributes
    ----------
    samples, modes : int
        How many.
    cadence : float
        Between samples.
    segment, gap : float
        Length of what is observed in one go with the gap at its beginning, and of the gap.
    lowest, highest : float
        Limits of the frequencies, at least two line widths apart from each other.
    weakest : float
        Amplitude of the weakest mode; the strongest has 100 times as much.
    """

    samples: int
    modes: int
    cadence: float
    segment: float
    gap: float
    lowest: float
    highest: float
    weakest: float


SETTINGS = {
    # one month of two-minute cadence, a day lost at each download
    "month": Setting(20_000, 15, 2 / 1440, 13.7, 1.0, 4.0, 48.0, 0.1),
    # four years of half-hour cadence in quarters; beyond 24.5 per day the cadence itself is a clock
    # that light travel time bends
    "years": Setting(67_578, 14, 29.424 / 1440, 93.0, 1.5, 1.0, 23.0, 0.06),
}


def simulate(setting: Setting, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return times, values, frequencies and amplitudes."""
    rng = np.random.default_rng([seed, setting.samples])
    t = np.arange(2 * setting.samples) * setting.cadence
    t = t[t % setting.segment >= setting.gap][: setting.samples]
    # barycentric times: the light of a source off the ecliptic arrives up to eight minutes apart
    t = t + 0.0057 * np.sin(2 * math.pi * t / 365.25)
    width = 1.0 / (t[-1] - t[0])
    frequency: list[float] = []
    while len(frequency) < setting.modes:
        one = rng.uniform(setting.lowest, setting.highest)
        if all(abs(one - other) > 2 * width for other in frequency):
            frequency.append(one)
    amplitude = setting.weakest * 10 ** rng.permutation(np.linspace(0, 2, setting.modes))
    y = rng.normal(size=len(t))
    for f, a in zip(frequency, amplitude, strict=True):
        y += a * np.cos(2 * math.pi * (f * t + rng.uniform()))
    return t, y, np.array(frequency), amplitude


# ---- The contenders --------------------------------------------------------------------------


def by_epicycle(harmonics: int | None) -> Callable[..., tuple[list[float], list[float]]]:
    from epicycle import find_cycles

    options = {} if harmonics is None else {"harmonics": harmonics}

    def find(t: np.ndarray, y: np.ndarray) -> tuple[list[float], list[float]]:
        model = find_cycles(t, y, minimum_period=SHORTEST, **options)
        return (
            [line.frequency for line in model.lines],
            [line.frequency_error for line in model.lines],
        )

    return find


def by_cuperiod() -> Callable[..., tuple[list[float], list[float]]]:
    from cuperiod import PreWhitenSettings, prewhiten

    def find(t: np.ndarray, y: np.ndarray) -> tuple[list[float], list[float]]:
        answer = prewhiten((t, y), settings=PreWhitenSettings(maximum_frequency=1 / SHORTEST))
        return (
            [float(c.frequency) for c in answer.components],
            [float(c.frequency_error) for c in answer.components],
        )

    return find


CONTENDERS = {
    "epicycle": lambda: by_epicycle(None),
    "epicycle, sinusoids": lambda: by_epicycle(1),
    "cuPeriod": by_cuperiod,
}


def child(job: dict[str, Any]) -> None:
    """Let one contender work on several series, one after the other, and report on stdout."""
    setting = Setting(**job["setting"])
    find = CONTENDERS[job["what"]]()
    rows = []
    for number in range(-1, job["series"]):
        t, y, frequency, amplitude = simulate(setting, job["seed"] + max(number, 0))
        started, used = time.perf_counter(), time.process_time()
        found, error = find(t, y)
        used, wall = time.process_time() - used, time.perf_counter() - started
        if number < 0:
            continue  # imports and plans: the first call does not count
        # Cramer-Rao: the times have nearly the variance of a full baseline; take their own
        bound = 1 / (math.pi * amplitude * np.sqrt(2 * ((t - t.mean()) ** 2).sum()))
        off, quoted = [], []
        for f, b in zip(frequency, bound, strict=True):
            if not found:
                off.append(math.inf)
                continue
            k = int(np.abs(np.array(found) - f).argmin())
            off.append(float((found[k] - f) / b))
            quoted.append(float(error[k] / b))
        hit = np.abs(off) < SIGMAS
        rows.append(
            {
                "cpu": used,
                "wall": wall,
                "recovered": int(hit.sum()),
                "found": len(found),
                "off": off,
                "quoted": quoted,
            }
        )
    print(json.dumps({"rows": rows, "version": common.version(job["package"])}))


def in_child(options: argparse.Namespace, job: dict[str, Any]) -> dict[str, Any]:
    peer = job["what"] == "cuPeriod" and common.version("cuperiod") is None
    if peer and options.peers is None:
        return {"not_measured": "cuperiod is not installed; --peers names an interpreter with it"}
    interpreter = options.peers if peer else sys.executable
    command = [interpreter, __file__, "--child", json.dumps(job)]
    environment = {k: v for k, v in os.environ.items() if k not in THREADS}
    if job["threads"] == "one":
        environment |= dict.fromkeys(THREADS, "1")
    answer = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if answer.returncode:
        last = (answer.stderr.strip().splitlines() or [f"status {answer.returncode}"])[-1]
        return {"not_measured": last}
    result: dict[str, Any] = json.loads(answer.stdout)
    return result


# ---- Section ---------------------------------------------------------------------------------


def measure(options: argparse.Namespace, name: str) -> dict[str, Any]:
    setting = SETTINGS[name]
    result: dict[str, Any] = {"setting": asdict(setting), "contenders": {}}
    for threads, what in itertools.product(("default", "one"), CONTENDERS):
        job = {
            "what": what,
            "threads": threads,
            "package": "cuperiod" if what == "cuPeriod" else "epicycle",
            "setting": asdict(setting),
            "series": 1 if options.quick else options.series,
            "seed": options.seed,
        }
        answer = in_child(options, job)
        if "rows" in answer:
            rows = answer["rows"]
            off = [o for row in rows for o in row["off"] if abs(o) < 10]
            answer.update(
                cpu=statistics.median(row["cpu"] for row in rows),
                wall=statistics.median(row["wall"] for row in rows),
                recovered=sum(row["recovered"] for row in rows),
                resolved=len(off),
                modes=setting.modes * len(rows),
                found=sum(row["found"] for row in rows),
                scatter=float(np.sqrt(np.mean(np.square(off)))) if off else None,
                quoted=statistics.median(q for row in rows for q in row["quoted"]),
            )
        result["contenders"][f"{what}; {threads}"] = answer
        common.say(
            f"  {name}, {what}, threads {threads}: {answer.get('cpu', answer.get('not_measured'))}"
        )
    return result


def tables(result: dict[str, Any]) -> list[str]:
    s = result["setting"]
    rows = []
    for name, r in result["contenders"].items():
        what, threads = name.split("; ")
        if "not_measured" in r:
            reason = f"not measured: {r['not_measured']}"
            rows.append([what, threads, reason, "", "", "", "", "", ""])
            continue
        own = result["contenders"][f"epicycle; {threads}"]
        rows.append(
            [
                what,
                threads,
                common.duration(r["cpu"]),
                f"{r['cpu'] / own['cpu']:.1f}" if "cpu" in own else "-",
                f"{r['recovered']} of {r['modes']}",
                f"{r['resolved']} of {r['modes']}",
                r["found"] - r["resolved"],
                common.number(r["scatter"], ".2f"),
                common.number(r["quoted"], ".2f"),
            ]
        )
    return [
        f"{s['samples']} samples, {s['modes']} modes",
        "",
        *common.table(
            [
                "",
                "threads",
                "CPU time",
                "over epicycle's",
                "within 3 sigma",
                "within 10",
                "others",
                "scatter / bound",
                "quoted / bound",
            ],
            rows,
        ),
    ]


def bars(result: dict[str, Any], least: float) -> list[dict[str, Any]]:
    s, found = result["setting"], result["contenders"]
    own = found["epicycle, sinusoids; default"]
    if "cpu" not in own:
        return []
    what = f"{s['samples']} samples, {s['modes']} modes"
    # the error of a frequency is beyond 3 sigma in 0.27 % of all cases, at the bound itself
    enough = own["modes"] - math.ceil(3 * 0.0027 * own["modes"])
    result_bars = [
        common.bar(
            f"{what}: recovered",
            "all, but for one in 370 by chance",
            f"{own['recovered']} of {own['modes']} within 3 sigma, {own['resolved']} within 10",
            own["resolved"] == own["modes"] and own["recovered"] >= enough,
        ),
        common.bar(
            f"{what}: scatter over the bound",
            "1, to 3 of its errors",
            f"{own['scatter']:.2f}",
            abs(own["scatter"] - 1) < 3 / math.sqrt(2 * own["modes"]),
        ),
    ]
    for threads in ("default", "one"):
        peer = found[f"cuPeriod; {threads}"]
        measured, met = "-", None
        if "cpu" in peer:
            whole, plain = (
                peer["cpu"] / found[f"{n}; {threads}"]["cpu"]
                for n in ("epicycle", "epicycle, sinusoids")
            )
            measured = f"{plain:.1f} x with sinusoids, {whole:.1f} x by default"
            met = plain >= least
        result_bars.append(
            common.bar(f"{what}: CPU time, {threads} thread(s)", f">= {least:.0f} x", measured, met)
        )
    return result_bars


SECTIONS = [
    common.Section(
        "month",
        "One month of two-minute cadence",
        lambda options: measure(options, "month"),
        tables,
        lambda result: bars(result, 5.0),
    ),
    common.Section(
        "years",
        "Four years of half-hour cadence",
        lambda options: measure(options, "years"),
        tables,
        lambda result: bars(result, 4.0),
    ),
]


def main() -> None:
    parser = common.parser(__doc__)
    parser.add_argument("--child", help=argparse.SUPPRESS)
    parser.add_argument("--series", type=int, default=5, help="simulated series per setting")
    parser.add_argument(
        "--peers",
        default=os.environ.get("EPICYCLE_PEERS"),
        help="Python interpreter of an environment with cuperiod, if it is not in this one",
    )
    options = parser.parse_args()
    if options.child:
        child(json.loads(options.child))
    else:
        common.run("modes", SECTIONS, options)


if __name__ == "__main__":
    main()
