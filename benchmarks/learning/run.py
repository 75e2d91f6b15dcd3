"""Does an ordinary training loop find the frequency, how soon, and at what price?

The loop of the Sin problem with one line added, noise, one configuration for many frequencies,
losses other than the square, targets without any cycle, and the time that it takes.
"""

from __future__ import annotations

import argparse
import hashlib
import math
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import common
import epicycle.optim
from epicycle.nn import Periodic
from epicycle.problems import Sine
from epicycle.problems.contest import enter_sine
from epicycle.problems.networks import Sin

SPAN = 1000.0
LOWEST, HIGHEST = 0.01, 1000.0
TARGETS = (3.0, 7.0, 31.0, 97.0, 310.0)
#: Inputs are scaled to [-1, 1]: about 1000 times the target would be right.
OMEGAS = (30.0, 300.0, 3e3, 3e4, 3e5)
CLASSES = 8


def number_of(*key: Any) -> int:
    """Return a seed for a key; unlike ``hash`` the same in every process."""
    return int.from_bytes(hashlib.sha256(repr(key).encode()).digest()[:4], "big")


def start(seed: Any) -> torch.Generator:
    """Seed everything; return a generator for what belongs to the problem, not to the training."""
    torch.set_num_threads(1)
    torch.manual_seed(number_of("training", *seed))
    return torch.Generator().manual_seed(number_of("problem", *seed))


def draw(generator: torch.Generator) -> float:
    """Return an angular frequency, log-uniform."""
    share = float(torch.rand((), generator=generator, dtype=torch.float64))
    return math.exp(math.log(LOWEST) + share * math.log(HIGHEST / LOWEST))


def in_basin(learned: Tensor, true: float) -> bool:
    """Return whether an angular frequency is right to within one radian at the edge of the data."""
    return float((learned.detach().double().abs() - true).abs().min()) * SPAN < 1.0


def batches(inside: list[bool]) -> int | None:
    """Return after how many batches the frequency was in its basin for good."""
    last_outside = max((k for k, ok in enumerate(inside) if not ok), default=-1)
    return last_outside + 2 if last_outside + 1 < len(inside) else None


# ---- The Sin problem -------------------------------------------------------------------------


def sin_run(job: tuple[int, int, int, str, float, int]) -> dict[str, Any]:
    """Run the original loop, with the one line added."""
    seed, number, batch_size, dtype, noise, steps = job
    generator = start((seed, number, batch_size))
    true = draw(generator)
    torch.set_default_dtype(getattr(torch, dtype))
    net = Sin()
    opt = torch.optim.SGD(net.parameters(), lr=0.0001)
    epicycle.optim.SpectralDescent(opt, net, angular_frequencies=[net.freq])
    inside, by_hand = [], math.nan
    for _ in range(steps):
        batch = (torch.rand(size=[batch_size, 1]) * 2 - 1) * SPAN
        out = net(batch)
        expected = torch.sin(batch * true) + noise * torch.randn(batch.shape)
        loss = ((out - expected) ** 2).mean()
        set_by_hand = torch.sin(torch.tensor([true]) * batch)
        by_hand = float(((set_by_hand - expected) ** 2).mean())
        opt.zero_grad()
        loss.backward()
        opt.step()
        inside.append(in_basin(net.freq, true))
    return {
        "true": true,
        "batches": batches(inside),
        "loss": loss.item(),
        "by_hand": by_hand,
    }


def sin_table(options: argparse.Namespace, cases: list[tuple[int, str, float, int]]) -> Any:
    count = 10 if options.quick else 100
    rows = []
    for batch_size, dtype, noise, steps in cases:
        jobs = [(options.seed, k, batch_size, dtype, noise, steps) for k in range(count)]
        runs = common.parallel(sin_run, jobs, options.processes, f"{dtype}, {batch_size}")
        found = [r["batches"] for r in runs if r["batches"] is not None]
        rows.append(
            {
                "batch": batch_size,
                "dtype": dtype,
                "noise": noise,
                "steps": steps,
                "trials": count,
                "within": {str(k): sum(b <= k for b in found) for k in (1, 2, 4, 8, 12, 20)},
                "loss": max(r["loss"] for r in runs),
                "excess": max(r["loss"] - r["by_hand"] for r in runs),
                "missed": [r["true"] for r in runs if r["batches"] is None],
            }
        )
    return {"rows": rows}


