"""Objects of other packages keep their units, masks and digits, or are refused in a sentence."""

import datetime as dt
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from epicycle import find_cycles
from epicycle.samples import foreign
from epicycle.samples.checks import as_float, check_samples
from epicycle.samples.foreign import shown
from epicycle.samples.times import parse_times

DAYS = np.array([0.25, 1.5, 3.0, 7.75])


def total(times):
    return [Fraction(hi) + Fraction(lo) for hi, lo in zip(times.hi, times.lo, strict=True)]


# ---- Astropy -------------------------------------------------------------------------------


def test_times_of_astropy_are_julian_days_to_all_their_digits():
    time = pytest.importorskip("astropy.time")
    told = time.Time(2458000.0, DAYS * 1e-9, format="jd", scale="tdb")
    times, scale = parse_times(told)
    assert scale.unit == "d"
    for got, day in zip(total(times), DAYS, strict=True):
        assert abs(got - 2458000 - Fraction(day * 1e-9)) < 1e-25
    modified, _ = parse_times(time.Time(58000 + DAYS, format="mjd"))
    np.testing.assert_array_equal(modified.to_float(), 2458000.5 + DAYS)
    _, scale = parse_times(time.Time(["2024-05-01", "2024-05-02"]))
    assert scale.calendar
    with pytest.raises(ValueError, match="t has 1 masked of 4 values"):
        parse_times(time.Time(np.ma.array(DAYS, mask=[0, 1, 0, 0]), format="jd"))


def test_quantities_keep_or_change_their_unit():
    units = pytest.importorskip("astropy.units")
    times, scale = parse_times((DAYS * units.day).to(units.hour))
    assert scale.unit == "h"
    np.testing.assert_allclose(times.to_float(), 24 * DAYS)
    times, scale = parse_times(24 * DAYS * units.hour, unit="d")
    assert scale.unit == "d"
    np.testing.assert_allclose(times.to_float(), DAYS, rtol=1e-15)
    assert parse_times(DAYS * units.yr)[1].unit == "y"
    with pytest.raises(ValueError, match=r"t has the unit m, and unit='d' was given"):
        parse_times(DAYS * units.m, unit="d")
    # a scale that was fitted takes times of any unit
    np.testing.assert_allclose(scale.parse(24 * DAYS * units.hour).to_float(), DAYS)


def test_errors_are_told_in_the_unit_of_the_values():
    units = pytest.importorskip("astropy.units")
    y = DAYS * units.Jy
    samples = check_samples(DAYS, y, np.full(4, 300.0) * units.mJy)
    np.testing.assert_allclose(samples.dy[:, 0], 0.3)
    with pytest.raises(ValueError, match="dy has the unit m, y Jy: expected the same"):
        check_samples(DAYS, y, DAYS * units.m)
    with pytest.raises(ValueError, match="dy has the unit mJy, y has none"):
        check_samples(DAYS, DAYS, DAYS * units.mJy)


def test_what_is_masked_is_missing():
    masked = pytest.importorskip("astropy.utils.masked").Masked
    units = pytest.importorskip("astropy.units")
    for values in (DAYS, DAYS * units.Jy):
        told = as_float(masked(values, mask=[False, True, False, False]), "y")
        np.testing.assert_array_equal(told, [0.25, np.nan, 3.0, 7.75])


# ---- Frames, tensors, arrays -----------------------------------------------------------------


def test_series_of_polars():
    polars = pytest.importorskip("polars")
    np.testing.assert_array_equal(as_float(polars.Series([1, None, 2]), "y"), [1, np.nan, 2])
    moments = [dt.datetime(2024, 5, 1, hour) for hour in (0, 6, 12)]
    plain, scale = parse_times(polars.Series(moments), unit="h")
    np.testing.assert_array_equal(np.diff(plain.to_float()), 6)
    assert scale.timezone is None
    berlin = polars.Series(moments).dt.replace_time_zone("Europe/Berlin")
    zoned, scale = parse_times(berlin, unit="h")
    assert str(scale.timezone) == "Europe/Berlin"
    np.testing.assert_array_equal(plain.to_float() - zoned.to_float(), 2)
    local, _ = parse_times(berlin, unit="h", clock="local")
    np.testing.assert_array_equal(local.to_float(), plain.to_float())


