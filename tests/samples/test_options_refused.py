"""Options of the user: each error names the option and the remedy."""

import time

import numpy as np
import pandas as pd
import pytest

from epicycle import find_cycles
from epicycle.limits import INPUTS
from tests.samples.arrays import T, Y, at_four

OPTIONS = {
    "weights negative": ({"weights": at_four(-1)}, r"weights must be finite and not neg.* row 4"),
    "weights missing": ({"weights": at_four(np.nan)}, r"weights must be .* 1 are not.* row 4.*fix"),
    "weights infinite": ({"weights": at_four(np.inf)}, r"weights must be .* 1 are not.* row 4"),
    "weights too short": ({"weights": np.ones(4)}, r"weights must have shape \(50,\) .* \(4,\)"),
    "weights all 0": ({"weights": np.zeros(50)}, r"y has no usable value .* or have weight 0"),
    "weights and dy": (
        {"weights": np.ones(50), "dy": 1.0},
        r"dy and weights were both given.* To fix this, pass only one of them",
    ),
    "group too short": ({"group": ["a"]}, r"group must have shape \(50,\) to match t, got \(1,\)"),
    "group in columns": ({"group": np.ones((50, 1))}, r"group must have shape .* got \(50, 1\)"),
    "group with NaN": ({"group": at_four(np.nan)}, r"group has 1 missing labels.* in row 4\. To"),
    "group with None": ({"group": [None, *"a" * 49]}, r"group has 1 missing labels.* row 0"),
    "group with NA": ({"group": pd.Series([pd.NA, *"a" * 49])}, r"group has 1 missing labels"),
    "minimum_period 0": ({"minimum_period": 0}, r"minimum_period must be .* above 0, got 0\."),
    "minimum_period < 0": ({"minimum_period": -1.5}, r"minimum_period must be .* got -1\.5"),
    "minimum_period NaN": ({"minimum_period": np.nan}, r"minimum_period must be .* got nan"),
    "maximum_period inf": ({"maximum_period": np.inf}, r"maximum_period must be .* got inf"),
    "limits reversed": (
        {"minimum_period": 5, "maximum_period": 4},
        r"minimum_period must be below maximum_period, got 5 and 4",
    ),
    "max_cycles 0": ({"max_cycles": 0}, r"max_cycles must be an integer of at least 1, got 0"),
    "max_cycles 1.5": ({"max_cycles": 1.5}, r"max_cycles must be an integer .* got 1\.5"),
    "max_cycles True": ({"max_cycles": True}, r"max_cycles must be an integer .* got True"),
    "max_cycles text": ({"max_cycles": "3"}, r"max_cycles must be an integer .* got '3'"),
    "harmonics 0": ({"harmonics": 0}, r"harmonics must be an integer of at least 1, got 0"),
    "trend -1": ({"trend": -1}, r"trend must be an integer of at least 0, got -1"),
    "false_alarm 0": ({"false_alarm": 0}, r"false_alarm must be .* above 0 and at most 1, got 0"),
    "false_alarm 2": ({"false_alarm": 2}, r"false_alarm must be .* at most 1, got 2"),
    "known 0": ({"known": 0}, r"known must hold finite periods above 0, got .*0\.0.* To fix this"),
    "known < 0": ({"known": [3, -1]}, r"known must hold finite periods above 0, got .*-1\.0"),
    "known NaN": ({"known": np.nan}, r"known must hold finite periods .*not frequencies"),
    "known too short": ({"known": 0.5}, r"known holds the period 0\.5, below the shortest .* 2\."),
    "exposure < 0": ({"exposure": -1}, r"exposure must be at least 0 .* got -1"),
    "exposure NaN": ({"exposure": np.nan}, r"exposure must be at least 0 .* got nan"),
    "exposure too long": (
        {"exposure": 3},
        r"exposure must be .* below the shortest period searched, 2, got 3.* raise minimum_period",
    ),
    "strategy": ({"strategy": "best"}, r"strategy must be 'auto', 'dense' or 'ladder', got 'best'"),
    "max_seconds": ({"max_seconds": 0}, r"max_seconds must be .* above 0, got 0"),
    "max_memory": ({"max_memory": -1}, r"max_memory must be .* above 0, got -1"),
    "max_frequencies": ({"max_frequencies": 0}, r"max_frequencies must be .* above 0, got 0"),
}


@pytest.mark.parametrize("name", OPTIONS)
def test_unusable_options(name: str) -> None:
    options, message = OPTIONS[name]
    with pytest.raises(ValueError, match=message):
        find_cycles(T, Y, **options)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"minimum_period": "1d"}, r"minimum_period must be a number, got '1d'"),
        ({"minimum_period": [1]}, r"minimum_period must be a number, got \[1\]"),
        ({"maximum_period": True}, r"maximum_period must be a number, got True"),
        ({"false_alarm": None}, r"false_alarm must be a number, got None"),
        ({"exposure": "a"}, r"exposure must be a number, got 'a'"),
        ({"known": "x"}, r"known must be real numbers, got dtype <U1"),
        ({"unit": 3}, r"unit must be a string such as 'd' or 'h', got int"),
    ],
    ids=lambda v: next(iter(v)) if isinstance(v, dict) else None,
)
def test_options_of_the_wrong_kind(options: dict, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        find_cycles(T, Y, **options)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("harmonics", 10**9),
        ("harmonics", INPUTS.harmonics + 1),
        ("trend", 10**6),
        ("trend", INPUTS.degree + 1),
        ("max_cycles", 10**400),
        ("max_cycles", 10**5000),
        ("known", np.arange(1.0, INPUTS.known + 2)),
    ],
    ids=lambda v: v if isinstance(v, str) else "",
)
def test_every_option_has_a_largest_value(name, value):
    started = time.process_time()
    with pytest.raises(ValueError, match=rf"^{name} must (be|hold) at most [\d,]+"):
        find_cycles(np.arange(40.0), np.sin(np.arange(40.0)), **{name: value})
    assert time.process_time() - started < 1.0


def test_as_many_outputs_as_belong_together():
    y = np.ones((4, INPUTS.outputs + 1))
    with pytest.raises(ValueError, match="501 columns: expected at most 500"):
        find_cycles(np.arange(4.0), y)


def test_labels_of_the_library_are_no_books():
    group = ["x" * (INPUTS.label + 1), "b"] * 20
    with pytest.raises(ValueError, match="a label of 1,001 characters: expected at most 1,000"):
        find_cycles(np.arange(40.0), np.sin(np.arange(40.0)), group=group)
