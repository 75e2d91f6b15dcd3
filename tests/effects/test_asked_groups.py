"""Groups have rhythms of their own at a period that is asked about, where chance hardly does it."""

import numpy as np
import pytest
from scipy import stats

from epicycle import find_cycles
from epicycle.effects.asked_groups import equal_rhythms
from epicycle.fit.lines import Structure
from epicycle.samples.data import build_data
from epicycle.samples.given import Given
from epicycle.samples.options import Options

T = np.tile(np.arange(0, 72, 4.0), 2)
GROUP = np.repeat(["wild", "mutant"], 18)


def values(late: float, seed: int) -> np.ndarray:
    noise = 0.4 * np.random.default_rng(seed).normal(size=36)
    return np.cos(2 * np.pi * (T - np.where(GROUP == "mutant", late, 0)) / 24) + noise


@pytest.mark.parametrize("period", [24, (20, 28)])
def test_groups_that_differ_get_a_rhythm_each(period):
    model = find_cycles(T, values(6, 1), group=GROUP, unit="h", period=period)
    assert set(model.output_names) == {"wild", "mutant"}
    late = dict(zip(model.output_names, model.asked.cycle.phase, strict=True))
    # errors of .4 sqrt(2 / 18) / 2 pi turns each
    assert (late["mutant"] - late["wild"]) % 1 == pytest.approx(0.25, abs=0.12)


def test_groups_alike_share_theirs():
    model = find_cycles(T, values(0, 2), group=GROUP, unit="h", period=24)
    assert model.output_names is None
    assert model.cycles


def test_it_is_the_f_test_of_two_nested_models():
    y = values(1, 3)
    data = build_data(Given(T, y, group=GROUP).samples(Options()), 1)
    mutant = (GROUP == "mutant").astype(float)
    c, s = np.cos(2 * np.pi * T / 24), np.sin(2 * np.pi * T / 24)
    alike = np.column_stack([1 - mutant, mutant, T, c, s])
    apart = np.column_stack([alike, mutant * c, mutant * s])
    left = [((y - x @ np.linalg.lstsq(x, y)[0]) ** 2).sum() for x in (alike, apart)]
    expected = stats.f.sf((left[0] - left[1]) / 2 / (left[1] / 29), 2, 29)
    assert equal_rhythms(data, Structure.empty(), 1 / 24) == pytest.approx(expected, rel=1e-9)
