"""Numbers are written to the digit that their error allows, in units that one would say."""

import io
import math
import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from epicycle import Alias, CycleModel, Harmonic, find_cycles
from epicycle.samples.times import UNIT_SECONDS
from epicycle.views.tables import human_period, is_limited, notes, plain_table, rich_table
from tests.views.results import read_back

# ---- Numbers -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "error", "unit", "text"),
    [
        # As in the literature: the two digits in brackets count the last two shown.
        (29.530588141, 3.4e-6, "d", "29.5305881(34) d"),
        (12.4206012, 1.26e-5, "h", "12.420601(13) h"),
        (1188.6479, 4.93, "", "1188.6(4.9)"),
        (1321.6, 12.3, "", "1322(12)"),
        (131612.0, 1234.0, "", "131600(1200)"),
        (8.0, 0.0996, "", "8.00(10)"),
        (8.0, 0.995, "", "8.00(99)"),
        (0.3, 1.2, "", "0.3(1.2)"),
        # Without an error, six digits.
        (12.42060123, None, "h", "12.4206 h"),
        (12.42060123, 0.0, "h", "12.4206 h"),
        (12.42060123, math.inf, "h", "12.4206 h"),
        (12.42060123, math.nan, "h", "12.4206 h"),
        # Units that one would say.
        (365.2422, 0.036, "d", "0.999979(99) y"),
        (525949.2, None, "min", "0.999979 y"),
        (411.78, 0.01, "d", "411.780(10) d"),
        (1188.6479, 4.93, "d", "3.254(13) y"),
        (0.10750583, 1.7e-6, "d", "0.1075058(17) d"),
        (0.01, 2e-6, "d", "14.4000(29) min"),
        (23.9344696, None, "h", "23.9345 h"),
        (327.86, 0.24, "h", "13.661(10) d"),
        (88560.0, 360.0, "s", "24.60(10) h"),
        (1 / 205.530699, 1e-13, "s", "4.86545321388(10) ms"),
        (3e-7, None, "s", "300 ns"),
        (90.0, None, "s", "90 s"),
        (5400.0, None, "s", "90 min"),
        (4.0, 0.1, "w", "28.00(70) d"),
        (11.0, 0.2, "y", "11.00(20) y"),
        # Labels that are no units of time.
        (5.5, 0.25, "orbits", "5.50(25) orbits"),
        (5.5, None, "", "5.5"),
        (math.inf, None, "d", "- d"),
    ],
)
def test_periods(value, error, unit, text):
    assert human_period(value, error, unit) == text


@given(st.floats(1e-6, 1e9), st.sampled_from(sorted(UNIT_SECONDS)), st.floats(1e-9, 0.5))
def test_a_period_is_the_same_time_in_any_unit(value, unit, relative):
    text, chosen = human_period(value, relative * value, unit).split(" ")
    written, error = read_back(text)
    ratio = float(UNIT_SECONDS[unit] / UNIT_SECONDS[chosen])
    assert written == pytest.approx(value * ratio, abs=0.06 * error)
    assert error == pytest.approx(relative * value * ratio, rel=0.06)