def measure_sin(options: argparse.Namespace) -> Any:
    cases = [(b, d, 0.0, 20) for d in ("float64", "float32") for b in (1024, 32)]
    return sin_table(options, cases)


def measure_noise(options: argparse.Namespace) -> Any:
    return sin_table(options, [(32, "float64", math.sqrt(0.5), 12)])


def tables_sin(result: dict[str, Any]) -> list[str]:
    return common.table(
        [
            "dtype",
            "batch",
            "noise",
            "runs",
            "in basin after 1",
            "2",
            "4",
            "8",
            "12 batches",
            "largest final loss",
            "above that of the true value",
        ],
        [
            [r["dtype"], r["batch"], f"{r['noise']:.2f}", r["trials"]]
            + [r["within"][k] for k in ("1", "2", "4", "8", "12")]
            + [f"{r['loss']:.1e}", f"{r['excess']:.1e}"]
            for r in result["rows"]
        ],
    )


def bars_sin(result: dict[str, Any]) -> list[dict[str, Any]]:
    bars = []
    for r in result["rows"]:
        what = f"Sin, batch {r['batch']}, {r['dtype']}"
        inside = r["within"]["4"]
        bars.append(
            common.bar(
                what, "basin within 4 batches, all", f"{inside} of {r['trials']}",
                inside == r["trials"],
            )
        )  # fmt: skip
        if r["dtype"] == "float64":
            bars.append(common.bar(what, "loss <= 1e-10", f"{r['loss']:.1e}", r["loss"] <= 1e-10))
        else:
            met = r["excess"] <= 0
            bars.append(common.bar(what, "loss as set by hand", f"+{r['excess']:.1e}", met))
    return bars


def bars_noise(result: dict[str, Any]) -> list[dict[str, Any]]:
    (r,) = result["rows"]
    inside = r["within"]["12"]
    return [
        common.bar(
            "Sin at 0 dB, batch 32", "basin within 12 batches, 99 %",
            f"{inside} of {r['trials']}", inside >= 0.99 * r["trials"],
        )
    ]  # fmt: skip


# ---- One configuration -----------------------------------------------------------------------


def target_run(job: tuple[int, int, float]) -> dict[str, Any]:
    seed, number, true = job
    start((seed, number, true))
    torch.set_default_dtype(torch.float32)
    net = nn.Sequential(Periodic(1, 8), nn.Linear(16, 1))
    opt = torch.optim.Adam(net.parameters(), lr=0.01)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(opt, 1000)
    epicycle.optim.SpectralDescent(opt, net)
    inside = []
    for _ in range(1000):
        x = (torch.rand(256, 1, dtype=torch.float64) * 2 - 1) * SPAN
        loss = functional.mse_loss(net(x), torch.sin(true * x).float())
        opt.zero_grad()
        loss.backward()
        opt.step()
        schedule.step()
        inside.append(in_basin(2 * math.pi * net[0].frequency, true))
    errors = []
    with torch.no_grad():
        for span in (SPAN, 10 * SPAN):
            x = (torch.rand(10_000, 1, dtype=torch.float64) * 2 - 1) * span
            errors.append(float(functional.mse_loss(net(x).double(), torch.sin(true * x))))
    return {"batches": batches(inside), "inside": errors[0], "beyond": errors[1]}


def measure_targets(options: argparse.Namespace) -> Any:
    count = 3 if options.quick else 20
    rows = []
    for true in TARGETS:
        jobs = [(options.seed, k, true) for k in range(count)]
        runs = common.parallel(target_run, jobs, options.processes, f"sin({true:g} x)")
        rows.append(
            {
                "true": true,
                "trials": count,
                "right": sum(r["batches"] is not None for r in runs),
                "inside": max(r["inside"] for r in runs),
                "ratio": max(r["beyond"] / r["inside"] for r in runs),
            }
        )
    return {"rows": rows}