def test_arrays_of_xarray_and_pyarrow():
    arrow = pytest.importorskip("pyarrow")
    np.testing.assert_array_equal(as_float(arrow.array([1.0, None]), "y"), [1, np.nan])
    xarray = pytest.importorskip("xarray")
    np.testing.assert_array_equal(as_float(xarray.DataArray(DAYS), "y"), DAYS)


def test_a_tensor_with_a_gradient():
    torch = pytest.importorskip("torch")
    tensor = torch.tensor(DAYS, requires_grad=True)
    np.testing.assert_array_equal(as_float(tensor, "y"), DAYS)
    np.testing.assert_array_equal(parse_times(tensor)[0].to_float(), DAYS)


# ---- Python's own ----------------------------------------------------------------------------


def test_decimals_and_fractions_keep_digits_that_no_float_has():
    texts = ["2458000.12345678901234567890", "2458001.5", "2458002.000000000000000001"]
    for kind in (Decimal, Fraction):
        times, _ = parse_times([kind(text) for text in texts])
        for got, text in zip(total(times), texts, strict=True):
            assert abs(got - Fraction(text)) < Fraction(1, 10**24)
    np.testing.assert_array_equal(as_float([Decimal("1.5"), None], "y"), [1.5, np.nan])


@pytest.mark.parametrize(
    "dates",
    [
        [dt.date(2024, 5, day) for day in (1, 2, 4)],
        ["2024-05-01", "2024-05-02", "2024-05-04"],
        ["2024-05-01T00:00Z", "2024-05-02T00:00Z", "2024-05-04T00:00Z"],
        ["2024-05-01T02:00+02:00", "2024-05-02T00:00+00:00", "2024-05-04T01:00+01:00"],
    ],
)
def test_dates_and_texts_that_are_dates(dates):
    times, scale = parse_times(dates)
    assert scale.calendar
    np.testing.assert_array_equal(np.diff(times.to_float()), [1, 2])


@pytest.mark.parametrize(
    ("texts", "fix"), [(["1.5", "2"], "numpy.asarray"), (["a", "b"], "pandas.to_datetime")]
)
def test_other_texts_are_refused_with_what_helps(texts, fix):
    with pytest.raises(TypeError, match=rf"got strings such as '{texts[0]}'.*{fix}"):
        parse_times(texts)


def test_what_needs_no_help_is_left_alone():
    assert foreign.plain(DAYS) is DAYS
    assert foreign.unit_of(DAYS) is None
    assert foreign.exact(1.5) is None
    assert foreign.zone_of(DAYS) is None
    index = pytest.importorskip("pandas").DatetimeIndex(["2024-05-01"])
    assert foreign.unit_of(index) is None  # that of its resolution


@pytest.mark.parametrize("digits", [400, 5000])
@pytest.mark.parametrize("sign", [1, -1])
def test_integers_beyond_any_float_are_refused_by_name(digits: int, sign: int) -> None:
    """Python has them, float64 does not, and from 4,300 digits on Python does not write them."""
    huge = sign * 10**digits
    t, y = np.arange(30.0), np.cos(np.arange(30.0))
    with pytest.raises(ValueError, match=r"^t has .* infinite"):
        find_cycles([huge, *t[1:]], y)
    with pytest.raises(ValueError, match="infinite"):
        find_cycles(t, [huge, *y[1:]])
    with pytest.raises(ValueError, match="dy must be positive and finite"):
        find_cycles(t, y, huge)
    names = "minimum_period maximum_period false_alarm max_frequencies max_seconds max_memory"
    for name in (*names.split(), "signal_to_noise", "period"):
        with pytest.raises(ValueError, match=f"{name}.* a number of more than 30 digits"):
            find_cycles(t, y, **{name: huge})
    with pytest.raises(ValueError, match="known must hold finite periods"):
        find_cycles(t, y, known=[huge])


def test_what_a_message_shows_is_one_short_line() -> None:
    class Odd:
        def __repr__(self) -> str:
            raise RuntimeError

    assert shown(24.0) == "24.0"
    assert shown("day") == "'day'"
    assert shown(10**31) == shown(-(10**5000)) == "a number of more than 30 digits"
    for value in (np.zeros((30, 3)), "x" * 10**5, [10**400] * 3, [10**5000], Odd()):
        assert len(shown(value)) < 140
        assert "\n" not in shown(value)
