"""Other packages on the series of the shelf: MSTL + ETS, AutoETS and Prophet, with their intervals.

    python benchmarks/forecasts/shelf_peers.py series.json peers.json

with the Python that made `series.json` (`shelf.py`).
"""

from __future__ import annotations

import json
import sys
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np

TAILS = 4

LEVELS = (80, 95)


def naive(y: Any, season: int, horizon: int) -> Any:
    """Return the last season, repeated."""
    last = y[-season:]
    return np.tile(last, horizon // season + 1)[:horizon]


def seasonal_naive(row: dict[str, Any], y: Any, _dates: Any) -> dict[str, Any]:
    return {"mean": naive(y, row["season"], row["horizon"]).tolist()}


def _of_statsforecast(model: Any, y: Any, horizon: int) -> dict[str, Any]:
    answer = model.forecast(y=y, h=horizon, level=list(LEVELS))
    return {
        "mean": answer["mean"].tolist(),
        **{
            f"{side}{level}": answer[f"{side}-{level}"].tolist()
            for level in LEVELS
            for side in ("lo", "hi")
        },
    }


def mstl(row: dict[str, Any], y: Any, _dates: Any) -> dict[str, Any]:
    from statsforecast.models import MSTL, AutoETS

    model = MSTL(season_length=row["seasons"], trend_forecaster=AutoETS(model="ZZN"))
    return _of_statsforecast(model, y, row["horizon"])


def ets(row: dict[str, Any], y: Any, _dates: Any) -> dict[str, Any]:
    from statsforecast.models import AutoETS

    season = row["season"] if row["season"] <= 24 else 1
    return _of_statsforecast(AutoETS(season_length=season), y, row["horizon"])


def prophet(row: dict[str, Any], y: Any, dates: Any) -> dict[str, Any]:
    import logging

    import pandas as pd
    from prophet import Prophet

    logging.getLogger("cmdstanpy").disabled = True
    answer = {}
    for level in LEVELS:
        model = Prophet(interval_width=level / 100)
        model.fit(pd.DataFrame({"ds": pd.to_datetime(dates[: len(y)]), "y": y}))
        ahead = pd.to_datetime(dates[len(y) : len(y) + row["horizon"]])
        frame = model.predict(pd.DataFrame({"ds": ahead}))
        answer["mean"] = frame["yhat"].tolist()
        answer[f"lo{level}"] = frame["yhat_lower"].tolist()
        answer[f"hi{level}"] = frame["yhat_upper"].tolist()
    return answer


METHODS = {
    "seasonal naive": seasonal_naive,
    "MSTL + ETS": mstl,
    "AutoETS": ets,
    "Prophet": prophet,
}


def main(source: str, target: str, methods: list[str]) -> None:
    warnings.filterwarnings("ignore")
    rows = []
    for row in json.loads(Path(source).read_text()):
        y = np.array(row["y"])
        for tail in range(TAILS, 0, -1):
            end = len(y) - tail * row["horizon"]
            for name in methods:
                started = time.process_time()
                try:
                    answer = METHODS[name](row, y[:end], row["dates"])
                except Exception as problem:  # a peer that fails is said to have failed
                    answer = {"failed": repr(problem)[:200]}
                answer["cpu"] = time.process_time() - started
                rows.append({"series": row["name"], "tail": tail, "method": name, **answer})
    Path(target).write_text(json.dumps(rows))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:] or list(METHODS))
