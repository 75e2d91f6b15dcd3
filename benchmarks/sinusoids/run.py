"""Sinusoids in evenly spaced samples: the protocol of Hayes, Saitis & Fazekas.

"Sinusoidal frequency estimation by gradient descent" (ICASSP 2023); code:
ben-hayes/sinusoidal-gradient-descent.  4,096 samples, frequencies in [0.05, 0.45] cycles per
sample; one sinusoid of amplitude 1 and phase 0 in white noise at 20 ratios of signal to noise from
0 to 40 dB, or several without noise, amplitudes uniform in [0.1, 1] and divided by their sum.
"""

from __future__ import annotations

import argparse
import math
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
from epicycle.nn import Periodic
from epicycle.optim import SpectralDescent
from epicycle.problems.networks import Surrogate

N = 4096
LOWEST, HIGHEST = 0.05, 0.45
SNRS = np.linspace(0.0, 40.0, 20)
SEVERAL = (2, 8, 32)

#: Relative residual that counts as solved, in dB.
SOLVED = -120.0

Values = NDArray[np.float64]

#: What an estimator returns: frequencies, the fitted signal, CPU seconds.
Answer = tuple[Values, Values, float]


# ---- Estimators ------------------------------------------------------------------------------


def search(y: Values, k: int, seed: int) -> Answer:
    """Find at most k sinusoids, all else default."""
    started = time.process_time()
    n = np.arange(N)
    model = epicycle.find_cycles(n, y, max_cycles=k, harmonics=1)
    fitted = model.predict(n)
    frequency = np.array([cycle.frequency for cycle in model.cycles])
    return frequency, fitted, time.process_time() - started


def loop(y: Values, k: int, seed: int) -> Answer:
    """Train k frequencies and a linear layer on all samples, with one line added to the loop."""
    torch.manual_seed(seed)
    started = time.process_time()
    x, target = torch.arange(N)[:, None], torch.from_numpy(y)[:, None]
    net = nn.Sequential(
        Periodic(1, k, band=(LOWEST, HIGHEST), dtype=torch.float64),
        nn.Linear(2 * k, 1, dtype=torch.float64),
    )
    # exact steps of a full batch: Adam's would have to become as small as the error is to be
    opt = torch.optim.LBFGS(
        net.parameters(), line_search_fn="strong_wolfe", history_size=50,
        tolerance_grad=0.0, tolerance_change=0.0,
    )  # fmt: skip
    SpectralDescent(opt, net)

    def closure() -> torch.Tensor:
        opt.zero_grad()
        loss = nn.functional.mse_loss(net(x), target)
        loss.backward()
        return loss

    losses: list[float] = []
    # noise ends the descent, and searches come at the steps 1, 2, 4, 8, ...
    while len(losses) < 100 and (len(losses) < 17 or losses[-1] < 0.999 * losses[-9]):
        losses.append(opt.step(closure).item())
    with torch.no_grad():
        fitted = net(x).numpy()[:, 0]
    frequency = net[0].frequency.detach().numpy()[:, 0]
    return np.abs(frequency), fitted, time.process_time() - started


def surrogate(y: Values, k: int, seed: int, seconds: float) -> Answer:
    """Train k complex exponentials with Adam at 1e-4, as published, until the time is over."""
    torch.manual_seed(seed)
    started = time.process_time()
    x = torch.arange(N, dtype=torch.float64)[:, None]
    target = torch.from_numpy(y)[:, None]
    net = Surrogate(1, 1, (k,)).double()
    opt = torch.optim.Adam(net.parameters(), lr=1e-4)
    while time.process_time() - started < seconds:
        loss = nn.functional.mse_loss(net(x), target)
        opt.zero_grad()
        loss.backward()
        opt.step()
    with torch.no_grad():
        fitted = net(x).numpy()[:, 0]
    angle = torch.view_as_complex(net.z.detach()).angle().abs().numpy()
    return angle / (2 * math.pi), fitted, time.process_time() - started


def estimator(name: str) -> Callable[[Values, int, int], Answer]:
    torch.set_num_threads(1)
    if name.startswith("surrogate"):
        seconds = float(name.partition(":")[2])
        return lambda y, k, seed: surrogate(y, k, seed, seconds)
    return {"search": search, "loop": loop}[name]


