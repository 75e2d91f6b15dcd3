"""What lessons on the command line have in common: shares, words, and a report of wheels."""

import numpy as np

from epicycle.cli import lessons
from epicycle.problems.clock_training import ClockLesson
from epicycle.problems.wheels import Wheel, WheelNetwork


def lesson_of(*wheels: Wheel | None, gears: tuple[int, ...] | None = None) -> ClockLesson:
    network = WheelNetwork(wheels, (2,) * len(wheels), gears=gears, locked=gears is not None)
    return ClockLesson(
        network=network, descended=network, gears=None, errors=None, moves=1,
        distinct_samples=10, samples_seen=10, seconds=0.5,
    )  # fmt: skip


WHEEL = Wheel(0.1, 0.0, np.array([0.0, 0.5]), np.array([0, 1]))
STILL = Wheel(0.0, 0.0, np.zeros(1), np.array([1]))


def test_shares_are_not_rounded_up() -> None:
    assert lessons._percent(1.0) == "100 %"
    assert lessons._percent(0.9999999) == "99.9999 %"


def test_the_report_names_each_kind_of_wheel_once() -> None:
    words = lessons._report(lesson_of(WHEEL, WHEEL, STILL, gears=(1, 1, 0)))
    assert "wheel: one turn in 10 s, 2 sectors (2 digits)" in words
    assert "wheel: never turns, 1 sector" in words
    assert "gears: locked" in words
    assert "not learned" not in words


def test_the_report_says_which_digits_were_not_learned() -> None:
    words = lessons._report(lesson_of(None, WHEEL, None))
    assert "not learned: digits 1, 3" in words
    assert "gears" not in words


def test_the_table_has_a_row_for_wheels() -> None:
    rows = lessons._table(lesson_of(WHEEL), [1.0, 0.5], 400.0, []).splitlines()
    assert "in 400 years around" in rows[0]
    assert rows[2].split()[:1] == ["Wheels,"]
    assert "100 %" in rows[2]
