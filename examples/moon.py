"""Find the months in the Moon's motion, from 6,000 samples at random times in 25 years.

    python examples/moon.py                      # tables, and a picture in moon.png
    python examples/moon.py --output PATH        # the picture elsewhere

Nothing is told about the Moon: the periods come out of the samples, with their errors, and are
then compared with what astronomers know.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

import epicycle
from epicycle.views.plots import plot_fold, plot_spectrum

if TYPE_CHECKING:
    from matplotlib.axes import Axes

DATA = Path(__file__).resolve().parent.parent / "data" / "moon_irregular_25y.csv"

#: The columns, what to call them, and the periods that astronomers know, in days.
COLUMNS = {
    "illuminated_fraction": (
        "illuminated fraction",
        "",
        {"synodic": 29.5305889, "full-moon cycle": 411.78443},
    ),
    "distance_km": (
        "distance",
        "km",
        {"anomalistic": 27.5545499, "evection": 31.811941, "half-synodic": 14.7652944},
    ),
    "declination_deg": (
        "declination",
        "degrees",
        {"sidereal": 27.3216615, "draconic": 27.2122208},
    ),
}

#: Cycles to look for in each column.  There are more than thirty; these are the strongest.
MAX_CYCLES = 12

#: Lines of each table that are printed.
ROWS = 6


def search(t: NDArray[np.float64], values: NDArray[np.float64], name: str) -> epicycle.CycleModel:
    print(f"{name}: searching {len(t):,} samples ...", end="", file=sys.stderr, flush=True)
    started = time.perf_counter()
    model = epicycle.find_cycles(t, values, unit="d", max_cycles=MAX_CYCLES)
    print(f" {time.perf_counter() - started:.1f} s", file=sys.stderr)
    return model


def position(model: epicycle.CycleModel, period: float) -> int | None:
    """Return which cycle has this period, to within the resolution of the data, if any."""
    distances = [abs(cycle.frequency - 1 / period) for cycle in model.cycles]
    if not distances or min(distances) > 0.5 / model.baseline:
        return None
    return int(np.argmin(distances))


def compare(models: dict[str, epicycle.CycleModel]) -> list[str]:
    """Return the lines of a table of known and found periods."""
    lines = [
        "                           known            found        error   (found - known)",
        "                               d                d            d           / error",
    ]
    for column, (_, _, known) in COLUMNS.items():
        for name, period in known.items():
            which = position(models[column], period)
            if which is None:
                lines.append(f"{name:18} {period:13.7f}        not found")
                continue
            cycle = models[column].cycles[which]
            pull = (cycle.period - period) / cycle.period_error
            lines.append(
                f"{name:18} {period:13.7f}    {cycle.period:13.7f}    {cycle.period_error:9.7f}"
                f"             {pull:+5.1f}"
            )
    return lines


def draw(models: dict[str, epicycle.CycleModel], path: Path) -> None:
    """Write the picture: some samples, the spectrum and folded waveforms of each column."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(13.0, 8.4), dpi=130, facecolor="white")
    FigureCanvasAgg(figure)
    grid = figure.add_gridspec(
        3, 4, width_ratios=[1.2, 1.95, 1.0, 1.0], left=0.06, right=0.985, bottom=0.065, top=0.84,
        wspace=0.32, hspace=0.48,
    )  # fmt: skip
    figure.text(
        0.06, 0.95, "The months in the Moon's motion", fontsize=16, weight="bold", color="#222222"
    )
    figure.text(
        0.06,
        0.917,
        "as they come out of 6,000 samples at random times in 25 years; nothing else was given",
        fontsize=11,
        color="#666666",
    )
    for row, (column, (name, unit, known)) in enumerate(COLUMNS.items()):
        model = models[column]
        found = {position(model, period): month for month, period in known.items()}
        named = {which: month for which, month in found.items() if which is not None}
        label = f"{name} ({unit})" if unit else name

        samples = figure.add_subplot(grid[row, 0])
        draw_samples(samples, model, label)

        spectrum = figure.add_subplot(grid[row, 1])
        titles = {k: f"{month}\n{model.cycles[k].period:.6g} d" for k, month in named.items()}
        plot_spectrum(model, period_range=(8.0, 600.0), labels=titles, ax=spectrum)

        for place, (which, month) in enumerate(list(named.items())[:2]):
            fold = figure.add_subplot(grid[row, 2 + place])
            plot_fold(model, which, value_label=unit, ax=fold)
            cycle = model.cycles[which]
            fold.set_title(
                f"{month}\n{cycle.period:.7f} ± {cycle.period_error:.7f} d",
                fontsize=9.5,
                loc="left",
                color="#222222",
            )
            fold.set_xlabel("phase (turns)" if row == 2 else "")
        if row < 2:
            samples.set_xlabel("")
            spectrum.set_xlabel("")
        if row > 0:
            for axis in spectrum.child_axes:
                axis.set_xlabel("")
    figure.savefig(path)


def draw_samples(axes: Axes, model: epicycle.CycleModel, label: str) -> None:
    """Draw the samples of some months, and the model through them."""
    assert model.samples is not None
    t, values, _ = model.samples
    first = model.reference_time
    shown = (t >= first) & (t < first + 100)
    curve = np.linspace(first, first + 100, 1000)
    axes.plot(curve - first, model.predict(curve), color="#D55E00", linewidth=1.1)
    axes.plot(t[shown] - first, values[shown], ".", color="#0072B2", markersize=5)
    axes.set_xlim(0, 100)
    axes.set_ylabel(label, color="#222222")
    axes.set_xlabel(f"time (d): 100 of {model.baseline:,.0f} days", color="#222222")
    axes.tick_params(colors="#666666", labelsize=9)
    axes.spines[["top", "right"]].set_visible(False)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, default=Path("moon.png"), metavar="PATH")
    options = parser.parse_args()
    table = np.genfromtxt(DATA, delimiter=",", names=True)
    models = {column: search(table["jd_tdb"], table[column], column) for column in COLUMNS}
    for column, model in models.items():
        lines = model.table().splitlines()
        print(f"\n{column}: {min(ROWS, len(model.cycles))} of {len(model.cycles)} cycles\n")
        print("\n".join(lines[: 2 + ROWS]))
    print("\nWhat astronomers know, and what was found:\n")
    print("\n".join(compare(models)))
    draw(models, options.output)
    print(f"\nwrote {options.output}", file=sys.stderr)


if __name__ == "__main__":
    main()
