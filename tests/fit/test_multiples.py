"""Many multiples of one frequency against cosines and sines of each."""

import numpy as np
import pytest

from epicycle.fit.lines import Structure, all_columns, line_columns
from epicycle.fit.multiples import are_many, evenly, phasors, products_from, sums_of
from epicycle.samples import phase
from generators import sinusoids

ALL, ODD = np.arange(1, 257), np.arange(1, 130, 2)


def cosines_and_sines(turns: np.ndarray, orders: np.ndarray) -> np.ndarray:
    """Return the columns, shape (2 L, n); the product of order and turns is exact."""
    angle = (orders[:, np.newaxis] * turns.astype(np.longdouble)) % 1.0
    angle = 2 * np.pi * angle.astype(np.float64)
    return np.stack([np.cos(angle), np.sin(angle)], axis=1).reshape(-1, len(turns))


def test_phasors_of_256_orders_are_good_to_rounding() -> None:
    turns = np.random.default_rng(0).uniform(-0.5, 0.5, 700)
    expected = cosines_and_sines(turns, ALL)
    worst, blocks = 0.0, 0
    for block, powers in phasors(turns, 256):
        worst = max(worst, np.abs(powers.real - expected[0::2, block]).max())
        worst = max(worst, np.abs(powers.imag - expected[1::2, block]).max())
        blocks += 1
    assert blocks > 1
    # up to 120 turns are rounded to 2^-47 turns; the first phasor is off by 2^-52, and so is each
    # product, nearly: sixteen times both, where powers alone would be off by 256 times both
    assert worst < 2 * np.pi * 2.0**-47 + 40 * 2.0**-52


@pytest.mark.parametrize("orders", [ALL[:100], ODD, ALL[:40][::-1]], ids=["all", "odd", "down"])
def test_products_from_sums_are_those_of_matrices(orders: np.ndarray) -> None:
    rng = np.random.default_rng(1)
    turns, strengths = rng.uniform(-0.5, 0.5, 500), rng.normal(size=(4, 500))
    columns = np.empty((2 * len(orders), 500))
    sums = sums_of(columns, turns, orders, strengths, 1 << 17)
    expected = cosines_and_sines(turns, orders)
    np.testing.assert_allclose(columns, expected, rtol=0, atol=1e-13)
    gram = np.stack([(expected * row) @ expected.T for row in strengths])
    # each of 500 terms below 4 is off by 1e-13 at most
    np.testing.assert_allclose(products_from(sums, orders), gram, rtol=0, atol=1e-10)
    plain = expected @ strengths.T
    np.testing.assert_allclose(sums[:, orders].real.T, plain[0::2], rtol=0, atol=1e-10)
    np.testing.assert_allclose(sums[:, orders].imag.T, plain[1::2], rtol=0, atol=1e-10)


def test_what_is_many() -> None:
    assert are_many(ALL[:16])
    assert not are_many(ALL[:15])
    # a few orders far apart take as many sums as all orders below the highest
    assert not are_many(np.append(ALL[:16], 30))
    assert are_many(ODD)
    assert not are_many(ODD[:30])


def test_columns_of_many_orders_are_those_of_each_line() -> None:
    data = sinusoids(2, 300, 100.0, [(0.3, 1.0)]).data(1)
    structure = Structure.empty().plus(0.41).plus(0.0713, tuple(range(1, 31))).plus(1.7, (1, 3))
    turns = phase.turns(structure.frequency, data.times)
    expected = np.concatenate(
        [
            cosines_and_sines(turns[k], np.array([order]))
            for k, order in zip(structure.parent, structure.order, strict=True)
        ]
    )
    np.testing.assert_allclose(line_columns(structure, data), expected.T, rtol=0, atol=2e-14)
    np.testing.assert_allclose(all_columns(data, structure)[2:], expected, rtol=0, atol=2e-14)


def test_a_drift_turns_many_orders_too() -> None:
    data = sinusoids(3, 300, 100.0, [(0.3, 1.0)]).data(1)
    structure = Structure.empty().plus(0.0713, tuple(range(1, 31)))
    drifting = Structure(
        structure.frequency,
        structure.parent,
        structure.order,
        structure.fixed,
        np.array([1e-3]),
        np.array([True]),
    )
    turns = 0.0713 * data.times.to_float() + 0.5e-3 * data.times.to_float() ** 2
    # plain floats of some turns
    expected = cosines_and_sines(turns, structure.order)
    np.testing.assert_allclose(line_columns(drifting, data), expected.T, rtol=0, atol=1e-12)
    np.testing.assert_allclose(all_columns(data, drifting)[2:], expected, rtol=0, atol=1e-12)


def test_a_waveform_at_even_phases() -> None:
    rng = np.random.default_rng(4)
    orders = np.array([1, 4, 9])
    a, b = rng.normal(size=(2, 3))
    angle = 2 * np.pi * orders[:, np.newaxis] * np.arange(20) / 20
    np.testing.assert_allclose(
        evenly(orders, a - 1j * b, 20), a @ np.cos(angle) + b @ np.sin(angle), rtol=0, atol=1e-14
    )