# ---- Tables --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def model() -> CycleModel:
    """Two cycles with figures chosen by hand, so that the table can be written out."""
    rng = np.random.default_rng(3)
    t = np.sort(rng.uniform(0, 400, 200))
    y = 3 * np.sin(2 * np.pi * t / 29.5) + np.sin(2 * np.pi * t / 3.7) + rng.normal(size=200)
    y[:4] = np.nan
    found = find_cycles(t, y, unit="d", minimum_period=2.0)
    assert [round(c.period, 1) for c in found.cycles] == [29.5, 3.7]
    moon = replace(
        found.cycles[0],
        period=29.530588141,
        period_error=3.4e-6,
        amplitude=0.49784,
        amplitude_error=4.5e-5,
        phase=0.47153,
        phase_error=3.2e-5,
        time_of_maximum=2456112.57216,
        time_of_maximum_error=9.5e-4,
        harmonics=(Harmonic(1, 0.49, 0.01, 0.1), Harmonic(2, 0.01, 0.01, 0.1)),
        false_alarm_probability=0.0,
        aliases=(),
    )
    long = replace(
        found.cycles[1],
        period=1188.648,
        period_error=4.93,
        amplitude=0.0331,
        amplitude_error=0.0034,
        phase=0.1,
        phase_error=0.02,
        time_of_maximum=2455242.0,
        time_of_maximum_error=7.4,
        harmonics=(Harmonic(1, 0.03, 0.01, 0.1),),
        false_alarm_probability=0.0026,
        aliases=(Alias(1.0, 0.998096, 0.766, 1.0027, 0.0213, "day"), Alias(2.0, 0.5, 0.5, 2.0)),
    )
    return replace(
        found, cycles=(moon, long), reference_time=2456098.6477, residual_std=0.00171, undecided=()
    )


def test_plain_table(model):
    lines = plain_table(model).splitlines()
    expected = [
        "period  in d  amplitude  phase  maximum  orders  false alarm  alias (odds)",
        "29.5305881(34) d  0.497840(45)  0.471530(32)  2456112.57216(95)  1-2  <1e-300",
        "3.254(13) y  1188.6(4.9)  0.0331(34)  0.100(20)  2455242.0(7.4)  1  0.0026  "
        "0.998096 d (day, 0.02)",
    ]
    for line, cells in zip([lines[0], *lines[2:4]], expected, strict=True):
        assert line.split() == cells.split()
    # aligned: every cell of a column ends under its heading
    heading, rule, first, second = lines[:4]
    for name in ("period", "amplitude", "phase", "maximum", "orders", "alarm"):
        end = heading.index(name) + len(name)
        for row in (first, second):
            assert row[end - 1] != " "
            assert row[end : end + 2].strip() == ""
    assert set(rule) == {"-"}
    assert len(rule) == max(map(len, lines[:4]))


def test_plain_table_is_plain_and_always_the_same(model):
    text = plain_table(model)
    assert text == plain_table(model) == model.table()
    assert "\x1b" not in text
    assert all(line == line.rstrip() for line in text.splitlines())


def test_what_stands_below_the_table(model):
    text = notes(model)
    assert text == plain_table(model).splitlines()[-len(text) :]
    assert text[0].startswith("samples: 196 over 387.")
    assert text[0].endswith(" d, 4 without values left out")
    assert re.match(
        r"searched: periods from 2 d to 387\.\d+ d \(up to the shortest .* asked for, 2 d\)",
        text[1],
    )
    assert text[2] == "residual: standard deviation 0.00171"
    assert text[3].startswith("phase: of the maximum, in turns after 2456098.6477;")
    assert text[4] == (
        "perhaps: 29.5305881(34) d may be the synodic month, 29.530589 d (-0.2 errors, "
        "odds 2e4 : 1) (against chance; no period was changed)"
    )
    assert len(text) == 5


def test_gears_are_offered_and_locked_ones_told(model):
    slow, fast = (
        replace(c, period=1 / f, period_error=1e-6 / f**2, frequency=f, frequency_error=1e-6)
        for c, f in zip(model.cycles, (0.7, 16.8), strict=True)
    )
    geared = replace(model, cycles=(fast, slow))
    # the ratio has the error 24 * hypot(1e-6 / 0.7, 1e-6 / 16.8) = 3.4e-5; the odds are
    # 0.1 * 0.63 / (3.4e-5 * sqrt(2 pi))
    [line] = [line for line in notes(geared) if line.startswith("gears")]
    assert line == (
        "gears: frequencies of 1.4285714(20) d, 85.7142857(51) min as 1 : 24, common period "
        "1.428571429(85) d, chi-square 0.00 for 1, odds 730 : 1 against chance "
        "(locking is a choice: epicycle.lock_gears)"
    )
    told = notes(replace(geared, locked=geared.gears))
    assert "locked" + line[5:].split(" (lock")[0] in told
    assert not any(line.startswith("gears") for line in told)


