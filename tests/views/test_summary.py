"""Everything about a result on one sheet."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from epicycle import CycleModel, find_cycles
from epicycle.look import drawing as draw
from epicycle.views.plots import plot_fold
from epicycle.views.summary import _orders, plot_summary
from tests.views.figures import (
    FIRST,
    TOLERANCE,
    N,
    T,
    Y,
    parts,
    points,
    words,
)

pytest.importorskip("matplotlib")


# ---- Summary -------------------------------------------------------------------------------


def test_summary_shows_everything(model: CycleModel, tmp_path: Any) -> None:
    figure = plot_summary(model, "speeds.csv")
    assert len(parts(figure, "cycle")) == 2
    assert len(parts(figure, "waveform")) == 2
    for gid in ("power", "residual-power", "window", "residual", "model"):
        assert parts(figure, gid), gid
    text = words(figure)
    assert "speeds.csv" in text
    assert "2 cycles in 300 samples" in text
    for cycle in model.cycles:
        assert draw.quote(cycle.period, cycle.period_error) in text
    path = tmp_path / "summary.png"
    figure.savefig(path)
    picture = path.read_bytes()
    assert picture[:8] == b"\x89PNG\r\n\x1a\n"
    size = (int.from_bytes(picture[16:20], "big"), int.from_bytes(picture[20:24], "big"))
    assert size == (1600, 1000)
    assert np.asarray(figure.canvas.buffer_rgba()).std() > 10  # type: ignore[attr-defined]


def test_summary_of_nothing_tells_the_limit(nothing: CycleModel) -> None:
    figure = plot_summary(nothing)
    assert not parts(figure, "cycle")
    assert not parts(figure, "waveform")
    assert len(parts(figure, "threshold")) == 2
    text = words(figure)
    assert "nothing significant" in text
    assert f"a cycle of amplitude > {nothing.amplitude_limit:.3g}\nwould have been seen" in text


def test_summary_of_a_question_says_what_was_asked() -> None:
    t = np.arange(0, 48, 4.0)
    y = np.cos(2 * np.pi * t / 24) + 0.2 * np.sin(7 * t)
    for period, said in ((24, "24 h"), ((20, 28), "20 h to 28 h")):
        text = words(plot_summary(find_cycles(t, y, period=period, unit="h")))
        assert f"asked: whether there is a rhythm of {said}" in text
        assert "periods searched" not in text


def test_summary_of_several_outputs_says_which_is_shown(several: CycleModel) -> None:
    figure = plot_summary(several)
    text = words(figure)
    assert "2 outputs together, the first of them, price (\\$), is shown" in text
    (samples, *_) = parts(figure, "samples")
    assert np.abs(points(samples)[1][:N] - FIRST).max() < TOLERANCE
    # drawn, so that the dollar sign is not taken for mathematics
    figure.canvas.draw()


def test_summary_of_groups_and_calendars_is_drawn(
    grouped: CycleModel, calendar: CycleModel
) -> None:
    for result in (grouped, calendar):
        figure = plot_summary(result)
        figure.canvas.draw()
        assert len(parts(figure, "cycle")) == len(result.cycles)


def test_summary_names_a_known_period_and_the_rest() -> None:
    result = find_cycles(T, Y, known=7.3, unit="d")
    cycles = result.cycles[:1] * 15
    text = words(plot_summary(replace(result, cycles=cycles, undecided=("something else",) * 9)))
    assert "known" in text
    assert "and 3 more" in text


def test_summary_without_samples_shows_what_there_is(
    document: CycleModel, model: CycleModel
) -> None:
    figure = plot_summary(document)
    figure.canvas.draw()
    marks = parts(figure, "cycle")
    assert sorted(float(points(m)[0][0]) for m in marks) == sorted(
        c.frequency for c in model.cycles
    )
    assert len(parts(figure, "waveform")) == 2
    assert not parts(figure, "samples")
    at, curve = points(parts(figure, "model")[0])
    assert np.abs(curve - model.predict(at + 2451500.0)).max() < 1e-8


def test_summary_of_events_shows_their_rate() -> None:
    rng = np.random.default_rng(10)
    t = rng.uniform(0, 100 * 3.3, 6000)
    t = t[rng.uniform(0, 1.7, 6000) < 1 + 0.7 * np.cos(2 * np.pi * t / 3.3)]
    result = find_cycles(t, unit="s", minimum_period=0.5, maximum_period=10, max_cycles=1)
    figure = plot_summary(result)
    figure.canvas.draw()
    text = words(figure)
    assert f"1 cycle in {len(t):,} events" in text
    assert "rate / mean" in text
    ((_, wave),) = [points(curve) for curve in parts(figure, "waveform")]
    # of N events, a modulation is known to sqrt(2 / N)
    assert np.ptp(wave) / 2 == pytest.approx(0.7, abs=5 * np.sqrt(2 / len(t)))
    with pytest.raises(ValueError, match="its cycles are of events"):
        plot_fold(result)


@pytest.mark.parametrize(
    ("orders", "shown"),
    [([1], "1"), ([1, 2, 3, 4, 5, 6, 9], "1-6,9"), ([1, 2, 4, 6, 8, 10, 12], "1-2,4,6,…")],
)
def test_orders_are_written_as_in_tables_and_fit_their_column(orders, shown):
    cycle = SimpleNamespace(harmonics=[SimpleNamespace(order=order) for order in orders])
    assert _orders(cycle) == shown
    assert len(shown) <= 9