def tables_targets(result: dict[str, Any]) -> list[str]:
    return common.table(
        ["target", "runs", "found", "largest MSE in range", "at ten times the range, ratio"],
        [
            [
                f"sin({r['true']:g} x)",
                r["trials"],
                r["right"],
                f"{r['inside']:.1e}",
                f"{r['ratio']:.2f}",
            ]
            for r in result["rows"]
        ],
    )


def bars_targets(result: dict[str, Any]) -> list[dict[str, Any]]:
    rows = result["rows"]
    found, runs = sum(r["right"] for r in rows), sum(r["trials"] for r in rows)
    worst = max(r["ratio"] for r in rows)
    return [
        common.bar("five targets", "all found", f"{found} of {runs}", found == runs),
        common.bar("five targets", "MSE beyond <= 10 x", f"{worst:.2f} x", worst <= 10),
    ]


def measure_siren(options: argparse.Namespace) -> Any:
    """SIREN on the same targets: it is not unable to learn them, it needs its omega guessed."""
    torch.set_num_threads(1)
    rows = []
    for true in TARGETS:
        problem = Sine(true, SPAN)
        for omega in OMEGAS:
            result, _ = enter_sine(
                f"siren:{omega:g}", problem, seconds=options.seconds, n_test=20_000
            )
            rows.append({"true": true, "omega": omega, **result.to_dict()})
            common.say(f"  {result.title} on sin({true:g} x): {result.loss:.3g}")
    return {"rows": rows}


def tables_siren(result: dict[str, Any]) -> list[str]:
    rows = result["rows"]

    def cell(true: float, omega: float) -> str:
        (r,) = [r for r in rows if r["true"] == true and r["omega"] == omega]
        return f"{common.number(r['loss'], '.2g')} ({common.number(r['loss_beyond'], '.2g')})"

    table = common.table(
        ["target", *(f"ω₀ = {omega:g}" for omega in OMEGAS)],
        [
            [f"sin({true:g} x)", *(cell(true, omega) for omega in OMEGAS)]
            for true in sorted({r["true"] for r in rows})
        ],
    )
    note = "MSE in range, and in ten times the range; 0.5 is that of always saying 0.  Each after "
    return [*table, "", f"{note}{rows[0]['seconds']:.0f} s."]


# ---- Other losses ----------------------------------------------------------------------------

TRENDS: dict[str, Callable[[Tensor], Tensor]] = {
    "none": torch.zeros_like,
    "quadratic": lambda x: 1.5 * (x / SPAN) ** 2 - 0.5,
    "step": lambda x: torch.sign(x - 0.137 * SPAN),
    "tanh": lambda x: torch.tanh(x / (0.3 * SPAN)),
}


