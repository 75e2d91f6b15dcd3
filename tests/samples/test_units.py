"""Units of time: how they may be called, and how a time is written with one."""

import pytest

from epicycle.samples.units import UNIT_SECONDS, canonical_unit, in_unit


@pytest.mark.parametrize(
    ("value", "unit", "digits", "text"),
    [
        (365.0987, "d", 6, "365.099 d"),
        (0.5, "", 6, "0.5"),
        # no power of ten where zeros do as well
        (11623.4, "d", 4, "11620 d"),
        (1.2e7, "s", 4, "1.2e+07 s"),
        (2.5e-7, "y", 6, "2.5e-07 y"),
    ],
)
def test_a_time_is_written_with_its_unit(value: float, unit: str, digits: int, text: str) -> None:
    assert in_unit(value, unit, digits) == text


def test_units_have_several_names() -> None:
    for name, short in (("days", "d"), (" Hour ", "h"), ("sec", "s"), ("yr", "y"), ("w", "w")):
        assert canonical_unit(name) == short
        assert short in UNIT_SECONDS
    assert canonical_unit(None) is None
    assert canonical_unit("frames") == "frames"
    with pytest.raises(TypeError, match="unit must be a string"):
        canonical_unit(3)
