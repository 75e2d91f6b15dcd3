"""How far does the search reach: any baseline, weak signals, photons, and at what cost?

Success, time and memory of the ladder of pairs and of the planner, against the dense search, peers
and the theory rho * sqrt(n_pairs / 2).
"""

from __future__ import annotations

import argparse
import gzip
import itertools
import json
import math
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from epicycle.limits import SEARCH
from epicycle.search.pairs import MOST_PAIRS

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import common
from epicycle import CycleModel, find_cycles
from epicycle.evidence.significance import power_threshold
from epicycle.search.ladder import rungs_within
from epicycle.search.pairs import close_pairs, count_pairs
from epicycle.spectra.plan import grid

YEARS_120 = 120 * 365.25 * 86400.0
SCALING = tuple(10.0**k for k in range(5, 14))
SECONDS_LIMIT, MEMORY_LIMIT = 240.0, 12e9
#: What takes the peers' 5 frequencies per 1/T above this size would not fit into memory: 1 is used.
FIVE_UPTO = 1e7
MAP_SAMPLES = (300, 1000, 3000, 10_000)
MAP_RATIOS = (1.0, 0.5, 0.3, 0.2, 0.14, 0.1, 0.07)
MAP_SIZE = 1e5
VISIBLE = 7.0
BUDGET = 2.0**29
#: Frequency at the file's time PULSAR_TIME, its drift, and how well both are known.
PULSAR_FREQUENCY, PULSAR_FREQUENCY_ERROR = 205.53069908994, 2e-11
PULSAR_DRIFT, PULSAR_DRIFT_ERROR = -4.2962e-16, 6.0e-19
PULSAR_TIME = 110060736.3
ORBIT = 1.743e-4


# ---- One sinusoid ----------------------------------------------------------------------------


def sinusoid(seed: Any, n: int, baseline: float, band: float, noise: float) -> tuple[Any, ...]:
    """Return times, values with amplitude 1, and the frequency, in the upper 98 % of the band."""
    rng = np.random.default_rng(seed)
    t = np.sort(rng.uniform(0, baseline, n))
    frequency = rng.uniform(0.02, 1.0) * band
    y = np.cos(2 * np.pi * (np.float64(frequency) * t.astype(np.longdouble) % 1 + rng.uniform()))
    return t, y.astype(np.float64) + noise * rng.normal(size=n), frequency


def trial(
    seed: Any,
    n: int,
    baseline: float,
    band: float,
    noise: float,
    near: float = 0.1,
    **options: Any,
) -> dict[str, Any]:
    """Search for one sinusoid; what is within `near` of it, in units of 1/T, is right."""
    t, y, frequency = sinusoid(seed, n, baseline, band, noise)
    started, used = time.perf_counter(), time.process_time()
    model = find_cycles(t, y, minimum_period=1 / band, **options)
    seconds, cpu = time.perf_counter() - started, time.process_time() - used
    off = [abs(c.frequency - frequency) * baseline for c in model.cycles]
    return {
        "seconds": seconds,
        "cpu": cpu,
        "limit": float(model.amplitude_limit),
        "strategy": model.search.strategy,
        "right": bool(off) and min(off) < near,
        "cycles": len(off),
        "false": sum(o >= near for o in off),
        "undecided": any("not decided" in note for note in model.undecided),
    }


def summary(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "trials": len(rows),
        "right": sum(r["right"] for r in rows),
        "false": sum(r["false"] > 0 for r in rows),
        "undecided": sum(r["undecided"] and not r["cycles"] for r in rows),
        "silent": sum(not r["undecided"] and not r["cycles"] for r in rows),
        "median_seconds": statistics.median(r["seconds"] for r in rows),
        "max_seconds": max(r["seconds"] for r in rows),
        "median_cpu": statistics.median(r["cpu"] for r in rows),
    }


def trials(count: int, label: str, seed: int, *args: Any, **options: Any) -> dict[str, Any]:
    rows = []
    for k in range(count):
        rows.append(trial([seed, k], *args, **options))
        if k % 20 == 19:
            common.say(f"  {label}: {k + 1} of {count}")
    return {"case": label, **summary(rows)}


