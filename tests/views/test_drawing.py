"""Labels, numbers and their places, which all pictures share."""

from dataclasses import replace
from itertools import combinations, pairwise

import numpy as np
import pytest

from epicycle import CycleModel
from epicycle.views import drawing as draw
from epicycle.views.plots import plot_spectrum
from tests.views.figures import parts, points, words

pytest.importorskip("matplotlib")


def test_labels_name_periods_and_unit(model: CycleModel) -> None:
    text = words(plot_spectrum(model))
    for cycle in model.cycles:
        assert f"{draw.brief(cycle.period, cycle.period_error)} d" in text
    assert "frequency (cycles / d)" in text
    assert "period (d)" in text
    assert "own name" in words(plot_spectrum(model, labels={1: "own name"}))


@pytest.mark.parametrize("crowded", [False, True])
def test_labels_do_not_overlap(model: CycleModel, crowded: bool) -> None:
    cycle = model.cycles[0]
    shift = 1.03 if crowded else 2.5
    many = [
        replace(cycle, frequency=cycle.frequency * shift**k, period=cycle.period / shift**k)
        for k in range(9)
    ]
    figure = plot_spectrum(replace(model, cycles=tuple(many)))
    figure.canvas.draw()
    names = {draw.brief(c.period, c.period_error) for c in many}
    labels = [t for t in figure.axes[0].texts if t.get_text().removesuffix(" d") in names]
    assert len(labels) == 9
    assert {t.get_rotation() for t in labels} == {90.0 if crowded else 0.0}
    boxes = [label.get_window_extent() for label in labels]
    assert not any(a.overlaps(b) for a, b in combinations(boxes, 2))
    frame = figure.axes[0].get_window_extent()
    assert all(frame.x0 <= box.x0 and box.x1 <= frame.x1 for box in boxes)
    assert all(frame.y0 <= box.y0 and box.y1 <= frame.y1 for box in boxes)
    # and no label hides a peak
    (line,) = parts(figure, "power")
    highest = float(figure.axes[0].transData.transform((1.0, points(line)[1].max()))[1])
    assert all(box.y0 > highest for box in boxes)


def test_spread_is_the_least_shift() -> None:
    rng = np.random.default_rng(3)
    anchors = rng.uniform(100, 300, 6).tolist()
    widths = rng.uniform(20, 50, 6).tolist()
    places = draw.spread(anchors, widths, 5.0, 0.0, 400.0)
    assert places is not None
    order = np.argsort(anchors)
    assert order.tolist() == np.argsort(places).tolist()
    for a, b in pairwise(order.tolist()):
        assert places[b] - places[a] >= (widths[a] + widths[b]) / 2 + 5.0 - 1e-9
    # no shift of any run of neighbours that stays legal is better: the gradient vanishes
    cost = sum((p - a) ** 2 for p, a in zip(places, anchors, strict=True))
    for _ in range(2000):
        other = np.array(places) + rng.normal(0, 2, 6)
        legal = all(
            other[b] - other[a] >= (widths[a] + widths[b]) / 2 + 5.0
            for a, b in pairwise(order.tolist())
        )
        if legal:
            assert ((other - anchors) ** 2).sum() >= cost - 1e-9
    assert draw.spread(anchors, widths, 5.0, 0.0, sum(widths)) is None


# ---- Numbers -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "error", "text"),
    [
        (29.530589, 0.0001, "29.53059 ± 0.00010"),
        (1188.648, 4.93, "1188.6 ± 4.9"),
        (1307.4, 16.2, "1307 ± 16"),
        (12.0, 0.0996, "12.00 ± 0.10"),
        (12.0, 0.999, "12.0 ± 1.0"),
        (0.1075058312, 1.2e-10, "0.10750583120(12)"),
        (2.5e-7, 3.1e-9, "(2.500 ± 0.031)·10⁻⁷"),
        (3.2e8, 4e6, "(3.200 ± 0.040)·10⁸"),
        (3.3, 0.0, "3.3"),
        (3.3, float("nan"), "3.3"),
        (float("nan"), 1.0, "?"),
    ],
)
def test_quote(value: float, error: float, text: str) -> None:
    assert draw.quote(value, error) == text


@pytest.mark.parametrize(
    ("value", "error", "text"),
    [
        (29.5305886, 1e-6, "29.5306"),
        (75.763, 0.067, "75.76"),
        (1307.4, 16.2, "1307"),
        (0.973989, 1.3e-5, "0.97399"),
        (123456.7, 1.0, "1.23457·10⁵"),
        (3.3, 0.0, "3.3"),
    ],
)
def test_brief(value: float, error: float, text: str) -> None:
    assert draw.brief(value, error) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "< 10⁻³⁰⁰"), (0.00263, "0.0026"), (1.19e-5, "1·10⁻⁵"), (9.96e-80, "10·10⁻⁸⁰")],
)
def test_probability(value: float, text: str) -> None:
    assert draw.probability(value) == text
