"""Labels, numbers and their places, which all pictures share."""

from itertools import pairwise

import numpy as np
import pytest

from epicycle.look import drawing as draw

pytest.importorskip("matplotlib")


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