def theory(n: int, baseline: float, band: float, ratio: float) -> dict[str, float]:
    """Return the height of a line among the pairs of the longest window that the budget allows.

    "deviations" is rho sqrt(n_pairs / 2); "power" is the coherent power over its threshold.
    """
    t = np.sort(np.random.default_rng(0).uniform(0, baseline, n))
    plan = grid(1 / baseline, band, 1 / (SEARCH.points_per_peak * baseline))
    longest = rungs_within(t, plan, BUDGET)[-1].window
    pairs = min(count_pairs(t, longest), MOST_PAIRS)
    share = ratio**2 / (ratio**2 + 2)
    width = band * math.sqrt(4 * math.pi * t.var())
    threshold = (n - 2) * power_threshold(0.01, n - 2, width)
    return {
        "window": longest,
        "deviations": share * math.sqrt(pairs / 2),
        "power": n * share / threshold,
    }


def table_trials(result: dict[str, Any]) -> list[str]:
    return common.table(
        [
            "case",
            "trials",
            "right",
            "with false cycles",
            '"cannot decide"',
            "no cycle, no note",
            "median",
            "longest",
            "CPU",
            "theory, deviations",
        ],
        [
            [
                r["case"],
                r["trials"],
                r["right"],
                r["false"],
                r["undecided"],
                r["silent"],
                common.duration(r["median_seconds"]),
                common.duration(r["max_seconds"]),
                common.duration(r["median_cpu"]),
                f"{r['theory']['deviations']:.1f}" if "theory" in r else "",
            ]
            for r in result["rows"]
        ],
    )


def measure_clock(options: argparse.Namespace) -> dict[str, Any]:
    count = 20 if options.quick else 200
    args = (3000, YEARS_120, 0.5, 0.5)
    return {"rows": [trials(count, "120 years, N = 3000, noise 0.5", options.seed, *args)]}


def bars_clock(result: dict[str, Any]) -> list[dict[str, Any]]:
    (r,) = result["rows"]
    return [
        _all_right(r),
        common.bar(
            r["case"],
            "median <= 0.5 s",
            _timed(r["median_seconds"], r),
            r["median_seconds"] <= 0.5,
        ),
        common.bar(r["case"], "no false cycle", f"{r['false']}", r["false"] == 0),
    ]


def _timed(seconds: float, r: dict[str, Any]) -> str:
    return f"{common.duration(seconds)} ({common.duration(r['median_cpu'])} of CPU time)"


def _all_right(r: dict[str, Any]) -> dict[str, Any]:
    measured = f"{r['right']} of {r['trials']}"
    return common.bar(r["case"], "all right", measured, r["right"] == r["trials"])


def measure_few(options: argparse.Namespace) -> dict[str, Any]:
    count = 10 if options.quick else 50
    args = (300, YEARS_120, 0.5, 0.0)
    return {"rows": [trials(count, "120 years, N = 300, noise-free", options.seed, *args)]}


def bars_few(result: dict[str, Any]) -> list[dict[str, Any]]:
    (r,) = result["rows"]
    longest = r["max_seconds"]
    return [
        _all_right(r),
        common.bar(r["case"], "<= 5 s each", common.duration(longest), longest <= 5),
    ]


def measure_wide(options: argparse.Namespace) -> dict[str, Any]:
    rows = []
    for ratio in (1.0, 0.7, 0.6, 0.5, 0.35, 0.25):
        count = (60 if ratio == 1 else 20) if not options.quick else (6 if ratio == 1 else 2)
        label = f"T B = 1e12, N = 1e4, amplitude/noise {ratio:g}"
        row = trials(count, label, options.seed, 10_000, 1e6, 1e6, 1 / ratio)
        rows.append({**row, "theory": theory(10_000, 1e6, 1e6, ratio)})
    return {"rows": rows}


