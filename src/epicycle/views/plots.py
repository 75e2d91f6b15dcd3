"""Pictures of results: spectrum, folded waveforms, fit, and a summary of all three.

Everything is drawn from a :class:`~epicycle.model.CycleModel` alone; nothing is searched or
fitted here.  matplotlib is imported when a picture is asked for, and only its object interface
is used: figures have an Agg canvas of their own, so nothing global is touched, no display is
needed, and there is nothing to close.  Write a picture with ``figure.savefig("cycles.png")``.

Parts of a picture carry names that programs can look for with ``artist.get_gid()``: "power",
"residual-power", "window", "threshold", "cycle" (one marker per cycle), "harmonic", "samples",
"waveform", "bin-means", "model", "residual".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from epicycle.look import drawing as draw
from epicycle.results.cycles import Cycle
from epicycle.results.result import Result
from epicycle.views import folds, spectra, timeline
from epicycle.views.series import Series

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def plot_spectrum(
    model: Result,
    *,
    period_range: tuple[float, float] | None = None,
    frequency_scale: str = "auto",
    labels: int | dict[int, str] = spectra.LISTED,
    ax: Axes | None = None,
    figsize: tuple[float, float] = (10.0, 7.0),
) -> Figure:
    """Draw the spectrum of the data, of the residual, and the spectral window.

    Power is the share of the variance that a sinusoid explains, on a logarithmic axis.  Each
    cycle has a mark at its fundamental and its period above it; ticks along the bottom are
    harmonics.  The dashed line is the power that noise alone exceeds anywhere in the band with
    the false-alarm probability that was asked for.  The window is the power that sampling alone
    gives at a distance from each line: where it is high, aliases are to be expected.

    Parameters
    ----------
    model : Result
        A result of :func:`epicycle.find_cycles`.
    period_range : (float, float), optional
        Shortest and longest period shown; by default the whole band that was searched.
    frequency_scale : {"auto", "linear", "log"}
        Scale of the frequency axis; "auto" is logarithmic where a linear one would press a
        cycle against the left edge.
    labels : int or dict
        How many cycles, strongest first, are labelled with their period; or labels in words, by
        position in ``model.cycles``.
    ax : Axes, optional
        Draw only the spectrum of the data, into these axes, which must already have their
        final size.
    figsize : (float, float)
        Size in inches, at 100 dots per inch.

    Returns
    -------
    Figure
        A new figure, or that of `ax`.

    Raises
    ------
    ValueError
        If the result was read from a document and so holds no spectrum.
    ImportError
        If matplotlib is not installed.
    """
    band = spectra.choose_band(model, period_range, frequency_scale)
    if ax is not None:
        spectra.draw_power(ax, model, band)
        spectra.mark_cycles(ax, model, band, labels)
        return draw.figure_of(ax)
    figure = draw.new_figure(figsize)
    grid = figure.add_gridspec(3, 1, height_ratios=[3.4, 1.6, 1.0])
    top, notes = spectra.draw_spectra(figure, grid, model, band)
    draw.settle(figure, notes)
    spectra.mark_cycles(top, model, band, labels)
    return figure


def plot_fold(
    model: Result,
    cycle: int = 0,
    *,
    output: int = 0,
    turns: int = 2,
    bins: int | None = None,
    max_points: int = 10_000,
    value_label: str | None = None,
    ax: Axes | None = None,
    figsize: tuple[float, float] = (7.0, 4.8),
) -> Figure:
    """Draw the data folded at the period of one cycle, with everything else removed.

    Points are the residual plus the waveform of this cycle: the data without the other cycles,
    the trend, slow variation and offsets between groups.  Phase is counted in turns from the
    reference time of the result, along the drift of the frequency where one was fitted.

    Parameters
    ----------
    model : Result
        A result of :func:`epicycle.find_cycles`.
    cycle : int
        Position in ``model.cycles``.
    output : int
        Which output to draw, where there are several.
    turns : int
        How many times the turn is repeated.
    bins : int, optional
        Number of bins per turn for the means, which are shown with their standard errors; 0 for
        none.  By default 8 to 40, and none where the scatter is small or samples are few.
    max_points : int
        With more samples, this many drawn at random are shown (the means use all of them).
    value_label : str, optional
        Label of the values, with their unit; by default their name.
    ax : Axes, optional
        Draw into these axes.
    figsize : (float, float)
        Size in inches, at 100 dots per inch.

    Returns
    -------
    Figure
        A new figure, or that of `ax`.

    Raises
    ------
    ValueError
        If the result holds no samples, no such cycle or no such output.
    ImportError
        If matplotlib is not installed.
    """
    chosen = _cycle(model, cycle)
    series = Series.of(model, output)
    if ax is None:
        ax = draw.new_figure(figsize).add_subplot()
    folds.draw_fold(ax, chosen, series, turns, bins, max_points)
    folds.draw_waveform(ax, chosen, output, turns, response=model.response)
    folds.label_fold(ax, model, chosen, output, series.name if value_label is None else value_label)
    return draw.figure_of(ax)


def plot_fit(
    model: Result,
    *,
    output: int = 0,
    max_points: int = 10_000,
    value_label: str | None = None,
    figsize: tuple[float, float] = (10.0, 7.0),
) -> Figure:
    """Draw data, model and residual against time.

    Offsets between groups are removed from the data, and gains divided out.  Where the baseline
    holds more turns than a curve can show, the model is drawn as the band between
    its lowest and highest values, and a second panel magnifies a part where samples are dense.

    Parameters
    ----------
    model : Result
        A result of :func:`epicycle.find_cycles`.
    output : int
        Which output to draw, where there are several.
    max_points : int
        With more samples, this many drawn at random are shown, and the legend says so.
    value_label : str, optional
        Label of the values, with their unit; by default their name.
    figsize : (float, float)
        Size in inches, at 100 dots per inch.

    Returns
    -------
    Figure
        A new figure.

    Raises
    ------
    ValueError
        If the result holds no samples, or no such output.
    ImportError
        If matplotlib is not installed.
    """
    series = Series.of(model, output)
    label = series.name if value_label is None else value_label
    figure = draw.new_figure(figsize)
    part = timeline.magnified_part(model, series)
    heights = [2.2, 1.1] if part is None else [2.0, 2.0, 1.1]
    grid = figure.add_gridspec(len(heights), 1, height_ratios=heights)
    whole = figure.add_subplot(grid[0])
    timeline.draw_fit(whole, model, series, None, max_points, label)
    notes = [(whole, draw.legend(whole))]
    if part is not None:
        detail = figure.add_subplot(grid[1])
        timeline.draw_fit(detail, model, series, part, max_points, label)
        notes.append((detail, draw.note(detail, "a part, magnified")))
    residual = figure.add_subplot(grid[-1], sharex=whole)
    notes.append((residual, timeline.draw_residual(residual, model, series, max_points)))
    draw.settle(figure, notes)
    return figure


def _cycle(model: Result, cycle: int) -> Cycle:
    if not model.cycles:
        raise ValueError("the result has no cycles, so there is nothing to fold.")
    if not 0 <= cycle < len(model.cycles):
        raise ValueError(
            f"cycle={cycle} does not exist: the result has {len(model.cycles)} cycle(s), "
            f"counted from 0, the strongest first."
        )
    return model.cycles[cycle]
