"""Phases, periods and shifts of simulated rhythms: how wrong they are, what their bands hold."""

from __future__ import annotations

import argparse
import time
from collections import Counter
from typing import Any

import numpy as np

import common
from epicycle import track
from rhythms.simulators import KINDS, crossing, red_noise, simulate

#: Highest rms error of the phase, in turns.
PHASE = {
    "drift": 0.011,
    "steep drift": 0.011,
    "period change": 0.016,
    "modulated": 0.022,
    "damped": 0.035,
    "diffusing": 0.035,
}

#: Range of periods that is looked in, hours.
BAND = (17.0, 34.0)

#: Half widths of the bands, in standard errors.
HALF = (1.0, 1.959964)


def count(options: argparse.Namespace, full: int) -> int:
    """Return how many series to simulate."""
    return max(2, round(full * options.scale * (0.05 if options.quick else 1.0)))


def share(values: list[float]) -> tuple[float, float]:
    """Return the mean over series and its error."""
    return float(np.mean(values)), float(np.std(values, ddof=1) / np.sqrt(len(values)))


# ---- Phases of all kinds -----------------------------------------------------------------------


def one_phase(job: tuple[int, str, int]) -> dict[str, Any]:
    seed, kind, number = job
    rng = np.random.default_rng([seed, 31, list(KINDS).index(kind), number])
    truth = simulate(kind, rng)
    begun = time.process_time()
    try:
        found = track(truth.t, truth.y, period=BAND, unit="h", trend=2 if kind == "damped" else 1)
    except Exception as error:  # a failure is a result: it is counted and named
        return {"failure": f"{type(error).__name__}: {error}"}
    seconds = time.process_time() - begun
    t = np.linspace(truth.t[0], truth.t[-1], 200)
    turns, error = found.turns(t)
    period, period_error = found.period(t)
    away = np.abs(truth.away(turns, t))
    off = np.abs(period - 1 / truth.frequency(t))
    return {
        "square": float(np.mean(away**2)),
        "phase": [float(np.mean(away < half * error)) for half in HALF],
        "period": [float(np.mean(off < half * period_error)) for half in HALF],
        "verdict": found.verdict.period,
        "amplitude": found.verdict.amplitude,
        "seconds": seconds,
    }


def measure_phase(options: argparse.Namespace) -> dict[str, Any]:
    rows = []
    for kind, what in KINDS.items():
        jobs = [(options.seed, kind, k) for k in range(count(options, 200))]
        outcomes = common.parallel(one_phase, jobs, options.processes, f"phase, {kind}")
        good = [o for o in outcomes if "failure" not in o]
        squares = np.array([o["square"] for o in good])
        rms = float(np.sqrt(squares.mean()))
        row: dict[str, Any] = {"kind": kind, "what": what, "series": len(outcomes)}
        row |= {"failures": [o["failure"] for o in outcomes if "failure" in o][:3]}
        row |= {"rms": rms, "rms_error": float(squares.std() / np.sqrt(len(good)) / (2 * rms))}
        for name in ("phase", "period"):
            row[name] = [share([o[name][k] for o in good]) for k in range(2)]
        row["verdicts"] = dict(Counter(o["verdict"] for o in good))
        row["amplitudes"] = dict(Counter(o["amplitude"] for o in good))
        row["seconds"] = float(np.median([o["seconds"] for o in good]))
        rows.append(row)
    return {"rows": rows}


def phase_tables(result: dict[str, Any]) -> list[str]:
    headers = [
        "rhythm",
        "series",
        "rms, turns",
        "phase 68",
        "95 %",
        "period 68",
        "95 %",
        "verdicts",
    ]
    rows = [
        [
            f"{r['kind']}: {r['what']}",
            r["series"],
            f"{r['rms']:.4f} ± {r['rms_error']:.4f}",
            *(f"{100 * v[0]:.1f} ± {100 * v[1]:.1f}" for v in (*r["phase"], *r["period"])),
            ", ".join(f"{k} {v}" for k, v in r["verdicts"].items()),
        ]
        for r in result["rows"]
    ]
    return common.table(headers, rows)


def phase_bars(result: dict[str, Any]) -> list[dict[str, Any]]:
    bars = [
        common.bar(
            f"{r['kind']}: rms of the phase",
            f"<= {PHASE[r['kind']]} turns",
            f"{r['rms']:.4f} ± {r['rms_error']:.4f}",
            r["rms"] <= PHASE[r["kind"]],
        )
        for r in result["rows"]
        if r["kind"] in PHASE
    ]
    for name, limits in (
        ("phase", ((0.66, 0.73), (0.93, 0.98))),
        ("period", ((0.66, 1), (0.93, 1))),
    ):
        for k, (low, high) in enumerate(limits):
            values = [r[name][k][0] for r in result["rows"]]
            errors = [r[name][k][1] for r in result["rows"]]
            mean, error = np.mean(values), np.sqrt(np.sum(np.square(errors))) / len(errors)
            bars.append(
                common.bar(
                    f"bands of {(68, 95)[k]} % hold the {name}, all kinds together",
                    f"{100 * low:.0f} to {100 * high:.0f} %",
                    f"{100 * mean:.1f} ± {100 * error:.1f} %",
                    bool(low <= mean <= high),
                )
            )
    return bars


