"""Find cycles in data: their periods, waveforms, errors and significance."""

from epicycle.cycles import Alias, Cycle, Harmonic, Line
from epicycle.find import find_cycles
from epicycle.gears import GearTrain, find_gears
from epicycle.locking import lock_gears
from epicycle.model import CycleModel

__version__ = "0.1.0"

__all__ = [
    "Alias",
    "Cycle",
    "CycleModel",
    "GearTrain",
    "Harmonic",
    "Line",
    "__version__",
    "find_cycles",
    "find_gears",
    "lock_gears",
]
