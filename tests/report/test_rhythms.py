"""Rhythms that the search found to change are followed in a report, and no others."""

from functools import cache

import numpy as np
import pytest

import epicycle
from epicycle.report import write
from epicycle.report.rhythms import changing, follow, picture, sentences
from epicycle.views.series import Series
from tests.views.figures import parts

pytest.importorskip("matplotlib")

T = np.arange(0, 480.0, 1.5)


@cache
def mouse(delay: float) -> epicycle.CycleModel:
    """Return what a search says of a mouse that a pulse of light delays."""
    noise = 6 * np.random.default_rng(7).normal(size=len(T))
    y = 20 * np.cos(2 * np.pi * (T - delay * (T > 238)) / 23.7)
    return epicycle.find_cycles(T, y + noise, unit="h")


def test_the_delayed_one_is_followed() -> None:
    model = mouse(5.0)
    (cycle,) = changing(model)
    assert cycle.period == pytest.approx(23.7, rel=0.03)
    (one,) = follow(model, Series.of(model, 0))
    assert one.rhythm.verdict.period == "shifted"
    # 320 samples know it to 4 %
    assert one.rhythm.noise == pytest.approx(6.0, rel=0.15)
    text = " ".join(sentences(one))
    assert "shifts suddenly" in text
    figure = picture(one, "activity", (9.0, 7.0))
    assert len(parts(figure, "period")) == 1
    small = picture(one, "activity", (4.4, 3.2))
    assert len(parts(small, "turns")) == 1
    assert not parts(small, "period")


def test_the_page_has_a_section_for_it() -> None:
    section = write._changing(mouse(5.0), Series.of(mouse(5.0), 0), "activity")
    assert section.heading == "Rhythms that change"
    assert "later" in section.body
    assert section.body.count("<img") == 2
    assert write._changing(mouse(0.0), Series.of(mouse(0.0), 0), "activity") is None


def test_a_steady_one_is_not_followed() -> None:
    model = mouse(0.0)
    assert changing(model) == []
    assert follow(model, Series.of(model, 0)) == []
    document = epicycle.CycleModel.from_dict(mouse(5.0).to_dict())
    assert changing(document) == []