def bars_wide(result: dict[str, Any]) -> list[dict[str, Any]]:
    bars = []
    for r in result["rows"]:
        if r["theory"]["deviations"] >= 8:
            share = r["right"] / r["trials"]
            bars.append(common.bar(r["case"], ">= 99 % right", f"{share:.0%}", share >= 0.99))
        middle = r["median_seconds"]
        bars.append(common.bar(r["case"], "median <= 2 s", _timed(middle, r), middle <= 2))
        wrong = r["false"] / r["trials"]
        bars.append(common.bar(r["case"], "false cycles <= 1 %", f"{wrong:.0%}", wrong <= 0.01))
        bars.append(
            common.bar(r["case"], "silent misses: none", str(r["silent"]), r["silent"] == 0)
        )
    return bars


# ---- Photons ---------------------------------------------------------------------------------


def photons(options: argparse.Namespace) -> tuple[np.ndarray, np.ndarray]:
    """Return arrival times and weights of the pulsar J0030+0451."""
    name = "fermi_j0030_photons.csv.gz"
    folders = [options.data, *map(Path, filter(None, [os.environ.get("EPICYCLE_DATA")]))]
    for folder in folders:
        if (folder / name).exists():
            with gzip.open(folder / name, "rt") as file:
                table = np.loadtxt(file, delimiter=",", skiprows=1)
            return table[:, 0], table[:, 1]
    raise common.NotMeasuredError(f"{name} is neither in --data nor in $EPICYCLE_DATA")


def measure_pulsar(options: argparse.Namespace) -> dict[str, Any]:
    photons(options)  # absent data are noticed here
    answer = in_child(options, {"what": "pulsar"})
    if "not_measured" in answer:
        raise common.NotMeasuredError(answer["not_measured"])
    return answer


def pulsar_answer(options: argparse.Namespace) -> dict[str, Any]:
    t, w = photons(options)
    started = time.perf_counter()
    model = find_cycles(t, weights=w, minimum_period=1 / 256, maximum_period=1.0, drift=True)
    result: dict[str, Any] = {
        "seconds": time.perf_counter() - started,
        "baseline": model.baseline,
        "photons": len(t),
        "cycles": len(model.cycles),
    }
    if not model.cycles:
        return result
    c = model.cycles[0]
    away = model.reference_time - PULSAR_TIME
    truth = PULSAR_FREQUENCY + PULSAR_DRIFT * away
    truth_error = math.hypot(PULSAR_FREQUENCY_ERROR, PULSAR_DRIFT_ERROR * away)
    return {
        **result,
        "reference_time": model.reference_time,
        "frequency": c.frequency,
        "frequency_error": c.frequency_error,
        "pull": (c.frequency - truth) / math.hypot(c.frequency_error, truth_error),
        "drift": c.frequency_drift,
        "drift_error": c.frequency_drift_error,
        "drift_pull": (c.frequency_drift - PULSAR_DRIFT)
        / math.hypot(c.frequency_drift_error, PULSAR_DRIFT_ERROR),
        "z": [[h, value] for h, value in enumerate(c.statistics.power, start=1)],
        "h": c.statistics.h,
        "z_squared_2": c.statistics.z_squared[1],
        "aliases": [[a.frequency - c.frequency, a.power_ratio] for a in c.aliases],
        "orbit_listed": any(abs(abs(a.frequency - c.frequency) - ORBIT) < 2e-6 for a in c.aliases),
    }


def tables_pulsar(r: dict[str, Any]) -> list[str]:
    if not r["cycles"]:
        return ["nothing found"]
    rows = [
        ["time", common.duration(r["seconds"])],
        ["peak memory", f"{r['peak'] / 1e6:.0f} MB"],
        ["cycles", r["cycles"]],
        ["frequency", f"{r['frequency']:.14g} ± {r['frequency_error']:.1e} Hz"],
        ["its pull", f"{r['pull']:+.2f}"],
        ["drift", f"{r['drift']:.5g} ± {r['drift_error']:.1e} Hz/s"],
        ["its pull", f"{r['drift_pull']:+.2f}"],
        ["z of the harmonics", ", ".join(f"{h}: {z:.0f}" for h, z in r["z"])],
        ["aliases", ", ".join(f"{d:+.4g} Hz ({p:.2f})" for d, p in r["aliases"])],
    ]
    return common.table(["J0030+0451, blind, 1-256 Hz", ""], rows)


