"""Do the statistics of rest and activity hold where their formulas assume too much?

Simulated wrists and mice.  `measures`: IS, IV and RA of a record with holes beside those of the
whole one.  `sleep`: rest by the rule beside the rest that was simulated, and the regularity of
both.  `onsets`: the free-running period from the line through onsets, in units of its error, with
wrong onsets and onsets that wander.  `periods`: how often noise exceeds the line of the chi-square
and of the Lomb-Scargle periodogram, and how far off they are.  `counts`: the time of the maximum
in units of its error, and p-values without a rhythm, for zero-inflated and correlated counts.
Intervals of 95 % are those of Student's t, for as many onsets or days.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import numpy as np
from scipy import stats

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from tests.behaviour.wrists import wrist

import common
import epicycle
from epicycle.behaviour.counts import count_rhythm
from epicycle.behaviour.line import line_through
from epicycle.behaviour.onsets import find_edges
from epicycle.behaviour.periods import chi_square_scan, lomb_scargle_scan
from epicycle.behaviour.rest import sleep_regularity
from epicycle.limits import ACTIGRAPHY


def trials(options: argparse.Namespace, many: int) -> int:
    return max(many // 10, 10) if options.quick else many


def rms(values: list[float]) -> tuple[float, float]:
    """Return the root of the mean square, and its standard error for normal values."""
    size = float(np.sqrt(np.mean(np.square(values))))
    return size, float(size / np.sqrt(2 * len(values)))


def measure_measures(options: argparse.Namespace) -> list[dict[str, Any]]:
    rows = []
    for kind, share in (("hours", 0.1), ("hours", 0.3), ("days", 0.2), ("nights", 0.2)):
        rng = np.random.default_rng([options.seed, int(10 * share), len(kind)])
        changes: dict[str, list[float]] = {"IS": [], "IV": [], "RA": []}
        for k in range(trials(options, 100)):
            hours, counts, _, _ = wrist(14, jitter=1.0, seed=options.seed + k)
            hole = np.repeat(rng.uniform(size=14 * 24) < share, 6)
            if kind == "days":
                hole = np.repeat(rng.uniform(size=14) < share, 144)
            if kind == "nights":  # taken off before bed, now and then
                hole = np.repeat(rng.uniform(size=14) < share, 144) & (hours % 24 >= 20)
            whole = epicycle.actigraphy(hours, counts, unit="h")
            holed = epicycle.actigraphy(hours, np.where(hole, np.nan, counts), unit="h")
            for name, found in changes.items():
                one, two = getattr(whole, name), getattr(holed, name)
                if one is not None and two is not None:
                    found.append(two - one)
        rows.append(
            {
                "missing": f"{share:.0%} of {kind}",
                **{
                    name: [float(np.mean(found)), float(np.std(found)), len(found)]
                    for name, found in changes.items()
                },
            }
        )
        common.say(f"  {rows[-1]}")
    return rows


def measures_tables(rows: list[dict[str, Any]]) -> list[str]:
    cells = [
        [row["missing"], *(f"{row[n][0]:+.3f} (sd {row[n][1]:.3f})" for n in ("IS", "IV", "RA"))]
        for row in rows
    ]
    return common.table(["missing", "IS changes by", "IV", "RA"], cells)


def measure_sleep(options: argparse.Namespace) -> list[dict[str, Any]]:
    rows = []
    for jitter in (0.3, 1.0, 2.0):
        agree, indices = [], []
        for k in range(trials(options, 100)):
            hours, counts, onset, offset = wrist(14, jitter=jitter, seed=options.seed + k)
            found = epicycle.actigraphy(hours, counts, unit="h")
            awake = np.zeros(len(hours), dtype=bool)
            for begin, end in zip(onset, offset, strict=True):
                awake |= (hours >= begin) & (hours < end)
            true, _ = sleep_regularity((~awake).astype(float).reshape(14, -1))
            agree.append(found.rest_share - float((~awake).mean()))
            indices.append((true, found.SRI))
        true, told = np.array(indices).T
        rows.append(
            {
                "jitter": jitter,
                "share": [float(np.mean(agree)), float(np.std(agree))],
                "true": float(true.mean()),
                "told": float(told.mean()),
                "correlation": float(np.corrcoef(true, told)[0, 1]),
            }
        )
        common.say(f"  {rows[-1]}")
    return rows


def sleep_tables(rows: list[dict[str, Any]]) -> list[str]:
    cells = [
        [
            f"{row['jitter']:g} h",
            f"{row['true']:.1f}",
            f"{row['told']:.1f}",
            f"{row['correlation']:.2f}",
            f"{row['share'][0]:+.3f}",
        ]
        for row in rows
    ]
    head = ["bedtimes scatter by", "SRI of the truth", "SRI told", "correlation", "share of rest"]
    return common.table(head, cells)


def measure_onsets(options: argparse.Namespace) -> list[dict[str, Any]]:
    rows = []
    for kind in ("plain", "lazy days", "wandering"):
        for days in (7, 14, 28):
            rng = np.random.default_rng([options.seed, days, len(kind)])
            off, missing = [], 0
            for k in range(trials(options, 400)):
                tau = float(rng.uniform(23.2, 24.8))
                hours, counts, onset, _ = wrist(days, tau=tau, jitter=0.4, seed=options.seed + k)
                if kind == "lazy days":  # now and then a day in bed until the evening
                    for begin in onset[rng.uniform(size=len(onset)) < 0.1]:
                        counts[(hours >= begin - 1) & (hours < begin + 9)] = 0
                if kind == "wandering":  # a memory of two days
                    walk = np.zeros(days + 4)
                    for j in range(1, len(walk)):
                        walk[j] = 0.6 * walk[j - 1] + 0.4 * rng.normal()
                    late = np.rint(6 * np.interp(hours, tau * np.arange(len(walk)), walk))
                    counts = counts[
                        np.clip(np.arange(len(hours)) - late.astype(int), 0, len(hours) - 1)
                    ]
                # as epicycle.actigraphy does it, without all else that it tells
                found = find_edges(counts.astype(float), 1 / 6, 24.0)
                if len(found.hours) < ACTIGRAPHY.onsets:
                    missing += 1
                    continue
                line = line_through(found.cycle, found.hours, 1 / 6)
                off.append((line.slope - tau) / line.slope_error)
            size, error = rms(off)
            rows.append(
                {
                    "kind": kind,
                    "days": days,
                    "rms": size,
                    "rms_error": error,
                    "within": float(np.mean(np.abs(off) < stats.t.ppf(0.975, days - 2))),
                    "n": len(off),
                    "missing": missing,
                }
            )
            common.say(f"  {rows[-1]}")
    return rows


def onsets_tables(rows: list[dict[str, Any]]) -> list[str]:
    cells = [
        [
            row["kind"],
            str(row["days"]),
            f"{row['rms']:.2f} ± {row['rms_error']:.2f}",
            f"{row['within']:.0%}",
            f"{row['missing']} of {row['missing'] + row['n']}",
        ]
        for row in rows
    ]
    head = ["onsets", "days", "rms of the period, in errors", "in 95 %", "no line"]
    return common.table(head, cells)


def measure_periods(options: argparse.Namespace) -> list[dict[str, Any]]:
    rows = []
    for kind in ("white noise", "noise of 2 h", "rhythm"):
        rng = np.random.default_rng([options.seed, len(kind)])
        n = trials(options, 200)
        found: dict[str, list[float]] = {"chi-square": [], "Lomb-Scargle": []}
        agreed = dict.fromkeys(found, 0)
        for k in range(n):
            tau = float(rng.uniform(23.2, 24.8))
            values = rng.normal(size=12 * 144)
            if kind == "noise of 2 h":
                keep = np.exp(-1 / 12)
                for j in range(1, len(values)):
                    values[j] = keep * values[j - 1] + np.sqrt(1 - keep**2) * values[j]
            if kind == "rhythm":
                values = wrist(12, tau=tau, jitter=0.5, seed=options.seed + k)[1].astype(float)
            scans = (chi_square_scan(values, 1 / 6), lomb_scargle_scan(values, 1 / 6))
            for name, scan in zip(found, scans, strict=True):
                agreed[name] += scan.is_rhythm
                if scan.best is not None:
                    found[name].append(scan.best - tau)
        rows.append(
            {
                "kind": kind,
                "n": n,
                "told": {name: len(off) for name, off in found.items()},
                "agreed": agreed,
                "rms": {name: rms(off)[0] if off else None for name, off in found.items()},
            }
        )
        common.say(f"  {rows[-1]}")
    return rows


def periods_tables(rows: list[dict[str, Any]]) -> list[str]:
    cells = []
    for row in rows:
        for name, told in row["told"].items():
            off = row["rms"][name] if row["kind"] == "rhythm" else None
            error = "" if off is None else f"{off:.3f} h"
            cells.append([row["kind"], name, str(told), str(row["agreed"][name]), error])
    head = ["200 series of 12 days", "periodogram", "above its line", "cycles agree", "rms error"]
    return common.table(head, cells)


def awkward(rng: np.random.Generator, days: int, amplitude: float) -> np.ndarray:
    """Return hourly counts: days that differ, hours that are alike, a third without any."""
    hour = np.arange(24) + 0.5
    mean = np.exp(2.0 + amplitude * np.cos(2 * np.pi * (hour - 15) / 24))
    level = rng.gamma(4.0, 0.25, (days, 1))
    slow = np.repeat(rng.gamma(1.5, 1 / 1.5, (days, 6)), 4, axis=1)
    return rng.poisson(mean * level * slow * (rng.uniform(size=(days, 24)) < 0.6)).astype(float)


def measure_counts(options: argparse.Namespace) -> list[dict[str, Any]]:
    rows = []
    for days in (5, 7, 14, 28):
        rng = np.random.default_rng([options.seed, days])
        n = trials(options, 1000)
        off, p = [], []
        for _ in range(n):
            one = count_rhythm(awkward(rng, days, 1.0))
            off.append((one.maximum - 15) / one.maximum_error)
            p.append(count_rhythm(awkward(rng, days, 0.0)).p_value)
        size, error = rms(off)
        rows.append(
            {
                "days": days,
                "n": n,
                "rms": size,
                "rms_error": error,
                "within": float(np.mean(np.abs(off) < stats.t.ppf(0.975, days - 1))),
                "p": [float(np.mean(np.array(p) < level)) for level in (0.05, 0.01)],
            }
        )
        common.say(f"  {rows[-1]}")
    return rows


def counts_tables(rows: list[dict[str, Any]]) -> list[str]:
    cells = [
        [
            str(row["days"]),
            f"{row['rms']:.2f} ± {row['rms_error']:.2f}",
            f"{row['within']:.1%}",
            *(f"{p:.1%}" for p in row["p"]),
        ]
        for row in rows
    ]
    head = ["days", "rms of the maximum, in errors", "in 95 %", "p < .05", "p < .01, no rhythm"]
    return common.table(head, cells)


SECTIONS = [
    common.Section("measures", "Records with holes", measure_measures, measures_tables),
    common.Section("sleep", "Rest by the rule", measure_sleep, sleep_tables),
    common.Section("onsets", "The line through onsets", measure_onsets, onsets_tables),
    common.Section("periods", "Two periodograms", measure_periods, periods_tables),
    common.Section("counts", "A rhythm of counts", measure_counts, counts_tables),
]


if __name__ == "__main__":
    common.run("actigraphy", SECTIONS, common.parser(__doc__).parse_args())
