"""Find cycles in data: their periods, waveforms, errors and significance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from epicycle.backtesting import Backtest, backtest
from epicycle.cycles import Alias, Cycle, Harmonic, Line
from epicycle.find import find_cycles
from epicycle.gears import GearTrain, find_gears
from epicycle.locking import lock_gears
from epicycle.model import CycleModel

if TYPE_CHECKING:
    from epicycle.estimators import CycleRegressor

__version__ = "0.1.0"

__all__ = [
    "Alias",
    "Backtest",
    "Cycle",
    "CycleModel",
    "CycleRegressor",
    "GearTrain",
    "Harmonic",
    "Line",
    "__version__",
    "backtest",
    "find_cycles",
    "find_gears",
    "lock_gears",
]


def __getattr__(name: str) -> Any:
    """Import what needs scikit-learn when it is asked for."""
    if name == "CycleRegressor":
        try:
            from epicycle.estimators import CycleRegressor
        except ModuleNotFoundError as error:
            if (error.name or "").partition(".")[0] != "sklearn":
                raise
            raise ModuleNotFoundError(
                "CycleRegressor needs scikit-learn, which is not installed. "
                "To fix this: pip install 'epicycle[sklearn]'",
                name="sklearn",
            ) from None
        return CycleRegressor
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