def bars_pulsar(r: dict[str, Any]) -> list[dict[str, Any]]:
    what = "J0030+0451"
    if not r["cycles"]:
        return [common.bar(what, "found", "nothing", False)]
    z = dict(map(tuple, r["z"]))
    return [
        common.bar(what, "frequency within 3", f"{r['pull']:+.2f}", abs(r["pull"]) <= 3),
        common.bar(what, "drift within 3", f"{r['drift_pull']:+.2f}", abs(r["drift_pull"]) <= 3),
        common.bar(what, "<= 10 s", common.duration(r["seconds"]), r["seconds"] <= 10),
        common.bar(what, "<= 1 GB", f"{r['peak'] / 1e9:.2f} GB", r["peak"] <= 1e9),
        common.bar(what, "z1 >= 680", f"{z.get(1, 0):.0f}", z.get(1, 0) >= 680),
        common.bar(what, "z2 >= 515", f"{z.get(2, 0):.0f}", z.get(2, 0) >= 515),
        common.bar(what, "orbit an alias", str(r["orbit_listed"]), r["orbit_listed"]),
        common.bar(what, "one cycle", str(r["cycles"]), r["cycles"] == 1),
    ]


def simulated(
    rng: np.random.Generator, t: np.ndarray, w: np.ndarray, f: float, drift: float, fraction: float
) -> np.ndarray:
    """Return arrival times with the exposure of the real ones.

    Each photon is of the source with the probability that is its weight, and then arrives at the
    rate 1 + fraction * cos(phase); the phase is counted from PULSAR_TIME.
    """
    source = rng.uniform(size=len(t)) < w
    result, todo = np.empty(len(t)), np.arange(len(t))
    while len(todo):
        tried = t[todo] + rng.uniform(-500, 500, len(todo))
        # offsets below 2^28 s at steps of 3e-8 s: the phase is good to 1e-5 turns at 300 Hz
        x = (tried - PULSAR_TIME).astype(np.longdouble)
        turns = (f * x + 0.5 * drift * x**2) % 1
        rate = 1 + fraction * source[todo] * np.cos(2 * np.pi * turns.astype(np.float64))
        accepted = rng.uniform(size=len(todo)) * (1 + fraction) < rate
        result[todo[accepted]] = tried[accepted]
        todo = todo[~accepted]
    return result


def measure_simulated(options: argparse.Namespace) -> dict[str, Any]:
    t, w = photons(options)
    count = 6 if options.quick else 20
    rows = []
    for k, fraction in enumerate(np.linspace(0.1, 0.8, count)):
        rng = np.random.default_rng([options.seed, 5, k])
        f, drift = float(np.exp(rng.uniform(0, np.log(300)))), -1e-14 * rng.uniform()
        times = simulated(rng, t, w, f, drift, float(fraction))
        # the band ends beyond its pulsars
        model = find_cycles(
            times, weights=w, minimum_period=1 / 310, maximum_period=1.1, drift=True
        )
        there = f + drift * (model.reference_time - PULSAR_TIME)
        off = [abs(c.frequency - there) * model.baseline for c in model.cycles]
        rows.append(
            {
                "fraction": float(fraction),
                # photons of weight w are modulated by w * fraction, and count w times
                "modulation": float(fraction * (w**2).sum() / w.sum()),
                "frequency": f,
                "drift": drift,
                "found": bool(off) and min(off) < 0.1,
                "invented": sum(o >= 0.1 for o in off),
                "invented_at": [c.frequency / f for c in model.cycles],
                "limit": model.amplitude_limit,
                "undecided": bool(model.undecided),
                "seconds": model.seconds,
            }
        )
        common.say(f"  simulated pulsars: {k + 1} of {count}")
    return {"rows": rows}


def tables_simulated(result: dict[str, Any]) -> list[str]:
    return common.table(
        [
            "pulsed fraction",
            "modulation",
            "stated limit",
            "frequency",
            "drift",
            "",
            "invented",
            "time",
        ],
        [
            [
                f"{r['fraction']:.2f}",
                f"{r['modulation']:.3f}",
                f"{r['limit']:.3f}",
                f"{r['frequency']:.4f}",
                f"{r['drift']:.1e}",
                "found" if r["found"] else "missed",
                r["invented"],
                common.duration(r["seconds"]),
            ]
            for r in result["rows"]
        ],
    )


