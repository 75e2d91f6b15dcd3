"""The bookkeeping of lines, and their columns against cosines written out."""

import numpy as np

import oracles
from epicycle.fit.lines import Fundamental, Structure, design, line_columns
from generators import sinusoids

FUNDAMENTALS = [
    Fundamental(1.25, (1, 2, 3)),
    Fundamental(0.4, (1,), fixed=True),
    Fundamental(2.7, (2, 4), drift=1e-3, drifting=True),
]


def test_lines_stand_at_multiples_of_their_fundamental() -> None:
    structure = Structure.of(FUNDAMENTALS)
    np.testing.assert_array_equal(
        structure.line_frequency, [1.25, 2.5, 3.75, 0.4, 2 * 2.7, 4 * 2.7]
    )
    assert structure.orders_of(0) == (1, 2, 3)
    assert structure.orders_of(2) == (2, 4)


def test_there_and_back() -> None:
    assert Structure.of(FUNDAMENTALS).fundamentals() == FUNDAMENTALS
    assert Structure.of([]).fundamentals() == []
    assert Structure.empty().line_frequency.shape == (0,)


def test_a_line_is_added_at_the_end() -> None:
    structure = Structure.of(FUNDAMENTALS).plus(9.0, (1, 3), fixed=True)
    assert structure.fundamentals() == [*FUNDAMENTALS, Fundamental(9.0, (1, 3), fixed=True)]


def test_a_drift_that_is_not_free_is_none() -> None:
    structure = Structure.of(FUNDAMENTALS)
    free = structure.with_drift(np.array([True, False, False]))
    np.testing.assert_array_equal(free.drifting, [True, False, False])
    np.testing.assert_array_equal(free.drift, [0.0, 0.0, 0.0])
    np.testing.assert_array_equal(structure.with_drift(structure.drifting).drift, structure.drift)


def test_a_fundamental_divided_keeps_its_lines_where_they_were() -> None:
    one = Fundamental(3.0, (1, 2), drift=0.6)
    half = one.divided(2, [4, 1, 2])
    assert half == Fundamental(1.5, (1, 2, 4), drift=0.3)


def test_a_fundamental_without_a_line_keeps_the_others_where_they_were() -> None:
    one = Fundamental(3.0, (1, 2, 5), drift=0.6)
    assert one.without(2) == Fundamental(3.0, (1, 5), drift=0.6)
    # a line that is left alone is no multiple of anything
    assert Fundamental(3.0, (1, 5), drift=0.6).without(1) == Fundamental(15.0, (1,), drift=3.0)
    assert Fundamental(3.0, (1,)).without(1) is None


def test_columns_are_cosines_and_sines() -> None:
    problem = sinusoids(1, 50, 30.0)
    data = problem.data(1)
    structure = Structure.of(FUNDAMENTALS)
    columns = line_columns(structure, data)
    t = data.times.to_float()
    drift = structure.drift[structure.parent] * structure.order
    for line, frequency in enumerate(structure.line_frequency):
        # a drift adds half its product with t^2 to the phase
        turns = oracles.exact_turns(frequency, t) + 0.5 * drift[line] * t**2
        # The phase of a harmonic is a multiple of a rounded one: 4 roundings of 1e-16 turns; the
        # drift of up to 4 * 1e-3 * 225 / 2 cycles costs 1e-16 of that.
        expected = np.column_stack([np.cos(2 * np.pi * turns), np.sin(2 * np.pi * turns)])
        np.testing.assert_allclose(columns[:, 2 * line : 2 * line + 2], expected, atol=1e-14)
    both = design(data, structure)
    np.testing.assert_array_equal(both, np.hstack([data.nuisance, columns]))


def test_a_train_moves_as_one() -> None:
    structure = Structure.of(FUNDAMENTALS).in_train({0: 2, 2: 5}, 0.6)
    np.testing.assert_allclose(structure.frequency, [1.2, 0.4, 3.0])
    # the drift is that of the fastest, in the same ratio, and free for both
    np.testing.assert_allclose(structure.drift, [2 / 5 * 1e-3, 0.0, 1e-3])
    np.testing.assert_array_equal(structure.drifting, [True, False, True])
    # parameters that move: frequencies 0 and 2, drifts 0 and 2 (at 3 and 5)
    directions = structure.directions(np.array([0, 2, 3, 5]))
    np.testing.assert_allclose(directions, [[1, 0], [5 / 2, 0], [0, 1], [0, 5 / 2]])
    assert structure.n_free == 2
    # the one before is as it was
    assert Structure.of(FUNDAMENTALS).n_free == 3
    assert structure.plus(9.0).trains == structure.trains == (((0, 2), (2, 5)),)


def test_without_a_train_every_parameter_moves_by_itself() -> None:
    structure = Structure.of(FUNDAMENTALS)
    np.testing.assert_array_equal(structure.directions(np.array([0, 2, 5])), np.eye(3))
