"""What a person reads: verdicts, shifts and cycles, with no number that says too much."""

import dataclasses

from changing.tables import example
from epicycle.changing.rhythm import Shift, Verdict
from epicycle.changing.words import table


def test_a_constant_rhythm_says_within_what_it_is_constant():
    text = table(example())
    assert "24.000(50) h in the mean; constant, to within ± 0.4 h (95 %)" in text
    assert "amplitude  constant" in text
    assert text.count("\n") == 13  # two lines, a blank, a heading and ten cycles


def test_a_limit_is_told_in_the_unit_of_the_period():
    seconds = dataclasses.replace(
        example(), unit="s", mean_period=86400.0, mean_period_error=180.0, variation_limit=4000.0
    )
    assert "24.000(50) h in the mean; constant, to within ± 1.1 h (95 %)" in table(seconds)
    plain = dataclasses.replace(example(), unit="")
    assert "24.000(50) in the mean; constant, to within ± 0.4 (95 %)" in table(plain)


def test_changes_are_told_with_their_odds():
    one = dataclasses.replace(
        example(),
        verdict=Verdict("shifted", "decaying"),
        odds={"period": {"shifted": 3471.0}, "amplitude": {"decaying": 16.4}, "rhythm": 1e9},
        shifts=(Shift(1003.0, 1.0, -0.1, 0.01, -2.4, 0.2, -2.4, 0.2, 24.0, 0.1, 24.2, 0.1),),
        lifetime=50.0,
        lifetime_error=5.0,
        undecided=("whether it is one thing or the other",),
    )
    text = table(one)
    assert "shifts suddenly (odds 3500 : 1 against constant)" in text
    assert "decays (odds 16 : 1 against constant)" in text
    assert "at 1003.0(1.0): 2.40(20) h later; period 24.00(10) h before, 24.20(10) h after" in text
    assert "undecided  whether it is one thing or the other" in text
    assert "lifetime" in text
