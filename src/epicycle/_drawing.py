"""The look of all pictures: figures, axes, labels that keep apart, and numbers in words.

Nothing here knows what a result is.  matplotlib is imported when a figure is made.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from epicycle._twofloat import Floats

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure
    from matplotlib.text import Text

# The palette of Okabe and Ito, which colour-blind readers can tell apart.
INK, MUTED, FAINT = "#222222", "#666666", "#d9d9d9"
BLUE, VERMILLION, SKY = "#0072B2", "#D55E00", "#56B4E9"
GROUPS = (BLUE, "#E69F00", "#009E73", "#CC79A7", SKY, "#999999")
SYMBOLS = ("o", "s", "^", "D", "v", "P")

#: Text sizes in points: legible at 100 dots per inch.
SMALL, NORMAL, LARGE = 9.0, 10.0, 13.0

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


# ---- Figures and axes ----------------------------------------------------------------------


def new_figure(figsize: tuple[float, float]) -> Figure:
    """Return an empty figure with an Agg canvas, unknown to pyplot."""
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
        from matplotlib.layout_engine import ConstrainedLayoutEngine
    except ImportError as error:
        raise ImportError(
            "pictures need matplotlib, which is not installed. "
            "To fix this, run: pip install 'epicycle[plot]'"
        ) from error
    layout = ConstrainedLayoutEngine(w_pad=0.1, h_pad=0.08)
    figure = Figure(figsize=figsize, dpi=100, facecolor="white", layout=layout)
    FigureCanvasAgg(figure)
    return figure


def figure_of(axes: Axes) -> Figure:
    """Return the figure that axes belong to, also from within a subfigure."""
    figure: Any = axes.figure
    while figure.figure is not figure:
        figure = figure.figure
    found: Figure = figure
    return found


def style(axes: Axes) -> None:
    """Give axes the look of all pictures, whatever the user's own defaults are."""
    axes.set_facecolor("white")
    axes.grid(False)
    axes.set_axisbelow(True)
    for side, spine in axes.spines.items():
        spine.set(visible=side in ("left", "bottom"), color=MUTED, linewidth=0.8)
    axes.tick_params(which="both", colors=MUTED, labelsize=SMALL, direction="out")
    axes.tick_params(which="major", length=3.5, width=0.8)
    axes.tick_params(which="minor", length=2.0, width=0.6)
    for axis in (axes.xaxis, axes.yaxis):
        axis.get_offset_text().set(color=MUTED, fontsize=SMALL)


def label(axis: Axis, text: str) -> None:
    """Write the label of an axis."""
    axis.set_label_text(plain(text), fontsize=NORMAL, color=INK)


def write(axes: Axes, x: float, y: float, text: str, **options: Any) -> Text:
    """Write text into axes, in their own coordinates from 0 to 1."""
    options = {"fontsize": NORMAL, "color": INK, "va": "top", **options}
    return axes.text(x, y, plain(text), transform=axes.transAxes, **options)


def note(axes: Axes, text: str) -> Text:
    """Write a word of explanation into the upper left corner of axes."""
    found = axes.annotate(
        plain(text),
        (0.0, 1.0),
        xycoords="axes fraction",
        xytext=(6, -3),
        textcoords="offset points",
        fontsize=SMALL,
        color=MUTED,
        ha="left",
        va="top",
        zorder=7,
    )
    found.set_in_layout(False)
    return found


def legend(axes: Axes) -> Artist:
    """Add a legend of one line along the upper edge."""
    handles, _ = axes.get_legend_handles_labels()
    found = axes.legend(
        loc="upper left",
        ncols=max(len(handles), 1),
        fontsize=SMALL,
        labelcolor=INK,
        frameon=False,
        borderaxespad=0.1,
        handletextpad=0.4,
        columnspacing=1.4,
    )
    for handle in found.legend_handles:
        if handle is not None and hasattr(handle, "set_markersize"):
            handle.set_alpha(1.0)
            handle.set_markersize(5.0)
    found.set_in_layout(False)
    return found


