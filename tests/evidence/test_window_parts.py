"""The parts of evidence/window.py, one by one."""

from epicycle.evidence.window import day_length


def test_a_day_is_known_in_the_units_of_time_that_have_one() -> None:
    assert [day_length(unit) for unit in ("d", "h", "s")] == [1.0, 24.0, 86400.0]
    assert day_length("") is None
    assert day_length("parsec") is None
