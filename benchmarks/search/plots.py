"""Draw the scaling curves and the success map from the JSON of run.py into docs/images."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import common

IMAGES = common.ROOT / "docs" / "images"
STYLES = {
    "epicycle": {"color": "#0072b2", "marker": "o", "lw": 2.2},
    "nifty-ls": {"color": "#d55e00", "marker": "s"},
    "astropy fast": {"color": "#009e73", "marker": "^"},
    "cuPeriod": {"color": "#cc79a7", "marker": "d"},
}


#: What theory has to say of each strategy: below 7 and 1 it finds nothing for sure.
THEORY = {"ladder": "deviations", "dense": "power"}


def draw_scaling(result: dict[str, Any]) -> None:
    figure, axes = plt.subplots(1, 2, figsize=(9.0, 3.8), layout="constrained")
    for what, style in STYLES.items():
        rows = [r for r in result["rows"] if r["what"] == what and "seconds" in r]
        if not rows:
            continue
        size = [r["size"] for r in rows]
        axes[0].loglog(size, [r["seconds"] for r in rows], label=what, **style)
        axes[1].loglog(size, [r["peak"] / 1e6 for r in rows], label=what, **style)
    for axis, name in zip(axes, ("Time (s)", "Peak memory (MB)"), strict=True):
        axis.set_xlabel("Baseline times bandwidth")
        axis.set_ylabel(name)
        axis.set_xlim(5e4, 2e13)
        axis.grid(alpha=0.3)
    axes[0].legend(frameon=False, loc="upper right")
    axes[1].set_ylim(50, 2e4)
    figure.suptitle("3,000 samples, one sinusoid, noise half its amplitude", size=11)
    figure.savefig(IMAGES / "search_scaling.png", dpi=150)
    plt.close(figure)


def draw_map(result: dict[str, Any]) -> None:
    samples = sorted({r["samples"] for r in result["rows"]})
    ratios = sorted({r["ratio"] for r in result["rows"]})
    figure, axes = plt.subplots(1, 2, figsize=(9.0, 4.8), layout="constrained", sharey=True)
    image = None
    for axis, strategy in zip(axes, ("ladder", "dense"), strict=True):
        share = np.full((len(ratios), len(samples)), np.nan)
        for r in result["rows"]:
            at = ratios.index(r["ratio"]), samples.index(r["samples"])
            share[at] = r[strategy]["right"] / r[strategy]["trials"]
            axis.text(
                at[1],
                at[0],
                f"{share[at]:.0%}\n({r['theory'][THEORY[strategy]]:.1f})",
                ha="center",
                va="center",
                color="white" if share[at] < 0.6 else "black",
                size=8,
            )
        image = axis.imshow(share, origin="lower", vmin=0, vmax=1, cmap="viridis", aspect="auto")
        axis.set_xticks(range(len(samples)), [f"{n:,}" for n in samples])
        axis.set_yticks(range(len(ratios)), [f"{q:g}" for q in ratios])
        axis.set_xlabel("Samples")
    axes[0].set_ylabel("Amplitude / noise")
    axes[0].set_title("Ladder (height among the pairs, in deviations)", size=10)
    axes[1].set_title("Dense search (power over the threshold)", size=10)
    figure.colorbar(image, ax=axes, label="Share found")
    figure.suptitle(f"Share found among {5 * result['size']:,.0f} frequencies", size=11)
    figure.savefig(IMAGES / "search_success.png", dpi=150)
    plt.close(figure)


def main() -> None:
    quick = "-quick" if "--quick" in sys.argv[1:] else ""
    path = common.RESULTS / f"search{quick}.json"
    if not path.exists():
        raise SystemExit(f"{path.relative_to(common.ROOT)} does not exist: run run.py first")
    sections = json.loads(path.read_text())["sections"]
    IMAGES.mkdir(parents=True, exist_ok=True)
    for name, draw in (("scaling", draw_scaling), ("map", draw_map)):
        if "result" in sections.get(name, {}):
            draw(sections[name]["result"])
        else:
            common.say(f"{name}: not drawn, not measured")


if __name__ == "__main__":
    main()
