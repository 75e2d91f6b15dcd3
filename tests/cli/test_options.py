"""The options of the commands are those of the library, with its defaults."""

import dataclasses
import inspect

import pytest

from epicycle import find_cycles
from epicycle.cli.options import SearchOptions, in_words_of_options, range_of, search
from epicycle.files.reading import read_table
from epicycle.files.writing import InputError
from epicycle.samples.options import Options


def test_a_command_without_options_asks_for_the_defaults():
    assert SearchOptions(file="a.csv").of_library() == Options()
    arguments = inspect.signature(find_cycles).parameters
    asked = SearchOptions(file="a.csv").of_library().arguments()
    assert asked == {name: arguments[name].default for name in asked}


ASKED = {
    "per_group": ("waveform", "waveform"),
    "unit": ("h", "h"),
    "min_period": (2.0, 2.0),
    "max_period": (9.0, 9.0),
    "max_cycles": (3, 3),
    "harmonics": (2, 2),
    "false_alarm": (0.5, 0.5),
    "drift": (True, True),
    "strategy": ("ladder", "ladder"),
    "max_frequencies": (1e6, 1e6),
    "max_seconds": (5.0, 5.0),
    "max_memory": (2.0, 2.0),
    "signal_to_noise": (0.5, 0.5),
    "trend": ("2", 2),
    "varying_amplitude": (True, True),
    "known": ([7.0, 8.0], (7.0, 8.0)),
    "period": ("20:28", (20.0, 28.0)),
    "exposure": (0.1, 0.1),
    "red_noise": (True, True),
    "loss": ("huber", "huber"),
    "response": ("identity", "identity"),
    "clock": ("local", "local"),
}


@pytest.mark.parametrize("name", ASKED)
def test_every_option_reaches_the_library(name):
    said, meant = ASKED[name]
    called = {"min_period": "minimum_period", "max_period": "maximum_period"}.get(name, name)
    options = SearchOptions(file="a.csv", **{name: said}).of_library()
    assert options == dataclasses.replace(Options(), **{called: meant})


def test_no_option_of_the_library_is_missing():
    asked = {"min_period": "minimum_period", "max_period": "maximum_period"}
    assert {asked.get(name, name) for name in ASKED} == set(Options().arguments())


def test_a_period_or_a_range():
    assert range_of("24") == 24.0
    assert range_of("18:32") == (18.0, 32.0)
    for text in ("a", "1:2:3", "-24", "inf", ":", "24:"):
        with pytest.raises(InputError, match="--period must be a number or a range"):
            range_of(text)


def test_a_trend_may_be_a_word():
    assert SearchOptions(file="a.csv", trend="piecewise").of_library().trend == "piecewise"


def test_a_search_by_options_uses_the_unit_of_the_table(tmp_path):
    path = tmp_path / "a.csv"
    rows = "".join(f"{k},{(k % 7) ** 2}\n" for k in range(60))
    path.write_text("time_h,level\n" + rows)
    table = read_table(str(path))
    model = search(SearchOptions(file=str(path), harmonics=2), table, quiet=True)
    assert model.unit == "h"
    assert model.cycles[0].period == pytest.approx(7)
    assert max(h.order for h in model.cycles[0].harmonics) == 2
    named = search(SearchOptions(file=str(path), unit="s", max_cycles=1), table, quiet=True)
    assert named.unit == "s"
    with pytest.raises(InputError, match="--trend must be a degree"):
        search(SearchOptions(file=str(path), trend="bent"), table, quiet=True)


def test_messages_call_options_as_the_command_does():
    assert in_words_of_options("minimum_period must be below maximum_period") == (
        "--min-period must be below --max-period"
    )
    assert in_words_of_options("known holds the period 3; the known one") == (
        "--known holds the period 3; the known one"
    )
