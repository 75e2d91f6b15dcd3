"""Terms of a model: where their numbers stand, and what their columns are."""

import numpy as np
import pytest

from changing.simulated import record
from epicycle.changing.design import ABSENT, CHANGE, JUMP, LEVEL, Design, Terms, columns_of_level


def design(**options) -> Design:
    values = {"wander": "path", "varies": True, "harmonics": 3, "events": 2, "knots": 12}
    values |= options
    return Design(record(1), (1.0, 1.2), **values)


def test_every_number_of_the_border_has_one_place():
    one = design()
    places = np.concatenate([np.arange(one.width)[s] for s in one.slices.values()])
    assert sorted(places.tolist()) == list(range(one.width))


def test_channels_are_those_of_the_design():
    one = design()
    kinds = [channel.kind for channel in one.chain.channels]
    assert kinds == ["path", "path", "path", "path", "noise"]
    assert [one.phase_channel(o) for o in range(2)] == [0, 2]
    assert [one.amplitude_channel(o) for o in range(2)] == [1, 3]
    steady = design(wander="none")
    assert steady.phase_channel(0) is None
    assert [steady.amplitude_channel(o) for o in range(2)] == [0, 1]
    assert design(wander="walk", varies=False).amplitude_channel(1) is None
    assert steady.noise_channel == 2


def test_the_rate_of_a_phase_is_its_derivative():
    one = design()
    t, d = np.linspace(-4, 4, 9) + 0.05, 1e-5
    at = np.array([[-1.0, 2.0]])
    for rhythm in range(2):
        slope = (one.null(t + d, rhythm) - one.null(t - d, rhythm)) / (2 * d)
        assert one.null(t, rhythm, slope=True) == pytest.approx(slope, abs=1e-8)
        slope = (one.shifts(t + d, at, rhythm) - one.shifts(t - d, at, rhythm)) / (2 * d)
        assert one.shifts(t, at, rhythm, slope=True) == pytest.approx(slope, abs=1e-8)


def test_shifts_begin_at_their_time():
    one = design()
    columns = one.shifts(np.array([0.99, 1.0, 3.0]), np.array([[1.0, 9.0]]), 0)[0]
    assert columns[:, 0].tolist() == [0.0, JUMP, JUMP]
    assert columns[:, 1] == pytest.approx([0.0, 0.0, 2 * CHANGE])
    assert not columns[:, 2:].any()


def test_what_a_model_leaves_out_has_no_room():
    one = design()
    precision = Terms(drift=False, decay=True, harmonics=2, shifts=("phase", "period")).precision(
        one
    )
    null, amplitude = one.slices["null", 1], one.slices["amplitude", 1]
    harmonics, events = one.slices["harmonics", 1], one.slices["events", 1]
    assert precision[null].tolist() == [1, 1, ABSENT]
    assert precision[amplitude].tolist() == [1, 1]
    assert precision[harmonics].tolist() == [1, 1, ABSENT, ABSENT]
    assert precision[events].tolist() == [1, ABSENT, ABSENT, 1]


def test_offsets_of_groups_leave_the_trend_the_mean_of_all():
    rng = np.random.default_rng(2)
    t = np.sort(rng.uniform(-5, 5, 30))
    group = rng.integers(0, 3, 30)
    columns = columns_of_level(t, 1, group)
    assert columns.shape == (30, 4)
    assert columns[:, 2:].mean(axis=0) == pytest.approx(0.0, abs=1e-12)
    values = np.array([2.0, -1.0, 5.0])[group] + 0.3 * t
    fitted = columns @ np.linalg.lstsq(columns, values, rcond=None)[0]
    assert fitted == pytest.approx(values)
    assert columns[-1, 1] == pytest.approx(LEVEL)
