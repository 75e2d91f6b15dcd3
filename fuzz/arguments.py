"""Every public function of the library, with arguments replaced by things that they are not.

``python fuzz/arguments.py`` replaces each argument of each function by each odd thing in turn, and
prints what does not end in a result or in a refusal of our own; ``python fuzz/arguments.py track``
those of one function.  The target draws one or two of them at random.
"""

from __future__ import annotations

import datetime as dt
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import suppress
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

import epicycle
from draws import ODD_NUMBERS, Draws
from epicycle import problems, screening
from epicycle.forecasting import exporters
from epicycle.problems.high_dimensional import learn_wave
from properties import Finding, refused

N = 24

Call = tuple[Callable[..., Any], dict[str, Any]]


@cache
def calls() -> dict[str, Call]:
    """Return each public function with arguments that it takes, all of them named."""
    t = np.cumsum(1 + np.arange(N) % 3 / 4)
    regular = np.arange(float(N))
    whole = np.cos(2 * np.pi * regular / 6)
    y = np.cos(2 * np.pi * t / 5.3) + 0.1 * np.cos(7.0 * t**2)
    group = np.where(np.arange(N) % 2, "a", "b")
    model = epicycle.find_cycles(t, y, max_cycles=1, harmonics=1, max_frequencies=3e3)
    six = epicycle.find_cycles(regular, whole, max_cycles=1, harmonics=1, unit="h")
    search = {"minimum_period": 2.0, "maximum_period": None, "false_alarm": 0.01, "trend": 1}
    more = {"max_cycles": 1, "harmonics": 1, "known": (), "unit": None}
    frame = pd.DataFrame({"id": group, "time": t, "value": y, "error": 0.1, "weight": 1.0})
    columns = {"id": "id", "time": "time", "value": "value", "error": None, "weight": None}
    options = {
        **{"group": None, "per_group": "auto", "weights": None, "drift": False, "period": None},
        **{"strategy": "auto", "max_frequencies": 3e3, "max_seconds": None, "max_memory": 4.0},
        **{"signal_to_noise": None, "varying_amplitude": False, "exposure": 0.0},
        **{"covariates": None, "red_noise": False, "loss": "squares", "clock": "elapsed"},
        "progress": None,
    }
    samples = {"t": t, "y": y}
    return {
        "find_cycles": (epicycle.find_cycles, {**samples, "dy": None, **search, **more, **options}),
        "events": (epicycle.find_cycles, {"t": t, **search, "weights": None, "max_cycles": 1}),
        "find_cycles_in_chunks": (
            epicycle.find_cycles_in_chunks,
            {
                **{"source": frame.to_records(index=False), "time": "time", "value": "value"},
                **{"error": None, "weight": None, "group": None, **search, **more},
                **{"clock": "elapsed", "max_memory": 0.8, "progress": None},
            },
        ),
        "find_frame": (
            epicycle.find_frame,
            {"df": frame, **columns, "group": None, "documents": False, **search, "max_cycles": 1},
        ),
        "screen_frame": (epicycle.screen_frame, {"df": frame, **columns, **search}),
        "screen": (
            screening.screen,
            {
                **samples,
                **{"dy": None, "series": group, "weights": None, "unit": None, **search},
                **{"max_frequencies": 3e3, "clock": "elapsed"},
            },
        ),
        "track": (
            epicycle.track,
            {
                **samples,
                **{"dy": None, "period": 5.3, "shifts": None, "harmonics": 1, "trend": 1},
                **{"noise": "white", "amplitude": "constant", "group": None, "unit": None},
                **{"clock": "elapsed", "rhythms": 1},
            },
        ),
        "scalogram": (
            epicycle.scalogram,
            {
                **samples,
                **{"dy": None, "period": (3.0, 8.0), "cycles": 2.0, "times": None, "trend": 1},
                **{"unit": None, "clock": "elapsed"},
            },
        ),
        "rhythms": (
            epicycle.rhythms,
            {
                **{"table": t, "y": np.stack([y, y[::-1]]), "dy": None, "period": 5.3},
                **{"harmonics": 1, "robust": False, "weights": None, "ids": None, "id": None},
                **{"time": None, "value": None, "error": None, "times": None, "ignore": ()},
                **{"samples": None, "unit": None, "progress": None},
            },
        ),
        "rhythms of a table": (
            epicycle.rhythms,
            {"table": frame, "period": 5.3, "id": "id", "time": "time", "value": "value"},
        ),
        "compare": (
            epicycle.compare,
            {
                **samples,
                **{"group": group, "subject": None, "period": 5.3, "reference": None},
                **{"paired": None, "damped": False, "harmonics": 1, "trend": 0, "at": None},
                **{"unit": None, "confidence": 0.95},
            },
        ),
        "actigraphy": (
            epicycle.actigraphy,
            {
                **{"t": np.arange(96.0), "y": 50 * (1 + np.cos(np.arange(96) / 24 * 2 * np.pi))},
                **{"period": 24, "epoch": None, "rest": None, "unit": "h", "clock": "auto"},
            },
        ),
        "backtest": (
            epicycle.backtest,
            {"model": model, "horizon": None, "folds": 1, "coverage": (0.8, 0.95)},
        ),
        "find_gears": (
            epicycle.find_gears,
            {
                **{"frequencies": [1.0, 2.0, 3.1], "errors": [1e-3, 1e-3, 1e-3]},
                **{"largest_denominator": 16, "prior": 0.1, "least_odds": 10.0},
            },
        ),
        "lock_gears": (epicycle.lock_gears, {"model": model, "trains": None}),
        "predict": (model.predict, {"t": t[:3]}),
        "from_dict": (epicycle.CycleModel.from_dict, {"document": model.to_dict()}),
        "fourier_terms": (exporters.fourier_terms, {"model": model, "step": 1.0}),
        "freq_seasonal": (exporters.freq_seasonal, {"model": model, "step": 1.0}),
        "prophet_seasonalities": (exporters.prophet_seasonalities, {"model": six}),
        "season_lengths": (exporters.season_lengths, {"model": six, "step": 1.0}),
        "Clock": (problems.Clock, {"day_length": 86400.0, "radices": (24, 60, 60)}),
        "Calendar": (problems.Calendar, {"epoch": "2000-01-01"}),
        "DecimalDigits": (problems.DecimalDigits, {"clock": problems.Clock()}),
        "SevenSegments": (problems.SevenSegments, {"clock": problems.Clock()}),
        "Sine": (problems.Sine, {"angular_frequency": 31.0, "span": 10.0, "noise": 0.0}),
        "exact_match": (problems.exact_match, {"predicted": [[1, 2]], "digits": [[1, 2]]}),
        "learn_wave": (learn_wave, {"x": np.ones((5, 4)), "y": np.ones(5)}),
        **_layers(),
    }