def test_every_suggestion_for_a_period_stands_in_its_line(model):
    year = replace(model.cycles[1], period=365.2422, period_error=0.05)
    [line] = [t for t in notes(replace(model, cycles=(year,))) if t.startswith("perhaps")]
    assert line.startswith("perhaps: 0.99998(14) y may be the tropical year, 365.24219 d (+0.0")
    assert line.count(" or the ") == 2
    # neither a held period nor a drifting one is guessed at
    held = replace(year, known=True)
    drifting = replace(year, frequency_drift=1e-9, frequency_drift_error=1e-9)
    for cycle in (held, drifting):
        assert not any("perhaps" in t for t in notes(replace(model, cycles=(cycle,))))


def test_jitter_and_doubts_are_told(model):
    doubtful = replace(model, jitter={"a": 0.5, "b": 2.25}, undecided=("first", "second"))
    text = notes(doubtful)
    assert "jitter: a 0.5, b 2.25" in text
    assert text[-2:] == ["note: first", "note: second"]


def test_nothing_found_says_how_large_a_cycle_may_still_be(model):
    nothing = replace(model, cycles=(), amplitude_limit=0.63441)
    lines = plain_table(nothing).splitlines()
    assert lines[0] == "no significant cycle; amplitude of any sinusoid below 0.6344 (95 %)"
    assert lines[1].startswith("samples: ")
    assert not any("phase" in line for line in lines)


def test_a_known_period_is_marked_and_has_no_error(model):
    held = replace(model.cycles[0], known=True, period=29.53, period_error=0.02)
    assert "29.53 d, held  " in plain_table(replace(model, cycles=(held,)))


def test_no_own_unit_where_nothing_was_converted(model):
    text = plain_table(replace(model, cycles=model.cycles[:1]))
    assert "in d" not in text.splitlines()[0]
    assert "alias" not in text.splitlines()[0]


def test_several_outputs_have_a_row_each(model):
    names = tuple(f"s{i}" for i in range(10))
    cycle = replace(
        model.cycles[0],
        **{
            name: tuple((i + 1.0) * scale for i in range(10))
            for name, scale in [
                ("amplitude", 1.0),
                ("amplitude_error", 0.1),
                ("phase", 0.05),
                ("phase_error", 0.01),
                ("time_of_maximum", 100.0),
                ("time_of_maximum_error", 0.1),
            ]
        },
    )
    many = replace(
        model,
        cycles=(cycle,),
        output_names=names,
        residual_std=tuple(range(1, 11)),
        amplitude_limit=tuple(range(1, 11)),
    )
    lines = plain_table(many).splitlines()
    assert lines[2].split()[:6] == [
        "29.5305881(34)",
        "d",
        "s0",
        "1.00(10)",
        "0.050(10)",
        "100.00(10)",
    ]
    assert lines[3].split() == ["s1", "2.00(20)", "0.100(20)", "200.00(20)"]
    assert lines[9].split()[0] == "s7"
    assert lines[10].split() == ["...", "2", "more"]
    assert any(
        line.startswith("residual: standard deviation s0 1, s1 2,")
        and line.endswith("s7 8, ... 2 more")
        for line in lines
    )


def rendered(model: CycleModel, width: int) -> str:
    stream = io.StringIO()
    console = Console(file=stream, width=width, color_system=None)
    console.print(rich_table(model, width))
    return stream.getvalue()


def test_rich_table_has_the_same_cells(model):
    text = rendered(model, 140)
    for row in plain_table(model).splitlines()[2:4]:
        for cell in re.split(r"  +", row.strip()):
            assert cell in text
    assert "no room" not in text


