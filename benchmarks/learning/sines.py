"""The Sin problem: the original loop with one line added, with noise and without."""

from __future__ import annotations

import argparse
import math
from typing import Any

import torch

import common
import epicycle.optim
from epicycle.problems.networks import Sin
from learning.runs import SPAN, batches, draw, in_basin, start, trials


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
    count = trials(options, 10, 100)
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