# ---- One sinusoid ----------------------------------------------------------------------------


def single_run(job: tuple[str, int, float, float, int]) -> dict[str, Any]:
    name, seed, snr, frequency, repeat = job
    rng = np.random.default_rng([seed, round(1000 * snr), round(1e6 * frequency), repeat])
    sigma = math.sqrt(0.5 * 10 ** (-snr / 10))
    y = np.cos(2 * np.pi * frequency * np.arange(N)) + sigma * rng.normal(size=N)
    found, _, seconds = estimator(name)(y, 1, int(rng.integers(1 << 31)))
    error = float(found[0] - frequency) if len(found) else None
    return {"snr": snr, "error": error, "seconds": seconds}


def bound(snr: float) -> float:
    """Return the Cramer-Rao bound of the frequency's variance, phase and amplitude unknown."""
    return 3 * 10 ** (-snr / 10) / (math.pi**2 * N * (N**2 - 1.0))


def single(options: argparse.Namespace, name: str, count: int, repeats: int) -> Any:
    frequencies = np.linspace(LOWEST, HIGHEST, count).tolist()
    snrs = SNRS[::6] if options.quick else SNRS
    jobs = [
        (name, options.seed, float(snr), f, r)
        for snr in snrs for f in frequencies for r in range(repeats)
    ]  # fmt: skip
    runs = common.parallel(single_run, jobs, options.processes, f"one sinusoid, {name}")
    rows = []
    for snr in snrs.tolist():
        errors = [r["error"] for r in runs if r["snr"] == snr]
        right = [e for e in errors if e is not None and abs(e) < 1.0 / N]
        mse = float(np.mean(np.square(right))) if right else None
        rows.append(
            {
                "snr": snr,
                "trials": len(errors),
                "outliers": len(errors) - len(right),
                "mse": mse,
                "over_bound_db": None if mse is None else 10 * math.log10(mse / bound(snr)),
            }
        )
    return {"rows": rows, "seconds": sum(r["seconds"] for r in runs) / len(runs)}


def tables_single(result: dict[str, Any]) -> list[str]:
    head = ["signal to noise", "trials", "outliers (> 1/N)", "frequency MSE", "over the bound"]
    cells = [
        [
            f"{r['snr']:.1f} dB",
            r["trials"],
            r["outliers"],
            common.number(r["mse"], ".2e"),
            f"{common.number(r['over_bound_db'], '+.2f')} dB",
        ]
        for r in result["rows"]
    ]
    seconds = common.duration(result["seconds"])
    return [*common.table(head, cells), "", f"CPU time of one trial: {seconds}."]


def bars_single(result: dict[str, Any], label: str) -> list[dict[str, Any]]:
    rows = result["rows"]
    outliers, trials = (sum(r[key] for r in rows) for key in ("outliers", "trials"))
    over = [r["over_bound_db"] for r in rows]
    worst = None if None in over else max(over)
    together = None if worst is None else 10 * math.log10(np.mean([10 ** (v / 10) for v in over]))
    return [
        common.bar(f"one, {label}", "0 outliers", f"{outliers} of {trials}", outliers == 0),
        common.bar(
            f"one, {label}",
            "MSE within 1 dB of the bound",
            f"{common.number(together, '+.2f')} dB, worst ratio {common.number(worst, '+.2f')} dB",
            worst is not None and worst <= 1.0,
        ),
    ]


# ---- Several, without noise ------------------------------------------------------------------


def several_run(job: tuple[str, int, int, int]) -> dict[str, Any]:
    name, seed, k, number = job
    rng = np.random.default_rng([seed, k, number])
    frequency = rng.uniform(LOWEST, HIGHEST, k)
    amplitude = rng.uniform(0.1, 1.0, k)
    amplitude /= amplitude.sum()
    y = np.cos(2 * np.pi * np.outer(np.arange(N), frequency)) @ amplitude
    found, fitted, seconds = estimator(name)(y, k, int(rng.integers(1 << 31)))
    residual = np.square(y - fitted).mean() / np.square(y).mean()
    return {
        "residual_db": 10 * math.log10(max(float(residual), 1e-40)),
        "gap": float(np.diff(np.sort(frequency)).min() * N),
        "found": len(found),
        "seconds": seconds,
    }


