"""The picture of the Sin problem: a landscape that leads nowhere, and the spectrum that does.

matplotlib is imported when a picture is asked for.  Parts carry names that programs can look for
with ``artist.get_gid()``: "loss", "expected-loss", "gradient", "expected-gradient", "power",
"threshold".
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from epicycle.look import drawing as draw
from epicycle.problems.sine import Landscape, Sine, landscape
from epicycle.samples.arrays import Floats

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_TITLE: dict[str, Any] = {"fontsize": draw.NORMAL, "color": draw.INK, "loc": "left"}

#: The first zero of tan z = z, where the gradient of 1 - sin(z)/z changes its sign.
_FIRST_TURN = 4.4934

#: Frequencies of a view.
_FEWEST_POINTS, _MOST_POINTS = 2400, 1 << 18

#: Odds at which noise alone reaches the dashed line of the spectrum anywhere in the picture.
_FALSE_ALARM = 1e-3


def draw_sine(
    problem: Sine,
    *,
    present: float = -0.7,
    batch_size: int = 1024,
    seed: int = 0,
    figsize: tuple[float, float] = (13.0, 9.2),
) -> Figure:
    """Draw the loss, its gradient, and the spectrum of one batch, over freq.

    On the left from 0 to twice the true frequency, on the right close to it.  Grey is one batch,
    blue the expectation over all batches; the spectrum is that of minus the gradient of the loss
    at the output of the network, which stands at `present`.

    Parameters
    ----------
    problem : Sine
        The problem.
    present : float
        Angular frequency at which the network stands, as after a random start.
    batch_size, seed : int
        The batch.
    figsize : (float, float)
        Size in inches.
    """
    W = problem.angular_frequency
    x, y = problem.batch(batch_size, np.random.default_rng(seed))
    basin = _FIRST_TURN / problem.span
    figure = draw.new_figure(figsize)
    figure.suptitle(
        draw.plain(_minus(f"Learning freq in sin(freq · x) from samples of sin({W:g} x)")),
        fontsize=draw.LARGE, color=draw.INK, x=0.012, ha="left", weight="bold",
    )  # fmt: skip
    wide, close = figure.subplots(3, 2, sharex="col", width_ratios=[1.35, 1.0]).T
    # In the wide view there is a quarter of the basin between points, so that no needle slips
    # through, or as little as can be drawn; an odd number of points has the truth among them.
    n = min(max(math.ceil(8 * abs(W) / basin), _FEWEST_POINTS), _MOST_POINTS) | 1
    start, stop = sorted((0.0, 2 * W))
    seen = landscape(x, y, start=start, stop=stop, n=n, present=present)
    _draw_column(wide, problem, seen, x, y)
    _name_lines(wide[2], seen, problem, says_where=True)
    wide[0].set_title("From 0 to twice the truth", **_TITLE)
    draw.make_room_above(wide[0], draw.legend(wide[0]))
    dents = int((np.diff(np.sign(seen.gradient)) > 0).sum())
    draw.note(wide[1], f"a step downhill leads into the nearest of {dents:,} dents")
    draw.add_headroom(wide[1], 0.1)
    draw.note(
        wide[2], "what SpectralDescent sees: the spectrum of minus the gradient at the output"
    )
    for axes, name in zip(wide, ("loss", "gradient of the loss", "power"), strict=True):
        draw.label(axes.yaxis, name)

    start, stop = W - 12 * basin, W + 12 * basin
    seen = landscape(x, y, start=start, stop=stop, n=_FEWEST_POINTS | 1, present=present)
    _draw_column(close, problem, seen, x, y)
    _name_lines(close[2], seen, problem, says_where=False)
    words = f"Close to {W:g}; shaded is the basin, {2 * basin:.2g} wide"
    close[0].set_title(_minus(words), **_TITLE)
    for axes in close:
        axes.axvspan(W - basin, W + basin, color=draw.SKY, alpha=0.18, linewidth=0, zorder=0)
        axes.ticklabel_format(axis="x", useOffset=False)
    return figure


def _draw_column(
    column: Sequence[Axes], problem: Sine, seen: Landscape, x: Floats, y: Floats
) -> None:
    """Draw loss, gradient and spectrum one above the other."""
    for axes in column:
        draw.style(axes)
    top, middle, bottom = column
    _draw_terrain(top, "loss", seen.freq, seen.loss, problem.loss(seen.freq), len(x))
    gradient = problem.gradient(seen.freq)
    _draw_terrain(middle, "gradient", seen.freq, seen.gradient, gradient, len(x))
    middle.axhline(0, color=draw.FAINT, linewidth=0.8, zorder=1)
    _draw_power(bottom, seen, x, y, problem)
    top.set_xlim(seen.freq[0], seen.freq[-1])
    top.set_ylim(bottom=0)
    draw.label(bottom.xaxis, "freq (radians per unit of x)")


def _draw_terrain(
    axes: Axes, name: str, freq: Floats, values: Floats, expected: Floats, n: int
) -> None:
    """Draw the loss or its gradient, of one batch and of all."""
    crowded = len(freq) > 5000
    axes.plot(
        freq, values, color="#a0a0a0", linewidth=0.25 if crowded else 0.9, gid=name, zorder=2,
        label=f"one batch of {n:,}",
    )  # fmt: skip
    axes.plot(
        freq, expected, color=draw.BLUE, linewidth=1.0 if crowded else 1.3, zorder=3,
        gid=f"expected-{name}", label="expected over all batches",
    )  # fmt: skip


def _draw_power(axes: Axes, seen: Landscape, x: Floats, y: Floats, problem: Sine) -> None:
    """Draw the spectrum, and the power that noise does not reach."""
    axes.plot(seen.freq, seen.power, color=draw.VERMILLION, linewidth=1.0, gid="power", zorder=3)
    # Powers of noise are exponentially distributed, span / π independent ones per unit of freq.
    mean = 2 * np.mean(np.square(y - np.sin(seen.present * x))) / len(x)
    independent = max((seen.freq[-1] - seen.freq[0]) * problem.span / math.pi, 1.0)
    threshold = float(mean * math.log(independent / _FALSE_ALARM))
    axes.axhline(threshold, color=draw.MUTED, linewidth=0.8, linestyle="--", gid="threshold")
    axes.set_ylim(0, 1.25 * max(float(seen.power.max()), threshold))


def _name_lines(axes: Axes, seen: Landscape, problem: Sine, *, says_where: bool) -> None:
    """Name the strongest line that is not the network's own, and maybe its own."""
    own = np.abs(np.abs(seen.freq) - abs(seen.present)) < 3 * _FIRST_TURN / problem.span
    strongest = int(np.where(own, 0.0, seen.power).argmax())
    named = [(strongest, f"{seen.freq[strongest]:.5g}", draw.VERMILLION, "bold")]
    if own.any() and says_where:
        at = int(np.where(own, seen.power, 0.0).argmax())
        named.append((at, f"freq stands at {seen.present:.5g}", draw.MUTED, "normal"))
    for at, words, colour, weight in named:
        to_the_left = at > 0.8 * len(seen.freq)
        axes.annotate(
            draw.plain(_minus(words)), (float(seen.freq[at]), float(seen.power[at])),
            xytext=(-6 if to_the_left else 6, -1), textcoords="offset points",
            ha="right" if to_the_left else "left", va="top", fontsize=draw.NORMAL,
            color=colour, weight=weight, zorder=5,
        )  # fmt: skip


def _minus(words: str) -> str:
    return words.replace("-", "−")
