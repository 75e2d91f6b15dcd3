"""The look of all pictures: figures, axes, labels that keep apart, and numbers in words.

Nothing here knows what a result is.  matplotlib is imported when a figure is made.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from epicycle.samples.arrays import Floats
from epicycle.samples.text import in_line, visible

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure
    from matplotlib.legend import Legend
    from matplotlib.text import Text

# The palette of Okabe and Ito, which colour-blind readers can tell apart.
INK, MUTED, FAINT = "#222222", "#666666", "#d9d9d9"

BLUE, VERMILLION, SKY = "#0072B2", "#D55E00", "#56B4E9"
GROUPS = (BLUE, "#E69F00", "#009E73", "#CC79A7", SKY, "#999999")
SYMBOLS = ("o", "s", "^", "D", "v", "P")

#: Text sizes in points: legible at 100 dots per inch.
SMALL, NORMAL, LARGE = 9.0, 10.0, 13.0

#: Sizes in a legend in units of the size of its text: handle, gaps, and height of a line.
_HANDLE, _HANDLE_GAP, _COLUMN_GAP, _LINE = 2.0, 0.4, 1.4, 1.6

#: A legend may take so much of the height of its axes inside, or above them.
_INSIDE, _ABOVE = 0.3, 0.5

#: Longer names of groups, and any longer text, lose their middle; longer labels of axes get a
#: second line.
_LONGEST_NAME, _LONGEST_LINE, _LONGEST_TEXT = 28, 45, 400

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
    """Write the label of an axis, a long one in several lines."""
    axis.set_label_text(wrapped(text), fontsize=NORMAL, color=INK)


def wrapped(text: str) -> str:
    """Return the text of a label, a long one in several lines."""
    return plain("\n".join(textwrap.wrap(in_line(text, _LONGEST_TEXT), _LONGEST_LINE)))


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
    """Add a legend of one line along the upper edge; :func:`make_room_above` makes it fit."""
    handles, names = axes.get_legend_handles_labels()
    return _legend(axes, handles, names, max(len(names), 1))


def _legend(
    axes: Axes, handles: Sequence[Any], names: Sequence[str], columns: int, above: bool = False
) -> Legend:
    found = axes.legend(
        handles,
        names,
        loc="lower left" if above else "upper left",
        bbox_to_anchor=(0.0, 1.0) if above else None,
        ncols=columns,
        fontsize=SMALL,
        labelcolor=INK,
        frameon=False,
        borderaxespad=0.1,
        handletextpad=_HANDLE_GAP,
        handlelength=_HANDLE,
        columnspacing=_COLUMN_GAP,
    )
    for handle in found.legend_handles:
        if handle is not None and hasattr(handle, "set_markersize"):
            handle.set_alpha(1.0)
            handle.set_markersize(5.0)
    found.set_in_layout(above)
    return found


def make_room_above(axes: Axes, artist: Artist) -> None:
    """Raise the upper limit until what stands at the upper edge is clear of the data.

    A legend gets as many lines as it needs.  Where these would take too much of the axes it
    stands above them, and says of the last groups only how many they are, if need be.
    """
    if hasattr(artist, "get_texts"):
        inside = _fitted_legend(axes, artist)
        if inside is None:
            return
        artist = inside
    share = (artist.get_window_extent().height + 3.0) / axes.get_window_extent().height
    add_headroom(axes, share)


def _fitted_legend(axes: Axes, first: Any) -> Artist | None:
    """Return a legend with lines that fit, or None where it now stands above the axes."""
    em = SMALL * axes.figure.dpi / 72.0
    box = axes.get_window_extent()
    handles, names = axes.get_legend_handles_labels()
    widths = [_width(text) + (_HANDLE + _HANDLE_GAP) * em for text in first.get_texts()]
    columns = _columns(widths, box.width - em, _COLUMN_GAP * em)
    if columns == len(names):
        return cast("Artist", first)
    lines = math.ceil(len(names) / columns)
    if lines * _LINE * em <= _INSIDE * box.height:
        return _legend(axes, handles, names, columns)
    most = max(int(_ABOVE * box.height / (_LINE * em)), 1) * columns
    if len(names) > most:
        from matplotlib.lines import Line2D

        # the last one is the model
        kept = max(most - 2, 1)
        more = f"and {len(names) - kept - 1} more"
        handles = [*handles[:kept], Line2D([], [], linestyle="none"), handles[-1]]
        names = [*names[:kept], more, names[-1]]
    _legend(axes, handles, names, columns, above=True)
    settle(figure_of(axes))
    return None


def _columns(widths: Sequence[float], room: float, gap: float) -> int:
    """Return in how many columns entries of some widths fit, filled one after the other."""
    for columns in range(len(widths), 1, -1):
        parts = np.array_split(np.array(widths), columns)
        if sum(float(part.max()) for part in parts) + gap * (columns - 1) <= room:
            return columns
    return 1


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


def shortened(name: str) -> str:
    """Return a name for a legend, its middle left out where it is long."""
    return in_line(name, _LONGEST_NAME)


def plain(text: str) -> str:
    """Return text of a user as a picture can show it: dollar signs are not mathematics."""
    shown = visible(text) if len(text) <= _LONGEST_TEXT else in_line(text, _LONGEST_TEXT)
    return shown.replace("$", r"\$")


def settle(figure: Figure, notes: Sequence[tuple[Axes, Artist]] = ()) -> None:
    """Lay a figure out, so that sizes are known, and make room for notes along upper edges."""
    if (engine := figure.get_layout_engine()) is not None:
        engine.execute(figure)
    for axes, artist in notes:
        make_room_above(axes, artist)
