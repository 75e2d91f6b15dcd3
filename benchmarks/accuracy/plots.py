"""The picture of the calibration, drawn from the stored result alone.

python benchmarks/accuracy/plots.py
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import matplotlib

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import common

matplotlib.use("Agg")

import matplotlib.pyplot as plt


def draw_calibration(result: dict, path: Path) -> None:
    """Draw the share of noise series with at most a probability, against that probability."""
    figure, axes = plt.subplots(figsize=(5.2, 4.6), layout="constrained")
    ends = [3e-5, 5e-2]
    axes.fill_between(ends, [e / 1.5 for e in ends], [e * 1.5 for e in ends], color="0.92", lw=0)
    axes.plot(ends, ends, color="0.4", lw=0.8)
    for row in result["rows"]:
        axes.plot(row["probability"], row["share"], label=row["setting"], lw=1.4)
    axes.set(
        xscale="log",
        yscale="log",
        xlim=ends,
        ylim=ends,
        xlabel="false-alarm probability reported",
        ylabel="share of noise series that report it or less",
        title=f"{result['rows'][0]['series']:,} series of noise each; grey: within 1.5",
    )
    axes.title.set_fontsize(10)
    axes.legend(frameon=False, fontsize=9)
    figure.savefig(path, dpi=150)
    plt.close(figure)


def main() -> None:
    document = json.loads((common.RESULTS / "accuracy.json").read_text())
    entry = document["sections"].get("false_alarms")
    if entry is None or "result" not in entry:
        raise SystemExit("false_alarms was not measured yet: run run.py --only false_alarms")
    path = common.ROOT / "docs" / "images" / "calibration.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    draw_calibration(entry["result"], path)
    print(f"wrote {path.relative_to(common.ROOT)}")


if __name__ == "__main__":
    main()
