"""Cycles in the words of other packages."""

import importlib.util

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from epicycle import find_cycles
from epicycle.forecasting.exporters import (
    fourier_terms,
    freq_seasonal,
    prophet_seasonalities,
    season_lengths,
)


def hourly(
    n: int = 24 * 60, periods: tuple[float, ...] = (24.0, 168.0)
) -> tuple[pd.DatetimeIndex, np.ndarray]:
    """Return hours with a daily waveform of two harmonics and a weekly sinusoid."""
    hours = np.arange(n)
    y = np.random.default_rng(1).normal(size=n)
    for k, period in enumerate(periods):
        y += 3 * np.cos(2 * np.pi * hours / period)
        if k == 0:
            y += np.cos(2 * np.pi * 2 * hours / period + 1)
    return pd.date_range("2024-01-01", periods=n, freq="h"), y


def test_prophet_counts_in_days() -> None:
    index, y = hourly()
    for unit in ("h", "d"):
        daily, weekly = prophet_seasonalities(find_cycles(index, y, unit=unit))
        assert_allclose([daily["period"], weekly["period"]], [1, 7], rtol=3e-3)
        assert (daily["fourier_order"], weekly["fourier_order"]) == (2, 1)
        assert daily["name"] != weekly["name"]
        assert set(daily) == {"name", "period", "fourier_order"}
    with pytest.raises(ValueError, match=r"model has no unit of time .* unit='h'"):
        prophet_seasonalities(find_cycles(np.arange(len(y)), y))


def test_periods_in_steps() -> None:
    index, y = hourly()
    model = find_cycles(index, y, unit="h")
    terms, seasonal = fourier_terms(model, 0.5), freq_seasonal(model, 0.5)
    periods = [2 * c.period for c in model.cycles]
    assert_allclose([t["period"] for t in terms], periods, rtol=1e-14)
    assert [t["order"] for t in terms] == [2, 1]
    assert [(s["period"], s["harmonics"]) for s in seasonal] == [
        (t["period"], t["order"]) for t in terms
    ]
    assert season_lengths(model, 1.0) == [24, 168]
    # every 8 hours a day has 3 rows: only its first harmonic is seen
    assert fourier_terms(model, 8.0)[0]["order"] == 1


def test_a_period_that_is_no_whole_number_of_steps_is_not_rounded_away() -> None:
    index, y = hourly(periods=(24.84,))
    model = find_cycles(index, y, unit="h")
    with pytest.raises(ValueError, match=r"of 24\.8\d* steps is no whole number: a season of 25"):
        season_lengths(model, 1.0)
    with pytest.raises(ValueError, match=r"step=20.0 is longer than half the period 24\.8"):
        season_lengths(model, 20.0)
    with pytest.raises(ValueError, match="step must be"):
        season_lengths(model, 0.0)


def test_nothing_found_is_nothing_to_tell() -> None:
    t = np.arange(200.0)
    model = find_cycles(t, np.random.default_rng(1).normal(size=200), unit="d")
    assert prophet_seasonalities(model) == fourier_terms(model, 1.0) == []
    assert season_lengths(model, 1.0) == []


@pytest.mark.skipif(
    importlib.util.find_spec("statsmodels") is None, reason="statsmodels is not installed"
)
def test_statsmodels_takes_them() -> None:
    from statsmodels.tsa.deterministic import DeterministicProcess, Fourier

    index, y = hourly()
    model = find_cycles(index, y, unit="h")
    terms = [Fourier(**one) for one in fourier_terms(model, 1.0)]
    process = DeterministicProcess(index, constant=True, order=1, additional_terms=terms)
    X = process.in_sample().to_numpy()
    residual = y - X @ np.linalg.lstsq(X, y, rcond=None)[0]
    assert_allclose(residual.std(), model.residual_std, rtol=0.01)


@pytest.mark.skipif(importlib.util.find_spec("prophet") is None, reason="prophet is not installed")
def test_prophet_takes_them() -> None:
    from prophet import Prophet

    index, y = hourly()
    prophet = Prophet(yearly_seasonality=False, weekly_seasonality=False, daily_seasonality=False)
    for one in prophet_seasonalities(find_cycles(index, y)):
        prophet.add_seasonality(**one)
    assert len(prophet.seasonalities) == 2