def make_room_above(axes: Axes, artist: Artist) -> None:
    """Raise the upper limit until what stands at the upper edge is clear of the data."""
    share = (artist.get_window_extent().height + 3.0) / axes.get_window_extent().height
    add_headroom(axes, share)


def add_headroom(axes: Axes, share: float) -> None:
    """Raise the upper limit so that `share` of the height of the axes is free."""
    lowest, highest = axes.get_ylim()
    factor = 1.0 / (1.0 - min(share, 0.7))
    if axes.get_yscale() == "log":
        axes.set_ylim(top=lowest * (highest / lowest) ** factor)
    else:
        axes.set_ylim(top=lowest + (highest - lowest) * factor)


def limit_values(axes: Axes, values: Floats, curve: Floats | None = None) -> None:
    """Set the limits of the value axis to values and curve.

    A few extreme values of many do not squeeze the rest; how many are outside is written down.
    """
    if not len(values):
        return
    lowest, highest = float(values.min()), float(values.max())
    if len(values) > 500:
        low, high = np.quantile(values, [0.002, 0.998])
        reach = 0.5 * (high - low)
        lowest, highest = max(lowest, float(low - reach)), min(highest, float(high + reach))
    if curve is not None:
        lowest, highest = min(lowest, float(curve.min())), max(highest, float(curve.max()))
    margin = 0.08 * (highest - lowest)
    if margin <= 1e-14 * max(abs(lowest), abs(highest)):
        margin = max(abs(highest), 1.0) * 1e-3
    axes.set_ylim(lowest - margin, highest + margin)
    hidden = int(((values < lowest - margin) | (values > highest + margin)).sum())
    if hidden:
        text = write(axes, 0.995, 0.01, f"{hidden} outside", ha="right", va="bottom")
        text.set(fontsize=SMALL, color=MUTED)


# ---- Labels that keep apart ----------------------------------------------------------------


def label_peaks(axes: Axes, wanted: Sequence[tuple[float, float, str, str]]) -> None:
    """Write labels above their peaks, upright where they would stand too far from them.

    Parameters
    ----------
    axes : Axes
        Axes of their final size with a logarithmic value axis; room is made at the top.
    wanted : sequence of (float, float, str, str)
        Position, height, text and a shorter text for each peak, the most important first; what
        finds no room is left out.
    """
    point = axes.figure.dpi / 72.0
    box = axes.get_window_extent()
    left, right = box.x0 + 36.0 * point, box.x1 - 4.0 * point
    anchors = [float(axes.transData.transform((x, y))[0]) for x, y, _, _ in wanted]
    texts = [
        axes.text(0, 0, plain(t), fontsize=SMALL, color=INK, ha="center", va="bottom", ma="center")
        for _, _, t, _ in wanted
    ]
    places = spread(anchors, [_width(t) for t in texts], 6.0 * point, left, right)
    far = places is None or np.abs(np.subtract(places, anchors)).max() > 80.0 * point
    if far and max(_width(t) for t in texts) < 0.45 * box.height:
        for text, (_, _, _, short) in zip(texts, wanted, strict=True):
            text.set(rotation=90, text=plain(short))
        places = spread(anchors, [_width(t) for t in texts], 3.0 * point, left, right)
    while places is None and texts:
        texts.pop().remove()
        anchors.pop()
        places = spread(anchors, [_width(t) for t in texts], 3.0 * point, left, right)
    if places is None or not texts:
        return
    height = max(text.get_window_extent().height for text in texts)
    add_headroom(axes, (height + 24.0 * point) / box.height)
    bottom = box.y1 - height - 2.0 * point
    back = axes.transData.inverted().transform
    for text, (x, y, _, _), place in zip(texts, wanted, places, strict=False):
        text.set_position(tuple(back((place, bottom))))
        text.set(in_layout=False, zorder=6)
        under = float(back((place, bottom - 1.0 * point))[1])
        elbow = float(back((place, bottom - 12.0 * point))[1])
        axes.plot(
            [float(back((place, bottom))[0]), x, x],
            [under, elbow, min(y, elbow)],
            color=MUTED,
            linewidth=0.6,
            zorder=4,
            gid="leader",
        )