def test_rich_table_leaves_columns_out_rather_than_cutting_cells(model):
    text = rendered(model, 80)
    assert max(map(len, text.splitlines())) <= 80
    for cell in ("29.5305881(34) d", "0.497840(45)", "2456112.57216(95)", "<1e-300"):
        assert cell in text
    for cell in ("0.471530(32)", "1188.6(4.9)", "0.998096 d (day, 0.02)"):
        assert cell not in text
    left_out = " ".join(text[text.index("no room") :].split())
    assert left_out == "no room for: phase, in d, alias (odds) (--json has them)"


def test_names_of_columns_are_never_markup(model):
    cycle = replace(
        model.cycles[0],
        **{
            name: (getattr(model.cycles[0], name),)
            for name in (
                "amplitude",
                "amplitude_error",
                "phase",
                "phase_error",
                "time_of_maximum",
                "time_of_maximum_error",
            )
        },
    )
    named = replace(model, cycles=(cycle,), output_names=("[bold]flux[/]",), residual_std=(1.0,))
    assert "[bold]flux[/]" in rendered(named, 140)


def test_of_what_is_in_the_fit_it_is_not_said_that_it_would_have_been_seen() -> None:
    t = np.arange(200.0)
    wave = 3 * np.cos(2 * np.pi * t / 9) + np.random.default_rng(1).normal(size=200)
    found = find_cycles(t, wave, harmonics=1)
    nothing = replace(found, cycles=())
    assert is_limited(nothing)
    left = replace(nothing, lines=tuple(replace(line, claimed=False) for line in found.lines))
    assert not is_limited(left)
    assert "was not tested" in notes(left)[0]


# ---- Units ---------------------------------------------------------------------------------


def seasonal(unit: float) -> CycleModel:
    """Return a yearly cycle that may as well repeat every two years, in a unit of days."""
    t = np.arange(0.0, 3652.5, 30.4375)
    y = np.cos(2 * np.pi * t / 365.25) + 0.2 * np.random.default_rng(3).normal(size=120)
    model = find_cycles(t / unit, y, unit={1.0: "d", 7.0: "w"}[unit])
    [cycle] = model.cycles
    half = Alias(1 / (2 * cycle.period), 2 * cycle.period, 0.5, 0.5 / cycle.period, 0.9, "half")
    return replace(model, cycles=(replace(cycle, aliases=(half,)),))


@pytest.mark.parametrize("unit", [1.0, 7.0])
def test_a_row_tells_its_periods_in_one_unit(unit):
    text = plain_table(seasonal(unit))
    period, other = re.search(r"([\d.]+\(\d+\) \w+) or ([\d.]+ \w+)", text).groups()
    assert period.endswith(" y")
    assert other.endswith(" y")
    assert re.search(r"[\d.]+ y \(half, 0\.9\)", text)


def test_a_range_is_told_in_one_unit_where_its_numbers_allow():
    rng = np.random.default_rng(1)
    hours = find_cycles(np.arange(240.0), rng.normal(size=240), unit="h", minimum_period=3.0)
    assert "searched: periods from 3 h to 239 h (" in plain_table(hours)
    far = find_cycles(np.arange(3000.0), rng.normal(size=3000), unit="d", minimum_period=2.5)
    assert "searched: periods from 2.5 d to 8.21081 y (" in plain_table(far)


def test_sentences_name_the_unit_where_there_is_one():
    t = np.arange(200.0)
    y = np.cos(2 * np.pi * t / 23) + 0.3 * np.random.default_rng(2).normal(size=200) + (t / 60) ** 2
    named, bare = (plain_table(find_cycles(t, y, unit=unit)) for unit in ("d", ""))
    assert "samples every 1 d)" in named
    assert re.search(r"slow variation with periods near \d+ d", named)
    assert "samples: 200 over 199 d" in named
    assert "samples: 200 over a time of 199" in bare
    assert "samples every 1)" in bare
