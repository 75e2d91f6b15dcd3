"""Phase and period along time, beside pyBOAT and a WWZ package, on the same series in one run.

Simulated rhythms of 240 samples over 480 h (20 cycles), rms of the signal twice that of the noise:
constant, a slow and a fast drift, a sudden change of the period, damped with a trend of the second
degree in 5 and in 20 days.  Beside the damped ones stands a bound: least squares of the very model
that made the series, begun at the truth.  Ours are the
ridge of the scalogram and `epicycle.track`; theirs are pyBOAT (the ridge of its
spectrum after its own detrending) and libwwz (Foster's transform: periods alone, it has no phases).
pyBOAT's phases are late by a constant, about a sample: it is measured on a noise-free sinusoid and
given back.  Irregular series are interpolated for pyBOAT, as its users do.

The peers need an interpreter of their own: ``python -m venv peers``, ``peers/bin/pip install
pyboat libwwz``, and ``--python peers/bin/python``.  Nothing of them is kept here.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

SPAN, N, BAND = 480.0, 240, (16.0, 36.0)
KINDS = ("constant", "slow drift", "fast drift", "period change", "damped", "damped, 20 days")

#: Noise beside an rms of 1 / 2**0.5.
NOISE = 1 / np.sqrt(2) / 2


def make(kind: str, sampling: str, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Return times, values, and the true turns and periods at these times."""
    span = SPAN / 4 if kind == "damped" else SPAN
    t = np.arange(N) * span / N if sampling == "regular" else np.sort(rng.uniform(0, span, N))
    period, start = rng.uniform(23, 26), rng.uniform()
    turns, at = start + t / period, np.full(N, period)
    if kind in ("slow drift", "fast drift"):
        first, last = (1 / p for p in ((23.5, 24.8) if kind == "slow drift" else (20.0, 28.0)))
        turns = start + first * t + (last - first) * t**2 / (2 * span)
        at = 1 / (first + (last - first) * t / span)
    if kind == "period change":
        when, other = rng.uniform(0.35, 0.65) * span, 24.0 + rng.choice([-1.2, 1.2])
        turns = start + np.minimum(t, when) / 24.0 + np.maximum(t - when, 0.0) / other
        at = np.where(t < when, 24.0, other)
    size, trend = np.ones(N), 0.0
    if kind.startswith("damped"):
        size = np.exp(-t / (rng.uniform(2, 3) * period))
        x, c = 2 * t / span - 1, rng.normal(size=3)
        trend = c[0] + 2 * c[1] * x + c[2] * (3 * x**2 - 1)
    y = size * np.cos(2 * np.pi * turns) + trend + rng.normal(0, NOISE, N)
    degree = np.array(2 if kind.startswith("damped") else 1)
    return {"t": t, "y": y, "turns": turns, "period": at, "size": size, "trend": degree}


# ---- Ours ------------------------------------------------------------------------------------


