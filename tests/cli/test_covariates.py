"""Covariates and holidays from a table to a forecast."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.commands import refusal, run

DAYS = pd.date_range("2021-06-01", "2023-12-31", freq="D")
AHEAD = 60


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """Return the folder of a shop's sales: a week, promotions, Christmas and Black Friday."""
    pytest.importorskip("holidays")
    folder = tmp_path_factory.mktemp("shop")
    rng = np.random.default_rng(4)
    n = len(DAYS)
    promo = (rng.random(n) < 0.1) * 1.0
    sales = 200 + 30 * np.cos(2 * np.pi * np.arange(n) / 7) + 25 * promo + 10 * rng.normal(size=n)
    dates = DAYS.strftime("%Y-%m-%d")
    sales[dates.isin(["2021-11-26", "2022-11-25", "2023-11-24"])] += 150
    sales[dates.str.endswith("12-25")] -= 120
    table = pd.DataFrame({"date": dates, "sales": sales.round(2), "promo": promo})
    table[:-AHEAD].to_csv(folder / "shop.csv", index=False)
    ahead = table[-AHEAD:].drop(columns="sales")
    ahead.to_csv(folder / "ahead.csv", index=False)
    ahead.iloc[[4, 6], 1] = np.nan
    ahead.to_csv(folder / "gaps.csv", index=False)
    table[-AHEAD:].to_csv(folder / "truth.csv", index=False)
    limits = ["--min-period", "5", "--max-period", "10", "--harmonics", "1"]
    asked = ["--covariate", "promo", "--holidays", "US", *limits]
    path = str(folder / "m.json")
    fitted = run("fit", str(folder / "shop.csv"), *asked, "-o", path, "--json")
    return folder, fitted


def test_the_two_events_of_retail_are_found(shop):
    _, fitted = shop
    assert fitted.exit_code == 0
    effects = {one["name"]: one for one in json.loads(fitted.stdout)["covariates"]}
    for name, true in (("promo", 25), ("Black Friday", 150), ("Christmas Day", -120)):
        one = effects[name]
        assert abs(one["coefficient"] - true) < 4 * one["error"]
        assert one["p_value"] < 1e-6
    others = [
        one["p_value"]
        for name, one in effects.items()
        if name not in ("promo", "Black Friday", "Christmas Day")
    ]
    assert len(others) > 5
    assert min(others) > 0.01 / len(others)
    assert "holidays of US: " in fitted.stderr


def test_forecasts_know_the_events(shop):
    folder, _ = shop
    out = folder / "out.csv"
    result = run(
        "predict", str(folder / "m.json"), "--at", str(folder / "ahead.csv"), "-o", str(out)
    )
    assert result.exit_code == 0
    told, truth = pd.read_csv(out), pd.read_csv(folder / "truth.csv")
    held = (told.sales_low95 <= truth.sales) & (truth.sales <= told.sales_high95)
    assert held.mean() > 0.85  # of 60 days
    friday = told[told.date.str.startswith("2023-11-24")].iloc[0]
    assert friday.sales > 300


def test_what_is_not_known_of_the_future_is_refused_by_its_rows(shop):
    folder, _ = shop
    model = str(folder / "m.json")
    message = refusal("predict", model, "--at", str(folder / "gaps.csv"))
    assert "'promo'" in message
    assert "lacks 2 of 60 numbers: line 6, line 8" in message
    message = refusal("predict", model, "--from", "2024-01-01", "--to", "2024-01-05")
    assert "depends on promo" in message
    assert "--at" in message


@pytest.mark.parametrize("more", [["--value", "all"], ["--id", "promo", "-o", "x.csv"]])
def test_many_series_have_no_covariates(shop, more):
    folder, _ = shop
    asked = ["--covariate", "promo"] if "all" in more else ["--holidays", "US"]
    assert "one series in memory" in refusal("find", str(folder / "shop.csv"), *asked, *more)


def test_events_have_none(tmp_path):
    path = Path(tmp_path / "e.csv")
    path.write_text("t\n1\n2\n3.5\n")
    assert "covariates do not apply" in refusal("find", str(path), "--events", "--covariate", "t")
