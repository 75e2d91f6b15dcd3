"""Panels of the frequency axis: spectra of data and residual, the spectral window, the lines."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from epicycle.look import drawing as draw
from epicycle.results.result import Result
from epicycle.samples.arrays import Floats

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Cycles of a summary that are labelled in the spectrum and listed in the table.
LISTED = 12


#: Points per spectrum: about one per pixel of a wide picture.
_COLUMNS = 1500

#: Ticks of the period axis are at least this far apart, in pixels.
_TICKS_APART = 46.0


@dataclass(frozen=True)
class Band:
    """The part of the frequency axis that is shown, from `lowest` to `highest`."""

    lowest: float
    highest: float
    logarithmic: bool

    def place(self, frequency: float) -> float:
        """Return where a frequency stands on the axis, from 0 to 1."""
        if self.logarithmic:
            return math.log(frequency / self.lowest) / math.log(self.highest / self.lowest)
        return (frequency - self.lowest) / (self.highest - self.lowest)

    @property
    def shift(self) -> float:
        """What tick labels leave out in a band so narrow that its frequencies look alike."""
        width = self.highest - self.lowest
        if width > 1e-3 * self.highest:
            return 0.0
        step = 10.0 ** math.floor(math.log10(width))
        return round((self.lowest + self.highest) / 2 / step) * step

    def beside(self, frequency: float) -> str:
        """Return the tick label of a frequency in a narrow band: its distance from the shift."""
        distance = frequency - self.shift
        if abs(distance) < 1e-6 * (self.highest - self.lowest):
            return "0"
        return ("−" if distance < 0 else "") + draw.round_number(float(f"{abs(distance):.3g}"))


def choose_band(
    model: Result, period_range: tuple[float, float] | None = None, scale: str = "auto"
) -> Band:
    """Return the part of the spectrum to show; see :func:`epicycle.views.plots.plot_spectrum`."""
    if scale not in ("auto", "linear", "log"):
        raise ValueError(f"frequency_scale must be 'auto', 'linear' or 'log', got {scale!r}.")
    frequency = model.spectrum.frequency
    if not len(frequency):
        raise ValueError(
            "this result holds no spectrum (it was read from a document). To fix this, draw the "
            "result that find_cycles returned."
        )
    # of wide bands, only the part around the strongest line has a spectrum; the points are the
    # middles of pieces, so it reaches half a step beyond them
    lowest = max(model.search.minimum_frequency, float(frequency[0] - _step(frequency[:2])))
    highest = min(model.search.maximum_frequency, float(frequency[-1] + _step(frequency[-2:])))
    if period_range is not None:
        shortest, longest = period_range
        if not 0 < shortest < longest < math.inf:
            raise ValueError(
                f"period_range must be (shortest, longest) with 0 < shortest < longest, "
                f"got {period_range}."
            )
        lowest, highest = 1.0 / longest, 1.0 / shortest
    shown = [c.frequency for c in model.cycles if lowest <= c.frequency <= highest]
    crowded = bool(shown) and min(shown) - lowest < 0.08 * (highest - lowest)
    return Band(lowest, highest, scale == "log" or (scale == "auto" and crowded))


def _step(pair: Floats) -> float:
    return float(np.ptp(pair))


def draw_spectra(
    figure: Figure, grid: Any, model: Result, band: Band
) -> tuple[Axes, list[tuple[Axes, Artist]]]:
    """Draw spectra of data and residual and the window, one below the other.

    Returns the axes of the first, and notes that still need room.
    """
    top = figure.add_subplot(grid[0])
    middle = figure.add_subplot(grid[1], sharex=top)
    whole = model.search.strategy == "dense"
    bottom = figure.add_subplot(grid[2], sharex=top if whole else None)
    draw_power(top, model, band)
    draw.note(top, "data")
    _draw_log_spectrum(
        middle, model.spectrum.residual_power, model, band, draw.VERMILLION, "residual-power"
    )
    _draw_window(bottom, model, band if whole else None)
    notes = [
        (middle, draw.note(middle, "residual: share of its own variance")),
        (bottom, draw.note(bottom, "spectral window: power due to the sampling alone")),
    ]
    for axes in (top, middle) if whole else (top,):
        draw.label(axes.xaxis, "")
        axes.tick_params(axis="x", which="both", labelbottom=False)
    return top, [(axes, text) for axes, text in notes]


def _draw_window(axes: Axes, model: Result, band: Band | None) -> None:
    """Draw the spectral window, over the given band or as far as it is known."""
    draw.style(axes)
    spectrum = model.spectrum
    frequency = spectrum.window_frequency
    if band is None:
        band = Band(float(frequency[0]), float(frequency[-1]), True)
        axes.set_xscale("log")
        axes.set_xlim(band.lowest, band.highest)
        _set_frequency_ticks(axes, band)
        unit = f"cycles / {model.unit}" if model.unit else "cycles / unit of time"
        draw.label(axes.xaxis, f"distance from a line ({unit})")
    else:
        draw.label(axes.xaxis, _frequency_label(model.unit, band))
    x, y = _highest_per_column(frequency, spectrum.window, band)
    axes.fill_between(x, 0, y, color=draw.FAINT, linewidth=0)
    axes.plot(x, y, color=draw.MUTED, linewidth=0.8, gid="window")
    axes.set_ylim(0, max(0.2, 1.05 * float(np.max(y, initial=0.0))))


def draw_power(axes: Axes, model: Result, band: Band) -> None:
    """Draw the spectrum of the data, with an axis of periods on top."""
    _draw_log_spectrum(axes, model.spectrum.power, model, band, draw.BLUE, "power")
    draw.label(axes.yaxis, "share of variance")
    # on the side where the strongest cycle is not
    strongest = [band.place(c.frequency) for c in model.cycles[:1]]
    left = any(0.5 < place <= 1.0 for place in strongest)
    text = axes.annotate(
        "false-alarm threshold",
        (0.0 if left else 1.0, model.spectrum.threshold),
        xycoords=axes.get_yaxis_transform(),
        xytext=(4 if left else -4, 3),
        textcoords="offset points",
        ha="left" if left else "right",
        va="bottom",
        fontsize=draw.SMALL,
        color=draw.INK,
        bbox={"facecolor": "white", "alpha": 0.7, "edgecolor": "none", "pad": 1.0},
    )
    text.set_in_layout(False)
    _add_period_axis(axes, band, model.unit)


def _draw_log_spectrum(
    axes: Axes, power: Floats, model: Result, band: Band, colour: str, gid: str
) -> None:
    """Draw one spectrum with the false-alarm threshold, and set the limits of both axes."""
    draw.style(axes)
    axes.set_xscale("log" if band.logarithmic else "linear")
    axes.set_yscale("log")
    threshold = model.spectrum.threshold
    x, y = _highest_per_column(model.spectrum.frequency, power, band)
    usable = y[y > 0] if (y > 0).any() else np.array([threshold])
    lowest = max(min(float(np.quantile(usable, 0.03)), threshold) / 2.0, 1e-9)
    highest = 1.6 * max(float(usable.max()), threshold)
    axes.fill_between(x, lowest, np.maximum(y, lowest), color=colour, alpha=0.15, linewidth=0)
    axes.plot(x, np.maximum(y, lowest), color=colour, linewidth=0.8, gid=gid)
    axes.axhline(threshold, color=draw.INK, linewidth=0.9, linestyle=(0, (5, 3)), gid="threshold")
    axes.set_xlim(band.lowest, band.highest)
    axes.set_ylim(lowest, highest)
    draw.label(axes.xaxis, _frequency_label(model.unit, band))
    _set_frequency_ticks(axes, band)
    set_power_ticks(axes, 5 if gid == "power" else 3)


def _highest_per_column(frequency: Floats, power: Floats, band: Band) -> tuple[Floats, Floats]:
    """Return the highest power in each column of pixels, at the frequency where it is reached."""
    inside = (frequency >= band.lowest) & (frequency <= band.highest) & np.isfinite(power)
    x, y = frequency[inside], power[inside]
    if len(x) < 2:
        return x, y
    place = np.log(x) if band.logarithmic else x
    column = np.floor(_COLUMNS * (place - place[0]) / (place[-1] - place[0])).astype(int)
    order = np.lexsort((-y, column))
    best = order[np.flatnonzero(np.diff(column[order], prepend=-1))]
    return x[best], y[best]


def set_power_ticks(axes: Axes, most: int) -> None:
    """Put ticks at powers of ten up to 1, or at other round numbers where these are too few."""
    lowest, highest = axes.get_ylim()
    powers = range(math.ceil(math.log10(lowest)), math.floor(math.log10(min(highest, 1.0))) + 1)
    step = max(1, math.ceil(len(powers) / most))
    ticks = [10.0**p for p in powers][::-step]
    if len(ticks) < 2:
        ticks = _round_numbers(lowest, min(highest, 1.0), (1.0, 2.0, 5.0))
    axes.set_yticks(ticks, [draw.round_number(t) for t in ticks])
    axes.set_yticks([], minor=True)


def _set_frequency_ticks(axes: Axes, band: Band) -> None:
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    if band.shift:
        axes.xaxis.set_major_formatter(FuncFormatter(lambda f, _: band.beside(f)))
    if not band.logarithmic:
        return
    digits = (1.0,) if band.highest / band.lowest > 50 else (1.0, 2.0, 5.0)
    axes.xaxis.set_major_locator(LogLocator(subs=digits, numticks=12))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda f, _: draw.round_number(f)))
    axes.xaxis.set_minor_formatter(NullFormatter())


def _add_period_axis(axes: Axes, band: Band, unit: str) -> None:
    """Add a second axis on top that reads in periods."""
    top = axes.secondary_xaxis("top")
    apart = _TICKS_APART * axes.figure.dpi / 100.0 / max(axes.get_window_extent().width, 1.0)
    ticks: list[float] = []
    for period in _round_numbers(1.0 / band.highest, 1.0 / band.lowest):
        place = band.place(1.0 / period)
        if all(abs(place - band.place(1.0 / other)) > apart for other in ticks):
            ticks.append(period)
    if len(ticks) < 2:  # so narrow a band has one period
        top.set_visible(False)
        return
    top.set_xticks([1.0 / p for p in ticks], [draw.round_number(p) for p in ticks])
    top.set_xticks([], minor=True)
    top.tick_params(colors=draw.MUTED, labelsize=draw.SMALL)
    top.tick_params(length=3.5, width=0.8, direction="out")
    top.spines["top"].set(visible=True, color=draw.MUTED, linewidth=0.8)
    draw.label(top.xaxis, f"period ({unit})" if unit else "period (units of time)")


def _round_numbers(
    lowest: float, highest: float, digits: tuple[float, ...] = (1.0, 3.0, 2.0, 5.0, 1.5, 7.0)
) -> list[float]:
    """Return round numbers between two limits, by the order of their first digits."""
    powers = range(math.floor(math.log10(lowest)), math.ceil(math.log10(highest)) + 1)
    numbers = [digit * 10.0**power for digit in digits for power in powers]
    return [number for number in numbers if lowest <= number <= highest]


def mark_cycles(axes: Axes, model: Result, band: Band, labels: int | dict[int, str]) -> None:
    """Mark every cycle in the band at its fundamental, and label those asked for."""
    spectrum = model.spectrum
    lowest = axes.get_ylim()[0]
    names = labels if isinstance(labels, dict) else dict.fromkeys(range(labels), "")
    wanted = []
    for number, cycle in enumerate(model.cycles):
        if not band.lowest <= cycle.frequency <= band.highest:
            continue
        height = max(_power_near(spectrum.frequency, spectrum.power, cycle.frequency), lowest)
        axes.plot(
            [cycle.frequency],
            [height],
            marker="o",
            markersize=4.5,
            markerfacecolor=draw.VERMILLION,
            markeredgecolor="white",
            markeredgewidth=0.6,
            linestyle="none",
            gid="cycle",
            zorder=5,
            clip_on=False,
        )
        multiples = [h.order * cycle.frequency for h in cycle.harmonics if h.order > 1]
        for frequency in [f for f in multiples if f <= band.highest]:
            axes.plot(
                [frequency, frequency],
                [0.0, 0.035],
                transform=axes.get_xaxis_transform(),
                color=draw.VERMILLION,
                linewidth=1.0,
                gid="harmonic",
            )
        if number in names:
            short = draw.brief(cycle.period, cycle.period_error)
            text = f"{short} {model.unit}" if model.unit else short
            wanted.append((cycle.frequency, height, names[number] or text, names[number] or short))
    if wanted:
        draw.label_peaks(axes, wanted)
        set_power_ticks(axes, 5)


def _power_near(frequency: Floats, power: Floats, where: float) -> float:
    """Return the spectrum at a line: the higher of the two nearest points."""
    at = int(np.searchsorted(frequency, where))
    near = power[max(at - 1, 0) : at + 1]
    return float(np.max(near[np.isfinite(near)], initial=0.0))


def draw_lines(axes: Axes, model: Result, value_label: str) -> None:
    """Draw the lines of a model that holds no spectrum as amplitudes over frequency."""
    draw.style(axes)
    lines = [line for line in model.lines if line.kind != "slow"]
    fundamentals = {cycle.frequency for cycle in model.cycles}
    for line in lines:
        height = first_number(line.amplitude)
        axes.plot([line.frequency] * 2, [0, height], color=draw.BLUE, linewidth=1.5)
    for frequency in fundamentals:
        heights = [first_number(o.amplitude) for o in lines if o.frequency == frequency]
        axes.plot(
            [frequency],
            [max(heights, default=0.0)],
            "o",
            color=draw.VERMILLION,
            markersize=4.5,
            gid="cycle",
        )
    if lines:
        axes.set_xlim(0, 1.1 * max(line.frequency for line in lines))
        axes.set_ylim(0, 1.15 * max(first_number(line.amplitude) for line in lines))
    draw.label(axes.xaxis, _frequency_label(model.unit, None))
    draw.label(axes.yaxis, f"amplitude of {value_label}")
    draw.note(axes, "lines of the model (this result holds no spectrum)")


def first_number(value: Any, output: int = 0) -> float:
    """Return the number of one output; NaN where a document had none."""
    if isinstance(value, (tuple, list)):
        value = value[output]
    return math.nan if value is None else float(value)


def _frequency_label(unit: str, band: Band | None) -> str:
    shift = f" − {band.shift:.12g}" if band is not None and band.shift else ""
    return f"frequency{shift} (cycles / {unit or 'unit of time'})"
