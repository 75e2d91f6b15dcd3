"""Labels are the same where they are of one type and written alike."""

import numpy as np
import pytest

from epicycle import find_cycles
from epicycle.samples.checks import check_samples
from epicycle.samples.labels import finder, names_of, numbered
from epicycle.screening.screen import screen


def test_labels_are_numbered_by_first_appearance():
    codes, labels = numbered(["b", 1, "1", "b", np.int64(1), True, 1.0])
    assert codes.tolist() == [0, 1, 2, 0, 1, 3, 4]
    assert labels == ["b", 1, "1", True, 1.0]
    assert [type(v) for v in labels] == [str, int, str, bool, float]


@pytest.mark.parametrize("kind", [list, lambda v: np.array(v, dtype=object)])
def test_the_number_1_and_the_text_1_are_two_groups(kind):
    n = 30
    samples = check_samples(np.arange(n), np.sin(np.arange(n)), group=kind([1, "1", True] * 10))
    assert len(samples.group_labels) == 3
    assert sorted(np.bincount(samples.group).tolist()) == [10, 10, 10]


def test_series_of_the_number_1_and_of_the_text_1_are_screened_apart():
    t = np.arange(40.0)
    found = screen(t, np.sin(t), series=[1, "1"] * 20)
    assert found.n_samples.tolist() == [20, 20]


def test_every_group_of_a_result_has_a_name_by_which_it_is_found():
    labels = (1, "1", "north", 2)
    assert names_of(labels) == ("1 (int)", "1", "north", "2")
    place = finder(labels)
    assert [place(label) for label in labels] == [0, 1, 2, 3]
    assert [place(name) for name in names_of(labels)] == [0, 1, 2, 3]
    assert place(np.int64(1)) == 0
    assert place(True) is None


def test_each_group_keeps_its_own_offset_and_scatter():
    rng = np.random.default_rng(5)
    t = np.sort(rng.uniform(0, 100, 120))
    group = np.array([1, "1"] * 60, dtype=object)
    offset = np.where([v == "1" for v in group], 500.0, 0.0)
    y = offset + 5 * np.cos(2 * np.pi * t / 7) + rng.normal(size=120)
    model = find_cycles(t, y, group=group)
    assert set(model.jitter) == {"1 (int)", "1"}
    # half of the difference of the offsets, and noise of one unit in sixty samples each
    assert model.predict([50.0], group="1") - model.predict([50.0], group=1) == pytest.approx(
        500.0, abs=5 * np.sqrt(2 / 60)
    )
