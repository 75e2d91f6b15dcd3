"""What fuzzing found, each once more."""

import builtins
import gzip
import json
import warnings
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from epicycle import find_cycles
from epicycle.cli import commands as cli
from epicycle.cli import console
from epicycle.events.significance import event_false_alarm, event_threshold
from epicycle.evidence.gears import find_gears
from epicycle.evidence.significance import power_threshold
from epicycle.files import frames, instants, model_files, writing
from epicycle.files.documents import from_dict
from epicycle.files.reading import ReadError, read_table
from epicycle.many import parts as _parts
from epicycle.many.parts import Parts
from epicycle.samples.times import TimeScale
from epicycle.search.planner import decide
from epicycle.spectra.plan import plan_search
from generators import regression


def test_events_at_even_distances():
    # their spectrum is empty: less power than noise has in 95 of 100 cases
    options = {"max_cycles": 1, "harmonics": 1, "max_frequencies": 1e4}
    (clock,) = find_cycles(np.arange(69), **options).cycles
    assert clock.period == pytest.approx(1.0, abs=1e-12)
    model = find_cycles(np.arange(69), minimum_period=2.5, **options)
    assert model.cycles == ()
    # 69 events of noise decide about no modulation much below 2 sqrt(noncentrality / 2 n), and
    # that is 5.5 for a statistic at its median: ncx2.cdf(2 ln 2, 2, 5.5) = 0.05
    assert 0.3 < float(np.max(model.amplitude_limit)) < 1


@pytest.mark.parametrize("year", [-29, 10_400])
def test_dates_that_no_calendar_tells(year):
    t = np.datetime64(f"{year:05d}-01-01", "D") + np.arange(20)
    with pytest.raises(ValueError, match="before the year 1 or after the year 9999"):
        find_cycles(t, np.arange(20) % 3)


def test_a_range_with_nanoseconds_at_one_end_and_years_at_the_other():
    scale = TimeScale("d", calendar=True)
    times = instants.regular("1677-09-22T00:12:43.145224193", "9000-01-01", None, scale)
    assert len(times) == 201
    assert times[-1].year == 8999 or times[-1] == pd.Timestamp("9000-01-01")


def test_a_range_without_a_finite_length():
    with pytest.raises(ValueError, match="too far apart"):
        instants.regular("-1e308", "1e308", None, TimeScale("", calendar=False))


