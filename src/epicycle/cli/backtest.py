"""``epicycle backtest``: how well the ends of a table would have been forecast."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from epicycle.cli import console
from epicycle.cli.options import (
    FOUND,
    SearchOptions,
    in_words_of_options,
    read_samples,
    search,
    with_search_options,
)
from epicycle.cli.shared_options import AsJson, Quiet
from epicycle.files.writing import InputError
from epicycle.samples.options import check_count, check_positive

if TYPE_CHECKING:
    from epicycle.forecasting.backtesting import Backtest, Fold


@with_search_options
def backtest(
    options: SearchOptions,
    horizon: Annotated[
        float | None,
        typer.Option(
            metavar="H",
            help="Length of each stretch, in the unit of time.  [dim]A tenth of the table.[/]",
        ),
    ] = None,
    folds: Annotated[
        int, typer.Option(metavar="N", help="Stretches, one after the other up to the end.")
    ] = 3,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Forecast the ends of a table from what is before them, and compare with seasonal naive.

    Each stretch is forecast by a fit, with the same options, of everything before it.  Seasonal
    naive repeats the values of a season ago; the last line says which of both was nearer.  Exit
    code 0: done; 2: the input cannot be used.

    [bold]Examples[/bold]

    epicycle backtest passengers.csv --horizon 365 --unit d

    epicycle backtest shop.csv --covariate promo --holidays US --json
    """
    from epicycle.forecasting.backtesting import backtest as of_model

    if options.events:
        raise InputError("--events have no values to forecast. To fix this, count them.")
    try:
        check_count(folds, "folds")
        if horizon is not None:
            check_positive(horizon, "horizon")
    except ValueError as problem:
        raise InputError(in_words_of_options(str(problem))) from None
    model = search(options, read_samples(options), quiet=quiet)
    try:
        result = of_model(model, horizon=horizon, folds=folds)
    except ValueError as problem:
        raise InputError(in_words_of_options(str(problem))) from None
    if as_json:
        document = {**result.to_dict(), "unit": model.unit}
        console.write(json.dumps(document, allow_nan=False) + "\n")
    else:
        console.write("\n".join(as_lines(result)) + "\n")
    raise typer.Exit(FOUND)


def as_lines(result: Backtest) -> list[str]:
    """Return a row for each stretch, one for all, and the verdict."""
    levels = list(result.coverage)
    heads = ["from", "to", "fitted", "forecast", "cycles", "error", "naive"]
    rows = [[*heads, *(f"in {100 * level:g} %" for level in levels)]]
    for fold in result.folds:
        counts = [f"{n:,}" for n in (fold.n_fitted, fold.n_forecast, fold.n_cycles)]
        rows.append([_moment(fold.start), _moment(fold.end), *counts, *_errors(fold, levels)])
    total = f"{sum(fold.n_forecast for fold in result.folds):,}"
    rows.append(["all", "", "", total, "", *_errors(result, levels)])
    widths = [max(len(row[k]) for row in rows) for k in range(len(rows[0]))]
    lines = ["  ".join(c.rjust(w) for c, w in zip(row, widths, strict=True)) for row in rows]
    return [*lines, "", result.verdict]


def _errors(one: Backtest | Fold, levels: list[float]) -> list[str]:
    errors = [f"{one.mean_absolute_error:.4g}", f"{one.naive_error:.4g}"]
    return [*errors, *(f"{100 * one.coverage[level]:.1f} %" for level in levels)]


def _moment(time: Any) -> str:
    return time.isoformat() if hasattr(time, "isoformat") else f"{time:.6g}"
