"""Groups share one waveform, or have one each, as the data say."""

import numpy as np
import pytest

from epicycle import CycleModel, find_cycles
from epicycle.effects.groups import gathered, may_differ, spread
from epicycle.pursuit import places
from epicycle.samples.checks import check_samples
from light_curves import pulsating

T = np.sort(np.random.default_rng(0).uniform(0, 400, 240))
GROUP = np.array(list("abc"))[np.random.default_rng(1).integers(0, 3, 240)]
NOISE = np.random.default_rng(2).normal(size=240)
OFFSET = np.select([GROUP == "a", GROUP == "b"], [5.0, -3.0], 0.0)


def velocities() -> np.ndarray:
    return OFFSET + 3 * np.cos(2 * np.pi * T / 17.3) + NOISE


def colours() -> np.ndarray:
    size = np.select([GROUP == "a", GROUP == "b"], [4.0, 2.0], 1.0)
    lag = np.select([GROUP == "a", GROUP == "b"], [0.0, 0.1], 0.35)
    return OFFSET + size * np.cos(2 * np.pi * (T / 17.3 + lag)) + 0.5 * NOISE


def find(y: np.ndarray, **options: object) -> CycleModel:
    return find_cycles(T, y, np.ones(240), group=GROUP, **options)


def test_instruments_share_amplitude_and_phase() -> None:
    model = find(velocities())
    assert model.output_names is None
    assert isinstance(model.cycles[0].amplitude, float)
    assert model.cycles[0].amplitude == pytest.approx(3.0, abs=4 * model.cycles[0].amplitude_error)
    assert set(model.jitter) == {"a", "b", "c"}


def test_what_was_compared_for_groups_is_not_compared_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(places, "compare_waveforms", None)
    for y in (velocities(), colours()):
        assert find(y).cycles[0].period == pytest.approx(17.3, abs=0.2)
    # a robust loss compares values that are freed of outliers
    with pytest.raises(TypeError):
        find(velocities(), loss="huber")


def test_bands_have_their_own() -> None:
    y = colours()
    model = find_cycles(T, y, np.full(240, 0.5), group=GROUP)
    assert model.output_names == ("a", "b", "c")
    cycle = model.cycles[0]
    assert cycle.period == pytest.approx(17.3, abs=4 * cycle.period_error)
    for amplitude, error, true in zip(
        cycle.amplitude, cycle.amplitude_error, (4.0, 2.0, 1.0), strict=True
    ):
        assert amplitude == pytest.approx(true, abs=4 * error)
    # phases differ as they were made: the maximum is earlier by the lag
    first, second, third = cycle.phase
    assert (first - second - 0.1 + 0.5) % 1 - 0.5 == pytest.approx(0.0, abs=0.03)
    assert (first - third - 0.35 + 0.5) % 1 - 0.5 == pytest.approx(0.0, abs=0.05)


def test_the_result_keeps_the_shape_of_the_values() -> None:
    y = colours()
    model = find_cycles(T, y, np.full(240, 0.5), group=GROUP)
    assert model.residual.shape == y.shape
    # data minus the prediction for each sample's own group
    assert model.residual == pytest.approx(y - model.predict(T, group=GROUP), abs=1e-9)
    one, std = model.predict(T, group="b", return_std=True)
    assert one.shape == std.shape == y.shape
    mean = sum(
        share * model.predict(T, group=g)
        for share, g in zip(model.group_shares, "abc", strict=True)
    )
    assert model.predict(T) == pytest.approx(mean)
    lower, upper = model.predict_interval(T, group=GROUP)
    assert np.mean((lower < y) & (y < upper)) == pytest.approx(0.95, abs=0.05)
    with pytest.raises(ValueError, match="group 'd' is not among the groups"):
        model.predict(T, group="d")


def test_a_document_keeps_the_groups() -> None:
    model = find_cycles(T, colours(), np.full(240, 0.5), group=GROUP)
    again = CycleModel.from_dict(model.to_dict())
    assert again.output_names == model.output_names
    assert again.predict(T, group=GROUP) == pytest.approx(model.predict(T, group=GROUP))


@pytest.mark.parametrize("choice", ["offset", "waveform"])
def test_the_choice_can_be_made_by_hand(choice: str) -> None:
    model = find(velocities(), per_group=choice)
    assert (model.output_names is None) == (choice == "offset")
    assert model.cycles[0].period == pytest.approx(17.3, rel=1e-3)


def test_own_waveforms_equal_separate_outputs() -> None:
    y = colours()
    apart = np.where(GROUP[:, None] == list("abc"), y[:, None], np.nan)
    dy = np.full(240, 0.5)
    expected = find_cycles(T, apart, np.tile(dy[:, None], 3))
    model = find_cycles(T, y, dy, group=GROUP, per_group="waveform")
    assert model.cycles[0].period == expected.cycles[0].period
    assert model.cycles[0].amplitude == expected.cycles[0].amplitude


def test_an_unknown_choice_is_refused() -> None:
    with pytest.raises(
        ValueError, match=r"per_group must be 'auto', 'offset', 'amplitude' or 'waveform'"
    ):
        find(velocities(), per_group="own")


def test_small_groups_only_have_offsets() -> None:
    few = np.where(np.arange(240) < 5, "x", GROUP)
    assert not may_differ(check_samples(T, velocities(), group=few))
    assert may_differ(check_samples(T, velocities(), group=GROUP))
    assert not may_differ(check_samples(T, np.ones((240, 2)) * T[:, None], group=GROUP))


def test_spreading_is_undone_by_gathering() -> None:
    samples = check_samples(T, velocities(), group=GROUP)
    wide = spread(samples)
    assert wide.present.sum(axis=1).tolist() == [1] * 240
    assert gathered(np.where(wide.present, wide.y, np.nan)).tolist() == samples.y[:, 0].tolist()


def test_pictures_show_one_group_at_a_time() -> None:
    pytest.importorskip("matplotlib")
    from epicycle.views.series import Series

    star = pulsating(0)
    model = find_cycles(
        star.t, star.y, star.dy, group=star.band, minimum_period=0.15, maximum_period=1.2
    )
    for output, name in enumerate(model.output_names):
        assert len(Series.of(model, output).residual) == np.count_nonzero(star.band == name)
