"""Snake's own example: weekly temperatures of six years, and the error on the two years after.

Ziyin, Hartwig, Ueda (2020), "Neural networks fail to learn periodic functions and how to fix it",
NeurIPS; code and data: AdenosHermes/NeurIPS_2020_Snake, Snake_Atmospheric_Temperature.ipynb.  The
data are not part of this repository: put day_temp_atmospheric.csv into the folder that --data or
EPICYCLE_DATA names.
"""

from __future__ import annotations

import argparse
import math
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

import common
import epicycle
from epicycle.nn import Waveform
from epicycle.optim import SpectralDescent
from epicycle.problems.networks import Snake

FILE = "day_temp_atmospheric.csv"
WEEK, YEAR, YEARS_OF_TRAINING = 7, 365.0, 6

Values = NDArray[np.float64]


def series(options: argparse.Namespace) -> tuple[Values, Values, int]:
    """Return years, temperatures over their mean, and how many weeks are for training.

    As in the notebook, which takes the mean over all weeks, the future ones included.
    """
    folders = [options.data, *map(Path, filter(None, [os.environ.get("EPICYCLE_DATA")]))]
    for folder in folders:
        if (folder / FILE).exists():
            days, temperatures = np.loadtxt(folder / FILE, delimiter=",", skiprows=1).T
            break
    else:
        raise common.NotMeasuredError(f"{FILE} is neither in --data nor in $EPICYCLE_DATA")
    n = len(days) // WEEK
    t, y = (v[: n * WEEK].reshape(n, WEEK).mean(axis=1) for v in (days, temperatures))
    return t / YEAR, y / y.mean(), int(YEARS_OF_TRAINING * YEAR) // WEEK


def waveform(t: Values, y: Values, seed: int) -> Callable[[Values], Values]:
    """Train one cycle with two harmonics from a random frequency, by the optimizer alone."""
    torch.manual_seed(seed)
    middle, half = (t[0] + t[-1]) / 2, (t[-1] - t[0]) / 2
    net = Waveform(1, 2, reference=middle, span=half, dtype=torch.float64)
    opt = torch.optim.Adam(net.parameters(), lr=1e-2)
    schedule = torch.optim.lr_scheduler.ExponentialLR(opt, 0.998)
    SpectralDescent(opt, net)
    x, target = (torch.from_numpy(v)[:, None] for v in (t, y))
    for _ in range(3000):
        loss = nn.functional.mse_loss(net(x), target)
        opt.zero_grad()
        loss.backward()
        opt.step()
        schedule.step()

    def predict(t: Values) -> Values:
        with torch.no_grad():
            result: Values = net(torch.from_numpy(t)[:, None]).numpy()[:, 0]
        return result

    return predict


def cycles(t: Values, y: Values, **options: Any) -> Callable[[Values], Values]:
    """Return the forecast of what the search finds."""
    return epicycle.find_cycles(t, y, **options).predict


def snake(
    t: Values, y: Values, seed: int, epochs: int, learned: bool
) -> Callable[[Values], Values]:
    """Train Snake's network at its published settings, in float32 as there.

    There the optimizer is made before `a` is, and never changes it: `learned` says otherwise.
    """
    torch.manual_seed(seed)
    net = Snake(1, 1)
    parameters = [p for name, p in net.named_parameters() if learned or not name.startswith("a.")]
    opt = torch.optim.SGD(parameters, lr=3e-4, momentum=0.99, weight_decay=3e-3)
    x, target = (torch.from_numpy(v).float()[:, None] for v in (t, y))
    for _ in range(epochs):
        for chosen in torch.randperm(len(x)).split(32):
            loss = nn.functional.mse_loss(net(x[chosen]), target[chosen])
            opt.zero_grad()
            loss.backward()
            opt.step()

    def predict(t: Values) -> Values:
        with torch.no_grad():
            result: Values = net(torch.from_numpy(t).float()[:, None]).double().numpy()[:, 0]
        return result

    return predict


def measure(options: argparse.Namespace) -> list[dict[str, Any]]:
    torch.set_num_threads(1)
    t, y, n = series(options)
    seed, epochs = options.seed, 20 if options.quick else 2500
    contenders: dict[str, Callable[[], Callable[[Values], Values]]] = {
        "Waveform(1, 2) with SpectralDescent": lambda: waveform(t[:n], y[:n], seed),
        "find_cycles, constant level": lambda: cycles(t[:n], y[:n], trend=0),
        "find_cycles, default (linear trend)": lambda: cycles(t[:n], y[:n]),
        "Snake, a as drawn (as published)": lambda: snake(t[:n], y[:n], seed, epochs, False),
        "Snake, a learned": lambda: snake(t[:n], y[:n], seed, epochs, True),
    }
    rows = []
    for name, fit in contenders.items():
        wall, cpu = time.perf_counter(), time.process_time()
        predict = fit()
        seconds = {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall}
        squared = np.square(predict(t) - y)
        row = {"name": name, "future": squared[n:].mean(), "all": squared.mean(), **seconds}
        rows.append({key: v if isinstance(v, str) else float(v) for key, v in row.items()})
        common.say(f"  {name}: {rows[-1]['future']:.3g}")
    return [{**row, "variance": float(y[n:].var())} for row in rows]


def tables(rows: list[dict[str, Any]]) -> list[str]:
    cells = [
        [
            r["name"],
            *(common.number(r[key], ".5f") for key in ("future", "all")),
            *(common.duration(r[key]) for key in ("cpu", "wall")),
        ]
        for r in rows
    ]
    return [
        *common.table(["", "MSE of the future", "of all weeks", "CPU", "wall"], cells),
        "",
        f"Always saying the mean of the future would have {rows[0]['variance']:.4f}.",
    ]


def bars(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    ours = [r for r in rows if not r["name"].startswith("Snake")]
    return [
        common.bar(
            r["name"],
            "future <= 0.0014",
            common.number(r["future"], ".5f"),
            r["future"] is not None and math.isfinite(r["future"]) and r["future"] <= 0.0014,
        )
        for r in ours
    ]


SECTIONS = [
    common.Section("future", "Atmospheric temperatures", measure, tables, bars, ("torch",)),
]


def main() -> None:
    parser = common.parser(__doc__)
    parser.add_argument("--data", type=Path, default=common.ROOT / "data", help="folder of data")
    common.run("atmosphere", SECTIONS, parser.parse_args())


if __name__ == "__main__":
    main()