def _layers() -> dict[str, Call]:
    """Return the layers, where torch is installed."""
    with suppress(ImportError):
        import torch

        from epicycle import nn

        periodic = {"in_features": 1, "n_frequencies": 2, "harmonics": 1, "band": None}
        return {
            "Periodic": (nn.Periodic, {**periodic, "dtype": None, "device": None}),
            "Waveform": (
                nn.Waveform,
                {
                    **{"n_cycles": 1, "harmonics": 1, "out_features": 1, "trend": 0},
                    **{"reference": 0.0, "span": 1.0, "band": None},
                },
            ),
            "Chirp": (nn.Chirp, {"n_frequencies": 2, "harmonics": 1, "reference": 0.0}),
            "Dials": (nn.Dials, {"sizes": [2, 3], "gears": None}),
            "Envelope": (
                nn.Envelope,
                {"layer": torch.nn.Linear(1, 1), "knots": 3, "span": (0.0, 1.0)},
            ),
            "ResidualBank": (
                nn.ResidualBank,
                {"width": 2, "n_frequencies": 2, "harmonics": 1, "band": None},
            ),
        }
    return {}


@cache
def things() -> list[Any]:
    """Return odd things: numbers, texts, arrays, frames, dates, and what is none of these."""
    ramp = np.arange(float(N))
    days = np.datetime64("2024-01-01") + np.arange(N)
    arrays = [
        *(ramp, -ramp, ramp * 1e300, ramp * 1e-300, ramp + 1e15, ramp * np.nan, ramp * np.inf),
        *(np.zeros(N), np.full(N, 7), ramp[:-1], np.append(ramp, 1.0), ramp[:0], ramp[:1]),
        *(ramp[:, None], ramp[None, :], np.stack([ramp] * 3, 1), np.zeros((N, 0)), np.array(5.0)),
        *(ramp + 1j, ramp.astype(str), ramp.astype("S"), ramp.astype(object), ramp > 3, days),
        *(days.astype("M8[Y]"), days - days[0], np.full(N, np.datetime64("NaT")), ramp.tolist()),
        *(np.where(ramp > 3, None, ramp), [10**400] * N, [10**5000, *ramp[1:]], ["a"] * N),
        *(np.ma.masked_greater(ramp, 3.0), ramp.astype("f2"), ramp.astype("u8"), [[]] * N),
        *(["x" * 2000] * N, [{}] * N, [dt.datetime(2024, 1, 1)] * N, np.zeros((2, 2, 2))),
    ]
    frames = [
        *(pd.Series(ramp), pd.Series(days), pd.Series(["a"] * N), pd.DataFrame({"a": ramp})),
        *(pd.DataFrame(), pd.Series(ramp, dtype="Float64"), pd.Categorical(["a"] * N)),
        *(pd.DataFrame({"time": ramp, "value": ramp, "id": ramp}), pd.DatetimeIndex(days)),
        *(pd.Timestamp("2024", tz="Europe/Berlin"), pd.NaT, pd.NA, pd.Timedelta("1h")),
    ]
    numbers = [
        *ODD_NUMBERS,
        *(True, False, 0, 1, 2, 3, 7, -1, 10**9, 10**400, -(10**400), 10**5000, 0.5, 24.0),
        *(np.float32(2), np.int8(3), np.bool_(1), Decimal("1e500"), Decimal("NaN"), Fraction(1, 3)),
        *(1j, np.datetime64("2024"), np.datetime64("NaT"), np.timedelta64(1, "h"), dt.date.max),
    ]
    texts = [
        "",
        "x",
        "auto",
        "24 h",
        "h",
        "value",
        "time",
        "\x1b[2J\n",
        "x" * 10**5,
        b"x",
        "\ud800",
    ]
    rest = [
        *(None, [], (), {}, set(), [1], [1, 2, 3], (1, 2), (2, 1), (3.0, 8.0), ("a", "b")),
        *(
            {"a": 1},
            {"times": [1]},
            [None],
            [np.nan],
            [[1, 2], [3]],
            range(5),
            iter([1, 2]),
            slice(2),
        ),
        *(object(), len, Finding, sys, Ellipsis, NotImplemented, epicycle.find_cycles, lambda: 1),
        *(_raise, [object()] * N),
    ]
    with np.errstate(all="ignore"):
        return [*numbers, *texts, *arrays, *frames, *rest]


