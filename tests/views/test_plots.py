"""Pictures are checked by the numbers that their artists hold, not by their looks."""

import itertools
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from epicycle import CycleModel, find_cycles
from epicycle.views.plots import plot_fit, plot_fold, plot_spectrum
from epicycle.views.summary import plot_summary
from tests.views.figures import (
    SECOND,
    TOLERANCE,
    T,
    Y,
    parts,
    points,
)

pytest.importorskip("matplotlib")


def test_without_samples_folds_and_fits_say_why(document: CycleModel) -> None:
    for attempt in (plot_fold, plot_fit):
        with pytest.raises(ValueError, match=r"holds no samples .* the picture needs samples"):
            attempt(document)
    with pytest.raises(ValueError, match="holds no spectrum"):
        plot_spectrum(document)


@pytest.mark.parametrize("y", [Y[:6], np.ones(6)], ids=["few", "constant"])
def test_little_data_are_drawn_too(y: np.ndarray) -> None:
    plot_summary(find_cycles(T[:6], y)).canvas.draw()


def test_methods_of_the_result_draw_the_same(model: CycleModel) -> None:
    assert len(parts(model.plot_spectrum(), "cycle")) == 2
    (samples,) = parts(model.plot_fold(1, turns=1), "samples")
    assert np.abs(points(samples)[1] - SECOND).max() < TOLERANCE
    assert parts(model.plot_fit(max_points=10), "residual")


# ---- Manners -------------------------------------------------------------------------------

SCRIPT = """
import sys
import numpy as np
import matplotlib
before = matplotlib.rcParams.copy()  # as they are: reading the backend would choose one
import epicycle, epicycle.views.plots, epicycle.views.summary
assert "matplotlib.figure" not in sys.modules
t = np.linspace(0, 20, 50) ** 1.01
model = epicycle.find_cycles(t, np.sin(t), unit="s")
figures = [model.plot_spectrum(), model.plot_fold(), model.plot_fit()]
figures.append(epicycle.views.summary.plot_summary(model))
for figure in figures:
    figure.savefig(sys.argv[1])
assert "matplotlib.pyplot" not in sys.modules
assert dict.items(matplotlib.rcParams) == dict.items(before)
"""


def test_nothing_global_is_touched(tmp_path: Any) -> None:
    arguments = [sys.executable, "-W", "error", "-c", SCRIPT, str(tmp_path / "x.png")]
    process = subprocess.run(arguments, capture_output=True, text=True, timeout=600)
    assert process.returncode == 0, process.stderr
    assert (tmp_path / "x.png").stat().st_size > 10_000


def test_the_look_does_not_depend_on_the_users_style(model: CycleModel) -> None:
    import matplotlib

    def pixels() -> np.ndarray:
        figure = plot_summary(model)
        figure.canvas.draw()
        return np.array(figure.canvas.buffer_rgba())  # type: ignore[attr-defined]

    expected = pixels()
    theirs: Any = {
        "figure.facecolor": "black",
        "axes.facecolor": "black",
        "axes.edgecolor": "white",
        "axes.labelcolor": "white",
        "axes.labelsize": 30,
        "xtick.color": "white",
        "xtick.direction": "in",
        "text.color": "white",
        "axes.grid": True,
        "lines.linewidth": 7,
        "figure.autolayout": True,
    }
    with matplotlib.rc_context(theirs):
        assert np.array_equal(pixels(), expected)


def test_without_matplotlib_the_way_out_is_told(
    model: CycleModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(ImportError, match=r"pip install 'epicycle\[plot\]'"):
        plot_fit(model)


# ---- Legends of many groups ----------------------------------------------------------------


@pytest.mark.parametrize("n_groups", [3, 9, 40])
@pytest.mark.parametrize("name", ["site {}", "observatory of the {}th mountain, spectrograph {}"])
@pytest.mark.parametrize("size", [(9.0, 6.5), (4.4, 6.5)])
def test_legends_of_many_groups_stay_within_the_picture(n_groups, name, size) -> None:
    rng = np.random.default_rng(0)
    t = np.sort(rng.uniform(0, 100, 400))
    group = [name.format(k, k) for k in np.arange(400) % n_groups]
    y = 3 * np.cos(2 * np.pi * t / 7.3) + rng.normal(size=400)
    model = find_cycles(t, y, group=group, minimum_period=3, harmonics=1, max_cycles=1)
    figure = model.plot_fit(figsize=size)
    figure.draw_without_rendering()
    (axes, *_) = figure.axes
    legend = axes.get_legend()
    box, around = legend.get_window_extent(), figure.bbox
    assert box.x0 >= around.x0
    assert box.x1 <= around.x1
    assert box.y1 <= around.y1
    texts = [text.get_window_extent() for text in legend.get_texts()]
    for one, other in itertools.combinations(texts, 2):
        assert not one.overlaps(other)
    # clear of the data: above the axes, or above the highest of the model
    (curve,) = (line for line in axes.lines if line.get_gid() == "model")
    highest = axes.transData.transform([(0, curve.get_ydata().max())])[0, 1]
    assert box.y0 >= highest - 1
    # the axes keep a good part of the picture, and every group is named or counted
    assert axes.get_window_extent().height > 0.15 * around.height
    shown = [text.get_text() for text in legend.get_texts()]
    more = [int(text.split()[1]) for text in shown if text.startswith("and ")]
    assert len(shown) - 1 - len(more) + sum(more) == n_groups