class Head(nn.Module):
    """Periodic features into a small perceptron, with half of the trend already fitted."""

    def __init__(self, outputs: int, half_trend: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.periodic = Periodic(1, 8)
        self.layers = nn.Sequential(nn.Linear(16, 64), nn.GELU(), nn.Linear(64, outputs))
        self._half_trend = half_trend

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(self.periodic(x)) + self._half_trend(x).float()


def loss_problem(
    loss: str, true: float, trend: Callable[[Tensor], Tensor]
) -> tuple[int, Callable[[Tensor], Tensor], Callable[[Tensor, Tensor], Tensor]]:
    """Return number of outputs, the half-fitted trend, and (output, x) -> loss."""
    if loss == "l1":
        return (
            1,
            lambda x: 0.5 * trend(x),
            lambda out, x: functional.l1_loss(out, (torch.sin(true * x) + trend(x)).float()),
        )
    # a trend as large as the cycle would leave nothing of it in a class
    if loss == "bce":
        return (
            1,
            lambda x: 0.5 * trend(x),
            lambda out, x: functional.binary_cross_entropy_with_logits(
                out, (torch.sin(true * x) + 0.5 * trend(x) > 0).float()
            ),
        )
    directions = 2 * math.pi * (torch.arange(CLASSES) + 0.5) / CLASSES

    def classes(x: Tensor) -> Tensor:
        y, z = torch.sin(true * x) + 0.5 * trend(x), torch.cos(true * x) + 0.5 * trend(x)
        return (torch.atan2(y, z)[:, 0] / (2 * math.pi) % 1 * CLASSES).long().clamp(0, CLASSES - 1)

    return (
        CLASSES,
        lambda x: 0.5 * trend(x) * (directions.sin() + directions.cos()),
        lambda out, x: functional.cross_entropy(out, classes(x)),
    )


def loss_run(job: tuple[int, int, str, str]) -> dict[str, Any]:
    seed, number, loss, trend = job
    generator = start((seed, number, loss, trend))
    torch.set_default_dtype(torch.float32)
    true = draw(generator)
    outputs, half, criterion = loss_problem(loss, true, TRENDS[trend])
    net = Head(outputs, half)
    opt = torch.optim.Adam(net.parameters(), lr=1e-3)
    epicycle.optim.SpectralDescent(opt, net)
    inside = []
    for _ in range(16):
        x = (torch.rand(256, 1, dtype=torch.float64) * 2 - 1) * SPAN
        value = criterion(net(x), x)
        opt.zero_grad()
        value.backward()
        opt.step()
        inside.append(in_basin(2 * math.pi * net.periodic.frequency, true))
    return {"true": true, "batches": batches(inside)}


def measure_losses(options: argparse.Namespace) -> Any:
    count = 5 if options.quick else 50
    rows = []
    for loss in ("bce", "cross-entropy", "l1"):
        for trend in TRENDS:
            jobs = [(options.seed, k, loss, trend) for k in range(count)]
            runs = common.parallel(loss_run, jobs, options.processes, f"{loss}, {trend}")
            found = [r["batches"] for r in runs if r["batches"] is not None]
            rows.append(
                {
                    "loss": loss,
                    "trend": trend,
                    "trials": count,
                    "within": {str(k): sum(b <= k for b in found) for k in (1, 2, 4, 8, 16)},
                    "missed": [r["true"] for r in runs if r["batches"] is None],
                }
            )
    return {"rows": rows}


def tables_losses(result: dict[str, Any]) -> list[str]:
    return common.table(
        ["loss", "trend", "runs", "in basin after 1", "2", "4", "8", "16 batches", "missed"],
        [
            [
                r["loss"],
                r["trend"],
                r["trials"],
                *(r["within"][k] for k in r["within"]),
                ", ".join(f"{w:.3g}" for w in r["missed"]),
            ]
            for r in result["rows"]
        ],
    )


def bars_losses(result: dict[str, Any]) -> list[dict[str, Any]]:
    bars = []
    for r in result["rows"]:
        limit, share = ("8", 1.0) if r["trend"] == "none" else ("16", 0.96)
        inside = r["within"][limit]
        bars.append(
            common.bar(
                f"{r['loss']}, trend: {r['trend']}",
                f"basin within {limit} batches, {share:.0%}",
                f"{inside} of {r['trials']}",
                inside >= share * r["trials"],
            )
        )
    return bars


# ---- No cycle --------------------------------------------------------------------------------


def noise_run(job: tuple[int, int]) -> dict[str, Any]:
    """Train on white noise, a bare sine or a small network in turns."""
    seed, number = job
    start((seed, number))
    torch.set_default_dtype(torch.float64)
    if number % 2:
        net: nn.Module = Sin()
        opt: torch.optim.Optimizer = torch.optim.SGD(net.parameters(), lr=1e-4)
        descent = epicycle.optim.SpectralDescent(opt, net, angular_frequencies=[net.freq])
    else:
        net = Head(1, torch.zeros_like)
        opt = torch.optim.Adam(net.parameters(), lr=1e-3)
        descent = epicycle.optim.SpectralDescent(opt, net)
    for _ in range(1000):
        x = (torch.rand(32, 1) * 2 - 1) * SPAN
        loss = functional.mse_loss(net(x).double(), torch.randn(32, 1))
        opt.zero_grad()
        loss.backward()
        opt.step()
    return {"moves": len(descent.moves)}


SMOOTH: dict[str, Callable[[Tensor], Tensor]] = {
    "quadratic": TRENDS["quadratic"],
    "|x|": lambda x: 2 * (x / SPAN).abs() - 1,
    "step": TRENDS["step"],
    "chirp": lambda x: torch.sin(40.0 * (x / SPAN + 1.2) ** 2),
}


class Mixed(nn.Module):
    """A perceptron that sees the input itself and periodic features of it."""

    def __init__(self) -> None:
        super().__init__()
        self.periodic = Periodic(1, 8)
        self.layers = nn.Sequential(
            nn.Linear(17, 64), nn.GELU(), nn.Linear(64, 64), nn.GELU(), nn.Linear(64, 1)
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(torch.cat([(x / SPAN).float(), self.periodic(x)], dim=1))


def smooth_run(job: tuple[int, int, str]) -> dict[str, Any]:
    """Train with and without SpectralDescent, from the same start on the same batches."""
    seed, number, target = job
    losses, moves = [], 0
    for attached in (False, True):
        start((seed, number, target))
        torch.set_default_dtype(torch.float32)
        net = Mixed()
        opt = torch.optim.Adam(net.parameters(), lr=1e-3)
        descent = epicycle.optim.SpectralDescent(opt, net) if attached else None
        for _ in range(1000):
            x = (torch.rand(256, 1, dtype=torch.float64) * 2 - 1) * SPAN
            loss = functional.mse_loss(net(x), SMOOTH[target](x).float())
            opt.zero_grad()
            loss.backward()
            opt.step()
        with torch.no_grad():
            x = torch.linspace(-SPAN, SPAN, 20_001, dtype=torch.float64)[:, None]
            losses.append(float(functional.mse_loss(net(x), SMOOTH[target](x).float())))
        moves = len(descent.moves) if descent else 0
    return {"plain": losses[0], "attached": losses[1], "moves": moves}


def measure_no_cycle(options: argparse.Namespace) -> Any:
    count = 10 if options.quick else 200
    jobs = [(options.seed, k) for k in range(count)]
    noise = common.parallel(noise_run, jobs, options.processes, "white noise")
    rows = []
    for target in SMOOTH:
        jobs_smooth = [(options.seed, k, target) for k in range(2 if options.quick else 10)]
        runs = common.parallel(smooth_run, jobs_smooth, options.processes, target)
        plain, attached = (sorted(r[key] for r in runs) for key in ("plain", "attached"))
        rows.append(
            {
                "target": target,
                "trials": len(runs),
                "plain": sum(plain) / len(plain),
                "attached": sum(attached) / len(attached),
                "ratios": [r["attached"] / r["plain"] for r in runs],
                "moves": sum(r["moves"] for r in runs),
            }
        )
    return {"runs": count, "moved": sum(r["moves"] > 0 for r in noise), "rows": rows}


def tables_no_cycle(result: dict[str, Any]) -> list[str]:
    lines = [f"White noise: {result['moved']} of {result['runs']} runs moved a frequency.", ""]
    return lines + common.table(
        ["target", "runs", "final MSE, plain", "attached", "ratio", "lowest", "highest", "moves"],
        [
            [
                r["target"],
                r["trials"],
                f"{r['plain']:.3g}",
                f"{r['attached']:.3g}",
                f"{r['attached'] / r['plain']:.3f}",
                f"{min(r['ratios']):.2f}",
                f"{max(r['ratios']):.2f}",
                r["moves"],
            ]
            for r in result["rows"]
        ],
    )


def bars_no_cycle(result: dict[str, Any]) -> list[dict[str, Any]]:
    moved, runs = result["moved"], result["runs"]
    bars = [
        common.bar("white noise", "moves in <= 1 %", f"{moved} of {runs}", moved <= 0.01 * runs)
    ]
    for r in result["rows"]:
        ratio = r["attached"] / r["plain"]
        bars.append(common.bar(r["target"], "MSE <= 1.05 plain", f"{ratio:.3f}", ratio <= 1.05))
    return bars


# ---- Overhead --------------------------------------------------------------------------------


def overhead_loops(target: str, steps: int) -> tuple[float, float]:
    """Return the CPU seconds of a plain and an attached loop, which take turns step by step.

    On a machine that others use as well the speed of a core changes from minute to minute: within
    a step it is the same for both.
    """
    torch.set_default_dtype(torch.float32)
    loops = []
    for attached in (False, True):
        start((0,))
        net = nn.Sequential(
            Periodic(1, 8), nn.Linear(16, 256), nn.GELU(), nn.Linear(256, 256), nn.GELU(),
            nn.Linear(256, 256), nn.GELU(), nn.Linear(256, 1),
        )  # fmt: skip
        opt = torch.optim.Adam(net.parameters(), lr=1e-3)
        if attached:
            epicycle.optim.SpectralDescent(opt, net)
        loops.append((net, opt))
    spent = [0.0, 0.0]
    for step in range(steps):
        x = (torch.rand(1024, 1, dtype=torch.float64) * 2 - 1) * SPAN
        y = torch.randn(1024, 1) if target == "noise" else torch.sin(31 * x).float()
        for which in (0, 1) if step % 2 else (1, 0):
            net, opt = loops[which]
            started = time.process_time()
            loss = functional.mse_loss(net(x), y)
            opt.zero_grad()
            loss.backward()
            opt.step()
            spent[which] += time.process_time() - started
    return spent[0], spent[1]


def measure_overhead(options: argparse.Namespace) -> Any:
    steps = 64 if options.quick else 1000
    rounds = 1 if options.quick else 3
    rows = []
    for target in ("sin(31 x)", "noise"):
        times = []
        for turn in range(rounds):
            times.append(overhead_loops(target, steps))
            common.say(f"  overhead, {target}: round {turn + 1} of {rounds}")
        plain, ours = sorted(times, key=lambda pair: pair[1] / pair[0])[rounds // 2]
        rows.append({"target": target, "steps": steps, "plain": plain, "attached": ours})
    return {"rows": rows}


def tables_overhead(result: dict[str, Any]) -> list[str]:
    return common.table(
        ["target", "steps", "plain, per step", "attached", "overhead"],
        [
            [r["target"], r["steps"]]
            + [common.duration(r[key] / r["steps"]) for key in ("plain", "attached")]
            + [f"{r['attached'] / r['plain'] - 1:+.1%}"]
            for r in result["rows"]
        ],
    )


def bars_overhead(result: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        common.bar(
            f"overhead, {r['target']}", "<= 10 % of a step",
            f"{r['attached'] / r['plain'] - 1:+.1%}", r["attached"] <= 1.1 * r["plain"],
        )
        for r in result["rows"]
    ]  # fmt: skip


SECTIONS = [
    common.Section("sin", "The Sin problem", measure_sin, tables_sin, bars_sin, ("torch",)),
    common.Section(
        "noise", "With noise of the signal's power", measure_noise, tables_sin, bars_noise,
        ("torch",),
    ),
    common.Section(
        "targets", "One configuration", measure_targets, tables_targets, bars_targets, ("torch",)
    ),
    common.Section("siren", "SIREN beside it", measure_siren, tables_siren, packages=("torch",)),
    common.Section(
        "losses", "Other losses", measure_losses, tables_losses, bars_losses, ("torch",)
    ),
    common.Section(
        "no_cycle", "No cycle", measure_no_cycle, tables_no_cycle, bars_no_cycle, ("torch",)
    ),
    common.Section(
        "overhead", "Overhead at batch 1024, 3 x 256", measure_overhead, tables_overhead,
        bars_overhead, ("torch",),
    ),
]  # fmt: skip


def main() -> None:
    parser = common.parser(__doc__)
    parser.add_argument(
        "--processes", type=int, default=common.cores(), help="runs that go on at the same time"
    )
    parser.add_argument("--seconds", type=float, default=5.0, help="for each SIREN")
    common.run("learning", SECTIONS, parser.parse_args())


if __name__ == "__main__":
    main()