class MineError(Exception):
    """What a function of the caller raises."""


def _raise(*_: Any) -> None:
    raise MineError


def call(name: str, replaced: dict[str, Any]) -> Any:
    """Call a function with some of its arguments replaced; what is a finding is raised."""
    function, given = calls()[name]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        try:
            return refused(
                lambda: function(**{**given, **replaced}), TypeError, ValueError, in_one_line=False
            )
        except MineError:  # of the caller's own function, which comes out as it is
            return None


def arguments(raw: bytes) -> None:
    """Any one or two arguments of a public function may be anything."""
    draws = Draws(raw)
    name = draws.pick(sorted(calls()))
    keys = sorted(calls()[name][1])
    replaced = {draws.pick(keys): draws.pick(things()) for _ in range(draws.whole(1, 2))}
    call(name, replaced)


def sweep(names: list[str]) -> Iterator[str]:
    """Replace each argument in turn by each thing; yield what was found."""
    for name in names:
        begun, count = time.process_time(), 0
        for key in calls()[name][1]:
            for k, thing in enumerate(things()):
                count += 1
                at = time.process_time()
                try:
                    call(name, {key: thing})
                except Exception as error:  # that is what is looked for
                    why = error.__cause__ or error
                    yield f"{name} {key}=[{k}]{_short(thing)}: {_where(why)} {_short(error)}"
                if time.process_time() - at > 10:
                    yield f"{name} {key}=[{k}]{_short(thing)}: {time.process_time() - at:.0f} s"
        seconds = time.process_time() - begun
        print(f"{name}: {count} calls, {seconds:.0f} s", file=sys.stderr, flush=True)


def _short(thing: Any) -> str:
    with suppress(Exception):
        return f"{type(thing).__name__}:{thing!r}"[:160].replace("\n", " ")
    return type(thing).__name__


def _where(error: BaseException) -> str:
    """Return the innermost line of our own that an error came through."""
    place, trace = "", error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        if "/epicycle/" in code.co_filename:
            place = f"{code.co_filename.rpartition('/epicycle/')[2]}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place


if __name__ == "__main__":
    found = 0
    for line in sweep(sys.argv[1:] or sorted(calls())):
        found += 1
        print(line, flush=True)
    sys.exit(f"{found} findings" if found else 0)