def bars_simulated(result: dict[str, Any]) -> list[dict[str, Any]]:
    above = [r for r in result["rows"] if r["modulation"] > r["limit"]]
    found, invented = sum(r["found"] for r in above), sum(r["invented"] for r in result["rows"])
    return [
        common.bar(
            "simulated pulsars above the stated limit",
            "all found",
            f"{found} of {len(above)}",
            found == len(above),
        ),
        common.bar("simulated pulsars", "none invented", str(invented), invented == 0),
    ]


# ---- Cost ------------------------------------------------------------------------------------


def installed(options: argparse.Namespace, package: str) -> bool:
    """Return whether a peer can be measured, here or by the interpreter given for peers."""
    if common.version(package) is not None:
        return True
    if options.peers is None:
        return False
    code = f"import importlib.metadata as m; print(m.version({package!r}))"
    answer = subprocess.run([options.peers, "-c", code], capture_output=True, check=False)
    return answer.returncode == 0


def in_child(options: argparse.Namespace, job: dict[str, Any]) -> dict[str, Any]:
    """Return what a fresh process measures, within the limits of time and memory."""
    peers_only = job["what"] == "cuPeriod" and common.version("cuperiod") is None
    interpreter = options.peers if peers_only else sys.executable
    command = [interpreter, __file__, "--child", json.dumps(job), "--seed", str(options.seed)]
    command += ["--data", str(options.data)]
    try:
        # imports and the making of the data do not count: half as long again for them
        child = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=1.5 * SECONDS_LIMIT
        )
    except subprocess.TimeoutExpired:
        return {"not_measured": f"more than {SECONDS_LIMIT:.0f} s"}
    if child.returncode:
        last = (child.stderr.strip().splitlines() or [f"status {child.returncode}"])[-1]
        out = "MemoryError" in child.stderr or "alloc" in child.stderr or child.returncode < 0
        return {"not_measured": f"more than {MEMORY_LIMIT / 1e9:.0f} GB of memory" if out else last}
    answer: dict[str, Any] = json.loads(child.stdout)
    if answer["seconds"] > SECONDS_LIMIT:
        return {"not_measured": f"more than {SECONDS_LIMIT:.0f} s"}
    return answer


def child(options: argparse.Namespace) -> None:
    """Do one thing, then report it, time and memory on stdout."""
    job = json.loads(options.child)
    resource.setrlimit(resource.RLIMIT_DATA, (int(MEMORY_LIMIT), int(MEMORY_LIMIT)))
    if job["what"] == "pulsar":
        answer = pulsar_answer(options)
    else:
        answer = scaling_answer(job["what"], job["size"], options.seed)
    print(json.dumps(common._plain({**answer, "peak": common.peak_memory()})))


def scaling_answer(what: str, size: float, seed: int) -> dict[str, Any]:
    per_peak = SEARCH.points_per_peak if size <= FIVE_UPTO else 1
    baseline, n = 1e6, math.ceil(per_peak * size)
    band = size / baseline
    t, y, frequency = sinusoid([seed, 6], 3000, baseline, band, 0.5)
    extra: dict[str, Any] = {}
    if what == "epicycle":
        started, used = time.perf_counter(), time.process_time()
        model: CycleModel = find_cycles(t, y, minimum_period=1 / band, max_cycles=1)
        seconds, cpu = time.perf_counter() - started, time.process_time() - used
        found = model.cycles[0].frequency if model.cycles else None
        extra = {"strategy": model.search.strategy}
    else:
        step = (band - 1 / baseline) / (n - 1)
        if what == "cuPeriod":
            step = 1 / (per_peak * baseline)  # it lays out the grid itself
        evaluate = peer(what, t, y, 1 / baseline, band, n, per_peak)
        started, used = time.perf_counter(), time.process_time()
        power = evaluate()
        found = 1 / baseline + step * int(np.argmax(power))
        seconds, cpu = time.perf_counter() - started, time.process_time() - used
        extra = {"per_peak": per_peak}
    off = None if found is None else abs(found - frequency) * baseline
    return {"seconds": seconds, "cpu": cpu, "off": off, **extra}


