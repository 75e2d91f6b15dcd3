"""The picture of the Sin problem: a landscape that leads nowhere, and the spectrum that does.

matplotlib is imported when a picture is asked for.  Parts carry names that programs can look for
with ``artist.get_gid()``: "loss", "expected-loss", "gradient", "expected-gradient", "power",
"threshold".
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from epicycle import _drawing as draw
from epicycle._twofloat import Floats
from epicycle.problems.sine import Landscape, Sine, landscape

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: The first zero of tan z = z, where the gradient of 1 - sin(z)/z changes its sign.
_FIRST_TURN = 4.4934

#: Frequencies of the wide view, at most.
_MOST_POINTS = 1 << 20

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
    W = abs(problem.angular_frequency)
    x, y = problem.batch(batch_size, np.random.default_rng(seed))
    basin = _FIRST_TURN / problem.span
    figure = draw.new_figure(figsize)
    figure.suptitle(
        draw.plain(f"Learning freq in sin(freq · x) from samples of sin({W:g} x)"),
        fontsize=draw.LARGE, color=draw.INK, x=0.012, ha="left", weight="bold",
    )  # fmt: skip
    grid = figure.subplots(3, 2, sharex="col", width_ratios=[1.35, 1.0])
    # in the wide view a quarter of the basin between points, so that no needle slips through
    n_wide = max(min(math.ceil(8 * W / basin), _MOST_POINTS), 2)
    for column, (start, stop, n) in enumerate(
        [(0.0, 2 * W, n_wide), (W - 12 * basin, W + 12 * basin, 2401)]
    ):
        seen = landscape(x, y, start=start, stop=stop, n=n, present=present)
        for axes in grid[:, column]:
            draw.style(axes)
        top, middle, bottom = grid[:, column]
        _draw_terrain(top, "loss", seen.freq, seen.loss, problem.loss(seen.freq), len(x))
        gradient = problem.gradient(seen.freq)
        _draw_terrain(middle, "gradient", seen.freq, seen.gradient, gradient, len(x))
        _draw_power(bottom, seen, x, y, problem)
        draw.label(bottom.xaxis, "freq (radians per unit of x)")
        top.set_xlim(start, stop)
        top.set_ylim(bottom=0)
        middle.axhline(0, color=draw.FAINT, linewidth=0.8, zorder=1)
    for axes, name in zip(grid[:, 0], ("loss", "gradient of the loss", "power"), strict=True):
        draw.label(axes.yaxis, name)
    _title(grid[0, 0], "From 0 to twice the truth")
    _title(grid[0, 1], f"Close to {W:g}; shaded is the basin, {2 * basin:.2g} wide")
    draw.make_room_above(grid[0, 0], draw.legend(grid[0, 0]))
    for axes, words in zip(
        grid[1:, 0],
        (
            "a step downhill leads into the nearest of thousands of dents",
            "what SpectralDescent sees: the spectrum of minus the gradient at the output",
        ),
        strict=True,
    ):
        draw.note(axes, words)
    draw.add_headroom(grid[1, 0], 0.1)
    for axes in grid[:, 1]:
        axes.axvspan(W - basin, W + basin, color=draw.SKY, alpha=0.18, linewidth=0, zorder=0)
        axes.ticklabel_format(axis="x", useOffset=False)
    return figure


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
        freq, expected, color=draw.BLUE, linewidth=0.6 if crowded else 1.3, zorder=3,
        gid=f"expected-{name}", label="expected over all batches",
    )  # fmt: skip


def _draw_power(axes: Axes, seen: Landscape, x: Floats, y: Floats, problem: Sine) -> None:
    """Draw the spectrum, with the power that noise does not reach, and name its lines."""
    axes.plot(seen.freq, seen.power, color=draw.VERMILLION, linewidth=1.0, gid="power", zorder=3)
    # Powers of noise are exponentially distributed, span / π independent ones per unit of freq.
    mean = 2 * np.mean(np.square(y - np.sin(seen.present * x))) / len(x)
    independent = max((seen.freq[-1] - seen.freq[0]) * problem.span / math.pi, 1.0)
    threshold = float(mean * math.log(independent / _FALSE_ALARM))
    axes.axhline(threshold, color=draw.MUTED, linewidth=0.8, linestyle="--", gid="threshold")
    axes.set_ylim(0, 1.25 * max(float(seen.power.max()), threshold))
    reach = 3 * _FIRST_TURN / problem.span
    own = np.abs(seen.freq - abs(seen.present)) < reach
    others = np.where(own, 0.0, seen.power)
    strongest = int(others.argmax())
    named = [(strongest, f"{seen.freq[strongest]:.5g}", draw.VERMILLION, "bold")]
    if own.any():
        at = int(np.where(own, seen.power, 0.0).argmax())
        words = f"freq stands at {seen.present:.5g}".replace("-", "−")
        named.append((at, words, draw.MUTED, "normal"))
    for at, words, colour, weight in named:
        axes.annotate(
            draw.plain(words), (float(seen.freq[at]), float(seen.power[at])), xytext=(6, -1),
            textcoords="offset points", fontsize=draw.NORMAL, va="top", color=colour,
            weight=weight, zorder=5,
        )  # fmt: skip


def _title(axes: Axes, text: str) -> None:
    axes.set_title(draw.plain(text), fontsize=draw.NORMAL, color=draw.INK, loc="left")