# ---- Constant rhythms --------------------------------------------------------------------------


def one_constant(job: tuple[int, str, int]) -> dict[str, Any]:
    seed, noise, number = job
    rng = np.random.default_rng([seed, 32, len(noise), number])
    if noise == "white":
        sampling = str(rng.choice(["regular", "random", "gaps", "night"]))
        days = float(rng.integers(10, 31))
        n = int(np.exp(rng.uniform(np.log(max(50.0, 3.5 * days)), np.log(500))))
        truth = simulate(
            "constant", rng, n=n, snr=float(np.exp(rng.uniform(np.log(0.5), np.log(5)))),
            sampling=sampling, days=days,
        )  # fmt: skip
        y, setting = truth.y, f"{sampling}, {n} samples, {days:.0f} days"
    else:
        memory = float(noise.split()[0])
        truth = simulate("constant", rng, snr=3.0)
        y, setting = truth.y + 0.5 * red_noise(rng, truth.t, memory), noise
    try:
        found = track(truth.t, y, period=BAND, unit="h")
    except Exception as error:
        return {"failure": f"{setting}: {type(error).__name__}: {error}"}
    return {
        "verdict": found.verdict.period,
        "amplitude": found.verdict.amplitude,
        "setting": setting,
    }


#: Noises, full numbers of series, and how many may be called anything but constant.
NOISES = {"white": (1000, 0.01), "3 h": (200, 0.05), "12 h": (200, 0.05)}


def measure_constant(options: argparse.Namespace) -> dict[str, Any]:
    return {"rows": [_constant(options, "white")]}


def measure_red(options: argparse.Namespace) -> dict[str, Any]:
    return {"rows": [_constant(options, noise) for noise in ("3 h", "12 h")]}


def _constant(options: argparse.Namespace, noise: str) -> dict[str, Any]:
    jobs = [(options.seed, noise, k) for k in range(count(options, NOISES[noise][0]))]
    outcomes = common.parallel(one_constant, jobs, options.processes, f"constant, {noise}")
    good = [o for o in outcomes if "failure" not in o]
    return {
        "noise": noise,
        "series": len(outcomes),
        "failures": [o["failure"] for o in outcomes if "failure" in o],
        "verdicts": dict(Counter(o["verdict"] for o in good)),
        "amplitudes": dict(Counter(o["amplitude"] for o in good)),
        "wrong": [o["setting"] for o in good if o["verdict"] != "constant"],
    }


def constant_tables(result: dict[str, Any]) -> list[str]:
    headers = ["noise", "series", "failures", "period", "amplitude"]
    rows = [
        [
            r["noise"],
            r["series"],
            len(r["failures"]),
            *(
                ", ".join(f"{k} {v}" for k, v in r[name].items())
                for name in ("verdicts", "amplitudes")
            ),
        ]
        for r in result["rows"]
    ]
    return common.table(headers, rows)


def constant_bars(result: dict[str, Any]) -> list[dict[str, Any]]:
    bars = []
    for r in result["rows"]:
        most, good = NOISES[r["noise"]][1], r["series"] - len(r["failures"])
        for name, verdicts in (("period", r["verdicts"]), ("amplitude", r["amplitudes"])):
            wrong = good - verdicts.get("constant", 0)
            bars.append(
                common.bar(
                    f"constant in {r['noise']} noise: the {name} is called something else",
                    f"<= {100 * most:.0f} %",
                    f"{wrong} of {good}",
                    wrong <= most * good,
                )
            )
        bars.append(
            common.bar(f"constant in {r['noise']} noise: failures", "none",
                       str(len(r["failures"])), not r["failures"])
        )  # fmt: skip
    return bars


# ---- Shifts ------------------------------------------------------------------------------------


def one_jump(job: tuple[int, str, int]) -> dict[str, Any]:
    seed, how, number = job
    rng = np.random.default_rng([seed, 33, len(how), number])
    truth = simulate(str(rng.choice(["jump", "large jump"])), rng)
    known = how == "known"
    try:
        found = track(
            truth.t, truth.y, period=BAND, unit="h", shifts=[truth.time] if known else "auto"
        )
    except Exception as error:
        return {"failure": f"{type(error).__name__}: {error}"}
    near = min(found.shifts, key=lambda s: abs(s.time - truth.time), default=None)
    # what errors a jump of this size has at a known time: how clear it is
    error = near.phase_error if known else track(
        truth.t, truth.y, period=BAND, unit="h", shifts=[truth.time]
    ).shifts[0].phase_error  # fmt: skip
    clear = abs(truth.size) / error
    if near is None or (not known and found.verdict.period != "shifted"):
        return {"found": False, "clear": clear, "verdict": found.verdict.period}
    off = (near.phase - truth.size + 0.5) % 1.0 - 0.5
    result = {"found": True, "clear": clear, "size": abs(off) / near.phase_error}
    if not known:
        result["time"] = abs(near.time - truth.time) / near.time_error
        result["shifts"] = len(found.shifts)
    return result


