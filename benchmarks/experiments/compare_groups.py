"""Two genotypes of a few animals, compared: are p-values and intervals as often right as they say?

False positives are those of the global test where nothing differs; coverage is that of the 95 %
intervals.  Animals scatter by a third of the amplitude in their mesor, by a sixth in amplitude, by
half an hour in phase and by a fifth of one in period, or not at all.
"""

from __future__ import annotations

import argparse
from typing import Any, NamedTuple

import numpy as np

import common
from epicycle.experiments.compare import compare

QUANTITIES = ("mesor", "amplitude", "amplitude ratio", "phase", "period")
#: Standard deviations between animals of mesor, amplitude, phase (h) and period (h).
_SCATTER = np.array([0.3, 0.15, 0.5, 0.2])
_TIMES = np.arange(0, 72, 4.0)


class Cell(NamedTuple):
    """One design: what differs, and how it is compared."""

    name: str
    late: float = 0.0
    second_period: float = 24.0
    scatter: bool = False
    subjects: bool = True
    fitted: bool = False
    animals: tuple[int, int] = (3, 3)
    paired: bool = False
    noise: float = 0.5


CELLS = [
    *[
        Cell(f"{late} h, {'scatter' if scatter else 'alike'}", late, scatter=scatter)
        for scatter in (False, True)
        for late in (0, 1, 3, 6, 12)
    ],
    Cell("0 h, samples", subjects=False),
    Cell("3 h, samples", 3, subjects=False),
    Cell("0 h, samples, period fitted", subjects=False, fitted=True),
    Cell("0 h, period fitted, alike", fitted=True),
    Cell("0 h, period fitted, scatter", scatter=True, fitted=True),
    Cell("24.0 and 22.8 h, alike", second_period=22.8, fitted=True),
    Cell("24.0 and 22.8 h, scatter", second_period=22.8, scatter=True, fitted=True),
    Cell("24.0 and 22.8 h, samples", second_period=22.8, fitted=True, subjects=False),
    Cell("0 h, scatter, 8 and 8 animals", scatter=True, animals=(8, 8)),
    Cell("0 h, scatter, 4 and 7 animals", scatter=True, animals=(4, 7)),
    Cell("0 h, scatter, 3 and 8 animals", scatter=True, animals=(3, 8)),
    Cell("0 h, scatter, 6 pairs", scatter=True, animals=(6, 6), paired=True),
]

#: Tables of each design: more where a share near 5 % is judged by one per cent.
_TABLES = {False: 800, True: 3000}


def _is_null(cell: Cell) -> bool:
    return cell.late == 0 and cell.second_period == 24


def simulated(cell: Cell, rng: np.random.Generator) -> tuple[Any, ...]:
    """Return times, values, group and subject labels."""
    t, y, group, subject = [], [], [], []
    at = 34.0
    own = rng.normal(size=(max(cell.animals), 4)) * _SCATTER * cell.scatter
    for g, count in enumerate(cell.animals):
        for k in range(count):
            shift = rng.normal(size=4) * _SCATTER * cell.scatter
            if cell.paired:
                shift = own[k] + 0.5 * shift
            mesor, amplitude = 10 + shift[0], 1 + shift[1]
            period = (24.0, cell.second_period)[g] + shift[3] * cell.fitted
            peak = 4.0 + g * cell.late + shift[2]
            angle = 2 * np.pi * (_TIMES - at - peak * period / 24) / period
            t.append(_TIMES)
            y.append(mesor + amplitude * np.cos(angle) + cell.noise * rng.normal(size=18))
            group += [("WT", "KO")[g]] * 18
            subject += [f"{k}" if cell.paired else f"{g}.{k}"] * 18
    return np.concatenate(t), np.concatenate(y), np.array(group), np.array(subject)


def trial(job: tuple[int, int, int]) -> dict[str, Any]:
    seed, number, which = job
    cell = CELLS[which]
    rng = np.random.default_rng([seed, 162, which, number])
    t, y, group, subject = simulated(cell, rng)
    found = compare(
        t,
        y,
        group,
        subject=subject if cell.subjects else None,
        period=(17, 33) if cell.fitted else 24,
        unit="h",
        at=34,
        paired=cell.paired or None,
    )
    cycle = 0.5 * (24 + cell.second_period)
    truth = {
        "mesor": 0.0,
        "amplitude": 0.0,
        "amplitude ratio": 1.0,
        "phase": cell.late * cycle / 24,
        "period": cell.second_period - 24,
    }
    row: dict[str, Any] = {"cell": which, "p": found.p_value}
    for one in found.differences:
        true = truth[one.what]
        if one.what == "phase":  # the copy of the truth that is nearest
            true += cycle * np.round((one.value - true) / cycle)
        row[one.what] = bool(one.low <= true <= one.high) if np.isfinite(one.low) else None
        row[f"p {one.what}"] = one.p_value
    return row


def measure(options: argparse.Namespace) -> list[dict[str, Any]]:
    jobs = [
        (options.seed, k, which)
        for which, cell in enumerate(CELLS)
        for k in range(40 if options.quick else _TABLES[_is_null(cell)])
    ]
    found = common.parallel(trial, jobs, options.processes, "comparisons")
    return [summary(which, [r for r in found if r["cell"] == which]) for which in range(len(CELLS))]


def summary(which: int, rows: list[dict[str, Any]]) -> dict[str, Any]:
    cell = CELLS[which]
    cover = {}
    for what in QUANTITIES:
        inside = [r[what] for r in rows if r.get(what) is not None]
        cover[what] = float(np.mean(inside)) if inside else None
    below = float(np.mean([r["p"] < 0.05 for r in rows]))
    return {
        "name": cell.name,
        "n": len(rows),
        "null": _is_null(cell),
        "below": below,
        "cover": cover,
    }


def tables(rows: list[dict[str, Any]]) -> list[str]:
    def percent(share: float | None) -> str:
        return "-" if share is None else f"{100 * share:.1f}"

    return common.table(
        ["design", "tables", "p < .05, %", *[f"{q} covered, %" for q in QUANTITIES]],
        [
            [r["name"], r["n"], percent(r["below"]), *[percent(r["cover"][q]) for q in QUANTITIES]]
            for r in rows
        ],
    )


def bars(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    result = []
    for r in rows:
        if r["null"]:
            share = r["below"]
            result.append(
                common.bar(
                    f"false positives, {r['name']}",
                    "4-6 %",
                    f"{100 * share:.1f} %",
                    0.04 <= share <= 0.06,
                )
            )
        known = {q: c for q, c in r["cover"].items() if c is not None}
        worst = max(known, key=lambda q: abs(known[q] - 0.95))
        result.append(
            common.bar(
                f"coverage, {r['name']}",
                "93-97 %",
                f"worst {100 * known[worst]:.1f} % ({worst})",
                0.93 <= known[worst] <= 0.97,
            )
        )
    return result
