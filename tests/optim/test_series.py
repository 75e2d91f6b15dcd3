"""Minus the functional gradient, as series in which lines can be looked for."""

import numpy as np
import pytest
import torch

from epicycle.optim.series import rows_of, series_of


def inputs(n=300, seed=0):
    x = torch.rand(n, 1, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))
    return 100.0 * x


def test_a_sample_seen_twice_is_one_and_the_latest_look_counts():
    x = torch.tensor([[1.0], [2.0], [1.0], [3.0]], dtype=torch.float64)
    output = torch.zeros(4, 1, dtype=torch.float64)
    descent = torch.tensor([[10.0], [20.0], [30.0], [40.0]], dtype=torch.float64)
    (series,) = series_of(x, output, descent)
    assert series.values.tolist() == [[20.0], [30.0], [40.0]]
    assert series.coordinates.values()[:, 0].tolist() == [0.0, -1.0, 1.0]


def test_what_is_wanted_is_the_target_of_a_squared_error():
    x, rng = inputs(), np.random.default_rng(1)
    target, output = rng.normal(size=(2, 300, 2))
    (series,) = series_of(x, torch.tensor(output), torch.tensor(2 * (target - output)))
    np.testing.assert_allclose(series.wanted, target, atol=1e-12)
    # a cubic of the inputs, and the output with its square, need no line
    z = series.coordinates.values()[:, 0]
    centred = output - output.mean(axis=0)
    columns = np.column_stack([z**0, z, z**2, z**3, centred, centred**2])
    assert np.linalg.matrix_rank(series.null) == columns.shape[1]
    left = columns - series.null @ np.linalg.lstsq(series.null, columns, rcond=None)[0]
    assert np.abs(left / np.abs(columns).max(axis=0)).max() < 1e-9


def test_many_columns_keep_their_strongest_directions():
    x, rng = inputs(), np.random.default_rng(2)
    strong = rng.normal(size=(300, 16)) @ rng.normal(size=(16, 40))
    (series,) = series_of(x, torch.zeros(300, 40, dtype=torch.float64), torch.tensor(strong))
    assert series.values.shape == (300, 16)
    # sixteen directions hold all of it
    assert (series.values**2).sum() == pytest.approx((strong**2).sum())


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_a_block_of_classes_tells_the_direction_in_which_it_turns(sign):
    x, size, f = inputs(), 12, 0.37
    k = torch.arange(size, dtype=torch.float64)
    descent = torch.cos(2 * np.pi * (k / size - sign * f * x))
    flat = torch.zeros(300, size, dtype=torch.float64)
    (series,) = series_of(x, flat, descent, [size])
    assert series.block == 0
    # the projection on one turn: size / 2 times a phasor of unit length
    np.testing.assert_allclose(np.hypot(*series.values.T), size / 2)
    assert series.direction(np.array([f])).tolist() == [sign * f]
    assert series.power_at(np.array([f])) > 20 * series.power_at(np.array([f + 0.1]))
    shares = series.shares(np.array([[f], [f + 0.1]]))
    assert shares[0] == pytest.approx(1.0, abs=1e-6)
    assert shares[1] < 0.1


def test_blocks_have_a_series_each_and_must_add_up():
    x = inputs()
    y = torch.zeros(300, 5, dtype=torch.float64)
    g = torch.randn(300, 5, dtype=torch.float64, generator=torch.Generator().manual_seed(3))
    first, second = series_of(x, y, g, [2, 3])
    assert (first.block, second.block) == (0, 1)
    phasor = g.numpy()[:, 2:] @ np.exp(2j * np.pi * np.arange(3) / 3)
    np.testing.assert_allclose(second.values, np.stack([phasor.real, phasor.imag], axis=1))
    with pytest.raises(ValueError, match=r"add up to 6, but the output has 5 columns\. To fix"):
        series_of(x, y, g, [3, 3])


def test_rows_match_the_inputs_or_are_refused():
    x = torch.zeros(4, 2, 3)
    rows, count = rows_of(x, 3, torch.zeros(4, 10))
    assert (rows.shape, count) == ((8, 3), 8)
    with pytest.raises(ValueError, match="frequencies of 4 inputs, but the input has 3"):
        rows_of(x, 4, torch.zeros(4))
    with pytest.raises(ValueError, match=r"does not fall into one row.*To fix this"):
        rows_of(x, 3, torch.zeros(4, 3))
    with pytest.raises(ValueError, match=r"does not fall into one row"):
        rows_of(torch.zeros(0, 3), 3, torch.zeros(0))