def test_what_a_terminal_would_obey_is_shown_in_letters(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("time,a\x9b31m,b\n" + "".join(f"{k},{k % 3},\n" for k in range(9)))
    result = CliRunner().invoke(cli.app, ["find", str(path), "--value", "nothing"])
    assert result.exit_code == cli.BAD_INPUT
    assert r"a\x9b31m" in result.stderr
    assert console.visible("ä ½\n\x1b[2J") == "ä ½\n\\x1b[2J"


def test_a_model_file_is_read_without_compiling_anything(monkeypatch):
    t = np.arange(40.0)
    model = find_cycles(t, np.sin(t), max_cycles=1, harmonics=1)
    origin = model_files.Provenance(file="t.csv", sha256="0", columns={}, options={})
    raw = model_files.dumps(model_files.SavedModel(model, origin)).encode()
    model_files.loads(raw)  # imports what is imported late

    def executed(*_, **__):
        raise AssertionError("something was compiled")

    with monkeypatch.context() as patch:
        patch.setattr(builtins, "compile", executed)
        patch.setattr(builtins, "eval", executed)
        model_files.loads(raw)


def test_predictions_at_times_without_a_finite_distance():
    t = np.arange(40) / 8
    model = find_cycles(t, np.sin(t), max_cycles=1, harmonics=1)
    for far in (1e308, -1e200, 1e16):
        with pytest.raises(ValueError, match="check their unit"):
            model.predict([far])
    assert np.isfinite(model.predict([1e9])).all()


def test_covariates_without_a_square():
    t = np.arange(40.0)
    covariates = np.where(t == 7, 1e200, 1.0)
    with pytest.raises(ValueError, match="covariates has values of size 1e\\+200"):
        find_cycles(t, np.sin(t), covariates=covariates)


def test_a_signal_too_large_to_square():
    with pytest.raises(ValueError, match="signal_to_noise must be a finite number above 0 and at"):
        find_cycles(np.arange(69.0), signal_to_noise=1e200)


def test_a_file_that_unpacks_to_far_more_than_itself(tmp_path, monkeypatch):
    monkeypatch.setattr(frames, "INPUTS", replace(frames.INPUTS, unpacked=1 << 16))
    text = b"time,v\n" + b"1,2\n" * 50_000
    path = tmp_path / "t.csv.gz"
    path.write_bytes(gzip.compress(text, mtime=0))
    assert len(text) > 200 * path.stat().st_size
    with pytest.raises(ReadError, match="allow more with --max-table"):
        read_table(path)
    assert len(read_table(path, max_table=len(text) / 1e9).t) == 50_000
    monkeypatch.setattr(frames, "INPUTS", replace(frames.INPUTS, unpacked=len(text)))
    assert len(read_table(path).t) == 50_000


def test_a_false_alarm_that_any_power_meets():
    # brentq was asked for a root between two negative ends
    assert power_threshold(1.0, 20.0, 3.0) == 0.0
    t = np.arange(40.0)
    model = find_cycles(t, np.cos(t), max_cycles=1, harmonics=1, false_alarm=1.0)
    assert abs(model.cycles[0].frequency - 1 / (2 * np.pi)) < 1e-3


@pytest.mark.parametrize("of_events", [False, True])
@pytest.mark.parametrize(
    "limits",
    [
        {"minimum_period": 5e-324},
        {"minimum_period": 5.5e-123, "strategy": "dense"},
        {"maximum_period": 1e-300},
        {"minimum_period": 1e-17, "maximum_period": 1e-16},
    ],
)
def test_a_band_whose_frequencies_are_no_different_numbers(limits, of_events):
    t = np.cumsum(1 + np.arange(40) % 7 / 8)
    with pytest.raises(ValueError, match=r"told apart in double precision.*longer periods"):
        find_cycles(t, None if of_events else np.cos(t), max_frequencies=1e4, **limits)


def test_a_dense_search_without_end():
    t = np.cumsum(1 + np.arange(40) % 7 / 8)
    with pytest.raises(ValueError, match=r"band is too wide.*evaluates each") as refused:
        find_cycles(t, np.cos(t), minimum_period=1e-9, strategy="dense")
    data = regression(t, np.cos(t))
    plan = plan_search(data, 1e-9)
    enough = float(str(refused.value).split()[-1].rstrip("."))
    assert decide(data, plan, "dense", 1.1 * enough, 20.0).strategy == "dense"
    # what takes seconds is not refused, however small the budget
    assert decide(data, plan_search(data, 1e-5), "dense", 1e4, 20.0).strategy == "dense"


def test_known_periods_without_a_finite_frequency():
    t = np.arange(40.0)
    with pytest.raises(ValueError, match=r"known holds the period 2\.75352e-312, below"):
        find_cycles(t, np.cos(t), known=[2.75351821956e-312, 7.0])


def test_a_table_in_half_precision(tmp_path):
    # pandas has no index of such numbers, and so cannot tell whether they rise
    path = tmp_path / "t.parquet"
    wave = np.cos(np.arange(40)).astype("float16")
    pd.DataFrame({"a": np.arange(40, dtype="float16"), "v": wave}).to_parquet(path)
    table = read_table(path)
    np.testing.assert_array_equal(table.t, np.arange(40.0))
    np.testing.assert_array_equal(table.y, wave.astype(float))


@pytest.mark.parametrize("false_alarm", [1e-191, 5e-324])
def test_a_false_alarm_that_only_far_greater_powers_meet(false_alarm):
    for bandwidth in (0.0, 20.0, 1e12):
        threshold = event_threshold(false_alarm, bandwidth, 4)
        assert event_false_alarm(0.99 * threshold, bandwidth, 4) > false_alarm
        assert event_false_alarm(1.01 * threshold, bandwidth, 4) <= false_alarm
    assert find_cycles(np.arange(17.0), false_alarm=false_alarm, max_cycles=1).cycles == ()


def test_an_output_that_its_trend_explains_wholly():
    # nothing is left of the second one, and a line takes nothing from it
    t = np.cumsum(1 + np.arange(60) % 7 / 8)
    y = np.stack([np.cos(2 * np.pi * t / 5.3) + 0.1 * np.cos(7 * t**2), np.full(60, 2.0)], axis=1)
    model = find_cycles(t, y, max_cycles=2, harmonics=1)
    assert abs(model.cycles[0].period - 5.3) < 0.1
    k = np.arange(29.0)
    stamps = np.datetime64("1678-01-03T00:00:00") + np.round(
        86400 * np.cumsum(1 + k * 5 % 8 / 8)
    ).astype("timedelta64[s]")
    assert find_cycles(stamps, np.stack([0 * k + 1e-9, k], axis=1), max_cycles=2).n_samples == 29


@pytest.mark.parametrize("of_events", [False, True])
@pytest.mark.parametrize("weight", [8e257, 1e-200])
def test_weights_without_a_square(weight, of_events):
    t = np.cumsum(1 + np.arange(40) % 7 / 8)
    weights = np.where(t < 9, weight, 1.0)
    with pytest.raises(ValueError, match=r"weights has values of size (8e\+257|1e-200)"):
        find_cycles(t, None if of_events else np.cos(t), weights=weights)


def test_a_parquet_file_whose_text_is_damaged(tmp_path):
    # pyarrow reads it, and notices only where the text is used
    path = tmp_path / "t.parquet"
    columns = {"name": ["abcdefgh"] * 9, "b": np.arange(9), "c": np.arange(9) % 4}
    pd.DataFrame(columns).to_parquet(path, compression=None, use_dictionary=False)
    raw = path.read_bytes()
    in_a_page = b"\x08\0\0\0abcdefgh"
    assert in_a_page in raw
    path.write_bytes(raw.replace(in_a_page, b"\x08\0\0\0\xffbcdefgh"))
    with pytest.raises(ReadError, match=r"cannot be read as one.*write it again"):
        read_table(path)


@pytest.mark.parametrize("signal_to_noise", [5e-324, 1e-90])
@pytest.mark.parametrize("of_events", [False, True])
def test_a_signal_too_weak_to_divide_by(signal_to_noise, of_events):
    t = np.cumsum(1 + np.arange(40) * 5 % 7 / 8)
    y = None if of_events else np.cos(t)
    model = find_cycles(
        t,
        y,
        signal_to_noise=signal_to_noise,
        strategy="ladder",
        minimum_period=1e-3,
        max_frequencies=1e6,
        max_cycles=1,
    )
    assert model.search.strategy == "ladder"


def test_no_events_with_no_weights():
    with pytest.raises(ValueError, match="t is empty"):
        find_cycles([], weights=[])


@pytest.mark.parametrize("where", ["X", "y", "sample_weight"])
def test_infinities_of_both_signs(where):
    # scikit-learn adds them up before it refuses them: a warning of numpy besides the refusal
    estimators = pytest.importorskip("epicycle.forecasting.regressor")
    arrays = {"X": np.arange(9.0)[:, None], "y": np.arange(9) % 3.0, "sample_weight": np.ones(9)}
    arrays[where][3:5].flat = [np.inf, -np.inf]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(ValueError, match="infinity"):
            estimators.CycleRegressor().fit(**arrays)


def test_predictions_printed_under_a_name_that_a_terminal_would_obey(tmp_path):
    t = np.arange(40.0)
    model = find_cycles(t, np.sin(t), max_cycles=1, harmonics=1)
    origin = model_files.Provenance(file="t.csv", sha256="0", columns={}, options={})
    saved, at = tmp_path / "m.json", tmp_path / "t.csv"
    saved.write_text(model_files.dumps(model_files.SavedModel(model, origin)))
    at.write_text("time\x9b31m,v\n1.5,1\n2.5,2\n3.5,3\n")
    result = CliRunner().invoke(cli.app, ["predict", str(saved), "--at", str(at)])
    assert result.exit_code == 0
    header, first, *_ = result.stdout.splitlines()
    assert header.startswith(r"time\x9b31m,")
    assert first.startswith("1.5,")


def test_a_part_that_is_no_json_though_its_checksum_fits(tmp_path):
    output = tmp_path / "o.jsonl"
    with Parts(output, "these") as parts:
        parts.add([(0, {"id": "a"}), (1, {"id": "b"})])
    path = output.with_name("o.jsonl.parts")
    forged = _parts._line(1, b'{"id": "\x01"}') + _parts._line(2, b"[" * 100_000)
    path.write_bytes(path.read_bytes().replace(_parts._line(1, b'{"id": "b"}'), forged))
    with Parts(output, "these") as again:
        assert 0 in again
        assert list(again.in_order()) == [{"id": "a"}]


def test_rivals_whose_frequency_the_data_do_not_tell():
    # one weight of 1e-30: the second derivative by frequency is lost to rounding, or negative
    k = np.arange(16)
    y = [1.1, -0.73362677, 0.21275641, 0.40760665, -0.76342008, 1.05984842, -0.73079578]
    y += [0.22463322, 0.27727127, -0.80327276, 0.91608957, -0.77559477, 0.21902637]
    y += [0.29009517, -0.87304069, 0.9512944]
    weights = (1 + k * 7 % 5) / 4
    weights[2] = 1e-30
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        find_cycles(k.astype("timedelta64[h]"), y, weights=weights, max_cycles=1, harmonics=2)


def test_a_regressor_has_the_budget_that_it_is_given():
    # it had none, and a short minimum_period over a long baseline took half a minute
    estimators = pytest.importorskip("epicycle.forecasting.regressor")
    X = np.cumsum(1e9 * (1 + np.arange(14) % 7 / 8))[:, None]
    y = np.cos(np.arange(14.0))
    regressor = estimators.CycleRegressor(
        minimum_period=6.4, max_cycles=1, harmonics=1, max_frequencies=1e4
    )
    with pytest.raises(ValueError, match="band is too wide"):
        regressor.fit(X, y)
    regressor.set_params(minimum_period=None, max_frequencies=12345.0)
    assert regressor.fit(X, y).model_.search.max_frequencies == 12345.0


@pytest.mark.parametrize("date", ["-1", "10400-01-01", "9999-12-31T23:30:00-02:00"])
def test_predictions_at_dates_that_no_calendar_tells(date):
    from zoneinfo import ZoneInfo

    scale = TimeScale("d", calendar=True, timezone=ZoneInfo("Asia/Kathmandu"))
    with pytest.raises(ValueError, match=r"--to must be in the years 1 to 9999|must be a date"):
        instants.regular("2000-01-01T00:00:00+00:00", date, None, scale)
    times = pd.DatetimeIndex(np.array(["-0001-01-01", "2000-01-01"], dtype="datetime64[s]"))
    with pytest.raises(ValueError, match="column t must be in the years 1 to 9999"):
        instants.in_zone(times, scale, "column t")


def test_an_output_whose_variance_a_bent_trend_explains_wholly():
    # rivals had a prior variance of 1e-300 times a share, and its inverse overflowed
    y = np.stack([np.full(16, 1e-200), np.arange(16.0)], axis=1)
    y[0, 0], y[1, 0], y[14, 0] = -117.625, -4.92401123e10, 9.99298096e-14
    y[:, 0][np.abs(y[:, 0]) < 1e-70] = 0.0
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        find_cycles(
            3 * np.arange(16),
            y,
            unit="y",
            trend="piecewise",
            max_cycles=1,
            harmonics=4,
            max_frequencies=1e4,
        )


def test_a_range_of_times_has_a_bounded_table():
    scale = TimeScale("", calendar=False)
    with pytest.raises(ValueError, match="expected at most 600,000"):
        instants.regular("0", "1e6", "1", scale)
    frame = pd.DataFrame({"t": [1.0, 2.5], "v": [3, 4]})
    text = writing.as_json(frame, {"unit": "d"})
    rows = [{"t": 1.0, "v": 3}, {"t": 2.5, "v": 4}]
    assert text == json.dumps({"unit": "d", "predictions": rows}) + "\n"
    assert json.loads(writing.as_json(frame[:0], {})) == {"predictions": []}


def test_gears_of_frequencies_without_a_square():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert find_gears([1e200, 0.3], [1e100, 1e-3]) == ()


def test_a_schema_that_is_a_whole_model() -> None:
    document = {"schema": {"cycles": [{"period": float(k)} for k in range(100)]}}
    with pytest.raises(ValueError, match="expected the schema") as refused:
        model_files.loads(json.dumps(document).encode())
    assert len(str(refused.value)) < 500
    with pytest.raises(ValueError, match="must have the schema") as refused:
        from_dict(document)
    assert len(str(refused.value)) < 500


def test_a_coherence_time_of_any_length_may_be_uncertain() -> None:
    """One row of another kind: the likelihood is flat in the coherence time."""
    t = [0.539, 1.654, 2.21, 3.642, 4.989, 5.993, 6.243, 7.842, 8.6, 9.654, 10.535, 11.805, 12.673]
    t += [17.252, 18.16, 19.77, 20.41, 212.0, 22.186, 23.863, 24.948, 25.0, 28.254, 29.675]
    y = [5.877, 7.05, 6.877, 5.315, 2.248, 3.423, 3.58, 5.978, 7.497, 6.398, 5.759, 3.684, 0.284]
    y += [5.975, 5.303, 3.329, 3.041, 445.11, 5.267, 6.701, 5.879, 3.282, 3.529, 6.257]
    model = find_cycles(t, y, max_cycles=1, harmonics=1)
    # one that is claimed is told with the others that are as likely
    assert all(cycle.alternatives for cycle in model.cycles)


def test_an_alias_is_inside_the_band() -> None:
    """The maximum next to an alias at one cycle over the baseline may be at zero, or below it."""
    hours = np.array([14, 34, 44, 25, 53, 60, 60, 60, 3, 0, 0, 0])
    for values in (np.arange(12.0), np.arange(12.0)[::-1], np.arange(12.0) % 7):
        model = find_cycles(hours / 24, values, unit="d", max_cycles=1, harmonics=1)
        lowest = model.search.minimum_frequency
        assert all(a.frequency >= lowest for c in model.cycles for a in c.aliases)
        assert model.table()


def test_a_frequency_less_certain_than_its_size_is_no_gear_and_near_no_round_period() -> None:
    t = np.arange(0.0, 200.0, 0.7)
    model = find_cycles(
        t, np.cos(2 * np.pi * t / 7.0) + np.cos(2 * np.pi * t / 3.5 + 1), harmonics=1
    )
    assert len(model.cycles) == 2
    cycles = [
        replace(c, frequency=1e-200 * (k + 1), frequency_error=1e120)
        for k, c in enumerate(model.cycles)
    ]
    vague = replace(model, cycles=tuple(cycles))
    # the square of that error over the frequency is no number
    assert vague.gears == ()
    assert vague.suggestions == ((), ())
