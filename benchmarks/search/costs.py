"""Time and memory against baseline times bandwidth, beside peers."""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Callable
from typing import Any

import numpy as np

import common
from epicycle import CycleModel, find_cycles
from epicycle.limits import SEARCH
from search.children import in_child, installed
from search.lines import sinusoid

SCALING = tuple(10.0**k for k in range(5, 14))
#: What takes the peers' 5 frequencies per 1/T above this size would not fit into memory: 1 is used.
FIVE_UPTO = 1e7


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
