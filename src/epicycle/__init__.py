"""Find cycles in data: their periods, waveforms, errors and significance."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from epicycle.behaviour.actigraphy import actigraphy
    from epicycle.behaviour.result import Actigraphy
    from epicycle.changing.rhythm import Rhythm
    from epicycle.changing.ridge import Ridge
    from epicycle.changing.scalogram import Scalogram, scalogram
    from epicycle.changing.track import track
    from epicycle.chunks.find import find_cycles_in_chunks
    from epicycle.evidence.gears import GearTrain, find_gears
    from epicycle.experiments.compare import compare
    from epicycle.experiments.comparison import Comparison
    from epicycle.experiments.genes import rhythms
    from epicycle.experiments.rhythms import Rhythms
    from epicycle.find import find_cycles
    from epicycle.forecasting.backtesting import Backtest, backtest
    from epicycle.forecasting.regressor import CycleRegressor
    from epicycle.locking import lock_gears
    from epicycle.many.frames import find_frame, screen_frame
    from epicycle.model import CycleModel
    from epicycle.results.cycles import Alias, Cycle, Harmonic, Line

from epicycle._version import __version__

__all__ = [
    "Actigraphy",
    "Alias",
    "Backtest",
    "Comparison",
    "Cycle",
    "CycleModel",
    "CycleRegressor",
    "GearTrain",
    "Harmonic",
    "Line",
    "Rhythm",
    "Rhythms",
    "Ridge",
    "Scalogram",
    "__version__",
    "actigraphy",
    "backtest",
    "compare",
    "find_cycles",
    "find_cycles_in_chunks",
    "find_frame",
    "find_gears",
    "lock_gears",
    "rhythms",
    "scalogram",
    "screen_frame",
    "track",
]

#: Where each public name lives.  It is imported when it is asked for: a command, or a process of
#: many, needs only a part of the package and of SciPy, and scikit-learn is an extra.
_HOMES = {
    "Actigraphy": "behaviour.result",
    "Alias": "results.cycles",
    "Backtest": "forecasting.backtesting",
    "Comparison": "experiments.comparison",
    "Cycle": "results.cycles",
    "CycleModel": "model",
    "CycleRegressor": "forecasting.regressor",
    "GearTrain": "evidence.gears",
    "Harmonic": "results.cycles",
    "Line": "results.cycles",
    "Ridge": "changing.ridge",
    "Rhythm": "changing.rhythm",
    "Rhythms": "experiments.rhythms",
    "Scalogram": "changing.scalogram",
    "actigraphy": "behaviour.actigraphy",
    "backtest": "forecasting.backtesting",
    "compare": "experiments.compare",
    "find_cycles": "find",
    "find_cycles_in_chunks": "chunks.find",
    "find_frame": "many.frames",
    "find_gears": "evidence.gears",
    "lock_gears": "locking",
    "rhythms": "experiments.genes",
    "scalogram": "changing.scalogram",
    "screen_frame": "many.frames",
    "track": "changing.track",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is asked for."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        value = getattr(import_module(f"{__name__}.{home}"), name)
    except ModuleNotFoundError as error:
        if home != "forecasting.regressor" or (error.name or "").partition(".")[0] != "sklearn":
            raise
        raise ModuleNotFoundError(
            "CycleRegressor needs scikit-learn, which is not installed. "
            "To fix this: pip install 'epicycle[sklearn]'",
            name="sklearn",
        ) from None
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