def measure_jumps(options: argparse.Namespace) -> dict[str, Any]:
    rows = []
    for how in ("unknown", "known"):
        jobs = [(options.seed, how, k) for k in range(count(options, 200))]
        outcomes = common.parallel(one_jump, jobs, options.processes, f"jumps, {how} time")
        # at a known time there is nothing to find: all sizes count
        least = 0.0 if how == "known" else 6.0
        good = [o for o in outcomes if "failure" not in o and o["clear"] >= least]
        seen = [o for o in good if o["found"]]
        row: dict[str, Any] = {"how": how, "series": len(outcomes), "clear": len(good)}
        row["failures"] = len([o for o in outcomes if "failure" in o])
        row["found"] = len(seen)
        row["instead"] = dict(Counter(o["verdict"] for o in good if not o["found"]))
        row["several"] = len([o for o in seen if o.get("shifts", 1) > 1])
        for name in ("time", "size"):
            values = np.array([o[name] for o in seen if name in o])
            row[name] = [float(np.mean(values < half)) for half in HALF] if len(values) else None
        rows.append(row)
    return {"rows": rows}


def jump_tables(result: dict[str, Any]) -> list[str]:
    headers = [
        "time",
        "series",
        "clear enough",
        "found",
        "time held 68, 95 %",
        "size held 68, 95 %",
    ]
    rows = [
        [
            r["how"],
            r["series"],
            r["clear"],
            r["found"],
            *(
                "-" if r[name] is None else ", ".join(f"{100 * v:.1f}" for v in r[name])
                for name in ("time", "size")
            ),
        ]
        for r in result["rows"]
    ]
    return common.table(headers, rows)


def jump_bars(result: dict[str, Any]) -> list[dict[str, Any]]:
    unknown, known = result["rows"]
    part = unknown["found"] / max(unknown["clear"], 1)
    error = np.sqrt(part * (1 - part) / max(unknown["clear"], 1))
    bars = [
        common.bar(
            "jumps of at least six errors are found", ">= 90 %",
            f"{100 * part:.1f} ± {100 * error:.1f} %", part >= 0.9,
        )
    ]  # fmt: skip
    wanted = [
        ("time of a jump", unknown, "time", ((0.62, 0.74), (0.90, 0.98))),
        ("size of a jump", unknown, "size", ((0.62, 0.74), (0.90, 0.98))),
        ("size at a known time", known, "size", ((0.62, 0.74), (0.92, 0.97))),
    ]
    for what, row, name, limits in wanted:
        for k, (low, high) in enumerate(limits):
            value = float("nan") if row[name] is None else row[name][k]
            error = np.sqrt(value * (1 - value) / max(row["found"], 1))
            bars.append(
                common.bar(
                    f"{what}: {(68, 95)[k]} % intervals hold",
                    f"{100 * low:.0f} to {100 * high:.0f} %",
                    f"{100 * value:.1f} ± {100 * error:.1f} %",
                    low <= value <= high,
                )
            )
    return bars


# ---- Two rhythms -------------------------------------------------------------------------------


def one_crossing(job: tuple[int, int]) -> dict[str, Any]:
    t, y, phases = crossing(np.random.default_rng([job[0], 34, job[1]]))
    found = track(t, y, period=BAND, unit="h", rhythms=2)
    worst = []
    for phase in phases:
        away = [
            np.sqrt(np.mean(((one.turns(t)[0] - phase(t) + 0.5) % 1.0 - 0.5) ** 2))
            for one in (found, *found.others)
        ]
        worst.append(float(min(away)))
    return {"rms": max(worst)}


def measure_crossing(options: argparse.Namespace) -> dict[str, Any]:
    jobs = [(options.seed, k) for k in range(count(options, 20))]
    outcomes = common.parallel(one_crossing, jobs, options.processes, "crossing")
    return {"rms": [o["rms"] for o in outcomes]}


def crossing_tables(result: dict[str, Any]) -> list[str]:
    rms = np.array(result["rms"])
    row = [len(rms), f"{np.median(rms):.4f}", f"{rms.max():.4f}"]
    return common.table(["pairs", "median rms of the worse, turns", "largest"], [row])


def crossing_bars(result: dict[str, Any]) -> list[dict[str, Any]]:
    good = sum(one < 0.05 for one in result["rms"])
    n = len(result["rms"])
    return [common.bar("both rhythms followed to 0.05 turns", "all", f"{good} of {n}", good == n)]