def peer(
    what: str, t: Any, y: Any, lowest: float, highest: float, n: int, per_peak: int
) -> Callable[[], Any]:
    """Return a function that evaluates the power on the whole grid."""
    if what == "nifty-ls":
        import nifty_ls

        return lambda: nifty_ls.lombscargle(t, y, fmin=lowest, fmax=highest, Nf=n).power
    if what == "astropy fast":
        from astropy.timeseries import LombScargle

        def evaluate() -> Any:
            frequency = lowest + (highest - lowest) / (n - 1) * np.arange(n)
            return LombScargle(t, y).power(frequency, method="fast", assume_regular_frequency=True)

        return evaluate
    from cuperiod import periodogram
    from cuperiod.core.grid import uniform_frequency_grid

    def gls() -> Any:
        uniform = uniform_frequency_grid(
            1 / lowest,
            maximum_frequency=highest,
            minimum_frequency=lowest,
            samples_per_peak=per_peak,
        )
        return periodogram((t, y, np.ones_like(t)), "GLS", backend="cpu", grid=uniform).power

    return gls


def measure_scaling(options: argparse.Namespace) -> dict[str, Any]:
    rows = []
    for what, package in (
        ("epicycle", "epicycle"),
        ("nifty-ls", "nifty-ls"),
        ("astropy fast", "astropy"),
        ("cuPeriod", "cuperiod"),
    ):
        reason = None if installed(options, package) else "not installed"
        for size in SCALING:
            row: dict[str, Any] = {"what": what, "size": size}
            if reason is None:
                repeats = 1 if options.quick or what != "epicycle" else 5
                answers = [in_child(options, row) for _ in range(repeats)]
                failed = [a for a in answers if "not_measured" in a]
                row.update(failed[0] if failed else min(answers, key=lambda a: a["seconds"]))
                common.say(f"  {what}, T B = {size:.0e}: {row.get('seconds', 'not measured')}")
                if failed:
                    # what fails here fails at every larger size
                    reason = f"{failed[0]['not_measured']} at T B = {size:.0e}"
                    if options.quick and size < 1e7:
                        reason += " (quick)"
            else:
                row["not_measured"] = reason
            rows.append(row)
            if options.quick and what != "epicycle" and size >= 1e7 and reason is None:
                reason = "left out by --quick"
    return {"rows": rows}


def tables_scaling(result: dict[str, Any]) -> list[str]:
    rows = []
    for r in result["rows"]:
        if "not_measured" in r:
            rows.append(
                [r["what"], f"{r['size']:.0e}", f"not measured: {r['not_measured']}", "", "", ""]
            )
        else:
            off = "nothing" if r["off"] is None else f"{r['off']:.3f}"
            cost = [common.duration(r[key]) for key in ("seconds", "cpu")]
            cost.append(f"{r['peak'] / 1e6:.0f} MB")
            rows.append([r["what"], f"{r['size']:.0e}", *cost, off])
    return common.table(["", "T B", "time", "CPU time", "peak memory", "error, in 1/T"], rows)


def bars_scaling(result: dict[str, Any]) -> list[dict[str, Any]]:
    rows = {(r["what"], r["size"]): r for r in result["rows"] if "seconds" in r}
    own = [rows.get(("epicycle", size)) for size in (1e8, 1e12)]
    bars = []
    if all(own):
        growth = own[1]["seconds"] / own[0]["seconds"]
        by_cpu = own[1]["cpu"] / own[0]["cpu"]
        measured = f"{growth:.1f} x, of CPU time {by_cpu:.1f} x"
        bars.append(common.bar("time, T B from 1e8 to 1e12", "< 10 x", measured, growth < 10))
        peaks = own[1]["peak"] / own[0]["peak"]
        bars.append(
            common.bar("memory, T B from 1e8 to 1e12", "flat", f"{peaks:.2f} x", peaks < 1.5)
        )
    # at 1e8 nifty-ls may not fit: then its time there is at least that of the largest that does
    peers = [size for what, size in rows if what == "nifty-ls" and size <= 1e8]
    if peers and own[0]:
        size = max(peers)
        ratio = rows[("nifty-ls", size)]["seconds"] / own[0]["seconds"]
        by_cpu = rows[("nifty-ls", size)]["cpu"] / own[0]["cpu"]
        at = " (one frequency per 1/T)" if size == 1e8 else f" (nifty-ls at {size:.0e} only)"
        bars.append(
            common.bar(
                "nifty-ls over epicycle at T B = 1e8",
                ">= 50",
                f"{ratio:.0f}, of CPU time {by_cpu:.0f}{at}",
                ratio >= 50 if size == 1e8 or ratio >= 50 else None,
            )
        )
    return bars