def several(options: argparse.Namespace, name: str, trials: tuple[int, ...]) -> Any:
    rows = []
    for k, count in zip(SEVERAL, trials, strict=True):
        jobs = [(name, options.seed, k, i) for i in range(2 if options.quick else count)]
        runs = common.parallel(several_run, jobs, options.processes, f"{k} sinusoids, {name}")
        apart = [r for r in runs if r["gap"] >= 1.0]
        rows.append(
            {
                "sinusoids": k,
                "trials": len(runs),
                "solved": sum(r["residual_db"] <= SOLVED for r in runs),
                "apart": len(apart),
                "solved_apart": sum(r["residual_db"] <= SOLVED for r in apart),
                "median_db": float(np.median([r["residual_db"] for r in runs])),
                "worst_db": max(r["residual_db"] for r in runs),
                "closest_solved": min(
                    (r["gap"] for r in runs if r["residual_db"] <= SOLVED), default=None
                ),
                "seconds": sum(r["seconds"] for r in runs) / len(runs),
            }
        )
    return {"rows": rows}


def tables_several(result: dict[str, Any]) -> list[str]:
    head = [
        "sinusoids", "trials", "residual <= -120 dB", "all 1/N apart", "of those <= -120 dB",
        "median", "worst", "closest pair solved", "CPU per trial",
    ]  # fmt: skip
    cells = [
        [
            r["sinusoids"], r["trials"], r["solved"], r["apart"], r["solved_apart"],
            f"{r['median_db']:.0f} dB", f"{r['worst_db']:.0f} dB",
            f"{common.number(r['closest_solved'], '.2f')}/N", common.duration(r["seconds"]),
        ]
        for r in result["rows"]
    ]  # fmt: skip
    return common.table(head, cells)


def bars_several(result: dict[str, Any], label: str) -> list[dict[str, Any]]:
    bars = []
    for r in result["rows"]:
        share = 0.95 if r["sinusoids"] == 32 else 1.0
        bars.append(
            common.bar(
                f"{r['sinusoids']} sinusoids, {label}",
                f"<= -120 dB on {share:.0%}",
                f"{r['solved']} of {r['trials']}, worst {r['worst_db']:.0f} dB",
                r["solved"] >= share * r["trials"],
            )
        )
    return bars


# ---- Sections --------------------------------------------------------------------------------


def sections(options: argparse.Namespace) -> list[common.Section]:
    quick = options.quick
    rival = f"surrogate:{1.0 if quick else options.seconds:g}"
    return [
        common.Section(
            "single", "One sinusoid in noise, by search",
            lambda o: single(o, "search", 10 if quick else 100, 1 if quick else 2), tables_single,
            lambda result: bars_single(result, "search"),
        ),
        common.Section(
            "several", "Several without noise, by search",
            lambda o: several(o, "search", (200, 200, 50)), tables_several,
            lambda result: bars_several(result, "search"),
        ),
        common.Section(
            "single-loop", "One sinusoid in noise, by the optimizer alone",
            lambda o: single(o, "loop", 2 if quick else 3, 1), tables_single,
            lambda result: bars_single(result, "loop"), ("torch",),
        ),
        common.Section(
            "several-loop", "Several without noise, by the optimizer alone",
            lambda o: several(o, "loop", (10, 10, 2)), tables_several,
            lambda result: bars_several(result, "loop"), ("torch",),
        ),
        common.Section(
            "single-surrogate", "One sinusoid in noise, by the complex surrogate",
            lambda o: single(o, rival, 1 if quick else 2, 1), tables_single, packages=("torch",),
        ),
        common.Section(
            "several-surrogate", "Several without noise, by the complex surrogate",
            lambda o: several(o, rival, (3, 3, 3)), tables_several, packages=("torch",),
        ),
    ]  # fmt: skip


def main() -> None:
    parser = common.parser(__doc__)
    parser.add_argument(
        "--seconds", type=float, default=5.0, help="CPU seconds of the surrogate for each trial"
    )
    parser.add_argument(
        "--processes", type=int, default=common.cores(), help="trials that go on at the same time"
    )
    options = parser.parse_args()
    common.run("sinusoids", sections(options), options)


if __name__ == "__main__":
    main()