def _width(text: Text) -> float:
    return float(text.get_window_extent().width)


def spread(
    anchors: Sequence[float], widths: Sequence[float], gap: float, left: float, right: float
) -> list[float] | None:
    """Return centres close to `anchors` at which labels of given widths do not overlap.

    The order of the anchors is kept, and the sum of squared shifts is least (isotonic
    regression by pooling); None where the labels do not fit between `left` and `right`.
    """
    if not widths or sum(widths) + gap * (len(widths) - 1) > right - left:
        return None
    order = np.argsort(anchors, kind="stable")
    half = np.array(widths)[order] / 2
    steps = np.concatenate([[half[0]], half[:-1] + half[1:] + gap]).cumsum()
    blocks: list[tuple[float, int]] = []
    for value in np.array(anchors)[order] - steps:
        blocks.append((float(value), 1))
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            (a, m), (b, n) = blocks[-2:]
            blocks[-2:] = [((a * m + b * n) / (m + n), m + n)]
    pooled = np.repeat([value for value, _ in blocks], [count for _, count in blocks])
    centres = np.clip(pooled, left, right - steps[-1] - half[-1]) + steps
    result = np.empty(len(centres))
    result[order] = centres
    return [float(c) for c in result]


# ---- Numbers in words ----------------------------------------------------------------------


def quote(value: float, error: float) -> str:
    """Return a value with its error to two digits, such as "29.53059 ± 0.00010"."""
    if not math.isfinite(value):
        return "?"
    if not (math.isfinite(error) and error > 0):
        return f"{value:.6g}"
    size = max(abs(value), error)
    exponent = 0 if 1e-4 <= size < 1e7 else math.floor(math.log10(size))
    value, error = value / 10.0**exponent, error / 10.0**exponent
    decimals = _decimals(error)
    if decimals > 8:
        text = f"{value:.{decimals}f}({round(error * 10.0**decimals)})"
    else:
        text = f"{value:.{decimals}f} ± {error:.{decimals}f}"
    return text if exponent == 0 else f"({text})·{power_of_ten(exponent)}"


def _decimals(error: float) -> int:
    """Return how many decimals show two digits of an error, as it is rounded."""
    decimals = max(0, 1 - math.floor(math.log10(error)))
    return max(0, 1 - math.floor(math.log10(round(error, decimals))))


def brief(value: float, error: float) -> str:
    """Return a value to the digit that its error leaves uncertain, or to six digits."""
    if not (math.isfinite(error) and 0 < error < abs(value)):
        return f"{value:.6g}"
    before = math.floor(math.log10(abs(value)))
    digits = before - math.floor(math.log10(error)) + 1
    return round_number(float(f"{value:.{min(max(digits, before + 1, 2), 6)}g}"))


def round_number(number: float) -> str:
    """Return a number of few digits without needless ones: "0.01", "10⁻⁴", "2·10⁷"."""
    if 1e-3 <= number < 1e5:
        return f"{number:g}"
    exponent = math.floor(math.log10(number) + 1e-9)
    digits = f"{number / 10.0**exponent:.6g}"
    power = power_of_ten(exponent)
    return power if digits == "1" else f"{digits}·{power}"


def probability(value: float) -> str:
    """Return a probability that may be very small: "0.0031", "8·10⁻⁷"."""
    if not value > 0:
        return f"< {power_of_ten(-300)}"
    if value >= 0.001:
        return f"{value:.2g}"
    exponent = math.floor(math.log10(value))
    return f"{max(value / 10.0**exponent, 1.0):.0f}·{power_of_ten(exponent)}"


def power_of_ten(exponent: int) -> str:
    """Return "10" with a raised exponent."""
    return f"10{str(exponent).translate(_SUPERSCRIPTS)}"


def plain(text: str) -> str:
    """Return text whose dollar signs are not read as mathematics."""
    return text.replace("$", r"\$")