# ---- Reach -----------------------------------------------------------------------------------


def measure_map(options: argparse.Namespace) -> dict[str, Any]:
    count = 2 if options.quick else 10
    rows = []
    for n, ratio in itertools.product(MAP_SAMPLES, MAP_RATIOS):
        band = MAP_SIZE / 1e6
        row: dict[str, Any] = {"samples": n, "ratio": ratio, "theory": theory(n, 1e6, band, ratio)}
        for strategy in ("ladder", "dense"):
            found = [
                trial(
                    [options.seed, 7, n, k],
                    n,
                    1e6,
                    band,
                    1 / ratio,
                    near=1.0,  # the weakest are known to 0.1/T only
                    strategy=strategy,
                    max_cycles=1,
                    harmonics=1,
                )
                for k in range(count)
            ]
            row[strategy] = summary(found)
        rows.append(row)
        common.say(f"  map: N = {n}, amplitude/noise {ratio:g}")
    return {"rows": rows, "size": MAP_SIZE}


def tables_map(result: dict[str, Any]) -> list[str]:
    def cell(s: dict[str, Any]) -> str:
        return f"{s['right']}/{s['trials']}"

    return common.table(
        [
            "N",
            "amplitude/noise",
            "deviations",
            "power/threshold",
            "ladder",
            "dense",
            "false",
            "ladder CPU",
            "dense CPU",
        ],
        [
            [r["samples"], r["ratio"]]
            + [f"{r['theory'][key]:.1f}" for key in ("deviations", "power")]
            + [cell(r["ladder"]), cell(r["dense"])]
            + [r["ladder"]["false"] + r["dense"]["false"]]
            + [common.duration(r[s]["median_cpu"]) for s in ("ladder", "dense")]
            for r in result["rows"]
        ],
    )


def bars_map(result: dict[str, Any]) -> list[dict[str, Any]]:
    # a line must stand out among the pairs, and its coherent power be significant
    visible = [
        r
        for r in result["rows"]
        if r["theory"]["deviations"] >= VISIBLE and r["theory"]["power"] >= 1.8
    ]
    right = sum(r["ladder"]["right"] for r in visible)
    total = sum(r["ladder"]["trials"] for r in visible)
    return [
        common.bar(
            f"ladder where theory says {VISIBLE:g} deviations or more, and a significant power",
            ">= 99 % right",
            f"{right} of {total}",
            right >= 0.99 * total,
        )
    ]


def measure_planner(options: argparse.Namespace) -> dict[str, Any]:
    sizes = (1e4, 1e5, 1e6) if options.quick else (1e4, 1e5, 3e5, 1e6, 3e6)
    noises = (0.5, 2.0) if options.quick else (0.5, 1.0, 2.0, 5.0, 8.0)
    rows = []
    for size, n, noise in itertools.product(sizes, (300, 10_000), noises):
        row: dict[str, Any] = {"size": size, "samples": n, "noise": noise}
        common_options = {"max_cycles": 1, "harmonics": 1}
        strategies = ["auto", "dense", "ladder"]
        results: dict[str, list[dict[str, Any]]] = {s: [] for s in strategies}
        for turn in range(5 if size <= 1e6 else 3):
            args = ([options.seed, 8, n, turn], n, 1e6, size / 1e6, noise)
            # in turns, every other one backwards
            for strategy in strategies[:: 1 if turn % 2 else -1]:
                # what a planner needs to know: how weak a line it is asked to see
                told = {"signal_to_noise": 1 / noise} if strategy == "auto" else {}
                results[strategy].append(trial(*args, strategy=strategy, **common_options, **told))
        for strategy, found in results.items():
            row[strategy] = {
                "trials": len(found),
                "right": sum(r["right"] for r in found),
                "false": sum(r["false"] for r in found),
                "seconds": statistics.median(r["seconds"] for r in found),
                "cpu": statistics.median(r["cpu"] for r in found),
                "limit": statistics.median(r["limit"] for r in found),
                "strategy": found[0]["strategy"],
            }
        row["better"] = max(("dense", "ladder"), key=lambda s: _success(row[s]))
        row["ratio"] = row["auto"]["cpu"] / row[row["better"]]["cpu"]
        row["as_good"] = row["auto"]["right"] >= row[row["better"]]["right"]
        rows.append(row)
        common.say(f"  planner: T B = {size:.0e}, N = {n}, noise {noise:g}: {row['ratio']:.2f}")
    return {"rows": rows}