def ours(series: list[dict[str, np.ndarray]]) -> dict[str, list[dict[str, Any]]]:
    """Return phases, periods and processor time of each of our ways."""
    import epicycle

    def ridge(one: dict[str, np.ndarray], cycles: float) -> tuple[np.ndarray, np.ndarray]:
        picture = epicycle.scalogram(one["t"], one["y"], period=BAND, cycles=cycles)
        found = picture.ridge()
        return tuple(
            np.interp(one["t"], found.time, getattr(found, name)) for name in ("turns", "period")
        )

    def tracked(one: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        found = epicycle.track(one["t"], one["y"], period=BAND, trend=int(one["trend"]))
        return found.turns(one["t"])[0], found.period(one["t"])[0]

    ways: dict[str, Any] = {
        "scalogram, 1 cycle": lambda one: ridge(one, 1.0),
        "scalogram, 2 cycles": lambda one: ridge(one, 2.0),
    }
    ways["track"] = tracked
    if series[0]["size"][-1] < 1:
        ways["the right model"] = bound
    result: dict[str, list[dict[str, Any]]] = {}
    for name, way in ways.items():
        way(series[0])
        result[name] = []
        for one in series:
            started = time.process_time()
            turns, period = way(one)
            seconds = time.process_time() - started
            result[name].append({"turns": turns, "period": period, "seconds": seconds})
    return result


def bound(one: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Return turns and period by least squares of the model that made a damped series."""
    from scipy.optimize import least_squares

    t, begin, period = one["t"], one["turns"][0], one["period"][0]
    x = 2 * (t - t[0]) / (t[-1] - t[0]) - 1

    def left(p: np.ndarray) -> np.ndarray:
        turns = begin + p[0] + (t - t[0]) * (1 + p[1]) / period
        wave = np.exp(p[2] - t * np.exp(p[3])) * np.cos(2 * np.pi * turns)
        return wave + np.polynomial.legendre.legval(x, p[4:]) - one["y"]

    rate = -np.log(one["size"][-1]) / t[-1]
    p = least_squares(left, np.array([0.0, 0, 0, np.log(rate), 0, 0, 0])).x
    turns = begin + p[0] + (t - t[0]) * (1 + p[1]) / period
    return turns, np.full(len(t), period / (1 + p[1]))


# ---- Theirs: this part runs in their interpreter -----------------------------------------------


def theirs(path: str, wwz: int) -> None:
    """Read series from a file and print what the peers say of them."""
    series = json.loads(Path(path).read_text())
    print(json.dumps({"pyBOAT": _pyboat(series), "libwwz": _libwwz(series[:wwz])}))


def _pyboat(series: list[dict[str, Any]]) -> list[dict[str, Any]]:
    from pyboat import WAnalyzer

    step = (SPAN if series[0]["t"][-1] > SPAN / 2 else SPAN / 4) / N
    grid = np.arange(N) * step
    periods = np.linspace(*BAND, 100)

    def analysed(signal: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        analyser = WAnalyzer(periods, step, time_unit_label="h")
        detrended = analyser.sinc_detrend(signal, T_c=2.5 * 24.0)
        analyser.compute_spectrum(detrended, do_plot=False)
        found = analyser.get_maxRidge()
        return np.asarray(found["phase"]) / (2 * np.pi), np.asarray(found["periods"])

    late = analysed(np.cos(2 * np.pi * grid / 24.0))[0] - grid / 24.0
    middle = slice(N // 4, 3 * N // 4)
    constant = float(np.angle(np.exp(2j * np.pi * late[middle]).mean()) / (2 * np.pi))
    result = []
    for one in series:
        t, y = np.array(one["t"]), np.array(one["y"])
        started = time.process_time()
        turns, period = analysed(np.interp(grid, t, y))
        seconds = time.process_time() - started
        # a constant delay is a delay in time: of turns in proportion to the frequency
        turns = np.unwrap(turns - constant * 24.0 / period, period=1.0)
        result.append(
            {
                "turns": np.interp(t, grid, turns).tolist(),
                "period": np.interp(t, grid, period).tolist(),
                "seconds": seconds,
                "late": constant * 24.0 / step,
            }
        )
    return result


def _libwwz(series: list[dict[str, Any]]) -> list[dict[str, Any]]:
    import contextlib
    import io

    import libwwz

    result = []
    for one in series:
        t, y = np.array(one["t"]), np.array(one["y"])
        band = [1 / BAND[1], 1 / BAND[0], (1 / BAND[0] - 1 / BAND[1]) / 40, True]
        started = time.process_time()
        with contextlib.redirect_stdout(io.StringIO()):
            # the decay for which one standard deviation of the window is one cycle
            out = libwwz.wwt(t, y, 60, band, 1 / (8 * np.pi**2), "linear", False)
        seconds = time.process_time() - started
        tau, frequency, z = out[0][:, 0], out[1][0], out[2]
        period = 1 / frequency[z.argmax(axis=1)]
        result.append({"period": np.interp(t, tau, period).tolist(), "seconds": seconds})
    return result


# ---- Both ------------------------------------------------------------------------------------


def measure(options: argparse.Namespace) -> dict[str, Any]:
    import common

    if options.python is None:
        raise common.NotMeasuredError("pyBOAT and libwwz need --python, an interpreter with them")
    count, slow = (6, 1) if options.quick else (24, 2)
    rows = []
    for sampling in ("regular", "irregular"):
        for kind in KINDS:
            rng = np.random.default_rng([options.seed, KINDS.index(kind), sampling == "regular"])
            series = [make(kind, sampling, rng) for _ in range(count)]
            found = {**ours(series), **_asked(series, options.python, slow)}
            scores = {name: _score(series, answers) for name, answers in found.items()}
            rows.append({"sampling": sampling, "kind": kind, "scores": scores})
            common.say(f"  {sampling}, {kind}: " + str({k: v["phase"] for k, v in scores.items()}))
    return {"count": count, "slow": slow, "rows": rows}


def _asked(series: list[dict[str, np.ndarray]], python: str, slow: int) -> dict[str, Any]:
    """Return what the peers say, from a process of their own."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "series.json"
        path.write_text(json.dumps([{k: one[k].tolist() for k in ("t", "y")} for one in series]))
        answer = subprocess.run(
            [python, str(HERE / "peers.py"), "--theirs", str(path), "--slow", str(slow)],
            capture_output=True,
            text=True,
            check=True,
        )
    found: dict[str, Any] = json.loads(answer.stdout.splitlines()[-1])
    return found


def _score(series: list[dict[str, np.ndarray]], answers: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the rms of phases and periods where the rhythm is above its noise, and the cost."""
    phases, periods = [], []
    for one, answer in zip(series, answers, strict=False):
        # of a damped rhythm 2.3 lifetimes: later there is nothing to see
        seen = one["size"] > 0.1
        error = np.asarray(answer["period"]) - one["period"]
        periods.append(float(np.sqrt(np.nanmean(error[seen] ** 2))))
        if "turns" in answer:
            beside = np.asarray(answer["turns"]) - one["turns"]
            beside = beside - np.rint(beside)
            phases.append(float(np.sqrt(np.nanmean(beside[seen] ** 2))))
    seconds = float(np.median([answer["seconds"] for answer in answers]))
    late = answers[0].get("late")
    return {"phase": phases, "period": periods, "seconds": seconds, "late": late}


def tables(result: dict[str, Any]) -> list[str]:
    import common

    rows = []
    for row in result["rows"]:
        for name, score in row["scores"].items():
            rows.append(
                [
                    row["sampling"],
                    row["kind"],
                    name,
                    _mean(score["phase"], 4) if score["phase"] else "none given",
                    _mean(score["period"], 2),
                    common.duration(score["seconds"]),
                ]
            )
    head = ["sampling", "rhythm", "by", "phase, turns (rms)", "period, h (rms)", "processor time"]
    lines = common.table(head, rows)
    late = next(
        (s["late"] for r in result["rows"] for s in r["scores"].values() if s["late"]), None
    )
    if late is not None:
        lines += ["", f"pyBOAT's phases were late by {-late:.2f} samples, which they got back."]
    return lines


def _mean(values: list[float], digits: int) -> str:
    error = np.std(values) / np.sqrt(max(len(values) - 1, 1))
    return f"{np.mean(values):.{digits}f} ± {error:.{digits}f}"


def bars(result: dict[str, Any]) -> list[dict[str, Any]]:
    import common

    found = []
    for row in result["rows"]:
        # of a sudden change, and of a rhythm that is gone after a third of the record, nothing is
        # promised: the right model itself is not so much better
        if row["sampling"] != "regular" or row["kind"] in ("period change", "damped, 20 days"):
            continue
        best = {name: np.mean(s["phase"]) for name, s in row["scores"].items() if s["phase"]}
        limit = 0.4 if row["kind"] == "damped" else 0.65
        ratio = float(best["track"] / best["pyBOAT"])
        found.append(
            common.bar(
                f"phase error of track beside pyBOAT, {row['kind']}",
                f"<= {limit:g}",
                f"{ratio:.2f}",
                ratio <= limit,
            )
        )
    return found


def main() -> None:
    if "--theirs" in sys.argv:
        parser = argparse.ArgumentParser()
        parser.add_argument("--theirs")
        parser.add_argument("--slow", type=int)
        options = parser.parse_args()
        theirs(options.theirs, options.slow)
        return
    import common

    parser = common.parser(__doc__)
    parser.add_argument("--python", help="an interpreter that has pyboat and libwwz")
    section = common.Section("peers", "Beside pyBOAT and WWZ", measure, tables, bars)
    common.run("rhythms-peers", [section], parser.parse_args())


if __name__ == "__main__":
    main()
