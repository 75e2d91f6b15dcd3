"""Find cycles in data: their periods, waveforms, errors and significance."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from epicycle.backtesting import Backtest, backtest
    from epicycle.cycles import Alias, Cycle, Harmonic, Line
    from epicycle.estimators import CycleRegressor
    from epicycle.find import find_cycles
    from epicycle.gears import GearTrain, find_gears
    from epicycle.locking import lock_gears
    from epicycle.model import CycleModel

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

#: Where each public name lives.  It is imported when it is asked for: a command, or a process of
#: many, needs only a part of the package and of SciPy, and scikit-learn is an extra.
_HOMES = {
    "Alias": "cycles",
    "Backtest": "backtesting",
    "Cycle": "cycles",
    "CycleModel": "model",
    "CycleRegressor": "estimators",
    "GearTrain": "gears",
    "Harmonic": "cycles",
    "Line": "cycles",
    "backtest": "backtesting",
    "find_cycles": "find",
    "find_gears": "gears",
    "lock_gears": "locking",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is asked for."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        value = getattr(import_module(f"{__name__}.{home}"), name)
    except ModuleNotFoundError as error:
        if home != "estimators" or (error.name or "").partition(".")[0] != "sklearn":
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