def _success(answer: dict[str, Any]) -> tuple[int, float, float]:
    """Return the order of two strategies: found, or else the lower limit (to 25 %), or the time."""
    limit = 0.0 if answer["right"] else -round(math.log(answer["limit"]) / 0.25)
    return answer["right"], limit, -answer["cpu"]


def tables_planner(result: dict[str, Any]) -> list[str]:
    def cell(s: dict[str, Any]) -> str:
        said = f"{s['right']}/{s['trials']}" if s["right"] else f"below {s['limit']:.2g}"
        return f"{common.duration(s['cpu'])} ({said})"

    return common.table(
        ["T B", "N", "noise", "auto", "took", "dense", "ladder", "auto over better", "as good"],
        [
            [f"{r['size']:.0e}", r["samples"], r["noise"], cell(r["auto"]), r["auto"]["strategy"]]
            + [cell(r[s]) for s in ("dense", "ladder")]
            + [f"{r['ratio']:.2f} ({r['better']})", "yes" if r["as_good"] else "NO"]
            for r in result["rows"]
        ],
    )


def bars_planner(result: dict[str, Any]) -> list[dict[str, Any]]:
    rows = result["rows"]
    worst, good = max(r["ratio"] for r in rows), all(r["as_good"] for r in rows)
    name = f"planner, {len(rows)} settings"
    return [
        common.bar(name, "worst ratio of CPU time <= 1.3", f"{worst:.2f}", worst <= 1.3),
        common.bar(name, "as successful", str(sum(r["as_good"] for r in rows)), good),
    ]


# ---- Harmonics -------------------------------------------------------------------------------


def measure_harmonics(options: argparse.Namespace) -> dict[str, Any]:
    """Would summing harmonics within a rung pay?  Heights in the real pulsar, at its frequency."""
    t, w = photons(options)
    rows = []
    for power in range(12, 18):
        window = 2.0**power
        i, j = close_pairs(t, window)
        lag, product = t[j] - t[i], w[i] * w[j]
        middle = 0.5 * (t[i] + t[j])
        frequency = PULSAR_FREQUENCY + PULSAR_DRIFT * (middle - PULSAR_TIME)
        turns = np.asarray((frequency.astype(np.longdouble) * lag) % 1, dtype=np.float64)
        deviation = math.sqrt(float((product**2).sum()) / 2)
        heights = [
            float((product * np.cos(2 * np.pi * h * turns)).sum()) / deviation for h in range(1, 17)
        ]
        summed = np.cumsum(heights) / np.sqrt(np.arange(1, 17))
        rows.append(
            {
                "window": window,
                "pairs": len(i),
                "heights": heights,
                "best_single": max(heights),
                "summed": summed.tolist(),
            }
        )
    return {"rows": rows}


def tables_harmonics(result: dict[str, Any]) -> list[str]:
    orders = (1, 2, 3, 4, 8)
    return common.table(
        ["window", "pairs", *(f"{m} summed" for m in orders), "window times m, strongest line"],
        [
            [f"2^{math.log2(r['window']):.0f} s", r["pairs"]]
            + [f"{r['summed'][m - 1]:.1f}" for m in orders]
            + [", ".join(f"{r['best_single'] * math.sqrt(m):.1f}" for m in orders)]
            for r in result["rows"]
        ],
    )


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
